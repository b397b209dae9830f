/// A coroutine written in Swift that waits for futures until it has what it wants, like a stream's `readline()`.
class WaitingOperation: AwaitableObject {
  private enum Phase { case created, waiting, over }

  private var phase = Phase.created
  @exclusivity(unchecked) private var future: FutureObject?

  init(_ asyncio: Asyncio) { super.init(type: asyncio.coroutineType) }

  /// What reprs call it: `StreamReader.readline`.
  var name: String { "" }

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

  final override var hasBegun: Bool { phase != .created }
  final override var isOver: Bool { phase == .over }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(future)
  }

  final override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    guard phase == .created else { throw runtime.awaitedBefore(isWaiting: phase == .waiting) }
    phase = .waiting
    return try step(runtime)
  }

  final override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    guard phase == .waiting else { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
    if let future {
      self.future = nil
      stopWaiting()
      do throws(Raised) { _ = try future.resume(runtime, sent: sent) } catch {
        phase = .over
        throw error
      }
    }
    return try step(runtime)
  }

  private func step(_ runtime: Runtime) throws(Raised) -> Value {
    let result: Value
    do throws(Raised) { result = try proceed(runtime) } catch {
      phase = .over
      throw error
    }
    if !result.isUndefined { phase = .over }
    return result
  }

  final override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    end()
    throw Raised(exception)
  }

  final override func close(_ runtime: Runtime) throws(Raised) { end() }

  private func end() {
    phase = .over
    if future != nil { stopWaiting() }
    future = nil
  }

  deinit {
    if phase == .created { type.runtime.coroutineWasNeverAwaited(name: type.runtime.intern(name)) }
  }
}

extension TypeObject {
  /// A coroutine method whose calls make an operation. `order` reads the arguments. Awaited on the spot it first tries `atOnce`, which gives
  /// the result where there is nothing to wait for and to complain of, and else `undefined`; then the operation begins.
  func defineWaiting<Order, Operation: WaitingOperation>(
    _ runtime: Runtime, _ name: String, _ signature: NativeSignature,
    order: @escaping (Runtime, Arguments) throws(Raised) -> Order,
    atOnce: @escaping (Runtime, Order) -> Value = { (_, _) in .undefined },
    _ make: @escaping (Order) -> Operation
  ) {
    define(runtime, name, signature) { (runtime, arguments) throws(Raised) in .object(make(try order(runtime, arguments))) }
    let function = attributes.getString(runtime.intern(name))?.cast(.nativeFunction, to: NativeFunction.self)
    function?.awaitBody = { (runtime, arguments) throws(Raised) in
      let order = try order(runtime, arguments)
      let ready = atOnce(runtime, order)
      if !ready.isUndefined { return ready }
      let operation = make(order)
      let result = try operation.begin(runtime)
      if result.isUndefined { runtime.machine.pointee.pendingChild = operation }
      return result
    }
  }
}
