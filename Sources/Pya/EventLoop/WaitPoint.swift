#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A mutex at an address of its own.
struct Mutex: @unchecked Sendable {
  fileprivate let memory: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    memory = .allocate(capacity: 1)
    pthread_mutex_init(memory, nil)
  }

  func lock() { pthread_mutex_lock(memory) }
  func unlock() { pthread_mutex_unlock(memory) }

  func deallocate() {
    pthread_mutex_destroy(memory)
    memory.deallocate()
  }
}

/// Where one thread sleeps until another one signals it.
struct WaitPoint: @unchecked Sendable {
  private let memory: UnsafeMutablePointer<pthread_cond_t>

  init() {
    memory = .allocate(capacity: 1)
    #if canImport(Glibc)
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(memory, &attributes)
      pthread_condattr_destroy(&attributes)
    #else
      pthread_cond_init(memory, nil)
    #endif
  }

  /// Sleeps, giving the mutex up meanwhile; infinitely long, or for some seconds. May return early.
  func wait(_ mutex: Mutex, seconds: Double = .infinity) {
    guard seconds < 1e9 else {
      pthread_cond_wait(memory, mutex.memory)
      return
    }
    let whole = max(seconds, 0).rounded(.down)
    let nanoseconds = Int(min((max(seconds, 0) - whole) * 1e9, 999_999_999))
    #if canImport(Glibc)
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      time.tv_sec += Int(whole)
      time.tv_nsec += nanoseconds
      if time.tv_nsec >= 1_000_000_000 {
        time.tv_nsec -= 1_000_000_000
        time.tv_sec += 1
      }
      pthread_cond_timedwait(memory, mutex.memory, &time)
    #else
      var time = timespec(tv_sec: Int(whole), tv_nsec: nanoseconds)
      pthread_cond_timedwait_relative_np(memory, mutex.memory, &time)
    #endif
  }

  func signal() { pthread_cond_signal(memory) }

  func deallocate() {
    pthread_cond_destroy(memory)
    memory.deallocate()
  }
}
