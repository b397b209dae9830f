/// One `asend()`, `athrow()` or `aclose()` of an async generator, being awaited.
final class AsyncGeneratorStep: AwaitableObject {
  enum Action {
    case send(Value)
    case raise(ExceptionObject)
    case close
  }

  private let generator: SuspendableFrame
  private let action: Action
  private var isDone = false

  init(_ runtime: Runtime, _ generator: SuspendableFrame, _ action: Action) {
    self.generator = generator
    self.action = action
    super.init(type: runtime.types.asyncGeneratorStep)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    if isDone { throw runtime.runtimeError("cannot reuse already awaited __anext__()/asend()") }
    if generator.isStepping {
      let name = switch action { case .send: "asend"; case .raise: "athrow"; case .close: "aclose" }
      throw runtime.runtimeError("\(name == "asend" ? "anext" : name)(): asynchronous generator is already running")
    }
    switch action {
    case .send(let value):
      if generator.state == .finished { return try end(runtime) }
      return try step(runtime) { () throws(Raised) in try generator.drive(runtime, sending: value) }
    case .raise(let exception):
      if generator.state == .finished { return try end(runtime) }
      return try step(runtime) { () throws(Raised) in try generator.drive(runtime, throwing: exception) }
    case .close:
      if generator.state == .created || generator.state == .finished {
        generator.finish()
        isDone = true
        return .none
      }
      let exit = runtime.error("GeneratorExit").exception
      return try step(runtime) { () throws(Raised) in try generator.drive(runtime, throwing: exit) }
    }
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try step(runtime) { () throws(Raised) in try generator.drive(runtime, sending: sent) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    try step(runtime) { () throws(Raised) in try generator.drive(runtime, throwing: exception) }
  }

  private func step(_ runtime: Runtime, _ body: () throws(Raised) -> Step) throws(Raised) -> Value {
    generator.isStepping = true
    let outcome: Step
    do { outcome = try body() } catch {
      generator.isStepping = false
      isDone = true
      if case .close = action, runtime.matches(error, "GeneratorExit") || runtime.matches(error, "StopAsyncIteration") {
        return .none
      }
      throw error
    }
    switch outcome {
    case .returned:
      generator.isStepping = false
      if case .close = action {
        isDone = true
        return .none
      }
      return try end(runtime)
    case .suspended(let value):
      if generator.stoppedAtYield {
        generator.stoppedAtYield = false
        generator.isStepping = false
        isDone = true
        if case .close = action { throw runtime.runtimeError("async generator ignored GeneratorExit") }
        return value
      }
      runtime.machine.pointee.suspended = value
      return .undefined
    }
  }

  private func end(_ runtime: Runtime) throws(Raised) -> Value {
    isDone = true
    if case .close = action { return .none }
    throw runtime.error("StopAsyncIteration")
  }
}
