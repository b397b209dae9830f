/// A future that the operation of a lock, event, queue, ... waits for, and the rest of that operation in one object.
///
/// For the task it is the future it waits for; for the frame that awaits the operation it is what is resumed. The base class alone
/// is a plain future that can stand in a list.
class WaiterFuture: FutureObject {
  fileprivate(set) unowned(unsafe) var nextWaiter: WaiterFuture?
  fileprivate(set) unowned(unsafe) var previousWaiter: WaiterFuture?
  fileprivate(set) var isListed = false
  /// For `async with`: the result is None, not what `acquire` gives.
  final var givesNone = false
  /// The future that a loop of the program made for this wait: it stands for this one.
  @exclusivity(unchecked) final private var given: FutureObject?

  /// The future that the task waits for.
  @inline(__always)
  final var awaited: FutureObject { given ?? self }
  /// That future is done.
  @inline(__always)
  final var isWoken: Bool { given == nil ? isDone : given.unsafelyUnwrapped.isDone }

  /// Asks the loop for the future, where that is the program's.
  @inline(__always)
  final func prepare(_ runtime: Runtime) throws(Raised) {
    if loop.mayHaveOwnMethods { given = try loop.ownFuture(runtime) }
  }

  /// Ends the wait.
  @inline(__always)
  final func wake(_ value: Value, _ runtime: Runtime) throws(Raised) {
    guard let given else { return try setResult(value, runtime) }
    _ = try runtime.callMethod(.object(given), "set_result", [value])
  }

  /// Makes the awaiting task wait for this very future, or for the one that stands for it.
  @inline(__always)
  final func suspend(_ runtime: Runtime) -> Value {
    let awaited = awaited
    awaited.isBlocking = true
    runtime.machine.pointee.suspended = .object(awaited)
    runtime.machine.pointee.pendingChild = self
    return .undefined
  }

  /// The outcome after a resumption without an exception.
  @inline(__always)
  final func checkOutcome(_ runtime: Runtime) throws(Raised) {
    let awaited = awaited
    if !awaited.isDone { throw runtime.runtimeError("await wasn't used with future") }
    _ = try awaited.result(runtime)
  }

  /// The object that the task waits at.
  var subject: Object? { nil }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(subject)
    tracer.visit(given)
  }

  override func close(_ runtime: Runtime) throws(Raised) {
    do { _ = try resume(runtime, throwing: runtime.error("GeneratorExit").exception) } catch {
      if !runtime.matches(error, .generatorExit) { throw error }
    }
  }
}

/// Those who wait, in the order in which they came. Adding, and removing from anywhere, costs the same however long it is.
struct WaiterList {
  private(set) unowned(unsafe) var first: WaiterFuture?
  private unowned(unsafe) var last: WaiterFuture?
  private(set) var count = 0

  @inline(__always)
  var isEmpty: Bool { count == 0 }

  mutating func append(_ waiter: WaiterFuture) {
    _ = Unmanaged.passRetained(waiter)
    waiter.isListed = true
    waiter.previousWaiter = last
    waiter.nextWaiter = nil
    if let last { last.nextWaiter = waiter } else { first = waiter }
    last = waiter
    count += 1
  }

  /// Does nothing when the waiter is not (or no longer) in the list.
  mutating func remove(_ waiter: WaiterFuture) {
    guard waiter.isListed else { return }
    waiter.isListed = false
    if let previous = waiter.previousWaiter { previous.nextWaiter = waiter.nextWaiter } else { first = waiter.nextWaiter }
    if let next = waiter.nextWaiter { next.previousWaiter = waiter.previousWaiter } else { last = waiter.previousWaiter }
    waiter.nextWaiter = nil
    waiter.previousWaiter = nil
    count -= 1
    Unmanaged.passUnretained(waiter).release()
  }

  mutating func popFirst() -> WaiterFuture? {
    guard let waiter = first else { return nil }
    remove(waiter)
    return waiter
  }

  mutating func removeAll() {
    while popFirst() != nil {}
  }

  var waiters: [WaiterFuture] {
    var result: [WaiterFuture] = []
    var current = first
    while let waiter = current {
      result.append(waiter)
      current = waiter.nextWaiter
    }
    return result
  }

  func visit(_ tracer: Tracer) {
    var current = first
    while let waiter = current {
      tracer.visit(waiter)
      current = waiter.nextWaiter
    }
  }

  var areAllCancelled: Bool {
    var current = first
    while let waiter = current {
      if !waiter.awaited.isCancelled { return false }
      current = waiter.nextWaiter
    }
    return true
  }

  /// The first one that is not done.
  var firstPending: WaiterFuture? {
    var current = first
    while let waiter = current {
      if !waiter.isWoken { return waiter }
      current = waiter.nextWaiter
    }
    return nil
  }
}

/// A lock, event, semaphore, condition or queue: belongs to the first loop on which somebody has to wait for it.
class SynchronizationObject: Object {
  final let asyncio: Asyncio
  @exclusivity(unchecked) final var loop: EventLoop?
  @exclusivity(unchecked) final var dictionary: DictObject?

  init(_ asyncio: Asyncio, type: TypeObject) {
    self.asyncio = asyncio
    super.init(type: type, kind: .other)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if type.hasNoInstanceDictionary { return nil }
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(loop)
    tracer.visit(dictionary)
  }

  /// The running loop, which must be the object's own.
  final func boundLoop() throws(Raised) -> EventLoop {
    let running = asyncio.runningLoop
    if let loop {
      guard loop === running else {
        let text = try asyncio.runtime.repr(.object(self)).text
        throw asyncio.runtime.runtimeError("\(text) is bound to a different event loop")
      }
      return loop
    }
    guard let running else {
      // As CPython, where the loop is None.
      throw asyncio.runtime.attributeError("'NoneType' object has no attribute 'create_future'")
    }
    loop = running
    return running
  }

  /// Whether a class of the program has its own idea of a method.
  @inline(__always)
  final func overrides(_ name: String) -> Bool { type.isHeap && isOverridden(name) }

  private final func isOverridden(_ name: String) -> Bool {
    type.lookupWithOwner(asyncio.runtime.intern(name))?.owner.isHeap ?? false
  }
}

/// A lock, event, semaphore or condition: has one list of those who wait.
class AwaitedObject: SynchronizationObject {
  @exclusivity(unchecked) final var waiters = WaiterList()

  deinit { waiters.removeAll() }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    waiters.visit(tracer)
  }

  override func clearContents() { waiters.removeAll() }
}
