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
    let inner = try awaitIterator(of: object)
    if let wrapped = inner as? CoroutineIterator { return StartedFrameAwaitable(self, wrapped.frame) }
    switch inner.kind {
    case .awaitable: return unsafeDowncast(inner, to: AwaitableObject.self)
    case .generator: return StartedFrameAwaitable(self, unsafeDowncast(inner, to: SuspendableFrame.self))
    default: return IteratorAwaitable(self, try adapted(.object(inner)), source: .object(inner))
    }
  }
}

/// `anext(iterator, default)`: the next element, or the default instead of StopAsyncIteration.
final class NextWithDefault: AwaitableObject {
  /// What `__anext__` gave; what is wrong with it shows when it is awaited.
  private let step: Value
  private var inner: AwaitableObject?
  override var awaitedFrame: SuspendableFrame? { inner?.awaitedFrame }
  private let fallback: Value
  private var isBegun = false

  init(_ runtime: Runtime, _ step: Value, fallback: Value) {
    self.step = step
    self.fallback = fallback
    super.init(type: runtime.awaitingTypes.nextWithDefault)
  }

  override var hasBegun: Bool { isBegun }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(step)
    tracer.visit(inner)
    tracer.visit(fallback)
  }

  private func awaitable(_ runtime: Runtime) throws(Raised) -> AwaitableObject {
    if let inner { return inner }
    let made = try runtime.awaitable(step)
    inner = made
    return made
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    let inner = try awaitable(runtime)
    isBegun = true
    return try orFallback(runtime) { () throws(Raised) in try inner.begin(runtime) }
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    let inner = try awaitable(runtime)
    return try orFallback(runtime) { () throws(Raised) in try inner.resume(runtime, sent: sent) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    let inner = try awaitable(runtime)
    return try orFallback(runtime) { () throws(Raised) in try inner.resume(runtime, throwing: exception) }
  }

  override func close(_ runtime: Runtime) throws(Raised) { try awaitable(runtime).close(runtime) }

  private func orFallback(_ runtime: Runtime, _ body: () throws(Raised) -> Value) throws(Raised) -> Value {
    do { return try body() } catch {
      if runtime.matches(error, .stopAsyncIteration) { return fallback }
      throw error
    }
  }
}
