import PyaSyntax

extension FunctionObject {
  /// Whether a call with so many positional arguments makes a generator that may run in one go.
  func makesGenerator(_ count: Int) -> Bool { makesObjects(count) && code.flavour == .generator && code.canRunInOneGo }
}

extension ExpressionNode {
  /// Opens the frame of a generator whose function `makesGenerator` of so many arguments.
  final func begin(
    _ function: Unmanaged<FunctionObject>, receiver: consuming Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> BegunGenerator {
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    // The arguments may take the function from where it was found.
    let kept = function.takeUnretainedValue()
    let (body, given) = try open(function, size, receiver: receiver, arguments, frame)
    if given != function._withUnsafeGuaranteedRef({ $0.completeAwaitCount }) {
      try frame.complete(body, of: function, given: given, range)
    }
    return BegunGenerator(function: .passRetained(kept), frame: body)
  }

  /// Of this node's value, an instance of a class whose `__iter__` is a generator: begins that without an object. Nil: it is something else.
  final func beginIteration(over source: Value, _ frame: Frame) throws(Raised) -> BegunGenerator? {
    guard let held = source.uncounted, held.kind == .instance,
      let method = held._withUnsafeGuaranteedRef({ $0.type.uncountedSpecial(.iter) }), method.kind == .function
    else { return nil }
    let function = method.as(FunctionObject.self)
    guard function._withUnsafeGuaranteedRef({ $0.makesGenerator(1) }) else { return nil }
    let machine = frame.machine
    guard let body = machine.openFrame(function, function._withUnsafeGuaranteedRef { $0.frameSize }) else {
      try frame.fail(machine.stackOverflow(), range)
    }
    body.slots.initialize(to: source)
    if function._withUnsafeGuaranteedRef({ $0.completeAwaitCount }) != 1 { try frame.complete(body, of: function, given: 1, range) }
    return BegunGenerator(function: function.retain(), frame: body)
  }
}
