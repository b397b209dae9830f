/// `asyncio.Lock`: those who wait get it in the order in which they came.
final class LockObject: AwaitedObject {
  var isLocked = false
  /// Somebody has waited: `_waiters` is no longer None.
  private(set) var hasWaited = false
  /// The number of the task that took it; 0: none. For reports.
  private(set) var holder: UInt32 = 0

  /// `acquire()` as far as it gets without waiting.
  @inline(__always)
  func acquire(_ runtime: Runtime) throws(Raised) -> Value {
    if !isLocked, waiters.isEmpty || waiters.areAllCancelled {
      take()
      return .bool(true)
    }
    return try wait(runtime)
  }

  @inline(__always)
  fileprivate func take() {
    isLocked = true
    holder = asyncio.runningTask
  }

  private func wait(_ runtime: Runtime) throws(Raised) -> Value {
    hasWaited = true
    let waiter = LockWaiter(self, try boundLoop())
    try waiter.prepare(runtime)
    waiters.append(waiter)
    return waiter.suspend(runtime)
  }

  func release(_ runtime: Runtime) throws(Raised) {
    guard isLocked else { throw runtime.runtimeError("Lock is not acquired.") }
    isLocked = false
    holder = 0
    try wakeFirst(runtime)
  }

  fileprivate func wakeFirst(_ runtime: Runtime) throws(Raised) {
    if let first = waiters.first, !first.isWoken { try first.wake(.bool(true), runtime) }
  }
}

private final class LockWaiter: WaiterFuture {
  private let lock: LockObject

  init(_ lock: LockObject, _ loop: EventLoop) {
    self.lock = lock
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override var subject: Object? { lock }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    lock.waiters.remove(self)
    do { try checkOutcome(runtime) } catch { throw try giveUp(error, runtime) }
    lock.take()
    return givesNone ? .none : .bool(true)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    lock.waiters.remove(self)
    throw try giveUp(Raised(exception), runtime)
  }

  /// A wakeup may have been meant for this task: the next one takes it.
  private func giveUp(_ raised: Raised, _ runtime: Runtime) throws(Raised) -> Raised {
    if raised.exception.type.isSubtype(of: loop.asyncio.cancelledErrorType), !lock.isLocked { try lock.wakeFirst(runtime) }
    return raised
  }
}

/// `asyncio.Event`: a flag that tasks wait for.
final class EventObject: AwaitedObject {
  private(set) var isSet = false
  /// The queue whose `join` waits for it, which takes itself out when it is freed; for reports.
  unowned(unsafe) var queue: Object?

  init(_ asyncio: Asyncio, type: TypeObject, isSet: Bool = false) {
    self.isSet = isSet
    super.init(asyncio, type: type)
  }

  @inline(__always)
  func wait(_ runtime: Runtime) throws(Raised) -> Value {
    if isSet { return .bool(true) }
    let waiter = EventWaiter(self, try boundLoop())
    try waiter.prepare(runtime)
    waiters.append(waiter)
    return waiter.suspend(runtime)
  }

  func set(_ runtime: Runtime) throws(Raised) {
    if isSet { return }
    isSet = true
    var current = waiters.first
    while let waiter = current {
      if !waiter.isWoken { try waiter.wake(.bool(true), runtime) }
      current = waiter.nextWaiter
    }
  }

  func clear() { isSet = false }
}

private final class EventWaiter: WaiterFuture {
  private let event: EventObject

  init(_ event: EventObject, _ loop: EventLoop) {
    self.event = event
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override var subject: Object? { event }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    event.waiters.remove(self)
    try checkOutcome(runtime)
    return givesNone ? .none : .bool(true)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    event.waiters.remove(self)
    throw Raised(exception)
  }
}
