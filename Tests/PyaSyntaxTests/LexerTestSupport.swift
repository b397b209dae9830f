import PyaSyntax

/// The tokens of a text in the form of `dump`, without their places.
func tokens(_ text: String) -> [String] {
  let file = SourceFile(name: "x.py", text: text)
  var lexer = Lexer(file)
  return dump(tokens: lexer.tokenize(), file: file).split(separator: "\n").map { line in
    String(line.drop { $0 != " " }.dropFirst())
  }
}

/// The tokens of one logical line, without the newline and the end.
func lineTokens(_ text: String) -> [String] {
  Array(tokens(text).dropLast(2))
}

/// The lexical error of a text as CPython prints it, without the line that names the file; nil when there is none.
func lexicalError(_ text: String) -> String? {
  lexicalError(bytes: Array(text.utf8))
}

func lexicalError(bytes: [UInt8]) -> String? {
  let file = SourceFile(name: "x.py", bytes: bytes)
  var lexer = Lexer(file)
  guard case .error(let diagnostic)? = lexer.tokenize().last?.kind else { return nil }
  return diagnostic.rendered(in: file)
}

/// The last line of the error.
func errorMessage(_ text: String) -> String? {
  lexicalError(text)?.split(separator: "\n").last.map(String.init)
}

func isIncomplete(_ text: String) -> Bool {
  var lexer = Lexer(SourceFile(name: "x.py", text: text))
  _ = lexer.tokenize()
  return lexer.isIncomplete
}
