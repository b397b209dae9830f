/// `_error_handlers`: where `codecs` keeps the handlers that programs register.
extension Runtime {
  func makeErrorHandlersModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_error_handlers")
    module.define(self, "register", "name, handler, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else { throw runtime.typeError("register_error() argument 1 must be str") }
      guard runtime.isCallable(arguments[1]) else { throw runtime.typeError("handler must be callable") }
      runtime.errorHandlers.byName[name.text] = arguments[1]
      return .none
    }
    module.define(self, "find", "name, /") { (runtime, arguments) throws(Raised) in
      arguments[0].string.flatMap { runtime.errorHandlers.byName[$0.text] } ?? .none
    }
    // The codec that a name means, as `codecs.lookup` calls it; None if there is none.
    module.define(self, "codec_name", "encoding, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else { throw runtime.typeError("lookup() argument must be str, not \(runtime.givenName(arguments[0]))") }
      return Encoding(name.text).map { .object(runtime.string($0.codecName)) } ?? .none
    }
    return module
  }
}
