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

extension BigInt {
  /// In decimal digits, however many.
  var decimal: String { String(decoding: DecimalText.of(self), as: UTF8.self) }
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
    let digits = number.magnitude.decimalText
    return number.sign == .minus ? [UInt8(ascii: "-")] + digits : digits
  }

  /// The number that ASCII digits stand for.
  static func parse(_ digits: ArraySlice<UInt8>) -> BigUInt {
    BigUInt(digits: digits.map { $0 - UInt8(ascii: "0") }[...], base: 10)
  }
}
