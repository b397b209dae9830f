/// What text and binary files have in common. They are their own iterators, over lines.
class FileObject: IteratorObject {
  let stream: ByteStream
  /// The path as the program gave it, or a descriptor's number.
  let name: Value
  let mode: String
  let isReadable: Bool
  let isWritable: Bool
  private(set) var isClosed = false
  var dictionary: DictObject?

  init(type: TypeObject, stream: ByteStream, name: Value, mode: String) {
    self.stream = stream
    self.name = name
    self.mode = mode
    isReadable = mode.contains("r") || mode.contains("+")
    isWritable = mode != "r" && mode != "rb"
    super.init(type: type)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  /// No class of the program overrides anything.
  final var isUnmodified: Bool { !type.isHeap && !isClosed }

  final func checkOpen(_ runtime: Runtime) throws(Raised) {
    if isClosed { throw runtime.valueError("I/O operation on closed file\(stream is MemoryStream ? "" : ".")") }
  }

  final func checkReadable(_ runtime: Runtime) throws(Raised) {
    try checkOpen(runtime)
    if !isReadable { throw runtime.unsupportedOperation(self is TextFileObject ? "not readable" : "read") }
  }

  final func checkWritable(_ runtime: Runtime) throws(Raised) {
    try checkOpen(runtime)
    if !isWritable { throw runtime.unsupportedOperation(self is TextFileObject ? "not writable" : "write") }
  }

  func flush(_ runtime: Runtime) throws(Raised) {
    try checkOpen(runtime)
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.flush() }
  }

  final func close(_ runtime: Runtime) throws(Raised) {
    if isClosed { return }
    isClosed = true
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.close() }
  }

  // What the two kinds do differently; a negative count means "to the end".

  func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value { .none }
  func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value { .none }
  func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value { .none }
  func seek(_ runtime: Runtime, _ offset: Int, _ origin: ByteStream.Origin) throws(Raised) -> Int { 0 }
  func tell(_ runtime: Runtime) throws(Raised) -> Int { 0 }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    let line = try readLine(runtime, limit: -1)
    return try runtime.isTrue(line) ? line : .undefined
  }
}

/// `open(path, 'rb')` and its kin, `io.BytesIO`.
final class BinaryFileObject: FileObject {
  /// Bytes read from the stream and not yet handed out.
  private var buffer: [UInt8] = []
  private var used = 0

  private static let chunk = 8192

  private func fill(_ runtime: Runtime) throws(Raised) -> Bool {
    if used == buffer.count {
      buffer = []
      used = 0
    }
    let bytes = try runtime.checkingSystem { () throws(SystemFailure) in try stream.read(BinaryFileObject.chunk) }
    buffer += bytes
    return !bytes.isEmpty
  }

  private func take(_ count: Int, _ runtime: Runtime) -> Value {
    let taken = Array(buffer[used..<(used + count)])
    used += count
    return .object(BytesObject(type: runtime.types.bytes, taken))
  }

  override func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value {
    try checkReadable(runtime)
    while count < 0 || buffer.count - used < count {
      if !(try fill(runtime)) { break }
    }
    return take(count < 0 ? buffer.count - used : min(count, buffer.count - used), runtime)
  }

  override func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value {
    try checkReadable(runtime)
    var searched = 0
    while true {
      let available = buffer.count - used
      let bound = limit < 0 ? available : min(available, limit)
      for index in min(searched, bound)..<bound where buffer[used + index] == UInt8(ascii: "\n") {
        return take(index + 1, runtime)
      }
      if limit >= 0, available >= limit { return take(limit, runtime) }
      searched = available
      if !(try fill(runtime)) { return take(buffer.count - used, runtime) }
    }
  }

  override func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value {
    try checkWritable(runtime)
    guard case .object(let object) = value, object.kind == .bytes || object.kind == .byteArray else {
      throw runtime.typeError("a bytes-like object is required, not '\(runtime.typeName(value))'")
    }
    if used < buffer.count { _ = try seek(runtime, 0, .current) }
    let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
    try runtime.checkingSystem { () throws(SystemFailure) in
      do {
        try bytes.withUnsafeBufferPointer { try stream.write($0) }
      } catch { throw error as? SystemFailure ?? SystemFailure(code: 5) }
    }
    return .int(bytes.count)
  }

  override func seek(_ runtime: Runtime, _ offset: Int, _ origin: ByteStream.Origin) throws(Raised) -> Int {
    try checkOpen(runtime)
    let ahead = buffer.count - used
    buffer = []
    used = 0
    let adjusted = origin == .current ? offset.subtractingReportingOverflow(ahead).partialValue : offset
    return try runtime.checkingSystem { () throws(SystemFailure) in try stream.seek(adjusted, origin) }
  }

  override func tell(_ runtime: Runtime) throws(Raised) -> Int {
    try checkOpen(runtime)
    let ahead = buffer.count - used
    return try runtime.checkingSystem { () throws(SystemFailure) in try stream.seek(0, .current) - ahead }
  }
}
