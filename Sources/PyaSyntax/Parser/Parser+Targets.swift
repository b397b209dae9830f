/// What can be assigned to or deleted. Most targets are read as expressions first and checked when `=` comes into
/// sight.
extension Parser {
  /// The targets of `for`: a bare list makes a tuple. Stops before `in`.
  mutating func parseTargets() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    let first = try parseTarget()
    guard at(.comma) else {
      noteLoneStar(first)
      return first
    }
    var elements = [first]
    while accept(.comma), current.startsExpression {
      elements.append(try child { (parser) throws(SyntaxDiagnostic) in try parser.parseTarget() })
    }
    try grow()
    let target = Expression(.tuple(elements), range(from: start))
    noteSeveralStars(target)
    return target
  }

  /// One target, perhaps starred: of `for`, or after `as`.
  mutating func parseTarget() throws(SyntaxDiagnostic) -> Expression {
    let start = start
    let target: Expression
    if accept(.star) {
      let value = try parseBinary(.operand)
      try grow()
      target = Expression(.starred(value), range(from: start))
    } else {
      target = try parseBinary(.operand)
    }
    try requireTarget(target)
    noteNames(in: target)
    return target
  }

  /// Checks an expression that turned out to stand left of `=`.
  mutating func checkAssigned(_ target: Expression) throws(SyntaxDiagnostic) {
    try requireTarget(target)
    noteNames(in: target)
    noteLoneStar(target)
    noteSeveralStars(target)
  }

  private func requireTarget(_ target: Expression) throws(SyntaxDiagnostic) {
    switch target.kind {
    case .name, .attribute, .subscript: return
    case .starred(let value):
      if case .starred = value.kind { throw invalidSyntax() }
      try requireTarget(value)
    case .tuple(let elements), .list(let elements):
      for element in elements { try requireTarget(element) }
    default: throw invalidSyntax()
    }
  }

  func requireDeletable(_ target: Expression) throws(SyntaxDiagnostic) {
    switch target.kind {
    case .name, .attribute, .subscript: return
    case .tuple(let elements), .list(let elements):
      for element in elements { try requireDeletable(element) }
    default: throw invalidSyntax()
    }
  }

  /// A target of `+=` or of an annotation.
  func isSingleTarget(_ target: Expression) -> Bool {
    switch target.kind {
    case .name, .attribute, .subscript: true
    default: false
    }
  }

  /// Checks the names that a target binds; `range` overrides their place.
  mutating func noteNames(in target: Expression, at range: SourceRange? = nil) {
    switch target.kind {
    case .name(let name), .attribute(_, let name, _): noteBinding(of: name, at: range ?? target.range)
    case .starred(let value): noteNames(in: value, at: range)
    case .tuple(let elements), .list(let elements):
      for element in elements { noteNames(in: element, at: range) }
    default: break
    }
  }

  mutating func noteLoneStar(_ target: Expression) {
    if case .starred = target.kind {
      deferredErrors.add("starred assignment target must be in a list or tuple", at: target.range)
    }
  }

  mutating func noteSeveralStars(_ target: Expression) {
    switch target.kind {
    case .tuple(let elements), .list(let elements):
      var stars = 0
      for element in elements {
        guard case .starred(let value) = element.kind else {
          noteSeveralStars(element)
          continue
        }
        stars += 1
        if stars == 2 { deferredErrors.add("multiple starred expressions in assignment", at: target.range) }
        noteSeveralStars(value)
      }
    default: return
    }
  }

  /// A starred expression stands alone where only a list could take it apart.
  mutating func noteStarredValue(_ value: Expression) {
    if case .starred = value.kind {
      deferredErrors.add("can't use starred expression here", at: value.range)
    }
  }
}
