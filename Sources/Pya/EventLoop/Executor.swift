/// `run_in_executor`: there are no threads; the function runs by itself, outside of any task, in the next turn, and its future is done in the
/// turn after that.
extension EventLoop {
  func runSoon(_ function: Value, _ arguments: [Value]) -> FutureObject {
    let future = FutureObject(self)
    ready.append(.job(ExecutorJob(future, function, arguments)))
    return future
  }
}

private final class ExecutorJob: LoopJob {
  private let future: FutureObject
  private let function: Value
  private let arguments: [Value]

  init(_ future: FutureObject, _ function: Value, _ arguments: [Value]) {
    self.future = future
    self.function = function
    self.arguments = arguments
  }

  override func run(_ runtime: Runtime) throws(Raised) {
    let loop = future.loop
    let asyncio = loop.asyncio
    let (savedLoop, savedContext) = (asyncio.runningLoop, asyncio.contexts.current)
    // As on another thread: no loop runs there, and the context is empty.
    asyncio.runningLoop = nil
    asyncio.contexts.current = nil
    defer {
      asyncio.runningLoop = savedLoop
      asyncio.contexts.current = savedContext
    }
    let delivery: ResultDelivery
    do throws(Raised) {
      delivery = ResultDelivery(future, try runtime.call(function, arguments), nil)
    } catch {
      delivery = ResultDelivery(future, .none, error.exception)
    }
    loop.ready.append(.job(delivery))
  }
}

private final class ResultDelivery: LoopJob {
  private let future: FutureObject
  private let value: Value
  private let exception: ExceptionObject?

  init(_ future: FutureObject, _ value: Value, _ exception: ExceptionObject?) {
    self.future = future
    self.value = value
    self.exception = exception
  }

  override func run(_ runtime: Runtime) throws(Raised) {
    if future.isDone { return }
    if let exception { try future.setException(exception, runtime) } else { try future.setResult(value, runtime) }
  }
}
