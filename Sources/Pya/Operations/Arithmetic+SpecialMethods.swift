import PyaSyntax

/// The names of the special methods behind the operators, and calling them.
extension BinaryOperator {
  var method: SpecialMethod {
    switch self {
    case .add: .add
    case .subtract: .sub
    case .multiply: .mul
    case .divide: .truediv
    case .floorDivide: .floordiv
    case .modulo: .mod
    case .power: .pow
    case .matrixMultiply: .matmul
    case .leftShift: .lshift
    case .rightShift: .rshift
    case .and: .and
    case .or: .or
    case .xor: .xor
    }
  }

  var reflectedMethod: SpecialMethod {
    switch self {
    case .add: .radd
    case .subtract: .rsub
    case .multiply: .rmul
    case .divide: .rtruediv
    case .floorDivide: .rfloordiv
    case .modulo: .rmod
    case .power: .rpow
    case .matrixMultiply: .rmatmul
    case .leftShift: .rlshift
    case .rightShift: .rrshift
    case .and: .rand
    case .or: .ror
    case .xor: .rxor
    }
  }

  var inPlaceMethod: SpecialMethod {
    switch self {
    case .add: .iadd
    case .subtract: .isub
    case .multiply: .imul
    case .divide: .itruediv
    case .floorDivide: .ifloordiv
    case .modulo: .imod
    case .power: .ipow
    case .matrixMultiply: .imatmul
    case .leftShift: .ilshift
    case .rightShift: .irshift
    case .and: .iand
    case .or: .ior
    case .xor: .ixor
    }
  }
}

extension Runtime {
  /// The special method of a value's type, where the type itself (not `object`) has one: what a class of the program defines,
  /// or what a native type registered.
  func specialMethod(_ value: Value, _ method: SpecialMethod) -> Value? {
    let type = type(of: value)
    if let override = type.special(method) { return override }
    guard let found = type.lookup(names[method]) else { return nil }
    if case .object(let object) = found, object.kind == .nativeFunction,
      unsafeDowncast(object, to: NativeFunction.self).owner === types.object
    {
      return nil
    }
    return found
  }

  // MARK: divmod and pow

  /// `divmod(a, b)`.
  func divmod(_ a: Value, _ b: Value) throws(Raised) -> Value {
    if case .int(let x) = a, case .int(let y) = b, y > 0 {
      let (quotient, remainder) = x.quotientAndRemainder(dividingBy: y)
      let (down, rest) = remainder < 0 ? (quotient - 1, remainder + y) : (quotient, remainder)
      return .object(
        TupleObject(self, count: 2) { items in
          items.initialize(to: .int(down))
          (items + 1).initialize(to: .int(rest))
        })
    }
    let leftType = type(of: a)
    let rightType = type(of: b)
    func askLeft() throws(Raised) -> Value {
      if let method = leftType.special(.divmod) { return try callSpecial(method, a, b) }
      let result = try builtInDivmod(a, b)
      if !result.isNotImplemented || a.isPlainNumberKind { return result }
      guard let method = leftType.lookup(names[.divmod]) else { return .notImplemented }
      return try callSpecial(method, a, b)
    }
    func askRight() throws(Raised) -> Value {
      if let method = rightType.special(.rdivmod) { return try callSpecial(method, b, a) }
      if b.isPlainNumberKind { return try builtInDivmod(a, b) }
      guard let method = rightType.lookup(names[.rdivmod]) else { return .notImplemented }
      return try callSpecial(method, b, a)
    }
    if leftType !== rightType, rightType.special(.rdivmod) != nil, rightType.isSubtype(of: leftType) {
      let result = try askRight()
      if !result.isNotImplemented { return result }
    }
    var result = try askLeft()
    if result.isNotImplemented, leftType !== rightType { result = try askRight() }
    if result.isNotImplemented { throw unsupportedOperands("divmod()", a, b) }
    return result
  }

  /// `pow(base, exponent, modulus)`; modulus None is `**`.
  func power(_ base: Value, _ exponent: Value, modulus: Value) throws(Raised) -> Value {
    if modulus.isNone || modulus.isUndefined { return try binary(.power, base, exponent) }
    if let method = type(of: base).special(.pow) {
      let result = try callSpecial(method, base, exponent, modulus)
      if !result.isNotImplemented { return result }
    }
    let result = try builtInPower(base, exponent, modulus)
    if !result.isNotImplemented { return result }
    if !base.isPlainNumberKind, let method = specialMethod(base, .pow) {
      let result = try callSpecial(method, base, exponent, modulus)
      if !result.isNotImplemented { return result }
    }
    throw typeError(
      "unsupported operand type(s) for ** or pow(): '\(typeName(base))', '\(typeName(exponent))', '\(typeName(modulus))'")
  }
}

extension Value {
  /// A number of a built-in type or of a subclass of one.
  var isPlainNumberKind: Bool {
    switch self {
    case .int, .float, .bool: return true
    case .object(let object):
      switch object.kind {
      case .bigInt, .intInstance, .floatInstance, .complex: return true
      default: return false
      }
    default: return false
    }
  }
}
