/// An `asyncio.Task`: a coroutine that the loop runs, step by step.
///
/// While it is pending exactly one of these holds: it is running; its next step is in the ready queue; it waits for `waiter`, whose
/// callbacks include its wakeup.
final class TaskObject: FutureObject {
  /// A `SuspendableFrame`, an awaitable written in Swift, or an object of the program with `send` and `throw`.
  var coroutine: Object { heldCoroutine }
  private unowned(unsafe) var heldCoroutine: Object
  @exclusivity(unchecked) private var waitedFor: FutureObject?
  /// Nil: an empty context that nobody has asked for.
  @exclusivity(unchecked) var context: ContextObject?
  var cancelRequests: Int32 = 0
  /// Of the sleep without a future that it is in: the number of the timer.
  private var sleepNumber: UInt32 = 0
  /// Neighbours in the loop's list of pending tasks.
  fileprivate var nextTask: Unmanaged<TaskObject>?
  fileprivate var previousTask: Unmanaged<TaskObject>?

  init(type: TypeObject, loop: EventLoop, coroutine: Object, name: Value, context: ContextObject?) {
    heldCoroutine = coroutine
    coroutine.uncountedPointer.retainPlainly()
    self.context = context
    super.init(type: type, loop: loop)
    setName(name)
  }

  /// The coroutine, uncounted: the task keeps it.
  @inline(__always)
  var coroutinePointer: Unmanaged<Object> { .passUnretained(heldCoroutine) }

  /// It may be one that runs already. The loop's list, where a pending task stands once, is that of its loop.
  override func renew(on loop: EventLoop) {
    stopWaiting()
    cancelRequests = 0
    mustCancel = false
    hasBegunCoroutine = false
    mayBeDestroyed = false
    let isMoving = isRegistered && !belongs(to: loop)
    if isMoving { self.loop.pendingTasks.remove(self) }
    super.renew(on: loop)
    if isMoving { loop.pendingTasks.append(self) }
  }

  /// For a task that is made in two steps, by a subclass.
  func take(coroutine: Object, name: Value, context: ContextObject?) {
    take(coroutine: coroutine)
    self.context = context
    setName(name)
  }

  /// It has ended in its first, eager step: nobody can ask for its coroutine any more.
  func dropCoroutine() { take(coroutine: type.runtime.types.object) }

  private func take(coroutine: Object) {
    let former = coroutinePointer
    heldCoroutine = coroutine
    coroutine.uncountedPointer.retainPlainly()
    // Called by the coroutine itself: the step in progress counts on the task to hold it.
    if former.kind == .coroutine {
      let frame = former.as(SuspendableFrame.self).takeUnretainedValue()
      if frame.state == .running { keepFormerCoroutine(frame) }
    }
    former.toOpaque().releasePlainly()
  }

  /// The coroutine, for programs.
  var coroutineValue: Value { heldCoroutine === type.runtime.types.object ? .none : .object(heldCoroutine) }

  /// A string, or the number of a task without a name of its own.
  func setName(_ name: Value) {
    if case .int(let given) = name { number = UInt32(truncatingIfNeeded: given) } else if let given = name.string { givenName = given }
  }

  // MARK: Waiting

  /// The future it waits for. Of a task that sleeps, it is made here.
  var waiter: FutureObject? {
    get {
      if let waitedFor { return waitedFor }
      if sleepPhase == .awake || isDone { return nil }
      let future = SleepFuture(loop, result: .none)
      if sleepPhase == .over { future.finishSleep() } else { future.add(.wakeup(self)) }
      waitedFor = future
      return future
    }
    set { waitedFor = newValue }
  }

  /// It waits in `asyncio.sleep`.
  var isSleeping: Bool { waitedFor.map { $0 is SleepFuture } ?? (sleepPhase != .awake && !isDone) }

  /// Goes to sleep.
  @inline(__always)
  func sleep(until deadline: Double) {
    sleepPhase = .asleep
    sleepNumber = loop.timers.insertSleep(of: self, until: deadline, isExact: loop.hasOwnTime)
  }

  /// Whether this is the sleep it is in. Its timer has left the queue then.
  @inline(__always)
  func alarmRings(_ number: UInt32) -> Bool {
    guard sleepPhase == .asleep, sleepNumber == number else { return false }
    sleepPhase = .due
    return true
  }

  /// The timer's handle runs.
  @inline(__always)
  func endSleep(_ number: UInt32, _ runtime: Runtime) throws(Raised) {
    guard sleepPhase == .due, sleepNumber == number else { return }
    if let future = waitedFor as? SleepFuture { return try future.expire(runtime) }
    sleepPhase = .over
    try loop.schedule(.step(self))
  }

  /// A step begins: it waits for nothing any more.
  @inline(__always)
  func stopWaiting() {
    if waitedFor != nil { waitedFor = nil }
    if sleepPhase != .awake {
      if sleepPhase == .asleep { loop.timers.cancelSleep(sleepNumber, of: self) }
      sleepPhase = .awake
    }
  }

  override func cancel(message: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    logsTraceback = false
    if isDone { return false }
    if cancelRequests < .max { cancelRequests += 1 }
    if let waiter {
      // Tasks may wait for each other in a circle.
      try runtime.enter()
      defer { runtime.leave() }
      if try waiter.cancelDynamically(message: message, runtime) { return true }
    }
    mustCancel = true
    outcome = message
    return true
  }

  /// Takes one cancellation request back; returns how many remain.
  func uncancel() -> Int {
    if cancelRequests > 0 {
      cancelRequests &-= 1
      if cancelRequests == 0 { mustCancel = false }
    }
    return Int(cancelRequests)
  }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(coroutine)
    tracer.visit(waitedFor)
    tracer.visit(context)
  }

  func name(_ runtime: Runtime) -> StringObject {
    if let givenName { return givenName }
    let made = runtime.string("Task-\(number)")
    givenName = made
    return made
  }

  /// The context as an object.
  func materializedContext() -> ContextObject {
    if let context { return context }
    let contexts = loop.asyncio.contexts
    if loop.currentTask === self {
      context = contexts.materialized
    } else {
      context = ContextObject(contexts)
    }
    return context.unsafelyUnwrapped
  }

  // MARK: Dropping

  /// Its loop is closed and holds it no longer. A task that waits and what it waits for hold each other, in a circle that only the
  /// collector finds.
  fileprivate func wasLetGo() {
    if waiter != nil { register(type.machine) }
  }

  /// That it goes before it is done is worth a message. (Of a loop in which nothing can go on, there was a report of all tasks.)
  var isMissed: Bool { isRegistered && !isDone && !isFinalized && !mayBeDestroyed && !loop.hasDeadlocked }

  override func finalize(_ runtime: Runtime) -> Bool {
    let isMissed = isMissed
    isFinalized = true
    if isMissed { loop.reportDestroyed(self) }
    return isMissed
  }

  override func clearContents() {
    super.clearContents()
    waitedFor = nil
  }

  /// A task like this one, which is going, to show to the program.
  private func makeTwin() -> TaskObject {
    let twin = TaskObject(type: type, loop: loop, coroutine: coroutine, name: givenName.map { .object($0) } ?? .int(Int(number)), context: context)
    twin.takeOutcome(of: self)
    twin.waitedFor = waitedFor
    return twin
  }

  deinit {
    if containerIndex != 0 { unregister(type.machine) }
    if isRegistered {
      let isMissed = isMissed
      loop.pendingTasks.remove(self)
      if isMissed { loop.reportDestroyed(makeTwin()) }
    }
    if logsTraceback {
      logsTraceback = false
      loop.reportNeverRetrieved(makeTwin())
    }
    heldCoroutine.uncountedPointer.releasePlainly()
  }
}

extension FutureObject {
  /// `add_done_callback` of a class of the program.
  fileprivate var overridesAddDoneCallback: Bool {
    type.lookupWithOwner(type.runtime.intern("add_done_callback"))?.owner.isHeap ?? false
  }

  func ownAddDoneCallback(_ runtime: Runtime) throws(Raised) -> Value? {
    overridesAddDoneCallback ? try runtime.getAttribute(.object(self), "add_done_callback") : nil
  }

  // `done`, `cancelled`, `exception` and `result` as `gather` asks them: of a subclass they may be the program's.

  func isDoneDynamically(_ runtime: Runtime) throws(Raised) -> Bool {
    type.isHeap ? try runtime.isTrue(try runtime.callMethod(.object(self), "done")) : isDone
  }

  func isCancelledDynamically(_ runtime: Runtime) throws(Raised) -> Bool {
    type.isHeap ? try runtime.isTrue(try runtime.callMethod(.object(self), "cancelled")) : isCancelled
  }

  func exceptionDynamically(_ runtime: Runtime) throws(Raised) -> ExceptionObject? {
    type.isHeap ? try runtime.callMethod(.object(self), "exception").exception : try exception(runtime)
  }

  func resultDynamically(_ runtime: Runtime) throws(Raised) -> Value {
    type.isHeap ? try runtime.callMethod(.object(self), "result") : try result(runtime)
  }

  /// Cancels through the program's own `cancel` when a subclass has one.
  func cancelDynamically(message: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    guard type.isHeap else { return try cancel(message: message, runtime) }
    let method = try runtime.getAttribute(.object(self), "cancel")
    return try runtime.isTrue(
      message.isNone ? runtime.call(method) : runtime.call(method, [], keywords: [(runtime.intern("msg"), message)]))
  }
}

/// The pending tasks of a loop in the order they were made, held until they are done or the loop is closed.
struct TaskList {
  private var first: Unmanaged<TaskObject>?
  private var last: Unmanaged<TaskObject>?
  private var holdsTasks = true

  /// The loop is closed: what nobody else refers to goes.
  mutating func letGo() {
    let pending = tasks
    holdsTasks = false
    for task in pending {
      task.wasLetGo()
      Unmanaged.passUnretained(task).toOpaque().releasePlainly()
    }
  }

  /// A task that is there already stays where it is.
  mutating func append(_ task: TaskObject) {
    if task.isRegistered { return }
    let added = Unmanaged.passUnretained(task)
    if holdsTasks { added.toOpaque().retainPlainly() }
    task.isRegistered = true
    task.previousTask = last
    task.nextTask = nil
    if let last { last._withUnsafeGuaranteedRef { $0.nextTask = added } } else { first = added }
    last = added
  }

  mutating func remove(_ task: TaskObject) {
    guard task.isRegistered else { return }
    task.isRegistered = false
    let (previous, next) = (task.previousTask, task.nextTask)
    if let previous { previous._withUnsafeGuaranteedRef { $0.nextTask = next } } else { first = next }
    if let next { next._withUnsafeGuaranteedRef { $0.previousTask = previous } } else { last = previous }
    task.nextTask = nil
    task.previousTask = nil
    if holdsTasks { Unmanaged.passUnretained(task).toOpaque().releasePlainly() }
  }

  var tasks: [TaskObject] {
    var result: [TaskObject] = []
    var current = first
    while let task = current?.takeUnretainedValue() {
      result.append(task)
      current = task.nextTask
    }
    return result
  }
}
