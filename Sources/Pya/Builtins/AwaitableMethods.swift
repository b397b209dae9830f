/// Awaitables written in Swift, driven by hand: each is its own iterator.
extension Runtime {
  /// `__await__`, `__iter__`, `__next__`, `send`, `throw` and `close` for a type of awaitables.
  func installAwaitableMethods(_ type: TypeObject) {
    type.define(self, "__await__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.define(self, "__iter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.define(self, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.step(try runtime.awaitableArgument(arguments[0]), sending: .none)
    }
    type.define(self, "send", "self, arg, /") { (runtime, arguments) throws(Raised) in
      try runtime.step(try runtime.awaitableArgument(arguments[0]), sending: arguments[1])
    }
    type.define(self, "throw", "self, typ, val=None, tb=None, /") { (runtime, arguments) throws(Raised) in
      let exception = try runtime.exceptionToThrow(arguments)
      return try runtime.step(try runtime.awaitableArgument(arguments[0]), throwing: exception)
    }
    type.define(self, "close", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.awaitableArgument(arguments[0]).close(runtime)
      return .none
    }
  }

  private func awaitableArgument(_ value: Value) throws(Raised) -> AwaitableObject {
    guard let awaitable = value.cast(.awaitable, to: AwaitableObject.self) else {
      throw typeError("expected an awaitable, got '\(typeName(value))'")
    }
    return awaitable
  }

  private func step(_ awaitable: AwaitableObject, sending value: Value) throws(Raised) -> Value {
    try yielded(
      try machine.drivenByHand { () throws(Raised) in
        awaitable.hasBegun ? try awaitable.resume(self, sent: value) : try awaitable.begin(self, sending: value)
      })
  }

  private func step(_ awaitable: AwaitableObject, throwing exception: ExceptionObject) throws(Raised) -> Value {
    return try yielded(
      try machine.drivenByHand { () throws(Raised) in try awaitable.resume(self, throwing: exception) })
  }

  /// What the step yields; a result is a StopIteration.
  private func yielded(_ result: Value) throws(Raised) -> Value {
    guard result.isUndefined else { throw stopIteration(result) }
    let value = machine.pointee.suspended
    machine.pointee.suspended = .undefined
    return value
  }
}
