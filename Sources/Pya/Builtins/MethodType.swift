/// Bound methods of the program's functions, and `types.MethodType`.
extension Runtime {
  func installMethodType() {
    let type = types.method
    type.construct = { (runtime, _, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("method() takes no keyword arguments") }
      guard arguments.count == 2 else {
        throw runtime.typeError("method expected 2 arguments, got \(arguments.count)")
      }
      guard runtime.isCallable(arguments[0]) else { throw runtime.typeError("first argument must be callable") }
      if arguments[1].isNone { throw runtime.typeError("instance must not be None") }
      return .object(BoundMethod(runtime, function: arguments[0], receiver: arguments[1]))
    }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0], arguments.dropFirst)
    }
    type.define(self, "__get__", "self, instance, owner=None, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.defineProperty(self, "__self__") { (runtime, value) throws(Raised) in
      try runtime.methodArgument(value).receiver
    }
    type.defineProperty(self, "__func__") { (runtime, value) throws(Raised) in
      try runtime.methodArgument(value).function
    }
    type.defineProperty(self, "__doc__") { (runtime, value) throws(Raised) in
      try runtime.getAttributeIfPresent(try runtime.methodArgument(value).function, runtime.names.doc) ?? .none
    }
  }

  func methodArgument(_ value: Value) throws(Raised) -> BoundMethod {
    guard let method = value.cast(.boundMethod, to: BoundMethod.self) else {
      throw typeError("expected a method, got '\(typeName(value))'")
    }
    return method
  }
}
