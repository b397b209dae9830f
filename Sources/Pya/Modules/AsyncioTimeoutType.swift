/// `asyncio.Timeout`, `timeout`, `timeout_at` and `wait_for` for programs.
extension Asyncio {
  func defineTimeouts(in module: ModuleObject) {
    module.define(runtime, "timeout", "delay") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let loop = try running()
      return .object(TimeoutObject(self, deadline: try deadline(after: arguments[0], loop), isRelative: true))
    }
    module.define(runtime, "timeout_at", "when") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .object(TimeoutObject(self, deadline: arguments[0]))
    }
    for name in ["timeout", "timeout_at"] {
      (module.namespace.getString(runtime.intern(name))?.object as? NativeFunction)?.isWrittenInPython = true
    }
    module.defineAsync(self, "wait_for", "fut, timeout") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let limit = arguments[1]
      if !limit.isNone, try runtime.isTrue(try runtime.compare(.lessEqual, limit, .int(0))) {
        // Only what is done already has a result.
        return try runtime.begin("_wait_without_time", of: "asyncio.tasks", [arguments[0]])
      }
      return try TimedWait.begin(self, arguments[0], deadline: try deadline(after: limit, try running()), runtime)
    }
  }

  private func deadline(after delay: Value, _ loop: EventLoop) throws(Raised) -> Value {
    if delay.isNone { return .none }
    return .float(loop.deadline(after: try runtime.delaySeconds(delay)))
  }

  func installTimeoutType() {
    let type = timeoutType
    defineClass(type, "self, when") { [unowned(unsafe) self] cls in
      .object(TimeoutObject(self, type: cls))
    } fill: { (made, arguments) throws(Raised) in
      (made.object as? TimeoutObject)?.start(deadline: arguments[0])
    }
    func timeout(_ value: Value) throws(Raised) -> TimeoutObject {
      guard let timeout = value.object as? TimeoutObject else { throw runtime.typeError("expected a Timeout") }
      return timeout
    }
    define(type, "when", "self") { (_, arguments) throws(Raised) in try timeout(arguments[0]).deadline }
    define(type, "expired", "self") { (_, arguments) throws(Raised) in .bool(try timeout(arguments[0]).hasExpired) }
    define(type, "reschedule", "self, when") { (runtime, arguments) throws(Raised) in
      try timeout(arguments[0]).reschedule(arguments[1], runtime)
      return .none
    }
    define(type, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      let timeout = try timeout(arguments[0])
      var text = "<Timeout [\(timeout.state.rawValue)]"
      if timeout.state == .active {
        text += " when="
        if case .float(let number) = timeout.deadline, abs(number) < 1e12 {
          text += try runtime.repr(.float((number * 1000).rounded(.toNearestOrEven) / 1000)).text
        } else {
          text += try runtime.repr(timeout.deadline).text
        }
      }
      return .object(runtime.string(text + ">"))
    }
    type.defineAsync(self, "__aenter__", "self") { (runtime, arguments) throws(Raised) in
      try timeout(arguments[0]).enter(runtime)
      return arguments[0]
    }
    type.defineAsync(self, "__aexit__", "self, exc_type, exc_val, exc_tb") { (runtime, arguments) throws(Raised) in
      try timeout(arguments[0]).leave(after: arguments[2].exception, runtime)
      return .none
    }
  }
}
