#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A decimal number: sign, coefficient and exponent, or infinity, or NaN with its digits in the coefficient.
struct DecimalNumber {
  enum Kind { case finite, infinity, quietNaN, signalingNaN }

  var kind = Kind.finite
  var isNegative = false
  var coefficient: BigUInt = 0
  var exponent = 0

  init(_ isNegative: Bool, _ coefficient: BigUInt, _ exponent: Int) {
    self.isNegative = isNegative
    self.coefficient = coefficient
    self.exponent = exponent
  }

  init(kind: Kind, isNegative: Bool = false, payload: BigUInt = 0) {
    self.kind = kind
    self.isNegative = isNegative
    coefficient = payload
  }

  init(_ number: BigInt) { self.init(number.sign == .minus && !number.isZero, number.magnitude, 0) }

  /// Exactly the float.
  init(_ number: Double) {
    if number.isNaN {
      self.init(kind: .quietNaN, isNegative: number.sign == .minus)
    } else if number.isInfinite {
      self.init(kind: .infinity, isNegative: number < 0)
    } else {
      var mantissa = number.magnitude
      var exponent = 0
      while mantissa != mantissa.rounded(.towardZero) {
        mantissa *= 2
        exponent += 1
      }
      let whole = BigInt(truncating: mantissa).magnitude
      // m / 2**e is m * 5**e / 10**e.
      self.init(number.sign == .minus, exponent == 0 ? whole : whole * BigUInt(5).power(exponent), -exponent)
    }
  }

  static let zero = DecimalNumber(false, 0, 0)
  static let one = DecimalNumber(false, 1, 0)
  static func infinity(_ isNegative: Bool) -> DecimalNumber { DecimalNumber(kind: .infinity, isNegative: isNegative) }

  var isFinite: Bool { kind == .finite }
  var isInfinite: Bool { kind == .infinity }
  var isNaN: Bool { kind == .quietNaN || kind == .signalingNaN }
  var isZero: Bool { kind == .finite && coefficient.isZero }

  /// How many digits the coefficient has: 1 for zero.
  var digitCount: Int { TenPower.digitCount(coefficient) }

  /// The exponent of the first digit.
  var adjusted: Int { isFinite ? exponent + digitCount - 1 : 0 }

  var isInteger: Bool {
    guard isFinite else { return false }
    if exponent >= 0 || isZero { return true }
    if -exponent >= digitCount { return false }
    return (coefficient % TenPower.of(-exponent)).isZero
  }

  var isOdd: Bool {
    guard isInteger, exponent <= 0 else { return false }
    let whole = exponent == 0 ? coefficient : coefficient / TenPower.of(-exponent)
    return (whole.words.first ?? 0) & 1 != 0
  }

  var negated: DecimalNumber { withSign(!isNegative) }

  func withSign(_ isNegative: Bool) -> DecimalNumber {
    var result = self
    result.isNegative = isNegative
    return result
  }

  /// -1, 0 or 1 as the first is less, equal or greater. No NaN.
  static func order(_ a: DecimalNumber, _ b: DecimalNumber) -> Int {
    if a.isInfinite || b.isInfinite {
      let x = a.isInfinite ? (a.isNegative ? -1 : 1) : 0
      let y = b.isInfinite ? (b.isNegative ? -1 : 1) : 0
      return x == y ? 0 : x < y ? -1 : 1
    }
    if a.isZero { return b.isZero ? 0 : b.isNegative ? 1 : -1 }
    if b.isZero { return a.isNegative ? -1 : 1 }
    if a.isNegative != b.isNegative { return a.isNegative ? -1 : 1 }
    let sign = a.isNegative ? -1 : 1
    return sign * orderOfSizes(a, b)
  }

  /// Of finite numbers without their signs.
  static func orderOfSizes(_ a: DecimalNumber, _ b: DecimalNumber) -> Int {
    if a.isZero || b.isZero { return a.isZero ? (b.isZero ? 0 : -1) : 1 }
    if a.adjusted != b.adjusted { return a.adjusted < b.adjusted ? -1 : 1 }
    let x = a.exponent > b.exponent ? a.coefficient * TenPower.of(a.exponent - b.exponent) : a.coefficient
    let y = b.exponent > a.exponent ? b.coefficient * TenPower.of(b.exponent - a.exponent) : b.coefficient
    return x == y ? 0 : x < y ? -1 : 1
  }

  /// The whole part; nil for infinity and NaN.
  var truncated: BigInt? {
    guard isFinite else { return nil }
    let size: BigUInt
    if exponent >= 0 {
      size = coefficient * TenPower.of(exponent)
    } else {
      size = -exponent > digitCount ? 0 : coefficient / TenPower.of(-exponent)
    }
    return BigInt(sign: isNegative && !size.isZero ? .minus : .plus, magnitude: size)
  }
}

/// Powers of ten.
enum TenPower {
  private static let small = powers(from: 1, count: 160)
  /// Those behind, for calculations with hundreds of digits.
  private static let large = powers(from: BigUInt(10).power(160), count: 1024)

  private static func powers(from first: BigUInt, count: Int) -> [BigUInt] {
    var powers = [first]
    for _ in 1..<count { powers.append(powers[powers.count - 1] * 10) }
    return powers
  }

  private static let words: [UInt] = {
    var powers: [UInt] = [1]
    for _ in 1..<20 { powers.append(powers[powers.count - 1] * 10) }
    return powers
  }()

  static func of(_ exponent: Int) -> BigUInt {
    if exponent < 160 { return small[exponent] }
    if exponent < 160 + 1024 { return large[exponent - 160] }
    let root = of(exponent / 2)
    return exponent & 1 == 0 ? root * root : root * root * 10
  }

  static func digitCount(_ number: BigUInt) -> Int {
    let width = number.bitWidth
    if width == 0 { return 1 }
    // log10(2) times the width, or one more.
    let estimate = (width * 1233) >> 12
    if width <= 64 {
      let word = number.words.first ?? 0
      return estimate < 20 && word >= words[estimate] ? estimate + 1 : max(estimate, 1)
    }
    if width < 500 { return number >= of(estimate) ? estimate + 1 : estimate }
    var count = Int(Double(width - 1) * 0.30102999566398120)
    if width < 1 << 20 {
      // No power of ten is that long, or the logarithm of the first 64 bits tells, unless the number is next to one.
      if count == Int(Double(width) * 0.30102999566398120) { return count + 1 }
      let logarithm = log10(Double(number.leadingWord)) + Double(width - 64) * 0.30102999566398120
      if abs(logarithm - logarithm.rounded()) > 1e-6 { return Int(logarithm) + 1 }
    }
    var power = of(count)
    while number >= power {
      count += 1
      power *= 10
    }
    return count
  }
}

/// What can be remarked about an operation: CPython's signals and conditions.
struct DecimalStatus: OptionSet {
  let rawValue: Int

  static let conversionSyntax = DecimalStatus(rawValue: 1 << 0)
  static let divisionImpossible = DecimalStatus(rawValue: 1 << 1)
  static let divisionUndefined = DecimalStatus(rawValue: 1 << 2)
  static let invalidContext = DecimalStatus(rawValue: 1 << 3)
  static let invalidOperation = DecimalStatus(rawValue: 1 << 4)
  static let floatOperation = DecimalStatus(rawValue: 1 << 5)
  static let divisionByZero = DecimalStatus(rawValue: 1 << 6)
  static let overflow = DecimalStatus(rawValue: 1 << 7)
  static let underflow = DecimalStatus(rawValue: 1 << 8)
  static let subnormal = DecimalStatus(rawValue: 1 << 9)
  static let inexact = DecimalStatus(rawValue: 1 << 10)
  static let rounded = DecimalStatus(rawValue: 1 << 11)
  static let clamped = DecimalStatus(rawValue: 1 << 12)
  static let memoryError = DecimalStatus(rawValue: 1 << 13)

  /// All that the signal InvalidOperation stands for.
  static let invalid: DecimalStatus = [
    .conversionSyntax, .divisionImpossible, .divisionUndefined, .invalidContext, .invalidOperation,
  ]

  /// In the order of CPython's tables.
  static let conditions: [(String, DecimalStatus)] = [
    ("InvalidOperation", .invalidOperation), ("ConversionSyntax", .conversionSyntax),
    ("DivisionImpossible", .divisionImpossible), ("DivisionUndefined", .divisionUndefined),
    ("InvalidContext", .invalidContext),
  ]
  static let signals: [(String, DecimalStatus)] = [
    ("InvalidOperation", .invalid), ("FloatOperation", .floatOperation), ("DivisionByZero", .divisionByZero),
    ("Overflow", .overflow), ("Underflow", .underflow), ("Subnormal", .subnormal), ("Inexact", .inexact),
    ("Rounded", .rounded), ("Clamped", .clamped),
  ]
}

enum DecimalRounding: String, CaseIterable {
  case up = "ROUND_UP"
  case down = "ROUND_DOWN"
  case ceiling = "ROUND_CEILING"
  case floor = "ROUND_FLOOR"
  case halfUp = "ROUND_HALF_UP"
  case halfDown = "ROUND_HALF_DOWN"
  case halfEven = "ROUND_HALF_EVEN"
  case zeroFiveUp = "ROUND_05UP"

  /// Drops the last digits of a coefficient. `isExact`: they were zeros.
  func drop(_ count: Int, of coefficient: BigUInt, isNegative: Bool) -> (coefficient: BigUInt, isExact: Bool) {
    if count <= 0 || coefficient.isZero { return (count <= 0 ? coefficient : 0, true) }
    let quotient, remainder, divisor: BigUInt
    if count > TenPower.digitCount(coefficient) + 1 {
      (quotient, remainder, divisor) = (0, 1, 10)
    } else {
      divisor = TenPower.of(count)
      (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: divisor)
    }
    if remainder.isZero { return (quotient, true) }
    let isUp: Bool
    switch self {
    case .up: isUp = true
    case .down: isUp = false
    case .ceiling: isUp = !isNegative
    case .floor: isUp = isNegative
    case .halfUp: isUp = remainder << 1 >= divisor
    case .halfDown: isUp = remainder << 1 > divisor
    case .halfEven:
      let doubled = remainder << 1
      isUp = doubled > divisor || (doubled == divisor && (quotient.words.first ?? 0) & 1 != 0)
    case .zeroFiveUp: isUp = (quotient % 5).isZero
    }
    return (isUp ? quotient + 1 : quotient, false)
  }
}
