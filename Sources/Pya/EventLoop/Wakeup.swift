#if canImport(Glibc)
  import CSystem
  import Glibc
#else
  import Darwin
#endif

/// A pipe that ends a wait for descriptors early.
final class WakeupPipe {
  let readDescriptor: Int32
  let writeDescriptor: Int32

  init() {
    var descriptors: [Int32] = [-1, -1]
    #if canImport(Glibc)
      _ = pipe_for_wakeup(&descriptors)
    #else
      if pipe(&descriptors) == 0 {
        for descriptor in descriptors {
          _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
          _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
      }
    #endif
    readDescriptor = descriptors[0]
    writeDescriptor = descriptors[1]
  }

  /// Under numbers out of the way of the program's own descriptors, which begin at 3 as they do in Python.
  init(numberedFrom lowest: Int32) {
    let pipe = WakeupPipe()
    func move(_ descriptor: Int32) -> Int32 {
      let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest)
      return moved >= 0 ? moved : fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    }
    (readDescriptor, writeDescriptor) = (move(pipe.readDescriptor), move(pipe.writeDescriptor))
  }

  deinit {
    if readDescriptor >= 0 { close(readDescriptor) }
    if writeDescriptor >= 0 { close(writeDescriptor) }
  }

  /// In a copy of the process: a pipe of its own, under the same numbers.
  func renew() {
    let fresh = WakeupPipe()
    guard fresh.readDescriptor >= 0, readDescriptor >= 0 else { return }
    for (new, old) in [(fresh.readDescriptor, readDescriptor), (fresh.writeDescriptor, writeDescriptor)] {
      dup2(new, old)
      _ = fcntl(old, F_SETFD, FD_CLOEXEC)
    }
  }

  /// Ends the wait that is, or the next one. From any thread.
  func wake() {
    var byte: UInt8 = 0
    _ = write(writeDescriptor, &byte, 1)
  }

  func drain() {
    var bytes: [UInt8] = Array(repeating: 0, count: 64)
    while read(readDescriptor, &bytes, bytes.count) > 0 {}
  }
}

/// Ends a sleep of the main thread early: whoever sets `machine.isInterrupted` wakes it.
///
/// A sleep alone needs no descriptor where the system has semaphores that wait for a time: a program that has closed its loops has none open
/// that it did not open. Waiting for a descriptor and for this takes a pipe, made when first needed.
final class Wakeup {
  private let machine: UnsafeMutablePointer<Machine>

  /// What waits together with descriptors.
  private(set) lazy var pipe = {
    let pipe = WakeupPipe(numberedFrom: 100)
    machine.pointee.wakeupDescriptor = pipe.writeDescriptor
    // Whoever raised the flag before there was a pipe has written nothing.
    if machine.pointee.isInterrupted { pipe.wake() }
    hasPipe = true
    return pipe
  }()
  private var hasPipe = false

  #if canImport(Glibc)
    init(_ machine: UnsafeMutablePointer<Machine>) {
      self.machine = machine
      // Never freed: a handler of a signal may be about to post it.
      machine.pointee.wakeupSemaphore = semaphore_create()
      if machine.pointee.isInterrupted { wake() }
    }

    /// Sleeps for some seconds (no more than a day), or until it is woken.
    func sleep(_ seconds: Double) {
      if let semaphore = machine.pointee.wakeupSemaphore { semaphore_sleep(semaphore, min(seconds, 86_400)) }
    }
  #else
    init(_ machine: UnsafeMutablePointer<Machine>) {
      self.machine = machine
      _ = pipe
    }

    /// Sleeps for some seconds (no more than a day), or until a byte arrives.
    func sleep(_ seconds: Double) {
      var poll = pollfd(fd: pipe.readDescriptor, events: Int16(POLLIN), revents: 0)
      // `poll` counts in milliseconds; what is less than one is slept afterwards.
      let milliseconds = min(seconds * 1000, 86_400_000).rounded(.down)
      if milliseconds > 0 { _ = wait(&poll, 1, Int32(milliseconds)) }
      if poll.revents != 0 { return pipe.drain() }
      let rest = seconds - milliseconds / 1000
      guard rest > 0, rest < 0.001 else { return }
      var time = timespec(tv_sec: 0, tv_nsec: Int(rest * 1e9))
      nanosleep(&time, nil)
    }
  #endif

  /// Waits until a descriptor has something to read (true), a byte arrives or time is up.
  func waitForInput(on descriptor: Int32, seconds: Double?) -> Bool {
    var polls = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: pipe.readDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    // Up to the next millisecond: waiting too short would only mean to come back at once.
    let milliseconds = seconds.map { Int32(min(max($0 * 1000, 0), 86_400_000).rounded(.up)) } ?? -1
    if wait(&polls, 2, milliseconds) <= 0 { return false }
    if polls[1].revents != 0 { pipe.drain() }
    return polls[0].revents != 0
  }

  /// Ends the sleep that is, or the next one. From any thread.
  func wake() {
    #if canImport(Glibc)
      if let semaphore = machine.pointee.wakeupSemaphore { semaphore_post(semaphore) }
    #endif
    if hasPipe { pipe.wake() }
  }

  /// In a copy of the process.
  func renew() {
    if hasPipe { pipe.renew() }
  }
}

private func wait(_ descriptors: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ milliseconds: Int32) -> Int32 {
  poll(descriptors, count, milliseconds)
}

/// Messages from any thread to the one that runs the program.
extension UnsafeMutablePointer where Pointee == Machine {
  /// Ctrl-C arrived.
  func interrupt() {
    pointee.hasKeyboardInterrupt = true
    tellProgram(ofSignal: SIGINT)
    wakeMainThread()
  }

  /// Makes the main thread look up (`attend`), also from a sleep. May be called from a signal handler, too.
  func wakeMainThread() {
    pointee.isInterrupted = true
    wake()
  }

  /// Ctrl-\ arrived.
  func requestTaskTree() {
    pointee.isTaskTreeWanted = true
    wakeMainThread()
  }

  /// The same again, if it met a task that was to end its step by itself.
  func insistOnInterrupt() {
    if pointee.hasDeferredInterrupt { interrupt() }
  }

  /// Ends a sleep of the loop.
  func wake() {
    #if canImport(Glibc)
      if let semaphore = pointee.wakeupSemaphore { semaphore_post(semaphore) }
    #endif
    let descriptor = pointee.wakeupDescriptor
    var byte: UInt8 = 0
    if descriptor >= 0 { _ = write(descriptor, &byte, 1) }
  }
}

extension Runtime {
  /// Ctrl-C arrived while an operation waited: it goes on if the event loop takes care of it.
  func handleInterrupt() throws(Raised) { try attend() }
}
