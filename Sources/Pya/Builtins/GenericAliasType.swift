extension Runtime {
  func makeGenericAlias(_ origin: Value, _ item: Value) -> Value {
    .object(GenericAliasObject(self, origin: origin, arguments: item.tuple?.array ?? [item]))
  }

  func installGenericAliasType() {
    let type = types.genericAlias
    type.construct = { (runtime, _, arguments) throws(Raised) in
      guard arguments.count == 2 else {
        throw runtime.typeError("GenericAlias expected 2 arguments, got \(arguments.count)")
      }
      return runtime.makeGenericAlias(arguments[0], arguments[1])
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject else { return .none }
      var parts: [String] = []
      for argument in alias.arguments {
        if let list = argument.list {
          var inner: [String] = []
          for element in list.array { inner.append(try runtime.typeExpressionText(element)) }
          parts.append("[\(inner.joined(separator: ", "))]")
        } else {
          parts.append(try runtime.typeExpressionText(argument))
        }
      }
      let text = parts.isEmpty ? "()" : parts.joined(separator: ", ")
      let star = alias.isUnpacked ? "*" : ""
      return .object(runtime.string("\(star)\(try runtime.typeExpressionText(alias.origin))[\(text)]"))
    }
    type.define(self, "__or__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[0], arguments[1])
    }
    type.define(self, "__ror__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[1], arguments[0])
    }
    type.define(self, "__eq__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject, let other = arguments[1].object as? GenericAliasObject
      else { return .notImplemented }
      guard alias.isUnpacked == other.isUnpacked, try runtime.equals(alias.origin, other.origin) else { return .bool(false) }
      return .bool(
        try runtime.equals(
          .object(TupleObject(runtime, alias.arguments)), .object(TupleObject(runtime, other.arguments))))
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject else { return .int(0) }
      return .int(
        try runtime.hash(alias.origin) ^ runtime.hash(.object(TupleObject(runtime, alias.arguments))))
    }
    type.define(self, "__mro_entries__", "self, bases, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject else { return .none }
      return .object(TupleObject(runtime, [alias.origin]))
    }
    type.define(self, "__instancecheck__", "self, instance, /") { (runtime, _) throws(Raised) in
      throw runtime.typeError("isinstance() argument 2 cannot be a parameterized generic")
    }
    type.define(self, "__subclasscheck__", "self, cls, /") { (runtime, _) throws(Raised) in
      throw runtime.typeError("issubclass() argument 2 cannot be a parameterized generic")
    }
    type.define(self, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject else { return .none }
      let chosen = try runtime.substituteTypeVariables(in: arguments[0], alias.arguments, arguments[1])
      return .object(
        GenericAliasObject(runtime, origin: alias.origin, arguments: chosen.array, isUnpacked: alias.isUnpacked))
    }
    type.define(self, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject else { return .none }
      let unpacked = GenericAliasObject(runtime, origin: alias.origin, arguments: alias.arguments, isUnpacked: true)
      return .object(try runtime.iterator(runtime.tuple([.object(unpacked)])))
    }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try arguments[0].object.unsafelyUnwrapped.call(runtime, arguments.dropFirst)
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let alias = arguments[0].object as? GenericAliasObject else { return .none }
      let parts = runtime.tuple([alias.origin, .object(TupleObject(runtime, alias.arguments))])
      return runtime.tuple([.object(runtime.types.genericAlias), parts])
    }
    type.defineProperty(self, "__unpacked__") { (_, value) throws(Raised) in
      .bool((value.object as? GenericAliasObject)?.isUnpacked == true)
    }
    type.defineProperty(self, "__origin__") { (_, value) throws(Raised) in
      (value.object as? GenericAliasObject)?.origin ?? .none
    }
    type.defineProperty(self, "__args__") { (runtime, value) throws(Raised) in
      .object(TupleObject(runtime, (value.object as? GenericAliasObject)?.arguments ?? []))
    }
    type.defineProperty(self, "__parameters__") { (runtime, value) throws(Raised) in
      try runtime.typeVariables(in: (value.object as? GenericAliasObject)?.arguments ?? [])
    }
    for generic in [types.list, types.dict, types.tuple, types.set, types.frozenset, types.type] {
      defineTypeArguments(of: generic)
    }
  }

  /// The type variables in type arguments: `typing` knows them, and there are none before it is loaded.
  func typeVariables(in arguments: [Value]) throws(Raised) -> Value {
    let list = Value.object(TupleObject(self, arguments))
    guard arguments.contains(where: { $0.object != nil && $0.type == nil }), let typing = modules["typing"] else {
      return .object(TupleObject(self, []))
    }
    return try call(try getAttribute(.object(typing), "_collect_parameters"), list)
  }

  /// `Vector[int]`, where Vector is `list[T]`: the type arguments without their variables.
  func substituteTypeVariables(in alias: Value, _ arguments: [Value], _ key: Value) throws(Raised) -> TupleObject {
    guard let typing = modules["typing"], let found = try typeVariables(in: arguments).tuple, found.count > 0,
      let chosen = try call(try getAttribute(.object(typing), "_subscript"), alias, key).tuple
    else { throw typeError("\(try repr(alias).text) is not a generic class") }
    return chosen
  }

  /// Lets programs write `Type[arguments]`.
  func defineTypeArguments(of type: TypeObject) {
    type.defineClassMethod(self, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
  }
}

extension TypeObject {
  /// Lets annotations say of what: `chain[int]`.
  func defineTypeArguments(_ runtime: Runtime) {
    defineClassMethod(runtime, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
  }
}
