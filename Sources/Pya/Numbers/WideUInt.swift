/// A whole number of two words, for decimal arithmetic: operations say so when a result needs more.
struct WideUInt: Equatable {
  var high: UInt
  var low: UInt

  @inline(__always)
  init(high: UInt = 0, low: UInt) {
    self.high = high
    self.low = low
  }

  @inline(__always) var isZero: Bool { high | low == 0 }

  @inline(__always)
  static func < (a: WideUInt, b: WideUInt) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }

  var successor: WideUInt { WideUInt(high: low == .max ? high &+ 1 : high, low: low &+ 1) }

  /// 10 to a power of at most 19.
  @inline(__always)
  static func tenPower(_ exponent: Int) -> UInt { WideUInt.tenPowers[exponent] }

  /// 10 to a power of at most 38.
  static func widePower(_ exponent: Int) -> WideUInt {
    if exponent <= 19 { return WideUInt(low: tenPower(exponent)) }
    let power = tenPower(19).multipliedFullWidth(by: tenPower(exponent - 19))
    return WideUInt(high: power.high, low: power.low)
  }

  /// The low word and the high one.
  @inline(__always) var split: (UInt, UInt) { (low, high) }

  // Written out, so that they are there when the program starts: the digits of every result are counted with them.
  private static let tenPowers: [UInt] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
    1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
    100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// How many decimal digits: 1 for zero.
  var digitCount: Int {
    if high == 0 { return WideUInt.digitCount(low) }
    // log10(2) times the width (19 to 38), or one more.
    let estimate = ((128 - high.leadingZeroBitCount) * 1233) >> 12
    return self < WideUInt.widePower(estimate) ? estimate : estimate + 1
  }

  private static func digitCount(_ word: UInt) -> Int {
    if word == 0 { return 1 }
    // log10(2) times the width, or one more.
    let estimate = ((64 - word.leadingZeroBitCount) * 1233) >> 12
    return word >= tenPowers[estimate] ? estimate + 1 : estimate
  }

  @inline(__always)
  func adding(_ other: WideUInt) -> (sum: WideUInt, overflow: Bool) {
    let (low, carry) = self.low.addingReportingOverflow(other.low)
    let (high, first) = self.high.addingReportingOverflow(other.high)
    let (total, second) = high.addingReportingOverflow(carry ? 1 : 0)
    return (WideUInt(high: total, low: low), first || second)
  }

  /// The other is not larger.
  @inline(__always)
  func subtracting(_ other: WideUInt) -> WideUInt {
    let (low, borrow) = self.low.subtractingReportingOverflow(other.low)
    return WideUInt(high: self.high &- other.high &- (borrow ? 1 : 0), low: low)
  }

  @inline(__always)
  func multiplied(by word: UInt) -> WideUInt? {
    let lower = low.multipliedFullWidth(by: word)
    let upper = high.multipliedFullWidth(by: word)
    let (sum, overflow) = upper.low.addingReportingOverflow(lower.high)
    return upper.high != 0 || overflow ? nil : WideUInt(high: sum, low: lower.low)
  }

  /// Times a power of ten.
  func shifted(_ digits: Int) -> WideUInt? {
    if digits <= 19 { return multiplied(by: WideUInt.tenPower(digits)) }
    if digits > 38 { return isZero ? self : nil }
    return multiplied(by: WideUInt.tenPower(19))?.multiplied(by: WideUInt.tenPower(digits - 19))
  }

  @inline(__always)
  func divided(by word: UInt) -> (quotient: WideUInt, remainder: UInt) {
    if high == 0 {
      let (quotient, remainder) = low.quotientAndRemainder(dividingBy: word)
      return (WideUInt(low: quotient), remainder)
    }
    let (upper, rest) = high.quotientAndRemainder(dividingBy: word)
    let (lower, remainder) = word.dividingFullWidth((rest, low))
    return (WideUInt(high: upper, low: lower), remainder)
  }

  /// The quotient of this number times a power of ten by a word, and whether nothing is left; nil: it needs more than two words.
  func shiftedQuotient(_ digits: Int, dividedBy word: UInt) -> (quotient: WideUInt, isExact: Bool)? {
    guard digits <= 57 else { return nil }
    // Five words, the lowest first.
    var (a, b, c, d, e) = (low, high, 0 as UInt, 0 as UInt, 0 as UInt)
    var rest = digits
    while rest > 0 {
      let factor = WideUInt.tenPower(min(rest, 19))
      rest -= 19
      var carry: UInt = 0
      for place in 0..<5 {
        let digit = place == 0 ? a : place == 1 ? b : place == 2 ? c : place == 3 ? d : e
        let product = digit.multipliedFullWidth(by: factor)
        let (sum, overflow) = product.low.addingReportingOverflow(carry)
        carry = product.high &+ (overflow ? 1 : 0)
        switch place {
        case 0: a = sum
        case 1: b = sum
        case 2: c = sum
        case 3: d = sum
        default: e = sum
        }
      }
      if carry != 0 { return nil }
    }
    var remainder: UInt = 0
    var quotients: (UInt, UInt, UInt, UInt, UInt) = (0, 0, 0, 0, 0)
    (quotients.4, remainder) = word.dividingFullWidth((0, e))
    (quotients.3, remainder) = word.dividingFullWidth((remainder, d))
    (quotients.2, remainder) = word.dividingFullWidth((remainder, c))
    (quotients.1, remainder) = word.dividingFullWidth((remainder, b))
    (quotients.0, remainder) = word.dividingFullWidth((remainder, a))
    if quotients.4 | quotients.3 | quotients.2 != 0 { return nil }
    return (WideUInt(high: quotients.1, low: quotients.0), remainder == 0)
  }
}
