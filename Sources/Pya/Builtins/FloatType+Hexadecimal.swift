#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `float.hex` and `float.fromhex`.
enum HexadecimalFloat {
  enum Result {
    case number(Double), invalid, tooLarge
  }

  static func text(_ number: Double) -> String {
    if number.isNaN { return "nan" }
    let sign = number.sign == .minus ? "-" : ""
    if number.isInfinite { return sign + "inf" }
    if number == 0 { return sign + "0x0.0p+0" }
    let digits = String(number.significandBitPattern, radix: 16)
    let fraction = String(repeating: "0", count: 13 - digits.utf8.count) + digits
    let exponent = number.isNormal ? Int(number.exponent) : -1022
    return "\(sign)0x\(number.isNormal ? 1 : 0).\(fraction)p\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
  }

  static func parse(_ text: [UInt8]) -> Result {
    var span = text[...]
    while let first = span.first, IntegerLiteralParser.isSpace(first) { span = span.dropFirst() }
    while let last = span.last, IntegerLiteralParser.isSpace(last) { span = span.dropLast() }
    if let (number, length) = FloatParser.prefix(of: span), length == span.count, !number.isFinite,
      !span.contains(where: FloatParser.isDigit)
    {
      return .number(number)
    }
    var isNegative = false
    if let first = span.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      span = span.dropFirst()
    }
    if span.count >= 2, span.first == UInt8(ascii: "0"), span.dropFirst().first.map({ $0 | 0x20 }) == UInt8(ascii: "x") {
      span = span.dropFirst(2)
    }
    var digits: [UInt8] = []
    var pointAt: Int?
    while let byte = span.first {
      if byte == UInt8(ascii: "."), pointAt == nil {
        pointAt = digits.count
      } else if let digit = hexadecimalDigit(byte) {
        digits.append(digit)
      } else {
        break
      }
      span = span.dropFirst()
    }
    if digits.isEmpty { return .invalid }
    var exponent = 0
    if let letter = span.first, letter | 0x20 == UInt8(ascii: "p") {
      span = span.dropFirst()
      var isExponentNegative = false
      if let first = span.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
        isExponentNegative = first == UInt8(ascii: "-")
        span = span.dropFirst()
      }
      guard let first = span.first, FloatParser.isDigit(first) else { return .invalid }
      while let byte = span.first, FloatParser.isDigit(byte) {
        exponent = min(exponent * 10 + Int(byte - UInt8(ascii: "0")), 1 << 40)
        span = span.dropFirst()
      }
      if isExponentNegative { exponent = -exponent }
    }
    if !span.isEmpty { return .invalid }
    return value(digits, fractionDigits: digits.count - (pointAt ?? digits.count), exponent, isNegative)
  }

  private static func value(_ digits: [UInt8], fractionDigits: Int, _ exponent: Int, _ isNegative: Bool) -> Result {
    // The first 15 significant digits and whether anything follows decide the rounding.
    var mantissa: UInt = 0
    var taken = 0
    var isInexact = false
    var skipped = 0
    for digit in digits {
      if taken == 0, digit == 0 { continue }
      if taken < 16 {
        mantissa = mantissa << 4 | UInt(digit)
        taken += 1
      } else {
        skipped += 1
        if digit != 0 { isInexact = true }
      }
    }
    if mantissa == 0 { return .number(isNegative ? -0.0 : 0) }
    let scale = exponent + 4 * (skipped - fractionDigits)
    guard scale < 1 << 20 else { return .tooLarge }
    guard let number = roundedDouble(mantissa, isInexact: isInexact, exponent: max(scale, -1 << 20)) else { return .tooLarge }
    return .number(isNegative ? -number : number)
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
