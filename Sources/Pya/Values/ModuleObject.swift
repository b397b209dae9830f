/// A module: a name and a namespace.
final class ModuleObject: Object {
  let name: String
  /// Behind `__dict__`; for a module of the program also its globals.
  let namespace: DictObject
  /// Made by `types.ModuleType`, and not by an import.
  var isMadeByProgram = false
  /// Makes an attribute when it is first asked for; nil: there is none of this name.
  var lazyAttribute: ((Runtime, ModuleObject, StringObject) throws(Raised) -> Value?)?

  /// With a namespace that is there already: `builtins`.
  init(_ runtime: Runtime, name: String, namespace: DictObject? = nil) {
    self.name = name
    self.namespace = namespace ?? DictObject(runtime)
    super.init(type: runtime.types.module, kind: .module)
    set(runtime, "__name__", .object(runtime.string(name)))
    set(runtime, "__doc__", .none)
  }

  func set(_ runtime: Runtime, _ name: String, _ value: Value) {
    namespace.setString(runtime.intern(name), value)
  }

  /// A module's own `__getattr__` function answers for names it does not define.
  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    if let lazyAttribute, let value = try lazyAttribute(runtime, self, name) { return value }
    if name === runtime.names.dict || name === runtime.names.class { return nil }
    guard let function = namespace.getString(runtime.names[.getattr]) else { return nil }
    return try runtime.call(function, .object(name))
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { namespace }
  override var existingInstanceDictionary: DictObject? { namespace }
}
