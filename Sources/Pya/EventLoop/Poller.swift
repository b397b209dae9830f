#if canImport(Glibc)
  import CSystem
  import Glibc
#else
  import Darwin
#endif

/// Waits for many file descriptors at once: epoll on Linux, kqueue on macOS. Says which are ready for as long as they are.
final class Poller {
  /// What to do when a descriptor is ready.
  enum Watcher {
    /// `add_reader`, `add_writer`.
    case handle(HandleObject)
    case job(LoopJob)
  }

  private struct Watch {
    var reader: Watcher?
    var writer: Watcher?
    var isEmpty: Bool { reader == nil && writer == nil }
  }

  /// Ends a wait, from any thread.
  let wakeup = WakeupPipe()
  private let queue: Int32
  /// By descriptor.
  private var watches: [Watch] = []
  private var watchCount = 0
  private static let batch = 256

  #if canImport(Glibc)
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Poller.batch)

    init() {
      queue = poller_create()
      _ = poller_change(queue, wakeup.readDescriptor, 1, 1, 0)
    }
  #else
    private let events = UnsafeMutablePointer<kevent>.allocate(capacity: Poller.batch)

    init() {
      queue = kqueue()
      _ = fcntl(queue, F_SETFD, FD_CLOEXEC)
      change(wakeup.readDescriptor, EVFILT_READ, isAdded: true)
    }
  #endif

  deinit {
    close(queue)
    events.deallocate()
  }

  /// Can be read when something is ready.
  var descriptor: Int32 { queue }

  /// Somebody waits for some descriptor.
  var isWatching: Bool { watchCount > 0 }

  // MARK: Watching

  func reader(_ descriptor: Int32) -> Watcher? { watch(of: descriptor).reader }
  func writer(_ descriptor: Int32) -> Watcher? { watch(of: descriptor).writer }

  private func watch(of descriptor: Int32) -> Watch {
    watches.indices.contains(Int(descriptor)) ? watches[Int(descriptor)] : Watch()
  }

  /// Sets who is told that a descriptor can be read. The error of the system when it cannot be watched, else 0.
  func setReader(_ watcher: Watcher?, _ descriptor: Int32) -> Int32 {
    let before = self.watch(of: descriptor)
    var watch = before
    watch.reader = watcher
    return update(descriptor, from: before, to: watch)
  }

  func setWriter(_ watcher: Watcher?, _ descriptor: Int32) -> Int32 {
    let before = self.watch(of: descriptor)
    var watch = before
    watch.writer = watcher
    return update(descriptor, from: before, to: watch)
  }

  private func update(_ descriptor: Int32, from before: Watch, to watch: Watch) -> Int32 {
    let changesReading = (before.reader == nil) != (watch.reader == nil)
    let changesWriting = (before.writer == nil) != (watch.writer == nil)
    var failure: Int32 = 0
    if changesReading || changesWriting {
      #if canImport(Glibc)
        let (reads, writes): (Int32, Int32) = (watch.reader == nil ? 0 : 1, watch.writer == nil ? 0 : 1)
        if poller_change(queue, descriptor, before.isEmpty ? 1 : 0, reads, writes) != 0 { failure = errno }
      #else
        if changesReading { failure = change(descriptor, EVFILT_READ, isAdded: watch.reader != nil) }
        if changesWriting { failure = change(descriptor, EVFILT_WRITE, isAdded: watch.writer != nil) }
      #endif
    }
    if failure != 0, !watch.isEmpty { return failure }
    if before.isEmpty, watch.isEmpty { return 0 }
    // The system knows the descriptor: its number is small.
    while watches.count <= descriptor { watches.append(Watch()) }
    watches[Int(descriptor)] = watch
    watchCount += (watch.isEmpty ? 0 : 1) - (before.isEmpty ? 0 : 1)
    return 0
  }

  #if !canImport(Glibc)
    @discardableResult
    private func change(_ descriptor: Int32, _ filter: Int32, isAdded: Bool) -> Int32 {
      var event = kevent(
        ident: UInt(descriptor), filter: Int16(filter), flags: UInt16(isAdded ? EV_ADD : EV_DELETE), fflags: 0, data: 0,
        udata: nil)
      return kevent(queue, &event, 1, nil, 0, nil) < 0 ? errno : 0
    }
  #endif

  // MARK: Waiting

  /// Waits until something is ready, `wakeup` is woken or the time is over; tells how many events there are.
  /// Touches nothing that belongs to the program.
  func wait(_ seconds: Double) -> Int {
    #if canImport(Glibc)
      // Rounded up: a wait that ends too early would only be repeated.
      let milliseconds = seconds <= 0 ? 0 : seconds > 86_400 ? 86_400_000 : (seconds * 1000).rounded(.up)
      return Int(max(0, poller_wait(queue, events, Int32(Poller.batch), seconds == .infinity ? -1 : Int32(milliseconds))))
    #else
      var time = timespec(tv_sec: Int(min(max(seconds, 0), 86_400)), tv_nsec: 0)
      if seconds > 0, seconds < 86_400 { time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9) }
      let count = kevent(queue, nil, 0, events, Int32(Poller.batch), seconds == .infinity ? nil : &time)
      return Int(max(0, count))
    #endif
  }

  /// Hands the watchers of the last wait's events to `run`, in the order of the events.
  func forEachReady(_ count: Int, _ run: (Watcher) -> Void) {
    for index in 0..<count {
      #if canImport(Glibc)
        let descriptor = poller_descriptor(events + index)
        let isReadable = poller_is_readable(events + index) != 0
        let isWritable = poller_is_writable(events + index) != 0
      #else
        let descriptor = Int32(events[index].ident)
        let isReadable = events[index].filter == Int16(EVFILT_READ)
        let isWritable = events[index].filter == Int16(EVFILT_WRITE)
      #endif
      if descriptor == wakeup.readDescriptor {
        wakeup.drain()
        continue
      }
      let watch = self.watch(of: descriptor)
      if isReadable, let reader = watch.reader { run(reader) }
      if isWritable, let writer = watch.writer { run(writer) }
    }
  }
}
