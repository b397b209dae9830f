/// `asyncio.Semaphore` and `BoundedSemaphore`: let a number of tasks in at a time.
final class SemaphoreObject: AwaitedObject {
  var value: Int
  /// Of a BoundedSemaphore: what the value must not exceed.
  var bound: Int?
  private(set) var hasWaited = false

  init(_ asyncio: Asyncio, type: TypeObject, value: Int) {
    self.value = value
    super.init(asyncio, type: type)
  }

  /// Whether who comes now has to wait.
  @inline(__always)
  var isLocked: Bool { value == 0 || !(waiters.isEmpty || waiters.areAllCancelled) }

  @inline(__always)
  func acquire(_ runtime: Runtime) throws(Raised) -> Value {
    if try !(type.isHeap ? isLockedDynamically(runtime) : isLocked) {
      value &-= 1
      return .bool(true)
    }
    hasWaited = true
    let waiter = SemaphoreWaiter(self, try boundLoop())
    try waiter.prepare(runtime)
    waiters.append(waiter)
    return waiter.suspend(runtime)
  }

  /// Through `locked` of a class of the program.
  private func isLockedDynamically(_ runtime: Runtime) throws(Raised) -> Bool {
    overrides("locked") ? try runtime.isTrue(try runtime.callMethod(.object(self), "locked")) : isLocked
  }

  func release(_ runtime: Runtime) throws(Raised) {
    if let bound, value >= bound { throw runtime.valueError("BoundedSemaphore released too many times") }
    value &+= 1
    _ = try wakeNext(runtime)
  }

  /// Lets the first one who waits in; false when nobody does.
  fileprivate func wakeNext(_ runtime: Runtime) throws(Raised) -> Bool {
    guard let waiter = waiters.firstPending else { return false }
    value &-= 1
    try waiter.wake(.bool(true), runtime)
    return true
  }
}

private final class SemaphoreWaiter: WaiterFuture {
  private let semaphore: SemaphoreObject

  init(_ semaphore: SemaphoreObject, _ loop: EventLoop) {
    self.semaphore = semaphore
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override var subject: Object? { semaphore }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    semaphore.waiters.remove(self)
    do { try checkOutcome(runtime) } catch { throw try giveUp(error, runtime) }
    try letIn(runtime)
    return givesNone ? .none : .bool(true)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    semaphore.waiters.remove(self)
    throw try giveUp(Raised(exception), runtime)
  }

  private func giveUp(_ raised: Raised, _ runtime: Runtime) throws(Raised) -> Raised {
    // It had been let in already: its place is free again.
    if raised.exception.type.isSubtype(of: loop.asyncio.cancelledErrorType), isWoken, !awaited.isCancelled { semaphore.value &+= 1 }
    try letIn(runtime)
    return raised
  }

  /// Others may have had to wait only because of their turn.
  private func letIn(_ runtime: Runtime) throws(Raised) {
    while semaphore.value > 0, try semaphore.wakeNext(runtime) {}
  }
}
