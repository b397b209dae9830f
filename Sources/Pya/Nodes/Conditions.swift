import PyaSyntax

final class NotNode: ExpressionNode {
  private let operand: ExpressionNode

  init(_ operand: ExpressionNode, _ range: SourceRange) {
    self.operand = operand
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { .bool(!(try operand.evaluateBool(frame))) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { !(try operand.evaluateBool(frame)) }
}

/// `left and right`, `left or right`.
final class BooleanNode: ExpressionNode {
  /// The truth of `left` that decides without `right`: false for `and`, true for `or`.
  private let decisive: Bool
  private let left: ExpressionNode
  private let right: ExpressionNode

  init(_ op: BooleanOperator, _ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) {
    decisive = op == .or
    self.left = left
    self.right = right
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try left.evaluate(frame)
    let isTrue: Bool
    do { isTrue = try frame.runtime.isTrue(value) } catch { throw frame.located(error, range) }
    return isTrue == decisive ? value : try right.evaluate(frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    try left.evaluateBool(frame) == decisive ? decisive : try right.evaluateBool(frame)
  }
}

/// `then if condition else otherwise`.
final class ConditionalNode: ExpressionNode {
  private let condition: ExpressionNode
  private let then: ExpressionNode
  private let otherwise: ExpressionNode

  init(_ condition: ExpressionNode, _ then: ExpressionNode, _ otherwise: ExpressionNode, _ range: SourceRange) {
    self.condition = condition
    self.then = then
    self.otherwise = otherwise
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    try condition.evaluateBool(frame) ? try then.evaluate(frame) : try otherwise.evaluate(frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    try condition.evaluateBool(frame) ? try then.evaluateBool(frame) : try otherwise.evaluateBool(frame)
  }
}

/// `(name := value)`.
final class WalrusNode: ExpressionNode {
  private let target: TargetNode
  private let value: ExpressionNode

  init(_ target: TargetNode, _ value: ExpressionNode, _ range: SourceRange) {
    self.target = target
    self.value = value
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let result = try value.evaluate(frame)
    try target.store(frame, result)
    return result
  }
}
