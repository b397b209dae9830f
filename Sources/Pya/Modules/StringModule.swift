/// `_string`: how `string.Formatter` and `string.Template` take texts apart.
extension Runtime {
  func makeStringModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_string")
    module.define(self, "formatter_parser", "text, /") { (runtime, arguments) throws(Raised) in
      .object(FormatPieces(runtime, try runtime.formatText(arguments[0])))
    }
    module.define(self, "formatter_field_name_split", "name, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.formatText(arguments[0])
      let bytes = name.bytes
      var end = 0
      while end < name.byteCount, bytes[end] != UInt8(ascii: "."), bytes[end] != UInt8(ascii: "[") { end += 1 }
      let first = try runtime.fieldKey(name, 0..<end)
      return .object(TupleObject(runtime, [first, .object(FieldNameParts(runtime, name, from: end))]))
    }
    module.define(self, "_template_parts", "text, delimiter, /") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, runtime.templateParts(arguments[0].string, arguments[1].string)))
    }
    return module
  }

  private func formatText(_ value: Value) throws(Raised) -> StringObject {
    guard let text = value.string else { throw typeError("expected str, got \(typeName(value))") }
    return text
  }

  /// A number, if it is all digits, or a text.
  fileprivate func fieldKey(_ text: StringObject, _ span: Range<Int>) throws(Raised) -> Value {
    if let number = try StringFormatter.integer(self, text, span) { return .int(number) }
    return .object(part(text, span))
  }

  /// The parts of a template with the usual syntax: (None, text, 0), or (name, text, position behind the delimiter) of a placeholder, whose name
  /// is empty where it is invalid.
  private func templateParts(_ text: StringObject?, _ delimiter: StringObject?) -> [Value] {
    guard let text, let delimiter, delimiter.byteCount > 0 else { return [] }
    let (bytes, count) = (text.bytes, text.byteCount)
    let sign = delimiter.utf8
    var parts: [Value] = []
    func add(_ name: Value, _ span: Range<Int>, _ position: Int) {
      parts.append(.object(TupleObject(self, [name, .object(part(text, span)), .int(position)])))
    }
    func isSign(at offset: Int) -> Bool { offset + sign.count <= count && text.slice(offset..<offset + sign.count).elementsEqual(sign) }
    var copied = 0
    var offset = 0
    while offset < count {
      if bytes[offset] != sign[0] || !isSign(at: offset) {
        offset += 1
        continue
      }
      if offset > copied { add(.none, copied..<offset, 0) }
      let start = offset + sign.count
      if isSign(at: start) {
        add(.none, offset..<start, 0)
        offset = start + sign.count
        copied = offset
        continue
      }
      let isBraced = start < count && bytes[start] == UInt8(ascii: "{")
      let first = isBraced ? start + 1 : start
      var end = first
      while end < count, ASCII.isLetter(bytes[end]) || bytes[end] == UInt8(ascii: "_") || (end > first && ASCII.isDigit(bytes[end])) { end += 1 }
      let isValid = end > first && (!isBraced || (end < count && bytes[end] == UInt8(ascii: "}")))
      let name = isValid ? first..<end : first..<first
      let next = isValid ? (isBraced ? end + 1 : end) : start
      add(.object(part(text, name)), offset..<next, text.slice(0..<start).reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 })
      offset = next
      copied = next
    }
    if copied < count { add(.none, copied..<count, 0) }
    return parts
  }
}

/// Literal text, field name, specification and conversion of each piece of a format.
private final class FormatPieces: IteratorObject {
  private let text: StringObject
  private var index = 0

  init(_ runtime: Runtime, _ text: StringObject) {
    self.text = text
    super.init(type: runtime.types.iterators["formatteriterator"])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if index >= text.byteCount { return .undefined }
    let (bytes, count) = (text.bytes, text.byteCount)
    let start = index
    while index < count, bytes[index] != UInt8(ascii: "{"), bytes[index] != UInt8(ascii: "}") { index += 1 }
    if index == count { return piece(runtime, start..<index) }
    let brace = bytes[index]
    index += 1
    if index < count, bytes[index] == brace {
      // The literal ends with the first of two braces.
      index += 1
      return piece(runtime, start..<(index - 1))
    }
    let literal = start..<(index - 1)
    if brace == UInt8(ascii: "}") { throw runtime.valueError("Single '}' encountered in format string") }
    if index == count { throw runtime.valueError("Single '{' encountered in format string") }
    let field = try StringFormatter.parseField(runtime, text, &index, end: count)
    let conversion = field.conversion == 0 ? Value.none : .object(runtime.string(codePoints: [field.conversion]))
    return .object(
      TupleObject(
        runtime,
        [
          .object(runtime.part(text, literal)), .object(runtime.part(text, field.name)),
          .object(runtime.part(text, field.specification)), conversion,
        ]))
  }

  private func piece(_ runtime: Runtime, _ literal: Range<Int>) -> Value {
    .object(TupleObject(runtime, [.object(runtime.part(text, literal)), .none, .none, .none]))
  }
}

/// Of `0.name[key]` what comes after the first part: whether it is an attribute, and its name or key.
private final class FieldNameParts: IteratorObject {
  private let name: StringObject
  private var index: Int

  init(_ runtime: Runtime, _ name: StringObject, from index: Int) {
    self.name = name
    self.index = index
    super.init(type: runtime.types.iterators["fieldnameiterator"])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if index >= name.byteCount { return .undefined }
    guard let part = try StringFormatter.parseNamePart(runtime, name, &index, end: name.byteCount) else { return .undefined }
    let key = part.isAttribute ? .object(runtime.part(name, part.span)) : try runtime.fieldKey(name, part.span)
    return .object(TupleObject(runtime, [.bool(part.isAttribute), key]))
  }
}
