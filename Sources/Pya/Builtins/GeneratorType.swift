/// Generators: `send`, `throw`, `close` and what can be asked of them.
extension Runtime {
  func installGeneratorType() {
    let type = types.generator
    type.define(self, "__iter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.define(self, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.step(try runtime.suspendable(arguments[0]), sending: .none)
    }
    installSuspendableMethods(type)
    type.defineClassMethod(self, "__class_getitem__", "cls, item, /") { (runtime, arguments) throws(Raised) in
      runtime.makeGenericAlias(arguments[0], arguments[1])
    }
    installSuspendableAttributes(type, prefix: "gi_")
    type.defineProperty(self, "gi_yieldfrom") { (runtime, value) throws(Raised) in
      try runtime.suspendable(value).delegateValue
    }
  }

  /// The generator, coroutine or async generator that a method was called on.
  func suspendable(_ value: Value) throws(Raised) -> SuspendableFrame {
    if case .object(let object) = value {
      switch object.kind {
      case .generator, .coroutine, .asyncGenerator: return unsafeDowncast(object, to: SuspendableFrame.self)
      default: break
      }
    }
    throw typeError("expected a generator, got '\(typeName(value))'")
  }

  // MARK: One step

  /// `send(value)`: what the frame yields; its end is a StopIteration.
  func step(_ frame: SuspendableFrame, sending value: Value) throws(Raised) -> Value {
    switch try frame.step(self, sending: value) {
    case .suspended(let value): return value
    case .returned(let value): throw stopIteration(value)
    }
  }

  /// `throw(exception)`.
  func step(_ frame: SuspendableFrame, throwing exception: ExceptionObject) throws(Raised) -> Value {
    switch try machine.drivenByHand({ () throws(Raised) in try frame.drive(self, throwing: exception) }) {
    case .suspended(let value): return value
    case .returned(let value): throw stopIteration(value)
    }
  }

  /// The exception that the arguments of `throw` describe: an instance, a class, or the old form of class, value and traceback.
  func exceptionToThrow(_ arguments: Arguments, _ method: StaticString = "throw") throws(Raised) -> ExceptionObject {
    let (type, value, traceback) = (arguments[1], arguments[2], arguments[3])
    if arguments.count > 2 {
      try issueWarning(
        "the (type, exc, tb) signature of \(method)() is deprecated, use the single-arg signature instead.",
        category: "DeprecationWarning")
    }
    if !traceback.isUndefined, !traceback.isNone, self.type(of: traceback) !== types.traceback {
      throw typeError("throw() third argument must be a traceback object")
    }
    let hasValue = !value.isUndefined && !value.isNone
    let exception: ExceptionObject
    if let instance = type.exception {
      if hasValue { throw typeError("instance exception may not have a separate value") }
      exception = instance
    } else if let cls = type.type, cls.isSubtype(of: types.baseException) {
      exception = try normalizedException(cls, hasValue ? value : .none)
    } else {
      throw typeError("exceptions must be classes or instances deriving from BaseException, not \(typeName(type))")
    }
    if traceback.object != nil { try setTraceback(of: exception, traceback) }
    return exception
  }

  /// An instance of the class, from a value that is one already, the arguments of one, or its only argument.
  private func normalizedException(_ cls: TypeObject, _ value: Value) throws(Raised) -> ExceptionObject {
    if let instance = value.exception, instance.type.isSubtype(of: cls) { return instance }
    if value.isNone { return try exceptionToRaise(.object(cls)) }
    let made: Value
    if let tuple = value.tuple { made = try call(.object(cls), tuple.array) } else { made = try call(.object(cls), value) }
    return try exception(made: made, by: cls, shown: typeName(made))
  }

  // MARK: Shared with coroutines

  /// `send`, `throw`, `close`, `__repr__` and the names, of generators and coroutines.
  func installSuspendableMethods(_ type: TypeObject) {
    type.define(self, "send", "self, arg, /") { (runtime, arguments) throws(Raised) in
      try runtime.step(try runtime.suspendable(arguments[0]), sending: arguments[1])
    }
    type.define(self, "throw", "self, typ, val=None, tb=None, /") { (runtime, arguments) throws(Raised) in
      let exception = try runtime.exceptionToThrow(arguments)
      let frame = try runtime.suspendable(arguments[0])
      if arguments.count == 2, arguments[1].object === exception { return try runtime.step(frame, throwing: exception) }
      let thrown = runtime.attachment(ThrownArguments.self) { ThrownArguments() }
      thrown.hold(exception, arguments.dropFirst.positional)
      defer { thrown.hold(nil, []) }
      return try runtime.step(frame, throwing: exception)
    }
    type.define(self, "close", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.suspendable(arguments[0]).close(runtime)
    }
  }

  /// The names, and `gi_running`, `gi_frame`, `gi_code`, `gi_suspended` with the type's own prefix.
  func installSuspendableAttributes(_ type: TypeObject, prefix: String) {
    let typeName = type.name
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let frame = try runtime.suspendable(arguments[0])
      var builder = TextBuilder()
      builder.append("<\(typeName) object ")
      builder.append(string: frame.qualifiedName)
      runtime.appendAddress(frame, to: &builder)
      builder.append(">")
      return .object(builder.finish(runtime))
    }
    type.defineProperty(self, "__name__") { (runtime, value) throws(Raised) in
      .object(try runtime.suspendable(value).name)
    } set: { (runtime, value, new) throws(Raised) in
      guard let name = new.string else { throw runtime.typeError("__name__ must be set to a string object") }
      try runtime.suspendable(value).name = name
    }
    type.defineProperty(self, "__qualname__") { (runtime, value) throws(Raised) in
      .object(try runtime.suspendable(value).qualifiedName)
    } set: { (runtime, value, new) throws(Raised) in
      guard let name = new.string else { throw runtime.typeError("__qualname__ must be set to a string object") }
      try runtime.suspendable(value).qualifiedName = name
    }
    type.defineProperty(self, prefix + "running") { (runtime, value) throws(Raised) in
      let frame = try runtime.suspendable(value)
      return .bool(frame.state == .running || (prefix == "ag_" && frame.isStepping))
    }
    type.defineProperty(self, prefix + "suspended") { (runtime, value) throws(Raised) in
      .bool(try runtime.suspendable(value).state == .suspended)
    }
    type.defineProperty(self, prefix + "code") { (runtime, value) throws(Raised) in
      .object(try runtime.suspendable(value).code)
    }
    type.defineProperty(self, prefix + "frame") { (runtime, value) throws(Raised) in
      let frame = try runtime.suspendable(value)
      if frame.state == .finished { return .none }
      let entry = frame.tracebackEntry
      let shown = FrameObject(runtime, entry)
      shown.code = .object(frame.code)
      if let globals = frame.frame.function?.globals {
        shown.globals = .object(globals)
        shown.locals = runtime.locals(of: CallSite(frame: frame.frame, globals: globals, range: entry.range, depth: 0))
      }
      return .object(shown)
    }
  }
}

extension SuspendableFrame {
  /// What `gi_yieldfrom` and `cr_await` show: the object this frame waits for.
  var delegateValue: Value {
    guard state == .suspended, let delegate else { return .none }
    // A future is awaited through an iterator; those of locks, events and sleeps stand for coroutines.
    if let future = delegate as? FutureObject, !(future is WaiterFuture), !(future is SleepFuture) {
      return .object(FutureIterator(future.loop.asyncio, future))
    }
    return (delegate as? IteratorAwaitable)?.source ?? .object(delegate)
  }
}
