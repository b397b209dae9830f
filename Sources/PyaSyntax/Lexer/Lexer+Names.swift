/// Names, keywords, and the names that turn out to be the prefix of a string.
extension Lexer {
  mutating func lexNameOrPrefixedString() throws(SyntaxDiagnostic) {
    let start = position
    var prefix = StringPrefix()
    while prefix.accept(byte(at: position)) {
      position += 1
      let next = byte(at: position)
      if next == "\"" || next == "'" {
        if prefix.isFormatted { return try lexFStringStart(prefix: prefix, start: start) }
        return try lexString(prefix: prefix, start: start)
      }
    }
    try lexName(from: start)
  }

  private mutating func lexName(from start: Int) throws(SyntaxDiagnostic) {
    position = start
    /// The first eight bytes, as many as the longest keyword has.
    var packed: UInt64 = 0
    var union: UInt8 = 0
    while position < end, bytes[position].isNameContinuation {
      packed = packed << 8 | UInt64(bytes[position])
      union |= bytes[position]
      position += 1
    }
    if union >= 0x80, file.isOfTree, let name = escapedName(from: start) { return append(.name(name), from: start) }
    if union >= 0x80 { try checkCharacters(ofNameFrom: start) }
    if position - start <= 8, let keyword = Lexer.keywords[packed] {
      append(.keyword(keyword), from: start)
    } else {
      let name = text(start..<position)
      append(.name(union >= 0x80 ? CompatibilityForms.composed(name) : name), from: start)
    }
  }

  /// What a name of a tree stands for that no text can have; nil: it is a plain one.
  private func escapedName(from start: Int) -> String? {
    let (first, length) = scalar(at: start)
    guard first == SourceFile.escapeOfNames else { return nil }
    let digits = bytes[(start + length)..<position]
    let pairs = stride(from: digits.startIndex, to: digits.endIndex - 1, by: 2).map { String(decoding: digits[$0...$0 + 1], as: UTF8.self) }
    return String(decoding: pairs.compactMap { UInt8($0, radix: 16) }, as: UTF8.self)
  }

  private static let keywords: [UInt64: Keyword] = {
    var table: [UInt64: Keyword] = [:]
    for keyword in Keyword.allCases {
      table[keyword.rawValue.utf8.reduce(0) { $0 << 8 | UInt64($1) }] = keyword
    }
    return table
  }()

  /// Every character beyond ASCII was taken as part of the name; now each must be allowed where it stands.
  private mutating func checkCharacters(ofNameFrom start: Int) throws(SyntaxDiagnostic) {
    var offset = start
    while offset < position {
      let (scalar, length) = scalar(at: offset)
      offset += length
      if scalar.value < 0x80 { continue }
      let properties = scalar.properties
      if offset - length == start ? properties.isXIDStart : properties.isXIDContinue { continue }
      position = offset
      let code = "U+" + hexadecimal(scalar.value, width: 4, uppercase: true)
      if scalar.isPrintable { throw error("invalid character '\(Character(scalar))' (\(code))") }
      throw error("invalid non-printable character \(code)")
    }
  }
}

extension Unicode.Scalar {
  /// What Python's `str.isprintable` says of the character.
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      self == " "
    default:
      true
    }
  }
}
