/// What all event loops of one interpreter share.
final class Asyncio {
  unowned(unsafe) let runtime: Runtime
  let contexts: Contexts
  let futureType, futureIteratorType, taskType, gatheringFutureType, loopType, handleType, timerHandleType, runnerType, timeoutType: TypeObject
  /// The ancestors of `loopType`: one that does nothing, and one that has the methods.
  let abstractLoopType, baseLoopType, selectorLoopType: TypeObject
  /// Of coroutines written in Swift.
  let coroutineType: TypeObject

  /// The loop that runs right now, and through it the current task.
  var runningLoop: EventLoop?
  /// The loop of a session at the prompt: what is typed belongs to it although it rests meanwhile.
  var sessionLoop: EventLoop?
  /// Waits instead of the loop while the prompt is there.
  weak var waiter: (any LoopWaiter)?
  /// Told at once of tasks that fail while nobody waits for them.
  var failureObserver: ((TaskObject) -> Void)?
  /// Told of every new task.
  var birthObserver: ((TaskObject) -> Void)?
  /// The number of the task whose step is in progress; 0: none.
  var runningTask: UInt32 = 0
  /// What `set_event_loop` set.
  var currentLoop: EventLoop?
  var hasSetLoop = false
  /// The event loop policy that the program asked for or set.
  var policy: Value?
  /// The number of the last task without a name.
  var lastTaskNumber = 0
  /// The number of the last future.
  var lastSerial: UInt32 = 0
  /// `sleep`, `create_task` and `gather`, for programs that do not import them. Never changes once it is there.
  var languageAdditions: DictObject?
  /// What `sys.set_asyncgen_hooks` set; a loop that runs puts its own in their place.
  var generatorHooks: (firstIteration: Value, finalizer: Value)?
  /// The finalizers of generators that began under such hooks, by address.
  var generatorFinalizers: [Int: Value] = [:]
  /// Of the generator that is being freed.
  var freedFinalizer: Value?
  /// All loops that still exist; each takes itself out when it is freed.
  var loops: [Unmanaged<EventLoop>] = []
  /// Futures that failed, by number; each takes itself out when it is freed.
  var failures: [UInt32: Unmanaged<FutureObject>] = [:]
  /// The program's main task, which Ctrl-C cancels, and how often Ctrl-C came.
  var mainTask: TaskObject?
  var interruptCount = 0
  /// Awakens the loop from sleeping on the system's clock.
  private(set) lazy var wakeup = Wakeup(runtime.machine)
  private(set) lazy var sends = PendingSends(runtime)
  /// The types of locks, events and their kin.
  private(set) lazy var synchronization = SynchronizationTypes(runtime)
  let systemClock = SystemClock()
  /// Where transports read into.
  private(set) lazy var transferBuffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Asyncio.transferSize)
  static let transferSize = 1 << 18
  private(set) lazy var streamTypes = StreamTypes(runtime)
  /// Belongs to nothing: the loop of a sleep that has not begun.
  private(set) var noLoop: EventLoop!
  /// What a bare `await sleep(0)` waits in.
  private(set) lazy var bareYield = EmptyYield(self)
  /// What the coroutine of a sleeping task waits in, and until when the task about to sleep will do so.
  private(set) var slumber: Slumber!
  private(set) var slumberPointer: UnsafeMutableRawPointer?
  var alarm = 0.0

  init(_ runtime: Runtime) {
    self.runtime = runtime
    contexts = runtime.contexts
    func make(_ name: String, module: String, kind: Kind, base: TypeObject? = nil) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [base ?? runtime.types.object], instanceKind: kind,
        isHeap: false)
      type.moduleName = module
      if module == "_asyncio" { type.messageName = "_asyncio.\(name)" }
      return type
    }
    coroutineType = make("coroutine", module: "builtins", kind: .awaitable, base: runtime.types.coroutine)
    futureType = make("Future", module: "_asyncio", kind: .awaitable)
    futureIteratorType = make("FutureIter", module: "_asyncio", kind: .awaitable)
    taskType = make("Task", module: "_asyncio", kind: .awaitable, base: futureType)
    gatheringFutureType = make("_GatheringFuture", module: "asyncio.tasks", kind: .awaitable, base: futureType)
    abstractLoopType = make("AbstractEventLoop", module: "asyncio.events", kind: .other)
    baseLoopType = make("BaseEventLoop", module: "asyncio.base_events", kind: .other, base: abstractLoopType)
    selectorLoopType = make("BaseSelectorEventLoop", module: "asyncio.selector_events", kind: .other, base: baseLoopType)
    loopType = make("_UnixSelectorEventLoop", module: "asyncio.unix_events", kind: .other, base: selectorLoopType)
    handleType = make("Handle", module: "asyncio.events", kind: .other)
    timerHandleType = make("TimerHandle", module: "asyncio.events", kind: .other, base: handleType)
    runnerType = make("Runner", module: "asyncio.runners", kind: .other)
    timeoutType = make("Timeout", module: "asyncio.timeouts", kind: .other)
    let cancelled = runtime.addExceptionType(
      "CancelledError", base: runtime.types.baseException, module: "asyncio.exceptions")
    let invalid = runtime.addExceptionType(
      "InvalidStateError", base: runtime.exceptionTypes["Exception"].unsafelyUnwrapped, module: "asyncio.exceptions")
    cancelledErrorType = cancelled
    invalidStateErrorType = invalid
    noLoop = EventLoop(self, neverRuns: true)
    slumber = Slumber(self)
    slumberPointer = Unmanaged.passUnretained(slumber).toOpaque()
    runtime.asyncGeneratorHook = { [unowned(unsafe) self] generator in
      if let hooks = self.generatorHooks {
        if !hooks.finalizer.isNone { self.generatorFinalizers[generator.address] = hooks.finalizer }
        return self.call(hooks.firstIteration, generator)
      }
      self.runningLoop?.register(asyncGenerator: generator)
    }
    runtime.asyncGeneratorWasFreed = { [unowned(unsafe) self] address in
      // If it has to be cleaned up, that follows at once.
      self.freedFinalizer = self.generatorFinalizers.isEmpty ? nil : self.generatorFinalizers.removeValue(forKey: address)
      for loop in self.loops { loop._withUnsafeGuaranteedRef { $0.asyncGenerators[address] = nil } }
      return self.freedFinalizer != nil
    }
    runtime.asyncGeneratorFinalizer = { [unowned(unsafe) self] generator in
      guard let frame = generator as? SuspendableFrame else { return }
      let freed = self.freedFinalizer
      self.freedFinalizer = nil
      if let finalizer = self.generatorFinalizers.removeValue(forKey: frame.address) ?? freed { return self.call(finalizer, generator) }
      if let loop = self.runningLoop ?? self.currentLoop { return loop.closeSoon(frame) }
      // Nobody but the program has driven it.
      do throws(Raised) { _ = try frame.close(self.runtime) } catch { self.runtime.reportUnraisable(error, in: .object(frame)) }
    }
  }

  let cancelledErrorType, invalidStateErrorType: TypeObject

  /// Calls a hook of the program with a generator.
  func call(_ hook: Value, _ generator: Object) {
    if hook.isNone { return }
    do throws(Raised) { _ = try runtime.call(hook, .object(generator)) } catch { runtime.reportUnraisable(error, in: hook) }
  }

  /// The loop that runs, or the complaint that none does.
  func running() throws(Raised) -> EventLoop {
    guard let loop = runningLoop ?? sessionLoop else { throw runtime.runtimeError("no running event loop") }
    return loop
  }

  func isFuture(_ value: Value) -> FutureObject? {
    guard let object = value.cast(.awaitable, to: AwaitableObject.self), object.type.isSubtype(of: futureType) else {
      return nil
    }
    return unsafeDowncast(object, to: FutureObject.self)
  }

  /// `asyncio.iscoroutine`.
  func isCoroutine(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .coroutine: return true
    case .awaitable: return !object.type.isSubtype(of: futureType)
    case .instance:
      // What collections.abc.Coroutine asks of a class.
      let type = object.type
      return type.lookup(runtime.names[.await]) != nil && type.lookup(runtime.intern("send")) != nil
        && type.lookup(runtime.intern("throw")) != nil && type.lookup(runtime.intern("close")) != nil
    default: return false
    }
  }
}

/// `asyncio.Lock` and its kin, made when a program first asks for one of them.
final class SynchronizationTypes {
  let lock, event, condition, semaphore, boundedSemaphore: TypeObject

  fileprivate init(_ runtime: Runtime) {
    func make(_ name: String, base: TypeObject? = nil) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [base ?? runtime.types.object], instanceKind: .other,
        isHeap: false)
      type.moduleName = "asyncio.locks"
      return type
    }
    lock = make("Lock")
    event = make("Event")
    condition = make("Condition")
    semaphore = make("Semaphore")
    boundedSemaphore = make("BoundedSemaphore", base: semaphore)
  }
}

extension Runtime {
  var asyncio: Asyncio {
    attachment(Asyncio.self) {
      let asyncio = Asyncio(self)
      return asyncio
    }
  }
}
