/// What Unicode 15.1, the version of Python 3.13, says about one code point of a `str`.
///
/// Swift's tables are of a later version: what was added since is unassigned here. Lone surrogates have no properties. What is known of a code
/// point is kept (`CharacterRecord`).
struct CodePoint {
  let value: UInt32

  @inline(__always)
  init(_ value: UInt32) { self.value = value }

  @inline(__always) var isASCII: Bool { value < 0x80 }

  @inline(__always) private var record: CharacterRecord { CharacterRecord.of(value) }

  // MARK: Categories

  /// Whether `repr` shows the character itself.
  var isPrintable: Bool { value < 0x7F ? value >= 0x20 : record.has(.isPrintable) }

  var isAlphabetic: Bool { isASCII ? ASCII.isLetter(byte) : record.has(.isAlphabetic) }

  var isSpace: Bool { isASCII ? ASCII.isSpace(byte) : record.has(.isSpace) }

  var isLineBreak: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  var isIdentifierStart: Bool { isASCII ? ASCII.isLetter(byte) || value == 0x5F : record.has(.isIdentifierStart) }

  var isIdentifierPart: Bool { isASCII ? ASCII.isLetterOrDigit(byte) || value == 0x5F : record.has(.isIdentifierPart) }

  @inline(__always) private var byte: UInt8 { UInt8(truncatingIfNeeded: value) }

  // MARK: Numbers

  /// The value of a decimal digit of any script.
  var decimalDigit: Int? {
    if isASCII { return value &- 0x30 < 10 ? Int(value &- 0x30) : nil }
    let record = record
    return record.has(.isDecimal) ? record.digit : nil
  }

  var isDecimal: Bool { isASCII ? ASCII.isDigit(byte) : record.has(.isDecimal) }

  var isDigit: Bool { isASCII ? ASCII.isDigit(byte) : record.has(.isDigit) }

  var isNumeric: Bool { isASCII ? ASCII.isDigit(byte) : record.has(.isNumeric) }

  var isAlphanumeric: Bool {
    if isASCII { return ASCII.isLetterOrDigit(byte) }
    let record = record
    return record.has(.isAlphabetic) || record.has(.isNumeric)
  }

  // MARK: Case

  var isLowercase: Bool { isASCII ? ASCII.isLower(byte) : record.has(.isLowercase) }

  var isUppercase: Bool { isASCII ? ASCII.isUpper(byte) : record.has(.isUppercase) }

  var isTitlecase: Bool { !isASCII && record.has(.isTitlecase) }

  var isCased: Bool { isLowercase || isUppercase || isTitlecase }

  var isCaseIgnorable: Bool {
    isASCII ? value == 0x27 || value == 0x2E || value == 0x3A || value == 0x5E || value == 0x60 : record.has(.isCaseIgnorable)
  }

  enum Mapping: CaseIterable { case lower, upper, title }

  var uppercase: CaseMapping { isASCII ? CaseMapping(UInt32(ASCII.upper(byte))) : mapped(.upper) }

  var lowercase: CaseMapping { isASCII ? CaseMapping(UInt32(ASCII.lower(byte))) : mapped(.lower) }

  var titlecase: CaseMapping { isASCII ? CaseMapping(UInt32(ASCII.upper(byte))) : mapped(.title) }

  @inline(__always)
  private func mapped(_ mapping: Mapping) -> CaseMapping {
    let mappings = CharacterRecord.mappings(of: value)
    let single =
      switch mapping {
      case .lower: mappings & 0x1FFFFF
      case .upper: mappings >> 21 & 0x1FFFFF
      case .title: mappings >> 42 & 0x1FFFFF
      }
    return single <= 0x10FFFF ? CaseMapping(UInt32(single)) : fullMapping(mapping)
  }

  /// The mapping as Swift's tables have it, unless it leads to a letter that Python does not know.
  @inline(never)
  func fullMapping(_ mapping: Mapping) -> CaseMapping {
    guard let properties = Unicode.Scalar(value)?.properties, properties.isKnownToPython else { return CaseMapping(value) }
    let text =
      switch mapping {
      case .lower: properties.lowercaseMapping
      case .upper: properties.uppercaseMapping
      case .title: properties.titlecaseMapping
      }
    var result = CaseMapping()
    for scalar in text.unicodeScalars {
      if !scalar.properties.isKnownToPython { return CaseMapping(value) }
      result.append(scalar.value)
    }
    return result
  }

  /// Full case folding. For all but these few it is the lowercase of the uppercase.
  var folded: CaseMapping {
    switch value {
    case 0..<0x80: return lowercase
    case 0x131: return CaseMapping(0x131)
    case 0x1E9E: return CaseMapping(0x73, 0x73)
    // Cherokee's small letters came later than its capitals, which are therefore the folded ones.
    case 0x13A0...0x13F5: return CaseMapping(value)
    case 0x13F8...0x13FD, 0xAB70...0xABBF: return uppercase
    default:
      let upper = uppercase
      if upper.count == 1 { return CodePoint(upper[0]).lowercase }
      var result = CaseMapping()
      for index in 0..<upper.count {
        let lower = CodePoint(upper[index]).lowercase
        for position in 0..<lower.count { result.append(lower[position]) }
      }
      return result
    }
  }
}

/// What a code point becomes in another case: up to three code points (six while folding).
struct CaseMapping {
  private var values: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0)
  private(set) var count = 0

  init() {}

  @inline(__always)
  init(_ value: UInt32) {
    values.0 = value
    count = 1
  }

  init(_ first: UInt32, _ second: UInt32) {
    append(first)
    append(second)
  }

  mutating func append(_ value: UInt32) {
    switch count {
    case 0: values.0 = value
    case 1: values.1 = value
    case 2: values.2 = value
    case 3: values.3 = value
    case 4: values.4 = value
    case 5: values.5 = value
    default: return
    }
    count += 1
  }

  subscript(_ index: Int) -> UInt32 {
    switch index {
    case 0: values.0
    case 1: values.1
    case 2: values.2
    case 3: values.3
    case 4: values.4
    default: values.5
    }
  }
}

/// Properties of single bytes, for `bytes` and the fast paths of `str`.
enum ASCII {
  @inline(__always) static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  @inline(__always) static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
  @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  @inline(__always) static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
  @inline(__always) static func upper(_ byte: UInt8) -> UInt8 { isLower(byte) ? byte &- 0x20 : byte }
  @inline(__always) static func lower(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte &+ 0x20 : byte }

  /// As `str.isspace` has it; `bytes` leaves out 0x1C to 0x1F.
  @inline(__always) static func isSpace(_ byte: UInt8) -> Bool { byte < 64 && spaces >> UInt64(byte) & 1 != 0 }

  /// A bit for each: 0x09 to 0x0D, 0x1C to 0x1F, 0x20.
  private static var spaces: UInt64 { 0x1_F000_3E00 }

  @inline(__always) static func isByteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

  /// The value of a digit in bases up to 36.
  @inline(__always) static func digitValue(_ byte: UInt8) -> Int? {
    if isDigit(byte) { return Int(byte &- 0x30) }
    if isLetter(byte) { return Int((byte | 0x20) &- 0x61) + 10 }
    return nil
  }

  /// A lowercase hexadecimal digit.
  @inline(__always) static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }

  /// Writes two digits for each byte.
  static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, into text: UnsafeMutablePointer<UInt8>) {
    for index in 0..<bytes.count {
      text[2 &* index] = hexDigit(bytes[index] >> 4)
      text[2 &* index &+ 1] = hexDigit(bytes[index] & 15)
    }
  }
}

/// The name, also of ideographs and syllables, whose names follow from their numbers.
func characterName(_ value: UInt32) -> String? {
  switch value {
  case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x2A6DF, 0x2A700...0x2B739, 0x2B740...0x2B81D, 0x2B820...0x2CEA1,
    0x2CEB0...0x2EBE0, 0x2EBF0...0x2EE5D, 0x30000...0x3134A, 0x31350...0x323AF:
    return "CJK UNIFIED IDEOGRAPH-" + String(value, radix: 16, uppercase: true)
  default: return Unicode.Scalar(value)?.properties.name
  }
}
