import PyaSyntax

/// `left op right`: subclasses handle ints and floats, the rest goes to `Runtime.binary`.
class BinaryNode: ExpressionNode {
  final let left: Operand
  final let right: Operand

  init(_ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) {
    self.left = Operand(left)
    self.right = Operand(right)
    super.init(range)
  }

  /// The operation on numbers where that applies, the general rule elsewhere.
  @inline(__always)
  final func evaluate<Operation: QuickOperation>(_ operation: Operation.Type, _ frame: Frame) throws(Raised) -> Value {
    if let a = left.place(frame), let b = right.place(frame) {
      if let x = a.heldInt, let y = b.heldInt {
        if case .int(let result) = Operation.apply(.int(x), .int(y)) { return .int(result) }
      } else if let x = a.heldFloat, let y = b.heldFloat, case .float(let result) = Operation.apply(.float(x), .float(y)) {
        return .float(result)
      }
    }
    return try evaluateOperands(operation, frame)
  }

  @inline(never)
  private final func evaluateOperands<Operation: QuickOperation>(_ operation: Operation.Type, _ frame: Frame) throws(Raised) -> Value {
    try evaluateResults(operation, frame)
  }

  /// The same where they are no two ints or floats in variables or constants.
  @inline(__always)
  final func evaluateResults<Operation: QuickOperation>(_ operation: Operation.Type, _ frame: Frame) throws(Raised) -> Value {
    if let a = left.place(frame) {
      if let b = right.place(frame) {
        let quick = Operation.apply(a.number, b.number)
        return quick.isUndefined ? try general(Operation.operator, frame) : quick
      }
      if a.holdsUndefined { return try general(Operation.operator, frame) }
      let b = try right.evaluate(frame)
      let quick = Operation.apply(a.number, b)
      return quick.isUndefined ? try general(Operation.operator, a.pointee, b, frame) : quick
    }
    let a = try left.evaluate(frame)
    if let b = right.place(frame) {
      let quick = Operation.apply(a, b.number)
      return quick.isUndefined ? try general(Operation.operator, a, frame) : quick
    }
    let b = try right.evaluate(frame)
    let quick = Operation.apply(a, b)
    return quick.isUndefined ? try general(Operation.operator, a, b, frame) : quick
  }

  /// The operation on ints where both operands are settled.
  @inline(__always)
  final func settledInt<Operation: QuickOperation>(_ operation: Operation.Type, _ frame: Frame) -> Int? {
    guard let a = left.settledInt(frame), let b = right.settledInt(frame),
      case .int(let result) = Operation.apply(.int(a), .int(b))
    else { return nil }
    return result
  }

  @inline(never)
  private func general(_ op: BinaryOperator, _ frame: Frame) throws(Raised) -> Value {
    if op == .add, let a = left.place(frame)?.plainString, let b = right.place(frame)?.plainString {
      do throws(Raised) {
        return try frame.withRuntime { (runtime) throws(Raised) in
          try a.borrowed { (a) throws(Raised) in try b.borrowed { (b) throws(Raised) in try runtime.concatenate(a, b) } }
        }
      } catch { try frame.fail(error, range) }
    }
    if let a = left.place(frame), let b = right.place(frame), a.holdsComplex || b.holdsComplex {
      let result = complexResult(op, a.pointee, b.pointee, frame)
      if !result.isUndefined { return result }
    }
    return try general(op, try left.evaluate(frame), try right.evaluate(frame), frame)
  }

  /// Sum, difference or product of complex numbers, one of which may be an int or float; undefined for anything else.
  @inline(never)
  private func complexResult(_ op: BinaryOperator, _ a: Value, _ b: Value, _ frame: Frame) -> Value {
    guard let x = Complex(plain: a, with: b), let y = Complex(plain: b, with: a) else { return .undefined }
    let result: Complex
    switch op {
    case .add: result = x + y
    case .subtract: result = x - y
    case .multiply: result = x * y
    default: return .undefined
    }
    return frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { $0.complex(result) }
  }

  @inline(never)
  private func general(_ op: BinaryOperator, _ a: Value, _ frame: Frame) throws(Raised) -> Value {
    try general(op, a, try right.evaluate(frame), frame)
  }

  @inline(never)
  final func general(_ op: BinaryOperator, _ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Value {
    if a.uncounted == nil, b.uncounted == nil {
      do throws(Raised) {
        let result = try frame.withRuntime { (runtime) throws(Raised) in try runtime.operationOfNumbers(op, a, b) }
        if !result.isUndefined { return result }
      } catch { try frame.fail(error, range) }
    }
    if let x = a.uncounted, x.isPlain, x.kind.isRepeatable {
      var result = Value.undefined
      do throws(Raised) {
        if op == .add, let y = b.uncounted, x.kind == y.kind, y.isPlain {
          result = try frame.withRuntime { (runtime) throws(Raised) in
            try x.borrowed { (x) throws(Raised) in try runtime.concatenation(x, b) }
          }
        } else if op == .multiply, case .int = b {
          result = try frame.withRuntime { (runtime) throws(Raised) in
            try x.borrowed { (x) throws(Raised) in try runtime.repetition(of: x, count: b) }
          }
        }
      } catch { try frame.fail(error, range) }
      if !result.isUndefined { return result }
    }
    if a.uncounted?.kind == .complex || b.uncounted?.kind == .complex {
      let result = complexResult(op, a, b, frame)
      if !result.isUndefined { return result }
    }
    if a.isLargeInt {
      do throws(Raised) {
        let result = try frame.withRuntime { (runtime) throws(Raised) in try runtime.largeIntegerOperation(op, a, b) }
        if !result.isNotImplemented { return result }
      } catch { try frame.fail(error, range) }
    }
    return try frame.recorded(range) { () throws(Raised) in
      let answer = try askFirst(op.method, a, b, frame)
      if !answer.isUndefined, !answer.isNotImplemented { return answer }
      do throws(Raised) {
        return try frame.withRuntime { (runtime) throws(Raised) in
          answer.isNotImplemented ? try runtime.binary(op, a, declining: b) : try runtime.binary(op, a, b)
        }
      } catch { try frame.fail(error, range) }
    }
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// Here is a complex number.
  @inline(__always)
  fileprivate var holdsComplex: Bool { uncountedObject?.kind == .complex }

  /// The string here, if it is of no class of the program.
  @inline(__always)
  fileprivate var plainString: Unmanaged<StringObject>? {
    guard let held = uncountedObject, held.kind == .string, held.isPlain else { return nil }
    return held.as(StringObject.self)
  }
}

extension Node {
  /// What the special method of the left operand's class says, if Python asks that first and it is a plain function; else undefined.
  @inline(__always)
  final func askFirst(_ method: SpecialMethod, _ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Value {
    guard let function = a.operatorMethod(method, with: b) else { return .undefined }
    // It may take itself out of the class.
    let kept = function.takeUnretainedValue()
    defer { withExtendedLifetime(kept) {} }
    return try call(function, frame, with: a, b)
  }
}

extension Node {
  /// What a special method of an instance says, if its class has a plain function for it that takes just these arguments; else undefined.
  @inline(__always)
  final func ask(
    _ value: Value, _ method: SpecialMethod, _ frame: Frame, with first: Value, _ second: Value = .undefined
  ) throws(Raised) -> Value {
    guard let function = value.plainMethod(method, takes: second.isUndefined ? 2 : 3) else { return .undefined }
    // It may take itself out of the class.
    let kept = function.takeUnretainedValue()
    defer { withExtendedLifetime(kept) {} }
    return try call(function, frame, with: value, first, second)
  }
}

extension Value {
  /// The plain function that Python asks first for `self op other`: the class of the program has it as its special method, and the other
  /// operand's class has no say before it. Kept by the class; whoever calls it keeps the operands.
  @inline(__always)
  fileprivate func operatorMethod(_ method: SpecialMethod, with other: Value) -> Unmanaged<FunctionObject>? {
    guard let held = uncounted, held.kind == .instance else { return nil }
    let type = held._withUnsafeGuaranteedRef { $0.typePointer }
    if let rival = other.uncounted, rival._withUnsafeGuaranteedRef({ $0.isOfHeapType && $0.typePointer != type }) { return nil }
    return Unmanaged<TypeObject>.fromOpaque(type)._withUnsafeGuaranteedRef { $0.plainSpecial(method, takes: 2) }
  }

  /// The plain function of so many arguments that a class of the program has as a special method, for an instance. Kept by the class.
  @inline(__always)
  fileprivate func plainMethod(_ method: SpecialMethod, takes count: Int) -> Unmanaged<FunctionObject>? {
    guard let held = uncounted, held.kind == .instance else { return nil }
    let type = held._withUnsafeGuaranteedRef { $0.typePointer }
    return Unmanaged<TypeObject>.fromOpaque(type)._withUnsafeGuaranteedRef { $0.plainSpecial(method, takes: count) }
  }
}

extension TypeObject {
  /// A special method of a class of the program that is a plain function of so many arguments.
  @inline(__always)
  func plainSpecial(_ method: SpecialMethod, takes count: Int) -> Unmanaged<FunctionObject>? {
    guard let found = uncountedSpecial(method), found.kind == .function else { return nil }
    let function = found.as(FunctionObject.self)
    return function._withUnsafeGuaranteedRef { $0.takes(count) } ? function : nil
  }
}

/// An operation on numbers alone.
protocol QuickOperation {
  static var `operator`: BinaryOperator { get }
  /// `undefined` where the general rule must decide.
  static func apply(_ a: Value, _ b: Value) -> Value
}

// The operations on numbers alone: nil where the general rule must decide. Shared by the plain and the in-place nodes.

@inline(__always)
func quickAdd(_ a: Value, _ b: Value) -> Value {
  if case .int(let x) = a, case .int(let y) = b {
    let (sum, overflow) = x.addingReportingOverflow(y)
    return overflow ? .undefined : .int(sum)
  }
  if case .float(let x) = a, case .float(let y) = b { return .float(x + y) }
  return .undefined
}

@inline(__always)
func quickSubtract(_ a: Value, _ b: Value) -> Value {
  if case .int(let x) = a, case .int(let y) = b {
    let (difference, overflow) = x.subtractingReportingOverflow(y)
    return overflow ? .undefined : .int(difference)
  }
  if case .float(let x) = a, case .float(let y) = b { return .float(x - y) }
  return .undefined
}

@inline(__always)
func quickMultiply(_ a: Value, _ b: Value) -> Value {
  if case .int(let x) = a, case .int(let y) = b {
    let (product, overflow) = x.multipliedReportingOverflow(by: y)
    return overflow ? .undefined : .int(product)
  }
  if case .float(let x) = a {
    if case .float(let y) = b { return .float(x * y) }
    if case .int(let y) = b, y.magnitude < 1 << 53 { return .float(x * Double(y)) }
  }
  if case .int(let x) = a, case .float(let y) = b, x.magnitude < 1 << 53 { return .float(Double(x) * y) }
  return .undefined
}

@inline(__always)
func quickDivide(_ a: Value, _ b: Value) -> Value {
  if case .float(let x) = a {
    if case .float(let y) = b, y != 0 { return .float(x / y) }
    if case .int(let y) = b, y != 0, y.magnitude < 1 << 53 { return .float(x / Double(y)) }
  } else if case .int(let x) = a, x.magnitude < 1 << 53 {
    if case .int(let y) = b, y != 0, y.magnitude < 1 << 53 { return .float(Double(x) / Double(y)) }
    if case .float(let y) = b, y != 0 { return .float(Double(x) / y) }
  }
  return .undefined
}

@inline(__always)
func quickFloorDivide(_ a: Value, _ b: Value) -> Value {
  guard case .int(let x) = a, case .int(let y) = b, y > 0 else { return .undefined }
  return .int(x >= 0 ? x / y : ~(~x / y))
}

@inline(__always)
func quickModulo(_ a: Value, _ b: Value) -> Value {
  if case .float(let x) = a, case .float(let y) = b, y != 0 { return .float(x.floorRemainder(dividingBy: y)) }
  guard case .int(let x) = a, case .int(let y) = b, y > 0 else { return .undefined }
  let remainder = x % y
  return .int(remainder < 0 ? remainder &+ y : remainder)
}

@inline(__always)
func quickAnd(_ a: Value, _ b: Value) -> Value {
  if case .int(let x) = a, case .int(let y) = b { return .int(x & y) }
  return .undefined
}

@inline(__always)
func quickOr(_ a: Value, _ b: Value) -> Value {
  if case .int(let x) = a, case .int(let y) = b { return .int(x | y) }
  return .undefined
}

@inline(__always)
func quickXor(_ a: Value, _ b: Value) -> Value {
  if case .int(let x) = a, case .int(let y) = b { return .int(x ^ y) }
  return .undefined
}

@inline(__always)
func quickShiftLeft(_ a: Value, _ b: Value) -> Value {
  guard case .int(let x) = a, case .int(let y) = b, y >= 0, y < 63 else { return .undefined }
  let shifted = x &<< y
  return shifted &>> y == x ? .int(shifted) : .undefined
}

@inline(__always)
func quickShiftRight(_ a: Value, _ b: Value) -> Value {
  guard case .int(let x) = a, case .int(let y) = b, y >= 0 else { return .undefined }
  return .int(x >> min(y, 63))
}

/// For operands that are results of something else: no second function is called for what is commonest then.
final class AddResultsNode: BinaryNode {
  override func settledInt(_ frame: Frame) -> Int? { settledInt(AddNode.Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluateResults(AddNode.Operation.self, frame) }
}

final class AddNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .add }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickAdd(a, b) }
  }

  override func settledInt(_ frame: Frame) -> Int? { settledInt(Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

/// For operands that are results of something else: no second function is called for what is commonest then.
final class SubtractResultsNode: BinaryNode {
  override func settledInt(_ frame: Frame) -> Int? { settledInt(SubtractNode.Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluateResults(SubtractNode.Operation.self, frame) }
}

final class SubtractNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .subtract }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickSubtract(a, b) }
  }

  override func settledInt(_ frame: Frame) -> Int? { settledInt(Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

/// For operands that are results of something else: no second function is called for what is commonest then.
final class MultiplyResultsNode: BinaryNode {
  override func settledInt(_ frame: Frame) -> Int? { settledInt(MultiplyNode.Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluateResults(MultiplyNode.Operation.self, frame) }
}

final class MultiplyNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .multiply }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickMultiply(a, b) }
  }

  override func settledInt(_ frame: Frame) -> Int? { settledInt(Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class DivideNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .divide }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickDivide(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class FloorDivideNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .floorDivide }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickFloorDivide(a, b) }
  }

  override func settledInt(_ frame: Frame) -> Int? { settledInt(Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class ModuloNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .modulo }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickModulo(a, b) }
  }

  override func settledInt(_ frame: Frame) -> Int? { settledInt(Operation.self, frame) }
  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class AndNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .and }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickAnd(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class OrNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .or }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickOr(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class XorNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .xor }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickXor(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class ShiftLeftNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .leftShift }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickShiftLeft(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class ShiftRightNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .rightShift }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickShiftRight(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

final class PowerNode: BinaryNode {
  enum Operation: QuickOperation {
    static var `operator`: BinaryOperator { .power }
    @inline(__always)
    static func apply(_ a: Value, _ b: Value) -> Value { quickPower(a, b) }
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { try evaluate(Operation.self, frame) }
}

/// `@`.
final class GeneralBinaryNode: BinaryNode {
  private let op: BinaryOperator

  init(_ op: BinaryOperator, _ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) {
    self.op = op
    super.init(left, right, range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let a = try left.evaluate(frame)
    let b = try right.evaluate(frame)
    return try general(op, a, b, frame)
  }
}

// MARK: Fused with a local variable and a small constant

/// `x + 1`, `x - 1` (as adding -1) where x is a local variable.
final class AddConstantNode: ExpressionNode {
  private let slot: Int
  private let addend: Int
  private let op: BinaryOperator

  /// `op` is `.add` or `.subtract`; `operand` is what the source shows.
  init(slot: Int, _ op: BinaryOperator, operand: Int, _ range: SourceRange) {
    self.slot = slot
    self.op = op
    addend = op == .add ? operand : -operand
    super.init(range)
  }

  override func settledInt(_ frame: Frame) -> Int? {
    guard case .int(let x) = (frame.slots + slot).number else { return nil }
    let (sum, overflow) = x.addingReportingOverflow(addend)
    return overflow ? nil : sum
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if case .int(let x) = (frame.slots + slot).number {
      let (sum, overflow) = x.addingReportingOverflow(addend)
      if !overflow { return .int(sum) }
    }
    return try general(frame)
  }

  @inline(never)
  private func general(_ frame: Frame) throws(Raised) -> Value {
    let value = frame[slot]
    do throws(Raised) {
      if value.isUndefined { throw frame.unboundLocal(slot) }
      return try frame.runtime.binary(op, value, .int(op == .add ? addend : -addend))
    } catch { try frame.fail(error, range) }
  }
}

// MARK: Unary

final class NegateNode: ExpressionNode {
  private let operand: ExpressionNode

  init(_ operand: ExpressionNode, _ range: SourceRange) {
    self.operand = operand
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try operand.evaluate(frame)
    if case .int(let x) = value, x != .min { return .int(0 &- x) }
    if case .float(let x) = value { return .float(-x) }
    do { return try frame.runtime.negate(value) } catch { try frame.fail(error, range) }
  }
}

/// `+x` and `~x`.
final class UnaryNode: ExpressionNode {
  private let op: UnaryOperator
  private let operand: ExpressionNode

  init(_ op: UnaryOperator, _ operand: ExpressionNode, _ range: SourceRange) {
    self.op = op
    self.operand = operand
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try operand.evaluate(frame)
    if op == .invert, case .int(let x) = value { return .int(~x) }
    if op == .invert, case .bool = value, operand.constant == nil { try warnOfInvertedBool(frame) }
    do throws(Raised) {
      return op == .invert ? try frame.runtime.invert(value) : try frame.runtime.positive(value)
    } catch { try frame.fail(error, range) }
  }
}

extension UnaryNode {
  private func warnOfInvertedBool(_ frame: Frame) throws(Raised) {
    do throws(Raised) {
      try frame.runtime.issueWarning(
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of "
          + "the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for "
          + "boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.",
        category: "DeprecationWarning", at: WarningPlace(frame, range))
    } catch { try frame.fail(error, range) }
  }
}

extension BinaryOperator {
  /// The node of `left op right`.
  func node(_ left: ExpressionNode, _ right: ExpressionNode, _ range: SourceRange) -> ExpressionNode {
    if self == .add || self == .subtract, let slot = left.localSlot, case .int(let operand)? = right.constant,
      operand.magnitude < 1 << 32
    {
      return AddConstantNode(slot: slot, self, operand: operand, range)
    }
    let liesSomewhere = Operand(left).hasPlace && Operand(right).hasPlace
    switch self {
    case .add: return liesSomewhere ? AddNode(left, right, range) : AddResultsNode(left, right, range)
    case .subtract: return liesSomewhere ? SubtractNode(left, right, range) : SubtractResultsNode(left, right, range)
    case .multiply: return liesSomewhere ? MultiplyNode(left, right, range) : MultiplyResultsNode(left, right, range)
    case .divide: return DivideNode(left, right, range)
    case .floorDivide: return FloorDivideNode(left, right, range)
    case .modulo:
      let node = ModuloNode(left, right, range)
      return MaskedNode.make(self, left, right, node) ?? node
    case .and:
      let node = AndNode(left, right, range)
      return MaskedNode.make(self, left, right, node) ?? node
    case .or: return OrNode(left, right, range)
    case .xor: return XorNode(left, right, range)
    case .leftShift: return ShiftLeftNode(left, right, range)
    case .rightShift: return ShiftRightNode(left, right, range)
    case .power: return PowerNode(left, right, range)
    case .matrixMultiply: return GeneralBinaryNode(self, left, right, range)
    }
  }
}
