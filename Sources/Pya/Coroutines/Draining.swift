/// Generators that run in one go.
///
/// Whoever takes all elements of a generator need not resume it for each: it runs to its end, and each `yield` hands its element
/// to a consumer, the body of a `for` or the inside of `sum`, and goes on when that returns. Nobody can tell the difference as
/// long as nobody else holds the generator, which has not begun, and none of its code would run when its consumer has enough or fails:
/// it has no `try` and no `with`. Its statements that suspend have twins that do not (`StatementNode.inOneGo`).
///
/// The machine knows the consumer of the generator whose code runs. The body of a loop belongs to other code, maybe to a generator
/// that runs in one go itself: meanwhile that one's consumer stands there.
class Consumer {
  /// What `accept` threw. It must not pass through the generator's frame.
  fileprivate(set) var failure: Raised?
  /// Wants no more.
  fileprivate(set) var isDone = false

  /// Takes an element; false: no more, please.
  func accept(_ value: consuming Value) throws(Raised) -> Bool { false }
}

private final class ClosureConsumer: Consumer {
  private let body: (Value) throws(Raised) -> Bool

  init(_ body: @escaping (Value) throws(Raised) -> Bool) { self.body = body }

  override func accept(_ value: consuming Value) throws(Raised) -> Bool { try body(value) }
}

/// Adds the elements to a list.
private final class ListConsumer: Consumer {
  private let list: ListObject

  init(_ list: ListObject) { self.list = list }

  override func accept(_ value: consuming Value) throws(Raised) -> Bool {
    list.append(value)
    return true
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Hands an element to the consumer of the generator that runs. False: it must end.
  @inline(__always)
  func deliver(_ value: Value) -> Bool {
    guard let consumer = pointee.consumer else { return false }
    return Unmanaged<Consumer>.fromOpaque(consumer)._withUnsafeGuaranteedRef { consumer in
      do throws(Raised) { if try consumer.accept(value) { return true } } catch { consumer.failure = error }
      consumer.isDone = true
      return false
    }
  }

  /// Whether the consumer of the generator that runs wants no more.
  var isConsumerDone: Bool {
    pointee.consumer.map { Unmanaged<Consumer>.fromOpaque($0)._withUnsafeGuaranteedRef { $0.isDone } } ?? true
  }
}

extension SuspendableFrame {
  /// Whether it may run in one go, once it is known that nobody else holds it.
  private var isComplete: Bool { kind == .generator && state == .created && code.canRunInOneGo }

  /// The generator at a place, if it may run in one go. Whoever runs it sees to it that the place goes on holding it meanwhile, and that no code
  /// reads it there.
  @inline(__always)
  static func complete(at place: UnsafeMutablePointer<Value>) -> Unmanaged<SuspendableFrame>? {
    guard let held = place.uncountedObject, held._withUnsafeGuaranteedRef({ $0.kind == .generator }) else { return nil }
    let generator = Unmanaged<SuspendableFrame>.fromOpaque(held.toOpaque())
    guard generator._withUnsafeGuaranteedRef({ $0.isComplete }) else { return nil }
    let reference = UnsafeMutableRawPointer(place).assumingMemoryBound(to: Object.self)
    return isKnownUniquelyReferenced(&reference.pointee) ? generator : nil
  }

  /// Runs the generator to its end, or until its consumer has enough; nil: whose consumer is that of the generator that runs. Gives
  /// what it returns, which means nothing when the consumer has enough.
  func runInOneGo(_ consumer: Consumer?, _ runtime: Runtime) throws(Raised) -> Value {
    let machine = runtime.machine
    let outer = machine.pointee.consumer
    if let consumer { machine.pointee.consumer = Unmanaged.passUnretained(consumer).toOpaque() }
    defer {
      machine.pointee.consumer = outer
      machine.leaveFrame()
      finish()
    }
    try machine.enterFrame()
    state = .running
    do throws(Raised) { return try code.runInOneGo(frame) } catch {
      frame.passOn(error)
      throw SuspendableFrame.withoutStopIteration(error, runtime, kind: kind)
    }
  }
}

extension Runtime {
  /// Calls `body` with every element of an argument, until it returns false.
  func walk(
    _ arguments: Arguments, at index: Int, _ body: (Value) throws(Raised) -> Bool
  ) throws(Raised) {
    guard isDrainable(arguments, at: index) else { return try walk(arguments[index], body) }
    try withoutActuallyEscaping(body) { (body) throws(Raised) in try drain(arguments, at: index, into: ClosureConsumer(body)) }
  }

  /// Runs the generator that an argument is (`isDrainable`).
  private func drain(_ arguments: Arguments, at index: Int, into consumer: Consumer) throws(Raised) {
    if isForthcoming(arguments, index) {
      _ = try machine.takeForthcoming()?.run(consumer, machine)
    } else {
      _ = try drainable(arguments, index)?.borrowed { (generator) throws(Raised) in try generator.runInOneGo(consumer, self) }
    }
    if let failure = consumer.failure { throw failure }
  }

  /// Whether the argument stands for a generator that has been begun.
  @inline(__always)
  private func isForthcoming(_ arguments: Arguments, _ index: Int) -> Bool {
    guard machine.pointee.forthcoming != nil, index < arguments.count else { return false }
    return (arguments.base + index).uncountedObject?.toOpaque() == Unmanaged.passUnretained(forthcomingMarker).toOpaque()
  }

  private func drainable(_ arguments: Arguments, _ index: Int) -> Unmanaged<SuspendableFrame>? {
    index < arguments.count ? SuspendableFrame.complete(at: arguments.base + index) : nil
  }

  /// Whether an argument is a generator that is best taken through `walk`.
  func isDrainable(_ arguments: Arguments, at index: Int) -> Bool {
    isForthcoming(arguments, index) || drainable(arguments, index) != nil
  }

  /// Adds all elements of an argument to a list.
  func extend(_ list: ListObject, _ arguments: Arguments, at index: Int) throws(Raised) {
    guard isDrainable(arguments, at: index) else { return try extend(list, with: arguments[index]) }
    try drain(arguments, at: index, into: ListConsumer(list))
  }
}
