import PyaSyntax

/// Nodes that tell what happens in their frames, where somebody asks (`FrameEvents`); else everything stays as it is.
extension CodeLowering {
  func telling(_ node: StatementNode, of statement: Statement) -> StatementNode {
    switch statement.kind {
    case .global, .nonlocal: node
    case .function(let definition): telling(node, definition.decorators.first?.range ?? statement.range)
    case .class(let definition): telling(node, definition.decorators.first?.range ?? statement.range)
    default: telling(node, statement.range)
    }
  }

  func telling(_ node: StatementNode, _ range: SourceRange) -> StatementNode {
    guard let events = unit.events else { return node }
    return TellingStatementNode(node, events, state: node.suspends ? newSlot() : -1, range)
  }

  func tellingBody(_ body: StatementNode, _ range: SourceRange) -> StatementNode {
    unit.events.map { TellingBodyNode(body, $0, range) } ?? body
  }

  func tellingCode(_ body: StatementNode, _ range: SourceRange) -> StatementNode {
    guard let events = unit.events else { return body }
    return TellingCodeNode(body, events, globals: unit.globals, state: canSuspend ? newSlot() : -1, range)
  }

  func tellingLine(_ node: ExpressionNode, _ range: SourceRange, follows: Bool = false) -> ExpressionNode {
    unit.events.map { TellingExpressionNode(node, $0, follows: follows, range) } ?? node
  }

  func tellingPattern(_ pattern: PatternNode, _ range: SourceRange) -> PatternNode {
    unit.events.map { TellingPatternNode(pattern, $0, range) } ?? pattern
  }

  /// What decorators make of a function or class: their lines come once more when they are called, and that of the definition at the end.
  func tellingDecorated(_ node: ExpressionNode, by decorators: [Expression], _ range: SourceRange, _ decorate: (ExpressionNode) -> ExpressionNode)
    -> ExpressionNode
  {
    guard unit.events != nil, let last = decorators.last else { return decorate(node) }
    let made = tellingLine(tellingLine(node, range), last.range, follows: true)
    return tellingLine(decorate(made), range, follows: true)
  }

  /// A call that tells of built-in functions; nil for one with `*` or `**`.
  func tellingCall(
    _ callee: ExpressionNode, _ arguments: [Argument], _ values: [ExpressionNode], _ events: FrameEvents, _ range: SourceRange
  ) -> ExpressionNode? {
    if callee is SuperNode { return nil }
    var positional: [ExpressionNode] = []
    var keywords: [(name: StringObject, value: ExpressionNode)] = []
    for (argument, node) in zip(arguments, values) {
      switch argument.kind {
      case .positional: positional.append(node)
      case .keyword(let name): keywords.append((intern(mangle(name)), node))
      case .unpacked, .unpackedKeywords: return nil
      }
    }
    return TellingCallNode(callee, positional, keywords, events, range)
  }
}
