/// What `asyncio.gather` returns: the future of all results.
final class GatheringFuture: FutureObject {
  /// In the order of the arguments; a future that was given twice is here twice.
  @exclusivity(unchecked) fileprivate(set) var children: [FutureObject] = []
  /// How many different children there are, and how many of them are done.
  fileprivate var total = 0
  private var finished = 0
  /// `gather` took all its arguments. When one is refused, those before it run on by themselves.
  fileprivate var isComplete = false
  private let returnsExceptions: Bool
  private var isCancelRequested = false

  init(_ loop: EventLoop, returnsExceptions: Bool) {
    self.returnsExceptions = returnsExceptions
    super.init(type: loop.asyncio.gatheringFutureType, loop: loop)
  }

  /// Those that are not done.
  var pendingChildren: [FutureObject] { children.filter { !$0.isDone } }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(objects: &children)
  }

  override func clearContents() {
    super.clearContents()
    children = []
  }

  /// Cancels the children; the future itself follows when they are done.
  override func cancel(message: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    if isDone { return false }
    var anyCancelled = false
    for child in children where try child.cancelDynamically(message: message, runtime) { anyCancelled = true }
    if anyCancelled { isCancelRequested = true }
    return anyCancelled
  }

  fileprivate func childIsDone(_ child: FutureObject, _ runtime: Runtime) throws(Raised) {
    finished += 1
    if isDone || !isComplete {
      if try !child.isCancelledDynamically(runtime) { _ = try child.exceptionDynamically(runtime) }
      return
    }
    if !returnsExceptions {
      if try child.isCancelledDynamically(runtime) { return try setException(child.makeCancelledError(runtime), runtime) }
      if let exception = try child.exceptionDynamically(runtime) { return try setException(exception, runtime) }
    }
    if finished == total { try collectResults(runtime) }
  }

  private func collectResults(_ runtime: Runtime) throws(Raised) {
    let results = ListObject(runtime, capacity: children.count)
    for child in children {
      if try child.isCancelledDynamically(runtime) {
        let message = child.cancelMessage
        results.append(
          .object(runtime.error("CancelledError", [message.isNone ? .object(runtime.names.empty) : message]).exception))
      } else if let exception = try child.exceptionDynamically(runtime) {
        results.append(.object(exception))
      } else {
        results.append(try child.resultDynamically(runtime))
      }
    }
    if isCancelRequested, let last = children.last {
      try setException(last.makeCancelledError(runtime), runtime)
    } else {
      try setResult(.object(results), runtime)
    }
    children = []
  }
}

/// The callback that `gather` leaves with each child.
private final class GatherCallback: DoneCallback {
  private let outer: GatheringFuture

  init(_ outer: GatheringFuture) { self.outer = outer }

  override func run(_ runtime: Runtime, _ future: FutureObject) throws(Raised) { try outer.childIsDone(future, runtime) }

  /// All pending children share it, and it refers to `outer` once.
  override func visitContents(_ tracer: Tracer, of future: FutureObject) {
    if !tracer.isSubtracting || outer.children.first(where: { !$0.isDone }) === future { tracer.visit(outer) }
  }

  override func describe(_ runtime: Runtime) throws(Raised) -> String { "gather.<locals>._done_callback()" }
}

/// Which argument of `gather` stands where: one given twice is awaited once. A table by address, with the cheapest hash there is.
private struct KnownArguments {
  private let slots: UnsafeMutablePointer<(address: UInt, index: Int)>
  private let mask: Int

  init(count: Int) {
    var capacity = 4
    while capacity < count * 2 { capacity *= 2 }
    mask = capacity - 1
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: (0, 0), count: capacity)
  }

  func deallocate() { slots.deallocate() }

  /// The index of the object when it is known already; else it becomes known.
  func insert(_ object: Object, _ index: Int) -> Int? {
    let address = UInt(bitPattern: object.address)
    var slot = Int(truncatingIfNeeded: ((address >> 4) &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
    while slots[slot].address != 0 {
      if slots[slot].address == address { return slots[slot].index }
      slot = (slot + 1) & mask
    }
    slots[slot] = (address, index)
    return nil
  }
}

extension Asyncio {
  func gather(_ arguments: [Value], returnsExceptions: Bool) throws(Raised) -> FutureObject {
    guard let first = arguments.first else {
      let outer = try eventLoop().newFuture(runtime)
      try outer.setResult(.object(ListObject(runtime)), runtime)
      return outer
    }
    var loop: EventLoop?
    var children: [FutureObject] = []
    children.reserveCapacity(arguments.count)
    let known = KnownArguments(count: arguments.count)
    defer { known.deallocate() }
    var alreadyDone: [FutureObject] = []
    var callback: GatherCallback?
    var outer: GatheringFuture?
    for argument in arguments {
      if case .object(let object) = argument {
        if arguments.count > 1, let index = known.insert(object, children.count) {
          children.append(children[index])
          continue
        }
        if object.kind != .coroutine, object.kind != .awaitable { _ = try runtime.hash(argument) }
      }
      let child = try ensureFuture(argument, loop: loop)
      if outer == nil {
        loop = child.loop
        let made = GatheringFuture(child.loop, returnsExceptions: returnsExceptions)
        outer = made
        callback = GatherCallback(made)
      }
      if try child.isDoneDynamically(runtime) {
        alreadyDone.append(child)
      } else if let callback {
        if child.type.isHeap, let method = try child.ownAddDoneCallback(runtime) {
          let function = NativeFunction(runtime, "_done_callback", "fut") { (runtime, _) throws(Raised) in
            try callback.run(runtime, child)
            return .none
          }
          _ = try runtime.call(method, .object(function))
        } else {
          child.add(.call(callback))
        }
      }
      outer?.total += 1
      children.append(child)
    }
    guard let outer else { return try ensureFuture(first, loop: nil) }
    outer.children = children
    outer.isComplete = true
    for child in alreadyDone { try outer.childIsDone(child, runtime) }
    return outer
  }

  /// `asyncio.ensure_future`.
  func ensureFuture(_ value: Value, loop: EventLoop?) throws(Raised) -> FutureObject {
    if let future = isFuture(value) {
      if let loop, future.loop !== loop {
        throw runtime.valueError("The future belongs to a different loop than the one specified as the loop argument")
      }
      return future
    }
    var coroutine = value
    var closesOnFailure = true
    if !isCoroutine(value) {
      if try isForeignFuture(value) { return try following(value, loop: loop) }
      guard runtime.isAwaitable(value) else {
        throw runtime.typeError("An asyncio.Future, a coroutine or an awaitable is required")
      }
      coroutine = .object(WrappedAwaitable(self, value))
      closesOnFailure = false
    }
    let task: Value
    let target = if let loop { loop } else { try eventLoop() }
    do throws(Raised) {
      task = try target.askForTask(coroutine)
    } catch {
      if closesOnFailure, runtime.matches(error, "RuntimeError") { _ = try runtime.callMethod(coroutine, "close") }
      throw error
    }
    guard let future = isFuture(task) else {
      throw runtime.typeError("An asyncio.Future, a coroutine or an awaitable is required")
    }
    return future
  }
}

/// A coroutine around something that can be awaited and is not a coroutine.
final class WrappedAwaitable: AwaitableObject {
  private let value: Value
  @exclusivity(unchecked) private var inner: AwaitableObject?

  init(_ asyncio: Asyncio, _ value: Value) {
    self.value = value
    super.init(type: asyncio.coroutineType)
  }

  override var hasBegun: Bool { inner != nil }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(value)
    tracer.visit(inner)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    let inner = try runtime.awaitable(value)
    self.inner = inner
    return try inner.begin(runtime)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    guard let inner else { return .none }
    return try inner.resume(runtime, sent: sent)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    guard let inner else { throw Raised(exception) }
    return try inner.resume(runtime, throwing: exception)
  }
}
