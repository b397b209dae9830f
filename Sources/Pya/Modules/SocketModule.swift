#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_socket`: sockets of the system and the names of hosts; `socket` is built on it.
extension Runtime {
  func makeSocketModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_socket")
    defineSocketConstants(in: module)
    let type = threadType("socket")
    type.moduleName = "_socket"
    type.isFinal = false
    module.set(self, "socket", .object(type))
    type.defineConstructor(self, "family=2, type=1, proto=0, fileno=None") { (runtime, cls, arguments) throws(Raised) in
      func number(_ index: Int, _ otherwise: Int32) throws(Raised) -> Int32 {
        guard let given = arguments[index].defined, !given.isNone else { return otherwise }
        let value = try runtime.index(given)
        return value == -1 ? otherwise : Int32(truncatingIfNeeded: value)
      }
      var family = try number(0, AF_INET)
      var kind = try number(1, Int32(streamSocket))
      var proto = try number(2, 0)
      var descriptor: Int32
      if let given = arguments[3].defined, !given.isNone {
        descriptor = try runtime.fileDescriptor(given)
        // What is not said, the descriptor tells.
        family = try number(0, try runtime.family(of: descriptor))
        kind = try number(1, try runtime.option(SO_TYPE, of: descriptor))
        #if os(Linux)
          proto = try number(2, try runtime.option(SO_PROTOCOL, of: descriptor))
        #endif
      } else {
        descriptor = socket(family, kind, proto)
        if descriptor < 0 { throw runtime.systemError(errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
      makeNonBlocking(descriptor)
      return .object(SocketObject(type: cls, descriptor: descriptor, family: family, kind: kind, number: proto))
    }
    defineConnecting(type)
    defineTransfer(type)
    defineOptions(type)
    defineNames(in: module)
    return module
  }

  fileprivate func socket_(_ value: Value) throws(Raised) -> SocketObject {
    guard let socket = value.object as? SocketObject else { throw typeError("expected a socket, got '\(typeName(value))'") }
    return socket
  }

  fileprivate func check(_ result: Int32) throws(Raised) { if result < 0 { throw systemError(errno) } }

  fileprivate func family(of descriptor: Int32) throws(Raised) -> Int32 {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutableBytes(of: &address) { bytes in
      getsockname(descriptor, bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), &size)
    }
    try check(result)
    return Int32(address.ss_family)
  }

  fileprivate func option(_ name: Int32, of descriptor: Int32) throws(Raised) -> Int32 {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    try check(getsockopt(descriptor, SOL_SOCKET, name, &value, &size))
    return value
  }

  // MARK: Connecting

  private func defineConnecting(_ type: TypeObject) {
    type.define(self, "bind", "self, address, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      let address = try runtime.address(arguments[1], for: socket, "bind")
      try runtime.check(address.pass { bindSocket(socket.descriptor, $0, $1) })
      return .none
    }
    type.define(self, "listen", "self, backlog=128, /") { (runtime, arguments) throws(Raised) in
      let backlog = try arguments[1].defined.map { (value) throws(Raised) in try runtime.index(value) } ?? 128
      try runtime.check(listen(try runtime.socket_(arguments[0]).descriptor, Int32(clamping: max(0, backlog))))
      return .none
    }
    type.define(self, "_accept", "self, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      var peer: SocketAddress?
      let accepted = try socket.perform(runtime, writing: false) { descriptor in
        var result: Int32 = -1
        peer = SocketAddress {
          result = accept(descriptor, $0, $1)
          return result
        }
        return Int(result)
      }
      _ = fcntl(Int32(accepted), F_SETFD, FD_CLOEXEC)
      return .object(TupleObject(runtime, [.int(accepted), peer?.value(runtime) ?? .none]))
    }
    for name in ["connect", "connect_ex"] {
      type.define(self, name, "self, address, /") { (runtime, arguments) throws(Raised) in
        let socket = try runtime.socket_(arguments[0])
        let address = try runtime.address(arguments[1], for: socket, name)
        let failure = try runtime.connect(socket, address)
        if name == "connect_ex" { return .int(Int(failure)) }
        if failure != 0 { throw runtime.systemError(failure) }
        return .none
      }
    }
    type.define(self, "shutdown", "self, how, /") { (runtime, arguments) throws(Raised) in
      runtime.willEndConnection()
      try runtime.check(
        shutdown(try runtime.socket_(arguments[0]).descriptor, Int32(clamping: try runtime.index(arguments[1]))))
      return .none
    }
    type.define(self, "_close", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.socket_(arguments[0]).closeNow()
      return .none
    }
    type.define(self, "_do_not_own", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.socket_(arguments[0]).doNotOwn()
      return .none
    }
    type.define(self, "detach", "self, /") { (runtime, arguments) throws(Raised) in
      .int(Int(try runtime.socket_(arguments[0]).detach()))
    }
    type.define(self, "fileno", "self, /") { (runtime, arguments) throws(Raised) in
      .int(Int(try runtime.socket_(arguments[0]).descriptor))
    }
    for (name, isPeer) in [("getsockname", false), ("getpeername", true)] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        let descriptor = try runtime.socket_(arguments[0]).descriptor
        let address = SocketAddress { isPeer ? getpeername(descriptor, $0, $1) : getsockname(descriptor, $0, $1) }
        guard let address else { throw runtime.systemError(errno) }
        return address.value(runtime)
      }
    }
  }

  /// The error of the system, 0 for success.
  private func connect(_ socket: SocketObject, _ address: SocketAddress) throws(Raised) -> Int32 {
    if socket.descriptor < 0 { return EBADF }
    sendPending()
    if address.pass({ connectSocket(socket.descriptor, $0, $1) }) == 0 { return 0 }
    let failure = errno
    guard failure == EINPROGRESS, socket.timeout != 0 else { return failure }
    let deadline = socket.timeout.map { asyncio.systemClock.monotonic + $0 }
    guard try waitForDescriptor(socket.descriptor, writing: true, until: deadline) else {
      throw error("TimeoutError", "timed out")
    }
    var result: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &result, &length)
    return result
  }

  // MARK: Data

  private func defineTransfer(_ type: TypeObject) {
    type.define(self, "recv", "self, bufsize, flags=0, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      let (count, flags) = try runtime.sizeAndFlags(arguments)
      return .object(try runtime.receive(count) { (buffer) throws(Raised) in
        try socket.perform(runtime, writing: false) { recv($0, buffer, count, flags) }
      })
    }
    type.define(self, "recvfrom", "self, bufsize, flags=0, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      let (count, flags) = try runtime.sizeAndFlags(arguments)
      var peer: SocketAddress?
      let data = try runtime.receive(count) { (buffer) throws(Raised) in
        try socket.perform(runtime, writing: false) { descriptor in
          var result = -1
          peer = SocketAddress {
            result = recvfrom(descriptor, buffer, count, flags, $0, $1)
            return result < 0 ? -1 : 0
          }
          return result
        }
      }
      return .object(TupleObject(runtime, [.object(data), peer?.value(runtime) ?? .none]))
    }
    type.define(self, "recv_into", "self, buffer, nbytes=0, flags=0") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      guard let target = WritableBuffer(arguments[1], runtime) else {
        throw runtime.typeError("recv_into() argument 1 must be read-write bytes-like object, not \(runtime.givenName(arguments[1]))")
      }
      var count = try arguments[2].defined.map { (value) throws(Raised) in try runtime.index(value) } ?? 0
      if count < 0 { throw runtime.valueError("negative buffersize in recv_into") }
      if count == 0 || count > target.count { count = target.count }
      let data = try runtime.receive(count) { (buffer) throws(Raised) in
        try socket.perform(runtime, writing: false) { recv($0, buffer, count, 0) }
      }
      try target.store(ByteSpan(data))
      return .int(data.count)
    }
    type.define(self, "send", "self, data, flags=0, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      let bytes = try runtime.bytesArgument(arguments[1])
      return .int(try socket.perform(runtime, writing: true) { descriptor in
        bytes.withContent { send(descriptor, $0.baseAddress, $0.count, noSignal) }
      })
    }
    type.define(self, "sendall", "self, data, flags=0, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      let bytes = try runtime.bytesArgument(arguments[1])
      var sent = 0
      while sent < bytes.count {
        sent += try socket.perform(runtime, writing: true) { descriptor in
          bytes.withContent { buffer in
            send(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, noSignal)
          }
        }
      }
      return .none
    }
    type.define(self, "sendto", "self, data, *args") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      let bytes = try runtime.bytesArgument(arguments[1])
      guard arguments.count == 3 || arguments.count == 4 else {
        throw runtime.typeError("sendto() takes 2 or 3 arguments (\(arguments.count - 1) given)")
      }
      let address = try runtime.address(arguments[arguments.count - 1], for: socket, "sendto")
      return .int(try socket.perform(runtime, writing: true) { descriptor in
        address.pass { pointer, length in
          bytes.withContent { sendto(descriptor, $0.baseAddress, $0.count, noSignal, pointer, length) }
        }
      })
    }
  }

  private func sizeAndFlags(_ arguments: Arguments) throws(Raised) -> (Int, Int32) {
    let count = try index(arguments[1])
    if count < 0 { throw valueError("negative buffersize in recv") }
    try checkAllocation(count)
    let flags = try arguments[2].defined.map { (value) throws(Raised) in try index(value) } ?? 0
    return (min(count, 1 << 30), Int32(truncatingIfNeeded: flags))
  }

  private func receive(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) throws(Raised) -> Int) throws(Raised) -> BytesObject {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    defer { buffer.deallocate() }
    let received = try body(buffer)
    return BytesObject(type: types.bytes, UnsafeBufferPointer(start: buffer, count: received))
  }

  // MARK: Options

  private func defineOptions(_ type: TypeObject) {
    type.define(self, "settimeout", "self, timeout, /") { (runtime, arguments) throws(Raised) in
      let socket = try runtime.socket_(arguments[0])
      if arguments[1].isNone {
        socket.timeout = nil
      } else {
        let seconds = try runtime.timeSpan(arguments[1])
        if seconds < 0 { throw runtime.valueError("Timeout value out of range") }
        socket.timeout = seconds
      }
      return .none
    }
    type.define(self, "gettimeout", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.socket_(arguments[0]).timeout.map { .float($0) } ?? .none
    }
    type.define(self, "setblocking", "self, flag, /") { (runtime, arguments) throws(Raised) in
      try runtime.socket_(arguments[0]).timeout = try runtime.isTrue(arguments[1]) ? nil : 0
      return .none
    }
    type.define(self, "getblocking", "self, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.socket_(arguments[0]).timeout != 0)
    }
    type.define(self, "setsockopt", "self, level, optname, value, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.socket_(arguments[0]).descriptor
      let level = Int32(truncatingIfNeeded: try runtime.index(arguments[1]))
      let option = Int32(truncatingIfNeeded: try runtime.index(arguments[2]))
      if let bytes = runtime.bytesLike(arguments[3]) {
        try runtime.check(bytes.withContent { setsockopt(descriptor, level, option, $0.baseAddress, socklen_t($0.count)) })
      } else {
        var number = Int32(truncatingIfNeeded: try runtime.index(arguments[3]))
        try runtime.check(setsockopt(descriptor, level, option, &number, socklen_t(MemoryLayout<Int32>.size)))
      }
      return .none
    }
    type.define(self, "getsockopt", "self, level, optname, buflen=0, /") { (runtime, arguments) throws(Raised) in
      if let given = arguments[3].defined, try runtime.index(given) != 0 {
        let size = try runtime.index(given)
        if size < 0 || size > 1024 { throw runtime.error("OSError", "getsockopt buflen out of range") }
        var buffer = [UInt8](repeating: 0, count: size)
        var length = socklen_t(size)
        try runtime.check(
          getsockopt(
            try runtime.socket_(arguments[0]).descriptor, Int32(truncatingIfNeeded: try runtime.index(arguments[1])),
            Int32(truncatingIfNeeded: try runtime.index(arguments[2])), &buffer, &length))
        return .object(BytesObject(type: runtime.types.bytes, Array(buffer.prefix(Int(length)))))
      }
      var number: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      try runtime.check(
        getsockopt(
          try runtime.socket_(arguments[0]).descriptor, Int32(truncatingIfNeeded: try runtime.index(arguments[1])),
          Int32(truncatingIfNeeded: try runtime.index(arguments[2])), &number, &length))
      return .int(Int(number))
    }
    for (name, read) in [
      ("family", { Int($0.family) }), ("type", { Int($0.socketKind) }), ("proto", { Int($0.number) }),
    ] as [(String, (SocketObject) -> Int)] {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in .int(read(try runtime.socket_(value))) }
    }
  }

  // MARK: Names

  private func defineNames(in module: ModuleObject) {
    module.define(self, "gethostname", "") { (runtime, _) throws(Raised) in
      var buffer = [CChar](repeating: 0, count: 256)
      gethostname(&buffer, buffer.count - 1)
      return .object(runtime.string(cString(buffer)))
    }
    // Code, or rows of (family, type, proto, canonname, address).
    module.define(self, "_getaddrinfo", "host, port, family, type, proto, flags, /") { (runtime, arguments) throws(Raised) in
      var numbers: [Int32] = []
      for index in 2..<6 { numbers.append(Int32(truncatingIfNeeded: try runtime.index(arguments[index]))) }
      return try runtime.lookUp(
        host: try runtime.hostName(arguments[0]), service: try runtime.hostName(arguments[1]), family: numbers[0],
        kind: numbers[1], proto: numbers[2], flags: numbers[3])
    }
    // Code, or the names of host and service.
    module.define(self, "_getnameinfo", "host, port, flags, /") { (runtime, arguments) throws(Raised) in
      let (host, port) = (try runtime.hostName(arguments[0]), try runtime.index(arguments[1]))
      return try runtime.nameOf(
        host: host, port: String(port), flags: Int32(truncatingIfNeeded: try runtime.index(arguments[2])))
    }
    module.define(self, "_error_text", "code, /") { (runtime, arguments) throws(Raised) in
      let code = Int32(truncatingIfNeeded: try runtime.index(arguments[0]))
      return .object(runtime.string(String(cString: gai_strerror(code))))
    }
    module.define(self, "inet_pton", "family, address, /") { (runtime, arguments) throws(Raised) in
      let family = Int32(truncatingIfNeeded: try runtime.index(arguments[0]))
      guard family == AF_INET || family == AF_INET6 else { throw runtime.systemError(EAFNOSUPPORT) }
      guard let text = arguments[1].string?.text else { throw runtime.typeError("inet_pton() argument 2 must be str") }
      var bytes = [UInt8](repeating: 0, count: 16)
      guard inet_pton(family, text, &bytes) == 1 else {
        throw runtime.error("OSError", "illegal IP address string passed to inet_pton")
      }
      return .object(BytesObject(type: runtime.types.bytes, Array(bytes.prefix(family == AF_INET ? 4 : 16))))
    }
    module.define(self, "inet_ntop", "family, address, /") { (runtime, arguments) throws(Raised) in
      let family = Int32(truncatingIfNeeded: try runtime.index(arguments[0]))
      guard let bytes = runtime.bytesLike(arguments[1]), bytes.count == (family == AF_INET ? 4 : 16) else {
        throw runtime.valueError("invalid length of packed IP address string")
      }
      var text = [CChar](repeating: 0, count: 64)
      inet_ntop(family, bytes.copyBytes(), &text, socklen_t(text.count))
      return .object(runtime.string(cString(text)))
    }
    // The descriptors of two lists that can be read and written, as sets; waits for one if there is none.
    module.define(self, "_select", "reading, writing, timeout, /") { (runtime, arguments) throws(Raised) in
      try runtime.select(
        try runtime.descriptors(arguments[0]), try runtime.descriptors(arguments[1]),
        timeout: arguments[2].isNone ? nil : try runtime.timeSpan(arguments[2]))
    }
    // Pairs of a descriptor and the events it waits for; those that something happened to, with what it was.
    module.define(self, "_poll", "descriptors, timeout, /") { (runtime, arguments) throws(Raised) in
      var polls: [pollfd] = []
      for item in try runtime.array(arguments[0]) {
        let pair = try runtime.array(item)
        guard pair.count == 2 else { throw runtime.typeError("a pair was expected") }
        let events = Int16(truncatingIfNeeded: try runtime.index(pair[1]))
        polls.append(pollfd(fd: try runtime.cInt(pair[0]), events: events, revents: 0))
      }
      runtime.output.flush()
      let timeout = arguments[1].isNone ? nil : try runtime.timeSpan(arguments[1])
      _ = try runtime.wait(for: &polls, until: timeout.map { runtime.asyncio.systemClock.monotonic + $0 })
      let ready = polls.filter { $0.revents != 0 }
      return .object(
        ListObject(
          runtime,
          ready.map { entry in
            .object(TupleObject(runtime, [.int(Int(entry.fd)), .int(Int(UInt16(bitPattern: entry.revents)))]))
          }))
    }
    module.define(self, "_socketpair", "family, type, proto, /") { (runtime, arguments) throws(Raised) in
      var descriptors: [Int32] = [-1, -1]
      try runtime.check(
        socketpair(
          Int32(truncatingIfNeeded: try runtime.index(arguments[0])), Int32(truncatingIfNeeded: try runtime.index(arguments[1])),
          Int32(truncatingIfNeeded: try runtime.index(arguments[2])), &descriptors))
      for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
      return .object(TupleObject(runtime, descriptors.map { .int(Int($0)) }))
    }
  }

  private func descriptors(_ value: Value) throws(Raised) -> [Int32] {
    var result: [Int32] = []
    for item in try array(value) { result.append(try fileDescriptor(item)) }
    return result
  }

  private func select(_ reading: [Int32], _ writing: [Int32], timeout: Double?) throws(Raised) -> Value {
    output.flush()
    var polls = reading.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    polls += writing.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
    _ = try wait(for: &polls, until: timeout.map { asyncio.systemClock.monotonic + $0 })
    let readable = SetObject(type: types.set)
    let writable = SetObject(type: types.set)
    for (index, entry) in polls.enumerated() where entry.revents != 0 {
      try (index < reading.count ? readable : writable).add(.int(Int(entry.fd)), self)
    }
    return .object(TupleObject(self, [.object(readable), .object(writable)]))
  }

  private func hostName(_ value: Value) throws(Raised) -> String? {
    if value.isNone { return nil }
    if let text = value.string { return text.text }
    if let bytes = bytesLike(value) { return String(decoding: bytes, as: UTF8.self) }
    return String(try index(value))
  }

  private func lookUp(host: String?, service: String?, family: Int32, kind: Int32, proto: Int32, flags: Int32) throws(Raised)
    -> Value
  {
    var hints = addrinfo()
    hints.ai_family = family
    hints.ai_socktype = kind
    hints.ai_protocol = proto
    hints.ai_flags = flags
    var list: UnsafeMutablePointer<addrinfo>?
    let code = threads.blocking { getaddrinfo(host, service, &hints, &list) }
    if code != 0 { return .int(Int(code)) }
    defer { freeaddrinfo(list) }
    var rows: [Value] = []
    var next = list
    while let entry = next {
      next = entry.pointee.ai_next
      guard let address = entry.pointee.ai_addr else { continue }
      let name = entry.pointee.ai_canonname.map { String(cString: $0) } ?? ""
      rows.append(
        .object(
          TupleObject(
            self,
            [
              .int(Int(entry.pointee.ai_family)), .int(Int(entry.pointee.ai_socktype)), .int(Int(entry.pointee.ai_protocol)),
              .object(string(name)), SocketAddress(address, entry.pointee.ai_addrlen).value(self),
            ])))
    }
    return .object(ListObject(self, rows))
  }

  private func nameOf(host: String?, port: String, flags: Int32) throws(Raised) -> Value {
    var hints = addrinfo()
    hints.ai_socktype = Int32(datagramSocket)
    hints.ai_flags = AI_NUMERICHOST
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, port, &hints, &list)
    if code != 0 { return .int(Int(code)) }
    defer { freeaddrinfo(list) }
    guard let entry = list?.pointee, let address = entry.ai_addr else { return .int(Int(EAI_NONAME)) }
    var name = [CChar](repeating: 0, count: 1025)
    var service = [CChar](repeating: 0, count: 64)
    let failure = threads.blocking {
      getnameinfo(address, entry.ai_addrlen, &name, socklen_t(name.count), &service, socklen_t(service.count), flags)
    }
    if failure != 0 { return .int(Int(failure)) }
    return .object(TupleObject(self, [.object(string(cString(name))), .object(string(cString(service)))]))
  }

  /// The address that a program gives for a socket.
  private func address(_ value: Value, for socket: SocketObject, _ method: String) throws(Raised) -> SocketAddress {
    if socket.family == AF_UNIX {
      let path = bytesLike(value)?.copyBytes() ?? value.string.map { Array($0.utf8) }
      guard let path else { throw typeError("a bytes-like object is required, not '\(typeName(value))'") }
      guard let address = SocketAddress(path: path) else { throw error("OSError", "AF_UNIX path too long") }
      return address
    }
    let family = socket.family == AF_INET6 ? "AF_INET6" : "AF_INET"
    guard let parts = value.cast(.tuple, to: TupleObject.self)?.array else {
      throw typeError("\(method)(): \(family) address must be tuple, not \(typeName(value))")
    }
    guard parts.count == 2 || (socket.family == AF_INET6 && parts.count <= 4 && parts.count > 1) else {
      throw typeError("\(family) address must be a pair (host, port)")
    }
    guard parts[0].string != nil || bytesLike(parts[0]) != nil else {
      throw typeError("str, bytes or bytearray expected, not \(typeName(parts[0]))")
    }
    let port = try index(parts[1])
    if port < 0 || port > 65535 { throw overflowError("\(method)(): port must be 0-65535.") }
    var host = try hostName(parts[0])
    if host == "" { host = socket.family == AF_INET6 ? "::" : "0.0.0.0" }
    if host == "<broadcast>" { host = "255.255.255.255" }
    var hints = addrinfo()
    hints.ai_family = socket.family
    hints.ai_socktype = socket.socketKind
    var list: UnsafeMutablePointer<addrinfo>?
    let text = host ?? ""
    let isNumeric = text.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
    let code: Int32
    if isNumeric {
      code = getaddrinfo(text, String(port), &hints, &list)
    } else {
      code = threads.blocking { getaddrinfo(text, String(port), &hints, &list) }
    }
    if code != 0 {
      let library = try importModule("socket", level: 0, globals: builtins)
      let raised = try callMethod(
        library, "gaierror", [.int(Int(code)), .object(string(String(cString: gai_strerror(code))))])
      guard let exception = raised.exception else { throw valueError("getaddrinfo failed") }
      throw Raised(exception)
    }
    defer { freeaddrinfo(list) }
    guard let list, let address = list.pointee.ai_addr else { throw systemError(EADDRNOTAVAIL) }
    return SocketAddress(address, list.pointee.ai_addrlen)
  }

  // MARK: Constants

  private func defineSocketConstants(in module: ModuleObject) {
    var constants: [(String, Int)] = [
      ("AF_UNSPEC", Int(AF_UNSPEC)), ("AF_INET", Int(AF_INET)), ("AF_INET6", Int(AF_INET6)), ("AF_UNIX", Int(AF_UNIX)),
      ("SOCK_STREAM", streamSocket), ("SOCK_DGRAM", datagramSocket), ("SOL_SOCKET", Int(SOL_SOCKET)),
      ("SO_REUSEADDR", Int(SO_REUSEADDR)), ("SO_REUSEPORT", Int(SO_REUSEPORT)), ("SO_KEEPALIVE", Int(SO_KEEPALIVE)),
      ("SO_BROADCAST", Int(SO_BROADCAST)), ("SO_ERROR", Int(SO_ERROR)), ("SO_RCVBUF", Int(SO_RCVBUF)),
      ("SO_SNDBUF", Int(SO_SNDBUF)), ("SO_LINGER", Int(SO_LINGER)), ("SO_TYPE", Int(SO_TYPE)), ("IPPROTO_TCP", 6),
      ("IPPROTO_UDP", 17), ("IPPROTO_IP", 0), ("IPPROTO_IPV6", 41), ("TCP_NODELAY", Int(TCP_NODELAY)),
      ("IPV6_V6ONLY", Int(IPV6_V6ONLY)), ("SOMAXCONN", Int(SOMAXCONN)), ("SHUT_RD", 0), ("SHUT_WR", 1), ("SHUT_RDWR", 2),
      ("AI_PASSIVE", Int(AI_PASSIVE)), ("AI_CANONNAME", Int(AI_CANONNAME)), ("AI_NUMERICHOST", Int(AI_NUMERICHOST)),
      ("NI_NUMERICHOST", Int(NI_NUMERICHOST)), ("NI_NUMERICSERV", Int(NI_NUMERICSERV)), ("NI_NAMEREQD", Int(NI_NAMEREQD)),
      ("NI_DGRAM", Int(NI_DGRAM)), ("IP_TTL", Int(IP_TTL)), ("IP_MULTICAST_TTL", Int(IP_MULTICAST_TTL)),
      ("IP_MULTICAST_LOOP", Int(IP_MULTICAST_LOOP)), ("IP_ADD_MEMBERSHIP", Int(IP_ADD_MEMBERSHIP)), ("INADDR_ANY", 0),
      ("EAI_NONAME", Int(EAI_NONAME)), ("EAI_FAMILY", Int(EAI_FAMILY)), ("MSG_PEEK", 2),
      ("EADDRINUSE", Int(EADDRINUSE)), ("EADDRNOTAVAIL", Int(EADDRNOTAVAIL)),
    ]
    #if canImport(Glibc)
      constants += [("SOCK_NONBLOCK", 2048), ("SOCK_CLOEXEC", 524288), ("MSG_DONTWAIT", 64), ("MSG_NOSIGNAL", 16384), ("MSG_WAITALL", 256)]
    #else
      constants += [("MSG_DONTWAIT", 128), ("MSG_WAITALL", 64)]
    #endif
    for (name, value) in constants { module.set(self, name, .int(value)) }
    module.set(self, "has_ipv6", .bool(true))
  }
}

#if canImport(Glibc)
  private let streamSocket = Int(SOCK_STREAM.rawValue)
  private let datagramSocket = Int(SOCK_DGRAM.rawValue)
  private let noSignal = Int32(MSG_NOSIGNAL)
#else
  private let streamSocket = Int(SOCK_STREAM)
  private let datagramSocket = Int(SOCK_DGRAM)
  private let noSignal: Int32 = 0
#endif

// Under names of their own: the methods of the same names would be found first.
private func bindSocket(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  bind(descriptor, address, length)
}

private func connectSocket(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
  connect(descriptor, address, length)
}

private func cString(_ buffer: [CChar]) -> String {
  String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
