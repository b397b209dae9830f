import PyaSyntax

/// `with` whose body suspends.
final class ResumableWithNode: ResumableNode {
  private let context: ExpressionNode
  private let target: TargetNode?
  private let body: StatementNode
  /// Keeps the bound `__exit__`.
  private let exitSlot: Int
  private let temporaries: Temporaries
  private let methods = ContextMethods(isAsync: false)

  init(
    _ context: ExpressionNode, target: TargetNode?, body: StatementNode, exitSlot: Int, state: Int,
    _ temporaries: Temporaries, _ range: SourceRange
  ) {
    self.temporaries = temporaries
    self.context = context
    self.target = target
    self.body = body
    self.exitSlot = exitSlot
    super.init(state: state, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let completion: Completion
    do throws(Raised) {
      if takeNote(frame) == nil { try enter(frame) }
      completion = try body.execute(frame)
    } catch {
      return try leave(error, frame)
    }
    if case .suspends = completion { return suspend(frame, 1) }
    let exit = frame[exitSlot]
    frame[exitSlot] = .undefined
    do { _ = try runtime.call(exit, .none, .none, .none) } catch { try frame.fail(error, context.range) }
    return completion
  }

  private func enter(_ frame: Frame) throws(Raised) {
    frame[exitSlot] = .undefined
    let manager = try context.evaluate(frame)
    let entered: Value
    do throws(Raised) {
      let runtime = frame.runtime
      try methods.find(for: manager, runtime)
      let exit = try runtime.bind(methods.exit, to: manager)
      entered = try runtime.callSpecial(methods.enter, manager)
      frame[exitSlot] = exit
    } catch { try frame.fail(error, context.range) }
    try target?.store(frame, entered)
  }

  private func leave(_ raised: Raised, _ frame: Frame) throws(Raised) -> Completion {
    let exit = frame[exitSlot]
    // Not entered: the error is the context expression's or `__enter__`'s own.
    if exit.isUndefined { throw raised }
    frame[exitSlot] = .undefined
    temporaries.forget(frame)
    let runtime = frame.runtime
    runtime.handled.append(raised.exception)
    defer { runtime.handled.removeLast() }
    let swallowed: Bool
    do throws(Raised) {
      swallowed = try runtime.isTrue(try runtime.call(exit, runtime.exitArguments(raised.exception)))
    } catch { try frame.fail(error, context.range) }
    if swallowed { return .normal }
    raised.exception.isLocated = true
    throw raised
  }
}

/// `async with`.
final class AsyncWithNode: ResumableNode {
  private let context: ExpressionNode
  private let target: TargetNode?
  private let body: StatementNode
  /// Keeps the context manager while the body runs.
  private let managerSlot: Int
  private let exceptionSlot: Int
  /// While the body runs, the first of them keeps `__aexit__`.
  private let completion: CompletionSlots
  private let point: AwaitPoint
  private let temporaries: Temporaries
  private let methods = ContextMethods(isAsync: true)

  private enum Phase { static let enter = 0, body = 1, leave = 2, leaveAfterException = 3 }

  /// `slots`: five of them in a row.
  init(
    _ context: ExpressionNode, target: TargetNode?, body: StatementNode, slots: Int, state: Int,
    _ temporaries: Temporaries, _ range: SourceRange
  ) {
    self.temporaries = temporaries
    self.context = context
    self.target = target
    self.body = body
    managerSlot = slots
    exceptionSlot = slots + 1
    completion = CompletionSlots(first: slots + 2)
    point = AwaitPoint(state: slots + 4, range: context.range)
    super.init(state: state, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let note = takeNote(frame)
    switch note ?? Phase.enter {
    case Phase.leave:
      if try point.resume(frame).isUndefined { return suspend(frame, Phase.leave) }
      return completion.take(frame)
    case Phase.leaveAfterException: return try finishLeaving(try resumeExit(frame), frame)
    case Phase.body: return try runBody(frame)
    default: break
    }
    let entered: Value
    if note == nil {
      let manager = try context.evaluate(frame)
      if !methods.fit(manager) {
        do throws(Raised) {
          try frame.withRuntime { (runtime) throws(Raised) in try methods.find(for: manager, runtime) }
        } catch { try frame.fail(error, context.range) }
      }
      (frame.slots + completion.first).store(methods.exit)
      (frame.slots + managerSlot).store(manager)
      entered = try point.begin(calling: methods.enter, receiver: (frame.slots + managerSlot).copied, .aenter, frame)
    } else {
      entered = try point.resume(frame)
    }
    if entered.isUndefined { return suspend(frame, Phase.enter) }
    do { try target?.store(frame, entered) } catch { return try leave(after: error, frame) }
    return try runBody(frame)
  }

  private func runBody(_ frame: Frame) throws(Raised) -> Completion {
    let ended: Completion
    do { ended = try body.execute(frame) } catch { return try leave(after: error, frame) }
    if case .suspends = ended { return suspend(frame, Phase.body) }
    let (manager, exit) = takeManager(frame)
    let result = try point.begin(calling: exit, receiver: manager, .none, .none, .none, .aexit, frame)
    if result.isUndefined {
      completion.save(ended, frame)
      return suspend(frame, Phase.leave)
    }
    return ended
  }

  private func leave(after raised: Raised, _ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let exception = raised.exception
    temporaries.forget(frame)
    let (manager, exit) = takeManager(frame)
    frame[exceptionSlot] = .object(exception)
    runtime.handled.append(exception)
    let result: Value
    do throws(Raised) {
      defer { frame.stopHandling() }
      result = try point.begin(
        calling: exit, receiver: manager, .object(exception.type), .object(exception),
        runtime.tracebackObject(of: exception), .aexit, frame)
    } catch {
      frame[exceptionSlot] = .undefined
      throw error
    }
    return try finishLeaving(result, frame)
  }

  @inline(__always)
  private func takeManager(_ frame: Frame) -> (manager: Value, exit: Value) {
    let taken = ((frame.slots + managerSlot).move(), (frame.slots + completion.first).move())
    (frame.slots + managerSlot).initialize(to: .undefined)
    (frame.slots + completion.first).initialize(to: .undefined)
    return taken
  }

  private func resumeExit(_ frame: Frame) throws(Raised) -> Value {
    guard let exception = frame[exceptionSlot].exception else { fatalError("pya: __aexit__ without its exception") }
    frame.runtime.handled.append(exception)
    defer { frame.stopHandling() }
    do throws(Raised) { return try point.resume(frame) } catch {
      frame[exceptionSlot] = .undefined
      throw error
    }
  }

  private func finishLeaving(_ result: Value, _ frame: Frame) throws(Raised) -> Completion {
    if result.isUndefined { return suspend(frame, Phase.leaveAfterException) }
    guard let exception = frame[exceptionSlot].exception else { fatalError("pya: __aexit__ without its exception") }
    frame[exceptionSlot] = .undefined
    let swallowed: Bool
    do { swallowed = try frame.runtime.isTrue(result) } catch { try frame.fail(error, context.range) }
    if swallowed { return .normal }
    exception.isLocated = true
    throw Raised(exception)
  }
}

/// `async for`.
final class AsyncForNode: ResumableNode {
  private let target: TargetNode
  /// The slot when the target is a local variable, else -1.
  private let targetSlot: Int
  private let iterable: ExpressionNode
  private let iteratorSlot: Int
  private let body: StatementNode
  private let otherwise: StatementNode
  private let point: AwaitPoint
  /// `__anext__` of the class of iterators seen last, unbound.
  private var token = 0
  private var anext = Value.undefined

  private enum Phase { static let next = 0, body = 1, otherwise = 2 }

  /// `slots`: two of them in a row.
  init(
    _ target: TargetNode, iterable: ExpressionNode, body: StatementNode, otherwise: StatementNode, slots: Int, state: Int,
    _ range: SourceRange
  ) {
    self.target = target
    targetSlot = (target as? LocalTarget)?.slot ?? -1
    self.iterable = iterable
    self.body = body
    self.otherwise = otherwise
    iteratorSlot = slots
    point = AwaitPoint(state: slots + 1, range: range)
    super.init(state: state, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    do throws(Raised) { return try run(frame) } catch {
      // Before who handles it goes on, the iterator is let go of.
      frame[iteratorSlot] = .undefined
      try error.again()
    }
  }

  @inline(__always)
  private func run(_ frame: Frame) throws(Raised) -> Completion {
    var phase = Phase.next
    if let note = takeNote(frame) {
      phase = note
    } else {
      let source = try iterable.evaluate(frame)
      do { frame[iteratorSlot] = try frame.runtime.asyncIterator(source) } catch {
        try frame.fail(error, iterable.range)
      }
    }
    while true {
      if phase == Phase.next {
        var value = Value.undefined
        do throws(Raised) {
          if point.isWaiting(frame) {
            value = try point.resume(frame)
          } else if let begun = try beginNext(frame) {
            value = begun
          } else {
            frame[iteratorSlot] = .undefined
            phase = Phase.otherwise
            continue
          }
          if value.isUndefined { return suspend(frame, Phase.next) }
        } catch {
          guard frame.runtime.matches(error, .stopAsyncIteration) else { throw error }
          error.exception.isLocated = false
          frame[iteratorSlot] = .undefined
          phase = Phase.otherwise
        }
        if phase == Phase.next {
          if targetSlot >= 0 { (frame.slots + targetSlot).store(value) } else { try target.store(frame, value) }
        }
      }
      if phase == Phase.otherwise {
        let completion = try otherwise.execute(frame)
        if case .suspends = completion { return suspend(frame, Phase.otherwise) }
        return completion
      }
      switch try body.execute(frame) {
      case .normal, .continues: phase = Phase.next
      case .breaks:
        frame[iteratorSlot] = .undefined
        return .normal
      case .returns(let value):
        frame[iteratorSlot] = .undefined
        return .returns(value)
      case .suspends: return suspend(frame, Phase.body)
      }
      if frame.machine.pointee.isInterrupted { try frame.handleInterrupt(range) }
    }
  }

  /// Awaits the next element; nil when there is none, as far as that shows without an exception. `undefined`: suspended.
  private func beginNext(_ frame: Frame) throws(Raised) -> Value? {
    // The slot keeps the iterator meanwhile: nothing but this node writes there.
    guard let held = (frame.slots + iteratorSlot).uncountedObject else {
      try frame.fail(frame.runtime.cannotIterateAsync(frame[iteratorSlot]), range)
    }
    if held.kind == .asyncGenerator {
      return try held.as(SuspendableFrame.self).borrowed { (generator) throws(Raised) in try beginStep(of: generator, frame) }
    }
    let current = held._withUnsafeGuaranteedRef { Unmanaged<TypeObject>.fromOpaque($0.typePointer)._withUnsafeGuaranteedRef { $0.token } }
    if current != token { try findNext(frame) }
    return try point.begin(calling: anext, receiver: (frame.slots + iteratorSlot).copied, .anext, frame)
  }

  @inline(never)
  private func findNext(_ frame: Frame) throws(Raised) {
    let iterator = frame[iteratorSlot]
    let runtime = frame.runtime
    let type = runtime.type(of: iterator)
    guard let method = type.lookup(runtime.names[.anext]) else {
      try frame.fail(runtime.cannotIterateAsync(iterator), range)
    }
    anext = method
    token = type.token
  }

  /// A step of an async generator, which gets an object of its own only when it has to wait.
  @inline(__always)
  private func beginStep(of generator: SuspendableFrame, _ frame: Frame) throws(Raised) -> Value? {
    if generator.isStepping || generator.state != .suspended || generator.delegate != nil {
      return try beginGeneralStep(of: generator, frame)
    }
    let value: Value
    do { value = try generator.advance(frame.machine) } catch { try frame.fail(error, range) }
    if generator.stoppedAtYield {
      generator.stoppedAtYield = false
      generator.isStepping = false
      return value
    }
    return try finishStep(of: generator, value, frame)
  }

  /// The step ended otherwise than at a `yield`.
  @inline(never)
  private func finishStep(of generator: SuspendableFrame, _ value: Value, _ frame: Frame) throws(Raised) -> Value? {
    if generator.state == .finished {
      generator.isStepping = false
      return nil
    }
    frame.machine.pointee.suspended = value
    return point.settle(.waitsForObject(AsyncGeneratorStep(suspended: generator, frame.runtime)), frame)
  }

  @inline(never)
  private func beginGeneralStep(of generator: SuspendableFrame, _ frame: Frame) throws(Raised) -> Value? {
    let runtime = frame.runtime
    runtime.registerAsyncGenerator(generator)
    if generator.isStepping || generator.state == .running {
      return try point.begin(.object(AsyncGeneratorStep(runtime, generator, .send(.none))), frame)
    }
    if generator.state == .finished { return nil }
    generator.isStepping = true
    let step: Step
    do { step = try generator.drive(runtime, sending: .none) } catch {
      generator.isStepping = false
      try frame.fail(error, range)
    }
    guard case .suspended(let value) = step else {
      generator.isStepping = false
      return nil
    }
    if generator.stoppedAtYield {
      generator.stoppedAtYield = false
      generator.isStepping = false
      return value
    }
    return try finishStep(of: generator, value, frame)
  }
}
