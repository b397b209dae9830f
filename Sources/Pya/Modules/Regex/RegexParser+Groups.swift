/// What begins with a parenthesis.
extension RegexParser {
  /// Nil: a comment, or flags for the whole expression.
  mutating func parseGroup(mayHaveGlobalFlags: Bool) throws(RegexSyntaxError) -> RegexNode? {
    let start = index
    index += 1
    guard take("?") else { return try parseCapture(named: nil, from: start) }
    guard let character = next else { throw failure("unexpected end of pattern", at: text.count) }
    index += 1
    switch Unicode.Scalar(character) {
    case "P": return try parseNamed(from: start)
    case ":": return .sequence([try parseInner(from: start)])
    case "#":
      while let character = next {
        index = min(index + (character == 0x5C ? 2 : 1), text.count)
        if character == 0x29 { return nil }
      }
      throw failure("missing ), unterminated comment", at: start)
    case "=": return .look(try parseInner(from: start), isBehind: false, isNegative: false)
    case "!": return negativeLook(try parseInner(from: start), isBehind: false)
    case "<": return try parseLookbehind(from: start)
    case "(": return try parseConditional(from: start)
    case ">": return .atomic(try parseInner(from: start))
    default:
      if RegexFlags(letter: character) != nil || character == 0x2D {
        return try parseFlags(character, from: start, mayBeGlobal: mayHaveGlobalFlags)
      }
      throw failure("unknown extension ?\(quoteToken(index - 1))", at: start + 1)
    }
  }

  /// A character with the one behind it if that belongs to it, as in an escape.
  private func quoteToken(_ position: Int) -> String {
    quote(position..<min(position + (text[position] == 0x5C ? 2 : 1), text.count))
  }

  /// What is between here and the closing parenthesis, which is taken.
  private mutating func parseInner(from start: Int) throws(RegexSyntaxError) -> RegexNode {
    let node = try parseAlternatives()
    guard take(")") else { throw failure("missing ), unterminated subpattern", at: start) }
    return node
  }

  private mutating func parseCapture(named name: [UInt32]?, from start: Int) throws(RegexSyntaxError) -> RegexNode {
    let number = groupWidths.count
    if let name {
      if let known = groupNames.first(where: { $0.name == name }) {
        let message = "redefinition of group name %r as group \(number); was group \(known.number)"
        throw failure(message, name: name, at: index - name.count - 1)
      }
      groupNames.append((name, number))
    }
    groupWidths.append(nil)
    let node = try parseInner(from: start)
    groupWidths[number] = width(node)
    return .group(number, node)
  }

  // MARK: Names

  /// `(?P<name>...)` and `(?P=name)`.
  private mutating func parseNamed(from start: Int) throws(RegexSyntaxError) -> RegexNode {
    if take("<") {
      let name = try parseName(until: ">", "group name")
      try checkName(name)
      return try parseCapture(named: name, from: start)
    }
    guard take("=") else {
      guard next != nil else { throw failure("unexpected end of pattern", at: text.count) }
      throw failure("unknown extension ?P\(quoteToken(index))", at: start + 1)
    }
    let name = try parseName(until: ")", "group name")
    try checkName(name)
    let place = index - name.count - 1
    guard let number = groupNames.first(where: { $0.name == name })?.number else {
      throw failure("unknown group name %r", name: name, at: place)
    }
    if groupWidths[number] == nil { throw failure("cannot refer to an open group", at: place) }
    try checkLookbehind(number)
    return .backreference(number, folding)
  }

  /// The text up to a terminator, which is taken.
  mutating func parseName(until terminator: Unicode.Scalar, _ what: String) throws(RegexSyntaxError) -> [UInt32] {
    let start = index
    while let character = next {
      if character == terminator.value {
        if index == start { throw failure("missing \(what)", at: start) }
        index += 1
        return Array(text[start..<(index - 1)])
      }
      index = min(index + (character == 0x5C ? 2 : 1), text.count)
    }
    throw index == start
      ? failure("missing \(what)", at: index) : failure("missing \(terminator), unterminated name", at: start)
  }

  /// The name that ends before the last character taken must be an identifier.
  func checkName(_ name: [UInt32]) throws(RegexSyntaxError) {
    let isIdentifier =
      CodePoint(name[0]).isIdentifierStart && name.allSatisfy { CodePoint($0).isIdentifierPart }
      && (!isBytes || name.allSatisfy { $0 < 0x80 })
    if !isIdentifier { throw failure("bad character in group name %r", name: name, at: index - name.count - 1) }
  }

  func checkLookbehind(_ group: Int) throws(RegexSyntaxError) {
    guard let lookbehindGroups else { return }
    if group >= groupWidths.count || groupWidths[group] == nil {
      throw failure("cannot refer to an open group", at: index)
    }
    if group >= lookbehindGroups {
      throw failure("cannot refer to group defined in the same lookbehind subpattern", at: index)
    }
  }

  // MARK: Looking around

  private mutating func parseLookbehind(from start: Int) throws(RegexSyntaxError) -> RegexNode {
    guard let character = next else { throw failure("unexpected end of pattern", at: text.count) }
    guard character == 0x3D || character == 0x21 else {
      throw failure("unknown extension ?<\(quoteToken(index))", at: start + 1)
    }
    index += 1
    let isOutermost = lookbehindGroups == nil
    if isOutermost { lookbehindGroups = groupWidths.count }
    let node = try parseAlternatives()
    if isOutermost { lookbehindGroups = nil }
    guard take(")") else { throw failure("missing ), unterminated subpattern", at: start) }
    let looks = character == 0x21 ? negativeLook(node, isBehind: true) : .look(node, isBehind: true, isNegative: false)
    return looks
  }

  private func negativeLook(_ node: RegexNode, isBehind: Bool) -> RegexNode {
    if case .empty = node { return .failure }
    return .look(node, isBehind: isBehind, isNegative: true)
  }

  /// `(?(group)yes|no)`
  private mutating func parseConditional(from start: Int) throws(RegexSyntaxError) -> RegexNode {
    let name = try parseName(until: ")", "group name")
    let place = index - name.count - 1
    let group: Int
    if name.allSatisfy({ $0 &- 0x30 < 10 }) {
      let number = name.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1 << 40) }
      if number == 0 { throw failure("bad group number", at: place) }
      if number >= 1 << 30 { throw failure("invalid group reference \(number)", at: place) }
      group = number
      if !mentions.contains(where: { $0.group == group }) { mentions.append((group, place)) }
    } else {
      try checkName(name)
      guard let number = groupNames.first(where: { $0.name == name })?.number else {
        throw failure("unknown group name %r", name: name, at: place)
      }
      group = number
    }
    try checkLookbehind(group)
    depth += 1
    defer { depth -= 1 }
    if depth > RegexParser.depthLimit { throw RegexSyntaxError(kind: .recursion, message: "") }
    let yes = try parseSequence()
    var no = RegexNode.empty
    if take("|") {
      no = try parseSequence()
      if isNext("|") { throw failure("conditional backref with more than two branches", at: index) }
    }
    guard take(")") else { throw failure("missing ), unterminated subpattern", at: start) }
    return .conditional(group, yes, no)
  }

  // MARK: Flags

  /// `(?im)` for the whole expression, `(?i-m:...)` for a part. The first letter (or minus) is taken.
  private mutating func parseFlags(_ first: UInt32, from start: Int, mayBeGlobal: Bool) throws(RegexSyntaxError) -> RegexNode? {
    var added: RegexFlags = []
    var removed: RegexFlags = []
    var character = first
    if character != 0x2D {
      while let flag = RegexFlags(letter: character) {
        if !isBytes, flag == .locale {
          throw failure("bad inline flags: cannot use 'L' flag with a str pattern", at: index)
        }
        if isBytes, flag == .unicode {
          throw failure("bad inline flags: cannot use 'u' flag with a bytes pattern", at: index)
        }
        added.insert(flag)
        if RegexFlags.kinds.contains(flag), added.intersection(.kinds) != flag {
          throw failure("bad inline flags: flags 'a', 'u' and 'L' are incompatible", at: index)
        }
        character = try nextFlag("missing -, : or )", endsWith: [0x29, 0x2D, 0x3A])
      }
    }
    if character == 0x29 {
      globalFlags.formUnion(added)
      flags.formUnion(added)
      if !mayBeGlobal { throw failure("global flags not at the start of the expression", at: start) }
      return nil
    }
    if character == 0x2D {
      character = try nextFlag("missing flag", endsWith: [])
      while let flag = RegexFlags(letter: character) {
        if RegexFlags.kinds.contains(flag) {
          throw failure("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", at: index)
        }
        removed.insert(flag)
        character = try nextFlag("missing :", endsWith: [0x3A])
      }
    }
    if !added.isDisjoint(with: removed) { throw failure("bad inline flags: flag turned on and off", at: index - 1) }
    let outer = flags
    if !added.isDisjoint(with: .kinds) { flags.subtract(.kinds) }
    flags = flags.union(added).subtracting(removed)
    let node = try parseInner(from: start)
    flags = outer
    return .sequence([node])
  }

  /// Takes a flag's letter or one of the characters that may end them.
  private mutating func nextFlag(_ complaint: String, endsWith ends: [UInt32]) throws(RegexSyntaxError) -> UInt32 {
    guard let character = next else { throw failure(complaint, at: index) }
    if RegexFlags(letter: character) == nil, !ends.contains(character) {
      throw failure(CodePoint(character).isAlphabetic ? "unknown flag" : complaint, at: index)
    }
    index += 1
    return character
  }
}
