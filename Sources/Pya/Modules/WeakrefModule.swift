/// A weak reference: `weakref.ref(object, callback)`.
///
/// What Swift refers to weakly has its count in a side table from then on, where each retain and release takes a call of 30 instructions. So
/// objects of kinds that tell of their death are held by address alone, which they take away when they go.
final class WeakReferenceObject: DeathObserver {
  private var referent: Unmanaged<Object>?
  /// The referent, if it is of another kind.
  private weak var other: Object?
  fileprivate let callback: Value
  /// Of the referent, once asked for: it outlives the referent.
  fileprivate var rememberedHash: Int?
  fileprivate let dictionary: DictObject?

  fileprivate init(_ runtime: Runtime, type: TypeObject, _ target: Object, callback: Value) {
    self.callback = callback
    dictionary = type.isHeap ? DictObject(runtime) : nil
    super.init(type: type, kind: .other)
    if runtime.tellsOfDeath(target) {
      referent = .passUnretained(target)
      runtime.whenFreed(target, tell: self)
    } else {
      other = target
    }
  }

  deinit {
    if let referent { type.runtime.stopObserving(referent, self) }
  }

  var target: Object? {
    referent?.takeUnretainedValue() ?? other
  }

  override func wasFreed(_ runtime: Runtime) {
    if callback.isNone { return }
    do throws(Raised) { _ = try runtime.call(callback, .object(self)) } catch { runtime.reportUnraisable(error, in: callback) }
  }

  override func followTarget(to twin: Object) { referent = .passUnretained(twin) }

  override func forgetTarget() {
    referent = nil
    other = nil
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(callback)
    tracer.visit(dictionary)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    if type.isHeap, let method = type.lookup(runtime.names[.call]), method.cast(.function, to: FunctionObject.self) != nil {
      return try runtime.callUnbound(method, .object(self), arguments)
    }
    return target.map { .object($0) } ?? .none
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { dictionary }
  override var existingInstanceDictionary: DictObject? { dictionary }
}

private final class WeakReferences {
  let type: TypeObject

  init(_ runtime: Runtime) {
    type = TypeObject(runtime, module: "weakref", "ReferenceType")
  }
}

extension Runtime {
  private var weakReferences: WeakReferences { attachment(WeakReferences.self) { WeakReferences(self) } }

  /// `_weakref`: what the module `weakref` is built on.
  func makeWeakrefModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_weakref")
    let type = weakReferences.type
    if type.construct == nil { installReferenceType(type) }
    module.set(self, "ref", .object(type))
    module.define(self, "getweakrefcount", "object, /") { (runtime, arguments) throws(Raised) in
      guard case .object(let object) = arguments[0] else { return .int(0) }
      return .int(runtime.observers(of: object).count)
    }
    module.define(self, "getweakrefs", "object, /") { (runtime, arguments) throws(Raised) in
      guard case .object(let object) = arguments[0] else { return .object(ListObject(runtime, [])) }
      let observers = runtime.observers(of: object)
      let plain = observers.filter { runtime.isPlainReference($0) }
      return .object(ListObject(runtime, (plain + observers.reversed().filter { !runtime.isPlainReference($0) }).map { .object($0) }))
    }
    return module
  }

  private func installReferenceType(_ type: TypeObject) {
    for name in ["__copy__", "__deepcopy__"] {
      type.define(self, name, "self, memo=None, /") { (_, arguments) throws(Raised) in arguments[0] }
    }
    type.defineConstructor(self, "*args, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      if arguments.hasKeywords, !cls.isHeap { throw runtime.typeError("ref() takes no keyword arguments") }
      guard (1...2).contains(arguments.count) else {
        throw runtime.typeError(
          arguments.count == 0
            ? "ReferenceType expected at least 1 argument, got 0" : "ReferenceType expected at most 2 arguments, got \(arguments.count)")
      }
      let callback = arguments[1].isUndefined ? Value.none : arguments[1]
      return .object(try runtime.weakReference(to: arguments[0], callback: callback, cls))
    }
    type.define(self, "__init__", "self, object, callback=None, /") { (_, _) throws(Raised) in .none }
    type.define(self, "__call__", "self, /") { (runtime, arguments) throws(Raised) in
      (arguments[0].object as? WeakReferenceObject)?.target.map { .object($0) } ?? .none
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let reference = arguments[0].object as? WeakReferenceObject else { return .none }
      let place = runtime.addressText(arguments[0])
      guard let target = reference.target else { return .object(runtime.string("<weakref at \(place); dead>")) }
      var name = ""
      // What `__getattr__` of the program makes up is no name.
      if !target.type.isHeap || target.type.lookup(runtime.names.name) != nil,
        let found = try runtime.getAttributeIfPresent(.object(target), runtime.names.name)?.string
      {
        name = " (\(found.text))"
      }
      let address = runtime.addressText(.object(target))
      return .object(
        runtime.string("<weakref at \(place); to '\(runtime.typeName(.object(target)))' at \(address)\(name)>"))
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let reference = arguments[0].object as? WeakReferenceObject else { return .none }
      if let hash = reference.rememberedHash { return .int(hash) }
      guard let target = reference.target else { throw runtime.typeError("weak object has gone away") }
      let hash = try runtime.hash(.object(target))
      reference.rememberedHash = hash
      return .int(hash)
    }
    type.define(self, "__eq__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let left = arguments[0].object as? WeakReferenceObject, let right = arguments[1].object as? WeakReferenceObject
      else { return .notImplemented }
      guard let first = left.target, let second = right.target else { return .bool(left === right) }
      return .bool(try runtime.equals(.object(first), .object(second)))
    }
    type.defineProperty(self, "__callback__") { (_, value) throws(Raised) in
      guard let reference = value.object as? WeakReferenceObject, reference.target != nil else { return .none }
      return reference.callback
    }
    defineTypeArguments(of: type)
  }

  private func weakReference(to value: Value, callback: Value, _ cls: TypeObject) throws(Raised) -> WeakReferenceObject {
    guard case .object(let object) = value, allowsWeakReferences(object) else {
      throw typeError("cannot create weak reference to '\(typeName(value))' object")
    }
    let isPlain = callback.isNone && cls === weakReferences.type
    if isPlain, let known = observers(of: object).first(where: isPlainReference) as? WeakReferenceObject { return known }
    return WeakReferenceObject(self, type: cls, object, callback: callback)
  }

  /// A reference without a callback, of which there is one for each object.
  private func isPlainReference(_ observer: DeathObserver) -> Bool {
    guard let reference = observer as? WeakReferenceObject else { return false }
    return reference.callback.isNone && reference.isExactly(weakReferences.type)
  }

  /// Whether the object tells its observers when it is freed.
  fileprivate func tellsOfDeath(_ object: Object) -> Bool {
    switch object.kind {
    case .instance, .list, .dict, .set, .function, .boundMethod, .generator, .coroutine, .asyncGenerator, .exception: true
    case .awaitable: object is FutureObject
    default: object is DequeObject
    }
  }

  private func allowsWeakReferences(_ object: Object) -> Bool {
    switch object.kind {
    case .function, .nativeFunction, .boundMethod, .set, .generator, .coroutine, .asyncGenerator, .module, .type, .code:
      return object.type.isHeap || !typesWithoutWeakReferences.contains(object.type.name)
    case .dict where !object.type.isHeap: return !object.isExactly(types.dict)
    case .intInstance, .tuple, .bytes: return false
    case .awaitable: return object is FutureObject || object is NativeCoroutine
    case .other where !object.type.isHeap:
      return !typesWithoutWeakReferences.contains(object.type.name)
    default:
      if object is FileObject { return true }
      return object.type.isHeap && (object.type.lookup(intern("__weakref__")) != nil || hasWeakReferenceSlot(object.type))
    }
  }

  /// `__slots__` names `__weakref__`.
  private func hasWeakReferenceSlot(_ type: TypeObject) -> Bool {
    type.mro.contains { ancestor in
      guard let slots = ancestor.attributes.getString(names.slots) else { return false }
      let listed = slots.tuple?.array ?? slots.list?.array ?? [slots]
      return listed.contains { $0.string?.text == "__weakref__" }
    }
  }
}

/// Built-in types whose instances refuse weak references, among those of kinds that have them otherwise.
private let typesWithoutWeakReferences: Set<String> = [
  "slice", "frame", "traceback", "mappingproxy", "NoneType", "Match", "SRE_Scanner", "date", "datetime", "time", "timedelta", "timezone",
  "Decimal", "Context", "HASH", "HASHXOF", "blake2b", "blake2s", "HMAC", "Compress", "Decompress", "SimpleNamespace", "ContextVar", "Token",
  "itemgetter", "attrgetter", "methodcaller", "ReferenceType", "ProxyType", "CallableProxyType", "UnionType", "method_descriptor",
  "wrapper_descriptor", "method-wrapper", "getset_descriptor", "member_descriptor", "writer", "Dialect", "KeyWrapper",
]
