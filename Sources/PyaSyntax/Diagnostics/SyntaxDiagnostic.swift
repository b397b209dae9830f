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

  public var kind: Kind
  /// CPython's message text.
  public var message: String
  /// What the carets underline.
  public var range: SourceRange

  public init(_ message: String, at range: SourceRange, kind: Kind = .syntaxError) {
    self.kind = kind
    self.message = message
    self.range = range
  }
}
