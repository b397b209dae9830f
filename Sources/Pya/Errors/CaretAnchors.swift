import PyaSyntax

/// Which part of an expression's text the carets of a traceback point out: the operator of a binary operation, the
/// brackets of a call or subscript. Everything else is underlined with `~`.
///
/// As in CPython's traceback module, the text is parsed again; positions are lines and code points within it.
struct CaretAnchors {
  var leftLine: Int
  var leftColumn: Int
  var rightLine: Int
  var rightColumn: Int

  typealias Line = [Unicode.Scalar]

  /// Nil when the text is not one of those expressions.
  init?(segment: [Line]) {
    let text = segment.map { line in String(String.UnicodeScalarView(line)) }.joined(separator: "\n")
    let file = SourceFile(name: "", text: "(\n\(text)\n)")
    var parser = Parser(file: file)
    guard let body = try? parser.parseExcerpt(), body.count == 1, case .expression(let expression) = body[0].kind
    else { return nil }
    let walker = Walker(file: file, lines: segment)
    switch expression.kind {
    case .binary(_, let left, let right):
      guard let start = walker.validEnd(of: left),
        let (line, column) = walker.firstPosition(from: start, where: { !$0.properties.isWhitespace && $0 != ")" })
      else { return nil }
      var end = column + 1
      let right = walker.position(of: right.range.start)
      if end < segment[line].count, right.line > line || end < right.column,
        !segment[line][end].properties.isWhitespace, segment[line][end] != "\\", segment[line][end] != "#"
      {
        end += 1
      }
      self.init(leftLine: line, leftColumn: column, rightLine: line, rightColumn: end)
    case .subscript(let value, _): self.init(walker, after: value, of: expression, bracket: "[")
    case .call(let function, _): self.init(walker, after: function, of: expression, bracket: "(")
    default: return nil
    }
  }

  private init?(_ walker: Walker, after part: Expression, of whole: Expression, bracket: Unicode.Scalar) {
    guard let start = walker.validEnd(of: part),
      let (line, column) = walker.firstPosition(from: start, where: { $0 == bracket })
    else { return nil }
    let end = walker.position(of: whole.range.end)
    self.init(leftLine: line, leftColumn: column, rightLine: end.line, rightColumn: end.column)
  }

  private init(leftLine: Int, leftColumn: Int, rightLine: Int, rightColumn: Int) {
    self.leftLine = leftLine
    self.leftColumn = leftColumn
    self.rightLine = rightLine
    self.rightColumn = rightColumn
  }

  /// Moves through the segment's text, past comments and line continuations.
  private struct Walker {
    let file: SourceFile
    let lines: [Line]

    /// The parser saw one line more in front.
    func position(of offset: UInt32) -> (line: Int, column: Int) {
      (file.location(of: offset).line - 2, file.characterColumn(of: offset))
    }

    func validEnd(of expression: Expression) -> (line: Int, column: Int)? {
      let end = position(of: expression.range.end)
      return valid(end.line, end.column)
    }

    func firstPosition(
      from start: (line: Int, column: Int), where isWanted: (Unicode.Scalar) -> Bool
    ) -> (line: Int, column: Int)? {
      var (line, column) = start
      while true {
        let character = lines[line][column]
        let next: (line: Int, column: Int)?
        if character == "\\" || character == "#" {
          next = valid(line + 1, 0)
        } else if isWanted(character) {
          return (line, column)
        } else {
          next = valid(line, column + 1)
        }
        guard let next else { return nil }
        (line, column) = next
      }
    }

    /// The position, or the start of the next line that holds something when it is beyond its line.
    private func valid(_ line: Int, _ column: Int) -> (line: Int, column: Int)? {
      var (line, column) = (line, column)
      guard line >= 0 else { return nil }
      while line < lines.count, column >= lines[line].count {
        line += 1
        column = 0
      }
      return line < lines.count ? (line, column) : nil
    }
  }
}
