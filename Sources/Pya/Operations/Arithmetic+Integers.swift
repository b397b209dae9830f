import PyaSyntax

/// Integers: machine words, and on overflow whole numbers of any size.
extension Runtime {
  @inline(__always)
  func bigInt(_ number: Int) -> BigInt { BigInt(number) }

  func integerOperation(_ op: BinaryOperator, _ x: Int, _ y: Int) throws(Raised) -> Value {
    switch op {
    case .add:
      let (result, overflow) = x.addingReportingOverflow(y)
      return overflow ? integerSum(x, y.magnitude, y < 0) : .int(result)
    case .subtract:
      let (result, overflow) = x.subtractingReportingOverflow(y)
      return overflow ? integerSum(x, y.magnitude, y >= 0) : .int(result)
    case .multiply:
      let (result, overflow) = x.multipliedReportingOverflow(by: y)
      return overflow ? integerProduct(x, y) : .int(result)
    case .divide:
      if y == 0 { throw zeroDivisionError("division by zero") }
      if x.magnitude <= 1 << 53, y.magnitude <= 1 << 53 { return .float(Double(x) / Double(y)) }
      return try trueDivision(BigInt(x), BigInt(y))
    case .floorDivide:
      if y == 0 { throw zeroDivisionError("integer division or modulo by zero") }
      if y == -1 { return try integerOperation(.subtract, 0, x) }
      let quotient = x / y
      return .int(x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient)
    case .modulo:
      if y == 0 { throw zeroDivisionError("integer modulo by zero") }
      if y == -1 { return .int(0) }
      let remainder = x % y
      return .int(remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder)
    case .power: return try integerPower(x, y)
    case .leftShift:
      if y < 0 { throw valueError("negative shift count") }
      if x == 0 { return .int(0) }
      let free = (x < 0 ? ~x : x).leadingZeroBitCount - 1
      return y <= free ? .int(x << y) : try shiftLeft(BigInt(x), by: y)
    case .rightShift:
      if y < 0 { throw valueError("negative shift count") }
      return .int(x >> min(y, 63))
    case .and: return .int(x & y)
    case .or: return .int(x | y)
    case .xor: return .int(x ^ y)
    case .matrixMultiply: return .notImplemented
    }
  }

  /// A sum beyond a machine word: the second number has the sign of the first.
  @inline(never)
  private func integerSum(_ x: Int, _ size: UInt, _ isNegative: Bool) -> Value {
    let (low, carry) = x.magnitude.addingReportingOverflow(size)
    return .object(
      BigIntObject(
        self, BigInt(sign: isNegative ? .minus : .plus, magnitude: BigUInt(high: carry ? 1 : 0, low: low))))
  }

  @inline(never)
  private func integerProduct(_ x: Int, _ y: Int) -> Value {
    let (high, low) = x.magnitude.multipliedFullWidth(by: y.magnitude)
    return integer(BigInt(sign: (x < 0) == (y < 0) ? .plus : .minus, magnitude: BigUInt(high: high, low: low)))
  }

  /// `a op b` where one of them is an int beyond a machine word; NotImplemented unless both are plain ints and the left one is that.
  func largeIntegerOperation(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if let x = a.doubleWord, let y = b.doubleWord, case let result = doubleWordOperation(op, x, y), !result.isUndefined { return result }
    guard a.isLargeInt, let held = a.uncounted else { return .notImplemented }
    return try held.borrowed { (x) throws(Raised) in try bigIntegerOperation(op, x, b) }
  }

  /// The same where no number has more than two words, nor the result; undefined: it has.
  @inline(__always)
  private func doubleWordOperation(_ op: BinaryOperator, _ x: DoubleWord, _ y: DoubleWord) -> Value {
    let result: DoubleWord?
    switch op {
    case .add: result = x + y
    case .subtract: result = x - y
    case .multiply: result = x * y
    case .floorDivide: result = x.divided(by: y)?.quotient
    case .modulo: result = x.remainder(byPower: y) ?? x.divided(by: y)?.remainder
    case .leftShift: result = x.shiftedLeft(by: y)
    case .rightShift: result = x.shiftedRight(by: y)
    case .and: result = x & y
    case .or: result = x | y
    case .xor: result = x ^ y
    case .divide, .power, .matrixMultiply: result = nil
    }
    guard let result else { return .undefined }
    if let word = result.word { return .int(word) }
    return .object(BigIntObject(self, result.bigInt))
  }

  func integer(_ word: UInt) -> Value {
    if let number = Int(exactly: word) { return .int(number) }
    return .object(BigIntObject(self, BigInt(word)))
  }

  /// An operation on an int beyond a machine word and another plain int; NotImplemented for any other operand.
  func bigIntegerOperation(_ op: BinaryOperator, _ object: Object, _ other: Value) throws(Raised) -> Value {
    let x = unsafeDowncast(object, to: BigIntObject.self).value
    switch other {
    case .int(let y): return try bigIntegerOperation(op, x, y)
    case .object(let object) where object.kind == .bigInt:
      return try bigIntegerOperation(op, x, unsafeDowncast(object, to: BigIntObject.self).value)
    default: return .notImplemented
    }
  }

  private func bigIntegerOperation(_ op: BinaryOperator, _ x: BigInt, _ y: Int) throws(Raised) -> Value {
    switch op {
    case .add: return integer(x + y)
    case .subtract where y != .min: return integer(x + -y)
    case .multiply: return integer(x * y)
    case .floorDivide where y > 0 && x.sign == .plus:
      return integer(BigInt(x.magnitude.divided(by: UInt(y)).quotient))
    case .modulo where y > 0:
      let rest = Int(x.magnitude.remainder(by: UInt(y)))
      return .int(x.sign == .plus || rest == 0 ? rest : y - rest)
    case .and where y >= 0 && x.sign == .plus: return .int(Int(x.magnitude.lowestWord & UInt(y)))
    case .rightShift where y >= 0: return integer(x >> y)
    case .leftShift where y >= 0: return try shiftLeft(x, by: y)
    default: return try bigIntegerOperation(op, x, BigInt(y))
    }
  }

  func bigIntegerOperation(_ op: BinaryOperator, _ x: BigInt, _ y: BigInt) throws(Raised) -> Value {
    switch op {
    case .add: return integer(x + y)
    case .subtract: return integer(x - y)
    case .multiply: return integer(x * y)
    case .divide:
      if y.isZero { throw zeroDivisionError("division by zero") }
      return try trueDivision(x, y)
    case .floorDivide:
      if y.isZero { throw zeroDivisionError("integer division or modulo by zero") }
      return integer(x.floorDivided(by: y).quotient)
    case .modulo:
      if y.isZero { throw zeroDivisionError("integer modulo by zero") }
      return integer(x.floorDivided(by: y).remainder)
    case .power: return try bigIntegerPower(x, y)
    case .leftShift:
      if y.sign == .minus, !y.isZero { throw valueError("negative shift count") }
      if x.isZero { return .int(0) }
      guard let count = Int(exactly: y) else {
        // CPython counts digits of 30 bits before it asks for memory: below its limit there is only too little of that.
        let (mostDigits, bitsOfDigit) = (BigInt((Int.max - 24) / 4), BigInt(30))
        if y < mostDigits * bitsOfDigit { throw memoryError() }
        throw overflowError("too many digits in integer")
      }
      return try shiftLeft(x, by: count)
    case .rightShift:
      if y.sign == .minus, !y.isZero { throw valueError("negative shift count") }
      guard let count = Int(exactly: y) else { return .int(x.sign == .minus ? -1 : 0) }
      return integer(x.shiftedRightRoundingDown(by: count))
    case .and:
      var result = x
      result &= y
      return integer(result)
    case .or:
      var result = x
      result |= y
      return integer(result)
    case .xor:
      var result = x
      result ^= y
      return integer(result)
    case .matrixMultiply: return .notImplemented
    }
  }

  private func shiftLeft(_ x: BigInt, by count: Int) throws(Raised) -> Value {
    try checkAllocation(count / 8)
    return integer(x << count)
  }

  /// `x / y`, correctly rounded.
  private func trueDivision(_ x: BigInt, _ y: BigInt) throws(Raised) -> Value {
    guard let result = x.divided(by: y) else {
      throw overflowError("integer division result too large for a float")
    }
    return .float(result)
  }

  // MARK: Powers

  private func integerPower(_ base: Int, _ exponent: Int) throws(Raised) -> Value {
    if exponent < 0 { return try floatOperation(.power, Double(base), Double(exponent)) }
    var result = 1
    var square = base
    var rest = exponent
    while true {
      if rest & 1 != 0 {
        let (product, overflow) = result.multipliedReportingOverflow(by: square)
        if overflow { return try bigIntegerPower(BigInt(base), BigInt(exponent)) }
        result = product
      }
      rest >>= 1
      if rest == 0 { return .int(result) }
      let (product, overflow) = square.multipliedReportingOverflow(by: square)
      if overflow { return try bigIntegerPower(BigInt(base), BigInt(exponent)) }
      square = product
    }
  }

  private func bigIntegerPower(_ base: BigInt, _ exponent: BigInt) throws(Raised) -> Value {
    if exponent.sign == .minus, !exponent.isZero {
      return try floatOperation(.power, try double(.big(base)), try double(.big(exponent)))
    }
    if base.magnitude <= 1 {
      let isOdd = exponent.magnitude.words.first.map { $0 & 1 != 0 } ?? false
      if exponent.isZero { return .int(1) }
      return integer(base.sign == .minus && !isOdd ? -base : base)
    }
    let width = base.magnitude.bitWidth
    guard let exponent = Int(exactly: exponent),
      case let (bits, overflow) = exponent.multipliedReportingOverflow(by: width - 1), !overflow
    else { throw memoryError() }
    try checkAllocation(bits / 8)
    // Powers of two out of the base are a shift.
    let zeros = base.magnitude.trailingZeroBitCount
    if zeros > 0 {
      let odd = base.magnitude >> zeros
      let power = odd == 1 ? BigUInt(1) : odd.power(exponent)
      return integer(
        BigInt(sign: base.sign == .minus && exponent & 1 != 0 ? .minus : .plus, magnitude: power << (zeros * exponent)))
    }
    return integer(base.power(exponent))
  }

  /// `pow(x, y, m)`, with the modular inverse for negative exponents; the result has the modulus's sign.
  func modularPower(_ x: BigInt, _ y: BigInt, _ m: BigInt) throws(Raised) -> Value {
    if m.isZero { throw valueError("pow() 3rd argument cannot be 0") }
    let modulus = BigInt(m.magnitude)
    var base = x.floorDivided(by: modulus).remainder
    var exponent = y
    if y.sign == .minus, !y.isZero {
      guard let inverse = base.modularInverse(modulus) else {
        throw valueError("base is not invertible for the given modulus")
      }
      base = inverse
      exponent = -y
    }
    var result: BigInt
    if modulus == 1 {
      result = 0
    } else if let small = UInt(exactly: modulus), let exponent = UInt(exactly: exponent) {
      result = BigInt(smallModularPower(UInt(exactly: base) ?? 0, exponent, small))
    } else {
      result = BigInt(base.magnitude.power(exponent.magnitude, modulus: modulus.magnitude))
    }
    if m.sign == .minus, !result.isZero { result += m }
    return integer(result)
  }

  private func smallModularPower(_ base: UInt, _ exponent: UInt, _ modulus: UInt) -> UInt {
    func product(_ a: UInt, _ b: UInt) -> UInt {
      let (high, low) = a.multipliedFullWidth(by: b)
      return high == 0 ? low % modulus : modulus.dividingFullWidth((high, low)).remainder
    }
    var result: UInt = 1
    var square = base % modulus
    var rest = exponent
    while rest > 0 {
      if rest & 1 != 0 { result = product(result, square) }
      rest >>= 1
      if rest > 0 { square = product(square, square) }
    }
    return result
  }
}

extension Value {
  /// An int beyond a machine word.
  @inline(__always)
  var isLargeInt: Bool { uncounted?.kind == .bigInt }

  /// A plain int of at most two words.
  @inline(__always)
  var doubleWord: DoubleWord? {
    if case .int(let number) = self { return DoubleWord(number) }
    guard let held = uncounted, held.kind == .bigInt else { return nil }
    return held.as(BigIntObject.self)._withUnsafeGuaranteedRef { DoubleWord($0.value) }
  }
}
