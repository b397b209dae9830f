/// Powers, roots and common divisors.
extension BigUInt {
  func power(_ exponent: Int) -> BigUInt {
    if exponent == 0 { return 1 }
    if isZero || (words.count == 1 && words[0] == 1) { return self }
    var result = self
    var bit = 1 << (Int.bitWidth - 1 - exponent.leadingZeroBitCount)
    while bit > 1 {
      bit >>= 1
      result = result * result
      if exponent & bit != 0 { result = result * self }
    }
    return result
  }

  /// `self ** exponent % modulus`; the modulus is not 0.
  func power(_ exponent: BigUInt, modulus: BigUInt) -> BigUInt {
    if modulus == 1 { return 0 }
    let base = self % modulus
    if exponent.isZero { return 1 }
    if base.isZero { return 0 }
    if modulus.lowestWord & 1 != 0, modulus.words.count < 200, exponent.bitWidth > 4 {
      return Montgomery(modulus).power(base, exponent)
    }
    return exponent.bitsFromTop(start: base, square: { $0 * $0 % modulus }, multiply: { $0 * base % modulus })
  }

  /// Square for every bit after the first, and multiply where it is set.
  private func bitsFromTop(start: BigUInt, square: (BigUInt) -> BigUInt, multiply: (BigUInt) -> BigUInt) -> BigUInt {
    var result = start
    var index = bitWidth - 1
    while index > 0 {
      index -= 1
      result = square(result)
      if bit(index) { result = multiply(result) }
    }
    return result
  }

  @inline(__always)
  func bit(_ index: Int) -> Bool { words[index >> 6] >> UInt(index & 63) & 1 != 0 }

  /// The whole part of the square root. Each step doubles the digits known (Zimmermann's and CPython's way).
  func squareRoot() -> BigUInt {
    if isZero { return self }
    let half = (bitWidth - 1) / 2
    var root: BigUInt = 1
    var known = 0
    var step = Int.bitWidth - half.leadingZeroBitCount
    while step > 0 {
      step -= 1
      let before = known
      known = half >> step
      root = (root << (known - before - 1)) + (self >> (2 * half - before - known + 1)) / root
    }
    return root * root > self ? root - 1 : root
  }

  /// Euclid's algorithm with Lehmer's shortcut: most steps look at the highest words only.
  func greatestCommonDivisor(with other: BigUInt) -> BigUInt {
    var (a, b) = self >= other ? (self, other) : (other, self)
    while b.words.count > 1 {
      let shift = a.bitWidth - 62
      var x = Int((a >> shift).lowestWord)
      var y = Int((b >> shift).lowestWord)
      var (p, q, r, s) = (1, 0, 0, 1)
      while y + r != 0, y + s != 0 {
        let quotient = (x + p) / (y + r)
        if quotient != (x + q) / (y + s) { break }
        let (np, nq, nx) = (p - quotient * r, q - quotient * s, x - quotient * y)
        // The factors must fit into half a word, so that the combinations below are exact.
        if max(np.magnitude, nq.magnitude) >= 1 << 31 { break }
        (p, q, x, r, s, y) = (r, s, y, np, nq, nx)
      }
      if q == 0 {
        (a, b) = (b, a % b)
      } else {
        (a, b) = (BigUInt.combination(a, p, b, q), BigUInt.combination(a, r, b, s))
      }
    }
    if b.isZero { return a }
    var (x, y) = (b.lowestWord, a.remainder(by: b.lowestWord))
    while y != 0 { (x, y) = (y, x % y) }
    return BigUInt(x)
  }

  /// `a * p + b * q` where one factor is not positive and the result not negative.
  private static func combination(_ a: BigUInt, _ p: Int, _ b: BigUInt, _ q: Int) -> BigUInt {
    let x = a.multiplied(by: p.magnitude)
    let y = b.multiplied(by: q.magnitude)
    return p < 0 ? y - x : q < 0 ? x - y : x + y
  }
}

/// Multiplication modulo an odd number without division: numbers are kept times 2**(64 n).
private struct Montgomery {
  let modulus: BigUInt
  let count: Int
  /// -1 / modulus, modulo 2**64.
  let inverse: UInt

  init(_ modulus: BigUInt) {
    self.modulus = modulus
    count = modulus.words.count
    let word = modulus.lowestWord
    var inverse: UInt = word
    for _ in 0..<6 { inverse = inverse &* (2 &- word &* inverse) }
    self.inverse = 0 &- inverse
  }

  func power(_ base: BigUInt, _ exponent: BigUInt) -> BigUInt {
    let width = exponent.bitWidth
    let windowBits = width > 600 ? 5 : width > 80 ? 4 : width > 24 ? 3 : 2
    let tableCount = 1 << windowBits
    let unit = (BigUInt(1) << (64 * count)) % modulus
    let first = (base << (64 * count)) % modulus
    return withUnsafeTemporaryAllocation(of: UInt.self, capacity: (tableCount + 1) * count + 2 * count + 1) { buffer in
      guard let table = buffer.baseAddress else { return BigUInt() }
      let result = table + tableCount * count
      let scratch = result + count
      store(unit, table)
      store(first, table + count)
      var index = 2
      while index < tableCount {
        multiply(table + index * count, table + (index - 1) * count, table + count, scratch)
        index += 1
      }
      result.update(from: table, count: count)
      var position = (width + windowBits - 1) / windowBits * windowBits
      while position > 0 {
        position -= windowBits
        for _ in 0..<windowBits { multiply(result, result, result, scratch) }
        var digit = 0
        for bit in (0..<windowBits).reversed() {
          digit = digit << 1 | (position + bit < width && exponent.bit(position + bit) ? 1 : 0)
        }
        if digit != 0 { multiply(result, result, table + digit * count, scratch) }
      }
      // Times 1 takes the factor out.
      (table + count).update(repeating: 0, count: count)
      table[count] = 1
      multiply(result, result, table + count, scratch)
      return BigUInt(count: count) { $0.update(from: result, count: count) }
    }
  }

  private func store(_ number: BigUInt, _ place: UnsafeMutablePointer<UInt>) {
    place.update(repeating: 0, count: count)
    number.withWords { place.update(from: $0, count: $1) }
  }

  /// `a * b / 2**(64 n)` modulo the modulus. `scratch` has 2 n + 1 words; the result may be an operand.
  private func multiply(
    _ result: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ b: UnsafePointer<UInt>,
    _ scratch: UnsafeMutablePointer<UInt>
  ) {
    if a == b {
      WordArithmetic.square(scratch, a, count)
    } else {
      WordArithmetic.multiply(scratch, a, count, b, count)
    }
    scratch[2 * count] = 0
    modulus.withWords { m, count in
      var index = 0
      while index < count {
        let carry = WordArithmetic.multiplyAdd(scratch + index, m, count, by: scratch[index] &* inverse)
        var place = index + count
        var rest = carry
        while rest != 0 {
          let (sum, overflow) = scratch[place].addingReportingOverflow(rest)
          scratch[place] = sum
          rest = overflow ? 1 : 0
          place += 1
        }
        index += 1
      }
      let high = scratch + count
      if high[count] != 0 || WordArithmetic.order(high, m, count) >= 0 {
        WordArithmetic.subtract(result, high, count, m, count)
      } else {
        result.update(from: high, count: count)
      }
    }
  }
}
