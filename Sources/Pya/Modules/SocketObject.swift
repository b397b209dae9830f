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
    if descriptor >= 0, ownsDescriptor {
      type.runtime.willEndConnection()
      close(descriptor)
    }
    descriptor = -1
  }

  deinit {
    if descriptor >= 0, ownsDescriptor { type.runtime.wasNotClosed(representation) }
    closeNow()
  }

  private func representation(_ runtime: Runtime) throws(Raised) -> String {
    var text = "<socket.socket fd=\(descriptor), family=\(family), type=\(socketKind), proto=\(number)"
    let descriptor = descriptor
    let addresses = [
      ("laddr", SocketAddress { getsockname(descriptor, $0, $1) }), ("raddr", SocketAddress { getpeername(descriptor, $0, $1) }),
    ]
    for (name, address) in addresses {
      if let value = address?.value(runtime), try runtime.isTrue(value) { text += ", \(name)=\(try runtime.repr(value).text)" }
    }
    return text + ">"
  }

  /// Repeats a call until it no longer says that it would block, within the timeout.
  func perform(_ runtime: Runtime, writing: Bool, _ step: (Int32) -> Int) throws(Raised) -> Int {
    runtime.sendPending()
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
