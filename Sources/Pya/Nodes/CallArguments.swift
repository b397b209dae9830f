import PyaSyntax

/// The positional arguments of a call, evaluated straight into the callee's slots.
///
/// The first four are fields of their own, and not optional: calling an optional or an array's element retains and releases it, a
/// plain field costs a bare indirect call. Fields beyond `count` hold a placeholder. A class, because nodes would copy a struct of that size
/// to their native frame at each call.
final class CallArguments {
  let count: Int
  private let first, second, third, fourth: Operand
  private let rest: NodeRow
  /// The elements of the second argument, if that is a tuple display: `(int, float)`.
  private let classes: NodeRow?
  /// All of them are variables and constants, which `lend` only copies.
  private let isLent: Bool

  init(_ nodes: [ExpressionNode]) {
    count = nodes.count
    let placeholder = Operand(ConstantNode(.none, SourceRange(0, 0)))
    func operand(_ index: Int) -> Operand { index < nodes.count ? Operand(nodes[index]) : placeholder }
    first = operand(0)
    second = operand(1)
    third = operand(2)
    fourth = operand(3)
    rest = NodeRow(Array(nodes.dropFirst(4)))
    isLent = nodes.count <= 4 && nodes.allSatisfy { Operand($0).hasPlace }
    classes = nodes.count == 2 ? (nodes[1] as? TupleNode)?.row : nil
  }

  /// Evaluates into slots that are unbound, which own the values then: a frame's parameters.
  @inline(__always)
  func evaluate(into slots: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    if count == 0 { return }
    try first.evaluate(into: slots, frame)
    if count == 1 { return }
    try second.evaluate(into: slots + 1, frame)
    if count == 2 { return }
    try third.evaluate(into: slots + 2, frame)
    if count == 3 { return }
    try fourth.evaluate(into: slots + 3, frame)
    if count > 4 { try evaluateRest(into: slots + 4, frame) }
  }

  /// Where the first argument lies, if it is a variable with a value or a constant.
  @inline(__always)
  func firstPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard let place = first.place(frame), !place.holdsUndefined else { return nil }
    return place
  }

  /// Where the first two arguments lie (nil for the second: there is none), if they are variables with values or constants.
  @inline(__always)
  func firstPlaces(_ frame: Frame) -> (UnsafeMutablePointer<Value>, UnsafeMutablePointer<Value>?)? {
    guard let one = firstPlace(frame) else { return nil }
    if count == 1 { return (one, nil) }
    guard let two = second.place(frame), !two.holdsUndefined else { return nil }
    return (one, two)
  }

  /// The length of the first argument, if it is of a built-in kind and nothing needs to run to find it.
  @inline(__always)
  func lengthOfFirst(_ frame: Frame) -> Int? {
    guard let place = first.settledPlace(frame), let held = place.uncountedObject else { return nil }
    let length = held._withUnsafeGuaranteedRef { $0.isOfHeapType ? -1 : $0.knownLength }
    return length >= 0 ? length : nil
  }

  /// The type of the first argument, if nothing needs to run to find it.
  @inline(__always)
  func typeOfFirst(_ frame: Frame) -> TypeObject? {
    guard let place = first.settledPlace(frame) else { return nil }
    if let held = place.uncountedObject { return held._withUnsafeGuaranteedRef { $0.type } }
    return frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef { $0.type(of: place.pointee) }
  }

  /// `isinstance` of the two arguments, if nothing needs to run to find it.
  @inline(__always)
  func isInstance(_ frame: Frame) -> Bool? {
    guard let place = first.settledPlace(frame) else { return nil }
    let runtime = frame.machine.pointee.runtimeReference
    guard let classes else {
      guard let type = second.settledPlace(frame)?.uncountedObject else { return nil }
      return runtime._withUnsafeGuaranteedRef { $0.isQuickInstance(place, type) }
    }
    for index in 0..<classes.count {
      guard let type = classes.settledPlace(index, frame)?.uncountedObject,
        let answer = runtime._withUnsafeGuaranteedRef({ $0.isQuickInstance(place, type) })
      else { return nil }
      if answer { return true }
    }
    return false
  }

  /// The only argument, if it is a generator expression that may begin unseen.
  var generatorExpression: GeneratorExpressionNode? {
    guard count == 1, let node = first.node as? GeneratorExpressionNode, node.canBeginUnseen else { return nil }
    return node
  }

  /// The first argument's node.
  @inline(__always)
  var firstNode: ExpressionNode { first.node }

  /// The value of the first argument.
  @inline(__always)
  func evaluateFirst(_ frame: Frame) throws(Raised) -> Value { try first.value(frame) }

  @inline(never)
  private func evaluateRest(into slots: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    for index in 0..<rest.count { (slots + index).initialize(to: try rest.evaluate(index, frame)) }
  }

  /// Evaluates into slots that are unbound, for the time of a call of something that only looks at them. Local variables and
  /// constants are lent: copied without counting, and `giveBack` does not release them.
  @inline(__always)
  func lend(to slots: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    if count == 0 { return }
    try first.lend(to: slots, frame)
    if count == 1 { return }
    try second.lend(to: slots + 1, frame)
    if count == 2 { return }
    try third.lend(to: slots + 2, frame)
    if count == 3 { return }
    try fourth.lend(to: slots + 3, frame)
    if count > 4 { try evaluateRest(into: slots + 4, frame) }
  }

  /// Releases what `lend` evaluated.
  @inline(__always)
  func giveBack(_ slots: UnsafeMutablePointer<Value>) {
    if !isLent { giveBackEvaluated(slots) }
  }

  @inline(never)
  private func giveBackEvaluated(_ slots: UnsafeMutablePointer<Value>) {
    first.giveBack(slots)
    if count == 1 { return }
    second.giveBack(slots + 1)
    if count == 2 { return }
    third.giveBack(slots + 2)
    if count == 3 { return }
    fourth.giveBack(slots + 3)
    if count > 4 { (slots + 4).deinitializeValues(count - 4) }
  }
}

extension Operand {
  @inline(__always)
  func evaluate(into slot: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    if let place = place(frame), !place.holdsUndefined {
      slot.initialize(toCopyAt: place)
    } else {
      slot.initialize(to: try node.evaluate(frame))
    }
  }

  @inline(__always)
  func lend(to slot: UnsafeMutablePointer<Value>, _ frame: Frame) throws(Raised) {
    if let place = place(frame), !place.holdsUndefined {
      slot.lend(place)
    } else {
      slot.initialize(to: try node.evaluate(frame))
    }
  }

  @inline(__always)
  func giveBack(_ slot: UnsafeMutablePointer<Value>) {
    if !hasPlace { slot.drop() }
  }
}

extension ExpressionNode {
  /// Calls a function of the program that takes so many arguments directly: they go straight into its slots, after the receiver
  /// if there is one. The caller keeps the function alive.
  @inline(__always)
  final func callPlain(
    _ function: Unmanaged<FunctionObject>, receiver: consuming Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    let (callee, given) = try open(function, size, receiver: receiver, arguments, frame)
    if given != function._withUnsafeGuaranteedRef({ $0.completeCount }) { try frame.complete(callee, of: function, given: given, range) }
    return try runPlain(function, callee, size, frame)
  }

  /// The same with a receiver that lies somewhere; nil: there is none.
  @inline(__always)
  final func callPlain(
    _ function: Unmanaged<FunctionObject>, receiverAt receiver: UnsafeMutablePointer<Value>?, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    let machine = frame.machine
    guard let callee = machine.openFrame(function, size) else { try frame.fail(machine.stackOverflow(), range) }
    var given = arguments.count
    do throws(Raised) {
      if let receiver {
        callee.slots.initialize(toCopyAt: receiver)
        try arguments.evaluate(into: callee.slots + 1, frame)
        given &+= 1
      } else {
        try arguments.evaluate(into: callee.slots, frame)
      }
    } catch { try abandon(callee, size, frame, error) }
    if given != function._withUnsafeGuaranteedRef({ $0.completeCount }) { try frame.complete(callee, of: function, given: given, range) }
    return try runPlain(function, callee, size, frame)
  }

  /// Opens the frame of a call and evaluates the arguments into it. Gives how many there are, with the receiver.
  @inline(__always)
  final func open(
    _ function: Unmanaged<FunctionObject>, _ size: Int, receiver: consuming Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> (Frame, Int) {
    let machine = frame.machine
    guard let callee = machine.openFrame(function, size) else { try frame.fail(machine.stackOverflow(), range) }
    var given = arguments.count
    do throws(Raised) {
      if receiver.isUndefined {
        try arguments.evaluate(into: callee.slots, frame)
      } else {
        callee.slots.initialize(to: receiver)
        try arguments.evaluate(into: callee.slots + 1, frame)
        given &+= 1
      }
    } catch { try abandon(callee, size, frame, error) }
    return (callee, given)
  }

  /// `callPlain` where the call is not what the node is fast for.
  @inline(never)
  final func callSeldom(
    _ function: Unmanaged<FunctionObject>, receiver: consuming Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    try callPlain(function, receiver: receiver, arguments, frame)
  }

  /// An argument failed, or is missing: closes the callee's frame.
  @inline(never)
  final func abandon(_ callee: Frame, _ size: Int, _ frame: Frame, _ raised: Raised) throws(Raised) -> Never {
    frame.machine.closeFrame(callee, size)
    throw raised
  }

  /// Calls anything with positional arguments.
  @inline(never)
  final func callGeneral(
    _ object: Object, receiver: Value, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let extra = receiver.isUndefined ? 0 : 1
    let count = arguments.count + extra
    guard let base = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    if extra == 1 { base.initialize(to: receiver) }
    do throws(Raised) {
      try arguments.lend(to: base + extra, frame)
      let result = try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try object.call(runtime, Arguments(base, count))
      }
      arguments.giveBack(base + extra)
      machine.release(base, extra)
      return result
    } catch {
      if extra == 1 { base.drop() }
      try abandon(arguments, extra, base, frame, error)
    }
  }

  /// Calls a native function that takes so many arguments; `receiver` is its first one, if not nil, lent for the time of the call.
  @inline(__always)
  final func callNative(
    _ native: Unmanaged<NativeFunction>, receiver: UnsafeMutablePointer<Value>?, _ arguments: CallArguments, _ frame: Frame
  ) throws(Raised) -> Value {
    if let receiver, arguments.count == 0 { return try callNative(native, Arguments(receiver, 1), frame) }
    let machine = frame.machine
    let extra = receiver == nil ? 0 : 1
    let count = arguments.count + extra
    guard let base = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    if let receiver { base.lend(receiver) }
    do throws(Raised) {
      try arguments.lend(to: base + extra, frame)
      let result = try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try native.borrowed { (native) throws(Raised) in try native.body(runtime, Arguments(base, count)) }
      }
      arguments.giveBack(base + extra)
      machine.pointee.stackTop = base
      return result
    } catch { try abandon(arguments, extra, base, frame, error) }
  }

  /// A native function or one of its arguments failed: gives back what was lent to it.
  @inline(never)
  final func abandon(
    _ arguments: CallArguments, _ extra: Int, _ base: UnsafeMutablePointer<Value>, _ frame: Frame, _ raised: Raised
  ) throws(Raised) -> Never {
    let located = frame.located(raised, range)
    arguments.giveBack(base + extra)
    frame.machine.pointee.stackTop = base
    throw located
  }

  /// Calls a native function with arguments that are laid out.
  @inline(__always)
  final func callNative(_ native: Unmanaged<NativeFunction>, _ arguments: Arguments, _ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      return try frame.machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
        try native.borrowed { (native) throws(Raised) in try native.body(runtime, arguments) }
      }
    } catch { try frame.fail(error, range) }
  }
}

extension ExpressionNode {
  /// Calls what only takes all elements of an argument, which is a generator expression that may begin unseen. Before it stands `receiver`
  /// and behind it `keywordValues`, if not nil; `body` gets where they all lie.
  final func passing(
    _ generator: ExpressionNode, receiver: UnsafeMutablePointer<Value>? = nil, keywordValues: CallArguments? = nil, _ frame: Frame,
    _ body: (Runtime, UnsafeMutablePointer<Value>) throws(Raised) -> Value
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let count = receiver == nil ? 1 : 2
    guard let base = machine.reserveUnbound(count + (keywordValues?.count ?? 0)) else { try frame.fail(machine.stackOverflow(), range) }
    defer {
      keywordValues?.giveBack(base + count)
      machine.pointee.stackTop = base
    }
    return try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in
      var marker = Value.object(runtime.forthcomingMarker)
      if let receiver { base.lend(receiver) }
      (base + (count - 1)).lend(&marker)
      guard let begun = try generator.beginGenerator(frame) else { try frame.fail(machine.stackOverflow(), range) }
      return try machine.passing(begun) { () throws(Raised) in
        try keywordValues?.lend(to: base + count, frame)
        do throws(Raised) { return try body(runtime, base) } catch { try frame.fail(error, range) }
      }
    }
  }

  /// Makes an instance of a built-in type.
  @inline(__always)
  final func construct(_ type: Unmanaged<TypeObject>, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    try lending(arguments, frame) { (runtime, base) throws(Raised) in
      try type.borrowed { (type) throws(Raised) in try runtime.constructBuiltin(type, Arguments(base, arguments.count)) }
    }
  }

  /// Does something with arguments that lie on the value stack for the time of it.
  @inline(__always)
  final func lending<Result>(
    _ arguments: CallArguments, _ frame: Frame,
    _ body: (Runtime, UnsafeMutablePointer<Value>) throws(Raised) -> Result
  ) throws(Raised) -> Result {
    let machine = frame.machine
    guard let base = machine.reserveUnbound(arguments.count) else { try frame.fail(machine.stackOverflow(), range) }
    defer {
      arguments.giveBack(base)
      machine.pointee.stackTop = base
    }
    try arguments.lend(to: base, frame)
    do throws(Raised) {
      return try machine.pointee.runtimeReference.borrowed { (runtime) throws(Raised) in try body(runtime, base) }
    } catch { try frame.fail(error, range) }
  }
}

extension Node {
  /// Calls a function of the program that takes one, two or three values directly: a getter, a setter, a descriptor's `__get__`. Those
  /// that are undefined are not given. The caller keeps the function alive.
  final func call(
    _ function: Unmanaged<FunctionObject>, _ frame: Frame, with first: Value, _ second: Value = .undefined,
    _ third: Value = .undefined
  ) throws(Raised) -> Value {
    let machine = frame.machine
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    guard let callee = machine.openFrame(function, size) else { try frame.fail(machine.stackOverflow(), range) }
    let count = second.isUndefined ? 1 : third.isUndefined ? 2 : 3
    callee.slots.initialize(to: first)
    if count > 1 { (callee.slots + 1).initialize(to: second) }
    if count > 2 { (callee.slots + 2).initialize(to: third) }
    if function._withUnsafeGuaranteedRef({ $0.completeCount }) != count { try frame.complete(callee, of: function, given: count, range) }
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
      let result = try Unmanaged<Code>.fromOpaque(callee.codePointer).borrowed { (code) throws(Raised) in try code.run(callee) }
      machine.leaveFrame()
      machine.closeFrame(callee, size)
      return result
    } catch { try failed(callee, size, frame, error) }
  }

  /// The callee raised: leaves and closes its frame.
  @inline(never)
  private final func failed(_ callee: Frame, _ size: Int, _ frame: Frame, _ raised: Raised) throws(Raised) -> Never {
    frame.machine.leaveFrame()
    callee.passOn(raised)
    frame.machine.closeFrame(callee, size)
    throw frame.located(raised, range)
  }
}

extension Frame {
  /// Fills in the defaults and cells of a callee's frame; closes it when an argument is missing. `range` is the call's, in this frame's code.
  @inline(never)
  func complete(_ callee: Frame, of function: Unmanaged<FunctionObject>, given: Int, _ range: SourceRange) throws(Raised) {
    do throws(Raised) {
      try function.borrowed { (function) throws(Raised) in try function.complete(callee, given: given, machine) }
    } catch {
      // Its own size: the function may have got other code since it was opened.
      machine.closeFrame(callee, machine.pointee.stackTop - callee.slots)
      throw located(error, range)
    }
  }
}
