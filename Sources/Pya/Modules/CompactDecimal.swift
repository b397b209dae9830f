/// A finite decimal number whose coefficient fits into two words: what programs calculate with nearly always.
///
/// The four operations, rounding and comparison, without memory of their own. Each gives nil for what needs more room or is a special
/// case (division by zero, exponents near the limits); `DecimalArithmetic` knows the whole rule.
struct CompactDecimal {
  var coefficient: WideUInt
  var exponent: Int
  var isNegative: Bool

  /// Exponents stay this small, so that sums of them mean nothing special under any context that `CompactContext` accepts.
  static let exponentLimit = 100_000

  init(_ isNegative: Bool, _ coefficient: WideUInt, _ exponent: Int) {
    self.isNegative = isNegative
    self.coefficient = coefficient
    self.exponent = exponent
  }

  init(_ number: Int) { self.init(number < 0, WideUInt(low: number.magnitude), 0) }

  init?(_ number: DecimalNumber) {
    guard number.isFinite, number.coefficient.words.count <= 2, number.exponent.magnitude < CompactDecimal.exponentLimit else {
      return nil
    }
    let words = number.coefficient.words
    self.init(
      number.isNegative, WideUInt(high: words.count > 1 ? words[1] : 0, low: words.first ?? 0), number.exponent)
  }

  var general: DecimalNumber {
    DecimalNumber(isNegative, BigUInt(high: coefficient.high, low: coefficient.low), exponent)
  }

  var isZero: Bool { coefficient.isZero }
}

/// What an operation on compact numbers needs of a context, and what it has to tell about the result.
struct CompactContext {
  let precision: Int
  let rounding: DecimalRounding
  var isInexact = false
  var isRounded = false

  /// Nil for a context whose limits could matter.
  init?(_ context: DecimalContextObject, _ rounding: DecimalRounding? = nil) {
    guard context.maximumExponent > 400_000, context.minimumExponent < -400_000, context.clamp == 0
    else { return nil }
    precision = context.precision
    self.rounding = rounding ?? context.rounding
  }

  var status: DecimalStatus {
    isInexact ? [.inexact, .rounded] : isRounded ? .rounded : []
  }

  // MARK: Rounding

  /// Drops `count` digits (1 to 19).
  private mutating func drop(_ count: Int, of coefficient: WideUInt, isNegative: Bool) -> WideUInt {
    let divisor = WideUInt.tenPower(count)
    let (quotient, remainder) = coefficient.divided(by: divisor)
    return round(quotient, remainder, of: divisor, hasMore: false, isNegative: isNegative)
  }

  /// The quotient, or the next where the rest says so; `hasMore`: the rest is a little larger than the remainder.
  @inline(__always)
  private mutating func round(
    _ quotient: WideUInt, _ remainder: UInt, of divisor: UInt, hasMore: Bool, isNegative: Bool
  ) -> WideUInt {
    isRounded = true
    if remainder == 0, !hasMore { return quotient }
    isInexact = true
    let rest = divisor - remainder
    let isMoreThanHalf = remainder > rest || (remainder == rest && hasMore)
    let isUp: Bool
    switch rounding {
    case .up: isUp = true
    case .down: isUp = false
    case .ceiling: isUp = !isNegative
    case .floor: isUp = isNegative
    case .halfUp: isUp = isMoreThanHalf || remainder == rest
    case .halfDown: isUp = isMoreThanHalf
    case .halfEven: isUp = isMoreThanHalf || (remainder == rest && quotient.low & 1 != 0)
    case .zeroFiveUp: isUp = quotient.divided(by: 5).remainder == 0
    }
    return isUp ? quotient.successor : quotient
  }

  /// Rounded to the precision.
  mutating func finish(_ number: CompactDecimal) -> CompactDecimal? {
    guard number.exponent.magnitude < CompactDecimal.exponentLimit else { return nil }
    let excess = number.coefficient.digitCount - precision
    if excess <= 0 { return number }
    guard excess <= 19 else { return nil }
    var result = number
    result.coefficient = drop(excess, of: number.coefficient, isNegative: number.isNegative)
    result.exponent += excess
    if result.coefficient.digitCount > precision {
      result.coefficient = result.coefficient.divided(by: 10).quotient
      result.exponent += 1
    }
    return result
  }

  // MARK: The four operations

  mutating func add(_ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    if a.isZero || b.isZero { return addZero(a, b) }
    var (high, low) = a.exponent >= b.exponent ? (a, b) : (b, a)
    if high.exponent != low.exponent {
      guard let shifted = high.coefficient.shifted(high.exponent - low.exponent) else { return nil }
      high.coefficient = shifted
    }
    if high.isNegative == low.isNegative {
      let (sum, overflow) = high.coefficient.adding(low.coefficient)
      return overflow ? nil : finish(CompactDecimal(high.isNegative, sum, low.exponent))
    }
    if high.coefficient == low.coefficient {
      return CompactDecimal(rounding == .floor, WideUInt(low: 0), low.exponent)
    }
    return high.coefficient < low.coefficient
      ? finish(CompactDecimal(low.isNegative, low.coefficient.subtracting(high.coefficient), low.exponent))
      : finish(CompactDecimal(high.isNegative, high.coefficient.subtracting(low.coefficient), low.exponent))
  }

  /// The sum where one of the numbers is zero, which gives its exponent if there is room for so many digits.
  private mutating func addZero(_ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    let exponent = min(a.exponent, b.exponent)
    if a.isZero, b.isZero {
      return CompactDecimal(a.isNegative == b.isNegative ? a.isNegative : rounding == .floor, a.coefficient, exponent)
    }
    let other = a.isZero ? b : a
    let zeros = min(other.exponent - exponent, precision + 1)
    guard let coefficient = other.coefficient.shifted(zeros) else { return nil }
    return finish(CompactDecimal(other.isNegative, coefficient, other.exponent - zeros))
  }

  mutating func multiply(_ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    let isNegative = a.isNegative != b.isNegative
    let (long, short) = a.coefficient.high == 0 ? (b, a) : (a, b)
    guard short.coefficient.high == 0, let product = long.coefficient.multiplied(by: short.coefficient.low) else {
      return finish(LongUInt(a.coefficient, times: b.coefficient), isNegative, a.exponent + b.exponent)
    }
    return finish(CompactDecimal(isNegative, product, a.exponent + b.exponent))
  }

  /// A product of more than two words, rounded to a precision that two can hold.
  private mutating func finish(_ product: LongUInt, _ isNegative: Bool, _ exponent: Int) -> CompactDecimal? {
    guard precision <= 38, exponent.magnitude < CompactDecimal.exponentLimit else { return nil }
    let excess = product.digitCount - precision
    guard excess > 0, excess <= 38 else { return nil }
    // The digits below the last nineteen of them only say whether there are any.
    let (shorter, first) = excess > 19 ? product.divided(by: WideUInt.tenPower(excess - 19)) : (product, 0)
    let divisor = WideUInt.tenPower(min(excess, 19))
    let (quotient, remainder) = shorter.divided(by: divisor)
    guard let short = quotient.short else { return nil }
    var result = CompactDecimal(isNegative, short, exponent + excess)
    result.coefficient = round(short, remainder, of: divisor, hasMore: first != 0, isNegative: isNegative)
    if result.coefficient.digitCount > precision {
      result.coefficient = result.coefficient.divided(by: 10).quotient
      result.exponent += 1
    }
    return result
  }

  mutating func divide(_ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    if a.isZero || b.isZero || precision > 36 { return nil }
    let ideal = a.exponent - b.exponent
    let shift = b.coefficient.digitCount - a.coefficient.digitCount + precision + 1
    if shift < 0 { return nil }
    let shifted =
      b.coefficient.high == 0
      ? a.coefficient.shiftedQuotient(shift, dividedBy: b.coefficient.low)
      : LongUInt(a.coefficient).shifted(shift)?.quotient(dividedBy: b.coefficient)
    guard let (quotient, isExact) = shifted else { return nil }
    var result = CompactDecimal(a.isNegative != b.isNegative, quotient, ideal - shift)
    if !isExact {
      // A last digit that is not 0 or 5 tells rounding that more followed.
      if quotient.divided(by: 5).remainder == 0 { result.coefficient = quotient.successor }
    } else {
      var step = 16
      while step > 0 {
        while result.exponent + step <= ideal {
          let (shorter, rest) = result.coefficient.divided(by: WideUInt.tenPower(step))
          if rest != 0 { break }
          result.coefficient = shorter
          result.exponent += step
        }
        step /= 2
      }
    }
    return finish(result)
  }

  /// What `//` gives.
  func divideInteger(_ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    wholeQuotient(a, b).map { CompactDecimal(a.isNegative != b.isNegative, $0.quotient, 0) }
  }

  /// What `%` gives: it has the sign of the first.
  mutating func remainder(_ a: CompactDecimal, _ b: CompactDecimal) -> CompactDecimal? {
    guard let rest = wholeQuotient(a, b)?.rest else { return nil }
    return finish(CompactDecimal(a.isNegative, WideUInt(low: rest), min(a.exponent, b.exponent)))
  }

  private func wholeQuotient(_ a: CompactDecimal, _ b: CompactDecimal) -> (quotient: WideUInt, rest: UInt)? {
    if a.isZero || b.isZero { return nil }
    let exponent = min(a.exponent, b.exponent)
    guard let x = a.coefficient.shifted(a.exponent - exponent), let y = b.coefficient.shifted(b.exponent - exponent), y.high == 0
    else { return nil }
    let (quotient, rest) = x.divided(by: y.low)
    return quotient.digitCount > precision ? nil : (quotient, rest)
  }

  /// With the exponent of another number.
  mutating func quantize(_ a: CompactDecimal, _ exponent: Int) -> CompactDecimal? {
    if a.isZero { return CompactDecimal(a.isNegative, a.coefficient, exponent) }
    var result = a
    result.exponent = exponent
    if exponent < a.exponent {
      guard let shifted = a.coefficient.shifted(a.exponent - exponent) else { return nil }
      result.coefficient = shifted
    } else if exponent > a.exponent {
      guard exponent - a.exponent <= 19 else { return nil }
      result.coefficient = drop(exponent - a.exponent, of: a.coefficient, isNegative: a.isNegative)
    }
    return result.coefficient.digitCount > precision ? nil : result
  }
}

extension CompactDecimal {
  /// -1, 0 or 1.
  static func order(_ a: CompactDecimal, _ b: CompactDecimal) -> Int? {
    if a.isZero || b.isZero {
      if a.isZero, b.isZero { return 0 }
      return a.isZero ? (b.isNegative ? 1 : -1) : (a.isNegative ? -1 : 1)
    }
    if a.isNegative != b.isNegative { return a.isNegative ? -1 : 1 }
    var (x, y) = (a.coefficient, b.coefficient)
    if a.exponent > b.exponent {
      guard let shifted = x.shifted(a.exponent - b.exponent) else { return nil }
      x = shifted
    } else if b.exponent > a.exponent {
      guard let shifted = y.shifted(b.exponent - a.exponent) else { return nil }
      y = shifted
    }
    if x == y { return 0 }
    return (x < y) != a.isNegative ? -1 : 1
  }

  /// Up to 19 digits with a sign and a point, as most programs write them; nil: something else.
  init?(text: StringObject) {
    let (bytes, count) = (text.bytes, text.byteCount)
    guard count > 0, count <= 21 else { return nil }
    var index = 0
    var isNegative = false
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
      isNegative = bytes[0] == UInt8(ascii: "-")
      index = 1
    }
    var value: UInt = 0
    var digits = 0
    var point = -1
    while index < count {
      let byte = bytes[index]
      if byte &- 48 < 10 {
        value = value &* 10 &+ UInt(byte &- 48)
        digits += 1
      } else if byte == UInt8(ascii: "."), point < 0 {
        point = digits
      } else {
        return nil
      }
      index += 1
    }
    guard digits > 0, digits <= 19 else { return nil }
    self.init(isNegative, WideUInt(low: value), point < 0 ? 0 : point - digits)
  }
}
