import PyaSyntax
@_spi(_Unicode) import Swift

/// `unicodedata`, from the tables that Swift carries.
extension Runtime {
  func makeUnicodedataModule() -> ModuleObject {
    let module = ModuleObject(self, name: "unicodedata")
    module.set(self, "unidata_version", .object(string("15.1.0")))
    addCharacterProperties(to: module)
    addNumericProperties(to: module)
    module.define(self, "lookup", "name, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else {
        throw runtime.typeError("lookup() argument must be str, not \(runtime.givenName(arguments[0]))")
      }
      guard let scalar = CharacterNames.scalar(named: name.text) else {
        throw runtime.error("KeyError", "undefined character name '\(name.text)'")
      }
      return .object(runtime.string(codePoints: [scalar.value]))
    }
    module.define(self, "normalize", "form, unistr, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.normalize(arguments, "normalize"))
    }
    module.define(self, "is_normalized", "form, unistr, /") { (runtime, arguments) throws(Raised) in
      let normal = try runtime.normalize(arguments, "is_normalized")
      return .bool(arguments[1].string?.hasSameText(as: normal) ?? false)
    }
    return module
  }

  /// The character that an argument must be.
  private func characterArgument(_ value: Value, _ function: String) throws(Raised) -> UInt32 {
    guard let text = value.string, text.length == 1 else {
      let position = ["name", "decimal", "digit", "numeric"].contains(function) ? " 1" : ""
      throw typeError("\(function)() argument\(position) must be a unicode character, not \(givenName(value))")
    }
    return text.codePoint(atByte: 0)
  }

  private func addCharacterProperties(to module: ModuleObject) {
    module.define(self, "name", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "name")
      if let name = characterName(value) { return .object(runtime.string(name)) }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("no such name")
    }
    module.define(self, "category", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "category")
      guard let scalar = Unicode.Scalar(value) else { return .object(runtime.string("Cs")) }
      return .object(runtime.string(scalar.properties.generalCategory.abbreviation))
    }
    module.define(self, "combining", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "combining")
      return .int(Unicode.Scalar(value).map { Int($0.properties.canonicalCombiningClass.rawValue) } ?? 0)
    }
    module.define(self, "east_asian_width", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "east_asian_width")
      return .object(runtime.string(UnicodeWidths.width(of: value)))
    }
    module.define(self, "bidirectional", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "bidirectional")
      return .object(runtime.string(UnicodeDirections.direction(of: value)))
    }
    module.define(self, "decomposition", "chr, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(runtime.decomposition(of: try runtime.characterArgument(arguments[0], "decomposition"))))
    }
    module.define(self, "mirrored", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "mirrored")
      return .int(Unicode.Scalar(value).map { $0.properties.isBidiMirrored ? 1 : 0 } ?? 0)
    }
  }

  /// One step of decomposition, as code points in hexadecimal; what is only compatible has its kind in front.
  fileprivate func decomposition(of value: UInt32) -> String {
    guard let scalar = Unicode.Scalar(value), !(0xAC00...0xD7A3).contains(value) else { return "" }
    func shown(_ scalars: [Unicode.Scalar]) -> String {
      scalars.map { hexText($0.value, width: $0.value > 0xFFFF ? 5 : 4).uppercased() }.joined(separator: " ")
    }
    if let replacement = CompatibilityForms.replacement(of: value) {
      return CompatibilityForms.kind(of: value) + " " + shown(replacement)
    }
    let text = String(Character(scalar))
    let full = Array(text._nfd)
    guard full != [scalar] else { return "" }
    let composed = Array(text._nfc)
    // What another character stands for, or what is never composed again.
    if composed != [scalar], composed.count <= 2 { return shown(composed) }
    var first = String.UnicodeScalarView()
    first.append(contentsOf: full.dropLast())
    return shown(Array(String(first)._nfc) + full.suffix(1))
  }

  private func addNumericProperties(to module: ModuleObject) {
    module.define(self, "decimal", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "decimal")
      if let digit = CodePoint(value).decimalDigit { return .int(digit) }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("not a decimal")
    }
    module.define(self, "digit", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "digit")
      if CodePoint(value).isDigit, let number = Unicode.Scalar(value)?.properties.numericValue {
        return .int(Int(number))
      }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("not a digit")
    }
    module.define(self, "numeric", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "numeric")
      if CodePoint(value).isNumeric, let number = Unicode.Scalar(value)?.properties.numericValue { return .float(number) }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("not a numeric character")
    }
  }

  private func normalize(_ arguments: Arguments, _ function: String) throws(Raised) -> StringObject {
    guard let form = arguments[0].string else {
      throw typeError("\(function)() argument 1 must be str, not \(givenName(arguments[0]))")
    }
    guard let text = arguments[1].string else {
      throw typeError("\(function)() argument 2 must be str, not \(givenName(arguments[1]))")
    }
    guard let kind = NormalForm(rawValue: form.text) else { throw valueError("invalid normalization form") }
    if text.isASCII { return plain(text) }
    var scalars = String.UnicodeScalarView()
    for value in text.codePoints {
      // Lone surrogates have no place in Swift's strings; they stand apart in any form.
      guard let scalar = Unicode.Scalar(value) else {
        throw notImplementedError("pya does not normalize text with lone surrogates")
      }
      if kind.isCompatible, let replacement = CompatibilityForms.replacement(of: value) {
        scalars.append(contentsOf: replacement)
      } else {
        scalars.append(scalar)
      }
    }
    let source = String(scalars)
    let result = kind.isComposed ? source._nfc.map(\.value) : source._nfd.map(\.value)
    return string(codePoints: result)
  }
}

private enum NormalForm: String {
  case canonicalComposed = "NFC"
  case canonicalDecomposed = "NFD"
  case compatibleComposed = "NFKC"
  case compatibleDecomposed = "NFKD"

  var isComposed: Bool { self == .canonicalComposed || self == .compatibleComposed }
  var isCompatible: Bool { self == .compatibleComposed || self == .compatibleDecomposed }
}

extension Unicode.GeneralCategory {
  /// `Lu`, `Mn`, ...
  fileprivate var abbreviation: String {
    switch self {
    case .uppercaseLetter: "Lu"
    case .lowercaseLetter: "Ll"
    case .titlecaseLetter: "Lt"
    case .modifierLetter: "Lm"
    case .otherLetter: "Lo"
    case .nonspacingMark: "Mn"
    case .spacingMark: "Mc"
    case .enclosingMark: "Me"
    case .decimalNumber: "Nd"
    case .letterNumber: "Nl"
    case .otherNumber: "No"
    case .connectorPunctuation: "Pc"
    case .dashPunctuation: "Pd"
    case .openPunctuation: "Ps"
    case .closePunctuation: "Pe"
    case .initialPunctuation: "Pi"
    case .finalPunctuation: "Pf"
    case .otherPunctuation: "Po"
    case .mathSymbol: "Sm"
    case .currencySymbol: "Sc"
    case .modifierSymbol: "Sk"
    case .otherSymbol: "So"
    case .spaceSeparator: "Zs"
    case .lineSeparator: "Zl"
    case .paragraphSeparator: "Zp"
    case .control: "Cc"
    case .format: "Cf"
    case .surrogate: "Cs"
    case .privateUse: "Co"
    case .unassigned: "Cn"
    @unknown default: "Cn"
    }
  }
}

/// Compatibility decompositions of characters that are in common use: forms for typewriters and screens, ligatures, numbers.
private enum CompatibilityForms {
  static func replacement(of value: UInt32) -> [Unicode.Scalar]? {
    switch value {
    case 0xFF01...0xFF5E: return Unicode.Scalar(value - 0xFF01 + 0x21).map { [$0] }
    case 0x3000, 0xA0, 0x2000...0x200A, 0x202F, 0x205F: return [" "]
    case 0x2460...0x2468: return Array(String(value - 0x245F).unicodeScalars)
    case 0x2469...0x2473: return Array(String(value - 0x245F).unicodeScalars)
    case 0x24B6...0x24CF: return Unicode.Scalar(value - 0x24B6 + 0x41).map { [$0] }
    case 0x24D0...0x24E9: return Unicode.Scalar(value - 0x24D0 + 0x61).map { [$0] }
    case 0x2080...0x2089: return Unicode.Scalar(value - 0x2080 + 0x30).map { [$0] }
    case 0x2070, 0x2074...0x2079: return Unicode.Scalar(value - 0x2070 + 0x30).map { [$0] }
    case 0x1D400...0x1D433: return Unicode.Scalar(letter(value - 0x1D400)).map { [$0] }
    case 0x1D7CE...0x1D7FF: return Unicode.Scalar((value - 0x1D7CE) % 10 + 0x30).map { [$0] }
    default: return table[value].map { Array($0.unicodeScalars) }
    }
  }

  /// What Unicode calls the relation to the replacement.
  static func kind(of value: UInt32) -> String {
    switch value {
    case 0xFF01...0xFF5E, 0x3000: "<wide>"
    case 0xA0, 0x2007, 0x202F, 0x2011: "<noBreak>"
    case 0x2460...0x2473, 0x24B6...0x24CF, 0x24D0...0x24E9: "<circle>"
    case 0x2080...0x208E: "<sub>"
    case 0xAA, 0xB2, 0xB3, 0xB9, 0xBA, 0x2070...0x207F, 0x2120, 0x2122: "<super>"
    case 0xBC...0xBE, 0x2150...0x215F: "<fraction>"
    case 0x2102, 0x210A...0x2115, 0x2119...0x211D, 0x2124, 0x1D400...0x1D7FF: "<font>"
    default: "<compat>"
    }
  }

  private static func letter(_ index: UInt32) -> UInt32 { index < 26 ? 0x41 + index : 0x61 + index - 26 }

  private static let table: [UInt32: String] = [
    0xAA: "a", 0xB2: "2", 0xB3: "3", 0xB9: "1", 0xBA: "o", 0xBC: "1\u{2044}4", 0xBD: "1\u{2044}2", 0xBE: "3\u{2044}4",
    0xA8: " \u{308}", 0xAF: " \u{304}", 0xB4: " \u{301}", 0xB5: "\u{3BC}", 0xB8: " \u{327}", 0x132: "IJ", 0x133: "ij",
    0x13F: "L\u{B7}", 0x140: "l\u{B7}", 0x149: "\u{2BC}n", 0x17F: "s", 0x1C4: "D\u{17D}", 0x1C5: "D\u{17E}", 0x1C6: "d\u{17E}",
    0x1C7: "LJ", 0x1C8: "Lj", 0x1C9: "lj", 0x1CA: "NJ", 0x1CB: "Nj", 0x1CC: "nj", 0x2011: "\u{2010}", 0x2024: ".", 0x2025: "..",
    0x2026: "...", 0x2033: "\u{2032}\u{2032}", 0x203C: "!!", 0x2047: "??", 0x2048: "?!", 0x2049: "!?", 0x2071: "i", 0x207A: "+",
    0x207B: "\u{2212}", 0x207C: "=", 0x207D: "(", 0x207E: ")", 0x207F: "n", 0x208A: "+", 0x208B: "\u{2212}", 0x208C: "=",
    0x208D: "(", 0x208E: ")", 0x20A8: "Rs", 0x2100: "a/c", 0x2102: "C", 0x2103: "\u{B0}C", 0x2109: "\u{B0}F", 0x210A: "g",
    0x210B: "H", 0x210C: "H", 0x210D: "H", 0x210E: "h", 0x2113: "l", 0x2115: "N", 0x2116: "No", 0x2119: "P", 0x211A: "Q",
    0x211D: "R", 0x2120: "SM", 0x2121: "TEL", 0x2122: "TM", 0x2124: "Z", 0x2150: "1\u{2044}7", 0x2151: "1\u{2044}9",
    0x2153: "1\u{2044}3", 0x2154: "2\u{2044}3", 0x2155: "1\u{2044}5", 0x215B: "1\u{2044}8", 0x215C: "3\u{2044}8",
    0x2160: "I", 0x2161: "II", 0x2162: "III", 0x2163: "IV", 0x2164: "V", 0x2165: "VI", 0x2166: "VII", 0x2167: "VIII",
    0x2168: "IX", 0x2169: "X", 0x216A: "XI", 0x216B: "XII", 0x216C: "L", 0x216D: "C", 0x216E: "D", 0x216F: "M", 0x2170: "i",
    0x2171: "ii", 0x2172: "iii", 0x2173: "iv", 0x2174: "v", 0x2175: "vi", 0x2176: "vii", 0x2177: "viii", 0x2178: "ix",
    0x2179: "x", 0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
  ]
}
