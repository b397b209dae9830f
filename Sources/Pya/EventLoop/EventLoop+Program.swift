/// Loops of a class of the program, which may define how callbacks are scheduled and how the loop waits.
extension EventLoop {
  /// Puts a handle into the ready queue, through the program's `call_soon` if it has one.
  @inline(__always)
  func schedule(_ handle: consuming ReadyHandle) throws(Raised) {
    if hasOwnCallSoon { return try scheduleThroughProgram(handle) }
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
        arguments = [step(handle, named: "_done_callback", "fut"), .object(future)]
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
    guard runtime.type(of: selector).lookupWithOwner(runtime.intern("select"))?.owner.moduleName != "selectors" else { return }
    programSelector = selector
    _ = try runtime.callMethod(selector, "register", [.int(Int(poll.descriptor)), .int(1)])
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
