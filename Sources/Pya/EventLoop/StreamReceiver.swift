#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// asyncio's `StreamReaderProtocol`: feeds a reader, and makes `drain` wait while the transport's buffer is full.
final class StreamReceiver: TransportReceiver {
  let loop: EventLoop
  private(set) var reader: StreamReaderObject?
  /// A server's: called with reader and writer of each connection.
  private let connected: Value
  private var isPaused = false
  private var isLost = false
  private var drainWaiters: [FutureObject] = []
  /// Done when the connection is lost.
  let closed: FutureObject

  init(_ reader: StreamReaderObject, connected: Value) throws(Raised) {
    loop = reader.loop
    self.reader = reader
    self.connected = connected
    closed = try loop.newFuture(loop.asyncio.runtime)
  }

  override func connectionMade(_ transport: TransportObject, _ runtime: Runtime) throws(Raised) {
    guard let reader else { return }
    reader.transport = transport
    if connected.isNone { return }
    let asyncio = loop.asyncio
    let writer = StreamWriterObject(type: asyncio.streamTypes.writer, transport, self, reader)
    let result = try runtime.call(connected, .object(reader), .object(writer))
    guard asyncio.isCoroutine(result) else { return }
    let task = try loop.askForTask(result)
    guard let future = asyncio.isFuture(task) else { return }
    try future.addOrSchedule(HandlerCallback(transport), runtime)
  }

  override func dataReceived(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {
    try reader?.feed(bytes, runtime)
  }

  override func endReceived(_ runtime: Runtime) throws(Raised) -> Bool {
    try reader?.feedEnd(runtime)
    return true
  }

  override func connectionLost(_ exception: ExceptionObject?, _ runtime: Runtime) throws(Raised) {
    isLost = true
    if let reader {
      if let exception { try reader.fail(exception, runtime) } else { try reader.feedEnd(runtime) }
      reader.transport = nil
    }
    reader = nil
    if !closed.isDone {
      if let exception {
        try closed.setException(exception, runtime)
        closed.logsTraceback = false
      } else {
        try closed.setResult(.none, runtime)
      }
    }
    let waiters = drainWaiters
    drainWaiters = []
    for waiter in waiters where !waiter.isDone {
      if let exception { try waiter.setException(exception, runtime) } else { try waiter.setResult(.none, runtime) }
    }
  }

  override func pauseWriting(_ runtime: Runtime) throws(Raised) { isPaused = true }

  override func resumeWriting(_ runtime: Runtime) throws(Raised) {
    isPaused = false
    let waiters = drainWaiters
    drainWaiters = []
    for waiter in waiters where !waiter.isDone { try waiter.setResult(.none, runtime) }
  }

  var takesMore: Bool { !isLost && !isPaused }

  /// What `drain` waits for; nil when there is room.
  func drainWaiter(_ runtime: Runtime) throws(Raised) -> FutureObject? {
    if isLost { throw runtime.error("ConnectionResetError", "Connection lost") }
    if !isPaused { return nil }
    let waiter = try loop.newFuture(runtime)
    drainWaiters.append(waiter)
    return waiter
  }

  func forget(_ waiter: FutureObject) { drainWaiters.removeAll { $0 === waiter } }
}

/// The task of a connection's handler has ended.
private final class HandlerCallback: DoneCallback {
  private let transport: TransportObject
  init(_ transport: TransportObject) { self.transport = transport }

  override func run(_ runtime: Runtime, _ future: FutureObject) throws(Raised) {
    if future.isCancelled { return transport.close() }
    guard let exception = try future.exception(runtime) else { return }
    try future.loop.callExceptionHandler([
      ("message", .object(runtime.string("Unhandled exception in client_connected_cb"))), ("exception", .object(exception)),
      ("transport", .object(transport)),
    ])
    transport.close()
  }

  override func describe(_ runtime: Runtime) throws(Raised) -> String { "StreamReaderProtocol.connection_made.<locals>.callback()" }
}

/// `asyncio.StreamWriter`.
final class StreamWriterObject: Object {
  struct Connection {
    let transport: TransportObject
    let receiver: StreamReceiver
    let reader: StreamReaderObject?

    /// `drain` has nothing to wait for and nothing to raise.
    var isDrained: Bool { reader?.exception == nil && !transport.isClosing && receiver.takesMore }
  }

  /// None: one that the program made of a transport and a protocol, whose methods are written in the language (`asyncio.streams`).
  let connection: Connection?
  private var dictionary: DictObject?

  init(type: TypeObject, _ transport: TransportObject, _ receiver: StreamReceiver, _ reader: StreamReaderObject?) {
    connection = Connection(transport: transport, receiver: receiver, reader: reader)
    super.init(type: type, kind: .other)
  }

  init(unconnected type: TypeObject) {
    connection = nil
    super.init(type: type, kind: .other)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if let dictionary { return dictionary }
    let made = DictObject(runtime)
    dictionary = made
    return made
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  deinit {
    guard let transport = connection?.transport else { return }
    if transport.isClosing || transport.loop.isClosed { return }
    if type.runtime.asyncio.runningLoop === transport.loop { transport.close() }
    type.runtime.wasNotClosed { (_) in "<StreamWriter transport=\(transport.representation)>" }
  }
}

/// `writer.drain()`.
final class StreamDraining: WaitingOperation {
  private let writer: StreamWriterObject.Connection
  private var hasGivenWay = false
  private var waiter: FutureObject?

  init(_ writer: StreamWriterObject.Connection) {
    self.writer = writer
    super.init(writer.transport.loop.asyncio)
  }

  override func stopWaiting() { if let waiter { writer.receiver.forget(waiter) } }

  override func proceed(_ runtime: Runtime) throws(Raised) -> Value {
    if waiter != nil { return .none }
    if !hasGivenWay {
      if let exception = writer.reader?.exception {
        exception.isLocated = false
        throw Raised(exception)
      }
      if writer.transport.isClosing {
        // Whoever writes and drains in a loop should learn of the end.
        hasGivenWay = true
        return giveWay(runtime)
      }
    }
    guard let future = try writer.receiver.drainWaiter(runtime) else { return .none }
    waiter = future
    return try wait(for: future, runtime)
  }
}

/// `writer.wait_closed()`.
final class StreamClosing: WaitingOperation {
  private let closed: FutureObject
  private var hasWaited = false

  init(_ receiver: StreamReceiver) {
    closed = receiver.closed
    super.init(receiver.loop.asyncio)
  }

  override func proceed(_ runtime: Runtime) throws(Raised) -> Value {
    if hasWaited { return .none }
    hasWaited = true
    return try wait(for: closed, runtime)
  }
}
