/// Running until something is done, and ending.
extension EventLoop {
  /// `loop.create_task`, through the task factory if there is one.
  func createTask(_ coroutine: Value, name: Value = .none, context: ContextObject? = nil) throws(Raised) -> Value {
    let runtime = asyncio.runtime
    try checkIsOpen(runtime)
    if taskFactory.isNone { return .object(try makeTask(coroutine, name: name, context: context)) }
    let task: Value
    if let context {
      task = try runtime.call(
        taskFactory, [.object(self), coroutine], keywords: [(runtime.intern("context"), .object(context))])
    } else {
      task = try runtime.call(taskFactory, .object(self), coroutine)
    }
    _ = try runtime.callMethod(task, "set_name", [name])
    return task
  }

  func runUntilComplete(_ value: Value) throws(Raised) -> Value {
    let runtime = asyncio.runtime
    try checkIsOpen(runtime)
    try checkIsIdle(runtime)
    let isNew = asyncio.isFuture(value) == nil
    let future = try asyncio.ensureFuture(value, loop: self)
    // The caller learns that it did not end.
    if isNew { future.mayBeDestroyed = true }
    let callback = StopCallback()
    try future.addOrSchedule(callback, runtime)
    if runsScript, scriptTask == nil { scriptTask = future as? TaskObject }
    do throws(Raised) {
      if try callOwn("run_forever") == nil { try runForever() }
    } catch {
      if isNew, future.isDone, !future.isCancelled { future.logsTraceback = false }
      _ = try future.removeCallbacks { $0 === callback }
      throw error
    }
    _ = try future.removeCallbacks { $0 === callback }
    if !future.isDone { throw runtime.runtimeError("Event loop stopped before Future completed.") }
    return try future.result(runtime)
  }

  /// Cancels all tasks and lets them end: what `asyncio.run` does when its main task is done.
  func cancelAllTasks() throws(Raised) {
    let runtime = asyncio.runtime
    let tasks = pendingTasks.tasks
    if tasks.isEmpty { return }
    for task in tasks {
      // Tasks that wait for each other cannot be cancelled: each passes the request on to the next one.
      do throws(Raised) { _ = try task.cancel(message: .none, runtime) } catch { if !hasDeadlocked { throw error } }
    }
    let all = try asyncio.gather(tasks.map { .object($0) }, returnsExceptions: true)
    _ = try askToRun(.object(all))
    for task in tasks where !task.isCancelled {
      guard let exception = try task.exception(runtime) else { continue }
      try callExceptionHandler(
        [
          ("message", .object(runtime.string("unhandled exception during asyncio.run() shutdown"))),
          ("exception", .object(exception)), ("task", .object(task)),
        ])
    }
  }

  /// Something asked for attention while the loop itself had the word; Ctrl-C cancels the main task.
  func handleInterrupt(_ runtime: Runtime) throws(Raised) {
    let machine = runtime.machine
    if machine.pointee.isMainThread {
      if machine.pointee.hasDeferredInterrupt {
        // The task that had the word has ended its step meanwhile.
        machine.pointee.hasDeferredInterrupt = false
        machine.pointee.hasKeyboardInterrupt = false
      } else if machine.pointee.hasKeyboardInterrupt, runtime.signalHandler == nil, asyncio.takesInterrupt() {
        machine.pointee.hasKeyboardInterrupt = false
      }
    }
    try runtime.attend()
  }
}

/// Stops the loop when the future of `run_until_complete` is done.
final class StopCallback: DoneCallback {
  override func run(_ runtime: Runtime, _ future: FutureObject) throws(Raised) {
    if !future.isCancelled, let exception = try future.exception(runtime),
      future.loop.endsProgram(exception, runtime)
    {
      // The exception has left the loop already.
      return
    }
    if try future.loop.callOwn("stop") == nil { future.loop.stop() }
  }

  override var functionName: String { "_run_until_complete_cb" }
  override func describe(_ runtime: Runtime) throws(Raised) -> String { "_run_until_complete_cb()" }
}

extension Asyncio {
  /// Ctrl-C: the first one cancels the main task, so that it can clean up. False for another one, which is to end everything.
  func cancelMainTask() -> Bool {
    guard let mainTask else { return false }
    interruptCount += 1
    if interruptCount > 1 || mainTask.isDone { return false }
    return (try? mainTask.cancel(message: .none, runtime)) ?? false
  }

  /// `asyncio.get_event_loop`: the running loop, or the one that was set.
  func eventLoop() throws(Raised) -> EventLoop {
    if let loop = runningLoop ?? sessionLoop { return loop }
    if let currentLoop { return currentLoop }
    if hasSetLoop || !runtime.machine.pointee.isMainThread {
      throw runtime.runtimeError("There is no current event loop in thread '\(try runtime.currentThreadName())'.")
    }
    runtime.warn("There is no current event loop", category: "DeprecationWarning")
    try runtime.logNewLoop()
    let made = EventLoop(self)
    setCurrentLoop(made)
    return made
  }

  func setCurrentLoop(_ loop: EventLoop?) {
    currentLoop = loop
    hasSetLoop = true
  }
}

extension Runtime {
  /// The name of the thread that runs.
  func currentThreadName() throws(Raised) -> String {
    if machine.pointee.isMainThread, modules["threading"] == nil { return "MainThread" }
    let library = try importModule("threading", level: 0, globals: builtins)
    return try str(try getAttribute(try callMethod(library, "current_thread"), intern("name"))).text
  }
}
