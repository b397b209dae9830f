/// Statements with blocks.
extension Parser {
  /// The compound statement that begins here, or nil.
  mutating func parseCompoundStatement() throws(SyntaxDiagnostic) -> Statement? {
    let start = start
    let kind: Statement.Kind
    switch current {
    case .keyword(let keyword):
      switch keyword {
      case .if: kind = try parseIf()
      case .while: kind = try parseWhile()
      case .for: kind = try parseFor(isAsync: false)
      case .try: kind = try parseTry()
      case .with: kind = try parseWith(isAsync: false)
      case .def: kind = try parseFunction(decorators: [], isAsync: false)
      case .class: kind = try parseClass(decorators: [])
      case .async: return try parseAsync(decorators: [])
      default: return nil
      }
    case .op(.at): return try parseDecorated()
    case .name where next.startsExpression && name(at: position) == "match":
      guard let match = try parseMatch() else { return nil }
      kind = match
    default: return nil
    }
    return Statement(kind, range(from: start))
  }

  // MARK: Blocks

  /// `:` and what it governs: an indented block, or simple statements on the same line.
  mutating func parseBlock() throws(SyntaxDiagnostic) -> [Statement] {
    try expect(.colon)
    try enter()
    defer { leave() }
    var body: [Statement] = []
    guard current == .newline else {
      try parseSimpleStatements(into: &body)
      return body
    }
    advance()
    try expect(.indent)
    repeat { try parseStatement(into: &body) } while current != .dedent && current != .endOfFile
    if current == .dedent { advance() }
    return body
  }

  /// The block of a loop.
  private mutating func parseLoopBody(from start: UInt32) throws(SyntaxDiagnostic) -> [Statement] {
    let outer = (context.isInLoop, context.isInGroupHandler)
    context.isInLoop = true
    context.isInGroupHandler = false
    let body = try parseBlock(opening: 1, from: start)
    (context.isInLoop, context.isInGroupHandler) = outer
    return body
  }

  /// A block that stands inside `blocks` more of what CPython counts.
  private mutating func parseBlock(opening blocks: Int, from start: UInt32) throws(SyntaxDiagnostic) -> [Statement] {
    let mark = deferredErrors.count
    context.openBlocks += blocks
    let body = try parseBlock()
    context.openBlocks -= blocks
    noteBlocks(blocks, from: start, before: mark)
    return body
  }

  private mutating func parseElse() throws(SyntaxDiagnostic) -> [Statement] {
    accept(.else) ? try parseBlock() : []
  }

  /// The body of a function or class, in a context of its own.
  private mutating func parseBody(of kind: Context.Body) throws(SyntaxDiagnostic) -> [Statement] {
    let outer = context
    context = Context(kind)
    let body = try parseBlock()
    if kind == .asyncFunction, !context.yields.isEmpty, let valueReturn = context.valueReturn {
      deferredErrors.add("'return' with value in async generator", at: valueReturn)
    }
    context = outer
    return body
  }

  // MARK: if, while, for

  /// The whole chain of `elif`, in a loop: programs have thousands of them.
  private mutating func parseIf() throws(SyntaxDiagnostic) -> Statement.Kind {
    var clauses: [(start: UInt32, condition: Expression, body: [Statement])] = []
    repeat {
      let start = start
      advance()
      height = 0
      let condition = try parseNamedExpression()
      clauses.append((start, condition, try parseBlock()))
      if clauses.count > Self.maximumElifClauses { throw tooDeep() }
    } while at(.elif)
    var otherwise = try parseElse()
    for clause in clauses.dropFirst().reversed() {
      let nested = Statement.Kind.if(clause.condition, then: clause.body, otherwise: otherwise)
      otherwise = [Statement(nested, range(from: clause.start))]
    }
    return .if(clauses[0].condition, then: clauses[0].body, otherwise: otherwise)
  }

  private mutating func parseWhile() throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    let condition = try parseNamedExpression()
    let body = try parseLoopBody(from: start)
    return .while(condition, body: body, otherwise: try parseElse())
  }

  private mutating func parseFor(isAsync: Bool) throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    try expect(.for)
    let target = try parseTargets()
    try expect(.in)
    let iterable = try parseStarExpressions()
    noteStarredValue(iterable)
    let body = try parseLoopBody(from: start)
    return .for(isAsync: isAsync, target: target, iterable: iterable, body: body, otherwise: try parseElse())
  }

  // MARK: async, decorators

  private mutating func parseAsync(decorators: [Expression]) throws(SyntaxDiagnostic) -> Statement {
    let start = start
    advance()
    let kind: Statement.Kind
    let mark = deferredErrors.count
    switch current {
    case .keyword(.def): kind = try parseFunction(decorators: decorators, isAsync: true)
    case .keyword(.for) where decorators.isEmpty:
      kind = try parseFor(isAsync: true)
      noteAsync("for", at: range(from: start), before: mark)
    case .keyword(.with) where decorators.isEmpty:
      kind = try parseWith(isAsync: true)
      noteAsync("with", at: range(from: start), before: mark)
    default: throw invalidSyntax()
    }
    return Statement(kind, range(from: start))
  }

  private mutating func parseDecorated() throws(SyntaxDiagnostic) -> Statement {
    var decorators: [Expression] = []
    while accept(.at) {
      height = 0
      decorators.append(try parseNamedExpression())
      try expect(.newline)
    }
    let start = start
    switch current {
    case .keyword(.def):
      let kind = try parseFunction(decorators: decorators, isAsync: false)
      return Statement(kind, range(from: start))
    case .keyword(.class):
      let kind = try parseClass(decorators: decorators)
      return Statement(kind, range(from: start))
    case .keyword(.async) where next == .keyword(.def): return try parseAsync(decorators: decorators)
    default: throw invalidSyntax()
    }
  }

  // MARK: Definitions

  private mutating func parseFunction(
    decorators: [Expression], isAsync: Bool
  ) throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    let nameRange = here
    let name = try parseName()
    let typeParameterScope = newScope()
    let scope = newScope()
    let typeParameters = try parseTypeParameters()
    try expect(.leftParen)
    let isGeneric = !typeParameters.isEmpty
    let parameters = try parseParameters(.function, isGeneric: isGeneric)
    try expect(.rightParen)
    let returns = accept(.arrow)
      ? try inTypeScope(isGeneric) { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() } : nil
    let body = try parseBody(of: isAsync ? .asyncFunction : .function)
    noteBinding(of: name, at: range(from: start))
    return .function(
      FunctionDefinition(
        name: name, nameRange: nameRange, isAsync: isAsync, decorators: decorators, typeParameters: typeParameters,
        parameters: parameters, returns: returns, body: body, scope: scope, typeParameterScope: typeParameterScope))
  }

  private mutating func parseClass(decorators: [Expression]) throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    let nameRange = here
    let name = try parseName()
    let typeParameterScope = newScope()
    let scope = newScope()
    let typeParameters = try parseTypeParameters()
    let arguments = try inTypeScope(!typeParameters.isEmpty) { (parser) throws(SyntaxDiagnostic) in
      parser.at(.leftParen) ? try parser.parseClassArguments() : []
    }
    let body = try parseBody(of: .class)
    noteBinding(of: name, at: range(from: start))
    return .class(
      ClassDefinition(
        name: name, nameRange: nameRange, decorators: decorators, typeParameters: typeParameters,
        arguments: arguments, body: body, scope: scope, typeParameterScope: typeParameterScope))
  }

  // MARK: with

  private mutating func parseWith(isAsync: Bool) throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    try expect(.with)
    if at(.leftParen), let items = try attempt({ (parser) throws(SyntaxDiagnostic) in
      try parser.parseParenthesizedWithItems()
    }) {
      return .with(isAsync: isAsync, items: items, body: try parseBlock(opening: items.count, from: start))
    }
    var items: [WithItem] = []
    repeat { items.append(try parseWithItem()) } while accept(.comma)
    return .with(isAsync: isAsync, items: items, body: try parseBlock(opening: items.count, from: start))
  }

  /// `(a as b, c)` before `:`. Fits only as a whole: `(a, b)[0]:` and `(yield):` begin an expression.
  private mutating func parseParenthesizedWithItems() throws(SyntaxDiagnostic) -> [WithItem] {
    advance()
    var items: [WithItem] = []
    repeat {
      if at(.rightParen), !items.isEmpty { break }
      items.append(try parseWithItem())
    } while accept(.comma)
    try expect(.rightParen)
    guard at(.colon) else { throw invalidSyntax() }
    return items
  }

  private mutating func parseWithItem() throws(SyntaxDiagnostic) -> WithItem {
    let context = try parseExpression()
    guard accept(.as) else { return WithItem(context: context, target: nil) }
    let target = try parseTarget()
    noteLoneStar(target)
    noteSeveralStars(target)
    return WithItem(context: context, target: target)
  }

  // MARK: try

  private mutating func parseTry() throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    let body = try parseBlock(opening: 1, from: start)
    let mark = deferredErrors.count
    let isGroup = at(.except) && next == .op(.star)
    var handlers: [Try.Handler] = []
    while at(.except) {
      if (next == .op(.star)) != isGroup { throw invalidSyntax() }
      if let bare = handlers.last, bare.type == nil {
        deferredErrors.add("default 'except:' must be last", at: bare.range)
      }
      handlers.append(try parseHandler(isGroup: isGroup))
    }
    let markOfElse = deferredErrors.count
    let otherwise = handlers.isEmpty ? [] : try parseElse()
    deferredErrors.moveEntries(from: markOfElse, before: mark)
    let finally = accept(.finally) ? try parseBlock(opening: 1, from: start) : []
    if handlers.isEmpty && finally.isEmpty { throw invalidSyntax() }
    return .try(Try(body: body, handlers: handlers, isGroup: isGroup, otherwise: otherwise, finally: finally))
  }

  private mutating func parseHandler(isGroup: Bool) throws(SyntaxDiagnostic) -> Try.Handler {
    let start = start
    advance()
    if isGroup { advance() }
    height = 0
    let type = at(.colon) && !isGroup ? nil : try parseExpression()
    let name = type != nil && accept(.as) ? try parseName() : nil
    let outer = (context.isInGroupHandler, context.mayNotReturn)
    if isGroup {
      context.isInGroupHandler = true
      context.mayNotReturn = true
    }
    let body = try parseBlock(opening: 1, from: start)
    (context.isInGroupHandler, context.mayNotReturn) = outer
    if let name { noteBinding(of: name, at: range(from: start)) }
    return Try.Handler(type: type, name: name, body: body, range: range(from: start))
  }
}
