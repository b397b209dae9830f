/// Functions and methods written in Swift, bound (`len`, `[].append`) and unbound (`list.append`), and their attributes.
extension Runtime {
  func installNativeFunctionTypes() {
    installBuiltinFunctionType(types.builtinFunction)
    installBuiltinFunctionType(types.methodWrapper)
    installMethodDescriptorType(types.methodDescriptor)
    installMethodDescriptorType(types.wrapperDescriptor)
    installGetSetDescriptorType(types.getSetDescriptor)
  }

  /// The function behind a built-in function or method, bound or not.
  private func nativeFunctionArgument(_ value: Value) throws(Raised) -> NativeFunction {
    if let function = value.cast(.nativeFunction, to: NativeFunction.self) { return function }
    if let method = value.cast(.boundMethod, to: BoundMethod.self),
      let function = method.function.cast(.nativeFunction, to: NativeFunction.self)
    {
      return function
    }
    throw typeError("expected a built-in function, got '\(typeName(value))'")
  }

  private func installBuiltinFunctionType(_ type: TypeObject) {
    installNativeNames(type)
    type.defineProperty(self, "__qualname__") { (runtime, value) throws(Raised) in
      let function = try runtime.nativeFunctionArgument(value)
      guard let method = value.cast(.boundMethod, to: BoundMethod.self) else {
        return .object(runtime.string(function.className.map { "\($0).\(function.name)" } ?? function.name))
      }
      let owner = method.receiver.type ?? runtime.type(of: method.receiver)
      return .object(runtime.string("\(owner.qualifiedName).\(function.name)"))
    }
    type.defineProperty(self, "__self__") { (runtime, value) throws(Raised) in
      if let method = value.cast(.boundMethod, to: BoundMethod.self) { return method.receiver }
      let module = try runtime.nativeFunctionArgument(value).moduleName ?? "builtins"
      return runtime.modules[module].map { .object($0) } ?? .none
    }
    type.defineProperty(self, "__module__") { (runtime, value) throws(Raised) in
      if value.cast(.boundMethod, to: BoundMethod.self) != nil { return .none }
      return .object(runtime.string(try runtime.nativeFunctionArgument(value).moduleName ?? "builtins"))
    }
  }

  private func installMethodDescriptorType(_ type: TypeObject) {
    installNativeNames(type)
    type.defineProperty(self, "__qualname__") { (runtime, value) throws(Raised) in
      .object(runtime.string(try runtime.nativeFunctionArgument(value).displayName))
    }
    type.defineProperty(self, "__objclass__") { (runtime, value) throws(Raised) in
      try runtime.nativeFunctionArgument(value).owner.map { .object($0) } ?? .none
    }
    type.define(self, "__get__", "self, instance, owner=None, /") { (runtime, arguments) throws(Raised) in
      let function = try runtime.nativeFunctionArgument(arguments[0])
      if arguments[1].isNone { return arguments[0] }
      if let owner = function.owner, !runtime.isInstance(arguments[1], of: owner) {
        throw runtime.typeError(
          "descriptor '\(function.name)' for '\(owner.name)' objects doesn't apply to a "
            + "'\(runtime.typeName(arguments[1]))' object")
      }
      return .object(BoundMethod(runtime, function: arguments[0], receiver: arguments[1]))
    }
  }

  /// What both have.
  private func installNativeNames(_ type: TypeObject) {
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0], arguments.dropFirst)
    }
    type.defineProperty(self, "__name__") { (runtime, value) throws(Raised) in
      .object(runtime.string(try runtime.nativeFunctionArgument(value).name))
    }
    type.defineProperty(self, "__doc__") { (runtime, value) throws(Raised) in
      try runtime.nativeFunctionArgument(value).doc.map { .object(runtime.string($0)) } ?? .none
    }
    type.defineProperty(self, "__text_signature__") { (runtime, value) throws(Raised) in
      let text = try runtime.nativeFunctionArgument(value).signature.text
      return .object(runtime.string("(\(text.hasPrefix("self") ? "$" : "")\(text))"))
    }
  }

  private func installGetSetDescriptorType(_ type: TypeObject) {
    type.defineProperty(self, "__qualname__") { (runtime, value) throws(Raised) in
      guard let found = value.object as? NativeAttribute else { return .none }
      return .object(runtime.string(found.owner.map { "\($0.qualifiedName).\(found.name)" } ?? found.name))
    }
  }
}
