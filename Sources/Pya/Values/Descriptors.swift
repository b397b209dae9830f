/// `instance.method`: a function with its first argument.
final class BoundMethod: Object {
  let function: Value
  let receiver: Value

  init(_ runtime: Runtime, function: Value, receiver: Value) {
    self.function = function
    self.receiver = receiver
    let native = function.cast(.nativeFunction, to: NativeFunction.self)
    super.init(
      type: native.map { $0.isSlot ? runtime.types.methodWrapper : runtime.types.builtinFunction } ?? runtime.types.method,
      kind: .boundMethod)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    tracer.visit(receiver)
  }

  deinit { if isObserved { tellOfDeath() } }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    try runtime.callPrepending(function, receiver, arguments)
  }

  /// A method of a built-in type gets its receiver in front, where a frame would begin otherwise.
  override func call(_ runtime: Runtime, inPlace base: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
    if let held = function.uncounted, held.kind == .nativeFunction {
      let native = held.as(NativeFunction.self)
      if native._withUnsafeGuaranteedRef({ $0.isMethod(of: receiver) && $0.takes(count + 1) }) {
        let place = base - 1
        place.initialize(to: receiver)
        defer { place.drop() }
        return try native.borrowed { (native) throws(Raised) in try native.body(runtime, Arguments(place, count + 1)) }
      }
    }
    return try runtime.callPrepending(function, receiver, Arguments(base, count))
  }

  /// Everything else is the function's own.
  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    if !isExactly(runtime.types.method) { return nil }
    return try runtime.getAttributeIfPresent(function, name)
  }
}

/// `property(fget, fset, fdel, doc)`.
final class PropertyObject: Object {
  var getter: Value
  var setter: Value
  var deleter: Value
  var doc: Value
  /// `doc` is the getter's docstring.
  var hasGetterDoc = false
  /// The attribute's name, once a class body has bound it.
  var name: StringObject?
  /// Only instances have it: `name` and `value` of enumerations, whose names may be those of members.
  var isHiddenFromClass = false
  /// Attributes of instances of a subclass.
  var dictionary: DictObject?

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  init(type: TypeObject, getter: Value, setter: Value, deleter: Value, doc: Value) {
    self.getter = getter
    self.setter = setter
    self.deleter = deleter
    self.doc = doc
    super.init(type: type, kind: .property)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(getter)
    tracer.visit(setter)
    tracer.visit(deleter)
    tracer.visit(doc)
    tracer.visit(dictionary)
  }

  override var isDescriptor: Bool { true }
  override var isDataDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    if instance.isUndefined {
      if isHiddenFromClass {
        throw runtime.attributeError("\(try runtime.repr(.object(owner)).text) has no attribute '\(name?.text ?? "")'")
      }
      return .object(self)
    }
    if getter.isNone { throw runtime.attributeError("\(subject(runtime, instance)) has no getter") }
    return try runtime.call(getter, instance)
  }

  override func descriptorSet(_ runtime: Runtime, instance: Value, value: Value) throws(Raised) {
    let function = value.isUndefined ? deleter : setter
    if function.isNone, isHiddenFromClass {
      throw runtime.attributeError("<enum 'Enum'> cannot \(value.isUndefined ? "delete" : "set") attribute '\(name?.text ?? "")'")
    }
    if function.isNone {
      throw runtime.attributeError("\(subject(runtime, instance)) has no \(value.isUndefined ? "deleter" : "setter")")
    }
    _ = value.isUndefined ? try runtime.call(function, instance) : try runtime.call(function, instance, value)
  }

  private func subject(_ runtime: Runtime, _ instance: Value) -> String {
    let ofGetter = try? runtime.getAttributeIfPresent(getter, runtime.names.name)
    let label = (name ?? ofGetter?.string).map { " '\($0.text)'" } ?? ""
    return "property\(label) of '\(runtime.type(of: instance).qualifiedName)' object"
  }
}

/// `staticmethod(f)`.
final class StaticMethodObject: Object {
  var function: Value
  var dictionary: DictObject?

  init(type: TypeObject, _ function: Value) {
    self.function = function
    super.init(type: type, kind: .staticMethod)
  }

  convenience init(_ runtime: Runtime, _ function: Value) { self.init(type: runtime.types.staticMethod, function) }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    tracer.visit(dictionary)
  }

  override var isDescriptor: Bool { true }
  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value { function }
  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    try runtime.call(function, arguments)
  }
}

/// `classmethod(f)`.
final class ClassMethodObject: Object {
  var function: Value
  var dictionary: DictObject?

  init(type: TypeObject, _ function: Value) {
    self.function = function
    super.init(type: type, kind: .classMethod)
  }

  convenience init(_ runtime: Runtime, _ function: Value) { self.init(type: runtime.types.classMethod, function) }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(function)
    tracer.visit(dictionary)
  }

  override var isDescriptor: Bool { true }
  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    .object(BoundMethod(runtime, function: function, receiver: .object(owner)))
  }
}

/// An attribute of a built-in type that Swift computes: `exception.args`, `function.__name__`.
final class NativeAttribute: Object {
  let name: String
  /// The type it was defined on.
  unowned(unsafe) var owner: TypeObject?
  private let getter: (Runtime, Value) throws(Raised) -> Value
  private let setter: ((Runtime, Value, Value) throws(Raised) -> Void)?

  init(
    _ runtime: Runtime, _ name: String, get: @escaping (Runtime, Value) throws(Raised) -> Value,
    set: ((Runtime, Value, Value) throws(Raised) -> Void)? = nil
  ) {
    self.name = name
    getter = get
    setter = set
    super.init(type: runtime.types.getSetDescriptor, kind: .other)
  }

  override var isDescriptor: Bool { true }
  override var isDataDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    instance.isUndefined ? .object(self) : try getter(runtime, instance)
  }

  @inline(__always)
  func get(_ runtime: Runtime, _ instance: Value) throws(Raised) -> Value { try getter(runtime, instance) }

  override func descriptorSet(_ runtime: Runtime, instance: Value, value: Value) throws(Raised) {
    guard let setter else {
      throw runtime.attributeError("attribute '\(name)' of '\(owner?.messageName ?? runtime.typeName(instance))' objects is not writable")
    }
    try setter(runtime, instance, value)
  }
}

/// A field of a named tuple, on the class.
final class TupleField: Object {
  let index: Int
  /// The `__doc__` that the program has given it.
  var doc = Value.undefined

  init(type: TypeObject, _ index: Int) {
    self.index = index
    super.init(type: type, kind: .other)
  }

  override var isDescriptor: Bool { true }
  override var isDataDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    guard let tuple = instance.tuple, index < tuple.count else { return .object(self) }
    return tuple[index]
  }

  override func descriptorSet(_ runtime: Runtime, instance: Value, value: Value) throws(Raised) {
    throw runtime.attributeError("can't \(value.isUndefined ? "delete" : "set") attribute")
  }
}
