extension Runtime {
  /// The calls in progress as `traceback.extract_stack` tells them, as far as they are recorded; nil: none is.
  func sourceTraceback() throws(Raised) -> Value? {
    if callSites.stack.isEmpty { return nil }
    let library = try importModule("traceback", level: 0, globals: builtins)
    let summary = try callMethod(library, "extract_stack")
    return try isTrue(summary) ? summary : nil
  }

  /// `created at FILE:LINE`, of a stack of calls.
  func describeCreation(_ trace: Value?) throws(Raised) -> String? {
    guard let last = try trace.map({ (trace) throws(Raised) in try array(trace) })?.last else { return nil }
    let file = try str(try getAttribute(last, intern("filename"))).text
    return "created at \(file):\(try str(try getAttribute(last, intern("lineno"))).text)"
  }
}

/// What a loop in debug mode looks at more closely.
extension EventLoop {
  /// Runs that many handles, and says which took long.
  func runTimed(_ count: Int, _ runtime: Runtime) throws(Raised) {
    let limit = try seconds(slowCallbackDuration)
    for _ in 0..<count {
      let handle = try nextHandle(runtime)
      let start = time
      let description = try runtime.isLogging ? describe(handle, runtime) : nil
      try run(handle, runtime)
      let duration = time - start
      guard let description, duration >= limit else { continue }
      try runtime.logSlowCallback(try description(), duration)
    }
  }

  private func seconds(_ value: Value) throws(Raised) -> Double {
    switch value {
    case .float(let number): return number
    case .int(let number): return Double(number)
    default: return .infinity
    }
  }

  /// What the handle is called when it has run; nil for what the program did not schedule.
  private func describe(_ handle: ReadyHandle, _ runtime: Runtime) throws(Raised) -> (() throws(Raised) -> String)? {
    switch handle {
    case .step(let task), .wakeup(let task, _), .stepThrowing(let task, _):
      return { () throws(Raised) in try runtime.representation(of: task) }
    case .callback(let callback, _):
      let name = try callback.describe(runtime)
      return { "<Handle \(name)>" }
    case .handle(let handle):
      return { () throws(Raised) in try runtime.representation(of: handle) }
    case .sleepIsOver, .taskSleepIsOver, .job: return nil
    }
  }

  /// Only the loop's own thread may schedule callbacks.
  func checkThread(_ runtime: Runtime) throws(Raised) {
    guard let runner, runner !== runtime.threads.current else { return }
    throw runtime.runtimeError("Non-thread-safe operation invoked on an event loop other than the current one")
  }
}
