#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_asyncio_streams`: stream readers and writers, transports and the accepting of connections; `asyncio.streams` and the loop's
/// methods are built from it.
extension Runtime {
  func makeStreamModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_asyncio_streams")
    let types = asyncio.streamTypes
    if types.reader.construct == nil {
      defineReader(types.reader)
      defineWriter(types.writer)
      for type in [types.transport, types.readTransport, types.writeTransport] { defineTransport(type) }
    }
    for type in [types.reader, types.writer, types.transport, types.readTransport, types.writeTransport] {
      module.set(self, type.name, .object(type))
    }
    defineConnecting(in: module)
    defineAccepting(in: module)
    defineChildWatching(in: module)
    module.define(self, "duplicate", "fd, /") { (runtime, arguments) throws(Raised) in
      let copy = fcntl(try runtime.fileDescriptor(arguments[0]), F_DUPFD_CLOEXEC, 0)
      if copy < 0 { throw runtime.systemError(errno) }
      return .int(Int(copy))
    }
    return module
  }

  fileprivate func loop(_ value: Value) throws(Raised) -> EventLoop {
    guard let loop = value.object as? EventLoop else { throw typeError("expected an event loop, got '\(typeName(value))'") }
    return loop
  }

  fileprivate func transport(_ value: Value) throws(Raised) -> TransportObject {
    guard let transport = value.object as? TransportObject else { throw typeError("expected a transport, got '\(typeName(value))'") }
    return transport
  }

  /// What `readuntil` looks for.
  fileprivate func separator(_ value: Value) throws(Raised) -> ByteSpan {
    guard let bytes = bytesLike(value) else { throw typeError("object of type '\(typeName(value))' has no len()") }
    if bytes.isEmpty { throw valueError("Separator should be at least one-byte string") }
    return bytes
  }

  // MARK: Connections

  private func defineConnecting(in module: ModuleObject) {
    // Streams on a connected socket: reader, writer, and a future that is done when they are ready. `owner` is the program's own socket.
    module.define(self, "connect_streams", "loop, fd, limit, owner=None, /") { (runtime, arguments) throws(Raised) in
      let loop = try runtime.loop(arguments[0])
      let types = loop.asyncio.streamTypes
      let reader = StreamReaderObject(type: types.reader, loop: loop, limit: try runtime.index(arguments[2]))
      let receiver = try StreamReceiver(reader, connected: .none)
      let descriptor = try runtime.fileDescriptor(arguments[1])
      let transport = TransportObject(
        type: types.transport, loop: loop, descriptor: descriptor, medium: .socket, receiver: receiver,
        peer: runtime.peer(of: descriptor))
      try runtime.give(transport, owner: arguments[3])
      let waiter = try loop.newFuture(runtime)
      try transport.begin(waiter: waiter)
      let writer = StreamWriterObject(type: types.writer, transport, receiver, reader)
      return .object(TupleObject(runtime, [.object(reader), .object(writer), .object(waiter)]))
    }
    // A pipe's reader or writer, for a child process.
    module.define(self, "pipe_reader", "loop, fd, limit, /") { (runtime, arguments) throws(Raised) in
      let loop = try runtime.loop(arguments[0])
      let types = loop.asyncio.streamTypes
      let reader = StreamReaderObject(type: types.reader, loop: loop, limit: try runtime.index(arguments[2]))
      let receiver = try StreamReceiver(reader, connected: .none)
      let descriptor = try runtime.fileDescriptor(arguments[1])
      let transport = TransportObject(
        type: types.readTransport, loop: loop, descriptor: descriptor, medium: .readPipe, receiver: receiver, peer: nil)
      makeNonBlocking(descriptor)
      try transport.begin(waiter: nil)
      return .object(TupleObject(runtime, [.object(reader), .object(transport), .object(receiver.closed)]))
    }
    module.define(self, "pipe_writer", "loop, fd, /") { (runtime, arguments) throws(Raised) in
      let loop = try runtime.loop(arguments[0])
      let types = loop.asyncio.streamTypes
      let reader = StreamReaderObject(type: types.reader, loop: loop, limit: 65536)
      let receiver = try StreamReceiver(reader, connected: .none)
      let descriptor = try runtime.fileDescriptor(arguments[1])
      let transport = TransportObject(
        type: types.writeTransport, loop: loop, descriptor: descriptor, medium: .writePipe, receiver: receiver, peer: nil)
      makeNonBlocking(descriptor)
      try transport.begin(waiter: nil)
      let writer = StreamWriterObject(type: types.writer, transport, receiver, nil)
      return .object(TupleObject(runtime, [.object(writer), .object(receiver.closed)]))
    }
    // Whether a method of the loop is the program's.
    module.define(self, "is_own", "loop, name, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.loop(arguments[0]).isOwn(try runtime.str(arguments[1])))
    }
    module.define(self, "adopt_transports", "transport, read_transport, write_transport, /") { (runtime, arguments) throws(Raised) in
      let types = runtime.asyncio.streamTypes
      for (index, type) in [types.transport, types.readTransport, types.writeTransport].enumerated() {
        guard let base = arguments[index].type else { continue }
        type.setBases([base], mro: [type] + base.mro)
        type.didChange()
      }
      return .none
    }
    // A transport that calls a protocol of the program: the transport, and a future that is done when it is ready.
    module.define(self, "make_transport", "loop, fd, kind, protocol, pipe=None, /") { (runtime, arguments) throws(Raised) in
      let loop = try runtime.loop(arguments[0])
      let types = loop.asyncio.streamTypes
      let descriptor = try runtime.fileDescriptor(arguments[1])
      let (medium, type): (TransportObject.Medium, TypeObject) =
        switch arguments[2].string?.text {
        case "read": (.readPipe, types.readTransport)
        case "write": (.writePipe, types.writeTransport)
        default: (.socket, types.transport)
        }
      if medium != .socket, !runtime.isWatchable(descriptor) {
        throw runtime.valueError(
          medium == .readPipe
            ? "Pipe transport is for pipes/sockets only." : "Pipe transport is only for pipes, sockets and character devices")
      }
      makeNonBlocking(descriptor)
      let transport = TransportObject(
        type: type, loop: loop, descriptor: descriptor, medium: medium, receiver: runtime.receiver(for: arguments[3], loop),
        peer: medium == .socket ? runtime.peer(of: descriptor) : nil)
      // The program's own object for the pipe, which is closed with the transport.
      if medium == .socket {
        try runtime.give(transport, owner: arguments[4])
      } else if let pipe = arguments[4].defined, !pipe.isNone {
        transport.extra["pipe"] = pipe
        transport.onClose = { [unowned runtime] () throws(Raised) in _ = try runtime.callMethod(pipe, "close") }
      }
      let waiter = try loop.newFuture(runtime)
      try transport.begin(waiter: waiter)
      return .object(TupleObject(runtime, [.object(transport), .object(waiter)]))
    }
  }

  /// The transport works on a socket of the program.
  private func give(_ transport: TransportObject, owner: Value) throws(Raised) {
    guard let socket = owner.defined, !socket.isNone else { return }
    transport.owner = socket
    let library = try importModule("socket", level: 0, globals: builtins)
    transport.extra["socket"] = try callMethod(library, "TransportSocket", [socket])
  }

  private func isWatchable(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK, S_IFCHR].contains(status.st_mode & S_IFMT)
  }

  fileprivate func peer(of descriptor: Int32) -> SocketAddress? { SocketAddress { getpeername(descriptor, $0, $1) } }

  fileprivate func receiver(for value: Value, _ loop: EventLoop) -> TransportReceiver { ProgramReceiver(self, value, loop) }

  private func defineAccepting(in module: ModuleObject) {
    let connectionsType = threadType("_Connections")
    connectionsType.moduleName = "_asyncio_streams"
    func connections(_ value: Value) throws(Raised) -> ServerConnections {
      guard let connections = value.object as? ServerConnections else { throw typeError("expected connections") }
      return connections
    }
    connectionsType.define(self, "count", "self, /") { (_, arguments) throws(Raised) in
      .int(try connections(arguments[0]).transports.count)
    }
    connectionsType.define(self, "close", "self, /") { (_, arguments) throws(Raised) in
      for transport in (try connections(arguments[0])).inOrder { transport.close() }
      return .none
    }
    connectionsType.define(self, "abort", "self, /") { (_, arguments) throws(Raised) in
      for transport in (try connections(arguments[0])).inOrder { transport.abort() }
      return .none
    }
    module.define(self, "connections", "when_empty, /") { (_, arguments) throws(Raised) in
      .object(ServerConnections(type: connectionsType, whenEmpty: arguments[0]))
    }
    // Accepts connections: `target` is a protocol factory, or with a limit a function of reader and writer.
    module.define(self, "accept", "loop, fd, backlog, target, limit, connections, /") { (runtime, arguments) throws(Raised) in
      let loop = try runtime.loop(arguments[0])
      let descriptor = try runtime.fileDescriptor(arguments[1])
      let job = AcceptJob(
        loop, descriptor, backlog: try runtime.index(arguments[2]), target: arguments[3],
        limit: arguments[4].isNone ? nil : try runtime.index(arguments[4]), try connections(arguments[5]))
      makeNonBlocking(descriptor)
      let failure = loop.poll.setReader(.job(job), descriptor)
      if failure != 0 { throw runtime.systemError(failure) }
      return .none
    }
    module.define(self, "stop_accepting", "loop, fd, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.fileDescriptor(arguments[1])
      _ = try runtime.loop(arguments[0]).poller?.setReader(nil, descriptor)
      return .none
    }
  }

  // MARK: Readers

  private func defineReader(_ type: TypeObject) {
    func reader(_ value: Value) throws(Raised) -> StreamReaderObject {
      guard let reader = value.object as? StreamReaderObject else { throw typeError("expected a StreamReader") }
      return reader
    }
    // Where a class of the program has one of the methods that CPython's calls, a function of `asyncio.streams` calls it, too.
    func defineReading(
      _ name: String, _ signature: NativeSignature, through function: String = "", calling others: [String] = [],
      when: @escaping (Arguments) -> Bool = { (_) in true },
      _ request: @escaping (Runtime, Arguments) throws(Raised) -> StreamReading.Request
    ) {
      func isOverridden(_ type: TypeObject) -> Bool {
        others.contains { type.lookupWithOwner(intern($0))?.owner.isHeap ?? false }
      }
      type.defineWaiting(
        asyncio, name, signature,
        order: { (runtime, arguments) throws(Raised) in (reader: try reader(arguments[0]), request: try request(runtime, arguments)) },
        instead: { (runtime, arguments) throws(Raised) in
          guard let type = arguments[0].object?.type, type.isHeap, isOverridden(type), when(arguments) else { return nil }
          return try runtime.begin(function, of: "asyncio.streams", arguments.positional)
        },
        atOnce: { (runtime, order) in order.reader.takeAtOnce(order.request, runtime) ?? .undefined },
        { (order) in StreamReading(order.reader, order.request) })
    }
    asyncio.defineClass(type, "self, limit=65536, loop=None") { [asyncio] cls in
      .object(StreamReaderObject(type: cls, loop: asyncio.runningLoop ?? asyncio.noLoop, limit: 65536))
    } fill: { [unowned(unsafe) self] (made, arguments) throws(Raised) in
      let limit = if let given = arguments[0].defined { try index(given) } else { 65536 }
      if limit <= 0 { throw valueError("Limit cannot be <= 0") }
      try reader(made).start(loop: try asyncio.loopArgument(arguments[1]), limit: limit)
    }
    func isNegative(_ value: Value) -> Bool { if case .int(let number) = value { number < 0 } else { value.isUndefined } }
    func count(_ value: Value) throws(Raised) -> Int {
      if case .int(let number) = value { return number }
      _ = try compare(.less, value, .int(0))
      return try index(value)
    }
    defineReading("read", "self, n=-1", through: "_read_all", calling: ["read"], when: { isNegative($0[1]) }) { (_, arguments) throws(Raised) in
      let count = try arguments[1].defined.map { (value) throws(Raised) in try count(value) } ?? -1
      return count < 0 ? .all : .some(count)
    }
    defineReading("readline", "self", through: "_read_line", calling: ["readuntil"]) { (_, _) throws(Raised) in .line }
    defineReading("readexactly", "self, n") { (runtime, arguments) throws(Raised) in
      let count = try count(arguments[1])
      if count < 0 { throw runtime.valueError("readexactly size can not be less than zero") }
      return .exactly(count)
    }
    defineReading("readuntil", "self, separator=b'\\n'") { (runtime, arguments) throws(Raised) in
      guard let given = arguments[1].defined else { return .until(ByteSpan(BytesObject(type: runtime.types.bytes, [10]))) }
      guard let several = given.cast(.tuple, to: TupleObject.self)?.array else {
        return .until(try runtime.separator(given))
      }
      if several.isEmpty { throw runtime.valueError("Separator should contain at least one element") }
      return .untilAny(try several.map { (part) throws(Raised) in try runtime.separator(part) })
    }
    type.define(self, "__aiter__", "self") { (_, arguments) throws(Raised) in arguments[0] }
    defineReading("__anext__", "self", through: "_next_line", calling: ["readline", "readuntil"]) { (_, _) throws(Raised) in .nextLine }
    type.define(self, "at_eof", "self") { (_, arguments) throws(Raised) in
      let reader = try reader(arguments[0])
      return .bool(reader.isAtEnd && reader.buffer.isEmpty)
    }
    type.define(self, "feed_data", "self, data") { (runtime, arguments) throws(Raised) in
      guard let bytes = runtime.bytesLike(arguments[1]) else { throw runtime.typeError("a bytes-like object is required") }
      let reader = try reader(arguments[0])
      if reader.isAtEnd { throw runtime.error("AssertionError", [.object(runtime.string("feed_data after feed_eof"))]) }
      var failure: Raised?
      bytes.withContent { buffer in
        do throws(Raised) { try reader.feed(buffer, runtime) } catch { failure = error }
      }
      if let failure { throw failure }
      return .none
    }
    type.define(self, "feed_eof", "self") { (runtime, arguments) throws(Raised) in
      try reader(arguments[0]).feedEnd(runtime)
      return .none
    }
    type.define(self, "set_exception", "self, exc") { (runtime, arguments) throws(Raised) in
      guard let exception = arguments[1].exception else { throw runtime.typeError("exceptions must derive from BaseException") }
      try reader(arguments[0]).fail(exception, runtime)
      return .none
    }
    type.define(self, "exception", "self") { (_, arguments) throws(Raised) in
      try reader(arguments[0]).exception.map { .object($0) } ?? .none
    }
    // What programs look at although it is private.
    type.defineProperty(self, "_buffer") { (runtime, value) throws(Raised) in
      .object(BytesObject(type: runtime.types.bytearray, kind: .byteArray, try reader(value).buffer.front))
    }
    type.defineProperty(self, "_limit") { (_, value) throws(Raised) in .int(try reader(value).limit) }
    type.defineProperty(self, "_loop") { (_, value) throws(Raised) in .object(try reader(value).loop) }
    type.defineProperty(self, "_eof") { (_, value) throws(Raised) in .bool(try reader(value).isAtEnd) }
    type.defineProperty(self, "_exception") { (_, value) throws(Raised) in
      try reader(value).exception.map { .object($0) } ?? .none
    }
    type.defineProperty(self, "_waiter") { (_, value) throws(Raised) in try reader(value).waiter.map { .object($0) } ?? .none }
    type.defineProperty(self, "_transport") { (_, value) throws(Raised) in
      let reader = try reader(value)
      return reader.transport.map { .object($0) } ?? reader.ownTransport
    }
    type.define(self, "set_transport", "self, transport") { (runtime, arguments) throws(Raised) in
      let reader = try reader(arguments[0])
      if reader.transport != nil || !reader.ownTransport.isNone {
        throw runtime.error("AssertionError", [.object(runtime.string("Transport already set"))])
      }
      if let transport = arguments[1].object as? TransportObject { reader.transport = transport } else { reader.ownTransport = arguments[1] }
      return .none
    }
    type.define(self, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      let reader = try reader(arguments[0])
      var parts = ["StreamReader"]
      if !reader.buffer.isEmpty { parts.append("\(reader.buffer.count) bytes") }
      if reader.isAtEnd { parts.append("eof") }
      if reader.limit != 65536 { parts.append("limit=\(reader.limit)") }
      if let waiter = reader.waiter { parts.append("waiter=\(try runtime.repr(.object(waiter)).text)") }
      if let exception = reader.exception { parts.append("exception=\(try runtime.repr(.object(exception)).text)") }
      if let transport = reader.transport { parts.append("transport=\(transport.representation)") }
      if !reader.ownTransport.isNone { parts.append("transport=\(try runtime.repr(reader.ownTransport).text)") }
      return .object(runtime.string("<\(parts.joined(separator: " "))>"))
    }
  }

  // MARK: Writers

  private func defineWriter(_ type: TypeObject) {
    func writer(_ value: Value) throws(Raised) -> StreamWriterObject.Connection {
      guard let connection = (value.object as? StreamWriterObject)?.connection else { throw typeError("expected a StreamWriter") }
      return connection
    }
    type.defineConstructor(self, "transport, protocol, reader, loop") { (runtime, cls, arguments) throws(Raised) in
      if cls.isHeap { return .object(StreamWriterObject(unconnected: cls)) }
      let library = try runtime.importModule("asyncio.streams", level: 0, globals: runtime.builtins)
      return try runtime.call(try runtime.getAttribute(library, runtime.intern("_ProtocolStreamWriter")), arguments)
    }
    type.defineProperty(self, "_transport") { (_, value) throws(Raised) in .object(try writer(value).transport) }
    type.defineProperty(self, "_protocol") { (_, value) throws(Raised) in try writer(value).receiver.value }
    type.defineProperty(self, "_reader") { (_, value) throws(Raised) in try writer(value).reader.map { .object($0) } ?? .none }
    type.defineProperty(self, "_loop") { (_, value) throws(Raised) in .object(try writer(value).transport.loop) }
    type.defineWaiting(
      asyncio, "drain", "self", order: { (_, arguments) throws(Raised) in try writer(arguments[0]) },
      atOnce: { (_, writer) in writer.isDrained ? .none : .undefined }, StreamDraining.init)
    type.defineWaiting(
      asyncio, "wait_closed", "self", order: { (_, arguments) throws(Raised) in try writer(arguments[0]).receiver }, StreamClosing.init)
    type.defineProperty(self, "transport") { (_, value) throws(Raised) in .object(try writer(value).transport) }
    type.define(self, "start_tls", "self, *args, **kwargs") { (runtime, _) throws(Raised) in
      throw runtime.notImplementedError("pya: TLS is not supported")
    }
    defineSharedWriting(type) { (value) throws(Raised) in try writer(value).transport }
    type.define(self, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      let writer = try writer(arguments[0])
      var text = "<StreamWriter transport=\(writer.transport.representation)"
      if let reader = writer.reader { text += " reader=\(try runtime.repr(.object(reader)).text)" }
      return .object(runtime.string(text + ">"))
    }
  }

  /// What writers and transports have in common.
  private func defineSharedWriting(_ type: TypeObject, _ transport: @escaping (Value) throws(Raised) -> TransportObject) {
    type.define(self, "write", "self, data") { (runtime, arguments) throws(Raised) in
      let transport = try transport(arguments[0])
      try runtime.write(arguments[1], to: transport)
      return .none
    }
    type.define(self, "writelines", "self, data") { (runtime, arguments) throws(Raised) in
      let transport = try transport(arguments[0])
      var joined: [UInt8] = []
      for (index, part) in try runtime.array(arguments[1]).enumerated() {
        guard let bytes = runtime.bytesLike(part) else {
          throw runtime.typeError(
            "sequence item \(index): expected a bytes-like object, \(runtime.typeName(part)) found")
        }
        joined += bytes
      }
      try runtime.write(.object(BytesObject(type: runtime.types.bytes, joined)), to: transport)
      return .none
    }
    type.define(self, "close", "self") { (_, arguments) throws(Raised) in
      try transport(arguments[0]).close()
      return .none
    }
    type.define(self, "is_closing", "self") { (_, arguments) throws(Raised) in .bool(try transport(arguments[0]).isClosing) }
    type.define(self, "can_write_eof", "self") { (_, _) throws(Raised) in .bool(true) }
    type.define(self, "write_eof", "self") { (_, arguments) throws(Raised) in
      try transport(arguments[0]).writeEnd()
      return .none
    }
    type.define(self, "get_extra_info", "self, name, default=None") { (runtime, arguments) throws(Raised) in
      let transport = try transport(arguments[0])
      return try runtime.extra(arguments[1].string?.text ?? "", of: transport) ?? arguments[2].defined ?? .none
    }
  }

  fileprivate func write(_ value: Value, to transport: TransportObject) throws(Raised) {
    guard let bytes = bytesLike(value) else {
      throw typeError("data argument must be a bytes-like object, not '\(typeName(value))'")
    }
    var failure: Raised?
    bytes.withContent { buffer in
      do throws(Raised) { try transport.write(buffer, self) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  fileprivate func extra(_ name: String, of transport: TransportObject) throws(Raised) -> Value? {
    if let kept = transport.extra[name] { return kept }
    guard transport.medium == .socket else { return nil }
    switch name {
    case "peername": return transport.peer.map { $0.value(self) }
    case "sockname":
      guard let address = SocketAddress({ getsockname(transport.descriptor, $0, $1) })?.value(self) else { return nil }
      transport.extra[name] = address
      return address
    case "socket":
      let library = try importModule("socket", level: 0, globals: builtins)
      let made = try callMethod(library, "_transport_socket", [.int(Int(transport.descriptor))])
      transport.extra[name] = made
      return made
    default: return nil
    }
  }

  // MARK: Transports

  private func defineTransport(_ type: TypeObject) {
    defineSharedWriting(type) { [unowned(unsafe) self] (value) throws(Raised) in try transport(value) }
    type.define(self, "abort", "self") { (runtime, arguments) throws(Raised) in
      try runtime.transport(arguments[0]).abort()
      return .none
    }
    type.define(self, "pause_reading", "self") { (runtime, arguments) throws(Raised) in
      try runtime.transport(arguments[0]).pauseReading()
      return .none
    }
    type.define(self, "resume_reading", "self") { (runtime, arguments) throws(Raised) in
      try runtime.transport(arguments[0]).resumeReading()
      return .none
    }
    type.define(self, "is_reading", "self") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.transport(arguments[0]).isReadingNow)
    }
    type.define(self, "get_write_buffer_size", "self") { (runtime, arguments) throws(Raised) in
      .int(try runtime.transport(arguments[0]).bufferedCount)
    }
    type.define(self, "get_write_buffer_limits", "self") { (runtime, arguments) throws(Raised) in
      let transport = try runtime.transport(arguments[0])
      return .object(TupleObject(runtime, [.int(transport.lowWater), .int(transport.highWater)]))
    }
    type.define(self, "set_write_buffer_limits", "self, high=None, low=None") { (runtime, arguments) throws(Raised) in
      var high = try arguments[1].defined.flatMap { $0.isNone ? nil : $0 }.map { (value) throws(Raised) in try runtime.index(value) }
      let low = try arguments[2].defined.flatMap { $0.isNone ? nil : $0 }.map { (value) throws(Raised) in try runtime.index(value) }
      if high == nil { high = low.map { $0.multipliedReportingOverflow(by: 4).partialValue } ?? 65536 }
      let (top, bottom) = (high ?? 65536, low ?? (high ?? 65536) >> 2)
      if top < bottom || bottom < 0 {
        throw runtime.valueError("high (\(top)) must be >= low (\(bottom)) must be >= 0")
      }
      try runtime.transport(arguments[0]).setLimits(high: top, low: bottom, runtime)
      return .none
    }
    type.define(self, "get_protocol", "self") { (runtime, arguments) throws(Raised) in
      try runtime.transport(arguments[0]).receiver.value
    }
    type.define(self, "set_protocol", "self, protocol") { (runtime, arguments) throws(Raised) in
      let transport = try runtime.transport(arguments[0])
      transport.setReceiver(runtime.receiver(for: arguments[1], transport.loop))
      return .none
    }
    type.define(self, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(try runtime.transport(arguments[0]).representation))
    }
  }
}

func makeNonBlocking(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }

/// A protocol that the program wrote.
private final class ProgramReceiver: TransportReceiver {
  private let runtime: Runtime
  private let target: Value
  private let loop: EventLoop
  /// A BufferedProtocol: says where to put what arrives.
  private let isBuffered: Bool

  init(_ runtime: Runtime, _ target: Value, _ loop: EventLoop) {
    self.runtime = runtime
    self.target = target
    self.loop = loop
    isBuffered = runtime.type(of: target).lookup(runtime.intern("get_buffer")) != nil
  }

  override var value: Value { target }

  override func connectionMade(_ transport: TransportObject, _ runtime: Runtime) throws(Raised) {
    _ = try runtime.callMethod(target, "connection_made", [.object(transport)])
  }

  override func dataReceived(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {
    let data = Value.object(BytesObject(type: runtime.types.bytes, bytes))
    if isBuffered {
      let library = try runtime.importModule("asyncio.protocols", level: 0, globals: runtime.builtins)
      _ = try runtime.callMethod(library, "_feed_data_to_buffered_proto", [target, data])
    } else {
      _ = try runtime.callMethod(target, "data_received", [data])
    }
  }

  override func endReceived(_ runtime: Runtime) throws(Raised) -> Bool {
    try runtime.isTrue(try runtime.callMethod(target, "eof_received"))
  }

  override func connectionLost(_ exception: ExceptionObject?, _ runtime: Runtime) throws(Raised) {
    _ = try runtime.callMethod(target, "connection_lost", [exception.map { .object($0) } ?? .none])
  }

  override func pauseWriting(_ runtime: Runtime) throws(Raised) { _ = try runtime.callMethod(target, "pause_writing") }
  override func resumeWriting(_ runtime: Runtime) throws(Raised) { _ = try runtime.callMethod(target, "resume_writing") }
}

/// The connections of one server.
private final class ServerConnections: Object {
  fileprivate var transports: [ObjectIdentifier: TransportObject] = [:]
  private let whenEmpty: Value

  init(type: TypeObject, whenEmpty: Value) {
    self.whenEmpty = whenEmpty
    super.init(type: type, kind: .other)
  }

  var inOrder: [TransportObject] { transports.values.sorted { $0.descriptor < $1.descriptor } }

  func add(_ transport: TransportObject, _ runtime: Runtime) {
    transports[ObjectIdentifier(transport)] = transport
    transport.onClose = { [unowned(unsafe) transport, self] () throws(Raised) in
      transports[ObjectIdentifier(transport)] = nil
      if transports.isEmpty { _ = try runtime.call(whenEmpty) }
    }
  }
}

/// The listening socket can be read: takes all connections that wait.
private final class AcceptJob: LoopJob {
  private let loop: EventLoop
  private let descriptor: Int32
  private let backlog: Int
  private let target: Value
  private let limit: Int?
  private let connections: ServerConnections

  init(_ loop: EventLoop, _ descriptor: Int32, backlog: Int, target: Value, limit: Int?, _ connections: ServerConnections) {
    self.loop = loop
    self.descriptor = descriptor
    self.backlog = backlog
    self.target = target
    self.limit = limit
    self.connections = connections
  }

  override func run(_ runtime: Runtime) throws(Raised) {
    for _ in 0..<max(1, min(backlog, 1 << 16)) {
      var accepted: Int32 = -1
      let peer = SocketAddress {
        accepted = accept(descriptor, $0, $1)
        return accepted
      }
      guard let peer else {
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { try pause(runtime.systemError(errno).exception, runtime) }
        return
      }
      makeNonBlocking(accepted)
      _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
      // As asyncio, which makes a task of every connection: its transport begins in the next turn, and a name is used up.
      let connection = accepted
      if loop.mayHaveOwnMethods {
        try beginThroughProgram(connection, peer, runtime)
        continue
      }
      loop.asyncio.lastTaskNumber &+= 1
      loop.ready.append(.job(TransportJob { [self] runtime throws(Raised) in try begin(connection, peer, waiter: nil, runtime) }))
    }
  }

  /// A loop of the program is asked for that task, and for the future that it waits for.
  private func beginThroughProgram(_ accepted: Int32, _ peer: SocketAddress, _ runtime: Runtime) throws(Raised) {
    let starter = NativeFunction(runtime, "begin", "waiter, /") { [self] (runtime, arguments) throws(Raised) in
      try begin(accepted, peer, waiter: loop.asyncio.isFuture(arguments[0]), runtime)
      return .none
    }
    let library = try runtime.importModule("asyncio.selector_events", level: 0, globals: runtime.builtins)
    _ = try loop.askForTask(try runtime.callMethod(library, "_accept_connection2", [.object(loop), .object(starter)]))
  }

  private func begin(_ accepted: Int32, _ peer: SocketAddress, waiter: FutureObject?, _ runtime: Runtime) throws(Raised) {
    let types = loop.asyncio.streamTypes
    let receiver: TransportReceiver
    if let limit {
      receiver = try StreamReceiver(StreamReaderObject(type: types.reader, loop: loop, limit: limit), connected: target)
    } else {
      do throws(Raised) { receiver = runtime.receiver(for: try runtime.call(target), loop) } catch {
        close(accepted)
        if loop.endsProgram(error.exception, runtime) { throw error }
        try waiter?.setResult(.none, runtime)
        return try loop.callExceptionHandler([
          ("message", .object(runtime.string("Error on transport creation for incoming connection"))),
          ("exception", .object(error.exception)),
        ])
      }
    }
    let transport = TransportObject(
      type: types.transport, loop: loop, descriptor: accepted, medium: .socket, receiver: receiver, peer: peer)
    connections.add(transport, runtime)
    try transport.begin(waiter: waiter)
  }

  /// The process has no descriptors left: says so and tries again in a second.
  private func pause(_ exception: ExceptionObject, _ runtime: Runtime) throws(Raised) {
    try loop.callExceptionHandler([
      ("message", .object(runtime.string("socket.accept() out of system resource"))), ("exception", .object(exception)),
    ])
    _ = loop.poller?.setReader(nil, descriptor)
    let job = self
    let retry = NativeFunction(runtime, "_start_serving", "") { (_, _) throws(Raised) in
      if !job.loop.isClosed { _ = job.loop.poll.setReader(.job(job), job.descriptor) }
      return .none
    }
    let deadline = loop.exactDeadline(loop.time + 1)
    let handle = HandleObject(loop, .object(retry), [], context: nil, deadline: deadline)
    handle.enterQueue(at: deadline)
  }
}
