import PyaSyntax

/// `set` and `frozenset`.
extension Runtime {
  func installSetTypes() {
    installSetType()
    installFrozenSetType()
    for type in [types.set, types.frozenset] { installSharedSetMethods(type) }
  }

  private func installSetType() {
    let type = types.set
    addBuiltin(type)
    type.defineConstructor(
      self, "iterable=(), /", empty: { (_, cls) in .object(SetObject(type: cls)) },
      fill: { (runtime, made, arguments) throws(Raised) in
        let set = made.set.unsafelyUnwrapped
        if set.count > 0 { set.removeAll() }
        try runtime.fill(set, from: arguments)
      })
    type.defineAsUnhashable(self)
    installSetElementChanges(type)
    installSetUpdates(type)
  }

  private func installFrozenSetType() {
    let type = types.frozenset
    addBuiltin(type)
    type.defineConstructor(self, "iterable=(), /") { (runtime, cls, arguments) throws(Raised) in
      if cls === runtime.types.frozenset, let set = arguments[0].set, set.isExactly(cls) { return arguments[0] }
      let set = SetObject(type: cls)
      try runtime.fill(set, from: arguments)
      return .object(set)
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(runtime.frozenSetHash(arguments[0].set.unsafelyUnwrapped))
    }
  }

  /// Adds the elements of the first argument, if there is one, to a new set.
  private func fill(_ set: SetObject, from arguments: Arguments) throws(Raised) {
    if isDrainable(arguments, at: 0) {
      try walk(arguments, at: 0) { (value) throws(Raised) in
        _ = try set.add(value, self)
        return true
      }
    } else if let iterable = arguments[0].defined {
      try setUpdate(set, iterable)
    }
  }

  private func define(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, SetObject, Arguments) throws(Raised) -> Value
  ) {
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      try arguments.receiver(SetObject.self).borrowed { (set) throws(Raised) in
        try body(runtime, set, arguments)
      }
    }
  }

  private func installSetElementChanges(_ type: TypeObject) {
    type.define(self, "add", "self, object, /") { (runtime, arguments) throws(Raised) in
      _ = try arguments.receiver(SetObject.self).borrowed { (set) throws(Raised) in try set.add(arguments.base[1], runtime) }
      return .none
    }
    type.attributes.setShortcut(.add, of: "add", self)
    define(type, "discard", "self, object, /") { (runtime, set, arguments) throws(Raised) in
      _ = try runtime.removeElement(of: set, at: arguments.base + 1)
      return .none
    }
    define(type, "remove", "self, object, /") { (runtime, set, arguments) throws(Raised) in
      if try runtime.removeElement(of: set, at: arguments.base + 1) { return .none }
      throw runtime.keyError(arguments[1])
    }
    define(type, "pop", "self, /") { (runtime, set, _) throws(Raised) in
      guard let element = set.pop() else {
        throw runtime.keyError(.object(runtime.string("pop from an empty set")))
      }
      return element
    }
    define(type, "clear", "self, /") { (_, set, _) throws(Raised) in
      set.removeAll()
      return .none
    }
  }

  /// Removes what is equal to the argument that lies at `key`. Whether it was there.
  private func removeElement(of set: SetObject, at key: UnsafeMutablePointer<Value>) throws(Raised) -> Bool {
    let hash = if let quick = key.quickHash { quick } else { try hashInSet(key.pointee) }
    return try set.remove(keyAt: key, hash: hash, self)
  }

  private func installSetUpdates(_ type: TypeObject) {
    define(type, "update", "self, /, *others") { (runtime, set, arguments) throws(Raised) in
      for other in try runtime.otherSets(arguments, "set.update") { try runtime.setUpdate(set, other) }
      return .none
    }
    define(type, "difference_update", "self, /, *others") { (runtime, set, arguments) throws(Raised) in
      for other in try runtime.otherSets(arguments, "set.difference_update") {
        try runtime.setDifferenceUpdate(set, other)
      }
      return .none
    }
    define(type, "intersection_update", "self, /, *others") { (runtime, set, arguments) throws(Raised) in
      let others = try runtime.otherSets(arguments, "set.intersection_update")
      set.swapElements(with: try runtime.intersection(set, others))
      return .none
    }
    define(type, "symmetric_difference_update", "self, other, /") { (runtime, set, arguments) throws(Raised) in
      try runtime.setSymmetricDifferenceUpdate(set, arguments[1])
      return .none
    }
    for (name, op) in [("ior", BinaryOperator.or), ("iand", .and), ("isub", .subtract), ("ixor", .xor)] {
      define(type, "__\(name)__", "self, value, /") { (runtime, set, arguments) throws(Raised) in
        guard let other = arguments[1].set else { return .notImplemented }
        return try runtime.setInPlace(op, set, other) ? arguments[0] : .notImplemented
      }
    }
  }

  /// The arguments of a method that takes any number of iterables.
  private func otherSets(_ arguments: Arguments, _ name: String) throws(Raised) -> [Value] {
    if arguments.hasKeywords { throw typeError("\(name)() takes no keyword arguments") }
    return arguments.dropFirst.positional
  }

  private func intersection(_ set: SetObject, _ others: [Value]) throws(Raised) -> SetObject {
    if others.isEmpty { return try set.copy(type: baseSetType(set), self) }
    var result = set
    for other in others { result = try setIntersection(result, other) }
    return result
  }

  private func installSharedSetMethods(_ type: TypeObject) {
    type.defineLength(self) { $0.set.unsafelyUnwrapped.count }
    type.defineElements(self, isSubscriptable: false)
    type.define(self, "__contains__", "self, object, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.setContains(arguments[0].set.unsafelyUnwrapped, arguments[1]))
    }
    type.defineRepresentation(self)
    define(type, "copy", "self, /") { (runtime, set, arguments) throws(Raised) in
      if set.isExactly(runtime.types.frozenset) { return arguments[0] }
      return .object(try set.copy(type: runtime.baseSetType(set), runtime))
    }
    let name = type.name
    define(type, "union", "self, /, *others") { (runtime, set, arguments) throws(Raised) in
      let result = try set.copy(type: runtime.baseSetType(set), runtime)
      for other in try runtime.otherSets(arguments, "\(name).union") where !other.isIdentical(to: arguments[0]) {
        try runtime.setUpdate(result, other)
      }
      return .object(result)
    }
    define(type, "intersection", "self, /, *others") { (runtime, set, arguments) throws(Raised) in
      .object(try runtime.intersection(set, try runtime.otherSets(arguments, "\(name).intersection")))
    }
    define(type, "difference", "self, /, *others") { (runtime, set, arguments) throws(Raised) in
      let others = try runtime.otherSets(arguments, "\(name).difference")
      guard let first = others.first else { return .object(try set.copy(type: runtime.baseSetType(set), runtime)) }
      let result = try runtime.setDifference(set, first)
      for other in others.dropFirst() { try runtime.setDifferenceUpdate(result, other) }
      return .object(result)
    }
    define(type, "symmetric_difference", "self, other, /") { (runtime, set, arguments) throws(Raised) in
      .object(try runtime.setSymmetricDifference(set, arguments[1]))
    }
    installSetRelations(type)
    installSetOperators(type)
  }

  private func installSetRelations(_ type: TypeObject) {
    define(type, "issubset", "self, other, /") { (runtime, set, arguments) throws(Raised) in
      if let other = arguments[1].set { return .bool(try runtime.isSubset(set, other)) }
      return .bool(try runtime.setIntersection(set, arguments[1]).count == set.count)
    }
    define(type, "issuperset", "self, other, /") { (runtime, set, arguments) throws(Raised) in
      if let other = arguments[1].set { return .bool(try runtime.isSubset(other, set)) }
      let iterator = try runtime.iterator(arguments[1])
      while true {
        let element = try iterator.next(runtime)
        if element.isUndefined { return .bool(true) }
        if try !runtime.setContains(set, element) { return .bool(false) }
      }
    }
    define(type, "isdisjoint", "self, other, /") { (runtime, set, arguments) throws(Raised) in
      .bool(try runtime.isDisjoint(set, arguments[1]))
    }
    for op in ComparisonOperator.rich {
      define(type, op.methodName, "self, value, /") { (runtime, set, arguments) throws(Raised) in
        guard let other = arguments[1].set, let holds = try runtime.setCompare(op, set, other) else {
          return .notImplemented
        }
        return .bool(holds)
      }
    }
  }

  private func installSetOperators(_ type: TypeObject) {
    for (name, op) in [("or", BinaryOperator.or), ("and", .and), ("sub", .subtract), ("xor", .xor)] {
      define(type, "__\(name)__", "self, value, /") { (runtime, set, arguments) throws(Raised) in
        guard let other = arguments[1].set else { return .notImplemented }
        return try runtime.setOperation(op, set, other)
      }
      define(type, "__r\(name)__", "self, value, /") { (runtime, set, arguments) throws(Raised) in
        guard let other = arguments[1].set else { return .notImplemented }
        return try runtime.setOperation(op, other, set)
      }
    }
  }
}
