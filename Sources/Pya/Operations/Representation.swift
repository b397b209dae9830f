/// `repr(value)` and `str(value)`, written into text under construction so that nested containers make no text in between.
///
/// A class of the program comes first with its `__repr__` or `__str__`; the built-in behaviour goes by the object's kind. Types
/// that only later folders know bring a `__repr__` in their dictionary.
extension Runtime {
  func repr(_ value: Value) throws(Raised) -> StringObject {
    // What a method of the program returns is the result as it is, be it of a subclass of `str`.
    if case .object(let object) = value, object.type.isHeap, let method = object.type.special(.repr) {
      return try stringResult(method, value, "__repr__")
    }
    var builder = TextBuilder()
    try appendRepr(value, to: &builder)
    return builder.finish(self)
  }

  func str(_ value: Value) throws(Raised) -> StringObject {
    if case .object(let object) = value {
      if object.isExactly(types.str) { return unsafeDowncast(object, to: StringObject.self) }
      if let method = textMethod(of: object) { return try stringResult(method, value, "__str__") }
    }
    var builder = TextBuilder()
    try append(value, to: &builder)
    return builder.finish(self)
  }

  /// `str(value)`, added to text under construction.
  func append(_ value: Value, to builder: inout TextBuilder) throws(Raised) {
    guard case .object(let object) = value else { return try appendRepr(value, to: &builder) }
    if let method = textMethod(of: object) {
      return builder.append(string: try stringResult(method, value, "__str__"))
    }
    try appendBuiltinStr(object, to: &builder)
  }

  /// The program's method that makes the text of an object: `__str__`, or `__repr__` of what has no other text.
  private func textMethod(of object: Object) -> Value? {
    guard object.type.isHeap else { return nil }
    if let method = object.type.special(.str) { return method }
    return object.kind == .instance && object.type.builtinBase == nil ? object.type.special(.repr) : nil
  }

  /// `str` without overrides of `__str__` in the program's classes.
  func appendBuiltinStr(_ object: Object, to builder: inout TextBuilder) throws(Raised) {
    switch object.kind {
    case .bytes, .byteArray:
      if launchOptions.bytesWarning > 0 {
        try issueWarning("str() on a \(object.kind == .bytes ? "bytes" : "bytearray") instance", category: "BytesWarning")
      }
      try appendRepr(.object(object), to: &builder)
    case .string: builder.append(string: unsafeDowncast(object, to: StringObject.self))
    case .exception: try appendMessage(of: unsafeDowncast(object, to: ExceptionObject.self), to: &builder)
    case .other, .iterator, .instance:
      if let method = builtinMethod(.str, of: object.type) {
        builder.append(string: try stringResult(method, .object(object), "__str__"))
      } else {
        try appendRepr(.object(object), to: &builder)
      }
    default: try appendRepr(.object(object), to: &builder)
    }
  }

  func appendRepr(_ value: Value, to builder: inout TextBuilder) throws(Raised) {
    switch value {
    case .int(let number): builder.append(integer: number)
    case .float(let number): builder.append(float: number)
    case .bool(let flag): builder.append(flag ? "True" : "False")
    case .none: builder.append("None")
    case .ellipsis: builder.append("Ellipsis")
    case .notImplemented: builder.append("NotImplemented")
    case .undefined: builder.append("<undefined>")
    case .object(let object):
      if object.type.isHeap, let method = object.type.special(.repr) {
        return builder.append(string: try stringResult(method, value, "__repr__"))
      }
      try appendBuiltinRepr(object, to: &builder)
    }
  }

  /// What a call of `__repr__`, `__str__` or `__format__` returned, which must be a string.
  func stringResult(_ method: Value, _ receiver: Value, _ name: String) throws(Raised) -> StringObject {
    try enter()
    defer { leave() }
    let result = try callSpecial(method, receiver)
    guard let text = result.string else {
      throw typeError("\(name) returned non-string (type \(typeName(result)))")
    }
    return text
  }

  /// A special method that a built-in type other than `object` has in its dictionary.
  func builtinMethod(_ method: SpecialMethod, of type: TypeObject) -> Value? {
    guard let (value, owner) = type.lookupWithOwner(names[method]), owner !== types.object else { return nil }
    return value
  }

  // MARK: The built-in representation

  /// `repr` without overrides in the program's classes (except of what it contains): the bodies of `list.__repr__` and its kin.
  func appendBuiltinRepr(_ object: Object, to builder: inout TextBuilder) throws(Raised) {
    switch object.kind {
    case .string: builder.append(quoted: unsafeDowncast(object, to: StringObject.self))
    case .bytes: builder.append(quoted: ByteSpan(unsafeDowncast(object, to: BytesObject.self)))
    case .byteArray:
      builder.append(object.type.name)
      builder.append("(")
      builder.append(quoted: ByteSpan(unsafeDowncast(object, to: BytesObject.self)), escapesSingleQuotes: true)
      builder.append(")")
    case .bigInt: builder.append(try integerText(unsafeDowncast(object, to: BigIntObject.self).value))
    case .intInstance, .floatInstance:
      try appendRepr(unsafeDowncast(object, to: NumberInstance.self).number, to: &builder)
    case .complex: builder.append(complex: unsafeDowncast(object, to: ComplexObject.self))
    case .list: try appendList(unsafeDowncast(object, to: ListObject.self), to: &builder)
    case .tuple: try appendTuple(unsafeDowncast(object, to: TupleObject.self), to: &builder)
    case .dict: try appendDict(unsafeDowncast(object, to: DictObject.self), to: &builder)
    case .set: try appendSet(unsafeDowncast(object, to: SetObject.self), to: &builder)
    case .dictView: try appendDictView(object, to: &builder)
    case .range: appendRange(unsafeDowncast(object, to: RangeObject.self), to: &builder)
    case .slice: try appendSlice(unsafeDowncast(object, to: SliceObject.self), to: &builder)
    case .type:
      builder.append("<class '")
      builder.append(publicName(of: unsafeDowncast(object, to: TypeObject.self)))
      builder.append("'>")
    case .nativeFunction: appendNativeFunction(unsafeDowncast(object, to: NativeFunction.self), to: &builder)
    case .boundMethod: try appendBoundMethod(unsafeDowncast(object, to: BoundMethod.self), to: &builder)
    case .module: try appendModule(unsafeDowncast(object, to: ModuleObject.self), to: &builder)
    case .exception: try appendException(unsafeDowncast(object, to: ExceptionObject.self), to: &builder)
    case .staticMethod:
      try appendWrapper("<staticmethod(", unsafeDowncast(object, to: StaticMethodObject.self).function, to: &builder)
    case .classMethod:
      try appendWrapper("<classmethod(", unsafeDowncast(object, to: ClassMethodObject.self).function, to: &builder)
    default:
      if let method = builtinMethod(.repr, of: object.type) {
        builder.append(string: try stringResult(method, .object(object), "__repr__"))
      } else {
        appendObject(object, to: &builder)
      }
    }
  }

  /// `object.__repr__`: `<__main__.C object at 0x7f...>`.
  func appendObject(_ object: Object, to builder: inout TextBuilder) {
    builder.append("<")
    builder.append(publicName(of: object.type))
    builder.append(" object")
    appendAddress(object, to: &builder)
    builder.append(">")
  }

  /// ` at 0x7f...`
  func appendAddress(_ object: Object, to builder: inout TextBuilder) {
    builder.append(" at 0x")
    builder.append(String(object.address, radix: 16))
  }

  /// `__main__.C`, or `int`: the qualified name with the module unless that is `builtins`.
  func publicName(of type: TypeObject) -> String {
    var module = type.moduleName
    if type.isHeap, let stored = type.attributes.getString(names.module) { module = stored.string?.text ?? "builtins" }
    return module == "builtins" ? type.qualifiedName : "\(module).\(type.qualifiedName)"
  }

  private func appendRange(_ range: RangeObject, to builder: inout TextBuilder) {
    builder.append("range(")
    builder.append(integer: range.start)
    builder.append(", ")
    builder.append(integer: range.stop)
    if range.step != 1 {
      builder.append(", ")
      builder.append(integer: range.step)
    }
    builder.append(")")
  }

  private func appendSlice(_ slice: SliceObject, to builder: inout TextBuilder) throws(Raised) {
    try enter()
    defer { leave() }
    builder.append("slice(")
    try appendRepr(slice.start, to: &builder)
    builder.append(", ")
    try appendRepr(slice.stop, to: &builder)
    builder.append(", ")
    try appendRepr(slice.step, to: &builder)
    builder.append(")")
  }

  private func appendNativeFunction(_ function: NativeFunction, to builder: inout TextBuilder) {
    if function.isWrittenInPython {
      builder.append("<function ")
      builder.append(function.owner.map { "\($0.qualifiedName).\(function.name)" } ?? function.name)
      appendAddress(function, to: &builder)
      builder.append(">")
    } else if let owner = function.owner {
      builder.append(function.isSlot ? "<slot wrapper '" : "<method '")
      builder.append(function.name)
      builder.append("' of '")
      builder.append(owner.name)
      builder.append("' objects>")
    } else {
      builder.append("<built-in function ")
      builder.append(function.name)
      builder.append(">")
    }
  }

  private func appendBoundMethod(_ method: BoundMethod, to builder: inout TextBuilder) throws(Raised) {
    if let native = method.function.cast(.nativeFunction, to: NativeFunction.self), !native.isWrittenInPython {
      let isSlot = native.isSlot
      builder.append(isSlot ? "<method-wrapper '" : "<built-in method ")
      builder.append(native.name)
      builder.append(isSlot ? "' of " : " of ")
      builder.append(typeName(method.receiver))
      builder.append(" object")
      if case .object(let receiver) = method.receiver {
        appendAddress(receiver, to: &builder)
      } else {
        appendAddress(method, to: &builder)
      }
      return builder.append(">")
    }
    try enter()
    defer { leave() }
    var name = try getAttributeIfPresent(method.function, names.qualname)
    if name == nil { name = try getAttributeIfPresent(method.function, names.name) }
    builder.append("<bound method ")
    builder.append(name?.string?.text ?? "?")
    builder.append(" of ")
    try appendRepr(method.receiver, to: &builder)
    builder.append(">")
  }

  private func appendWrapper(_ opening: StaticString, _ function: Value, to builder: inout TextBuilder) throws(Raised) {
    try enter()
    defer { leave() }
    builder.append(opening)
    try appendRepr(function, to: &builder)
    builder.append(")>")
  }

  /// Those that CPython has in itself as code.
  private static let frozenModules: Set = [
    "os", "abc", "codecs", "io", "site", "stat", "posixpath", "genericpath", "ntpath", "runpy", "zipimport", "importlib",
    "importlib.util", "importlib.machinery", "_collections_abc", "_sitebuiltins",
  ]

  private func appendModule(_ module: ModuleObject, to builder: inout TextBuilder) throws(Raised) {
    builder.append("<module ")
    builder.append(quoted: module.namespace.getString(names.name)?.string ?? string(module.name))
    if let file = module.namespace.getString(names.file)?.string {
      builder.append(" from ")
      builder.append(quoted: file)
    } else if module.namespace.getString(names.file) != nil, let path = module.namespace.getString(names.path) {
      builder.append(" (namespace) from ")
      try appendRepr(path, to: &builder)
    } else if modules[module.name] === module, !module.isMadeByProgram {
      builder.append(Runtime.frozenModules.contains(module.name) ? " (frozen)" : " (built-in)")
    } else if let spec = module.namespace.getString(intern("__spec__")), !spec.isNone {
      // A finder of the program has found it.
      let origin = try getAttribute(spec, "origin")
      let loader = try getAttribute(spec, "loader")
      if !origin.isNone {
        builder.append(" (")
        builder.append(string: try str(origin))
        builder.append(")")
      } else if !loader.isNone {
        builder.append(" (")
        try appendRepr(loader, to: &builder)
        builder.append(")")
      }
    }
    builder.append(">")
  }
}
