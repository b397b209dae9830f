/// `asyncio.Condition`: tasks that hold a lock wait until another one notifies them.
///
/// The lock is an `asyncio.Lock` as a rule; anything with `acquire`, `release` and `locked` will do.
final class ConditionObject: AwaitedObject {
  @exclusivity(unchecked) var lock: Value
  /// This one and all before it are done and wait for their turn only: many that are cancelled together need not look at each other.
  private unowned(unsafe) var lastDone: WaiterFuture?

  init(_ asyncio: Asyncio, type: TypeObject, lock: Value) {
    self.lock = lock
    super.init(asyncio, type: type)
  }

  /// `__init__`: the lock's methods become attributes of the condition, and hide those of a subclass.
  func take(lock: Value) throws(Raised) {
    self.lock = lock
    let runtime = asyncio.runtime
    for name in ["locked", "acquire", "release"] {
      if !overrides(name) { continue }
      let method = try runtime.getAttribute(lock, name)
      try runtime.setAttribute(.object(self), runtime.intern(name), method)
    }
  }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(lock)
  }

  override func clearContents() {
    super.clearContents()
    lastDone = nil
  }

  /// The lock when it is one of asyncio's own, without methods of the program.
  private var plainLock: LockObject? {
    guard case .object(let object) = lock, object.isExactly(asyncio.synchronization.lock) else { return nil }
    return unsafeDowncast(object, to: LockObject.self)
  }

  func isLocked(_ runtime: Runtime) throws(Raised) -> Bool {
    if let plainLock { return plainLock.isLocked }
    return try runtime.isTrue(try runtime.callMethod(lock, "locked"))
  }

  func acquire(_ runtime: Runtime) throws(Raised) -> Value {
    if let plainLock { return try plainLock.acquire(runtime) }
    return try runtime.begin(awaiting: try runtime.callMethod(lock, "acquire"))
  }

  func release(_ runtime: Runtime) throws(Raised) {
    if let plainLock { return try plainLock.release(runtime) }
    _ = try runtime.callMethod(lock, "release")
  }

  func wait(_ runtime: Runtime) throws(Raised) -> Value {
    guard try isLocked(runtime) else { throw runtime.runtimeError("cannot wait on un-acquired lock") }
    let waiter = ConditionWaiter(self, try boundLoop())
    try waiter.prepare(runtime)
    try release(runtime)
    waiters.append(waiter)
    return waiter.suspend(runtime)
  }

  func notify(_ count: Int, _ runtime: Runtime) throws(Raised) {
    guard try isLocked(runtime) else { throw runtime.runtimeError("cannot notify on un-acquired lock") }
    try wake(count, runtime)
  }

  fileprivate func wake(_ count: Int, _ runtime: Runtime) throws(Raised) {
    var woken = 0
    var current = waiters.first
    if let lastDone { current = lastDone.nextWaiter }
    while let waiter = current, woken < count {
      lastDone = waiter
      if !waiter.isWoken {
        woken += 1
        try waiter.wake(.bool(false), runtime)
      }
      current = waiter.nextWaiter
    }
  }

  fileprivate func remove(_ waiter: WaiterFuture) {
    if lastDone === waiter { lastDone = waiter.previousWaiter }
    waiters.remove(waiter)
  }
}

/// `wait()`: waits to be notified, then takes the lock again whatever happens.
private final class ConditionWaiter: WaiterFuture {
  private let condition: ConditionObject
  /// Taking the lock again, once that has begun.
  @exclusivity(unchecked) private var acquiring: AwaitableObject?
  /// What is raised in the end.
  @exclusivity(unchecked) private var failure: ExceptionObject?

  init(_ condition: ConditionObject, _ loop: EventLoop) {
    self.condition = condition
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override var subject: Object? { condition }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(acquiring)
    tracer.visit(failure)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    if let acquiring { return try acquire(runtime) { () throws(Raised) in try acquiring.resume(runtime, sent: sent) } }
    condition.remove(self)
    do { try checkOutcome(runtime) } catch { failure = error.exception }
    return try acquireAgain(runtime)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    if let acquiring { return try acquire(runtime) { () throws(Raised) in try acquiring.resume(runtime, throwing: exception) } }
    condition.remove(self)
    failure = exception
    return try acquireAgain(runtime)
  }

  private func acquireAgain(_ runtime: Runtime) throws(Raised) -> Value {
    try acquire(runtime) { () throws(Raised) in try begin(acquire: runtime) }
  }

  private func begin(acquire runtime: Runtime) throws(Raised) -> Value {
    acquiring = nil
    let result = try condition.acquire(runtime)
    if result.isUndefined, let child = runtime.machine.pointee.pendingChild {
      runtime.machine.pointee.pendingChild = nil
      acquiring = unsafeDowncast(child, to: AwaitableObject.self)
    }
    return result
  }

  /// Goes on until the lock is taken; a cancellation on the way is passed on after that.
  private func acquire(_ runtime: Runtime, _ step: () throws(Raised) -> Value) throws(Raised) -> Value {
    var result = Value.none
    var raised: Raised?
    do { result = try step() } catch { raised = error }
    while let current = raised {
      guard current.exception.type.isSubtype(of: loop.asyncio.cancelledErrorType) else {
        try condition.wake(1, runtime)
        throw current
      }
      if let failure, current.exception.context == nil, failure !== current.exception { current.exception.context = failure }
      failure = current.exception
      raised = nil
      do { result = try begin(acquire: runtime) } catch { raised = error }
    }
    if result.isUndefined { return result }
    guard let failure else { return .bool(true) }
    // A notification may have been meant for this task: another one gets it.
    try condition.wake(1, runtime)
    failure.isLocated = false
    throw Raised(failure)
  }
}

/// `wait_for(predicate)`.
final class ConditionPredicateWait: AwaitableObject {
  private let condition: ConditionObject
  private let predicate: Value
  @exclusivity(unchecked) private var waiting: AwaitableObject?

  init(_ condition: ConditionObject, _ predicate: Value) {
    self.condition = condition
    self.predicate = predicate
    super.init(type: condition.asyncio.coroutineType)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(condition)
    tracer.visit(predicate)
    tracer.visit(waiting)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    while true {
      let result = try runtime.call(predicate)
      if try runtime.isTrue(result) { return result }
      let awaited =
        condition.overrides("wait")
        ? try runtime.begin(awaiting: try runtime.callMethod(.object(condition), "wait")) : try condition.wait(runtime)
      guard awaited.isUndefined, let child = runtime.machine.pointee.pendingChild else { continue }
      waiting = unsafeDowncast(child, to: AwaitableObject.self)
      runtime.machine.pointee.pendingChild = self
      return .undefined
    }
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    guard let waiting else { return .none }
    if try waiting.resume(runtime, sent: sent).isUndefined { return .undefined }
    return try goOn(runtime)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    guard let waiting else { throw Raised(exception) }
    if try waiting.resume(runtime, throwing: exception).isUndefined { return .undefined }
    return try goOn(runtime)
  }

  private func goOn(_ runtime: Runtime) throws(Raised) -> Value {
    waiting = nil
    let result = try begin(runtime)
    // Whoever resumed this object goes on resuming it.
    if result.isUndefined { runtime.machine.pointee.pendingChild = nil }
    return result
  }

  override func close(_ runtime: Runtime) throws(Raised) { try waiting?.close(runtime) }
}
