import PyaSyntax

// `results.append(await job)`: Python finds the method before it evaluates the arguments, and here these may suspend. The function and the
// receiver lie in two temporary slots meanwhile; no bound method is made.

/// Where a method waits for its arguments.
struct LoadedMethod {
  let functionSlot: Int
  /// Unbound when what the other slot holds is to be called as it is.
  let receiverSlot: Int

  @inline(__always)
  fileprivate func take(_ frame: Frame) -> (function: Value, receiver: Value) {
    let (function, receiver) = (frame.slots + functionSlot, frame.slots + receiverSlot)
    let taken = (function.move(), receiver.move())
    function.initialize(to: .undefined)
    receiver.initialize(to: .undefined)
    return taken
  }

  fileprivate func put(_ function: Value, _ receiver: consuming Value, _ frame: Frame) {
    (frame.slots + functionSlot).store(function)
    (frame.slots + receiverSlot).store(receiver)
  }
}

/// Finds `receiver.name`.
final class LoadMethodNode: StatementNode {
  private let attribute: AttributeNode
  private let method: LoadedMethod
  /// The function found last, by the receiver's token; `owners` keeps it.
  private var token = 0
  private var function: UnsafeMutableRawPointer?
  private var owners = CacheOwners()

  init(_ attribute: AttributeNode, into method: LoadedMethod, _ range: SourceRange) {
    self.attribute = attribute
    self.method = method
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let receiver = try attribute.object.evaluate(frame)
    if let held = receiver.uncounted, let function, held.kind != .module, held._withUnsafeGuaranteedRef({ $0.cacheToken }) == token {
      method.put(.object(Unmanaged<Object>.fromOpaque(function).takeUnretainedValue()), receiver, frame)
      return .normal
    }
    if case .object(let object) = receiver, let found = frame.runtime.methodToCall(receiver, attribute.name) {
      if object.mayCacheMethods, owners.keep(found) {
        token = object.cacheToken
        function = found.uncountedPointer
      }
      method.put(.object(found), receiver, frame)
    } else {
      method.put(try attribute.attribute(of: receiver, frame), .undefined, frame)
    }
    return .normal
  }
}

/// Calls the method, its arguments being there.
final class LoadedCallNode: ExpressionNode {
  private let method: LoadedMethod
  private let arguments: CallArguments

  init(_ method: LoadedMethod, _ arguments: [ExpressionNode], _ range: SourceRange) {
    self.method = method
    self.arguments = CallArguments(arguments)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let (function, receiver) = method.take(frame)
    guard !receiver.isUndefined, case .object(let found) = function else { return try callValue(function, arguments, frame) }
    return try callMethod(found, of: receiver, arguments, frame)
  }
}

/// `slot = await receiver.name(arguments...)`, some of the arguments having suspended.
final class AwaitLoadedCallNode: StatementNode {
  private let method: LoadedMethod
  private let call: AwaitCallNode
  private let point: AwaitPoint
  private let slot: Int?

  init(_ method: LoadedMethod, _ arguments: [ExpressionNode], into slot: Int?, state: Int, _ range: SourceRange) {
    self.method = method
    call = AwaitCallNode(ConstantNode(.none, range), arguments, into: slot, state: state, range)
    point = AwaitPoint(state: state, range: range)
    self.slot = slot
    super.init(range)
  }

  override var suspends: Bool { true }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let result: Value
    if point.isWaiting(frame) {
      result = try point.resume(frame)
    } else {
      let (function, receiver) = method.take(frame)
      result = try call.begin(calling: function, receiver: receiver, frame)
    }
    if result.isUndefined { return .suspends }
    if let slot { (frame.slots + slot).store(result) }
    return .normal
  }
}
