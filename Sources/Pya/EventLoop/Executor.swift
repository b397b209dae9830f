/// The coroutine `loop.shutdown_default_executor()`, where there is no executor to shut down.
final class ExecutorShutdown: AwaitableObject {
  private let loop: EventLoop
  private var isBegun = false

  init(_ loop: EventLoop) {
    self.loop = loop
    super.init(type: loop.asyncio.coroutineType)
  }

  override var hasBegun: Bool { isBegun }
  override func close(_ runtime: Runtime) throws(Raised) { isBegun = true }

  deinit {
    if !isBegun { type.runtime.coroutineWasNeverAwaited(name: type.runtime.intern("BaseEventLoop.shutdown_default_executor")) }
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    isBegun = true
    loop.hasShutDownExecutor = true
    return .none
  }
}

extension EventLoop {
  /// `shutdown_default_executor`: a coroutine that waits until the executor's threads have ended.
  func executorShutdown(timeout: Value) throws(Raised) -> Value {
    if defaultExecutor.isNone { return .object(ExecutorShutdown(self)) }
    hasShutDownExecutor = true
    let runtime = asyncio.runtime
    let library = try runtime.importModule("asyncio.threads", level: 0, globals: runtime.builtins)
    return try runtime.callMethod(library, "_shut_down_executor", [.object(self), defaultExecutor, timeout])
  }
}
