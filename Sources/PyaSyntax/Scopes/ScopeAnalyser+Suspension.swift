/// Where `await`, `yield` and `return` may stand, and what they make of the scope they stand in.
///
/// A module may await at its top level; that, and nothing else here, differs from CPython.
extension ScopeAnalyser {
  mutating func collectAwait(_ operand: Expression, at range: SourceRange) throws(SyntaxDiagnostic) {
    try checkRestriction("await expression", at: range)
    switch scope.kind {
    case .module, .comprehension, .generatorExpression:
      scope.isAsync = true
    case .function, .lambda:
      if !scope.isAsync { reportLate("'await' outside async function", at: range) }
    case .class, .typeParameters, .typeAlias:
      reportLate("'await' outside function", at: range)
    }
    try collect(operand)
  }

  mutating func collectYield(_ value: Expression?, isFrom: Bool, at range: SourceRange) throws(SyntaxDiagnostic) {
    try checkRestriction("yield expression", at: range)
    switch scope.kind {
    case .function, .lambda:
      scope.isGenerator = true
      if isFrom, scope.isAsync { reportLate("'yield from' inside async function", at: range) }
    case .comprehension, .generatorExpression:
      try collect(value)
      throw SyntaxDiagnostic("'yield' inside \(scope.comprehensionDescription)", at: range)
    case .module, .class, .typeParameters, .typeAlias:
      reportLate("'yield\(isFrom ? " from" : "")' outside function", at: range)
    }
    try collect(value)
  }

  /// `async for` and `async with`.
  mutating func checkAsyncStatement(_ description: String, at range: SourceRange) {
    if scope.kind == .module {
      scope.isAsync = true
    } else if !scope.isAsync {
      reportLate("\(description) outside async function", at: range)
    }
  }

  /// A comprehension that awaits suspends what it is inlined in.
  /// - Parameter before: the late error from before the comprehension. This one precedes whatever was found inside.
  mutating func checkAsyncComprehension(at range: SourceRange, lateErrorBefore before: SyntaxDiagnostic?) {
    switch scope.kind {
    case .module, .comprehension, .generatorExpression:
      scope.isAsync = true
    case .function, .lambda, .class, .typeParameters, .typeAlias:
      if !scope.isAsync {
        lateError = before
        reportLate("asynchronous comprehension outside of an asynchronous function", at: range)
      }
    }
  }

  mutating func checkReturn(hasValue: Bool, at range: SourceRange) {
    if scope.kind != .function {
      reportLate("'return' outside function", at: range)
    } else if hasValue, scope.valueReturn == nil {
      scope.valueReturn = range
    }
  }

  /// To be called at the end of a function, when it is known whether a `yield` stands in it.
  mutating func checkAsyncGeneratorReturns() {
    if scope.isAsync, scope.isGenerator, let range = scope.valueReturn {
      if let later = lateError, later.range.start > range.start { lateError = nil }
      reportLate("'return' with value in async generator", at: range)
    }
  }

  func checkRestriction(_ description: String, at range: SourceRange) throws(SyntaxDiagnostic) {
    if let restriction = scope.restriction {
      throw SyntaxDiagnostic("\(description) cannot be used within \(restriction.rawValue)", at: range)
    }
  }

  private mutating func reportLate(_ message: String, at range: SourceRange) {
    if lateError == nil { lateError = SyntaxDiagnostic(message, at: range) }
  }
}

extension ScopeDraft {
  fileprivate var comprehensionDescription: String {
    switch name {
    case "<listcomp>": "list comprehension"
    case "<setcomp>": "set comprehension"
    case "<dictcomp>": "dict comprehension"
    default: "generator expression"
    }
  }
}
