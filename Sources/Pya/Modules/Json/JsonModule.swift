/// `json`: reading and writing in Swift; the classes `JSONEncoder` and `JSONDecoder`, which programs derive from, are in
/// the language and call what is here.
extension Runtime {
  func makeJsonModule() -> ModuleObject {
    let module = ModuleObject(self, name: "json")
    module.set(self, "__path__", .object(ListObject(self, [])))
    let classes: Set<String> = ["JSONEncoder", "JSONDecoder"]
    module.set(self, "JSONDecodeError", .object(jsonTypes.error))
    addJsonWriting(to: module)
    addJsonReading(to: module)
    for entry in module.namespace.liveEntries {
      entry.value.cast(.nativeFunction, to: NativeFunction.self)?.isWrittenInPython = true
    }
    let exported = ["dump", "dumps", "load", "loads", "JSONDecoder", "JSONDecodeError", "JSONEncoder"]
    module.set(self, "__all__", .object(ListObject(self, exported.map { .object(string($0)) })))
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      if classes.contains(name.text) {
        let value = try runtime.jsonClass(name.text)
        module.set(runtime, name.text, value)
        return value
      }
      guard ["decoder", "encoder", "scanner"].contains(name.text) else { return nil }
      return try runtime.importModule("json.\(name.text)", level: 0, globals: module.namespace)
    }
    return module
  }

  private func jsonClass(_ name: String) throws(Raised) -> Value {
    let library = try importModule("_json_classes", level: 0, globals: builtins)
    return try getAttribute(library, name)
  }

  // MARK: Writing

  private func addJsonWriting(to module: ModuleObject) {
    module.define(
      self, "dumps",
      "obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw"
    ) { (runtime, arguments) throws(Raised) in
      let values = try runtime.jsonArguments(arguments, "dumps", ["obj"])
      if let text = try runtime.jsonText(values.fixed[0], values) { return .object(text) }
      return try runtime.callMethod(try runtime.jsonEncoder(values), "encode", [values.fixed[0]])
    }
    module.define(
      self, "dump",
      "obj, fp, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw"
    ) { (runtime, arguments) throws(Raised) in
      let values = try runtime.jsonArguments(arguments, "dump", ["obj", "fp"])
      let write = try runtime.getAttribute(values.fixed[1], "write")
      if let text = try runtime.jsonText(values.fixed[0], values) {
        _ = try runtime.call(write, .object(text))
      } else {
        let chunks = try runtime.callMethod(try runtime.jsonEncoder(values), "iterencode", [values.fixed[0]])
        try runtime.forEach(chunks) { (chunk) throws(Raised) in _ = try runtime.call(write, chunk) }
      }
      return .none
    }
  }

  private struct JsonArguments {
    var fixed: [Value]
    var options: [(name: StringObject, value: Value)]

    func option(_ name: String) -> Value {
      for option in options where option.name.text == name { return option.value }
      return .undefined
    }
  }

  /// Sorts what a call passed into the parameters that come by position, and options.
  private func jsonArguments(_ arguments: Arguments, _ function: String, _ names: [String]) throws(Raised) -> JsonArguments {
    if arguments.count > names.count {
      throw typeError(
        "\(function)() takes \(names.count) positional argument\(names.count == 1 ? "" : "s") but \(arguments.count) "
          + (arguments.count == 1 ? "was given" : "were given"))
    }
    var fixed = arguments.positional
    fixed.append(contentsOf: repeatElement(.undefined, count: names.count - fixed.count))
    var options: [(name: StringObject, value: Value)] = []
    for (name, value) in arguments.keywords {
      if let index = names.firstIndex(of: name.text) {
        if !fixed[index].isUndefined { throw typeError("\(function)() got multiple values for argument '\(name.text)'") }
        fixed[index] = value
      } else {
        options.append((name, value))
      }
    }
    let missing = names.indices.filter { fixed[$0].isUndefined }.map { "'\(names[$0])'" }
    if !missing.isEmpty {
      throw typeError(
        "\(function)() missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): "
          + missing.joined(separator: " and "))
    }
    return JsonArguments(fixed: fixed, options: options)
  }

  private static let jsonWritingOptions: Set<String> = [
    "skipkeys", "ensure_ascii", "check_circular", "allow_nan", "cls", "indent", "separators", "default", "sort_keys",
  ]

  /// The text, when no encoder class has a say; else nil.
  private func jsonText(_ value: Value, _ arguments: JsonArguments) throws(Raised) -> StringObject? {
    let cls = arguments.option("cls")
    guard cls.isUndefined || cls.isNone else { return nil }
    for option in arguments.options where !Runtime.jsonWritingOptions.contains(option.name.text) {
      throw typeError("JSONEncoder.__init__() got an unexpected keyword argument '\(option.name.text)'")
    }
    let options = try jsonWriterOptions { arguments.option($0) }
    var writer = JSONWriter(self, options)
    try writer.write(value)
    return writer.finish()
  }

  /// An instance of the class that `cls` names.
  private func jsonEncoder(_ arguments: JsonArguments) throws(Raised) -> Value {
    let given = arguments.options.filter { $0.name.text != "cls" }
    let standard: [(String, Value)] = [
      ("skipkeys", .bool(false)), ("ensure_ascii", .bool(true)), ("check_circular", .bool(true)),
      ("allow_nan", .bool(true)), ("indent", .none), ("separators", .none), ("default", .none), ("sort_keys", .bool(false)),
    ]
    var keywords = given
    for (name, value) in standard where !given.contains(where: { $0.name.text == name }) {
      keywords.append((intern(name), value))
    }
    return try call(arguments.option("cls"), [], keywords: keywords)
  }

  /// Options by name, as `dumps` and the attributes of an encoder have them.
  func jsonWriterOptions(_ option: (String) throws(Raised) -> Value) throws(Raised) -> JSONWriter.Options {
    var options = JSONWriter.Options()
    func flag(_ name: String, _ standard: Bool) throws(Raised) -> Bool {
      let value = try option(name)
      return value.isUndefined ? standard : try isTrue(value)
    }
    options.skipsKeys = try flag("skipkeys", false)
    options.isASCII = try flag("ensure_ascii", true)
    options.checksCircles = try flag("check_circular", true)
    options.allowsNaN = try flag("allow_nan", true)
    options.sortsKeys = try flag("sort_keys", false)
    let indent = try option("indent")
    if !indent.isUndefined, !indent.isNone {
      if let text = indent.string {
        options.indent = text.copyBytes()
      } else {
        let width = try index(indent)
        options.indent = [UInt8](repeating: 0x20, count: min(max(width, 0), 1 << 20))
      }
      options.itemSeparator = Array(",".utf8)
    }
    let separators = try option("separators")
    if !separators.isUndefined, !separators.isNone {
      let pair = try unpack(separators, 2)
      guard let item = pair[0].string, let key = pair[1].string else {
        throw typeError("make_encoder() argument 5 must be str, not \(givenName(pair[0].string == nil ? pair[0] : pair[1]))")
      }
      options.itemSeparator = item.copyBytes()
      options.keySeparator = key.copyBytes()
    }
    let fallback = try option("default")
    if !fallback.isUndefined, !fallback.isNone { options.fallback = fallback }
    return options
  }

  // MARK: Reading

  private func addJsonReading(to module: ModuleObject) {
    module.define(
      self, "loads",
      "s, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, **kw"
    ) { (runtime, arguments) throws(Raised) in
      let values = try runtime.jsonArguments(arguments, "loads", ["s"])
      return try runtime.loadJson(values.fixed[0], values)
    }
    module.define(
      self, "load",
      "fp, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, **kw"
    ) { (runtime, arguments) throws(Raised) in
      let values = try runtime.jsonArguments(arguments, "load", ["fp"])
      return try runtime.loadJson(try runtime.callMethod(values.fixed[0], "read"), values)
    }
  }

  private func loadJson(_ source: Value, _ arguments: JsonArguments) throws(Raised) -> Value {
    let document: StringObject
    if let text = source.string {
      if text.byteCount >= 3, text.bytes[0] == 0xEF, text.bytes[1] == 0xBB, text.bytes[2] == 0xBF {
        throw jsonDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
      }
      document = text
    } else if let bytes = bytesLike(source) {
      document = try decode(bytes, encoding: jsonEncoding(of: bytes), errors: "surrogatepass")
    } else {
      throw typeError("the JSON object must be str, bytes or bytearray, not \(type(of: source).name)")
    }
    let cls = arguments.option("cls")
    if !cls.isUndefined, !cls.isNone {
      let keywords = arguments.options.filter { $0.name.text != "cls" && ($0.name.text == "strict" || !$0.value.isNone) }
      return try callMethod(try call(cls, [], keywords: keywords), "decode", [.object(document)])
    }
    for option in arguments.options where option.name.text != "cls" && !Runtime.jsonReadingOptions.contains(option.name.text) {
      throw typeError("JSONDecoder.__init__() got an unexpected keyword argument '\(option.name.text)'")
    }
    let hooks = try jsonHooks { arguments.option($0) }
    var reader = JSONReader(self, document, from: 0, hooks)
    return try reader.readDocument()
  }

  private static let jsonReadingOptions: Set<String> = [
    "object_hook", "parse_float", "parse_int", "parse_constant", "object_pairs_hook", "strict",
  ]

  /// Hooks by name, as `loads` and the attributes of a decoder have them.
  func jsonHooks(_ option: (String) throws(Raised) -> Value) throws(Raised) -> JSONReader.Hooks {
    func hook(_ name: String) throws(Raised) -> Value {
      let value = try option(name)
      return value.isNone ? .undefined : value
    }
    var hooks = JSONReader.Hooks()
    hooks.object = try hook("object_hook")
    hooks.pairs = try hook("object_pairs_hook")
    hooks.float = try hook("parse_float")
    hooks.int = try hook("parse_int")
    hooks.constant = try hook("parse_constant")
    let strict = try option("strict")
    hooks.isStrict = strict.isUndefined ? true : try isTrue(strict)
    if case .object(let object) = hooks.float, object === types.float { hooks.float = .undefined }
    if case .object(let object) = hooks.int, object === types.int { hooks.int = .undefined }
    return hooks
  }

  /// UTF-8, or UTF-16 and UTF-32 told by their zeros.
  private func jsonEncoding(of bytes: ByteSpan) -> String {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "utf-32" }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "utf-16" }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "utf-8-sig" }
    if bytes.count >= 4 {
      if bytes[0] == 0 { return bytes[1] != 0 ? "utf-16-be" : "utf-32-be" }
      if bytes[1] == 0 { return bytes[2] != 0 || bytes[3] != 0 ? "utf-16-le" : "utf-32-le" }
    } else if bytes.count == 2 {
      if bytes[0] == 0 { return "utf-16-be" }
      if bytes[1] == 0 { return "utf-16-le" }
    }
    return "utf-8"
  }
}
