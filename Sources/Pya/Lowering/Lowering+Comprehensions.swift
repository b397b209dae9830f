import PyaSyntax

extension CodeLowering {
  func lowerComprehension(_ comprehension: Comprehension, _ range: SourceRange) -> ExpressionNode {
    let kind: ComprehensionNode.Kind
    switch comprehension.kind {
    case .generator: return lowerGeneratorExpression(comprehension, range)
    case .list: kind = .list
    case .set: kind = .set
    case .dict: kind = .dict
    }
    let iterable = lower(comprehension.clauses[0].iterable)
    let (slot, iterableSlot) = (newSlot(), newSlot())
    let mustSuspend = canSuspend && suspends(comprehension)
    let cells = unit.table[comprehension.scope].comprehensionCells.map { $0 + slotBase }
    let own = unit.table[comprehension.scope].comprehensionSlots
    let variables = SlotSpan(first: own.lowerBound + slotBase, count: own.count)
    let source = TakeTemporaryNode(slot: iterableSlot, comprehension.clauses[0].iterable.range)
    let outer = scope
    scope = comprehension.scope
    let loops = lowerClauses(comprehension.clauses, source: source, range) {
      let (element, value) = self.elementOperands(comprehension)
      return AppendElementNode(kind, slot: slot, element: element, value: value, comprehension.element.range)
    }
    scope = outer
    guard mustSuspend else {
      return ComprehensionNode(
        kind, slot: slot, iterable: iterable, iterableSlot: iterableSlot, loops: loops, cells: cells, variables: variables, range)
    }
    prelude.append(AssignLocalNode(slot: iterableSlot, iterable, iterable.range))
    prelude.append(StartComprehensionNode(kind, slot: slot, cells: cells, range))
    prelude.append(loops)
    prelude.append(EndComprehensionNode(variables, range))
    return TakeTemporaryNode(slot: slot, range)
  }

  private func elementOperands(_ comprehension: Comprehension) -> (ExpressionNode, ExpressionNode?) {
    guard case .dict(let value) = comprehension.kind else { return (lower(comprehension.element), nil) }
    let (key, element) = operands(comprehension.element, value)
    return (key, element)
  }

  /// The nested loops of a comprehension, around the step that `element` lowers.
  private func lowerClauses(
    _ clauses: [Comprehension.Clause], source: ExpressionNode, _ range: SourceRange, element: () -> StatementNode
  ) -> StatementNode {
    func clause(_ index: Int) -> StatementNode {
      guard index < clauses.count else {
        let (steps, node) = separately(element)
        return sequence(steps + [node], range)
      }
      let current = clauses[index]
      let (steps, iterable) = separately { index == 0 ? source : lower(current.iterable) }
      let target = lowerTarget(current.target)
      let body = tellingBody(conditions(current.conditions[...], range) { clause(index + 1) }, range)
      let loop = loop(
        target, iterable: iterable, body: body, otherwise: PassNode(range), isAsync: current.isAsync, range)
      return sequence(steps + [loop], range)
    }
    return clause(0)
  }

  private func conditions(_ rest: ArraySlice<Expression>, _ range: SourceRange, _ body: () -> StatementNode)
    -> StatementNode
  {
    guard let first = rest.first else { return body() }
    let (steps, condition) = separately { lower(first) }
    let then = conditions(rest.dropFirst(), range, body)
    let test: StatementNode =
      then.suspends
      ? ResumableIfNode(condition, then: then, otherwise: PassNode(range), state: newSlot(), range)
      : IfOnlyNode(condition, then: then, range)
    return sequence(steps + [test], range)
  }

  /// The node of a `for` loop, resumable if need be.
  func loop(
    _ target: TargetNode, iterable: ExpressionNode, body: StatementNode, otherwise: StatementNode, isAsync: Bool,
    _ range: SourceRange
  ) -> StatementNode {
    if isAsync {
      let node = AsyncForNode(
        target, iterable: iterable, body: body, otherwise: otherwise, slots: newSlots(2), state: newSlot(), range)
      return placed(node, encloses: true, iterable.range)
    }
    let node: LoopNode =
      body.suspends || otherwise.suspends
      ? ResumableForNode(
        target, iterable: iterable, iteratorSlot: newSlot(), body: body, otherwise: otherwise, state: newSlot(), range)
      : ForNode(target, iterable: iterable, body: body, otherwise: otherwise, range)
    if let slot = iterable.localSlot { note(node, over: slot) }
    return placed(node, encloses: true, iterable.range)
  }

  private func lowerGeneratorExpression(_ comprehension: Comprehension, _ range: SourceRange) -> ExpressionNode {
    let iterable = lower(comprehension.clauses[0].iterable)
    let inner = CodeLowering(unit, host: comprehension.scope, privateClass: privateClass)
    let source = LocalNode(slot: 0, comprehension.clauses[0].iterable.range)
    let loops = inner.lowerClauses(comprehension.clauses, source: source, range) {
      let element = inner.lower(comprehension.element)
      return YieldNode(
        element, into: nil, isAsync: inner.hostScope.isAsync, state: inner.newSlot(), comprehension.element.range)
    }
    var layout = ParameterLayout()
    layout.positionalCount = 1
    layout.positionalOnlyCount = 1
    layout.names = [intern(".0")]
    let body = inner.tellingCode(inner.telling(loops, range), range)
    let code = StatementCode(runtime, inner.draft(parameters: layout, start: range.start), body: body)
    unit.functionCode?.all.append(code)
    let function = FunctionNode(
      FunctionNode.Blueprint(code: code, captures: captures(of: comprehension.scope), globals: unit.globals), range)
    return GeneratorExpressionNode(
      function, iterable: iterable, isAsync: comprehension.clauses[0].isAsync, range)
  }
}
