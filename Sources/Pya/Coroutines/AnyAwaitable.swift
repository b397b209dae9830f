/// Any value that `await` takes, as something Swift can drive without a frame that awaits it.
extension Runtime {
  func awaitable(_ value: Value) throws(Raised) -> AwaitableObject {
    guard case .object(let object) = value else { throw cannotAwait(value) }
    switch object.kind {
    case .coroutine: return StartedFrameAwaitable(self, unsafeDowncast(object, to: SuspendableFrame.self))
    case .awaitable:
      let awaitable = unsafeDowncast(object, to: AwaitableObject.self)
      if !awaitable.hasOwnAwait(self) { return awaitable }
    default: break
    }
    if let generator = iterableCoroutine(object) { return StartedFrameAwaitable(self, generator) }
    guard let method = object.type.lookup(names[.await]) else { throw cannotAwait(value) }
    let iterator = try callSpecial(method, value)
    guard case .object(let inner) = iterator else { throw badAwaitResult(iterator) }
    if let wrapped = inner as? CoroutineIterator { return StartedFrameAwaitable(self, wrapped.frame) }
    switch inner.kind {
    case .awaitable: return unsafeDowncast(inner, to: AwaitableObject.self)
    case .generator: return StartedFrameAwaitable(self, unsafeDowncast(inner, to: SuspendableFrame.self))
    case .coroutine: throw typeError("__await__() returned a coroutine")
    default:
      guard isIterator(iterator) else { throw badAwaitResult(iterator) }
      return IteratorAwaitable(self, try adapted(iterator), source: iterator)
    }
  }
}

/// `anext(iterator, default)`: the next element, or the default instead of StopAsyncIteration.
final class NextWithDefault: AwaitableObject {
  private let inner: AwaitableObject
  override var awaitedFrame: SuspendableFrame? { inner.awaitedFrame }
  private let fallback: Value
  private var isBegun = false

  init(_ runtime: Runtime, _ inner: AwaitableObject, fallback: Value) {
    self.inner = inner
    self.fallback = fallback
    super.init(type: runtime.awaitingTypes.nextWithDefault)
  }

  override var hasBegun: Bool { isBegun }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(inner)
    tracer.visit(fallback)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    isBegun = true
    return try orFallback(runtime) { () throws(Raised) in try inner.begin(runtime) }
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try orFallback(runtime) { () throws(Raised) in try inner.resume(runtime, sent: sent) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    try orFallback(runtime) { () throws(Raised) in try inner.resume(runtime, throwing: exception) }
  }

  override func close(_ runtime: Runtime) throws(Raised) { try inner.close(runtime) }

  private func orFallback(_ runtime: Runtime, _ body: () throws(Raised) -> Value) throws(Raised) -> Value {
    do { return try body() } catch {
      if runtime.matches(error, .stopAsyncIteration) { return fallback }
      throw error
    }
  }
}
