import PyaSyntax

extension CodeLowering {
  func lower(_ expression: Expression) -> ExpressionNode {
    let range = expression.range
    if let value = constant(expression) { return ConstantNode(value, range) }
    switch expression.kind {
    case .none, .bool, .ellipsis, .integer, .float, .imaginary, .string, .bytes:
      fatalError("pya: a constant that is none")
    case .name(let name): return read(name, range)
    case .fstring(let parts): return lowerFString(parts, range)
    case .tuple(let items): return TupleNode(displayItems(items), range)
    case .list(let items): return ListNode(displayItems(items), range)
    case .set(let items): return SetNode(displayItems(items), range)
    case .dict(let entries): return lowerDict(entries, range)
    case .comprehension(let comprehension): return lowerComprehension(comprehension, range)
    case .unary(let op, let operand): return lowerUnary(op, operand, range)
    case .binary(let op, let left, let right):
      if op == .modulo, let parts = partsOfFormat(left, right, range) { return lowerFString(parts, range) }
      let (a, b) = operands(left, right)
      if let value = folded(op, a, b) { return ConstantNode(value, range) }
      if op == .modulo, let format = a.constant?.string, let template = PercentTemplate(format, runtime) {
        return PercentNode(template, a, b, range)
      }
      return op.node(a, b, range)
    case .boolean(let op, let left, let right):
      if suspends(right) { return lowerSuspendingBoolean(op, left, right, range) }
      return BooleanNode(op, lower(left), lower(right), range)
    case .comparison(let first, let rest):
      warnOfComparison(first, rest, range)
      return lowerComparison(first, rest, range)
    case .conditional(let condition, let then, let otherwise):
      if suspends(then) || suspends(otherwise) {
        return lowerSuspendingConditional(condition, then, otherwise, range)
      }
      return ConditionalNode(lower(condition), lower(then), lower(otherwise), range)
    case .walrus(let name, let nameRange, let value):
      return WalrusNode(target(name, nameRange), lower(value), range)
    case .lambda(let lambda): return lowerLambda(lambda, range)
    case .attribute(let object, let name, _):
      let node = lower(object)
      let key = intern(mangle(name))
      let place = place(of: expression)
      if let proxy = node as? SuperNode { return SuperAttributeNode(proxy, key, place) }
      return AttributeNode(node, key, place)
    case .subscript(let object, let index):
      warnOfSubscript(object, index)
      let (container, key) = operands(object, index)
      if let slice = key as? SliceNode { return SliceSubscriptNode(container, slice, range) }
      if let elements = (key as? TupleNode)?.keyElements { return TupleSubscriptNode(container, elements, range) }
      return SubscriptNode(container, key, range)
    case .slice(let lower, let upper, let step):
      let nodes = operands([lower, upper, step].compactMap { $0 })
      var rest = nodes[...]
      return SliceNode(
        lower: lower == nil ? nil : rest.popFirst(), upper: upper == nil ? nil : rest.popFirst(),
        step: step == nil ? nil : rest.popFirst(), range)
    case .call(let callee, let arguments): return lowerCall(callee, arguments, range)
    case .starred(let value): return lower(value)
    case .await, .yield, .yieldFrom:
      let slot = newSlot()
      _ = lowerSuspension(expression, into: slot)
      return TakeTemporaryNode(slot: slot, range)
    }
  }

  private func lowerUnary(_ op: UnaryOperator, _ operand: Expression, _ range: SourceRange) -> ExpressionNode {
    let node = lower(operand)
    switch op {
    case .not: return NotNode(node, range)
    case .minus: return NegateNode(node, range)
    case .plus, .invert: return UnaryNode(op, node, range)
    }
  }

  private func lowerComparison(_ first: Expression, _ rest: [ComparisonLink], _ range: SourceRange) -> ExpressionNode {
    if rest.count == 1 {
      let (left, right) = operands(first, rest[0].right)
      return rest[0].op.node(left, right, range)
    }
    if rest.contains(where: { suspends($0.right) }) { return lowerSuspendingComparison(first, rest, range) }
    var links: [ExpressionNode] = []
    var left = lower(first)
    for (index, link) in rest.enumerated() {
      let right = lower(link.right)
      if index == rest.count - 1 {
        links.append(link.op.node(left, right, range))
      } else if right.localSlot != nil || right.constant != nil {
        // Read twice rather than put aside.
        links.append(link.op.node(left, right, range))
        left = right
      } else {
        let slot = newSlot()
        links.append(link.op.node(left, KeepTemporaryNode(slot: slot, right, right.range), range))
        left = TakeTemporaryNode(slot: slot, right.range)
      }
    }
    var node = links[links.count - 1]
    for link in links.dropLast().reversed() { node = ChainedComparisonNode(first: link, rest: node, range) }
    return node
  }

  private func displayItems(_ items: [Expression]) -> [DisplayItem] {
    let nodes = operands(items)
    return zip(items, nodes).map { item, node in
      if case .starred = item.kind { return DisplayItem(node: node, isUnpacked: true) }
      return DisplayItem(node: node, isUnpacked: false)
    }
  }

  private func lowerDict(_ entries: [DictEntry], _ range: SourceRange) -> ExpressionNode {
    var flat: [Expression] = []
    for entry in entries {
      if let key = entry.key { flat.append(key) }
      flat.append(entry.value)
    }
    var nodes = operands(flat)[...]
    return DictNode(
      entries.map { entry in
        let key = entry.key == nil ? nil : nodes.removeFirst()
        return (key: key, value: nodes.removeFirst())
      }, range)
  }

  /// `"%s: %r" % (a, b)` as the parts of an f-string, which is what CPython's compiler makes of it too: the values are then converted one by
  /// one, each before the next is computed. Nil: it has other conversions, or not as many values.
  private func partsOfFormat(_ left: Expression, _ right: Expression, _ range: SourceRange) -> [FStringPart]? {
    guard case .string(let format) = left.kind, case .tuple(let elements) = right.kind else { return nil }
    var values = elements[...]
    var parts: [FStringPart] = []
    var literal: [UInt8] = []
    func endLiteral() {
      if !literal.isEmpty { parts.append(FStringPart(.literal(StringLiteral(utf8: literal)), range)) }
      literal = []
    }
    var rest = format.utf8[...]
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "%") {
        literal.append(byte)
        continue
      }
      guard let conversion = rest.popFirst() else { return nil }
      switch conversion {
      case UInt8(ascii: "%"): literal.append(byte)
      case UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "a"):
        guard let value = values.popFirst() else { return nil }
        if case .starred = value.kind { return nil }
        endLiteral()
        let name = Character(Unicode.Scalar(conversion))
        parts.append(FStringPart(.field(value: value, conversion: name, format: nil), range))
      default: return nil
      }
    }
    endLiteral()
    return values.isEmpty && !elements.isEmpty ? parts : nil
  }

  private func lowerFString(_ parts: [FStringPart], _ range: SourceRange) -> ExpressionNode {
    let last = parts.lastIndex { part in
      guard case .field(let value, _, let format) = part.kind else { return false }
      return suspends(value) || suspends(Expression(.fstring(format ?? []), part.range))
    }
    var lowered: [FStringNode.Part] = []
    for (index, part) in parts.enumerated() {
      switch part.kind {
      case .literal(let text):
        if let string = constant(text).string { lowered.append(.literal(string)) }
      case .field(let value, let conversion, let format):
        let node = lower(value)
        let specification = format.map { lowerFString($0, part.range) }
        let field = FStringNode.Part.field(node, conversion: conversion, format: specification)
        if let last, index < last {
          lowered.append(.field(spill(FStringNode([field], part.range)), conversion: nil, format: nil))
        } else {
          lowered.append(field)
        }
      }
    }
    return FStringNode(lowered, range)
  }

  // MARK: Calls

  /// Where an attribute is looked up, or a method called, for tracebacks: from the name on, if that stands on a later line than the object.
  func place(of attribute: Expression, calledIn call: SourceRange? = nil) -> SourceRange {
    let range = call ?? attribute.range
    guard case .attribute(_, _, let nameRange) = attribute.kind,
      unit.file.location(of: range.start).line != unit.file.location(of: nameRange.start).line
    else { return range }
    return SourceRange(Int(nameRange.start), Int(range.end))
  }

  private func lowerCall(_ callee: Expression, _ arguments: [Argument], _ whole: SourceRange) -> ExpressionNode {
    let unpacks = arguments.contains { argument in
      switch argument.kind { case .unpacked, .unpackedKeywords: true; case .positional, .keyword: false }
    }
    let range = unpacks ? whole : place(of: callee, calledIn: whole)
    warnOfCall(callee)
    let node = lowerPlainCall(callee, arguments, range)
    let isPlaced =
      switch callee.kind {
      // Three arguments make a class, which belongs to the calling module.
      case .name("type"): arguments.count >= 3
      case .name(let name): PlacedCallNode.names.contains(name) || callsForRegexWarning(name, arguments)
      case .attribute(let object, let name, _):
        PlacedCallNode.names.contains(name) || PlacedCallNode.methodNames.contains(name) && !object.isName("math")
          || callsForRegexWarning(name, arguments)
      default: false
      }
    if isPlaced || arguments.contains(where: { isEvaluator($0.value) }) || unit.placesAllCalls && !(node is SuperNode) {
      showsVariables = true
      return PlacedCallNode(node, runtime.callSites, globals: unit.globals, range)
    }
    if unit.importedNames.contain(callee) { return ImportedCallNode(node, runtime.callSites, globals: unit.globals, range) }
    if !unit.coroutineNames.isEmpty, let name = calledName(callee), unit.coroutineNames.contains(name) {
      let line = unit.file.location(of: range.start).line
      return CoroutineCreationNode(node, place: runtime.string("\(unit.file.name):\(line)"), range)
    }
    return node
  }

  /// Calls that `re` warns about: more positional arguments than there should be, an expression that may mean something else one day.
  private func callsForRegexWarning(_ name: String, _ arguments: [Argument]) -> Bool {
    switch name {
    case "sub", "subn": if arguments.count > 3, case .positional = arguments[3].kind { return true }
    case "split": if arguments.count > 2, case .positional = arguments[2].kind { return true }
    case "compile", "match", "fullmatch", "search", "findall", "finditer": break
    default: return false
    }
    guard let first = arguments.first, case .string(let pattern) = first.value.kind else { return false }
    return zip(pattern.utf8, pattern.utf8.dropFirst()).contains { $0 == $1 && "[-&~|".utf8.contains($0) }
  }

  private func calledName(_ callee: Expression) -> String? {
    switch callee.kind {
    case .name(let name), .attribute(_, let name, _): name
    default: nil
    }
  }

  /// `eval` as an argument of another function: `map(eval, texts)`.
  private func isEvaluator(_ argument: Expression) -> Bool {
    switch argument.kind {
    case .name("eval"), .name("exec"), .name("globals"), .name("locals"): true
    case .call(_, let arguments): arguments.contains { isEvaluator($0.value) }
    default: false
    }
  }

  private func lowerPlainCall(_ callee: Expression, _ arguments: [Argument], _ range: SourceRange) -> ExpressionNode {
    if case .name("super") = callee.kind, let proxy = lowerSuper(callee, arguments, range) { return proxy }
    let argumentsSuspend = arguments.contains { suspends($0.value) }
    if unit.events == nil, !argumentsSuspend, arguments.allSatisfy(\.isPositional), case .attribute(let object, let name, _) = callee.kind {
      let receiver = lower(object)
      let key = intern(mangle(name))
      let values = arguments.map { lower($0.value) }
      if let proxy = receiver as? SuperNode {
        return SuperCallNode(proxy, key, values, calleeRange: place(of: callee), range)
      }
      return MethodCallNode(receiver, key, values, calleeRange: place(of: callee), range)
    }
    if argumentsSuspend, unit.events == nil, arguments.allSatisfy(\.isPositional) {
      let (kept, values) = keep(lower(callee), for: arguments)
      switch kept {
      case .method(let method): return LoadedCallNode(method, values, range)
      case .value(let function): return CallNode(function, values, range)
      }
    }
    let nodes = operands([callee] + arguments.map(\.value))
    let values = Array(nodes.dropFirst())
    if let events = unit.events, let node = tellingCall(nodes[0], arguments, values, events, range) { return node }
    if arguments.allSatisfy(\.isPositional) {
      if let global = nodes[0] as? GlobalNode { return GlobalCallNode(global, values, range) }
      return CallNode(nodes[0], values, range)
    }
    if let node = keywordCall(nodes[0], arguments, values, range) { return node }
    return UnpackingCallNode(nodes[0], callItems(arguments, values), range)
  }

  private func keywordCall(
    _ callee: ExpressionNode, _ arguments: [Argument], _ values: [ExpressionNode], _ range: SourceRange
  ) -> ExpressionNode? {
    var positional: [ExpressionNode] = []
    var names: [StringObject] = []
    var keywordValues: [ExpressionNode] = []
    for (argument, node) in zip(arguments, values) {
      switch argument.kind {
      case .positional: positional.append(node)
      case .keyword(let name):
        names.append(intern(mangle(name)))
        keywordValues.append(node)
      case .unpacked, .unpackedKeywords: return nil
      }
    }
    return KeywordCallNode(callee, positional, keywordNames: names, keywordValues: keywordValues, range)
  }

  func callItems(_ arguments: [Argument], _ values: [ExpressionNode]) -> [UnpackingCallNode.Item] {
    zip(arguments, values).map { argument, node in
      switch argument.kind {
      case .positional: .positional(node)
      case .unpacked: .unpacked(node)
      case .keyword(let name): .keyword(intern(mangle(name)), node)
      case .unpackedKeywords: relayed(node)
      }
    }
  }

  private func relayed(_ node: ExpressionNode) -> UnpackingCallNode.Item {
    if let slot = node.localSlot { relays[slot, default: 0] += 1 }
    return .unpackedKeywords(node)
  }

  /// `super()` in a method, or `super(Class, self)`.
  private func lowerSuper(_ callee: Expression, _ arguments: [Argument], _ range: SourceRange) -> ExpressionNode? {
    if arguments.count == 2 {
      guard case .positional = arguments[0].kind, case .positional = arguments[1].kind, case .name = arguments[0].value.kind,
        case .name = arguments[1].value.kind
      else { return nil }
      return SuperNode(
        read("super", callee.range), owner: lower(arguments[0].value), receiver: lower(arguments[1].value), isExplicit: true, range)
    }
    guard arguments.isEmpty else { return nil }
    guard let binding = unit.table[scope].bindings["__class__"] ?? hostScope.bindings["__class__"], hostScope.kind == .function,
      let first = hostScope.slotNames.first
    else { return nil }
    guard case .free(let index) = binding else { return nil }
    return SuperNode(
      read("super", callee.range), owner: FreeNode(index: index, range), receiver: readParameter(first, range), range)
  }

  /// The first parameter, seen from the host.
  private func readParameter(_ name: String, _ range: SourceRange) -> ExpressionNode {
    if hostScope.cellSlots.contains(0) { return CellNode(slot: 0, range) }
    return LocalNode(slot: 0, range)
  }
}

extension Expression {
  fileprivate func isName(_ text: String) -> Bool {
    if case .name(text) = kind { return true }
    return false
  }
}
