/// `open(path)`, `io.StringIO` and the standard streams: a file of characters.
///
/// Bytes are decoded in chunks; what is decoded and not yet handed out waits as UTF-8. ASCII and UTF-8 are written through
/// as they are; other encodings go through `str.encode` and `bytes.decode`.
final class TextFileObject: FileObject {
  /// How line ends are read and written (`newline=`).
  enum Newline {
    /// Every kind is read as `\n`.
    case universal
    /// Every kind ends a line and is kept.
    case untranslated
    /// Only this ends a line, and is what `\n` is written as.
    case exactly(String)
  }

  let encoding: String
  let errorHandling: String
  private let newline: Newline
  private let isLineBuffered: Bool
  private var text: [UInt8] = []
  private var used = 0
  /// The end of a chunk that may go on in the next: part of a character, or `\r`.
  private var undecoded: [UInt8] = []
  private var isAtEnd = false

  init(
    type: TypeObject, stream: ByteStream, name: Value, mode: String, encoding: String = "utf-8",
    errorHandling: String = "strict", newline: Newline = .universal, isLineBuffered: Bool = false
  ) {
    self.encoding = encoding
    self.errorHandling = errorHandling
    self.newline = newline
    self.isLineBuffered = isLineBuffered
    super.init(type: type, stream: stream, name: name, mode: mode)
  }

  private var isUTF8: Bool {
    let name = encoding.lowercased()
    return name == "utf-8" || name == "utf8" || name == "ascii" || name == "us-ascii"
  }

  // MARK: Reading

  /// Decodes one more chunk. False: there is no more.
  private func fill(_ runtime: Runtime) throws(Raised) -> Bool {
    if isAtEnd { return false }
    if used > 0 {
      text.removeFirst(used)
      used = 0
    }
    var bytes = undecoded
    undecoded = []
    let chunk = try readChunk(runtime)
    bytes += chunk
    isAtEnd = chunk.isEmpty
    if !isAtEnd { keepBack(&bytes) }
    if bytes.isEmpty { return !isAtEnd }
    let isASCII = bytes.withUnsafeBufferPointer { $0.isASCII }
    let decoded = isASCII && isUTF8 ? bytes : try decode(bytes, runtime)
    if case .universal = newline, decoded.contains(0x0D) {
      appendTranslated(decoded)
    } else {
      text += decoded
    }
    return true
  }

  /// Encodings whose characters could be cut in the middle are read at once.
  private func readChunk(_ runtime: Runtime) throws(Raised) -> [UInt8] {
    var chunk = try runtime.checkingSystem { () throws(SystemFailure) in try stream.read(8192) }
    if isUTF8 || chunk.isEmpty { return chunk }
    while true {
      let more = try runtime.checkingSystem { () throws(SystemFailure) in try stream.read(65536) }
      if more.isEmpty { return chunk }
      chunk += more
    }
  }

  private func keepBack(_ bytes: inout [UInt8]) {
    if bytes.last == 0x0D {
      undecoded = [bytes.removeLast()]
      return
    }
    guard let last = bytes.last, last >= 0x80, isUTF8 else { return }
    var start = bytes.count - 1
    while start > 0, start > bytes.count - 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    if bytes[start] >= 0xC0, start + UTF8Width.of(leadByte: bytes[start]) > bytes.count {
      undecoded = Array(bytes[start...])
      bytes.removeLast(bytes.count - start)
    }
  }

  private func decode(_ bytes: [UInt8], _ runtime: Runtime) throws(Raised) -> [UInt8] {
    let object = BytesObject(type: runtime.types.bytes, bytes)
    let names: [Value] = [.object(runtime.string(encoding)), .object(runtime.string(errorHandling))]
    return try runtime.callMethod(.object(object), "decode", names).string?.copyBytes() ?? []
  }

  private func appendTranslated(_ decoded: [UInt8]) {
    var index = 0
    while index < decoded.count {
      let byte = decoded[index]
      index += 1
      text.append(byte == 0x0D ? 0x0A : byte)
      if byte == 0x0D, index < decoded.count, decoded[index] == 0x0A { index += 1 }
    }
  }

  private func take(_ byteCount: Int, _ runtime: Runtime) -> Value {
    defer { used += byteCount }
    return .object(
      text.withUnsafeBufferPointer {
        runtime.string(utf8: UnsafeBufferPointer(rebasing: $0[used..<(used + byteCount)]))
      })
  }

  override func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value {
    try checkReadable(runtime)
    if count < 0 {
      while try fill(runtime) {}
      return take(text.count - used, runtime)
    }
    while true {
      var offset = used
      var left = count
      while offset < text.count, left > 0 {
        offset += UTF8Width.of(leadByte: text[offset])
        left -= 1
      }
      if left == 0 { return take(offset - used, runtime) }
      if !(try fill(runtime)) { return take(text.count - used, runtime) }
    }
  }

  override func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value {
    try checkReadable(runtime)
    while true {
      if let end = lineEnd() { return take(limited(end - used, limit), runtime) }
      if limit >= 0, limited(text.count - used, limit) < text.count - used { return take(limited(text.count - used, limit), runtime) }
      if !(try fill(runtime)) { return take(limited(text.count - used, limit), runtime) }
    }
  }

  /// How many bytes the first `limit` characters take, but at most `byteCount`.
  private func limited(_ byteCount: Int, _ limit: Int) -> Int {
    if limit < 0 || limit >= byteCount { return byteCount }
    var offset = used
    for _ in 0..<limit where offset < used + byteCount { offset += UTF8Width.of(leadByte: text[offset]) }
    return min(offset - used, byteCount)
  }

  /// The index behind the first line end.
  private func lineEnd() -> Int? {
    switch newline {
    case .universal:
      return text.withUnsafeBufferPointer { $0[used...].firstIndex(of: 0x0A) }.map { $0 + 1 }
    case .untranslated:
      guard let index = text[used...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return nil }
      if text[index] == 0x0A { return index + 1 }
      if index + 1 < text.count { return text[index + 1] == 0x0A ? index + 2 : index + 1 }
      return isAtEnd ? index + 1 : nil
    case .exactly(let mark):
      let mark = Array(mark.utf8)
      var index = used
      while index + mark.count <= text.count {
        if text[index..<(index + mark.count)].elementsEqual(mark) { return index + mark.count }
        index += 1
      }
      return nil
    }
  }

  // MARK: Writing

  override func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value {
    try checkWritable(runtime)
    guard let string = value.string else {
      throw runtime.typeError(
        stream is MemoryStream
          ? "string argument expected, got '\(runtime.typeName(value))'"
          : "write() argument must be str, not \(runtime.typeName(value))")
    }
    try write(string.utf8, isASCII: string.isASCII, runtime)
    return .int(string.length)
  }

  /// Writes text. The file is open for writing.
  func write(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool, _ runtime: Runtime) throws(Raised) {
    if used < text.count || !undecoded.isEmpty { _ = try seek(runtime, try tell(runtime), .start) }
    isAtEnd = false
    if isPlain(utf8, isASCII: isASCII) { return try writeBytes(utf8, runtime) }
    var bytes = Array(utf8)
    if case .exactly(let mark) = newline, mark != "\n" {
      bytes = bytes.flatMap { $0 == 0x0A ? Array(mark.utf8) : [$0] }
    }
    if !isASCII || !isUTF8 {
      let names: [Value] = [.object(runtime.string(encoding)), .object(runtime.string(errorHandling))]
      let encoded = try runtime.callMethod(.object(runtime.string(bytes)), "encode", names)
      bytes = encoded.bytes?.bytes ?? []
    }
    try writeArray(bytes, runtime)
  }

  private func writeArray(_ bytes: [UInt8], _ runtime: Runtime) throws(Raised) {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    defer { memory.deallocate() }
    _ = memory.initialize(from: bytes)
    try writeBytes(UnsafeBufferPointer(memory), runtime)
  }

  /// Whether the text may go out as it is.
  private func isPlain(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool) -> Bool {
    if case .exactly(let mark) = newline, mark != "\n" { return false }
    guard isUTF8 else { return false }
    if isASCII { return true }
    if !encoding.lowercased().hasPrefix("utf") { return false }
    // Lone surrogates cannot be encoded.
    for index in utf8.indices.dropLast() where utf8[index] == 0xED && utf8[index + 1] >= 0xA0 { return false }
    return true
  }

  private func writeBytes(_ bytes: UnsafeBufferPointer<UInt8>, _ runtime: Runtime) throws(Raised) {
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.write(bytes) }
    if isLineBuffered, bytes.contains(0x0A) { try flush(runtime) }
  }

  // MARK: Positions

  override func seek(_ runtime: Runtime, _ offset: Int, _ origin: ByteStream.Origin) throws(Raised) -> Int {
    try checkOpen(runtime)
    if origin != .start, offset != 0 {
      throw runtime.unsupportedOperation("can't do nonzero \(origin == .end ? "end" : "cur")-relative seeks")
    }
    let target = origin == .current ? try tell(runtime) : offset
    if target < 0 { throw runtime.valueError("negative seek position \(target)") }
    text = []
    used = 0
    undecoded = []
    isAtEnd = false
    return try runtime.checkingSystem { () throws(SystemFailure) in
      try stream.seek(target, origin == .end ? .end : .start)
    }
  }

  override func tell(_ runtime: Runtime) throws(Raised) -> Int {
    try checkOpen(runtime)
    let ahead = text.count - used + undecoded.count
    return try runtime.checkingSystem { () throws(SystemFailure) in try stream.seek(0, .current) - ahead }
  }

  /// All that a StringIO holds.
  var memoryText: [UInt8] { (stream as? MemoryStream)?.bytes ?? [] }
}
