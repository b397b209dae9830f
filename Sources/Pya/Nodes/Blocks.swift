import PyaSyntax

/// Statements in order. Up to eight at a time: longer blocks are balanced trees of pairs, which walk without counting references and
/// stay shallow for modules of a hundred thousand statements.
final class PairNode: StatementNode {
  private let first: StatementNode
  private let second: StatementNode

  init(_ first: StatementNode, _ second: StatementNode) {
    self.first = first
    self.second = second
    super.init(first.range.union(second.range))
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let completion = try first.execute(frame)
    guard case .normal = completion else { return completion }
    return try second.execute(frame)
  }

  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? {
    second.decision(orElse: rest).flatMap { first.decision(orElse: $0) }
  }
}

final class TripleNode: StatementNode {
  private let first: StatementNode
  private let second: StatementNode
  private let third: StatementNode

  init(_ first: StatementNode, _ second: StatementNode, _ third: StatementNode) {
    self.first = first
    self.second = second
    self.third = third
    super.init(first.range.union(third.range))
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    var completion = try first.execute(frame)
    guard case .normal = completion else { return completion }
    completion = try second.execute(frame)
    guard case .normal = completion else { return completion }
    return try third.execute(frame)
  }

  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? {
    third.decision(orElse: rest).flatMap { second.decision(orElse: $0) }.flatMap { first.decision(orElse: $0) }
  }
}

/// Four to eight statements in order.
final class SeriesNode: StatementNode {
  private let count: Int
  private let first, second, third, fourth, fifth, sixth, seventh, eighth: StatementNode

  init(_ statements: ArraySlice<StatementNode>) {
    count = statements.count
    // Places beyond `count` hold the last statement, and are not looked at.
    func statement(_ index: Int) -> StatementNode { statements[statements.startIndex + min(index, statements.count - 1)] }
    first = statement(0)
    second = statement(1)
    third = statement(2)
    fourth = statement(3)
    fifth = statement(4)
    sixth = statement(5)
    seventh = statement(6)
    eighth = statement(7)
    super.init(first.range.union(eighth.range))
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    var completion = try first.execute(frame)
    guard case .normal = completion else { return completion }
    completion = try second.execute(frame)
    guard case .normal = completion else { return completion }
    completion = try third.execute(frame)
    guard case .normal = completion else { return completion }
    completion = try fourth.execute(frame)
    guard case .normal = completion, count > 4 else { return completion }
    completion = try fifth.execute(frame)
    guard case .normal = completion, count > 5 else { return completion }
    completion = try sixth.execute(frame)
    guard case .normal = completion, count > 6 else { return completion }
    completion = try seventh.execute(frame)
    guard case .normal = completion, count > 7 else { return completion }
    return try eighth.execute(frame)
  }

  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? {
    var decision = Optional(rest)
    for statement in [first, second, third, fourth, fifth, sixth, seventh, eighth][..<count].reversed() {
      decision = decision.flatMap { statement.decision(orElse: $0) }
    }
    return decision
  }
}

/// `pass`, and everything that does nothing.
final class PassNode: StatementNode {
  override func execute(_ frame: Frame) throws(Raised) -> Completion { .normal }
  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? { rest }
}

/// The one statement for a sequence of them.
func block(_ statements: [StatementNode], _ range: SourceRange) -> StatementNode { block(statements[...], range) }

private func block(_ statements: ArraySlice<StatementNode>, _ range: SourceRange) -> StatementNode {
  let first = statements.startIndex
  switch statements.count {
  case 0: return PassNode(range)
  case 1: return statements[first]
  case 2: return PairNode(statements[first], statements[first + 1])
  case 3: return TripleNode(statements[first], statements[first + 1], statements[first + 2])
  case 4...8: return SeriesNode(statements)
  default:
    let middle = first + statements.count / 2
    return PairNode(block(statements[..<middle], range), block(statements[middle...], range))
  }
}

final class ExpressionStatementNode: StatementNode {
  private let expression: ExpressionNode

  init(_ expression: ExpressionNode, _ range: SourceRange) {
    self.expression = expression
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    // Most give a number or None, which needs no release.
    switch try expression.evaluate(frame) {
    case .object(let object): _ = object
    default: break
    }
    if frame.machine.pointee.hasDeferredWarnings { frame.issueDeferredWarnings(range) }
    return .normal
  }
}

final class ReturnNode: StatementNode {
  private let value: ExpressionNode

  init(_ value: ExpressionNode, _ range: SourceRange) {
    self.value = value
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion { .returns(try value.evaluate(frame)) }
  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? { value }
}

final class ReturnNoneNode: StatementNode {
  override func execute(_ frame: Frame) throws(Raised) -> Completion { .returns(.none) }
  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? { ConstantNode(.none, range) }
}

final class BreakNode: StatementNode {
  override func execute(_ frame: Frame) throws(Raised) -> Completion { .breaks }
}

final class ContinueNode: StatementNode {
  override func execute(_ frame: Frame) throws(Raised) -> Completion { .continues }
}

final class IfNode: StatementNode {
  private let condition: ExpressionNode
  private let then: StatementNode
  private let otherwise: StatementNode

  init(_ condition: ExpressionNode, then: StatementNode, otherwise: StatementNode, _ range: SourceRange) {
    self.condition = condition
    self.then = then
    self.otherwise = otherwise
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    try condition.evaluateBool(frame) ? try then.execute(frame) : try otherwise.execute(frame)
  }

  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? {
    guard let then = then.decision(orElse: rest), let otherwise = otherwise.decision(orElse: rest) else { return nil }
    return ConditionalNode.decision(condition, then, otherwise, range)
  }
}

final class IfOnlyNode: StatementNode {
  private let condition: ExpressionNode
  private let then: StatementNode

  init(_ condition: ExpressionNode, then: StatementNode, _ range: SourceRange) {
    self.condition = condition
    self.then = then
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    try condition.evaluateBool(frame) ? try then.execute(frame) : .normal
  }

  override func decision(orElse rest: ExpressionNode) -> ExpressionNode? {
    then.decision(orElse: rest).flatMap { ConditionalNode.decision(condition, $0, rest, range) }
  }
}
