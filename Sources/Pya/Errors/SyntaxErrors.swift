import PyaSyntax

extension Runtime {
  /// A parser's complaint as the exception Python raises for it.
  func syntaxError(_ diagnostic: SyntaxDiagnostic, in file: SourceFile, stage: SyntaxStage = .reading) -> Raised {
    let message = Value.object(string(diagnostic.message))
    let raised = error(diagnostic.exceptionName, [message])
    let fields = raised.exception
    fields.fields["msg"] = message
    guard fields.type.isSubtype(of: exceptionTypes["SyntaxError"].unsafelyUnwrapped),
      var place = diagnostic.place(in: file)
    else { return raised }
    // What the tokenizer refuses, CPython shows without the end of its line.
    let isTokenError = diagnostic.message.hasSuffix("was never closed") || diagnostic.message.hasPrefix("unterminated ")
    let rest = file.bytes.dropFirst(file.lineRange(place.line).upperBound)
    var hasLineEnd = !isTokenError && rest.first == UInt8(ascii: "\n")
    if stage == .readingModule, file.isText, rest.isEmpty, !isRefusedCharacter(diagnostic.message) {
      // A text that is to be executed gets the line end that it lacks.
      hasLineEnd = true
    }
    if file.isText, rest.isEmpty, diagnostic.message == "invalid syntax", Int(diagnostic.range.start) == file.bytes.count {
      // The text ends too early: the place is the line end that it got, or none for an expression.
      if stage == .readingModule { place.endOffset = place.offset + 1 }
      if stage == .readingExpression { (place.offset, place.endOffset) = (0, 0) }
    }
    // The tokenizer tells no end.
    if file.isText, isRefusedCharacter(diagnostic.message) { place.endOffset = place.offset }
    if file.isText, diagnostic.message.hasSuffix("was never closed") { place.endOffset = 0 }
    // The compiler looks for the line in the file of that name.
    var text = Value.object(string(hasLineEnd ? place.text + "\n" : place.text))
    if stage == .compiling, file.isText { text = lineOnDisk(place.line, of: file.name) }
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

  /// The line of the file of that name; None when there is no such file.
  private func lineOnDisk(_ line: Int, of name: String) -> Value {
    guard !name.hasPrefix("<"), let bytes = fileContents(name) else { return .none }
    let file = SourceFile(name: name, bytes: bytes)
    let range = file.lineRange(line)
    guard !range.isEmpty else { return .none }
    let isEnded = file.bytes.dropFirst(range.upperBound).first == UInt8(ascii: "\n")
    return .object(string(file.lineText(line) + (isEnded ? "\n" : "")))
  }

  private func isRefusedCharacter(_ message: String) -> Bool {
    ["unterminated ", "unmatched ", "invalid character ", "closing parenthesis "].contains { message.hasPrefix($0) }
  }
}

/// How far a text has come when its error is found.
enum SyntaxStage {
  case reading
  /// As an expression, for `eval`.
  case readingExpression
  /// As a module, for `exec` and `compile`.
  case readingModule
  /// It is well formed; the compiler refuses it.
  case compiling
}
