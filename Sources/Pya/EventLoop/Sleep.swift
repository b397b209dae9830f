/// Sleeping.
///
/// In asyncio a sleeping task waits for a future, which a timer sets. Nearly always nobody sees that future, so a task that sleeps
/// for no result goes into the timer queue itself, and its coroutine waits in an object that all share (`Slumber`). `TaskObject.waiter` makes the
/// future when somebody asks after all, `cancel` among them. The steps are asyncio's: the timer's handle in one turn, the
/// task's in the next one.
///
/// A sleep with a result, or in a coroutine that the program drives by hand, has its future from the start.
enum SleepPhase: UInt8 {
  /// It does not sleep, or waits for a future of its own.
  case awake
  /// Its timer runs.
  case asleep
  /// The timer's handle is in the ready queue.
  case due
  /// Its next step is in the ready queue.
  case over
  /// Of a `SleepFuture`: nobody waits for the timer any more.
  case timerCancelled
}

/// What the coroutine of a task that sleeps without a future waits in.
final class Slumber: AwaitableObject {
  init(_ asyncio: Asyncio) { super.init(type: asyncio.coroutineType) }
}

/// What `await sleep(delay, result)` waits for, with the coroutine's remaining work: for the task it is the future whose timer it is.
final class SleepFuture: FutureObject {
  /// `outcome` holds the result from the start.
  init(_ loop: EventLoop, result: Value) {
    super.init(type: loop.asyncio.futureType, loop: loop)
    outcome = result
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    if state == .pending {
      cancelTimer()
      throw runtime.runtimeError("await wasn't used with future")
    }
    return try result(runtime)
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    cancelTimer()
    throw Raised(exception)
  }

  override func close(_ runtime: Runtime) throws(Raised) { cancelTimer() }

  /// The time is over.
  func expire(_ runtime: Runtime) throws(Raised) {
    if state == .pending, !isTimerCancelled { try setResult(outcome, runtime) }
  }

  /// What `call_later` of a loop of the program gave.
  @exclusivity(unchecked) var handle = Value.none

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(handle)
  }

  /// It is over, and nobody waits for it.
  func finishSleep() { try? setResult(.none, type.runtime) }

  var isTimerCancelled: Bool { sleepPhase == .timerCancelled }

  private func cancelTimer() {
    guard !isTimerCancelled, state != .finished else { return }
    sleepPhase = .timerCancelled
    if !handle.isNone {
      _ = try? type.runtime.callMethod(handle, "cancel")
      return
    }
    loop.timers.noteCancellation()
  }
}

/// `await sleep(0)` whose result is None: goes to the end of the ready queue. One object serves all of them.
final class EmptyYield: AwaitableObject {
  init(_ asyncio: Asyncio) { super.init(type: asyncio.coroutineType) }
}

/// The same with a result.
private final class YieldWithResult: AwaitableObject {
  private let result: Value

  init(_ asyncio: Asyncio, _ result: Value) {
    self.result = result
    super.init(type: asyncio.coroutineType)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value { result }
}

extension Asyncio {
  /// `await sleep(delay, result)`, as an `awaitBody`.
  func beginSleep(_ delay: Value, result: Value, _ runtime: Runtime) throws(Raised) -> Value {
    let seconds: Double
    switch delay {
    case .int(let number): seconds = Double(number)
    case .float(let number): seconds = number
    default:
      if try runtime.isTrue(try runtime.compare(.lessEqual, delay, .int(0))) {
        seconds = 0
      } else {
        seconds = try runtime.delaySeconds(delay)
      }
    }
    if seconds <= 0 {
      runtime.machine.pointee.suspended = .none
      runtime.machine.pointee.pendingChild = result.isNone ? bareYield : YieldWithResult(self, result)
      return .undefined
    }
    if seconds.isNaN { throw runtime.valueError("Invalid delay: NaN (not a number)") }
    let loop = try running()
    if loop.hasOwn("create_future") {
      return try runtime.begin("_sleep_in", of: "asyncio.tasks", [.object(loop), delay, result])
    }
    if loop.hasOwn("call_later") || loop.hasOwn("call_at") {
      return try beginSleepThroughProgram(delay, result: result, loop, runtime)
    }
    if result.isNone, !runtime.machine.pointee.isDrivenByHand {
      alarm = loop.deadline(after: seconds)
      runtime.machine.pointee.suspended = .object(slumber)
      runtime.machine.pointee.pendingChild = slumber
      return .undefined
    }
    let sleep = SleepFuture(loop, result: result)
    sleep.isBlocking = true
    loop.addTimer(.sleep(sleep), after: seconds)
    runtime.machine.pointee.suspended = .object(sleep)
    runtime.machine.pointee.pendingChild = sleep
    return .undefined
  }
}

extension Asyncio {
  /// On a loop of the program, which wants to know of timers.
  private func beginSleepThroughProgram(_ delay: Value, result: Value, _ loop: EventLoop, _ runtime: Runtime) throws(Raised) -> Value {
    let future = SleepFuture(loop, result: result)
    future.isBlocking = true
    let setter = NativeFunction(runtime, "_set_result_unless_cancelled", "fut, result") { (runtime, _) throws(Raised) in
      try future.expire(runtime)
      return .none
    }
    future.handle = try runtime.callMethod(.object(loop), "call_later", [delay, .object(setter), .object(future), result])
    runtime.machine.pointee.suspended = .object(future)
    runtime.machine.pointee.pendingChild = future
    return .undefined
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
