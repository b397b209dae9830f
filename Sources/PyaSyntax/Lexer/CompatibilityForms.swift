@_spi(_Unicode) import Swift

/// What characters stand for that Unicode has only for the sake of other character sets: forms for typewriters and screens, ligatures,
/// letters in special fonts. Swift's library knows canonical equivalence; this is the rest.
public enum CompatibilityForms {
  public struct Form: Sendable {
    /// What Unicode calls the relation: `wide`, `super`, `compat`...
    public let kind: String
    /// One step: the characters may have forms of their own.
    public let replacement: [Unicode.Scalar]
  }

  public static func form(of value: UInt32) -> Form? { value < 0xA0 ? nil : table[value] }

  /// The text in Unicode's form NFKC: how Python reads names.
  public static func composed(_ text: String) -> String {
    let isSettled = text.unicodeScalars.allSatisfy { $0.value < 0x100 && $0 != "\u{AA}" && $0 != "\u{B5}" && $0 != "\u{BA}" }
    if isSettled { return text }
    return String(String.UnicodeScalarView(decomposed(text)._nfc))
  }

  /// The text with every character decomposed: NFKD, but for the order of the marks.
  public static func decomposed(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text._nfd { append(scalar, to: &result) }
    return String(result)
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
    guard let form = form(of: scalar.value) else { return result.append(scalar) }
    for part in form.replacement {
      for piece in String(Character(part))._nfd { append(piece, to: &result) }
    }
  }

  private static let table: [UInt32: Form] = {
    var table: [UInt32: Form] = [:]
    table.reserveCapacity(4000)
    for (kind, entries) in text {
      for entry in entries.utf8.split(separator: UInt8(ascii: " ")) { read(entry, kind, &table) }
    }
    return table
  }()

  /// Reads `SOURCE+COUNT@PLACE:FIRST.SECOND`.
  private static func read(_ entry: Substring.UTF8View, _ kind: String, _ table: inout [UInt32: Form]) {
    var numbers: [UInt32] = []
    var source: UInt32 = 0
    var more: UInt32 = 0
    var place: UInt32 = 0
    var number: UInt32 = 0
    var isCount = false
    var isPlace = false
    var isReplacement = false
    func finish() {
      if isReplacement {
        numbers.append(number)
      } else if isPlace {
        place = number
      } else if isCount {
        more = number
      } else {
        source = number
      }
      number = 0
    }
    for byte in entry {
      switch byte {
      case UInt8(ascii: "+"):
        finish()
        isCount = true
      case UInt8(ascii: "@"):
        finish()
        isPlace = true
      case UInt8(ascii: ":"):
        finish()
        isReplacement = true
      case UInt8(ascii: "."): finish()
      default: number = number << 4 | UInt32(byte <= UInt8(ascii: "9") ? byte - 0x30 : byte - 0x37)
      }
    }
    finish()
    for offset in 0...more {
      let scalars = numbers.enumerated().map { Unicode.Scalar($1 + (UInt32($0) == place ? offset : 0)) ?? "\u{FFFD}" }
      table[source + offset] = Form(kind: kind, replacement: scalars)
    }
  }
}
