/// Async generators that were left in the middle are closed by the loop.
extension EventLoop {
  func register(asyncGenerator object: Object) {
    if hasShutDownAsyncGenerators, let text = try? asyncio.runtime.repr(.object(object)).text {
      let message = "asynchronous generator \(text) was scheduled after loop.shutdown_asyncgens() call"
      asyncio.runtime.warn(message, category: "ResourceWarning", source: .bool(true))
    }
    lastAsyncGenerator &+= 1
    asyncGenerators[object.address] = lastAsyncGenerator
  }

  /// The async generators that were begun here, in that order; they are forgotten.
  fileprivate func takeAsyncGenerators() -> [SuspendableFrame] {
    let sorted = asyncGenerators.sorted { $0.value < $1.value }
    asyncGenerators = [:]
    return sorted.compactMap { entry in
      UnsafeRawPointer(bitPattern: entry.key).map { Unmanaged<SuspendableFrame>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  /// A generator was dropped in the middle: a task closes it.
  func closeSoon(_ generator: SuspendableFrame) {
    if isClosed { return }
    if hasOwn("call_soon_threadsafe") { return closeThroughProgram(generator) }
    ready.append(.job(GeneratorClosing(self, generator)))
  }

  private func closeThroughProgram(_ generator: SuspendableFrame) {
    let runtime = asyncio.runtime
    do throws(Raised) {
      let method = try runtime.getAttribute(.object(self), runtime.intern("create_task"))
      _ = try callOwn("call_soon_threadsafe", [method, .object(AsyncGeneratorStep(runtime, generator, .close))])
    } catch { runtime.reportUnraisable(error, in: .object(generator)) }
  }
}

extension Asyncio {
  /// The program ends, and an async generator has stopped in the middle. The hook that the program set when it began is called; one that a loop
  /// knows is that loop's, which does not run any more. Else it is to be closed like others.
  func takesCare(of generator: SuspendableFrame) -> Bool {
    if let finalizer = generatorFinalizers.removeValue(forKey: generator.address) {
      call(finalizer, generator)
      return true
    }
    return loops.contains { $0._withUnsafeGuaranteedRef { $0.asyncGenerators[generator.address] != nil } }
  }
}

private final class GeneratorClosing: LoopJob {
  private let loop: EventLoop
  private let generator: SuspendableFrame

  init(_ loop: EventLoop, _ generator: SuspendableFrame) {
    self.loop = loop
    self.generator = generator
  }

  override func run(_ runtime: Runtime) throws(Raised) {
    _ = try loop.askForTask(.object(AsyncGeneratorStep(runtime, generator, .close)))
  }
}

/// The coroutine `loop.shutdown_asyncgens()`.
final class AsyncGeneratorShutdown: LoopShutdown {
  private var closing: [SuspendableFrame] = []
  private var results: FutureObject?

  init(_ loop: EventLoop) { super.init(loop, name: "shutdown_asyncgens") }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    _ = try super.begin(runtime)
    loop.hasShutDownAsyncGenerators = true
    closing = loop.takeAsyncGenerators()
    if closing.isEmpty { return .none }
    let steps = closing.map { Value.object(AsyncGeneratorStep(runtime, $0, .close)) }
    let results = try loop.asyncio.gather(steps, returnsExceptions: true)
    self.results = results
    return try finish(try results.begin(runtime), runtime)
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    guard let results else { return .none }
    return try finish(try results.resume(runtime, sent: sent), runtime)
  }

  private func finish(_ value: Value, _ runtime: Runtime) throws(Raised) -> Value {
    guard let list = value.list else { return value }
    for (index, generator) in closing.enumerated() where index < list.count {
      guard let exception = list[index].exception,
        exception.type.isSubtype(of: runtime.exceptionTypes["Exception"].unsafelyUnwrapped)
      else { continue }
      let text = try runtime.repr(.object(generator)).text
      try loop.callExceptionHandler([
        ("message", .object(runtime.string("an error occurred during closing of asynchronous generator \(text)"))),
        ("exception", .object(exception)), ("asyncgen", .object(generator)),
      ])
    }
    return .none
  }
}
