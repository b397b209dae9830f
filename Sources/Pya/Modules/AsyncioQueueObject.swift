/// `asyncio.Queue`, `PriorityQueue` and `LifoQueue`.
///
/// Programs subclass queues and replace `_init`, `_put`, `_get`, and what they replace is called (`hooks`); a queue
/// without such methods keeps its items in storage of its own and calls nothing.
final class QueueObject: SynchronizationObject {
  enum Order { case firstIn, smallest, lastIn }

  /// Methods that a class of the program may define.
  struct Hooks: OptionSet {
    let rawValue: Int
    static let put = Hooks(rawValue: 1)
    static let get = Hooks(rawValue: 2)
    static let size = Hooks(rawValue: 4)
    static let isEmpty = Hooks(rawValue: 8)
    static let isFull = Hooks(rawValue: 16)
    static let putNow = Hooks(rawValue: 32)
    static let getNow = Hooks(rawValue: 64)
    static let initialize = Hooks(rawValue: 128)

    static let names: [(String, Hooks)] = [
      ("_put", .put), ("_get", .get), ("qsize", .size), ("empty", .isEmpty), ("full", .isFull), ("put_nowait", .putNow),
      ("get_nowait", .getNow), ("_init", .initialize),
    ]
  }

  private enum Storage {
    case deque(DequeObject)
    case list(ListObject)
    /// What the program keeps there; undefined: nothing yet.
    case foreign(Value)
  }

  let order: Order
  let hooks: Hooks
  @exclusivity(unchecked) private var storage = Storage.foreign(.undefined)
  var maxsize: Value = .int(0)
  /// `maxsize` as a number; 0: no limit, negative: it cannot be compared with one, which whoever needs it learns.
  private var limit = 0
  @exclusivity(unchecked) var getters = WaiterList()
  @exclusivity(unchecked) var putters = WaiterList()
  var unfinishedTasks = 0
  var isShutDown = false
  /// Set when nothing is unfinished; made when somebody joins.
  @exclusivity(unchecked) private var finished: EventObject?
  unowned(unsafe) let errors: QueueErrors

  init(_ asyncio: Asyncio, type: TypeObject, order: Order, errors: QueueErrors) {
    self.order = order
    self.errors = errors
    var hooks = Hooks()
    if type.isHeap {
      for (name, hook) in Hooks.names where type.lookupWithOwner(asyncio.runtime.intern(name))?.owner.isHeap == true {
        hooks.insert(hook)
      }
    }
    self.hooks = hooks
    super.init(asyncio, type: type)
  }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    switch storage {
    case .deque(let items): tracer.visit(items)
    case .list(let items): tracer.visit(items)
    case .foreign(let items): tracer.visit(items)
    }
    getters.visit(tracer)
    putters.visit(tracer)
    tracer.visit(finished)
  }

  override func clearContents() {
    getters.removeAll()
    putters.removeAll()
  }

  deinit {
    finished?.queue = nil
    getters.removeAll()
    putters.removeAll()
  }

  // MARK: Items

  func initialize(maxsize: Value, _ runtime: Runtime) throws(Raised) {
    self.maxsize = maxsize
    switch maxsize {
    case .int(let number): limit = max(0, number)
    default:
      // What cannot be compared fails where it is used, in CPython.
      let isUnlimited = try? runtime.isTrue(try runtime.compare(.lessEqual, maxsize, .int(0)))
      if isUnlimited != false {
        limit = isUnlimited == nil ? -1 : 0
      } else if case .float(let number) = maxsize {
        limit = number < 1e15 ? Int(number.rounded(.up)) : 0
      } else {
        limit = (try? runtime.index(maxsize)) ?? 0
      }
    }
    if hooks.contains(.initialize) {
      _ = try runtime.callMethod(.object(self), "_init", [maxsize])
    } else {
      makeStorage(runtime)
    }
  }

  func makeStorage(_ runtime: Runtime) {
    switch order {
    case .firstIn: storage = .deque(DequeObject(type: runtime.dequeType))
    case .smallest, .lastIn: storage = .list(ListObject(runtime))
    }
  }

  /// `_queue`.
  var items: Value {
    get {
      switch storage {
      case .deque(let deque): .object(deque)
      case .list(let list): .object(list)
      case .foreign(let value): value
      }
    }
    set { storage = .foreign(newValue) }
  }

  private func foreign(_ value: Value) throws(Raised) -> Value {
    if let value = value.defined { return value }
    throw asyncio.runtime.missingAttribute(.object(self), asyncio.runtime.intern("_queue"))
  }

  @inline(__always)
  func count(_ runtime: Runtime) throws(Raised) -> Int {
    switch storage {
    case .deque(let deque): return deque.count
    case .list(let list): return list.count
    case .foreign(let value): return try runtime.length(try foreign(value))
    }
  }

  /// `_put`.
  func store(_ item: Value, _ runtime: Runtime) throws(Raised) {
    switch storage {
    case .deque(let deque): deque.append(item)
    case .list(let list):
      if order == .smallest { try runtime.heapPush(list, item) } else { list.append(item) }
    case .foreign(let value):
      let value = try foreign(value)
      if order == .smallest, let list = value.list { return try runtime.heapPush(list, item) }
      _ = try runtime.callMethod(value, "append", [item])
    }
  }

  /// `_get`.
  func take(_ runtime: Runtime) throws(Raised) -> Value {
    switch storage {
    case .deque(let deque):
      guard deque.count > 0 else { throw runtime.indexError("pop from an empty deque") }
      return deque.popFirst()
    case .list(let list):
      guard list.count > 0 else {
        throw runtime.indexError(order == .smallest ? "index out of range" : "pop from empty list")
      }
      return order == .smallest ? try runtime.heapPop(list) : list.remove(at: list.count - 1)
    case .foreign(let value):
      let value = try foreign(value)
      switch order {
      case .firstIn: return try runtime.callMethod(value, "popleft")
      case .lastIn: return try runtime.callMethod(value, "pop")
      case .smallest:
        guard let list = value.list, list.count > 0 else { throw runtime.indexError("index out of range") }
        return try runtime.heapPop(list)
      }
    }
  }

  // MARK: States, through the program's own methods where there are some

  @inline(__always)
  func isEmpty(_ runtime: Runtime) throws(Raised) -> Bool {
    if hooks.contains(.isEmpty) { return try runtime.isTrue(try runtime.callMethod(.object(self), "empty")) }
    return try hasNoItems(runtime)
  }

  /// `empty()`.
  func hasNoItems(_ runtime: Runtime) throws(Raised) -> Bool {
    if case .foreign(let value) = storage { return try !runtime.isTrue(try foreign(value)) }
    return try count(runtime) == 0
  }

  @inline(__always)
  func isFull(_ runtime: Runtime) throws(Raised) -> Bool {
    if hooks.contains(.isFull) { return try runtime.isTrue(try runtime.callMethod(.object(self), "full")) }
    return try hasNoRoom(runtime)
  }

  /// `full()`.
  @inline(__always)
  func hasNoRoom(_ runtime: Runtime) throws(Raised) -> Bool {
    if limit <= 0 { return limit == 0 ? false : try !runtime.isTrue(try runtime.compare(.lessEqual, maxsize, .int(0))) }
    if hooks.contains(.size) { return try runtime.index(try runtime.callMethod(.object(self), "qsize")) >= limit }
    return try count(runtime) >= limit
  }

  // MARK: Putting

  func put(_ item: Value, _ runtime: Runtime) throws(Raised) -> Value {
    while try isFull(runtime) {
      if isShutDown { throw errors.shutDown(runtime) }
      let waiter = QueueWaiter(self, item: item, try boundLoop())
      try waiter.prepare(runtime)
      putters.append(waiter)
      return waiter.suspend(runtime)
    }
    return try putDynamically(item, runtime)
  }

  fileprivate func putDynamically(_ item: Value, _ runtime: Runtime) throws(Raised) -> Value {
    if hooks.contains(.putNow) { return try runtime.callMethod(.object(self), "put_nowait", [item]) }
    try putNow(item, runtime)
    return .none
  }

  func putNow(_ item: Value, _ runtime: Runtime) throws(Raised) {
    if isShutDown { throw errors.shutDown(runtime) }
    if try isFull(runtime) { throw runtime.raise(errors.full) }
    if hooks.contains(.put) {
      _ = try runtime.callMethod(.object(self), "_put", [item])
    } else {
      try store(item, runtime)
    }
    unfinishedTasks &+= 1
    finished?.clear()
    try wakeNext(&getters, runtime)
  }

  // MARK: Getting

  func get(_ runtime: Runtime) throws(Raised) -> Value {
    guard try isEmpty(runtime) else { return try getDynamically(runtime) }
    if isShutDown { throw errors.shutDown(runtime) }
    let waiter = QueueWaiter(self, item: .undefined, try boundLoop())
    try waiter.prepare(runtime)
    getters.append(waiter)
    return waiter.suspend(runtime)
  }

  fileprivate func getDynamically(_ runtime: Runtime) throws(Raised) -> Value {
    if hooks.contains(.getNow) { return try runtime.callMethod(.object(self), "get_nowait") }
    return try getNow(runtime)
  }

  func getNow(_ runtime: Runtime) throws(Raised) -> Value {
    if try isEmpty(runtime) { throw isShutDown ? errors.shutDown(runtime) : runtime.raise(errors.empty) }
    let item = try takeDynamically(runtime)
    try wakeNext(&putters, runtime)
    return item
  }

  private func takeDynamically(_ runtime: Runtime) throws(Raised) -> Value {
    if hooks.contains(.get) { return try runtime.callMethod(.object(self), "_get") }
    return try take(runtime)
  }

  // MARK: Waking

  /// Wakes the first one of a list that still waits.
  @inline(__always)
  fileprivate func wakeNext(_ waiters: inout WaiterList, _ runtime: Runtime) throws(Raised) {
    while let waiter = waiters.popFirst() {
      if waiter.isWoken { continue }
      return try waiter.wake(.none, runtime)
    }
  }

  private func wakeAll(_ waiters: inout WaiterList, _ runtime: Runtime) throws(Raised) {
    while let waiter = waiters.popFirst() {
      if !waiter.isWoken { try waiter.wake(.none, runtime) }
    }
  }

  // MARK: Finishing

  func taskDone(_ runtime: Runtime) throws(Raised) {
    if unfinishedTasks <= 0 { throw runtime.valueError("task_done() called too many times") }
    unfinishedTasks &-= 1
    if unfinishedTasks == 0 { try finished?.set(runtime) }
  }

  func join(_ runtime: Runtime) throws(Raised) -> Value {
    if unfinishedTasks <= 0 { return .none }
    return try finishedEvent.wait(runtime)
  }

  /// `_finished`.
  var finishedEvent: EventObject {
    if let finished { return finished }
    asyncio.installLockTypes()
    let made = EventObject(asyncio, type: asyncio.synchronization.event, isSet: unfinishedTasks == 0)
    made.queue = self
    finished = made
    return made
  }

  func shutDown(immediately: Bool, _ runtime: Runtime) throws(Raised) {
    isShutDown = true
    if immediately {
      while try !isEmpty(runtime) {
        _ = try takeDynamically(runtime)
        if unfinishedTasks > 0 { unfinishedTasks &-= 1 }
      }
      if unfinishedTasks == 0 { try finished?.set(runtime) }
    }
    try wakeAll(&getters, runtime)
    try wakeAll(&putters, runtime)
  }
}

/// A `get` or `put` that waits, possibly several times: each time for another future, of which the first is this object.
private final class QueueWaiter: WaiterFuture {
  private let queue: QueueObject
  /// What to put; undefined for a `get`.
  private let item: Value
  /// The future of the present wait; nil: this object.
  private var later: WaiterFuture?

  init(_ queue: QueueObject, item: Value, _ loop: EventLoop) {
    self.queue = queue
    self.item = item
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override var subject: Object? { queue }
  private var current: WaiterFuture { later ?? self }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    do { try current.checkOutcome(runtime) } catch { throw try giveUp(error, runtime) }
    if item.isUndefined {
      if try queue.isEmpty(runtime) { return try waitAgain(runtime) }
      return try queue.getDynamically(runtime)
    }
    if try queue.isFull(runtime) { return try waitAgain(runtime) }
    return try queue.putDynamically(item, runtime)
  }

  private func waitAgain(_ runtime: Runtime) throws(Raised) -> Value {
    if queue.isShutDown { throw queue.errors.shutDown(runtime) }
    let next = LaterWait(queue, try queue.boundLoop())
    try next.prepare(runtime)
    later = next
    if item.isUndefined { queue.getters.append(next) } else { queue.putters.append(next) }
    let awaited = next.awaited
    awaited.isBlocking = true
    runtime.machine.pointee.suspended = .object(awaited)
    return .undefined
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    throw try giveUp(Raised(exception), runtime)
  }

  private func giveUp(_ raised: Raised, _ runtime: Runtime) throws(Raised) -> Raised {
    let waiter = current
    _ = try waiter.awaited.cancelDynamically(message: .none, runtime)
    // Woken and stopped at once: the item, or the room, is for the next one.
    if item.isUndefined {
      queue.getters.remove(waiter)
      if try !queue.isEmpty(runtime), !waiter.awaited.isCancelled { try queue.wakeNext(&queue.getters, runtime) }
    } else {
      queue.putters.remove(waiter)
      if try !queue.isFull(runtime), !waiter.awaited.isCancelled { try queue.wakeNext(&queue.putters, runtime) }
    }
    return raised
  }
}

/// The future of a second and later wait.
private final class LaterWait: WaiterFuture {
  private let queue: QueueObject

  init(_ queue: QueueObject, _ loop: EventLoop) {
    self.queue = queue
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override var subject: Object? { queue }
}

/// The exceptions of queues.
final class QueueErrors {
  let empty, full, shutDownType: TypeObject

  init(_ runtime: Runtime) {
    let base = runtime.exceptionTypes["Exception"].unsafelyUnwrapped
    empty = runtime.addExceptionType("QueueEmpty", base: base, module: "asyncio.queues")
    full = runtime.addExceptionType("QueueFull", base: base, module: "asyncio.queues")
    shutDownType = runtime.addExceptionType("QueueShutDown", base: base, module: "asyncio.queues")
  }

  func shutDown(_ runtime: Runtime) -> Raised { runtime.raise(shutDownType) }
}

extension Runtime {
  /// An exception without arguments.
  func raise(_ type: TypeObject) -> Raised { error(type.name, []) }
}
