/// `match` and its patterns.
extension Parser {
  /// A match statement, or nil when `match` is an ordinary name here: only a line that ends in `:` decides.
  mutating func parseMatch() throws(SyntaxDiagnostic) -> Statement.Kind? {
    guard let subject = try attempt({ (parser) throws(SyntaxDiagnostic) in try parser.parseMatchLine() }) else {
      return nil
    }
    try expect(.indent)
    var cases: [MatchCase] = []
    repeat { cases.append(try parseCase()) } while current != .dedent && current != .endOfFile
    if current == .dedent { advance() }
    noteUnreachableCases(cases)
    return .match(subject, cases)
  }

  private mutating func parseMatchLine() throws(SyntaxDiagnostic) -> Expression {
    advance()
    let subject = try parseStarNamedExpressions()
    if case .starred = subject.kind { throw invalidSyntax() }
    try expect(.colon)
    try expect(.newline)
    return subject
  }

  private mutating func parseCase() throws(SyntaxDiagnostic) -> MatchCase {
    guard name(at: position) == "case" else { throw invalidSyntax() }
    advance()
    let pattern = try parseOpenPattern()
    height = 0
    let guardCondition = accept(.if) ? try parseNamedExpression() : nil
    return MatchCase(pattern: pattern, guardCondition: guardCondition, body: try parseBlock())
  }

  /// The pattern of a `case`: commas without brackets make a sequence.
  private mutating func parseOpenPattern() throws(SyntaxDiagnostic) -> Pattern {
    let start = start
    let first = try parseSequenceElement()
    guard at(.comma) else {
      if case .star = first.kind { throw invalidSyntax() }
      return first
    }
    var patterns = [first]
    while accept(.comma), !at(.colon), !at(.if) { patterns.append(try parseSequenceElement()) }
    return sequence(patterns, range(from: start))
  }

  private mutating func parseSequenceElement() throws(SyntaxDiagnostic) -> Pattern {
    guard at(.star) else { return try parsePattern() }
    let start = start
    advance()
    let name = try parseName()
    return Pattern(.star(name == "_" ? nil : name), range(from: start))
  }

  private mutating func parsePattern() throws(SyntaxDiagnostic) -> Pattern {
    try enter()
    defer { leave() }
    let start = start
    let pattern = try parseAlternatives()
    guard accept(.as) else { return pattern }
    let name = try parseName()
    if name == "_" || at(.dot) || at(.leftParen) || at(.equal) { throw invalidSyntax() }
    return Pattern(.named(pattern, name), range(from: start))
  }

  private mutating func parseAlternatives() throws(SyntaxDiagnostic) -> Pattern {
    let start = start
    let first = try parseClosedPattern()
    guard at(.pipe) else { return first }
    var patterns = [first]
    while accept(.pipe) { patterns.append(try parseClosedPattern()) }
    return Pattern(.alternatives(patterns), range(from: start))
  }

  private mutating func parseClosedPattern() throws(SyntaxDiagnostic) -> Pattern {
    let range = here
    switch current {
    case .name: return try parseNamePattern()
    case .op(.leftParen): return try parseGroupOrSequence(close: .rightParen)
    case .op(.leftBracket): return try parseGroupOrSequence(close: .rightBracket)
    case .op(.leftBrace): return try parseMapping()
    case .keyword(.None):
      advance()
      return Pattern(.singleton(Expression(.none, range)), range)
    case .keyword(.True), .keyword(.False):
      let isTrue = at(.True)
      advance()
      return Pattern(.singleton(Expression(.bool(isTrue), range)), range)
    default:
      let value = try parseLiteralPattern()
      return Pattern(.value(value), value.range)
    }
  }

  /// A capture, a wildcard, a dotted value or a class.
  private mutating func parseNamePattern() throws(SyntaxDiagnostic) -> Pattern {
    let start = start
    let first = try parseName()
    var value = Expression(.name(first), range(from: start))
    var isDotted = false
    while accept(.dot) {
      isDotted = true
      let nameRange = here
      let name = try parseName()
      value = Expression(.attribute(value, name: name, nameRange: nameRange), range(from: start))
    }
    if at(.leftParen) { return try parseClassPattern(value, start: start) }
    if isDotted { return Pattern(.value(value), value.range) }
    return Pattern(.capture(first == "_" ? nil : first), value.range)
  }

  /// A string, a number with an optional sign, or a complex number as a sum.
  private mutating func parseLiteralPattern() throws(SyntaxDiagnostic) -> Expression {
    switch current {
    case .string, .bytes, .fstringStart:
      let value = try parseStrings()
      if case .fstring = value.kind {
        deferredErrors.add("patterns may only match literals and attribute lookups", at: value.range)
      }
      return value
    default: break
    }
    let start = start
    let real = try parseSignedNumber()
    guard at(.plus) || at(.minus) else { return real }
    let op = at(.plus) ? BinaryOperator.add : .subtract
    advance()
    let range = here
    let imaginary = try parseNumber()
    if isImaginary(real) {
      throw SyntaxDiagnostic("real number required in complex literal", at: real.range)
    }
    if !isImaginary(imaginary) {
      throw SyntaxDiagnostic("imaginary number required in complex literal", at: range)
    }
    return Expression(.binary(op, real, imaginary), self.range(from: start))
  }

  private func isImaginary(_ number: Expression) -> Bool {
    switch number.kind {
    case .imaginary: true
    case .unary(_, let operand): isImaginary(operand)
    default: false
    }
  }

  private mutating func parseSignedNumber() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    guard accept(.minus) else { return try parseNumber() }
    return Expression(.unary(.minus, try parseNumber()), range(from: start))
  }

  private mutating func parseNumber() throws(SyntaxDiagnostic) -> Expression {
    let range = here
    let kind: Expression.Kind
    switch tokens[position].kind {
    case .integer(let value): kind = .integer(value)
    case .float(let value): kind = .float(value)
    case .imaginary(let value): kind = .imaginary(value)
    default: throw invalidSyntax()
    }
    advance()
    return Expression(kind, range)
  }

  /// `(pattern)` is the pattern; everything else in brackets is a sequence.
  private mutating func parseGroupOrSequence(close: Operator) throws(SyntaxDiagnostic) -> Pattern {
    try enter()
    defer { leave() }
    let start = start
    advance()
    var patterns: [Pattern] = []
    var sawComma = false
    while !at(close) {
      patterns.append(try parseSequenceElement())
      guard accept(.comma) else { break }
      sawComma = true
    }
    try expect(close)
    if close == .rightParen, !sawComma, patterns.count == 1 {
      if case .star = patterns[0].kind { throw invalidSyntax() }
      return patterns[0]
    }
    return sequence(patterns, range(from: start))
  }

  private mutating func sequence(_ patterns: [Pattern], _ range: SourceRange) -> Pattern {
    var stars = 0
    for pattern in patterns {
      if case .star = pattern.kind { stars += 1 }
    }
    if stars > 1 { deferredErrors.add("multiple starred names in sequence pattern", at: range) }
    return Pattern(.sequence(patterns), range)
  }

  private mutating func parseMapping() throws(SyntaxDiagnostic) -> Pattern {
    try enter()
    defer { leave() }
    let start = start
    advance()
    let mark = deferredErrors.count
    var keys: [Expression] = []
    var patterns: [Pattern] = []
    var rest: String?
    while !at(.rightBrace) {
      if accept(.doubleStar) {
        let name = try parseName()
        if name == "_" { throw invalidSyntax() }
        rest = name
        _ = accept(.comma)
        break
      }
      keys.append(try parseMappingKey())
      try expect(.colon)
      patterns.append(try parsePattern())
      guard accept(.comma) else { break }
    }
    try expect(.rightBrace)
    noteKeys(keys, at: range(from: start), before: mark)
    return Pattern(.mapping(keys: keys, patterns: patterns, rest: rest), range(from: start))
  }

  private mutating func parseMappingKey() throws(SyntaxDiagnostic) -> Expression {
    switch try parseClosedPattern().kind {
    case .value(let key), .singleton(let key): return key
    default: throw invalidSyntax()
    }
  }

  private mutating func parseClassPattern(
    _ type: Expression, start: UInt32
  ) throws(SyntaxDiagnostic) -> Pattern {
    try enter()
    defer { leave() }
    advance()
    var positional: [Pattern] = []
    var keywords: [(name: String, pattern: Pattern)] = []
    while !at(.rightParen) {
      if current == .name, next == .op(.equal) {
        let name = try parseName()
        advance()
        let pattern = try parsePattern()
        if keywords.contains(where: { $0.name == name }) {
          deferredErrors.add("attribute name repeated in class pattern: \(name)", at: pattern.range)
        }
        keywords.append((name, pattern))
      } else {
        if !keywords.isEmpty { throw invalidSyntax() }
        positional.append(try parsePattern())
      }
      guard accept(.comma) else { break }
    }
    try expect(.rightParen)
    return Pattern(.class(type, positional: positional, keywords: keywords), range(from: start))
  }
}
