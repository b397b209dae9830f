#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `open(path)`, `io.TextIOWrapper` and the standard streams: a file of characters over a binary one.
///
/// Bytes are decoded in chunks; what is decoded and not yet handed out waits as UTF-8. ASCII and UTF-8 are written through
/// as they are; other encodings go through `str.encode` and `bytes.decode`.
final class TextFileObject: TextSinkObject {
  /// How line ends are read and written (`newline=`).
  enum Newline: Equatable {
    /// Every kind is read as `\n`.
    case universal
    /// Every kind ends a line and is kept.
    case untranslated
    /// Only this ends a line, and is what `\n` is written as.
    case exactly(String)

    init(_ argument: String?) { self = argument.map { $0.isEmpty ? .untranslated : .exactly($0) } ?? .universal }
  }

  /// How bytes and characters correspond, as far as reading in chunks goes.
  private enum Codec {
    case utf8, ascii, latin1
    /// Read at once: a chunk could end in the middle of a character.
    case other
  }

  /// The line ends seen so far, for `newlines`.
  struct LineEnds: OptionSet {
    let rawValue: UInt8
    static let cr = LineEnds(rawValue: 1)
    static let lf = LineEnds(rawValue: 2)
    static let crlf = LineEnds(rawValue: 4)

    /// Adds those of a text.
    mutating func note(_ text: some RandomAccessCollection<UInt8>) {
      var previous: UInt8 = 0
      for byte in text {
        if previous == 0x0D { insert(byte == 0x0A ? .crlf : .cr) } else if byte == 0x0A { insert(.lf) }
        previous = byte
      }
      if previous == 0x0D { insert(.cr) }
    }
  }

  private(set) var binary: BinaryFileObject
  /// What `buffer` shows: the binary file, or the program's own object below it.
  var buffer: Value
  private(set) var isDetached = false
  private(set) var encoding: String
  private(set) var errorHandling: String
  private(set) var newline: Newline
  private(set) var isLineBuffered: Bool
  private(set) var writesThrough = false
  private(set) var lineEnds: LineEnds = []
  private var codec: Codec
  private var text: [UInt8] = []
  private var used = 0
  private var textIsASCII = true
  /// The bytes that `text` was decoded from, where they differ from it; for `tell`.
  private var source: [UInt8] = []
  /// The end of a chunk that may go on in the next: part of a character, or `\r`.
  private var undecoded: [UInt8] = []
  private var hasRead = false
  private var hasWrittenMark = false
  private var isTellDisabled = false
  /// What was written and has not gone to `binary` yet: up to 8192 bytes, as on CPython, where the program can see what lies below
  /// (a `BytesIO`, an object of its own).
  private var pending: [UInt8] = []
  private var holdsBack = false

  init(
    type: TypeObject, binary: BinaryFileObject, buffer: Value = .undefined, name: Value, mode: String,
    encoding: String = "utf-8", errorHandling: String = "strict", newline: Newline = .universal,
    isLineBuffered: Bool = false
  ) {
    self.binary = binary
    self.buffer = buffer.isUndefined ? .object(binary) : buffer
    self.encoding = encoding
    self.errorHandling = errorHandling
    self.newline = newline
    self.isLineBuffered = isLineBuffered
    codec = TextFileObject.codec(encoding)
    super.init(type: type, stream: binary.stream, name: name, mode: mode)
  }

  deinit { closeDying(representation) }

  private static func codec(_ name: String) -> Codec {
    switch Encoding(name) {
    case .utf8: .utf8
    case .ascii: .ascii
    case .latin1: .latin1
    default: .other
    }
  }

  /// `TextIOWrapper.__init__`, and `reconfigure`: nil leaves a setting as it is.
  func configure(
    encoding: String? = nil, errorHandling: String? = nil, newline: Newline? = nil, isLineBuffered: Bool? = nil,
    writesThrough: Bool? = nil
  ) {
    if let encoding {
      self.encoding = encoding
      codec = TextFileObject.codec(encoding)
    }
    self.errorHandling = errorHandling ?? self.errorHandling
    self.newline = newline ?? self.newline
    self.isLineBuffered = isLineBuffered ?? self.isLineBuffered
    self.writesThrough = writesThrough ?? self.writesThrough
  }

  func attach(_ binary: BinaryFileObject, buffer: Value) {
    self.binary = binary
    self.buffer = buffer
    name = binary.name
    stream = binary.stream
    holdsBack = stream is MemoryStream || stream is ObjectStream
    isDetached = false
  }

  func detach(_ runtime: Runtime) throws(Raised) -> Value {
    try checkUsable(runtime)
    try flush(runtime)
    isDetached = true
    stream = ByteStream()
    defer { buffer = .undefined }
    return buffer
  }

  /// Whether reading has begun and is not at the end: the encoding must stay.
  var isBeingRead: Bool { hasRead }

  override var isReadable: Bool { binary.isReadable }
  override var isWritable: Bool { binary.isWritable }
  override var isSeekable: Bool { binary.isSeekable }

  func checkUsable(_ runtime: Runtime) throws(Raised) {
    if isDetached { throw runtime.valueError("underlying buffer has been detached") }
    try checkOpen(runtime)
  }

  private func checkReadable(_ runtime: Runtime) throws(Raised) {
    try checkUsable(runtime)
    try passOn(runtime)
    if !binary.isReadable { throw runtime.unsupportedOperation("not readable") }
  }

  // MARK: Reading

  /// Decodes one more chunk. False: there is no more for now.
  private func fill(_ runtime: Runtime) throws(Raised) -> Bool {
    if used > 0 {
      dropUsed()
    }
    hasRead = true
    let chunk = codec == .other ? try binary.readAll(runtime) : try binary.readChunk(runtime)
    if chunk.isEmpty, undecoded.isEmpty {
      hasRead = false
      return false
    }
    let bytes: [UInt8]
    if undecoded.isEmpty, !chunk.isEmpty, endsCleanly(chunk) {
      bytes = chunk
    } else {
      var joined = undecoded + chunk
      undecoded = []
      if !chunk.isEmpty { keepBack(&joined) }
      bytes = joined
    }
    if !bytes.isEmpty { try add(bytes, runtime) }
    return !chunk.isEmpty
  }

  /// Forgets what was handed out.
  private func dropUsed() {
    if !source.isEmpty { source.removeFirst(sourceLength(ofTextUpTo: used)) }
    if used == text.count {
      text = []
      textIsASCII = true
      source = []
    } else {
      text.removeFirst(used)
    }
    used = 0
  }

  /// Decodes bytes that end with a whole character, and adds them to the text.
  private func add(_ bytes: [UInt8], _ runtime: Runtime) throws(Raised) {
    let isASCII = bytes.withUnsafeBufferPointer { $0.isASCII }
    let isPlain = isASCII && codec != .other
    let decoded =
      isPlain ? bytes : try runtime.decode(bytes, encoding: encoding, errors: errorHandling).copyBytes()
    var result = decoded
    if case .universal = newline, contains(decoded, 0x0D) {
      lineEnds.note(decoded)
      result = decoded.withUnsafeBufferPointer { TextFileObject.translatingLineEnds($0) }
    } else if case .untranslated = newline, contains(decoded, 0x0D) {
      lineEnds.note(decoded)
    } else if !lineEnds.contains(.lf), newline == .universal || newline == .untranslated, contains(decoded, 0x0A) {
      lineEnds.insert(.lf)
    }
    let isSame = result.count == bytes.count && codec != .latin1 && codec != .other
    if !isSame || !source.isEmpty {
      if source.isEmpty { source = text }
      source += bytes
    }
    textIsASCII = textIsASCII && isASCII
    if text.isEmpty { text = result } else { text += result }
  }

  private func contains(_ bytes: [UInt8], _ byte: UInt8) -> Bool {
    bytes.withUnsafeBytes { $0.baseAddress.map { memchr($0, Int32(byte), bytes.count) != nil } ?? false }
  }

  private func endsCleanly(_ bytes: [UInt8]) -> Bool { bytes[bytes.count - 1] < 0x80 && bytes[bytes.count - 1] != 0x0D }

  private func keepBack(_ bytes: inout [UInt8]) {
    guard codec != .other, let last = bytes.last else { return }
    if last == 0x0D {
      undecoded = [bytes.removeLast()]
      return
    }
    guard last >= 0x80, codec == .utf8 else { return }
    var start = bytes.count - 1
    while start > 0, start > bytes.count - 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    if bytes[start] >= 0xC0, start + UTF8Width.of(leadByte: bytes[start]) > bytes.count {
      undecoded = Array(bytes[start...])
      bytes.removeLast(bytes.count - start)
    }
  }

  static func translatingLineEnds(_ decoded: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(decoded.count)
    var index = 0
    while index < decoded.count {
      let byte = decoded[index]
      index += 1
      result.append(byte == 0x0D ? 0x0A : byte)
      if byte == 0x0D, index < decoded.count, decoded[index] == 0x0A { index += 1 }
    }
    return result
  }

  @inline(__always)
  private func take(_ byteCount: Int, _ runtime: Runtime) -> Value {
    let start = used
    used = start + byteCount
    return .object(
      text.withUnsafeBufferPointer { runtime.string(utf8: UnsafeBufferPointer(rebasing: $0[start..<(start + byteCount)])) })
  }

  override func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value {
    try checkReadable(runtime)
    if count < 0 { return try readAll(runtime) }
    var offset = used
    var left = count
    while true {
      if textIsASCII {
        let step = min(left, text.count - offset)
        offset += step
        left -= step
      } else {
        while offset < text.count, left > 0 {
          offset += UTF8Width.of(leadByte: text[offset])
          left -= 1
        }
      }
      if left == 0 { return take(offset - used, runtime) }
      let done = offset - used
      if !(try fill(runtime)), used + done >= text.count { return take(text.count - used, runtime) }
      offset = used + done
    }
  }

  /// The rest of the file, decoded at once.
  private func readAll(_ runtime: Runtime) throws(Raised) -> Value {
    if used > 0 { dropUsed() }
    hasRead = false
    isTellDisabled = false
    var bytes = try binary.readAll(runtime)
    if !undecoded.isEmpty {
      bytes = undecoded + bytes
      undecoded = []
    }
    if bytes.isEmpty { return take(text.count, runtime) }
    if text.isEmpty, codec != .other, !contains(bytes, 0x0D), bytes.withUnsafeBufferPointer({ $0.isASCII }) {
      if !lineEnds.contains(.lf), contains(bytes, 0x0A), newline == .universal { lineEnds.insert(.lf) }
      return .object(runtime.string(bytes))
    }
    try add(bytes, runtime)
    defer { dropUsed() }
    return take(text.count, runtime)
  }

  override func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value {
    try checkReadable(runtime)
    var searched = used
    while true {
      if let end = lineEnd(from: searched) { return take(limited(end - used, limit), runtime) }
      let available = text.count - used
      if limit >= 0, limited(available, limit) < available { return take(limited(available, limit), runtime) }
      if !(try fill(runtime)) {
        let end = lineEnd(from: used, isAtEnd: true) ?? text.count
        return take(limited(end - used, limit), runtime)
      }
      searched = max(0, available - 1)
    }
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if type.isHeap { return try super.next(runtime) }
    isTellDisabled = true
    let line = try readLine(runtime, limit: -1)
    if case .object(let object) = line, unsafeDowncast(object, to: StringObject.self).byteCount > 0 { return line }
    isTellDisabled = false
    return .undefined
  }

  /// How many bytes the first `limit` characters take, but at most `byteCount`.
  private func limited(_ byteCount: Int, _ limit: Int) -> Int {
    if limit < 0 || limit >= byteCount { return byteCount }
    if textIsASCII { return limit }
    var offset = used
    for _ in 0..<limit where offset < used + byteCount { offset += UTF8Width.of(leadByte: text[offset]) }
    return min(offset - used, byteCount)
  }

  /// The index behind the first line end.
  private func lineEnd(from start: Int, isAtEnd: Bool = false) -> Int? {
    switch newline {
    case .universal, .exactly("\n"):
      return text.withUnsafeBytes { bytes in
        guard start < bytes.count, let base = bytes.baseAddress else { return nil }
        return memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base + 1 }
      }
    case .untranslated:
      guard let index = text[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return nil }
      if text[index] == 0x0A { return index + 1 }
      if index + 1 < text.count { return text[index + 1] == 0x0A ? index + 2 : index + 1 }
      return isAtEnd ? index + 1 : nil
    case .exactly(let mark):
      let mark = Array(mark.utf8)
      var index = max(used, start - 1)
      while index + mark.count <= text.count {
        if text[index..<(index + mark.count)].elementsEqual(mark) { return index + mark.count }
        index += 1
      }
      return nil
    }
  }

  // MARK: Writing

  override func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value {
    guard let string = value.string else {
      throw runtime.typeError("write() argument must be str, not \(runtime.givenName(value))")
    }
    try checkUsable(runtime)
    try write(string.utf8, isASCII: string.isASCII, runtime)
    return .int(string.length)
  }

  override func write(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool, _ runtime: Runtime) throws(Raised) {
    if !binary.isWritable { throw runtime.unsupportedOperation("not writable") }
    if !text.isEmpty || !undecoded.isEmpty {
      // As on CPython, what was read ahead is lost, and writing goes on behind it.
      used = text.count
      dropUsed()
      undecoded = []
      isTellDisabled = false
    }
    let isPlain = isPlain(utf8, isASCII: isASCII)
    let hasLineEnd = isLineBuffered && (utf8.contains(0x0A) || utf8.contains(0x0D))
    if holdsBack {
      let bytes = isPlain ? Array(utf8) : try encode(utf8, isASCII: isASCII, runtime)
      if pending.count + bytes.count > TextFileObject.chunk { try passOn(runtime) }
      pending += bytes
      if pending.count >= TextFileObject.chunk || writesThrough || hasLineEnd { try passOn(runtime) }
      if hasLineEnd { try binary.flush(runtime) }
      return
    }
    if isPlain {
      try binary.write(utf8, runtime)
    } else {
      let bytes = try encode(utf8, isASCII: isASCII, runtime)
      try bytes.withUnsafeBufferPointer { (buffer) throws(Raised) in try binary.write(buffer, runtime) }
    }
    if writesThrough || hasLineEnd { try flush(runtime) }
  }

  private static let chunk = 8192

  /// Writes what was held back.
  private func passOn(_ runtime: Runtime) throws(Raised) {
    if pending.isEmpty { return }
    let bytes = pending
    pending = []
    try bytes.withUnsafeBufferPointer { (buffer) throws(Raised) in try binary.write(buffer, runtime) }
  }

  private func encode(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool, _ runtime: Runtime) throws(Raised) -> [UInt8] {
    var bytes = Array(utf8)
    if case .exactly(let mark) = newline, mark != "\n" {
      bytes = bytes.flatMap { $0 == 0x0A ? Array(mark.utf8) : [$0] }
    }
    if isASCII, codec != .other { return bytes }
    let names: [Value] = [.object(runtime.string(try encodingForWriting(runtime))), .object(runtime.string(errorHandling))]
    let encoded = try runtime.callMethod(.object(runtime.string(bytes)), "encode", names)
    return encoded.bytes?.copyBytes() ?? []
  }

  /// A byte order mark is written only at the beginning of a file.
  private func encodingForWriting(_ runtime: Runtime) throws(Raised) -> String {
    guard codec == .other else { return encoding }
    if !hasWrittenMark, binary.isSeekable, try binary.tell(runtime) > 0 { hasWrittenMark = true }
    defer { hasWrittenMark = true }
    guard hasWrittenMark else { return encoding }
    switch Encoding(encoding) {
    case .utf16(nil): return "utf-16-le"
    case .utf32(nil): return "utf-32-le"
    case .utf8Signature: return "utf-8"
    default: return encoding
    }
  }

  /// Whether the text may go out as it is.
  @inline(__always)
  private func isPlain(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool) -> Bool {
    if case .exactly(let mark) = newline, mark != "\n" { return false }
    if codec == .other { return false }
    if isASCII { return true }
    if codec != .utf8 { return false }
    // Lone surrogates cannot be encoded.
    for index in utf8.indices.dropLast() where utf8[index] == 0xED && utf8[index + 1] >= 0xA0 { return false }
    return true
  }

  override func flush(_ runtime: Runtime) throws(Raised) {
    try checkUsable(runtime)
    try passOn(runtime)
    try binary.flush(runtime)
  }

  override func close(_ runtime: Runtime) throws(Raised) {
    if isDetached || stream.isClosed { return }
    if type.isHeap { _ = try runtime.callMethod(.object(self), "flush") }
    try passOn(runtime)
    try binary.close(runtime)
  }

  // MARK: Positions

  override func seek(_ runtime: Runtime, _ offset: Int, whence: Int) throws(Raised) -> Int {
    try checkUsable(runtime)
    if !binary.isSeekable { throw runtime.unsupportedOperation("underlying stream is not seekable") }
    guard (0...2).contains(whence) else {
      throw runtime.valueError("invalid whence (\(whence), should be 0, 1 or 2)")
    }
    if whence != 0, offset != 0 {
      throw runtime.unsupportedOperation("can't do nonzero \(whence == 2 ? "end" : "cur")-relative seeks")
    }
    let target = whence == 1 ? try tell(runtime) : offset
    if target < 0 { throw runtime.valueError("negative seek position \(target)") }
    try passOn(runtime)
    text = []
    textIsASCII = true
    source = []
    used = 0
    undecoded = []
    isTellDisabled = false
    if target == 0, whence == 0 {
      hasRead = false
      hasWrittenMark = false
    }
    return try binary.seek(runtime, target, whence: whence == 2 ? 2 : 0)
  }

  override func tell(_ runtime: Runtime) throws(Raised) -> Int {
    try checkUsable(runtime)
    if !binary.isSeekable { throw runtime.unsupportedOperation("underlying stream is not seekable") }
    if isTellDisabled { throw runtime.error("OSError", "telling position disabled by next() call") }
    try passOn(runtime)
    let ahead =
      source.isEmpty ? text.count - used : source.count - sourceLength(ofTextUpTo: used)
    return try binary.tell(runtime) - ahead - undecoded.count
  }

  /// How many bytes of `source` the first `end` bytes of the text were decoded from.
  private func sourceLength(ofTextUpTo end: Int) -> Int {
    if end >= text.count { return source.count }
    if codec == .other {
      // Every character takes as many bytes as it would take when written; what is behind the position tells.
      guard let encoding = Encoding(encoding) else { return source.count }
      var behind = 0
      for byte in text[end...] where byte & 0xC0 != 0x80 {
        switch encoding {
        case .utf32: behind += 4
        case .utf16: behind += byte >= 0xF0 ? 4 : 2
        case .utf8, .utf8Signature: behind += UTF8Width.of(leadByte: byte)
        case .ascii, .latin1, .table, .unicodeEscape, .rawUnicodeEscape: behind += 1
        }
      }
      return max(0, source.count - behind)
    }
    var index = 0
    var decoded = 0
    while decoded < end, index < source.count {
      let byte = source[index]
      if byte == 0x0D, newline == .universal, index + 1 < source.count, source[index + 1] == 0x0A { index += 1 }
      index += 1
      decoded += codec == .latin1 && byte >= 0x80 ? 2 : 1
    }
    return index
  }

  override func truncate(_ runtime: Runtime, _ size: Int?) throws(Raised) -> Int {
    try flush(runtime)
    if !binary.isWritable { throw runtime.unsupportedOperation("truncate") }
    if let size { return try binary.truncate(runtime, size) }
    return try binary.truncate(runtime, try tell(runtime))
  }
}
