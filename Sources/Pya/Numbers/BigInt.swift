/// A whole number of any size: what an `int` beyond a machine word holds.
struct BigInt: Hashable, Comparable, ExpressibleByIntegerLiteral, Sendable {
  enum Sign { case plus, minus }

  /// Plus for zero.
  let sign: Sign
  let magnitude: BigUInt

  @inline(__always)
  init(sign: Sign, magnitude: BigUInt) {
    self.sign = magnitude.isZero ? .plus : sign
    self.magnitude = magnitude
  }

  init(_ magnitude: BigUInt) { self.init(sign: .plus, magnitude: magnitude) }
  @inline(__always)
  init(_ number: Int) { self.init(sign: number < 0 ? .minus : .plus, magnitude: BigUInt(number.magnitude)) }
  init(_ number: UInt) { self.init(sign: .plus, magnitude: BigUInt(number)) }
  init(_ number: UInt64, _: Void = ()) { self.init(UInt(number)) }
  init(integerLiteral value: Int) { self.init(value) }

  @inline(__always) var isZero: Bool { magnitude.isZero }
  private var isNegative: Bool { sign == .minus }

  func signum() -> Int { isZero ? 0 : isNegative ? -1 : 1 }

  /// With a bit for the sign.
  var bitWidth: Int { isZero ? 0 : magnitude.bitWidth + 1 }

  static func < (a: BigInt, b: BigInt) -> Bool {
    if a.sign != b.sign { return a.isNegative }
    return a.isNegative ? b.magnitude < a.magnitude : a.magnitude < b.magnitude
  }

  // MARK: Arithmetic

  static prefix func - (a: BigInt) -> BigInt { BigInt(sign: a.isNegative ? .plus : .minus, magnitude: a.magnitude) }

  static func + (a: BigInt, b: Int) -> BigInt {
    let word = b.magnitude
    if a.isNegative == (b < 0) || a.isZero { return BigInt(sign: b < 0 ? .minus : .plus, magnitude: a.magnitude.adding(word)) }
    if a.magnitude.words.count > 1 || a.magnitude.lowestWord >= word {
      return BigInt(sign: a.sign, magnitude: a.magnitude.subtracting(word))
    }
    return BigInt(sign: b < 0 ? .minus : .plus, magnitude: BigUInt(word - a.magnitude.lowestWord))
  }

  static func * (a: BigInt, b: Int) -> BigInt {
    BigInt(sign: a.isNegative == (b < 0) ? .plus : .minus, magnitude: a.magnitude.multiplied(by: b.magnitude))
  }

  static func + (a: BigInt, b: BigInt) -> BigInt {
    if a.sign == b.sign { return BigInt(sign: a.sign, magnitude: a.magnitude + b.magnitude) }
    return difference(a.magnitude, b.magnitude, a.sign)
  }

  static func - (a: BigInt, b: BigInt) -> BigInt {
    if a.sign != b.sign {
      let sign: Sign = a.isZero ? (b.isNegative ? .plus : .minus) : a.sign
      return BigInt(sign: sign, magnitude: a.magnitude + b.magnitude)
    }
    return difference(a.magnitude, b.magnitude, a.sign)
  }

  private static func difference(_ a: BigUInt, _ b: BigUInt, _ sign: Sign) -> BigInt {
    if BigUInt.order(a, b) >= 0 { return BigInt(sign: sign, magnitude: a - b) }
    return BigInt(sign: sign == .plus ? .minus : .plus, magnitude: b - a)
  }

  static func * (a: BigInt, b: BigInt) -> BigInt {
    BigInt(sign: a.sign == b.sign ? .plus : .minus, magnitude: a.magnitude * b.magnitude)
  }

  /// Rounded towards zero; the divisor is not 0.
  static func / (a: BigInt, b: BigInt) -> BigInt {
    BigInt(sign: a.sign == b.sign ? .plus : .minus, magnitude: a.magnitude / b.magnitude)
  }

  /// With the sign of the first.
  static func % (a: BigInt, b: BigInt) -> BigInt { BigInt(sign: a.sign, magnitude: a.magnitude % b.magnitude) }

  func quotientAndRemainder(dividingBy divisor: BigInt) -> (quotient: BigInt, remainder: BigInt) {
    let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
    return (
      BigInt(sign: sign == divisor.sign ? .plus : .minus, magnitude: quotient), BigInt(sign: sign, magnitude: remainder)
    )
  }

  static func += (a: inout BigInt, b: BigInt) { a = a + b }
  static func -= (a: inout BigInt, b: BigInt) { a = a - b }
  static func *= (a: inout BigInt, b: BigInt) { a = a * b }
  static func /= (a: inout BigInt, b: BigInt) { a = a / b }

  func power(_ exponent: Int) -> BigInt {
    BigInt(sign: isNegative && exponent & 1 != 0 ? .minus : .plus, magnitude: magnitude.power(exponent))
  }

  func squareRoot() -> BigInt { BigInt(magnitude.squareRoot()) }

  func greatestCommonDivisor(with other: BigInt) -> BigInt {
    BigInt(magnitude.greatestCommonDivisor(with: other.magnitude))
  }

  // MARK: Bits

  static func << (a: BigInt, count: Int) -> BigInt { BigInt(sign: a.sign, magnitude: a.magnitude << count) }

  /// Rounded down, as bits to the right of the point are dropped.
  static func >> (a: BigInt, count: Int) -> BigInt {
    if !a.isNegative { return BigInt(a.magnitude >> count) }
    return -BigInt((a.magnitude - 1) >> count) - 1
  }

  static func & (a: BigInt, b: BigInt) -> BigInt { combined(a, b, &) }
  static func | (a: BigInt, b: BigInt) -> BigInt { combined(a, b, |) }
  static func ^ (a: BigInt, b: BigInt) -> BigInt { combined(a, b, ^) }
  static func &= (a: inout BigInt, b: BigInt) { a = a & b }
  static func |= (a: inout BigInt, b: BigInt) { a = a | b }
  static func ^= (a: inout BigInt, b: BigInt) { a = a ^ b }

  /// Word by word in two's complement.
  @inline(__always)
  private static func combined(_ a: BigInt, _ b: BigInt, _ operation: (UInt, UInt) -> UInt) -> BigInt {
    let count = max(a.magnitude.words.count, b.magnitude.words.count) + 1
    let isNegative = operation(a.isNegative ? .max : 0, b.isNegative ? .max : 0) != 0
    let magnitude = a.magnitude.withWords { aWords, aCount in
      b.magnitude.withWords { bWords, bCount in
        BigUInt(count: count) { result in
          var (x, y) = (Complement(aWords, aCount, a.isNegative), Complement(bWords, bCount, b.isNegative))
          // The magnitude of a negative result is the complement and one.
          var carry: UInt = isNegative ? 1 : 0
          for index in 0..<count {
            let word = operation(x.word(index), y.word(index))
            let (sum, overflow) = (isNegative ? ~word : word).addingReportingOverflow(carry)
            result[index] = sum
            carry = overflow ? 1 : 0
          }
        }
      }
    }
    return BigInt(sign: isNegative ? .minus : .plus, magnitude: magnitude)
  }

  /// Yields the words of the two's complement from the lowest.
  private struct Complement {
    let words: UnsafePointer<UInt>
    let count: Int
    let isNegative: Bool
    var carry: UInt = 1

    @inline(__always)
    init(_ words: UnsafePointer<UInt>, _ count: Int, _ isNegative: Bool) {
      (self.words, self.count, self.isNegative) = (words, count, isNegative)
    }

    @inline(__always)
    mutating func word(_ index: Int) -> UInt {
      let word = index < count ? words[index] : 0
      if !isNegative { return word }
      let (sum, overflow) = (~word).addingReportingOverflow(carry)
      carry = overflow ? 1 : 0
      return sum
    }
  }
}

extension Int {
  /// Nil when it does not fit.
  @inline(__always)
  init?(exactly number: BigInt) {
    if number.magnitude.words.count > 1 { return nil }
    let word = number.magnitude.lowestWord
    if number.sign == .plus {
      if word > UInt(Int.max) { return nil }
      self = Int(word)
    } else {
      if word > UInt(Int.max) + 1 { return nil }
      self = Int(bitPattern: 0 &- word)
    }
  }

  /// For numbers that are known to fit.
  init(_ number: BigInt) { self = Int(exactly: number) ?? (number.sign == .minus ? .min : .max) }
}

extension Int32 {
  init?(exactly number: BigInt) {
    guard let number = Int(exactly: number), let result = Int32(exactly: number) else { return nil }
    self = result
  }
}

extension UInt {
  init?(exactly number: BigInt) {
    if number.sign == .minus || number.magnitude.words.count > 1 { return nil }
    self = number.magnitude.lowestWord
  }

  /// The lowest word.
  init(_ number: BigUInt) { self = number.lowestWord }
}

extension UInt64 {
  init?(exactly number: BigInt) {
    guard let word = UInt(exactly: number) else { return nil }
    self = UInt64(word)
  }
}
