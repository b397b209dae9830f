/// What every class can do: the methods and attributes of `type`.
extension Runtime {
  func installTypeType() {
    let type = types.type
    type.construct = { (runtime, cls, arguments) throws(Raised) in try runtime.constructType(cls, arguments) }
    type.defineNew(self) { (runtime, cls, arguments) throws(Raised) in try runtime.constructType(cls, arguments) }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let count = arguments.count - 1
      if arguments.hasKeywords, count == 1 { throw runtime.typeError("type.__init__() takes no keyword arguments") }
      guard count == 1 || count == 3 else { throw runtime.typeError("type.__init__() takes 1 or 3 arguments") }
      return .none
    }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.makeInstance(of: try runtime.classArgument(arguments), arguments.dropFirst)
    }
    type.defineClassMethod(self, "__prepare__", "cls, /, *args, **kwargs") { (runtime, _) throws(Raised) in
      .object(DictObject(runtime))
    }
    installTypeNames(type)
    installTypeAncestry(type)
    installTypeAttributes(type)
  }

  private func classArgument(_ arguments: Arguments) throws(Raised) -> TypeObject {
    guard let type = arguments[0].type else { throw typeError("expected a type, got '\(typeName(arguments[0]))'") }
    return type
  }

  /// `type(name, bases, namespace, **keywords)`, or the same as a step of a metaclass.
  private func constructType(_ metatype: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if metatype === types.type, arguments.count == 1, !arguments.hasKeywords {
      return .object(type(of: arguments.base[0]))
    }
    guard arguments.count == 3 else {
      if metatype === types.type { throw typeError("type() takes 1 or 3 arguments") }
      throw typeError("type.__new__() takes exactly 3 arguments (\(arguments.count) given)")
    }
    func wrong(_ position: Int, _ expected: String) -> Raised {
      typeError("type.__new__() argument \(position) must be \(expected), not \(givenName(arguments[position - 1]))")
    }
    guard let name = arguments[0].string else { throw wrong(1, "str") }
    guard let bases = arguments[1].tuple else { throw wrong(2, "tuple") }
    guard let namespace = arguments[2].dict else { throw wrong(3, "dict") }
    try checkTypeName(name)
    for base in bases.array where base.type == nil {
      if try getAttributeIfPresent(base, intern("__mro_entries__")) != nil {
        throw typeError("type() doesn't support MRO entry resolution; use types.new_class()")
      }
    }
    return try makeClassThroughMetatype(
      metatype, name: name, bases: bases.array, namespace: namespace, keywords: arguments.keywords,
      moduleName: callingModule)
  }

  // MARK: Names

  private func checkTypeName(_ name: StringObject) throws(Raised) {
    if name.text.utf8.contains(0) { throw valueError("type name must not contain null characters") }
  }

  private func installTypeNames(_ type: TypeObject) {
    defineClassAttribute("__name__") { (_, cls) throws(Raised) in .object(cls.nameObject) } set: {
      (runtime, cls, value) throws(Raised) in
      guard let text = value.string else {
        throw runtime.typeError("can only assign string to \(cls.name).__name__, not '\(runtime.typeName(value))'")
      }
      try runtime.checkTypeName(text)
      cls.name = text.text
    }
    defineClassAttribute("__qualname__") { (runtime, cls) throws(Raised) in
      .object(runtime.string(cls.qualifiedName))
    } set: { (runtime, cls, value) throws(Raised) in
      guard let text = value.string else {
        throw runtime.typeError("can only assign string to \(cls.name).__qualname__, not '\(runtime.typeName(value))'")
      }
      cls.qualifiedName = text.text
    }
    defineClassAttribute("__module__") { (runtime, cls) throws(Raised) in
      let own = cls === runtime.types.type ? nil : cls.attributes.getString(runtime.names.module)
      // What types written in Swift keep under that name may be a property of their instances.
      if let own, cls.isHeap || own.string != nil { return own }
      return .object(runtime.string(cls.moduleName))
    } set: { (runtime, cls, value) throws(Raised) in
      cls.attributes.setString(runtime.names.module, value)
      cls.attributes.removeString(runtime.intern("__firstlineno__"))
      if let text = value.string { cls.moduleName = text.text }
      cls.didChange()
    }
    defineClassAttribute("__doc__") { (runtime, cls) throws(Raised) in
      if cls === runtime.types.type {
        return .object(
          runtime.string("type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type"))
      }
      guard let doc = cls.attributes.getString(runtime.names.doc), case .object(let object) = doc else { return .none }
      return try runtime.bind(object, toClass: cls)
    } set: { (runtime, cls, value) throws(Raised) in
      cls.attributes.setString(runtime.names.doc, value)
      cls.didChange()
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(runtime.classRepr(try runtime.classArgument(arguments))))
    }
  }

  /// `<class 'module.Name'>`
  func classRepr(_ cls: TypeObject) -> String { "<class '\(fullName(of: cls))'>" }

  /// The qualified name, with the module unless that is `builtins`.
  func fullName(of cls: TypeObject) -> String {
    cls.moduleName == "builtins" ? cls.qualifiedName : "\(cls.moduleName).\(cls.qualifiedName)"
  }

  /// An attribute of classes. Without `set` it is read-only; with it, it can be set on classes of the program but not deleted.
  private func defineClassAttribute(
    _ name: String, get: @escaping (Runtime, TypeObject) throws(Raised) -> Value,
    set: ((Runtime, TypeObject, Value) throws(Raised) -> Void)? = nil
  ) {
    let getter: (Runtime, Value) throws(Raised) -> Value = { (runtime, value) throws(Raised) in
      guard let cls = value.type else { return .none }
      return try get(runtime, cls)
    }
    guard let set else { return types.type.defineProperty(self, name, get: getter) }
    types.type.defineProperty(self, name, get: getter) { (runtime, instance, value) throws(Raised) in
      guard let cls = instance.type else { return }
      if value.isUndefined {
        guard cls.isHeap, ["__annotations__", "__abstractmethods__"].contains(name) else {
          throw runtime.typeError("cannot delete '\(name)' attribute of immutable type '\(cls.name)'")
        }
        if cls.attributes.removeString(runtime.intern(name)) == nil { throw runtime.attributeError(name) }
        if name == "__abstractmethods__" { cls.isAbstract = false }
        cls.didChange()
        return
      }
      try set(runtime, cls, value)
    }
  }

  // MARK: Ancestry

  private func installTypeAncestry(_ type: TypeObject) {
    defineClassAttribute("__bases__") { (runtime, cls) throws(Raised) in
      .object(TupleObject(runtime, cls === runtime.types.object ? [] : cls.bases.map { .object($0) }))
    } set: { (runtime, cls, value) throws(Raised) in
      guard let bases = value.tuple else {
        throw runtime.typeError("can only assign tuple to \(cls.name).__bases__, not \(runtime.typeName(value))")
      }
      try runtime.setBases(of: cls, bases.array)
    }
    type.defineMember(self, "__base__") { value in
      guard let cls = value.type, !cls.bases.isEmpty else { return .none }
      let object = cls.runtime.types.object
      if cls === object { return .none }
      return (cls.bases.first { $0 !== object && $0.instanceKind == cls.instanceKind } ?? cls.bases.first)
        .map { .object($0) } ?? .none
    }
    defineClassAttribute("__mro__") { (runtime, cls) throws(Raised) in
      .object(TupleObject(runtime, cls.mro.map { .object($0) }))
    }
    type.define(self, "mro", "self, /") { (runtime, arguments) throws(Raised) in
      let cls = try runtime.classArgument(arguments)
      let order = cls.isHeap ? try runtime.linearise(cls, bases: cls.bases) : cls.mro
      return .object(ListObject(runtime, order.map { .object($0) }))
    }
    type.define(self, "__subclasses__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, try runtime.classArgument(arguments).subclasses.map { .object($0) }))
    }
    type.define(self, "__instancecheck__", "self, instance, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isPlainInstance(arguments[1], of: try runtime.classArgument(arguments)))
    }
    type.define(self, "__subclasscheck__", "self, subclass, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isPlainSubclass(arguments[1], of: arguments[0]))
    }
    type.define(self, "__or__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[0], arguments[1])
    }
    type.define(self, "__ror__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[1], arguments[0])
    }
  }

  // MARK: Attributes

  private func installTypeAttributes(_ type: TypeObject) {
    defineClassAttribute("__dict__") { (runtime, cls) throws(Raised) in
      .object(MappingProxyObject(runtime, .object(cls.attributes)))
    }
    defineClassAttribute("__annotations__") { (runtime, cls) throws(Raised) in
      guard cls.isHeap else {
        throw runtime.attributeError("type object '\(cls.name)' has no attribute '__annotations__'")
      }
      if let found = cls.attributes.getString(runtime.names.annotations) { return found }
      let made = Value.object(DictObject(runtime))
      cls.attributes.setString(runtime.names.annotations, made)
      cls.didChange()
      return made
    } set: { (runtime, cls, value) throws(Raised) in
      cls.attributes.setString(runtime.names.annotations, value)
      cls.didChange()
    }
    defineClassAttribute("__abstractmethods__") { (runtime, cls) throws(Raised) in
      let name = runtime.intern("__abstractmethods__")
      if cls !== runtime.types.type, let found = cls.attributes.getString(name) { return found }
      throw runtime.attributeError(name.text)
    } set: { (runtime, cls, value) throws(Raised) in
      cls.isAbstract = try runtime.isTrue(value)
      cls.attributes.setString(runtime.intern("__abstractmethods__"), value)
      cls.didChange()
    }
    defineClassAttribute("__type_params__") { (runtime, cls) throws(Raised) in
      let own = cls === runtime.types.type ? nil : cls.attributes.getString(runtime.names.typeParams)
      return own ?? .object(TupleObject(runtime, []))
    } set: { (runtime, cls, value) throws(Raised) in
      cls.attributes.setString(runtime.names.typeParams, value)
      cls.didChange()
    }
    defineClassAttribute("__text_signature__") { (_, _) throws(Raised) in .none }
    type.defineMember(self, "__flags__") { value in
      guard let cls = value.type else { return .none }
      return .int((cls.isHeap ? 1 << 9 : 1 << 8) | (cls.isFinal ? 0 : 1 << 10) | 1 << 12 | (cls.isAbstract ? 1 << 20 : 0))
    }
    type.defineMember(self, "__basicsize__") { .int($0.type?.isHeap ?? false ? 32 : 16) }
    for name in ["__itemsize__", "__dictoffset__", "__weakrefoffset__"] { type.defineMember(self, name) { _ in .int(0) } }
    type.define(self, "__dir__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, runtime.attributeNames(of: arguments[0])))
    }
    type.define(self, "__getattribute__", "self, name, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.attributeName(arguments[1])
      if let found = try runtime.findAttribute(arguments[0], name) { return found }
      throw runtime.missingAttribute(arguments[0], name)
    }
    type.define(self, "__setattr__", "self, name, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.storeAttribute(arguments[0], try runtime.attributeName(arguments[1]), arguments[2])
      return .none
    }
    type.define(self, "__delattr__", "self, name, /") { (runtime, arguments) throws(Raised) in
      try runtime.storeAttribute(arguments[0], try runtime.attributeName(arguments[1]), .undefined)
      return .none
    }
    type.define(self, "__sizeof__", "self, /") { (_, _) throws(Raised) in .int(1688) }
  }
}
