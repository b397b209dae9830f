/// `lru_cache`, `cache` and `cached_property`.
extension Runtime {
  func addCaches(to module: ModuleObject) {
    let wrapperType = makeModuleType("_lru_cache_wrapper", in: module)
    module.set(self, "_lru_cache_wrapper", .object(wrapperType))
    defineCacheMethods(wrapperType)
    module.define(self, "lru_cache", "maxsize=128, typed=False") { (runtime, arguments) throws(Raised) in
      let isTyped = arguments[1].isUndefined ? false : try runtime.isTrue(arguments[1])
      let given = arguments[0].defined ?? .int(128)
      if case .object(let object) = given, object.kind != .bigInt, arguments[1].isUndefined, runtime.isCallable(given) {
        return try runtime.makeCache(wrapperType, given, limit: 128, isTyped: false)
      }
      let limit: Int?
      if given.isNone {
        limit = nil
      } else if case .int(let number) = given.plainNumber {
        limit = max(number, 0)
      } else if case .bool(let flag) = given {
        limit = flag ? 1 : 0
      } else {
        throw runtime.typeError("Expected first argument to be an integer, a callable, or None")
      }
      return .object(
        NativeFunction(runtime, "decorating_function", "user_function, /") { (runtime, arguments) throws(Raised) in
          try runtime.makeCache(wrapperType, arguments[0], limit: limit, isTyped: isTyped)
        })
    }
    module.define(self, "cache", "user_function, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeCache(wrapperType, arguments[0], limit: nil, isTyped: false)
    }
    addCachedProperty(to: module)
  }

  private func makeCache(_ type: TypeObject, _ function: Value, limit: Int?, isTyped: Bool) throws(Raised) -> Value {
    guard isCallable(function) else { throw typeError("the first argument must be callable") }
    let cache = Value.object(CacheObject(self, type: type, function, limit: limit, isTyped: isTyped))
    let names: [Value] = ["__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__type_params__"]
      .map { .object(intern($0)) }
    return try updateWrapper(cache, function, names, [.object(intern("__dict__"))])
  }

  private func defineCacheMethods(_ type: TypeObject) {
    func cache(_ value: Value) -> CacheObject {
      unsafeDowncast(value.object.unsafelyUnwrapped, to: CacheObject.self)
    }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try cache(arguments[0]).call(runtime, arguments.dropFirst)
    }
    type.define(self, "cache_clear", "self, /") { (_, arguments) throws(Raised) in
      cache(arguments[0]).clear()
      return .none
    }
    type.define(self, "cache_info", "self, /") { (runtime, arguments) throws(Raised) in
      let cache = cache(arguments[0])
      return .object(
        TupleObject(
          type: try runtime.cacheInfoType(),
          [.int(cache.hits), .int(cache.misses), cache.limit.map { .int($0) } ?? .none, .int(cache.entryCount)]))
    }
    for name in ["__copy__", "__deepcopy__"] {
      type.define(self, name, "self, memo=None, /") { (_, arguments) throws(Raised) in arguments[0] }
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.getAttribute(arguments[0], "__qualname__")
    }
    type.define(self, "cache_parameters", "self, /") { (runtime, arguments) throws(Raised) in
      let cache = cache(arguments[0])
      let result = DictObject(runtime)
      result.setString(runtime.intern("maxsize"), cache.limit.map { .int($0) } ?? .none)
      result.setString(runtime.intern("typed"), .bool(cache.isTyped))
      return .object(result)
    }
  }

  func cacheInfoType() throws(Raised) -> TypeObject {
    let holder = attachment(CacheInfoHolder.self) { CacheInfoHolder() }
    if let type = holder.type { return type }
    let type = try makeNamedTuple(
      "CacheInfo", fields: ["hits", "misses", "maxsize", "currsize"].map { intern($0) }, defaults: [],
      module: "functools")
    holder.type = type
    return type
  }

  // MARK: cached_property

  private func addCachedProperty(to module: ModuleObject) {
    let type = makeModuleType("cached_property", in: module)
    type.defineConstructor(self, "func") { (_, cls, arguments) throws(Raised) in
      .object(CachedPropertyObject(type: cls, arguments[0]))
    }
    type.define(self, "__set_name__", "self, owner, name") { (runtime, arguments) throws(Raised) in
      guard let property = arguments[0].object as? CachedPropertyObject, let name = arguments[2].string else {
        return .none
      }
      if let known = property.name, known.text != name.text {
        throw runtime.typeError(
          "Cannot assign the same cached_property to two different names ('\(known.text)' and '\(name.text)').")
      }
      property.name = runtime.intern(name)
      return .none
    }
    type.defineProperty(self, "func") { (_, value) throws(Raised) in
      (value.object as? CachedPropertyObject)?.function ?? .none
    }
    type.defineProperty(self, "attrname") { (_, value) throws(Raised) in
      (value.object as? CachedPropertyObject)?.name.map { .object($0) } ?? .none
    }
    for name in ["__doc__", "__module__"] {
      let key = intern(name)
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        guard let property = value.object as? CachedPropertyObject else { return .none }
        if let given = property.attributes?.getString(key) { return given }
        return try runtime.getAttributeIfPresent(property.function, key) ?? .none
      } set: { (runtime, value, new) throws(Raised) in
        guard let property = value.object as? CachedPropertyObject else { return }
        if property.attributes == nil { property.attributes = DictObject(runtime) }
        property.attributes?.setString(key, new.defined ?? .none)
      }
    }
    type.defineClassMethod(self, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
    module.set(self, "cached_property", .object(type))
  }
}

private final class CacheInfoHolder {
  var type: TypeObject?
}

/// A function with remembered results: what `lru_cache` makes.
final class CacheObject: Object {
  private let function: Value
  /// How many results are kept; nil: all.
  let limit: Int?
  let isTyped: Bool
  private(set) var hits = 0
  private(set) var misses = 0
  /// Least recently used first.
  private let results: DictObject
  private let dictionary: DictObject
  private let keywordMark: Value

  init(_ runtime: Runtime, type: TypeObject, _ function: Value, limit: Int?, isTyped: Bool) {
    self.function = function
    self.limit = limit
    self.isTyped = isTyped
    results = DictObject(runtime)
    dictionary = DictObject(runtime)
    keywordMark = .object(Instance(type: runtime.types.object))
    super.init(type: type, kind: .other)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    tracer.visit(results)
    tracer.visit(dictionary)
    tracer.visit(keywordMark)
  }

  var entryCount: Int { results.count }

  func clear() {
    hits = 0
    misses = 0
    results.removeAll()
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    if limit == 0 {
      misses += 1
      return try runtime.call(function, arguments)
    }
    let key = makeKey(runtime, arguments)
    let hash = try runtime.hash(key)
    let index = try results.find(key, hash: hash, runtime)
    if index >= 0 {
      hits += 1
      let result = results.entries[index].value
      if limit != nil, index != results.used - 1 {
        let oldKey = results.entries[index].key
        results.remove(at: index)
        results.insert(oldKey, hash: hash, result)
      }
      return result
    }
    misses += 1
    let result = try runtime.call(function, arguments)
    // The call may have come here with the same arguments.
    if try results.find(key, hash: hash, runtime) >= 0 { return result }
    results.insert(key, hash: hash, result)
    if let limit, results.count > limit {
      let oldest = results.firstIndex()
      if oldest >= 0 { results.remove(at: oldest) }
    }
    return result
  }

  /// One int or string stands for itself; other arguments make a tuple.
  private func makeKey(_ runtime: Runtime, _ arguments: Arguments) -> Value {
    if arguments.count == 1, !arguments.hasKeywords, !isTyped {
      let value = arguments[0]
      if case .int = value { return value }
      if case .object(let object) = value, object.isExactly(runtime.types.str) { return value }
    }
    if !arguments.hasKeywords, !isTyped {
      return .object(TupleObject(type: runtime.types.tuple, copying: arguments.base, count: arguments.count))
    }
    var parts = arguments.positional
    if arguments.hasKeywords {
      parts.append(keywordMark)
      for (name, value) in arguments.keywords { parts += [.object(name), value] }
    }
    if isTyped {
      for index in 0..<(arguments.count + arguments.keywordNames.count) {
        parts.append(.object(runtime.type(of: arguments.base[index])))
      }
    }
    return .object(TupleObject(runtime, parts))
  }

  override var isDescriptor: Bool { true }
  override var bindsAsMethod: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined { return .object(self) }
    return .object(BoundMethod(runtime, function: .object(self), receiver: instance))
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { dictionary }
  override var existingInstanceDictionary: DictObject? { dictionary }
}

/// `functools.cached_property`: computes once, then the instance's own attribute hides it.
private final class CachedPropertyObject: Object {
  let function: Value
  var name: StringObject?
  /// What the program has stored.
  var attributes: DictObject?

  init(type: TypeObject, _ function: Value) {
    self.function = function
    super.init(type: type, kind: .other)
  }

  override var existingInstanceDictionary: DictObject? { attributes }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if attributes == nil { attributes = DictObject(runtime) }
    return attributes
  }

  override var isDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined { return .object(self) }
    guard let name else {
      throw runtime.typeError("Cannot use cached_property instance without calling __set_name__ on it.")
    }
    let isStorable = instance.instance != nil ? !owner.hasNoInstanceDictionary : instance.object?.instanceDictionary(runtime) != nil
    guard isStorable else {
      throw runtime.typeError(
        "No '__dict__' attribute on '\(owner.name)' instance to cache '\(name.text)' property.")
    }
    if let kept = instance.object?.existingInstanceDictionary?.getString(name) { return kept }
    let value = try runtime.call(function, instance)
    if instance.object?.kind == .type {
      throw runtime.typeError(
        "The '__dict__' attribute on '\(owner.name)' instance does not support item assignment for caching '\(name.text)' property.")
    }
    if type.isHeap, let dictionary = instance.object?.instanceDictionary(runtime) {
      // A class of the program may refuse what is assigned to the attribute.
      dictionary.setString(name, value)
    } else {
      try runtime.storeAttribute(instance, name, value)
    }
    return value
  }
}
