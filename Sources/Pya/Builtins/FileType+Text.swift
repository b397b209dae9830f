/// The methods of text files, `io.TextIOWrapper(buffer)` and `io.StringIO`.
extension Runtime {
  func installTextFileMethods(_ types: FileTypes) {
    // On the types themselves too, whose names stand in messages.
    for type in [types.textBase, types.text, types.stringIO] { installTextMethods(type) }
    installTextAttributes(types)
    installNames(types.text)
    types.text.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? TextFileObject else { return .none }
      if file.isDetached { throw runtime.valueError("underlying buffer has been detached") }
      return .object(runtime.string(try file.representation(runtime)))
    }
    types.text.define(self, "reconfigure", "self, /, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.reconfigure(arguments)
      return .none
    }
    installTextWrapperConstructor(types.text)
    installStringIO(types.stringIO)
  }

  private func installTextMethods(_ type: TypeObject) {
    type.define(self, "read", "self, size=-1, /") { (runtime, arguments) throws(Raised) in
      let size = try runtime.sizeArgument(arguments[1])
      return try runtime.file(arguments).read(runtime, count: size)
    }
    type.define(self, "write", "self, text, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).write(runtime, arguments[1])
    }
    type.define(self, "detach", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? TextFileObject else { throw runtime.unsupportedOperation("detach") }
      return try file.detach(runtime)
    }
  }

  private func installTextAttributes(_ types: FileTypes) {
    types.textBase.defineProperty(self, "encoding") { (runtime, value) throws(Raised) in
      (value.object as? TextFileObject).map { .object(runtime.string($0.encoding)) } ?? .none
    }
    types.textBase.defineProperty(self, "errors") { (runtime, value) throws(Raised) in
      (value.object as? TextFileObject).map { .object(runtime.string($0.errorHandling)) } ?? .none
    }
    types.textBase.defineProperty(self, "newlines") { (runtime, value) throws(Raised) in
      guard let ends = (value.object as? TextFileObject)?.lineEnds ?? (value.object as? StringFileObject)?.lineEnds else { return .none }
      let all: [(TextFileObject.LineEnds, String)] = [(.cr, "\r"), (.lf, "\n"), (.crlf, "\r\n")]
      let seen: [Value] = all.filter { ends.contains($0.0) }.map { .object(runtime.string($0.1)) }
      return seen.count > 1 ? .object(TupleObject(runtime, seen)) : seen.first ?? .none
    }
    for type in [types.text, types.stringIO] {
      type.defineProperty(self, "line_buffering") { (_, value) throws(Raised) in
        .bool((value.object as? TextFileObject)?.isLineBuffered ?? false)
      }
    }
    types.text.defineProperty(self, "write_through") { (_, value) throws(Raised) in
      .bool((value.object as? TextFileObject)?.writesThrough ?? false)
    }
    types.text.defineProperty(self, "buffer") { (_, value) throws(Raised) in
      (value.object as? TextFileObject)?.buffer.defined ?? .none
    }
    types.text.attributes.setString(intern("_CHUNK_SIZE"), .int(BinaryFileObject.chunk))
  }

  /// A text among the options of a function: nil for None and when it was not given.
  private func optionalText(_ value: Value, _ function: String, _ name: String) throws(Raised) -> String? {
    if value.isUndefined || value.isNone { return nil }
    guard let text = value.string else {
      throw typeError("\(function)() argument '\(name)' must be str or None, not \(givenName(value))")
    }
    return text.text
  }

  /// `isQuoted`: how StringIO words the complaint.
  func checkedNewline(_ text: String?, isQuoted: Bool = false) throws(Raised) -> TextFileObject.Newline {
    if let text, !["", "\n", "\r", "\r\n"].contains(text) {
      throw valueError("illegal newline value: \(isQuoted ? try repr(.object(string(text))).text : text)")
    }
    return TextFileObject.Newline(text)
  }

  private func optionalFlag(_ value: Value) throws(Raised) -> Bool? {
    value.isUndefined || value.isNone ? nil : try isTrue(value)
  }

  private func reconfigure(_ arguments: Arguments) throws(Raised) {
    guard let file = arguments[0].object as? TextFileObject else { return }
    if arguments.count > 1 { throw typeError("reconfigure() takes no positional arguments") }
    let names = ["encoding", "errors", "newline", "line_buffering", "write_through"]
    let options = try keywordValues(arguments, "reconfigure", names)
    let encoding = try optionalText(options[0], "reconfigure", "encoding")
    let errors = try optionalText(options[1], "reconfigure", "errors")
    if let encoding { try checkEncoding(encoding == "locale" ? "utf-8" : encoding) }
    if file.isBeingRead, encoding != nil || errors != nil || !options[2].isUndefined {
      throw unsupportedOperation("It is not possible to set the encoding or newline of stream after the first read")
    }
    let newline = options[2].isUndefined ? nil : try checkedNewline(try optionalText(options[2], "reconfigure", "newline"))
    try file.flush(self)
    file.configure(
      encoding: encoding == "locale" ? "utf-8" : encoding, errorHandling: errors ?? (encoding == nil ? nil : "strict"),
      newline: newline, isLineBuffered: try optionalFlag(options[3]), writesThrough: try optionalFlag(options[4]))
  }

  // MARK: TextIOWrapper

  private func installTextWrapperConstructor(_ type: TypeObject) {
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let file = runtime.unattachedTextFile(cls)
      try runtime.initializeTextFile(file, arguments)
      return .object(file)
    }
    type.defineStatic(self, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      .object(runtime.unattachedTextFile(arguments[0].type ?? runtime.fileTypes.text))
    }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? TextFileObject else { return .none }
      try runtime.initializeTextFile(file, arguments.dropFirst)
      return .none
    }
  }

  private func unattachedTextFile(_ type: TypeObject) -> TextFileObject {
    let nothing = BinaryFileObject(type: fileTypes.raw, stream: ByteStream(), name: .undefined, mode: "", layer: .raw)
    return TextFileObject(type: type, binary: nothing, name: .undefined, mode: "")
  }

  private func initializeTextFile(_ file: TextFileObject, _ arguments: Arguments) throws(Raised) {
    let names = ["buffer", "encoding", "errors", "newline", "line_buffering", "write_through"]
    let options = try optionValues(arguments, "TextIOWrapper", names)
    guard !options[0].isUndefined else {
      throw typeError("TextIOWrapper() missing required argument 'buffer' (pos 1)")
    }
    var encoding = try optionalText(options[1], "TextIOWrapper", "encoding") ?? "UTF-8"
    if encoding == "locale" { encoding = "UTF-8" }
    try checkEncoding(encoding)
    let newline = try checkedNewline(try optionalText(options[3], "TextIOWrapper", "newline"))
    if let native = options[0].object as? BinaryFileObject, !native.type.isHeap {
      file.attach(native, buffer: options[0])
    } else {
      if (try getAttributeIfPresent(options[0], intern("readable"))) == nil {
        throw missingAttribute(options[0], intern("readable"))
      }
      file.attach(binaryFile(over: options[0], type: fileTypes.random, mode: "rb+"), buffer: options[0])
    }
    file.configure(
      encoding: encoding, errorHandling: try optionalText(options[2], "TextIOWrapper", "errors") ?? "strict",
      newline: newline, isLineBuffered: try optionalFlag(options[4]) ?? false,
      writesThrough: try optionalFlag(options[5]) ?? false)
  }

  // MARK: StringIO

  private func installStringIO(_ type: TypeObject) {
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let file = StringFileObject(type: cls)
      try runtime.initializeStringIO(file, arguments)
      return .object(file)
    }
    type.defineStatic(self, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      .object(StringFileObject(type: arguments[0].type ?? runtime.fileTypes.stringIO))
    }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? StringFileObject else { return .none }
      try runtime.initializeStringIO(file, arguments.dropFirst)
      return .none
    }
    type.define(self, "getvalue", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? StringFileObject else { return .none }
      return .object(try file.contents(runtime))
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let type = runtime.type(of: arguments[0])
      return .object(runtime.string("<\(type.moduleName).\(type.name) object at \(runtime.addressText(arguments[0]))>"))
    }
    type.define(self, "__getstate__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? StringFileObject else { return .none }
      let newline: Value = file.newlineArgument.map { .object(runtime.string($0)) } ?? .none
      let parts: [Value] = [.object(try file.contents(runtime)), newline, .int(try file.tell(runtime)), try file.stateOfAttributes(runtime)]
      return .object(TupleObject(runtime, parts))
    }
    type.define(self, "__setstate__", "self, state, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? StringFileObject else { return .none }
      let state = try file.checkedState(arguments[1], count: 4, runtime)
      try runtime.initializeStringIO(file, state[0], newline: state[1])
      let position = try file.position(inState: state, runtime)
      if let content = state[0].string { file.restore(content, position: position) }
      return .none
    }
  }

  private func initializeStringIO(_ file: StringFileObject, _ arguments: Arguments) throws(Raised) {
    let options = try optionValues(arguments, "StringIO", ["initial_value", "newline"])
    try initializeStringIO(file, options[0], newline: options[1])
  }

  private func initializeStringIO(_ file: StringFileObject, _ initial: Value, newline argument: Value) throws(Raised) {
    var newline = TextFileObject.Newline.exactly("\n")
    if argument.isNone { newline = .universal }
    if let mark = argument.string { newline = try checkedNewline(mark.text, isQuoted: true) }
    if initial.isUndefined || initial.isNone { return try file.reset(nil, newline, self) }
    guard let text = initial.string else {
      throw typeError("initial_value must be str or None, not \(typeName(initial))")
    }
    try file.reset(text, newline, self)
  }
}

extension TypeObject {
  /// A method that a class of the program defines under a name that is not among `SpecialMethod`.
  func special(named name: String, _ runtime: Runtime) -> Value? {
    guard isHeap, let (value, owner) = lookupWithOwner(runtime.intern(name)), owner.isHeap else { return nil }
    return value
  }
}
