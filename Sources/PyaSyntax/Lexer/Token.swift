/// One lexical unit and where it stands.
public struct Token: Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public enum Kind: Equatable, Sendable {
    case name(String)
    /// A reserved word. Soft keywords (`match`, `case`, `type`, `_`) are names.
    case keyword(Keyword)
    case integer(IntegerLiteral)
    case float(Double)
    case imaginary(Double)
    /// A complete string literal without replacement fields, escapes decoded.
    case string(StringLiteral)
    case bytes([UInt8])
    /// `f"`: followed by middles and replacement fields, closed by `fstringEnd`.
    /// Inside a field stand ordinary tokens between `{` and `}`; `!` and `:` are operators there, and a format
    /// specification after `:` is again a run of middles and fields.
    case fstringStart
    /// Literal text of an f-string (doubled braces already single, escapes decoded).
    case fstringMiddle(StringLiteral)
    case fstringEnd
    case op(Operator)
    case newline
    case indent
    case dedent
    case endOfFile
    /// The lexer could not go on. It is the last token; the parser reports it when it gets there, so that an
    /// earlier grammatical error comes first, as in CPython.
    case error(SyntaxDiagnostic)
  }
}

/// The value of an integer literal. Digits are kept as text when they do not fit a machine word.
public enum IntegerLiteral: Equatable, Hashable, Sendable {
  case small(Int)
  /// Digits without underscores or prefix, in the given radix (2, 8, 10 or 16).
  case big(digits: String, radix: Int)
}

/// The decoded text of a string literal: code points, so that lone surrogates written with `\ud800` survive.
public struct StringLiteral: Equatable, Hashable, Sendable {
  /// UTF-8, with lone surrogates encoded as three bytes (as in WTF-8).
  public var utf8: [UInt8]

  public init(utf8: [UInt8]) { self.utf8 = utf8 }
}

public enum Keyword: String, CaseIterable, Sendable {
  case `False`, `None`, `True`
  case and, `as`, assert, async, await, `break`, `class`, `continue`, def, del, elif, `else`, except, finally, `for`
  case from, global, `if`, `import`, `in`, `is`, lambda, nonlocal, not, or, pass, raise, `return`, `try`, `while`
  case with, yield
}

public enum Operator: String, CaseIterable, Sendable {
  case leftParen = "(", rightParen = ")", leftBracket = "[", rightBracket = "]", leftBrace = "{", rightBrace = "}"
  case comma = ",", colon = ":", dot = ".", semicolon = ";", at = "@", equal = "=", arrow = "->", ellipsis = "..."
  case colonEqual = ":=", exclamation = "!"
  case plus = "+", minus = "-", star = "*", slash = "/", doubleSlash = "//", percent = "%", doubleStar = "**"
  case leftShift = "<<", rightShift = ">>", ampersand = "&", pipe = "|", caret = "^", tilde = "~"
  case less = "<", greater = ">", lessEqual = "<=", greaterEqual = ">=", equalEqual = "==", notEqual = "!="
  case plusEqual = "+=", minusEqual = "-=", starEqual = "*=", slashEqual = "/=", doubleSlashEqual = "//="
  case percentEqual = "%=", doubleStarEqual = "**=", leftShiftEqual = "<<=", rightShiftEqual = ">>="
  case ampersandEqual = "&=", pipeEqual = "|=", caretEqual = "^=", atEqual = "@="
}
