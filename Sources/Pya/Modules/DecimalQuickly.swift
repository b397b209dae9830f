import PyaSyntax

// What decimals are calculated and compared with most often: each other and ints, all of them short. `DecimalArithmetic` and the special
// methods of the type decide everything else.

extension DecimalObject {
  func computed(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value {
    guard let a = compact, other.isOfClass(DecimalObject.self),
      let b = other.as(DecimalObject.self)._withUnsafeGuaranteedRef({ $0.compact })
    else { return .undefined }
    return try type.runtime.computeCompactly(op, a, b)
  }

  func computed(_ op: BinaryOperator, number: Int, isReflected: Bool) throws(Raised) -> Value {
    guard let own = compact else { return .undefined }
    let other = CompactDecimal(number)
    return try isReflected ? type.runtime.computeCompactly(op, other, own) : type.runtime.computeCompactly(op, own, other)
  }

  func compared(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? {
    guard let a = compact, other.isOfClass(DecimalObject.self),
      let b = other.as(DecimalObject.self)._withUnsafeGuaranteedRef({ $0.compact })
    else { return nil }
    return CompactDecimal.order(a, b).map { op.holds($0, 0) }
  }

  func compared(_ op: ComparisonOperator, number: Int) -> Bool? {
    guard let own = compact else { return nil }
    return CompactDecimal.order(own, CompactDecimal(number)).map { op.holds($0, 0) }
  }
}

extension Runtime {
  /// An operation under the context in force; undefined: the general one has to do it.
  fileprivate func computeCompactly(_ op: BinaryOperator, _ a: CompactDecimal, _ b: CompactDecimal) throws(Raised) -> Value {
    let types = decimalTypes
    let context = types.current
    guard var rules = CompactContext(context), let result = rules.compute(op, a, b) else { return .undefined }
    if rules.isRounded { try signal(rules.status, context) }
    return .object(DecimalObject(type: types.decimal, result))
  }

  /// The first with the exponent of the second; nil: the general operation has to do it.
  func quantizeCompactly(_ a: Value, _ b: Value, _ context: DecimalContextObject) throws(Raised) -> Value? {
    let types = decimalTypes
    guard let number = compactDecimal(a, types), let unit = compactDecimal(b, types), var rules = CompactContext(context),
      let result = rules.quantize(number, unit.exponent)
    else { return nil }
    if rules.isRounded { try signal(rules.status, context) }
    return .object(DecimalObject(type: types.decimal, result))
  }

  /// An int or a Decimal as a compact number; nil for anything else.
  private func compactDecimal(_ value: Value, _ types: DecimalTypes) -> CompactDecimal? {
    if let held = value.uncounted {
      guard held._withUnsafeGuaranteedRef({ $0.isExactly(types.decimal) }) else { return nil }
      return held.as(DecimalObject.self)._withUnsafeGuaranteedRef { $0.compact }
    }
    if case .int(let number) = value { return CompactDecimal(number) }
    return nil
  }
}

extension CompactContext {
  fileprivate mutating func compute(_ op: BinaryOperator, _ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    switch op {
    case .add: add(a, b)
    case .subtract: add(a, CompactDecimal(!b.isNegative, b.coefficient, b.exponent))
    case .multiply: multiply(a, b)
    case .divide: divide(a, b)
    case .floorDivide: divideInteger(a, b)
    case .modulo: remainder(a, b)
    default: nil
    }
  }
}
