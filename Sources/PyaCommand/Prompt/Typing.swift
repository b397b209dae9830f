import PyaSyntax

/// How typed lines become entries: when an entry is complete, how the next line is indented, what of pasted text counts.
enum Typing {
  enum Next: Equatable {
    case run
    case line(indentation: String)
  }

  /// After a whole line. `isPasted`: more lines came in one piece with it; `next` is the one that follows then.
  /// `isIndentedHere`: the editor has indented lines of this entry before.
  static func next(
    _ text: String, isRecalled: Bool = false, isIndentedHere: Bool = false, pasted next: String? = nil
  ) -> Next {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.last ?? ""
    let isBlank = last.allSatisfy { $0 == " " || $0 == "\t" }
    if text.hasPrefix(":") { return .run }
    switch EntryState(of: Array(text.utf8)) {
    case .complete: return .run
    case .string: return .line(indentation: "")
    case .open: return .line(indentation: next == nil ? indentation(after: last) : "")
    case .block:
      if isRecalled { return .run }
      if isBlank, lines.count > 1 {
        // In pasted text an empty line ends a block only if what follows does not belong to it.
        guard let next, belongsToBlock(next) else { return .run }
        return .line(indentation: "")
      }
      guard let next, !isIndentedHere else { return .line(indentation: indentation(after: last)) }
      // Lines that came in one piece have their own indentation; or they were written for an editor that indents.
      if belongsToBlock(next) { return .line(indentation: "") }
      return withoutComment(last).last == ":" ? .line(indentation: indentation(after: last)) : .run
    }
  }

  private static func belongsToBlock(_ line: String) -> Bool {
    guard let first = line.first else { return true }
    return first == " " || first == "\t"
      || ["else:", "elif ", "except", "finally:"].contains { line.hasPrefix($0) }
  }

  /// Where `else:`, `except ...:` and their like belong: below the statement they go on. Nil: the line is something else.
  static func indentation(ofClause line: String, below text: String) -> Int? {
    let word = line.drop { $0 == " " }
    let openers: [String]
    switch word.prefix(while: \.isLetter) {
    case "else" where word == "else:": openers = ["if", "elif", "for", "while", "try", "except"]
    case "elif": openers = ["if", "elif"]
    case "except": openers = ["try", "except"]
    case "finally" where word == "finally:": openers = ["try", "except", "else"]
    default: return nil
    }
    var limit = line.count - word.count
    for row in text.split(separator: "\n").reversed() {
      let code = row.drop { $0 == " " }
      let indentation = row.count - code.count
      if code.isEmpty || indentation > limit { continue }
      var first = code.prefix(while: \.isLetter)
      if first == "async" { first = code.dropFirst(6).prefix(while: \.isLetter) }
      if openers.contains(String(first)) { return indentation }
      // Only what contains this line can still be gone on with.
      limit = indentation
    }
    return nil
  }

  private static func indentation(after line: Substring) -> String {
    let blanks = line.prefix { $0 == " " || $0 == "\t" }
    let code = withoutComment(line)
    if let last = code.last, ":([{".contains(last) { return blanks + "    " }
    let word = code.drop { $0 == " " }.prefix { $0.isLetter }
    if ["return", "pass", "break", "continue", "raise"].contains(word), blanks.hasSuffix("    ") {
      return String(blanks.dropLast(4))
    }
    return String(blanks)
  }

  private static func withoutComment(_ line: Substring) -> Substring {
    var code = line
    var lexer = Lexer(SourceFile(name: "", text: String(line.drop { $0 == " " }) + "\n"))
    let tokens = lexer.tokenize()
    if let newline = tokens.last(where: { $0.kind == .newline }) {
      let offset = Int(newline.range.start) + line.prefix { $0 == " " }.count
      code = line[..<(line.utf8.index(line.startIndex, offsetBy: offset, limitedBy: line.endIndex) ?? line.endIndex)]
    }
    while let last = code.last, last == " " || last == "\t" { code.removeLast() }
    return code
  }

  // MARK: Transcripts

  /// The code of a transcript, which begins with `>>> `: one entry per prompt, without what was answered. Nil for anything else.
  static func transcript(_ text: String) -> [String]? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first(where: { !$0.allSatisfy { $0 == " " } }) else { return nil }
    let margin = first.prefix { $0 == " " }
    guard first.dropFirst(margin.count).hasPrefix(">>>") else { return nil }
    var entries: [String] = []
    var isOpen = false
    for line in lines {
      let line = line.hasPrefix(margin) ? line.dropFirst(margin.count) : line
      if let code = code(in: line, after: ">>>") {
        entries.append(code)
        isOpen = true
      } else if isOpen, let code = code(in: line, after: "...") {
        entries[entries.count - 1] += "\n" + code
      } else {
        isOpen = false
      }
    }
    return entries.filter { !$0.isEmpty }
  }

  private static func code(in line: Substring, after prompt: String) -> String? {
    guard line.hasPrefix(prompt) else { return nil }
    let rest = line.dropFirst(prompt.count)
    if rest.isEmpty { return "" }
    return rest.first == " " ? String(rest.dropFirst()) : nil
  }

  /// Pasted text as it is put into the line.
  static func cleaned(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.count > 1, lines.last?.allSatisfy({ $0 == " " || $0 == "\t" }) == true { lines.removeLast() }
    while lines.count > 1, lines.first?.allSatisfy({ $0 == " " || $0 == "\t" }) == true { lines.removeFirst() }
    // Code cut out of a block is moved to the left.
    let margin = lines.filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { String($0.dropFirst(min(margin, $0.prefix { $0 == " " }.count))) }.joined(separator: "\n")
  }

  /// The statements of a text one by one, for entries that came in one piece.
  static func statements(of text: String) -> [String] {
    let file = SourceFile(name: "<entry>", text: text + "\n")
    var parser = Parser(file: file)
    guard let module = try? parser.parseModule(), module.body.count > 1 else { return [text] }
    let bytes = file.bytes
    var starts = module.body.map { statement -> Int in
      // With the decorators and comments above.
      var start = Int(statement.range.start)
      while start > 0, bytes[start - 1] != 10 { start -= 1 }
      return start
    }
    starts[0] = 0
    var unique: [Int] = []
    for start in starts where start > (unique.last ?? -1) { unique.append(start) }
    return unique.indices.map { index in
      let end = index + 1 < unique.count ? unique[index + 1] : bytes.count
      var piece = String(decoding: bytes[unique[index]..<end], as: UTF8.self)
      while piece.last == "\n" { piece.removeLast() }
      return piece
    }
  }
}
