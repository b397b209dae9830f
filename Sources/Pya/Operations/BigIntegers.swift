#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What Python's integers need beyond the package's: floor division, rounding to floats, floor shifts.
extension BigInt {
  /// Quotient rounded down, and the remainder with the divisor's sign. The divisor is not 0.
  @inline(__always)
  func floorDivided(by divisor: BigInt) -> (quotient: BigInt, remainder: BigInt) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    if !remainder.isZero, (remainder.sign == .minus) != (divisor.sign == .minus) {
      return (quotient - 1, remainder + divisor)
    }
    return (quotient, remainder)
  }

  func shiftedRightRoundingDown(by count: Int) -> BigInt {
    self >> count
  }

  /// The nearest double, ties to even. Nil beyond the range.
  var roundedToDouble: Double? {
    let width = magnitude.bitWidth
    if width <= 64 {
      let result = Double(magnitude.words.first ?? 0)
      return sign == .minus ? -result : result
    }
    let dropped = width - 64
    let top = (magnitude >> dropped).words.first ?? 0
    let result = roundedDouble(top, isInexact: magnitude.trailingZeroBitCount < dropped, exponent: dropped)
    return sign == .minus ? result.map { -$0 } : result
  }

  /// The nearest double to the quotient. Nil beyond the range.
  func divided(by divisor: BigInt) -> Double? {
    if isZero { return divisor.sign == .minus ? -0.0 : 0 }
    // Enough bits for one word of quotient; what is left over only says "not exact".
    let shift = 63 - (magnitude.bitWidth - divisor.magnitude.bitWidth)
    let dividend = shift > 0 ? magnitude << shift : magnitude
    let scaled = shift < 0 ? divisor.magnitude << -shift : divisor.magnitude
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: scaled)
    let result = roundedDouble(quotient.words.first ?? 0, isInexact: !remainder.isZero, exponent: -shift)
    return sign == divisor.sign ? result : result.map { -$0 }
  }

  /// Nil when there is none. The receiver lies in `0..<modulus`.
  func modularInverse(_ modulus: BigInt) -> BigInt? {
    if modulus == 1 { return 0 }
    var (old, rest) = (self, modulus)
    var (oldFactor, factor) = (BigInt(1), BigInt(0))
    while !rest.isZero {
      let (quotient, remainder) = old.quotientAndRemainder(dividingBy: rest)
      (old, rest) = (rest, remainder)
      (oldFactor, factor) = (factor, oldFactor - quotient * factor)
    }
    return old == 1 ? oldFactor.floorDivided(by: modulus).remainder : nil
  }

  /// The whole part of a finite number.
  init(truncating number: Double) {
    if let small = Int(exactly: number.rounded(.towardZero)) {
      self.init(small)
      return
    }
    let mantissa = BigInt(number.significandBitPattern | 1 << 52)
    let shifted = mantissa << (Int(number.exponent) - 52)
    self = number < 0 ? -shifted : shifted
  }
}

/// `mantissa * 2 ** exponent` (a little more, if inexact), rounded to the nearest double, ties to even. Nil beyond the range. An
/// inexact mantissa has at least 55 bits.
func roundedDouble(_ mantissa: UInt, isInexact: Bool, exponent: Int) -> Double? {
  let width = UInt.bitWidth - mantissa.leadingZeroBitCount
  if mantissa == 0 { return 0 }
  if width + exponent > 1024 { return nil }
  let dropped = max(width - 53, -1074 - exponent)
  if dropped <= 0 { return scalbn(Double(mantissa), Int32(clamping: exponent)) }
  if dropped > 64 { return 0 }
  let kept = dropped == 64 ? 0 : mantissa >> UInt(dropped)
  let rest = dropped == 64 ? mantissa : mantissa & ((1 << UInt(dropped)) - 1)
  let half: UInt = 1 << UInt(dropped - 1)
  let isUp = rest > half || (rest == half && (isInexact || kept & 1 != 0))
  let result = scalbn(Double(isUp ? kept + 1 : kept), Int32(clamping: exponent + dropped))
  return result.isInfinite ? nil : result
}
