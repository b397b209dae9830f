import PyaSyntax

/// Taking suspensions out of expressions.
extension CodeLowering {
  /// Whether evaluating the expression may suspend this frame.
  func suspends(_ expression: Expression?) -> Bool {
    guard canSuspend, let expression else { return false }
    switch expression.kind {
    case .await, .yield, .yieldFrom: return true
    case .none, .bool, .ellipsis, .integer, .float, .imaginary, .string, .bytes, .name, .lambda: return false
    case .fstring(let parts): return suspends(parts)
    case .tuple(let items), .list(let items), .set(let items): return items.contains(where: suspends)
    case .dict(let entries): return entries.contains { suspends($0.key) || suspends($0.value) }
    case .comprehension(let comprehension): return suspends(comprehension)
    case .unary(_, let operand), .starred(let operand): return suspends(operand)
    case .binary(_, let left, let right), .boolean(_, let left, let right), .subscript(let left, let right):
      return suspends(left) || suspends(right)
    case .comparison(let first, let rest): return suspends(first) || rest.contains { suspends($0.right) }
    case .conditional(let condition, let then, let otherwise):
      return suspends(condition) || suspends(then) || suspends(otherwise)
    case .walrus(_, _, let value): return suspends(value)
    case .attribute(let object, _, _): return suspends(object)
    case .slice(let lower, let upper, let step): return suspends(lower) || suspends(upper) || suspends(step)
    case .call(let callee, let arguments): return suspends(callee) || arguments.contains { suspends($0.value) }
    }
  }

  private func suspends(_ parts: [FStringPart]) -> Bool {
    parts.contains { part in
      guard case .field(let value, _, let format) = part.kind else { return false }
      return suspends(value) || suspends(format ?? [])
    }
  }

  func suspends(_ comprehension: Comprehension) -> Bool {
    guard let first = comprehension.clauses.first else { return false }
    if suspends(first.iterable) { return true }
    if case .generator = comprehension.kind { return false }
    if case .dict(let value) = comprehension.kind, suspends(value) { return true }
    return suspends(comprehension.element)
      || comprehension.clauses.contains { $0.isAsync || $0.conditions.contains(where: suspends) }
      || comprehension.clauses.dropFirst().contains { suspends($0.iterable) }
  }

  /// Evaluates a node now, into a temporary slot, and stands for its value later.
  func spill(_ node: ExpressionNode) -> ExpressionNode {
    // What a suspension left in a slot of its own stays there.
    if node.constant != nil || node is TakeTemporaryNode { return node }
    let slot = newSlot()
    prelude.append(AssignLocalNode(slot: slot, node, node.range))
    return TakeTemporaryNode(slot: slot, node.range)
  }

  /// Lowers operands that are evaluated from left to right: those before a suspending one are put aside first.
  func operands(_ expressions: [Expression]) -> [ExpressionNode] {
    guard let last = expressions.lastIndex(where: suspends) else { return expressions.map(lower) }
    return expressions.enumerated().map { index, expression in
      let node = lower(expression)
      return index < last ? spill(node) : node
    }
  }

  func operands(_ left: Expression, _ right: Expression) -> (ExpressionNode, ExpressionNode) {
    let first = lower(left)
    guard suspends(right) else { return (first, lower(right)) }
    let kept = spill(first)
    return (kept, lower(right))
  }

  /// Lowers something with a prelude of its own: the statements that must run before it.
  func separately<Result>(_ body: () -> Result) -> (prelude: [StatementNode], result: Result) {
    let outer = prelude
    prelude = []
    defer { prelude = outer }
    let result = body()
    return (prelude, result)
  }

  /// A statement with its prelude in front.
  func sequence(_ statements: [StatementNode], _ range: SourceRange) -> StatementNode {
    if statements.count == 1 { return statements[0] }
    guard statements.contains(where: \.suspends) else { return block(statements, range) }
    if statements.count == 2 { return ResumablePairNode(statements[0], statements[1], state: newSlot(), range) }
    return ResumableBlockNode(statements, state: newSlot(), range)
  }

  // MARK: The suspensions

  /// The statement, recorded where the file looks at frames. One that has others inside is not, where these tell their own lines.
  func placed(_ node: StatementNode, encloses: Bool = false, _ range: SourceRange) -> StatementNode {
    if !unit.placesAllCalls || encloses && unit.events != nil { return node }
    return PlacedStatementNode(node, runtime.callSites, globals: unit.globals, range)
  }

  /// The await of a call of what may have been imported from another file of the program, which may look at frames.
  private func placed(_ node: StatementNode, calling callee: Expression, _ range: SourceRange) -> StatementNode {
    if !unit.importedNames.contain(callee) { return node }
    return PlacedStatementNode(node, runtime.callSites, globals: unit.globals, isOfImported: true, range)
  }

  /// `slot = await value`, appended to the prelude.
  func lowerAwait(_ value: Expression, into slot: Int?, _ range: SourceRange) {
    guard case .call(let callee, let arguments) = value.kind, arguments.allSatisfy(\.isPositional), !unit.placesAllCalls,
      !callee.isAttribute("athrow")
    else {
      let node = lower(value)
      prelude.append(placed(AwaitNode(node, into: slot, state: newSlot(), range), range))
      return
    }
    let function = lower(callee)
    let node: StatementNode
    if arguments.contains(where: { suspends($0.value) }) {
      let (kept, values) = keep(function, for: arguments)
      switch kept {
      case .method(let method): node = AwaitLoadedCallNode(method, values, into: slot, state: newSlot(), range)
      case .value(let function): node = AwaitCallNode(function, values, into: slot, state: newSlot(), range)
      }
    } else {
      let values = arguments.map { lower($0.value) }
      if let attribute = function as? AttributeNode {
        node = AwaitMethodCallNode(attribute, values, into: slot, state: newSlot(), range)
      } else {
        node = AwaitCallNode(function, values, into: slot, state: newSlot(), range)
      }
    }
    prelude.append(placed(node, calling: callee, range))
  }

  enum KeptCallee {
    case method(LoadedMethod)
    case value(ExpressionNode)
  }

  /// A callee for whose positional arguments the frame may suspend: finds it first, and keeps it. And the arguments.
  func keep(_ callee: ExpressionNode, for arguments: [Argument]) -> (KeptCallee, [ExpressionNode]) {
    let kept: KeptCallee
    if let attribute = callee as? AttributeNode {
      let method = LoadedMethod(functionSlot: newSlot(), receiverSlot: newSlot())
      prelude.append(LoadMethodNode(attribute, into: method, callee.range))
      kept = .method(method)
    } else {
      kept = .value(spill(callee))
    }
    return (kept, operands(arguments.map(\.value)))
  }

  func lowerYield(_ value: Expression?, into slot: Int?, _ range: SourceRange) {
    let node = value.map(lower) ?? ConstantNode(.none, range)
    prelude.append(YieldNode(node, into: slot, isAsync: hostScope.isAsync, state: newSlot(), range))
  }

  func lowerYieldFrom(_ value: Expression, into slot: Int?, _ range: SourceRange) {
    let node = lower(value)
    prelude.append(placed(YieldFromNode(node, into: slot, state: newSlot(), range), range))
  }

  /// Lowers an expression whose value is a suspension's result straight into a slot. False: it is of another form.
  func lowerSuspension(_ expression: Expression, into slot: Int?) -> Bool {
    switch expression.kind {
    case .await(let value): lowerAwait(value, into: slot, expression.range)
    case .yield(let value): lowerYield(value, into: slot, expression.range)
    case .yieldFrom(let value): lowerYieldFrom(value, into: slot, expression.range)
    default: return false
    }
    return true
  }

  /// `left and right`, `left or right` where `right` suspends.
  func lowerSuspendingBoolean(
    _ op: BooleanOperator, _ left: Expression, _ right: Expression, _ range: SourceRange
  ) -> ExpressionNode {
    let slot = newSlot()
    prelude.append(AssignLocalNode(slot: slot, lower(left), left.range))
    let (steps, node) = separately { lower(right) }
    let more = sequence(steps + [AssignLocalNode(slot: slot, node, right.range)], right.range)
    let condition = LocalNode(slot: slot, left.range)
    let nothing = PassNode(range)
    prelude.append(
      op == .and
        ? ResumableIfNode(condition, then: more, otherwise: nothing, state: newSlot(), range)
        : ResumableIfNode(condition, then: nothing, otherwise: more, state: newSlot(), range))
    return TakeTemporaryNode(slot: slot, range)
  }

  func lowerSuspendingConditional(
    _ condition: Expression, _ then: Expression, _ otherwise: Expression, _ range: SourceRange
  ) -> ExpressionNode {
    let slot = newSlot()
    let test = lower(condition)
    func branch(_ expression: Expression) -> StatementNode {
      let (steps, node) = separately { lower(expression) }
      return sequence(steps + [AssignLocalNode(slot: slot, node, expression.range)], expression.range)
    }
    let (thenBranch, otherwiseBranch) = (branch(then), branch(otherwise))
    prelude.append(
      ResumableIfNode(test, then: thenBranch, otherwise: otherwiseBranch, state: newSlot(), range))
    return TakeTemporaryNode(slot: slot, range)
  }

  /// `a < b < c` where an operand suspends.
  func lowerSuspendingComparison(_ first: Expression, _ rest: [ComparisonLink], _ range: SourceRange) -> ExpressionNode {
    let result = newSlot()
    var left = spill(lower(first))
    /// The comparison of `left` with the link at `index` and all after it, as statements that leave the outcome in `result`.
    func steps(_ index: Int) -> [StatementNode] {
      let (before, right) = separately { lower(rest[index].right) }
      let isLast = index == rest.count - 1
      let kept = newSlot()
      let compare = rest[index].op.node(left, isLast ? right : KeepTemporaryNode(slot: kept, right, right.range), range)
      var statements = before + [AssignLocalNode(slot: result, compare, range) as StatementNode]
      if !isLast {
        left = TakeTemporaryNode(slot: kept, right.range)
        let following = sequence(steps(index + 1), range)
        statements.append(
          ResumableIfNode(
            LocalNode(slot: result, range), then: following, otherwise: PassNode(range), state: newSlot(), range))
      }
      return statements
    }
    prelude.append(contentsOf: steps(0))
    return TakeTemporaryNode(slot: result, range)
  }
}

extension Expression {
  fileprivate func isAttribute(_ name: String) -> Bool {
    if case .attribute(_, name, _) = kind { true } else { false }
  }
}

extension Argument {
  var isPositional: Bool {
    if case .positional = kind { return true }
    return false
  }
}
