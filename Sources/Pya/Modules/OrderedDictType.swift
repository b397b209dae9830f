import PyaSyntax

/// `collections.OrderedDict`: a dictionary that can move keys to its ends, and that compares with its order.
extension Runtime {
  func makeOrderedDictType() -> TypeObject {
    let type = makeDictSubtype("OrderedDict")
    type.messageName = "collections.OrderedDict"
    func define(
      _ name: String, _ signature: NativeSignature,
      _ body: @escaping (Runtime, DictObject, Arguments) throws(Raised) -> Value
    ) {
      type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        try body(runtime, arguments[0].dict.unsafelyUnwrapped, arguments)
      }
    }
    define("move_to_end", "self, key, last=True") { (runtime, dict, arguments) throws(Raised) in
      let isLast = arguments[2].isUndefined ? true : try runtime.isTrue(arguments[2])
      let hash = try runtime.hash(arguments[1])
      let index = try dict.find(arguments[1], hash: hash, runtime)
      if index < 0 { throw runtime.keyError(arguments[1]) }
      if isLast {
        if index == dict.lastIndex() { return .none }
        let key = dict.keyPlace(index).copied
        dict.insert(key, hash: hash, dict.remove(at: index))
      } else if index != dict.firstIndex() {
        let entry = dict.entries[index]
        var entries = dict.liveEntries
        entries.removeAll { $0.key.isIdentical(to: entry.key) }
        dict.removeAll()
        dict.insert(entry.key, hash: hash, entry.value)
        for other in entries { dict.insert(other.key, hash: other.hash, other.value) }
      }
      return .none
    }
    define("pop", "self, key, default=None") { (runtime, dict, arguments) throws(Raised) in
      if let value = try dict.remove(arguments[1], runtime) { return value }
      guard let fallback = arguments[2].defined else { throw runtime.keyError(arguments[1]) }
      return fallback
    }
    define("setdefault", "self, key, default=None") { (runtime, dict, arguments) throws(Raised) in
      try dict.value(of: arguments[1], orInserting: arguments[2].defined ?? .none, runtime)
    }
    type.defineClassMethod(self, "fromkeys", "type, iterable, value=None") { (runtime, arguments) throws(Raised) in
      let made = try runtime.call(arguments[0])
      try runtime.forEach(arguments[1]) { (key) throws(Raised) in
        try runtime.setItem(made, key, arguments[2].defined ?? .none)
      }
      return made
    }
    define("popitem", "self, last=True") { (runtime, dict, arguments) throws(Raised) in
      let isLast = arguments[1].isUndefined ? true : try runtime.isTrue(arguments[1])
      guard dict.count > 0 else { throw runtime.keyError(.object(runtime.string("dictionary is empty"))) }
      let index = isLast ? dict.lastIndex() : dict.firstIndex()
      let key = dict.keyPlace(index).copied
      return runtime.pair(key, dict.remove(at: index))
    }
    let views: [(String, DictViewObject.Part, TypeObject)] = [
      ("keys", .keys, types.dictKeys), ("values", .values, types.dictValues), ("items", .items, types.dictItems),
    ]
    for (name, part, base) in views {
      let viewType = TypeObject(
        self, metatype: types.type, name: "odict_\(name)", bases: [base], instanceKind: .dictView, isHeap: false)
      viewType.isFinal = true
      define(name, "self, /") { (runtime, dict, _) throws(Raised) in
        let view = DictViewObject(runtime, dict, part)
        view.type = viewType
        return .object(view)
      }
    }
    define("copy", "self, /") { (runtime, dict, arguments) throws(Raised) in
      try runtime.call(.object(dict.type), arguments[0])
    }
    define("__repr__", "self, /") { (runtime, dict, _) throws(Raised) in
      if runtime.openRepresentations.contains(dict.address) { return .object(runtime.string("...")) }
      if dict.count == 0 { return .object(runtime.string("\(dict.type.name)()")) }
      runtime.openRepresentations.append(dict.address)
      defer { runtime.openRepresentations.removeLast() }
      return .object(runtime.string("\(dict.type.name)(\(try runtime.repr(.object(dict.copy(runtime))).text))"))
    }
    for op in [ComparisonOperator.equal, .notEqual] {
      define(op.methodName, "self, value, /") { (runtime, dict, arguments) throws(Raised) in
        guard let other = arguments[1].dict else { return .notImplemented }
        var isEqual = try runtime.isTrue(
          try runtime.builtInComparison(.equal, .object(dict), .object(other)))
        if isEqual, other.type.isSubtype(of: type) {
          isEqual = try runtime.haveSameOrder(dict, other)
        }
        return .bool(isEqual == (op == .equal))
      }
    }
    defineDictUnions(type) { (runtime, cls, _) throws(Raised) in try runtime.call(.object(cls)) }
    type.defineAsUnhashable(self)
    type.didChange()
    return type
  }

  private func haveSameOrder(_ a: DictObject, _ b: DictObject) throws(Raised) -> Bool {
    let (first, second) = (a.keys, b.keys)
    for index in 0..<min(first.count, second.count) where try !isSame(first[index], second[index]) { return false }
    return first.count == second.count
  }

  /// `|`, whose result is of the left operand's class as `make` makes it empty, and `|=`.
  func defineDictUnions(
    _ type: TypeObject, _ make: @escaping (Runtime, TypeObject, DictObject) throws(Raised) -> Value
  ) {
    for (name, isReflected) in [("__or__", false), ("__ror__", true)] {
      type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
        guard let own = arguments[0].dict, let other = arguments[1].dict else { return .notImplemented }
        let result = try make(runtime, own.type, own)
        guard let target = result.dict else { return .notImplemented }
        try target.merge(isReflected ? other : own, runtime)
        try target.merge(isReflected ? own : other, runtime)
        return result
      }
    }
  }
}
