/// `asyncio.Handle` and `asyncio.TimerHandle`.
extension Asyncio {
  func installHandleTypes() {
    let type = handleType
    for type in [type, timerHandleType] {
      let isTimer = type === timerHandleType
      defineClass(type, isTimer ? "self, when, callback, args, loop, context=None" : "self, callback, args, loop, context=None") {
        [unowned(unsafe) self] cls in
        .object(HandleObject(noLoop, .none, [], context: nil, type: cls))
      } fill: { [unowned(unsafe) self] (made, arguments) throws(Raised) in
        let handle = try runtime.handle(made)
        let others = isTimer ? arguments.dropFirst : arguments
        if isTimer {
          handle.deadline = try runtime.delaySeconds(arguments[0])
          handle.givenTime = arguments[0]
        }
        handle.callback = others[0]
        handle.arguments = try runtime.array(others[1])
        handle.loop = try loopArgument(others[2])
        handle.context = try contextArgument(others[3]) ?? contexts.copyOfCurrent()
        if try handle.loop.remembersPlaces() { handle.sourceTraceback = try runtime.sourceTraceback() }
      }
    }
    type.define(runtime, "cancel", "self") { (runtime, arguments) throws(Raised) in
      try runtime.handle(arguments[0]).cancel(runtime)
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
    func define(
      _ type: TypeObject, _ name: String, get: @escaping (HandleObject) throws(Raised) -> Value,
      set: @escaping (HandleObject, Value) throws(Raised) -> Void
    ) {
      type.defineProperty(
        runtime, name, get: { (runtime, value) throws(Raised) in try get(try runtime.handle(value)) },
        set: { (runtime, value, newValue) throws(Raised) in try set(try runtime.handle(value), newValue) })
    }
    define(handleType, "_callback") { (handle) in handle.callback } set: { (handle, value) in handle.callback = value }
    define(handleType, "_args") { [unowned(unsafe) self] (handle) in
      handle.arguments.map { .object(TupleObject(runtime, $0)) } ?? .none
    } set: { [unowned(unsafe) self] (handle, value) throws(Raised) in
      handle.arguments = value.isNone ? nil : try runtime.array(value)
    }
    define(handleType, "_cancelled") { (handle) in
      .bool(handle.isCancelled)
    } set: { [unowned(unsafe) self] (handle, value) throws(Raised) in
      let wasCancelled = handle.isCancelled
      handle.isCancelled = try runtime.isTrue(value)
      if handle.isQueued, handle.isCancelled, !wasCancelled { handle.loop.timers.noteCancellation() }
    }
    define(handleType, "_loop") { (handle) in
      .object(handle.loop)
    } set: { [unowned(unsafe) self] (handle, value) throws(Raised) in handle.loop = try loopArgument(value) }
    define(handleType, "_context") { [unowned(unsafe) self] (handle) in
      .object(handle.context ?? ContextObject(contexts))
    } set: { [unowned(unsafe) self] (handle, value) throws(Raised) in handle.context = try contextArgument(value) }
    define(handleType, "_source_traceback") { (handle) in
      handle.sourceTraceback ?? .none
    } set: { (handle, value) in handle.sourceTraceback = value.isNone ? nil : value }
    define(handleType, "_repr") { (handle) in
      handle.formerRepresentation
    } set: { (handle, value) in handle.formerRepresentation = value }
    define(timerHandleType, "_when") { (handle) in
      handle.time
    } set: { [unowned(unsafe) self] (handle, value) throws(Raised) in
      handle.deadline = try runtime.delaySeconds(value)
      handle.givenTime = value
    }
    define(timerHandleType, "_scheduled") { (handle) in
      .bool(handle.isScheduled)
    } set: { [unowned(unsafe) self] (handle, value) throws(Raised) in handle.isScheduled = try runtime.isTrue(value) }
  }

  private func installTimerMethods() {
    let type = timerHandleType
    type.define(runtime, "when", "self") { (runtime, arguments) throws(Raised) in
      try runtime.handle(arguments[0]).time
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
        handle.arguments?.count == other.arguments?.count, try runtime.equals(handle.callback, other.callback)
      else { return .bool(false) }
      for (mine, yours) in zip(handle.arguments ?? [], other.arguments ?? []) where try !runtime.equals(mine, yours) { return .bool(false) }
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
