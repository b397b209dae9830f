/// `repr` and `str` of exceptions.
extension Runtime {
  /// `ValueError('x')`
  func appendException(_ exception: ExceptionObject, to builder: inout TextBuilder) throws(Raised) {
    try enter()
    defer { leave() }
    builder.append(exception.type.name)
    builder.append("(")
    let arguments = exception.arguments
    for index in 0..<arguments.count {
      if index > 0 { builder.append(", ") }
      try appendRepr(arguments[index], to: &builder)
    }
    builder.append(")")
  }

  /// What `str` of an exception gives: its message.
  func appendMessage(of exception: ExceptionObject, to builder: inout TextBuilder) throws(Raised) {
    let type = exception.type
    let keyError = commonErrors[Int(CommonError.keyError.rawValue)]
    if exception.arguments.count == 1, type.isSubtype(of: keyError), typeOfMessage(of: type) === keyError {
      return try appendRepr(exception.arguments[0], to: &builder)
    }
    // The other kinds say more only of what they keep, or of several arguments.
    if exception.fields.isEmpty, exception.arguments.count == 1 { return try append(exception.arguments[0], to: &builder) }
    switch typeOfMessage(of: type).name {
    case "OSError": if try appendSystemMessage(exception, to: &builder) { return }
    case "SyntaxError": if try appendSyntaxMessage(exception, to: &builder) { return }
    case "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError":
      if try appendUnicodeMessage(exception, to: &builder) { return }
    case "ImportError": if let message = exception.fields["msg"]?.string { return builder.append(string: message) }
    case "BaseExceptionGroup": if try appendGroupMessage(exception, to: &builder) { return }
    default: break
    }
    switch exception.arguments.count {
    case 0: return
    case 1: try append(exception.arguments[0], to: &builder)
    default: try appendTuple(TupleObject(self, exception.arguments), to: &builder)
    }
  }

  /// The built-in type whose `__str__` an exception has: one of several ancestors may come before the one that keeps fields.
  private func typeOfMessage(of type: TypeObject) -> TypeObject {
    type.mro.first { !$0.isHeap && exceptionTypesWithMessages.contains($0.name) } ?? types.baseException
  }

  /// A field that the exception's kind keeps, or the argument it came from.
  private func field(_ exception: ExceptionObject, _ name: String, argument index: Int) -> Value {
    if let field = exception.fields[name] { return field }
    return index < exception.arguments.count ? exception.arguments[index] : .none
  }

  /// `[Errno 2] No such file or directory: 'x'`
  private func appendSystemMessage(_ exception: ExceptionObject, to builder: inout TextBuilder) throws(Raised) -> Bool {
    guard exception.fields["errno"] != nil || exception.arguments.count >= 2, initialLayout(of: exception.type) == .osError
    else { return false }
    let number = field(exception, "errno", argument: 0)
    let reason = field(exception, "strerror", argument: 1)
    if number.isNone, reason.isNone { return false }
    builder.append("[Errno ")
    try append(number, to: &builder)
    builder.append("] ")
    try append(reason, to: &builder)
    if let file = exception.fields["filename"], !file.isNone {
      builder.append(": ")
      try appendRepr(file, to: &builder)
      if let second = exception.fields["filename2"], !second.isNone {
        builder.append(" -> ")
        try appendRepr(second, to: &builder)
      }
    }
    return true
  }

  /// `invalid syntax (script.py, line 3)`
  private func appendSyntaxMessage(_ exception: ExceptionObject, to builder: inout TextBuilder) throws(Raised) -> Bool {
    let message = exception.fields["msg"] ?? .none
    try append(message, to: &builder)
    let file = exception.fields["filename"]?.string?.text
    let line = exception.fields["lineno"] ?? .none
    guard case .int(let line) = line else {
      if let file { builder.append(" (\(lastComponent(file)))") }
      return true
    }
    builder.append(file.map { " (\(lastComponent($0)), line \(line))" } ?? " (line \(line))")
    return true
  }

  private func lastComponent(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? path
  }

  /// `'utf-8' codec can't decode byte 0xff in position 0: invalid start byte`
  private func appendUnicodeMessage(_ exception: ExceptionObject, to builder: inout TextBuilder) throws(Raised) -> Bool {
    let name = exception.type.mro.first { !$0.isHeap }?.name ?? ""
    guard name != "UnicodeError", exception.arguments.count >= 4 else { return false }
    let isTranslation = name == "UnicodeTranslateError"
    let first = isTranslation ? 0 : 1
    let object = field(exception, "object", argument: first)
    guard case .int(let start) = field(exception, "start", argument: first + 1),
      case .int(let end) = field(exception, "end", argument: first + 2)
    else { return false }
    if !isTranslation {
      builder.append("'")
      try append(field(exception, "encoding", argument: 0), to: &builder)
      builder.append("' codec ")
    }
    builder.append("can't ")
    builder.append(name == "UnicodeDecodeError" ? "decode " : isTranslation ? "translate " : "encode ")
    let subject = name == "UnicodeDecodeError" ? "byte" : "character"
    if end == start &+ 1, let shown = unitText(object, at: start) {
      builder.append("\(subject) \(shown) in position \(start): ")
    } else {
      builder.append("\(subject)s in position \(start)-\(end &- 1): ")
    }
    try append(field(exception, "reason", argument: first + 3), to: &builder)
    return true
  }

  /// `0xff` of bytes, `'\xe9'` of a string.
  private func unitText(_ object: Value, at index: Int) -> String? {
    if case .object(let held) = object, held.kind == .bytes || held.kind == .byteArray {
      let bytes = unsafeDowncast(held, to: BytesObject.self)
      guard index >= 0, index < bytes.count else { return nil }
      return "0x" + hexText(UInt32(bytes[index]), width: 2)
    }
    guard let text = object.string, index >= 0, index < text.length else { return nil }
    let codePoint = text.codePoint(atByte: text.byteOffset(ofCodePoint: index))
    if codePoint <= 0xFF { return "'\\x\(hexText(codePoint, width: 2))'" }
    if codePoint <= 0xFFFF { return "'\\u\(hexText(codePoint, width: 4))'" }
    return "'\\U\(hexText(codePoint, width: 8))'"
  }

  /// `message (2 sub-exceptions)`
  private func appendGroupMessage(_ exception: ExceptionObject, to builder: inout TextBuilder) throws(Raised) -> Bool {
    guard exception.arguments.count == 2 || exception.fields["message"] != nil else { return false }
    let members = field(exception, "exceptions", argument: 1)
    guard let count = members.tuple?.count ?? members.list?.count else { return false }
    try append(field(exception, "message", argument: 0), to: &builder)
    builder.append(" (\(count) sub-exception\(count == 1 ? "" : "s"))")
    return true
  }
}

/// Lowercase hexadecimal digits, with zeros in front.
func hexText(_ value: UInt32, width: Int) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// The exception types that have a `__str__` of their own.
let exceptionTypesWithMessages: Set<String> = [
  "BaseException", "KeyError", "OSError", "ImportError", "NameError", "AttributeError", "SyntaxError", "UnicodeDecodeError",
  "UnicodeEncodeError", "UnicodeTranslateError", "BaseExceptionGroup",
]
