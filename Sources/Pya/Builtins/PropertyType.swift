/// `property`, `staticmethod` and `classmethod`.
extension Runtime {
  func installPropertyType() {
    let type = types.property
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let property = runtime.emptyProperty(cls)
      return try runtime.withPropertyParts(arguments) { (parts) throws(Raised) in
        try runtime.fill(property, parts)
        return .object(property)
      }
    }
    type.defineStatic(self, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      .object(runtime.emptyProperty(arguments[0].type ?? runtime.types.property))
    }
    type.define(self, "__init__", "self, /, fget=None, fset=None, fdel=None, doc=None") {
      (runtime, arguments) throws(Raised) in
      try runtime.fill(try runtime.propertyArgument(arguments), arguments.dropFirst)
      return .none
    }
    for (index, name) in ["getter", "setter", "deleter"].enumerated() {
      type.define(self, name, "self, function, /") { (runtime, arguments) throws(Raised) in
        let old = try runtime.propertyArgument(arguments)
        var parts = [old.getter, old.setter, old.deleter]
        parts[index] = arguments[1]
        // A docstring that came from the old getter does not outlive it.
        let doc = old.hasGetterDoc && !parts[0].isNone ? Value.none : old.doc
        if old.type.isHeap {
          let made = try runtime.call(.object(old.type), parts + [doc])
          made.cast(.property, to: PropertyObject.self)?.name = old.name
          return made
        }
        let made = PropertyObject(type: old.type, getter: parts[0], setter: parts[1], deleter: parts[2], doc: doc)
        made.name = old.name
        if doc.isNone { try runtime.takeDoc(made, from: parts[0]) }
        return .object(made)
      }
    }
    defineAttributes(of: type)
  }

  private func emptyProperty(_ cls: TypeObject) -> PropertyObject {
    PropertyObject(type: cls, getter: .none, setter: .none, deleter: .none, doc: .none)
  }

  /// Arranges the constructor's arguments as `__init__` takes them.
  private func withPropertyParts(
    _ arguments: Arguments, _ body: (Arguments) throws(Raised) -> Value
  ) throws(Raised) -> Value {
    if !arguments.hasKeywords, arguments.count <= 4 { return try body(arguments) }
    let names = ["fget", "fset", "fdel", "doc"]
    guard arguments.count <= 4 else {
      throw typeError("property() takes at most 4 arguments (\(arguments.count) given)")
    }
    var parts = arguments.positional + [Value](repeating: .undefined, count: 4 - arguments.count)
    for (name, value) in arguments.keywords {
      guard let index = names.firstIndex(of: name.text) else {
        throw unexpectedKeyword("property()", name.text, among: names)
      }
      parts[index] = value
    }
    return try withArguments(parts) { (arranged) throws(Raised) in try body(arranged) }
  }

  private func fill(_ property: PropertyObject, _ parts: Arguments) throws(Raised) {
    func part(_ index: Int) -> Value { parts[index].isUndefined ? .none : parts[index] }
    property.getter = part(0)
    property.setter = part(1)
    property.deleter = part(2)
    property.doc = part(3)
    property.hasGetterDoc = false
    if property.doc.isNone { try takeDoc(property, from: property.getter) }
    guard property.type.isHeap else { return }
    // The docstring of a subclass would hide that of its instance.
    do { try setAttribute(.object(property), names.doc, property.doc) } catch {
      guard !property.hasGetterDoc, matches(error, .attributeError) else { throw error }
    }
  }

  private func takeDoc(_ property: PropertyObject, from getter: Value) throws(Raised) {
    guard !getter.isNone, let doc = try getAttributeIfPresent(getter, names.doc), !doc.isNone else { return }
    property.doc = doc
    property.hasGetterDoc = true
  }

  private func propertyArgument(_ arguments: Arguments) throws(Raised) -> PropertyObject {
    guard let property = arguments[0].cast(.property, to: PropertyObject.self) else {
      throw typeError("expected a property, got '\(typeName(arguments[0]))'")
    }
    return property
  }

  private func defineAttributes(of type: TypeObject) {
    let parts: [(String, (PropertyObject) -> Value)] = [
      ("fget", { $0.getter }), ("fset", { $0.setter }), ("fdel", { $0.deleter }),
    ]
    for (name, part) in parts {
      type.defineMember(self, name) { $0.cast(.property, to: PropertyObject.self).map(part) ?? .none }
    }
    type.defineProperty(self, "__doc__") { (_, value) throws(Raised) in
      value.cast(.property, to: PropertyObject.self)?.doc ?? .none
    } set: { (_, instance, value) throws(Raised) in
      instance.cast(.property, to: PropertyObject.self)?.doc = value.isUndefined ? .none : value
    }
    type.defineProperty(self, "__name__") { (runtime, value) throws(Raised) in
      guard let property = value.cast(.property, to: PropertyObject.self) else { return .none }
      if let name = property.name { return .object(name) }
      if let name = try runtime.getAttributeIfPresent(property.getter, runtime.names.name) { return name }
      throw runtime.attributeError("'property' object has no attribute '__name__'")
    } set: { (runtime, instance, value) throws(Raised) in
      instance.cast(.property, to: PropertyObject.self)?.name = value.string
    }
    type.defineProperty(self, "__isabstractmethod__") { (runtime, value) throws(Raised) in
      guard let property = value.cast(.property, to: PropertyObject.self) else { return .bool(false) }
      for part in [property.getter, property.setter, property.deleter] where try runtime.isAbstractMethod(part) {
        return .bool(true)
      }
      return .bool(false)
    }
    type.define(self, "__set_name__", "self, owner, name, /") { (_, arguments) throws(Raised) in
      arguments[0].cast(.property, to: PropertyObject.self)?.name = arguments[2].string
      return .none
    }
    defineDescriptorProtocol(of: type)
  }

  /// `__isabstractmethod__` of a function that a decorator wraps.
  func isAbstractMethod(_ value: Value) throws(Raised) -> Bool {
    guard let mark = try getAttributeIfPresent(value, intern("__isabstractmethod__")) else { return false }
    return try isTrue(mark)
  }

  /// `__get__`, `__set__` and `__delete__` of a descriptor written in Swift, for programs that call them.
  func defineDescriptorProtocol(of type: TypeObject, isData: Bool = true) {
    type.define(self, "__get__", "self, instance, owner=None, /") { (runtime, arguments) throws(Raised) in
      guard let descriptor = arguments[0].object else { return arguments[0] }
      let isClass = arguments[1].isNone && !arguments[2].isUndefined && !arguments[2].isNone
      if arguments[1].isNone, !isClass { throw runtime.typeError("__get__(None, None) is invalid") }
      if !isClass { try runtime.checkReceiver(of: descriptor, arguments[1]) }
      let owner = arguments[2].type ?? runtime.type(of: arguments[1])
      return try descriptor.descriptorGet(runtime, instance: isClass ? .undefined : arguments[1], owner: owner)
    }
    guard isData else { return }
    type.define(self, "__set__", "self, instance, value, /") { (runtime, arguments) throws(Raised) in
      guard let descriptor = arguments[0].object else { return .none }
      try runtime.checkReceiver(of: descriptor, arguments[1])
      try descriptor.descriptorSet(runtime, instance: arguments[1], value: arguments[2])
      return .none
    }
    type.define(self, "__delete__", "self, instance, /") { (runtime, arguments) throws(Raised) in
      guard let descriptor = arguments[0].object else { return .none }
      try runtime.checkReceiver(of: descriptor, arguments[1])
      try descriptor.descriptorSet(runtime, instance: arguments[1], value: .undefined)
      return .none
    }
  }

  /// An attribute of a built-in type, asked by hand, takes instances of that type alone.
  private func checkReceiver(of descriptor: Object, _ instance: Value) throws(Raised) {
    guard let attribute = descriptor as? NativeAttribute, let owner = attribute.owner, !type(of: instance).isSubtype(of: owner)
    else { return }
    throw typeError("descriptor '\(attribute.name)' for '\(owner.name)' objects doesn't apply to a '\(typeName(instance))' object")
  }

  // MARK: staticmethod and classmethod

  func installMethodWrapperTypes() {
    installWrapper(types.staticMethod, name: "staticmethod") { StaticMethodObject(type: $0, .none) }
      function: { $0.cast(.staticMethod, to: StaticMethodObject.self)?.function }
      setFunction: { $0.cast(.staticMethod, to: StaticMethodObject.self)?.function = $1 }
    installWrapper(types.classMethod, name: "classmethod") { ClassMethodObject(type: $0, .none) }
      function: { $0.cast(.classMethod, to: ClassMethodObject.self)?.function }
      setFunction: { $0.cast(.classMethod, to: ClassMethodObject.self)?.function = $1 }
    types.staticMethod.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let wrapper = arguments[0].cast(.staticMethod, to: StaticMethodObject.self) else { return .none }
      return try runtime.call(wrapper.function, arguments.dropFirst)
    }
  }

  private func installWrapper(
    _ type: TypeObject, name: String, make: @escaping (TypeObject) -> Object, function: @escaping (Value) -> Value?,
    setFunction: @escaping (Value, Value) -> Void
  ) {
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("\(name)() takes no keyword arguments") }
      guard arguments.count == 1 else {
        throw runtime.typeError("\(name) expected 1 argument, got \(arguments.count)")
      }
      let made = Value.object(make(cls))
      setFunction(made, arguments[0])
      try runtime.copyFunctionAttributes(from: arguments[0], to: made)
      return made
    }
    type.defineStatic(self, "__new__", "cls, /, *args, **kwargs") { (_, arguments) throws(Raised) in
      .object(make(arguments[0].type ?? type))
    }
    type.define(self, "__init__", "self, function, /") { (runtime, arguments) throws(Raised) in
      setFunction(arguments[0], arguments[1])
      try runtime.copyFunctionAttributes(from: arguments[1], to: arguments[0])
      return .none
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string("<\(name)(\(try runtime.repr(function(arguments[0]) ?? .none).text))>"))
    }
    for attribute in ["__func__", "__wrapped__"] {
      type.defineProperty(self, attribute) { (_, value) throws(Raised) in function(value) ?? .none }
    }
    type.defineProperty(self, "__isabstractmethod__") { (runtime, value) throws(Raised) in
      .bool(try runtime.isAbstractMethod(function(value) ?? .none))
    }
    defineDescriptorProtocol(of: type, isData: false)
  }

  private func copyFunctionAttributes(from function: Value, to wrapper: Value) throws(Raised) {
    guard let dictionary = wrapper.object?.instanceDictionary(self) else { return }
    for name in [names.module, names.name, names.qualname, names.doc, names.annotations] {
      if let value = try getAttributeIfPresent(function, name) { dictionary.setString(name, value) }
    }
  }
}
