#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A pipe that ends a sleep of the loop early: whoever sets `machine.isInterrupted` writes a byte to it.
final class Wakeup {
  private let readDescriptor: Int32
  let writeDescriptor: Int32

  init() {
    var descriptors: [Int32] = [-1, -1]
    if pipe(&descriptors) == 0 {
      for descriptor in descriptors {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
    }
    readDescriptor = descriptors[0]
    writeDescriptor = descriptors[1]
  }

  deinit {
    if readDescriptor >= 0 { close(readDescriptor) }
    if writeDescriptor >= 0 { close(writeDescriptor) }
  }

  /// Sleeps for some seconds (no more than a day), or until a byte arrives.
  func sleep(_ seconds: Double) {
    var poll = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
    // `poll` counts in milliseconds; what is less than one is slept afterwards.
    let milliseconds = min(seconds * 1000, 86_400_000).rounded(.down)
    if milliseconds > 0 { _ = wait(&poll, 1, Int32(milliseconds)) }
    if poll.revents != 0 { return drain() }
    let rest = seconds - milliseconds / 1000
    guard rest > 0, rest < 0.001 else { return }
    var time = timespec(tv_sec: 0, tv_nsec: Int(rest * 1e9))
    nanosleep(&time, nil)
  }

  /// Waits until a descriptor has something to read, or is at its end. False: a byte arrived before that.
  func waitForInput(on descriptor: Int32) -> Bool {
    var polls = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    while wait(&polls, 2, -1) < 0, errno == EINTR {}
    if polls[1].revents != 0 { drain() }
    return polls[0].revents != 0
  }

  /// Waits until a descriptor has something to read (true), a byte arrives or time is up.
  func waitForInput(on descriptor: Int32, seconds: Double?) -> Bool {
    var polls = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    // Up to the next millisecond: waiting too short would only mean to come back at once.
    let milliseconds = seconds.map { Int32(min(max($0 * 1000, 0), 86_400_000).rounded(.up)) } ?? -1
    if wait(&polls, 2, milliseconds) <= 0 { return false }
    if polls[1].revents != 0 { drain() }
    return polls[0].revents != 0
  }

  private func drain() {
    var bytes: [UInt8] = Array(repeating: 0, count: 64)
    while read(readDescriptor, &bytes, bytes.count) > 0 {}
  }
}

private func wait(_ descriptors: UnsafeMutablePointer<pollfd>, _ count: nfds_t, _ milliseconds: Int32) -> Int32 {
  poll(descriptors, count, milliseconds)
}

extension Runtime {
  /// Ctrl-C arrived. May be called from any thread: it touches nothing but the machine's plain memory.
  func interrupt() {
    machine.pointee.isInterrupted = true
    wake()
  }

  /// Ctrl-\ arrived. May be called from any thread.
  func requestTaskTree() {
    machine.pointee.isTaskTreeWanted = true
    interrupt()
  }

  /// The same again, if it met a task that was to end its step by itself.
  func insistOnInterrupt() {
    if machine.pointee.hasDeferredInterrupt { interrupt() }
  }

  /// Ends a sleep of the loop. May be called from any thread.
  func wake() {
    let descriptor = machine.pointee.wakeupDescriptor
    var byte: UInt8 = 0
    if descriptor >= 0 { _ = write(descriptor, &byte, 1) }
  }

  /// Ctrl-C arrived while an operation waited: it goes on if the event loop takes care of it.
  func handleInterrupt() throws(Raised) {
    machine.pointee.isInterrupted = false
    if showsTasksOnInterrupt() { return }
    if interruptHandler?() != true { throw error("KeyboardInterrupt", []) }
  }
}
