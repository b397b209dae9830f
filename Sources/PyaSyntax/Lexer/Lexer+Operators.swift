/// Operators and brackets.
extension Lexer {
  private static let deepestNesting = 200

  mutating func lexOperator(_ byte: UInt8) throws(SyntaxDiagnostic) {
    let start = position
    guard let (op, length) = operatorAtPosition() else { return try lexStrayCharacter(byte) }
    if op == .colon || op == .colonEqual, beginsFormatSpecification {
      position += 1
      append(.op(.colon), from: start)
      fstrings[fstrings.count - 1].isInText = true
      fstrings[fstrings.count - 1].isInFormatSpecification = true
      return
    }
    position += length
    switch op {
    case .leftParen, .leftBracket, .leftBrace: try open(byte)
    case .rightParen, .rightBracket, .rightBrace: try close(byte)
    default: break
    }
    append(.op(op), from: start)
  }

  /// Control characters are errors of their own; what else has no meaning is an error for the parser.
  private mutating func lexStrayCharacter(_ byte: UInt8) throws(SyntaxDiagnostic) {
    position += 1
    if byte < 0x20 || byte == 0x7F {
      throw error("invalid non-printable character U+\(hexadecimal(UInt32(byte), width: 4, uppercase: true))")
    }
    postpone(SyntaxDiagnostic("invalid syntax", at: lastCharacter(before: position)))
  }

  private mutating func open(_ bracket: UInt8) throws(SyntaxDiagnostic) {
    guard brackets.count < Lexer.deepestNesting else { throw error("too many nested parentheses") }
    brackets.append(OpenBracket(byte: bracket, offset: position - 1))
    if !fstrings.isEmpty { fstrings[fstrings.count - 1].bracketDepth += 1 }
  }

  private mutating func close(_ bracket: UInt8) throws(SyntaxDiagnostic) {
    let character = Character(Unicode.Scalar(bracket))
    if bracket == "}", let mode = fstrings.last, mode.bracketDepth == 0 {
      throw error("f-string: single '}' is not allowed")
    }
    guard let opening = brackets.popLast() else { throw error("unmatched '\(character)'") }
    guard bracket == Lexer.closing(opening.byte) else { throw mismatch(bracket, opening) }
    guard !fstrings.isEmpty else { return }
    guard fstrings[fstrings.count - 1].closeBracket(isBrace: bracket == "}") else {
      throw error("f-string: unmatched '\(character)'")
    }
  }

  private static func closing(_ opening: UInt8) -> Unicode.Scalar {
    switch opening {
    case "(": ")"
    case "[": "]"
    default: "}"
    }
  }

  private func mismatch(_ bracket: UInt8, _ opening: OpenBracket) -> SyntaxDiagnostic {
    let character = Character(Unicode.Scalar(bracket))
    if opening.byte == "{", let mode = fstrings.last, mode.bracketDepth - 1 == mode.fieldDepth {
      return error("f-string: unmatched '\(character)'")
    }
    let openingCharacter = Character(Unicode.Scalar(opening.byte))
    let message = "closing parenthesis '\(character)' does not match opening parenthesis '\(openingCharacter)'"
    let openingLine = file.location(of: UInt32(opening.offset)).line
    let closingLine = file.location(of: UInt32(position - 1)).line
    return error(openingLine == closingLine ? message : "\(message) on line \(openingLine)")
  }

  /// The longest operator at the position.
  private func operatorAtPosition() -> (Operator, length: Int)? {
    let second = byte(at: position + 1)
    let third = byte(at: position + 2)

    func orEqual(_ plain: Operator, _ withEqual: Operator) -> (Operator, length: Int) {
      second == "=" ? (withEqual, 2) : (plain, 1)
    }
    func orDoubled(
      _ plain: Operator, _ withEqual: Operator, _ doubled: Operator, _ doubledWithEqual: Operator
    ) -> (Operator, length: Int) {
      guard second == bytes[position] else { return orEqual(plain, withEqual) }
      return third == "=" ? (doubledWithEqual, 3) : (doubled, 2)
    }

    switch bytes[position] {
    case "(": return (.leftParen, 1)
    case ")": return (.rightParen, 1)
    case "[": return (.leftBracket, 1)
    case "]": return (.rightBracket, 1)
    case "{": return (.leftBrace, 1)
    case "}": return (.rightBrace, 1)
    case ",": return (.comma, 1)
    case ";": return (.semicolon, 1)
    case "~": return (.tilde, 1)
    case ".": return second == "." && third == "." ? (.ellipsis, 3) : (.dot, 1)
    case ":": return orEqual(.colon, .colonEqual)
    case "=": return orEqual(.equal, .equalEqual)
    case "!": return orEqual(.exclamation, .notEqual)
    case "@": return orEqual(.at, .atEqual)
    case "+": return orEqual(.plus, .plusEqual)
    case "-": return second == ">" ? (.arrow, 2) : orEqual(.minus, .minusEqual)
    case "%": return orEqual(.percent, .percentEqual)
    case "&": return orEqual(.ampersand, .ampersandEqual)
    case "|": return orEqual(.pipe, .pipeEqual)
    case "^": return orEqual(.caret, .caretEqual)
    case "*": return orDoubled(.star, .starEqual, .doubleStar, .doubleStarEqual)
    case "/": return orDoubled(.slash, .slashEqual, .doubleSlash, .doubleSlashEqual)
    case "<": return orDoubled(.less, .lessEqual, .leftShift, .leftShiftEqual)
    case ">": return orDoubled(.greater, .greaterEqual, .rightShift, .rightShiftEqual)
    default: return nil
    }
  }
}
