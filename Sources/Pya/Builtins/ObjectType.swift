/// What every object can do: the methods of `object`.
extension Runtime {
  func installObjectType() {
    let type = types.object
    type.hasNoInstanceDictionary = true
    type.construct = { (runtime, cls, arguments) throws(Raised) in try runtime.makeObject(of: cls, arguments) }
    type.defineStatic(self, "__new__", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard arguments.count > 0 else { throw runtime.typeError("object.__new__(): not enough arguments") }
      guard let cls = arguments[0].type else {
        throw runtime.typeError("object.__new__(X): X is not a type object (\(runtime.typeName(arguments[0])))")
      }
      return try runtime.makeObject(of: cls, arguments.dropFirst)
    }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.checkObjectInit(arguments[0], arguments.dropFirst)
      return .none
    }
    type.attributes.setShortcut(.nothing, of: "__init__", self)
    type.attributes.setString(
      names.doc,
      .object(
        string(
          "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\n"
            + "instance that has no instance attributes and cannot be given any.\n")))
    installObjectComparisons(type)
    installObjectTexts(type)
    installObjectAttributes(type)
    installObjectClassHooks(type)
  }

  private func installObjectComparisons(_ type: TypeObject) {
    type.define(self, "__eq__", "self, value, /") { (_, arguments) throws(Raised) in
      arguments[0].isIdentical(to: arguments[1]) ? .bool(true) : .notImplemented
    }
    type.define(self, "__ne__", "self, value, /") { (runtime, arguments) throws(Raised) in
      let (receiver, other) = (arguments[0], arguments[1])
      guard let method = runtime.type(of: receiver).lookup(runtime.names[.eq]) else { return .notImplemented }
      let equal = try runtime.callSpecial(method, receiver, other)
      return equal.isNotImplemented ? equal : .bool(!(try runtime.isTrue(equal)))
    }
    for name in ["__lt__", "__le__", "__gt__", "__ge__"] {
      type.define(self, name, "self, value, /") { (_, _) throws(Raised) in .notImplemented }
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(runtime.identityHash(arguments[0]))
    }
  }

  /// The hash of an object that is equal to itself only.
  func identityHash(_ value: Value) -> Int {
    if case .object(let object) = value { return object.address >> 4 }
    return identity(value)
  }

  private func installObjectTexts(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(runtime.defaultRepr(arguments[0])))
    }
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.repr(arguments[0]))
    }
    type.define(self, "__format__", "self, format_spec, /") { (runtime, arguments) throws(Raised) in
      guard let spec = arguments[1].string else {
        throw runtime.typeError("__format__() argument must be str, not \(runtime.givenName(arguments[1]))")
      }
      if spec.byteCount > 0 {
        throw runtime.typeError(
          "unsupported format string passed to \(runtime.typeName(arguments[0])).__format__")
      }
      return .object(try runtime.str(arguments[0]))
    }
  }

  /// `<module.Class object at 0x...>`
  func defaultRepr(_ value: Value) -> String {
    let type = type(of: value)
    let prefix = type.moduleName == "builtins" ? "" : type.moduleName + "."
    return "<\(prefix)\(type.qualifiedName) object at \(addressText(value))>"
  }

  /// `0x7f...`, as reprs show identity.
  func addressText(_ value: Value) -> String {
    let digits = String(UInt(bitPattern: identity(value)), radix: 16)
    return "0x" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
  }

  private func installObjectAttributes(_ type: TypeObject) {
    type.define(self, "__getattribute__", "self, name, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.attributeName(arguments[1])
      if let found = try runtime.findAttribute(arguments[0], name) { return found }
      throw runtime.missingAttribute(arguments[0], name)
    }
    type.define(self, "__setattr__", "self, name, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.checkIsNoType(arguments[0], "__setattr__")
      try runtime.storeAttribute(arguments[0], try runtime.attributeName(arguments[1]), arguments[2])
      return .none
    }
    type.define(self, "__delattr__", "self, name, /") { (runtime, arguments) throws(Raised) in
      try runtime.checkIsNoType(arguments[0], "__delattr__")
      try runtime.storeAttribute(arguments[0], try runtime.attributeName(arguments[1]), .undefined)
      return .none
    }
    type.define(self, "__dir__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, runtime.attributeNames(of: arguments[0])))
    }
    type.defineProperty(self, "__class__") { (runtime, instance) throws(Raised) in
      .object(runtime.type(of: instance))
    } set: { (runtime, instance, value) throws(Raised) in
      if value.isUndefined { throw runtime.typeError("can't delete __class__ attribute") }
      guard let newType = value.type else {
        throw runtime.typeError("__class__ must be set to a class, not '\(runtime.typeName(value))' object")
      }
      guard case .object(let object) = instance else {
        throw runtime.typeError("__class__ assignment only supported for mutable types or ModuleType subclasses")
      }
      try runtime.setClass(object, newType)
    }
    type.define(self, "__sizeof__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(runtime.approximateSize(of: arguments[0]))
    }
    type.define(self, "__getstate__", "self, /") { (runtime, arguments) throws(Raised) in
      if runtime.type(of: arguments[0]).mro.contains(where: { $0.isHeap && $0.attributes.getString(runtime.names.slots) != nil }) {
        return try runtime.reduce(arguments[0], with: "_plain_state")
      }
      guard let dictionary = arguments[0].object?.instanceDictionary(runtime), dictionary.count > 0 else { return .none }
      return .object(dictionary)
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.reduce(arguments[0], with: "_reduce_ex", .int(0))
    }
    type.define(self, "__reduce_ex__", "self, protocol, /") { (runtime, arguments) throws(Raised) in
      let own = runtime.type(of: arguments[0]).lookup(runtime.intern("__reduce__"))
      if let own, !own.isIdentical(to: runtime.types.object.lookup(runtime.intern("__reduce__")) ?? .undefined) {
        return try runtime.callMethod(arguments[0], "__reduce__")
      }
      return try runtime.reduce(arguments[0], with: "_reduce_ex", arguments[1])
    }
  }

  /// How to make the object anew, as `pickle` and `copy` want it.
  private func reduce(_ value: Value, with function: String, _ more: Value...) throws(Raised) -> Value {
    let pickle = try importModule("pickle", level: 0, globals: builtins)
    return try call(try getAttribute(pickle, intern(function)), [value] + more)
  }

  /// An attribute's name as `getattr` and the `__getattribute__` family take it.
  func attributeName(_ value: Value) throws(Raised) -> StringObject {
    guard let name = value.string else {
      throw typeError("attribute name must be string, not '\(typeName(value))'")
    }
    return intern(name)
  }

  private func installObjectClassHooks(_ type: TypeObject) {
    type.defineClassMethod(self, "__init_subclass__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let name = arguments[0].type?.qualifiedName ?? "object"
      if arguments.hasKeywords { throw runtime.typeError("\(name).__init_subclass__() takes no keyword arguments") }
      if arguments.count > 1 {
        throw runtime.typeError("\(name).__init_subclass__() takes no arguments (\(arguments.count - 1) given)")
      }
      return .none
    }
    type.defineClassMethod(self, "__subclasshook__", "cls, /, *args") { (_, _) throws(Raised) in .notImplemented }
  }

  // MARK: What several built-ins ask about objects

  /// `id(value)`. Immediate values have no address; theirs are made up, distinct from each other and from addresses.
  func identity(_ value: Value) -> Int {
    switch value {
    case .object(let object): object.address
    case .none: 0x10
    case .ellipsis: 0x20
    case .notImplemented: 0x30
    case .bool(let flag): flag ? 0x50 : 0x40
    case .int(let number): Int(bitPattern: (UInt(bitPattern: number) &* 32 &+ 0x1008) & UInt(Int.max))
    case .float(let number): Int(bitPattern: UInt(number.bitPattern & 0x7FFF_FFFF_FFFF_FFF0 | 4))
    case .undefined: 0
    }
  }

  /// A class's attributes are stored by `type.__setattr__` alone.
  fileprivate func checkIsNoType(_ value: Value, _ method: String) throws(Raised) {
    if value.type != nil { throw typeError("can't apply this \(method) to \(typeName(value)) object") }
  }

  /// Names of the attributes that `dir(value)` lists, unsorted: the value's own, then those of its class and ancestors.
  func attributeNames(of value: Value) -> [Value] {
    let collected = DictObject(self)
    if let type = value.type {
      collect(attributesOf: type, into: collected)
    } else {
      if let instance = value.instance, !instance.shape.isDictionary {
        // Nobody sees a dictionary here, so the attributes stay where they are.
        for (index, name) in instance.shape.names.enumerated() where !instance.slot(index).holdsUndefined {
          collected.setString(name, .none)
        }
      } else if case .object(let object) = value, let dictionary = object.instanceDictionary(self) {
        for key in dictionary.keys { if let name = key.string { collected.setString(name, .none) } }
      }
      // A module lists its namespace alone.
      if value.cast(.module, to: ModuleObject.self) == nil { collect(attributesOf: type(of: value), into: collected) }
    }
    return collected.keys
  }

  private func collect(attributesOf type: TypeObject, into names: DictObject) {
    for ancestor in type.mro.reversed() {
      for key in ancestor.attributes.keys { if let name = key.string { names.setString(name, .none) } }
    }
  }

  /// Roughly the bytes CPython would report.
  func approximateSize(of value: Value) -> Int {
    switch value {
    case .int(let number): return number == 0 ? 28 : 28 + 4 * ((63 - number.magnitude.leadingZeroBitCount) / 30)
    case .bool: return 28
    case .float: return 24
    case .none, .ellipsis, .notImplemented, .undefined: return 16
    case .object(let object):
      switch object.kind {
      case .string:
        let text = unsafeDowncast(object, to: StringObject.self)
        return text.isASCII ? 41 + text.byteCount : 58 + 2 * text.length
      case .bytes: return 33 + unsafeDowncast(object, to: BytesObject.self).count
      case .byteArray: return 57 + unsafeDowncast(object, to: BytesObject.self).count
      case .list: return 56 + 8 * unsafeDowncast(object, to: ListObject.self).count
      case .tuple: return 40 + 8 * unsafeDowncast(object, to: TupleObject.self).count
      case .dict:
        let count = unsafeDowncast(object, to: DictObject.self).count
        return count == 0 ? 64 : 184 + 40 * max(0, count - 5)
      case .set: return 216 + 64 * max(0, unsafeDowncast(object, to: SetObject.self).count - 4)
      case .type: return 1688
      case .function: return 160
      case .bigInt: return 28 + unsafeDowncast(object, to: BigIntObject.self).value.bitWidth / 30 * 4
      default: return object.type === types.object ? 16 : 48
      }
    }
  }
}
