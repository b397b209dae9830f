/// A whole number of four words, the lowest first: products of two `WideUInt`, and what is divided by one.
struct LongUInt {
  private var words: (UInt, UInt, UInt, UInt)

  init(_ number: WideUInt) { words = (number.low, number.high, 0, 0) }

  init(_ a: WideUInt, times b: WideUInt) {
    let (ll, lh) = (a.low.multipliedFullWidth(by: b.low), a.low.multipliedFullWidth(by: b.high))
    let (hl, hh) = (a.high.multipliedFullWidth(by: b.low), a.high.multipliedFullWidth(by: b.high))
    let (first, carry) = ll.high.addingReportingOverflow(lh.low)
    let (second, again) = first.addingReportingOverflow(hl.low)
    let middle = WideUInt(low: lh.high).adding(WideUInt(low: hl.high)).sum.adding(WideUInt(low: (carry ? 1 : 0) &+ (again ? 1 : 0))).sum
    let upper = WideUInt(high: hh.high, low: hh.low).adding(middle).sum
    words = (ll.low, second, upper.low, upper.high)
  }

  private init(_ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt) { words = (a, b, c, d) }

  /// Nil: it needs more than two words.
  var short: WideUInt? { words.2 | words.3 == 0 ? WideUInt(high: words.1, low: words.0) : nil }

  /// How many decimal digits, of a number with more than 19.
  var digitCount: Int {
    if let short { return short.digitCount }
    let width = words.3 != 0 ? 256 - words.3.leadingZeroBitCount : 192 - words.2.leadingZeroBitCount
    // log10(2) times the width (38 to 77), or one more.
    let estimate = (width * 1233) >> 12
    // Nobody rounds so long a number to two words.
    if estimate > 76 { return estimate + 1 }
    let half = estimate / 2
    let power = LongUInt(WideUInt.widePower(half), times: WideUInt.widePower(estimate - half))
    return isLess(than: power) ? estimate : estimate + 1
  }

  private func isLess(than other: LongUInt) -> Bool {
    if words.3 != other.words.3 { return words.3 < other.words.3 }
    if words.2 != other.words.2 { return words.2 < other.words.2 }
    if words.1 != other.words.1 { return words.1 < other.words.1 }
    return words.0 < other.words.0
  }

  @inline(__always)
  func divided(by word: UInt) -> (quotient: LongUInt, remainder: UInt) {
    let (d, first) = words.3.quotientAndRemainder(dividingBy: word)
    let (c, second) = word.dividingFullWidth((first, words.2))
    let (b, third) = word.dividingFullWidth((second, words.1))
    let (a, rest) = word.dividingFullWidth((third, words.0))
    return (LongUInt(a, b, c, d), rest)
  }

  /// Times a power of ten; nil: it needs more than four words.
  func shifted(_ digits: Int) -> LongUInt? {
    var result = self
    var rest = digits
    while rest > 0 {
      let factor = WideUInt.tenPower(min(rest, 19))
      rest -= 19
      let (a, b) = (result.words.0.multipliedFullWidth(by: factor), result.words.1.multipliedFullWidth(by: factor))
      let (c, d) = (result.words.2.multipliedFullWidth(by: factor), result.words.3.multipliedFullWidth(by: factor))
      let (second, one) = b.low.addingReportingOverflow(a.high)
      let (third, two) = WideUInt(low: c.low).adding(WideUInt(high: 0, low: b.high)).sum.adding(WideUInt(low: one ? 1 : 0)).sum.split
      let (fourth, three) = WideUInt(low: d.low).adding(WideUInt(low: c.high)).sum.adding(WideUInt(low: two)).sum.split
      if d.high != 0 || three != 0 { return nil }
      result = LongUInt(a.low, second, third, fourth)
    }
    return result
  }

  /// The quotient by a number of two words, and whether nothing is left; nil: it needs more than two words. Long division by words, as by hand: the
  /// divisor is shifted so far up that the guess from its first word is at most two too large.
  func quotient(dividedBy divisor: WideUInt) -> (quotient: WideUInt, isExact: Bool)? {
    let shift = UInt(divisor.high.leadingZeroBitCount)
    func up(_ high: UInt, _ low: UInt) -> UInt { shift == 0 ? high : high &<< shift | low &>> (64 &- shift) }
    let by = WideUInt(high: up(divisor.high, divisor.low), low: divisor.low &<< shift)
    let top = WideUInt(high: up(0, words.3), low: up(words.3, words.2))
    // The first quotient is a whole word too many unless what stands above is less than the divisor.
    if !(top < by) { return nil }
    let (high, first) = LongUInt.step(top, up(words.2, words.1), by)
    let (low, second) = LongUInt.step(first, up(words.1, words.0), by)
    let (last, rest) = LongUInt.step(second, words.0 &<< shift, by)
    // Three quotients: of the topmost nothing may be left.
    if high != 0 { return nil }
    return (WideUInt(high: low, low: last), rest.isZero)
  }

  /// The quotient of three words by two, of which the upper two are less than those, and the rest.
  @inline(__always)
  private static func step(_ high: WideUInt, _ low: UInt, _ by: WideUInt) -> (quotient: UInt, rest: WideUInt) {
    var guess: UInt
    var rest: UInt
    var isSettled = false
    if high.high >= by.high {
      guess = .max
      (rest, isSettled) = high.low.addingReportingOverflow(by.high)
    } else {
      (guess, rest) = by.high.dividingFullWidth((high.high, high.low))
    }
    while !isSettled {
      let product = guess.multipliedFullWidth(by: by.low)
      if product.high < rest || (product.high == rest && product.low <= low) { break }
      guess &-= 1
      (rest, isSettled) = rest.addingReportingOverflow(by.high)
    }
    // Two words are enough for the rest: it is less than the divisor.
    let lower = guess.multipliedFullWidth(by: by.low)
    let taken = WideUInt(high: guess &* by.high &+ lower.high, low: lower.low)
    return (guess, WideUInt(high: high.low, low: low).subtracting(taken))
  }
}
