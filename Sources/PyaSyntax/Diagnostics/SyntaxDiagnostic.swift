/// A syntax error: what CPython would raise, and where.
public struct SyntaxDiagnostic: Error, Equatable, Sendable {
  /// Which exception type it becomes.
  public enum Kind: String, Sendable {
    case syntaxError = "SyntaxError"
    case indentationError = "IndentationError"
    case tabError = "TabError"
    /// Nesting too deep for the parser: CPython's `MemoryError` or `RecursionError`.
    case memoryError = "MemoryError"
    case recursionError = "RecursionError"
    /// Python that pya refuses by design; becomes a SyntaxError whose message names the feature.
    case unsupported = "Unsupported"
  }

  /// What CPython says of the end, which depends on who finds the error.
  public enum End: Sendable {
    /// That of the range; the end of a line counts as a character.
    case range
    /// That of the range, as it is.
    case exact
    /// The start: so the tokenizer says.
    case start
    /// Nothing, a zero.
    case zero
    /// -1: after a token that is no text, as the end of a block.
    case minusOne
    /// None: so does who looks for `from __future__`.
    case none
  }

  public var kind: Kind
  /// CPython's message text.
  public var message: String
  /// What the carets underline.
  public var range: SourceRange
  public var end: End
  /// The line is shown without its end: the tokenizer found the error, or is at a later line.
  public var omitsLineEnd = false

  public init(_ message: String, at range: SourceRange, kind: Kind = .syntaxError, end: End = .range) {
    self.kind = kind
    self.message = message
    self.range = range
    self.end = end
  }
}
