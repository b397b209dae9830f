/// String literals, which join when they stand side by side, and the replacement fields of f-strings.
extension Parser {
  mutating func parseStrings() throws(SyntaxDiagnostic) -> Expression {
    let range = here
    if case .string(let literal) = tokens[position].kind, !next.isStringStart {
      advance()
      return Expression(.string(literal), range)
    }
    if current == .bytes { return try parseBytes() }
    return try parseJoinedStrings()
  }

  private mutating func parseBytes() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    var joined: [UInt8] = []
    while case .bytes(let bytes) = tokens[position].kind {
      joined += bytes
      advance()
    }
    if current.isStringStart { throw mixedLiterals() }
    return Expression(.bytes(joined), range(from: start))
  }

  /// Strings and f-strings side by side: a plain string unless there is an f-string among them.
  private mutating func parseJoinedStrings() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    var parts = FStringParts()
    var isFString = false
    while true {
      let range = here
      switch tokens[position].kind {
      case .string(let literal):
        advance()
        parts.append(literal, range)
      case .fstringStart:
        isFString = true
        advance()
        try parseFStringParts(into: &parts)
        try expect(.fstringEnd)
      case .bytes: throw mixedLiterals()
      default:
        let range = self.range(from: start)
        return Expression(isFString ? .fstring(parts.finished()) : .string(parts.text), range)
      }
    }
  }

  private func mixedLiterals() -> SyntaxDiagnostic {
    SyntaxDiagnostic("cannot mix bytes and nonbytes literals", at: here)
  }

  /// Literal text and fields, up to the token that is neither: the end of the string or of the format.
  private mutating func parseFStringParts(into parts: inout FStringParts) throws(SyntaxDiagnostic) {
    while true {
      let range = here
      if case .fstringMiddle(let literal) = tokens[position].kind {
        advance()
        parts.append(literal, range)
      } else if at(.leftBrace) {
        try parseField(into: &parts)
      } else {
        return
      }
    }
  }

  private mutating func parseField(into parts: inout FStringParts) throws(SyntaxDiagnostic) {
    try enter()
    defer { leave() }
    let start = start
    advance()
    let textStart = previousEnd
    let value = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseAssignedValue() }
    noteStarredValue(value)
    var conversion: Character?
    var isSelfDocumenting = false
    if accept(.equal) {
      isSelfDocumenting = true
      let text = file.bytes[min(Int(textStart), file.bytes.count)..<min(Int(self.start), file.bytes.count)]
      parts.append(StringLiteral(utf8: Array(text)), SourceRange(textStart, self.start))
    }
    if accept(.exclamation) { conversion = try parseConversion() }
    var format: [FStringPart]?
    if accept(.colon) {
      var formatParts = FStringParts()
      try parseFStringParts(into: &formatParts)
      format = formatParts.finished()
    }
    try expect(.rightBrace)
    try grow()
    if isSelfDocumenting, conversion == nil, format == nil { conversion = "r" }
    parts.append(
      FStringPart(.field(value: value, conversion: conversion, format: format), range(from: start)))
  }

  private mutating func parseConversion() throws(SyntaxDiagnostic) -> Character {
    guard previousEnd == start else { throw invalidSyntax() }
    switch try parseName() {
    case "r": return "r"
    case "s": return "s"
    case "a": return "a"
    default: throw invalidSyntax()
    }
  }
}

extension TokenShape {
  fileprivate var isStringStart: Bool {
    switch self {
    case .string, .bytes, .fstringStart: true
    default: false
    }
  }
}

/// The parts of an f-string as they come in; literal text side by side becomes one part.
private struct FStringParts {
  private var parts: [FStringPart] = []
  private(set) var text = StringLiteral(utf8: [])
  private var textRange: SourceRange?

  mutating func append(_ literal: StringLiteral, _ range: SourceRange) {
    text.utf8 += literal.utf8
    textRange = textRange?.union(range) ?? range
  }

  mutating func append(_ field: FStringPart) {
    flush()
    parts.append(field)
  }

  private mutating func flush() {
    if let range = textRange, !text.utf8.isEmpty { parts.append(FStringPart(.literal(text), range)) }
    text = StringLiteral(utf8: [])
    textRange = nil
  }

  func finished() -> [FStringPart] {
    var copy = self
    copy.flush()
    return copy.parts
  }
}
