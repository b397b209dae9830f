/// What `await sleep(delay, result)` waits for, with the coroutine's remaining work: for the task it is the future whose timer it is.
final class SleepFuture: FutureObject {
  /// `outcome` holds the result from the start.
  fileprivate init(_ loop: EventLoop, result: Value) {
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

  private func cancelTimer() {
    guard !isTimerCancelled, state != .finished else { return }
    isTimerCancelled = true
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
    let sleep = SleepFuture(loop, result: result)
    sleep.isBlocking = true
    loop.addTimer(.sleep(sleep), after: seconds)
    runtime.machine.pointee.suspended = .object(sleep)
    runtime.machine.pointee.pendingChild = sleep
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
