/// What waits in a loop, for programs that look (`len(loop._ready)`): handles as asyncio's queues hold them, made for whoever asks (`ShownReady`).
extension Asyncio {
  func installQueues(_ type: TypeObject) {
    type.defineProperty(runtime, "_ready") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      try loop(value).showReady(runtime)
    }
    type.defineProperty(runtime, "_selector") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      try loop(value).shownSelector(runtime)
    } set: { [unowned(unsafe) self] (runtime, value, newValue) throws(Raised) in try loop(value).use(selector: newValue, runtime) }
    type.defineProperty(runtime, "_scheduled") { [unowned(unsafe) self] (runtime, value) throws(Raised) in
      let loop = try loop(value)
      // Taking the cancelled ones off is what programs do who look: from what is but a copy they cannot.
      loop.timers.dropCancelled()
      return .object(ListObject(runtime, loop.timers.contents.map { .object(loop.timerHandle(of: $0.timer, at: $0.deadline, $0.isCancelled)) }))
    }
  }
}

extension EventLoop {
  fileprivate func timerHandle(of timer: Timer?, at deadline: Double, _ isCancelled: Bool) -> HandleObject {
    if case .handle(let handle) = timer { return handle }
    let function = NativeFunction(asyncio.runtime, "_set_result_unless_cancelled", "fut, result") { (_, _) in .none }
    let handle = HandleObject(self, .object(function), [], context: nil, deadline: deadline)
    if isCancelled { handle.cancel() }
    return handle
  }
}
