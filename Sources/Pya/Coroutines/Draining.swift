/// Generator expressions that are used up where they are written: `sum(x * x for x in numbers)`.
///
/// A function that takes all elements at once need not resume the generator for each: the generator's loops run to their end and
/// hand every element to a consumer. Nobody can tell the difference as long as nobody else holds the generator, so
/// that is asked first.
extension SuspendableFrame {
  /// Who takes the elements.
  final class Consumer {
    /// Takes an element; false: no more, please.
    fileprivate let accept: (Value) throws(Raised) -> Bool
    /// What `accept` threw. It must not pass through the generator's frame.
    fileprivate var failure: Raised?

    fileprivate init(_ accept: @escaping (Value) throws(Raised) -> Bool) { self.accept = accept }
  }

  /// Called by the innermost loop. False: the loops must end.
  @inline(__always)
  func deliver(_ value: Value) -> Bool {
    guard let consumer = consumer else { return false }
    do throws(Raised) { return try consumer.accept(value) } catch {
      consumer.failure = error
      return false
    }
  }

  /// Runs the generator, which has not begun, to its end or until `accept` returns false.
  fileprivate func drain(_ runtime: Runtime, _ accept: @escaping (Value) throws(Raised) -> Bool) throws(Raised) {
    let machine = runtime.machine
    let consumer = Consumer(accept)
    self.consumer = consumer
    defer {
      self.consumer = nil
      machine.leaveFrame()
      finish()
    }
    try machine.enterFrame()
    state = .running
    do throws(Raised) { try code.drain(frame) } catch {
      error.exception.isLocated = false
      throw SuspendableFrame.withoutStopIteration(error, runtime, kind: kind)
    }
    if let failure = consumer.failure { throw failure }
  }
}

extension Runtime {
  /// The argument, when it is a generator expression that can be drained: not begun, and held by the call alone.
  private func drainable(_ arguments: Arguments, _ index: Int) -> Unmanaged<SuspendableFrame>? {
    guard index < arguments.count, let held = (arguments.base + index).uncountedObject else { return nil }
    let canDrain = held._withUnsafeGuaranteedRef { object in
      guard object.kind == .generator else { return false }
      let frame = unsafeDowncast(object, to: SuspendableFrame.self)
      return frame.state == .created && frame.code.canDrain
    }
    guard canDrain else { return nil }
    let place = UnsafeMutableRawPointer(arguments.base + index).assumingMemoryBound(to: Object.self)
    return isKnownUniquelyReferenced(&place.pointee) ? .fromOpaque(held.toOpaque()) : nil
  }

  /// Calls `body` with every element of an argument, until it returns false.
  func walk(
    _ arguments: Arguments, at index: Int, _ body: (Value) throws(Raised) -> Bool
  ) throws(Raised) {
    if let generator = drainable(arguments, index) {
      return try withoutActuallyEscaping(body) { (body) throws(Raised) in
        try generator.borrowed { (generator) throws(Raised) in try generator.drain(self, body) }
      }
    }
    try walk(arguments[index], body)
  }

  /// Whether an argument is a generator expression that is best taken through `walk`.
  func isDrainable(_ arguments: Arguments, at index: Int) -> Bool { drainable(arguments, index) != nil }

  /// All elements of an argument.
  func array(_ arguments: Arguments, at index: Int) throws(Raised) -> [Value] {
    guard drainable(arguments, index) != nil else { return try array(arguments[index]) }
    var result: [Value] = []
    try walk(arguments, at: index) { (value) throws(Raised) in
      result.append(value)
      return true
    }
    return result
  }
}
