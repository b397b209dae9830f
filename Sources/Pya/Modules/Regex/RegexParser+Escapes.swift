import PyaSyntax

/// What begins with a backslash, in and outside of `[...]`.
extension RegexParser {
  /// Outside of sets a literal is subject to `re.IGNORECASE`; in a set the caller folds.
  mutating func parseEscape(inSet: Bool = false) throws(RegexSyntaxError) -> RegexNode {
    let start = index
    guard index + 1 < text.count else { throw failure("bad escape (end of pattern)", at: text.count - 1) }
    let character = text[index + 1]
    index += 2
    if let category = category(of: character) { return .set(RegexSet(category)) }
    if !inSet, let test = positionTest(of: character) { return .position(test) }
    func finish(_ character: UInt32) -> RegexNode { inSet ? .literal(character) : literal(character) }
    switch Unicode.Scalar(character) {
    case "a": return finish(7)
    case "b": return finish(8)
    case "f": return finish(12)
    case "n": return finish(10)
    case "r": return finish(13)
    case "t": return finish(9)
    case "v": return finish(11)
    case "x": return finish(try parseHexadecimal(2, from: start))
    case "u" where !isBytes: return finish(try parseHexadecimal(4, from: start))
    case "U" where !isBytes:
      let value = try parseHexadecimal(8, from: start)
      if value > 0x10FFFF { throw failure("bad escape \(quote(start..<index))", at: start) }
      return finish(value)
    case "N" where !isBytes: return finish(try parseCharacterName(from: start))
    default: break
    }
    if RegexParser.isDigit(character) {
      return inSet ? .literal(try parseOctalInSet(from: start)) : try parseNumber(from: start)
    }
    if (character | 0x20) &- 0x61 < 26 { throw failure("bad escape \(quote(start..<index))", at: start) }
    return finish(character)
  }

  private func category(of letter: UInt32) -> RegexSet.CategoryTest? {
    let category: RegexSet.Category
    switch Unicode.Scalar(letter | 0x20) {
    case "d": category = .digit
    case "s": category = .space
    case "w": category = .word
    default: return nil
    }
    guard letter < 0x80 else { return nil }
    return RegexSet.CategoryTest(category: category, isASCII: isASCII, isNegated: letter & 0x20 == 0)
  }

  private func positionTest(of letter: UInt32) -> PositionTest? {
    switch Unicode.Scalar(letter) {
    case "A": .start
    case "b": .boundary(isASCII: isASCII)
    case "B": .noBoundary(isASCII: isASCII)
    case "Z": .textEnd
    default: nil
    }
  }

  private mutating func parseHexadecimal(_ digits: Int, from start: Int) throws(RegexSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let character = next, character < 0x80,
        let digit = ASCII.digitValue(UInt8(truncatingIfNeeded: character)), digit < 16
      else { throw failure("incomplete escape \(quote(start..<index))", at: start) }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  private mutating func parseCharacterName(from start: Int) throws(RegexSyntaxError) -> UInt32 {
    guard take("{") else { throw failure("missing {", at: index) }
    let name = try parseName(until: "}", "character name")
    var spelled = String.UnicodeScalarView()
    for value in name { spelled.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
    guard let scalar = CharacterNames.scalar(named: String(spelled)) else {
      throw failure("undefined character name %r", name: name, at: start)
    }
    return scalar.value
  }

  private func isOctal(_ character: UInt32?) -> Bool { character.map { $0 &- 0x30 < 8 } ?? false }

  private func octalValue(_ range: Range<Int>) throws(RegexSyntaxError) -> UInt32 {
    let value = text[range].reduce(0) { $0 << 3 | ($1 & 7) }
    if value > 0o377 {
      let escape = quote((range.lowerBound - 1)..<range.upperBound)
      throw failure("octal escape value \(escape) outside of range 0-0o377", at: range.lowerBound - 1)
    }
    return value
  }

  /// Up to three octal digits; the first is taken.
  private mutating func parseOctalInSet(from start: Int) throws(RegexSyntaxError) -> UInt32 {
    guard isOctal(text[start + 1]) else { throw failure("bad escape \(quote(start..<index))", at: start) }
    while index < start + 4, isOctal(next) { index += 1 }
    return try octalValue((start + 1)..<index)
  }

  /// An octal number, if it begins with 0 or has three digits, or else a group. The first digit is taken.
  private mutating func parseNumber(from start: Int) throws(RegexSyntaxError) -> RegexNode {
    if text[start + 1] == 0x30 {
      while index < start + 4, isOctal(next) { index += 1 }
      return literal(try octalValue((start + 1)..<index))
    }
    if RegexParser.isDigit(next) {
      index += 1
      if isOctal(text[start + 1]), isOctal(text[start + 2]), isOctal(next) {
        index += 1
        return literal(try octalValue((start + 1)..<index))
      }
    }
    let group = text[(start + 1)..<index].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard group < groupWidths.count else { throw failure("invalid group reference \(group)", at: start + 1) }
    if groupWidths[group] == nil { throw failure("cannot refer to an open group", at: start) }
    try checkLookbehind(group)
    return .backreference(group, folding)
  }
}
