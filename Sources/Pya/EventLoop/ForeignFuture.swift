/// A future of the program's own making: an object whose class has `_asyncio_future_blocking`, and which behaves like a future. The loop
/// sees it through one of its own.
final class ForeignFuture: FutureObject {
  let object: Value

  init(_ object: Value, _ loop: EventLoop) {
    self.object = object
    super.init(type: loop.asyncio.futureType, loop: loop)
  }

  override func visitContents(_ tracer: Tracer) {
    super.visitContents(tracer)
    tracer.visit(object)
  }

  override func cancel(message: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    let method = try runtime.getAttribute(object, runtime.intern("cancel"))
    let result = try runtime.call(method, [], keywords: [(runtime.intern("msg"), message)])
    return try runtime.isTrue(result)
  }

  /// What the object has come to. Nil: it has a result.
  fileprivate func failure(_ runtime: Runtime) -> ExceptionObject? {
    do throws(Raised) { _ = try runtime.callMethod(object, "result") } catch { return error.exception }
    return nil
  }

  /// Becomes what the object has become.
  fileprivate func follow(_ runtime: Runtime) throws(Raised) {
    if isDone { return }
    do throws(Raised) {
      try setResult(try runtime.callMethod(object, "result"), runtime)
    } catch {
      if error.exception.type.isSubtype(of: loop.asyncio.cancelledErrorType) {
        try becomeCancelled(message: .none, runtime)
      } else {
        try setException(error.exception, runtime)
      }
    }
  }
}

extension Asyncio {
  func isForeignFuture(_ value: Value) throws(Raised) -> Bool {
    guard case .object(let object) = value, object.type.isHeap else { return false }
    let name = runtime.intern("_asyncio_future_blocking")
    if object.type.lookup(name) == nil { return false }
    return try !runtime.getAttribute(value, name).isNone
  }

  /// A future of the loop's that is done when the program's is.
  func following(_ object: Value, loop: EventLoop?) throws(Raised) -> FutureObject {
    let own = try self.loop(ofForeign: object)
    if let loop, own !== loop {
      throw runtime.valueError("The future belongs to a different loop than the one specified as the loop argument")
    }
    let future = ForeignFuture(object, own)
    let callback = NativeFunction(runtime, "gather.<locals>._done_callback", "fut, /") { (runtime, _) throws(Raised) in
      try future.follow(runtime)
      return .none
    }
    _ = try runtime.callMethod(object, "add_done_callback", [.object(callback)])
    return future
  }

  fileprivate func loop(ofForeign object: Value) throws(Raised) -> EventLoop {
    let value: Value
    if let method = try runtime.getAttributeIfPresent(object, runtime.intern("get_loop")) {
      value = try runtime.call(method)
    } else {
      value = try runtime.getAttribute(object, runtime.intern("_loop"))
    }
    guard let loop = value.object as? EventLoop else { throw runtime.typeError("expected an event loop, got '\(runtime.typeName(value))'") }
    return loop
  }
}

extension EventLoop {
  /// A task waits for such a future. Nil: it is none.
  func waitForForeign(_ task: TaskObject, _ object: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    guard try asyncio.isForeignFuture(object) else { return false }
    let name = runtime.intern("_asyncio_future_blocking")
    let isBlocking = try runtime.isTrue(try runtime.getAttribute(object, name))
    let own = try asyncio.loop(ofForeign: object)
    if own !== self || !isBlocking {
      let texts = (try runtime.repr(.object(task)).text, try runtime.repr(object).text)
      let error = runtime.runtimeError(
        own !== self
          ? "Task \(texts.0) got Future \(texts.1) attached to a different loop"
          : "yield was used instead of yield from in task \(texts.0) with \(texts.1)")
      try schedule(.stepThrowing(task, error.exception))
      return true
    }
    try runtime.setAttribute(object, name, .bool(false))
    let future = ForeignFuture(object, self)
    let wakeup = step(named: "task_wakeup", "future, /") { [unowned(unsafe) self] (runtime) throws(Raised) in
      if let exception = future.failure(runtime) { try step(task, throwing: exception, runtime) } else { try step(task, runtime) }
    }
    let method = try runtime.getAttribute(object, runtime.intern("add_done_callback"))
    _ = try runtime.call(method, [wakeup], keywords: [(runtime.intern("context"), .object(task.materializedContext()))])
    task.waiter = future
    if task.mustCancel, try future.cancel(message: task.outcome, runtime) {
      task.mustCancel = false
      task.outcome = .none
    }
    return true
  }
}
