import Pya
import PyaSyntax

/// Prints what the front half makes of a program. Status 1 with the error when it has one, as running it would.
func show(_ dump: Invocation.Dump, of program: Interpreter.Program) -> Int32 {
  let file = SourceFile(name: program.name, bytes: program.source)
  do throws(SyntaxDiagnostic) {
    write(try text(of: dump, file), to: 1)
    return 0
  } catch {
    write(error.rendered(in: file), to: 2)
    return 1
  }
}

private func text(of dump: Invocation.Dump, _ file: SourceFile) throws(SyntaxDiagnostic) -> String {
  switch dump {
  case .tokens:
    var lexer = Lexer(file)
    return PyaSyntax.dump(tokens: lexer.tokenize(), file: file)
  case .ast:
    return PyaSyntax.dump(try parse(file))
  case .scopes:
    return PyaSyntax.dump(try analyseScopes(of: try parse(file)))
  }
}

private func parse(_ file: SourceFile) throws(SyntaxDiagnostic) -> Module {
  var parser = Parser(file: file)
  return try parser.parseModule()
}
