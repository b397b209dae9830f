import PyaSyntax

extension CodeLowering {
  func lowerBlock(_ statements: [Statement], _ range: SourceRange) -> StatementNode {
    var nodes: [StatementNode] = []
    nodes.reserveCapacity(statements.count)
    for statement in statements {
      let node = lower(statement)
      if node is PassNode { continue }
      nodes.append(node)
    }
    if nodes.isEmpty { return PassNode(range) }
    return sequence(nodes, range)
  }

  /// A statement with whatever its expressions need before it.
  func lower(_ statement: Statement) -> StatementNode {
    let (steps, node) = separately { lowerKind(statement) }
    if steps.isEmpty { return telling(node, of: statement) }
    if node is PassNode { return telling(sequence(steps, statement.range), of: statement) }
    return telling(sequence(steps + [node], statement.range), of: statement)
  }

  private func lowerKind(_ statement: Statement) -> StatementNode {
    let range = statement.range
    switch statement.kind {
    case .expression(let expression): return lowerExpressionStatement(expression, range)
    case .assign(let targets, let value): return lowerAssign(targets, value, range)
    case .augmentedAssign(let target, let op, let value): return lowerAugmented(target, op, value, range)
    case .annotatedAssign(let target, let annotation, let value, let isSimple):
      return lowerAnnotated(target, annotation, value, isSimple: isSimple, range)
    case .delete(let targets):
      guard targets.contains(where: suspends) else {
        return sequence(targets.map { DeleteNode(lowerTarget($0), $0.range) }, range)
      }
      for target in targets {
        let node = lowerTarget(target)
        prelude.append(DeleteNode(node, target.range))
      }
      return PassNode(range)
    case .pass, .global, .nonlocal: return PassNode(range)
    case .break: return BreakNode(range)
    case .continue: return ContinueNode(range)
    case .return(let value):
      guard let value else { return ReturnNoneNode(range) }
      return ReturnNode(lower(value), range)
    case .raise(let exception, let cause):
      guard let exception else { return ReraiseNode(range) }
      if let cause {
        let (raised, reason) = operands(exception, cause)
        return RaiseNode(raised, cause: reason, range)
      }
      return RaiseNode(lower(exception), cause: nil, range)
    case .assert(let condition, let message):
      warnOfAssertion(condition, range)
      if runtime.launchOptions.optimization > 0 { return PassNode(range) }
      if let message, suspends(message) {
        let test = lower(condition)
        let (steps, node) = separately { lower(message) }
        let failure = AssertNode(ConstantNode(.bool(false), condition.range), message: node, range)
        return ResumableIfNode(test, then: PassNode(range), otherwise: sequence(steps + [failure], range), state: newSlot(), range)
      }
      return AssertNode(lower(condition), message: message.map(lower), range)
    case .class where lacksBuiltin("__build_class__"): return MissingClassBuilderNode(range)
    case .import(let aliases):
      return sequence(aliases.map { lowerImport($0, range) }, range)
    case .importFrom(let module, let level, let names):
      for name in names where !unit.file.isLibrary { unit.importedNames.note(name.alias ?? name.name, ofModule: module ?? "", level: level) }
      return ImportFromNode(
        module ?? "", level: level,
        names: names.map { (intern($0.name), target($0.alias ?? $0.name, $0.range)) }, importScope, range)
    case .importStar(let module, let level):
      if !unit.file.isLibrary { unit.importedNames.noteStar(ofModule: module ?? "", level: level) }
      return ImportStarNode(module ?? "", level: level, importScope, usesNamespace: unit.usesNamespace, range)
    case .typeAlias(let name, let parameters, let value, let scope):
      return lowerTypeAlias(name, parameters, value, scope: scope, range)
    case .if(let condition, let then, let otherwise): return lowerIf(condition, then, otherwise, range)
    case .while(let condition, let body, let otherwise): return lowerWhile(condition, body, otherwise, range)
    case .for(let isAsync, let target, let iterable, let body, let otherwise):
      let source = lower(iterable)
      let (place, stores) = withheld(target)
      return loop(
        place, iterable: source, body: tellingBody(sequence(stores + [lowerBlock(body, range)], range), range),
        otherwise: lowerBlock(otherwise, range), isAsync: isAsync, range)
    case .try(let statement): return lowerTry(statement, range)
    case .with(let isAsync, let items, let body): return lowerWith(isAsync: isAsync, items[...], body, range)
    case .match(let subject, let cases): return lowerMatch(subject, cases, range)
    case .function(let definition):
      if !unit.file.isLibrary { unit.importedNames.noteDefinition(definition.name, decorators: definition.decorators) }
      return lowerFunction(definition, range)
    case .class(let definition):
      if !unit.file.isLibrary { unit.importedNames.noteDefinition(definition.name, decorators: definition.decorators) }
      return lowerClass(definition, range)
    }
  }

  private func lowerExpressionStatement(_ expression: Expression, _ range: SourceRange) -> StatementNode {
    if unit.displays == .all, host == .module { return DisplayNode(lower(expression), range) }
    if lowerSuspension(expression, into: nil) { return PassNode(range) }
    let node = lower(expression)
    if node.constant != nil { return PassNode(range) }
    return ExpressionStatementNode(node, range)
  }

  /// Whether the code's `__builtins__` are its own and have no such name.
  private func lacksBuiltin(_ name: String) -> Bool {
    unit.builtins !== runtime.builtins && unit.builtins.getString(intern(name)) == nil
  }

  private var importScope: ImportScope {
    ImportScope(
      globals: unit.globals, builtins: unit.file.isLibrary ? nil : unit.builtins, isModule: host == .module && !unit.usesNamespace)
  }

  private func lowerImport(_ alias: ImportAlias, _ range: SourceRange) -> StatementNode {
    let bound = alias.alias ?? String(alias.name.prefix { $0 != "." })
    if !unit.file.isLibrary { unit.importedNames.note(bound, ofModule: alias.name) }
    return ImportNode(alias.name, bindsLast: alias.alias != nil, target(bound, alias.range), importScope, range)
  }

  // MARK: Control flow

  private func lowerIf(
    _ condition: Expression, _ then: [Statement], _ otherwise: [Statement], _ range: SourceRange
  ) -> StatementNode {
    let test = lower(condition)
    let thenNode = separately { lowerBlock(then, range) }.result
    let otherwiseNode = separately { lowerBlock(otherwise, range) }.result
    if thenNode.suspends || otherwiseNode.suspends {
      return ResumableIfNode(test, then: thenNode, otherwise: otherwiseNode, state: newSlot(), range)
    }
    if otherwise.isEmpty { return IfOnlyNode(test, then: thenNode, range) }
    return IfNode(test, then: thenNode, otherwise: otherwiseNode, range)
  }

  private func lowerWhile(
    _ condition: Expression, _ body: [Statement], _ otherwise: [Statement], _ range: SourceRange
  ) -> StatementNode {
    let (steps, test) = separately { lower(condition) }
    let bodyNode = tellingBody(lowerBlock(body, range), range)
    let otherwiseNode = lowerBlock(otherwise, range)
    if steps.isEmpty, !bodyNode.suspends, !otherwiseNode.suspends {
      return WhileNode(test, body: bodyNode, otherwise: otherwiseNode, range)
    }
    return ResumableWhileNode(
      prelude: steps.isEmpty ? nil : sequence(steps, condition.range), test, body: bodyNode, otherwise: otherwiseNode,
      state: newSlot(), range)
  }

  private func lowerTry(_ statement: Try, _ range: SourceRange) -> StatementNode {
    needsCleanup = true
    let first = frameSize
    var node = lowerBlock(statement.body, range)
    let temporaries = Temporaries(slots: first..<frameSize)
    if !statement.handlers.isEmpty {
      let clauses = statement.handlers.map { handler in
        ExceptClause(
          type: handler.type.map { tellingLine(lower($0), handler.range) }, target: handler.name.map { target($0, handler.range) },
          body: lowerBlock(handler.body, handler.range), range: handler.range)
      }
      let otherwise = statement.otherwise.isEmpty ? nil : lowerBlock(statement.otherwise, range)
      let suspends = node.suspends || otherwise?.suspends == true || clauses.contains { $0.body.suspends }
      switch (suspends, statement.isGroup) {
      case (false, false): node = TryNode(body: node, clauses: clauses, otherwise: otherwise, range)
      case (false, true): node = TryGroupNode(body: node, clauses: clauses, otherwise: otherwise, range)
      case (true, false):
        node = ResumableTryNode(
          body: node, clauses: clauses, otherwise: otherwise, exceptionSlot: newHandlerSlot(), state: newSlot(),
          temporaries: temporaries, range)
      case (true, true):
        node = ResumableTryGroupNode(
          body: node, clauses: clauses, otherwise: otherwise, handlingSlot: newHandlerSlot(), state: newSlot(),
          temporaries: temporaries, range)
      }
    }
    guard !statement.finally.isEmpty else { return node }
    let finally = lowerBlock(statement.finally, range)
    guard node.suspends || finally.suspends else { return FinallyNode(body: node, finally: finally, range) }
    return ResumableFinallyNode(
      body: node, finally: finally, exceptionSlot: newHandlerSlot(), completionSlots: newSlots(2), state: newSlot(), range)
  }

  private func lowerWith(
    isAsync: Bool, _ items: ArraySlice<WithItem>, _ body: [Statement], _ range: SourceRange
  ) -> StatementNode {
    guard let item = items.first else { return lowerBlock(body, range) }
    needsCleanup = true
    let (steps, context) = separately { lower(item.context) }
    let first = frameSize
    let (target, stores) = withheld(item.target)
    let rest = sequence(stores + [lowerWith(isAsync: isAsync, items.dropFirst(), body, range)], range)
    let inner = items.count == 1 ? tellingBody(rest, range) : rest
    let temporaries = Temporaries(slots: first..<frameSize)
    let node: StatementNode
    if isAsync {
      handlerSlots.append(frameSize + 1)
      node = AsyncWithNode(context, target: target, body: inner, slots: newSlots(5), state: newSlot(), temporaries, range)
    } else if inner.suspends {
      node = ResumableWithNode(context, target: target, body: inner, exitSlot: newSlot(), state: newSlot(), temporaries, range)
    } else {
      node = WithNode(context, target: target, body: inner, range)
    }
    return sequence(steps + [placed(node, encloses: true, context.range)], range)
  }

  // MARK: Assignment

  private func lowerAssign(_ targets: [Expression], _ value: Expression, _ range: SourceRange) -> StatementNode {
    if targets.count == 1 {
      // `coroutine = None` may drop what was never awaited, which an `AssignNode` says at once.
      if case .name(let name) = targets[0].kind, case .local(let slot) = binding(of: name), !isNone(value) {
        if lowerSuspension(value, into: slot) { return PassNode(range) }
        let node = lower(value)
        return AssignSumNode(slot: slot, node, range) ?? AssignLocalNode(slot: slot, node, range)
      }
      if let pair = lowerRow(targets[0], value, range) { return pair }
    }
    let node = lower(value)
    if targets.contains(where: suspends) {
      let slot = newSlot()
      prelude.append(AssignLocalNode(slot: slot, node, node.range))
      for target in targets.dropLast() { store(LocalNode(slot: slot, value.range), in: target) }
      store(TakeTemporaryNode(slot: slot, value.range), in: targets[targets.count - 1])
      return PassNode(range)
    }
    let nodes = targets.map(lowerTarget)
    if nodes.count == 1 { return UnpackPlaceNode(nodes[0], node, range) ?? AssignNode(nodes[0], node, range) }
    return AssignManyNode(nodes, node, range)
  }

  /// Stores a value in a target that may suspend: what a part of the target needs is evaluated just before the store in that part.
  private func store(_ value: ExpressionNode, in target: Expression) {
    switch target.kind {
    case .tuple(let items) where suspends(target), .list(let items) where suspends(target):
      let slots = items.map { _ in newSlot() }
      let star = items.firstIndex { if case .starred = $0.kind { true } else { false } }
      let parts = UnpackTarget(slots.map { LocalTarget(slot: $0, target.range) }, star: star, target.range)
      prelude.append(AssignNode(parts, value, target.range))
      for (item, slot) in zip(items, slots) { store(TakeTemporaryNode(slot: slot, item.range), in: item) }
    case .starred(let inner): store(value, in: inner)
    default:
      let node = lowerTarget(target)
      prelude.append(AssignNode(node, value, target.range))
    }
  }

  /// The target of a loop or a `with`; one that may suspend is a temporary slot, from which statements at the start of the body take the value.
  private func withheld(_ target: Expression) -> (target: TargetNode, stores: [StatementNode]) {
    guard suspends(target) else { return (lowerTarget(target), []) }
    let slot = newSlot()
    let (stores, _) = separately { store(TakeTemporaryNode(slot: slot, target.range), in: target) }
    return (LocalTarget(slot: slot, target.range), stores)
  }

  private func withheld(_ target: Expression?) -> (target: TargetNode?, stores: [StatementNode]) {
    guard let target else { return (nil, []) }
    return withheld(target)
  }

  private func isNone(_ expression: Expression) -> Bool {
    if case .none = expression.kind { true } else { false }
  }

  /// `a, b = x, y`, with as many on both sides.
  private func lowerRow(_ target: Expression, _ value: Expression, _ range: SourceRange) -> StatementNode? {
    guard case .tuple(let targets) = target.kind, case .tuple(let values) = value.kind, targets.count >= 2, values.count == targets.count,
      !suspends(value), !suspends(target)
    else { return nil }
    for item in targets + values { if case .starred = item.kind { return nil } }
    if targets.count > 2 {
      return AssignRowNode(UnpackTarget(targets.map(lowerTarget), star: nil, target.range), values.map { lower($0) }, range)
    }
    return AssignPairNode(
      (lowerTarget(targets[0]), lowerTarget(targets[1])), (lower(values[0]), lower(values[1])), range)
  }

  func lowerTarget(_ expression: Expression) -> TargetNode {
    let range = expression.range
    switch expression.kind {
    case .name(let name): return target(name, range)
    case .attribute(let object, let name, _):
      if case .name("self") = object.kind { unit.classBodies.note(name) }
      return AttributeTarget(lower(object), intern(mangle(name)), place(of: expression))
    case .subscript(let object, let index):
      let (container, key) = operands(object, index)
      if let slice = key as? SliceNode { return SliceTarget(container, slice, range) }
      return SubscriptTarget(container, key, range)
    case .tuple(let items), .list(let items):
      var star: Int?
      let targets = items.enumerated().map { index, item in
        if case .starred(let inner) = item.kind {
          star = index
          return lowerTarget(inner)
        }
        return lowerTarget(item)
      }
      return UnpackTarget(targets, star: star, range)
    case .starred(let inner): return lowerTarget(inner)
    default: fatalError("pya: the parser let a bad target pass")
    }
  }

  private func lowerAugmented(
    _ target: Expression, _ op: BinaryOperator, _ value: Expression, _ range: SourceRange
  ) -> StatementNode {
    if suspends(value) || suspends(target) { return lowerSuspendingAugmented(target, op, value, range) }
    switch target.kind {
    case .name(let name):
      if case .local(let slot) = binding(of: name) { return AugmentLocalNode(slot: slot, op, lower(value), range) }
      return AugmentNameNode(read(name, target.range), self.target(name, target.range), op, lower(value), range)
    case .attribute(let object, let name, _):
      let key = intern(mangle(name))
      let node = lower(object)
      if let local = node as? LocalNode {
        return AugmentAttributeNode(local, key, op, lower(value), targetRange: place(of: target), range)
      }
      let slot = newSlot()
      let held = LocalNode(slot: slot, object.range)
      let statement = AugmentAttributeNode(held, key, op, lower(value), targetRange: place(of: target), range)
      return AugmentAttributeOfNode(node, slot: slot, statement, range)
    case .subscript(let object, let index):
      return AugmentSubscriptNode(
        lower(object), lower(index), op, lower(value), targetRange: target.range, range)
    default: fatalError("pya: the parser let a bad target pass")
    }
  }

  /// `target op= value` where something suspends: the old value is read before, as CPython does.
  private func lowerSuspendingAugmented(
    _ target: Expression, _ op: BinaryOperator, _ value: Expression, _ range: SourceRange
  ) -> StatementNode {
    func hold(_ expression: Expression) -> LocalNode {
      let slot = newSlot()
      prelude.append(AssignLocalNode(slot: slot, lower(expression), expression.range))
      return LocalNode(slot: slot, expression.range)
    }
    let (old, store): (ExpressionNode, TargetNode)
    switch target.kind {
    case .name(let name):
      if case .local(let slot) = binding(of: name), !unit.assignedInExpressions.contains(name) {
        // Nobody else changes a local variable: it is read afterwards, but it must have a value before.
        prelude.append(RequireLocalNode(slot: slot, target.range))
        return AugmentLocalNode(slot: slot, op, lower(value), range)
      }
      (old, store) = (read(name, target.range), self.target(name, target.range))
    case .attribute(let object, let name, _):
      let held = hold(object)
      let key = intern(mangle(name))
      (old, store) = (AttributeNode(held, key, target.range), AttributeTarget(held, key, target.range))
    case .subscript(let object, let index):
      let (container, key) = (hold(object), hold(index))
      (old, store) = (SubscriptNode(container, key, target.range), SubscriptTarget(container, key, target.range))
    default: fatalError("pya: the parser let a bad target pass")
    }
    let kept = spill(old)
    return AugmentNameNode(kept, store, op, lower(value), range)
  }

  /// A body behind the step that makes its `__annotations__`, if it has any.
  func annotated(_ body: StatementNode, of statements: [Statement], _ range: SourceRange) -> StatementNode {
    guard statements.contains(where: \.annotates) else { return body }
    let globals = hostScope.kind == .module && !unit.usesNamespace ? unit.globals : nil
    return sequence([StartAnnotationsNode(globals: globals, SourceRange(range.start, range.start)), body], range)
  }

  private func lowerAnnotated(
    _ target: Expression, _ annotation: Expression, _ value: Expression?, isSimple: Bool, _ range: SourceRange
  ) -> StatementNode {
    var nodes: [StatementNode] = []
    func evaluate(_ node: ExpressionNode) {
      if node.constant == nil { nodes.append(ExpressionStatementNode(node, node.range)) }
    }
    if let value {
      nodes.append(lowerAssign([target], value, range))
    } else {
      // Nothing is stored, but where to is evaluated all the same.
      switch target.kind {
      case .attribute(let object, _, _): evaluate(lower(object))
      case .subscript(let object, let index):
        let (container, key) = operands(object, index)
        evaluate(container)
        evaluate(key)
      default: break
      }
    }
    let kind = hostScope.kind
    if kind == .module || kind == .class {
      if isSimple, case .name(let name) = target.kind {
        nodes.append(
          AnnotateNode(
            intern(mangle(name)), lowerAnnotation(annotation), globals: kind == .class || unit.usesNamespace ? nil : unit.globals, range))
      } else {
        evaluate(lowerAnnotation(annotation))
      }
    }
    return nodes.isEmpty ? PassNode(range) : sequence(nodes, range)
  }

  // MARK: Match

  private func lowerMatch(_ subject: Expression, _ cases: [MatchCase], _ range: SourceRange) -> StatementNode {
    let node = lower(subject)
    if cases.contains(where: { suspends($0.guardCondition) }) { return lowerSuspendingMatch(node, cases, range) }
    let clauses = cases.map { matchCase in
      var captures: [MatchClause.Capture] = []
      let pattern = tellingPattern(lowerPattern(matchCase.pattern, &captures), matchCase.pattern.range)
      let condition = matchCase.guardCondition.map { condition in separately { lower(condition) }.result }
      return MatchClause(pattern, captures, condition: condition, body: lowerBlock(matchCase.body, range), range)
    }
    if clauses.contains(where: { $0.body.suspends }) {
      return ResumableMatchNode(node, clauses, state: newSlot(), range)
    }
    return MatchNode(node, clauses, range)
  }

  /// `match` with a guard that suspends: each case is an `if` of its own, passed over once one was taken.
  private func lowerSuspendingMatch(_ subject: ExpressionNode, _ cases: [MatchCase], _ range: SourceRange) -> StatementNode {
    let (subjectSlot, takenSlot) = (newSlot(), newSlot())
    var statements: [StatementNode] = [
      AssignLocalNode(slot: subjectSlot, subject, range),
      AssignLocalNode(slot: takenSlot, ConstantNode(.bool(false), range), range),
    ]
    let take = AssignLocalNode(slot: takenSlot, ConstantNode(.bool(true), range), range)
    for matchCase in cases {
      var captures: [MatchClause.Capture] = []
      let pattern = lowerPattern(matchCase.pattern, &captures)
      let clause = MatchClause(pattern, captures, condition: nil, body: PassNode(range), range)
      let test = ClauseTestNode(clause, subject: subjectSlot, taken: takenSlot, matchCase.pattern.range)
      let body = sequence([take, lowerBlock(matchCase.body, range)], range)
      var then: StatementNode = body
      if let condition = matchCase.guardCondition {
        let (steps, node) = separately { lower(condition) }
        let guarded = ResumableIfNode(node, then: body, otherwise: PassNode(range), state: newSlot(), range)
        then = sequence(steps + [guarded], range)
      }
      statements.append(ResumableIfNode(test, then: then, otherwise: PassNode(range), state: newSlot(), range))
    }
    return sequence(statements, range)
  }

  private func lowerPattern(_ pattern: Pattern, _ captures: inout [MatchClause.Capture]) -> PatternNode {
    let range = pattern.range
    func capture(_ name: String) -> Int {
      // Alternatives bind the same names: they share a slot.
      let node = target(name, range)
      let slot = newSlot()
      captures.append(MatchClause.Capture(slot: slot, node))
      return slot
    }
    switch pattern.kind {
    case .value(let expression): return ValuePattern(lower(expression), range)
    case .singleton(let expression): return SingletonPattern(constant(expression) ?? .none, range)
    case .capture(let name): return CapturePattern(slot: name.map(capture), range)
    case .named(let inner, let name):
      let node = lowerPattern(inner, &captures)
      return NamedPattern(node, slot: capture(name), range)
    case .alternatives(let patterns): return AlternativesPattern(patterns.map { lowerPattern($0, &captures) }, range)
    case .sequence(let patterns):
      var star: (index: Int, slot: Int?)?
      var nodes: [PatternNode] = []
      for (index, item) in patterns.enumerated() {
        if case .star(let name) = item.kind {
          star = (index, name.map(capture))
          nodes.append(CapturePattern(slot: nil, item.range))
        } else {
          nodes.append(lowerPattern(item, &captures))
        }
      }
      return SequencePattern(nodes, star: star, range)
    case .star(let name): return CapturePattern(slot: name.map(capture), range)
    case .mapping(let keys, let patterns, let rest):
      let keyNodes = keys.map(lower)
      let nodes = patterns.map { lowerPattern($0, &captures) }
      return MappingPattern(keys: keyNodes, patterns: nodes, restSlot: rest.map(capture), range)
    case .class(let type, let positional, let keywords):
      let typeNode = lower(type)
      let nodes = positional.map { lowerPattern($0, &captures) }
      let named = keywords.map { (name: intern($0.name), pattern: lowerPattern($0.pattern, &captures)) }
      return ClassPattern(typeNode, positional: nodes, keywords: named, range)
    }
  }
}

extension Statement {
  /// Annotates a variable, in its own scope.
  fileprivate var annotates: Bool {
    func any(_ blocks: [Statement]...) -> Bool { blocks.contains { $0.contains(where: \.annotates) } }
    switch kind {
    case .annotatedAssign: return true
    case .if(_, let then, let otherwise): return any(then, otherwise)
    case .while(_, let body, let otherwise): return any(body, otherwise)
    case .for(_, _, _, let body, let otherwise): return any(body, otherwise)
    case .with(_, _, let body): return any(body)
    case .try(let parts): return any(parts.body, parts.otherwise, parts.finally) || parts.handlers.contains { any($0.body) }
    case .match(_, let cases): return cases.contains { any($0.body) }
    case .expression, .assign, .augmentedAssign, .delete, .pass, .break, .continue, .return, .raise, .assert, .global, .nonlocal,
      .import, .importFrom, .importStar, .typeAlias, .function, .class:
      return false
    }
  }
}
