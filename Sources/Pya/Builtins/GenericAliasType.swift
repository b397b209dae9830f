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
      return .object(runtime.string("\(try runtime.typeExpressionText(alias.origin))[\(text)]"))
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
      guard try runtime.equals(alias.origin, other.origin) else { return .bool(false) }
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
      throw runtime.typeError("\(try runtime.repr(.object(alias)).text) is not a generic class")
    }
    type.defineProperty(self, "__origin__") { (_, value) throws(Raised) in
      (value.object as? GenericAliasObject)?.origin ?? .none
    }
    type.defineProperty(self, "__args__") { (runtime, value) throws(Raised) in
      .object(TupleObject(runtime, (value.object as? GenericAliasObject)?.arguments ?? []))
    }
    type.defineProperty(self, "__parameters__") { (runtime, _) throws(Raised) in .object(TupleObject(runtime, [])) }
    for generic in [types.list, types.dict, types.tuple, types.set, types.frozenset, types.type] {
      defineTypeArguments(of: generic)
    }
  }

  /// Lets programs write `Type[arguments]`.
  func defineTypeArguments(of type: TypeObject) {
    type.defineClassMethod(self, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
  }
}
