import PyaSyntax

extension CodeLowering {
  /// Where this frame finds the cells that a closure of the scope captures.
  func captures(of inner: ScopeID) -> [Binding] {
    unit.table[inner].freeVariables.map { shifted($0.parentBinding) }
  }

  func lowerLambda(_ lambda: Lambda, _ range: SourceRange) -> ExpressionNode {
    let inner = CodeLowering(unit, host: lambda.scope, privateClass: privateClass)
    let layout = inner.layout(of: lambda.parameters)
    let (steps, value) = inner.separately { inner.lower(lambda.body) }
    let code: Code
    if steps.isEmpty, !inner.canSuspend, unit.events == nil {
      code = ExpressionCode(runtime, inner.draft(parameters: layout, start: range.start), body: value)
    } else {
      let body = inner.tellingCode(inner.telling(inner.sequence(steps + [ReturnNode(value, range)], range), range), range)
      code = StatementCode(runtime, inner.draft(parameters: layout, start: range.start), body: body)
    }
    return function(code, scope: lambda.scope, lambda.parameters, range)
  }

  /// The statement of a `def`: makes the function, applies decorators, binds the name.
  func lowerFunction(_ definition: FunctionDefinition, _ range: SourceRange) -> StatementNode {
    let decorators = definition.decorators.map { spillDecorator(tellingLine(lower($0), $0.range)) }
    var node: ExpressionNode
    if definition.typeParameters.isEmpty {
      node = makeFunction(definition, range)
    } else {
      node = lowerGeneric(definition.typeParameters, scope: definition.typeParameterScope, range) { (inner, parameters) in
        GenericNode(inner.makeFunction(definition, range), parameters, range)
      }
    }
    node = tellingDecorated(node, by: definition.decorators, range) { made in
      decorators.reversed().reduce(made) { decorated($0, by: $1) }
    }
    return AssignNode(target(definition.name, definition.nameRange), node, range)
  }

  private func decorated(_ node: ExpressionNode, by decorator: ExpressionNode) -> ExpressionNode {
    DecoratorNode(decorator, node, runtime.callSites, globals: unit.globals, decorator.range)
  }

  /// Decorators are evaluated before the function is made, in order: several are put aside.
  func spillDecorator(_ node: ExpressionNode) -> ExpressionNode { spill(node) }

  private func makeFunction(_ definition: FunctionDefinition, _ range: SourceRange) -> ExpressionNode {
    let inner = CodeLowering(unit, host: definition.scope, privateClass: privateClass)
    let layout = inner.layout(of: definition.parameters)
    let (doc, statements) = inner.splitDoc(definition.body)
    let start = min(definition.decorators.first?.range.start ?? range.start, range.start)
    let body = inner.tellingCode(inner.lowerBlock(statements, range), range)
    let draft = inner.draft(parameters: layout, doc: doc, start: start)
    let code: Code
    if !inner.canSuspend, let result = body.decision(orElse: ConstantNode(.none, range)) {
      code = ExpressionCode(runtime, draft, body: result)
    } else {
      code = StatementCode(runtime, draft, body: body)
    }
    return function(code, scope: definition.scope, definition.parameters, returns: definition.returns, range)
  }

  private func function(
    _ code: Code, scope inner: ScopeID, _ parameters: Parameters, returns: Expression? = nil, _ range: SourceRange
  ) -> ExpressionNode {
    unit.functionCode?.all.append(code)
    var blueprint = FunctionNode.Blueprint(code: code, captures: captures(of: inner), globals: unit.globals)
    let positional = parameters.positionalOnly + parameters.positionalOrKeyword
    let keywordOnly = parameters.keywordOnly
    let defaults = positional.compactMap(\.defaultValue)
    let keywordDefaults = keywordOnly.compactMap(\.defaultValue)
    var nodes = operands(defaults + keywordDefaults)[...]
    blueprint.defaults = Array(nodes.prefix(defaults.count))
    nodes = nodes.dropFirst(defaults.count)
    if !keywordDefaults.isEmpty {
      for parameter in keywordOnly {
        blueprint.keywordDefaults.append(parameter.defaultValue == nil ? nil : nodes.removeFirst())
      }
    }
    // In the order in which CPython's compiler comes to them.
    var annotated = parameters.positionalOrKeyword + parameters.positionalOnly
    if let variadic = parameters.variadic { annotated.append(variadic) }
    annotated += keywordOnly
    if let variadicKeywords = parameters.variadicKeywords { annotated.append(variadicKeywords) }
    for parameter in annotated {
      guard let annotation = parameter.annotation else { continue }
      blueprint.annotations.append((intern(mangle(parameter.name)), lowerAnnotation(annotation)))
    }
    if let returns { blueprint.annotations.append((intern("return"), lowerAnnotation(returns))) }
    return FunctionNode(blueprint, range)
  }

  /// An annotation's value; its text under `from __future__ import annotations`.
  func lowerAnnotation(_ annotation: Expression) -> ExpressionNode {
    if unit.annotationsAreText {
      let text = annotationText(annotation) ?? unit.file.text(of: annotation.range)
      return ConstantNode(.object(runtime.string(text)), annotation.range)
    }
    if case .starred(let value) = annotation.kind { return UnpackedTypeNode(lower(value), annotation.range) }
    return lower(annotation)
  }

  func layout(of parameters: Parameters) -> ParameterLayout {
    var layout = ParameterLayout()
    layout.positionalOnlyCount = parameters.positionalOnly.count
    layout.positionalCount = parameters.positionalOnly.count + parameters.positionalOrKeyword.count
    layout.keywordOnlyCount = parameters.keywordOnly.count
    layout.hasVariadic = parameters.variadic != nil
    layout.hasVariadicKeywords = parameters.variadicKeywords != nil
    layout.names = parameters.inSlotOrder.map { intern(mangle($0.name)) }
    return layout
  }

  /// The docstring of a body, and the rest.
  func splitDoc(_ body: [Statement]) -> (doc: Value, rest: [Statement]) {
    guard let first = body.first, case .expression(let expression) = first.kind, case .string(let text) = expression.kind
    else { return (.none, body) }
    if runtime.launchOptions.optimization > 1 { return (.none, Array(body.dropFirst())) }
    return (.object(runtime.string(cleanDoc(text.utf8))), Array(body.dropFirst()))
  }

  /// Takes the common indentation off a docstring, as CPython's compiler does since 3.13.
  private func cleanDoc(_ text: [UInt8]) -> [UInt8] {
    var lines = text.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
    var margin = Int.max
    for line in lines.dropFirst() {
      let indent = line.prefix { $0 == 32 }.count
      if indent < line.count { margin = min(margin, indent) }
    }
    lines[0] = Array(lines[0].drop { $0 == 32 })
    for index in 1..<max(lines.count, 1) {
      lines[index] = Array(lines[index].dropFirst(min(margin, lines[index].prefix { $0 == 32 }.count)))
    }
    return Array(lines.joined(separator: [10]))
  }

  // MARK: Classes

  func lowerClass(_ definition: ClassDefinition, _ range: SourceRange) -> StatementNode {
    let decorators = definition.decorators.map { spillDecorator(tellingLine(lower($0), $0.range)) }
    var node: ExpressionNode
    if definition.typeParameters.isEmpty {
      node = makeClass(definition, [], range)
    } else {
      node = lowerGeneric(definition.typeParameters, scope: definition.typeParameterScope, range) { (inner, parameters) in
        inner.makeClass(definition, parameters, range)
      }
    }
    node = tellingDecorated(node, by: definition.decorators, range) { made in
      decorators.reversed().reduce(made) { decorated($0, by: $1) }
    }
    return AssignNode(target(definition.name, definition.nameRange), node, range)
  }

  private func makeClass(
    _ definition: ClassDefinition, _ typeParameters: [ExpressionNode], _ range: SourceRange
  ) -> ExpressionNode {
    let values = operands(definition.arguments.map(\.value))
    let items = callItems(definition.arguments, values)
    let inner = CodeLowering(unit, host: definition.scope, privateClass: definition.name)
    let (doc, statements) = inner.splitDoc(definition.body)
    var nodes: [StatementNode] = []
    if doc.object != nil {
      nodes.append(AssignNode(NamespaceTarget(intern("__doc__"), range), ConstantNode(doc, range), range))
    }
    unit.classBodies.begin()
    nodes.append(inner.annotated(inner.lowerBlock(statements, range), of: statements, range))
    let attributes = unit.classBodies.end().map { Value.object(intern($0)) }
    nodes.append(
      AssignNode(
        NamespaceTarget(intern("__static_attributes__"), range),
        ConstantNode(.object(TupleObject(runtime, attributes)), range), range))
    let start = min(definition.decorators.first?.range.start ?? range.start, range.start)
    if unit.events != nil { nodes.insert(inner.telling(PassNode(range), SourceRange(start, start)), at: 0) }
    let body = inner.tellingCode(inner.sequence(nodes, range), range)
    let code = StatementCode(runtime, inner.draft(start: start), body: body)
    unit.functionCode?.all.append(code)
    return ClassNode(
      name: intern(definition.name), code: code, captures: captures(of: definition.scope), globals: unit.globals,
      bases: items, classCellSlot: unit.table[definition.scope].classCellSlot.map { $0 + 1 },
      typeParameters: typeParameters, range)
  }

  // MARK: Type parameters

  /// What `body` makes inside the scope of `[T, ...]`, which is a frame of its own that runs once.
  private func lowerGeneric(
    _ parameters: [TypeParameter], scope: ScopeID, _ range: SourceRange,
    _ body: (CodeLowering, [ExpressionNode]) -> ExpressionNode
  ) -> ExpressionNode {
    let inner = CodeLowering(unit, host: scope, privateClass: privateClass)
    let nodes = inner.lowerTypeParameters(parameters)
    let made = body(inner, nodes.reads)
    let code = StatementCode(
      runtime, inner.draft(), body: inner.sequence(nodes.assignments + [ReturnNode(made, range)], range))
    return ScopedNode(code, captures: captures(of: scope), globals: unit.globals, range)
  }

  private func lowerTypeParameters(_ parameters: [TypeParameter]) -> (assignments: [StatementNode], reads: [ExpressionNode]) {
    var assignments: [StatementNode] = []
    var reads: [ExpressionNode] = []
    for parameter in parameters {
      let kind =
        switch parameter.kind { case .typeVar: "TypeVar"; case .typeVarTuple: "TypeVarTuple"; case .paramSpec: "ParamSpec" }
      let node = TypeParameterNode(
        kind: kind, name: intern(parameter.name), bound: parameter.bound.map { lowerLazily($0, scope: parameter.boundScope) },
        isConstrained: parameter.bound.map { if case .tuple = $0.kind { true } else { false } } ?? false,
        defaultValue: parameter.defaultValue.map { lowerLazily($0, scope: parameter.defaultScope) }, globals: unit.globals,
        parameter.range)
      assignments.append(AssignNode(target(parameter.name, parameter.range), node, parameter.range))
      reads.append(read(parameter.name, parameter.range))
    }
    return (assignments, reads)
  }

  /// A function that computes a bound or default when it is asked for.
  private func lowerLazily(_ value: Expression, scope: ScopeID) -> ExpressionNode {
    let inner = CodeLowering(unit, host: scope, privateClass: privateClass)
    let node: ExpressionNode
    if case .starred(let types) = value.kind {
      node = UnpackedTypeNode(inner.lower(types), value.range)
    } else {
      node = inner.lower(value)
    }
    let code = StatementCode(runtime, inner.draft(), body: ReturnNode(node, value.range))
    return FunctionNode(
      FunctionNode.Blueprint(code: code, captures: captures(of: scope), globals: unit.globals), value.range)
  }

  func lowerTypeAlias(
    _ name: String, _ parameters: [TypeParameter], _ value: Expression, scope: ScopeID, _ range: SourceRange
  ) -> StatementNode {
    let inner = CodeLowering(unit, host: scope, privateClass: privateClass)
    let nodes = inner.lowerTypeParameters(parameters)
    let body: StatementNode
    if parameters.isEmpty {
      body = ReturnNode(inner.lower(value), range)
    } else {
      // A generator: the parameters can be asked for before the value can be computed.
      let read = TupleNode(nodes.reads.map { DisplayItem(node: $0, isUnpacked: false) }, range)
      let steps = [(read as ExpressionNode), inner.lower(value)].map {
        YieldNode($0, into: nil, isAsync: false, state: inner.newSlot(), range)
      }
      body = inner.sequence(nodes.assignments + steps, range)
    }
    var draft = inner.draft()
    if !parameters.isEmpty { draft.flavour = .generator }
    let code = StatementCode(runtime, draft, body: body)
    let function = FunctionNode(
      FunctionNode.Blueprint(code: code, captures: captures(of: scope), globals: unit.globals), range)
    return AssignNode(
      target(name, range), TypeAliasNode(intern(name), function, isGeneric: !parameters.isEmpty, globals: unit.globals, range), range)
  }
}
