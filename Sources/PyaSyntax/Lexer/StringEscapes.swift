/// Decodes the escapes of string and bytes literals. Unknown escapes stay as they are written.
struct StringEscapes {
  struct Problem: Error {
    var message: String
  }

  private let body: ArraySlice<UInt8>
  private var index: Int
  private var result: [UInt8] = []
  /// How many bytes CPython's decoder would have consumed at `index`, for its messages: it reads a copy of the text in
  /// which every character beyond ASCII has become `\UXXXXXXXX`.
  private var reportedPosition = 0
  private var doubtful: DoubtfulEscape?

  private init(_ body: ArraySlice<UInt8>) {
    self.body = body
    self.index = body.startIndex
    result.reserveCapacity(body.count)
  }

  /// The text of a string literal in WTF-8.
  static func decode(_ body: ArraySlice<UInt8>) throws(Problem) -> (bytes: [UInt8], doubtful: DoubtfulEscape?) {
    var decoder = StringEscapes(body)
    while let byte = decoder.next() {
      if byte == "\\" { try decoder.decodeEscape() } else { decoder.copy(byte) }
    }
    return (decoder.result, decoder.doubtful)
  }

  /// The value of a bytes literal.
  static func decodeBytes(_ body: ArraySlice<UInt8>) throws(Problem) -> (bytes: [UInt8], doubtful: DoubtfulEscape?) {
    var decoder = StringEscapes(body)
    while let byte = decoder.next() {
      if byte == "\\" { try decoder.decodeBytesEscape() } else { decoder.copy(byte) }
    }
    return (decoder.result, decoder.doubtful)
  }

  // MARK: Reading

  private var peek: UInt8? { index < body.endIndex ? body[index] : nil }

  private mutating func next() -> UInt8? {
    guard let byte = peek else { return nil }
    index += 1
    if byte < 0x80 { reportedPosition += 1 } else if byte & 0xC0 != 0x80 { reportedPosition += 10 }
    return byte
  }

  private mutating func copy(_ byte: UInt8) { result.append(byte) }

  private mutating func write(_ codePoint: UInt32) { WTF8.append(codePoint, to: &result) }

  /// Reads up to `count` digits of a base.
  private mutating func number(radix: UInt8, upTo count: Int) -> (value: UInt32, digits: Int) {
    var value: UInt32 = 0
    var digits = 0
    while digits < count, let digit = peek?.digitValue, digit < radix {
      value = value &* UInt32(radix) &+ UInt32(digit)
      digits += 1
      _ = next()
    }
    return (value, digits)
  }

  // MARK: Escapes

  /// Escapes that both kinds of literal have.
  private mutating func decodeSimpleEscape(_ byte: UInt8) -> Bool {
    switch byte {
    case "\n": break
    case "\\", "'", "\"": copy(byte)
    case "a": copy(0x07)
    case "b": copy(0x08)
    case "f": copy(0x0C)
    case "n": copy(0x0A)
    case "r": copy(0x0D)
    case "t": copy(0x09)
    case "v": copy(0x0B)
    default: return false
    }
    return true
  }

  private mutating func decodeEscape() throws(Problem) {
    let start = reportedPosition - 1
    guard let byte = peek, byte < 0x80 else {
      copy(0x5C)
      // The decoder reads a backslash before such a character, or at the end, as `\u005c`.
      reportedPosition += 5
      return
    }
    if byte.isDigit, byte < 0x38 { return write(octal()) }
    _ = next()
    if decodeSimpleEscape(byte) { return }
    switch byte {
    case "x": try decodeHexadecimal(count: 2, from: start, reason: "truncated \\xXX escape")
    case "u": try decodeHexadecimal(count: 4, from: start, reason: "truncated \\uXXXX escape")
    case "U": try decodeHexadecimal(count: 8, from: start, reason: "truncated \\UXXXXXXXX escape")
    case "N": try decodeNamed(from: start)
    default:
      note(.unknown(byte))
      copy(0x5C)
      copy(byte)
    }
  }

  private mutating func note(_ escape: DoubtfulEscape) {
    if doubtful == nil { doubtful = escape }
  }

  private mutating func octal() -> UInt32 {
    let value = number(radix: 8, upTo: 3).value
    if value > 0o377 { note(.octal(value)) }
    return value
  }

  private mutating func decodeHexadecimal(count: Int, from start: Int, reason: String) throws(Problem) {
    let (value, digits) = number(radix: 16, upTo: count)
    guard digits == count else { throw unicodeProblem(reason, from: start) }
    guard value <= 0x10FFFF else { throw unicodeProblem("illegal Unicode character", from: start) }
    write(value)
  }

  private mutating func decodeNamed(from start: Int) throws(Problem) {
    let malformed = "malformed \\N character escape"
    guard peek == 0x7B else { throw unicodeProblem(malformed, from: start) }
    _ = next()
    let nameStart = index
    while let byte = peek, byte != "}" { _ = next() }
    guard peek != nil, index > nameStart else { throw unicodeProblem(malformed, from: start) }
    let name = String(decoding: body[nameStart..<index], as: UTF8.self)
    _ = next()
    guard let scalar = CharacterNames.scalar(named: name) else {
      throw unicodeProblem("unknown Unicode character name", from: start)
    }
    write(scalar.value)
  }

  private func unicodeProblem(_ reason: String, from start: Int) -> Problem {
    Problem(
      message: "(unicode error) 'unicodeescape' codec can't decode bytes in position "
        + "\(start)-\(reportedPosition - 1): \(reason)")
  }

  private mutating func decodeBytesEscape() throws(Problem) {
    let start = reportedPosition - 1
    guard let byte = peek else { return copy(0x5C) }
    if byte.isDigit, byte < 0x38 { return copy(UInt8(truncatingIfNeeded: octal())) }
    _ = next()
    if decodeSimpleEscape(byte) { return }
    guard byte == "x" else {
      note(.unknown(byte))
      copy(0x5C)
      return copy(byte)
    }
    let (value, digits) = number(radix: 16, upTo: 2)
    guard digits == 2 else { throw Problem(message: "(value error) invalid \\x escape at position \(start)") }
    copy(UInt8(truncatingIfNeeded: value))
  }
}

/// An escape that CPython reads with a warning.
enum DoubtfulEscape {
  case unknown(UInt8)
  case octal(UInt32)

  var complaint: String {
    switch self {
    case .unknown(let byte): "invalid escape sequence '\\\(Character(Unicode.Scalar(byte)))'"
    case .octal(let value): "invalid octal escape sequence '\\\(String(value, radix: 8))'"
    }
  }
}
