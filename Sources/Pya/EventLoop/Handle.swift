/// An `asyncio.Handle` or `asyncio.TimerHandle`: a callback that the program scheduled.
final class HandleObject: Object {
  let loop: EventLoop
  @exclusivity(unchecked) private(set) var callback: Value
  @exclusivity(unchecked) private(set) var arguments: [Value]
  let context: ContextObject?
  private(set) var isCancelled = false
  /// Of a TimerHandle: the loop's time at which it is due. NaN otherwise.
  let deadline: Double
  /// What the program gave `call_at`, which may be an int.
  var givenTime = Value.undefined
  /// In debug mode: where it was made, and how it described itself before it was cancelled.
  var sourceTraceback: Value?
  var formerDescription: String?
  /// A TimerHandle still in the timer queue.
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
    tracer.visit(&arguments)
    tracer.visit(context)
    tracer.visit(dictionary)
  }

  var isTimer: Bool { !deadline.isNaN }

  func cancel() {
    guard !isCancelled else { return }
    isCancelled = true
    if isScheduled { loop.timers.noteCancellation() }
    callback = .none
    arguments = []
  }

  func run(_ runtime: Runtime) throws(Raised) {
    let contexts = loop.asyncio.contexts
    let saved = contexts.current
    contexts.current = context
    defer { contexts.current = saved }
    _ = try runtime.call(callback, arguments)
  }
}
