/// `asyncio.Runner`: a loop of its own for one or more main tasks, and the order in which everything ends.
final class RunnerObject: Object {
  private enum State { case created, initialized, closed }

  private let asyncio: Asyncio
  private var state = State.created
  private var isDebugging: Value
  private var loopFactory: Value
  private var loop: EventLoop?
  private var context: ContextObject?
  private var hasSetLoop = false
  private var dictionary: DictObject?

  init(_ asyncio: Asyncio, isDebugging: Value, loopFactory: Value, type: TypeObject? = nil) {
    self.asyncio = asyncio
    self.isDebugging = isDebugging
    self.loopFactory = loopFactory
    super.init(type: type ?? asyncio.runnerType, kind: .other)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if let dictionary { return dictionary }
    let made = DictObject(runtime)
    dictionary = made
    return made
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  /// `__init__`
  func start(isDebugging: Value, loopFactory: Value) {
    self.isDebugging = isDebugging
    self.loopFactory = loopFactory
  }

  /// The runner's loop, made on first use.
  func initializedLoop() throws(Raised) -> EventLoop {
    let runtime = asyncio.runtime
    if state == .closed { throw runtime.runtimeError("Runner is closed") }
    if let loop { return loop }
    let made: EventLoop
    if loopFactory.isNone {
      if let policy = asyncio.policy {
        let value = try runtime.callMethod(policy, "new_event_loop")
        guard let loop = value.object as? EventLoop else { throw runtime.typeError("an event loop of pya was expected") }
        made = loop
      } else {
        try runtime.logNewLoop()
        made = EventLoop(asyncio)
      }
      if !hasSetLoop {
        try set(.object(made))
        hasSetLoop = true
      }
    } else {
      let given = try runtime.call(loopFactory)
      guard let loop = given.object as? EventLoop else {
        // What CPython asks of it in the end.
        if try runtime.getAttributeIfPresent(given, runtime.intern("close")) == nil { throw runtime.missingAttribute(given, runtime.intern("close")) }
        throw runtime.typeError("loop_factory must return an event loop of pya")
      }
      made = loop
    }
    loop = made
    if !isDebugging.isNone { try made.askToDebug(isDebugging) }
    context = asyncio.contexts.copyOfCurrent() ?? ContextObject(asyncio.contexts)
    state = .initialized
    return made
  }

  private func set(_ loop: Value) throws(Raised) {
    if let policy = asyncio.policy {
      _ = try asyncio.runtime.callMethod(policy, "set_event_loop", [loop])
    } else {
      asyncio.setCurrentLoop(loop.object as? EventLoop)
    }
  }

  func run(_ coroutine: Value, context: ContextObject?) throws(Raised) -> Value {
    let runtime = asyncio.runtime
    guard asyncio.isCoroutine(coroutine) else {
      throw runtime.valueError("a coroutine was expected, got \(try runtime.repr(coroutine).text)")
    }
    if asyncio.runningLoop != nil {
      throw runtime.runtimeError("Runner.run() cannot be called from a running event loop")
    }
    let loop = try initializedLoop()
    let context = context ?? self.context
    let task = try loop.askForTask(coroutine, context: context)
    let (outerMain, outerCount) = (asyncio.mainTask, asyncio.interruptCount)
    asyncio.mainTask = asyncio.isFuture(task) as? TaskObject
    asyncio.interruptCount = 0
    let outerHandler = runtime.interruptHandler
    // Ctrl-C is the main thread's business.
    let isMain = runtime.machine.pointee.isMainThread
    if isMain { runtime.interruptHandler = { [unowned asyncio] in asyncio.takesInterrupt() } }
    defer {
      if isMain { runtime.interruptHandler = outerHandler }
      asyncio.mainTask = outerMain
      asyncio.interruptCount = outerCount
    }
    do throws(Raised) { return try loop.askToRun(task) } catch {
      if asyncio.interruptCount > 0, runtime.matches(error, "CancelledError"), let main = asyncio.mainTask,
        main.uncancel() == 0
      {
        let interrupt = runtime.error("KeyboardInterrupt", [])
        interrupt.exception.context = error.exception
        throw interrupt
      }
      throw error
    }
  }

  /// Cancels what is left, closes async generators and the loop.
  func close() throws(Raised) {
    guard state == .initialized, let loop else { return }
    do throws(Raised) {
      try loop.cancelAllTasks()
      try runShutdown(try loop.callOwn("shutdown_asyncgens") ?? .object(AsyncGeneratorShutdown(loop)), of: loop)
      let ownShutdown = try loop.callOwn("shutdown_default_executor", [.int(300)])
      let shutdown = if let ownShutdown { ownShutdown } else {
        try loop.executorShutdown(timeout: loop.virtualClock == nil ? .int(300) : .none)
      }
      try runShutdown(shutdown, of: loop)
    } catch {
      try finishClosing(loop)
      throw error
    }
    try finishClosing(loop)
  }

  private func runShutdown(_ coroutine: Value, of loop: EventLoop) throws(Raised) {
    do throws(Raised) { _ = try loop.askToRun(coroutine) } catch {
      // As the frame in CPython's traceback would: that it was never awaited shows when the exception is gone.
      error.exception.fields["__held__"] = coroutine
      throw error
    }
  }

  private func finishClosing(_ loop: EventLoop) throws(Raised) {
    if hasSetLoop { try set(.none) }
    try loop.askToClose()
    self.loop = nil
    state = .closed
  }
}

extension Asyncio {
  /// `asyncio.run`.
  func run(_ main: Value, isDebugging: Value = .none, loopFactory: Value = .none) throws(Raised) -> Value {
    if let outer = runningLoop {
      // The top level of a script that awaits is a coroutine itself: its loop rests while this one runs.
      guard outer.runsScript, let task = outer.currentTask, task === outer.scriptTask else {
        throw runtime.runtimeError("asyncio.run() cannot be called from a running event loop")
      }
      runningLoop = nil
      let (savedLoop, savedSet, savedContext) = (currentLoop, hasSetLoop, contexts.current)
      defer {
        runningLoop = outer
        (currentLoop, hasSetLoop, contexts.current) = (savedLoop, savedSet, savedContext)
      }
      return try runOnNewLoop(main, isDebugging: isDebugging, loopFactory: loopFactory)
    }
    return try runOnNewLoop(main, isDebugging: isDebugging, loopFactory: loopFactory)
  }

  private func runOnNewLoop(_ main: Value, isDebugging: Value, loopFactory: Value) throws(Raised) -> Value {
    let runner = RunnerObject(self, isDebugging: isDebugging, loopFactory: loopFactory)
    _ = try runner.initializedLoop()
    let result: Value
    do throws(Raised) { result = try runner.run(main, context: nil) } catch {
      runtime.handled.append(error.exception)
      defer { runtime.handled.removeLast() }
      try runner.close()
      throw error
    }
    try runner.close()
    return result
  }

  /// Runs a script whose top level awaits, as the main task of a loop.
  func runScript(_ frame: SuspendableFrame) throws(Raised) {
    let runner = RunnerObject(self, isDebugging: .none, loopFactory: .none)
    let loop = try runner.initializedLoop()
    loop.runsScript = true
    do throws(Raised) { _ = try runner.run(.object(frame), context: nil) } catch {
      try runner.close()
      throw error
    }
    try runner.close()
  }
}

extension Runtime {
  /// Runs a script whose top level awaits: it is a coroutine, and its loop runs from the first line.
  func runTopLevel(_ frame: SuspendableFrame) throws(Raised) { try asyncio.runScript(frame) }
}
