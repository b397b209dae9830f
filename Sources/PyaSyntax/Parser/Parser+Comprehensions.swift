/// `element for target in iterable if condition ...`, in all kinds of brackets.
extension Parser {
  /// What was known before the element was read: only the `for` after it tells that it belongs to a comprehension.
  struct ComprehensionMark {
    var errors: Int
    var yields: Int
  }

  var comprehensionMark: ComprehensionMark {
    ComprehensionMark(errors: deferredErrors.count, yields: context.yields.count)
  }

  var atComprehension: Bool { at(.for) || (at(.async) && next == .keyword(.for)) }

  /// Reads the clauses and the closing bracket; the range begins at `start`, the opening one.
  mutating func parseComprehension(
    _ kind: Comprehension.Kind, element: Expression, start: UInt32, mark: ComprehensionMark, close: Operator
  ) throws(SyntaxDiagnostic) -> Expression {
    if case .starred = element.kind { throw invalidSyntax() }
    let scope = newScope()
    var clauses: [Comprehension.Clause] = []
    var yields = context.yields[mark.yields...]
    var awaits = deferredErrors.withdrawAwaiting(since: mark.errors)
    while atComprehension {
      var inside = comprehensionMark
      let isAsync = accept(.async)
      advance()
      let target = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseTargets() }
      try expect(.in)
      let iterable = try child { (parser) throws(SyntaxDiagnostic) in try parser.parseDisjunction() }
      // The first iterable is evaluated outside the comprehension's scope.
      if clauses.isEmpty { inside = comprehensionMark }
      var conditions: [Expression] = []
      while accept(.if) {
        conditions.append(try child { (parser) throws(SyntaxDiagnostic) in try parser.parseDisjunction() })
      }
      clauses.append(
        Comprehension.Clause(isAsync: isAsync, target: target, iterable: iterable, conditions: conditions))
      awaits = deferredErrors.withdrawAwaiting(since: inside.errors) || awaits || (isAsync && !mayAwait)
      yields += context.yields[inside.yields...]
    }
    try expect(close)
    try grow()
    let range = range(from: start)
    if let yield = yields.first {
      deferredErrors.add("'yield' inside \(kind.description)", at: yield, pass: .symbols)
    }
    if awaits, !kind.isGenerator {
      deferredErrors.add(
        "asynchronous comprehension outside of an asynchronous function", at: range, isAboutAwaiting: true)
    }
    return Expression(
      .comprehension(Comprehension(kind: kind, element: element, clauses: clauses, scope: scope)), range)
  }
}

extension Comprehension.Kind {
  var isGenerator: Bool {
    if case .generator = self { return true }
    return false
  }

  fileprivate var description: String {
    switch self {
    case .list: "list comprehension"
    case .set: "set comprehension"
    case .dict: "dict comprehension"
    case .generator: "generator expression"
    }
  }
}
