/// What is to be done with lines typed at a prompt: run them, or read another line first.
public enum EntryState: Equatable, Sendable {
  /// To be run, whether that works or is an error.
  case complete
  /// A block, which more lines may continue and an empty line ends.
  case block
  /// A bracket is open, or a backslash continues the line: only more text can close it.
  case open
  /// A triple-quoted string is open.
  case string

  /// `text` ends without its last newline.
  public init(of text: [UInt8]) {
    let file = SourceFile(name: "<entry>", bytes: text + [UInt8(ascii: "\n")])
    var lexer = Lexer(file)
    let tokens = lexer.tokenize()
    if lexer.isIncomplete {
      if case .error(let diagnostic)? = tokens.last?.kind, diagnostic.message.hasPrefix("unterminated") {
        self = .string
      } else {
        self = .open
      }
      return
    }
    self = EntryState.readable(Parser(file: file, tokens: tokens, lexer: nil, allowsTopLevelAwait: true))
  }

  /// Of text without anything open.
  private static func readable(_ parser: Parser) -> EntryState {
    var parser = parser
    var body: [Statement] = []
    do throws(SyntaxDiagnostic) {
      while parser.current != .endOfFile { try parser.parseStatement(into: &body) }
    } catch {
      // What stands behind the error are only ends of blocks: it is an error because the text stops here.
      let rest = parser.tokens.drop { $0.range.start < error.range.start || $0.kind == .newline }
      let isAtEnd = !rest.isEmpty && rest.allSatisfy { $0.kind == .dedent || $0.kind == .endOfFile }
      let isInLine = parser.tokens.contains { $0.kind == .newline && $0.range.start >= error.range.start }
      return isAtEnd && !isInLine ? .block : .complete
    }
    return body.last?.isCompound == true ? .block : .complete
  }
}

extension Statement {
  var isCompound: Bool {
    switch kind {
    case .if, .while, .for, .try, .with, .match, .function, .class: true
    case .expression, .assign, .augmentedAssign, .annotatedAssign, .delete, .pass, .break, .continue, .return, .raise,
      .assert, .global, .nonlocal, .import, .importFrom, .importStar, .typeAlias:
      false
    }
  }
}
