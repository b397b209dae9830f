/// Coroutines: `send`, `throw`, `close` for those who drive them by hand, and `__await__`.
extension Runtime {
  func installCoroutineType() {
    let type = types.coroutine
    installSuspendableMethods(type)
    installSuspendableAttributes(type, prefix: "cr_")
    type.define(self, "__await__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(CoroutineIterator(runtime, try runtime.suspendable(arguments[0])))
    }
    type.defineProperty(self, "cr_await") { (runtime, value) throws(Raised) in
      try runtime.suspendable(value).delegateValue
    }
    type.defineProperty(self, "cr_origin") { (_, value) throws(Raised) in
        (value.object as? SuspendableFrame)?.origin ?? .none
      }
    type.defineClassMethod(self, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
    installCoroutineIteratorType()
  }

  private func installCoroutineIteratorType() {
    let type = awaitingTypes.coroutineWrapper
    func frame(_ value: Value) throws(Raised) -> SuspendableFrame {
      guard let iterator = value.object as? CoroutineIterator else {
        throw typeError("expected a coroutine_wrapper, got '\(typeName(value))'")
      }
      return iterator.frame
    }
    type.define(self, "__iter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.define(self, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.step(try frame(arguments[0]), sending: .none)
    }
    type.define(self, "send", "self, arg, /") { (runtime, arguments) throws(Raised) in
      try runtime.step(try frame(arguments[0]), sending: arguments[1])
    }
    type.define(self, "throw", "self, typ, val=None, tb=None, /") { (runtime, arguments) throws(Raised) in
      let exception = try runtime.exceptionToThrow(arguments)
      return try runtime.step(try frame(arguments[0]), throwing: exception)
    }
    type.define(self, "close", "self, /") { (runtime, arguments) throws(Raised) in
      try frame(arguments[0]).close(runtime)
    }
  }
}
