/// An `asyncio.Handle` or `asyncio.TimerHandle`: a callback that the program scheduled.
/// Loops of the program set and change its attributes.
final class HandleObject: Object {
  @exclusivity(unchecked) var loop: EventLoop
  @exclusivity(unchecked) var callback: Value
  /// Nil: it is cancelled.
  @exclusivity(unchecked) var arguments: [Value]?
  @exclusivity(unchecked) var context: ContextObject?
  var isCancelled = false
  /// Of a TimerHandle: the loop's time at which it is due. NaN otherwise.
  var deadline: Double
  /// What the program gave `call_at`, which may be an int.
  var givenTime = Value.undefined
  /// In debug mode: where it was made, and how it described itself before it was cancelled (or None).
  var sourceTraceback: Value?
  var formerRepresentation = Value.none
  /// It is in the loop's queue of timers.
  private(set) var isQueued = false
  /// `_scheduled`: in that queue, or one of the program's.
  var isScheduled = false

  init(
    _ loop: EventLoop, _ callback: Value, _ arguments: [Value], context: ContextObject?, deadline: Double = .nan, type: TypeObject? = nil
  ) {
    self.loop = loop
    self.callback = callback
    self.arguments = arguments
    self.context = context
    self.deadline = deadline
    super.init(type: type ?? (deadline.isNaN ? loop.asyncio.handleType : loop.asyncio.timerHandleType), kind: .other)
  }

  /// Of an instance of a class of the program.
  @exclusivity(unchecked) private var dictionary: DictObject?

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(loop)
    tracer.visit(callback)
    if arguments != nil { tracer.visit(&arguments!) }
    tracer.visit(context)
    tracer.visit(dictionary)
  }

  /// `_when`, as the program gave it.
  var time: Value { givenTime.defined ?? .float(deadline) }

  var isTimer: Bool { type.isSubtype(of: loop.asyncio.timerHandleType) }

  /// Goes into the loop's queue of timers.
  func enterQueue(at deadline: Double, isExact: Bool = false) {
    isQueued = true
    isScheduled = true
    loop.timers.insert(.handle(self), at: deadline, isExact: isExact)
  }

  func leaveQueue() {
    isQueued = false
    isScheduled = false
  }

  func cancel() {
    guard !isCancelled else { return }
    if isQueued { loop.timers.noteCancellation() }
    drop()
  }

  /// `cancel` for programs: a loop of the program may want to know of it.
  func cancel(_ runtime: Runtime) throws(Raised) {
    guard !isCancelled else { return }
    if isTimer, loop.neverRuns || loop.hasOwn("_timer_handle_cancelled") {
      _ = try runtime.callMethod(.object(loop), "_timer_handle_cancelled", [.object(self)])
    } else if isQueued {
      loop.timers.noteCancellation()
    }
    isCancelled = true
    if try loop.remembersPlaces() { formerRepresentation = .object(try runtime.repr(.object(self))) }
    drop()
  }

  private func drop() {
    isCancelled = true
    callback = .none
    arguments = nil
  }

  func run(_ runtime: Runtime) throws(Raised) {
    let contexts = loop.asyncio.contexts
    let saved = contexts.current
    contexts.current = context
    defer { contexts.current = saved }
    _ = try runtime.call(callback, arguments ?? [])
  }

  /// The same as the loop does it: through `_run` of a class of the program.
  @inline(__always)
  func runDynamically(_ runtime: Runtime) throws(Raised) {
    if !type.isHeap { return try run(runtime) }
    _ = try runtime.callMethod(.object(self), "_run")
  }
}
