/// `sys.unraisablehook`
extension Runtime {
  func defineUnraisableHook(of module: ModuleObject) {
    let fields = ["exc_type", "exc_value", "exc_traceback", "err_msg", "object"]
    let type = StructSequenceType(self, module: "sys", name: "UnraisableHookArgs", fields: fields)
    module.set(self, "UnraisableHookArgs", .object(type.type))
    module.define(self, "unraisablehook", "unraisable, /") { (runtime, arguments) throws(Raised) in
      guard let exception = try runtime.getAttribute(arguments[0], "exc_value").exception else { return .none }
      runtime.writeUnraisable(Raised(exception), in: try runtime.getAttribute(arguments[0], "object"))
      return .none
    }
    let name = intern("unraisablehook")
    guard let standard = module.namespace.getString(name) else { return }
    module.set(self, "__unraisablehook__", standard)
    _ = attachment(UnraisableHook.self) { [unowned self, unowned module] in
      UnraisableHook { (exception, object) in
        guard let hook = module.namespace.getString(name), !hook.isIdentical(to: standard), !hook.isNone else { return false }
        let details = type.make([.object(exception.type), .object(exception), self.tracebackObject(of: exception), .none, object])
        return (try? self.call(hook, details)) != nil
      }
    }
  }
}
