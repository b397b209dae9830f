import PyaSyntax

/// The positional arguments of a call, evaluated straight into the callee's slots.
///
/// The first four are fields of their own, and not optional: calling an optional or an array's element retains and releases it, a
/// plain field costs a bare indirect call. Fields beyond `count` hold a placeholder.
struct CallArguments {
  let count: Int
  private let first, second, third, fourth: ExpressionNode
  private let rest: [ExpressionNode]

  init(_ nodes: [ExpressionNode]) {
    count = nodes.count
    let placeholder = ConstantNode(.none, SourceRange(0, 0))
    func node(_ index: Int) -> ExpressionNode { index < nodes.count ? nodes[index] : placeholder }
    first = node(0)
    second = node(1)
    third = node(2)
    fourth = node(3)
    rest = Array(nodes.dropFirst(4))
  }

  /// Evaluates into slots that are unbound.
  @inline(__always)
  func evaluate(into slots: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    if count == 0 { return }
    slots.initialize(to: try first.evaluate(frame))
    if count == 1 { return }
    (slots + 1).initialize(to: try second.evaluate(frame))
    if count == 2 { return }
    (slots + 2).initialize(to: try third.evaluate(frame))
    if count == 3 { return }
    (slots + 3).initialize(to: try fourth.evaluate(frame))
    if count > 4 { try evaluateRest(into: slots + 4, frame) }
  }

  @inline(never)
  private func evaluateRest(into slots: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    for index in 0..<rest.count { (slots + index).initialize(to: try rest[index].evaluate(frame)) }
  }
}

extension ExpressionNode {
  /// Calls a function of the program whose parameters are exactly the arguments: they go straight into its slots, after the receiver
  /// if there is one. The caller keeps the function alive.
  @inline(__always)
  final func callPlain(
    _ function: Unmanaged<FunctionObject>, receiver: consuming Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    guard let callee = machine.openFrame(function, size) else { throw frame.located(machine.stackOverflow(), range) }
    do {
      if receiver.isUndefined {
        try arguments.evaluate(into: callee.slots, frame)
      } else {
        callee.slots.initialize(to: receiver)
        try arguments.evaluate(into: callee.slots + 1, frame)
      }
    } catch {
      machine.closeFrame(callee, size)
      throw error
    }
    return try runPlain(function, callee, size, frame)
  }

  /// Runs plain code on a frame whose parameters are bound, and closes the frame.
  @inline(__always)
  final func runPlain(
    _ function: Unmanaged<FunctionObject>, _ callee: Frame, _ size: Int, _ frame: Frame
  ) throws(Raised) -> Value {
    let machine = frame.machine
    do throws(Raised) {
      try machine.enterFrame()
      let result = try function.borrowed { (function) throws(Raised) in try function.code.run(callee) }
      machine.leaveFrame()
      machine.closeFrame(callee, size)
      return result
    } catch {
      machine.leaveFrame()
      machine.closeFrame(callee, size)
      error.exception.isLocated = false
      throw frame.located(error, range)
    }
  }

  /// Calls anything with positional arguments.
  @inline(never)
  final func callGeneral(
    _ object: Object, receiver: Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let extra = receiver.isUndefined ? 0 : 1
    let count = arguments.count + extra
    guard let base = machine.reserveUnbound(count) else { throw frame.located(machine.stackOverflow(), range) }
    defer { machine.release(base, count) }
    if extra == 1 { base.initialize(to: receiver) }
    try arguments.evaluate(into: base + extra, frame)
    do throws(Raised) {
      return try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try object.call(runtime, Arguments(base, count))
      }
    } catch { throw frame.located(error, range) }
  }
}

extension Unmanaged {
  /// Uses the object without counting; somebody else holds it meanwhile.
  @inline(__always)
  func borrowed<Outcome>(_ body: (Instance) throws(Raised) -> Outcome) throws(Raised) -> Outcome {
    let outcome: Result<Outcome, Raised> = _withUnsafeGuaranteedRef { instance in
      do throws(Raised) { return .success(try body(instance)) } catch { return .failure(error) }
    }
    switch outcome {
    case .success(let value): return value
    case .failure(let raised): throw raised
    }
  }
}
