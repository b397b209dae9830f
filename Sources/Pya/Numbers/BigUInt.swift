/// A whole number from 0 on, of any size.
struct BigUInt: Hashable, Comparable, ExpressibleByIntegerLiteral, Sendable {
  /// The lowest first; the highest is not 0, so zero has none.
  private(set) var words: Words

  init() { words = Words() }

  @inline(__always)
  init(_ word: UInt) { words = Words(low: word) }
  init(_ number: Int) {
    precondition(number >= 0)
    self.init(UInt(number))
  }
  init(_ number: UInt64, _: Void = ()) { self.init(UInt(number)) }
  @inline(__always)
  init(high: UInt, low: UInt) { words = Words(high: high, low: low) }
  init(integerLiteral value: UInt) { self.init(value) }

  /// With or without zeros on top.
  init(words: [UInt]) {
    self.words = Words(words.last == 0 ? Array(words[..<((words.lastIndex { $0 != 0 } ?? -1) + 1)]) : words)
  }

  /// Room for so many words is filled by `body`; zeros on top are dropped.
  @inline(__always)
  init(count: Int, _ body: (UnsafeMutablePointer<UInt>) -> Void) {
    words = Words(count: count) {
      body($0)
      return WordArithmetic.significant($0, count)
    }
  }

  @inline(__always)
  func withWords<Result>(_ body: (UnsafePointer<UInt>, Int) -> Result) -> Result {
    words.withPointer(body)
  }

  @inline(__always) var isZero: Bool { words.isEmpty }

  var lowestWord: UInt { words.first ?? 0 }

  /// The first 64 bits of a number that has more.
  var leadingWord: UInt {
    withWords { words, count in
      let shift = UInt(words[count - 1].leadingZeroBitCount)
      return shift == 0 ? words[count - 1] : words[count - 1] << shift | words[count - 2] >> (64 - shift)
    }
  }

  /// How many bits the number needs.
  var bitWidth: Int {
    guard let top = words.last else { return 0 }
    return words.count * 64 - top.leadingZeroBitCount
  }

  var trailingZeroBitCount: Int {
    for (index, word) in words.enumerated() where word != 0 { return index * 64 + word.trailingZeroBitCount }
    return 0
  }

  // MARK: Comparison

  static func < (a: BigUInt, b: BigUInt) -> Bool { order(a, b) < 0 }

  @inline(__always)
  static func order(_ a: BigUInt, _ b: BigUInt) -> Int {
    if a.words.count != b.words.count { return a.words.count < b.words.count ? -1 : 1 }
    return a.withWords { x, count in b.withWords { y, _ in WordArithmetic.order(x, y, count) } }
  }

  // MARK: Addition and subtraction

  static func + (a: BigUInt, b: BigUInt) -> BigUInt {
    let (long, short) = a.words.count >= b.words.count ? (a, b) : (b, a)
    return long.withWords { x, xCount in
      short.withWords { y, yCount in
        BigUInt(count: xCount + 1) { $0[xCount] = WordArithmetic.add($0, x, xCount, y, yCount) }
      }
    }
  }

  /// The first is not less than the second.
  static func - (a: BigUInt, b: BigUInt) -> BigUInt {
    a.withWords { x, xCount in
      b.withWords { y, yCount in
        BigUInt(count: xCount) { WordArithmetic.subtract($0, x, xCount, y, yCount) }
      }
    }
  }

  func adding(_ word: UInt) -> BigUInt {
    withWords { x, count in
      BigUInt(count: count + 1) { result in
        var carry = word
        for index in 0..<count {
          let (sum, overflow) = x[index].addingReportingOverflow(carry)
          result[index] = sum
          carry = overflow ? 1 : 0
        }
        result[count] = carry
      }
    }
  }

  /// The number is not less than the word.
  func subtracting(_ word: UInt) -> BigUInt {
    withWords { x, count in
      BigUInt(count: count) { result in
        var borrow = word
        for index in 0..<count {
          let (difference, overflow) = x[index].subtractingReportingOverflow(borrow)
          result[index] = difference
          borrow = overflow ? 1 : 0
        }
      }
    }
  }

  static func += (a: inout BigUInt, b: BigUInt) { a = a + b }
  static func -= (a: inout BigUInt, b: BigUInt) { a = a - b }

  // MARK: Multiplication

  /// Numbers of at least so many words are multiplied by Karatsuba's method.
  private static let karatsubaLimit = 40

  static func * (a: BigUInt, b: BigUInt) -> BigUInt {
    let (long, short) = a.words.count >= b.words.count ? (a, b) : (b, a)
    if short.words.count <= 1 {
      guard let word = short.words.first else { return BigUInt() }
      return long.multiplied(by: word)
    }
    if short.words.count >= karatsubaLimit { return karatsuba(long, short) }
    return long.withWords { x, xCount in
      short.withWords { y, yCount in
        BigUInt(count: xCount + yCount) {
          if x == y, xCount == yCount {
            WordArithmetic.square($0, x, xCount)
          } else {
            WordArithmetic.multiply($0, x, xCount, y, yCount)
          }
        }
      }
    }
  }

  static func *= (a: inout BigUInt, b: BigUInt) { a = a * b }

  @inline(__always)
  func multiplied(by word: UInt, adding carry: UInt = 0) -> BigUInt {
    withWords { x, count in
      BigUInt(count: count + 1) { $0[count] = WordArithmetic.multiply($0, x, count, by: word, carry: carry) }
    }
  }

  private static func karatsuba(_ long: BigUInt, _ short: BigUInt) -> BigUInt {
    let (longCount, shortCount) = (long.words.count, short.words.count)
    if longCount >= 2 * shortCount {
      // Pieces as long as the short one.
      var sum = [UInt](repeating: 0, count: longCount + shortCount)
      var position = 0
      while position < longCount {
        let piece = long.slice(position, min(position + shortCount, longCount))
        add(piece * short, to: &sum, at: position)
        position += shortCount
      }
      return BigUInt(words: sum)
    }
    let half = (longCount + 1) / 2
    let (a0, a1) = (long.slice(0, half), long.slice(half, longCount))
    let (b0, b1) = (short.slice(0, min(half, shortCount)), short.slice(min(half, shortCount), shortCount))
    let low = a0 * b0
    let high = a1 * b1
    let isSquare = longCount == shortCount && long.withWords { x, _ in short.withWords { y, _ in x == y } }
    let middle: BigUInt
    if isSquare {
      let sum = a0 + a1
      middle = sum * sum - low - high
    } else {
      middle = (a0 + a1) * (b0 + b1) - low - high
    }
    var sum = [UInt](repeating: 0, count: longCount + shortCount)
    add(low, to: &sum, at: 0)
    add(high, to: &sum, at: 2 * half)
    add(middle, to: &sum, at: half)
    return BigUInt(words: sum)
  }

  private func slice(_ start: Int, _ end: Int) -> BigUInt {
    if start >= end { return BigUInt() }
    return withWords { words, _ in BigUInt(count: end - start) { $0.initialize(from: words + start, count: end - start) } }
  }

  /// There is room for the sum.
  private static func add(_ number: BigUInt, to sum: inout [UInt], at position: Int) {
    if number.isZero { return }
    let room = sum.count - position
    number.withWords { x, count in
      sum.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        let place = base + position
        _ = WordArithmetic.add(place, UnsafePointer(place), room, x, count)
      }
    }
  }

  // MARK: Shifts and bits

  static func << (a: BigUInt, count: Int) -> BigUInt {
    if a.isZero || count == 0 { return a }
    if count < 0 { return a >> -count }
    let (skipped, bits) = count.quotientAndRemainder(dividingBy: 64)
    return a.withWords { x, xCount in
      BigUInt(count: xCount + skipped + 1) {
        $0.update(repeating: 0, count: skipped)
        $0[xCount + skipped] = WordArithmetic.shiftLeft($0 + skipped, x, xCount, by: bits)
      }
    }
  }

  static func >> (a: BigUInt, count: Int) -> BigUInt {
    if count < 0 { return a << -count }
    let (skipped, bits) = count.quotientAndRemainder(dividingBy: 64)
    if skipped >= a.words.count { return BigUInt() }
    return a.withWords { x, xCount in
      BigUInt(count: xCount - skipped) { WordArithmetic.shiftRight($0, x + skipped, xCount - skipped, by: bits) }
    }
  }

  static func <<= (a: inout BigUInt, count: Int) { a = a << count }
  static func >>= (a: inout BigUInt, count: Int) { a = a >> count }
}
