/// The first pass, over expressions and targets.
extension ScopeAnalyser {
  mutating func collect(_ expression: Expression?) throws(SyntaxDiagnostic) {
    if let expression { try collect(expression) }
  }

  mutating func collect(_ expression: Expression) throws(SyntaxDiagnostic) {
    switch expression.kind {
    case .none, .bool, .ellipsis, .integer, .float, .imaginary, .string, .bytes:
      break
    case .name(let name):
      use(name)
    case .fstring(let parts):
      try collect(parts)
    case .tuple(let elements), .list(let elements), .set(let elements):
      for element in elements { try collect(element) }
    case .unary(_, let operand), .starred(let operand), .attribute(let operand, _, _):
      try collect(operand)
    case .binary(_, let left, let right), .boolean(_, let left, let right), .subscript(let left, let right):
      try collect(left)
      try collect(right)
    case .dict, .comparison, .conditional, .slice, .call:
      try collectParts(of: expression)
    case .comprehension(let comprehension):
      try collect(comprehension, at: expression.range)
    case .lambda(let lambda):
      try collect(lambda)
    case .walrus(let name, let nameRange, let value):
      try collectWalrus(name, nameRange, value, at: expression.range)
    case .await(let operand):
      try collectAwait(operand, at: expression.range)
    case .yield(let value):
      try collectYield(value, isFrom: false, at: expression.range)
    case .yieldFrom(let value):
      try collectYield(value, isFrom: true, at: expression.range)
    }
  }

  private mutating func collectParts(of expression: Expression) throws(SyntaxDiagnostic) {
    switch expression.kind {
    case .dict(let entries):
      for entry in entries {
        try collect(entry.key)
        try collect(entry.value)
      }
    case .comparison(let first, let links):
      try collect(first)
      for link in links { try collect(link.right) }
    case .conditional(let condition, let then, let otherwise):
      try collect(condition)
      try collect(then)
      try collect(otherwise)
    case .slice(let lower, let upper, let step):
      try collect(lower)
      try collect(upper)
      try collect(step)
    case .call(let callee, let arguments):
      try collect(callee)
      for argument in arguments { try collect(argument.value) }
    default:
      break
    }
  }

  private mutating func collect(_ parts: [FStringPart]) throws(SyntaxDiagnostic) {
    for part in parts {
      guard case .field(let value, _, let format) = part.kind else { continue }
      try collect(value)
      if let format { try collect(format) }
    }
  }

  private mutating func collectWalrus(
    _ name: String, _ nameRange: SourceRange, _ value: Expression, at range: SourceRange
  ) throws(SyntaxDiagnostic) {
    try checkRestriction("named expression", at: range)
    if iterableDepth > 0 {
      throw SyntaxDiagnostic(
        "assignment expression cannot be used in a comprehension iterable expression", at: range)
    }
    if scope.kind.isComprehensionOrGeneratorExpression {
      try bindAroundComprehension(name, at: nameRange)
      try collect(value)
    } else {
      try collect(value)
      try bind(name, at: nameRange)
    }
  }

  /// Whatever may stand to the left of `=`, after `for`, `del` or `as`: names in it are bound, unless they are the
  /// object of an attribute or a subscript.
  mutating func collectTarget(_ target: Expression, as role: NameFacts = .assigned) throws(SyntaxDiagnostic) {
    switch target.kind {
    case .name(let name):
      try bind(name, as: role, at: target.range)
    case .tuple(let elements), .list(let elements):
      for element in elements { try collectTarget(element, as: role) }
    case .starred(let element):
      try collectTarget(element, as: role)
    default:
      try collect(target)
    }
  }
}
