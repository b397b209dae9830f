/// `asyncio.Handle` and `asyncio.TimerHandle`.
extension Asyncio {
  func installHandleTypes() {
    let type = handleType
    type.defineConstructor(runtime, "callback, args, loop, context=None") { [unowned(unsafe) self] (runtime, cls, arguments) throws(Raised) in
      .object(
        HandleObject(
          try loopArgument(arguments[2]), arguments[0], try runtime.array(arguments[1]),
          context: try contextArgument(arguments[3]) ?? contexts.copyOfCurrent(), type: cls))
    }
    timerHandleType.defineConstructor(runtime, "when, callback, args, loop, context=None") {
      [unowned(unsafe) self] (runtime, cls, arguments) throws(Raised) in
      .object(
        HandleObject(
          try loopArgument(arguments[3]), arguments[1], try runtime.array(arguments[2]),
          context: try contextArgument(arguments[4]) ?? contexts.copyOfCurrent(), deadline: try runtime.delaySeconds(arguments[0]), type: cls))
    }
    type.define(runtime, "cancel", "self") { (runtime, arguments) throws(Raised) in
      let handle = try runtime.handle(arguments[0])
      if handle.loop.isDebugging, !handle.isCancelled {
        var former = try runtime.representation(of: handle)
        if let blank = former.firstIndex(of: " ") { former.insert(contentsOf: " cancelled", at: blank) }
        handle.formerDescription = former
      }
      handle.cancel()
      return .none
    }
    type.define(runtime, "cancelled", "self") { (runtime, arguments) throws(Raised) in .bool(try runtime.handle(arguments[0]).isCancelled) }
    type.define(runtime, "get_context", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      .object(try runtime.handle(arguments[0]).context ?? ContextObject(contexts))
    }
    type.define(runtime, "_run", "self") { (runtime, arguments) throws(Raised) in
      let handle = try runtime.handle(arguments[0])
      do throws(Raised) { try handle.run(runtime) } catch {
        if handle.loop.endsProgram(error.exception, runtime) { throw error }
        try handle.loop.reportFailure(of: .handle(handle), error.exception, runtime)
      }
      return .none
    }
    type.define(runtime, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(try runtime.representation(of: try runtime.handle(arguments[0]))))
    }
    installHandleAttributes()
    installTimerMethods()
  }

  /// What programs look at although it is private.
  private func installHandleAttributes() {
    let type = handleType
    type.defineProperty(runtime, "_callback") { (runtime, value) throws(Raised) in try runtime.handle(value).callback }
    type.defineProperty(runtime, "_args") { (runtime, value) throws(Raised) in
      let handle = try runtime.handle(value)
      return handle.isCancelled ? .none : .object(TupleObject(runtime, handle.arguments))
    }
    type.defineProperty(runtime, "_cancelled") { (runtime, value) throws(Raised) in .bool(try runtime.handle(value).isCancelled) }
    type.defineProperty(runtime, "_loop") { (runtime, value) throws(Raised) in .object(try runtime.handle(value).loop) }
    type.defineProperty(runtime, "_context") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      .object(try runtime.handle(value).context ?? ContextObject(contexts))
    }
    type.defineProperty(runtime, "_source_traceback") { (runtime, value) throws(Raised) in
      try runtime.handle(value).sourceTraceback ?? .none
    }
    timerHandleType.defineProperty(runtime, "_when") { (runtime, value) throws(Raised) in .float(try runtime.handle(value).deadline) }
    timerHandleType.defineProperty(runtime, "_scheduled") { (runtime, value) throws(Raised) in
      .bool(try runtime.handle(value).isScheduled)
    }
  }

  private func installTimerMethods() {
    let type = timerHandleType
    type.define(runtime, "when", "self") { (runtime, arguments) throws(Raised) in
      let handle = try runtime.handle(arguments[0])
      return handle.givenTime.defined ?? .float(handle.deadline)
    }
    type.define(runtime, "__hash__", "self") { (runtime, arguments) throws(Raised) in
      .int(try runtime.hash(.float(try runtime.handle(arguments[0]).deadline)))
    }
    let comparisons: [(String, @Sendable (Double, Double) -> Bool)] = [
      ("__lt__", { $0 < $1 }), ("__le__", { $0 <= $1 }), ("__gt__", { $0 > $1 }), ("__ge__", { $0 >= $1 }),
    ]
    for (name, compare) in comparisons {
      type.define(runtime, name, "self, other, /") { (runtime, arguments) throws(Raised) in
        guard let other = arguments[1].object as? HandleObject, other.isTimer else { return .notImplemented }
        return .bool(compare(try runtime.handle(arguments[0]).deadline, other.deadline))
      }
    }
    type.define(runtime, "__eq__", "self, other, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].object as? HandleObject, other.isTimer else { return .notImplemented }
      let handle = try runtime.handle(arguments[0])
      if handle === other { return .bool(true) }
      guard handle.deadline == other.deadline, handle.isCancelled == other.isCancelled,
        handle.arguments.count == other.arguments.count, try runtime.equals(handle.callback, other.callback)
      else { return .bool(false) }
      for (mine, yours) in zip(handle.arguments, other.arguments) where try !runtime.equals(mine, yours) { return .bool(false) }
      return .bool(true)
    }
  }
}

extension Runtime {
  fileprivate func handle(_ value: Value) throws(Raised) -> HandleObject {
    guard let handle = value.object as? HandleObject else { throw typeError("expected a Handle, got '\(typeName(value))'") }
    return handle
  }
}
