import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Floats as text: `repr`, and the presentation types of format specifications. Digits come from the shortest form that
/// Swift's `description` finds, or from the C library, which rounds correctly for any precision.
enum FloatStyle {
  /// `repr`: as few digits as tell the number from all others.
  case shortest
  /// `e`: one digit before the point and `precision` after it.
  case exponent
  /// `f`: `precision` digits after the point.
  case fixed
  /// `g`: `precision` significant digits, without zeros at the end.
  case general
}

extension TextBuilder {
  /// `repr(number)`.
  mutating func append(float number: Double) {
    if number.magnitude < 1e15, number == number.rounded(.towardZero) {
      if number.sign == .minus, number == 0 { append(byte: UInt8(ascii: "-")) }
      append(integer: Int(number))
      append(".0")
    } else {
      if number.sign == .minus, !number.isNaN { append(byte: UInt8(ascii: "-")) }
      append(magnitudeOf: number, style: .shortest, precision: 0, keepsPoint: false, addsZero: true)
    }
  }

  /// The number without its sign. `keepsPoint` is the flag `#`; `addsZero` puts ".0" after what would look like an int.
  mutating func append(
    magnitudeOf number: Double, style: FloatStyle, precision: Int, keepsPoint: Bool, addsZero: Bool
  ) {
    if number.isNaN { return append("nan") }
    let number = number.magnitude
    if number.isInfinite { return append("inf") }
    switch style {
    case .fixed:
      append(fixed: number, precision: precision)
      if precision == 0, keepsPoint { append(byte: UInt8(ascii: ".")) }
    case .exponent, .general:
      let significant = style == .exponent ? precision + 1 : max(precision, 1)
      var digits = DecimalDigits(number, significant: significant)
      let isGeneral = style == .general
      let usesExponent = !isGeneral || digits.point <= -4 || digits.point > significant - (addsZero ? 1 : 0)
      if isGeneral, !keepsPoint { digits.dropTrailingZeros() }
      append(digits, usesExponent: usesExponent, keepsPoint: keepsPoint, addsZero: addsZero)
    case .shortest:
      let digits = DecimalDigits(shortest: number)
      append(
        digits, usesExponent: digits.point <= -4 || digits.point > 16, keepsPoint: keepsPoint, addsZero: addsZero)
    }
  }

  private mutating func append(_ digits: DecimalDigits, usesExponent: Bool, keepsPoint: Bool, addsZero: Bool) {
    let count = digits.bytes.count
    digits.bytes.withUnsafeBufferPointer { bytes in
      let base = bytes.baseAddress.unsafelyUnwrapped
      if usesExponent {
        append(byte: bytes[0])
        if count > 1 || keepsPoint { append(byte: UInt8(ascii: ".")) }
        append(base + 1, count - 1, isASCII: true)
        let exponent = digits.point - 1
        append(byte: UInt8(ascii: "e"))
        append(byte: exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        if exponent.magnitude < 10 { append(byte: UInt8(ascii: "0")) }
        append(integer: Int(exponent.magnitude))
      } else if digits.point <= 0 {
        append("0.")
        append(repeating: UInt8(ascii: "0"), -digits.point)
        append(base, count, isASCII: true)
      } else if digits.point < count {
        append(base, digits.point, isASCII: true)
        append(byte: UInt8(ascii: "."))
        append(base + digits.point, count - digits.point, isASCII: true)
      } else {
        append(base, count, isASCII: true)
        append(repeating: UInt8(ascii: "0"), digits.point - count)
        if keepsPoint || addsZero { append(byte: UInt8(ascii: ".")) }
        if addsZero { append(byte: UInt8(ascii: "0")) }
      }
    }
  }

  /// A finite, not negative number with a fixed count of decimals.
  private mutating func append(fixed number: Double, precision: Int) {
    if precision <= 18, number < 9e15, appendFixedByIntegers(number, precision) { return }
    // A double has at most 1074 decimals: what a larger precision asks for beyond are zeros.
    let exact = min(precision, 1074)
    append(cFormat: "%.*f", exact, number)
    append(repeating: UInt8(ascii: "0"), precision - exact)
  }

  private static let powersOfTen: [UInt64] = (0..<19).map { power in (0..<power).reduce(1) { value, _ in value * 10 } }

  /// The usual case without the C library, three times as fast: `number` is m * 2^-s, so `m * 10^precision`, shifted right by
  /// s and rounded half to even, holds the digits. False: they do not fit.
  private mutating func appendFixedByIntegers(_ number: Double, _ precision: Int) -> Bool {
    let power = TextBuilder.powersOfTen[precision]
    var scaled: UInt64
    if number == 0 {
      scaled = 0
    } else {
      let exponentBits = Int(number.exponentBitPattern)
      let significand = exponentBits == 0 ? number.significandBitPattern : number.significandBitPattern | 1 << 52
      let shift = 1075 - max(exponentBits, 1)
      guard shift >= 0 else { return false }
      let (high, low) = significand.multipliedFullWidth(by: power)
      if shift == 0 {
        guard high == 0 else { return false }
        scaled = low
      } else if shift < 64 {
        guard high >> UInt64(shift) == 0 else { return false }
        scaled = low >> UInt64(shift) | (high << UInt64(64 - shift))
        let rest = low & (1 << UInt64(shift) - 1)
        let half: UInt64 = 1 << UInt64(shift - 1)
        if rest > half || (rest == half && scaled & 1 == 1) { scaled &+= 1 }
      } else if shift < 128 {
        let inner = UInt64(shift - 64)
        scaled = high >> inner
        let restHigh = high & (inner == 0 ? 0 : (1 << inner - 1))
        let halfHigh: UInt64 = inner == 0 ? 0 : 1 << (inner - 1)
        let halfLow: UInt64 = inner == 0 ? 1 << 63 : 0
        let isMore = restHigh > halfHigh || (restHigh == halfHigh && low > halfLow)
        if isMore || (restHigh == halfHigh && low == halfLow && scaled & 1 == 1) { scaled &+= 1 }
      } else {
        scaled = 0
      }
    }
    guard scaled < 1 << 63 else { return false }
    let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: power)
    append(integer: Int(whole))
    if precision > 0 {
      append(byte: UInt8(ascii: "."))
      var width = 1
      while width < precision, fraction >= TextBuilder.powersOfTen[width] { width += 1 }
      append(repeating: UInt8(ascii: "0"), precision - width)
      append(integer: Int(fraction))
    }
    return true
  }

  fileprivate mutating func append(cFormat format: StaticString, _ precision: Int, _ number: Double) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: precision + 330) { buffer in
      let written = format.withUTF8Buffer { format in
        format.withMemoryRebound(to: CChar.self) { format in
          print_double(buffer.baseAddress, buffer.count, format.baseAddress.unsafelyUnwrapped, CInt(precision), number)
        }
      }
      UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped).withMemoryRebound(to: UInt8.self, capacity: buffer.count) {
        append($0, min(Int(written), buffer.count - 1), isASCII: true)
      }
    }
  }
}

/// The decimal digits of a finite number that is not negative, and where the point stands: 0.`bytes` * 10^`point`.
struct DecimalDigits {
  private(set) var bytes: [UInt8] = []
  private(set) var point = 0

  /// As few digits as tell the number from all others.
  init(shortest number: Double) {
    // Swift writes 123.0, 0.001, 5e-324, 1.5e+300.
    var text = number.description
    text.withUTF8 { parse($0) }
    let leading = bytes.prefix { $0 == UInt8(ascii: "0") }.count
    if leading == bytes.count {
      (bytes, point) = ([UInt8(ascii: "0")], 1)
    } else {
      bytes.removeFirst(leading)
      point -= leading
      dropTrailingZeros()
    }
  }

  /// Rounded to so many significant digits.
  init(_ number: Double, significant: Int) {
    // A double has at most 767 significant digits.
    let exact = min(significant, 768)
    var builder = TextBuilder(capacity: exact + 16)
    builder.append(cFormat: "%.*e", exact - 1, number)
    parse(builder)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: significant - exact))
    if number == 0 { point = 1 }
  }

  mutating func dropTrailingZeros() {
    while bytes.count > 1, bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
  }

  private mutating func parse(_ builder: borrowing TextBuilder) { parse(builder.utf8) }

  private mutating func parse(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.reserveCapacity(text.count)
    var index = 0
    var seenPoint = false
    while index < text.count {
      let byte = text[index]
      index += 1
      if ASCII.isDigit(byte) {
        bytes.append(byte)
        if !seenPoint { point += 1 }
      } else if byte == UInt8(ascii: "e") {
        break
      } else {
        seenPoint = true
      }
    }
    var exponent = 0
    let isNegative = index < text.count && text[index] == UInt8(ascii: "-")
    while index < text.count {
      if ASCII.isDigit(text[index]) { exponent = exponent * 10 + Int(text[index] - UInt8(ascii: "0")) }
      index += 1
    }
    point += isNegative ? -exponent : exponent
  }
}

extension Runtime {
  /// `repr(number)`.
  func floatRepr(_ number: Double) -> StringObject {
    var builder = TextBuilder()
    builder.append(float: number)
    return builder.finish(self)
  }
}

extension Double {
  /// 1 to 10 to the 22nd: the powers of ten that are doubles. With up to 15 digits over one of them, the quotient is the double nearest to the
  /// decimal number.
  static let exactPowersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
