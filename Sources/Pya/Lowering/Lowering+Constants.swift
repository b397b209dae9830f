import PyaSyntax

extension Runtime {
  /// The number that a literal stands for.
  func integer(_ literal: IntegerLiteral) -> Value {
    switch literal {
    case .small(let value): return .int(value)
    case .big(let digits, let radix): return integer(BigInt(digits, radix: radix) ?? 0)
    }
  }
}

extension CodeLowering {
  func constant(_ literal: IntegerLiteral) -> Value { runtime.integer(literal) }

  /// Short ASCII texts are interned: as keys they are found by identity.
  func constant(_ literal: StringLiteral) -> Value {
    let string = runtime.string(literal.utf8)
    return .object(string.isASCII && string.byteCount <= 32 ? runtime.intern(string) : string)
  }

  func constant(_ expression: Expression) -> Value? {
    switch expression.kind {
    case .none: return Value.none
    case .bool(let flag): return .bool(flag)
    case .ellipsis: return .ellipsis
    case .integer(let literal): return constant(literal)
    case .float(let number): return .float(number)
    case .imaginary(let number): return .object(ComplexObject(runtime, real: 0, imaginary: number))
    case .string(let literal): return constant(literal)
    case .bytes(let bytes): return .object(BytesObject(type: runtime.types.bytes, bytes))
    case .name("__debug__"): return .bool(runtime.launchOptions.optimization == 0)
    case .unary(.minus, let operand):
      switch operand.kind {
      case .integer(.small(let value)): return .int(-value)
      case .float(let number): return .float(-number)
      default: return nil
      }
    case .tuple(let items):
      if items.isEmpty { return .object(runtime.emptyTuple) }
      var values: [Value] = []
      for item in items {
        guard let value = constant(item) else { return nil }
        values.append(value)
      }
      return .object(TupleObject(runtime, values))
    default: return nil
    }
  }

  /// `a op b` on small constants, which programs write for clarity: `60 * 60`, `1 << 20`.
  func folded(_ op: BinaryOperator, _ left: ExpressionNode, _ right: ExpressionNode) -> Value? {
    guard let a = left.constant, let b = right.constant else { return nil }
    if let text = foldedText(op, a, b) { return .object(text) }
    let result: Value
    switch op {
    case .add: result = quickAdd(a, b)
    case .subtract: result = quickSubtract(a, b)
    case .multiply: result = quickMultiply(a, b)
    case .divide: result = quickDivide(a, b)
    case .leftShift: result = quickShiftLeft(a, b)
    case .power: result = .undefined
    default: return nil
    }
    return result.isUndefined ? foldedLarge(op, a, b) : result
  }

  /// `"a" + "b"` and `"-" * 40`, if the text is not long.
  private func foldedText(_ op: BinaryOperator, _ a: Value, _ b: Value) -> StringObject? {
    guard let text = a.string else { return nil }
    let bytes: [UInt8]
    if op == .add, let addition = b.string, text.byteCount + addition.byteCount <= 4096 {
      bytes = Array(text.utf8) + Array(addition.utf8)
    } else if op == .multiply, case .int(let count) = b, count >= 0, count <= 4096, text.byteCount * count <= 4096 {
      bytes = Array(repeatElement(text.utf8, count: count).joined())
    } else {
      return nil
    }
    return constant(StringLiteral(utf8: bytes)).string
  }

  /// The same of ints whose result may be beyond a word, but not beyond two: `(1 << 64) - 1`, `10**18`. Larger ones are made when they are
  /// wanted, as in CPython.
  private func foldedLarge(_ op: BinaryOperator, _ a: Value, _ b: Value) -> Value? {
    guard let x = a.doubleWord, let y = b.doubleWord else { return nil }
    let isSmall =
      switch op {
      case .add, .subtract: true
      case .multiply: x.bitLength + y.bitLength <= 128
      case .leftShift: y.word.map { (0...128).contains($0) && x.bitLength + $0 <= 128 } ?? false
      case .power: y.word.map { (0...128).contains($0) && x.bitLength * $0 <= 128 } ?? false
      default: false
      }
    if !isSmall { return nil }
    do throws(Raised) { return try runtime.binary(op, a, b) } catch { return nil }
  }
}
