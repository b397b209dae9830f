import PyaSyntax

/// Where a frame waits for something: the doorway between a running frame and whoever drives it. Used by every node that awaits.
struct AwaitPoint {
  /// The slot of the note: what kind of thing is awaited.
  let state: Int
  let range: SourceRange

  private enum Waiting { static let frame = 1, object = 2 }

  /// Whether the frame stopped here.
  @inline(__always)
  func isWaiting(_ frame: Frame) -> Bool { !frame.isUnbound(state) }

  /// Begins to await a value. `undefined`: suspended.
  func begin(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      let awaited = try frame.withRuntime { (runtime) throws(Raised) in try runtime.beginAwaiting(value) }
      return settle(awaited, frame)
    } catch { try frame.fail(error, range) }
  }

  /// Notes what a begun await waits for.
  func settle(_ awaited: Awaited, _ frame: Frame) -> Value {
    switch awaited {
    case .finished(let value): return value
    case .waitsForFrame(let child):
      wait(for: child, frame)
      return .undefined
    case .waitsForObject(let object):
      (frame.slots + state).initialize(to: .int(Waiting.object))
      if let pointer = frame.suspendablePointer {
        Unmanaged<SuspendableFrame>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
          $0.delegate = object
          $0.stoppedAt = range.start
        }
        frame.machine.pointee.innermost = UnsafeRawPointer(pointer)
      } else {
        frame.machine.pointee.pendingChild = object
        frame.machine.pointee.pendingPosition = range.start
        frame.machine.pointee.innermost = nil
      }
      return .undefined
    }
  }

  /// The frame waits for a suspended one.
  func wait(for child: SuspendableFrame, _ frame: Frame) {
    (frame.slots + state).initialize(to: .int(Waiting.frame))
    if let pointer = frame.suspendablePointer {
      Unmanaged<SuspendableFrame>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
        $0.delegate = child
        $0.stoppedAt = range.start
        child.awaiter = $0
      }
    } else {
      frame.machine.pointee.pendingChild = child
      frame.machine.pointee.pendingPosition = range.start
    }
  }

  /// Goes on after a resumption. `undefined`: suspended again.
  func resume(_ frame: Frame) throws(Raised) -> Value {
    guard case .int(let note) = (frame.slots + state).number, let pointer = frame.suspendablePointer else {
      fatalError("pya: resumed where nothing waits")
    }
    (frame.slots + state).initialize(to: .undefined)
    return try Unmanaged<SuspendableFrame>.fromOpaque(pointer).borrowed { (suspendable) throws(Raised) in
      // One that left the chain is waited for as an object (`SuspendableFrame.leaveChain`).
      if note == Waiting.frame, suspendable.delegate?.kind != .awaitable {
        if let thrown = suspendable.takeThrown() { throw frame.received(thrown, range) }
        return suspendable.takeSent()
      }
      return try resumeObject(suspendable, frame)
    }
  }

  /// Hands what was sent to the object that is awaited.
  private func resumeObject(_ suspendable: SuspendableFrame, _ frame: Frame) throws(Raised) -> Value {
    guard let delegate = suspendable.delegate else { fatalError("pya: nothing to resume") }
    let object = unsafeDowncast(delegate, to: AwaitableObject.self)
    let thrown = suspendable.takeThrown()
    let result: Value
    do throws(Raised) {
      result = try frame.withRuntime { (runtime) throws(Raised) in
        if let thrown { return try object.resume(runtime, throwing: thrown) }
        return try object.resume(runtime, sent: suspendable.takeSent())
      }
    } catch {
      suspendable.delegate = nil
      if let thrown, thrown === error.exception { throw frame.received(thrown, range) }
      try frame.fail(error, range)
    }
    if result.isUndefined {
      (frame.slots + state).initialize(to: .int(Waiting.object))
      frame.machine.pointee.innermost = UnsafeRawPointer(Unmanaged.passUnretained(suspendable).toOpaque())
      return .undefined
    }
    suspendable.delegate = nil
    return result
  }
}

// A chain of suspended frames, each waiting for the next, is resumed at its inner end: however long it is, that is no recursion. CPython goes
// through all of them, and so ends an endless one.
extension Frame {
  /// RecursionError if as many frames wait for this one as may call each other. Counted only where so many frames are suspended.
  @inline(__always)
  func refuseEndlessChain(_ range: SourceRange) throws(Raised) {
    if machine.pointee.liveFrames > machine.pointee.depthLimit { try countChain(range) }
  }

  @inline(never)
  private func countChain(_ range: SourceRange) throws(Raised) {
    guard let pointer = suspendablePointer else { return }
    var length = machine.pointee.depth
    var waiting: SuspendableFrame? = Unmanaged<SuspendableFrame>.fromOpaque(pointer).takeUnretainedValue()
    while let suspendable = waiting {
      length += 1
      if length > machine.pointee.depthLimit { try fail(machine.stackOverflow(), range) }
      waiting = suspendable.awaiter
    }
  }
}

/// `slot = await value`.
final class AwaitNode: StatementNode {
  private let value: ExpressionNode
  private let point: AwaitPoint
  private let slot: Int?

  /// `slot`: where the result goes; nil drops it.
  init(_ value: ExpressionNode, into slot: Int?, state: Int, _ range: SourceRange) {
    self.value = value
    self.slot = slot
    point = AwaitPoint(state: state, range: range)
    super.init(range)
  }

  override var suspends: Bool { true }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result = point.isWaiting(frame) ? try point.resume(frame) : try point.begin(try value.evaluate(frame), frame)
    if result.isUndefined { return .suspends }
    if let slot { frame[slot] = result }
    return .normal
  }
}

/// `slot = await callee(arguments...)`: an async function begins on the value stack, like a plain call. Only when it suspends does it
/// get a frame object of its own.
final class AwaitCallNode: StatementNode {
  private let callee: ExpressionNode
  private let arguments: CallArguments
  /// The call as an ordinary expression, for callees that are not async functions taking just these arguments.
  private let fallback: CallOfValueNode
  private let point: AwaitPoint
  private let slot: Int?
  /// The callee, when it is a module's name, and the function it meant last; `owners` keeps it.
  private let global: GlobalNode?
  private var cached: UnsafeMutableRawPointer?
  private var owners = CacheOwners()

  init(_ callee: ExpressionNode, _ arguments: [ExpressionNode], into slot: Int?, state: Int, _ range: SourceRange) {
    self.callee = callee
    self.arguments = CallArguments(arguments)
    fallback = CallOfValueNode(arguments, range)
    point = AwaitPoint(state: state, range: range)
    self.slot = slot
    global = callee as? GlobalNode
    super.init(range)
  }

  override var suspends: Bool { true }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result = point.isWaiting(frame) ? try point.resume(frame) : try begin(frame)
    if result.isUndefined { return .suspends }
    if let slot { (frame.slots + slot).store(result) }
    return .normal
  }

  private func begin(_ frame: Frame) throws(Raised) -> Value {
    if let cached, let global, global.means(cached) { return try run(.fromOpaque(cached), receiver: .undefined, frame) }
    return try begin(calling: try callee.evaluate(frame), frame)
  }

  /// Awaits the call of a callee that was evaluated already; `receiver`, if there is one, goes in front of the arguments.
  func begin(calling value: Value, receiver: Value = .undefined, _ frame: Frame) throws(Raised) -> Value {
    guard case .object(let object) = value else { return try point.begin(try fallback.call(value, frame), frame) }
    if object.kind == .function {
      let function = unsafeDowncast(object, to: FunctionObject.self)
      if function.takesAwait(arguments.count + (receiver.isUndefined ? 0 : 1)) {
        if global != nil, owners.keep(function) { cached = function.uncountedPointer }
        defer { withExtendedLifetime(object) {} }
        return try run(.passUnretained(function), receiver: receiver, frame)
      }
    } else if object.kind == .nativeFunction {
      return try point.begin(calling: object, receiver: receiver, arguments, frame)
    } else if object.kind == .boundMethod, receiver.isUndefined {
      let method = unsafeDowncast(object, to: BoundMethod.self)
      if let function = method.function.cast(.function, to: FunctionObject.self), function.takesAwait(arguments.count + 1) {
        defer { withExtendedLifetime(function) {} }
        return try run(.passUnretained(function), receiver: method.receiver, frame)
      }
    }
    return try point.begin(try fallback.call(value, receiver: receiver, frame), frame)
  }

  private func run(_ function: Unmanaged<FunctionObject>, receiver: Value, _ frame: Frame) throws(Raised) -> Value {
    let child = try point.open(function, frame)
    var given = arguments.count
    do throws(Raised) {
      if receiver.isUndefined {
        try arguments.evaluate(into: child.slots, frame)
      } else {
        child.slots.initialize(to: receiver)
        given &+= 1
        try arguments.evaluate(into: child.slots + 1, frame)
      }
    } catch {
      frame.machine.closeFrame(child, function._withUnsafeGuaranteedRef { $0.frameSize })
      throw error
    }
    return try point.run(function, given: given, child, frame)
  }
}

/// Calls a value that is already there.
final class CallOfValueNode: ExpressionNode {
  private let arguments: CallArguments

  init(_ arguments: [ExpressionNode], _ range: SourceRange) {
    self.arguments = CallArguments(arguments)
    super.init(range)
  }

  /// `receiver`, if there is one, goes in front of the arguments.
  func call(_ callee: Value, receiver: Value = .undefined, _ frame: Frame) throws(Raised) -> Value {
    guard case .object(let object) = callee else { return try refuse(callee, arguments, frame) }
    return try callGeneral(object, receiver: receiver, arguments, frame)
  }
}

extension SuspendableFrame {
  /// A frame that ran on the value stack moved here while something it awaits had suspended: takes that over.
  func adoptPendingChild(_ machine: UnsafeMutablePointer<Machine>) {
    if let child = machine.pointee.pendingChild {
      machine.pointee.pendingChild = nil
      stoppedAt = machine.pointee.pendingPosition
      delegate = child
      if child.kind == .coroutine || child.kind == .generator {
        unsafeDowncast(child, to: SuspendableFrame.self).awaiter = self
      }
    }
    if machine.pointee.innermost == nil {
      machine.pointee.innermost = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }
  }
}

/// `slot = yield value`.
final class YieldNode: ResumableNode {
  private let value: ExpressionNode
  private let slot: Int?
  private let isAsync: Bool

  /// `isAsync`: in an async generator.
  init(_ value: ExpressionNode, into slot: Int?, isAsync: Bool, state: Int, _ range: SourceRange) {
    self.value = value
    self.slot = slot
    self.isAsync = isAsync
    super.init(state: state, range)
  }

  override var inOneGo: StatementNode? { isAsync ? nil : DeliverNode(value, into: slot, range) }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    guard let pointer = frame.suspendablePointer else { fatalError("pya: yield outside of a generator's frame") }
    if takeNote(frame) == nil {
      let machine = frame.machine
      machine.pointee.suspended = try value.evaluate(frame)
      machine.pointee.innermost = UnsafeRawPointer(pointer)
      if isAsync { Unmanaged<SuspendableFrame>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.stoppedAtYield = true } }
      return suspend(frame, 1)
    }
    try Unmanaged<SuspendableFrame>.fromOpaque(pointer).borrowed { (suspendable) throws(Raised) in
      if let thrown = suspendable.takeThrown() { throw frame.received(thrown, range) }
      let sent = suspendable.takeSent()
      if let slot { (frame.slots + slot).store(sent) }
    }
    return .normal
  }
}

/// `slot = yield value` in a generator that runs in one go: hands the value to whoever wants it.
final class DeliverNode: StatementNode {
  private let value: ExpressionNode
  /// -1: the result is not used.
  private let slot: Int

  init(_ value: ExpressionNode, into slot: Int?, _ range: SourceRange) {
    self.value = value
    self.slot = slot ?? -1
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if !frame.machine.deliver(try value.evaluate(frame)) { return .returns(.none) }
    if slot >= 0 { frame[slot] = .none }
    return .normal
  }
}

/// `slot = yield from value`.
final class YieldFromNode: StatementNode {
  private let value: ExpressionNode
  private let point: AwaitPoint
  private let slot: Int?

  init(_ value: ExpressionNode, into slot: Int?, state: Int, _ range: SourceRange) {
    self.value = value
    self.slot = slot
    point = AwaitPoint(state: state, range: range)
    super.init(range)
  }

  override var suspends: Bool { true }
  override var inOneGo: StatementNode? { DeliverAllNode(value, into: slot, range) }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result: Value
    if point.isWaiting(frame) {
      result = try point.resume(frame)
    } else {
      let source = try value.evaluate(frame)
      try frame.refuseEndlessChain(range)
      do { result = point.settle(try frame.runtime.beginDelegating(to: source, from: frame.code), frame) } catch {
        try frame.fail(error, range)
      }
    }
    if result.isUndefined { return .suspends }
    if let slot { frame[slot] = result }
    return .normal
  }
}

/// `slot = yield from value` in a generator that runs in one go.
final class DeliverAllNode: StatementNode {
  private let value: ExpressionNode
  private let slot: Int?

  init(_ value: ExpressionNode, into slot: Int?, _ range: SourceRange) {
    self.value = value
    self.slot = slot
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result: Value
    var source = Value.undefined
    var generator = try value.beginGenerator(frame)
    if generator == nil {
      source = try value.evaluate(frame)
      generator = try value.beginIteration(over: source, frame)
    }
    do throws(Raised) {
      result =
        if let generator { try generator.run(nil, frame.machine) } else { try frame.machine.deliverAll(of: &source, in: frame.code) }
    } catch { try frame.fail(error, range) }
    if frame.machine.isConsumerDone { return .returns(.none) }
    if let slot { frame[slot] = result }
    return .normal
  }
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// `yield from source` in a generator that runs in one go: hands on all elements, until the consumer has enough. The result.
  fileprivate func deliverAll(of source: inout Value, in code: Code) throws(Raised) -> Value {
    let runtime = pointee.runtime
    if let generator = SuspendableFrame.complete(at: &source) {
      return try generator.borrowed { (generator) throws(Raised) in try generator.runInOneGo(nil, runtime) }
    }
    switch try runtime.beginDelegating(to: source, from: code) {
    case .finished(let value): return value
    case .waitsForFrame(let frame):
      var step = frame.suspend(self)
      while case .suspended(let value) = step {
        if !deliver(value) { return .none }
        step = try frame.drive(runtime, sending: .none)
      }
      if case .returned(let value) = step { return value }
      return .none
    case .waitsForObject(let object):
      while true {
        if !deliver(pointee.takeSuspended()) {
          try object.close(runtime)
          return .none
        }
        let result = try object.resume(runtime, sent: .none)
        if !result.isUndefined { return result }
      }
    }
  }
}
