/// Names, literals, displays, and what follows them: attributes, calls, subscripts.
extension Parser {
  mutating func parsePrimary() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    var result = try parseAtom()
    while case .op(let op) = current {
      switch op {
      case .dot:
        advance()
        let nameRange = here
        let name = try parseName()
        result = Expression(.attribute(result, name: name, nameRange: nameRange), range(from: start))
      case .leftParen:
        let arguments = try parseCallArguments()
        result = Expression(.call(result, arguments), range(from: start))
      case .leftBracket:
        let index = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseSubscript() }
        result = Expression(.subscript(result, index), range(from: start))
      default: return result
      }
      try grow()
    }
    return result
  }

  private mutating func parseAtom() throws(SyntaxDiagnostic) -> Expression {
    let range = here
    height = 0
    switch tokens[position].kind {
    case .name(let name):
      advance()
      return Expression(.name(name), range)
    case .integer(let value):
      advance()
      return Expression(.integer(value), range)
    case .float(let value):
      advance()
      return Expression(.float(value), range)
    case .imaginary(let value):
      advance()
      return Expression(.imaginary(value), range)
    case .string, .bytes, .fstringStart: return try parseStrings()
    case .keyword(let keyword): return try parseConstant(keyword)
    case .op(let op):
      switch op {
      case .leftParen: return try parseParenthesized()
      case .leftBracket: return try parseListDisplay()
      case .leftBrace: return try parseBraces()
      case .ellipsis:
        advance()
        return Expression(.ellipsis, range)
      default: throw invalidSyntax()
      }
    default: throw invalidSyntax()
    }
  }

  private mutating func parseConstant(_ keyword: Keyword) throws(SyntaxDiagnostic) -> Expression {
    let range = here
    let kind: Expression.Kind
    switch keyword {
    case .None: kind = .none
    case .True: kind = .bool(true)
    case .False: kind = .bool(false)
    default: throw invalidSyntax()
    }
    advance()
    return Expression(kind, range)
  }

  // MARK: Displays

  /// A tuple, an expression in parentheses or a generator expression.
  private mutating func parseParenthesized() throws(SyntaxDiagnostic) -> Expression {
    try enter()
    defer { leave() }
    let start = start
    advance()
    if accept(.rightParen) { return Expression(.tuple([]), range(from: start)) }
    if at(.yield) {
      let value = try parseYield()
      try expect(.rightParen)
      return value
    }
    let mark = comprehensionMark
    let first = try parseStarNamedExpression()
    if atComprehension {
      let result = try parseComprehension(.generator, element: first, start: start, mark: mark, close: .rightParen)
      return result
    }
    if accept(.rightParen) {
      if case .starred = first.kind { throw invalidSyntax() }
      return first
    }
    try expect(.comma)
    let elements = try parseElements(after: first, close: .rightParen)
    return Expression(.tuple(elements), range(from: start))
  }

  private mutating func parseListDisplay() throws(SyntaxDiagnostic) -> Expression {
    try enter()
    defer { leave() }
    let start = start
    advance()
    if accept(.rightBracket) { return Expression(.list([]), range(from: start)) }
    let mark = comprehensionMark
    let first = try parseStarNamedExpression()
    if atComprehension {
      return try parseComprehension(.list, element: first, start: start, mark: mark, close: .rightBracket)
    }
    let elements = try parseElements(after: first, close: .rightBracket)
    return Expression(.list(elements), range(from: start))
  }

  /// A dict or a set: what follows the first expression decides.
  private mutating func parseBraces() throws(SyntaxDiagnostic) -> Expression {
    try enter()
    defer { leave() }
    let start = start
    advance()
    if accept(.rightBrace) { return Expression(.dict([]), range(from: start)) }
    if at(.doubleStar) { return try parseDict(after: nil, start: start) }
    let mark = comprehensionMark
    let first = try parseStarNamedExpression()
    if at(.colon) { return try parseDict(after: first, start: start, mark: mark) }
    if atComprehension {
      return try parseComprehension(.set, element: first, start: start, mark: mark, close: .rightBrace)
    }
    let elements = try parseElements(after: first, close: .rightBrace)
    return Expression(.set(elements), range(from: start))
  }

  /// The rest of a display, its closing bracket included. A comma may follow `first`, and close the list.
  private mutating func parseElements(
    after first: Expression, close: Operator
  ) throws(SyntaxDiagnostic) -> [Expression] {
    var elements = [first]
    if close != .rightParen {
      guard accept(.comma) else {
        try expect(close)
        try grow()
        return elements
      }
    }
    var highest = height
    while !at(close) {
      elements.append(try parseStarNamedExpression())
      highest = max(highest, height)
      guard accept(.comma) else { break }
    }
    try expect(close)
    height = highest
    try grow()
    return elements
  }

  private mutating func parseDict(
    after key: Expression?, start: UInt32, mark: ComprehensionMark? = nil
  ) throws(SyntaxDiagnostic) -> Expression {
    var entries: [DictEntry] = []
    if let key {
      try requirePlain(key)
      advance()
      let value = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
      if let mark, atComprehension {
        return try parseComprehension(
          .dict(value: value), element: key, start: start, mark: mark, close: .rightBrace)
      }
      entries.append(DictEntry(key: key, value: value))
      guard accept(.comma) else {
        try expect(.rightBrace)
        try grow()
        return Expression(.dict(entries), range(from: start))
      }
    }
    var highest = height
    while !at(.rightBrace) {
      height = 0
      entries.append(try parseDictEntry())
      highest = max(highest, height)
      guard accept(.comma) else { break }
    }
    try expect(.rightBrace)
    height = highest
    try grow()
    return Expression(.dict(entries), range(from: start))
  }

  private mutating func parseDictEntry() throws(SyntaxDiagnostic) -> DictEntry {
    if accept(.doubleStar) { return DictEntry(key: nil, value: try parseBinary(.bitwiseOr)) }
    let key = try parseExpression()
    try expect(.colon)
    let value = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
    return DictEntry(key: key, value: value)
  }

  /// A dict's key is neither starred nor `:=` (which in parentheses would begin before its name).
  private func requirePlain(_ key: Expression) throws(SyntaxDiagnostic) {
    switch key.kind {
    case .starred: throw invalidSyntax()
    case .walrus where tokens[position - 1].range.end == key.range.end: throw invalidSyntax()
    default: break
    }
  }

  // MARK: Subscripts

  /// `[...]` after a primary. Several items, or a starred one, make a tuple.
  private mutating func parseSubscript() throws(SyntaxDiagnostic) -> Expression {
    try enter()
    defer { leave() }
    advance()
    let start = start
    let first = try parseSubscriptItem()
    if !at(.comma) {
      try expect(.rightBracket)
      guard case .starred = first.kind else { return first }
      try grow()
      return Expression(.tuple([first]), first.range)
    }
    var items = [first]
    while accept(.comma), !at(.rightBracket) {
      items.append(try child { (parser) throws(SyntaxDiagnostic) in try parser.parseSubscriptItem() })
    }
    let range = range(from: start)
    try expect(.rightBracket)
    try grow()
    return Expression(.tuple(items), range)
  }

  private mutating func parseSubscriptItem() throws(SyntaxDiagnostic) -> Expression {
    if at(.star) {
      let start = start
      advance()
      let value = try parseExpression()
      try grow()
      return Expression(.starred(value), range(from: start))
    }
    let start = start
    if !at(.colon) {
      if current == .name, next == .op(.colonEqual) { return try parseWalrus() }
      let lower = try parseExpression()
      guard at(.colon) else { return lower }
      return try parseSlice(from: lower, start: start)
    }
    height = 0
    return try parseSlice(from: nil, start: start)
  }

  private mutating func parseSlice(from lower: Expression?, start: UInt32) throws(SyntaxDiagnostic) -> Expression {
    try expect(.colon)
    let upper = try parseSliceBound()
    let step = accept(.colon) ? try parseSliceBound() : nil
    try grow()
    return Expression(.slice(lower: lower, upper: upper, step: step), range(from: start))
  }

  private mutating func parseSliceBound() throws(SyntaxDiagnostic) -> Expression? {
    if at(.colon) || at(.comma) || at(.rightBracket) { return nil }
    return try child { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
  }
}
