#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Square root, exponential, logarithms and powers. Results are correctly rounded: digits are computed until no doubt is left.
extension DecimalArithmetic {
  mutating func squareRoot(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    if a.isZero { return finish(DecimalNumber(a.isNegative, 0, Gregorian.floorDivide(a.exponent, 2))) }
    if a.isNegative { return invalid() }
    if a.isInfinite { return a }
    let ideal = Gregorian.floorDivide(a.exponent, 2)
    if let failure = memoryFailure() { return failure }
    // Twice the digits wanted, with an even exponent.
    var shift = 2 * (precision + 1) - a.digitCount + 1
    if (a.exponent - shift) & 1 != 0 { shift += 1 }
    shift = max(shift, a.exponent & 1)
    if (a.exponent - shift) & 1 != 0 { shift += 1 }
    let scaled = a.coefficient * TenPower.of(shift)
    var exponent = (a.exponent - shift) / 2
    var root = scaled.squareRoot()
    if root * root == scaled {
      DecimalArithmetic.strip(&root, &exponent, upTo: ideal)
    } else if (root % 5).isZero {
      root += 1
    }
    return finishHalfEven(DecimalNumber(false, root, exponent))
  }

  private mutating func finishHalfEven(_ number: DecimalNumber) -> DecimalNumber {
    let old = rounding
    rounding = .halfEven
    defer { rounding = old }
    return finish(number)
  }

  // MARK: exp

  mutating func exponential(_ a: DecimalNumber) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    if a.isInfinite { return a.isNegative ? .zero : a }
    if a.isZero { return .one }
    if let failure = memoryFailure() { return failure }
    if a.adjusted > 20 || (a.adjusted > 0 && a.adjusted > TenPower.digitCount(BigUInt(maximumExponent + 1) * 3)) {
      if a.isNegative { return finishHalfEven(DecimalNumber(false, 1, tiniest - 1)) }
      status.formUnion([.overflow, .inexact, .rounded])
      return .infinity(false)
    }
    if a.adjusted < -precision - 1 {
      // 1 and something that no digit shows.
      let isLess = a.isNegative
      let ones = isLess ? TenPower.of(precision + 1) - 1 : TenPower.of(precision + 1) + 1
      return finishHalfEven(DecimalNumber(false, ones, -(precision + 1)))
    }
    var guardDigits = 3
    while true {
      let (coefficient, exponent) = DecimalArithmetic.exponentialDigits(a, precision + guardDigits)
      if let result = decided(coefficient, exponent, guardDigits) { return finishHalfEven(result) }
      guardDigits += guardDigits
    }
  }

  /// The number, unless its last digits leave open which way to round.
  private func decided(_ coefficient: BigUInt, _ exponent: Int, _ guardDigits: Int) -> DecimalNumber? {
    let digits = TenPower.digitCount(coefficient) - precision
    guard digits > 0 else { return DecimalNumber(false, coefficient, exponent) }
    let unit = TenPower.of(digits)
    let rest = coefficient % unit
    let half = unit / 2
    let slack: BigUInt = 10
    if rest + slack > unit || rest < slack || (rest + slack > half && rest < half + slack) { return nil }
    return DecimalNumber(false, coefficient, exponent)
  }

  /// e**a to about so many digits, the last of which may be wrong by some units.
  private static func exponentialDigits(_ a: DecimalNumber, _ digits: Int) -> (BigUInt, Int) {
    // In fixed point, `scale` digits behind the point.
    let scale = digits + max(a.adjusted, 0) + 10
    let shift = a.exponent + scale
    var x = BigInt(shift >= 0 ? a.coefficient * TenPower.of(shift) : a.coefficient / TenPower.of(-shift))
    if a.isNegative { x = -x }
    let ln10 = FixedPoint.ln10(scale)
    let quotient = x.floorDivided(by: ln10).quotient
    let value = FixedPoint.exponential(x - quotient * ln10, scale)
    return (value.magnitude, (Int(exactly: quotient) ?? 0) - scale)
  }

  // MARK: Logarithms

  mutating func naturalLogarithm(_ a: DecimalNumber) -> DecimalNumber { logarithm(a, isDecimal: false) }
  mutating func decimalLogarithm(_ a: DecimalNumber) -> DecimalNumber { logarithm(a, isDecimal: true) }

  private mutating func logarithm(_ a: DecimalNumber, isDecimal: Bool) -> DecimalNumber {
    if let nan = nan(a) { return nan }
    if a.isZero { return .infinity(true) }
    if a.isNegative { return invalid() }
    if a.isInfinite { return a }
    if DecimalNumber.order(a, .one) == 0 { return .zero }
    if let failure = memoryFailure() { return failure }
    if isDecimal, a.coefficient == TenPower.of(a.digitCount - 1) { return finishHalfEven(DecimalNumber(BigInt(a.adjusted))) }
    // The logarithm of 1.000...01 is as small as what follows the one.
    let distance = DecimalNumber.order(a, DecimalNumber(false, 9, -1)) > 0
      && DecimalNumber.order(a, DecimalNumber(false, 11, -1)) < 0 ? a.digitCount + 2 : 0
    var guardDigits = 3
    while true {
      let scale = precision + guardDigits + distance + 10
      var value = FixedPoint.logarithm(a, scale)
      if isDecimal { value = value * BigInt(TenPower.of(scale)) / FixedPoint.ln10(scale) }
      let isNegative = value.sign == .minus
      // Only so many digits as are certain.
      let excess = TenPower.digitCount(value.magnitude) - (precision + guardDigits)
      let kept = excess > 0 ? value.magnitude / TenPower.of(excess) : value.magnitude
      if let result = decided(kept, max(excess, 0) - scale, guardDigits) {
        return finishHalfEven(result.withSign(isNegative))
      }
      guardDigits += guardDigits
    }
  }

  // MARK: Powers

  mutating func power(_ base: DecimalNumber, _ exponent: DecimalNumber) -> DecimalNumber {
    if let nan = nan(base, exponent) { return nan }
    let isNegative = base.isNegative && exponent.isOdd
    if base.isZero {
      if exponent.isZero { return invalid() }
      return exponent.isNegative ? .infinity(isNegative) : DecimalNumber(isNegative, 0, 0)
    }
    if base.isNegative, !exponent.isInteger { return invalid() }
    if exponent.isInfinite {
      let order = base.isInfinite ? 1 : DecimalNumber.orderOfSizes(base, .one)
      if order == 0 { return paddedOne(isNegative) }
      return (order > 0) == exponent.isNegative ? DecimalNumber(isNegative, 0, 0) : .infinity(isNegative)
    }
    if base.isInfinite {
      if exponent.isZero { return .one }
      return exponent.isNegative ? DecimalNumber(isNegative, 0, 0) : .infinity(isNegative)
    }
    if exponent.isZero { return .one }
    if DecimalNumber.orderOfSizes(base, .one) == 0 { return powerOfOne(base, exponent, isNegative) }
    if let extreme = powerBeyondRange(base, exponent, isNegative) { return extreme }
    if exponent.isInteger, let count = exponent.truncated, count.magnitude.bitWidth < 63 {
      return integerPower(base, exponent, Int(count), isNegative)
    }
    return realPower(base, exponent, isNegative)
  }

  private mutating func paddedOne(_ isNegative: Bool) -> DecimalNumber {
    if let failure = memoryFailure() { return failure }
    status.formUnion([.inexact, .rounded])
    return DecimalNumber(isNegative, TenPower.of(precision - 1), 1 - precision)
  }

  private mutating func powerOfOne(_ base: DecimalNumber, _ exponent: DecimalNumber, _ isNegative: Bool) -> DecimalNumber {
    guard exponent.isInteger else { return paddedOne(isNegative) }
    if exponent.isNegative { return DecimalNumber(isNegative, 1, 0) }
    var shift = precision - 1
    if let count = exponent.truncated, let times = Int(exactly: count),
      case let (zeros, overflow) = times.multipliedReportingOverflow(by: max(-base.exponent, 0)), !overflow
    {
      if zeros > shift { status.insert(.rounded) }
      shift = min(shift, zeros)
    } else if base.exponent >= 0 {
      shift = 0
    } else {
      status.insert(.rounded)
    }
    return DecimalNumber(isNegative, TenPower.of(shift), -shift)
  }

  /// Overflow or underflow seen without computing anything.
  private mutating func powerBeyondRange(_ base: DecimalNumber, _ exponent: DecimalNumber, _ isNegative: Bool) -> DecimalNumber? {
    let logarithm = Double(base.adjusted) + 0.5
    let size = exponent.adjusted > 18 ? 1e19 : (exponent.truncated?.roundedToDouble?.magnitude ?? 0)
    if base.adjusted == 0 || base.adjusted == -1 {
      if exponent.adjusted <= 18 { return nil }
      let isGrowing = (DecimalNumber.orderOfSizes(base, .one) > 0) != exponent.isNegative
      return isGrowing ? overflow(isNegative) : finish(DecimalNumber(isNegative, 1, tiniest - 1))
    }
    let estimate = logarithm * size * (exponent.isNegative ? -1 : 1)
    if estimate > Double(maximumExponent) * 2 + 1000 { return overflow(isNegative) }
    if estimate < Double(tiniest) * 2 - 1000 { return finish(DecimalNumber(isNegative, 1, tiniest - 1)) }
    return nil
  }

  private mutating func integerPower(
    _ base: DecimalNumber, _ exponent: DecimalNumber, _ count: Int, _ isNegative: Bool
  ) -> DecimalNumber {
    var work = DecimalArithmetic()
    work.precision = precision + exponent.digitCount + exponent.exponent + 2
    work.minimumExponent = -DecimalArithmetic.largestPrecision
    work.maximumExponent = DecimalArithmetic.largestPrecision
    var factor = base.withSign(false)
    if count < 0 {
      work.precision += 1
      factor = work.divide(.one, factor)
    }
    let times = count.magnitude
    var result = factor
    var bit: UInt = 1 << UInt(UInt.bitWidth - 1 - times.leadingZeroBitCount)
    while bit > 1 {
      bit >>= 1
      result = work.multiply(result, result)
      if times & bit != 0 { result = work.multiply(result, factor) }
      if !result.isFinite || result.isZero { break }
    }
    status.formUnion(work.status.intersection([.inexact, .rounded]))
    return finish(result.withSign(isNegative))
  }

  private mutating func realPower(_ base: DecimalNumber, _ exponent: DecimalNumber, _ isNegative: Bool) -> DecimalNumber {
    var work = DecimalArithmetic()
    work.precision = max(precision, base.digitCount) + 4 + 19
    work.minimumExponent = -DecimalArithmetic.largestPrecision
    work.maximumExponent = DecimalArithmetic.largestPrecision
    let logarithm = work.naturalLogarithm(base.withSign(false))
    let product = work.multiply(logarithm, exponent)
    let result = work.exponential(product)
    status.formUnion([.inexact, .rounded])
    return finish(result.withSign(isNegative))
  }

  mutating func modularPower(_ a: DecimalNumber, _ b: DecimalNumber, _ m: DecimalNumber) -> DecimalNumber {
    for number in [a, b, m] where number.isNaN { return nan(number) ?? number }
    guard a.isInteger, b.isInteger, m.isInteger, !b.isNegative, !m.isZero, !(a.isZero && b.isZero),
      let base = a.truncated, let exponent = b.truncated, let modulus = m.truncated, m.adjusted < precision
    else { return invalid() }
    let result = base.magnitude.power(exponent.magnitude, modulus: modulus.magnitude)
    let isNegative = a.isNegative && (exponent.magnitude.words.first ?? 0) & 1 != 0
    return DecimalNumber(isNegative && !result.isZero, result, 0)
  }
}

/// Functions on whole numbers that stand for fractions with `scale` decimal digits.
enum FixedPoint {
  /// atanh(1/n)
  private static func inverseTangent(_ n: Int, _ unit: BigInt) -> BigInt {
    var power = unit / BigInt(n)
    var sum = power
    let square = BigInt(n * n)
    var odd = 1
    while !power.isZero {
      power /= square
      odd += 2
      sum += power / BigInt(odd)
    }
    return sum
  }

  static func ln10(_ scale: Int) -> BigInt {
    let unit = BigInt(TenPower.of(scale + 5))
    let sum = 46 * inverseTangent(31, unit) + 34 * inverseTangent(49, unit) + 20 * inverseTangent(161, unit)
    return sum / 100_000
  }

  /// For arguments from 0 to ln 10 or so.
  static func exponential(_ x: BigInt, _ scale: Int) -> BigInt {
    // A smaller argument needs fewer terms; the result is squared as often as it was halved.
    let halvings = 8 + Int(Double(scale).squareRoot())
    let extra = halvings / 3 + 4
    let unit = BigInt(TenPower.of(scale + extra))
    let small = (x * BigInt(TenPower.of(extra))) >> halvings
    var term = unit
    var sum = unit
    var n = 1
    while !term.isZero {
      term = term * small / unit / BigInt(n)
      sum += term
      n += 1
    }
    for _ in 0..<halvings { sum = sum * sum / unit }
    return sum / BigInt(TenPower.of(extra))
  }

  /// The natural logarithm of a positive number.
  static func logarithm(_ number: DecimalNumber, _ scale: Int) -> BigInt {
    // number == m * 10**k with m from 0.3 to 3.2.
    let digits = number.digitCount
    var k = number.exponent + digits - 1
    let working = scale + 10
    let shift = working - (digits - 1)
    var m = BigInt(shift >= 0 ? number.coefficient * TenPower.of(shift) : number.coefficient / TenPower.of(-shift))
    let unit = BigInt(TenPower.of(working))
    if m * 10 > unit * 32 {
      m /= 10
      k += 1
    }
    var y = estimate(m, working)
    // Each step triples the digits: y + 2 (m - e**y) / (m + e**y).
    var known = 12
    while true {
      let power = exponentialOfAny(y, working)
      let correction = (m - power) * unit / (m + power)
      y += correction + correction
      if known > working { break }
      known *= 3
    }
    y += BigInt(k) * ln10(working)
    return y / BigInt(TenPower.of(working - scale))
  }

  private static func exponentialOfAny(_ y: BigInt, _ scale: Int) -> BigInt {
    if y.sign == .plus { return exponential(y, scale) }
    let unit = BigInt(TenPower.of(scale))
    return unit * unit / exponential(-y, scale)
  }

  /// The logarithm of `m / 10**scale`, near 1, in the same scale, right to a dozen digits.
  private static func estimate(_ m: BigInt, _ scale: Int) -> BigInt {
    let head = scale > 18 ? m / BigInt(TenPower.of(scale - 18)) : m * BigInt(TenPower.of(18 - scale))
    let value = Double(Int(exactly: head) ?? 1) / 1e18
    let digits = BigInt(truncating: (log(value) * 1e15).rounded())
    return scale >= 15 ? digits * BigInt(TenPower.of(scale - 15)) : digits / BigInt(TenPower.of(15 - scale))
  }
}
