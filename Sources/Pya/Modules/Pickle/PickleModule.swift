/// What the writer and the reader of pickles ask of the module `pickle`: its exceptions, and functions for what is rare.
final class PickleSupport {
  let newObject, newObjectEx, extend: StringObject
  /// The module of built-in functions and that of ExceptionGroup: to CPython these are other strings than the one of its types.
  let moduleOfFunctions, moduleOfGroup: StringObject
  fileprivate let memoType: TypeObject
  private unowned(unsafe) let runtime: Runtime

  fileprivate init(_ runtime: Runtime) {
    self.runtime = runtime
    newObject = runtime.intern("__newobj__")
    newObjectEx = runtime.intern("__newobj_ex__")
    extend = runtime.intern("extend")
    moduleOfFunctions = runtime.string("builtins")
    moduleOfGroup = runtime.string("builtins")
    memoType = TypeObject(
      runtime, metatype: runtime.types.type, name: "PicklerMemoProxy", bases: [runtime.types.object], instanceKind: .other,
      isHeap: false)
    memoType.moduleName = "_pickle"
  }

  func function(_ name: String) throws(Raised) -> Value {
    try runtime.getAttribute(try runtime.importModule("pickle", level: 0, globals: runtime.builtins), name)
  }

  func getattr() throws(Raised) -> Value { try function("_getattr") }

  func exceptionType(_ name: String) throws(Raised) -> TypeObject? { try function(name).type }

  func error(_ name: String, _ message: String) -> Raised {
    do throws(Raised) {
      let made = try runtime.call(try function(name), .object(runtime.string(message)))
      if let exception = made.exception { return Raised(exception) }
    } catch { return error }
    return runtime.valueError(message)
  }

  func decode(_ bytes: [UInt8], _ encoding: String, _ errors: Value) throws(Raised) -> Value {
    let content = Value.object(BytesObject(type: runtime.types.bytes, bytes))
    var arguments: [Value] = [.object(runtime.string(encoding))]
    if !errors.isUndefined { arguments.append(errors) }
    return try runtime.callMethod(content, "decode", arguments)
  }
}

extension Runtime {
  var pickleSupport: PickleSupport { attachment(PickleSupport.self) { PickleSupport(self) } }

  /// `_pickle`: what stands behind the classes of the module `pickle`.
  func makePickleModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_pickle")
    let memoType = pickleSupport.memoType
    memoType.construct = { (_, cls, _) throws(Raised) in .object(PickleMemo(type: cls)) }
    memoType.define(self, "clear", "self, /") { (_, arguments) throws(Raised) in
      memo(arguments[0])?.removeAll()
      return .none
    }
    func memo(_ value: Value) -> PickleMemo? {
      guard let object = value.object, object.isExactly(memoType) else { return nil }
      return unsafeDowncast(object, to: PickleMemo.self)
    }
    module.set(self, "Memo", .object(memoType))
    module.define(self, "dumps", "obj, protocol=None, *, fix_imports=True, buffer_callback=None") {
      (runtime, arguments) throws(Raised) in
      var hooks = PickleWriter.Hooks()
      if !arguments[2].isUndefined { hooks.usesOldNames = try runtime.isTrue(arguments[2]) }
      let version = try runtime.pickleVersion(arguments[1])
      if !arguments[3].isUndefined, !arguments[3].isNone, version < 5 {
        throw runtime.valueError("buffer_callback needs protocol >= 5")
      }
      var writer = PickleWriter(runtime, PickleMemo(type: memoType), version: version, hooks)
      return .object(BytesObject(type: runtime.types.bytes, try writer.write(arguments[0])))
    }
    module.define(self, "loads", "data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=()") {
      (runtime, arguments) throws(Raised) in
      let bytes = try runtime.bytesArgument(arguments[0])
      var hooks = PickleReader.Hooks()
      if !arguments[1].isUndefined { hooks.usesOldNames = try runtime.isTrue(arguments[1]) }
      hooks.encoding = arguments[2]
      hooks.errors = arguments[3]
      if !arguments[4].isUndefined, !arguments[4].isNone { hooks.buffers = try runtime.iterate(arguments[4]) }
      var reader = PickleReader(runtime, PickleMemo(type: memoType), bytes, hooks)
      return try reader.load()
    }
    // For `Pickler.dump` and `Unpickler.load`; None stands for what the object does not bring.
    module.define(self, "write", "memo, obj, protocol, fix_imports, persistent_id, dispatch_table, reducer_override, /") {
      (runtime, arguments) throws(Raised) in
      guard let memo = memo(arguments[0]) else { throw runtime.typeError("a memo is required") }
      var hooks = PickleWriter.Hooks()
      hooks.usesOldNames = try runtime.isTrue(arguments[3])
      if !arguments[4].isNone { hooks.persistentID = arguments[4] }
      if !arguments[5].isNone { hooks.dispatchTable = arguments[5] }
      if !arguments[6].isNone { hooks.reducerOverride = arguments[6] }
      var writer = PickleWriter(runtime, memo, version: try runtime.pickleVersion(arguments[2]), hooks)
      return .object(BytesObject(type: runtime.types.bytes, try writer.write(arguments[1])))
    }
    module.define(
      self, "read", "memo, read, readline, fix_imports, encoding, errors, buffers, persistent_load, find_class, /"
    ) { (runtime, arguments) throws(Raised) in
      guard let memo = memo(arguments[0]) else { throw runtime.typeError("a memo is required") }
      var hooks = PickleReader.Hooks()
      hooks.read = arguments[1]
      hooks.readLine = arguments[2]
      hooks.usesOldNames = try runtime.isTrue(arguments[3])
      hooks.encoding = arguments[4]
      hooks.errors = arguments[5]
      hooks.buffers = arguments[6]
      if !arguments[7].isNone { hooks.persistentLoad = arguments[7] }
      if !arguments[8].isNone { hooks.findClass = arguments[8] }
      var reader = PickleReader(runtime, memo, nil, hooks)
      return try reader.load()
    }
    return module
  }

  /// A protocol as programs give it; negative for the highest.
  fileprivate func pickleVersion(_ value: Value) throws(Raised) -> Int {
    if value.isUndefined || value.isNone { return 4 }
    let version = try index(value)
    if version < 0 { return 5 }
    if version > 5 { throw valueError("pickle protocol must be <= 5") }
    return version
  }
}
