/// An `asyncio.Future`; tasks, `gather` and sleeping are kinds of it.
///
/// Invariant: `firstCallback` is nil only when there are no other callbacks. When the future is done its callbacks are put into the
/// loop's ready queue, never called from here.
class FutureObject: AwaitableObject {
  enum State: UInt8 { case pending, cancelled, finished }

  /// What happens when the future is done.
  enum Callback {
    /// The task that awaits it goes on.
    case wakeup(TaskObject)
    case call(DoneCallback)
  }

  // The order fills the gaps: a byte that the base classes leave, and what is left of the words of `outcome`.
  final private var flags: UInt8 = 0
  /// Its number among all futures: what its hash is made of, so that sets of tasks have an order that does not change from run to run.
  final let serial: UInt32
  /// How long the exception's traceback was: everything later belongs to one of those who raised it again.
  final private var tracebackCount: Int32 = 0
  /// Every future refers to its loop: counted without an atomic instruction.
  final private unowned(unsafe) var heldLoop: EventLoop
  /// The result or exception; of a cancelled future (and a task about to be cancelled) the message.
  @exclusivity(unchecked) final var outcome: Value = .none
  final private(set) var state: State = .pending
  /// Of a task, or the future of a sleep.
  final var sleepPhase = SleepPhase.awake
  /// In the loop's list of pending tasks.
  final var isRegistered = false
  /// What a task without a name of its own is called by.
  final var number: UInt32 = 0

  private enum Flag {
    static let isBlocking: UInt8 = 1, logsTraceback: UInt8 = 2, isListedAsFailed: UInt8 = 4, holdsException: UInt8 = 8
    static let mustCancel: UInt8 = 16, hasBegunCoroutine: UInt8 = 32
    static let mayBeDestroyed: UInt8 = 64
  }

  @inline(__always)
  final private func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
  @inline(__always)
  final private func set(_ flag: UInt8, _ value: Bool) { flags = value ? flags | flag : flags & ~flag }

  /// Of a task: nothing is said when it is destroyed while pending (`_log_destroy_pending` is false).
  @inline(__always)
  final var mayBeDestroyed: Bool {
    get { has(Flag.mayBeDestroyed) }
    set { set(Flag.mayBeDestroyed, newValue) }
  }

  /// Being awaited: the task's step that receives the future checks and clears this (`_asyncio_future_blocking`).
  @inline(__always)
  final var isBlocking: Bool {
    get { has(Flag.isBlocking) }
    set { set(Flag.isBlocking, newValue) }
  }
  /// It failed, and nobody has asked for the exception yet.
  @inline(__always)
  final var logsTraceback: Bool {
    get { has(Flag.logsTraceback) }
    set { set(Flag.logsTraceback, newValue) }
  }
  @inline(__always)
  final private var isListedAsFailed: Bool {
    get { has(Flag.isListedAsFailed) }
    set { set(Flag.isListedAsFailed, newValue) }
  }
  /// `outcome` is an exception: what a finished future raises, or the CancelledError that ended a cancelled task.
  @inline(__always)
  final private(set) var holdsException: Bool {
    get { has(Flag.holdsException) }
    set { set(Flag.holdsException, newValue) }
  }
  /// The next step of a task raises CancelledError.
  @inline(__always)
  final var mustCancel: Bool {
    get { has(Flag.mustCancel) }
    set { set(Flag.mustCancel, newValue) }
  }
  /// A coroutine written in Swift was begun.
  @inline(__always)
  final var hasBegunCoroutine: Bool {
    get { has(Flag.hasBegunCoroutine) }
    set { set(Flag.hasBegunCoroutine, newValue) }
  }

  @exclusivity(unchecked) final private var firstCallback: Callback?
  @exclusivity(unchecked) final private var extra: Extra?

  /// What few futures have.
  private final class Extra {
    @exclusivity(unchecked) var callbacks: [Callback] = []
    @exclusivity(unchecked) var dictionary: DictObject?
    var givenName: StringObject?
    var sourceTraceback: Value?
    @exclusivity(unchecked) var formerCoroutines: [Object] = []
  }

  /// Of a task: it has another coroutine now, and this one still runs.
  final func keepFormerCoroutine(_ coroutine: Object) { madeExtra.formerCoroutines.append(coroutine) }

  /// In debug mode: where it was made.
  final var sourceTraceback: Value? {
    get { extra?.sourceTraceback }
    set { if newValue != nil || extra != nil { madeExtra.sourceTraceback = newValue } }
  }

  /// Of a task: the name it was given, or that `number` was made into when somebody asked.
  final var givenName: StringObject? {
    get { extra?.givenName }
    set { madeExtra.givenName = newValue }
  }

  init(type: TypeObject, loop: EventLoop) {
    heldLoop = loop
    Unmanaged.passUnretained(loop).toOpaque().retainPlainly()
    loop.asyncio.lastSerial &+= 1
    serial = loop.asyncio.lastSerial
    super.init(type: type, isFuture: true)
  }

  /// Whether it is this loop's, asked without counting.
  @inline(__always)
  final func belongs(to loop: EventLoop) -> Bool {
    Unmanaged.passUnretained(heldLoop).toOpaque() == Unmanaged.passUnretained(loop).toOpaque()
  }

  final var loop: EventLoop { heldLoop }

  /// `__init__`: it is as a new one of that loop, whatever it has been.
  func renew(on loop: EventLoop) {
    if isListedAsFailed {
      isListedAsFailed = false
      heldLoop.asyncio.failures[serial] = nil
    }
    isBlocking = false
    logsTraceback = false
    holdsException = false
    state = .pending
    outcome = .none
    sourceTraceback = nil
    // Last: what goes with them may run code of the program.
    let dropped = callbacks
    firstCallback = nil
    extra?.callbacks = []
    Unmanaged.passUnretained(loop).toOpaque().retainPlainly()
    let old = Unmanaged.passUnretained(heldLoop).toOpaque()
    heldLoop = loop
    old.releasePlainly()
    _ = consume dropped
  }

  convenience init(_ loop: EventLoop) { self.init(type: loop.asyncio.futureType, loop: loop) }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    let extra = madeExtra
    if let dictionary = extra.dictionary { return dictionary }
    let dictionary = DictObject(runtime)
    extra.dictionary = dictionary
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { extra?.dictionary }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(loop)
    tracer.visit(outcome)
    if let firstCallback { visit(firstCallback, tracer) }
    guard let extra else { return }
    tracer.visit(extra.dictionary)
    if let trace = extra.sourceTraceback { tracer.visit(trace) }
    for callback in extra.callbacks { visit(callback, tracer) }
    for coroutine in extra.formerCoroutines { tracer.visit(coroutine) }
  }

  override func clearContents() {
    firstCallback = nil
    extra?.callbacks = []
  }

  private final func visit(_ callback: Callback, _ tracer: Tracer) {
    switch callback {
    case .wakeup(let task): tracer.visit(task)
    case .call(let callback): callback.visitContents(tracer, of: self)
    }
  }

  private final var madeExtra: Extra {
    if let extra { return extra }
    let made = Extra()
    extra = made
    return made
  }

  override var ownHash: Int? { Int(serial) }

  // MARK: Awaiting

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    if state == .pending {
      isBlocking = true
      runtime.machine.pointee.suspended = .object(self)
      return .undefined
    }
    return try result(runtime)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    if state == .pending { throw runtime.runtimeError("await wasn't used with future") }
    return try result(runtime)
  }

  // MARK: The outcome

  @inline(__always)
  final var isDone: Bool { state != .pending }
  @inline(__always)
  final var isCancelled: Bool { state == .cancelled }

  final func result(_ runtime: Runtime) throws(Raised) -> Value {
    switch state {
    case .finished:
      logsTraceback = false
      if holdsException { throw Raised(exceptionToRaise()) }
      return outcome
    case .cancelled: throw Raised(makeCancelledError(runtime))
    case .pending: throw runtime.error("InvalidStateError", "Result is not set.")
    }
  }

  /// `exception()`: nil for a success.
  final func exception(_ runtime: Runtime) throws(Raised) -> ExceptionObject? {
    switch state {
    case .finished:
      logsTraceback = false
      return holdsException ? outcome.exception : nil
    case .cancelled: throw Raised(makeCancelledError(runtime))
    case .pending: throw runtime.error("InvalidStateError", "Exception is not set.")
    }
  }

  /// The exception of a failed future as it was when it was set; without its traceback from the second time on.
  final func exceptionToRaise() -> ExceptionObject {
    guard let exception = outcome.exception else { fatalError("pya: a failed future without its exception") }
    let added = exception.traceback.count - Int(tracebackCount)
    if added > 0 {
      exception.traceback.removeLast(added)
      exception.fields["__traceback__"] = nil
    }
    // As in CPython only who asks first sees where it came from.
    tracebackCount = 0
    exception.isLocated = false
    return exception
  }

  /// What to raise in a task that waited for this future; nil for a success.
  @inline(__always)
  final func exceptionForWaiter(_ runtime: Runtime) -> ExceptionObject? {
    logsTraceback = false
    if state == .finished { return holdsException ? exceptionToRaise() : nil }
    // Its `__init__` was called since it was done.
    if state == .pending { return runtime.error("InvalidStateError", "Result is not set.").exception }
    return makeCancelledError(runtime)
  }

  /// What awaiting a cancelled future raises: for the first who asks, the very exception that ended the task.
  final func makeCancelledError(_ runtime: Runtime) -> ExceptionObject {
    if holdsException, state == .cancelled, let exception = outcome.exception {
      holdsException = false
      outcome = .none
      exception.isLocated = false
      return exception
    }
    if outcome.isNone || state == .finished { return runtime.error("CancelledError", []).exception }
    return runtime.error("CancelledError", [outcome]).exception
  }

  /// The message that `cancel` was given, or None.
  final var cancelMessage: Value { holdsException || state == .finished ? .none : outcome }

  final func setResult(_ value: Value, _ runtime: Runtime) throws(Raised) {
    if state != .pending { throw runtime.error("InvalidStateError", "invalid state") }
    outcome = value
    state = .finished
    try scheduleCallbacks(runtime)
  }

  final func setException(_ exception: ExceptionObject, _ runtime: Runtime) throws(Raised) {
    if state != .pending { throw runtime.error("InvalidStateError", "invalid state") }
    var exception = exception
    if exception.type.isSubtype(of: runtime.exceptionTypes["StopIteration"].unsafelyUnwrapped) {
      let replacement = runtime.runtimeError(
        "StopIteration interacts badly with generators and cannot be raised into a Future").exception
      replacement.cause = exception
      replacement.context = exception
      replacement.suppressesContext = true
      exception = replacement
    }
    outcome = .object(exception)
    holdsException = true
    tracebackCount = Int32(truncatingIfNeeded: exception.traceback.count)
    state = .finished
    loop.asyncio.failures[serial] = Unmanaged.passUnretained(self)
    isListedAsFailed = true
    try scheduleCallbacks(runtime)
    logsTraceback = true
  }

  /// Cancels the future. False: it was done.
  func cancel(message: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    logsTraceback = false
    if state != .pending { return false }
    outcome = message
    state = .cancelled
    try scheduleCallbacks(runtime)
    return true
  }

  /// Ends a task as cancelled with a message.
  final func becomeCancelled(message: Value, _ runtime: Runtime) throws(Raised) {
    logsTraceback = false
    guard state == .pending else { return }
    outcome = message
    state = .cancelled
    try scheduleCallbacks(runtime)
  }

  /// Ends a task with the CancelledError that left its coroutine.
  final func becomeCancelled(by exception: ExceptionObject, _ runtime: Runtime) throws(Raised) {
    logsTraceback = false
    guard state == .pending else { return }
    outcome = .object(exception)
    holdsException = true
    state = .cancelled
    try scheduleCallbacks(runtime)
  }

  // MARK: Callbacks

  @inline(__always)
  final func add(_ callback: Callback) {
    if firstCallback == nil {
      firstCallback = callback
    } else {
      madeExtra.callbacks.append(callback)
    }
  }

  /// Adds a callback; one that comes too late is scheduled at once.
  final func addOrSchedule(_ callback: DoneCallback, _ runtime: Runtime) throws(Raised) {
    if state == .pending {
      add(.call(callback))
    } else {
      try loop.checkIsOpen(runtime)
      try loop.schedule(.callback(callback, self))
    }
  }

  final var callbacks: [Callback] { firstCallback.map { [$0] + (extra?.callbacks ?? []) } ?? [] }

  final var hasCallbacks: Bool { firstCallback != nil }

  /// Removes the callbacks for which `isRemoved` is true, and tells how many there were.
  final func removeCallbacks(where isRemoved: (DoneCallback) throws(Raised) -> Bool) throws(Raised) -> Int {
    var kept: [Callback] = []
    var removed = 0
    for callback in callbacks {
      if case .call(let callback) = callback, try isRemoved(callback) {
        removed += 1
      } else {
        kept.append(callback)
      }
    }
    if removed > 0 {
      firstCallback = kept.first
      if kept.count > 1 { madeExtra.callbacks = Array(kept.dropFirst()) } else { extra?.callbacks = [] }
    }
    return removed
  }

  private final func scheduleCallbacks(_ runtime: Runtime) throws(Raised) {
    guard let first = firstCallback else { return }
    firstCallback = nil
    try loop.checkIsOpen(runtime)
    try schedule(first)
    guard let extra, !extra.callbacks.isEmpty else { return }
    let more = extra.callbacks
    extra.callbacks = []
    for callback in more { try schedule(callback) }
  }

  @inline(__always)
  private final func schedule(_ callback: Callback) throws(Raised) {
    switch callback {
    case .wakeup(let task): try loop.schedule(.wakeup(task, self))
    case .call(let callback): try loop.schedule(.callback(callback, self))
    }
  }

  // MARK: Dropping

  /// Becomes what another future is, which is going.
  final func takeOutcome(of other: FutureObject) {
    state = other.state
    firstCallback = other.firstCallback
    holdsException = other.holdsException
    outcome = other.outcome
    extra = other.extra
  }

  deinit {
    if isObserved { tellOfDeath() }
    if isListedAsFailed { loop.asyncio.failures[serial] = nil }
    // A failure that nobody looked at is not lost silently.
    if logsTraceback {
      let twin = FutureObject(type: type, loop: loop)
      twin.takeOutcome(of: self)
      loop.reportNeverRetrieved(twin)
    }
    Unmanaged.passUnretained(heldLoop).toOpaque().releasePlainly()
  }
}

extension AwaitableObject {
  @inline(__always)
  final var asFuture: FutureObject? { isFuture ? unsafeDowncast(self, to: FutureObject.self) : nil }
}

/// Something written in Swift, or a function of the program, to be called when a future is done.
class DoneCallback {
  func run(_ runtime: Runtime, _ future: FutureObject) throws(Raised) {}

  /// As `Object.visitContents`, for one of the futures that have it; what all of them refer to through it is subtracted once.
  func visitContents(_ tracer: Tracer, of future: FutureObject) {}

  /// What its function is called in asyncio.
  var functionName: String { "_done_callback" }

  /// How a future's repr shows it.
  func describe(_ runtime: Runtime) throws(Raised) -> String { "" }
}

/// A function added with `add_done_callback`.
final class FunctionCallback: DoneCallback {
  let function: Value
  let context: ContextObject?

  init(_ function: Value, context: ContextObject?) {
    self.function = function
    self.context = context
  }

  override func run(_ runtime: Runtime, _ future: FutureObject) throws(Raised) {
    let contexts = future.loop.asyncio.contexts
    let saved = contexts.current
    contexts.current = context
    defer { contexts.current = saved }
    _ = try runtime.call(function, .object(future))
  }

  override func visitContents(_ tracer: Tracer, of future: FutureObject) {
    tracer.visit(function)
    tracer.visit(context)
  }

  override func describe(_ runtime: Runtime) throws(Raised) -> String { try runtime.describeCallback(function) }
}

/// What a future's `__await__` gives.
final class FutureIterator: AwaitableObject {
  private let future: FutureObject
  private var isBegun = false

  init(_ asyncio: Asyncio, _ future: FutureObject) {
    self.future = future
    super.init(type: asyncio.futureIteratorType)
  }

  override var hasBegun: Bool { isBegun }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(future)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    isBegun = true
    return try future.begin(runtime)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try future.resume(runtime, sent: sent)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    try future.resume(runtime, throwing: exception)
  }
}

/// What the `__await__` of a coroutine written in Swift gives: the coroutine as an iterator.
final class NativeCoroutineIterator: AwaitableObject {
  private let coroutine: AwaitableObject

  init(_ asyncio: Asyncio, _ coroutine: AwaitableObject) {
    self.coroutine = coroutine
    super.init(type: asyncio.futureIteratorType)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(coroutine)
  }

  override var hasBegun: Bool { coroutine.hasBegun }
  override func begin(_ runtime: Runtime) throws(Raised) -> Value { try coroutine.begin(runtime) }
  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value { try coroutine.resume(runtime, sent: sent) }
  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    try coroutine.resume(runtime, throwing: exception)
  }
  override func close(_ runtime: Runtime) throws(Raised) { try coroutine.close(runtime) }
}
