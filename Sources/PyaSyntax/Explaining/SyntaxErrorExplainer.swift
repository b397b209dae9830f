/// Finds the message for a statement that is not Python.
///
/// CPython reads a wrong file twice: first with the grammar of correct programs, to learn how far it gets; then with a
/// grammar that also describes common mistakes, tried in order. Which mistake it reports depends on that order and on
/// how far it has looked ahead, so the same is done here: a small interpreter of the same kind of grammar, with the
/// same memory of what was tried. It is slow, and runs once, on the failing top-level statement only.
struct SyntaxErrorExplainer {
  enum Goal: String { case file, eval }

  let file: SourceFile
  let tokens: [Token]
  let shapes: [TokenShape]
  private let lexer: Lexer?
  let start: Int
  let goal: Goal
  private let grammar = MistakeGrammar.grammar

  /// The last token that was looked at.
  private(set) var furthest: Int
  private var looksForMistakes = false
  private var memory: RuleMemory
  private var depth = 0

  /// CPython's own limit.
  private static let maximumDepth = 4_000

  /// How the interpreter stops when there is something to report.
  struct Finding: Error {
    var diagnostic: SyntaxDiagnostic
    /// From the lexer: nothing that comes later in the file can be more important.
    var isLexical = false
  }

  /// What the labelled items of an alternative read, as token indices.
  struct Labels {
    private var spans: [(label: Character, span: Range<Int>)] = []

    mutating func set(_ label: Character, _ span: Range<Int>) { spans.append((label, span)) }

    subscript(_ label: Character) -> Range<Int> {
      spans.last { $0.label == label }?.span ?? 0..<0
    }
  }

  init(
    file: SourceFile, tokens: [Token], shapes: [TokenShape], lexer: Lexer?, start: Int, goal: Goal
  ) {
    self.file = file
    self.tokens = tokens
    self.shapes = shapes
    self.lexer = lexer
    self.start = start
    self.goal = goal
    furthest = start
    memory = RuleMemory(ruleCount: grammar.memoizedRuleCount, tokens: start..<tokens.count)
  }

  /// The error to report, or nil when this grammar finds nothing wrong.
  mutating func explain() -> SyntaxDiagnostic? {
    guard let rule = grammar.indices[goal.rawValue] else { return nil }
    do throws(Finding) {
      if try match(rule: rule, at: start) != nil { return nil }
      let reached = furthest
      memory = RuleMemory(ruleCount: grammar.memoizedRuleCount, tokens: start..<tokens.count)
      looksForMistakes = true
      _ = try match(rule: rule, at: start)
      return unspecificError(at: reached)
    } catch {
      return error.isLexical ? error.diagnostic : preferringLexicalError(to: error.diagnostic)
    }
  }

  private func unspecificError(at index: Int) -> SyntaxDiagnostic {
    let range = tokens[index].range
    switch shapes[index] {
    case .indent:
      let caret = SourceRange(max(range.end, 1) - 1, range.end)
      return SyntaxDiagnostic("unexpected indent", at: caret, kind: .indentationError, end: .minusOne)
    case .dedent:
      return SyntaxDiagnostic("unexpected unindent", at: lastTokenRange, kind: .indentationError, end: .minusOne)
    case .endOfFile:
      let place = SourceRange.lineOnly(at: Int(endOfLastLine.start))
      return preferringLexicalError(to: SyntaxDiagnostic("invalid syntax", at: place))
    case .op(.greater) where index > 0 && shapes[index - 1] == .op(.less) && tokens[index - 1].range.end == range.start:
      // `<>` is one operator, of a Python that never was.
      let both = tokens[index - 1].range.union(range)
      return preferringLexicalError(to: SyntaxDiagnostic("invalid syntax", at: both))
    default: return preferringLexicalError(to: SyntaxDiagnostic("invalid syntax", at: range))
    }
  }

  private func preferringLexicalError(to diagnostic: SyntaxDiagnostic) -> SyntaxDiagnostic {
    let reached = tokens[furthest].range
    if let failure = lexer?.failure(overridingErrorOnLine: line(of: reached.start)) { return failure }
    var diagnostic = diagnostic
    if !diagnostic.range.isLineOnly, line(of: diagnostic.range.start) < min(line(of: reached.end), file.lineCount) {
      diagnostic.omitsLineEnd = true
    }
    return diagnostic
  }

  func line(of offset: UInt32) -> Int { file.location(of: offset).line }
}

// MARK: - The interpreter

extension SyntaxErrorExplainer {
  private mutating func shape(at index: Int) throws(Finding) -> TokenShape {
    guard index < shapes.count else { return .endOfFile }
    furthest = max(furthest, index)
    // A stray character is a token that fits nowhere; the other errors stop the tokenizer.
    if case .error(let diagnostic) = tokens[index].kind, diagnostic.message != "invalid syntax" {
      throw Finding(diagnostic: diagnostic, isLexical: true)
    }
    return shapes[index]
  }

  private func name(at index: Int) -> String? {
    guard index < tokens.count, case .name(let text) = tokens[index].kind else { return nil }
    return text
  }

  /// Where the rule ends when it fits at `position`.
  private mutating func match(rule index: Int, at position: Int) throws(Finding) -> Int? {
    let memoryIndex = grammar.rules[index].memoryIndex
    if let memoryIndex, let result = memory.result(of: memoryIndex, at: position) {
      switch result {
      case .matched(let end): return end
      case .failed: return nil
      }
    }
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw Finding(diagnostic: tooDeep(at: position), isLexical: true) }
    let end = try match(grammar.rules[index].alternatives, at: position)
    if let memoryIndex { memory.set(end, for: memoryIndex, at: position) }
    return end
  }

  private func tooDeep(at position: Int) -> SyntaxDiagnostic {
    SyntaxDiagnostic(
      "Parser stack overflowed - Python source too complex to parse",
      at: tokens[min(position, tokens.count - 1)].range, kind: .memoryError)
  }

  private mutating func match(
    _ alternatives: [Grammar.Alternative], at start: Int
  ) throws(Finding) -> Int? {
    for alternative in alternatives where looksForMistakes || !alternative.isMistake {
      var labels = Labels()
      var position: Int? = start
      var isCommitted = false
      for item in alternative.items {
        if case .cut = item {
          isCommitted = true
          continue
        }
        guard let before = position else { break }
        position = try match(item, at: before, &labels)
        if position == nil { break }
      }
      if let end = position {
        guard let action = alternative.action else { return end }
        return try perform(action, labels, start..<end) ? end : nil
      }
      if isCommitted { return nil }
    }
    return nil
  }

  private mutating func match(
    _ item: Grammar.Item, at position: Int, _ labels: inout Labels
  ) throws(Finding) -> Int? {
    switch item {
    case .token(let expected): return try shape(at: position) == expected ? position + 1 : nil
    case .softKeyword(let word):
      return try shape(at: position) == .name && name(at: position) == word ? position + 1 : nil
    case .anySoftKeyword:
      guard try shape(at: position) == .name, let word = name(at: position) else { return nil }
      // CPython compares as many letters as the name has.
      return ["match", "case", "type", "_"].contains { $0.hasPrefix(word) } ? position + 1 : nil
    case .rule(let index): return try match(rule: index, at: position)
    case .withoutMistakes(let index):
      let outer = looksForMistakes
      looksForMistakes = false
      defer { looksForMistakes = outer }
      return try match(rule: index, at: position)
    case .choice(let alternatives): return try match(alternatives, at: position)
    case .optional(let inner): return try match(inner, at: position, &labels) ?? position
    case .many(let inner, let atLeastOne):
      return try matchMany(inner, separator: nil, atLeastOne: atLeastOne, at: position)
    case .gather(let separator, let inner):
      return try matchMany(inner, separator: separator, atLeastOne: true, at: position)
    case .lookahead(let inner, let isPositive):
      return (try match(inner, at: position, &labels) != nil) == isPositive ? position : nil
    case .forced(let expected, let text):
      let found = try shape(at: position)
      if found == expected { return position + 1 }
      // CPython looks for mistakes in type parameters before it insists on a parenthesis.
      if found == .op(.leftBracket), !looksForMistakes { return nil }
      throw Finding(diagnostic: SyntaxDiagnostic("expected '\(text)'", at: tokenRange(position)))
    case .cut: return position
    case .labelled(let label, let inner):
      guard let end = try match(inner, at: position, &labels) else { return nil }
      labels.set(label, position..<end)
      return end
    }
  }

  private mutating func matchMany(
    _ item: Grammar.Item, separator: Grammar.Item?, atLeastOne: Bool, at start: Int
  ) throws(Finding) -> Int? {
    var labels = Labels()
    guard var end = try match(item, at: start, &labels) else { return atLeastOne ? nil : start }
    while end < tokens.count {
      var position = end
      if let separator {
        guard let next = try match(separator, at: position, &labels) else { break }
        position = next
      }
      guard let next = try match(item, at: position, &labels), next > end else { break }
      end = next
    }
    return end
  }
}
