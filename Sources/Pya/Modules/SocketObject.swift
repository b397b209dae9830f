#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_socket.socket`. The descriptor never blocks: what the program wants to wait for, the thread waits for without its turn.
final class SocketObject: Object {
  fileprivate(set) var descriptor: Int32
  let family, socketKind, number: Int32
  /// Seconds; nil: as long as it takes.
  var timeout: Double?
  fileprivate(set) var ownsDescriptor = true
  private var dictionary: DictObject?

  init(type: TypeObject, descriptor: Int32, family: Int32, kind: Int32, number: Int32) {
    self.descriptor = descriptor
    self.family = family
    socketKind = kind
    self.number = number
    super.init(type: type, kind: .other)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  func doNotOwn() { ownsDescriptor = false }

  func detach() -> Int32 {
    defer { descriptor = -1 }
    return descriptor
  }

  func closeNow() {
    if descriptor >= 0, ownsDescriptor { close(descriptor) }
    descriptor = -1
  }

  deinit { closeNow() }

  /// Repeats a call until it no longer says that it would block, within the timeout.
  func perform(_ runtime: Runtime, writing: Bool, _ step: (Int32) -> Int) throws(Raised) -> Int {
    let clock = runtime.asyncio.systemClock
    let deadline = timeout.map { clock.monotonic + $0 }
    while true {
      if descriptor < 0 { throw runtime.systemError(EBADF) }
      let result = step(descriptor)
      if result >= 0 { return result }
      let failure = errno
      if failure == EINTR {
        try runtime.attend()
        continue
      }
      guard failure == EAGAIN || failure == EWOULDBLOCK, timeout != 0 else { throw runtime.systemError(failure) }
      guard try runtime.waitForDescriptor(descriptor, writing: writing, until: deadline) else {
        throw runtime.error("TimeoutError", "timed out")
      }
    }
  }
}

extension Runtime {
  /// Waits until a descriptor can be read or written, without the turn. False: the time (of the system's clock) is over.
  func waitForDescriptor(_ descriptor: Int32, writing: Bool, until deadline: Double?) throws(Raised) -> Bool {
    let clock = asyncio.systemClock
    let wakeup = asyncio.wakeup
    let isMain = machine.pointee.isMainThread
    output.flush()
    while true {
      if machine.pointee.isInterrupted { try attend() }
      let rest = deadline.map { max(0, $0 - clock.monotonic) }
      let ready = threads.blocking {
        var polls = [
          pollfd(fd: descriptor, events: Int16(writing ? POLLOUT : POLLIN), revents: 0),
          pollfd(fd: isMain ? wakeup.readDescriptor : -1, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = rest.map { Int32(min(($0 * 1000).rounded(.up), 86_400_000)) } ?? -1
        let count = poll(&polls, 2, milliseconds)
        if polls[1].revents != 0 { wakeup.drain() }
        return count > 0 && polls[0].revents != 0
      }
      if ready { return true }
      if let deadline, clock.monotonic >= deadline { return false }
    }
  }
}
