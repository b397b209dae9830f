import PyaSyntax

/// `left op right` for one comparison; chains are `ChainedComparisonNode`s.
class ComparisonNode: ExpressionNode {
  final let left: ExpressionNode
  final let right: ExpressionNode

  init(_ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) {
    self.left = left
    self.right = right
    super.init(range)
  }

  @inline(never)
  final func general(_ op: ComparisonOperator, _ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Value {
    do { return try frame.runtime.compare(op, a, b) } catch { throw frame.located(error, range) }
  }

  @inline(never)
  final func generalBool(_ op: ComparisonOperator, _ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Bool {
    do throws(Raised) {
      let result = try frame.runtime.compare(op, a, b)
      if case .bool(let flag) = result { return flag }
      return try frame.runtime.isTrue(result)
    } catch { throw frame.located(error, range) }
  }
}

final class LessNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return .bool(x < y) }
    if case .float(let x) = a, case .float(let y) = b { return .bool(x < y) }
    return try general(.less, a, b, frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return x < y }
    if case .float(let x) = a, case .float(let y) = b { return x < y }
    return try generalBool(.less, a, b, frame)
  }
}

final class LessEqualNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return .bool(x <= y) }
    if case .float(let x) = a, case .float(let y) = b { return .bool(x <= y) }
    return try general(.lessEqual, a, b, frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return x <= y }
    if case .float(let x) = a, case .float(let y) = b { return x <= y }
    return try generalBool(.lessEqual, a, b, frame)
  }
}

final class GreaterNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return .bool(x > y) }
    if case .float(let x) = a, case .float(let y) = b { return .bool(x > y) }
    return try general(.greater, a, b, frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return x > y }
    if case .float(let x) = a, case .float(let y) = b { return x > y }
    return try generalBool(.greater, a, b, frame)
  }
}

final class GreaterEqualNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return .bool(x >= y) }
    if case .float(let x) = a, case .float(let y) = b { return .bool(x >= y) }
    return try general(.greaterEqual, a, b, frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return x >= y }
    if case .float(let x) = a, case .float(let y) = b { return x >= y }
    return try generalBool(.greaterEqual, a, b, frame)
  }
}

final class EqualNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return .bool(x == y) }
    if case .float(let x) = a, case .float(let y) = b { return .bool(x == y) }
    return try general(.equal, a, b, frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return x == y }
    if case .float(let x) = a, case .float(let y) = b { return x == y }
    if case .object(let x) = a, case .object(let y) = b, x.kind == .string, y.kind == .string, !x.type.isHeap, !y.type.isHeap {
      return unsafeDowncast(x, to: StringObject.self).hasSameText(as: unsafeDowncast(y, to: StringObject.self))
    }
    return try generalBool(.equal, a, b, frame)
  }
}

final class NotEqualNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return .bool(x != y) }
    if case .float(let x) = a, case .float(let y) = b { return .bool(x != y) }
    return try general(.notEqual, a, b, frame)
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return x != y }
    if case .float(let x) = a, case .float(let y) = b { return x != y }
    if case .object(let x) = a, case .object(let y) = b, x.kind == .string, y.kind == .string, !x.type.isHeap, !y.type.isHeap {
      return !unsafeDowncast(x, to: StringObject.self).hasSameText(as: unsafeDowncast(y, to: StringObject.self))
    }
    return try generalBool(.notEqual, a, b, frame)
  }
}

/// `is` and `is not`.
final class IdentityNode: ComparisonNode {
  private let expected: Bool

  init(_ left: ExpressionNode, _ right: ExpressionNode, expected: Bool, _ range: SourceRange) {
    self.expected = expected
    super.init(left, right, range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { .bool(try evaluateBool(frame)) }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    return a.isIdentical(to: b) == expected
  }
}

/// `in` and `not in`.
final class MembershipNode: ComparisonNode {
  private let expected: Bool

  init(_ left: ExpressionNode, _ right: ExpressionNode, expected: Bool, _ range: SourceRange) {
    self.expected = expected
    super.init(left, right, range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { .bool(try evaluateBool(frame)) }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    let item = try left.evaluate(frame)
    let container = try right.evaluate(frame)
    do { return try frame.runtime.contains(container, item) == expected } catch { throw frame.located(error, range) }
  }
}

/// `a < b < c`: `b` is evaluated once and kept in a temporary slot for the comparisons after it.
final class ChainedComparisonNode: ExpressionNode {
  /// Compares the first operand with the second, which it leaves in the temporary.
  private let first: ExpressionNode
  /// The rest of the chain, reading the temporary.
  private let rest: ExpressionNode

  init(first: ExpressionNode, rest: ExpressionNode, _ range: SourceRange) {
    self.first = first
    self.rest = rest
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try first.evaluate(frame)
    let isTrue: Bool
    do { isTrue = try frame.runtime.isTrue(value) } catch { throw frame.located(error, range) }
    return isTrue ? try rest.evaluate(frame) : value
  }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    try first.evaluateBool(frame) ? try rest.evaluateBool(frame) : false
  }
}

/// Evaluates an operand and leaves a copy in a slot.
final class KeepTemporaryNode: ExpressionNode {
  private let slot: Int
  private let value: ExpressionNode

  init(slot: Int, _ value: ExpressionNode, _ range: SourceRange) {
    self.slot = slot
    self.value = value
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let result = try value.evaluate(frame)
    frame.slots[slot] = result
    return result
  }
}

extension ComparisonOperator {
  /// The node of `left op right`.
  func node(_ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) -> ExpressionNode {
    switch self {
    case .less: LessNode(left, right, range)
    case .lessEqual: LessEqualNode(left, right, range)
    case .greater: GreaterNode(left, right, range)
    case .greaterEqual: GreaterEqualNode(left, right, range)
    case .equal: EqualNode(left, right, range)
    case .notEqual: NotEqualNode(left, right, range)
    case .is: IdentityNode(left, right, expected: true, range)
    case .isNot: IdentityNode(left, right, expected: false, range)
    case .in: MembershipNode(left, right, expected: true, range)
    case .notIn: MembershipNode(left, right, expected: false, range)
    }
  }
}
