/// The first pass, over what makes a scope: functions, lambdas, classes, type parameters, comprehensions.
///
/// A definition stands in two scopes at once. What is evaluated when the definition runs (decorators, defaults,
/// annotations, bases) belongs to the scope around; the body to its own. A type parameter list puts a third between
/// them, which annotations and bases can see, decorators and defaults cannot.
extension ScopeAnalyser {
  mutating func collect(_ definition: FunctionDefinition) throws(SyntaxDiagnostic) {
    try bind(definition.name, at: definition.nameRange)
    try collectDefaults(definition.parameters)
    for decorator in definition.decorators { try collect(decorator) }

    let around = current
    if !definition.typeParameters.isEmpty {
      _ = enter(definition.typeParameterScope, .typeParameters, name: "<generic parameters of \(definition.name)>")
      try collect(definition.typeParameters, then: .generic)
    }
    for parameter in definition.parameters.inSlotOrder {
      if let annotation = parameter.annotation { try collectAnnotation(annotation) }
    }
    if let returns = definition.returns { try collectAnnotation(returns) }

    _ = enter(definition.scope, .function, name: definition.name)
    scope.isAsync = definition.isAsync
    try bindParameters(definition.parameters)
    try collect(definition.body)
    checkAsyncGeneratorReturns()
    leave(to: around)
  }

  mutating func collect(_ lambda: Lambda) throws(SyntaxDiagnostic) {
    try collectDefaults(lambda.parameters)
    let around = enter(lambda.scope, .lambda, name: "<lambda>")
    try bindParameters(lambda.parameters)
    try collect(lambda.body)
    leave(to: around)
  }

  private mutating func collectDefaults(_ parameters: Parameters) throws(SyntaxDiagnostic) {
    for parameter in parameters.inSlotOrder { try collect(parameter.defaultValue) }
  }

  private mutating func bindParameters(_ parameters: Parameters) throws(SyntaxDiagnostic) {
    for parameter in parameters.inSlotOrder { try bind(parameter.name, as: .parameter, at: parameter.range) }
  }

  mutating func collect(_ definition: ClassDefinition) throws(SyntaxDiagnostic) {
    try bind(definition.name, at: definition.nameRange)
    for decorator in definition.decorators { try collect(decorator) }

    let around = current
    if !definition.typeParameters.isEmpty {
      _ = enter(definition.typeParameterScope, .typeParameters, name: "<generic parameters of \(definition.name)>")
      scope.className = definition.name
      scope.mangledNames = Set(definition.typeParameters.map(\.name))
      try collect(definition.typeParameters, then: .generic)
    }
    for argument in definition.arguments { try collect(argument.value) }

    _ = enter(definition.scope, .class, name: definition.name)
    scope.className = definition.name
    scope.mangledNames = nil
    try collect(definition.body)
    leave(to: around)
  }

  mutating func collectTypeAlias(
    _ name: String, _ parameters: [TypeParameter], _ value: Expression, _ id: ScopeID, at range: SourceRange
  ) throws(SyntaxDiagnostic) {
    try bind(name, at: range)
    let around = enter(id, .typeAlias, name: name)
    try collect(parameters, then: .typeAlias)
    try collect(value)
    leave(to: around)
  }

  /// - Parameter rest: what the remainder of this scope is.
  private mutating func collect(
    _ parameters: [TypeParameter], then rest: ScopeDraft.Restriction
  ) throws(SyntaxDiagnostic) {
    for parameter in parameters {
      try bind(parameter.name, as: .typeParameter, at: parameter.range)
      let restriction: ScopeDraft.Restriction =
        switch parameter.kind {
        case .typeVar: .typeVarDefault
        case .typeVarTuple: .typeVarTupleDefault
        case .paramSpec: .paramSpecDefault
        }
      try collectLazily(parameter.bound, in: parameter.boundScope, of: parameter, .bound)
      try collectLazily(parameter.defaultValue, in: parameter.defaultScope, of: parameter, restriction)
    }
    scope.restriction = rest
  }

  /// A bound or default: a function of its own, as the value of a type alias.
  private mutating func collectLazily(
    _ value: Expression?, in id: ScopeID, of parameter: TypeParameter, _ restriction: ScopeDraft.Restriction
  ) throws(SyntaxDiagnostic) {
    guard let value else { return }
    let around = enter(id, .typeAlias, name: parameter.name)
    scope.restriction = restriction
    try collect(value)
    leave(to: around)
  }

  /// With `from __future__ import annotations` an annotation is text, and its place is restricted.
  mutating func collectAnnotation(_ annotation: Expression) throws(SyntaxDiagnostic) {
    let restrictionBefore = scope.restriction
    if annotationsAreText { scope.restriction = .annotation }
    try collect(annotation)
    scope.restriction = restrictionBefore
  }

  mutating func collect(_ comprehension: Comprehension, at range: SourceRange) throws(SyntaxDiagnostic) {
    guard let first = comprehension.clauses.first else { return }
    try collectIterable(first.iterable)

    let lateErrorBefore = lateError
    let around = enter(comprehension.scope, comprehension.kind.scopeKind, name: comprehension.kind.scopeName)
    if scope.kind == .generatorExpression { try bind(".0", as: .parameter, at: range) }
    for (index, clause) in comprehension.clauses.enumerated() {
      if clause.isAsync { scope.isAsync = true }
      try collectTarget(clause.target, as: [.assigned, .comprehensionTarget])
      if index > 0 { try collectIterable(clause.iterable) }
      for condition in clause.conditions { try collect(condition) }
    }
    if case .dict(let value) = comprehension.kind { try collect(value) }
    try collect(comprehension.element)
    let isAsync = scope.isAsync && scope.kind == .comprehension
    scope.isGenerator = scope.kind == .generatorExpression
    leave(to: around)
    if isAsync { checkAsyncComprehension(at: range, lateErrorBefore: lateErrorBefore) }
  }

  private mutating func collectIterable(_ iterable: Expression) throws(SyntaxDiagnostic) {
    iterableDepth += 1
    try collect(iterable)
    iterableDepth -= 1
  }
}

extension Comprehension.Kind {
  fileprivate var scopeKind: Scope.Kind {
    switch self {
    case .list, .set, .dict: .comprehension
    case .generator: .generatorExpression
    }
  }

  fileprivate var scopeName: String {
    switch self {
    case .list: "<listcomp>"
    case .set: "<setcomp>"
    case .dict: "<dictcomp>"
    case .generator: "<genexpr>"
    }
  }
}
