import PyaSyntax

/// Code that comes bit by bit and shares one namespace and one event loop: what stands behind a prompt.
///
/// The loop runs while the next entry is awaited (`waitForInput`), so tasks go on meanwhile. An entry that awaits is a task of
/// this loop; any other entry runs while the loop rests, which lets it use `asyncio.run` as well as `create_task`. Nothing an
/// entry or a task does ends the session, except leaving it by SystemExit in an entry.
///
/// Lives on the interpreter's thread: `Interpreter.runSession` hands it to its client there.
public final class Session {
  public enum Ending: Equatable, Sendable {
    case finished
    /// The entry failed; its traceback has been written.
    case failed
    case leaves(status: Int32)
  }

  let runtime: Runtime
  let asyncio: Asyncio
  let main: ModuleObject
  private(set) var loop: EventLoop
  private var runner: RunnerObject
  private var entryCount = 0
  /// Successful entries, for `:save`.
  public private(set) var entries: [String] = []
  /// When tasks were made, by their numbers.
  private(set) var births: [UInt32: Double] = [:]
  private var deferredTask: UInt32 = 0
  fileprivate var promptIsInterrupted = false

  init(_ interpreter: Interpreter, main: ModuleObject) throws(Raised) {
    runtime = interpreter.runtime
    asyncio = runtime.asyncio
    self.main = main
    (runner, loop) = try Session.makeLoop(asyncio)
    observeTasks()
  }

  private func observeTasks() {
    runtime.interruptHandler = { [unowned(unsafe) self] in self.isInterruptHandled() }
    asyncio.failureObserver = { [unowned(unsafe) self] in self.report(failureOf: $0) }
    asyncio.birthObserver = { [unowned(unsafe) self] task in
      if self.births.count > 1000, self.births.count > 2 * self.loop.pendingTasks.tasks.count {
        let living = Set(self.loop.pendingTasks.tasks.map(\.serial))
        self.births = self.births.filter { living.contains($0.key) }
      }
      self.births[task.serial] = self.loop.time
    }
  }

  private static func makeLoop(_ asyncio: Asyncio) throws(Raised) -> (RunnerObject, EventLoop) {
    let runner = RunnerObject(asyncio, isDebugging: .none, loopFactory: .none)
    let loop = try runner.initializedLoop()
    loop.runsScript = true
    asyncio.sessionLoop = loop
    return (runner, loop)
  }

  // MARK: Entries

  /// Runs an entry; of its last statement the value is shown.
  public func run(_ entry: String) -> Ending {
    let file = SourceFile(name: "<python-input-\(entryCount)>", text: entry + "\n")
    entryCount += 1
    let ending = run(file, displays: .last)
    if ending == .finished { entries.append(entry) }
    return ending
  }

  /// Runs a file as if it had been typed, but without showing values.
  public func load(_ program: Interpreter.Program) -> Ending {
    run(SourceFile(name: program.name, bytes: program.source), displays: .none)
  }

  private func run(_ file: SourceFile, displays: LoweringUnit.Displays) -> Ending {
    var ending = Ending.finished
    runtime.machine.pointee.isInterrupted = false
    runtime.machine.pointee.hasKeyboardInterrupt = false
    do throws(Raised) {
      let code = try runtime.compile(file, globals: main.namespace, displays: displays)
      if code.flavour == .plain { _ = try runtime.run(code) } else { try runAsTask(code) }
      runtime.issueDeferredWarnings(at: .end)
    } catch {
      ending = report(error)
    }
    runtime.output.flush()
    runtime.errorOutput.flush()
    return ending
  }

  /// Runs code that awaits as a task of the loop.
  private func runAsTask(_ code: Code) throws(Raised) {
    let frame = try runtime.coroutine(of: code, globals: main.namespace)
    let task = try loop.makeTask(.object(frame), name: .object(runtime.string("prompt")))
    loop.scriptTask = task
    asyncio.mainTask = task
    asyncio.interruptCount = 0
    defer {
      loop.scriptTask = nil
      asyncio.mainTask = nil
      asyncio.interruptCount = 0
    }
    do throws(Raised) { _ = try loop.runUntilComplete(.object(task)) } catch {
      // The loop was left while the entry still waited: it cleans up while the prompt is back.
      if !task.isDone { _ = try task.cancel(message: .none, runtime) }
      if asyncio.interruptCount > 0, runtime.matches(error, "CancelledError"), task.uncancel() == 0 {
        throw runtime.error("KeyboardInterrupt", [])
      }
      throw error
    }
  }

  // MARK: Ctrl-C

  /// Ctrl-C while code runs. False: it raises KeyboardInterrupt.
  ///
  /// It is meant for the entry, or for the line being typed. A background task that happens to run just then is only ended when
  /// it does not give the word back: `InterruptHandle.insist` asks again.
  private func isInterruptHandled() -> Bool {
    let isRepeated = runtime.machine.pointee.hasDeferredInterrupt
    runtime.machine.pointee.hasDeferredInterrupt = false
    guard asyncio.runningLoop === loop, let task = loop.currentTask, task !== loop.scriptTask else { return isRepeated }
    if isRepeated { return task.serial != deferredTask }
    deferredTask = task.serial
    if asyncio.mainTask == nil { promptIsInterrupted = true } else if !asyncio.cancelMainTask() { return false }
    runtime.machine.pointee.hasDeferredInterrupt = true
    return true
  }

  // MARK: Waiting

  /// From now on the input is told of everything that programs write.
  public func observeOutput(of input: any SessionInput) {
    runtime.output.willWrite = { [weak input] in input?.willWrite($0) }
    runtime.errorOutput.willWrite = { [weak input] in input?.willWrite($0) }
    runtime.output.lineWasRead = { [weak input] in input?.lineWasRead() }
  }

  /// Runs the loop until the input says that it has what it waited for.
  public func waitForInput(_ input: any SessionInput) {
    let waiter = InputWaiter(self, input)
    asyncio.waiter = waiter
    defer {
      asyncio.waiter = nil
      runtime.output.flush()
      runtime.errorOutput.flush()
    }
    promptIsInterrupted = false
    while input.isWaiting {
      do throws(Raised) {
        try loop.runForever()
      } catch {
        // Ctrl-C at the prompt; or it, or SystemExit, ended a task, which has been reported.
        runtime.output.flush()
        runtime.errorOutput.flush()
        if runtime.matches(error, "KeyboardInterrupt") { input.wasInterrupted() }
      }
    }
  }

  // MARK: The end

  /// Cancels all tasks, as `asyncio.run` does at its end.
  func close() {
    asyncio.failureObserver = nil
    asyncio.birthObserver = nil
    runtime.interruptHandler = nil
    asyncio.sessionLoop = nil
    loop.runsScript = false
    do throws(Raised) { try runner.close() } catch { _ = report(error) }
  }

  /// Forgets all names and tasks.
  public func reset() {
    close()
    for name in main.namespace.liveEntries.compactMap(\.key.string) where !name.text.hasPrefix("__") {
      main.namespace.removeString(name)
    }
    runtime.builtins.removeString(runtime.intern("_"))
    entries = []
    if let (runner, loop) = try? Session.makeLoop(asyncio) { (self.runner, self.loop) = (runner, loop) }
    observeTasks()
  }

  // MARK: Reports

  private func report(_ raised: Raised) -> Ending {
    runtime.output.flush()
    if runtime.matches(raised, "SystemExit") { return .leaves(status: runtime.report(uncaught: raised)) }
    runtime.show(traceback: raised.exception)
    return .failed
  }

  private func report(failureOf task: TaskObject) {
    task.logsTraceback = false
    guard let exception = task.outcome.exception else { return }
    let function = (task.coroutine as? SuspendableFrame).map { " (\($0.qualifiedName.text))" } ?? ""
    runtime.output.flush()
    runtime.errorOutput.write("Task \(task.name(runtime).text)\(function) failed:\n")
    runtime.show(traceback: exception)
  }
}

/// Where entries come from; asked on the interpreter's thread.
public protocol SessionInput: AnyObject {
  var descriptor: Int32 { get }
  /// Something can be read from the descriptor.
  func read()
  /// False once there is an entry, or no more input.
  var isWaiting: Bool { get }
  /// Programs are about to write this to the terminal.
  func willWrite(_ bytes: [UInt8])
  /// A program has read a line: whoever typed it has ended it.
  func lineWasRead()
  /// The session is about to sleep: what made way for output can come back.
  func willSleep()
  /// Ctrl-C.
  func wasInterrupted()
}

/// Sleeps until a timer is due or there is something to read.
private final class InputWaiter: LoopWaiter {
  private unowned let session: Session
  private unowned let input: any SessionInput
  private var lastLook = 0.0

  init(_ session: Session, _ input: any SessionInput) {
    self.session = session
    self.input = input
  }

  func wait(_ seconds: Double?, _ loop: EventLoop) {
    session.runtime.errorOutput.flush()
    if session.promptIsInterrupted {
      session.promptIsInterrupted = false
      input.wasInterrupted()
    }
    input.willSleep()
    if input.isWaiting {
      if session.runtime.machine.pointee.isInterrupted { return }
      let (wakeup, descriptor) = (session.asyncio.wakeup, input.descriptor)
      if session.runtime.threads.blocking({ wakeup.waitForInput(on: descriptor, seconds: seconds) }) { input.read() }
    }
    if !input.isWaiting { loop.stop() }
  }

  func lookForInput(_ loop: EventLoop) {
    // While tasks keep the loop busy, looking every five milliseconds is enough.
    if loop.ready.isEmpty, input.isWaiting { return }
    let now = loop.time
    if now - lastLook < 0.005, now >= lastLook, input.isWaiting { return }
    lastLook = now
    session.runtime.output.flush()
    wait(0, loop)
  }
}
