/// Loops whose methods are the program's, in a class of its own or set on the loop itself: asyncio asks those, wherever it asks a loop.
extension EventLoop {
  /// The program has its own idea of a method.
  @inline(__always)
  func hasOwn(_ name: StaticString) -> Bool { mayHaveOwnMethods && isOwn(asyncio.runtime.intern(name.description)) }

  @inline(never)
  func isOwn(_ name: StringObject) -> Bool {
    if !mayHaveOwnMethods { return false }
    return neverRuns || existingInstanceDictionary?.getString(name) != nil || type.lookupWithOwner(name)?.owner.isHeap ?? false
  }

  /// What the program's own method returns; nil: it has none.
  @inline(__always)
  func callOwn(
    _ name: StaticString, _ arguments: @autoclosure () -> [Value] = []
  ) throws(Raised) -> Value? {
    guard hasOwn(name) else { return nil }
    return try asyncio.runtime.callMethod(.object(self), name.description, arguments())
  }

  /// `is_running` or `is_closed`, which is `fact` unless the program says otherwise.
  func says(_ name: StaticString, _ fact: Bool) throws(Raised) -> Bool {
    guard let answer = try callOwn(name) else { return fact }
    return try asyncio.runtime.isTrue(answer)
  }

  /// `get_debug`, as futures and handles ask it: whether they are to know where they were made.
  @inline(__always)
  func remembersPlaces() throws(Raised) -> Bool { mayHaveOwnMethods ? try says("get_debug", isDebugging) : isDebugging }

  /// `run_until_complete`, `set_debug` and `close` as asyncio asks them.
  func askToRun(_ future: Value) throws(Raised) -> Value {
    if let result = try callOwn("run_until_complete", [future]) { return result }
    return try runUntilComplete(future)
  }

  func askToDebug(_ isOn: Value) throws(Raised) {
    if try callOwn("set_debug", [isOn]) == nil { setDebugging(try asyncio.runtime.isTrue(isOn)) }
  }

  func askToClose() throws(Raised) { if try callOwn("close") == nil { try close() } }

  /// `create_task`.
  func askForTask(_ coroutine: Value, name: Value = .undefined, context: ContextObject? = nil) throws(Raised) -> Value {
    guard hasOwn("create_task") else { return try createTask(coroutine, name: name.defined ?? .none, context: context) }
    let runtime = asyncio.runtime
    var keywords: [(name: StringObject, value: Value)] = []
    if !name.isUndefined { keywords.append((runtime.intern("name"), name)) }
    if let context { keywords.append((runtime.intern("context"), .object(context))) }
    let method = try runtime.getAttribute(.object(self), runtime.intern("create_task"))
    return try runtime.call(method, [coroutine], keywords: keywords)
  }

  /// A future for somebody to wait for: `create_future`.
  func newFuture(_ runtime: Runtime) throws(Raised) -> FutureObject { try ownFuture(runtime) ?? FutureObject(self) }

  /// The one that the program's own `create_future` makes; nil: it has none.
  @inline(__always)
  func ownFuture(_ runtime: Runtime) throws(Raised) -> FutureObject? {
    guard let made = try callOwn("create_future") else { return nil }
    guard let future = asyncio.isFuture(made) else {
      throw runtime.typeError("pya: create_future() returned '\(runtime.typeName(made))', not a Future")
    }
    return future
  }

  /// Schedules a job of the loop's own, which in asyncio is a callback of that name with these arguments.
  func schedule(_ job: LoopJob, as name: String, _ arguments: @autoclosure () -> [Value] = []) throws(Raised) {
    guard mayHaveOwnCallSoon, hasOwn("call_soon") else { return ready.append(.job(job)) }
    let function = NativeFunction(asyncio.runtime, name, "*args") { (runtime, _) throws(Raised) in
      try job.run(runtime)
      return .none
    }
    _ = try callOwn("call_soon", [.object(function)] + arguments())
  }

  /// Puts a handle into the ready queue, through the program's `call_soon` if it has one.
  @inline(__always)
  func schedule(_ handle: consuming ReadyHandle) throws(Raised) {
    if mayHaveOwnCallSoon, hasOwn("call_soon") { return try scheduleThroughProgram(handle) }
    ready.append(handle)
  }

  @inline(never)
  private func scheduleThroughProgram(_ handle: ReadyHandle) throws(Raised) {
    let runtime = asyncio.runtime
    guard let (arguments, context) = functionCall(of: handle) else { return ready.append(handle) }
    let method = try runtime.getAttribute(.object(self), "call_soon")
    _ = try runtime.call(
      method, arguments, keywords: [(runtime.intern("context"), .object(context ?? ContextObject(asyncio.contexts)))])
  }

  /// A handle as the function that `call_soon` gets in asyncio, its arguments and the context; nil: it is of the loop's own.
  func functionCall(of handle: ReadyHandle) -> (arguments: [Value], context: ContextObject?)? {
    var context = asyncio.contexts.copyOfCurrent()
    let arguments: [Value]
    switch handle {
    case .callback(let callback, let future):
      if let callback = callback as? FunctionCallback {
        context = callback.context
        arguments = [callback.function, .object(future)]
      } else {
        arguments = [step(handle, named: callback.functionName, "fut"), .object(future)]
      }
    case .wakeup(let task, let future):
      context = task.context
      arguments = [step(handle, named: "task_wakeup", "future"), .object(future)]
    case .step(let task), .stepThrowing(let task, _):
      context = task.context
      arguments = [step(handle, named: "TaskStepMethWrapper", "")]
    case .sleepIsOver, .taskSleepIsOver, .handle, .job: return nil
    }
    return (arguments, context)
  }

  func step(_ handle: ReadyHandle, named name: String, _ parameters: NativeSignature) -> Value {
    step(named: name, parameters) { [unowned(unsafe) self] (runtime) throws(Raised) in try run(handle, runtime) }
  }

  /// What goes on with a task, as a function that the program calls. The task puts its own context in place.
  func step(
    named name: String, _ parameters: NativeSignature, _ goOn: @escaping (Runtime) throws(Raised) -> Void
  ) -> Value {
    .object(
      NativeFunction(asyncio.runtime, name, parameters) { [unowned(unsafe) self] (runtime, _) throws(Raised) in
        let contexts = asyncio.contexts
        let saved = contexts.current
        contexts.current = nil
        defer { contexts.current = saved }
        try goOn(runtime)
        return .none
      })
  }

  /// The loop was given a selector. Those of the library are replaced by the loop's own way to wait.
  func use(selector: Value, _ runtime: Runtime) throws(Raised) {
    self.selector = selector
    let isOfLibrary = runtime.type(of: selector).lookupWithOwner(runtime.intern("select"))?.owner.moduleName == "selectors"
    programSelector = isOfLibrary ? nil : selector
    _ = try runtime.callMethod(selector, "register", [.int(Int(poll.descriptor)), .int(1)])
  }

  /// `_selector` for programs that look at it.
  func shownSelector(_ runtime: Runtime) throws(Raised) -> Value {
    if let selector { return selector }
    if isClosed || neverRuns { return .none }
    let library = try runtime.importModule("selectors", level: 0, globals: runtime.builtins)
    let made = try runtime.callMethod(library, "DefaultSelector")
    try use(selector: made, runtime)
    return made
  }

  /// A selector of the library of which the program has replaced `select`.
  var changedSelector: Value? {
    guard let selector, let attributes = selector.object?.instanceDictionary(asyncio.runtime) else { return nil }
    return attributes.getString(asyncio.runtime.intern("select")) == nil ? nil : selector
  }

  /// Waits in the program's selector, which may have its own idea of time. It also watches what the loop waits for by itself.
  func wait(in selector: Value, _ runtime: Runtime) throws(Raised) {
    var timeout = Value.none
    if !ready.isEmpty || isAboutToStop {
      timeout = .int(0)
    } else if !timers.isEmpty {
      timeout = .float(max(0, min(timers.nextDeadline - time, 86400)))
    }
    let poller = poll
    isPolling = true
    defer { isPolling = false }
    _ = try runtime.callMethod(selector, "select", [timeout])
    isPolling = false
    pollForInput(poller)
  }
}
