/// One `asend()`, `athrow()` or `aclose()` of an async generator, being awaited.
final class AsyncGeneratorStep: AwaitableObject {
  enum Action {
    case send(Value)
    case raise(ExceptionObject)
    case close

    var sends: Bool {
      if case .send = self { return true }
      return false
    }
  }

  private enum State { case created, begun, done }

  let generator: SuspendableFrame
  override var awaitedFrame: SuspendableFrame? { generator }
  private let action: Action
  private var state = State.created

  init(_ runtime: Runtime, _ generator: SuspendableFrame, _ action: Action) {
    self.generator = generator
    self.action = action
    super.init(type: action.sends ? runtime.types.asyncGeneratorStep : runtime.types.asyncGeneratorThrow)
  }

  /// A step that was begun without an object and now has to wait.
  init(suspended generator: SuspendableFrame, _ runtime: Runtime) {
    self.generator = generator
    action = .send(.none)
    state = .begun
    super.init(type: runtime.types.asyncGeneratorStep)
  }

  deinit {
    if state == .created { type.runtime.wasNeverAwaited("coroutine method '\(method)' of '\(generator.qualifiedName.text)'") }
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(generator)
    switch action {
    case .send(let value): tracer.visit(value)
    case .raise(let exception): tracer.visit(exception)
    case .close: break
    }
  }

  private var method: String {
    switch action {
    case .send: "asend"
    case .raise: "athrow"
    case .close: "aclose"
    }
  }

  override var hasBegun: Bool { state != .created }
  override var takesExceptionsAtStart: Bool { true }

  /// A value sent by hand stands for that of `asend`.
  override func begin(_ runtime: Runtime, sending value: Value) throws(Raised) -> Value {
    guard !value.isNone, action.sends, generator.state != .finished else { return try begin(runtime) }
    try enter(runtime)
    return try step(runtime) { () throws(Raised) in try generator.drive(runtime, sending: value) }
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    try enter(runtime)
    if generator.state == .finished {
      if case .send = action { return try end(runtime) }
      // CPython gives None here, not StopAsyncIteration.
      state = .done
      return .none
    }
    switch action {
    case .send(let value): return try step(runtime) { () throws(Raised) in try generator.drive(runtime, sending: value) }
    case .raise(let exception):
      return try step(runtime) { () throws(Raised) in try generator.drive(runtime, throwing: exception) }
    case .close:
      let exit = runtime.error("GeneratorExit").exception
      return try step(runtime) { () throws(Raised) in try generator.drive(runtime, throwing: exit) }
    }
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    if state == .done { throw reused(runtime) }
    return try step(runtime) { () throws(Raised) in try generator.drive(runtime, sending: sent) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    if state == .done { throw reused(runtime) }
    if state == .created { try enter(runtime) }
    return try step(runtime) { () throws(Raised) in try generator.drive(runtime, throwing: exception) }
  }

  override func close(_ runtime: Runtime) throws(Raised) {
    if state == .done { return }
    do {
      if try !resume(runtime, throwing: runtime.error("GeneratorExit").exception).isUndefined { return }
    } catch {
      if runtime.matches(error, .stopAsyncIteration) || runtime.matches(error, .generatorExit) { return }
      throw error
    }
    throw runtime.runtimeError("coroutine ignored GeneratorExit")
  }

  /// Only one step of a generator is in progress at a time, and each only once.
  private func enter(_ runtime: Runtime) throws(Raised) {
    if state == .done { throw reused(runtime) }
    if generator.isStepping {
      state = .done
      let name =
        switch action {
        case .send: "anext"
        case .raise: "athrow"
        case .close: "aclose"
        }
      throw runtime.runtimeError("\(name)(): asynchronous generator is already running")
    }
    state = .begun
  }

  private func reused(_ runtime: Runtime) -> Raised {
    if case .send = action { return runtime.runtimeError("cannot reuse already awaited __anext__()/asend()") }
    return runtime.runtimeError("cannot reuse already awaited aclose()/athrow()")
  }

  private func step(_ runtime: Runtime, _ body: () throws(Raised) -> Step) throws(Raised) -> Value {
    generator.isStepping = true
    let outcome: Step
    do { outcome = try body() } catch {
      generator.isStepping = false
      state = .done
      if case .close = action, runtime.matches(error, .generatorExit) || runtime.matches(error, .stopAsyncIteration) {
        return .none
      }
      throw error
    }
    switch outcome {
    case .returned:
      generator.isStepping = false
      return try end(runtime)
    case .suspended(let value):
      if generator.stoppedAtYield {
        generator.stoppedAtYield = false
        generator.isStepping = false
        state = .done
        if case .close = action { throw runtime.runtimeError("async generator ignored GeneratorExit") }
        return value
      }
      runtime.machine.pointee.suspended = value
      return .undefined
    }
  }

  private func end(_ runtime: Runtime) throws(Raised) -> Value {
    state = .done
    if case .close = action { return .none }
    throw runtime.error("StopAsyncIteration")
  }
}
