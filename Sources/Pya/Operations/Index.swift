/// Values as plain numbers, where an operation needs one.
extension Runtime {
  /// A machine word (through `__index__`); OverflowError when beyond.
  func index(_ value: Value) throws(Raised) -> Int {
    if case .int(let number) = value { return number }
    switch try integer(fromIndex: value) {
    case .int(let number): return number
    default: throw overflowError("cannot fit 'int' into an index-sized integer")
    }
  }

  /// `operator.index(value)`: an `.int` or a `BigIntObject`.
  func integer(fromIndex value: Value) throws(Raised) -> Value {
    switch value {
    case .int: return value
    case .bool(let flag): return .int(flag ? 1 : 0)
    case .object(let object):
      switch object.kind {
      case .bigInt: return value
      case .intInstance: return value.plainNumber
      case .string, .list, .tuple, .dict, .set: break
      default:
        guard let method = specialMethod(value, .index) else { break }
        return try integerResult(of: method, value, "__index__")
      }
      if let method = object.type.special(.index) {
        let result = try integerResult(of: method, value, "__index__")
        if case .int = result { return result }
      }
    default: break
    }
    throw typeError("'\(typeName(value))' object cannot be interpreted as an integer")
  }

  /// What `__int__` or `__index__` returns: an `.int` or a `BigIntObject`.
  func integerResult(of method: Value, _ value: Value, _ name: String) throws(Raised) -> Value {
    let result = try callSpecial(method, value)
    if case .int = result { return result }
    if result.bigInt != nil { return result }
    switch result.plainNumber {
    case .bool(let flag):
      try warnOfSubclass(named: name, "int", result)
      return .int(flag ? 1 : 0)
    case let plain:
      guard result.object?.kind == .intInstance else {
        throw typeError("\(name) returned non-int (type \(typeName(result)))")
      }
      try warnOfSubclass(named: name, "int", result)
      return plain
    }
  }

  /// What converts to a number should give a plain one.
  func warnOfSubclass(named name: String, _ kind: String, _ result: Value) throws(Raised) {
    try issueWarning(
      "\(name) returned non-\(kind) (type \(typeName(result))).  The ability to return an instance of a strict subclass of "
        + "\(kind) is deprecated, and may be removed in a future version of Python.", category: "DeprecationWarning")
  }

  func bigInt(fromIndex value: Value) throws(Raised) -> BigInt {
    let result = try integer(fromIndex: value)
    if case .int(let number) = result { return BigInt(number) }
    return result.bigInt.unsafelyUnwrapped.value
  }

  /// A float (through `__float__` or `__index__`): what functions of `math` take.
  func double(_ value: Value) throws(Raised) -> Double {
    if let result = try doubleIfNumber(value) { return result }
    throw typeError("must be real number, not \(typeName(value))")
  }

  /// Nil for a value without `__float__` and `__index__`.
  func doubleIfNumber(_ value: Value) throws(Raised) -> Double? {
    switch value {
    case .float(let number): return number
    case .int(let number): return Double(number)
    case .bool(let flag): return flag ? 1 : 0
    default: break
    }
    if value.complex != nil { return nil }
    if case .object(let object) = value, let method = object.type.special(.float) {
      return try doubleFrom(method, value)
    }
    if let number = Number(value) { return try double(number) }
    if let method = specialMethod(value, .float) { return try doubleFrom(method, value) }
    if specialMethod(value, .index) != nil {
      return try double(Number(try integer(fromIndex: value)).unsafelyUnwrapped)
    }
    return nil
  }

  private func doubleFrom(_ method: Value, _ value: Value) throws(Raised) -> Double {
    let result = try callSpecial(method, value)
    if case .float(let number) = result { return number }
    if case .float(let number) = result.plainNumber {
      try warnOfSubclass(named: "\(typeName(value)).__float__", "float", result)
      return number
    }
    throw typeError("\(typeName(value)).__float__ returned non-float (type \(typeName(result)))")
  }

  /// The whole part of a float as an int.
  func integer(truncating number: Double) throws(Raised) -> Value {
    if let small = Int(exactly: number.rounded(.towardZero)) { return .int(small) }
    if number.isNaN { throw valueError("cannot convert float NaN to integer") }
    if number.isInfinite { throw overflowError("cannot convert float infinity to integer") }
    return integer(BigInt(truncating: number))
  }
}
