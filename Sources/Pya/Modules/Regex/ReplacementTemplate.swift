/// What `sub` and `expand` put in: literal parts and groups.
struct ReplacementTemplate {
  enum Part {
    case text(Value)
    case group(Int)
  }

  var parts: [Part] = []

  /// The only text, when no group is mentioned.
  var literal: Value? {
    guard parts.count == 1, case .text(let text) = parts[0] else { return nil }
    return text
  }
}

extension Runtime {
  /// Parses a template for a pattern, or takes the one parsed last.
  func replacementTemplate(_ source: Value, for pattern: PatternObject) throws(Raised) -> ReplacementTemplate {
    if let last = pattern.lastTemplate, last.source.isIdentical(to: source) { return last.template }
    let text: [UInt32]
    let isBytes: Bool
    if let string = source.string {
      if memchrBackslash(string.utf8) == false { return ReplacementTemplate(parts: [.text(.object(plain(string)))]) }
      text = string.codePoints
      isBytes = false
    } else if let bytes = bytesLike(source) {
      text = bytes.map { UInt32($0) }
      isBytes = true
    } else {
      throw typeError("decoding to str: need a bytes-like object, \(typeName(source)) found")
    }
    var parser = TemplateParser(text, isBytes: isBytes, pattern)
    do { try parser.parse() } catch {
      if error.kind == .index { throw indexError("unknown group name \(try repr(.object(string(codePoints: error.name))).text)") }
      throw regexError(error, source)
    }
    var template = ReplacementTemplate()
    for part in parser.parts {
      switch part {
      case .group(let number): template.parts.append(.group(number))
      case .text(let characters):
        if isBytes {
          template.parts.append(.text(.object(BytesObject(type: types.bytes, characters.map { UInt8(truncatingIfNeeded: $0) }))))
        } else {
          template.parts.append(.text(.object(string(codePoints: characters))))
        }
      }
    }
    pattern.lastTemplate = (source, template)
    return template
  }

  private func memchrBackslash(_ text: UnsafeBufferPointer<UInt8>) -> Bool { text.contains(0x5C) }
}

/// Reads `\1`, `\g<name>` and escapes.
private struct TemplateParser {
  enum Part {
    case text([UInt32])
    case group(Int)
  }

  private let pattern: PatternObject
  /// For names: they are spelled as in expressions.
  private var reader: RegexParser
  private var literal: [UInt32] = []
  private(set) var parts: [Part] = []

  init(_ text: [UInt32], isBytes: Bool, _ pattern: PatternObject) {
    self.pattern = pattern
    reader = RegexParser(text, isBytes: isBytes, flags: [])
  }

  mutating func parse() throws(RegexSyntaxError) {
    if reader.text.reversed().prefix(while: { $0 == 0x5C }).count % 2 == 1 {
      // Everything before is fine or not, the end is seen one character ahead.
      try parseAll(until: reader.text.count - 1)
      throw reader.failure("bad escape (end of pattern)", at: reader.text.count - 1)
    }
    try parseAll(until: reader.text.count)
    if !literal.isEmpty || parts.isEmpty { parts.append(.text(literal)) }
  }

  private mutating func parseAll(until end: Int) throws(RegexSyntaxError) {
    while reader.index < end {
      let character = reader.text[reader.index]
      guard character == 0x5C, reader.index + 1 < reader.text.count else {
        literal.append(character)
        reader.index += 1
        continue
      }
      try parseEscape()
    }
  }

  private mutating func parseEscape() throws(RegexSyntaxError) {
    let start = reader.index
    let character = reader.text[start + 1]
    reader.index += 2
    if RegexParser.isDigit(character) { return try parseNumber(from: start) }
    switch Unicode.Scalar(character) {
    case "g": try parseNamedGroup()
    case "a": literal.append(7)
    case "b": literal.append(8)
    case "f": literal.append(12)
    case "n": literal.append(10)
    case "r": literal.append(13)
    case "t": literal.append(9)
    case "v": literal.append(11)
    case "\\": literal.append(0x5C)
    default:
      if (character | 0x20) &- 0x61 < 26 {
        throw reader.failure("bad escape \(reader.quote(start..<reader.index))", at: start)
      }
      literal.append(0x5C)
      literal.append(character)
    }
  }

  private mutating func parseNamedGroup() throws(RegexSyntaxError) {
    guard reader.take("<") else { throw reader.failure("missing <", at: reader.index) }
    let name = try reader.parseName(until: ">", "group name")
    let place = reader.index - name.count - 1
    if name.allSatisfy({ $0 &- 0x30 < 10 }) {
      let number = name.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1 << 40) }
      return try addGroup(number, at: place)
    }
    try reader.checkName(name)
    for (known, number) in pattern.groupNames where known.codePoints == name { return try addGroup(number, at: place) }
    throw RegexSyntaxError(kind: .index, message: "", name: name)
  }

  private mutating func addGroup(_ number: Int, at place: Int) throws(RegexSyntaxError) {
    if number > pattern.groupCount { throw reader.failure("invalid group reference \(number)", at: place) }
    if !literal.isEmpty { parts.append(.text(literal)) }
    literal = []
    parts.append(.group(number))
  }

  /// `\0`, `\012`, `\123` are characters; `\1` and `\12` are groups. The first digit is taken.
  private mutating func parseNumber(from start: Int) throws(RegexSyntaxError) {
    let text = reader.text
    func isOctal(_ index: Int) -> Bool { index < text.count && text[index] &- 0x30 < 8 }
    func value(_ range: Range<Int>) -> UInt32 { text[range].reduce(0) { $0 << 3 | ($1 & 7) } }
    if text[start + 1] == 0x30 {
      while reader.index < start + 4, isOctal(reader.index) { reader.index += 1 }
      literal.append(value((start + 1)..<reader.index) & 0xFF)
      return
    }
    if RegexParser.isDigit(reader.next) {
      reader.index += 1
      if isOctal(start + 1), isOctal(start + 2), isOctal(start + 3) {
        reader.index += 1
        let character = value((start + 1)..<reader.index)
        if character > 0o377 {
          let escape = reader.quote(start..<reader.index)
          throw reader.failure("octal escape value \(escape) outside of range 0-0o377", at: start)
        }
        literal.append(character)
        return
      }
    }
    let number = text[(start + 1)..<reader.index].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    try addGroup(number, at: start + 1)
  }
}
