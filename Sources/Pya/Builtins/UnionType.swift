extension Runtime {
  /// `left | right` of types; NotImplemented when one of them cannot be in a union.
  func makeUnion(_ left: Value, _ right: Value) throws(Raised) -> Value {
    guard let first = unionMembers(left), let second = unionMembers(right) else { return .notImplemented }
    // Those of a union are different already.
    var members = first
    for candidate in second where !(try isAmong(members, candidate)) { members.append(candidate) }
    return members.count == 1 ? members[0] : .object(UnionObject(self, members))
  }

  private func isAmong(_ members: [Value], _ candidate: Value) throws(Raised) -> Bool {
    for member in members where try isSame(member, candidate) { return true }
    return false
  }

  private func unionMembers(_ value: Value) -> [Value]? {
    if value.isNone { return [.object(types.none)] }
    if value.type != nil { return [value] }
    if let union = value.object as? UnionObject { return union.members }
    if let object = value.object, object is GenericAliasObject || isTypeAlias(object) { return [value] }
    return nil
  }

  /// `type` aliases, and collections.abc.Callable with arguments. What else the module `typing` has makes its own unions:
  /// `int | List[str]` is a typing.Union.
  private func isTypeAlias(_ object: Object) -> Bool {
    object.type.name == "TypeAliasType" && object.type.moduleName == "typing" || object.type.name == "_CallableAlias"
  }

  func installUnionType() {
    let type = types.unionType
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      var parts: [String] = []
      for member in runtime.union(arguments[0]) { parts.append(try runtime.typeExpressionText(member)) }
      return .object(runtime.string(parts.joined(separator: " | ")))
    }
    type.define(self, "__or__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[0], arguments[1])
    }
    type.define(self, "__ror__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[1], arguments[0])
    }
    type.define(self, "__eq__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].object as? UnionObject else { return .notImplemented }
      let members = runtime.union(arguments[0])
      guard members.count == other.members.count else { return .bool(false) }
      for member in members where !(try runtime.isAmong(other.members, member)) { return .bool(false) }
      return .bool(true)
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      let members = SetObject(type: runtime.types.frozenset)
      for member in runtime.union(arguments[0]) { try members.add(member, runtime) }
      return .int(try runtime.hash(.object(members)))
    }
    type.define(self, "__instancecheck__", "self, instance, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isInstance(arguments[1], ofAny: arguments[0]))
    }
    type.define(self, "__subclasscheck__", "self, cls, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isSubclass(arguments[1], ofAny: arguments[0]))
    }
    type.defineProperty(self, "__args__") { (runtime, value) throws(Raised) in
      .object(TupleObject(runtime, runtime.union(value)))
    }
    type.defineProperty(self, "__parameters__") { (runtime, value) throws(Raised) in
      try runtime.typeVariables(in: runtime.union(value))
    }
    type.define(self, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      let members = runtime.union(arguments[0])
      let chosen = try runtime.substituteTypeVariables(in: arguments[0], members, arguments[1])
      var result = chosen[0]
      for index in 1..<max(1, chosen.count) { result = try runtime.binary(.or, result, chosen[index]) }
      return result
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let functools = try runtime.importModule("functools", level: 0, globals: runtime.builtins)
      let operators = try runtime.importModule("operator", level: 0, globals: runtime.builtins)
      let members = Value.object(TupleObject(runtime, runtime.union(arguments[0])))
      let parts = runtime.tuple([try runtime.getAttribute(operators, runtime.intern("or_")), members])
      return runtime.tuple([try runtime.getAttribute(functools, runtime.intern("reduce")), parts])
    }
    for name in ["__copy__", "__deepcopy__"] {
      type.define(self, name, "self, memo=None, /") { (_, arguments) throws(Raised) in arguments[0] }
    }
  }

  private func union(_ value: Value) -> [Value] { (value.object as? UnionObject)?.members ?? [] }

  /// A type as `list[int]` and `int | None` show it inside: the name of a class, `None`, `...`, else the repr.
  func typeExpressionText(_ value: Value) throws(Raised) -> String {
    if value.type === types.none { return "None" }
    if let type = value.type { return fullName(of: type) }
    if case .ellipsis = value { return "..." }
    return try repr(value).text
  }
}
