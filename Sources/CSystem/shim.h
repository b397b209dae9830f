// What Swift's view of the C library lacks: the native frame's address, and on Linux epoll, the number of a thread, copies of the process, and
// what may be there or not.
#pragma once

#include <stdint.h>
#include <stdio.h>

// A double by a format such as "%.*f". Through Swift's own argument lists it takes two casts to protocols, looked up each time.
static inline int print_double(char *buffer, size_t size, const char *format, int precision, double number) {
  return snprintf(buffer, size, format, precision, number);
}

// `sqlite3_db_config` for the switches among its settings, called by its address. Swift cannot call functions of any number of arguments.
static inline int configure_switch(void *function, void *database, int setting, int value, int *result) {
  return ((int (*)(void *, int, ...))function)(database, setting, value, result);
}

// What liblzma reads and writes. It only has to be as large and to have the same fields at the same places.
struct xz_stream {
  const uint8_t *input;
  size_t input_count;
  uint64_t total_input;
  uint8_t *output;
  size_t output_count;
  uint64_t total_output;
  const void *allocator;
  void *internal;
  void *reserved_pointers[4];
  uint64_t reserved_numbers[2];
  size_t reserved_sizes[2];
  int reserved_enums[2];
};

struct xz_lzma_options {
  uint32_t dict_size;
  const uint8_t *preset_dict;
  uint32_t preset_dict_size, lc, lp, pb;
  int mode;
  uint32_t nice_len;
  int mf;
  uint32_t depth;
  uint32_t reserved_numbers[8];
  int reserved_enums[4];
  void *reserved_pointers[2];
};

struct xz_delta_options {
  int type;
  uint32_t dist, reserved_numbers[4];
  void *reserved_pointers[2];
};

struct xz_filter {
  uint64_t id;
  void *options;
};

// About where the native stack stands.
__attribute__((always_inline)) static inline uintptr_t native_frame_address(void) { return (uintptr_t)__builtin_frame_address(0); }

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline int poller_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// Watches a descriptor that is not watched yet (isNew), watches it for something else, or no longer for anything.
static inline int poller_change(int queue, int descriptor, int isNew, int reads, int writes) {
  struct epoll_event event = {0};
  event.data.fd = descriptor;
  if (reads) event.events |= EPOLLIN;
  if (writes) event.events |= EPOLLOUT;
  int operation = isNew ? EPOLL_CTL_ADD : reads || writes ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
  return epoll_ctl(queue, operation, descriptor, &event);
}

static inline int poller_wait(int queue, struct epoll_event *events, int count, int milliseconds) {
  return epoll_wait(queue, events, count, milliseconds);
}

static inline int poller_descriptor(const struct epoll_event *event) { return event->data.fd; }
static inline int poller_is_readable(const struct epoll_event *event) { return (event->events & ~(uint32_t)EPOLLOUT) != 0; }
static inline int poller_is_writable(const struct epoll_event *event) { return (event->events & ~(uint32_t)EPOLLIN) != 0; }

// A process that has its own way of counting references hears of every thread before it starts. Defined by the command alone.
extern void threads_share_objects(void) __attribute__((weak));
static inline void announce_thread(void) {
  if (threads_share_objects) threads_share_objects();
}

// A descriptor that can be read when the process has ended; -1 if there is none.
static inline int process_descriptor(int process) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  return -1;
#endif
}

// What `waitid` says of a child: process, user, signal, status and code. -1: errno tells why not.
static inline int child_state(int kind, int id, int options, int *state) {
  siginfo_t info = {0};
  if (waitid((idtype_t)kind, (id_t)id, &info, options) != 0) return -1;
  state[0] = info.si_pid;
  state[1] = (int)info.si_uid;
  state[2] = info.si_signo;
  state[3] = info.si_status;
  state[4] = info.si_code;
  return 0;
}

// A pipe that neither waits nor outlives an exec.
static inline int pipe_for_wakeup(int *descriptors) {
  return (int)syscall(SYS_pipe2, descriptors, O_CLOEXEC | O_NONBLOCK);
}

// Semaphores for sleeping until somebody, be it the handler of a signal, posts.
static inline void *semaphore_create(void) {
  sem_t *semaphore = (sem_t *)malloc(sizeof(sem_t));
  if (semaphore) sem_init(semaphore, 0, 0);
  return semaphore;
}

static inline void semaphore_post(void *semaphore) { sem_post((sem_t *)semaphore); }

// By the clock that nobody sets, where the C library can (glibc 2.30).
extern int sem_clockwait(sem_t *, clockid_t, const struct timespec *) __attribute__((weak));

// Returns when it is posted, when a signal arrives or after some seconds.
static inline void semaphore_sleep(void *semaphore, double seconds) {
  clockid_t clock = sem_clockwait ? CLOCK_MONOTONIC : CLOCK_REALTIME;
  struct timespec until;
  clock_gettime(clock, &until);
  long long nanoseconds = (long long)(seconds * 1e9) + until.tv_nsec;
  until.tv_sec += nanoseconds / 1000000000;
  until.tv_nsec = nanoseconds % 1000000000;
  int result = sem_clockwait ? sem_clockwait((sem_t *)semaphore, clock, &until) : sem_timedwait((sem_t *)semaphore, &until);
  if (result == 0)
    while (sem_trywait((sem_t *)semaphore) == 0) {}
}

// Swift hides it.
static inline int process_fork(void) { return fork(); }

static inline long thread_number(void) { return syscall(SYS_gettid); }

#endif
