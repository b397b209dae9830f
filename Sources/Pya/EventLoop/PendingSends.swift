#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What transports have written in this turn of their loop, and the system does not have yet.
///
/// asyncio calls `send` at every `write`. Half of what that costs is waking the receiver, and a server that answers many clients in a turn
/// wakes a process on the other side again and again. So small messages are kept for a moment and sent together, in the order in which they
/// were written; loops built on libuv do the same. The program cannot tell: everything else that the process does with sockets, pipes
/// and other processes comes after what was written before it (`sendAll`), and so does every wait. Only other processes can, by the clock,
/// and a step that computes for long keeps nothing back either: a watch sees that it does.
///
/// Kept is only what will surely go: while the other side is there; from a transport that reads, so that the end of the connection would be
/// noticed; and with limits for its buffer that so little does not reach. That an other process has gone, the loop's poller has told as early as
/// the program could count on. When this process has ended a connection in this turn or the one before, the system is asked (`peerIsThere`).
final class PendingSends {
  private let machine: UnsafeMutablePointer<Machine>
  @exclusivity(unchecked) private var transports: [TransportObject] = []
  private var watch: UnsafeMutablePointer<SendWatch>?

  /// How many bytes of one transport are kept.
  static let limit = 16384

  init(_ runtime: Runtime) {
    machine = runtime.machine
    runtime.sendHandler = { [unowned(unsafe) self] in sendAll() }
  }

  deinit { watch?.stop() }

  /// The transport has something to send; it does not come twice.
  func add(_ transport: TransportObject) {
    if transports.isEmpty {
      machine.pointee.hasPendingSends = true
      if watch == nil { watch = .start(machine) }
      watch?.begin()
    }
    transports.append(transport)
  }

  /// Gives the system everything that is kept.
  func sendAll() {
    guard machine.pointee.hasPendingSends else { return }
    machine.pointee.hasPendingSends = false
    watch?.end()
    for transport in transports { transport.sendKept() }
    transports.removeAll(keepingCapacity: true)
  }

  /// In a copy of the process, which has one thread.
  func forgetWatch() { watch = nil }
}

extension Runtime {
  /// Before the process does something that others may notice, or waits.
  @inline(__always)
  func sendPending() {
    if machine.pointee.hasPendingSends { asyncio.sends.sendAll() }
  }

  /// Before the process closes or shuts down a socket: the other end may be its own, too.
  func willEndConnection() {
    sendPending()
    machine.pointee.endedConnections &+= 1
  }
}

/// A thread that looks every few milliseconds whether the same messages are still waiting. If so it raises the machine's flag, and the
/// program sends them in its next loop turn. It touches nothing but this memory and that flag, and sleeps while nothing is sent.
private struct SendWatch {
  /// Changes with each collection of messages; 0: there is none.
  var collection = 0
  var lastCollection = 0
  var isIdle = false
  var isStopped = false
  let mutex = Mutex()
  let point = WaitPoint()
  let machine: UnsafeMutablePointer<Machine>
  #if canImport(Glibc)
    var thread = pthread_t()
  #else
    var thread: pthread_t?
  #endif

  static let interval = 0.003
  /// After so many looks at nothing it sleeps until there is something.
  static let patience = 100
}

extension UnsafeMutablePointer where Pointee == SendWatch {
  /// Nil: the system has no room for a thread.
  fileprivate static func start(_ machine: UnsafeMutablePointer<Machine>) -> UnsafeMutablePointer<SendWatch>? {
    let watch = UnsafeMutablePointer<SendWatch>.allocate(capacity: 1)
    watch.initialize(to: SendWatch(machine: machine))
    // Signals are for the program's threads.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 1 << 16)
    defer { pthread_attr_destroy(&attributes) }
    let failure = pthread_create(&watch.pointee.thread, &attributes, { watchSends($0) }, watch)
    if failure == 0 { return watch }
    watch.discard()
    return nil
  }

  fileprivate func begin() {
    pointee.mutex.lock()
    pointee.lastCollection += 1
    pointee.collection = pointee.lastCollection
    if pointee.isIdle {
      pointee.isIdle = false
      pointee.point.signal()
    }
    pointee.mutex.unlock()
  }

  fileprivate func end() {
    pointee.mutex.lock()
    pointee.collection = 0
    pointee.mutex.unlock()
  }

  fileprivate func stop() {
    pointee.mutex.lock()
    pointee.isStopped = true
    pointee.point.signal()
    pointee.mutex.unlock()
    #if canImport(Glibc)
      pthread_join(pointee.thread, nil)
    #else
      if let thread = pointee.thread { pthread_join(thread, nil) }
    #endif
    discard()
  }

  private func discard() {
    pointee.mutex.deallocate()
    pointee.point.deallocate()
    deallocate()
  }
}

private func watchSends(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let watch = argument?.assumingMemoryBound(to: SendWatch.self) else { return nil }
  watch.pointee.mutex.lock()
  var (seen, quiet) = (0, 0)
  while !watch.pointee.isStopped {
    watch.pointee.point.wait(watch.pointee.mutex, seconds: SendWatch.interval)
    let collection = watch.pointee.collection
    if collection != 0, collection == seen { watch.pointee.machine.pointee.isInterrupted = true }
    quiet = collection == 0 ? quiet + 1 : 0
    seen = collection
    if quiet == SendWatch.patience {
      watch.pointee.isIdle = true
      while watch.pointee.isIdle, !watch.pointee.isStopped { watch.pointee.point.wait(watch.pointee.mutex) }
      quiet = 0
    }
  }
  watch.pointee.mutex.unlock()
  return nil
}
