/// Calling a class.
extension Runtime {
  /// `C(arguments...)`: the metaclass's `__call__` if a class of the program defines one, else `type.__call__`.
  func instantiate(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if let override = type.type.special(.call) {
      return try callUnbound(override, .object(type), arguments)
    }
    return try makeInstance(of: type, arguments)
  }

  /// `type.__call__`: `__new__`, then `__init__` if that gave an instance of the class.
  func makeInstance(of type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    guard type.isHeap else { return try constructBuiltin(type, arguments) }
    if type.builtinBase == nil, type.special(.new) == nil { return try makePlainInstance(of: type, arguments) }
    if let construct = type.construct {
      let made = try construct(self, type, arguments)
      if !made.isUndefined { return made }
    }
    return try makeInstanceInSteps(of: type, arguments)
  }

  private func makePlainInstance(of type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if type.isAbstract { throw abstractError(type) }
    let initializer = type.special(.`init`)
    if initializer == nil, arguments.count > 0 || arguments.hasKeywords {
      throw typeError("\(type.name)() takes no arguments")
    }
    let instance = Value.object(Instance(type: type))
    if let initializer { try initialize(instance, initializer, arguments) }
    return instance
  }

  /// The same for a built-in type.
  func constructBuiltin(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if type === types.type, arguments.count == 1, !arguments.hasKeywords {
      return .object(self.type(of: arguments.base[0]))
    }
    guard let construct = type.construct else { throw typeError("cannot create '\(type.dottedName)' instances") }
    return try construct(self, type, arguments)
  }

  private func makeInstanceInSteps(of type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if type.isAbstract, type.special(.new) == nil { throw abstractError(type) }
    let object: Value
    if let new = type.special(.new) {
      object = try callNew(new, type, arguments)
    } else if type.special(.`init`) == nil, let construct = type.builtinBase?.construct {
      // Neither step is the program's: the built-in constructor does both.
      return try construct(self, type, arguments)
    } else if let new = type.lookup(names[.new]), !isObjectNew(new) {
      object = try callNew(new, type, arguments)
    } else if let construct = type.builtinBase?.construct {
      object = try construct(self, type, arguments)
    } else {
      throw typeError("cannot create '\(type.name)' instances")
    }
    let made = self.type(of: object)
    guard made.isSubtype(of: type) else { return object }
    if let initializer = made.special(.`init`) {
      try initialize(object, initializer, arguments)
    } else if let initializer = made.lookup(names[.`init`]) {
      try initialize(object, initializer, arguments)
    }
    return object
  }

  /// Calls `__new__`, which gets the class as its first argument whether it is wrapped in `staticmethod` or not.
  private func callNew(_ new: Value, _ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if let wrapper = new.cast(.staticMethod, to: StaticMethodObject.self) {
      return try callPrepending(wrapper.function, .object(type), arguments)
    }
    // Assigned to the class after it was made.
    if new.cast(.function, to: FunctionObject.self) != nil { return try callPrepending(new, .object(type), arguments) }
    return try callPrepending(try bind(new, to: .object(type)), .object(type), arguments)
  }

  private func isObjectNew(_ new: Value) -> Bool {
    guard let original = types.object.attributes.getString(names[.new]) else { return false }
    return new.isIdentical(to: original)
  }

  private func initialize(_ instance: Value, _ initializer: Value, _ arguments: Arguments) throws(Raised) {
    let result = try callUnbound(initializer, instance, arguments)
    guard result.isNone else { throw typeError("__init__() should return None, not '\(typeName(result))'") }
  }

  /// Calls a method found on a type, with the receiver in front of the arguments.
  @inline(__always)
  func callUnbound(_ method: Value, _ receiver: Value, _ arguments: Arguments) throws(Raised) -> Value {
    if case .object(let object) = method, object.kind == .function || object.kind == .nativeFunction {
      return try callPrepending(method, receiver, arguments)
    }
    return try call(try bind(method, to: receiver), arguments)
  }

  /// Calls a function with one more argument in front.
  func callPrepending(_ callee: Value, _ first: Value, _ arguments: Arguments) throws(Raised) -> Value {
    let rest = arguments.count + arguments.keywordNames.count
    let base = try machine.reserveCall(rest + 1)
    defer { machine.endCall(base, rest + 1) }
    base.initialize(to: first)
    var index = 0
    while index < rest {
      (base + index + 1).initialize(toCopyAt: arguments.base + index)
      index += 1
    }
    if rest == arguments.count { return try call(callee, inPlace: base, rest + 1) }
    return try call(callee, Arguments(base, arguments.count + 1, keywordNames: arguments.keywordNames))
  }

  // MARK: object.__new__ and object.__init__

  /// `object.__new__(type, arguments...)`.
  func makeObject(of type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    // A built-in type without a `__new__` of its own, asked for one by a subclass.
    if type.isHeap, let builtin = type.builtinBase, builtin !== types.object, let construct = builtin.construct,
      builtin.lookup(names[.new])?.isIdentical(to: types.object.lookup(names[.new]) ?? .undefined) ?? true
    {
      return try construct(self, type, arguments)
    }
    if arguments.count > 0 || arguments.hasKeywords {
      if type.special(.new) != nil {
        throw typeError("object.__new__() takes exactly one argument (the type to instantiate)")
      }
      if type.special(.`init`) == nil { throw typeError("\(type.name)() takes no arguments") }
    }
    if type.isAbstract { throw abstractError(type) }
    if let builtin = type.isHeap ? type.builtinBase : type, builtin !== types.object {
      let safe = type.special(.new) == nil ? type : builtin
      throw typeError("object.__new__(\(type.name)) is not safe, use \(safe.name).__new__()")
    }
    return .object(Instance(type: type))
  }

  /// `object.__init__(instance, arguments...)`: does nothing but complain about arguments that nobody will look at.
  func checkObjectInit(_ instance: Value, _ arguments: Arguments) throws(Raised) {
    guard arguments.count > 0 || arguments.hasKeywords else { return }
    let type = type(of: instance)
    if type.special(.`init`) != nil {
      throw typeError("object.__init__() takes exactly one argument (the instance to initialize)")
    }
    let builtin = type.isHeap ? type.builtinBase : type
    if type.special(.new) == nil, builtin == nil || builtin === types.object {
      throw typeError("\(type.name).__init__() takes exactly one argument (the instance to initialize)")
    }
  }

  private func abstractError(_ type: TypeObject) -> Raised {
    var missing: [String] = []
    if let abstract = type.attributes.getString(intern("__abstractmethods__")), let found = try? array(abstract) {
      missing = found.compactMap { $0.string?.text }.sorted()
    }
    let list = missing.map { "'\($0)'" }.joined(separator: ", ")
    return typeError(
      "Can't instantiate abstract class \(type.name) without an implementation for abstract method\(missing.count == 1 ? "" : "s") "
        + list)
  }
}

extension TypeObject {
  /// The name as messages about built-in types show it: with the module, unless that is `builtins`.
  var dottedName: String { isHeap || moduleName == "builtins" ? name : "\(moduleName).\(name)" }
}
