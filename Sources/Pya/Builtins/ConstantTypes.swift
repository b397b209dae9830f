/// The types of `None`, `...` and `NotImplemented`, and what other types without a file of their own show of themselves.
extension Runtime {
  func installConstantTypes() {
    let constants: [(TypeObject, String, Value)] = [
      (types.none, "None", .none), (types.ellipsis, "Ellipsis", .ellipsis),
      (types.notImplemented, "NotImplemented", .notImplemented),
    ]
    for (type, text, value) in constants {
      type.construct = { (runtime, cls, arguments) throws(Raised) in
        if arguments.count > 0 || arguments.hasKeywords { throw runtime.typeError("\(cls.name) takes no arguments") }
        return value
      }
      type.define(self, "__repr__", "self, /") { (runtime, _) throws(Raised) in .object(runtime.intern(text)) }
      type.defineStatic(self, "__new__", "*args, **kwargs") { (_, _) throws(Raised) in value }
    }
    types.none.define(self, "__bool__", "self, /") { (_, _) throws(Raised) in .bool(false) }
    types.notImplemented.define(self, "__bool__", "self, /") { (runtime, _) throws(Raised) in
      .bool(try runtime.truthOfNotImplemented())
    }
    builtins.setString(intern("Ellipsis"), .ellipsis)
    builtins.setString(intern("NotImplemented"), .notImplemented)
    // The program reaches these by keyword; here they are for `dir(builtins)` and `getattr`.
    for (name, value) in [("True", Value.bool(true)), ("False", .bool(false)), ("None", .none)] {
      builtins.setString(intern(name), value)
    }
    builtins.setString(intern("__debug__"), .bool(launchOptions.optimization == 0))
    builtins.setString(intern("__package__"), .object(string("")))
    for name in ["__loader__", "__spec__"] { builtins.setString(intern(name), .none) }
    installDescriptorReprs()
  }

  private func installDescriptorReprs() {
    types.getSetDescriptor.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let attribute = arguments[0].object as? NativeAttribute else { return .none }
      return .object(
        runtime.string("<attribute '\(attribute.name)' of '\(attribute.owner?.dottedName ?? "?")' objects>"))
    }
    types.memberDescriptor.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let member = arguments[0].object as? MemberDescriptor else { return .none }
      return .object(runtime.string("<member '\(member.name.text)' of '\(member.owner.name)' objects>"))
    }
    for type in [types.getSetDescriptor, types.memberDescriptor] {
      defineDescriptorProtocol(of: type)
      type.defineProperty(self, "__name__") { (runtime, value) throws(Raised) in
        if let member = value.object as? MemberDescriptor { return .object(member.name) }
        return .object(runtime.string((value.object as? NativeAttribute)?.name ?? ""))
      }
      type.defineProperty(self, "__objclass__") { (_, value) throws(Raised) in
        if let member = value.object as? MemberDescriptor { return .object(member.owner) }
        return (value.object as? NativeAttribute)?.owner.map { .object($0) } ?? .none
      }
      type.defineProperty(self, "__doc__") { (_, _) throws(Raised) in .none }
    }
  }

  // MARK: Modules

  func installModuleType() {
    let type = types.module
    type.defineConstructor(self, "name, doc=None") { (runtime, cls) in
      .object(ModuleObject(type: cls, namespace: DictObject(runtime)))
    } fill: { (runtime, value, arguments) throws(Raised) in
      guard let name = arguments[0].string else {
        throw runtime.typeError("module() argument 'name' must be str, not \(runtime.givenName(arguments[0]))")
      }
      value.cast(.module, to: ModuleObject.self)?.initialize(runtime, name: name, doc: arguments[1].defined ?? .none)
    }
    type.defineRepresentation(self)
    type.define(self, "__dir__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let module = arguments[0].cast(.module, to: ModuleObject.self) else { return .none }
      if let override = module.namespace.getString(runtime.names[.dir]) { return try runtime.call(override) }
      return .object(ListObject(runtime, module.namespace.keys))
    }
  }
}
