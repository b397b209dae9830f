import PyaSyntax

/// The source lines below a traceback's `File ...` line, with their carets: CPython's
/// `StackSummary.format_frame_summary`, step by step.
struct SourceExcerpt {
  typealias Line = [Unicode.Scalar]

  private let lines: [Line]
  private let start: Int
  private let end: Int
  private let hasColumns: Bool

  /// Every line indented by four blanks and ended by a newline; empty when there is no source.
  static func text(of entry: TracebackEntry) -> String {
    // CPython does not keep what it read from standard input, nor the texts of `exec`.
    if entry.file.name == "<stdin>" || entry.file.isText { return "" }
    let excerpt = SourceExcerpt(entry)
    if excerpt.lines.allSatisfy({ $0.allSatisfy(\.properties.isWhitespace) }) { return "" }
    return excerpt.rendered
  }

  private init(_ entry: TracebackEntry) {
    let first = entry.file.location(of: entry.range.start)
    let last = entry.file.location(of: entry.range.end)
    var original: [Line] = []
    for number in first.line...max(first.line, last.line) {
      original.append(SourceExcerpt.withoutTrailingBlanks(Array(entry.file.lineText(number).unicodeScalars)))
    }
    lines = SourceExcerpt.dedented(original)
    let removed = original[0].count - lines[0].count
    start = min(max(0, entry.file.characterColumn(of: entry.range.start) - removed), lines[0].count)
    end = min(max(0, entry.file.characterColumn(of: entry.range.end) - removed), lines[lines.count - 1].count)
    hasColumns = entry.range.start < entry.range.end
  }

  // MARK: Rendering

  private var rendered: String {
    guard hasColumns else { return "    \(SourceExcerpt.string(SourceExcerpt.withoutLeadingBlanks(lines[0])))\n" }
    let anchors = CaretAnchors(segment: segment)
    let showsCarets = showsCarets(anchors)
    var shown: Set<Int> = [0, lines.count - 1]
    if let anchors {
      shown.formUnion(anchors.leftLine - 1...anchors.leftLine + 1)
      shown.formUnion(anchors.rightLine - 1...anchors.rightLine + 1)
    }
    var output: [Line] = []
    func show(_ index: Int) {
      output.append(lines[index])
      if showsCarets { output.append(carets(below: index, anchors)) }
    }
    var previous: Int?
    for index in shown.sorted() where lines.indices.contains(index) {
      if let previous, index - previous == 2 { show(index - 1) }
      if let previous, index - previous > 2 {
        output.append(Array("...<\(index - previous - 1) lines>...".unicodeScalars))
      }
      show(index)
      previous = index
    }
    return SourceExcerpt.dedented(output).map { "    \(SourceExcerpt.string($0))\n" }.joined()
  }

  /// The text of the expression alone.
  private var segment: [Line] {
    var result = lines
    result[result.count - 1] = Array(result[result.count - 1].prefix(end))
    result[0] = Array(result[0].dropFirst(start))
    return result
  }

  private func carets(below index: Int, _ anchors: CaretAnchors?) -> Line {
    let line = lines[index]
    let width = index == lines.count - 1 ? displayWidth(line, upTo: end) : displayWidth(line, upTo: line.count)
    let indentation = line.prefix { $0.properties.isWhitespace }.count
    let first = displayWidth(lines[0], upTo: start)
    // The anchors count from the start of the expression.
    let left = anchors.map {
      displayWidth(lines[$0.leftLine], upTo: $0.leftColumn + ($0.leftLine == 0 ? start : 0))
    } ?? 0
    let right = anchors.map {
      displayWidth(lines[$0.rightLine], upTo: $0.rightColumn + ($0.rightLine == 0 ? start : 0))
    } ?? 0
    var result: Line = []
    for column in 0..<width {
      if column < indentation || (index == 0 && column < first) {
        result.append(" ")
      } else if let anchors {
        let isAfterLeft = index > anchors.leftLine || (index == anchors.leftLine && column >= left)
        let isBeforeRight = index < anchors.rightLine || (index == anchors.rightLine && column < right)
        result.append(isAfterLeft && isBeforeRight ? "^" : "~")
      } else {
        result.append("^")
      }
    }
    return result
  }

  /// Carets below a whole line would say nothing, nor below the call that is all of `return f(x)` or `y = f(x)`.
  private func showsCarets(_ anchors: CaretAnchors?) -> Bool {
    let file = SourceFile(name: "", text: lines.map(SourceExcerpt.string).joined(separator: "\n"))
    var parser = Parser(file: file)
    if let body = try? parser.parseExcerpt() {
      guard let statement = body.first else { return false }
      if let call = wholeCall(of: statement), spansAll(call, in: file) { return false }
    }
    if anchors != nil { return true }
    return lines[0].prefix(start).contains { !$0.properties.isWhitespace }
      || lines[lines.count - 1].dropFirst(end).contains { !$0.properties.isWhitespace }
  }

  private func wholeCall(of statement: Statement) -> Expression? {
    switch statement.kind {
    case .return(let value?):
      guard case .call(let function, _) = value.kind, case .name = function.kind else { return nil }
      return value
    case .assign(let targets, let value):
      guard targets.count == 1, case .name = targets[0].kind, case .call = value.kind else { return nil }
      return value
    default: return nil
    }
  }

  private func spansAll(_ expression: Expression, in file: SourceFile) -> Bool {
    let first = file.location(of: expression.range.start)
    let last = file.location(of: expression.range.end)
    return first.line == 1 && last.line == lines.count && first.column == start && last.column == end
  }

  // MARK: Lines

  /// How wide the first code points of a line are on a terminal.
  private func displayWidth(_ line: Line, upTo count: Int) -> Int {
    line.prefix(count).reduce(0) { $0 + (isWide($1) ? 2 : 1) } + max(0, count - line.count)
  }

  private static func string(_ line: Line) -> String { String(String.UnicodeScalarView(line)) }

  private static func withoutTrailingBlanks(_ line: Line) -> Line {
    Array(line[..<((line.lastIndex { !$0.properties.isWhitespace } ?? -1) + 1)])
  }

  private static func withoutLeadingBlanks(_ line: Line) -> Line {
    Array(line.drop { $0.properties.isWhitespace })
  }

  /// `textwrap.dedent`
  private static func dedented(_ lines: [Line]) -> [Line] {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
    let lines = lines.map { $0.allSatisfy(isBlank) ? [] : $0 }
    var margin: Line?
    for line in lines where !line.isEmpty {
      let indentation = Array(line.prefix(while: isBlank))
      guard let known = margin else {
        margin = indentation
        continue
      }
      margin = Array(zip(known, indentation).prefix { $0 == $1 }.map(\.0))
    }
    let count = margin?.count ?? 0
    return lines.map { $0.isEmpty ? $0 : Array($0.dropFirst(count)) }
  }
}

/// Whether a terminal shows the code point two columns wide (East Asian Width W and F).
func isWide(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x1100: false
  case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0, 0x23F3, 0x25FD...0x25FE,
    0x2614...0x2615, 0x2630...0x2637, 0x2648...0x2653, 0x267F, 0x268A...0x268F, 0x2693, 0x26A1, 0x26AA...0x26AB,
    0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE, 0x26D4, 0x26EA, 0x26F2...0x26F3, 0x26F5, 0x26FA, 0x26FD, 0x2705,
    0x270A...0x270B, 0x2728, 0x274C, 0x274E, 0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27B0, 0x27BF,
    0x2B1B...0x2B1C, 0x2B50, 0x2B55, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4DC0...0x4DFF,
    0x4E00...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FB, 0x1D300...0x1D376, 0x1F004, 0x1F0CF,
    0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393,
    0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440, 0x1F442...0x1F4FC,
    0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A, 0x1F595...0x1F596, 0x1F5A4, 0x1F5FB...0x1F64F,
    0x1F680...0x1F6C5, 0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC,
    0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF,
    0x1FA70...0x1FAFF, 0x20000...0x2FFFD, 0x30000...0x3FFFD:
    true
  default: false
  }
}
