/// Exceptions as programs see them: construction, attributes, `str` and `repr`.
extension Runtime {
  // MARK: Construction

  /// `ExceptionType(arguments...)` where neither `__new__` nor `__init__` is the program's.
  func constructException(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if type.exceptionLayout == .plain, !arguments.hasKeywords {
      return .object(ExceptionObject(type: type, arguments: arguments.positional))
    }
    let exception = try allocateException(type, arguments)
    try initializeException(exception, arguments)
    return .object(exception)
  }

  /// `__new__`.
  private func allocateException(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> ExceptionObject {
    let exception = ExceptionObject(type: type, arguments: arguments.positional)
    switch type.exceptionLayout {
    case .group: try checkGroup(exception, arguments)
    case .osError:
      let initialises = initialLayout(of: type) == .osError
      if arguments.hasKeywords, initialises, type.special(.`init`) == nil { throw noKeywords(type) }
      if !initialises || type.special(.`init`) != nil && type.special(.new) == nil {
        exception.arguments = []
      } else {
        selectSubclass(of: exception)
        fillOSError(exception)
      }
    default: break
    }
    return exception
  }

  /// `__init__`, by what kind of fields the type has.
  private func initializeException(_ exception: ExceptionObject, _ arguments: Arguments) throws(Raised) {
    let layout = initialLayout(of: exception.type)
    if layout == .plain, !arguments.hasKeywords { return exception.arguments = arguments.positional }
    var known: [String] = []
    var displayName = exception.type.name
    switch layout {
    case .importError: (displayName, known) = ("ImportError", ["name", "path", "name_from"])
    case .nameError: (displayName, known) = ("NameError", ["name"])
    case .attributeError: (displayName, known) = ("AttributeError", ["name", "obj"])
    case .group, .osError:
      if arguments.hasKeywords { throw noKeywords(exception.type) }
      if layout == .osError, exception.type.special(.`init`) != nil {
        exception.arguments = arguments.positional
        fillOSError(exception)
      }
      return
    default: break
    }
    // Whatever a second `__init__` does not name is None again.
    for name in known { exception.fields[name] = nil }
    if layout == .importError { exception.fields["msg"] = nil }
    if arguments.hasKeywords {
      if known.isEmpty { throw noKeywords(exception.type) }
      for (keyword, value) in arguments.keywords {
        guard known.contains(keyword.text) else {
          throw unexpectedKeyword("\(displayName)()", keyword.text, among: known)
        }
        exception.fields[keyword.text] = value
      }
    }
    exception.arguments = arguments.positional
    switch layout {
    case .syntaxError: try fillSyntaxError(exception)
    case .unicodeDecode, .unicodeEncode, .unicodeTranslate: try fillUnicodeError(exception)
    default: fillFields(of: exception)
    }
  }

  /// The fields that `__init__` fills: those of the first built-in ancestor, which need not be the one that keeps fields.
  func initialLayout(of type: TypeObject) -> ExceptionLayout {
    if type.exceptionLayout == .plain { return .plain }
    return type.mro.first { !$0.isHeap }?.exceptionLayout ?? .plain
  }

  private func noKeywords(_ type: TypeObject) -> Raised { typeError("\(type.name)() takes no keyword arguments") }

  // MARK: Installation

  func installExceptionMethods() {
    let type = types.baseException
    type.defineNew(self) { (runtime, cls, arguments) throws(Raised) in .object(try runtime.allocateException(cls, arguments)) }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let exception = try runtime.exceptionArgument(arguments)
      if arguments.hasKeywords { throw runtime.noKeywords(exception.type) }
      exception.arguments = arguments.dropFirst.positional
      return .none
    }
    let initialised = [
      "StopIteration", "SystemExit", "OSError", "ImportError", "NameError", "AttributeError", "SyntaxError",
      "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeTranslateError",
    ]
    for name in initialised {
      exceptionTypes[name]?.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        try runtime.initializeException(try runtime.exceptionArgument(arguments), arguments.dropFirst)
        return .none
      }
    }
    installExceptionTexts(type)
    installExceptionAttributes(type)
    installExceptionChainAttributes(type)
    installExceptionFieldAttributes()
  }

  func exceptionArgument(_ arguments: Arguments) throws(Raised) -> ExceptionObject {
    guard let exception = arguments[0].exception else {
      throw typeError("expected an exception, got '\(typeName(arguments[0]))'")
    }
    return exception
  }

  private func installExceptionAttributes(_ type: TypeObject) {
    type.defineProperty(self, "__dict__") { (runtime, value) throws(Raised) in
      value.object?.instanceDictionary(runtime).map { .object($0) } ?? .none
    } set: { (runtime, instance, value) throws(Raised) in
      try runtime.replaceInstanceDictionary(of: instance, by: value)
    }
    type.defineProperty(self, "args") { (runtime, value) throws(Raised) in
      .object(TupleObject(runtime, value.exception?.arguments ?? []))
    } set: { (runtime, instance, value) throws(Raised) in
      if value.isUndefined { throw runtime.typeError("args may not be deleted") }
      instance.exception?.arguments = try runtime.array(value)
    }
    type.define(self, "add_note", "self, note, /") { (runtime, arguments) throws(Raised) in
      try runtime.addNote(arguments[1], to: try runtime.exceptionArgument(arguments))
      return .none
    }
    type.define(self, "with_traceback", "self, tb, /") { (runtime, arguments) throws(Raised) in
      try runtime.setTraceback(of: try runtime.exceptionArgument(arguments), arguments[1])
      return arguments[0]
    }
    type.define(self, "__setstate__", "self, state, /") { (runtime, arguments) throws(Raised) in
      guard !arguments[1].isNone else { return .none }
      guard let state = arguments[1].dict else { throw runtime.typeError("state is not a dictionary") }
      for entry in state.liveEntries {
        guard let name = entry.key.string else { continue }
        try runtime.setAttribute(arguments[0], name, entry.value)
      }
      return .none
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let exception = try runtime.exceptionArgument(arguments)
      var parts: [Value] = [
        .object(exception.type), .object(TupleObject(runtime, runtime.argumentsForReduction(of: exception))),
      ]
      if let state = try runtime.stateForReduction(of: exception) { parts.append(.object(state)) }
      return .object(TupleObject(runtime, parts))
    }
  }

  /// What makes the exception again: an OSError leaves the names of files out of its `args`.
  private func argumentsForReduction(of exception: ExceptionObject) -> [Value] {
    guard exception.type.exceptionLayout == .osError, exception.arguments.count == 2,
      let name = exception.fields["filename"]
    else { return exception.arguments }
    guard let second = exception.fields["filename2"] else { return exception.arguments + [name] }
    return exception.arguments + [name, .none, second]
  }

  /// The attributes of its own, and the fields that its constructor takes as keywords; an AttributeError's object may be anything,
  /// and stays behind.
  private func stateForReduction(of exception: ExceptionObject) throws(Raised) -> DictObject? {
    var names: [String] = []
    switch exception.type.exceptionLayout {
    case .importError: names = ["name", "path", "name_from"].filter { exception.fields[$0] != nil }
    case .attributeError: names = (exception.fields["name"] == nil ? [] : ["name"]) + ["args"]
    default: break
    }
    guard !names.isEmpty else { return exception.dictionary }
    let state = DictObject(self)
    for entry in exception.dictionary?.liveEntries ?? [] { try state.set(entry.key, entry.value, self) }
    for name in names {
      let value = exception.fields[name] ?? .object(TupleObject(self, exception.arguments))
      try state.set(.object(string(name)), value, self)
    }
    return state
  }

  private func installExceptionChainAttributes(_ type: TypeObject) {
    defineChainAttribute("__cause__", called: "cause") { $0.cause } set: {
      $0.cause = $1
      $0.suppressesContext = true
    }
    defineChainAttribute("__context__", called: "context") { $0.context } set: { $0.context = $1 }
    type.defineProperty(self, "__suppress_context__") { (_, value) throws(Raised) in
      .bool(value.exception?.suppressesContext ?? false)
    } set: { (runtime, instance, value) throws(Raised) in
      guard case .bool(let flag) = value else {
        throw runtime.typeError(
          value.isUndefined ? "can't delete numeric/char attribute" : "attribute value type must be bool")
      }
      instance.exception?.suppressesContext = flag
    }
    type.defineProperty(self, "__traceback__") { (runtime, value) throws(Raised) in
      value.exception.map { runtime.tracebackObject(of: $0) } ?? .none
    } set: { (runtime, instance, value) throws(Raised) in
      if let exception = instance.exception { try runtime.setTraceback(of: exception, value) }
    }
  }

  private func defineChainAttribute(
    _ name: String, called what: String, get: @escaping (ExceptionObject) -> ExceptionObject?,
    set: @escaping (ExceptionObject, ExceptionObject?) -> Void
  ) {
    types.baseException.defineProperty(self, name) { (_, value) throws(Raised) in
      value.exception.flatMap(get).map { .object($0) } ?? .none
    } set: { (runtime, instance, value) throws(Raised) in
      if value.isUndefined { throw runtime.typeError("\(name) may not be deleted") }
      guard value.isNone || value.exception != nil else {
        throw runtime.typeError("exception \(what) must be None or derive from BaseException")
      }
      if let exception = instance.exception { set(exception, value.exception) }
    }
  }

  private func installExceptionFieldAttributes() {
    let fields: [(type: String, names: [String])] = [
      ("StopIteration", ["value"]), ("SystemExit", ["code"]),
      ("OSError", ["errno", "strerror", "filename", "filename2"]),
      ("ImportError", ["msg", "name", "path", "name_from"]), ("NameError", ["name"]), ("AttributeError", ["name", "obj"]),
      (
        "SyntaxError",
        ["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line"]
      ),
      ("UnicodeDecodeError", ["encoding", "object", "start", "end", "reason"]),
      ("UnicodeEncodeError", ["encoding", "object", "start", "end", "reason"]),
      ("UnicodeTranslateError", ["object", "start", "end", "reason"]),
    ]
    exceptionTypes["OSError"]?.defineProperty(
      self, "characters_written",
      get: { (runtime, value) throws(Raised) in
        guard let count = value.exception?.fields["characters_written"] else { throw runtime.attributeError("characters_written") }
        return count
      },
      set: { (runtime, instance, value) throws(Raised) in
        guard let exception = instance.exception else { return }
        if value.isUndefined, exception.fields["characters_written"] == nil {
          throw runtime.attributeError("characters_written")
        }
        exception.fields["characters_written"] = value.isUndefined ? nil : .int(try runtime.index(value))
      })
    for (type, names) in fields {
      for name in names {
        exceptionTypes[type]?.defineProperty(self, name) { (_, value) throws(Raised) in
          value.exception?.fields[name] ?? .none
        } set: { (_, instance, value) throws(Raised) in
          instance.exception?.fields[name] = value.isUndefined ? nil : value
        }
      }
    }
  }
}
