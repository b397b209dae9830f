/// Integer, float and imaginary literals.
///
/// The functions move `position` as CPython's tokenizer moves its own, also on the way to an error: the caret stands
/// under the last character read.
extension Lexer {
  /// CPython refuses to convert longer decimal literals unless told otherwise.
  private static let mostDecimalDigits = 4300

  mutating func lexNumber() throws(SyntaxDiagnostic) {
    let start = position
    if bytes[position] == "0" {
      switch byte(at: position + 1) {
      case "x", "X": return try lexInteger(from: start, radix: 16, named: "hexadecimal")
      case "o", "O": return try lexInteger(from: start, radix: 8, named: "octal")
      case "b", "B": return try lexInteger(from: start, radix: 2, named: "binary")
      default: break
      }
    }
    var zerosEnd: Int?
    if bytes[position] != "." {
      if bytes[position] == "0" { zerosEnd = try skipLeadingZeros() }
      try skipDecimalDigits()
    }
    switch byte(at: position) {
    case ".", "e", "E":
      try lexFraction(from: start, zerosEnd: zerosEnd)
    case "j", "J":
      try lexImaginary(from: start)
    default:
      try lexDecimalInteger(from: start, zerosEnd: zerosEnd)
    }
  }

  // MARK: Integers

  private mutating func lexInteger(from start: Int, radix: UInt8, named name: String) throws(SyntaxDiagnostic) {
    position += 2
    repeat {
      if byte(at: position) == "_" { position += 1 }
      let digitsStart = position
      while let value = byte(at: position).digitValue, value < radix { position += 1 }
      if radix < 10, byte(at: position).isDigit {
        let digit = Character(Unicode.Scalar(bytes[position]))
        position += 1
        throw error("invalid digit '\(digit)' in \(name) literal")
      }
      guard position > digitsStart else { throw error("invalid \(name) literal") }
    } while byte(at: position) == "_"
    try checkEndOfNumber(name)
    let digits = bytes[(start + 2)..<position].filter { $0 != "_" }
    append(.integer(Lexer.integer(digits: digits, radix: radix)), from: start)
  }

  private mutating func lexDecimalInteger(from start: Int, zerosEnd: Int?) throws(SyntaxDiagnostic) {
    if let zerosEnd, zerosEnd < position {
      throw error(
        "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
        at: SourceRange(start, zerosEnd), end: .range)
    }
    try checkEndOfNumber("decimal")
    let digits = bytes[start..<position].filter { $0 != "_" }
    if digits.count > Lexer.mostDecimalDigits {
      postpone(
        SyntaxDiagnostic(
          "Exceeds the limit (\(Lexer.mostDecimalDigits) digits) for integer string conversion: value has "
            + "\(digits.count) digits; use sys.set_int_max_str_digits() to increase the limit - "
            + "Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
          at: .lineOnly(at: position)))
    }
    append(.integer(Lexer.integer(digits: digits, radix: 10)), from: start)
  }

  private static func integer(digits: [UInt8], radix: UInt8) -> IntegerLiteral {
    var value = 0
    for digit in digits {
      let (product, productOverflows) = value.multipliedReportingOverflow(by: Int(radix))
      let (sum, sumOverflows) = product.addingReportingOverflow(Int(digit.digitValue ?? 0))
      if productOverflows || sumOverflows {
        return .big(digits: String(decoding: digits, as: UTF8.self), radix: Int(radix))
      }
      value = sum
    }
    return .small(value)
  }

  // MARK: Floats

  /// The rest of a float, from the point or the exponent on.
  private mutating func lexFraction(from start: Int, zerosEnd: Int?) throws(SyntaxDiagnostic) {
    if byte(at: position) == "." {
      position += 1
      if byte(at: position).isDigit { try skipDecimalDigits() }
    }
    if byte(at: position) | 0x20 == "e" {
      let exponent = position
      position += 1
      let sign = byte(at: position)
      if sign == "+" || sign == "-" {
        position += 1
        guard byte(at: position).isDigit else { throw error("invalid decimal literal") }
      } else if !byte(at: position).isDigit {
        return try lexNumberBeforeE(from: start, exponent: exponent, zerosEnd: zerosEnd)
      }
      try skipDecimalDigits()
    }
    if byte(at: position) | 0x20 == "j" { return try lexImaginary(from: start) }
    try checkEndOfNumber("decimal")
    append(.float(decimalValue(from: start)), from: start)
  }

  /// An `e` that begins no exponent: `1else` is a number and a keyword, anything else an error.
  private mutating func lexNumberBeforeE(
    from start: Int, exponent: Int, zerosEnd: Int?
  ) throws(SyntaxDiagnostic) {
    position = exponent
    let warned = warnings.count
    try checkEndOfNumber("decimal")
    if bytes[start..<exponent].contains(where: { $0 == "." }) {
      append(.float(decimalValue(from: start)), from: start)
    } else {
      warnings.removeSubrange(warned...)  // What follows warns, too.
      try lexDecimalInteger(from: start, zerosEnd: zerosEnd)
    }
  }

  private mutating func lexImaginary(from start: Int) throws(SyntaxDiagnostic) {
    let value = decimalValue(from: start)
    position += 1
    try checkEndOfNumber("imaginary")
    append(.imaginary(value), from: start)
  }

  private func decimalValue(from start: Int) -> Double {
    let digits = bytes[start..<position].filter { $0 != "_" }
    return Double(String(decoding: digits, as: UTF8.self)) ?? 0
  }

  // MARK: Digits

  /// Skips zeros (and underscores between them), and returns where they end.
  private mutating func skipLeadingZeros() throws(SyntaxDiagnostic) -> Int {
    while true {
      if byte(at: position) == "_" {
        position += 1
        guard byte(at: position).isDigit else { throw error("invalid decimal literal") }
      }
      guard byte(at: position) == "0" else { return position }
      position += 1
    }
  }

  private mutating func skipDecimalDigits() throws(SyntaxDiagnostic) {
    while true {
      while byte(at: position).isDigit { position += 1 }
      guard byte(at: position) == "_" else { return }
      position += 1
      guard byte(at: position).isDigit else { throw error("invalid decimal literal") }
    }
  }

  /// A number may be followed at once by a keyword that can stand behind an operand, but by no other name.
  private mutating func checkEndOfNumber(_ kind: String) throws(SyntaxDiagnostic) {
    let next = byte(at: position)
    guard next.isNameContinuation, next < 0x80 else { return }
    if isOperandKeywordAtPosition {
      warnings.append(error("invalid \(kind) literal"))
    } else {
      throw error("invalid \(kind) literal")
    }
  }

  /// CPython looks for the end of the keyword except behind `if`, `in` and `is`.
  private var isOperandKeywordAtPosition: Bool {
    let second = byte(at: position + 1)
    switch byte(at: position) {
    case "a": return isWordAtPosition("and")
    case "e": return isWordAtPosition("else")
    case "f": return isWordAtPosition("for")
    case "i": return second == "f" || second == "n" || second == "s"
    case "n": return isWordAtPosition("not")
    case "o": return isWordAtPosition("or")
    default: return false
    }
  }

  private func isWordAtPosition(_ word: String) -> Bool {
    var offset = position
    for character in word.utf8 {
      guard byte(at: offset) == character else { return false }
      offset += 1
    }
    return !byte(at: offset).isNameContinuation
  }
}
