import PyaSyntax

/// `functools`. Caches are in FunctoolsModule+Caches.swift; dispatch on types and partial methods are written in the language.
extension Runtime {
  func makeFunctoolsModule() -> ModuleObject {
    let module = ModuleObject(self, name: "functools")
    addReduce(to: module)
    addPartial(to: module)
    addWrapping(to: module)
    addOrdering(to: module)
    addCaches(to: module)
    module.markAsPython(self, ["update_wrapper", "wraps", "total_ordering", "lru_cache", "cache"])
    let dispatching: Set = ["singledispatch", "singledispatchmethod", "partialmethod", "_make_key"]
    let all = [
      "update_wrapper", "wraps", "WRAPPER_ASSIGNMENTS", "WRAPPER_UPDATES", "total_ordering", "cache", "cmp_to_key",
      "lru_cache", "reduce", "partial", "partialmethod", "singledispatch", "singledispatchmethod", "cached_property",
    ]
    module.set(self, "__all__", .object(ListObject(self, all.map { .object(string($0)) })))
    module.lazyAttribute = { (runtime, module, name) throws(Raised) in
      if name.text == "_CacheInfo" { return .object(try runtime.cacheInfoType()) }
      guard dispatching.contains(name.text) else { return nil }
      let library = try runtime.importModule("_functools_dispatch", level: 0, globals: runtime.builtins)
      let value = try runtime.getAttribute(library, name)
      module.set(runtime, name.text, value)
      return value
    }
    return module
  }

  /// A type of a module whose instances are of kind `.other`.
  func makeModuleType(_ name: String, in module: ModuleObject) -> TypeObject { TypeObject(self, module: module.name, name) }

  private func addReduce(to module: ModuleObject) {
    module.define(self, "reduce", "function, iterable, initial=None, /") { (runtime, arguments) throws(Raised) in
      let function = arguments[0]
      var total = arguments[2]
      guard runtime.isIterable(arguments[1]) else {
        throw runtime.typeError("reduce() arg 2 must support iteration")
      }
      try runtime.forEach(arguments[1]) { (element) throws(Raised) in
        total = total.isUndefined ? element : try runtime.call(function, total, element)
      }
      if total.isUndefined { throw runtime.typeError("reduce() of empty iterable with no initial value") }
      return total
    }
  }

  // MARK: partial

  private func addPartial(to module: ModuleObject) {
    let type = makeModuleType("partial", in: module)
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      guard arguments.count > 0 else { throw runtime.typeError("type 'partial' takes at least one argument") }
      guard runtime.isCallable(arguments[0]) else {
        throw runtime.typeError("the first argument must be callable")
      }
      return .object(PartialObject(runtime, type: cls, arguments[0], arguments.dropFirst))
    }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try arguments[0].object.unsafelyUnwrapped.call(runtime, arguments.dropFirst)
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let partial = arguments[0].object as? PartialObject else { return .none }
      return .object(try partial.representation(runtime))
    }
    type.defineProperty(self, "func") { (_, value) throws(Raised) in
      (value.object as? PartialObject)?.function ?? .none
    }
    type.defineProperty(self, "args") { (runtime, value) throws(Raised) in
      runtime.tuple((value.object as? PartialObject)?.positional ?? [])
    }
    type.defineProperty(self, "keywords") { (runtime, value) throws(Raised) in
      .object((value.object as? PartialObject)?.keywords ?? DictObject(runtime))
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let partial = arguments[0].object as? PartialObject else { return .none }
      let state = runtime.tuple([
        partial.function, runtime.tuple(partial.positional), .object(partial.keywords),
        partial.existingInstanceDictionary.map { .object($0) } ?? .none,
      ])
      return runtime.tuple([.object(partial.type), runtime.tuple([partial.function]), state])
    }
    type.define(self, "__setstate__", "self, state, /") { (runtime, arguments) throws(Raised) in
      guard let partial = arguments[0].object as? PartialObject else { return .none }
      try partial.setState(runtime, arguments[1])
      return .none
    }
    defineTypeArguments(of: type)
    defineDescriptorProtocol(of: type, isData: false)
    module.set(self, "partial", .object(type))
  }

  // MARK: wraps

  private func addWrapping(to module: ModuleObject) {
    let assignments: [Value] = ["__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__type_params__"]
      .map { .object(intern($0)) }
    let updates: [Value] = [.object(intern("__dict__"))]
    module.set(self, "WRAPPER_ASSIGNMENTS", tuple(assignments))
    module.set(self, "WRAPPER_UPDATES", tuple(updates))
    module.define(
      self, "update_wrapper", "wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES"
    ) { (runtime, arguments) throws(Raised) in
      try runtime.updateWrapper(
        arguments[0], arguments[1], try arguments[2].defined.map { (names) throws(Raised) in try runtime.array(names) } ?? assignments,
        try arguments[3].defined.map { (names) throws(Raised) in try runtime.array(names) } ?? updates)
    }
    module.define(self, "wraps", "wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES") {
      (runtime, arguments) throws(Raised) in
      let wrapped = arguments[0]
      let assigned = try arguments[1].defined.map { (names) throws(Raised) in try runtime.array(names) } ?? assignments
      let updated = try arguments[2].defined.map { (names) throws(Raised) in try runtime.array(names) } ?? updates
      return .object(
        NativeFunction(runtime, "update_wrapper", "wrapper") { (runtime, arguments) throws(Raised) in
          try runtime.updateWrapper(arguments[0], wrapped, assigned, updated)
        })
    }
  }

  /// Makes a wrapper look like what it wraps.
  func updateWrapper(_ wrapper: Value, _ wrapped: Value, _ assigned: [Value], _ updated: [Value]) throws(Raised) -> Value {
    for value in assigned {
      guard let name = value.string else { throw typeError("attribute name must be string, not '\(typeName(value))'") }
      if let attribute = try getAttributeIfPresent(wrapped, intern(name)) {
        try setAttribute(wrapper, intern(name), attribute)
      }
    }
    for value in updated {
      guard let name = value.string else { throw typeError("attribute name must be string, not '\(typeName(value))'") }
      let target = try getAttribute(wrapper, intern(name))
      let source = try getAttributeIfPresent(wrapped, intern(name)) ?? .object(DictObject(self))
      _ = try callMethod(target, "update", [source])
    }
    try setAttribute(wrapper, names.wrapped, wrapped)
    return wrapper
  }

  // MARK: Ordering

  private func addOrdering(to module: ModuleObject) {
    let keyType = TypeObject(self, module: "functools", "KeyWrapper")
    for op in ComparisonOperator.rich {
      keyType.define(self, op.methodName, "self, other, /") { (runtime, arguments) throws(Raised) in
        guard let first = arguments[0].object as? ComparisonKey, let second = arguments[1].object as? ComparisonKey else {
          throw runtime.typeError("other argument must be K instance")
        }
        let result = try runtime.call(first.function, first.value, second.value)
        return try runtime.compare(op, result, .int(0))
      }
    }
    keyType.defineProperty(self, "obj") { (_, value) throws(Raised) in (value.object as? ComparisonKey)?.value ?? .none }
    keyType.defineAsUnhashable(self)
    module.define(self, "cmp_to_key", "mycmp") { (runtime, arguments) throws(Raised) in
      let function = arguments[0]
      return .object(
        NativeFunction(runtime, "K", "obj") { (_, arguments) throws(Raised) in
          .object(ComparisonKey(type: keyType, function, arguments[0]))
        })
    }
    module.define(self, "total_ordering", "cls") { (runtime, arguments) throws(Raised) in
      try runtime.completeOrdering(of: arguments[0])
      return arguments[0]
    }
  }

  /// Adds the comparisons that follow from the one a class has.
  private func completeOrdering(of cls: Value) throws(Raised) {
    guard let type = cls.type else { throw typeError("total_ordering expects a class") }
    let order: [(SpecialMethod, ComparisonOperator)] = [
      (.lt, .less), (.le, .lessEqual), (.gt, .greater), (.ge, .greaterEqual),
    ]
    let defined = order.filter { (method, _) in
      guard let found = type.lookup(names[method]) else { return false }
      return !found.isIdentical(to: types.object.lookup(names[method]) ?? .undefined)
    }
    guard let (root, rootOperator) = defined.first else {
      throw valueError("must define at least one ordering operation: < > <= >=")
    }
    for (method, op) in order where !defined.contains(where: { $0.0 == method }) {
      let function = NativeFunction(self, method.pythonName, "self, other, /", owner: type) {
        (runtime, arguments) throws(Raised) in
        try runtime.derivedComparison(op, from: rootOperator, root, arguments[0], arguments[1])
      }
      function.moduleName = "functools"
      try setAttribute(cls, names[method], .object(function))
    }
  }

  private func derivedComparison(
    _ op: ComparisonOperator, from rootOperator: ComparisonOperator, _ root: SpecialMethod, _ a: Value, _ b: Value
  ) throws(Raised) -> Value {
    guard let method = type(of: a).lookup(names[root]) else { return .notImplemented }
    let result = try callSpecial(method, a, b)
    if result.isNotImplemented { return result }
    let holds = try isTrue(result)
    let pointsSameWay = (op == .less || op == .lessEqual) == (rootOperator == .less || rootOperator == .lessEqual)
    let isStrict = op == .less || op == .greater
    let rootIsStrict = rootOperator == .less || rootOperator == .greater
    if pointsSameWay {
      // `<=` from `<`: or equal. `<` from `<=`: and not equal.
      if rootIsStrict { return holds ? result : try compare(.equal, a, b) }
      return holds ? try compare(.notEqual, a, b) : result
    }
    if isStrict != rootIsStrict { return .bool(!holds) }
    if isStrict { return holds ? .bool(false) : try compare(.notEqual, a, b) }
    return holds ? try compare(.equal, a, b) : .bool(true)
  }
}

/// An element as `sort` compares it, for `cmp_to_key`.
private final class ComparisonKey: Object {
  let function: Value
  let value: Value

  init(type: TypeObject, _ function: Value, _ value: Value) {
    self.function = function
    self.value = value
    super.init(type: type, kind: .other)
  }

  override func quickComparison(_ op: ComparisonOperator, _ other: Unmanaged<Object>) throws(Raised) -> Bool? {
    guard other.isOfClass(ComparisonKey.self) else { return nil }
    let runtime = type.runtime
    let order = try runtime.call(function, value, other.as(ComparisonKey.self)._withUnsafeGuaranteedRef { $0.value })
    if case .int(let order) = order { return op.holds(order, 0) }
    return try runtime.isTrue(try runtime.compare(op, order, .int(0)))
  }
}

/// `functools.partial`: a callable with some arguments given already.
final class PartialObject: Object {
  @exclusivity(unchecked) private(set) var function: Value
  @exclusivity(unchecked) private(set) var positional: [Value]
  @exclusivity(unchecked) private(set) var keywords: DictObject
  private var dictionary: DictObject?
  /// The names of `keywords`, and the state of that dictionary when they were read.
  @exclusivity(unchecked) private var names: (list: [StringObject], changes: Int) = ([], -1)

  init(_ runtime: Runtime, type: TypeObject, _ callee: Value, _ arguments: Arguments) {
    // A partial of a partial is one partial.
    if let inner = callee.object as? PartialObject, inner.dictionary == nil {
      function = inner.function
      positional = inner.positional + arguments.positional
      keywords = inner.keywords.copy(runtime)
    } else {
      function = callee
      positional = arguments.positional
      keywords = DictObject(runtime)
    }
    for (name, value) in arguments.keywords { keywords.setString(name, value) }
    super.init(type: type, kind: .other)
  }

  override var isDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if !instance.isUndefined {
      try runtime.issueWarning(
        "functools.partial will be a method descriptor in future Python versions; wrap it in staticmethod() if you want to preserve the "
          + "old behavior", category: "FutureWarning")
    }
    return .object(self)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    tracer.visit(&positional)
    tracer.visit(keywords)
    tracer.visit(dictionary)
  }

  /// The arguments are a tuple there.
  override var trackedCount: Int { positional.isEmpty ? 1 : 2 }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    // It may have been made a partial of itself.
    try runtime.enter()
    defer { runtime.leave() }
    let given = arguments.count + arguments.keywordNames.count
    if keywords.count == 0 {
      let total = positional.count + given
      let base = try runtime.machine.reserve(total)
      defer { runtime.machine.release(base, total) }
      for index in 0..<positional.count { (base + index).initialize(to: positional[index]) }
      for index in 0..<given { (base + positional.count + index).initialize(to: arguments.base[index]) }
      return try runtime.call(
        function, Arguments(base, positional.count + arguments.count, keywordNames: arguments.keywordNames))
    }
    if arguments.keywordNames.isEmpty, keywords.count == keywords.used, let list = names(runtime) {
      let (before, total) = (positional.count + arguments.count, positional.count + arguments.count + list.count)
      let base = try runtime.machine.reserve(total)
      defer { runtime.machine.release(base, total) }
      for index in 0..<positional.count { (base + index).initialize(to: positional[index]) }
      (base + positional.count).initializeCopies(of: arguments.base, count: arguments.count)
      for index in 0..<list.count { (base + before + index).initialize(toCopyAt: keywords.valuePlace(index)) }
      return try runtime.call(function, Arguments(base, before, keywordNames: list))
    }
    let merged = keywords.copy(runtime)
    for (name, value) in arguments.keywords { merged.setString(name, value) }
    var named: [(name: StringObject, value: Value)] = []
    for entry in merged.liveEntries {
      guard let name = entry.key.string else { throw runtime.typeError("keywords must be strings") }
      named.append((runtime.intern(name), entry.value))
    }
    return try runtime.call(function, positional + arguments.positional, keywords: named)
  }

  /// The keywords' names in order; nil: not all are names.
  private func names(_ runtime: Runtime) -> [StringObject]? {
    if names.changes == keywords.changes { return names.list }
    var list: [StringObject] = []
    for index in 0..<keywords.used {
      guard let name = keywords.keyPlace(index).pointee.string else { return nil }
      list.append(runtime.intern(name))
    }
    names = (list, keywords.changes)
    return list
  }

  func representation(_ runtime: Runtime) throws(Raised) -> StringObject {
    if runtime.openRepresentations.contains(address) { return runtime.string("...") }
    runtime.openRepresentations.append(address)
    defer { runtime.openRepresentations.removeLast() }
    try runtime.enter()
    defer { runtime.leave() }
    var parts = [try runtime.repr(function).text]
    for value in positional { parts.append(try runtime.repr(value).text) }
    for entry in keywords.liveEntries {
      parts.append("\(try runtime.str(entry.key).text)=\(try runtime.repr(entry.value).text)")
    }
    return runtime.string("\(runtime.publicName(of: type))(\(parts.joined(separator: ", ")))")
  }

  /// What `__reduce__` gave: (function, positional, keywords, attributes).
  func setState(_ runtime: Runtime, _ state: Value) throws(Raised) {
    guard let parts = state.tuple, parts.count == 4, runtime.isCallable(parts[0]), let given = parts[1].tuple,
      parts[2].isNone || parts[2].dict != nil, parts[3].isNone || parts[3].dict != nil
    else { throw runtime.typeError("invalid partial state") }
    function = parts[0]
    positional = (0..<given.count).map { given[$0] }
    keywords = parts[2].dict?.copy(runtime) ?? DictObject(runtime)
    names = ([], -1)
    dictionary = parts[3].dict
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
}
