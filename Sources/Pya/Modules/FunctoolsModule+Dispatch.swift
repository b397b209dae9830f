/// `singledispatch` and `singledispatchmethod`: functions that choose by the type of their first argument.
extension Runtime {
  func addDispatch(to module: ModuleObject) {
    let type = makeModuleType("singledispatch", in: module)
    defineDispatchMethods(type)
    module.define(self, "singledispatch", "func") { (runtime, arguments) throws(Raised) in
      let dispatcher = DispatchObject(runtime, type: type, arguments[0])
      return try runtime.updateWrapper(
        .object(dispatcher), arguments[0],
        ["__module__", "__name__", "__qualname__", "__doc__"].map { .object(runtime.intern($0)) },
        [.object(runtime.intern("__dict__"))])
    }
    let methodType = makeModuleType("singledispatchmethod", in: module)
    methodType.defineConstructor(self, "func") { (runtime, cls, arguments) throws(Raised) in
      .object(DispatchMethodObject(type: cls, DispatchObject(runtime, type: type, arguments[0])))
    }
    methodType.define(self, "register", "self, cls, method=None") { (runtime, arguments) throws(Raised) in
      guard let method = arguments[0].object as? DispatchMethodObject else { return .none }
      return try runtime.register(method.dispatcher, arguments[1], arguments[2].defined ?? .none)
    }
    module.set(self, "singledispatchmethod", .object(methodType))
  }

  private func defineDispatchMethods(_ type: TypeObject) {
    func dispatcher(_ value: Value) -> DispatchObject {
      unsafeDowncast(value.object.unsafelyUnwrapped, to: DispatchObject.self)
    }
    type.define(self, "register", "self, cls, func=None") { (runtime, arguments) throws(Raised) in
      try runtime.register(dispatcher(arguments[0]), arguments[1], arguments[2].defined ?? .none)
    }
    type.define(self, "dispatch", "self, cls") { (runtime, arguments) throws(Raised) in
      guard let cls = arguments[1].type else { throw runtime.typeError("dispatch() argument must be a class") }
      return dispatcher(arguments[0]).implementation(for: cls)
    }
    type.defineProperty(self, "registry") { (_, value) throws(Raised) in .object(dispatcher(value).registry) }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try dispatcher(arguments[0]).call(runtime, arguments.dropFirst)
    }
  }

  /// `register(cls, function)`, `@register(cls)`, or `@register` on a function whose first annotation is the class.
  private func register(_ dispatcher: DispatchObject, _ cls: Value, _ function: Value) throws(Raised) -> Value {
    if cls.type != nil {
      if function.isNone {
        return .object(
          NativeFunction(self, "<lambda>", "f") { (runtime, arguments) throws(Raised) in
            try runtime.register(dispatcher, cls, arguments[0])
          })
      }
      try dispatcher.add(cls, function, self)
      return function
    }
    if !function.isNone {
      throw typeError("Invalid first argument to `register()`. \(try repr(cls).text) is not a class or union type.")
    }
    guard let annotations = try getAttributeIfPresent(cls, names.annotations)?.dict, annotations.firstIndex() >= 0 else {
      throw typeError(
        "Invalid first argument to `register()`: \(try repr(cls).text). Use either `@register(some_class)` or plain `@register` on an annotated function."
      )
    }
    let first = annotations.entries[annotations.firstIndex()]
    if first.value.type != nil {
      try dispatcher.add(first.value, cls, self)
    } else if let members = try getAttributeIfPresent(first.value, intern("__args__"))?.tuple {
      for index in 0..<members.count { try dispatcher.add(members[index], cls, self) }
    } else {
      throw typeError(
        "Invalid annotation for \(try repr(first.key).text). \(try repr(first.value).text) is not a class.")
    }
    return cls
  }
}

private final class DispatchObject: Object {
  private let function: Value
  /// Classes and the functions for them.
  let registry: DictObject
  private let dictionary: DictObject

  init(_ runtime: Runtime, type: TypeObject, _ function: Value) {
    self.function = function
    registry = DictObject(runtime)
    dictionary = DictObject(runtime)
    super.init(type: type, kind: .other)
    let object = Value.object(runtime.types.object)
    if let hash = try? runtime.hash(object) { registry.insert(object, hash: hash, function) }
  }

  func add(_ cls: Value, _ function: Value, _ runtime: Runtime) throws(Raised) {
    try registry.set(cls, function, runtime)
  }

  func implementation(for cls: TypeObject) -> Value {
    for ancestor in cls.mro {
      for index in 0..<registry.used where registry.entries[index].key.type === ancestor {
        return registry.entries[index].value
      }
    }
    return function
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    guard arguments.count > 0 else {
      let name = try runtime.getAttributeIfPresent(function, runtime.names.name)?.string?.text ?? "singledispatch function"
      throw runtime.typeError("\(name) requires at least 1 positional argument")
    }
    return try runtime.call(implementation(for: runtime.type(of: arguments[0])), arguments)
  }

  override var isDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined { return .object(self) }
    return .object(BoundMethod(runtime, function: .object(self), receiver: instance))
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { dictionary }
  override var existingInstanceDictionary: DictObject? { dictionary }
}

private final class DispatchMethodObject: Object {
  let dispatcher: DispatchObject

  init(type: TypeObject, _ dispatcher: DispatchObject) {
    self.dispatcher = dispatcher
    super.init(type: type, kind: .other)
  }

  override var isDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    let dispatcher = dispatcher
    return .object(
      NativeFunction(runtime, "_method", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
        guard arguments.count > 0 else {
          throw runtime.typeError("singledispatchmethod requires at least 1 positional argument")
        }
        let chosen = dispatcher.implementation(for: runtime.type(of: arguments[0]))
        let bound = try runtime.bindAttribute(chosen, instance: instance, owner: owner)
        return try runtime.call(bound, arguments)
      })
  }
}

extension Runtime {
  /// What a class attribute gives on access through an instance, or through the class when there is none.
  fileprivate func bindAttribute(_ attribute: Value, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if !instance.isUndefined { return try bind(attribute, to: instance) }
    guard case .object(let object) = attribute, object.isDescriptor else { return attribute }
    return try object.descriptorGet(self, instance: .undefined, owner: owner)
  }
}
