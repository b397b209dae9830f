import PyaSyntax

/// A statement that can suspend in the middle.
///
/// Expressions never suspend: lowering takes `await` and `yield` out of them into statements of their own, which leave the result in a
/// temporary slot (`Lowering+Suspension`). So only these nodes, one for each statement that may contain another, know about
/// suspension. When something inside suspends, a node notes in its `state` slot where it was and returns `.suspends`; when the
/// frame is resumed, it is executed again from the top, finds the note, takes it away and goes on from there. A note exists
/// only while the frame is suspended, so an exception can leave no stale one.
class ResumableNode: StatementNode {
  /// The slot of the note; undefined while the statement runs or has not begun.
  let state: Int

  init(state: Int, _ range: SourceRange) {
    self.state = state
    super.init(range)
  }

  final override var suspends: Bool { true }

  /// The note, which is taken away; nil on a fresh start.
  @inline(__always)
  final func takeNote(_ frame: Frame) -> Int? {
    guard case .int(let note) = (frame.slots + state).number else { return nil }
    (frame.slots + state).initialize(to: .undefined)
    return note
  }

  @inline(__always)
  final func suspend(_ frame: Frame, _ note: Int) -> Completion {
    (frame.slots + state).initialize(to: .int(note))
    return .suspends
  }
}

/// Two statements in order, one or both of which suspend.
final class ResumablePairNode: ResumableNode {
  private let first: StatementNode
  private let second: StatementNode

  init(_ first: StatementNode, _ second: StatementNode, state: Int, _ range: SourceRange) {
    self.first = first
    self.second = second
    super.init(state: state, range)
  }

  override var inOneGo: StatementNode? { block([first, second], inOneGo: range) }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if takeNote(frame) != 1 {
      let completion = try first.execute(frame)
      switch completion {
      case .normal: break
      case .suspends: return suspend(frame, 0)
      case .breaks, .continues, .returns: return completion
      }
    }
    let completion = try second.execute(frame)
    if case .suspends = completion { return suspend(frame, 1) }
    return completion
  }
}

/// The twin (`StatementNode.inOneGo`) of statements in order.
private func block(_ statements: [StatementNode], inOneGo range: SourceRange) -> StatementNode? {
  var twins: [StatementNode] = []
  for statement in statements {
    guard let twin = statement.inOneGo else { return nil }
    twins.append(twin)
  }
  return block(twins, range)
}

/// Statements in order, some of which suspend.
final class ResumableBlockNode: ResumableNode {
  private let statements: [StatementNode]
  /// The same, walked without counting references.
  private let children: UnsafeMutablePointer<Unmanaged<StatementNode>>
  private let count: Int

  init(_ statements: [StatementNode], state: Int, _ range: SourceRange) {
    self.statements = statements
    count = statements.count
    children = .allocate(capacity: statements.count)
    for (index, statement) in statements.enumerated() {
      (children + index).initialize(to: .passUnretained(statement))
    }
    super.init(state: state, range)
  }

  deinit { children.deallocate() }

  override var inOneGo: StatementNode? { block(statements, inOneGo: range) }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    var index = takeNote(frame) ?? 0
    while index < count {
      let completion = try children[index].borrowed { (statement) throws(Raised) in try statement.execute(frame) }
      switch completion {
      case .normal: index += 1
      case .suspends: return suspend(frame, index)
      case .breaks, .continues, .returns: return completion
      }
    }
    return .normal
  }
}

/// `if` with a branch that suspends. The condition does not: what suspends in it stands before the statement.
final class ResumableIfNode: ResumableNode {
  private let condition: ExpressionNode
  private let then: StatementNode
  private let otherwise: StatementNode

  init(_ condition: ExpressionNode, then: StatementNode, otherwise: StatementNode, state: Int, _ range: SourceRange) {
    self.condition = condition
    self.then = then
    self.otherwise = otherwise
    super.init(state: state, range)
  }

  override var inOneGo: StatementNode? {
    guard let then = then.inOneGo, let otherwise = otherwise.inOneGo else { return nil }
    if otherwise is PassNode { return IfOnlyNode(condition, then: then, range) }
    return IfNode(condition, then: then, otherwise: otherwise, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let takesThen: Bool
    if let note = takeNote(frame) { takesThen = note == 1 } else { takesThen = try condition.evaluateBool(frame) }
    let completion = takesThen ? try then.execute(frame) : try otherwise.execute(frame)
    if case .suspends = completion { return suspend(frame, takesThen ? 1 : 0) }
    return completion
  }
}

/// `while`. `prelude` holds what suspends in the condition; it runs before each test.
final class ResumableWhileNode: ResumableNode {
  private let prelude: StatementNode?
  private let condition: ExpressionNode
  private let body: StatementNode
  private let otherwise: StatementNode

  private enum Phase { static let prelude = 0, body = 1, otherwise = 2 }

  init(
    prelude: StatementNode?, _ condition: ExpressionNode, body: StatementNode, otherwise: StatementNode, state: Int,
    _ range: SourceRange
  ) {
    self.prelude = prelude
    self.condition = condition
    self.body = body
    self.otherwise = otherwise
    super.init(state: state, range)
  }

  override var inOneGo: StatementNode? {
    guard prelude == nil, let body = body.inOneGo, let otherwise = otherwise.inOneGo else { return nil }
    return WhileNode(condition, body: body, otherwise: otherwise, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    var phase = takeNote(frame) ?? Phase.prelude
    while true {
      if phase == Phase.prelude {
        if let prelude, case .suspends = try prelude.execute(frame) { return suspend(frame, Phase.prelude) }
        phase = try condition.evaluateBool(frame) ? Phase.body : Phase.otherwise
      }
      if phase == Phase.otherwise {
        let completion = try otherwise.execute(frame)
        if case .suspends = completion { return suspend(frame, Phase.otherwise) }
        return completion
      }
      switch try body.execute(frame) {
      case .normal, .continues: phase = Phase.prelude
      case .breaks: return .normal
      case .returns(let value): return .returns(value)
      case .suspends: return suspend(frame, Phase.body)
      }
      if frame.machine.pointee.isInterrupted { try frame.handleInterrupt(range) }
    }
  }
}

/// `for`. The iterator lives in a slot.
final class ResumableForNode: ResumableNode, LoopNode {
  private let target: TargetNode
  /// The slot when the target is a local variable, else -1.
  private let targetSlot: Int
  private let iterable: ExpressionNode
  private let iteratorSlot: Int
  private let body: StatementNode
  private let otherwise: StatementNode
  var ownedSlot = -1

  private enum Phase { static let next = 0, body = 1, otherwise = 2 }

  init(
    _ target: TargetNode, iterable: ExpressionNode, iteratorSlot: Int, body: StatementNode, otherwise: StatementNode,
    state: Int, _ range: SourceRange
  ) {
    self.target = target
    targetSlot = (target as? LocalTarget)?.slot ?? -1
    self.iterable = iterable
    self.iteratorSlot = iteratorSlot
    self.body = body
    self.otherwise = otherwise
    super.init(state: state, range)
  }

  override var inOneGo: StatementNode? {
    guard let body = body.inOneGo, let otherwise = otherwise.inOneGo else { return nil }
    let twin = ForNode(target, iterable: iterable, body: body, otherwise: otherwise, range)
    twin.ownedSlot = ownedSlot
    return twin
  }

  private func begin(_ frame: Frame) throws(Raised) {
    let source = try iterable.evaluate(frame)
    do { frame[iteratorSlot] = .object(try frame.runtime.iterator(source)) } catch {
      try frame.fail(error, iterable.range)
    }
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    do throws(Raised) { return try run(frame) } catch {
      // Before who handles it goes on, the iterator is let go of.
      frame[iteratorSlot] = .undefined
      try error.again()
    }
  }

  @inline(__always)
  private func run(_ frame: Frame) throws(Raised) -> Completion {
    var phase = Phase.next
    if let note = takeNote(frame) {
      phase = note
    } else {
      try begin(frame)
    }
    while true {
      if phase == Phase.next {
        guard let iterator = (frame.slots + iteratorSlot).uncountedObject else { fatalError("pya: for without an iterator") }
        let value: Value
        do {
          value = try frame.machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
            try iterator.borrowed { (iterator) throws(Raised) in
              try unsafeDowncast(iterator, to: IteratorObject.self).next(runtime)
            }
          }
        } catch {
          try frame.fail(error, iterable.range)
        }
        if value.isUndefined {
          frame[iteratorSlot] = .undefined
          phase = Phase.otherwise
        } else {
          if targetSlot >= 0 { (frame.slots + targetSlot).store(value) } else { try target.store(frame, value) }
        }
      }
      if phase == Phase.otherwise {
        let completion = try otherwise.execute(frame)
        if case .suspends = completion { return suspend(frame, Phase.otherwise) }
        return completion
      }
      switch try body.execute(frame) {
      case .normal, .continues: phase = Phase.next
      case .breaks:
        frame[iteratorSlot] = .undefined
        return .normal
      case .returns(let value):
        frame[iteratorSlot] = .undefined
        return .returns(value)
      case .suspends: return suspend(frame, Phase.body)
      }
      if frame.machine.pointee.isInterrupted { try frame.handleInterrupt(range) }
    }
  }
}

/// `match` with a body that suspends.
final class ResumableMatchNode: ResumableNode {
  private let subject: ExpressionNode
  private let clauses: [MatchClause]

  init(_ subject: ExpressionNode, _ clauses: [MatchClause], state: Int, _ range: SourceRange) {
    self.subject = subject
    self.clauses = clauses
    super.init(state: state, range)
  }

  override var inOneGo: StatementNode? {
    var twins: [MatchClause] = []
    for clause in clauses {
      guard let body = clause.body.inOneGo else { return nil }
      twins.append(clause.with(body: body))
    }
    return MatchNode(subject, twins, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    var chosen = takeNote(frame)
    if chosen == nil {
      let value = try subject.evaluate(frame)
      for (index, clause) in clauses.enumerated() where try clause.matches(frame, value) {
        chosen = index
        break
      }
    }
    guard let chosen else { return .normal }
    let completion = try clauses[chosen].body.execute(frame)
    if case .suspends = completion { return suspend(frame, chosen) }
    return completion
  }
}
