/// Logical lines: where they begin (indentation), how they go on (continuation) and where they end.
extension Lexer {
  /// The width of an indentation, measured twice: with tabs to the next multiple of 8, and with tabs as one column.
  /// Two lines are comparable only if both measures agree, that is, if the tab width cannot matter.
  struct Indent {
    var column: Int
    var alternativeColumn: Int
  }

  private static let deepestIndentation = 100

  /// Skips blank lines, then compares the indentation of the next line with the one before.
  mutating func lexIndentation() throws(SyntaxDiagnostic) {
    while true {
      let lineStart = position
      bufferStart = position
      let indent = try measureIndent()
      switch byte(at: position) {
      case "#":
        skipComment()
        fallthrough
      case "\n":
        if position < end { position += 1 }
        if position < end { continue }
        return
      default:
        guard position < end else { return }
        isAtLineStart = false
        return try compare(indent, from: lineStart)
      }
    }
  }

  private mutating func measureIndent() throws(SyntaxDiagnostic) -> Indent {
    var indent = Indent(column: 0, alternativeColumn: 0)
    /// A backslash in the blanks joins lines, and the blanks before the first one count.
    var beforeBackslash: Int?
    while position < end {
      switch bytes[position] {
      case " ":
        indent.column += 1
        indent.alternativeColumn += 1
      case "\t":
        indent.column = (indent.column / 8 + 1) * 8
        indent.alternativeColumn += 1
      case "\u{C}":
        indent = Indent(column: 0, alternativeColumn: 0)
      case "\\":
        if beforeBackslash ?? 0 == 0 { beforeBackslash = indent.column }
        try lexLineContinuation()
        continue
      default:
        return joined(indent, beforeBackslash)
      }
      position += 1
    }
    return joined(indent, beforeBackslash)
  }

  private func joined(_ indent: Indent, _ beforeBackslash: Int?) -> Indent {
    guard let column = beforeBackslash, column != 0 else { return indent }
    return Indent(column: column, alternativeColumn: column)
  }

  private mutating func compare(_ indent: Indent, from lineStart: Int) throws(SyntaxDiagnostic) {
    var current = indentation[indentation.count - 1]
    if indent.column > current.column {
      guard indentation.count < Lexer.deepestIndentation else { throw tooDeep(lineStart) }
      guard indent.alternativeColumn > current.alternativeColumn else { throw inconsistentTabs(lineStart) }
      indentation.append(indent)
      append(.indent, from: lineStart)
      return
    }
    var closed = 0
    while indent.column < current.column {
      indentation.removeLast()
      closed += 1
      current = indentation[indentation.count - 1]
    }
    guard indent.column == current.column else { throw unmatchedDedent() }
    guard indent.alternativeColumn == current.alternativeColumn else { throw inconsistentTabs(lineStart) }
    for _ in 0..<closed { append(.dedent, from: position) }
  }

  private mutating func tooDeep(_ lineStart: Int) -> SyntaxDiagnostic {
    signal(
      "too many levels of indentation", at: SourceRange(lineStart, lineStart), kind: .indentationError, end: .zero)
  }

  private mutating func inconsistentTabs(_ lineStart: Int) -> SyntaxDiagnostic {
    signal(
      "inconsistent use of tabs and spaces in indentation", at: SourceRange(lineStart, lineStart), kind: .tabError,
      end: .zero)
  }

  private mutating func unmatchedDedent() -> SyntaxDiagnostic {
    let lineEnd = offsetOfLineEnd(from: position)
    return signal(
      "unindent does not match any outer indentation level", at: SourceRange(lineEnd, lineEnd), kind: .indentationError,
      end: .minusOne)
  }

  private func offsetOfLineEnd(from offset: Int) -> Int {
    var offset = offset
    while offset < end, bytes[offset] != "\n" { offset += 1 }
    return offset
  }

  /// Ends the logical line, unless brackets are open. A comment before the newline belongs to the token.
  mutating func lexNewline(from start: Int) {
    if brackets.isEmpty {
      append(.newline, from: start)
      isAtLineStart = true
    }
    position = min(position + 1, end)
    bufferStart = position
  }

  /// A backslash before the end of a line joins it with the next.
  mutating func lexLineContinuation() throws(SyntaxDiagnostic) {
    let afterBackslash = position + 1
    if byte(at: afterBackslash) == "\n" || afterBackslash >= end {
      if bytes[bufferStart..<position].allSatisfy({ $0 == " " || $0 == "\t" || $0 == "\u{C}" }) {
        bufferStart = afterBackslash + 1
      }
      position = min(afterBackslash + 1, end)
      if position < end { return }
      throw unexpectedEnd { lexer in
        if let bracket = lexer.brackets.last { return lexer.signal(neverClosed: bracket) }
        let place = SourceRange(afterBackslash, afterBackslash)
        let hasNoPlace = lexer.isAtLineStart && !lexer.file.isText
        return lexer.signal(
          "unexpected EOF while parsing", at: hasNoPlace ? .lineOnly(at: afterBackslash) : place, end: .minusOne)
      }
    }
    let column = afterBackslash - bufferStart
    let line = file.lineRange(file.location(of: UInt32(position)).line)
    let place = min(line.lowerBound + column, line.upperBound)
    throw signal(
      "unexpected character after line continuation character", at: SourceRange(place, min(place + 1, line.upperBound)),
      end: .zero)
  }

  /// Closes what is open at the end of the file: the line, the blocks.
  mutating func lexEnd() throws(SyntaxDiagnostic) {
    if let problem = file.decodingProblem { throw problem }
    if let bracket = brackets.last {
      isIncomplete = true
      throw signal(neverClosed: bracket)
    }
    if !isAtLineStart {
      append(.newline, from: position)
    }
    for _ in 1..<indentation.count { append(.dedent, from: position) }
    append(.endOfFile, from: position)
  }

  private mutating func signal(neverClosed bracket: OpenBracket) -> SyntaxDiagnostic {
    failureRank = .signaled
    return neverClosed(bracket)
  }
}
