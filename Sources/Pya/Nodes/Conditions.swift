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
    do {
      var value = try left.evaluate(frame)
      let isTrue: Bool
      switch value {
      case .bool(let flag): isTrue = flag
      case .none: isTrue = false
      case .int(let number): isTrue = number != 0
      default:
        if !decisive, value.isAwaitedByNobody {
          frame.drop(&value, left.range)
          return try right.evaluate(frame)
        }
        do throws(Raised) {
          isTrue = try frame.withRuntime { (runtime) throws(Raised) in try runtime.isTrue(value) }
        } catch { try frame.fail(error, range) }
      }
      if isTrue == decisive { return value }
      // The value is gone before the right side begins.
    }
    return try right.evaluate(frame)
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
  /// How many conditionals lie in each other here.
  private let nesting: Int

  init(_ condition: ExpressionNode, _ then: ExpressionNode, _ otherwise: ExpressionNode, _ range: SourceRange) {
    self.condition = condition
    self.then = then
    self.otherwise = otherwise
    nesting = 1 + max((then as? ConditionalNode)?.nesting ?? 0, (otherwise as? ConditionalNode)?.nesting ?? 0)
    super.init(range)
  }

  /// The same for `if` statements of a function's body; nil when they come to nest too deep for the native stack.
  static func decision(
    _ condition: ExpressionNode, _ then: ExpressionNode, _ otherwise: ExpressionNode, _ range: SourceRange
  ) -> ConditionalNode? {
    let node = ConditionalNode(condition, then, otherwise, range)
    return node.nesting > 16 ? nil : node
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
  /// The slot when the target is a local variable, else -1.
  private let slot: Int

  init(_ target: TargetNode, _ value: ExpressionNode, _ range: SourceRange) {
    self.target = target
    self.value = value
    slot = (target as? LocalTarget)?.slot ?? -1
    super.init(range)
  }

  /// Stores the value. Where it lies then, if the target is a local variable; else nil, and nothing is done.
  @inline(__always)
  func storedPlace(_ frame: Frame) throws(Raised) -> UnsafeMutablePointer<Value>? {
    if slot < 0 { return nil }
    let result = try value.evaluate(frame)
    (frame.slots + slot).store(result)
    return frame.slots + slot
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let result = try value.evaluate(frame)
    try target.store(frame, result)
    return result
  }
}
