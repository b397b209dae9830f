/// `bytes.decode` and `str(bytes, encoding)`.
extension Runtime {
  func decode(_ bytes: [UInt8], encoding name: String, errors: String) throws(Raised) -> StringObject {
    try decode(ByteSpan(BytesObject(type: types.bytes, bytes)), encoding: name, errors: errors)
  }

  func decode(_ bytes: ByteSpan, encoding name: String, errors: String) throws(Raised) -> StringObject {
    guard let encoding = encoding(name) else {
      let data = Value.object(bytes.object(types.bytes))
      let result = try callCodecs("_decode_text", [data, .object(string(name)), .object(string(errors))])
      return result.string ?? string("")
    }
    switch encoding {
    case .utf8, .utf8Signature, .ascii, .latin1, .table: if let text = bytes.withContent(asciiText) { return text }
    default: break
    }
    var decoder = Decoder(runtime: self, bytes: bytes.copyBytes(), encoding: encoding, errors: errors)
    try decoder.run()
    return decoder.builder.finish(self)
  }

  /// Bytes as text, if they are ASCII.
  func asciiText(_ bytes: UnsafeBufferPointer<UInt8>) -> StringObject? {
    guard bytes.isASCII else { return nil }
    return asciiText(bytes.count) { text in if let start = bytes.baseAddress { text.update(from: start, count: bytes.count) } }
  }
}

private struct Decoder: ~Copyable {
  let runtime: Runtime
  let bytes: [UInt8]
  /// With the byte order that was found.
  private var encoding: Encoding
  let errors: String
  var builder: TextBuilder
  private var index = 0

  init(runtime: Runtime, bytes: [UInt8], encoding: Encoding, errors: String) {
    self.runtime = runtime
    self.bytes = bytes
    self.encoding = encoding
    self.errors = errors
    builder = TextBuilder(capacity: bytes.count)
  }

  mutating func run() throws(Raised) {
    switch encoding {
    case .utf8: try runUTF8()
    case .utf8Signature:
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
      try runUTF8()
    case .ascii:
      while index < bytes.count {
        if bytes[index] < 0x80 {
          builder.append(byte: bytes[index])
          index += 1
        } else {
          try handle(index..<(index + 1), "ordinal not in range(128)")
        }
      }
    case .latin1:
      appendRun { (bytes, index) in UInt32(bytes[index]) }
    case .table(let table):
      while true {
        appendRun { (bytes, index) in table.codePoint(of: bytes[index]) }
        if index == bytes.count { return }
        try handle(index..<(index + 1), "character maps to <undefined>")
      }
    case .unicodeEscape, .rawUnicodeEscape: try runEscapes()
    case .utf16(let order): try runUTF16(order)
    case .utf32(let order): try runUTF32(order)
    }
  }

  // MARK: UTF-8

  private mutating func runUTF8() throws(Raised) {
    while index < bytes.count {
      let start = index
      let (end, width, problem) = bytes.withUnsafeBufferPointer { Decoder.validEnd($0, from: start) }
      index = end
      builder.append(bytes: bytes, start..<index)
      if let problem { try handle(index..<(index + width), problem) }
    }
  }

  /// Where the valid text that begins here ends: at the end of all, or before so many wrong bytes.
  private static func validEnd(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (end: Int, width: Int, problem: String?) {
    var index = start
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index &+= 1
        continue
      }
      let (width, problem) = sequence(bytes, at: index)
      if let problem { return (index, width, problem) }
      index &+= width
    }
    return (index, 0, nil)
  }

  /// How many bytes the sequence that begins here takes, or how many are wrong and why.
  @inline(__always)
  private static func sequence(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (width: Int, problem: String?) {
    let lead = bytes[start]
    let length: Int
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { lowest = 0xA0 }
      if lead == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { lowest = 0x90 }
      if lead == 0xF4 { highest = 0x8F }
    default: return (1, "invalid start byte")
    }
    for offset in 1..<length {
      guard start + offset < bytes.count else { return (bytes.count - start, "unexpected end of data") }
      let next = bytes[start + offset]
      let isValid = offset == 1 ? next >= lowest && next <= highest : next & 0xC0 == 0x80
      if !isValid { return (offset, "invalid continuation byte") }
    }
    return (length, nil)
  }

  // MARK: Escapes

  private mutating func runEscapes() throws(Raised) {
    var isRaw = false
    if case .rawUnicodeEscape = encoding { isRaw = true }
    while index < bytes.count {
      guard bytes[index] == 0x5C else {
        builder.append(codePoint: UInt32(bytes[index]))
        index += 1
        continue
      }
      guard index + 1 < bytes.count else {
        if isRaw {
          builder.append(byte: 0x5C)
          index += 1
        } else {
          try handle(index..<(index + 1), "\\ at end of string")
        }
        continue
      }
      try runEscape(bytes[index + 1], isRaw: isRaw)
    }
  }

  private mutating func runEscape(_ letter: UInt8, isRaw: Bool) throws(Raised) {
    switch letter {
    case UInt8(ascii: "u"): return try runHexadecimal(4, "truncated \\uXXXX escape")
    case UInt8(ascii: "U"): return try runHexadecimal(8, "truncated \\UXXXXXXXX escape")
    case UInt8(ascii: "x") where !isRaw: return try runHexadecimal(2, "truncated \\xXX escape")
    case 0x30...0x37 where !isRaw:
      var (value, end) = (UInt32(0), index + 1)
      while end < bytes.count, end < index + 4, bytes[end] >= 0x30, bytes[end] <= 0x37 {
        value = value * 8 + UInt32(bytes[end] - 0x30)
        end += 1
      }
      builder.append(codePoint: value)
      index = end
      return
    default: break
    }
    let simple: [UInt8: UInt8] = [
      0x5C: 0x5C, 0x27: 0x27, 0x22: 0x22, 0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11,
    ]
    if !isRaw, letter == 0x0A {
      index += 2
    } else if !isRaw, let byte = simple[letter] {
      builder.append(byte: byte)
      index += 2
    } else {
      builder.append(byte: 0x5C)
      index += 1
      if !isRaw {
        builder.append(codePoint: UInt32(letter))
        index += 1
      }
    }
  }

  private mutating func runHexadecimal(_ count: Int, _ complaint: String) throws(Raised) {
    var (value, end) = (UInt32(0), index + 2)
    while end < bytes.count, end < index + 2 + count, let digit = Character(Unicode.Scalar(bytes[end])).hexDigitValue {
      value = value << 4 | UInt32(digit)
      end += 1
    }
    if end < index + 2 + count {
      try handle(index..<end, complaint)
    } else if value > 0x10FFFF {
      try handle(index..<end, "illegal Unicode character")
    } else {
      builder.append(codePoint: value)
      index = end
    }
  }

  // MARK: UTF-16 and UTF-32

  private mutating func runUTF16(_ order: Bool?) throws(Raised) {
    var isBigEndian = order ?? false
    if order == nil {
      if bytes.starts(with: [0xFF, 0xFE]) { index = 2 }
      if bytes.starts(with: [0xFE, 0xFF]) { (index, isBigEndian) = (2, true) }
    }
    encoding = .utf16(isBigEndian: isBigEndian)
    while index < bytes.count {
      appendRun(width: 2) { (bytes, index) in
        let (first, second) = (UInt32(bytes[index]), UInt32(bytes[index &+ 1]))
        let unit = isBigEndian ? first &<< 8 | second : second &<< 8 | first
        return unit & 0xF800 == 0xD800 ? nil : unit
      }
      if index == bytes.count { return }
      guard let unit = unit(at: index, 2, isBigEndian) else {
        try handle(index..<bytes.count, "truncated data")
        continue
      }
      if unit < 0xD800 || unit > 0xDFFF {
        builder.append(codePoint: unit)
        index += 2
      } else if unit >= 0xDC00 {
        try handle(index..<(index + 2), "illegal encoding")
      } else if let low = self.unit(at: index + 2, 2, isBigEndian) {
        if low >= 0xDC00, low <= 0xDFFF {
          builder.append(codePoint: 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
          index += 4
        } else {
          try handle(index..<(index + 2), "illegal UTF-16 surrogate")
        }
      } else {
        try handle(index..<bytes.count, "unexpected end of data")
      }
    }
  }

  /// Goes on, so many bytes at a time, to where `codePoint` finds none, or to where there are fewer left.
  @inline(__always)
  private mutating func appendRun(width: Int = 1, _ codePoint: (UnsafeBufferPointer<UInt8>, Int) -> UInt32?) {
    var next = index
    let bytes = bytes
    builder.append(atMost: (bytes.count - index) / width * 3) { place in
      bytes.withUnsafeBufferPointer { bytes in
        while next &+ width <= bytes.count, let found = codePoint(bytes, next) {
          Decoder.put(found, &place)
          next &+= width
        }
      }
    }
    index = next
  }

  /// A code point below 0x10000 as UTF-8.
  @inline(__always)
  private static func put(_ codePoint: UInt32, _ place: inout UnsafeMutablePointer<UInt8>) {
    if codePoint < 0x80 {
      place[0] = UInt8(truncatingIfNeeded: codePoint)
      place += 1
      return
    }
    if codePoint < 0x800 {
      place[0] = UInt8(truncatingIfNeeded: 0xC0 | codePoint &>> 6)
      place += 1
    } else {
      place[0] = UInt8(truncatingIfNeeded: 0xE0 | codePoint &>> 12)
      place[1] = UInt8(truncatingIfNeeded: 0x80 | codePoint &>> 6 & 0x3F)
      place += 2
    }
    place[0] = UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F)
    place += 1
  }

  private mutating func runUTF32(_ order: Bool?) throws(Raised) {
    var isBigEndian = order ?? false
    if order == nil {
      if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { index = 4 }
      if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { (index, isBigEndian) = (4, true) }
    }
    encoding = .utf32(isBigEndian: isBigEndian)
    while index < bytes.count {
      guard let unit = unit(at: index, 4, isBigEndian) else {
        try handle(index..<bytes.count, "truncated data")
        continue
      }
      if unit > 0x10FFFF {
        try handle(index..<(index + 4), "code point not in range(0x110000)")
      } else if unit >= 0xD800, unit <= 0xDFFF {
        try handle(index..<(index + 4), "code point in surrogate code point range(0xd800, 0xe000)")
      } else {
        builder.append(codePoint: unit)
        index += 4
      }
    }
  }

  private func unit(at start: Int, _ width: Int, _ isBigEndian: Bool) -> UInt32? {
    guard start + width <= bytes.count else { return nil }
    var result: UInt32 = 0
    for offset in 0..<width {
      result = result << 8 | UInt32(bytes[isBigEndian ? start + offset : start + width - 1 - offset])
    }
    return result
  }

  // MARK: Errors

  /// Puts in place of wrong bytes what the error handler says, and goes on behind them.
  private mutating func handle(_ span: Range<Int>, _ reason: String) throws(Raised) {
    switch errors {
    case "ignore": break
    case "replace": builder.append(codePoint: 0xFFFD)
    case "backslashreplace":
      for byte in bytes[span] { builder.append("\\x" + hexText(UInt32(byte), width: 2)) }
    case "surrogateescape":
      // What is not ASCII at the beginning; decoding goes on right behind.
      let escaped = bytes[span].prefix { $0 >= 0x80 }
      if escaped.isEmpty { throw failure(span, reason) }
      for byte in escaped { builder.append(codePoint: 0xDC00 + UInt32(byte)) }
      index = escaped.endIndex
      return
    case "surrogatepass":
      guard let (codePoint, width) = surrogate(at: span.lowerBound) else { throw failure(span, reason) }
      builder.append(codePoint: codePoint)
      index = span.lowerBound + width
      return
    case "strict": throw failure(span, reason)
    default:
      guard let text = try runtime.askErrorHandler(errors, failure(span, reason), end: span.upperBound).string else {
        throw runtime.typeError("decoding error handler must return (str, int) tuple")
      }
      for scalar in text.text.unicodeScalars { builder.append(codePoint: scalar.value) }
    }
    index = span.upperBound
  }

  private func surrogate(at start: Int) -> (UInt32, Int)? {
    switch encoding {
    case .utf8, .utf8Signature:
      guard start + 3 <= bytes.count, bytes[start] == 0xED, bytes[start + 1] >= 0xA0, bytes[start + 1] <= 0xBF,
        bytes[start + 2] & 0xC0 == 0x80
      else { return nil }
      return (0xD000 | (UInt32(bytes[start + 1]) & 0x3F) << 6 | UInt32(bytes[start + 2]) & 0x3F, 3)
    case .utf16(let order):
      guard let unit = unit(at: start, 2, order ?? false), unit >= 0xD800, unit <= 0xDFFF else { return nil }
      return (unit, 2)
    case .utf32(let order):
      guard let unit = unit(at: start, 4, order ?? false), unit >= 0xD800, unit <= 0xDFFF else { return nil }
      return (unit, 4)
    default: return nil
    }
  }

  private func failure(_ span: Range<Int>, _ reason: String) -> Raised {
    runtime.error(
      "UnicodeDecodeError",
      [
        .object(runtime.string(encoding.name)), .object(BytesObject(type: runtime.types.bytes, bytes)),
        .int(span.lowerBound), .int(span.upperBound), .object(runtime.string(reason)),
      ])
  }
}
