/// A token's kind without its payload: two bytes that can be compared and switched on without reference counting.
enum TokenShape: Equatable, Sendable {
  case name, number, string, bytes, fstringStart, fstringMiddle, fstringEnd
  case newline, indent, dedent, endOfFile, error
  case op(Operator)
  case keyword(Keyword)

  init(_ kind: Token.Kind) {
    switch kind {
    case .name: self = .name
    case .keyword(let keyword): self = .keyword(keyword)
    case .integer, .float, .imaginary: self = .number
    case .string: self = .string
    case .bytes: self = .bytes
    case .fstringStart: self = .fstringStart
    case .fstringMiddle: self = .fstringMiddle
    case .fstringEnd: self = .fstringEnd
    case .op(let op): self = .op(op)
    case .newline: self = .newline
    case .indent: self = .indent
    case .dedent: self = .dedent
    case .endOfFile: self = .endOfFile
    case .error: self = .error
    }
  }

  /// Whether the token is part of a line's text, as opposed to the layout around it.
  var isVisible: Bool {
    switch self {
    case .newline, .indent, .dedent, .endOfFile: false
    default: true
    }
  }

  /// Whether an expression (or a starred one) can begin here.
  var startsExpression: Bool {
    switch self {
    case .name, .number, .string, .bytes, .fstringStart: true
    case .op(let op):
      switch op {
      case .leftParen, .leftBracket, .leftBrace, .minus, .plus, .tilde, .ellipsis, .star: true
      default: false
      }
    case .keyword(let keyword):
      switch keyword {
      case .None, .True, .False, .not, .lambda, .await: true
      default: false
      }
    default: false
    }
  }
}
