/// The exception of `json`, and what its classes call.
final class JsonTypes {
  let error: TypeObject

  init(error: TypeObject) { self.error = error }
}

extension Runtime {
  var jsonTypes: JsonTypes {
    attachment(JsonTypes.self) { JsonTypes(error: makeJsonDecodeErrorType()) }
  }

  /// `JSONDecodeError(message, document, position)`, the position as an index.
  func jsonDecodeError(_ message: String, _ document: StringObject, _ position: Int) -> Raised {
    let exception = ExceptionObject(type: jsonTypes.error, arguments: [])
    fillJsonDecodeError(exception, .object(string(message)), document, position)
    return Raised(exception)
  }

  private func fillJsonDecodeError(_ exception: ExceptionObject, _ message: Value, _ document: StringObject, _ position: Int) {
    let place = document.byteOffset(ofCodePoint: min(max(position, 0), document.length))
    let before = UnsafeBufferPointer(rebasing: document.utf8[..<place])
    let line = before.count { $0 == 10 } + 1
    let lineStart = before.lastIndex(of: 10).map { document.codePointIndex(ofByte: $0) } ?? -1
    let column = BigInt(position) - BigInt(lineStart)
    let fields = exception.instanceDictionary(self)
    func set(_ name: String, _ value: Value) { fields?.setString(intern(name), value) }
    set("msg", message)
    set("doc", .object(document))
    set("pos", .int(position))
    set("lineno", .int(line))
    set("colno", integer(column))
    let text = "\(message.string?.text ?? ""): line \(line) column \(column.decimal) (char \(position))"
    exception.arguments = [.object(string(text))]
  }

  private func makeJsonDecodeErrorType() -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: "JSONDecodeError", bases: [exceptionTypes["ValueError"].unsafelyUnwrapped],
      instanceKind: .exception, isHeap: false)
    type.moduleName = "json.decoder"
    let initialize = NativeFunction(self, "__init__", "self, msg, doc, pos", owner: type) {
      (runtime, arguments) throws(Raised) in
      guard let exception = arguments[0].exception else { return .none }
      guard let document = arguments[2].string else {
        throw runtime.typeError("'\(runtime.typeName(arguments[2]))' object has no attribute 'count'")
      }
      runtime.fillJsonDecodeError(exception, arguments[1], document, try runtime.index(arguments[3]))
      return .none
    }
    initialize.isWrittenInPython = true
    type.attributes.setString(names[.`init`], .object(initialize))
    type.define(self, "__reduce__", "self") { (runtime, arguments) throws(Raised) in
      var values: [Value] = []
      for name in ["msg", "doc", "pos"] { values.append(try runtime.getAttribute(arguments[0], name)) }
      return runtime.tuple([.object(runtime.type(of: arguments[0])), runtime.tuple(values)])
    }
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let exception = ExceptionObject(type: cls, arguments: arguments.positional)
      _ = try runtime.call(.object(initialize), [.object(exception)] + arguments.positional, keywords: arguments.keywords)
      return .object(exception)
    }
    return type
  }

  /// `_json`: what the classes of the module `json` call.
  func makeJsonSupportModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_json")
    module.define(self, "encode", "encoder, obj, default, /") { (runtime, arguments) throws(Raised) in
      let encoder = arguments[0]
      var options = try runtime.jsonWriterOptions { (name) throws(Raised) in
        if name == "separators" {
          return runtime.tuple([
            try runtime.getAttribute(encoder, "item_separator"), try runtime.getAttribute(encoder, "key_separator"),
          ])
        }
        return name == "default" ? .none : try runtime.getAttribute(encoder, name)
      }
      options.fallback = arguments[2]
      var writer = JSONWriter(runtime, options)
      try writer.write(arguments[1])
      return .object(writer.finish())
    }
    module.define(self, "quote", "text, ensure_ascii=True, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[0].string else {
        throw runtime.typeError("first argument must be a string, not \(runtime.typeName(arguments[0]))")
      }
      var builder = TextBuilder(capacity: text.byteCount + 2)
      builder.append(jsonString: text, isASCII: arguments[1].isUndefined ? true : try runtime.isTrue(arguments[1]))
      return .object(builder.finish(runtime))
    }
    module.define(self, "decode", "decoder, document, index, /") { (runtime, arguments) throws(Raised) in
      guard let document = arguments[1].string else {
        throw runtime.typeError("first argument must be a string, not \(runtime.typeName(arguments[1]))")
      }
      let decoder = arguments[0]
      let hooks = try runtime.jsonHooks { (name) throws(Raised) in try runtime.getAttribute(decoder, name) }
      let start = try runtime.index(arguments[2])
      if start < 0 { throw runtime.valueError("idx cannot be negative") }
      let offset = start > document.length ? document.byteCount : document.byteOffset(ofCodePoint: start)
      var reader = JSONReader(runtime, document, from: offset, hooks)
      let value = try reader.readValue()
      return runtime.pair(value, .int(document.codePointIndex(ofByte: reader.index)))
    }
    return module
  }
}
