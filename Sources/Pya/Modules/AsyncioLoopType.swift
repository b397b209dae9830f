/// The event loop's methods for programs, and those of handles.
extension Asyncio {
  func loop(_ value: Value) throws(Raised) -> EventLoop {
    guard let loop = value.object as? EventLoop else {
      throw runtime.typeError("expected an event loop, got '\(runtime.typeName(value))'")
    }
    return loop
  }

  func installLoopType() {
    for type in [abstractLoopType, baseLoopType, selectorLoopType, loopType] {
      type.defineConstructor(runtime, "selector=None") { [unowned(unsafe) self] (_, cls) in
        .object(EventLoop(self, type: cls, neverRuns: !cls.isSubtype(of: baseLoopType)))
      } fill: { (runtime, loop, arguments) throws(Raised) in
        guard let loop = loop.object as? EventLoop else { return }
        if !loop.neverRuns, loop.hasOwn("set_debug") { try loop.askToDebug(.bool(loop.isDebugging)) }
        if let selector = arguments[0].defined, runtime.type(of: selector).isHeap { try loop.use(selector: selector, runtime) }
      }
    }
    for name in Asyncio.abstractMethods {
      abstractLoopType.define(runtime, name, "self, *args, **kwargs") { (runtime, _) throws(Raised) in
        throw runtime.error("NotImplementedError", [])
      }
    }
    let type = baseLoopType
    installRunningMethods(type)
    installSchedulingMethods(type)
    installTaskMakingMethods(type)
    installExceptionHandling(type)
    installDebugging(type)
    installSignalHandling(type)
    installDescriptorMethods(type)
    installQueues(type)
    installLibraryMethods(type)
  }

  private static let abstractMethods = [
    "run_forever", "run_until_complete", "stop", "is_running", "is_closed", "close", "shutdown_asyncgens", "shutdown_default_executor",
    "call_soon", "call_later", "call_at", "time", "create_future", "create_task", "call_soon_threadsafe", "run_in_executor",
    "set_default_executor", "getaddrinfo", "getnameinfo", "create_connection", "create_server", "sendfile", "start_tls",
    "create_unix_connection", "create_unix_server", "connect_accepted_socket", "create_datagram_endpoint", "connect_read_pipe",
    "connect_write_pipe", "subprocess_shell", "subprocess_exec", "add_reader", "remove_reader", "add_writer", "remove_writer",
    "sock_recv", "sock_recv_into", "sock_recvfrom", "sock_recvfrom_into", "sock_sendall", "sock_sendto", "sock_connect", "sock_accept",
    "sock_sendfile", "add_signal_handler", "remove_signal_handler", "set_task_factory", "get_task_factory", "get_exception_handler",
    "set_exception_handler", "default_exception_handler", "call_exception_handler", "get_debug", "set_debug", "_timer_handle_cancelled",
  ]

  private func installRunningMethods(_ type: TypeObject) {
    type.define(runtime, "run_forever", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).runForever()
      return .none
    }
    type.defineProperty(runtime, "_clock_resolution") { [unowned(unsafe) self] (_, value) throws(Raised) in
      .float(try loop(value).clockResolution)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in
      try loop(value).clockResolution = try runtime.delaySeconds(newValue)
    }
    type.define(runtime, "run_until_complete", "self, future") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).runUntilComplete(arguments[1])
    }
    type.define(runtime, "_run_once", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try loop(arguments[0]).runOnce(runtime)
      return .none
    }
    type.define(runtime, "stop", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).stop()
      return .none
    }
    type.define(runtime, "close", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).close()
      return .none
    }
    type.define(runtime, "is_running", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try loop(arguments[0]).isRunning)
    }
    type.define(runtime, "is_closed", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try loop(arguments[0]).isClosed)
    }
    type.define(runtime, "_check_closed", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      try loop(arguments[0]).checkIsOpen(runtime)
      return .none
    }
    type.define(runtime, "time", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let loop = try loop(arguments[0])
      loop.virtualClock?.look()
      return .float(loop.clockTime)
    }
    type.define(runtime, "shutdown_asyncgens", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .object(AsyncGeneratorShutdown(try loop(arguments[0])))
    }
    type.define(runtime, "shutdown_default_executor", "self, timeout=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).executorShutdown(timeout: arguments[1].defined ?? .none)
    }
    type.define(runtime, "__repr__", "self") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let loop = try loop(arguments[0])
      return .object(runtime.string(loop.representation))
    }
  }

  // MARK: Scheduling

  private func installSchedulingMethods(_ type: TypeObject) {
    for name in ["call_soon", "call_soon_threadsafe"] {
      type.define(runtime, name, "self, callback, *args, context=None") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
        let loop = try loop(arguments[0])
        let call = try callArguments(arguments, name, skipping: 1)
        try loop.checkIsOpen(runtime)
        if loop.isDebugging {
          if name == "call_soon" { try loop.checkThread(runtime) }
          try check(callback: call.callback, for: name)
        }
        let handle = HandleObject(loop, call.callback, call.arguments, context: call.context)
        if try loop.remembersPlaces() { handle.sourceTraceback = try runtime.sourceTraceback() }
        loop.ready.append(.handle(handle))
        if name == "call_soon_threadsafe" { loop.awaken() }
        return .object(handle)
      }
    }
    type.define(runtime, "_timer_handle_cancelled", "self, handle") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      if let handle = arguments[1].object as? HandleObject, handle.isQueued { try loop(arguments[0]).timers.noteCancellation() }
      return .none
    }
    for (name, isDelay) in [("call_later", true), ("call_at", false)] {
      let parameter = isDelay ? "delay" : "when"
      type.define(runtime, name, NativeSignature("self, \(parameter), callback, *args, context=None")) {
        [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
        let loop = try loop(arguments[0])
        let call = try callArguments(arguments, name, skipping: 2)
        if arguments[1].isNone { throw runtime.typeError(isDelay ? "delay must not be None" : "when cannot be None") }
        let seconds = try runtime.delaySeconds(arguments[1])
        if isDelay, loop.hasOwn("call_at") {
          let context = arguments.keywords.first { $0.name.text == "context" } ?? (runtime.intern("context"), .none)
          return try runtime.call(
            try runtime.getAttribute(arguments[0], runtime.intern("call_at")), [.float(loop.time + seconds)] + arguments.positional.dropFirst(2),
            keywords: [context])
        }
        try loop.checkIsOpen(runtime)
        if loop.isDebugging {
          try loop.checkThread(runtime)
          try check(callback: call.callback, for: "call_at")
        }
        let deadline = isDelay ? loop.deadline(after: seconds) : loop.exactDeadline(seconds)
        let handle = HandleObject(loop, call.callback, call.arguments, context: call.context, deadline: deadline)
        if try loop.remembersPlaces() { handle.sourceTraceback = try runtime.sourceTraceback() }
        if !isDelay { handle.givenTime = arguments[1] }
        handle.enterQueue(at: deadline, isExact: !isDelay || loop.hasOwnTime)
        return .object(handle)
      }
    }
  }

  /// The callback, its arguments and its context, after `count` parameters of the method.
  func callArguments(_ arguments: Arguments, _ method: String, skipping count: Int) throws(Raised)
    -> (callback: Value, arguments: [Value], context: ContextObject?)
  {
    let values = arguments.positional
    var context = contexts.copyOfCurrent()
    for (name, value) in arguments.keywords {
      guard name.text == "context", method != "run_in_executor" else {
        throw runtime.typeError("BaseEventLoop.\(method)() got an unexpected keyword argument '\(name.text)'")
      }
      if let given = try contextArgument(value) { context = given }
    }
    guard values.count > count else {
      let names = (count == 1 ? [] : [method == "call_at" ? "when" : method == "call_later" ? "delay" : "executor"])
        + [method == "run_in_executor" ? "func" : "callback"]
      let missing = names.dropFirst(values.count - 1).map { "'\($0)'" }
      throw runtime.typeError(
        "BaseEventLoop.\(method)() missing \(missing.count) required positional argument\(missing.count == 1 ? "" : "s"): "
          + missing.joined(separator: " and "))
    }
    return (values[count], Array(values[(count + 1)...]), context)
  }

  private func check(callback: Value, for method: String) throws(Raised) {
    if isCoroutine(callback) || isCoroutineFunction(callback) {
      throw runtime.typeError("coroutines cannot be used with \(method)()")
    }
    if !runtime.isCallable(callback) {
      throw runtime.typeError(
        "a callable object was expected by \(method)(), got \(try runtime.repr(callback).text)")
    }
  }

  // MARK: Tasks and futures

  private func installTaskMakingMethods(_ type: TypeObject) {
    type.define(runtime, "create_future", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      let loop = try loop(arguments[0])
      let future = FutureObject(loop)
      if try loop.remembersPlaces() { future.sourceTraceback = try runtime.sourceTraceback() }
      return .object(future)
    }
    type.define(runtime, "create_task", "self, coro, *, name=None, context=None") {
      [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).createTask(
        arguments[1], name: arguments[2].defined ?? .none, context: try contextArgument(arguments[3]))
    }
    type.define(runtime, "set_task_factory", "self, factory") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      if !arguments[1].isNone, !runtime.isCallable(arguments[1]) {
        throw runtime.typeError("task factory must be a callable or None")
      }
      try loop(arguments[0]).taskFactory = arguments[1]
      return .none
    }
    type.define(runtime, "get_task_factory", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).taskFactory
    }
  }

  // MARK: Errors

  private func installExceptionHandling(_ type: TypeObject) {
    type.define(runtime, "set_exception_handler", "self, handler") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      if !arguments[1].isNone, !runtime.isCallable(arguments[1]) {
        throw runtime.typeError("A callable object or None is expected, got \(try runtime.repr(arguments[1]).text)")
      }
      try loop(arguments[0]).exceptionHandler = arguments[1]
      return .none
    }
    type.define(runtime, "get_exception_handler", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try loop(arguments[0]).exceptionHandler
    }
    type.define(runtime, "call_exception_handler", "self, context") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      guard let context = arguments[1].dict else { throw runtime.typeError("context must be a dict") }
      try loop(arguments[0]).callExceptionHandler(context)
      return .none
    }
    type.define(runtime, "default_exception_handler", "self, context") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      guard let context = arguments[1].dict else { throw runtime.typeError("context must be a dict") }
      try loop(arguments[0]).defaultExceptionHandler(context)
      return .none
    }
  }

  private func installDebugging(_ type: TypeObject) {
    type.define(runtime, "get_debug", "self") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try loop(arguments[0]).isDebugging)
    }
    type.define(runtime, "set_debug", "self, enabled") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let loop = try loop(arguments[0])
      loop.setDebugging(try runtime.isTrue(arguments[1]))
      _ = try loop.callOwn("is_running")
      return .none
    }
    type.defineProperty(runtime, "slow_callback_duration") { [unowned(unsafe) self] (_, value) throws(Raised) in
      try loop(value).slowCallbackDuration
    } set: { [unowned(unsafe) self] (_, value, newValue) throws(Raised) in try loop(value).slowCallbackDuration = newValue }
  }

  // MARK: Signals

  private func installSignalHandling(_ type: TypeObject) {
    type.define(runtime, "add_signal_handler", "self, sig, callback, *args") { [unowned(unsafe) self] (runtime, arguments) throws(Raised) in
      let loop = try loop(arguments[0])
      guard arguments.count > 2 else {
        throw runtime.typeError("_UnixSelectorEventLoop.add_signal_handler() missing required positional arguments")
      }
      let callback = arguments[2]
      if isCoroutine(callback) || isCoroutineFunction(callback) {
        throw runtime.typeError("coroutines cannot be used with add_signal_handler()")
      }
      let number = try signalNumber(arguments[1])
      try loop.checkIsOpen(runtime)
      if !runtime.machine.pointee.isMainThread {
        throw runtime.runtimeError("set_wakeup_fd only works in main thread of the main interpreter")
      }
      let handle = HandleObject(loop, callback, Array(arguments.positional.dropFirst(3)), context: contexts.copyOfCurrent())
      if !loop.addSignalHandler(handle, for: number) { throw runtime.runtimeError("sig \(number) cannot be caught") }
      return .none
    }
    type.define(runtime, "remove_signal_handler", "self, sig") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      .bool(try loop(arguments[0]).removeSignalHandler(try signalNumber(arguments[1])))
    }
  }

  private func signalNumber(_ value: Value) throws(Raised) -> Int {
    guard let number = try? runtime.index(value) else {
      throw runtime.typeError("sig must be an int, not \(try runtime.repr(value).text)")
    }
    guard (1...64).contains(number) else { throw runtime.valueError("invalid signal number \(number)") }
    return number
  }

  func installRunnerType() {
    let type = runnerType
    func runner(_ value: Value) throws(Raised) -> RunnerObject {
      guard let runner = value.object as? RunnerObject else { throw runtime.typeError("expected a Runner") }
      return runner
    }
    defineClass(type, "self, *, debug=None, loop_factory=None") { [unowned(unsafe) self] cls in
      .object(RunnerObject(self, isDebugging: .none, loopFactory: .none, type: cls))
    } fill: { (made, arguments) throws(Raised) in
      try runner(made).start(isDebugging: arguments[0].defined ?? .none, loopFactory: arguments[1].defined ?? .none)
    }
    type.define(runtime, "run", "self, coro, *, context=None") { [unowned(unsafe) self] (_, arguments) throws(Raised) in
      try runner(arguments[0]).run(arguments[1], context: try contextArgument(arguments[2]))
    }
    type.define(runtime, "get_loop", "self") { (_, arguments) throws(Raised) in
      .object(try runner(arguments[0]).initializedLoop())
    }
    type.define(runtime, "close", "self") { (_, arguments) throws(Raised) in
      try runner(arguments[0]).close()
      return .none
    }
    type.define(runtime, "__enter__", "self") { (_, arguments) throws(Raised) in
      _ = try runner(arguments[0]).initializedLoop()
      return arguments[0]
    }
    type.define(runtime, "__exit__", "self, exc_type, exc_val, exc_tb") { (_, arguments) throws(Raised) in
      try runner(arguments[0]).close()
      return .none
    }
  }
}
