/// A format of `struct`, such as `<hh3s`: its items with their places.
final class StructFormat {
  /// What stands in the bytes, as far as reading and writing differ.
  enum Form: UInt8 { case signed, unsigned, pointer, half, float, double, bool, character, text, counted }

  struct Item {
    /// The letter.
    var code: UInt8
    /// Repetitions; for `s` and `p` the length of the one field.
    var count: Int
    var offset: Int
    var width: Int
    var form: Form
    /// The ints that fit at sight.
    var range: ClosedRange<Int>
  }

  @exclusivity(unchecked) private(set) var items: [Item] = []
  private(set) var size = 0
  private(set) var isBigEndian = false
  /// Of the machine: sizes, alignment, and what C makes of a float.
  private(set) var isNative = true
  /// The values it stands for.
  private(set) var valueCount = 0

  enum Problem: Error { case badCharacter, noCode, tooLong }

  init(_ text: [UInt8]) throws(Problem) {
    var index = 0
    if let first = text.first {
      switch first {
      case UInt8(ascii: "@"): index = 1
      case UInt8(ascii: "="), UInt8(ascii: "<"):
        isNative = false
        index = 1
      case UInt8(ascii: ">"), UInt8(ascii: "!"):
        isNative = false
        isBigEndian = true
        index = 1
      default: break
      }
    }
    while index < text.count {
      if ASCII.isByteSpace(text[index]) {
        index += 1
        continue
      }
      var count = 1
      if ASCII.isDigit(text[index]) {
        count = 0
        while index < text.count, ASCII.isDigit(text[index]) {
          count = count * 10 + Int(text[index] - 0x30)
          if count > 1 << 40 { throw .tooLong }
          index += 1
        }
        guard index < text.count else { throw .noCode }
      }
      let code = text[index]
      index += 1
      guard let width = StructFormat.width(of: code, isNative: isNative) else { throw .badCharacter }
      if isNative, width > 1 { size = (size + width - 1) / width * width }
      let isOneValue = code == UInt8(ascii: "s") || code == UInt8(ascii: "p")
      if code != UInt8(ascii: "x") {
        let form = StructFormat.form(of: code)
        items.append(
          Item(code: code, count: count, offset: size, width: width, form: form, range: StructFormat.range(of: form, width)))
        valueCount += isOneValue ? 1 : count
      }
      size += count * width
      if size > 1 << 40 { throw .tooLong }
    }
  }

  private static func form(of code: UInt8) -> Form {
    switch Unicode.Scalar(code) {
    case "c": .character
    case "?": .bool
    case "s": .text
    case "p": .counted
    case "e": .half
    case "f": .float
    case "d": .double
    case "P": .pointer
    case "B", "H", "I", "L", "Q", "N": .unsigned
    default: .signed
    }
  }

  private static func range(of form: Form, _ width: Int) -> ClosedRange<Int> {
    switch form {
    case .unsigned: 0...(width == 8 ? .max : 1 << (width * 8) - 1)
    case .signed where width < 8: -1 << (width * 8 - 1)...(1 << (width * 8 - 1) - 1)
    default: .min ... .max
    }
  }

  private static func width(of code: UInt8, isNative: Bool) -> Int? {
    switch Unicode.Scalar(code) {
    case "x", "c", "b", "B", "?", "s", "p": return 1
    case "h", "H", "e": return 2
    case "i", "I", "f": return 4
    case "l", "L": return isNative ? 8 : 4
    case "q", "Q", "d": return 8
    case "n", "N", "P": return isNative ? 8 : nil
    default: return nil
    }
  }
}

/// Half precision, for machines whose Swift has none.
enum HalfFloat {
  /// Nil: too large.
  static func bits(of number: Double) -> UInt16? {
    let sign: UInt16 = number.sign == .minus ? 0x8000 : 0
    if number.isNaN { return sign | 0x7E00 }
    let magnitude = number.magnitude
    if magnitude.isInfinite { return sign | 0x7C00 }
    if magnitude == 0 { return sign }
    var exponent = Int(magnitude.exponent)
    if exponent < -14 {
      // Below the smallest normal number: multiples of 2**-24.
      return sign | UInt16((magnitude * 16_777_216).rounded(.toNearestOrEven))
    }
    if exponent > 15 { return nil }
    var fraction = Int((magnitude.significand * 1024).rounded(.toNearestOrEven))
    if fraction == 2048 {
      fraction = 1024
      exponent += 1
      if exponent > 15 { return nil }
    }
    return sign | UInt16((exponent + 15) << 10 | (fraction - 1024))
  }

  static func number(of bits: UInt16) -> Double {
    let fraction = Double(bits & 0x3FF)
    let exponent = Int(bits >> 10 & 31)
    let magnitude: Double
    switch exponent {
    case 0: magnitude = fraction / 16_777_216
    case 31: magnitude = fraction == 0 ? .infinity : .nan
    default: magnitude = Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1024)
    }
    return bits & 0x8000 != 0 ? -magnitude : magnitude
  }
}
