/// The functions of `asyncio` that are written in Swift.
extension Asyncio {
  func defineFunctions(in module: ModuleObject) {
    for (name, type) in [
      ("Future", futureType), ("Task", taskType), ("Handle", handleType), ("TimerHandle", timerHandleType),
      ("Runner", runnerType), ("Timeout", timeoutType), ("CancelledError", cancelledErrorType), ("InvalidStateError", invalidStateErrorType),
      ("TimeoutError", runtime.exceptionTypes["TimeoutError"].unsafelyUnwrapped), ("AbstractEventLoop", abstractLoopType),
      ("BaseEventLoop", baseLoopType), ("SelectorEventLoop", loopType), ("EventLoop", loopType),
    ] {
      module.set(runtime, name, .object(type))
    }
    for name in ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"] {
      module.set(runtime, name, .object(runtime.intern(name)))
    }
    defineRunning(in: module)
    defineTasks(in: module)
    defineLoops(in: module)
    defineTests(in: module)
    defineTimeouts(in: module)
    // The others are C functions in CPython.
    for name in ["run", "create_task", "ensure_future", "all_tasks", "new_event_loop", "iscoroutine", "iscoroutinefunction"] {
      (module.namespace.getString(runtime.intern(name))?.object as? NativeFunction)?.isWrittenInPython = true
    }
    for (place, names) in Asyncio.homes {
      for name in names { (module.namespace.getString(runtime.intern(name))?.object as? NativeFunction)?.moduleName = place }
    }
  }

  /// `__module__` of functions.
  private static let homes = [
    "asyncio.tasks": ["sleep", "gather", "create_task", "ensure_future", "all_tasks", "wait_for"], "asyncio.runners": ["run"],
    "asyncio.coroutines": ["iscoroutine", "iscoroutinefunction"], "asyncio.events": ["new_event_loop", "set_event_loop"],
    "asyncio.timeouts": ["timeout", "timeout_at"], "_asyncio": ["current_task", "get_event_loop", "get_running_loop"],
    "asyncio.base_futures": ["isfuture"],
  ]

  private func defineRunning(in module: ModuleObject) {
    module.define(runtime, "run", "main, *, debug=None, loop_factory=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try run(arguments[0], isDebugging: arguments[1].defined ?? .none, loopFactory: arguments[2].defined ?? .none)
    }
    module.defineAsync(self, "sleep", "delay, result=None") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try beginSleep(arguments[0], result: arguments[1].defined ?? .none, runtime)
    }
  }

  private func defineTasks(in module: ModuleObject) {
    module.define(runtime, "create_task", "coro, *, name=None, context=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try running().askForTask(arguments[0], name: arguments[1].defined ?? .none, context: try contextArgument(arguments[2]))
    }
    module.define(runtime, "ensure_future", "coro_or_future, *, loop=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let loop = arguments[1].defined.flatMap { $0.isNone ? nil : $0.object as? EventLoop }
      if isFuture(arguments[0]) == nil, try isForeignFuture(arguments[0]) { return arguments[0] }
      return .object(try ensureFuture(arguments[0], loop: loop))
    }
    module.define(runtime, "gather", "*coros_or_futures, return_exceptions=False") {
      [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      var returnsExceptions = false
      for (name, value) in arguments.keywords {
        guard name.text == "return_exceptions" else {
          throw runtime.typeError("gather() got an unexpected keyword argument '\(name.text)'")
        }
        returnsExceptions = try runtime.isTrue(value)
      }
      return .object(try gather(arguments.positional, returnsExceptions: returnsExceptions))
    }
    module.define(runtime, "current_task", "loop=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      guard let loop = try loopAsked(arguments[0]) else { return .none }
      return loop.currentTask.map { .object($0) } ?? .none
    }
    module.define(runtime, "all_tasks", "loop=None") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let set = SetObject(type: runtime.types.set)
      for task in try loopAsked(arguments[0])?.pendingTasks.tasks ?? [] { try set.add(.object(task), runtime) }
      return .object(set)
    }
  }

  /// The loop whose tasks are asked for; nil: that is none, and has none.
  private func loopAsked(_ value: Value) throws(Raised) -> EventLoop? {
    if let given = value.defined, !given.isNone { return given.object as? EventLoop }
    return try running()
  }

  private func defineLoops(in module: ModuleObject) {
    module.define(runtime, "get_running_loop", "") { [unowned(unsafe) self] (_, _) throws(Raised) in .object(try running()) }
    module.define(runtime, "_get_running_loop", "") { [unowned(unsafe) self] (_, _) throws(Raised) in
      runningLoop.map { .object($0) } ?? .none
    }
    module.define(runtime, "get_event_loop", "") { [unowned(unsafe) self] (runtime, _) throws(Raised) in
      if runningLoop == nil, let policy { return try runtime.callMethod(policy, "get_event_loop") }
      return .object(try eventLoop())
    }
    module.define(runtime, "new_event_loop", "") { [unowned(unsafe) self] (runtime, _) throws(Raised) in
      if let policy { return try runtime.callMethod(policy, "new_event_loop") }
      try runtime.logNewLoop()
      return .object(EventLoop(self))
    }
    module.define(runtime, "set_event_loop", "loop") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      if let policy { return try runtime.callMethod(policy, "set_event_loop", [arguments[0]]) }
      try setEventLoop(arguments[0])
      return .none
    }
    defineLoopSupport(in: module)
    definePolicyFunctions(in: module)
  }

  /// What event loops of the program's own say of themselves and their tasks.
  private func defineLoopSupport(in module: ModuleObject) {
    func task(_ value: Value) throws(Raised) -> TaskObject {
      guard let task = value.object as? TaskObject else { throw runtime.typeError("expected a Task, got '\(runtime.typeName(value))'") }
      return task
    }
    module.define(runtime, "_set_running_loop", "loop, /") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      runningLoop = arguments[0].isNone ? nil : try loopArgument(arguments[0])
      return .none
    }
    module.define(runtime, "_enter_task", "loop, task") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try loopArgument(arguments[0]).enter(try task(arguments[1]), runtime)
      return .none
    }
    module.define(runtime, "_leave_task", "loop, task") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try loopArgument(arguments[0]).leave(try task(arguments[1]), runtime)
      return .none
    }
    module.define(runtime, "_swap_current_task", "loop, task") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let loop = try loopArgument(arguments[0])
      let before = loop.currentTask
      loop.swapCurrentTask(arguments[1].isNone ? nil : try task(arguments[1]))
      return before.map { .object($0) } ?? .none
    }
    module.define(runtime, "_register_task", "task") { (_, arguments) throws(Raised) in
      let task = try task(arguments[0])
      task.loop.pendingTasks.append(task)
      return .none
    }
    module.define(runtime, "_unregister_task", "task") { (_, arguments) throws(Raised) in
      let task = try task(arguments[0])
      task.loop.pendingTasks.remove(task)
      return .none
    }
  }

  /// What the default policy does, and the policy that the program set (asyncio.events).
  private func definePolicyFunctions(in module: ModuleObject) {
    module.define(runtime, "_get_event_loop", "") { [unowned(unsafe) self] (_, _) throws(Raised) in .object(try eventLoop()) }
    module.define(runtime, "_new_event_loop", "") { [unowned(unsafe) self] (_, _) throws(Raised) in .object(EventLoop(self)) }
    module.define(runtime, "_set_event_loop", "loop") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try setEventLoop(arguments[0])
      return .none
    }
    module.define(runtime, "_event_loop_policy", "policy=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      if let given = arguments[0].defined { policy = given.isNone ? nil : given }
      return policy ?? .none
    }
  }

  private func setEventLoop(_ value: Value) throws(Raised) {
    if value.isNone { return setCurrentLoop(nil) }
    guard let loop = value.object as? EventLoop else {
      throw runtime.typeError("loop must be an instance of AbstractEventLoop or None, not '\(runtime.typeName(value))'")
    }
    setCurrentLoop(loop)
  }

  private func defineTests(in module: ModuleObject) {
    module.define(runtime, "iscoroutine", "obj") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(isCoroutine(arguments[0]))
    }
    module.define(runtime, "iscoroutinefunction", "func") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(isCoroutineFunction(arguments[0]))
    }
    module.define(runtime, "isfuture", "obj") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      if isFuture(arguments[0]) != nil { return .bool(true) }
      return .bool(try isForeignFuture(arguments[0]))
    }
  }

  /// `inspect.markcoroutinefunction` has marked it, or it is a mock of a coroutine function.
  private func isMarked(_ value: Value) -> Bool {
    if let type = value.object?.type, type.isHeap,
      type.mro.contains(where: { $0.name == "AsyncMock" && $0.moduleName == "unittest.mock" })
    {
      return true
    }
    guard let mark = runtime.modules["inspect"]?.namespace.getString(runtime.intern("_coroutine_mark"))?.object,
      let given = try? runtime.getAttributeIfPresent(value, runtime.intern("_is_coroutine_mark"))?.object
    else { return false }
    return mark === given
  }

  /// Coroutine functions in Python, which return something to await here.
  private func isWrittenWithAsync(_ function: NativeFunction) -> Bool {
    let methods: [String]
    switch function.owner?.name {
    case "StreamWriter": methods = ["start_tls"]
    case "_UnixSelectorEventLoop": methods = ["shutdown_asyncgens", "shutdown_default_executor"]
    default: return false
    }
    return methods.contains(function.name)
  }

  func isCoroutineFunction(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    if let method = object as? BoundMethod { return isCoroutineFunction(method.function) }
    if let function = object as? FunctionObject { return function.visibleCode.flavour == .coroutine || isMarked(value) }
    if let function = object as? NativeFunction { return function.awaitBody != nil || isWrittenWithAsync(function) }
    // functools.partial
    if object.type.name == "partial", let inner = try? runtime.getAttributeIfPresent(value, runtime.intern("func")) {
      return isCoroutineFunction(inner)
    }
    return isMarked(value)
  }
}
