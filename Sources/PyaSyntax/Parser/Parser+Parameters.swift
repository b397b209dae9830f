extension Parser {
  enum ParameterListKind { case function, lambda }

  /// The parameters of a `def`, up to `)`, or of a lambda, up to `:`.
  mutating func parseParameters(
    _ kind: ParameterListKind, isGeneric: Bool = false
  ) throws(SyntaxDiagnostic) -> Parameters {
    var parameters = Parameters()
    var sawSlash = false
    var sawStar = false
    let close = kind == .function ? Operator.rightParen : .colon
    while !at(close) {
      if at(.slash) {
        if sawSlash || sawStar || parameters.positionalOrKeyword.isEmpty { throw invalidSyntax() }
        advance()
        sawSlash = true
        parameters.positionalOnly = parameters.positionalOrKeyword
        parameters.positionalOrKeyword = []
      } else if at(.doubleStar) {
        advance()
        parameters.variadicKeywords = try parseParameter(kind, isGeneric, mayHaveDefault: false)
        _ = accept(.comma)
        guard at(close) else { throw invalidSyntax() }
        break
      } else if at(.star) {
        if sawStar { throw invalidSyntax() }
        advance()
        sawStar = true
        if at(.comma) {
          // A bare star needs a name after it.
          guard next == .name else { throw invalidSyntax() }
        } else {
          parameters.variadic = try parseParameter(kind, isGeneric, mayHaveDefault: false, isStarred: true)
        }
      } else {
        let parameter = try parseParameter(kind, isGeneric, mayHaveDefault: true)
        if sawStar {
          parameters.keywordOnly.append(parameter)
        } else {
          let previous = parameters.positionalOrKeyword.last ?? parameters.positionalOnly.last
          if parameter.defaultValue == nil, previous?.defaultValue != nil { throw invalidSyntax() }
          parameters.positionalOrKeyword.append(parameter)
        }
      }
      guard accept(.comma) else { break }
    }
    guard at(close) else { throw invalidSyntax() }
    return parameters
  }

  private mutating func parseParameter(
    _ kind: ParameterListKind, _ isGeneric: Bool, mayHaveDefault: Bool, isStarred: Bool = false
  ) throws(SyntaxDiagnostic) -> Parameter {
    let start = start
    let name = try parseName()
    var annotation: Expression?
    if kind == .function, accept(.colon) {
      annotation = try inTypeScope(isGeneric) { (parser) throws(SyntaxDiagnostic) in
        isStarred ? try parser.parseStarExpression() : try parser.parseExpression()
      }
    }
    let range = range(from: start)
    noteBinding(of: name, at: range)
    var defaultValue: Expression?
    if at(.equal) {
      guard mayHaveDefault else { throw invalidSyntax() }
      advance()
      defaultValue = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseExpression() }
    }
    return Parameter(name: name, annotation: annotation, defaultValue: defaultValue, range: range)
  }

  /// `[T: bound = default, *Ts, **P]`, or nothing.
  mutating func parseTypeParameters() throws(SyntaxDiagnostic) -> [TypeParameter] {
    guard accept(.leftBracket) else { return [] }
    var parameters: [TypeParameter] = []
    repeat {
      if at(.rightBracket), !parameters.isEmpty { break }
      let parameter = try inTypeScope { (parser) throws(SyntaxDiagnostic) in try parser.parseTypeParameter() }
      if parameter.defaultValue == nil, parameters.last?.defaultValue != nil {
        deferredErrors.add(
          "non-default type parameter '\(parameter.name)' follows default type parameter", at: parameter.range)
      }
      parameters.append(parameter)
    } while accept(.comma)
    try expect(.rightBracket)
    return parameters
  }

  private mutating func parseTypeParameter() throws(SyntaxDiagnostic) -> TypeParameter {
    let start = start
    var kind = TypeParameter.Kind.typeVar
    if accept(.star) {
      kind = .typeVarTuple
    } else if accept(.doubleStar) {
      kind = .paramSpec
    }
    let name = try parseName()
    let (boundScope, defaultScope) = (newScope(), newScope())
    let bound = kind == .typeVar && accept(.colon) ? try parseExpression() : nil
    var defaultValue: Expression?
    if accept(.equal) {
      defaultValue = kind == .typeVarTuple ? try parseStarExpression() : try parseExpression()
    }
    noteBinding(of: name, at: range(from: start))
    return TypeParameter(
      kind: kind, name: name, bound: bound, defaultValue: defaultValue, boundScope: boundScope, defaultScope: defaultScope,
      range: range(from: start))
  }

  // MARK: - Arguments

  /// `(...)` of a call, where a generator expression may stand alone.
  mutating func parseCallArguments() throws(SyntaxDiagnostic) -> [Argument] {
    let open = start
    try enter()
    defer { leave() }
    advance()
    if accept(.rightParen) { return [] }
    let siblings = height
    height = 0
    defer { height = max(height, siblings) }
    if !startsSpecialArgument {
      let mark = comprehensionMark
      let first = try parseNamedExpression()
      if atComprehension {
        let generator = try parseComprehension(
          .generator, element: first, start: open, mark: mark, close: .rightParen)
        return [Argument(.positional, generator, generator.range)]
      }
      return try parseArguments(after: Argument(.positional, first, first.range))
    }
    return try parseArguments(after: nil)
  }

  /// The bases and keywords of a class, with their parentheses.
  mutating func parseClassArguments() throws(SyntaxDiagnostic) -> [Argument] {
    try expect(.leftParen)
    return accept(.rightParen) ? [] : try parseArguments(after: nil)
  }

  private var startsSpecialArgument: Bool {
    at(.star) || at(.doubleStar) || (current == .name && next == .op(.equal))
  }

  /// The arguments up to `)`, which is read too.
  private mutating func parseArguments(after first: Argument?) throws(SyntaxDiagnostic) -> [Argument] {
    var arguments: [Argument] = []
    var highest = height
    var sawKeyword = false
    var sawUnpackedKeywords = false
    if let first {
      arguments.append(first)
      guard accept(.comma) else {
        try expect(.rightParen)
        return arguments
      }
    }
    while !at(.rightParen) {
      height = 0
      let argument = try parseArgument()
      switch argument.kind {
      case .positional: if sawKeyword { throw invalidSyntax() }
      case .unpacked: if sawUnpackedKeywords { throw invalidSyntax() }
      case .keyword: sawKeyword = true
      case .unpackedKeywords:
        sawKeyword = true
        sawUnpackedKeywords = true
      }
      arguments.append(argument)
      highest = max(highest, height)
      guard accept(.comma) else { break }
    }
    try expect(.rightParen)
    height = highest
    if sawKeyword { noteRepeatedKeywords(arguments) }
    return arguments
  }

  private mutating func parseArgument() throws(SyntaxDiagnostic) -> Argument {
    let start = start
    if accept(.star) {
      let value = try parseExpression()
      return Argument(.unpacked, value, range(from: start))
    }
    if accept(.doubleStar) {
      let value = try parseExpression()
      return Argument(.unpackedKeywords, value, range(from: start))
    }
    if current == .name, next == .op(.equal) {
      let name = try parseName()
      advance()
      let value = try parseExpression()
      noteBinding(of: name, at: range(from: start))
      return Argument(.keyword(name), value, range(from: start))
    }
    let value = try parseNamedExpression()
    return Argument(.positional, value, value.range)
  }
}
