// What Swift's view of the C library lacks: the native frame's address, and on Linux epoll, the number of a thread, copies of the process, and
// what may be there or not; and the processor's instructions for hashes.
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

// A word that another thread may write meanwhile.
static inline uint64_t load_word(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void store_word(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }

// Blocks of SHA-1 and SHA-256 by the processor's own instructions, where `processor_hashes`.
#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

static inline int processor_hashes(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1 << 9) || !(c & 1 << 19)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1 << 29;
}

// `rounds` are the 64 constants.
__attribute__((target("sha,sse4.1"))) static inline void sha256_blocks(
    uint32_t *state, const uint8_t *blocks, size_t count, const uint32_t *rounds) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  // The instructions want the words as ABEF and CDGH.
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xF0);
  for (; count > 0; count--, blocks += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    // The last sixteen words of the schedule.
    __m128i words[4];
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) {
      __m128i next;
      if (group < 4) {
        next = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * group)), order);
      } else {
        const __m128i newest = words[(group + 3) % 4];
        next = _mm_add_epi32(
            _mm_sha256msg1_epu32(words[group % 4], words[(group + 1) % 4]), _mm_alignr_epi8(newest, words[(group + 2) % 4], 4));
        next = _mm_sha256msg2_epu32(next, newest);
      }
      words[group % 4] = next;
      const __m128i mixed = _mm_add_epi32(next, _mm_loadu_si128((const __m128i *)(rounds + 4 * group)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, mixed);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(mixed, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  low = _mm_shuffle_epi32(abef, 0x1B);
  high = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

__attribute__((target("sha,sse4.1"))) static inline void sha1_blocks(uint32_t *state, const uint8_t *blocks, size_t count) {
  const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
  __m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);
  for (; count > 0; count--, blocks += 64) {
    const __m128i abcd_before = abcd, e_before = e;
    __m128i words[4];
#pragma clang loop unroll(full)
    for (int group = 0; group < 20; group++) {
      __m128i next;
      if (group < 4) {
        next = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * group)), order);
      } else {
        next = _mm_xor_si128(_mm_sha1msg1_epu32(words[group % 4], words[(group + 1) % 4]), words[(group + 2) % 4]);
        next = _mm_sha1msg2_epu32(next, words[(group + 3) % 4]);
      }
      words[group % 4] = next;
      const __m128i mixed = group == 0 ? _mm_add_epi32(e, next) : _mm_sha1nexte_epu32(e, next);
      e = abcd;
      if (group < 5) abcd = _mm_sha1rnds4_epu32(abcd, mixed, 0);
      else if (group < 10) abcd = _mm_sha1rnds4_epu32(abcd, mixed, 1);
      else if (group < 15) abcd = _mm_sha1rnds4_epu32(abcd, mixed, 2);
      else abcd = _mm_sha1rnds4_epu32(abcd, mixed, 3);
    }
    e = _mm_sha1nexte_epu32(e, e_before);
    abcd = _mm_add_epi32(abcd, abcd_before);
  }
  _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1B));
  state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}

#else

static inline int processor_hashes(void) { return 0; }
static inline void sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t count, const uint32_t *rounds) {}
static inline void sha1_blocks(uint32_t *state, const uint8_t *blocks, size_t count) {}

#endif

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
