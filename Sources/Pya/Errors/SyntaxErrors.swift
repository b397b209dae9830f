import PyaSyntax

extension Runtime {
  /// A parser's complaint as the exception Python raises for it.
  func syntaxError(_ diagnostic: SyntaxDiagnostic, in file: SourceFile) -> Raised {
    let message = Value.object(string(diagnostic.message))
    let raised = error(diagnostic.exceptionName, [message])
    let fields = raised.exception
    fields.fields["msg"] = message
    guard fields.type.isSubtype(of: exceptionTypes["SyntaxError"].unsafelyUnwrapped),
      let place = diagnostic.place(in: file)
    else { return raised }
    // What the tokenizer refuses, CPython shows without the end of its line.
    let isTokenError = diagnostic.message.hasSuffix("was never closed") || diagnostic.message.hasPrefix("unterminated ")
    let hasLineEnd = !isTokenError && file.bytes.dropFirst(file.lineRange(place.line).upperBound).first == UInt8(ascii: "\n")
    let text = Value.object(string(hasLineEnd ? place.text + "\n" : place.text))
    fields.fields["msg"] = message
    fields.fields["filename"] = .object(string(file.name))
    fields.fields["lineno"] = .int(place.line)
    fields.fields["offset"] = .int(place.offset)
    fields.fields["text"] = text
    fields.fields["end_lineno"] = .int(place.endLine)
    fields.fields["end_offset"] = .int(place.endOffset)
    fields.arguments = [
      message,
      .object(
        TupleObject(
          self,
          [
            .object(string(file.name)), .int(place.line), .int(place.offset), text, .int(place.endLine),
            .int(place.endOffset),
          ])),
    ]
    return raised
  }
}
