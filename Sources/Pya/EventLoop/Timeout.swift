/// `asyncio.Timeout`: cancels its task when the time is over, and makes a TimeoutError of that.
final class TimeoutObject: Object {
  enum State: String { case created, active, expiring, expired, finished }

  let asyncio: Asyncio
  private(set) var state = State.created
  /// When the time is over, as the program gave it; None: never.
  private(set) var deadline: Value
  /// It is some time from when the timeout was made, not a time that the program gave.
  private var isRelative: Bool
  /// While it is active.
  @exclusivity(unchecked) private var task: TaskObject?
  /// The number of its entry in a queue of timers; 0: it has none.
  @exclusivity(unchecked) private var alarm = 0
  @exclusivity(unchecked) private var alarmQueue: UnsafeRawPointer?
  /// What runs when the time is over: made then, or before for a loop of the program, which wants to know of timers.
  @exclusivity(unchecked) private var timer: TimeoutTimer?
  /// How often the task was to be cancelled already on entering.
  private var requestsBefore = 0
  /// Attributes of an instance of a class of the program.
  @exclusivity(unchecked) private var dictionary: DictObject?

  init(_ asyncio: Asyncio, type: TypeObject? = nil, deadline: Value = .none, isRelative: Bool = false) {
    self.asyncio = asyncio
    self.deadline = deadline
    self.isRelative = isRelative
    super.init(type: type ?? asyncio.timeoutType, kind: .other)
  }

  /// `__init__`
  func start(deadline: Value) {
    state = .created
    self.deadline = deadline
    isRelative = false
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if type.hasNoInstanceDictionary { return nil }
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  var hasExpired: Bool { state == .expiring || state == .expired }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(task)
    tracer.visit(dictionary)
    // A timer that is in no queue any more, its loop being closed, is held from here alone.
    if isKnownUniquelyReferenced(&timer) { tracer.visit(self) }
  }

  override func clearContents() { timer = nil }

  func enter(_ runtime: Runtime) throws(Raised) {
    guard state == .created else { throw runtime.runtimeError("Timeout has already been entered") }
    let loop = try asyncio.running()
    guard let current = loop.currentTask else { throw runtime.runtimeError("Timeout should be used inside a task") }
    state = .active
    task = current
    requestsBefore = Int(current.cancelRequests)
    if overridesReschedule {
      _ = try runtime.callMethod(.object(self), "reschedule", [deadline])
    } else if !deadline.isNone {
      try setAlarm(loop, runtime)
    }
  }

  private var overridesReschedule: Bool {
    type.isHeap && type.lookupWithOwner(asyncio.runtime.intern("reschedule"))?.owner.isHeap == true
  }

  func reschedule(_ deadline: Value, _ runtime: Runtime) throws(Raised) {
    guard state == .active else {
      throw runtime.runtimeError(
        state == .created ? "Timeout has not been entered" : "Cannot change state of \(state.rawValue) Timeout")
    }
    self.deadline = deadline
    // On a virtual clock the times that programs make of the present one meet, which in CPython they do not.
    isRelative = task?.loop.virtualClock != nil
    cancelTimer()
    if !deadline.isNone { try setAlarm(try asyncio.running(), runtime) }
  }

  private func setAlarm(_ loop: EventLoop, _ runtime: Runtime) throws(Raised) {
    let seconds: Double
    switch deadline {
    case .float(let number): seconds = number
    case .int(let number): seconds = Double(number)
    default:
      // What cannot be compared with a time is none.
      _ = try runtime.compare(.lessEqual, deadline, .float(loop.time))
      seconds = try runtime.delaySeconds(deadline)
    }
    let isOver = seconds <= loop.time
    if isOver ? loop.hasOwn("call_soon") : loop.hasOwn("call_at") { return try schedule(through: loop, runtime) }
    if isOver {
      makeReady(on: loop)
    } else {
      alarmQueue = loop.timers.identity
      alarm = loop.timers.insertAlarm(of: self, at: loop.exactDeadline(seconds), isExact: !isRelative || loop.hasOwnTime)
    }
  }

  /// The timer goes to the callbacks that are ready.
  private func makeReady(on loop: EventLoop) {
    let timer = TimeoutTimer(self)
    self.timer = timer
    loop.ready.append(.job(timer))
  }

  /// Whether it waits for this entry of a queue: else that was cancelled.
  @inline(__always)
  func hasAlarm(_ number: Int, in queue: UnsafeRawPointer) -> Bool { alarm == number && alarmQueue == queue }

  /// An alarm has left the queue of timers: the time is over, unless it is one that was cancelled.
  func ring(_ number: Int, on loop: EventLoop) {
    guard hasAlarm(number, in: loop.timers.identity) else { return }
    alarm = 0
    makeReady(on: loop)
  }

  private func schedule(through loop: EventLoop, _ runtime: Runtime) throws(Raised) {
    let timer = TimeoutTimer(self)
    self.timer = timer
    let callback = NativeFunction(runtime, "_on_timeout", "") { (runtime, _) throws(Raised) in
      try timer.run(runtime)
      return .none
    }
    callback.className = "Timeout"
    if try runtime.isTrue(try runtime.compare(.lessEqual, deadline, .float(loop.time))) {
      timer.handle = try runtime.callMethod(.object(loop), "call_soon", [.object(callback)])
    } else {
      timer.handle = try runtime.callMethod(.object(loop), "call_at", [deadline, .object(callback)])
    }
  }

  private func cancelTimer() {
    if alarm != 0 {
      alarm = 0
      task?.loop.timers.noteCancellation()
    }
    guard let timer else { return }
    timer.isCancelled = true
    if !timer.handle.isNone { _ = try? asyncio.runtime.callMethod(timer.handle, "cancel") }
    self.timer = nil
  }

  fileprivate func expire(_ runtime: Runtime) throws(Raised) {
    guard let task else { return }
    _ = try task.cancelDynamically(message: .none, runtime)
    state = .expiring
    timer = nil
  }

  /// Leaves the block. Raises TimeoutError in place of the cancellation that this timeout asked for.
  func leave(after exception: ExceptionObject?, _ runtime: Runtime) throws(Raised) {
    cancelTimer()
    // A cancelled timer may be in the queue for some time yet.
    defer { task = nil }
    if state == .active { state = .finished }
    guard state == .expiring else { return }
    state = .expired
    // When others want the task cancelled too, that is not for this timeout to turn into something else.
    guard let task, task.uncancel() <= requestsBefore, let exception else { return }
    if exception.type.isSubtype(of: asyncio.cancelledErrorType) {
      let error = runtime.error("TimeoutError", [])
      error.exception.cause = exception
      error.exception.context = exception
      error.exception.suppressesContext = true
      throw error
    }
    explain(exception, runtime)
    guard exception.type.isSubtype(of: runtime.exceptionTypes["ExceptionGroup"].unsafelyUnwrapped),
      let members = exception.fields["exceptions"]?.tuple
    else { return }
    for member in members.array {
      if let member = member.exception { explain(member, runtime) }
    }
  }

  /// Puts a TimeoutError between an exception and the cancellation during which it was raised.
  private func explain(_ exception: ExceptionObject, _ runtime: Runtime) {
    var current = exception
    while let context = current.context {
      if context.type.isSubtype(of: asyncio.cancelledErrorType) {
        let explanation = runtime.error("TimeoutError", []).exception
        explanation.context = context
        explanation.cause = context
        explanation.suppressesContext = true
        current.context = explanation
        return
      }
      current = context
    }
  }
}

final class TimeoutTimer: LoopJob {
  fileprivate var isCancelled = false
  private let timeout: TimeoutObject
  /// What `call_at` of a loop of the program gave.
  var handle = Value.none

  fileprivate init(_ timeout: TimeoutObject) { self.timeout = timeout }

  override func run(_ runtime: Runtime) throws(Raised) {
    if !isCancelled { try timeout.expire(runtime) }
  }
}

/// `wait_for(awaitable, timeout)`.
final class TimedWait: AwaitableObject {
  private let timeout: TimeoutObject
  private let inner: AwaitableObject
  override var awaitedFrame: SuspendableFrame? { inner.awaitedFrame }

  /// What an `awaitBody` gives. The timeout is None or positive.
  static func begin(_ asyncio: Asyncio, _ value: Value, deadline: Value, _ runtime: Runtime) throws(Raised) -> Value {
    let timeout = TimeoutObject(asyncio, deadline: deadline, isRelative: true)
    try timeout.enter(runtime)
    let inner: AwaitableObject
    do { inner = try runtime.awaitable(value) } catch {
      try timeout.leave(after: error.exception, runtime)
      throw error
    }
    let wait = TimedWait(timeout, inner)
    let result = try wait.settle(runtime) { () throws(Raised) in try inner.begin(runtime) }
    if result.isUndefined { runtime.machine.pointee.pendingChild = wait }
    return result
  }

  private init(_ timeout: TimeoutObject, _ inner: AwaitableObject) {
    self.timeout = timeout
    self.inner = inner
    super.init(type: timeout.asyncio.coroutineType)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try settle(runtime) { () throws(Raised) in try inner.resume(runtime, sent: sent) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    try settle(runtime) { () throws(Raised) in try inner.resume(runtime, throwing: exception) }
  }

  private func settle(_ runtime: Runtime, _ step: () throws(Raised) -> Value) throws(Raised) -> Value {
    let result: Value
    do { result = try step() } catch {
      try timeout.leave(after: error.exception, runtime)
      throw error
    }
    if !result.isUndefined { try timeout.leave(after: nil, runtime) }
    return result
  }

  override func close(_ runtime: Runtime) throws(Raised) { try inner.close(runtime) }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(timeout)
    tracer.visit(inner)
  }
}
