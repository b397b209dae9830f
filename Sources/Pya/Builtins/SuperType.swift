/// `super(C, self)`. (Without arguments it is compiled: see Nodes/.)
extension Runtime {
  func installSuperType() {
    let type = types.superType
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let proxy = SuperProxy(type: cls, thisClass: nil, receiver: .undefined, receiverType: nil)
      try runtime.fill(proxy, arguments)
      return .object(proxy)
    }
    type.defineStatic(self, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      .object(
        SuperProxy(
          type: arguments[0].type ?? runtime.types.superType, thisClass: nil, receiver: .undefined, receiverType: nil))
    }
    type.define(self, "__init__", "self, /, *args") { (runtime, arguments) throws(Raised) in
      if let proxy = arguments[0].cast(.superProxy, to: SuperProxy.self) {
        try runtime.fill(proxy, arguments.dropFirst)
      }
      return .none
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let proxy = arguments[0].cast(.superProxy, to: SuperProxy.self) else { return .none }
      let thisClass = proxy.thisClass?.name ?? "NULL"
      guard let receiverType = proxy.receiverType else {
        return .object(runtime.string("<super: <class '\(thisClass)'>, NULL>"))
      }
      return .object(runtime.string("<super: <class '\(thisClass)'>, <\(receiverType.name) object>>"))
    }
    defineSuperAttribute("__thisclass__") { $0.thisClass.map { .object($0) } ?? .none }
    defineSuperAttribute("__self__") { $0.receiver.isUndefined ? .none : $0.receiver }
    defineSuperAttribute("__self_class__") { $0.receiverType.map { .object($0) } ?? .none }
    defineDescriptorProtocol(of: type, isData: false)
  }

  private func fill(_ proxy: SuperProxy, _ arguments: Arguments) throws(Raised) {
    if arguments.hasKeywords { throw typeError("super() takes no keyword arguments") }
    guard arguments.count <= 2 else { throw typeError("super() expected at most 2 arguments, got \(arguments.count)") }
    guard arguments.count > 0 else { throw runtimeError("super(): no arguments") }
    guard let type = arguments[0].type else {
      throw typeError("super() argument 1 must be a type, not \(typeName(arguments[0]))")
    }
    try proxy.fill(self, type, arguments[1].isUndefined ? .none : arguments[1])
  }

  private func defineSuperAttribute(_ name: String, _ get: @escaping (SuperProxy) -> Value) {
    types.superType.defineProperty(self, name) { (_, value) throws(Raised) in
      value.cast(.superProxy, to: SuperProxy.self).map(get) ?? .none
    }
  }
}
