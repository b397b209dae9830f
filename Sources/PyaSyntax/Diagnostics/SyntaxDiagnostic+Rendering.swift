/// The place of a syntax error in the terms of Python's `SyntaxError` attributes.
public struct SyntaxErrorPlace: Equatable, Sendable {
  public var fileName: String
  public var line: Int
  /// The column in code points, from 1; 0 when the error has a line but no column.
  public var offset: Int
  public var endLine: Int
  /// Nil: None.
  public var endOffset: Int?
  /// The line of the error, without its newline.
  public var text: String
}

extension SyntaxDiagnostic {
  /// The name of the Python exception that this diagnostic becomes.
  public var exceptionName: String {
    kind == .unsupported ? Kind.syntaxError.rawValue : kind.rawValue
  }

  /// Where the error stands; nil when it concerns the file as a whole.
  public func place(in file: SourceFile) -> SyntaxErrorPlace? {
    if range == .nowhere || kind == .memoryError || kind == .recursionError { return nil }
    let line = file.location(of: range.start).line
    var place = SyntaxErrorPlace(
      fileName: file.name, line: line, offset: 0, endLine: line, endOffset: 0, text: file.lineText(line))
    if let null = place.text.unicodeScalars.firstIndex(of: "\0") {
      place.text = String(place.text.unicodeScalars[..<null])
    }
    if range.isLineOnly {
      if end == .minusOne { place.endOffset = -1 }
      return place
    }
    if missesBlock, !file.isText, file.isBlank(from: range.start) {
      // At the end of a file CPython's tokenizer has no column any more.
      place.endOffset = -1
      return place
    }
    place.offset = file.characterColumn(of: range.start) + 1
    switch end {
    case .range, .exact:
      let column = file.characterColumn(of: range.end) + 1
      place.endLine = file.location(of: range.end).line
      place.endOffset = end == .range && file.isEndOfLine(range) ? column + 1 : column
    case .start: place.endOffset = place.offset
    case .zero: place.endOffset = 0
    case .minusOne: place.endOffset = -1
    case .none: place.endOffset = nil
    }
    return place
  }

  /// Something indented, or a clause, should have followed.
  private var missesBlock: Bool {
    message.hasPrefix("expected an indented block") || message == "expected 'except' or 'finally' block"
  }

  /// What CPython prints on stderr when the error ends the program, with its final newline.
  public func rendered(in file: SourceFile) -> String {
    var result = ""
    if let place = place(in: file) {
      result += "  File \"\(place.fileName)\", line \(place.line)\n"
      result += place.renderedLine
    }
    result += "\(exceptionName): \(message)\n"
    return result
  }
}

extension SourceFile {
  /// Whether the range is the end of a line, with a comment before it or without; the text may lack the last one.
  fileprivate func isEndOfLine(_ range: SourceRange) -> Bool {
    guard range.end >= bytes.count || bytes[Int(range.end)] == "\n" else { return false }
    return range.start == range.end || bytes[Int(range.start)] == "#"
  }

  /// Nothing but blanks, comments and line ends follows.
  func isBlank(from offset: UInt32) -> Bool {
    var isComment = false
    for byte in bytes[min(Int(offset), bytes.count)...] {
      switch byte {
      case "\n": isComment = false
      case _ where isComment: continue
      case "#": isComment = true
      case " ", "\t", 0x0C: continue
      default: return false
      }
    }
    return true
  }
}

extension SyntaxErrorPlace {
  /// The line without its leading blanks, and the carets below it. Columns that fall into the removed blanks get none.
  /// Mirrors `TracebackException._format_syntax_error` of CPython.
  var renderedLine: String {
    let characters = Array(text.unicodeScalars)
    let shown = Array(characters.drop { $0 == " " || $0 == "\u{C}" })
    let removed = characters.count - shown.count
    var result = "    \(String(shown))\n"
    let pastEnd = characters.count + 1
    let first = min(offset, pastEnd)
    let end = endOffset ?? 0
    var last = line == endLine ? min(end == 0 ? offset : end, pastEnd) : pastEnd
    if first >= last { last = first + 1 }
    let column = first - 1 - removed
    if column >= 0 {
      let padding = shown.prefix(column).map { $0.properties.isWhitespace ? $0 : " " }
      result += "    \(String(padding))\(String(repeating: "^", count: last - first))\n"
    }
    return result
  }
}

extension String {
  fileprivate init(_ scalars: [Unicode.Scalar]) {
    self.init(String.UnicodeScalarView(scalars))
  }
}
