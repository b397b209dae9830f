import PyaSyntax

/// `(a * b) & mask`, and the same with `+`, `-` or `<<`; `(a * b) % 2**64`. The idiom of hashes and random numbers, which want the low bits
/// of a result.
///
/// The low word of the result depends on the low words of the operands alone, however large the result is: it is not made where the mask is
/// no longer than a word.
final class MaskedNode: ExpressionNode {
  private let inner: BinaryNode
  private let op: BinaryOperator
  private let mask: Operand
  /// The whole as it is written, for operands that are something else.
  private let plain: BinaryNode
  private let outer: BinaryOperator
  /// The mask, where it is written as a modulus.
  private let modulusMask: UInt?

  /// Remainders by small numbers are not taken of large ones, and seldom of ints alone.
  private static let leastModulusMask: UInt = 0xFFFF

  /// Nil: the node is none of these.
  static func make(_ op: BinaryOperator, _ left: ExpressionNode, _ right: ExpressionNode, _ plain: BinaryNode) -> MaskedNode? {
    guard let inner = left as? BinaryNode, let innerOperator = inner.maskable else { return nil }
    let mask = Operand(right)
    if op == .modulo {
      guard let modulus = right.constant?.doubleWord, let bits = modulus.maskOfPower, bits >= MaskedNode.leastModulusMask else { return nil }
      return MaskedNode(inner, innerOperator, mask, plain, op, modulusMask: bits)
    }
    return op == .and && (mask.hasPlace || right is GlobalNode) ? MaskedNode(inner, innerOperator, mask, plain, op, modulusMask: nil) : nil
  }

  private init(_ inner: BinaryNode, _ op: BinaryOperator, _ mask: Operand, _ plain: BinaryNode, _ outer: BinaryOperator, modulusMask: UInt?) {
    self.inner = inner
    self.op = op
    self.mask = mask
    self.plain = plain
    self.outer = outer
    self.modulusMask = modulusMask
    super.init(plain.range)
  }

  override func settledInt(_ frame: Frame) -> Int? {
    guard let x = inner.left.settledInt(frame), let y = inner.right.settledInt(frame), let result = quick(x, y) else { return nil }
    return quickMasked(result, frame)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let a = inner.left.place(frame), let b = inner.right.place(frame), !a.holdsUndefined, !b.holdsUndefined {
      if case .int(let x) = a.number, case .int(let y) = b.number, let result = quick(x, y), let masked = quickMasked(result, frame) {
        return .int(masked)
      }
      return try general(a.copied, b.copied, frame)
    }
    let a = try inner.left.value(frame)
    let b = try inner.right.value(frame)
    if case .int(let x) = a, case .int(let y) = b, let result = quick(x, y), let masked = quickMasked(result, frame) { return .int(masked) }
    return try general(a, b, frame)
  }

  /// The operation, if its result is one word.
  @inline(__always)
  private func quick(_ x: Int, _ y: Int) -> Int? {
    switch op {
    case .add:
      let (sum, overflow) = x.addingReportingOverflow(y)
      return overflow ? nil : sum
    case .subtract:
      let (difference, overflow) = x.subtractingReportingOverflow(y)
      return overflow ? nil : difference
    case .multiply:
      let (product, overflow) = x.multipliedReportingOverflow(by: y)
      return overflow ? nil : product
    default:
      guard y >= 0, y < 63, (x &<< y) &>> y == x else { return nil }
      return x &<< y
    }
  }

  @inline(__always)
  private func quickMasked(_ number: Int, _ frame: Frame) -> Int? {
    if let modulusMask { return Int(exactly: UInt(bitPattern: number) & modulusMask) }
    guard let place = mask.settledPlace(frame), case .int(let bits) = place.number else { return nil }
    return number & bits
  }

  @inline(never)
  private func general(_ a: Value, _ b: Value, _ frame: Frame) throws(Raised) -> Value {
    if let x = a.doubleWord, let y = b.doubleWord, let bits = maskBits(frame), let low = lowWord(x, y) {
      return frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { $0.integer(low & bits) }
    }
    return try plain.general(outer, try inner.general(op, a, b, frame), try mask.value(frame), frame)
  }

  /// The mask, if it is one word and not negative.
  private func maskBits(_ frame: Frame) -> UInt? {
    if let modulusMask { return modulusMask }
    guard let bits = mask.settledPlace(frame)?.pointee.doubleWord, bits.high == 0 else { return nil }
    return bits.low
  }

  private func lowWord(_ x: DoubleWord, _ y: DoubleWord) -> UInt? {
    switch op {
    case .add: return x.low &+ y.low
    case .subtract: return x.low &- y.low
    case .multiply: return x.low &* y.low
    default:
      // Beyond, Python complains of the size.
      guard let count = y.word, count >= 0, count < 1 << 20 else { return nil }
      return count < UInt.bitWidth ? x.low &<< UInt(count) : 0
    }
  }
}

extension BinaryNode {
  /// The operation, if the low bits of its result depend on those of its operands alone.
  fileprivate var maskable: BinaryOperator? {
    switch self {
    case is AddNode: .add
    case is SubtractNode: .subtract
    case is MultiplyNode: .multiply
    case is ShiftLeftNode: .leftShift
    default: nil
    }
  }
}

extension DoubleWord {
  /// The bits below it, if it is a power of two and these are no more than a word has.
  fileprivate var maskOfPower: UInt? {
    if high == 1, low == 0 { return .max }
    return high == 0 && low > 0 && low & (low &- 1) == 0 ? low &- 1 : nil
  }
}
