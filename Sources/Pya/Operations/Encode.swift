#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `str.encode`.
extension Runtime {
  func encode(_ text: StringObject, encoding name: String, errors: String) throws(Raised) -> BytesObject {
    guard let encoding = encoding(name) else {
      let result = try callCodecs("_encode_text", [.object(text), .object(string(name)), .object(string(errors))])
      return result.bytes ?? BytesObject(type: types.bytes, [])
    }
    switch encoding {
    case .utf8, .ascii, .latin1, .table: if text.isASCII { return BytesObject(type: types.bytes, text.utf8) }
    case .utf8Signature, .utf16, .utf32, .unicodeEscape, .rawUnicodeEscape: break
    }
    var encoder = Encoder(runtime: self, text: text, encoding: encoding, errors: errors)
    return try encoder.run()
  }
}

private struct Encoder: ~Copyable {
  private let runtime: Runtime
  private let text: StringObject
  private let encoding: Encoding
  private let errors: String
  private var result: TextBuilder
  /// Where it stands, in bytes of the text.
  private var offset = 0
  /// A place up to which code points have been counted, for errors tell their places so.
  private var counted = (offset: 0, position: 0)

  init(runtime: Runtime, text: StringObject, encoding: Encoding, errors: String) {
    self.runtime = runtime
    self.text = text
    self.encoding = encoding
    self.errors = errors
    result = TextBuilder(capacity: text.byteCount)
  }

  mutating func run() throws(Raised) -> BytesObject {
    switch encoding {
    case .unicodeEscape, .rawUnicodeEscape:
      escape()
      return result.bytes(type: runtime.types.bytes, kind: .bytes)
    case .utf8Signature: for byte in [0xEF, 0xBB, 0xBF] as [UInt8] { result.append(byte: byte) }
    case .utf16(nil), .utf32(nil): append(0xFEFF)
    case .utf8, .ascii, .latin1, .utf16, .utf32, .table: break
    }
    while true {
      appendRun()
      if offset == text.byteCount { return result.bytes(type: runtime.types.bytes, kind: .bytes) }
      // All that cannot be encoded in a row is one error.
      var end = offset
      while end < text.byteCount {
        let (next, width) = decodeUTF8(text.bytes + end)
        if canEncode(next) { break }
        end += width
        if isWide { break }
      }
      try handle(offset..<end)
      offset = end
    }
  }

  private var isWide: Bool {
    switch encoding {
    case .utf16, .utf32: true
    default: false
    }
  }

  private var hasTable: Bool {
    if case .table = encoding { return true }
    return false
  }

  /// Has a code for any code point.
  private var isUnicode: Bool {
    switch encoding {
    case .utf8, .utf8Signature: true
    default: isWide
    }
  }

  private func canEncode(_ codePoint: UInt32) -> Bool {
    switch encoding {
    case .ascii: codePoint < 0x80
    case .latin1: codePoint < 0x100
    case .table(let table): table.byte(of: codePoint) != nil
    default: codePoint < 0xD800 || codePoint > 0xDFFF
    }
  }

  // MARK: What can be encoded

  /// Goes on to the next code point that cannot be encoded, or to the end.
  private mutating func appendRun() {
    switch encoding {
    case .utf8, .utf8Signature: appendUTF8()
    case .ascii: appendRun(most: 1) { (codePoint, place) in Encoder.put(codePoint, below: 0x80, &place) }
    case .latin1: appendRun(most: 1) { (codePoint, place) in Encoder.put(codePoint, below: 0x100, &place) }
    case .table(let table):
      appendRun(most: 1) { (codePoint, place) in
        guard let byte = table.byte(of: codePoint) else { return false }
        place[0] = byte
        place += 1
        return true
      }
    case .utf16(isBigEndian: true): appendRun(most: 2) { Encoder.put16($0, &$1, isBigEndian: true) }
    case .utf16: appendRun(most: 2) { Encoder.put16($0, &$1, isBigEndian: false) }
    case .utf32(let isBigEndian):
      appendRun(most: 4) { (codePoint, place) in
        if Encoder.isSurrogate(codePoint) { return false }
        Encoder.put32(codePoint, &place, isBigEndian: isBigEndian ?? false)
        return true
      }
    case .unicodeEscape, .rawUnicodeEscape: break
    }
  }

  /// Code points that `write` can encode, each of whose bytes becomes `most` bytes at most.
  @inline(__always)
  private mutating func appendRun(most: Int, _ write: (UInt32, inout UnsafeMutablePointer<UInt8>) -> Bool) {
    let (source, end) = (text.bytes, text.byteCount)
    var offset = offset
    result.append(atMost: (end - offset) * most) { place in
      while offset < end {
        let (codePoint, width) = decodeUTF8(source + offset)
        if !write(codePoint, &place) { break }
        offset += width
      }
    }
    self.offset = offset
  }

  /// What stands in the text already, up to a surrogate.
  private mutating func appendUTF8() {
    let (source, end) = (text.bytes, text.byteCount)
    var next = offset
    while next < end {
      guard let found = memchr(source + next, 0xED, end - next) else {
        next = end
        break
      }
      next = UnsafeRawPointer(found) - UnsafeRawPointer(source)
      if source[next + 1] >= 0xA0 { break }
      next += 3
    }
    result.append(source + offset, next - offset, isASCII: false)
    offset = next
  }

  @inline(__always)
  private static func put(_ codePoint: UInt32, below limit: UInt32, _ place: inout UnsafeMutablePointer<UInt8>) -> Bool {
    if codePoint >= limit { return false }
    place[0] = UInt8(truncatingIfNeeded: codePoint)
    place += 1
    return true
  }

  @inline(__always)
  private static func isSurrogate(_ codePoint: UInt32) -> Bool { codePoint & 0xFFFF_F800 == 0xD800 }

  @inline(__always)
  private static func put16(_ codePoint: UInt32, _ place: inout UnsafeMutablePointer<UInt8>, isBigEndian: Bool) -> Bool {
    if isSurrogate(codePoint) { return false }
    if codePoint < 0x10000 {
      putUnit(codePoint, &place, isBigEndian: isBigEndian)
    } else {
      putUnit(0xD800 &+ (codePoint &- 0x10000) &>> 10, &place, isBigEndian: isBigEndian)
      putUnit(0xDC00 &+ (codePoint &- 0x10000) & 0x3FF, &place, isBigEndian: isBigEndian)
    }
    return true
  }

  @inline(__always)
  private static func putUnit(_ unit: UInt32, _ place: inout UnsafeMutablePointer<UInt8>, isBigEndian: Bool) {
    let unit = UInt16(truncatingIfNeeded: unit)
    UnsafeMutableRawPointer(place).storeBytes(of: isBigEndian ? unit.bigEndian : unit.littleEndian, as: UInt16.self)
    place += 2
  }

  @inline(__always)
  private static func put32(_ unit: UInt32, _ place: inout UnsafeMutablePointer<UInt8>, isBigEndian: Bool) {
    UnsafeMutableRawPointer(place).storeBytes(of: isBigEndian ? unit.bigEndian : unit.littleEndian, as: UInt32.self)
    place += 4
  }

  /// A code point that can be encoded, or a surrogate in spite of all.
  private mutating func append(_ codePoint: UInt32) {
    switch encoding {
    case .utf8, .utf8Signature: result.append(codePoint: codePoint)
    case .ascii, .latin1, .unicodeEscape, .rawUnicodeEscape: result.append(byte: UInt8(truncatingIfNeeded: codePoint))
    case .utf16(let isBigEndian):
      result.append(atMost: 4) { place in
        if !Encoder.put16(codePoint, &place, isBigEndian: isBigEndian ?? false) {
          Encoder.putUnit(codePoint, &place, isBigEndian: isBigEndian ?? false)
        }
      }
    case .utf32(let isBigEndian):
      result.append(atMost: 4) { Encoder.put32(codePoint, &$0, isBigEndian: isBigEndian ?? false) }
    case .table(let table): result.append(byte: table.byte(of: codePoint) ?? 0x3F)
    }
  }

  // MARK: What cannot

  private mutating func handle(_ part: Range<Int>) throws(Raised) {
    switch errors {
    case "ignore": return
    case "replace": appendEach(of: part) { (encoder, _) in encoder.append(0x3F) }
    case "xmlcharrefreplace":
      appendEach(of: part) { (encoder, codePoint) in
        encoder.append(0x26)
        encoder.append(0x23)
        encoder.append(decimal: codePoint)
        encoder.append(0x3B)
      }
    case "backslashreplace": appendEach(of: part) { (encoder, codePoint) in encoder.append(escape: codePoint) }
    case "namereplace":
      appendEach(of: part) { (encoder, codePoint) in
        if let name = characterName(codePoint) {
          encoder.append(ascii: "\\N{\(name)}")
        } else {
          encoder.append(escape: codePoint)
        }
      }
    case "surrogateescape":
      // A single byte is no unit of the wide ones.
      if isWide { throw failure(span(of: part)) }
      var offset = part.lowerBound
      while offset < part.upperBound {
        let (codePoint, width) = decodeUTF8(text.bytes + offset)
        // Tables tell of all in the row.
        guard codePoint >= 0xDC80, codePoint <= 0xDCFF else {
          throw failure(span(of: (hasTable ? part.lowerBound : offset)..<part.upperBound))
        }
        result.append(byte: UInt8(truncatingIfNeeded: codePoint))
        offset += width
      }
    case "surrogatepass":
      guard isUnicode else { throw failure(span(of: part)) }
      for codePoint in codePoints(of: part) {
        guard codePoint >= 0xD800, codePoint <= 0xDFFF else { throw failure(span(of: part)) }
        append(codePoint)
      }
    case "strict": throw failure(span(of: part))
    default: try askHandler(span(of: part))
    }
  }

  private mutating func askHandler(_ span: Range<Int>) throws(Raised) {
    let replacement = try runtime.askErrorHandler(errors, failure(span), end: span.upperBound)
    if let bytes = replacement.object as? BytesObject {
      if isWide, bytes.count % encoding.unitWidth != 0 { throw failure(span) }
      bytes.withContent { result.append($0) }
    } else if let text = replacement.string {
      for codePoint in text.codePoints {
        guard canEncode(codePoint) else { throw failure(span) }
        append(codePoint)
      }
    } else {
      throw runtime.typeError("encoding error handler must return (str/bytes, int) tuple")
    }
  }

  @inline(__always)
  private mutating func appendEach(of part: Range<Int>, _ body: (inout Encoder, UInt32) -> Void) {
    var offset = part.lowerBound
    while offset < part.upperBound {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      body(&self, codePoint)
      offset += width
    }
  }

  private func codePoints(of part: Range<Int>) -> [UInt32] {
    var found: [UInt32] = []
    var offset = part.lowerBound
    while offset < part.upperBound {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      found.append(codePoint)
      offset += width
    }
    return found
  }

  /// The places of a part in code points.
  private mutating func span(of part: Range<Int>) -> Range<Int> {
    func count(_ bytes: Range<Int>) -> Int { text.slice(bytes).reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
    let start = counted.position + count(counted.offset..<part.lowerBound)
    let end = start + count(part)
    counted = (part.upperBound, end)
    return start..<end
  }

  // MARK: Escapes

  private mutating func escape() {
    var isRaw = false
    if case .rawUnicodeEscape = encoding { isRaw = true }
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      offset += width
      let byte = UInt8(truncatingIfNeeded: codePoint)
      switch codePoint {
      case 0x100...: append(escape: codePoint)
      case _ where isRaw: result.append(byte: byte)
      case 0x5C: result.append("\\\\")
      case 0x0A: result.append("\\n")
      case 0x0D: result.append("\\r")
      case 0x09: result.append("\\t")
      case 0x20..<0x7F: result.append(byte: byte)
      default: append(escape: codePoint)
      }
    }
  }

  /// `\xe9`, `\u20ac`, `\U0001f600`.
  private mutating func append(escape codePoint: UInt32) {
    let digits: UInt32 = codePoint <= 0xFF ? 2 : codePoint <= 0xFFFF ? 4 : 8
    append(0x5C)
    append(digits == 2 ? 0x78 : digits == 4 ? 0x75 : 0x55)
    for place in (0..<digits).reversed() {
      append(UInt32(ASCII.hexDigit(UInt8(truncatingIfNeeded: codePoint >> (4 * place) & 15))))
    }
  }

  private mutating func append(decimal number: UInt32) {
    if number >= 10 { append(decimal: number / 10) }
    append(0x30 + number % 10)
  }

  private mutating func append(ascii replacement: String) {
    for scalar in replacement.unicodeScalars { append(scalar.value) }
  }

  private func failure(_ span: Range<Int>) -> Raised {
    let reason: String
    switch encoding {
    case .ascii: reason = "ordinal not in range(128)"
    case .latin1: reason = "ordinal not in range(256)"
    case .table: reason = "character maps to <undefined>"
    default: reason = "surrogates not allowed"
    }
    return runtime.error(
      "UnicodeEncodeError",
      [
        .object(runtime.string(encoding.name)), .object(text), .int(span.lowerBound), .int(span.upperBound),
        .object(runtime.string(reason)),
      ])
  }
}
