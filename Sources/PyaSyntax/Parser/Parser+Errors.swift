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

  mutating func noteAsync(_ construct: String, at range: SourceRange) {
    if !mayAwait { deferredErrors.add("'async \(construct)' outside async function", at: range) }
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

  mutating func noteReturn(at range: SourceRange, hasValue: Bool) {
    switch context.body {
    case .module, .class, .lambda:
      deferredErrors.add("'return' outside function", at: range)
    case .function, .asyncFunction:
      if hasValue && context.valueReturn == nil { context.valueReturn = range }
      if context.mayNotReturn { noteExitFromGroupHandler(at: range) }
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
