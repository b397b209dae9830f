import PyaSyntax

/// A built-in number, in the order in which they give way to each other.
enum Number {
  case int(Int)
  case big(BigInt)
  case float(Double)
  case complex(Double, Double)

  /// Nil: not a number.
  init?(_ value: Value) {
    switch value {
    case .int(let number): self = .int(number)
    case .bool(let flag): self = .int(flag ? 1 : 0)
    case .float(let number): self = .float(number)
    case .object(let object):
      switch object.kind {
      case .bigInt: self = .big(unsafeDowncast(object, to: BigIntObject.self).value)
      case .complex:
        let number = unsafeDowncast(object, to: ComplexObject.self)
        self = .complex(number.real, number.imaginary)
      case .intInstance, .floatInstance:
        self.init(unsafeDowncast(object, to: NumberInstance.self).number)
      default: return nil
      }
    default: return nil
    }
  }

  /// The integer, if it is one.
  var bigInt: BigInt? {
    switch self {
    case .int(let number): return BigInt(number)
    case .big(let number): return number
    case .float, .complex: return nil
    }
  }

  var isComplex: Bool {
    if case .complex = self { return true }
    return false
  }

  var isFloat: Bool {
    if case .float = self { return true }
    return false
  }
}

extension Value {
  /// The machine word of an `int`, which may be of a subclass, but no `bool`; nil: it is something else.
  @inline(__always)
  fileprivate var wordOfInt: Int? {
    if case .int(let number) = self { return number }
    guard let held = uncounted, held.kind == .intInstance,
      case .int(let number) = held.as(NumberInstance.self)._withUnsafeGuaranteedRef({ $0.number })
    else { return nil }
    return number
  }
}

/// What the operators mean on built-in values. NotImplemented: nothing, for these two.
extension Runtime {
  func builtInOperation(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if op != .matrixMultiply, let x = a.wordOfInt, let y = b.wordOfInt { return try integerOperation(op, x, y) }
    if let x = Number(a) {
      if let y = Number(b) {
        if case .bool(let first) = a, case .bool(let second) = b {
          switch op {
          case .and: return .bool(first && second)
          case .or: return .bool(first || second)
          case .xor: return .bool(first != second)
          default: break
          }
        }
        return try numberOperation(op, x, y)
      }
      if op == .multiply, case .object(let sequence) = b, sequence.type.special(.rmul) == nil {
        return try repetition(of: sequence, count: a)
      }
      return .notImplemented
    }
    guard case .object(let object) = a else { return .notImplemented }
    switch op {
    case .add: return try concatenation(object, b)
    case .multiply: return try repetition(of: object, count: b)
    case .modulo:
      if object.kind == .string {
        return .object(try percentFormat(unsafeDowncast(object, to: StringObject.self), b))
      }
      if object.kind == .bytes || object.kind == .byteArray, let format = bytesLike(a) {
        return .object(try percentFormat(format, b, kind: object.kind))
      }
      return .notImplemented
    case .or:
      guard object.kind == .dict, b.dict != nil else { return .notImplemented }
      let result = try plainCopy(of: unsafeDowncast(object, to: DictObject.self))
      try updateDict(result, from: b)
      return .object(result)
    default: return .notImplemented
    }
  }

  func numberOperation(_ op: BinaryOperator, _ a: Number, _ b: Number) throws(Raised) -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)): return try integerOperation(op, x, y)
    case (.float(let x), .float(let y)): return try floatOperation(op, x, y)
    case (.int, .big), (.big, .int), (.big, .big):
      return try bigIntegerOperation(op, a.bigInt.unsafelyUnwrapped, b.bigInt.unsafelyUnwrapped)
    case (.complex, _), (_, .complex): return try complexOperation(op, try complexPair(a), try complexPair(b))
    case (.float(let x), _): return try floatOperation(op, x, try double(b))
    case (_, .float(let y)): return try floatOperation(op, try double(a), y)
    }
  }

  /// As a float; OverflowError for an int beyond its range.
  func double(_ number: Number) throws(Raised) -> Double {
    switch number {
    case .int(let number): return Double(number)
    case .big(let number):
      guard let result = number.roundedToDouble else { throw overflowError("int too large to convert to float") }
      return result
    case .float(let number): return number
    case .complex(let real, _): return real
    }
  }

  private func complexPair(_ number: Number) throws(Raised) -> Complex {
    if case .complex(let real, let imaginary) = number { return Complex(real, imaginary) }
    return Complex(try double(number), 0)
  }

  func builtInDivmod(_ a: Value, _ b: Value) throws(Raised) -> Value {
    guard let x = Number(a), let y = Number(b), !x.isComplex, !y.isComplex else { return .notImplemented }
    let quotient, remainder: Value
    if x.isFloat || y.isFloat {
      let divisor = try double(y)
      if divisor == 0 { throw zeroDivisionError("float divmod()") }
      let result = floatDivmod(try double(x), divisor)
      (quotient, remainder) = (.float(result.quotient), .float(result.remainder))
    } else {
      quotient = try numberOperation(.floorDivide, x, y)
      remainder = try numberOperation(.modulo, x, y)
    }
    return .object(TupleObject(self, [quotient, remainder]))
  }

  /// Three-argument `pow`.
  func builtInPower(_ base: Value, _ exponent: Value, _ modulus: Value) throws(Raised) -> Value {
    guard let x = Number(base), let y = Number(exponent) else { return .notImplemented }
    if x.isComplex || y.isComplex {
      guard Number(modulus) != nil else { return .notImplemented }
      throw valueError("complex modulo")
    }
    guard let m = Number(modulus) else { return .notImplemented }
    guard let x = x.bigInt, let y = y.bigInt, let m = m.bigInt else {
      throw typeError("pow() 3rd argument not allowed unless all arguments are integers")
    }
    return try modularPower(x, y, m)
  }
}
