/// `asyncio.Future` for programs.
extension Asyncio {
  func future(_ value: Value) throws(Raised) -> FutureObject {
    guard let future = isFuture(value) else { throw runtime.typeError("expected a Future, got '\(runtime.typeName(value))'") }
    return future
  }

  func installFutureType() {
    let type = futureType
    type.defineConstructor(runtime, "*, loop=None") { [unowned(unsafe) self] (_, cls) in
      .object(FutureObject(type: cls, loop: runningLoop ?? noLoop))
    } fill: { [unowned(unsafe) self] (_, made, arguments) throws(Raised) in
      let future = try future(made)
      future.renew(on: try loopArgument(arguments[0]))
      if try future.loop.remembersPlaces() { future.sourceTraceback = try runtime.sourceTraceback() }
    }
    runtime.defineTypeArguments(of: type)
    for name in ["__await__", "__iter__"] {
      type.define(runtime, name, "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
        .object(FutureIterator(self, try future(arguments[0])))
      }
    }
    runtime.installAwaitableMethods(futureIteratorType)
    futureIteratorType.attributes.removeString(runtime.intern("__await__"))
    installOutcomeMethods(type)
    installCallbackMethods(type)
    installFutureAttributes(type)
    type.define(runtime, "__repr__", "self, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .object(runtime.string(try runtime.representation(of: try future(arguments[0]))))
    }
    type.define(runtime, "__hash__", "self, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .int(try future(arguments[0]).ownHash ?? 0)
    }
  }

  private func installOutcomeMethods(_ type: TypeObject) {
    type.define(runtime, "result", "self, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try future(arguments[0]).result(runtime)
    }
    type.define(runtime, "exception", "self, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try future(arguments[0]).exception(runtime).map { .object($0) } ?? .none
    }
    type.define(runtime, "done", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try future(arguments[0]).isDone)
    }
    type.define(runtime, "cancelled", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try future(arguments[0]).isCancelled)
    }
    type.define(runtime, "cancel", "self, msg=None") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .bool(try future(arguments[0]).cancel(message: arguments[1].defined ?? .none, runtime))
    }
    type.define(runtime, "set_result", "self, result, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let future = try future(arguments[0])
      if future is TaskObject { throw runtime.runtimeError("Task does not support set_result operation") }
      try future.setResult(arguments[1], runtime)
      return .none
    }
    type.define(runtime, "set_exception", "self, exception, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let future = try future(arguments[0])
      if future is TaskObject { throw runtime.runtimeError("Task does not support set_exception operation") }
      if future.isDone { throw runtime.error("InvalidStateError", "invalid state") }
      try future.setException(try exceptionArgument(arguments[1]), runtime)
      return .none
    }
    type.define(runtime, "get_loop", "self, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .object(try future(arguments[0]).loop)
    }
    type.define(runtime, "_make_cancelled_error", "self, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .object(try future(arguments[0]).makeCancelledError(runtime))
    }
  }

  /// What `set_exception` is given: an exception, or a class to make one of.
  private func exceptionArgument(_ value: Value) throws(Raised) -> ExceptionObject {
    var value = value
    if let type = value.type, type.isSubtype(of: runtime.types.baseException) { value = try runtime.call(value) }
    guard let exception = value.exception else { throw runtime.typeError("invalid exception object") }
    return exception
  }

  private func installCallbackMethods(_ type: TypeObject) {
    type.define(runtime, "add_done_callback", "self, fn, /, *, context=None") {
      [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      var context = contexts.copyOfCurrent()
      if let given = arguments[2].defined ?? arguments.keyword("context").defined, !given.isNone {
        context = given.object as? ContextObject
      }
      try future(arguments[0]).addOrSchedule(FunctionCallback(arguments[1], context: context), runtime)
      return .none
    }
    type.define(runtime, "remove_done_callback", "self, fn, /") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let removed = try future(arguments[0]).removeCallbacks { (callback) throws(Raised) in
        guard let callback = callback as? FunctionCallback else { return false }
        return try runtime.equals(callback.function, arguments[1])
      }
      return .int(removed)
    }
  }

  private func installFutureAttributes(_ type: TypeObject) {
    type.defineProperty(runtime, "_state") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      switch try future(value).state {
      case .pending: .object(runtime.string("PENDING"))
      case .cancelled: .object(runtime.string("CANCELLED"))
      case .finished: .object(runtime.string("FINISHED"))
      }
    }
    type.defineProperty(runtime, "_loop") { [unowned(unsafe) self] (_, value) throws(Raised) in .object(try future(value).loop) }
    type.defineProperty(runtime, "_asyncio_future_blocking") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try future(value).isBlocking)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in
      try future(value).isBlocking = try runtime.isTrue(newValue)
    }
    type.defineProperty(runtime, "_log_traceback") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .bool(try future(value).logsTraceback)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in
      if try runtime.isTrue(newValue) { throw runtime.valueError("_log_traceback can only be set to False") }
      try future(value).logsTraceback = false
    }
    type.defineProperty(runtime, "_cancel_message") { [unowned(unsafe) self] (_, value) throws(Raised) in
      let future = try future(value)
      return future.isCancelled || future is TaskObject ? future.cancelMessage : .none
    } set: { [unowned(unsafe) self] (_, value, newValue) throws(Raised) in
      let future = try future(value)
      if future.isCancelled { future.outcome = newValue }
    }
    type.defineProperty(runtime, "_exception") { [unowned(unsafe) self] (_, value) throws(Raised) in
      let future = try future(value)
      return future.state == .finished && future.holdsException ? future.outcome : .none
    }
    type.defineProperty(runtime, "_result") { [unowned(unsafe) self] (_, value) throws(Raised) in
      let future = try future(value)
      return future.state == .finished && !future.holdsException ? future.outcome : .none
    }
    type.defineProperty(runtime, "_callbacks") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      var functions: [Value] = []
      for case .call(let callback) in try future(value).callbacks {
        if let function = callback as? FunctionCallback {
          functions.append(runtime.pair(function.function, .none))
        } else if callback is StopCallback {
          let events = try runtime.importModule("asyncio.base_events", level: 0, globals: runtime.builtins)
          functions.append(runtime.pair(try runtime.getAttribute(events, "_run_until_complete_cb"), .none))
        }
      }
      return functions.isEmpty ? .none : .object(ListObject(runtime, functions))
    }
    type.defineProperty(runtime, "_source_traceback") { [unowned(unsafe) self] (_, value) throws(Raised) in
      try future(value).sourceTraceback ?? .none
    }
  }

  /// A `loop` argument: the loop given, or the current one.
  func loopArgument(_ value: Value) throws(Raised) -> EventLoop {
    if value.isUndefined || value.isNone { return try eventLoop() }
    guard let loop = value.object as? EventLoop else {
      // The first thing that CPython asks of a loop.
      throw runtime.missingAttribute(value, runtime.intern("get_debug"))
    }
    return loop
  }
}
