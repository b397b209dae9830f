/// `asyncio.sleep(0)`: the coroutine whose task goes to the end of the ready queue.
final class BareYield: AwaitableObject {
  private enum Phase: UInt8 { case created, yielded, over }

  private var phase = Phase.created
  private let result: Value

  init(_ asyncio: Asyncio, result: Value) {
    self.result = result
    super.init(type: asyncio.coroutineType)
  }

  override var hasBegun: Bool { phase != .created }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value {
    guard phase == .created else { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
    phase = .yielded
    runtime.machine.pointee.suspended = .none
    return .undefined
  }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    guard phase == .yielded else { throw runtime.runtimeError("cannot reuse already awaited coroutine") }
    phase = .over
    return result
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    phase = .over
    throw Raised(exception)
  }

  override func close(_ runtime: Runtime) throws(Raised) { phase = .over }

  deinit {
    if phase == .created { type.runtime.coroutineWasNeverAwaited(name: type.runtime.intern("sleep")) }
  }
}
