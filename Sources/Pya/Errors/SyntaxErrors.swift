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
    let rest = file.bytes.dropFirst(file.lineRange(place.line).upperBound)
    // A text that is to be executed gets the line end that it lacks.
    let isEnded = rest.first == UInt8(ascii: "\n") || stage == .readingModule && file.isText && rest.isEmpty
    let hasLineEnd = isEnded && !diagnostic.omitsLineEnd
    if file.isText, stage == .readingExpression, rest.isEmpty, !diagnostic.range.isLineOnly,
      Int(diagnostic.range.start) == file.bytes.count
    {
      // The text ends too early, without the end of a line that could be the place.
      let isNothing = diagnostic.message == "invalid syntax" || diagnostic.message == "expected '('"
      (place.offset, place.endOffset) = isNothing ? (0, 0) : (max(place.offset - 1, 0), -1)
    }
    // The compiler looks for the line in the file of that name.
    var text = Value.object(string(hasLineEnd ? place.text + "\n" : place.text))
    if stage == .compiling, file.isText { text = lineOnDisk(place.line, of: file.name) }
    fields.fields["msg"] = message
    fields.fields["filename"] = .object(string(file.name))
    fields.fields["lineno"] = .int(place.line)
    fields.fields["offset"] = .int(place.offset)
    fields.fields["text"] = text
    fields.fields["end_lineno"] = .int(place.endLine)
    fields.fields["end_offset"] = place.endOffset.map { .int($0) } ?? Value.none
    // Who looks for `from __future__` gives the exception no more than the message.
    if place.endOffset == nil { return raised }
    fields.arguments = [
      message,
      .object(
        TupleObject(
          self,
          [
            .object(string(file.name)), .int(place.line), .int(place.offset), text, .int(place.endLine),
            place.endOffset.map { .int($0) } ?? Value.none,
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
}

/// How far a text has come when its error is found.
enum SyntaxStage {
  case reading
  /// As an expression, for `eval`, or as a prompt's entry: the text gets no line end that it lacks.
  case readingExpression
  /// As a module, for `exec` and `compile`.
  case readingModule
  /// It is well formed; the compiler refuses it.
  case compiling
}
