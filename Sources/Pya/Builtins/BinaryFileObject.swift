/// `open(path, 'rb')` and its kin, `io.BytesIO`, and what lies below a text file.
final class BinaryFileObject: FileObject {
  enum Layer {
    case raw, buffered, memory
  }

  var layer: Layer
  private var reads: Bool
  private var writes: Bool
  /// The file below, as `raw` shows it; made when asked for.
  var raw: Value = .undefined
  var closesDescriptor = true
  /// Bytes read from the stream and not yet handed out.
  private var buffer: [UInt8] = []
  private var used = 0
  /// How much a buffered file reads ahead and holds back.
  private let bufferSize: Int
  /// What was written and has not gone to the stream. A file of the system holds it back in its stream, which goes with the file.
  private var held: [UInt8] = []
  private let holdsBack: Bool

  static let chunk = 8192

  init(
    type: TypeObject, stream: ByteStream, name: Value, mode: String, layer: Layer, bufferSize: Int = BinaryFileObject.chunk
  ) {
    self.layer = layer
    self.bufferSize = bufferSize
    holdsBack = layer == .buffered && (stream is MemoryStream || (stream as? ObjectStream)?.isRaw ?? false)
    reads = mode.contains("r") || mode.contains("+")
    writes = mode != "rb" && mode != "r"
    super.init(type: type, stream: stream, name: name, mode: mode)
  }

  deinit {
    if !held.isEmpty, !stream.isClosed { try? release() }
    // A file below a text file has died or been detached with it.
    if layer == .raw { closeDying(rawRepresentation) } else { closeDying(bufferedRepresentation) }
  }

  func setAccess(reads: Bool, writes: Bool) {
    self.reads = reads
    self.writes = writes
  }

  override var isReadable: Bool { reads }
  override var isWritable: Bool { writes }
  override var isSeekable: Bool { stream.isSeekable }

  /// CPython words these by layer.
  private func check(_ runtime: Runtime, _ isAllowed: Bool, _ operation: String, closed: String) throws(Raised) {
    if layer == .buffered, !isAllowed, operation != "truncate" { throw runtime.unsupportedOperation(operation) }
    if stream.isClosed {
      switch layer {
      case .buffered: throw runtime.valueError("\(closed) closed file")
      case .raw: throw runtime.closedRawFileError()
      case .memory: throw runtime.closedFileError()
      }
    }
    if !isAllowed {
      let isRaw = layer == .raw
      throw runtime.unsupportedOperation(
        !isRaw ? operation : operation == "read" ? "File not open for reading" : "File not open for writing")
    }
  }

  // MARK: Reading

  /// Another file goes on where this one is: what was read ahead goes back to the stream, or on to that file where it cannot.
  func handOver(to file: BinaryFileObject) {
    try? release()
    guard used < buffer.count else { return }
    if !stream.isSeekable || (try? stream.seek(used - buffer.count, .current)) == nil { (file.buffer, file.used) = (buffer, used) }
    buffer = []
    used = 0
  }

  private func fill(_ runtime: Runtime, _ count: Int) throws(Raised) -> Bool {
    try release(runtime)
    if used == buffer.count {
      buffer = []
      used = 0
    }
    let bytes = try runtime.checkingSystem { () throws(SystemFailure) in try stream.read(count) }
    if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
    return !bytes.isEmpty
  }

  private func taking(_ count: Int) -> [UInt8] {
    if used == 0, count == buffer.count {
      let all = buffer
      buffer = []
      return all
    }
    let taken = Array(buffer[used..<(used + count)])
    used += count
    return taken
  }

  private func take(_ count: Int, _ runtime: Runtime) -> Value {
    let taken = buffer.withUnsafeBufferPointer { buffer in
      BytesObject(type: runtime.types.bytes, UnsafeBufferPointer(rebasing: buffer[used..<(used + count)]))
    }
    used += count
    if used == buffer.count {
      buffer = []
      used = 0
    }
    return .object(taken)
  }

  /// What is there without waiting twice: the buffer, or one read of the system.
  func readChunk(_ runtime: Runtime) throws(Raised) -> [UInt8] {
    if used == buffer.count { _ = try fill(runtime, bufferSize) }
    return taking(buffer.count - used)
  }

  /// Everything up to the end.
  func readAll(_ runtime: Runtime) throws(Raised) -> [UInt8] {
    if used == buffer.count, let expected = stream.remainingSize, expected > BinaryFileObject.chunk {
      _ = try fill(runtime, expected + 1)
    }
    try release(runtime)
    if let rest = try runtime.checkingSystem({ () throws(SystemFailure) in try stream.readAll() }) {
      buffer = Array(buffer[used...]) + rest
      used = 0
      return taking(buffer.count)
    }
    var step = BinaryFileObject.chunk
    while try fill(runtime, step) {
      if step < 1 << 20 { step *= 2 }
    }
    return taking(buffer.count - used)
  }

  override func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value {
    try check(runtime, reads, "read", closed: "read of")
    if count < 0 { return .object(BytesObject(type: runtime.types.bytes, try readAll(runtime))) }
    if layer == .raw {
      let bytes = try runtime.checkingSystem { () throws(SystemFailure) in try stream.read(count) }
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    while buffer.count - used < count {
      // Whole blocks at once, then one more block, part of which stays.
      let missing = min(count - (buffer.count - used), 1 << 24)
      if !(try fill(runtime, missing < bufferSize ? bufferSize : missing - missing % bufferSize)) { break }
    }
    return take(min(count, buffer.count - used), runtime)
  }

  /// The complaint of `readinto` that `read` would word differently.
  func checkReadInto(_ runtime: Runtime) throws(Raised) {
    if stream.isClosed, layer == .buffered, reads { throw runtime.valueError("readinto of closed file") }
  }

  /// `read1`: at most one read of the system.
  func readOnce(_ runtime: Runtime, count: Int) throws(Raised) -> Value {
    try check(runtime, reads, "read1", closed: "read of")
    if count == 0 { return take(0, runtime) }
    if used == buffer.count {
      try release(runtime)
      let wanted = count >= 0 ? count : layer == .memory ? Int.max : bufferSize
      let bytes = try runtime.checkingSystem { () throws(SystemFailure) in try stream.read(wanted) }
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    let available = buffer.count - used
    return take(count < 0 ? available : min(count, available), runtime)
  }

  func peek(_ runtime: Runtime) throws(Raised) -> Value {
    try check(runtime, reads, "peek", closed: "peek of")
    if used == buffer.count { _ = try fill(runtime, bufferSize) }
    return .object(BytesObject(type: runtime.types.bytes, Array(buffer[used...])))
  }

  override func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value {
    try check(runtime, reads, "read", closed: "readline of")
    if !reads { throw runtime.unsupportedOperation("read") }
    var searched = 0
    while true {
      let available = buffer.count - used
      let bound = limit < 0 ? available : min(available, limit)
      let start = used + min(searched, bound)
      let end = buffer.withUnsafeBufferPointer { $0[start..<(used + bound)].firstIndex(of: 0x0A) }
      if let end { return take(end + 1 - used, runtime) }
      if limit >= 0, available >= limit { return take(limit, runtime) }
      searched = available
      if used > 0, available > 0 {
        buffer.removeFirst(used)
        used = 0
      }
      if !(try fill(runtime, bufferSize)) { return take(buffer.count - used, runtime) }
    }
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if layer == .buffered, reads { try checkOpen(runtime) }
    return try super.next(runtime)
  }

  // MARK: Writing

  override func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value {
    if layer == .buffered, !writes { throw runtime.unsupportedOperation("write") }
    if layer == .memory {
      try checkOpen(runtime)
      try checkResizable(runtime)
    }
    guard let bytes = try runtime.bytesToWrite(value) else {
      throw runtime.typeError("a bytes-like object is required, not '\(runtime.typeName(value))'")
    }
    try check(runtime, writes, "write", closed: "write to")
    try bytes.withContent { (buffer) throws(Raised) in try write(buffer, runtime) }
    if layer == .raw { try runtime.checkingSystem { () throws(SystemFailure) in try stream.flush() } }
    return .int(bytes.count)
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {
    if used < buffer.count { _ = try seek(runtime, 0, whence: 1) }
    if holdsBack {
      if bytes.count < bufferSize, bytes.count <= bufferSize - held.count {
        held.append(contentsOf: bytes)
        return
      }
      try release(runtime)
      if bytes.count < bufferSize {
        held = Array(bytes)
        return
      }
    }
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.write(bytes) }
  }

  /// Writes what was held back.
  private func release(_ runtime: Runtime) throws(Raised) {
    if !held.isEmpty { try runtime.checkingSystem { () throws(SystemFailure) in try release() } }
  }

  private func release() throws(SystemFailure) {
    let bytes = held
    held = []
    try bytes.withUnsafeBufferPointer { (buffer) throws(SystemFailure) in try stream.write(buffer) }
  }

  override func flush(_ runtime: Runtime) throws(Raised) {
    if stream.isClosed, layer == .buffered, writes { throw runtime.valueError("flush of closed file") }
    try release(runtime)
    try super.flush(runtime)
  }

  // MARK: Positions

  override func seek(_ runtime: Runtime, _ offset: Int, whence: Int) throws(Raised) -> Int {
    guard let origin = ByteStream.Origin(rawValue: whence) else {
      if layer != .buffered { try check(runtime, true, "seek", closed: "seek of") }
      if layer == .raw { throw runtime.systemError(22) }
      throw runtime.valueError(
        layer == .memory
          ? "invalid whence (\(whence), should be 0, 1 or 2)" : "whence value \(whence) unsupported")
    }
    try check(runtime, true, "seek", closed: "seek of")
    if layer == .memory, origin == .start, offset < 0 { throw runtime.valueError("negative seek value \(offset)") }
    if layer == .buffered, !stream.isSeekable { throw runtime.unsupportedOperation("File or stream is not seekable.") }
    try release(runtime)
    let ahead = buffer.count - used
    if layer == .buffered, !writes, !buffer.isEmpty, origin != .end {
      // What was read already need not be read again, which may mean unpacking it from the start.
      let position = try runtime.checkingSystem { () throws(SystemFailure) in try stream.seek(0, .current) } - ahead
      let (distance, overflow) = origin == .start ? offset.subtractingReportingOverflow(position) : (offset, false)
      if !overflow, -used <= distance, distance <= ahead {
        used += distance
        return position + distance
      }
    }
    buffer = []
    used = 0
    let adjusted = origin == .current ? offset.subtractingReportingOverflow(ahead).partialValue : offset
    return try runtime.checkingSystem { () throws(SystemFailure) in try stream.seek(adjusted, origin) }
  }

  override func tell(_ runtime: Runtime) throws(Raised) -> Int {
    if stream.isClosed { throw layer == .memory ? runtime.closedFileError() : runtime.closedRawFileError() }
    if layer == .buffered, !stream.isSeekable { throw runtime.unsupportedOperation("File or stream is not seekable.") }
    let ahead = buffer.count - used - held.count
    return try runtime.checkingSystem { () throws(SystemFailure) in try stream.seek(0, .current) - ahead }
  }

  override func truncate(_ runtime: Runtime, _ size: Int?) throws(Raised) -> Int {
    try check(runtime, writes, "truncate", closed: "truncate of")
    try checkResizable(runtime)
    let target: Int
    if let size { target = size } else { target = try tell(runtime) }
    if layer == .memory, target < 0 { throw runtime.valueError("negative size value \(target)") }
    try release(runtime)
    // What was read ahead may be gone.
    if layer == .buffered, used < buffer.count { _ = try seek(runtime, 0, whence: 1) }
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.truncate(to: target) }
    return target
  }

  override func close(_ runtime: Runtime) throws(Raised) {
    if !stream.isClosed {
      try checkResizable(runtime)
      try release(runtime)
    }
    try super.close(runtime)
  }

  private func checkResizable(_ runtime: Runtime) throws(Raised) {
    if let memory, memory.exports > 0 { throw runtime.resizingError() }
  }

  /// Everything a BytesIO holds.
  var memory: MemoryStream? { stream as? MemoryStream }
}

extension Runtime {
  /// The bytes of what a binary file can write: bytes, bytearray, and other objects that give theirs (`memoryview`, `array`).
  func bytesToWrite(_ value: Value) throws(Raised) -> ByteSpan? {
    if let view = try bufferOfProgram(value, .simple) { return ByteSpan(BytesObject(type: types.bytes, view.bytes)) }
    return bytesLike(value)
  }
}
