import PyaSyntax

/// `left op right` for one comparison; chains are `ChainedComparisonNode`s.
class ComparisonNode: ExpressionNode {
  final let left: Operand
  final let right: Operand
  /// Both operands may lie where nothing needs to run to find them.
  private final let operandsMaySettle: Bool
  /// How often the places did not do: strings' characters lie nowhere, for instance.
  fileprivate final var disappointments: UInt8 = 0

  init(_ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) {
    self.left = Operand(left)
    self.right = Operand(right)
    operandsMaySettle = self.left.maySettle && self.right.maySettle
    super.init(range)
  }

  /// The truth of the comparison of numbers where that applies, of the general rule's result elsewhere. Only what is commonest is done
  /// here, where it needs few registers.
  @inline(__always)
  final func evaluateBool<Comparison: QuickComparison>(
    _ comparison: Comparison.Type, _ frame: Frame
  ) throws(Raised) -> Bool {
    if let a = left.place(frame), let b = right.place(frame), let quick = Comparison.apply(a, b) { return quick }
    return try compareOperands(comparison, frame)
  }

  @inline(never)
  private final func compareOperands<Comparison: QuickComparison>(
    _ comparison: Comparison.Type, _ frame: Frame
  ) throws(Raised) -> Bool {
    try compareResults(comparison, frame)
  }

  /// The same where they are no two numbers in variables or constants.
  @inline(__always)
  final func compareResults<Comparison: QuickComparison>(
    _ comparison: Comparison.Type, _ frame: Frame
  ) throws(Raised) -> Bool {
    if operandsMaySettle, disappointments < .max {
      guard let a = left.settledPlace(frame), let b = right.settledPlace(frame) else {
        return try compareUnsettled(Comparison.operator, frame)
      }
      return if let quick = Comparison.apply(a, b) { quick } else { try compareSettled(comparison, a, b, frame) }
    }
    if let a = left.place(frame), !a.holdsUndefined, !right.hasPlace {
      // A variable and a call: `i < len(items)`.
      let b = try right.evaluate(frame)
      if case .int(let x) = a.number, case .int(let y) = b { return Comparison.ints(x, y) }
      return try compare(Comparison.operator, a.pointee, b, frame)
    }
    if !left.hasPlace, let b = right.place(frame) {
      let a = try left.evaluate(frame)
      if case .int(let x) = a, case .int(let y) = b.number { return Comparison.ints(x, y) }
      return try compare(Comparison.operator, a, b, frame)
    }
    if left.hasPlace { return try compare(Comparison.operator, frame) }
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if case .int(let x) = a, case .int(let y) = b { return Comparison.ints(x, y) }
    return try compare(Comparison.operator, a, b, frame)
  }

  /// The same where the operands lie at two places, but are not two numbers.
  @inline(never)
  private final func compareSettled<Comparison: QuickComparison>(
    _ comparison: Comparison.Type, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Bool {
    if let quick = comparePlainly(Comparison.operator, a, b) { return quick }
    return try compareUnsettled(Comparison.operator, frame)
  }

  /// The same where the places do not do.
  @inline(never)
  private final func compareUnsettled(_ op: ComparisonOperator, _ frame: Frame) throws(Raised) -> Bool {
    if !left.hasPlace || !right.hasPlace { disappointments += 1 }
    return try compare(op, frame)
  }

  /// The same with the left operand's value, and the place of the right one.
  @inline(never)
  private final func compare(
    _ op: ComparisonOperator, _ a: Value, _ b: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Bool {
    if let quick = compareTexts(op, a.uncounted, b.uncountedObject) { return quick }
    return try compare(op, a, frame)
  }

  /// The same with the left operand's value.
  @inline(never)
  private final func compare(_ op: ComparisonOperator, _ a: Value, _ frame: Frame) throws(Raised) -> Bool {
    try compare(op, a, try right.value(frame), frame)
  }

  /// The same with both operands' values.
  @inline(never)
  private final func compare(_ op: ComparisonOperator, _ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Bool {
    if case .int(let x) = a, case .int(let y) = b { return op.holds(x, y) }
    if let quick = compareScalars(op, a, b) { return quick }
    if let quick = compareTexts(op, a.uncounted, b.uncounted) { return quick }
    return try truth(try general(op, a, b, frame), frame)
  }

  /// The same in every case.
  @inline(never)
  private final func compare(_ op: ComparisonOperator, _ frame: Frame) throws(Raised) -> Bool {
    try compare(op, try left.value(frame), frame)
  }

  /// The comparison's value: a bool, unless a class says otherwise.
  @inline(__always)
  final func evaluate<Comparison: QuickComparison>(_ comparison: Comparison.Type, _ frame: Frame) throws(Raised) -> Value {
    if let a = left.place(frame), let b = right.place(frame) {
      if let quick = Comparison.apply(a, b) { return .bool(quick) }
      return try general(Comparison.operator, a, b, frame)
    }
    if operandsMaySettle, let a = left.settledPlace(frame), let b = right.settledPlace(frame) {
      if let quick = Comparison.apply(a, b) { return .bool(quick) }
      return try general(Comparison.operator, a, b, frame)
    }
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    if let quick = Comparison.apply(a, b) { return .bool(quick) }
    return try general(Comparison.operator, a, b, frame)
  }

  /// The same for operands that lie at two places.
  @inline(never)
  private func general(
    _ op: ComparisonOperator, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>, _ frame: Frame
  ) throws(Raised) -> Value {
    if !a.holdsUndefined, !b.holdsUndefined, let quick = comparePlainly(op, a, b) { return .bool(quick) }
    return try general(op, try left.evaluate(frame), try right.evaluate(frame), frame)
  }

  @inline(never)
  private func general(_ op: ComparisonOperator, _ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Value {
    if let quick = compareScalars(op, a, b) ?? compareTexts(op, a.uncounted, b.uncounted) { return .bool(quick) }
    if op.asksEquality, let same = a.equalsPlainly(b) { return .bool(op.holds(same ? 0 : 1, 0)) }
    if let x = a.uncounted, let y = b.uncounted, x.kind == .set, y.kind == .set, x.isPlain, y.isPlain {
      return try compareSets(op, x.as(SetObject.self), y.as(SetObject.self), frame)
    }
    return try frame.recorded(range) { () throws(Raised) in
      let answer = try askFirst(op.method, a, b, frame)
      if !answer.isUndefined, !answer.isNotImplemented { return answer }
      do throws(Raised) {
        return try frame.withRuntime { (runtime) throws(Raised) in
          answer.isNotImplemented ? try runtime.compare(op, a, declining: b) : try runtime.compare(op, a, b)
        }
      } catch { try frame.fail(error, range) }
    }
  }

  /// Two plain sets; the operator is one of the six.
  private func compareSets(
    _ op: ComparisonOperator, _ a: Unmanaged<SetObject>, _ b: Unmanaged<SetObject>, _ frame: Frame
  ) throws(Raised) -> Value {
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in
        try a.borrowed { (a) throws(Raised) in
          try b.borrowed { (b) throws(Raised) in try runtime.setCompare(op, a, b).map { .bool($0) } ?? .notImplemented }
        }
      }
    } catch { try frame.fail(error, range) }
  }

  @inline(__always)
  private func truth(_ value: Value, _ frame: Frame) throws(Raised) -> Bool {
    if case .bool(let flag) = value { return flag }
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in try runtime.isTrue(value) }
    } catch { try frame.fail(error, range) }
  }
}

/// Two bools, or numbers one of which is a float, compared; nil for anything else.
@inline(__always)
private func compareScalars(_ op: ComparisonOperator, _ a: Value, _ b: Value) -> Bool? {
  switch (a, b) {
  case (.float(let x), .float(let y)): op.holds(x, y)
  case (.float(let x), .int(let y)) where y.magnitude < 1 << 53: op.holds(x, Double(y))
  case (.int(let x), .float(let y)) where x.magnitude < 1 << 53: op.holds(Double(x), y)
  case (.bool(let x), .bool(let y)): op.holds(x ? 1 : 0, y ? 1 : 0)
  default: nil
  }
}

/// Two values, neither of them undefined, compared as strings or for being equal; nil: the general rule must decide.
@inline(__always)
private func comparePlainly(_ op: ComparisonOperator, _ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) -> Bool? {
  if let quick = compareTexts(op, a.uncountedObject, b.uncountedObject) { return quick }
  return op.asksEquality ? a.equalsPlainly(b).map { op.holds($0 ? 0 : 1, 0) } : nil
}

/// Two plain strings compared; nil for anything else.
@inline(__always)
private func compareTexts(_ op: ComparisonOperator, _ a: Unmanaged<Object>?, _ b: Unmanaged<Object>?) -> Bool? {
  guard let a, let b, a.kind == .string, b.kind == .string, a.comparesPlainly, b.comparesPlainly else { return nil }
  return a.as(StringObject.self)._withUnsafeGuaranteedRef { x in
    b.as(StringObject.self)._withUnsafeGuaranteedRef { y in
      switch op {
      case .equal: x.isQuicklySame(as: y)
      case .notEqual: !x.isQuicklySame(as: y)
      case .less: x.compare(to: y) < 0
      case .lessEqual: x.compare(to: y) <= 0
      case .greater: x.compare(to: y) > 0
      case .greaterEqual: x.compare(to: y) >= 0
      default: nil
      }
    }
  }
}

/// A comparison of numbers alone.
protocol QuickComparison {
  static var `operator`: ComparisonOperator { get }
  static func ints(_ x: Int, _ y: Int) -> Bool
  static func floats(_ x: Double, _ y: Double) -> Bool
}

extension QuickComparison {
  /// Nil where the general rule must decide.
  @inline(__always)
  static func apply(_ a: Value, _ b: Value) -> Bool? {
    if case .int(let x) = a, case .int(let y) = b { return ints(x, y) }
    if case .float(let x) = a, case .float(let y) = b { return floats(x, y) }
    return nil
  }

  /// The same of what lies at places.
  @inline(__always)
  static func apply(_ a: UnsafeMutablePointer<Value>, _ b: UnsafeMutablePointer<Value>) -> Bool? {
    let tag = a.tag
    guard tag == b.tag else { return nil }
    if tag == ValueTag.int, case .int(let x) = a.number, case .int(let y) = b.number { return ints(x, y) }
    if tag == ValueTag.float, case .float(let x) = a.number, case .float(let y) = b.number { return floats(x, y) }
    return nil
  }
}

/// For operands that are results of something else (`BinaryNode`).
final class LessResultsNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(LessNode.Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try compareResults(LessNode.Comparison.self, frame) }
}

final class LessNode: ComparisonNode {
  enum Comparison: QuickComparison {
    static var `operator`: ComparisonOperator { .less }
    @inline(__always)
    static func ints(_ x: Int, _ y: Int) -> Bool { x < y }
    @inline(__always)
    static func floats(_ x: Double, _ y: Double) -> Bool { x < y }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try evaluateBool(Comparison.self, frame) }
}

/// For operands that are results of something else (`BinaryNode`).
final class LessEqualResultsNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(LessEqualNode.Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try compareResults(LessEqualNode.Comparison.self, frame) }
}

final class LessEqualNode: ComparisonNode {
  enum Comparison: QuickComparison {
    static var `operator`: ComparisonOperator { .lessEqual }
    @inline(__always)
    static func ints(_ x: Int, _ y: Int) -> Bool { x <= y }
    @inline(__always)
    static func floats(_ x: Double, _ y: Double) -> Bool { x <= y }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try evaluateBool(Comparison.self, frame) }
}

/// For operands that are results of something else (`BinaryNode`).
final class GreaterResultsNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(GreaterNode.Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try compareResults(GreaterNode.Comparison.self, frame) }
}

final class GreaterNode: ComparisonNode {
  enum Comparison: QuickComparison {
    static var `operator`: ComparisonOperator { .greater }
    @inline(__always)
    static func ints(_ x: Int, _ y: Int) -> Bool { x > y }
    @inline(__always)
    static func floats(_ x: Double, _ y: Double) -> Bool { x > y }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try evaluateBool(Comparison.self, frame) }
}

/// For operands that are results of something else (`BinaryNode`).
final class GreaterEqualResultsNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(GreaterEqualNode.Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try compareResults(GreaterEqualNode.Comparison.self, frame) }
}

final class GreaterEqualNode: ComparisonNode {
  enum Comparison: QuickComparison {
    static var `operator`: ComparisonOperator { .greaterEqual }
    @inline(__always)
    static func ints(_ x: Int, _ y: Int) -> Bool { x >= y }
    @inline(__always)
    static func floats(_ x: Double, _ y: Double) -> Bool { x >= y }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try evaluateBool(Comparison.self, frame) }
}

/// For operands that are results of something else (`BinaryNode`).
final class EqualResultsNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(EqualNode.Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try compareResults(EqualNode.Comparison.self, frame) }
}

final class EqualNode: ComparisonNode {
  enum Comparison: QuickComparison {
    static var `operator`: ComparisonOperator { .equal }
    @inline(__always)
    static func ints(_ x: Int, _ y: Int) -> Bool { x == y }
    @inline(__always)
    static func floats(_ x: Double, _ y: Double) -> Bool { x == y }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try evaluateBool(Comparison.self, frame) }
}

/// For operands that are results of something else (`BinaryNode`).
final class NotEqualResultsNode: ComparisonNode {
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(NotEqualNode.Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try compareResults(NotEqualNode.Comparison.self, frame) }
}

final class NotEqualNode: ComparisonNode {
  enum Comparison: QuickComparison {
    static var `operator`: ComparisonOperator { .notEqual }
    @inline(__always)
    static func ints(_ x: Int, _ y: Int) -> Bool { x != y }
    @inline(__always)
    static func floats(_ x: Double, _ y: Double) -> Bool { x != y }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Comparison.self, frame) }
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool { try evaluateBool(Comparison.self, frame) }
}

/// `is` and `is not`.
final class IdentityNode: ComparisonNode {
  private let expected: Bool
  /// The left operand, if it is `(name := value)`.
  private let assignment: WalrusNode?
  /// The right operand is None.
  private let isOfNone: Bool

  init(_ left: ExpressionNode, _ right: ExpressionNode, expected: Bool, _ range: SourceRange) {
    self.expected = expected
    assignment = left as? WalrusNode
    isOfNone = right.constant?.isNone ?? false
    super.init(left, right, range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { .bool(try evaluateBool(frame)) }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    if isOfNone, let a = left.place(frame), !a.holdsUndefined { return a.holdsNone == expected }
    return try evaluateElsewhere(frame)
  }

  /// The same where it is more than asking whether a variable holds None.
  @inline(never)
  private func evaluateElsewhere(_ frame: Frame) throws(Raised) -> Bool {
    if let a = left.place(frame), let b = right.place(frame), !a.holdsUndefined, !b.holdsUndefined {
      return a.isIdentical(to: b) == expected
    }
    if let b = right.place(frame), !b.holdsUndefined {
      if left.maySettle, let a = left.settledPlace(frame) { return a.isIdentical(to: b) == expected }
      if let assignment, let a = try assignment.storedPlace(frame) { return a.isIdentical(to: b) == expected }
      return b.isIdentical(to: try left.evaluate(frame)) == expected
    }
    if left.maySettle, right.maySettle, disappointments < .max {
      if let a = left.settledPlace(frame), let b = right.settledPlace(frame) { return a.isIdentical(to: b) == expected }
      disappointments += 1
    }
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
    if left.maySettle, disappointments < .max {
      if let key = left.settledPlace(frame), let held = right.settledPlace(frame)?.uncountedObject,
        let isContained = held.quickContains(key)
      {
        return isContained == expected
      }
      if !left.hasPlace { disappointments += 1 }
    }
    return try search(frame)
  }

  /// The same where something has to run for it.
  @inline(never)
  private func search(_ frame: Frame) throws(Raised) -> Bool {
    var item = try left.evaluate(frame)
    if let held = right.settledPlace(frame)?.uncountedObject, let isContained = item.lent({ held.quickContains($0) }) {
      return isContained == expected
    }
    if let place = right.place(frame), let held = place.uncountedObject {
      do throws(Raised) {
        return try held.borrowed { (container) throws(Raised) in
          try frame.withRuntime { (runtime) throws(Raised) in try runtime.contains(.object(container), item) }
        } == expected
      } catch { try frame.fail(error, range) }
    }
    let container = try right.evaluate(frame)
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in try runtime.contains(container, item) } == expected
    } catch { try frame.fail(error, range) }
  }
}

/// `(a, b) in container`: plain sets and dictionaries are searched without a tuple.
final class TupleMembershipNode: ExpressionNode {
  private let elements: CallArguments
  private let container: Operand
  private let expected: Bool

  init(_ elements: [ExpressionNode], _ container: ExpressionNode, expected: Bool, _ range: SourceRange) {
    self.elements = CallArguments(elements)
    self.container = Operand(container)
    self.expected = expected
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { .bool(try evaluateBool(frame)) }

  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    try lending(elements, frame) { (runtime, base) throws(Raised) in
      if let held = container.settledPlace(frame)?.uncountedObject, let key = TupleKey(base, elements.count),
        let isContained = held.quickContains(key)
      {
        return isContained
      }
      let item = Value.object(TupleObject(type: runtime.types.tuple, copying: base, count: elements.count))
      return try runtime.contains(try container.evaluate(frame), item)
    } == expected
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
    do { isTrue = try frame.runtime.isTrue(value) } catch { try frame.fail(error, range) }
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
    frame[slot] = result
    return result
  }
}

extension ComparisonOperator {
  /// The node of `left op right`.
  func node(_ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) -> ExpressionNode {
    let liesSomewhere = Operand(left).hasPlace && Operand(right).hasPlace
    return switch self {
    case .less: liesSomewhere ? LessNode(left, right, range) : LessResultsNode(left, right, range)
    case .lessEqual: liesSomewhere ? LessEqualNode(left, right, range) : LessEqualResultsNode(left, right, range)
    case .greater: liesSomewhere ? GreaterNode(left, right, range) : GreaterResultsNode(left, right, range)
    case .greaterEqual: liesSomewhere ? GreaterEqualNode(left, right, range) : GreaterEqualResultsNode(left, right, range)
    case .equal: liesSomewhere ? EqualNode(left, right, range) : EqualResultsNode(left, right, range)
    case .notEqual: liesSomewhere ? NotEqualNode(left, right, range) : NotEqualResultsNode(left, right, range)
    case .is: IdentityNode(left, right, expected: true, range)
    case .isNot: IdentityNode(left, right, expected: false, range)
    case .in: membership(left, right, expected: true, range)
    case .notIn: membership(left, right, expected: false, range)
    }
  }

  private func membership(_ left: ExpressionNode, _ right: ExpressionNode, expected: Bool, _ range: SourceRange) -> ExpressionNode {
    let container = (right as? SetNode)?.fixed ?? right
    if let elements = (left as? TupleNode)?.keyElements { return TupleMembershipNode(elements, container, expected: expected, range) }
    return MembershipNode(left, container, expected: expected, range)
  }
}
