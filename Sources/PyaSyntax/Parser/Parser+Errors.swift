extension Parser {
  /// No rule fits at the current token.
  func invalidSyntax() -> SyntaxDiagnostic {
    if case .error(let diagnostic) = tokens[position].kind { return diagnostic }
    return SyntaxDiagnostic("invalid syntax", at: here)
  }

  // Each of these says when a construct may not stand where it stands.

  mutating func noteAwait(at range: SourceRange) {
    if context.isInTypeScope { return }
    switch context.body {
    case .asyncFunction: break
    case .module where allowsTopLevelAwait: break
    case .module, .class:
      deferredErrors.add("'await' outside function", at: range, isAboutAwaiting: true)
    case .function, .lambda:
      deferredErrors.add("'await' outside async function", at: range, isAboutAwaiting: true)
    }
  }

  mutating func noteAsync(_ construct: String, at range: SourceRange, before mark: Int) {
    if !mayAwait { deferredErrors.add("'async \(construct)' outside async function", at: range, before: mark) }
  }

  var mayAwait: Bool {
    switch context.body {
    case .asyncFunction: true
    case .module: allowsTopLevelAwait
    case .function, .lambda, .class: false
    }
  }

  mutating func noteYield(at range: SourceRange, isFrom: Bool) {
    if context.isInTypeScope { return }
    context.yields.append(range)
    switch context.body {
    case .module, .class:
      deferredErrors.add("'yield\(isFrom ? " from" : "")' outside function", at: range)
    case .asyncFunction where isFrom:
      deferredErrors.add("'yield from' inside async function", at: range)
    case .asyncFunction, .function, .lambda: break
    }
  }

  /// Reads what belongs to the scope of type parameters, if there are any.
  mutating func inTypeScope<Result>(
    _ isTypeScope: Bool = true, _ rule: (inout Parser) throws(SyntaxDiagnostic) -> Result
  ) throws(SyntaxDiagnostic) -> Result {
    let outer = context.isInTypeScope
    context.isInTypeScope = outer || isTypeScope
    let result = try rule(&self)
    context.isInTypeScope = outer
    return result
  }

  mutating func noteReturn(_ value: Expression?, at range: SourceRange, before mark: Int) {
    switch context.body {
    case .module, .class, .lambda:
      deferredErrors.add("'return' outside function", at: range, before: mark)
    case .function, .asyncFunction:
      if value != nil && context.valueReturn == nil { context.valueReturn = range }
      if context.mayNotReturn { noteExitFromGroupHandler(at: value?.constantRange ?? range) }
    }
  }

  mutating func noteBreak(at range: SourceRange) {
    if context.isInGroupHandler {
      noteExitFromGroupHandler(at: range)
    } else if !context.isInLoop {
      deferredErrors.add("'break' outside loop", at: range)
    }
  }

  mutating func noteContinue(at range: SourceRange) {
    if context.isInGroupHandler {
      noteExitFromGroupHandler(at: range)
    } else if !context.isInLoop {
      deferredErrors.add("'continue' not properly in loop", at: range)
    }
  }

  private mutating func noteExitFromGroupHandler(at range: SourceRange) {
    deferredErrors.add("'break', 'continue' and 'return' cannot appear in an except* block", at: range)
  }

  /// Called when a statement has been read that began with `blocks` more blocks open.
  mutating func noteBlocks(_ blocks: Int, from start: UInt32, before mark: Int) {
    let limit = 21
    if context.openBlocks <= limit, context.openBlocks + blocks > limit {
      deferredErrors.add("too many statically nested blocks", at: range(from: start), before: mark)
    }
  }

  /// `__debug__` is a name that cannot be bound.
  mutating func noteBinding(of name: String, at range: SourceRange) {
    if name == "__debug__" { deferredErrors.add("cannot assign to __debug__", at: range) }
  }

  mutating func noteRepeatedKeywords(_ arguments: [Argument]) {
    var seen: Set<String> = []
    for argument in arguments {
      if case .keyword(let name) = argument.kind, !seen.insert(name).inserted {
        deferredErrors.add("keyword argument repeated: \(name)", at: argument.range)
        return
      }
    }
  }
}

extension Expression {
  /// The range of a literal, nil for other expressions.
  fileprivate var constantRange: SourceRange? {
    switch kind {
    case .none, .bool, .ellipsis, .integer, .float, .imaginary, .string, .bytes: range
    default: nil
    }
  }
}
