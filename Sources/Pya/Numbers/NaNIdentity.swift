/// Which NaN is which.
///
/// Floats are immediate values and have no identity; the same float is whatever has the same bits. That is right for all but NaN, which
/// equals nothing: `x in [x]` holds for one and the same NaN, and not for two that `float("nan")` made. So each NaN made of a text gets a
/// number, in the bits of a NaN that mean nothing to arithmetic: operations pass them on, and containers compare them as they are. Where
/// the bits of a float leave the interpreter (`struct`, `pickle`, memory views), they are those of a plain NaN.
///
/// What arithmetic makes of a NaN has the identity of the operand, and what it makes of infinities always the same one: to tell these
/// apart, every operation would have to look at its result.
enum NaNIdentity {
  private static let mark: UInt64 = 0x7FFA_9600_0000_0000
  private static let markMask: UInt64 = 0x7FFF_FF00_0000_0000
  private static let numberMask: UInt64 = 0x00FF_FFFF_FFFF

  /// The NaN with a number.
  static func nan(numbered number: Int, isNegative: Bool) -> Double {
    let bits = mark | UInt64(truncatingIfNeeded: number) & numberMask
    return Double(bitPattern: isNegative ? bits | 1 << 63 : bits)
  }

  /// What sets a NaN apart from others; 0 for those that were not numbered.
  static func number(of nan: Double) -> Int {
    nan.bitPattern & markMask == mark ? Int(nan.bitPattern & numberMask) : 0
  }

  fileprivate static func plain(_ nan: Double) -> Double {
    if nan.bitPattern & markMask != mark { return nan }
    return nan.sign == .minus ? -.nan : .nan
  }
}

extension Double {
  /// The float as it leaves the interpreter.
  @inline(__always)
  var withoutIdentity: Double { self == self ? self : NaNIdentity.plain(self) }
}

/// How many NaNs were numbered.
final class NaNCounter {
  private var count = 0

  func next(isNegative: Bool) -> Double {
    count &+= 1
    return NaNIdentity.nan(numbered: count, isNegative: isNegative)
  }
}
