/// Operators, from the loosest binding to the tightest.
extension Parser {
  // MARK: Lists of expressions

  /// One expression, or several as a tuple without parentheses. No stars.
  mutating func parseExpressions() throws(SyntaxDiagnostic) -> Expression {
    try parseTuple { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
  }

  /// The same with stars: the right side of an assignment, a `return`, what `for` goes over.
  mutating func parseStarExpressions() throws(SyntaxDiagnostic) -> Expression {
    try parseTuple { (parser) throws(SyntaxDiagnostic) in try parser.parseStarExpression() }
  }

  /// The same with stars and `:=`: what `match` looks at.
  mutating func parseStarNamedExpressions() throws(SyntaxDiagnostic) -> Expression {
    try parseTuple { (parser) throws(SyntaxDiagnostic) in try parser.parseStarNamedExpression() }
  }

  private mutating func parseTuple(
    of element: (inout Parser) throws(SyntaxDiagnostic) -> Expression
  ) throws(SyntaxDiagnostic) -> Expression {
    let start = start
    let first = try element(&self)
    guard at(.comma) else { return first }
    var elements = [first]
    while accept(.comma), current.startsExpression {
      elements.append(try child(element))
    }
    try grow()
    return Expression(.tuple(elements), range(from: start))
  }

  /// What may stand right of `=`: also a `yield` without parentheses.
  mutating func parseAssignedValue() throws(SyntaxDiagnostic) -> Expression {
    at(.yield) ? try parseYield() : try parseStarExpressions()
  }

  mutating func parseStarExpression() throws(SyntaxDiagnostic) -> Expression {
    at(.star) ? try parseStarred() : try parseExpression()
  }

  mutating func parseStarNamedExpression() throws(SyntaxDiagnostic) -> Expression {
    at(.star) ? try parseStarred() : try parseNamedExpression()
  }

  private mutating func parseStarred() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    advance()
    let value = try parseBinary(.bitwiseOr)
    try grow()
    return Expression(.starred(value), range(from: start))
  }

  mutating func parseYield() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    height = 0
    advance()
    if accept(.from) {
      let value = try parseExpression()
      try grow()
      noteYield(at: range(from: start), isFrom: true)
      return Expression(.yieldFrom(value), range(from: start))
    }
    let value = current.startsExpression ? try parseStarExpressions() : nil
    try grow()
    if let value { noteStarredValue(value) }
    noteYield(at: range(from: start), isFrom: false)
    return Expression(.yield(value), range(from: start))
  }

  // MARK: Conditional, lambda, walrus

  /// An expression that may be `name := value`.
  mutating func parseNamedExpression() throws(SyntaxDiagnostic) -> Expression {
    if current == .name, next == .op(.colonEqual) { return try parseWalrus() }
    let expression = try parseExpression()
    if at(.colonEqual) { throw invalidSyntax() }
    return expression
  }

  mutating func parseWalrus() throws(SyntaxDiagnostic) -> Expression {
    let nameRange = here
    let name = try parseName()
    try expect(.colonEqual)
    let value = try parseExpression()
    try grow()
    noteBinding(of: name, at: nameRange)
    return Expression(
      .walrus(name: name, nameRange: nameRange, value: value), range(from: nameRange.start))
  }

  mutating func parseExpression() throws(SyntaxDiagnostic) -> Expression {
    try enter()
    defer { leave() }
    if at(.lambda) { return try parseLambda() }
    let start = start
    let value = try parseDisjunction()
    guard accept(.if) else { return value }
    let condition = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseDisjunction() }
    try expect(.else)
    let otherwise = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
    try grow()
    return Expression(
      .conditional(condition: condition, then: value, otherwise: otherwise), range(from: start))
  }

  private mutating func parseLambda() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    height = 0
    advance()
    let parameters = try parseParameters(.lambda)
    try expect(.colon)
    let scope = newScope()
    let outer = context
    context = Context(.lambda)
    let body = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
    context = outer
    try grow()
    return Expression(.lambda(Lambda(parameters: parameters, body: body, scope: scope)), range(from: start))
  }

  // MARK: Boolean operators

  mutating func parseDisjunction() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    let first = try parseConjunction(start: start)
    guard at(.or) else { return first }
    var operands = [first]
    while accept(.or) {
      let operand = try child { (parser) throws(SyntaxDiagnostic) in
        try parser.parseConjunction(start: parser.start)
      }
      operands.append(operand)
    }
    return try boolean(.or, operands, start: start)
  }

  private mutating func parseConjunction(start: UInt32) throws(SyntaxDiagnostic) -> Expression {
    let first = try parseInversion()
    guard at(.and) else { return first }
    var operands = [first]
    while accept(.and) {
      operands.append(try child { (parser) throws(SyntaxDiagnostic) in try parser.parseInversion() })
    }
    return try boolean(.and, operands, start: start)
  }

  /// The chain nests to the right; every node reaches to the end of the chain, the outermost from `start`.
  private mutating func boolean(
    _ op: BooleanOperator, _ operands: [Expression], start: UInt32
  ) throws(SyntaxDiagnostic) -> Expression {
    if operands.count > Self.maximumBooleanOperands { throw tooDeep() }
    height += operands.count / 10
    try grow()
    var result = operands[operands.count - 1]
    for operand in operands.dropLast().reversed() {
      result = Expression(.boolean(op, operand, result), range(from: operand.range.start))
    }
    result.range.start = start
    return result
  }

  private mutating func parseInversion() throws(SyntaxDiagnostic) -> Expression {
    guard at(.not) else { return try parseComparison() }
    try enter()
    defer { leave() }
    let start = start
    advance()
    let operand = try parseInversion()
    try grow()
    return Expression(.unary(.not, operand), range(from: start))
  }

  // MARK: Comparisons

  private mutating func parseComparison() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    let first = try parseBinary(.bitwiseOr)
    guard var op = acceptComparisonOperator() else { return first }
    var links: [ComparisonLink] = []
    while true {
      let right = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseBinary(.bitwiseOr) }
      links.append(ComparisonLink(op, right))
      guard let another = acceptComparisonOperator() else { break }
      op = another
    }
    try grow()
    return Expression(.comparison(first, links), range(from: start))
  }

  private mutating func acceptComparisonOperator() -> ComparisonOperator? {
    switch current {
    case .op(let op):
      guard let comparison = ComparisonOperator(op) else { return nil }
      advance()
      return comparison
    case .keyword(.in):
      advance()
      return .in
    case .keyword(.is):
      advance()
      return accept(.not) ? .isNot : .is
    case .keyword(.not) where next == .keyword(.in):
      advance()
      advance()
      return .notIn
    default: return nil
    }
  }

  // MARK: Arithmetic

  /// Operators that bind at least as tightly as `minimum`, by precedence climbing.
  mutating func parseBinary(_ minimum: Precedence) throws(SyntaxDiagnostic) -> Expression {
    let start = start
    var left = try parseUnary()
    while case .op(let token) = current, let op = BinaryOperator(token) {
      let precedence = Precedence(op)
      guard precedence.rawValue >= minimum.rawValue else { break }
      advance()
      let heightOfLeft = height
      height = 0
      let right = try parseBinary(precedence.tighter)
      height = max(heightOfLeft, height)
      try grow()
      left = Expression(.binary(op, left, right), range(from: start))
    }
    return left
  }

  private mutating func parseUnary() throws(SyntaxDiagnostic) -> Expression {
    guard case .op(let token) = current, let op = UnaryOperator(token) else { return try parsePower() }
    try enter()
    defer { leave() }
    let start = start
    advance()
    let operand = try parseUnary()
    try grow()
    return Expression(.unary(op, operand), range(from: start))
  }

  /// `**` binds tighter than a sign on its left, and less tightly than one on its right.
  private mutating func parsePower() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    let base = at(.await) ? try parseAwait() : try parsePrimary()
    guard accept(.doubleStar) else { return base }
    try enter()
    defer { leave() }
    let exponent = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseUnary() }
    try grow()
    return Expression(.binary(.power, base, exponent), range(from: start))
  }

  private mutating func parseAwait() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    advance()
    let value = try parsePrimary()
    try grow()
    noteAwait(at: range(from: start))
    return Expression(.await(value), range(from: start))
  }
}

/// How tightly the binary operators bind that are read by precedence climbing.
enum Precedence: Int {
  case bitwiseOr, bitwiseXor, bitwiseAnd, shift, sum, product, operand

  init(_ op: BinaryOperator) {
    switch op {
    case .or: self = .bitwiseOr
    case .xor: self = .bitwiseXor
    case .and: self = .bitwiseAnd
    case .leftShift, .rightShift: self = .shift
    case .add, .subtract: self = .sum
    case .multiply, .divide, .floorDivide, .modulo, .matrixMultiply: self = .product
    case .power: self = .operand
    }
  }

  var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .operand }
}

extension BinaryOperator {
  /// `**` is not among them: it binds to the right.
  init?(_ op: Operator) {
    switch op {
    case .plus: self = .add
    case .minus: self = .subtract
    case .star: self = .multiply
    case .slash: self = .divide
    case .doubleSlash: self = .floorDivide
    case .percent: self = .modulo
    case .at: self = .matrixMultiply
    case .leftShift: self = .leftShift
    case .rightShift: self = .rightShift
    case .ampersand: self = .and
    case .pipe: self = .or
    case .caret: self = .xor
    default: return nil
    }
  }

  /// The operator of `+=` and its kin.
  init?(augmented op: Operator) {
    switch op {
    case .plusEqual: self = .add
    case .minusEqual: self = .subtract
    case .starEqual: self = .multiply
    case .slashEqual: self = .divide
    case .doubleSlashEqual: self = .floorDivide
    case .percentEqual: self = .modulo
    case .doubleStarEqual: self = .power
    case .atEqual: self = .matrixMultiply
    case .leftShiftEqual: self = .leftShift
    case .rightShiftEqual: self = .rightShift
    case .ampersandEqual: self = .and
    case .pipeEqual: self = .or
    case .caretEqual: self = .xor
    default: return nil
    }
  }
}

extension UnaryOperator {
  init?(_ op: Operator) {
    switch op {
    case .minus: self = .minus
    case .plus: self = .plus
    case .tilde: self = .invert
    default: return nil
    }
  }
}

extension ComparisonOperator {
  init?(_ op: Operator) {
    switch op {
    case .equalEqual: self = .equal
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessEqual: self = .lessEqual
    case .greater: self = .greater
    case .greaterEqual: self = .greaterEqual
    default: return nil
    }
  }
}
