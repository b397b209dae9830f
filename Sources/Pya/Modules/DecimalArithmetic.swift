/// The operations of the General Decimal Arithmetic Specification under one context, collecting what is to be signalled.
struct DecimalArithmetic {
  var precision = 28
  var rounding = DecimalRounding.halfEven
  var minimumExponent = -999_999
  var maximumExponent = 999_999
  var isClamped = false
  var status: DecimalStatus = []

  static let largestPrecision = 999_999_999_999_999_999

  /// The smallest and the largest exponent that a full coefficient can have.
  var tiniest: Int { minimumExponent - (precision - 1) }
  var top: Int { maximumExponent - (precision - 1) }

  mutating func invalid(_ reason: DecimalStatus = .invalidOperation) -> DecimalNumber {
    status.insert(reason)
    return DecimalNumber(kind: .quietNaN)
  }

  /// With a precision that no memory can hold, operations whose results fill it fail.
  mutating func memoryFailure() -> DecimalNumber? {
    if precision < 100_000_000 { return nil }
    return invalid(.memoryError)
  }

  /// The NaN to return when an operand is one.
  mutating func nan(_ a: DecimalNumber, _ b: DecimalNumber? = nil) -> DecimalNumber? {
    guard a.isNaN || (b?.isNaN ?? false) else { return nil }
    var found = a
    if a.kind == .signalingNaN || b?.kind == .signalingNaN {
      status.insert(.invalidOperation)
      if a.kind != .signalingNaN, let b { found = b }
    } else if !a.isNaN, let b {
      found = b
    }
    found.kind = .quietNaN
    return trimmedNaN(found)
  }

  private func trimmedNaN(_ number: DecimalNumber) -> DecimalNumber {
    let room = precision - (isClamped ? 1 : 0)
    if number.coefficient.isZero || number.digitCount <= room { return number }
    var result = number
    result.coefficient = number.coefficient % TenPower.of(room)
    return result
  }

  // MARK: Rounding to the context

  mutating func finish(_ number: DecimalNumber) -> DecimalNumber {
    guard number.isFinite else { return number.isNaN ? trimmedNaN(number) : number }
    var result = number
    if number.coefficient.isZero {
      let exponent = min(max(number.exponent, tiniest), isClamped ? top : maximumExponent)
      if exponent != number.exponent { status.insert(.clamped) }
      result.exponent = exponent
      return result
    }
    let digits = number.digitCount
    var exponentFloor = number.exponent + digits - precision
    if exponentFloor > top { return overflow(number.isNegative) }
    let isSubnormal = exponentFloor < tiniest
    if isSubnormal { exponentFloor = tiniest }
    if number.exponent < exponentFloor {
      let (coefficient, isExact) = rounding.drop(
        exponentFloor - number.exponent, of: number.coefficient, isNegative: number.isNegative)
      result.coefficient = coefficient
      if TenPower.digitCount(coefficient) > precision {
        result.coefficient /= 10
        exponentFloor += 1
      }
      result.exponent = exponentFloor
      if exponentFloor > top { return overflow(number.isNegative) }
      if !isExact {
        status.insert(.inexact)
        if isSubnormal { status.insert(.underflow) }
      }
      if isSubnormal { status.insert(.subnormal) }
      status.insert(.rounded)
      if result.coefficient.isZero { status.insert(.clamped) }
      return result
    }
    if isSubnormal { status.insert(.subnormal) }
    if isClamped, number.exponent > top {
      status.insert(.clamped)
      result.coefficient = number.coefficient * TenPower.of(number.exponent - top)
      result.exponent = top
    }
    return result
  }

  mutating func overflow(_ isNegative: Bool) -> DecimalNumber {
    status.formUnion([.overflow, .inexact, .rounded])
    let isLargest: Bool
    switch rounding {
    case .down, .zeroFiveUp: isLargest = true
    case .ceiling: isLargest = isNegative
    case .floor: isLargest = !isNegative
    default: isLargest = false
    }
    if !isLargest { return .infinity(isNegative) }
    if let failure = memoryFailure() { return failure }
    return DecimalNumber(isNegative, TenPower.of(precision) - 1, top)
  }

  /// With another exponent, without regard to the precision.
  func rescaled(_ number: DecimalNumber, _ exponent: Int, _ rounding: DecimalRounding) -> DecimalNumber {
    guard number.isFinite else { return number }
    if number.coefficient.isZero { return DecimalNumber(number.isNegative, 0, exponent) }
    if number.exponent >= exponent {
      return DecimalNumber(number.isNegative, number.coefficient * TenPower.of(number.exponent - exponent), exponent)
    }
    let dropped = rounding.drop(exponent - number.exponent, of: number.coefficient, isNegative: number.isNegative)
    return DecimalNumber(number.isNegative, dropped.coefficient, exponent)
  }

  // MARK: The four operations

  mutating func add(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    if a.isInfinite {
      return b.isInfinite && a.isNegative != b.isNegative ? invalid() : a
    }
    if b.isInfinite { return b }
    let exponent = min(a.exponent, b.exponent)
    if a.isZero, b.isZero {
      let isNegative = a.isNegative == b.isNegative ? a.isNegative : rounding == .floor
      return finish(DecimalNumber(isNegative, 0, exponent))
    }
    if a.isZero || b.isZero {
      let other = a.isZero ? b : a
      let floor = max(exponent, other.exponent - precision - 1)
      return finish(rescaled(other, floor, rounding))
    }
    var (high, low) = a.exponent >= b.exponent ? (a, b) : (b, a)
    // A number far below the other's last digit only says "not exact".
    let limit = high.exponent + min(-1, high.digitCount - precision - 2)
    if low.digitCount + low.exponent - 1 < limit {
      low.coefficient = 1
      low.exponent = limit
    }
    let shifted = high.coefficient * TenPower.of(high.exponent - low.exponent)
    if high.isNegative == low.isNegative {
      return finish(DecimalNumber(high.isNegative, shifted + low.coefficient, low.exponent))
    }
    if shifted == low.coefficient { return finish(DecimalNumber(rounding == .floor, 0, low.exponent)) }
    if shifted > low.coefficient {
      return finish(DecimalNumber(high.isNegative, shifted - low.coefficient, low.exponent))
    }
    return finish(DecimalNumber(low.isNegative, low.coefficient - shifted, low.exponent))
  }

  mutating func subtract(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    return add(a, b.negated)
  }

  mutating func multiply(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    let product = exactProduct(a, b)
    return product.isFinite ? finish(product) : product
  }

  private mutating func exactProduct(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    let isNegative = a.isNegative != b.isNegative
    if a.isInfinite || b.isInfinite { return a.isZero || b.isZero ? invalid() : .infinity(isNegative) }
    return DecimalNumber(isNegative, a.coefficient * b.coefficient, a.exponent + b.exponent)
  }

  mutating func multiplyAdd(_ a: DecimalNumber, _ b: DecimalNumber, _ c: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    if (a.isInfinite && b.isZero) || (a.isZero && b.isInfinite) { return invalid() }
    return add(exactProduct(a, b), c)
  }

  mutating func divide(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    let isNegative = a.isNegative != b.isNegative
    if a.isInfinite { return b.isInfinite ? invalid() : .infinity(isNegative) }
    if b.isInfinite {
      status.insert(.clamped)
      return DecimalNumber(isNegative, 0, tiniest)
    }
    if b.isZero {
      if a.isZero { return invalid(.divisionUndefined) }
      status.insert(.divisionByZero)
      return .infinity(isNegative)
    }
    let ideal = a.exponent - b.exponent
    if a.isZero { return finish(DecimalNumber(isNegative, 0, ideal)) }
    if let failure = memoryFailure() { return failure }
    let shift = b.digitCount - a.digitCount + precision + 1
    var exponent = ideal - shift
    var (quotient, remainder) = (shift >= 0 ? a.coefficient * TenPower.of(shift) : a.coefficient).quotientAndRemainder(
      dividingBy: shift < 0 ? b.coefficient * TenPower.of(-shift) : b.coefficient)
    if !remainder.isZero {
      if (quotient % 5).isZero { quotient += 1 }
    } else {
      DecimalArithmetic.strip(&quotient, &exponent, upTo: ideal)
    }
    return finish(DecimalNumber(isNegative, quotient, exponent))
  }

  /// Takes zeros off the end while the exponent is below the wanted one.
  static func strip(_ coefficient: inout BigUInt, _ exponent: inout Int, upTo ideal: Int) {
    if coefficient.isZero { return }
    var step = 16
    while step > 0 {
      while exponent + step <= ideal {
        let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: TenPower.of(step))
        if !remainder.isZero { break }
        coefficient = quotient
        exponent += step
      }
      step /= 2
    }
  }

  /// Whole quotient and remainder of finite numbers, the divisor not zero; nil: the quotient is too long.
  private mutating func integerDivision(_ a: DecimalNumber, _ b: DecimalNumber) -> (DecimalNumber, DecimalNumber)? {
    let isNegative = a.isNegative != b.isNegative
    let exponent = b.isInfinite ? a.exponent : min(a.exponent, b.exponent)
    let difference = b.isInfinite ? 0 : a.adjusted - b.adjusted
    if a.isZero || b.isInfinite || difference <= -2 {
      return (DecimalNumber(isNegative, 0, 0), rescaled(a, exponent, rounding))
    }
    if difference <= precision {
      let x = a.coefficient * TenPower.of(a.exponent - exponent)
      let (quotient, remainder) = x.quotientAndRemainder(
        dividingBy: b.coefficient * TenPower.of(b.exponent - exponent))
      if TenPower.digitCount(quotient) <= precision {
        return (DecimalNumber(isNegative, quotient, 0), DecimalNumber(a.isNegative, remainder, exponent))
      }
    }
    return nil
  }

  mutating func divideInteger(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    if a.isInfinite { return b.isInfinite ? invalid() : .infinity(a.isNegative != b.isNegative) }
    if b.isZero {
      if a.isZero { return invalid(.divisionUndefined) }
      status.insert(.divisionByZero)
      return .infinity(a.isNegative != b.isNegative)
    }
    guard let result = integerDivision(a, b) else { return invalid(.divisionImpossible) }
    return finish(result.0)
  }

  mutating func remainder(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    if a.isInfinite { return invalid() }
    if b.isZero { return invalid(a.isZero ? .divisionUndefined : .invalidOperation) }
    guard let result = integerDivision(a, b) else { return invalid(.divisionImpossible) }
    return finish(result.1)
  }

  mutating func divmod(_ a: DecimalNumber, _ b: DecimalNumber) -> (DecimalNumber, DecimalNumber) {
    if let nan = nan(a, b) { return (nan, nan) }
    if a.isInfinite {
      let remainder = invalid()
      return (b.isInfinite ? remainder : .infinity(a.isNegative != b.isNegative), remainder)
    }
    if b.isZero {
      if a.isZero {
        let result = invalid(.divisionUndefined)
        return (result, result)
      }
      let remainder = invalid()
      status.insert(.divisionByZero)
      return (.infinity(a.isNegative != b.isNegative), remainder)
    }
    guard let result = integerDivision(a, b) else {
      let nan = invalid(.divisionImpossible)
      return (nan, nan)
    }
    return (finish(result.0), finish(result.1))
  }

  mutating func remainderNear(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    if a.isInfinite { return invalid() }
    if b.isZero { return invalid(a.isZero ? .divisionUndefined : .invalidOperation) }
    if b.isInfinite { return finish(a) }
    let exponent = min(a.exponent, b.exponent)
    if a.isZero { return finish(DecimalNumber(a.isNegative, 0, exponent)) }
    let difference = a.adjusted - b.adjusted
    if difference >= precision + 1 { return invalid(.divisionImpossible) }
    if difference <= -2 { return finish(rescaled(a, exponent, rounding)) }
    let divisor = b.coefficient * TenPower.of(b.exponent - exponent)
    var (quotient, remainder) = (a.coefficient * TenPower.of(a.exponent - exponent)).quotientAndRemainder(dividingBy: divisor)
    var isNegative = a.isNegative
    let isOdd: BigUInt = (quotient.words.first ?? 0) & 1 == 0 ? 0 : 1
    if remainder << 1 + isOdd > divisor {
      remainder = divisor - remainder
      isNegative.toggle()
      quotient += 1
    }
    if TenPower.digitCount(quotient) > precision { return invalid(.divisionImpossible) }
    return finish(DecimalNumber(isNegative, remainder, exponent))
  }

  // MARK: Rounding operations

  mutating func quantize(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    if a.isInfinite || b.isInfinite { return a.isInfinite && b.isInfinite ? a : invalid() }
    if b.exponent < tiniest || b.exponent > maximumExponent { return invalid() }
    if a.isZero { return finish(DecimalNumber(a.isNegative, 0, b.exponent)) }
    if a.adjusted > maximumExponent || a.adjusted - b.exponent + 1 > precision { return invalid() }
    let result = rescaled(a, b.exponent, rounding)
    if result.adjusted > maximumExponent || result.digitCount > precision { return invalid() }
    if !result.isZero, result.adjusted < minimumExponent { status.insert(.subnormal) }
    if result.exponent > a.exponent {
      if DecimalNumber.order(result, a) != 0 { status.insert(.inexact) }
      status.insert(.rounded)
    }
    return finish(result)
  }

  mutating func toIntegral(_ a: DecimalNumber, isExact: Bool = false) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    if a.isInfinite || a.exponent >= 0 { return a }
    if a.isZero { return DecimalNumber(a.isNegative, 0, 0) }
    let result = rescaled(a, 0, rounding)
    if isExact {
      status.insert(.rounded)
      if DecimalNumber.order(result, a) != 0 { status.insert(.inexact) }
    }
    return result
  }

  mutating func normalize(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    var result = finish(a)
    if result.isInfinite { return result }
    if result.isZero { return DecimalNumber(result.isNegative, 0, 0) }
    DecimalArithmetic.strip(&result.coefficient, &result.exponent, upTo: isClamped ? top : maximumExponent)
    return result
  }

  mutating func plus(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    return finish(a.isZero && rounding != .floor ? a.withSign(false) : a)
  }

  mutating func minus(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    return finish(a.isZero && rounding != .floor ? a.withSign(false) : a.negated)
  }

  mutating func absolute(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    return a.isNegative ? minus(a) : plus(a)
  }

  // MARK: Comparison

  mutating func compare(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    return DecimalArithmetic.sign(DecimalNumber.order(a, b))
  }

  mutating func compareSignal(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if a.isNaN || b.isNaN { status.insert(.invalidOperation) }
    return compare(a, b)
  }

  static func sign(_ order: Int) -> DecimalNumber { DecimalNumber(order < 0, order == 0 ? 0 : 1, 0) }

  /// The order of all representations, -0 below 0 and 1.0 below 1.
  static func totalOrder(_ a: DecimalNumber, _ b: DecimalNumber) -> Int {
    if a.isNegative != b.isNegative { return a.isNegative ? -1 : 1 }
    let sign = a.isNegative ? -1 : 1
    func rank(_ number: DecimalNumber) -> Int {
      number.kind == .quietNaN ? 2 : number.kind == .signalingNaN ? 1 : 0
    }
    if rank(a) != rank(b) { return rank(a) < rank(b) ? -sign : sign }
    if a.isNaN { return a.coefficient == b.coefficient ? 0 : a.coefficient < b.coefficient ? -sign : sign }
    let order = DecimalNumber.order(a, b)
    if order != 0 { return order }
    return a.exponent == b.exponent ? 0 : a.exponent < b.exponent ? -sign : sign
  }

  mutating func extreme(_ a: DecimalNumber, _ b: DecimalNumber, isMaximum: Bool, isMagnitude: Bool = false) -> DecimalNumber {
    if a.isNaN || b.isNaN {
      if a.kind == .quietNaN, !b.isNaN { return finish(b) }
      if b.kind == .quietNaN, !a.isNaN { return finish(a) }
      return nan(a, b) ?? a
    }
    var order = isMagnitude ? DecimalNumber.order(a.withSign(false), b.withSign(false)) : DecimalNumber.order(a, b)
    if order == 0 { order = DecimalArithmetic.totalOrder(a, b) }
    return finish((order < 0) == isMaximum ? b : a)
  }

  // MARK: Neighbours

  mutating func next(_ a: DecimalNumber, isUp: Bool) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    if a.isInfinite {
      return a.isNegative != isUp ? a : DecimalNumber(!isUp, TenPower.of(precision) - 1, top).withSign(a.isNegative)
    }
    var quiet = self
    quiet.rounding = isUp ? .ceiling : .floor
    let rounded = quiet.finish(a)
    if DecimalNumber.order(rounded, a) != 0 { return rounded }
    return quiet.add(a, DecimalNumber(!isUp, 1, tiniest - 1))
  }

  mutating func nextToward(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    let order = DecimalNumber.order(a, b)
    if order == 0 { return a.withSign(b.isNegative) }
    let result = next(a, isUp: order < 0)
    if result.isInfinite {
      status.formUnion([.overflow, .inexact, .rounded])
    } else if result.adjusted < minimumExponent {
      status.formUnion([.underflow, .subnormal, .inexact, .rounded])
      if result.isZero { status.insert(.clamped) }
    }
    return result
  }

  // MARK: Exponents and digits

  mutating func logb(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    if a.isInfinite { return .infinity(false) }
    if a.isZero {
      status.insert(.divisionByZero)
      return .infinity(true)
    }
    return finish(DecimalNumber(BigInt(a.adjusted)))
  }

  mutating func scaleb(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    guard b.isFinite, b.exponent == 0, let shift = Int(exactly: b.truncated ?? 0),
      shift.magnitude <= 2 * (maximumExponent.magnitude + precision.magnitude)
    else { return invalid() }
    if a.isInfinite { return a }
    return finish(DecimalNumber(a.isNegative, a.coefficient, a.exponent + shift))
  }

  /// The count of a shift or rotation, at most the precision either way.
  private func count(_ b: DecimalNumber) -> Int? {
    guard b.isFinite, b.exponent == 0, let count = Int(exactly: b.truncated ?? 0), count.magnitude <= precision else {
      return nil
    }
    return count
  }

  mutating func shift(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    guard let count = count(b) else { return invalid() }
    if a.isInfinite { return a }
    let kept = a.coefficient % TenPower.of(precision)
    let moved = count < 0 ? kept / TenPower.of(-count) : kept * TenPower.of(count) % TenPower.of(precision)
    return DecimalNumber(a.isNegative, moved, a.exponent)
  }

  mutating func rotate(_ a: DecimalNumber, _ b: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a, b) { return nan }
    guard var count = count(b) else { return invalid() }
    if a.isInfinite { return a }
    if count < 0 { count += precision }
    let kept = a.coefficient % TenPower.of(precision)
    let (high, low) = kept.quotientAndRemainder(dividingBy: TenPower.of(precision - count))
    return DecimalNumber(a.isNegative, low * TenPower.of(count) + high, a.exponent)
  }

  /// Digit by digit on coefficients of zeros and ones.
  mutating func logical(_ a: DecimalNumber, _ b: DecimalNumber, _ operation: (Bool, Bool) -> Bool) -> DecimalNumber {
    guard let x = bits(a), let y = bits(b) else { return invalid() }
    var result: BigUInt = 0
    for index in (0..<max(x.count, y.count)).reversed() {
      result *= 10
      if operation(index < x.count && x[index], index < y.count && y[index]) { result += 1 }
    }
    return DecimalNumber(false, result, 0)
  }

  mutating func logicalInvert(_ a: DecimalNumber) -> DecimalNumber {
    var ones: BigUInt = 0
    for _ in 0..<min(precision, 100_000) { ones = ones * 10 + 1 }
    return logical(a, DecimalNumber(false, ones, 0)) { $0 != $1 }
  }

  private func bits(_ number: DecimalNumber) -> [Bool]? {
    guard number.isFinite, !number.isNegative, number.exponent == 0 else { return nil }
    var bits: [Bool] = []
    for digit in DecimalText.of(BigInt(number.coefficient)).reversed() {
      if digit > UInt8(ascii: "1") { return nil }
      bits.append(digit == UInt8(ascii: "1"))
    }
    return Array(bits.prefix(precision))
  }
}
