/// asyncio's event loop. Its order is asyncio's, handle by handle; everything else (gather, timeouts, locks, queues) is a
/// client of what is here.
///
/// A turn has four phases:
/// 1. forget cancelled timers;
/// 2. when nothing is ready, wait for the next timer (on a virtual clock: jump to it), for descriptors, for other threads;
/// 3. move what is due to the ready queue, by deadline (`TimerQueue` says how those of the same are ordered);
/// 4. run what is ready now. What these handles schedule runs in the next turn.
final class EventLoop: Object {
  let asyncio: Asyncio
  let ready = ReadyQueue()
  let timers = TimerQueue()
  @exclusivity(unchecked) var pendingTasks = TaskList()
  /// The task whose step is in progress, held by who runs it.
  unowned(unsafe) var currentTask: TaskObject?
  /// The one that `_enter_task` made the current one.
  private var enteredTask: TaskObject?

  private(set) var isRunning = false
  private(set) var isClosed = false
  private var isStopping = false
  var isAboutToStop: Bool { isStopping }
  lazy var isDebugging = asyncio.runtime.debugsEventLoops
  /// Runs a script whose top level awaits: `asyncio.run` may be called within.
  var runsScript = false
  /// The script's own task.
  var scriptTask: TaskObject?
  var exceptionHandler: Value = .none
  var taskFactory: Value = .none
  var slowCallbackDuration: Value = .float(0.1)
  /// Async generators that were begun here, by address, with their number; each takes itself out when it is freed.
  var asyncGenerators: [Int: Int] = [:]
  var lastAsyncGenerator = 0
  /// By signal number.
  var signalHandlers: [Int: HandleObject] = [:]
  var hasShutDownAsyncGenerators = false
  var hasShutDownExecutor = false
  /// Nothing could go on any more, and that was reported.
  var hasDeadlocked = false
  /// Waits for descriptors; there once one was watched.
  var poller: Poller?
  /// The one that will: the three descriptors of a loop are open from its beginning to its end, so that the program's own have the numbers
  /// that they have in Python.
  var reservedPoller: Poller?
  /// The thread that sleeps in this loop, and whether it does so in the poller.
  var sleeper: ThreadState?
  var isPolling = false
  /// The executor of `run_in_executor(None, ...)`, an object of `concurrent.futures`; or None.
  var defaultExecutor: Value = .none
  /// How many connections the process had ended (`Machine.endedConnections`) when the turn before this one began, and when this one did: the
  /// poller has told of what came of the former.
  private(set) var settledEndings: UInt32 = 0
  private var seenEndings: UInt32 = 0
  let virtualClock: VirtualClock?
  private let clock: any Clock

  /// Timers that are due within this time (seconds) are due now.
  var clockResolution = 1e-9
  /// How many calls coroutines remember in debug mode.
  private static let originDepth = 10

  /// Attributes that the program gave it.
  private var dictionary: DictObject?
  /// It is of a class of the program or has attributes of its own: methods may be the program's (`hasOwn`).
  private(set) var mayHaveOwnMethods: Bool
  /// The same of `time` and `call_soon`, which are asked so often that the class is looked at but once.
  private var mayHaveOwnTime: Bool
  private(set) var mayHaveOwnCallSoon: Bool
  /// A class of the program defines `_run_once`.
  private let hasOwnTurn: Bool
  /// A selector whose `select` is the program's: the loop waits in it.
  var programSelector: Value?
  /// `_selector`: the one that the loop was given, or that was made for a program that looks.
  var selector: Value?
  /// `_ready`, once the program has looked at it.
  var shownReady: ShownReady?
  /// The thread that runs it.
  private(set) var runner: ThreadState?

  /// Of a class of the program that is but an `AbstractEventLoop`, or none at all.
  let neverRuns: Bool

  init(_ asyncio: Asyncio, type: TypeObject? = nil, neverRuns: Bool = false) {
    self.asyncio = asyncio
    self.neverRuns = neverRuns
    clock = asyncio.runtime.clock
    virtualClock = clock as? VirtualClock
    func isDefined(_ name: String) -> Bool {
      type.flatMap { $0.isHeap ? $0.lookup(asyncio.runtime.intern(name))?.object?.kind : nil } == .function
    }
    mayHaveOwnMethods = type?.isHeap ?? false
    mayHaveOwnTime = isDefined("time")
    mayHaveOwnCallSoon = neverRuns && mayHaveOwnMethods || isDefined("call_soon")
    hasOwnTurn = isDefined("_run_once")
    reservedPoller = neverRuns ? nil : Poller()
    super.init(type: type ?? asyncio.loopType, kind: .other)
    asyncio.loops.append(.passUnretained(self))
  }

  var representation: String {
    func flag(_ value: Bool) -> String { value ? "True" : "False" }
    return "<\(type.name) running=\(flag(isRunning)) closed=\(flag(isClosed)) debug=\(flag(isDebugging))>"
  }

  deinit {
    if !isClosed, !neverRuns { asyncio.runtime.wasNotClosed { (_) in "event loop \(representation)" } }
    asyncio.loops.removeAll { $0.toOpaque() == Unmanaged.passUnretained(self).toOpaque() }
    ready.deallocate()
    timers.deallocate()
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if let dictionary { return dictionary }
    let made = DictObject(runtime)
    dictionary = made
    mayHaveOwnMethods = true
    mayHaveOwnTime = true
    mayHaveOwnCallSoon = true
    return made
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  /// `set_debug`: coroutines that are made from now on remember where.
  func setDebugging(_ isOn: Bool) {
    isDebugging = isOn
    if isRunning { asyncio.runtime.coroutineOriginDepth = isOn ? EventLoop.originDepth : 0 }
  }

  // MARK: Turns

  /// Runs turns until `stop`.
  func runForever() throws(Raised) {
    let runtime = asyncio.runtime
    try checkIsOpen(runtime)
    try checkIsIdle(runtime)
    let savedContext = asyncio.contexts.current
    isRunning = true
    runner = runtime.threads.current
    asyncio.runningLoop = self
    let savedDepth = runtime.coroutineOriginDepth
    if isDebugging { runtime.coroutineOriginDepth = EventLoop.originDepth }
    let savedHooks = asyncio.generatorHooks
    asyncio.generatorHooks = nil
    defer {
      runtime.sendPending()
      runtime.coroutineOriginDepth = savedDepth
      asyncio.generatorHooks = savedHooks
      runner = nil
      isStopping = false
      isRunning = false
      asyncio.runningLoop = nil
      asyncio.contexts.current = savedContext
    }
    repeat {
      if hasOwnTurn { _ = try runtime.callMethod(.object(self), "_run_once") } else { try runOnce(runtime) }
      if let failure = timeFailure {
        timeFailure = nil
        throw failure
      }
    } while !isStopping
  }

  /// One turn.
  func runOnce(_ runtime: Runtime) throws(Raised) {
    runtime.sendPending()
    if shownReady != nil { try takeBackReady(runtime) }
    (settledEndings, seenEndings) = (seenEndings, runtime.machine.pointee.endedConnections)
    timers.dropCancelled()
    if let waiter = asyncio.waiter { waiter.lookForInput(self) }
    if let selector = programSelector ?? changedSelector {
      try wait(in: selector, runtime)
    } else if ready.isEmpty, !isStopping {
      try waitForEvents(runtime)
    } else if let poller, poller.isWatching {
      pollForInput(poller)
    }
    if !timers.isEmpty { moveDueTimers() }
    if runtime.machine.pointee.isInterrupted { try handleInterrupt(runtime) }
    var remaining = ready.count
    if isDebugging { return try runTimed(remaining, runtime) }
    while remaining > 0 {
      remaining &-= 1
      try run(try nextHandle(runtime), runtime)
    }
    ready.shrinkIfEmpty()
  }

  /// The next handle of a turn. What ran before it may have made a turn of its own, or closed the loop.
  @inline(__always)
  func nextHandle(_ runtime: Runtime) throws(Raised) -> ReadyHandle {
    if ready.isEmpty { throw runtime.error("IndexError", "pop from an empty deque") }
    return ready.removeFirst()
  }

  private func moveDueTimers() {
    if let virtualClock { virtualClock.look() }
    let end = time + clockResolution
    while !timers.isEmpty, timers.nextDeadline < end {
      switch timers.removeFirst() {
      case .sleep(let future): ready.append(.sleepIsOver(future))
      case .handle(let handle):
        handle.leaveQueue()
        ready.append(.handle(handle))
      case .timeout(let timeout, let number): timeout.ring(number, on: self)
      case .task(let task, let number): if task.alarmRings(number) { ready.append(.taskSleepIsOver(task, number)) }
      case nil: break
      }
    }
  }

  /// `asyncio._enter_task`, `_leave_task`: who runs a task's steps in a way of its own says which one it is.
  func enter(_ task: TaskObject, _ runtime: Runtime) throws(Raised) {
    if let currentTask {
      let (entering, current) = (try runtime.repr(.object(task)).text, try runtime.repr(.object(currentTask)).text)
      throw runtime.runtimeError("Cannot enter into task \(entering) while another task \(current) is being executed.")
    }
    swapCurrentTask(task)
  }

  func leave(_ task: TaskObject, _ runtime: Runtime) throws(Raised) {
    guard currentTask === task else {
      let leaving = try runtime.repr(.object(task)).text
      let current = try runtime.repr(currentTask.map { .object($0) } ?? .none).text
      throw runtime.runtimeError("Leaving task \(leaving) does not match the current task \(current).")
    }
    swapCurrentTask(nil)
  }

  func swapCurrentTask(_ task: TaskObject?) {
    currentTask = task
    enteredTask = task
  }

  // MARK: Handles

  /// Runs one handle. What it raises is reported, unless it is to end the program.
  @inline(__always)
  func run(_ handle: ReadyHandle, _ runtime: Runtime) throws(Raised) {
    do throws(Raised) {
      switch handle {
      case .step(let task): try step(task, runtime)
      case .wakeup(let task, let future): try wake(task, future, runtime)
      case .stepThrowing(let task, let exception): try step(task, throwing: exception, runtime)
      case .sleepIsOver(let future): try future.expire(runtime)
      case .taskSleepIsOver(let task, let number): try task.endSleep(number, runtime)
      case .callback(let callback, let future): try callback.run(runtime, future)
      case .handle(let handle): if !handle.isCancelled { try handle.runDynamically(runtime) }
      case .job(let job): try job.run(runtime)
      }
    } catch {
      if endsProgram(error.exception, runtime) { throw error }
      try reportFailure(of: handle, error.exception, runtime)
    }
  }

  /// SystemExit and KeyboardInterrupt leave the loop at once.
  func endsProgram(_ exception: ExceptionObject, _ runtime: Runtime) -> Bool {
    exception.type.isSubtype(of: runtime.exceptionTypes["SystemExit"].unsafelyUnwrapped)
      || exception.type.isSubtype(of: runtime.exceptionTypes["KeyboardInterrupt"].unsafelyUnwrapped)
  }

  // MARK: Stopping and closing

  func stop() { isStopping = true }

  func close() throws(Raised) {
    try checkIsAtRest()
    if try says("is_closed", isClosed) || isClosed { return }
    // asyncio's classes ask one after the other.
    if mayHaveOwnMethods { try checkIsAtRest() }
    if isDebugging { try asyncio.runtime.logClosing(of: self) }
    isClosed = true
    for number in signalHandlers.keys { removeSignalHandler(number) }
    ready.removeAll()
    timers.removeAll()
    pendingTasks.letGo()
    poller = nil
    reservedPoller = nil
    programSelector = nil
    if let selector {
      self.selector = nil
      _ = try asyncio.runtime.callMethod(selector, "close")
    }
  }

  private func checkIsAtRest() throws(Raised) {
    if try says("is_running", isRunning) { throw asyncio.runtime.runtimeError("Cannot close a running event loop") }
  }

  @inline(__always)
  func checkIsOpen(_ runtime: Runtime) throws(Raised) {
    if isClosed { throw runtime.runtimeError("Event loop is closed") }
  }

  func checkIsIdle(_ runtime: Runtime) throws(Raised) {
    if try says("is_running", isRunning) { throw runtime.runtimeError("This event loop is already running") }
    if asyncio.runningLoop != nil {
      throw runtime.runtimeError("Cannot run the event loop while another loop is running")
    }
  }

  // MARK: Time

  var time: Double { mayHaveOwnTime ? ownTime : clockTime }

  /// `time` is the program's.
  @inline(__always)
  var hasOwnTime: Bool { mayHaveOwnTime && hasOwn("time") }

  /// What `time()` of asyncio's own loops gives.
  var clockTime: Double { clock.monotonic }

  private var ownTime: Double {
    guard hasOwnTime else { return clockTime }
    do throws(Raised) { return try asyncio.runtime.delaySeconds(try asyncio.runtime.callMethod(.object(self), "time")) } catch {
      timeFailure = error
      return clockTime
    }
  }

  /// The program's `time` has raised: leaves the loop at the end of the turn.
  private var timeFailure: Raised?

  func addTimer(_ timer: Timer, after seconds: Double) { timers.insert(timer, at: deadline(after: seconds), isExact: hasOwnTime) }

  /// When that many seconds from now have passed. However short, on a virtual clock too they take time: a program that sleeps for the
  /// rest of an interval, wrong by a rounding, would sleep forever.
  func deadline(after seconds: Double) -> Double {
    let now = time
    let exact = exactDeadline(now + seconds)
    return virtualClock == nil || exact > now || seconds <= 0 ? exact : exactDeadline(now + 1e-9)
  }

  /// On a virtual clock sums of the same sleeps must meet exactly, so that only the order of creation decides: whole nanoseconds.
  func exactDeadline(_ deadline: Double) -> Double {
    guard virtualClock != nil, abs(deadline) < 1e6 else { return deadline }
    let exact = (deadline * 1e9).rounded() / 1e9
    if exact >= deadline { return exact }
    // What the program says is to come does not come now: it would say so forever.
    let now = time
    return exact > now || deadline <= now ? exact : ((now * 1e9).rounded() + 1) / 1e9
  }
}
