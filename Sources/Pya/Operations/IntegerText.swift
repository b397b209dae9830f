import BigInt

/// Integers in decimal.
extension Runtime {
  /// Decimal digits of an integer, ValueError beyond the limit of `sys.set_int_max_str_digits`.
  func integerText(_ value: BigInt) throws(Raised) -> [UInt8] {
    let limit = integerDigitLimit.digits
    // A digit is at most log2(10) = 3.32... bits: below this width no digits need to be counted.
    if limit > 0, value.magnitude.bitWidth > limit * 3 {
      let text = DecimalText.of(value)
      if text.count - (value.sign == .minus ? 1 : 0) > limit {
        throw valueError(
          "Exceeds the limit (\(limit) digits) for integer string conversion; "
            + "use sys.set_int_max_str_digits() to increase the limit")
      }
      return text
    }
    return DecimalText.of(value)
  }

  /// How many digits conversions between int and str may have; 0: any number.
  var integerDigitLimit: IntegerDigitLimit { attachment(IntegerDigitLimit.self) { IntegerDigitLimit() } }
}

final class IntegerDigitLimit {
  var digits = 4300
}

/// Digits of integers.
enum DecimalText {
  static func of(_ number: Int) -> [UInt8] {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
      var rest = number.magnitude
      var position = 20
      repeat {
        position -= 1
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
        buffer[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
        rest = quotient
      } while rest > 0
      if number < 0 {
        position -= 1
        buffer[position] = UInt8(ascii: "-")
      }
      return Array(buffer[position...])
    }
  }

  static func of(_ number: BigInt) -> [UInt8] {
    var text: [UInt8] = number.sign == .minus && !number.isZero ? [UInt8(ascii: "-")] : []
    appendDigits(number.magnitude, to: &text)
    return text
  }

  /// Numbers of more words than this are split at a power of ten.
  private static let splitLimit = 512

  private static func appendDigits(_ number: BigUInt, to text: inout [UInt8]) {
    if number.bitWidth <= splitLimit * 64 { return appendDirectly(number, width: 0, to: &text) }
    var powers: [BigUInt] = [BigUInt(10).power(4096)]
    while powers[powers.count - 1].bitWidth * 2 <= number.bitWidth + 1 {
      powers.append(powers[powers.count - 1] * powers[powers.count - 1])
    }
    appendSplit(number, powers, level: powers.count, width: 0, to: &text)
  }

  /// Writes the digits of a number below `powers[level] `, with zeros up to `width`.
  private static func appendSplit(
    _ number: BigUInt, _ powers: [BigUInt], level: Int, width: Int, to text: inout [UInt8]
  ) {
    if level == 0 { return appendDirectly(number, width: width, to: &text) }
    let (high, low) = number.quotientAndRemainder(dividingBy: powers[level - 1])
    let lowWidth = 4096 << (level - 1)
    if high.isZero, width == 0 {
      appendSplit(low, powers, level: level - 1, width: 0, to: &text)
    } else {
      appendSplit(high, powers, level: level - 1, width: max(width - lowWidth, 0), to: &text)
      appendSplit(low, powers, level: level - 1, width: lowWidth, to: &text)
    }
  }

  /// By base 10**9: each half word of the number multiplies what is there by 2**32 and adds itself.
  private static func appendDirectly(_ number: BigUInt, width: Int, to text: inout [UInt8]) {
    var groups: [UInt32] = []
    for word in number.words.reversed() {
      for half in [UInt64(word >> 32), UInt64(word & 0xFFFF_FFFF)] {
        var carry = half
        groups.withUnsafeMutableBufferPointer { groups in
          for index in 0..<groups.count {
            let product = UInt64(groups[index]) << 32 | carry
            carry = product / 1_000_000_000
            groups[index] = UInt32(truncatingIfNeeded: product - carry * 1_000_000_000)
          }
        }
        while carry > 0 {
          groups.append(UInt32(carry % 1_000_000_000))
          carry /= 1_000_000_000
        }
      }
    }
    let digits = groups.last.map { DecimalText.of(Int($0)) } ?? (width > 0 ? [] : [UInt8(ascii: "0")])
    let total = digits.count + max(groups.count - 1, 0) * 9
    text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(width - total, 0)))
    text.append(contentsOf: digits)
    for group in groups.dropLast().reversed() {
      var divisor: UInt32 = 100_000_000
      while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(group / divisor % 10))
        divisor /= 10
      }
    }
  }

  /// The number that ASCII digits stand for.
  static func parse(_ digits: ArraySlice<UInt8>) -> BigUInt {
    if digits.count <= 4096 { return parseDirectly(digits) }
    let lowCount = digits.count / 2
    let middle = digits.endIndex - lowCount
    return parse(digits[..<middle]) * BigUInt(10).power(lowCount) + parse(digits[middle...])
  }

  private static func parseDirectly(_ digits: ArraySlice<UInt8>) -> BigUInt {
    var words: [UInt] = []
    var position = digits.startIndex
    while position < digits.endIndex {
      let end = min(position + 18, digits.endIndex)
      var chunk: UInt = 0
      var scale: UInt = 1
      for index in position..<end {
        chunk = chunk * 10 + UInt(digits[index] - UInt8(ascii: "0"))
        scale *= 10
      }
      position = end
      var carry = chunk
      for index in 0..<words.count {
        let (high, low) = words[index].multipliedFullWidth(by: scale)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        words[index] = sum
        carry = high + (overflow ? 1 : 0)
      }
      if carry > 0 { words.append(carry) }
    }
    return BigUInt(words: words)
  }
}
