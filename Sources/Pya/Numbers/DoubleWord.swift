/// A whole number of two words in two's complement, for the arithmetic of ints a little beyond one: hashes, random numbers, bit sets.
/// An operation gives nil where the result needs more.
struct DoubleWord {
  var high: Int
  var low: UInt

  @inline(__always)
  init(high: Int, low: UInt) {
    self.high = high
    self.low = low
  }

  @inline(__always)
  init(_ number: Int) { self.init(high: number >> 63, low: UInt(bitPattern: number)) }

  @inline(__always)
  init?(_ number: BigInt) {
    guard let pair = number.magnitude.words.pair, let high = Int(exactly: pair.high) else { return nil }
    self.init(high: high, low: pair.low)
    if number.sign == .minus { self = negated }
  }

  /// The number as one word, if it fits.
  @inline(__always)
  var word: Int? {
    let word = Int(bitPattern: low)
    return high == word >> 63 ? word : nil
  }

  /// The lowest number has no negative.
  @inline(__always)
  private var negated: DoubleWord {
    let (sum, overflow) = (~low).addingReportingOverflow(1)
    return DoubleWord(high: ~high &+ (overflow ? 1 : 0), low: sum)
  }

  @inline(__always)
  private var magnitude: WideUInt {
    let number = high < 0 ? negated : self
    return WideUInt(high: UInt(bitPattern: number.high), low: number.low)
  }

  @inline(__always)
  var bigInt: BigInt {
    let magnitude = magnitude
    return BigInt(sign: high < 0 ? .minus : .plus, magnitude: BigUInt(high: magnitude.high, low: magnitude.low))
  }

  // MARK: Arithmetic

  @inline(__always)
  static func + (a: DoubleWord, b: DoubleWord) -> DoubleWord? {
    let (low, carry) = a.low.addingReportingOverflow(b.low)
    let (high, first) = a.high.addingReportingOverflow(b.high)
    let (total, second) = high.addingReportingOverflow(carry ? 1 : 0)
    return first || second ? nil : DoubleWord(high: total, low: low)
  }

  @inline(__always)
  static func - (a: DoubleWord, b: DoubleWord) -> DoubleWord? {
    let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
    let (high, first) = a.high.subtractingReportingOverflow(b.high)
    let (total, second) = high.subtractingReportingOverflow(borrow ? 1 : 0)
    return first || second ? nil : DoubleWord(high: total, low: low)
  }

  /// Of numbers that are one word long without their sign.
  @inline(__always)
  static func * (a: DoubleWord, b: DoubleWord) -> DoubleWord? {
    let (x, y) = (a.magnitude, b.magnitude)
    guard x.high | y.high == 0 else { return nil }
    let (upper, low) = x.low.multipliedFullWidth(by: y.low)
    guard let high = Int(exactly: upper) else { return nil }
    let product = DoubleWord(high: high, low: low)
    return (a.high < 0) == (b.high < 0) ? product : product.negated
  }

  /// Of a number that is not negative by a positive one of one word.
  @inline(__always)
  func divided(by divisor: DoubleWord) -> (quotient: DoubleWord, remainder: DoubleWord)? {
    guard high >= 0, divisor.high == 0, divisor.low != 0 else { return nil }
    let (quotient, remainder) = magnitude.divided(by: divisor.low)
    return (DoubleWord(high: Int(bitPattern: quotient.high), low: quotient.low), DoubleWord(high: 0, low: remainder))
  }

  // MARK: Bits

  /// Of a number below zero, that of the number which has all its bits the other way.
  var bitLength: Int {
    let (upper, lower) = high < 0 ? (~high, ~low) : (high, low)
    return upper != 0 ? 128 - upper.leadingZeroBitCount : 64 - lower.leadingZeroBitCount
  }

  /// The remainder by a power of two, rounded down; nil: the divisor is none.
  @inline(__always)
  func remainder(byPower divisor: DoubleWord) -> DoubleWord? {
    guard divisor.high >= 0, let below = divisor - DoubleWord(1), below.high >= 0 else { return nil }
    let common = divisor & below
    return common.high == 0 && common.low == 0 ? self & below : nil
  }

  @inline(__always)
  static func & (a: DoubleWord, b: DoubleWord) -> DoubleWord { DoubleWord(high: a.high & b.high, low: a.low & b.low) }
  @inline(__always)
  static func | (a: DoubleWord, b: DoubleWord) -> DoubleWord { DoubleWord(high: a.high | b.high, low: a.low | b.low) }
  @inline(__always)
  static func ^ (a: DoubleWord, b: DoubleWord) -> DoubleWord { DoubleWord(high: a.high ^ b.high, low: a.low ^ b.low) }

  /// By less than a word.
  @inline(__always)
  func shiftedLeft(by count: DoubleWord) -> DoubleWord? {
    guard count.high == 0, count.low < 64 else { return nil }
    if count.low == 0 { return self }
    let shifted = high &<< Int(count.low) | Int(bitPattern: low &>> (64 &- count.low))
    guard (high &<< Int(count.low)) &>> Int(count.low) == high else { return nil }
    return DoubleWord(high: shifted, low: low &<< count.low)
  }

  /// Rounded down.
  @inline(__always)
  func shiftedRight(by count: DoubleWord) -> DoubleWord? {
    guard count.high == 0 else { return nil }
    if count.low == 0 { return self }
    if count.low >= 64 { return DoubleWord(high >> Int(min(count.low &- 64, 63))) }
    return DoubleWord(high: high &>> Int(count.low), low: low &>> count.low | UInt(bitPattern: high) &<< (64 &- count.low))
  }
}
