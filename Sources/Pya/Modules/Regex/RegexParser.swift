/// Reads a regular expression into a tree. Positions in complaints are CPython's, in characters.
///
/// This file has alternatives, sequences and repetition; groups, escapes and character sets have theirs.
struct RegexParser {
  let text: [UInt32]
  let isBytes: Bool
  /// The next character.
  var index = 0
  /// Those that hold here: `(?i:...)` changes them for a while.
  var flags: RegexFlags
  /// Those of the whole expression.
  var globalFlags: RegexFlags
  /// The width of each group; nil while it is open. The first is the whole.
  var groupWidths: [RegexWidth?] = [nil]
  var groupNames: [(name: [UInt32], number: Int)] = []
  /// How many groups there were where the outermost look-behind began.
  var lookbehindGroups: Int?
  /// Groups named by conditionals that may come later, with the place of the first mention.
  var mentions: [(group: Int, position: Int)] = []
  /// Texts of FutureWarnings.
  var warnings: [String] = []
  var depth = 0

  static let depthLimit = 500

  init(_ text: [UInt32], isBytes: Bool, flags: RegexFlags) {
    self.text = text
    self.isBytes = isBytes
    self.flags = flags
    globalFlags = flags
  }

  /// The whole expression. Afterwards `globalFlags` are those of the pattern object.
  mutating func parse() throws(RegexSyntaxError) -> RegexNode {
    let node: RegexNode
    do { node = try parseWhole() } catch {
      // A backslash at the very end is seen one character ahead.
      if endsInBackslash, index >= text.count - 1, error.kind == .syntax {
        throw failure("bad escape (end of pattern)", at: text.count - 1)
      }
      throw error
    }
    return node
  }

  private mutating func parseWhole() throws(RegexSyntaxError) -> RegexNode {
    let node = try parseAlternatives(isTop: true)
    try fixFlags()
    if index < text.count { throw failure("unbalanced parenthesis", at: index) }
    for (group, position) in mentions where group >= groupWidths.count {
      throw failure("invalid group reference \(group)", at: position)
    }
    return node
  }

  private mutating func fixFlags() throws(RegexSyntaxError) {
    func complain(_ message: String) -> RegexSyntaxError { RegexSyntaxError(kind: .value, message: message) }
    if isBytes {
      if globalFlags.contains(.unicode) { throw complain("cannot use UNICODE flag with a bytes pattern") }
      if globalFlags.isSuperset(of: [.locale, .ascii]) { throw complain("ASCII and LOCALE flags are incompatible") }
    } else {
      if globalFlags.contains(.locale) { throw complain("cannot use LOCALE flag with a str pattern") }
      if !globalFlags.contains(.ascii) {
        globalFlags.insert(.unicode)
      } else if globalFlags.contains(.unicode) {
        throw complain("ASCII and UNICODE flags are incompatible")
      }
    }
  }

  private var endsInBackslash: Bool { text.reversed().prefix { $0 == 0x5C }.count % 2 == 1 }

  // MARK: Characters

  var next: UInt32? { index < text.count ? text[index] : nil }

  func isNext(_ character: Unicode.Scalar) -> Bool { index < text.count && text[index] == character.value }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard isNext(character) else { return false }
    index += 1
    return true
  }

  func failure(_ message: String, name: [UInt32] = [], at position: Int) -> RegexSyntaxError {
    RegexSyntaxError(message: message, name: name, position: position)
  }

  /// Part of the expression, for messages.
  func quote(_ range: Range<Int>) -> String {
    var result = String.UnicodeScalarView()
    for value in text[range] { result.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
    return String(result)
  }

  static func isDigit(_ character: UInt32?) -> Bool { character.map { $0 &- 0x30 < 10 } ?? false }

  // MARK: Alternatives and sequences

  mutating func parseAlternatives(isTop: Bool = false) throws(RegexSyntaxError) -> RegexNode {
    depth += 1
    defer { depth -= 1 }
    if depth > RegexParser.depthLimit { throw RegexSyntaxError(kind: .recursion, message: "") }
    var alternatives = [try parseSequence(mayHaveGlobalFlags: isTop)]
    while take("|") { alternatives.append(try parseSequence()) }
    return alternatives.count == 1 ? alternatives[0] : .branch(alternatives)
  }

  /// Up to `|`, `)` or the end.
  mutating func parseSequence(mayHaveGlobalFlags: Bool = false) throws(RegexSyntaxError) -> RegexNode {
    var items: [RegexNode] = []
    while let character = next {
      switch Unicode.Scalar(character) {
      case "|", ")": return finish(items)
      case " ", "\t", "\n", "\r", "\u{0B}", "\u{0C}":
        if !flags.contains(.verbose) { items.append(literal(character)) }
        index += 1
      case "#":
        if flags.contains(.verbose) {
          skipComment()
        } else {
          items.append(literal(character))
          index += 1
        }
      case "\\": items.append(try parseEscape())
      case "[": items.append(try parseSet())
      case "*", "+", "?": try repeatLast(&items)
      case "{":
        if !(try repeatByCount(&items)) {
          items.append(literal(character))
          index += 1
        }
      case ".":
        items.append(.set(.any(exceptNewline: !flags.contains(.dotAll))))
        index += 1
      case "^":
        items.append(.position(flags.contains(.multiline) ? .lineStart : .start))
        index += 1
      case "$":
        items.append(.position(flags.contains(.multiline) ? .lineEnd : .end))
        index += 1
      case "(":
        if let group = try parseGroup(mayHaveGlobalFlags: mayHaveGlobalFlags && items.isEmpty) { items.append(group) }
      default:
        items.append(literal(character))
        index += 1
      }
    }
    return finish(items)
  }

  private func finish(_ items: [RegexNode]) -> RegexNode {
    items.isEmpty ? .empty : items.count == 1 ? items[0] : .sequence(items)
  }

  /// In verbose expressions, to the end of the line. A backslash takes the character behind it along.
  private mutating func skipComment() {
    while index < text.count {
      let character = text[index]
      index += character == 0x5C ? 2 : 1
      if character == 10 { return }
    }
    index = min(index, text.count)
  }

  var folding: CaseFolding {
    guard flags.contains(.ignoreCase) else { return .none }
    return isASCII ? .ascii : .unicode
  }

  /// Whether letters, digits and blanks are those of ASCII.
  var isASCII: Bool { isBytes || flags.contains(.ascii) }

  func literal(_ character: UInt32) -> RegexNode {
    folding.distinguishes(character) ? .set(RegexSet(character, folding)) : .literal(character)
  }

  // MARK: Repetition

  private mutating func repeatLast(_ items: inout [RegexNode]) throws(RegexSyntaxError) {
    let start = index
    let sign = text[index]
    index += 1
    try repeatLast(&items, min: sign == 0x2B ? 1 : 0, max: sign == 0x3F ? 1 : regexUnbounded, from: start)
  }

  /// `{2}`, `{2,}`, `{,3}` or `{2,3}`. False: the brace means itself.
  private mutating func repeatByCount(_ items: inout [RegexNode]) throws(RegexSyntaxError) -> Bool {
    let start = index
    var end = index + 1
    if end < text.count, text[end] == 0x7D { return false }
    func number() -> Range<Int> {
      let first = end
      while end < text.count, RegexParser.isDigit(text[end]) { end += 1 }
      return first..<end
    }
    let low = number()
    var high = low
    if end < text.count, text[end] == 0x2C {
      end += 1
      high = number()
    }
    guard end < text.count, text[end] == 0x7D else { return false }
    index = end + 1
    let least = low.isEmpty ? 0 : try repetitionCount(low)
    let most = high.isEmpty ? regexUnbounded : try repetitionCount(high)
    if most < least { throw failure("min repeat greater than max repeat", at: start + 1) }
    try repeatLast(&items, min: least, max: most, from: start)
    return true
  }

  private func repetitionCount(_ digits: Range<Int>) throws(RegexSyntaxError) -> Int {
    var result = 0
    for digit in text[digits] {
      result = result * 10 + Int(digit - 0x30)
      if result >= regexUnbounded {
        throw RegexSyntaxError(kind: .overflow, message: "the repetition number is too large")
      }
    }
    return result
  }

  private mutating func repeatLast(_ items: inout [RegexNode], min: Int, max: Int, from start: Int) throws(RegexSyntaxError) {
    switch items.last {
    case nil, .position: throw failure("nothing to repeat", at: start)
    case .repetition: throw failure("multiple repeat", at: start)
    default: break
    }
    let item = items.removeLast()
    let greed: RegexNode.Greed = take("?") ? .lazy : take("+") ? .possessive : .greedy
    items.append(.repetition(item, min: min, max: max, greed))
  }
}
