/// A coroutine that a loop gives to shut something down: who drops it is told that it was never awaited.
class LoopShutdown: AwaitableObject {
  final let loop: EventLoop
  private let name: String
  private var isBegun = false

  init(_ loop: EventLoop, name: String) {
    self.loop = loop
    self.name = name
    super.init(type: loop.asyncio.coroutineType)
  }

  deinit {
    if !isBegun { type.runtime.coroutineWasNeverAwaited(name: type.runtime.intern("BaseEventLoop.\(name)")) }
  }

  final override var hasBegun: Bool { isBegun }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    isBegun = true
    return .none
  }

  final override func close(_ runtime: Runtime) throws(Raised) { isBegun = true }
}

/// The coroutine `loop.shutdown_default_executor()`, where there is no executor to shut down.
final class ExecutorShutdown: LoopShutdown {
  init(_ loop: EventLoop) { super.init(loop, name: "shutdown_default_executor") }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    loop.hasShutDownExecutor = true
    return try super.begin(runtime)
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
