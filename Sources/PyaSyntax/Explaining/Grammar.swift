/// A grammar in the notation of Python's own, read from text.
///
///     rule: item item | other        ordered choice
///     'if' '+' "match"               a keyword, an operator; a soft keyword
///     NAME NEWLINE                   a token by its shape
///     x? x* x+ (x | y)               as in regular expressions
///     ','.x+                         one or more x with commas between
///     &x !x                          x follows, x does not follow; nothing is read
///     &&':'                          must follow, else "expected ':'" at once
///     ~                              no other alternative once this point is reached
///     a=x                            names what x read, for the action
///     {range a b "message"}          the action: what to report when all of this was found
///
/// A rule whose name ends in `*` keeps its results by position.
struct Grammar: Sendable {
  struct Alternative: Sendable {
    var items: [Item]
    var action: Action?
    /// Consists of a rule for a mistake, which is not tried at first. (Where such a rule is only a part of an
    /// alternative, CPython tries it at once.)
    var isMistake = false
  }

  indirect enum Item: Sendable {
    case token(TokenShape)
    case softKeyword(String)
    case anySoftKeyword
    case rule(Int)
    case choice([Alternative])
    case optional(Item)
    case many(Item, atLeastOne: Bool)
    case gather(separator: Item, Item)
    case lookahead(Item, isPositive: Bool)
    case forced(TokenShape, text: String)
    case cut
    case labelled(Character, Item)
    /// Reads `rule` without looking for mistakes inside.
    case withoutMistakes(Int)
  }

  struct Rule: Sendable {
    var name: String
    var alternatives: [Alternative]
    /// Its number among the rules whose results are kept.
    var memoryIndex: Int?
  }

  /// What a found mistake says, and where: `words` are the placement, its labels, and details.
  struct Action: Sendable {
    var words: [String]
    var message: String
  }

  var rules: [Rule]
  var indices: [String: Int]
  var memoizedRuleCount: Int
}

/// Reads the notation. The text is ours: a fault in it is a bug, and traps.
struct GrammarReader {
  private enum Lexeme: Equatable {
    case word(String), quoted(String), doubleQuoted(String), mark(Character)
  }

  private var lexemes: [Lexeme] = []
  private var position = 0
  private var indices: [String: Int] = [:]
  private var rules: [Grammar.Rule] = []

  static func read(_ text: String) -> Grammar {
    var reader = GrammarReader()
    return reader.readGrammar(text)
  }

  private mutating func readGrammar(_ text: String) -> Grammar {
    var definitions: [(name: String, isMemoized: Bool, body: [Lexeme])] = []
    for line in text.split(separator: "\n") where !line.allSatisfy({ $0 == " " }) {
      if line.first == " " {
        definitions[definitions.count - 1].body += Self.lex(line)
        continue
      }
      let colon = line.firstIndex(of: ":")!
      let isMemoized = line[..<colon].hasSuffix("*")
      let name = String(isMemoized ? line[..<colon].dropLast() : line[..<colon])
      definitions.append((name, isMemoized, Self.lex(line[line.index(after: colon)...])))
    }
    for (index, definition) in definitions.enumerated() { indices[definition.name] = index }
    var memoizedRuleCount = 0
    for definition in definitions {
      lexemes = definition.body
      position = 0
      rules.append(
        Grammar.Rule(
          name: definition.name, alternatives: readAlternatives(),
          memoryIndex: definition.isMemoized ? memoizedRuleCount : nil))
      if definition.isMemoized { memoizedRuleCount += 1 }
      precondition(position == lexemes.count, "unread text in rule \(definition.name)")
    }
    return Grammar(rules: rules, indices: indices, memoizedRuleCount: memoizedRuleCount)
  }

  private static func lex(_ text: Substring) -> [Lexeme] {
    var result: [Lexeme] = []
    var rest = text
    while let first = rest.first {
      rest = rest.dropFirst()
      switch first {
      case " ": continue
      case "'", "\"":
        let content = rest.prefix { $0 != first }
        rest = rest.dropFirst(content.count + 1)
        result.append(first == "'" ? .quoted(String(content)) : .doubleQuoted(String(content)))
      case _ where isWordCharacter(first):
        let tail = rest.prefix(while: isWordCharacter)
        rest = rest.dropFirst(tail.count)
        result.append(.word(String(first) + tail))
      default: result.append(.mark(first))
      }
    }
    return result
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character == "_" || character.isLetter || character.isNumber
  }

  private func at(_ mark: Character) -> Bool {
    position < lexemes.count && lexemes[position] == .mark(mark)
  }

  private mutating func accept(_ mark: Character) -> Bool {
    guard at(mark) else { return false }
    position += 1
    return true
  }

  private mutating func readAlternatives() -> [Grammar.Alternative] {
    _ = accept("|")
    var alternatives: [Grammar.Alternative] = []
    repeat {
      let start = position
      var items: [Grammar.Item] = []
      while position < lexemes.count, !at("|"), !at(")"), !at("{") { items.append(readItem()) }
      let isMistake = items.count == 1 && isMistakeName(at: start)
      alternatives.append(
        Grammar.Alternative(items: items, action: accept("{") ? readAction() : nil, isMistake: isMistake))
    } while accept("|")
    return alternatives
  }

  private func isMistakeName(at index: Int) -> Bool {
    if case .word(let word) = lexemes[index] { return word.hasPrefix("invalid_") }
    return false
  }

  private mutating func readAction() -> Grammar.Action {
    var action = Grammar.Action(words: [], message: "")
    while !accept("}") {
      switch lexemes[position] {
      case .word(let word): action.words.append(word)
      case .quoted(let text), .doubleQuoted(let text): action.message = text
      case .mark(let mark): preconditionFailure("\(mark) in an action")
      }
      position += 1
    }
    return action
  }

  private mutating func readItem() -> Grammar.Item {
    if case .word(let label) = lexemes[position], position + 1 < lexemes.count, lexemes[position + 1] == .mark("=") {
      position += 2
      return .labelled(label.first!, readItem())
    }
    if accept("~") { return .cut }
    if accept("!") { return .lookahead(readAtom(), isPositive: false) }
    if accept("&") {
      guard accept("&") else { return .lookahead(readAtom(), isPositive: true) }
      guard case .quoted(let text) = lexemes[position], case .token(let shape) = readAtom() else {
        preconditionFailure("only a token can be forced")
      }
      return .forced(shape, text: text)
    }
    let atom = readAtom()
    if accept("?") { return .optional(atom) }
    if accept("*") { return .many(atom, atLeastOne: false) }
    if accept("+") { return .many(atom, atLeastOne: true) }
    if accept(".") {
      let element = readAtom()
      let isClosed = accept("+")
      precondition(isClosed, "a list with separators ends in +")
      return .gather(separator: atom, element)
    }
    return atom
  }

  private mutating func readAtom() -> Grammar.Item {
    defer { position += 1 }
    switch lexemes[position] {
    case .quoted(let text):
      if let keyword = Keyword(rawValue: text) { return .token(.keyword(keyword)) }
      return .token(.op(Operator(rawValue: text)!))
    case .doubleQuoted(let text): return .softKeyword(text)
    case .mark(let mark):
      precondition(mark == "(", "unexpected \(mark) in the grammar")
      position += 1
      let alternatives = readAlternatives()
      precondition(at(")"), "a group is not closed")
      return .choice(alternatives)
    case .word(let word): return Self.shapes[word].map { .token($0) } ?? named(word)
    }
  }

  private func named(_ word: String) -> Grammar.Item {
    if word == "SOFT_KEYWORD" { return .anySoftKeyword }
    guard let index = indices[word] else { preconditionFailure("no rule \(word)") }
    return word == "expression_without_invalid" ? .withoutMistakes(index) : .rule(index)
  }

  private static let shapes: [String: TokenShape] = [
    "NAME": .name, "NUMBER": .number, "STRING": .string, "BYTES": .bytes, "FSTRING_START": .fstringStart,
    "FSTRING_MIDDLE": .fstringMiddle, "FSTRING_END": .fstringEnd, "NEWLINE": .newline, "INDENT": .indent,
    "DEDENT": .dedent, "ENDMARKER": .endOfFile,
  ]
}
