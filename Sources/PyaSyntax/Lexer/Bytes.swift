/// Lets a byte be matched against an ASCII character in a `switch`.
@inline(__always)
func ~= (pattern: Unicode.Scalar, byte: UInt8) -> Bool {
  UInt32(byte) == pattern.value
}

@inline(__always)
func == (byte: UInt8, character: Unicode.Scalar) -> Bool {
  UInt32(byte) == character.value
}

@inline(__always)
func != (byte: UInt8, character: Unicode.Scalar) -> Bool {
  UInt32(byte) != character.value
}

extension UInt8 {
  var isDigit: Bool { self &- 0x30 < 10 }

  /// A letter, `_`, or part of a character beyond ASCII (which is judged when the name is complete).
  var isNameStart: Bool { (self | 0x20) &- 0x61 < 26 || self == 0x5F || self >= 0x80 }

  var isNameContinuation: Bool { isNameStart || isDigit }

  /// What the digit is worth in any base up to 16; nil when it is none.
  var digitValue: UInt8? {
    switch self {
    case "0"..."9": self - 0x30
    case "a"..."f": self - 0x61 + 10
    case "A"..."F": self - 0x41 + 10
    default: nil
    }
  }
}

@inline(__always)
private func ~= (pattern: ClosedRange<Unicode.Scalar>, byte: UInt8) -> Bool {
  UInt32(byte) >= pattern.lowerBound.value && UInt32(byte) <= pattern.upperBound.value
}

func hexadecimal(_ value: UInt32, width: Int, uppercase: Bool) -> String {
  let digits = String(value, radix: 16, uppercase: uppercase)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// UTF-8 that also encodes lone surrogates, in three bytes.
enum WTF8 {
  static func append(_ codePoint: UInt32, to bytes: inout [UInt8]) {
    func trailing(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (codePoint >> shift) & 0x3F) }
    switch codePoint {
    case 0..<0x80:
      bytes.append(UInt8(truncatingIfNeeded: codePoint))
    case 0x80..<0x800:
      bytes.append(UInt8(truncatingIfNeeded: 0xC0 | codePoint >> 6))
      bytes.append(trailing(0))
    case 0x800..<0x10000:
      bytes.append(UInt8(truncatingIfNeeded: 0xE0 | codePoint >> 12))
      bytes.append(trailing(6))
      bytes.append(trailing(0))
    default:
      bytes.append(UInt8(truncatingIfNeeded: 0xF0 | codePoint >> 18))
      bytes.append(trailing(12))
      bytes.append(trailing(6))
      bytes.append(trailing(0))
    }
  }
}
