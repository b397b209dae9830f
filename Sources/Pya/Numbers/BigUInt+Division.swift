/// Division of numbers of any size. The divisor is never 0.
extension BigUInt {
  func quotientAndRemainder(dividingBy divisor: BigUInt) -> (quotient: BigUInt, remainder: BigUInt) {
    if BigUInt.order(self, divisor) < 0 { return (BigUInt(), self) }
    if divisor.words.count == 1 {
      let (quotient, remainder) = divided(by: divisor.lowestWord)
      return (quotient, BigUInt(remainder))
    }
    let shift = divisor.words[divisor.words.count - 1].leadingZeroBitCount
    let count = words.count
    let divisorCount = divisor.words.count
    var quotient = BigUInt()
    let remainder = withWords { x, _ in
      divisor.withWords { y, _ in
        withUnsafeTemporaryAllocation(of: UInt.self, capacity: count + 1 + divisorCount) { buffer -> BigUInt in
          guard let rest = buffer.baseAddress else { return BigUInt() }
          let scaled = rest + count + 1
          _ = WordArithmetic.shiftLeft(scaled, y, divisorCount, by: shift)
          rest[count] = WordArithmetic.shiftLeft(rest, x, count, by: shift)
          quotient = BigUInt(count: count + 1 - divisorCount) {
            WordArithmetic.divide($0, rest, count + 1, scaled, divisorCount)
          }
          return BigUInt(count: divisorCount) { WordArithmetic.shiftRight($0, rest, divisorCount, by: shift) }
        }
      }
    }
    return (quotient, remainder)
  }

  @inline(__always)
  func divided(by word: UInt) -> (quotient: BigUInt, remainder: UInt) {
    var remainder: UInt = 0
    let quotient = withWords { x, count in
      BigUInt(count: count) { remainder = WordArithmetic.divide($0, x, count, by: word) }
    }
    return (quotient, remainder)
  }

  func remainder(by word: UInt) -> UInt { withWords { WordArithmetic.remainder($0, $1, by: word) } }

  static func / (a: BigUInt, b: BigUInt) -> BigUInt { a.quotientAndRemainder(dividingBy: b).quotient }

  static func % (a: BigUInt, b: BigUInt) -> BigUInt {
    if b.words.count == 1 { return BigUInt(a.remainder(by: b.lowestWord)) }
    return a.quotientAndRemainder(dividingBy: b).remainder
  }

  static func /= (a: inout BigUInt, b: BigUInt) { a = a / b }
  static func %= (a: inout BigUInt, b: BigUInt) { a = a % b }
}
