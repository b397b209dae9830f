/// How a resumption ended.
enum Step {
  /// It waits; the value is what was yielded, or the future it waits for.
  case suspended(Value)
  case returned(Value)
}

extension Machine {
  fileprivate mutating func announceThrow(isThrowing: Bool, _ runtime: Runtime) {
    self.isThrowing = isThrowing
    handledBase = runtime.handled.count
  }

}

extension Machine {
  /// What the frame that has just suspended hands out.
  @inline(__always)
  mutating func takeSuspended() -> Value {
    var value = Value.undefined
    swap(&value, &suspended)
    return value
  }
}

/// The one place where suspended frames run.
extension SuspendableFrame {
  /// Resumes the chain of which this frame is the outermost.
  func drive(_ runtime: Runtime, sending value: Value) throws(Raised) -> Step {
    switch state {
    case .created:
      if !value.isNone { throw cannotSend(runtime) }
      return try run(runtime, from: self)
    case .suspended:
      if awaiter != nil { try leaveChain(runtime) }
      let current = innermost ?? self
      current.sent = value
      return try run(runtime, from: current)
    case .running: throw alreadyRunning(runtime)
    case .finished:
      if kind == .coroutine { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
      return .returned(.none)
    }
  }

  /// Raises an exception where the chain stopped.
  func drive(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Step {
    switch state {
    case .created:
      finish()
      exception.traceback.append(tracebackEntry)
      throw Raised(exception)
    case .suspended:
      if awaiter != nil { try leaveChain(runtime) }
      let current = innermost ?? self
      if current !== self, runtime.matches(Raised(exception), .generatorExit) {
        thrown = closeDelegates(runtime) ?? exception
        return try run(runtime, from: self, isThrowing: true)
      }
      current.thrown = exception
      return try run(runtime, from: current, isThrowing: true)
    case .running: throw alreadyRunning(runtime)
    case .finished:
      if kind == .coroutine { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
      throw Raised(exception)
    }
  }

  /// It is driven by hand while another frame waits for it: it becomes the outermost of a chain of its own, and the other waits for it as for
  /// any object.
  @inline(never)
  private func leaveChain(_ runtime: Runtime) throws(Raised) {
    guard let waiting = awaiter else { return }
    var outermost = waiting
    while let outer = outermost.awaiter { outermost = outer }
    if outermost.state == .running { throw alreadyRunning(runtime) }
    let inner = outermost.innermost
    awaiter = nil
    innermost = inner
    waiting.delegate = StartedFrameAwaitable(runtime, self)
    outermost.innermost = waiting
  }

  /// Runs frames from `first` outward, until one suspends or the outermost, which is this one, ends.
  func run(_ runtime: Runtime, from first: SuspendableFrame, isThrowing: Bool = false) throws(Raised) -> Step {
    let machine = runtime.machine
    defer { machine.leaveFrame() }
    try machine.enterFrame()
    state = .running
    if isThrowing { machine.pointee.announceThrow(isThrowing: true, runtime) }
    // Nearly always the first frame suspends again, or is the only one.
    var fails = false
    do throws(Raised) {
      let result = chainHandles && !isThrowing ? try runShowing(first, runtime, machine) : try first.runOnce(runtime, machine)
      if result.isUndefined { return suspend(machine) }
      if first === self {
        finish()
        return .returned(result)
      }
      first.handOutward(result)
    } catch {
      if first === self {
        finish()
        throw error
      }
      first.handOutward(throwing: error.exception)
      fails = true
    }
    return try runOutward(from: first, isFailing: fails, isThrowing: isThrowing, runtime, machine)
  }

  /// The step in which the frame has just suspended.
  @inline(__always)
  func suspend(_ machine: UnsafeMutablePointer<Machine>) -> Step {
    state = .suspended
    if machine.pointee.suspendedInHandler {
      machine.pointee.suspendedInHandler = false
      chainHandles = true
    }
    setInnermost(machine.pointee.innermost)
    return .suspended(machine.pointee.takeSuspended())
  }

  /// Gives the result to the frame that awaits this one.
  private func handOutward(_ result: Value) { awaiter.unsafelyUnwrapped.sent = result }

  private func handOutward(throwing exception: ExceptionObject) { awaiter.unsafelyUnwrapped.thrown = exception }

  /// Goes on with the frame that awaits the one that ended and has got its outcome, and so on outward. No exception is kept here while
  /// a frame runs: it may handle it, and with the exception its frames die.
  private func runOutward(
    from first: SuspendableFrame, isFailing: Bool, isThrowing: Bool, _ runtime: Runtime, _ machine: UnsafeMutablePointer<Machine>
  ) throws(Raised) -> Step {
    var (current, isFailing, isThrowing) = (first, isFailing, isThrowing)
    while true {
      let ended = current
      current = ended.awaiter.unsafelyUnwrapped
      ended.finish()
      current.delegate = nil
      isThrowing = isThrowing && isFailing
      if isFailing { machine.pointee.announceThrow(isThrowing: isThrowing, runtime) }
      isFailing = false
      do throws(Raised) {
        let result = chainHandles && !isThrowing ? try runShowing(current, runtime, machine) : try current.runOnce(runtime, machine)
        if result.isUndefined { return suspend(machine) }
        if current === self {
          finish()
          return .returned(result)
        }
        current.handOutward(result)
      } catch {
        if current === self {
          finish()
          throw error
        }
        current.handOutward(throwing: error.exception)
        isFailing = true
      }
    }
  }

  /// Runs a frame of the chain whose outermost is this one, and shows it what those who await it are handling.
  @inline(never)
  private func runShowing(_ first: SuspendableFrame, _ runtime: Runtime, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) -> Value {
    guard let handled = first.handledByAwaiters else {
      // What this frame itself handles is noted anew when it suspends.
      chainHandles = false
      return try first.runOnce(runtime, machine)
    }
    runtime.handled.append(handled)
    defer { runtime.handled.removeLast() }
    return try first.runOnce(runtime, machine)
  }

  /// Runs this frame until it suspends (`undefined`) or returns.
  func runOnce(_ runtime: Runtime, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) -> Value {
    state = .running
    do throws(Raised) {
      switch try codePointer.borrowed({ (code) throws(Raised) in try code.resume(frame) }) {
      case .suspends:
        state = .suspended
        return .undefined
      case .returns(let value): return value
      case .normal, .breaks, .continues: return .none
      }
    } catch {
      frame.passOn(error)
      throw SuspendableFrame.withoutStopIteration(error, runtime, kind: kind)
    }
  }

  /// A StopIteration must not leave a generator: its driver would take it for the end.
  static func withoutStopIteration(_ raised: Raised, _ runtime: Runtime, kind: Kind = .coroutine) -> Raised {
    let isStop = runtime.matches(raised, .stopIteration)
    guard isStop || (kind == .asyncGenerator && runtime.matches(raised, .stopAsyncIteration)) else { return raised }
    let what = kind == .generator ? "generator" : kind == .coroutine ? "coroutine" : "async generator"
    let converted = runtime.runtimeError("\(what) raised \(isStop ? "StopIteration" : "StopAsyncIteration")")
    converted.exception.cause = raised.exception
    converted.exception.context = raised.exception
    converted.exception.suppressesContext = true
    return converted
  }

  private func alreadyRunning(_ runtime: Runtime) -> Raised {
    switch kind {
    case .coroutine: runtime.valueError("coroutine already executing")
    case .asyncGenerator: runtime.valueError("async generator already executing")
    default: runtime.valueError("generator already executing")
    }
  }

  private func cannotSend(_ runtime: Runtime) -> Raised {
    let what = kind == .coroutine ? "coroutine" : kind == .asyncGenerator ? "async generator" : "generator"
    return runtime.typeError("can't send non-None value to a just-started \(what)")
  }

  /// `close()`: raises GeneratorExit where the frame stopped, and expects it to end. Returns what it returned.
  func close(_ runtime: Runtime) throws(Raised) -> Value {
    switch state {
    case .created:
      finish()
      return .none
    case .finished: return .none
    case .running: throw alreadyRunning(runtime)
    case .suspended: break
    }
    do throws(Raised) {
      switch try drive(runtime, throwing: runtime.error("GeneratorExit").exception) {
      case .returned(let value): return value
      case .suspended: throw ignoredExit(runtime)
      }
    } catch {
      if runtime.matches(error, .generatorExit) || runtime.matches(error, .stopIteration) { return .none }
      throw error
    }
  }
}

extension Runtime {
  /// What calling a generator function or async function gives: its frame, not yet started, with the bound arguments.
  func makeSuspendable(_ function: FunctionObject, movingFrom frame: Frame) -> Value {
    let made = SuspendableFrame.make(self, function: function, movingFrom: frame, state: .created)
    if coroutineOriginDepth > 0, made.kind == .coroutine { made.origin = coroutineOrigin() }
    return .object(made)
  }

  /// The calls in progress, as far as they are recorded: file, line and function of each, the innermost first.
  private func coroutineOrigin() -> Value {
    let sites = recordedFrames.filter { !$0.file.isLibrary }.prefix(coroutineOriginDepth)
    let frames = sites.map { site in
      Value.object(
        TupleObject(
          self, [.object(string(site.file.name)), .int(site.line), .object(string(site.frame.code.information.name))]))
    }
    return .object(TupleObject(self, frames))
  }

  /// A generator was dropped in the middle: its `finally` blocks and `with` statements run now.
  func closeDropped(_ frame: SuspendableFrame) {
    if frame.kind == .asyncGenerator {
      asyncGeneratorFinalizer?(frame)
      return
    }
    do { _ = try frame.close(self) } catch { reportUnraisable(error, in: .object(frame)) }
  }

  /// A coroutine object died before it began. It may know where it was made, and through which calls (`cr_origin`).
  func coroutineWasNeverAwaited(name: StringObject, madeAt origin: Value = .none, through calls: Value = .none) {
    wasNeverAwaited("coroutine '\(name.text)'", madeAt: origin, through: calls)
  }

  func wasNeverAwaited(_ what: String, madeAt origin: Value = .none, through calls: Value = .none) {
    let message = "\(what) was never awaited"
    deferWarning { runtime, place in
      let isKnown = calls.isNone && (origin.string.map { $0.text != "\(place.fileName):\(place.line)" } ?? false)
      runtime.warn(
        message + runtime.describeOrigin(calls), category: "RuntimeWarning", at: place, source: isKnown ? origin : .bool(true))
    }
  }

  /// The calls of `cr_origin` as lines of a report; empty: none.
  private func describeOrigin(_ calls: Value) -> String {
    guard let sites = calls.tuple?.array else { return "" }
    var text = "\nCoroutine created at (most recent call last)"
    for site in sites.reversed() {
      guard let parts = site.tuple?.array, parts.count == 3, let name = parts[0].string?.text, case .int(let line) = parts[1] else { continue }
      text += "\n  File \"\(name)\", line \(line), in \(parts[2].string?.text ?? "")"
      if let source = sourceFiles.byName[name]?.strippedLine(line), !source.isEmpty { text += "\n    \(source)" }
    }
    return text
  }
}
