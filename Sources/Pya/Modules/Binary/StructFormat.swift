/// A format of `struct`, such as `<hh3s`: its items with their places.
struct StructFormat {
  struct Item {
    /// The letter.
    var code: UInt8
    /// Repetitions; for `s` and `p` the length of the one field.
    var count: Int
    var offset: Int
    var width: Int
  }

  var items: [Item] = []
  var size = 0
  var isBigEndian = false
  /// The values it stands for.
  var valueCount = 0

  enum Problem: Error { case badCharacter, noCode, tooLong }

  init(_ text: [UInt8]) throws(Problem) {
    var index = 0
    var isNative = true
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
        items.append(Item(code: code, count: count, offset: size, width: width))
        valueCount += isOneValue ? 1 : count
      }
      size += count * width
      if size > 1 << 40 { throw .tooLong }
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
