import PyaSyntax

/// The positional arguments of a call, evaluated straight into the callee's slots. The first four are fields of their own, so that
/// walking them counts no references.
struct CallArguments {
  let count: Int
  private let first, second, third, fourth: ExpressionNode?
  private let rest: [ExpressionNode]

  init(_ nodes: [ExpressionNode]) {
    count = nodes.count
    first = nodes.count > 0 ? nodes[0] : nil
    second = nodes.count > 1 ? nodes[1] : nil
    third = nodes.count > 2 ? nodes[2] : nil
    fourth = nodes.count > 3 ? nodes[3] : nil
    rest = Array(nodes.dropFirst(4))
  }

  /// Evaluates into slots that are unbound.
  @inline(__always)
  func evaluate(into slots: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    guard let first else { return }
    slots.initialize(to: try first.evaluate(frame))
    guard let second else { return }
    (slots + 1).initialize(to: try second.evaluate(frame))
    guard let third else { return }
    (slots + 2).initialize(to: try third.evaluate(frame))
    guard let fourth else { return }
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
  /// if there is one.
  @inline(__always)
  final func callPlain(
    _ function: FunctionObject, receiver: Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let code = function.code
    let callee: Frame
    do { callee = try machine.openFrame(code, function) } catch { throw frame.located(error, range) }
    do throws(Raised) {
      if receiver.isUndefined {
        try arguments.evaluate(into: callee.slots, frame)
      } else {
        callee.slots.initialize(to: receiver)
        try arguments.evaluate(into: callee.slots + 1, frame)
      }
    } catch {
      machine.closeFrame(callee, code.frameSize)
      throw error
    }
    do { return try function.runPlain(callee, machine) } catch { throw frame.located(error, range) }
  }

  /// Calls anything with positional arguments.
  @inline(__always)
  final func callGeneral(
    _ object: Object, receiver: Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let extra = receiver.isUndefined ? 0 : 1
    let count = arguments.count + extra
    let base: UnsafeMutablePointer<Value>
    do { base = try machine.reserveUnbound(count) } catch { throw frame.located(error, range) }
    defer { machine.release(base, count) }
    if extra == 1 { base.initialize(to: receiver) }
    try arguments.evaluate(into: base + extra, frame)
    do { return try object.call(frame.runtime, Arguments(base, count)) } catch { throw frame.located(error, range) }
  }
}
