/// What a coroutine method written in Swift does that waits for futures until it has what it wants, like a stream's `readline()`.
class WaitingOperation: AwaitableObject {
  /// What it waits for now.
  @exclusivity(unchecked) private(set) final var future: FutureObject?

  init(_ asyncio: Asyncio) { super.init(type: asyncio.coroutineType) }

  /// Does what can be done. Returns the result, or what `wait` returned.
  func proceed(_ runtime: Runtime) throws(Raised) -> Value { .none }

  /// The waiting is over, whatever the reason.
  func stopWaiting() {}

  /// Waits for a future; then `proceed` is called again.
  final func wait(for future: FutureObject, _ runtime: Runtime) throws(Raised) -> Value {
    let result = try future.begin(runtime)
    if !result.isUndefined { return try proceed(runtime) }
    self.future = future
    return .undefined
  }

  /// Lets the other tasks have a turn; then `proceed` is called again.
  final func giveWay(_ runtime: Runtime) -> Value {
    runtime.machine.pointee.suspended = .none
    return .undefined
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(future)
  }

  final override func begin(_ runtime: Runtime) throws(Raised) -> Value { try proceed(runtime) }

  final override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    if let future {
      self.future = nil
      stopWaiting()
      _ = try future.resume(runtime, sent: sent)
    }
    return try proceed(runtime)
  }

  final override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    end()
    throw Raised(exception)
  }

  final override func close(_ runtime: Runtime) throws(Raised) { end() }

  private func end() {
    if future != nil { stopWaiting() }
    future = nil
  }
}

extension TypeObject {
  /// A coroutine method that makes an operation when it is awaited: not before that does `order` read the arguments. It first tries `atOnce`,
  /// which gives the result where there is nothing to wait for and to complain of, and else `undefined`; then the operation begins. Where
  /// `instead` gives an outcome (as an `awaitBody`), there is no operation.
  func defineWaiting<Order, Operation: WaitingOperation>(
    _ asyncio: Asyncio, _ name: String, _ signature: NativeSignature,
    order: @escaping (Runtime, Arguments) throws(Raised) -> Order,
    instead: @escaping (Runtime, Arguments) throws(Raised) -> Value? = { (_, _) in nil },
    atOnce: @escaping (Runtime, Order) -> Value = { (_, _) in .undefined },
    _ make: @escaping (Order) -> Operation
  ) {
    defineAsync(asyncio, name, signature) { (runtime, arguments) throws(Raised) in
      if let outcome = try instead(runtime, arguments) { return outcome }
      let order = try order(runtime, arguments)
      let ready = atOnce(runtime, order)
      if !ready.isUndefined { return ready }
      return try runtime.begin(awaiting: make(order))
    }
  }
}
