extension Runtime {
  func installDictType() {
    let type = types.dict
    addBuiltin(type)
    type.defineConstructor(
      self, "*args, **kwargs", empty: { (_, cls) in .object(DictObject(type: cls)) },
      fill: { (runtime, made, arguments) throws(Raised) in
        try runtime.updateDict(made.dict.unsafelyUnwrapped, with: arguments, "dict")
      })
    type.defineComparisons(self, [.equal, .notEqual])
    type.defineLength(self) { $0.dict.unsafelyUnwrapped.count }
    type.defineElements(self)
    type.defineItemChanges(self)
    type.defineRepresentation(self)
    type.defineAsUnhashable(self)
    installDictLookups(type)
    installDictChanges(type)
    installDictUnions(type)
    installDictViews()
  }

  private func define(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, DictObject, Arguments) throws(Raised) -> Value
  ) {
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      try arguments.receiver(DictObject.self).borrowed { (dict) throws(Raised) in
        try body(runtime, dict, arguments)
      }
    }
  }

  private func installDictLookups(_ type: TypeObject) {
    define(type, "get", "self, key, default=None, /") { (runtime, dict, arguments) throws(Raised) in
      try dict.get(arguments[1], runtime) ?? arguments[2].defined ?? .none
    }
    type.attributes.setShortcut(.get, of: "get", self)
    define(type, "keys", "self, /") { (runtime, dict, _) throws(Raised) in .object(DictViewObject(runtime, dict, .keys)) }
    define(type, "values", "self, /") { (runtime, dict, _) throws(Raised) in
      .object(DictViewObject(runtime, dict, .values))
    }
    define(type, "items", "self, /") { (runtime, dict, _) throws(Raised) in
      .object(DictViewObject(runtime, dict, .items))
    }
    define(type, "copy", "self, /") { (runtime, dict, _) throws(Raised) in .object(dict.copy(runtime)) }
    define(type, "__reversed__", "self, /") { (runtime, dict, _) throws(Raised) in
      .object(ReversedDictIterator(runtime, dict, .keys))
    }
    type.defineClassMethod(self, "fromkeys", "cls, iterable, value=None, /") { (runtime, arguments) throws(Raised) in
      let value = arguments[2].defined ?? .none
      if arguments[0].type === runtime.types.dict {
        let dict = DictObject(runtime)
        try runtime.forEach(arguments[1]) { (key) throws(Raised) in try dict.set(key, value, runtime) }
        return .object(dict)
      }
      let made = try runtime.call(arguments[0])
      try runtime.forEach(arguments[1]) { (key) throws(Raised) in try runtime.setItem(made, key, value) }
      return made
    }
  }

  private func installDictChanges(_ type: TypeObject) {
    define(type, "pop", "self, key, default=None, /") { (runtime, dict, arguments) throws(Raised) in
      if let value = try dict.remove(arguments[1], runtime) { return value }
      guard let fallback = arguments[2].defined else { throw runtime.keyError(arguments[1]) }
      return fallback
    }
    define(type, "popitem", "self, /") { (runtime, dict, _) throws(Raised) in
      guard dict.count > 0 else {
        throw runtime.keyError(.object(runtime.string("popitem(): dictionary is empty")))
      }
      let index = dict.lastIndex()
      let key = dict.entries[index].key
      return runtime.pair(key, dict.remove(at: index))
    }
    define(type, "setdefault", "self, key, default=None, /") { (runtime, dict, arguments) throws(Raised) in
      let key = arguments.base + 1
      if let hash = key.quickHash, let index = dict.quickIndex(hash: hash, { $0.isQuicklySame(as: key) }) {
        if index >= 0 { return dict.valuePlace(index).copied }
        let value = arguments[2].defined ?? .none
        dict.insert(key.copied, hash: hash, value)
        return value
      }
      return try dict.value(of: arguments[1], orInserting: arguments[2].defined ?? .none, runtime)
    }
    define(type, "clear", "self, /") { (_, dict, _) throws(Raised) in
      dict.removeAll()
      return .none
    }
    type.define(self, "update", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.updateDict(arguments[0].dict.unsafelyUnwrapped, with: arguments.dropFirst, "update")
      return .none
    }
  }

  private func installDictUnions(_ type: TypeObject) {
    func union(_ runtime: Runtime, _ first: Value, _ second: Value) throws(Raised) -> Value {
      guard let left = first.dict, let right = second.dict else { return .notImplemented }
      let result = left.copy(runtime)
      try result.merge(right, runtime)
      return .object(result)
    }
    type.define(self, "__or__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try union(runtime, arguments[0], arguments[1])
    }
    type.define(self, "__ror__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try union(runtime, arguments[1], arguments[0])
    }
    define(type, "__ior__", "self, value, /") { (runtime, dict, arguments) throws(Raised) in
      try runtime.updateDict(dict, from: arguments[1])
      return arguments[0]
    }
  }

  // MARK: Updating

  /// `dict(...)` and `dict.update(...)`: at most one mapping or iterable of pairs, then keywords.
  func updateDict(_ dict: DictObject, with arguments: Arguments, _ function: String) throws(Raised) {
    if arguments.count > 1 {
      throw typeError("\(function) expected at most 1 argument, got \(arguments.count)")
    }
    if arguments.count == 1 { try updateDict(dict, from: arguments[0]) }
    for (name, value) in arguments.keywords { dict.setString(name, value) }
  }

  /// Adds what a mapping or an iterable of pairs holds.
  func updateDict(_ dict: DictObject, from source: Value) throws(Raised) {
    if let other = source.dict, other.type.special(.iter) == nil {
      return try dict.merge(other, self)
    }
    if let keys = try getAttributeIfPresent(source, intern("keys")) {
      try forEach(try call(keys)) { (key) throws(Raised) in try dict.set(key, try getItem(source, key), self) }
      return
    }
    var index = 0
    try forEach(source) { (element) throws(Raised) in
      let (key, value) = try keyAndValue(element, index, of: dict)
      try dict.set(key, value, self)
      index += 1
    }
  }

  private func keyAndValue(_ element: Value, _ index: Int, of dict: DictObject) throws(Raised) -> (Value, Value) {
    if let tuple = element.tuple, tuple.count == 2, tuple.isExactly(types.tuple) { return (tuple[0], tuple[1]) }
    let pair: [Value]
    do { pair = try array(element) } catch {
      guard matches(error, .typeError), !isIterable(element), !isOrderedDict(dict) else { throw error }
      throw typeError("cannot convert dictionary update sequence element #\(index) to a sequence")
    }
    guard pair.count == 2 else {
      if isOrderedDict(dict) {
        throw valueError(
          pair.count > 2 ? "too many values to unpack (expected 2)" : "need more than \(pair.count) value\(pair.count == 1 ? "" : "s") to unpack")
      }
      throw valueError("dictionary update sequence element #\(index) has length \(pair.count); 2 is required")
    }
    return (pair[0], pair[1])
  }

  /// An `OrderedDict` complains in its own words.
  private func isOrderedDict(_ dict: DictObject) -> Bool {
    dict.type.mro.contains { $0.messageName == "collections.OrderedDict" }
  }
}
