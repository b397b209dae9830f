/// Async generators, and the steps that their methods return to be awaited.
extension Runtime {
  func installAsyncGeneratorTypes() {
    let type = types.asyncGenerator
    installSuspendableAttributes(type, prefix: "ag_")
    type.defineProperty(self, "ag_await") { (runtime, value) throws(Raised) in
      try runtime.suspendable(value).delegateValue
    }
    type.define(self, "__aiter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.define(self, "__anext__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.asyncStep(arguments[0], .send(.none))
    }
    type.define(self, "asend", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.asyncStep(arguments[0], .send(arguments[1]))
    }
    type.define(self, "athrow", "self, typ, val=None, tb=None, /") { (runtime, arguments) throws(Raised) in
      try runtime.asyncStep(arguments[0], .raise(try runtime.exceptionToThrow(arguments, "athrow")))
    }
    type.define(self, "aclose", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.asyncStep(arguments[0], .close)
    }
    type.defineClassMethod(self, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
    installAwaitableMethods(types.asyncGeneratorStep)
    installAwaitableMethods(types.asyncGeneratorThrow)
  }

  private func asyncStep(_ generator: Value, _ action: AsyncGeneratorStep.Action) throws(Raised) -> Value {
    let frame = try suspendable(generator)
    registerAsyncGenerator(frame)
    return .object(AsyncGeneratorStep(self, frame, action))
  }
}
