/// The one place where tasks run.
extension EventLoop {
  /// Makes a task and schedules its first step.
  func makeTask(_ coroutine: Value, name: Value = .none, context: ContextObject? = nil) throws(Raised) -> TaskObject {
    let object = try checkedCoroutine(coroutine)
    let task = TaskObject(
      type: asyncio.taskType, loop: self, coroutine: object, name: try taskName(name),
      context: context ?? asyncio.contexts.copyOfCurrent())
    try start(task, startsEagerly: false)
    return task
  }

  func checkedCoroutine(_ coroutine: Value) throws(Raised) -> Object {
    guard case .object(let object) = coroutine, object.kind == .coroutine || asyncio.isCoroutine(coroutine) else {
      throw asyncio.runtime.typeError("a coroutine was expected, got \(try asyncio.runtime.repr(coroutine).text)")
    }
    return object
  }

  /// The name a task is given, or the number that stands for its default name.
  func taskName(_ name: Value) throws(Raised) -> Value {
    if !name.isNone { return .object(try asyncio.runtime.str(name)) }
    asyncio.lastTaskNumber &+= 1
    return .int(asyncio.lastTaskNumber)
  }

  /// Schedules a new task's first step, or runs it at once.
  func start(_ task: TaskObject, startsEagerly: Bool) throws(Raised) {
    let runtime = asyncio.runtime
    if let observer = asyncio.birthObserver { observer(task) }
    if try remembersPlaces() { task.sourceTraceback = try runtime.sourceTraceback() }
    if startsEagerly, try says("is_running", isRunning) { return try startEagerly(task, runtime) }
    try checkIsOpen(runtime)
    try schedule(.step(task))
    pendingTasks.append(task)
  }

  private func startEagerly(_ task: TaskObject, _ runtime: Runtime) throws(Raised) {
    let outer = currentTask
    currentTask = nil
    pendingTasks.append(task)
    defer { currentTask = outer }
    try step(task, runtime)
    if task.isDone { task.dropCoroutine() }
  }

  /// The future that a task waits for is done.
  func wake(_ task: TaskObject, _ future: FutureObject, _ runtime: Runtime) throws(Raised) {
    if future.type.isHeap { return try wakeDynamically(task, future, runtime) }
    guard let exception = future.exceptionForWaiter(runtime) else { return try step(task, runtime) }
    try step(task, throwing: exception, runtime)
  }

  /// The future is of a class of the program, which may define `result`.
  private func wakeDynamically(_ task: TaskObject, _ future: FutureObject, _ runtime: Runtime) throws(Raised) {
    var exception: ExceptionObject?
    do { _ = try runtime.callMethod(.object(future), "result") } catch { exception = error.exception }
    if let exception { try step(task, throwing: exception, runtime) } else { try step(task, runtime) }
  }

  @inline(__always)
  func step(_ task: TaskObject, _ runtime: Runtime) throws(Raised) {
    if task.mustCancel || task.isDone { return try step(task, throwing: nil, runtime) }
    try resume(task, throwing: nil, runtime)
  }

  /// A step that raises something in the coroutine, or may have to.
  func step(_ task: TaskObject, throwing thrown: ExceptionObject?, _ runtime: Runtime) throws(Raised) {
    var thrown = thrown
    if task.isDone {
      let text = try runtime.repr(.object(task)).text
      let error = try thrown.map { (exception) throws(Raised) in try runtime.repr(.object(exception)).text } ?? "NULL"
      throw runtime.error("InvalidStateError", "__step(): already done: \(text) \(error)")
    }
    if task.mustCancel {
      if thrown?.type.isSubtype(of: asyncio.cancelledErrorType) != true { thrown = task.makeCancelledError(runtime) }
      task.mustCancel = false
      task.outcome = .none
    }
    try resume(task, throwing: thrown, runtime)
  }

  /// Resumes the coroutine and sees to what comes out of it.
  private func resume(_ task: TaskObject, throwing thrown: ExceptionObject?, _ runtime: Runtime) throws(Raised) {
    task.stopWaiting()
    if currentTask != nil { throw try cannotEnter(task, runtime) }
    currentTask = task
    asyncio.runningTask = task.serial
    let contexts = asyncio.contexts
    // Most programs use no context variables: nothing to put in place then.
    let hasContext = contexts.current != nil || task.context != nil
    let savedContext = hasContext ? contexts.current : nil
    if hasContext { contexts.current = task.context }
    let machine = runtime.machine
    let wasDrivenByHand = machine.pointee.isDrivenByHand
    machine.pointee.isDrivenByHand = false
    let step: Step
    do throws(Raised) {
      let coroutine = task.coroutinePointer
      if coroutine.kind == .coroutine {
        step = try coroutine.as(SuspendableFrame.self).borrowed { (frame) throws(Raised) in
          if let thrown { return try frame.drive(runtime, throwing: thrown) }
          return try frame.drive(runtime, sending: .none)
        }
      } else {
        step = try task.driveOther(throwing: thrown, runtime)
      }
    } catch {
      machine.pointee.isDrivenByHand = wasDrivenByHand
      leave(task, contexts, hasContext, savedContext)
      return try finish(task, failing: error.exception, runtime)
    }
    machine.pointee.isDrivenByHand = wasDrivenByHand
    leave(task, contexts, hasContext, savedContext)
    switch step {
    case .suspended(let value):
      if value.isNone {
        try schedule(.step(task))
      } else {
        try wait(task, for: value, runtime)
      }
    case .returned(let value): try finish(task, returning: value, runtime)
    }
  }

  @inline(__always)
  private func leave(_ task: TaskObject, _ contexts: Contexts, _ hadContext: Bool, _ savedContext: ContextObject?) {
    if hadContext || contexts.current != nil {
      task.context = contexts.current
      contexts.current = savedContext
    }
    currentTask = nil
    asyncio.runningTask = 0
  }

  /// The coroutine waits for what it yielded: a future.
  private func wait(_ task: TaskObject, for value: Value, _ runtime: Runtime) throws(Raised) {
    if value.uncounted?.toOpaque() == asyncio.slumberPointer { return try sleep(task, runtime) }
    guard case .object(let object) = value, object.kind == .awaitable,
      let future = unsafeDowncast(object, to: AwaitableObject.self).asFuture
    else {
      if try waitForForeign(task, value, runtime) { return }
      return try schedule(.stepThrowing(task, try badYield(task, value, runtime)))
    }
    if future.isBlocking, future.belongs(to: self), future !== task {
      future.isBlocking = false
      if future.isDone {
        // Done since it was awaited, which only a foreign driver can bring about.
        try schedule(.wakeup(task, future))
      } else if future.type.isHeap, let method = try future.ownAddDoneCallback(runtime) {
        try addWakeup(of: task, to: future, method, runtime)
      } else {
        future.add(.wakeup(task))
      }
      task.waiter = future
      if task.mustCancel, try future.cancelDynamically(message: task.outcome, runtime) {
        task.mustCancel = false
        task.outcome = .none
      }
      return
    }
    try schedule(.stepThrowing(task, try badFuture(task, future, runtime)))
  }

  /// The future is of a class of the program that wants to know of callbacks.
  private func addWakeup(of task: TaskObject, to future: FutureObject, _ method: Value, _ runtime: Runtime) throws(Raised) {
    let wakeup = step(named: "task_wakeup", "future, /") { [unowned(unsafe) self] (runtime) throws(Raised) in
      try wake(task, future, runtime)
    }
    _ = try runtime.call(
      method, [wakeup], keywords: [(runtime.intern("context"), .object(task.materializedContext()))])
  }

  /// It waits in `asyncio.sleep`.
  private func sleep(_ task: TaskObject, _ runtime: Runtime) throws(Raised) {
    task.sleep(until: asyncio.alarm)
    if task.mustCancel, let future = task.waiter, try future.cancel(message: task.outcome, runtime) {
      task.mustCancel = false
      task.outcome = .none
    }
  }

  private func badYield(_ task: TaskObject, _ value: Value, _ runtime: Runtime) throws(Raised) -> ExceptionObject {
    let text = try runtime.repr(value).text
    if case .object(let object) = value, object.kind == .generator {
      let taskText = try runtime.repr(.object(task)).text
      return runtime.runtimeError(
        "yield was used instead of yield from for generator in task \(taskText) with \(text)").exception
    }
    return runtime.runtimeError("Task got bad yield: \(text)").exception
  }

  private func badFuture(_ task: TaskObject, _ future: FutureObject, _ runtime: Runtime) throws(Raised) -> ExceptionObject {
    let taskText = try runtime.repr(.object(task)).text
    if future.loop !== self {
      let text = try runtime.repr(.object(future)).text
      return runtime.runtimeError("Task \(taskText) got Future \(text) attached to a different loop").exception
    }
    if future === task { return runtime.runtimeError("Task cannot await on itself: \(taskText)").exception }
    let text = try runtime.repr(.object(future)).text
    return runtime.runtimeError("yield was used instead of yield from in task \(taskText) with \(text)").exception
  }

  private func finish(_ task: TaskObject, returning value: Value, _ runtime: Runtime) throws(Raised) {
    pendingTasks.remove(task)
    if task.mustCancel {
      // Cancelled right before it ended.
      task.mustCancel = false
      try task.becomeCancelled(message: task.outcome, runtime)
    } else {
      try task.setResult(value, runtime)
    }
  }

  private func finish(_ task: TaskObject, failing exception: ExceptionObject, _ runtime: Runtime) throws(Raised) {
    pendingTasks.remove(task)
    exception.isLocated = false
    let isAwaited = task.hasCallbacks
    if exception.type.isSubtype(of: asyncio.cancelledErrorType) {
      return try task.becomeCancelled(by: exception, runtime)
    }
    try task.setException(exception, runtime)
    if !isAwaited { asyncio.failureObserver?(task) }
    if endsProgram(exception, runtime) { throw Raised(exception) }
  }

  private func cannotEnter(_ task: TaskObject, _ runtime: Runtime) throws(Raised) -> Raised {
    let current = try currentTask.map { (task) throws(Raised) in try runtime.repr(.object(task)).text } ?? ""
    return runtime.runtimeError(
      "Cannot enter into task \(try runtime.repr(.object(task)).text) while another task \(current) is being executed.")
  }
}

extension TaskObject {
  /// Drives a coroutine that is not a frame: one written in Swift, or an object of the program with `send` and `throw`.
  func driveOther(throwing thrown: ExceptionObject?, _ runtime: Runtime) throws(Raised) -> Step {
    guard coroutine.kind == .awaitable else { return try driveForeign(throwing: thrown, runtime) }
    let awaitable = unsafeDowncast(coroutine, to: AwaitableObject.self)
    let result: Value
    if let thrown {
      if !hasBegunCoroutine, !awaitable.takesExceptionsAtStart {
        try awaitable.close(runtime)
        throw Raised(thrown)
      }
      hasBegunCoroutine = true
      result = try awaitable.resume(runtime, throwing: thrown)
    } else if hasBegunCoroutine {
      result = try awaitable.resume(runtime, sent: .none)
    } else {
      hasBegunCoroutine = true
      result = try awaitable.begin(runtime)
    }
    if !result.isUndefined { return .returned(result) }
    let value = runtime.machine.pointee.suspended
    runtime.machine.pointee.suspended = .undefined
    return .suspended(value)
  }

  private func driveForeign(throwing thrown: ExceptionObject?, _ runtime: Runtime) throws(Raised) -> Step {
    do throws(Raised) {
      if let thrown { return .suspended(try runtime.callMethod(.object(coroutine), "throw", [.object(thrown)])) }
      return .suspended(try runtime.callMethod(.object(coroutine), "send", [.none]))
    } catch {
      guard runtime.matches(error, .stopIteration) else { throw error }
      return .returned(error.exception.fields["value"] ?? .none)
    }
  }
}
