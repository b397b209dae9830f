/// Built-in functions about objects of any kind: `isinstance`, `getattr`, `dir`, `id`, ...
extension Runtime {
  func installGeneralFunctions() {
    for type in [
      types.object, types.type, types.property, types.staticMethod, types.classMethod, types.superType, types.int, types.bool,
      types.float, types.complex,
    ] {
      addBuiltin(type)
    }
    installClassFunctions()
    installAttributeFunctions()
    installIdentityFunctions()
    installInteractiveFunctions()
  }

  private func installClassFunctions() {
    defineBuiltin("isinstance", "obj, class_or_tuple, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isInstance(arguments[0], ofAny: arguments[1]))
    }
    builtins.setShortcut(.instanceCheck, of: "isinstance", self)
    defineBuiltin("issubclass", "cls, class_or_tuple, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isSubclass(arguments[0], ofAny: arguments[1]))
    }
    defineBuiltin("callable", "obj, /") { (runtime, arguments) throws(Raised) in
      .bool(runtime.isCallable(arguments[0]))
    }
  }

  // MARK: Attributes

  private func installAttributeFunctions() {
    defineBuiltin("getattr", "object, name, default=None, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.attributeName(arguments[1])
      if let place = runtime.ownAttribute(of: arguments.base, name) { return place.copied }
      if let method = runtime.plainMethod(of: arguments.base, name) {
        return .object(BoundMethod(runtime, function: .object(method.takeUnretainedValue()), receiver: arguments.base.copied))
      }
      if let place = runtime.plainClassValue(of: arguments.base, name) { return place.copied }
      if arguments.isMissing(2) { return try runtime.getAttribute(arguments[0], name) }
      if runtime.certainlyLacks(arguments.base, name) { return arguments[2] }
      return try runtime.getAttributeIfPresent(arguments[0], name) ?? arguments[2]
    }
    defineBuiltin("hasattr", "obj, name, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.attributeName(arguments[1])
      if runtime.ownAttribute(of: arguments.base, name) != nil || runtime.plainClassValue(of: arguments.base, name) != nil
        || runtime.plainMethod(of: arguments.base, name) != nil
      {
        return .bool(true)
      }
      if runtime.certainlyLacks(arguments.base, name) { return .bool(false) }
      return .bool(try runtime.getAttributeIfPresent(arguments[0], name) != nil)
    }
    defineBuiltin("setattr", "obj, name, value, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.attributeName(arguments[1])
      if let place = runtime.ownAttribute(of: arguments.base, name), let held = arguments.base.uncountedObject,
        Unmanaged<TypeObject>.fromOpaque(held._withUnsafeGuaranteedRef { $0.typePointer })
          ._withUnsafeGuaranteedRef({ $0.uncountedSpecial(.setattr) == nil })
      {
        place.store(arguments[2])
        return .none
      }
      try runtime.setAttribute(arguments[0], name, arguments[2])
      return .none
    }
    defineBuiltin("delattr", "obj, name, /") { (runtime, arguments) throws(Raised) in
      try runtime.deleteAttribute(arguments[0], try runtime.attributeName(arguments[1]))
      return .none
    }
  }

  /// `dir(value)`: sorted.
  func directory(of value: Value) throws(Raised) -> [Value] {
    let type = type(of: value)
    var names: [Value]
    if let override = type.special(.dir) ?? builtinDirectory(of: value, type) {
      names = try array(try callSpecial(override, value))
    } else if let module = value.cast(.module, to: ModuleObject.self),
      let function = module.namespace.getString(self.names[.dir])
    {
      names = try array(try call(function))
    } else {
      names = attributeNames(of: value)
    }
    if names.allSatisfy({ $0.string != nil }) {
      return names.compactMap(\.string).sorted { $0.compare(to: $1) < 0 }.map { .object($0) }
    }
    // Whatever a program's `__dir__` returned is put in order by its own `<`.
    let list = Value.object(ListObject(self, names))
    _ = try callMethod(list, "sort")
    return list.list?.array ?? []
  }

  /// A built-in type's own `__dir__`.
  private func builtinDirectory(of value: Value, _ type: TypeObject) -> Value? {
    if value.type != nil || value.cast(.module, to: ModuleObject.self) != nil { return nil }
    return builtinMethod(.dir, of: type)
  }

  // MARK: Identity

  private func installIdentityFunctions() {
    defineBuiltin("id", "obj, /") { (runtime, arguments) throws(Raised) in .int(runtime.identity(arguments[0])) }
    defineBuiltin("__build_class__", "func, name, /, *bases, **kwds") { (runtime, _) throws(Raised) in
      throw runtime.error("NotImplementedError", "__build_class__() is not supported: write a class statement or call type()")
    }
    defineBuiltin("breakpoint", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      let sys = try runtime.importModule("sys", level: 0, globals: runtime.builtins)
      guard let hook = try runtime.getAttributeIfPresent(sys, runtime.intern("breakpointhook")) else {
        throw runtime.runtimeError("lost sys.breakpointhook")
      }
      return try runtime.call(hook, arguments)
    }
    defineBuiltin("hash", "obj, /") { (runtime, arguments) throws(Raised) in .int(try runtime.hash(arguments[0])) }
    builtins.setShortcut(.hash, of: "hash", self)
  }

  // MARK: For people at a prompt

  private func installInteractiveFunctions() {
    for name in ["exit", "quit"] { builtins.setString(intern(name), .object(QuitterObject(self, name: name))) }
    builtins.setString(intern("help"), .object(HelperObject(self)))
    for name in ["copyright", "credits", "license"] { builtins.setString(intern(name), .object(PrinterObject(self, name: name))) }
  }
}

/// `help`
final class HelperObject: Object {
  init(_ runtime: Runtime) {
    super.init(type: runtime.attachment(SiteTypes.self) { SiteTypes(runtime) }.helper, kind: .other)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    guard arguments.count > 0 else { return .none }
    let pydoc = try runtime.importModule("pydoc", level: 0, globals: runtime.builtins)
    return try runtime.callMethod(pydoc, "help", [arguments[0]])
  }
}

/// `exit` and `quit`: calling them ends the program, looking at them says how to leave.
final class QuitterObject: Object {
  let name: String

  init(_ runtime: Runtime, name: String) {
    self.name = name
    super.init(type: runtime.attachment(SiteTypes.self) { SiteTypes(runtime) }.quitter, kind: .other)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    let code = arguments.keyword("code").defined ?? arguments[0]
    throw runtime.error("SystemExit", [code.isUndefined ? .none : code])
  }
}

/// `copyright`, `credits` and `license`, which say where to read.
final class PrinterObject: Object {
  let name: String

  init(_ runtime: Runtime, name: String) {
    self.name = name
    super.init(type: runtime.attachment(SiteTypes.self) { SiteTypes(runtime) }.printer, kind: .other)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    try runtime.printText("See the files that came with pya.")
    return .none
  }
}

/// Types of what CPython's `site` module adds to the built-ins.
private final class SiteTypes {
  let quitter, helper, printer: TypeObject

  init(_ runtime: Runtime) {
    func make(_ name: String) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.object], instanceKind: .other,
        isHeap: false)
      type.moduleName = "_sitebuiltins"
      return type
    }
    quitter = make("Quitter")
    helper = make("_Helper")
    printer = make("_Printer")
    printer.define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let name = (arguments[0].object as? PrinterObject)?.name ?? "license"
      return .object(runtime.string("Type \(name)() to see the full \(name) text"))
    }
    printer.define(runtime, "__call__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0])
    }
    helper.define(runtime, "__repr__", "self, /") { (runtime, _) throws(Raised) in
      .object(
        runtime.string("Type help() for interactive help, or help(object) for help about object."))
    }
    helper.define(runtime, "__call__", "self, object=None") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0], arguments.dropFirst)
    }
    quitter.define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let name = (arguments[0].object as? QuitterObject)?.name ?? "exit"
      return .object(runtime.string("Use \(name)() or Ctrl-D (i.e. EOF) to exit"))
    }
    quitter.define(runtime, "__call__", "self, code=None") { (runtime, arguments) throws(Raised) in
      throw runtime.error("SystemExit", [arguments[1].isUndefined ? .none : arguments[1]])
    }
  }
}
