/// `collections.defaultdict`: makes the values of missing keys.
extension Runtime {
  func makeDefaultdictType() -> TypeObject {
    let type = makeDictSubtype("defaultdict")
    type.messageName = "collections.defaultdict"
    let factoryName = intern("default_factory")
    func factory(_ value: Value) -> Value { value.dict?.attributes?.getString(factoryName) ?? .none }
    func setFactory(_ runtime: Runtime, _ value: Value, _ factory: Value) {
      guard let dict = value.dict else { return }
      let attributes = dict.attributes ?? DictObject(runtime)
      dict.attributes = attributes
      attributes.setString(factoryName, factory)
    }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let made = arguments.count > 1 ? arguments[1] : .none
      if !made.isNone, !runtime.isCallable(made) { throw runtime.typeError("first argument must be callable or None") }
      setFactory(runtime, arguments[0], made)
      let rest = arguments.count > 1 ? arguments.dropFirst.dropFirst : arguments.dropFirst
      try runtime.updateDict(arguments[0].dict.unsafelyUnwrapped, with: rest, "defaultdict")
      return .none
    }
    type.define(self, "__missing__", "self, key, /") { (runtime, arguments) throws(Raised) in
      let make = factory(arguments[0])
      if make.isNone { throw runtime.keyError(arguments[1]) }
      let value = try runtime.call(make)
      try runtime.setItem(arguments[0], arguments[1], value)
      return value
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let dict = arguments[0].dict.unsafelyUnwrapped
      var content = TextBuilder()
      try runtime.appendDict(dict, to: &content)
      let make = factory(arguments[0])
      let address = make.object?.address ?? 0
      if address != 0, runtime.openRepresentations.contains(address) {
        return .object(runtime.string("\(dict.type.name)(..., \(content.finish(runtime).text))"))
      }
      runtime.openRepresentations.append(address)
      defer { runtime.openRepresentations.removeLast() }
      return .object(runtime.string("\(dict.type.name)(\(try runtime.repr(make).text), \(content.finish(runtime).text))"))
    }
    for name in ["copy", "__copy__"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        try runtime.call(.object(runtime.type(of: arguments[0])), factory(arguments[0]), arguments[0])
      }
    }
    defineDictUnions(type) { (runtime, cls, own) throws(Raised) in
      try runtime.call(.object(cls), factory(.object(own)))
    }
    type.defineProperty(
      self, "default_factory", get: { (_, value) throws(Raised) in factory(value) },
      set: { (runtime, value, new) throws(Raised) in setFactory(runtime, value, new.defined ?? .none) })
    type.didChange()
    return type
  }
}
