/// Turns a source file into tokens, all at once.
///
/// The lexer follows CPython's tokenizer decision by decision, because a program can see its choices: which of two
/// errors is reported, and where. There are two kinds of lexical error:
///
/// - those that end the tokens where they stand (an unterminated string, a bad number): `fail`;
/// - those that CPython's parser finds while it uses a token (a bad escape, a stray character): `postpone`. The tokens
///   end there too, but the rest of the file is still read, since an error of the first kind behind it wins.
///
/// Inside an f-string the lexer switches between text (`lexFStringText`) and the ordinary tokens of a field; see
/// `Lexer+FStrings`.
public struct Lexer {
  let file: SourceFile
  let bytes: [UInt8]
  /// Where the readable text ends.
  let end: Int
  var position = 0
  var tokens: [Token] = []

  var isAtLineStart = true
  var indentation: [Indent] = [Indent(column: 0, alternativeColumn: 0)]
  var brackets: [OpenBracket] = []
  /// The f-strings around the position, innermost last.
  var fstrings: [FStringMode] = []
  /// Start of the first line that CPython's tokenizer would still hold in its buffer: it counts the column of a bad
  /// line continuation from there.
  var bufferStart = 0

  private var postponed: (diagnostic: SyntaxDiagnostic, tokenCount: Int)?
  private var failure: SyntaxDiagnostic?
  var failureRank = FailureRank.raised

  /// What is doubtful without being wrong: escapes that mean nothing.
  public internal(set) var warnings: [SyntaxDiagnostic] = []

  /// After `tokenize`: the input ends inside a bracket, a triple-quoted string or a line continuation, so that more
  /// input could make it complete.
  public internal(set) var isIncomplete = false

  /// What a failure means for a grammatical error found before it.
  enum FailureRank {
    /// It wins.
    case raised
    /// It loses, but a bracket that is open there may win.
    case signaled
    /// It loses: so CPython behaves when it fails inside an f-string.
    case ignored
  }

  struct OpenBracket {
    var byte: UInt8
    var offset: Int
  }

  public init(_ file: SourceFile) {
    self.file = file
    self.bytes = file.bytes
    self.end = file.readableEnd
  }

  /// All tokens up to `endOfFile` or the first lexical error.
  public mutating func tokenize() -> [Token] {
    tokens.reserveCapacity(end / 4 + 2)
    do {
      while try lexNext() {}
    } catch {
      failure = error
      if !fstrings.isEmpty, failureRank == .raised { failureRank = .ignored }
    }
    if let (diagnostic, count) = postponed {
      let winner = failure(overridingErrorOnLine: file.location(of: diagnostic.range.start).line) ?? diagnostic
      tokens.removeSubrange(count...)
      tokens.append(Token(.error(winner), diagnostic.range))
    } else if let failure {
      tokens.append(Token(.error(failure), failure.range))
    }
    return tokens
  }

  /// The lexical error that CPython reports instead of a grammatical error that stands before it.
  ///
  /// Having found a grammatical error, CPython reads the rest of the file: an error of the tokenizer wins, and so does
  /// a bracket that is never closed if it was opened on an earlier line. Valid after `tokenize`.
  public func failure(overridingErrorOnLine line: Int) -> SyntaxDiagnostic? {
    guard let failure, failureRank != .ignored else { return nil }
    if failureRank == .raised { return failure }
    guard let bracket = brackets.last, file.location(of: UInt32(bracket.offset)).line < line else { return nil }
    return neverClosed(bracket)
  }

  // MARK: Errors

  /// An error as CPython's tokenizer raises it: the caret stands under the last character read.
  func error(_ message: String, at range: SourceRange? = nil, end: SyntaxDiagnostic.End = .start) -> SyntaxDiagnostic {
    var diagnostic = SyntaxDiagnostic(message, at: range ?? lastCharacter(before: position), end: end)
    diagnostic.omitsLineEnd = true
    return diagnostic
  }

  /// An error that the tokenizer only signals and the parser words: it does not override a grammatical error.
  mutating func signal(
    _ message: String, at range: SourceRange, kind: SyntaxDiagnostic.Kind = .syntaxError, end: SyntaxDiagnostic.End
  ) -> SyntaxDiagnostic {
    failureRank = .signaled
    return SyntaxDiagnostic(message, at: range, kind: kind, end: end)
  }

  /// Ends the tokens with an error of the parser's kind, unless an earlier one has, and reads on.
  mutating func postpone(_ diagnostic: SyntaxDiagnostic) {
    if postponed == nil { postponed = (diagnostic, tokens.count) }
  }

  /// The error for text that ends in the middle of something; undecodable text is the better reason.
  mutating func unexpectedEnd(orElse make: (inout Lexer) -> SyntaxDiagnostic) -> SyntaxDiagnostic {
    if let problem = file.decodingProblem { return problem }
    isIncomplete = true
    return make(&self)
  }

  func neverClosed(_ bracket: OpenBracket) -> SyntaxDiagnostic {
    var diagnostic = SyntaxDiagnostic(
      "'\(Character(Unicode.Scalar(bracket.byte)))' was never closed",
      at: SourceRange(bracket.offset, bracket.offset + 1), end: .zero)
    diagnostic.omitsLineEnd = file.location(of: UInt32(bracket.offset)).line < file.lineCount
    return diagnostic
  }

  func lastCharacter(before offset: Int) -> SourceRange {
    var start = max(offset - 1, 0)
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return SourceRange(start, offset)
  }

  // MARK: Bytes

  /// The byte at an offset; 0, which no readable text contains, past the end.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 {
    offset < end ? bytes[offset] : 0
  }

  func text(_ range: Range<Int>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
  }

  func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = UInt32(byte(at: offset))
    func trailing(_ index: Int) -> UInt32 { UInt32(byte(at: offset + index)) & 0x3F }
    switch first {
    case 0..<0x80:
      return (Unicode.Scalar(first) ?? "\u{FFFD}", 1)
    case 0x80..<0xE0:
      return (Unicode.Scalar((first & 0x1F) << 6 | trailing(1)) ?? "\u{FFFD}", 2)
    case 0xE0..<0xF0:
      return (Unicode.Scalar((first & 0x0F) << 12 | trailing(1) << 6 | trailing(2)) ?? "\u{FFFD}", 3)
    default:
      let value = (first & 0x07) << 18 | trailing(1) << 12 | trailing(2) << 6 | trailing(3)
      return (Unicode.Scalar(value) ?? "\u{FFFD}", 4)
    }
  }

  mutating func append(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind, SourceRange(start, position)))
  }

  // MARK: Dispatch

  /// Lexes up to the next token or a little further; false when the file has ended.
  private mutating func lexNext() throws(SyntaxDiagnostic) -> Bool {
    if let mode = fstrings.last, mode.isInText {
      try lexFStringText()
      return true
    }
    if isAtLineStart { try lexIndentation() }
    skipBlanks()
    guard position < end else {
      try lexEnd()
      return false
    }
    let byte = bytes[position]
    if byte.isNameStart {
      try lexNameOrPrefixedString()
    } else if byte.isDigit || (byte == "." && self.byte(at: position + 1).isDigit) {
      try lexNumber()
    } else {
      try lexMark(byte)
    }
    return true
  }

  private mutating func lexMark(_ byte: UInt8) throws(SyntaxDiagnostic) {
    switch byte {
    case "\n":
      lexNewline(from: position)
    case "#":
      let start = position
      skipComment()
      lexNewline(from: start)
    case "\"", "'":
      try lexString(prefix: StringPrefix(), start: position)
    case "\\":
      try lexLineContinuation()
    default:
      try lexOperator(byte)
    }
  }

  mutating func skipBlanks() {
    while position < end {
      switch bytes[position] {
      case " ", "\t", "\u{C}": position += 1
      default: return
      }
    }
  }

  mutating func skipComment() {
    while position < end, bytes[position] != "\n" { position += 1 }
  }
}
