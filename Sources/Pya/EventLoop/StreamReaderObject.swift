/// `asyncio.StreamReader`: bytes that arrived, and the task that waits for more.
final class StreamReaderObject: Object {
  private(set) var loop: EventLoop
  private(set) var limit: Int
  let buffer = ByteQueue()
  private(set) var isAtEnd = false
  var exception: ExceptionObject?
  var transport: TransportObject?
  /// A transport of the program's own; or none.
  var ownTransport = Value.none
  /// The transport was told to stop reading because nobody takes what it brings.
  private var isPaused = false
  private(set) var waiter: FutureObject?
  private var dictionary: DictObject?

  init(type: TypeObject, loop: EventLoop, limit: Int) {
    self.loop = loop
    self.limit = limit
    super.init(type: type, kind: .other)
  }

  /// `__init__`
  func start(loop: EventLoop, limit: Int) {
    self.loop = loop
    self.limit = limit
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if let dictionary { return dictionary }
    let made = DictObject(runtime)
    dictionary = made
    return made
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(dictionary)
  }

  // MARK: What arrives

  func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {
    if bytes.isEmpty { return }
    buffer.append(bytes)
    try wake(runtime)
    if !isPaused, buffer.count > 2 * limit { try pause(runtime) }
  }

  private func pause(_ runtime: Runtime) throws(Raised) {
    if let transport {
      transport.pauseReading()
    } else if ownTransport.isNone {
      return
    } else {
      do throws(Raised) { _ = try runtime.callMethod(ownTransport, "pause_reading") } catch {
        guard runtime.matches(error, "NotImplementedError") else { throw error }
        // It cannot be paused.
        ownTransport = .none
        return
      }
    }
    isPaused = true
  }

  private func goOn(_ runtime: Runtime) throws(Raised) {
    isPaused = false
    if let transport {
      transport.resumeReading()
    } else if !ownTransport.isNone {
      _ = try runtime.callMethod(ownTransport, "resume_reading")
    }
  }

  func feedEnd(_ runtime: Runtime) throws(Raised) {
    isAtEnd = true
    try wake(runtime)
  }

  func fail(_ exception: ExceptionObject, _ runtime: Runtime) throws(Raised) {
    self.exception = exception
    guard let waiter else { return }
    self.waiter = nil
    if !waiter.isDone { try waiter.setException(exception, runtime) }
  }

  private func wake(_ runtime: Runtime) throws(Raised) {
    guard let waiter else { return }
    self.waiter = nil
    if !waiter.isDone { try waiter.setResult(.none, runtime) }
  }

  // MARK: What is taken

  /// A future that is done when more has arrived.
  func makeWaiter(_ method: String, _ runtime: Runtime) throws(Raised) -> FutureObject {
    if waiter != nil {
      throw runtime.runtimeError("\(method)() called while another coroutine is already waiting for incoming data")
    }
    if isPaused { try goOn(runtime) }
    let made = try loop.newFuture(runtime)
    waiter = made
    return made
  }

  func forgetWaiter() { waiter = nil }

  func resumeIfDrained(_ runtime: Runtime) throws(Raised) {
    if isPaused, buffer.count <= limit { try goOn(runtime) }
  }

  func take(_ count: Int, _ runtime: Runtime) throws(Raised) -> Value {
    let taken = buffer.take(count, runtime)
    try resumeIfDrained(runtime)
    return .object(taken)
  }

  /// What a request asks for, if that is here and there is nothing to complain of.
  func takeAtOnce(_ request: StreamReading.Request, _ runtime: Runtime) -> Value? {
    // A transport of the program may raise.
    if exception != nil || isPaused && transport == nil { return nil }
    if buffer.isEmpty {
      if case .exactly(0) = request { return try? take(0, runtime) }
      return nil
    }
    switch request {
    case .some(let count): return count > 0 ? try? take(min(count, buffer.count), runtime) : nil
    case .exactly(let count): return count <= buffer.count ? try? take(count, runtime) : nil
    case .until(let separator): return separator.withContent { takeAtOnce(through: $0, runtime) }
    case .line, .nextLine: return StreamReading.withLineEnd { takeAtOnce(through: $0, runtime) }
    case .all, .untilAny: return nil
    }
  }

  private func takeAtOnce(through separator: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) -> Value? {
    guard let position = buffer.firstIndex(of: separator, from: 0), position <= limit else { return nil }
    return try? take(position + separator.count, runtime)
  }
}

/// `read`, `readline`, `readuntil`, `readexactly` and iteration of a stream reader.
final class StreamReading: WaitingOperation {
  enum Request {
    case some(Int)
    case all
    case exactly(Int)
    case until(ByteSpan)
    /// One of several separators.
    case untilAny([ByteSpan])
    case line
    /// `__anext__`.
    case nextLine
  }

  static func withLineEnd<Outcome>(_ body: (UnsafeBufferPointer<UInt8>) -> Outcome) -> Outcome {
    withUnsafePointer(to: 10) { body(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  private let reader: StreamReaderObject
  private let request: Request
  /// Where the search for a separator goes on.
  private var offset = 0
  private var collected: [UInt8] = []

  init(_ reader: StreamReaderObject, _ request: Request) {
    self.reader = reader
    self.request = request
    super.init(reader.loop.asyncio)
  }

  override func stopWaiting() { reader.forgetWaiter() }

  private func waitForData(_ method: String, _ runtime: Runtime) throws(Raised) -> Value {
    try wait(for: try reader.makeWaiter(method, runtime), runtime)
  }

  override func proceed(_ runtime: Runtime) throws(Raised) -> Value {
    if let exception = reader.exception, offset == 0, collected.isEmpty {
      exception.isLocated = false
      throw Raised(exception)
    }
    switch request {
    case .some(let count):
      if count == 0 { return .object(BytesObject(type: runtime.types.bytes, [])) }
      if reader.buffer.isEmpty, !reader.isAtEnd { return try waitForData("read", runtime) }
      return try reader.take(min(count, reader.buffer.count), runtime)
    case .all:
      collected.append(contentsOf: reader.buffer.front)
      reader.buffer.removeAll()
      try reader.resumeIfDrained(runtime)
      if !reader.isAtEnd { return try waitForData("read", runtime) }
      return .object(BytesObject(type: runtime.types.bytes, collected))
    case .exactly(let count):
      if reader.buffer.count >= count { return try reader.take(count, runtime) }
      if reader.isAtEnd { throw try incomplete(expected: .int(count), runtime) }
      return try waitForData("readexactly", runtime)
    case .until(let separator): return try readUntil(separator.withContent(find), runtime)
    case .untilAny(let separators): return try readUntil(find(separators), runtime)
    case .line, .nextLine:
      let line = try readLine(runtime)
      if case .nextLine = request, let bytes = line.bytes, bytes.count == 0 { throw runtime.error("StopAsyncIteration", []) }
      return line
    }
  }

  private func readLine(_ runtime: Runtime) throws(Raised) -> Value {
    switch StreamReading.withLineEnd(find) {
    case .found(let position, let length):
      if position > reader.limit {
        reader.buffer.drop(position + length)
        try reader.resumeIfDrained(runtime)
        throw runtime.valueError("Separator is found, but chunk is longer than limit")
      }
      return try reader.take(position + length, runtime)
    case .missing:
      if offset > reader.limit {
        reader.buffer.removeAll()
        try reader.resumeIfDrained(runtime)
        throw runtime.valueError("Separator is not found, and chunk exceed the limit")
      }
      if reader.isAtEnd { return try reader.take(reader.buffer.count, runtime) }
      return try waitForData("readuntil", runtime)
    }
  }

  private func readUntil(_ finding: Finding, _ runtime: Runtime) throws(Raised) -> Value {
    switch finding {
    case .found(let position, let length):
      if position > reader.limit {
        throw try limitOverrun("Separator is found, but chunk is longer than limit", position, runtime)
      }
      return try reader.take(position + length, runtime)
    case .missing:
      if offset > reader.limit {
        throw try limitOverrun("Separator is not found, and chunk exceed the limit", offset, runtime)
      }
      if reader.isAtEnd { throw try incomplete(expected: .none, runtime) }
      return try waitForData("readuntil", runtime)
    }
  }

  private enum Finding { case found(position: Int, length: Int), missing }

  private func find(_ separator: UnsafeBufferPointer<UInt8>) -> Finding {
    if let position = reader.buffer.firstIndex(of: separator, from: offset) {
      return .found(position: position, length: separator.count)
    }
    offset = max(0, reader.buffer.count + 1 - separator.count)
    return .missing
  }

  /// The separator that ends first.
  private func find(_ separators: [ByteSpan]) -> Finding {
    var best: (position: Int, length: Int)?
    var longest = 1
    for separator in separators {
      longest = max(longest, separator.count)
      guard let position = separator.withContent({ reader.buffer.firstIndex(of: $0, from: offset) }) else { continue }
      if let best, best.position + best.length <= position + separator.count { continue }
      best = (position, separator.count)
    }
    if let best { return .found(position: best.position, length: best.length) }
    offset = max(0, reader.buffer.count + 1 - longest)
    return .missing
  }

  private func incomplete(expected: Value, _ runtime: Runtime) throws(Raised) -> Raised {
    let partial = Value.object(reader.buffer.take(reader.buffer.count, runtime))
    return try streamError("IncompleteReadError", [partial, expected], runtime)
  }

  private func limitOverrun(_ message: String, _ consumed: Int, _ runtime: Runtime) throws(Raised) -> Raised {
    try streamError("LimitOverrunError", [.object(runtime.string(message)), .int(consumed)], runtime)
  }

  private func streamError(_ name: String, _ arguments: [Value], _ runtime: Runtime) throws(Raised) -> Raised {
    let library = try runtime.importModule("asyncio.exceptions", level: 0, globals: runtime.builtins)
    guard let exception = try runtime.callMethod(library, name, arguments).exception else {
      fatalError("pya: \(name) is no exception")
    }
    return Raised(exception)
  }
}
