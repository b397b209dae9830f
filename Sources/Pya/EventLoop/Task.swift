/// An `asyncio.Task`: a coroutine that the loop runs, step by step.
///
/// While it is pending exactly one of these holds: it is running; its next step is in the ready queue; it waits for `waiter`, whose
/// callbacks include its wakeup.
final class TaskObject: FutureObject {
  /// A `SuspendableFrame`, an awaitable written in Swift, or an object of the program with `send` and `throw`.
  private(set) var coroutine: Object
  /// The future it waits for.
  var waiter: FutureObject?
  /// Nil: an empty context that nobody has asked for.
  var context: ContextObject?
  /// Neighbours in the loop's list of pending tasks.
  fileprivate(set) unowned(unsafe) var nextTask: TaskObject?
  fileprivate(set) unowned(unsafe) var previousTask: TaskObject?

  init(type: TypeObject, loop: EventLoop, coroutine: Object, name: Value, context: ContextObject?) {
    self.coroutine = coroutine
    self.context = context
    super.init(type: type, loop: loop)
    setName(name)
  }

  /// For a task that is made in two steps, by a subclass.
  func take(coroutine: Object, name: Value, context: ContextObject?) {
    self.coroutine = coroutine
    self.context = context
    setName(name)
  }

  /// A string, or the number of a task without a name of its own.
  func setName(_ name: Value) {
    if case .int(let given) = name { number = UInt32(truncatingIfNeeded: given) } else if let given = name.string { givenName = given }
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
    tracer.visit(waiter)
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

  deinit {
    if logsTraceback {
      logsTraceback = false
      let twin = TaskObject(type: type, loop: loop, coroutine: coroutine, name: givenName.map { .object($0) } ?? .int(Int(number)), context: context)
      twin.takeOutcome(of: self)
      loop.reportNeverRetrieved(twin)
    }
  }
}

extension FutureObject {
  /// Cancels through the program's own `cancel` when a subclass has one.
  func cancelDynamically(message: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    guard type.isHeap else { return try cancel(message: message, runtime) }
    let method = try runtime.getAttribute(.object(self), "cancel")
    return try runtime.isTrue(
      message.isNone ? runtime.call(method) : runtime.call(method, [], keywords: [(runtime.intern("msg"), message)]))
  }
}

/// The pending tasks of a loop in the order they were made, held until they are done.
struct TaskList {
  private(set) unowned(unsafe) var first: TaskObject?
  private unowned(unsafe) var last: TaskObject?

  mutating func append(_ task: TaskObject) {
    _ = Unmanaged.passRetained(task)
    task.isRegistered = true
    task.previousTask = last
    task.nextTask = nil
    if let last { last.nextTask = task } else { first = task }
    last = task
  }

  mutating func remove(_ task: TaskObject) {
    guard task.isRegistered else { return }
    task.isRegistered = false
    if let previous = task.previousTask { previous.nextTask = task.nextTask } else { first = task.nextTask }
    if let next = task.nextTask { next.previousTask = task.previousTask } else { last = task.previousTask }
    task.nextTask = nil
    task.previousTask = nil
    Unmanaged.passUnretained(task).release()
  }

  var tasks: [TaskObject] {
    var result: [TaskObject] = []
    var current = first
    while let task = current {
      result.append(task)
      current = task.nextTask
    }
    return result
  }
}
