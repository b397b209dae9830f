/// `asyncio.sleep(delay, result)`: the coroutine and the future it waits for in one object.
///
/// To programs it is a coroutine; for the task that awaits it, it is the future whose timer it is. A sleep of no time, as far as that
/// is known from the start, is a `BareYield`.
final class SleepFuture: FutureObject {
  private enum Phase: UInt8 { case created, yielded, waiting, over }

  private var phase = Phase.created
  /// Nobody waits any more.
  var isTimerCancelled = false
  private var delay: Value

  /// `outcome` holds the result from the start. The loop is the one that runs when the sleep begins.
  init(_ asyncio: Asyncio, delay: Value, result: Value) {
    self.delay = delay
    super.init(type: asyncio.coroutineType, loop: asyncio.noLoop)
    outcome = result
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    guard phase == .created else { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
    let seconds: Double
    switch delay {
    case .int(let number): seconds = Double(number)
    case .float(let number): seconds = number
    default:
      phase = .over
      if try runtime.isTrue(try runtime.compare(.lessEqual, delay, .int(0))) {
        seconds = 0
      } else {
        seconds = try runtime.delaySeconds(delay)
      }
    }
    if seconds <= 0 {
      phase = .yielded
      runtime.machine.pointee.suspended = .none
      return .undefined
    }
    phase = .over
    if seconds.isNaN { throw runtime.valueError("Invalid delay: NaN (not a number)") }
    guard let running = loop.asyncio.runningLoop else { throw runtime.runtimeError("no running event loop") }
    loop = running
    phase = .waiting
    isBlocking = true
    loop.addTimer(.sleep(self), after: seconds)
    runtime.machine.pointee.suspended = .object(self)
    return .undefined
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    let wasWaiting = phase == .waiting
    phase = .over
    if !wasWaiting { return outcome }
    if state == .pending {
      cancelTimer()
      throw runtime.runtimeError("await wasn't used with future")
    }
    return try result(runtime)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    if phase == .waiting { cancelTimer() }
    phase = .over
    throw Raised(exception)
  }

  override func close(_ runtime: Runtime) throws(Raised) {
    if phase == .waiting { cancelTimer() }
    phase = .over
  }

  /// The time is over.
  func expire(_ runtime: Runtime) throws(Raised) {
    if state == .pending, !isTimerCancelled { try setResult(outcome, runtime) }
  }

  private func cancelTimer() {
    guard !isTimerCancelled else { return }
    isTimerCancelled = true
    loop.timers.noteCancellation()
  }

  /// Whether the time still runs: what waits for it will be woken.
  var isWaiting: Bool { phase == .waiting }
  override var hasBegun: Bool { phase != .created }

  deinit {
    if phase == .created { type.runtime.coroutineWasNeverAwaited(name: type.runtime.intern("sleep")) }
  }
}

extension Runtime {
  /// A time span given by the program, as a float.
  func delaySeconds(_ value: Value) throws(Raised) -> Double {
    switch value {
    case .float(let number): return number
    case .int(let number): return Double(number)
    case .bool(let flag): return flag ? 1 : 0
    default:
      // As loop.time() + delay would do.
      let sum = try binary(.add, .float(0), value)
      if case .float(let number) = sum { return number }
      if case .float(let number) = try callMethod(sum, "__float__") { return number }
      throw typeError("must be real number, not \(typeName(value))")
    }
  }
}
