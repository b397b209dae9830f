import PyaSyntax

/// One `case`.
final class MatchClause: Node {
  /// Captures go into temporary slots first: names are bound only when the whole pattern matches.
  final class Capture {
    let slot: Int
    let target: TargetNode

    init(slot: Int, _ target: TargetNode) {
      self.slot = slot
      self.target = target
    }
  }

  private let pattern: PatternNode
  private let captures: Row<Capture>
  private let condition: ExpressionNode?
  let body: StatementNode

  init(_ pattern: PatternNode, _ captures: [Capture], condition: ExpressionNode?, body: StatementNode, _ range: SourceRange) {
    self.pattern = pattern
    self.captures = Row(captures)
    self.condition = condition
    self.body = body
    super.init(range)
  }

  private init(_ other: MatchClause, body: StatementNode) {
    pattern = other.pattern
    captures = other.captures
    condition = other.condition
    self.body = body
    super.init(other.range)
  }

  func with(body: StatementNode) -> MatchClause { MatchClause(self, body: body) }

  func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    for index in 0..<captures.count { (frame.slots + captures[index]._withUnsafeGuaranteedRef { $0.slot }).store(.undefined) }
    guard try pattern.matches(frame, subject) else { return false }
    for index in 0..<captures.count {
      try captures[index].borrowed { (capture) throws(Raised) in
        if frame.isUnbound(capture.slot) { return }
        let value = frame[capture.slot]
        frame[capture.slot] = .undefined
        try capture.target.store(frame, value)
      }
    }
    guard let condition else { return true }
    return try condition.evaluateBool(frame)
  }
}

final class MatchNode: StatementNode {
  private let subject: ExpressionNode
  private let clauses: Row<MatchClause>

  init(_ subject: ExpressionNode, _ clauses: [MatchClause], _ range: SourceRange) {
    self.subject = subject
    self.clauses = Row(clauses)
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let value = try subject.evaluate(frame)
    for index in 0..<clauses.count {
      let clause = clauses[index]
      if try clause.borrowed({ (clause) throws(Raised) in try clause.matches(frame, value) }) {
        return try clause.borrowed { (clause) throws(Raised) in try clause.body.execute(frame) }
      }
    }
    return .normal
  }
}

/// Whether a case is the one to take: no other was, and its pattern matches.
final class ClauseTestNode: ExpressionNode {
  private let clause: MatchClause
  private let subjectSlot: Int
  private let takenSlot: Int

  init(_ clause: MatchClause, subject: Int, taken: Int, _ range: SourceRange) {
    self.clause = clause
    subjectSlot = subject
    takenSlot = taken
    super.init(range)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    if case .bool(true) = frame[takenSlot] { return false }
    return try clause.matches(frame, frame[subjectSlot])
  }
}
