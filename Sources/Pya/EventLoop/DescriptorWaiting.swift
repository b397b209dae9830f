#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Waiting for descriptors outside the event loop: without the turn, so that other threads run meanwhile, and not longer than until
/// a signal arrives.
extension Runtime {
  /// Waits until one of some descriptors is ready, and leaves in `revents` which. False: the time (of the system's clock) is over.
  func wait(for descriptors: inout [pollfd], until deadline: Double?) throws(Raised) -> Bool {
    let clock = asyncio.systemClock
    while true {
      if machine.pointee.isInterrupted { try attend() }
      if pollWithoutTurn(&descriptors, seconds: deadline.map { max(0, $0 - clock.monotonic) }) { return true }
      if let deadline, clock.monotonic >= deadline { return false }
    }
  }

  /// Waits until a descriptor can be read or written. False: the time (of the system's clock) is over.
  func waitForDescriptor(_ descriptor: Int32, writing: Bool, until deadline: Double? = nil) throws(Raised) -> Bool {
    if existingAttachment(Threads.self)?.hasForked != true { output.flush() }
    var descriptors = [pollfd(fd: descriptor, events: Int16(writing ? POLLOUT : POLLIN), revents: 0)]
    return try wait(for: &descriptors, until: deadline)
  }

  /// Before a descriptor is read that may block: waits until it does not. False: a signal arrived, and the program is to look up.
  func awaitInput(on descriptor: Int32) -> Bool {
    var descriptors = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    repeat {
      // Asked before the first wait, too: what interrupted may have left its byte to somebody who took it.
      if machine.pointee.isInterrupted { return false }
    } while !pollWithoutTurn(&descriptors, seconds: nil)
    return true
  }

  /// One wait. False: none is ready, because time is up or, on the main thread, something wants to be attended to.
  private func pollWithoutTurn(_ descriptors: inout [pollfd], seconds: Double?) -> Bool {
    let pipe = machine.pointee.isMainThread ? asyncio.wakeup.pipe : nil
    descriptors.append(pollfd(fd: pipe?.readDescriptor ?? -1, events: Int16(POLLIN), revents: 0))
    // Up to the next millisecond: waiting too short would only mean to come back at once.
    let milliseconds = seconds.map { Int32(min(($0 * 1000).rounded(.up), 86_400_000)) } ?? -1
    let count = threads.blocking { systemPoll(&descriptors, milliseconds) }
    if let last = descriptors.popLast(), count > 0, last.revents != 0 {
      pipe?.drain()
      return count > 1
    }
    return count > 0
  }
}

/// Whether reading or writing can wait for somebody: not with files on a disk, nor where the program asked for an error instead.
func mayBlock(_ descriptor: Int32) -> Bool {
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return false }
  return fcntl(descriptor, F_GETFL) & O_NONBLOCK == 0
}

private func systemPoll(_ descriptors: inout [pollfd], _ milliseconds: Int32) -> Int32 {
  poll(&descriptors, nfds_t(descriptors.count), milliseconds)
}
