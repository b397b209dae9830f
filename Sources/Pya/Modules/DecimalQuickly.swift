import PyaSyntax

// What decimals are calculated and compared with most often: each other and ints, without asking the special methods of the type. Short ones
// by an arithmetic of their own, others by `DecimalArithmetic`.

extension DecimalObject {
  func computed(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value {
    guard other.isOfClass(DecimalObject.self) else { return .undefined }
    let runtime = type.runtime
    return try other.as(DecimalObject.self).borrowed { (other) throws(Raised) in
      if let a = compact, let b = other.compact {
        let result = try runtime.computeCompactly(op, a, b)
        if !result.isUndefined { return result }
      }
      return try runtime.computeGenerally(op, number, other.number)
    }
  }

  func computed(_ op: BinaryOperator, number: Int, isReflected: Bool) throws(Raised) -> Value {
    let runtime = type.runtime
    if let own = compact {
      let other = CompactDecimal(number)
      let result = try isReflected ? runtime.computeCompactly(op, other, own) : runtime.computeCompactly(op, own, other)
      if !result.isUndefined { return result }
    }
    let other = DecimalNumber(number < 0, BigUInt(number.magnitude), 0)
    return try isReflected ? runtime.computeGenerally(op, other, self.number) : runtime.computeGenerally(op, self.number, other)
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

  /// The same of numbers of any length.
  fileprivate func computeGenerally(_ op: BinaryOperator, _ a: DecimalNumber, _ b: DecimalNumber) throws(Raised) -> Value {
    let context = decimalTypes.current
    switch op {
    case .add: return decimal(try compute(context) { $0.add(a, b) })
    case .subtract: return decimal(try compute(context) { $0.subtract(a, b) })
    case .multiply: return decimal(try compute(context) { $0.multiply(a, b) })
    case .divide: return decimal(try compute(context) { $0.divide(a, b) })
    default: return .undefined
    }
  }

  /// The first with the exponent of the second; nil: the general operation has to do it.
  func quantizeCompactly(
    _ a: Value, _ b: Value, _ context: DecimalContextObject, _ rounding: DecimalRounding? = nil
  ) throws(Raised) -> Value? {
    let types = decimalTypes
    guard let number = compactDecimal(a, types), let unit = compactDecimal(b, types), var rules = CompactContext(context, rounding),
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
