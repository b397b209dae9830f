import CSystem
@_spi(_Unicode) import Swift

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is known about one code point beyond ASCII, kept from the first time it is asked for: Swift's tables take a search per property, and
/// programs ask for the same few letters again and again.
///
/// The records of all code points lie one after the other in memory that is only there where it was written. They are constants: whichever
/// thread comes first writes what any other would, and a word is only taken for known when it has been written.
struct CharacterRecord {
  /// Bits of the first word. Above them stand the digit, the category and the combining class.
  enum Flag: UInt64 {
    case isKnown = 0x1
    case isAlphabetic = 0x2
    case isSpace = 0x4
    case isIdentifierStart = 0x8
    case isIdentifierPart = 0x10
    case isDecimal = 0x20
    case isDigit = 0x40
    case isNumeric = 0x80
    case isLowercase = 0x100
    case isUppercase = 0x200
    case isTitlecase = 0x400
    case isCaseIgnorable = 0x800
    case isPrintable = 0x1000
  }

  private let word: UInt64

  @inline(__always)
  func has(_ flag: Flag) -> Bool { word & flag.rawValue != 0 }

  /// The value of a decimal digit.
  var digit: Int { Int(word >> 16 & 15) }

  /// The place of the general category in `Unicode.GeneralCategory.all`.
  var category: Int { Int(word >> 24 & 31) }

  var combiningClass: Int { Int(word >> 32 & 255) }

  @inline(__always)
  static func of(_ value: UInt32) -> CharacterRecord {
    if value > 0x10FFFF { return CharacterRecord(word: Flag.isKnown.rawValue) }
    let word = load_word(memory + 3 * Int(value))
    return CharacterRecord(word: word != 0 ? word : learn(value))
  }

  /// The lowercase, uppercase and titlecase, 21 bits each; above 0x10FFFF where it is none or more than one code point.
  @inline(__always)
  static func mappings(of value: UInt32) -> UInt64 {
    if value > 0x10FFFF { return .max }
    let word = load_word(memory + 3 * Int(value) + 1)
    return word != 0 ? word : learnMappings(value)
  }

  /// Whether the character stays what it is in the normal form, whatever stands beside it.
  @inline(__always)
  static func isInert(_ value: UInt32, isComposed: Bool) -> Bool {
    if value > 0x10FFFF { return false }
    let known = load_word(memory + 3 * Int(value) + 2)
    return (known != 0 ? known : learnForms(value)) & (isComposed ? 2 : 4) != 0
  }

  private nonisolated(unsafe) static let memory: UnsafeMutablePointer<UInt64> = {
    let words = 3 * 0x110000
    let found = mmap(nil, words * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let found, found != MAP_FAILED else { fatalError("pya: no memory") }
    return found.bindMemory(to: UInt64.self, capacity: words)
  }()

  @inline(never)
  private static func learn(_ value: UInt32) -> UInt64 {
    var word = Flag.isKnown.rawValue
    func note(_ flag: Flag, _ holds: Bool) { if holds { word |= flag.rawValue } }
    var category = Unicode.GeneralCategory.surrogate
    if let scalar = Unicode.Scalar(value) {
      let properties = scalar.properties
      switch value {
      // Later versions put these two elsewhere.
      case 0x295: category = .lowercaseLetter
      case 0x1171E: category = .nonspacingMark
      default: category = properties.isKnownToPython ? properties.generalCategory : .unassigned
      }
      switch category {
      case .unassigned, .privateUse, .control:
        note(.isSpace, category == .control && properties.isWhitespace)
      default:
        learn(properties, category, value, note: note)
        if properties.numericType == .decimal, let number = properties.numericValue { word |= UInt64(number) << 16 }
        word |= UInt64(properties.canonicalCombiningClass.rawValue) << 32
      }
    }
    word |= UInt64(Unicode.GeneralCategory.all.firstIndex(of: category) ?? 0) << 24
    store_word(memory + 3 * Int(value), word)
    return word
  }

  private static func learn(
    _ properties: Unicode.Scalar.Properties, _ category: Unicode.GeneralCategory, _ value: UInt32, note: (Flag, Bool) -> Void
  ) {
    switch category {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: note(.isAlphabetic, true)
    default: break
    }
    switch category {
    case .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: note(.isSpace, properties.isWhitespace)
    default: note(.isPrintable, true)
    }
    note(.isTitlecase, category == .titlecaseLetter)
    note(.isIdentifierStart, properties.isXIDStart)
    note(.isIdentifierPart, properties.isXIDContinue)
    if let type = properties.numericType {
      note(.isDecimal, type == .decimal && properties.numericValue.map { Int(exactly: $0) != nil } ?? false)
      note(.isDigit, type == .decimal || type == .digit)
      note(.isNumeric, !laterNumerals.contains(value))
    }
    note(.isLowercase, properties.isLowercase || category == .lowercaseLetter)
    note(.isUppercase, properties.isUppercase)
    note(.isCaseIgnorable, properties.isCaseIgnorable)
  }

  /// Cuneiform signs that became numbers after 15.1.
  private static let laterNumerals: [UInt32] = [
    0x12038, 0x12039, 0x12079, 0x12226, 0x1222B, 0x1230B, 0x1230D, 0x12399,
  ]

  @inline(never)
  private static func learnMappings(_ value: UInt32) -> UInt64 {
    var word: UInt64 = 1 << 63
    let properties = Unicode.Scalar(value)?.properties
    let changes = properties.map { $0.changesWhenLowercased || $0.changesWhenUppercased || $0.changesWhenTitlecased } ?? false
    for (place, mapping) in CodePoint.Mapping.allCases.enumerated() {
      var mapped = value
      if changes {
        let full = CodePoint(value).fullMapping(mapping)
        mapped = full.count == 1 ? full[0] : 0x1FFFFF
      }
      word |= UInt64(mapped) << UInt64(21 * place)
    }
    store_word(memory + 3 * Int(value) + 1, word)
    return word
  }

  @inline(never)
  private static func learnForms(_ value: UInt32) -> UInt64 {
    // A lone surrogate stands apart in any form.
    var word: UInt64 = Unicode.Scalar(value) == nil ? 7 : 1
    // What has been assigned since is left to Swift's tables, which know it.
    if let scalar = Unicode.Scalar(value), scalar.properties.canonicalCombiningClass.rawValue == 0, scalar.properties.isKnownToPython {
      let text = String(Character(scalar))
      if text._nfc.elementsEqual(CollectionOfOne(scalar)), !composesWithBefore(value) { word |= 2 }
      if text._nfd.elementsEqual(CollectionOfOne(scalar)) { word |= 4 }
    }
    store_word(memory + 3 * Int(value) + 2, word)
    return word
  }

  /// The letters and vowels, no combining marks, that become one with what stands before them.
  private static func composesWithBefore(_ value: UInt32) -> Bool {
    switch value {
    case 0x9BE, 0x9D7, 0xB3E, 0xB56, 0xB57, 0xBBE, 0xBD7, 0xCC2, 0xCD5, 0xCD6, 0xD3E, 0xD57, 0xDCF, 0xDDF, 0x102E, 0x1161...0x1175,
      0x11A8...0x11C2, 0x1B35, 0x1133E, 0x11357, 0x114B0, 0x114BA, 0x114BD, 0x115AF, 0x11930:
      true
    default: false
    }
  }
}

extension Unicode.Scalar.Properties {
  /// Assigned in Unicode 15.1 or before.
  var isKnownToPython: Bool {
    guard let age else { return true }
    return age.major < 15 || (age.major == 15 && age.minor <= 1)
  }
}

extension Unicode.GeneralCategory {
  static let all: [Unicode.GeneralCategory] = [
    .unassigned, .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
    .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation, .dashPunctuation, .openPunctuation,
    .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol,
    .otherSymbol, .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse,
  ]

  /// The abbreviations of `all`.
  static let abbreviations = [
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
    "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
  ]
}
