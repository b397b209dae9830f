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
    let result: Value
    switch op {
    case .add: result = quickAdd(a, b)
    case .subtract: result = quickSubtract(a, b)
    case .multiply: result = quickMultiply(a, b)
    case .divide: result = quickDivide(a, b)
    case .leftShift: result = quickShiftLeft(a, b)
    case .power:
      guard case .int(let base) = a, case .int(let exponent) = b, exponent >= 0, exponent < 64 else { return nil }
      var product = Value.int(1)
      for _ in 0..<exponent {
        product = quickMultiply(product, .int(base))
        if product.isUndefined { return nil }
      }
      result = product
    default: return nil
    }
    return result.isUndefined ? nil : result
  }
}
