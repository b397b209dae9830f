/// A module: a name and a namespace.
final class ModuleObject: Object {
  private(set) var name: String
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

  /// What `types.ModuleType.__new__` makes: a module, perhaps of a class of the program, without names.
  init(type: TypeObject, namespace: DictObject) {
    name = "?"
    self.namespace = namespace
    isMadeByProgram = true
    super.init(type: type, kind: .module)
  }

  /// `types.ModuleType.__init__`
  func initialize(_ runtime: Runtime, name: StringObject, doc: Value) {
    self.name = name.text
    set(runtime, "__name__", .object(name))
    set(runtime, "__doc__", doc)
    for attribute in ["__package__", "__loader__", "__spec__"] { set(runtime, attribute, .none) }
  }

  func set(_ runtime: Runtime, _ name: String, _ value: Value) {
    namespace.setString(runtime.intern(name), value)
  }

  /// A module's own `__getattr__` function answers for names it does not define.
  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    if let lazyAttribute, let value = try lazyAttribute(runtime, self, name) { return value }
    if name === runtime.names.dict || name === runtime.names.class { return nil }
    if name === runtime.names.annotations {
      let annotations = Value.object(DictObject(runtime))
      namespace.setString(name, annotations)
      return annotations
    }
    guard let function = namespace.getString(runtime.names[.getattr]) else { return nil }
    return try runtime.call(function, .object(name))
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { namespace }
  override var existingInstanceDictionary: DictObject? { namespace }
}
