/// Statements of one line.
extension Parser {
  /// One compound statement, or one line of simple ones.
  mutating func parseStatement(into body: inout [Statement]) throws(SyntaxDiagnostic) {
    height = 0
    if let compound = try parseCompoundStatement() {
      body.append(compound)
    } else {
      try parseSimpleStatements(into: &body)
    }
  }

  /// Simple statements with `;` between them, and the end of the line.
  mutating func parseSimpleStatements(into body: inout [Statement]) throws(SyntaxDiagnostic) {
    repeat {
      if current == .newline, !body.isEmpty, shapes[position - 1] == .op(.semicolon) { break }
      height = 0
      let start = start
      let kind = try parseSimpleStatement()
      body.append(Statement(kind, range(from: start)))
    } while accept(.semicolon)
    try expect(.newline)
  }

  private mutating func parseSimpleStatement() throws(SyntaxDiagnostic) -> Statement.Kind {
    guard case .keyword(let keyword) = current else {
      return atTypeAlias ? try parseTypeAlias() : try parseExpressionStatement()
    }
    let range = here
    switch keyword {
    case .pass:
      advance()
      return .pass
    case .break:
      advance()
      noteBreak(at: range)
      return .break
    case .continue:
      advance()
      noteContinue(at: range)
      return .continue
    case .return: return try parseReturn()
    case .raise: return try parseRaise()
    case .assert: return try parseAssert()
    case .del: return try parseDelete()
    case .global:
      advance()
      return .global(try parseNames())
    case .nonlocal:
      advance()
      return .nonlocal(try parseNames())
    case .import: return try parseImport()
    case .from: return try parseImportFrom()
    default: return try parseExpressionStatement()
    }
  }

  private mutating func parseReturn() throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    let mark = deferredErrors.count
    advance()
    let value = current.startsExpression ? try parseStarExpressions() : nil
    if let value { noteStarredValue(value) }
    noteReturn(value, at: range(from: start), before: mark)
    return .return(value)
  }

  private mutating func parseRaise() throws(SyntaxDiagnostic) -> Statement.Kind {
    advance()
    guard current.startsExpression else { return .raise(nil, cause: nil) }
    let exception = try parseExpression()
    return .raise(exception, cause: accept(.from) ? try parseExpression() : nil)
  }

  private mutating func parseAssert() throws(SyntaxDiagnostic) -> Statement.Kind {
    advance()
    let condition = try parseExpression()
    return .assert(condition, message: accept(.comma) ? try parseExpression() : nil)
  }

  private mutating func parseDelete() throws(SyntaxDiagnostic) -> Statement.Kind {
    advance()
    var targets: [Expression] = []
    repeat {
      if current == .newline || at(.semicolon), !targets.isEmpty { break }
      let target = try parseBinary(.operand)
      try requireDeletable(target)
      if case .name("__debug__") = target.kind {
        deferredErrors.add("cannot delete __debug__", at: target.range)
      }
      targets.append(target)
    } while accept(.comma)
    guard current == .newline || at(.semicolon) else { throw invalidSyntax() }
    return .delete(targets)
  }

  private mutating func parseNames() throws(SyntaxDiagnostic) -> [String] {
    var names = [try parseName()]
    while accept(.comma) { names.append(try parseName()) }
    return names
  }

  // MARK: Expressions and assignments

  private mutating func parseExpressionStatement() throws(SyntaxDiagnostic) -> Statement.Kind {
    if at(.yield) {
      let value = try parseYield()
      return .expression(value)
    }
    let isBareName = current == .name
    let value = try parseStarExpressions()
    guard case .op(let op) = current else {
      noteStarredValue(value)
      return .expression(value)
    }
    switch op {
    case .equal: return try parseAssignment(first: value)
    case .colon: return try parseAnnotation(of: value, isBareName: isBareName)
    default:
      if let augmented = BinaryOperator(augmented: op) {
        guard isSingleTarget(value) else { throw invalidSyntax() }
        if case .name(let name) = value.kind { noteBinding(of: name, at: value.range) }
        advance()
        let right = try parseAssignedValue()
        noteStarredValue(right)
        return .augmentedAssign(target: value, augmented, value: right)
      }
      noteStarredValue(value)
      return .expression(value)
    }
  }

  private mutating func parseAssignment(first: Expression) throws(SyntaxDiagnostic) -> Statement.Kind {
    var targets: [Expression] = []
    var value = first
    while at(.equal) {
      try checkAssigned(value)
      targets.append(value)
      advance()
      value = try parseAssignedValue()
    }
    noteStarredValue(value)
    return .assign(targets: targets, value: value)
  }

  private mutating func parseAnnotation(
    of target: Expression, isBareName: Bool
  ) throws(SyntaxDiagnostic) -> Statement.Kind {
    guard isSingleTarget(target) else { throw invalidSyntax() }
    var isSimple = false
    if case .name = target.kind { isSimple = isBareName }
    advance()
    let annotation = try parseExpression()
    let value = accept(.equal) ? try parseAssignedValue() : nil
    if let value { noteStarredValue(value) }
    noteNames(in: target, at: value == nil ? range(from: target.range.start) : nil)
    return .annotatedAssign(target: target, annotation: annotation, value: value, isSimple: isSimple)
  }

  // MARK: Type aliases

  /// `type` is a name like any other unless a name follows it.
  private var atTypeAlias: Bool { current == .name && next == .name && name(at: position) == "type" }

  private mutating func parseTypeAlias() throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    let name = try parseName()
    let parameters = try parseTypeParameters()
    try expect(.equal)
    let scope = newScope()
    let value = try inTypeScope { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
    noteBinding(of: name, at: range(from: start))
    return .typeAlias(name: name, parameters: parameters, value: value, scope: scope)
  }
}
