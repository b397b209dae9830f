/// `str.encode`.
extension Runtime {
  func encode(_ text: StringObject, encoding name: String, errors: String) throws(Raised) -> [UInt8] {
    guard let encoding = Encoding(name) else {
      let result = try callCodecs("_encode_text", [.object(text), .object(string(name)), .object(string(errors))])
      return result.bytes?.copyBytes() ?? []
    }
    var encoder = Encoder(runtime: self, text: text, encoding: encoding, errors: errors)
    return try encoder.run()
  }
}

private struct Encoder {
  let runtime: Runtime
  let text: StringObject
  let encoding: Encoding
  let errors: String
  var result: [UInt8] = []

  mutating func run() throws(Raised) -> [UInt8] {
    switch encoding {
    case .unicodeEscape, .rawUnicodeEscape: return escaped()
    case .utf8, .ascii, .latin1:
      if text.isASCII { return Array(text.utf8) }
    case .utf8Signature: result = [0xEF, 0xBB, 0xBF]
    case .utf16(nil): result = [0xFF, 0xFE]
    case .utf32(nil): result = [0xFF, 0xFE, 0, 0]
    case .utf16, .utf32: break
    case .table: if text.isASCII { return Array(text.utf8) }
    }
    result.reserveCapacity(result.count + text.byteCount)
    var offset = 0
    var position = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      if canEncode(codePoint) {
        append(codePoint)
        offset += width
        position += 1
        continue
      }
      // All that cannot be encoded in a row is one error.
      var end = offset
      var count = 0
      while end < text.byteCount {
        let (next, nextWidth) = decodeUTF8(text.bytes + end)
        if canEncode(next) { break }
        end += nextWidth
        count += 1
        if case .utf8 = encoding { continue }
        if isWide { break }
      }
      try handle(text.slice(offset..<end), position..<(position + count))
      offset = end
      position += count
    }
    return result
  }

  private var isWide: Bool {
    switch encoding {
    case .utf16, .utf32: true
    default: false
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

  private mutating func append(_ codePoint: UInt32) {
    switch encoding {
    case .utf8, .utf8Signature: result.appendUTF8(codePoint)
    case .ascii, .latin1, .unicodeEscape, .rawUnicodeEscape: result.append(UInt8(truncatingIfNeeded: codePoint))
    case .utf16(let isBigEndian):
      if codePoint < 0x10000 {
        append(unit: codePoint, bytes: 2, isBigEndian ?? false)
      } else {
        append(unit: 0xD800 + (codePoint - 0x10000) >> 10, bytes: 2, isBigEndian ?? false)
        append(unit: 0xDC00 + (codePoint - 0x10000) & 0x3FF, bytes: 2, isBigEndian ?? false)
      }
    case .utf32(let isBigEndian): append(unit: codePoint, bytes: 4, isBigEndian ?? false)
    case .table(let table): result.append(table.byte(of: codePoint) ?? 0x3F)
    }
  }

  private mutating func append(unit: UInt32, bytes: UInt32, _ isBigEndian: Bool) {
    for index in 0..<bytes {
      result.append(UInt8(truncatingIfNeeded: unit >> ((isBigEndian ? bytes - 1 - index : index) * 8)))
    }
  }

  private mutating func handle(_ part: UnsafeBufferPointer<UInt8>, _ span: Range<Int>) throws(Raised) {
    var codePoints: [UInt32] = []
    var offset = 0
    while offset < part.count {
      let (codePoint, width) = decodeUTF8(part.baseAddress.unsafelyUnwrapped + offset)
      codePoints.append(codePoint)
      offset += width
    }
    switch errors {
    case "ignore": return
    case "replace":
      for _ in codePoints { append(0x3F) }
    case "xmlcharrefreplace":
      for codePoint in codePoints { append(ascii: "&#\(codePoint);") }
    case "backslashreplace", "namereplace":
      for codePoint in codePoints {
        if errors == "namereplace", let name = characterName(codePoint) {
          append(ascii: "\\N{\(name)}")
          continue
        }
        let digits = codePoint <= 0xFF ? 2 : codePoint <= 0xFFFF ? 4 : 8
        append(ascii: "\\" + (digits == 2 ? "x" : digits == 4 ? "u" : "U") + hexText(codePoint, width: digits))
      }
    case "surrogateescape":
      for codePoint in codePoints {
        guard codePoint >= 0xDC80, codePoint <= 0xDCFF else { throw failure(span) }
        result.append(UInt8(truncatingIfNeeded: codePoint))
      }
    case "surrogatepass":
      for codePoint in codePoints {
        guard codePoint >= 0xD800, codePoint <= 0xDFFF else { throw failure(span) }
        append(codePoint)
      }
    case "strict": throw failure(span)
    default:
      let replacement = try runtime.askErrorHandler(errors, failure(span), end: span.upperBound)
      if let bytes = replacement.object as? BytesObject {
        bytes.withContent { result.append(contentsOf: $0) }
      } else if let text = replacement.string {
        for scalar in text.text.unicodeScalars {
          guard canEncode(scalar.value) else { throw failure(span) }
          append(scalar.value)
        }
      } else {
        throw runtime.typeError("encoding error handler must return (str/bytes, int) tuple")
      }
    }
  }

  private mutating func escaped() -> [UInt8] {
    var isRaw = false
    if case .rawUnicodeEscape = encoding { isRaw = true }
    var offset = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      offset += width
      switch codePoint {
      case 0x100...0xFFFF: append(ascii: "\\u" + hexText(codePoint, width: 4))
      case 0x10000...: append(ascii: "\\U" + hexText(codePoint, width: 8))
      case _ where isRaw: result.append(UInt8(truncatingIfNeeded: codePoint))
      case 0x5C: append(ascii: "\\\\")
      case 0x0A: append(ascii: "\\n")
      case 0x0D: append(ascii: "\\r")
      case 0x09: append(ascii: "\\t")
      case 0x20..<0x7F: result.append(UInt8(truncatingIfNeeded: codePoint))
      default: append(ascii: "\\x" + hexText(codePoint, width: 2))
      }
    }
    return result
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
