/// Arithmetic on runs of words in memory, the lowest word first. Lengths and room are the caller's business.
enum WordArithmetic {
  typealias Source = UnsafePointer<UInt>
  typealias Target = UnsafeMutablePointer<UInt>

  /// `a + b` with `aCount >= bCount`; the carry comes back. The result may be one of the operands.
  @inline(__always)
  static func add(_ result: Target, _ a: Source, _ aCount: Int, _ b: Source, _ bCount: Int) -> UInt {
    var carry: UInt = 0
    var index = 0
    while index < bCount {
      let (sum, first) = a[index].addingReportingOverflow(b[index])
      let (total, second) = sum.addingReportingOverflow(carry)
      result[index] = total
      carry = (first ? 1 : 0) &+ (second ? 1 : 0)
      index &+= 1
    }
    while index < aCount {
      let (sum, overflow) = a[index].addingReportingOverflow(carry)
      result[index] = sum
      carry = overflow ? 1 : 0
      index &+= 1
    }
    return carry
  }

  /// `a - b` where `a >= b` and `aCount >= bCount`; a borrow that is left comes back.
  @inline(__always)
  @discardableResult
  static func subtract(_ result: Target, _ a: Source, _ aCount: Int, _ b: Source, _ bCount: Int) -> UInt {
    var borrow: UInt = 0
    var index = 0
    while index < bCount {
      let (difference, first) = a[index].subtractingReportingOverflow(b[index])
      let (total, second) = difference.subtractingReportingOverflow(borrow)
      result[index] = total
      borrow = (first ? 1 : 0) &+ (second ? 1 : 0)
      index &+= 1
    }
    while index < aCount {
      let (difference, overflow) = a[index].subtractingReportingOverflow(borrow)
      result[index] = difference
      borrow = overflow ? 1 : 0
      index &+= 1
    }
    return borrow
  }

  /// `result = a * word + carry`; the highest word comes back.
  @inline(__always)
  static func multiply(_ result: Target, _ a: Source, _ count: Int, by word: UInt, carry: UInt = 0) -> UInt {
    var carry = carry
    var index = 0
    while index < count {
      let (high, low) = a[index].multipliedFullWidth(by: word)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      result[index] = sum
      carry = high &+ (overflow ? 1 : 0)
      index &+= 1
    }
    return carry
  }

  /// `result += a * word`; the highest word comes back.
  @inline(__always)
  static func multiplyAdd(_ result: Target, _ a: Source, _ count: Int, by word: UInt) -> UInt {
    var carry: UInt = 0
    var index = 0
    while index < count {
      let (high, low) = a[index].multipliedFullWidth(by: word)
      let (sum, first) = low.addingReportingOverflow(carry)
      let (total, second) = sum.addingReportingOverflow(result[index])
      result[index] = total
      carry = high &+ (first ? 1 : 0) &+ (second ? 1 : 0)
      index &+= 1
    }
    return carry
  }

  /// `result -= a * word`; what is still to be subtracted above comes back.
  @inline(__always)
  static func multiplySubtract(_ result: Target, _ a: Source, _ count: Int, by word: UInt) -> UInt {
    var borrow: UInt = 0
    var index = 0
    while index < count {
      let (high, low) = a[index].multipliedFullWidth(by: word)
      let (sum, first) = low.addingReportingOverflow(borrow)
      let (rest, second) = result[index].subtractingReportingOverflow(sum)
      result[index] = rest
      borrow = high &+ (first ? 1 : 0) &+ (second ? 1 : 0)
      index &+= 1
    }
    return borrow
  }

  /// The product, in `aCount + bCount` words; neither operand is empty.
  static func multiply(_ result: Target, _ a: Source, _ aCount: Int, _ b: Source, _ bCount: Int) {
    result[aCount] = multiply(result, a, aCount, by: b[0])
    var index = 1
    while index < bCount {
      result[aCount &+ index] = multiplyAdd(result + index, a, aCount, by: b[index])
      index &+= 1
    }
  }

  /// The square, in twice as many words: products of different words are made once and doubled.
  static func square(_ result: Target, _ a: Source, _ count: Int) {
    result[0] = 0
    if count > 1 {
      result[count] = multiply(result + 1, a + 1, count - 1, by: a[0])
      var index = 1
      while index < count - 1 {
        result[count + index] = multiplyAdd(result + 2 * index + 1, a + index + 1, count - index - 1, by: a[index])
        index &+= 1
      }
    }
    result[2 * count - 1] = 0
    var top: UInt = 0
    var carry: UInt = 0
    var index = 0
    while index < count {
      let (high, low) = a[index].multipliedFullWidth(by: a[index])
      let (first, second) = (result[2 * index], result[2 * index + 1])
      let (sum, overflow) = (first << 1 | top).addingReportingOverflow(low)
      let (total, again) = sum.addingReportingOverflow(carry)
      result[2 * index] = total
      let (upper, over) = (second << 1 | first >> 63).addingReportingOverflow(high)
      let (all, more) = upper.addingReportingOverflow((overflow ? 1 : 0) &+ (again ? 1 : 0))
      result[2 * index + 1] = all
      carry = (over ? 1 : 0) &+ (more ? 1 : 0)
      top = second >> 63
      index &+= 1
    }
  }

  /// The quotient by one word, which is not 0; the remainder comes back.
  @inline(__always)
  static func divide(_ result: Target, _ a: Source, _ count: Int, by word: UInt) -> UInt {
    var remainder: UInt = 0
    var index = count
    while index > 0 {
      index &-= 1
      (result[index], remainder) = word.dividingFullWidth((remainder, a[index]))
    }
    return remainder
  }

  /// The remainder by one word.
  @inline(__always)
  static func remainder(_ a: Source, _ count: Int, by word: UInt) -> UInt {
    var remainder: UInt = 0
    var index = count
    while index > 0 {
      index &-= 1
      remainder = word.dividingFullWidth((remainder, a[index])).remainder
    }
    return remainder
  }

  /// Long division (Knuth's algorithm D). The divisor has at least two words, and its highest bit is set; `rest` holds the
  /// dividend with one word more than it needs, and becomes the remainder. The quotient has `restCount - divisorCount` words.
  static func divide(_ quotient: Target, _ rest: Target, _ restCount: Int, _ divisor: Source, _ divisorCount: Int) {
    let top = divisor[divisorCount - 1]
    let next = divisor[divisorCount - 2]
    var position = restCount - divisorCount
    while position > 0 {
      position &-= 1
      let high = rest[position + divisorCount]
      let middle = rest[position + divisorCount - 1]
      var guess: UInt
      var left: UInt
      var isSure = false
      if high >= top {
        guess = .max
        let (sum, overflow) = middle.addingReportingOverflow(top)
        left = sum
        isSure = overflow
      } else {
        (guess, left) = top.dividingFullWidth((high, middle))
      }
      while !isSure {
        let product = guess.multipliedFullWidth(by: next)
        if product.high < left || (product.high == left && product.low <= rest[position + divisorCount - 2]) { break }
        guess &-= 1
        let (sum, overflow) = left.addingReportingOverflow(top)
        left = sum
        isSure = overflow
      }
      let borrow = multiplySubtract(rest + position, divisor, divisorCount, by: guess)
      let (difference, isNegative) = high.subtractingReportingOverflow(borrow)
      rest[position + divisorCount] = difference
      if isNegative {
        guess &-= 1
        let carry = add(rest + position, rest + position, divisorCount, divisor, divisorCount)
        rest[position + divisorCount] = rest[position + divisorCount] &+ carry
      }
      quotient[position] = guess
    }
  }

  /// To the left by less than a word; the bits that fall off come back.
  @inline(__always)
  static func shiftLeft(_ result: Target, _ a: Source, _ count: Int, by bits: Int) -> UInt {
    if bits == 0 {
      result.update(from: a, count: count)
      return 0
    }
    var carry: UInt = 0
    var index = 0
    while index < count {
      let word = a[index]
      result[index] = word &<< UInt(bits) | carry
      carry = word &>> UInt(64 &- bits)
      index &+= 1
    }
    return carry
  }

  /// To the right by less than a word.
  @inline(__always)
  static func shiftRight(_ result: Target, _ a: Source, _ count: Int, by bits: Int) {
    if bits == 0 { return result.update(from: a, count: count) }
    var index = 0
    while index < count {
      let above = index &+ 1 < count ? a[index &+ 1] : 0
      result[index] = a[index] &>> UInt(bits) | above &<< UInt(64 &- bits)
      index &+= 1
    }
  }

  /// How many words there are without the zeros on top.
  @inline(__always)
  static func significant(_ a: Source, _ count: Int) -> Int {
    var count = count
    while count > 0, a[count &- 1] == 0 { count &-= 1 }
    return count
  }

  /// -1, 0 or 1 for numbers of the same number of words.
  @inline(__always)
  static func order(_ a: Source, _ b: Source, _ count: Int) -> Int {
    var index = count
    while index > 0 {
      index &-= 1
      if a[index] != b[index] { return a[index] < b[index] ? -1 : 1 }
    }
    return 0
  }
}
