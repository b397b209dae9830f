import PyaSyntax

/// Awaiting a call without the coroutine object in between: an async function of the program begins on the value stack, one written in Swift
/// (`NativeFunction.awaitBody`) says at once whether it has to wait.
extension AwaitPoint {
  /// Opens a frame for an async function (`takesAwait`). The caller keeps the function, evaluates `given` arguments into the first slots
  /// and calls `run`.
  @inline(__always)
  func open(_ function: Unmanaged<FunctionObject>, _ frame: Frame) throws(Raised) -> Frame {
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    try frame.refuseEndlessChain(range)
    guard let child = frame.machine.openFrame(function, size) else { try frame.fail(frame.machine.stackOverflow(), range) }
    return child
  }

  /// Runs an async function on a frame of the value stack with its first `given` parameters bound, and closes the frame. Only when it
  /// suspends does it get a frame object of its own.
  func run(_ function: Unmanaged<FunctionObject>, given: Int, _ child: Frame, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    if given != function._withUnsafeGuaranteedRef({ $0.completeAwaitCount }) {
      try frame.complete(child, of: function, given: given, range)
    }
    let completion: Completion
    do throws(Raised) {
      try machine.enterFrame()
      completion = try Unmanaged<Code>.fromOpaque(child.codePointer).borrowed { (code) throws(Raised) in try code.resume(child) }
      machine.leaveFrame()
    } catch {
      machine.leaveFrame()
      child.passOn(error)
      machine.closeFrame(child, size)
      throw failure(error, frame)
    }
    switch completion {
    case .suspends:
      move(function, child, size, frame)
      return .undefined
    case .returns(let value):
      machine.closeFrame(child, size)
      return value
    case .normal, .breaks, .continues:
      machine.closeFrame(child, size)
      return .none
    }
  }

  @inline(never)
  private func failure(_ raised: Raised, _ frame: Frame) -> Raised {
    frame.located(SuspendableFrame.withoutStopIteration(raised, frame.runtime), range)
  }

  /// The function has suspended: its frame gets an object.
  @inline(never)
  private func move(_ function: Unmanaged<FunctionObject>, _ child: Frame, _ size: Int, _ frame: Frame) {
    let machine = frame.machine
    let moved = function._withUnsafeGuaranteedRef {
      SuspendableFrame.make(frame.runtime, function: $0, movingFrom: child, state: .suspended)
    }
    moved.adoptPendingChild(machine)
    machine.closeFrame(child, size)
    wait(for: moved, frame)
  }

  /// Awaits `callee(receiver, arguments...)`, the arguments still to be evaluated.
  func begin(calling callee: Object, receiver: Value, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let extra = receiver.isUndefined ? 0 : 1
    let count = arguments.count + extra
    guard let base = machine.reserveUnbound(count) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.release(base, count) }
    if extra == 1 { base.initialize(to: receiver) }
    try arguments.evaluate(into: base + extra, frame)
    return try begin(calling: callee, Arguments(base, count), .await, frame)
  }

  /// Awaits a call of a special method found on the receiver's type, without arguments.
  func begin(calling method: Value, receiver: consuming Value, _ role: SpecialMethod, _ frame: Frame) throws(Raised) -> Value {
    if let function = method.awaitable(withArguments: 1) {
      let child = try open(function, frame)
      child.slots.initialize(to: receiver)
      return try run(function, given: 1, child, frame)
    }
    guard let function = unboundMethod(method) else {
      let runtime = frame.runtime
      do { return try settleSpecial(try runtime.call(try runtime.bind(method, to: receiver)), role, frame) } catch {
        try frame.fail(error, range)
      }
    }
    let machine = frame.machine
    guard let base = machine.reserveUnbound(1) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.release(base, 1) }
    base.initialize(to: receiver)
    return try begin(calling: function, Arguments(base, 1), role, frame)
  }

  /// The same with three arguments.
  func begin(
    calling method: Value, receiver: consuming Value, _ first: Value, _ second: Value, _ third: Value, _ role: SpecialMethod,
    _ frame: Frame
  ) throws(Raised) -> Value {
    if let function = method.awaitable(withArguments: 4) {
      let child = try open(function, frame)
      child.slots.initialize(to: receiver)
      (child.slots + 1).initialize(to: first)
      (child.slots + 2).initialize(to: second)
      (child.slots + 3).initialize(to: third)
      return try run(function, given: 4, child, frame)
    }
    guard let function = unboundMethod(method) else {
      let runtime = frame.runtime
      do throws(Raised) {
        let bound = try runtime.bind(method, to: receiver)
        return try settleSpecial(try runtime.call(bound, first, second, third), role, frame)
      } catch { try frame.fail(error, range) }
    }
    let machine = frame.machine
    guard let base = machine.reserveUnbound(4) else { try frame.fail(machine.stackOverflow(), range) }
    defer { machine.release(base, 4) }
    base.initialize(to: receiver)
    (base + 1).initialize(to: first)
    (base + 2).initialize(to: second)
    (base + 3).initialize(to: third)
    return try begin(calling: function, Arguments(base, 4), role, frame)
  }

  /// A function that takes its receiver as the first argument.
  @inline(__always)
  private func unboundMethod(_ method: Value) -> Object? {
    guard case .object(let object) = method else { return nil }
    if object.kind == .function { return object }
    guard object.kind == .nativeFunction, unsafeDowncast(object, to: NativeFunction.self).isMethod else { return nil }
    return object
  }

  /// Awaits a call whose arguments are there.
  private func begin(
    calling callee: Object, _ arguments: Arguments, _ role: SpecialMethod, _ frame: Frame
  ) throws(Raised) -> Value {
    if callee.kind == .function {
      let function = unsafeDowncast(callee, to: FunctionObject.self)
      if function.takesAwait(arguments.count) {
        let child = try open(.passUnretained(function), frame)
        for index in 0..<arguments.count { (child.slots + index).initialize(toCopyAt: arguments.base + index) }
        return try run(.passUnretained(function), given: arguments.count, child, frame)
      }
    }
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in
        if callee.kind == .nativeFunction {
          let native = unsafeDowncast(callee, to: NativeFunction.self)
          if arguments.count >= native.signature.required, arguments.count <= native.signature.maximum,
            let body = native.awaitBody
          {
            return waiting(for: try body(runtime, arguments), frame)
          }
        }
        return try settleSpecial(try callee.call(runtime, arguments), role, frame)
      }
    } catch { try frame.fail(error, range) }
  }

  /// Awaits what a special method returned.
  private func settleSpecial(_ value: Value, _ role: SpecialMethod, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    if role == .anext, let iterator = try iteratorOfElement(value, runtime) {
      return settle(try runtime.beginAwaiting(iterator: iterator), frame)
    }
    if role != .await, !runtime.isAwaitable(value) {
      throw runtime.typeError(
        "'async with' received an object from \(role.pythonName) that does not implement __await__: \(runtime.typeName(value))")
    }
    return settle(try runtime.beginAwaiting(value), frame)
  }

  /// What `__await__` gives for the next element of an `async for`; nil: that is driven itself. All that can be wrong with it is one error,
  /// which tells of the other.
  private func iteratorOfElement(_ value: Value, _ runtime: Runtime) throws(Raised) -> Object? {
    do throws(Raised) {
      guard case .object(let object) = value else { throw runtime.cannotAwait(value) }
      let drivesItself = object.kind == .coroutine || object.kind == .awaitable || runtime.iterableCoroutine(object) != nil
      return drivesItself ? nil : try runtime.awaitIterator(of: object)
    } catch {
      let raised = runtime.typeError("'async for' received an invalid object from __anext__: \(runtime.typeName(value))")
      raised.exception.cause = error.exception
      raised.exception.context = error.exception
      raised.exception.suppressesContext = true
      throw raised
    }
  }

  /// What an `awaitBody` gave; when it waits, that is noted.
  @inline(__always)
  private func waiting(for result: Value, _ frame: Frame) -> Value {
    guard result.isUndefined else { return result }
    guard let child = frame.machine.pointee.pendingChild else { fatalError("pya: a wait without an awaitable") }
    frame.machine.pointee.pendingChild = nil
    return settle(.waitsForObject(unsafeDowncast(child, to: AwaitableObject.self)), frame)
  }
}

extension Value {
  /// An async function that takes so many arguments.
  @inline(__always)
  fileprivate func awaitable(withArguments count: Int) -> Unmanaged<FunctionObject>? {
    guard let object = uncounted, object.kind == .function else { return nil }
    let function = object.as(FunctionObject.self)
    return function._withUnsafeGuaranteedRef { $0.takesAwait(count) } ? function : nil
  }
}

/// `slot = await receiver.name(arguments...)`: finds the method without making a bound one.
final class AwaitMethodCallNode: StatementNode {
  private let receiver: ExpressionNode
  private let name: StringObject
  private let arguments: CallArguments
  private let attribute: AttributeNode
  /// For what is found otherwise: an attribute of a module or of the object itself.
  private let fallback: AwaitCallNode
  private let point: AwaitPoint
  private let slot: Int?
  /// The method found last, by the receiver's token; `owners` keeps it.
  private var token = 0
  private var method: UnsafeMutableRawPointer?
  /// It is an async function that takes these arguments.
  private var isAwaitable = false
  private var owners = CacheOwners()
  @exclusivity(unchecked) private var moduleCache = ModuleCache()

  init(
    _ attribute: AttributeNode, _ arguments: [ExpressionNode], into slot: Int?, state: Int, _ range: SourceRange
  ) {
    self.attribute = attribute
    receiver = attribute.object
    name = attribute.name
    self.arguments = CallArguments(arguments)
    fallback = AwaitCallNode(attribute, arguments, into: slot, state: state, range)
    point = AwaitPoint(state: state, range: range)
    self.slot = slot
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
    let value = try receiver.evaluate(frame)
    guard let held = value.uncounted else { return try fallback.begin(calling: try attribute.attribute(of: value, frame), frame) }
    if let method, held._withUnsafeGuaranteedRef({ $0.cacheToken }) == token, held.kind != .module {
      if isAwaitable { return try run(Unmanaged<FunctionObject>.fromOpaque(method), value, frame) }
      return try Unmanaged<Object>.fromOpaque(method).borrowed { (method) throws(Raised) in
        try point.begin(calling: method, receiver: value, arguments, frame)
      }
    }
    if held.kind == .module {
      let callee = held.as(ModuleObject.self)._withUnsafeGuaranteedRef {
        let known = moduleCache.known(of: $0)
        return known.isUndefined ? moduleCache.value(of: $0, name) : known
      }
      if let function = callee.uncounted, function.kind == .nativeFunction {
        return try function.borrowed { (function) throws(Raised) in
          try point.begin(calling: function, receiver: .undefined, arguments, frame)
        }
      }
      return try fallback.begin(calling: try attribute.attribute(of: value, frame), frame)
    }
    return try beginUncached(value, frame)
  }

  @inline(never)
  private func beginUncached(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    guard case .object(let object) = value else { fatalError("pya: no object") }
    let runtime = frame.runtime
    if let found = runtime.methodToCall(value, name) {
      let function = found.kind == .function ? unsafeDowncast(found, to: FunctionObject.self) : nil
      let takesThese = function?.takesAwait(arguments.count + 1) ?? false
      if object.mayCacheMethods, owners.keep(found) {
        token = object.cacheToken
        method = found.uncountedPointer
        isAwaitable = takesThese
      }
      if let function, takesThese { return try run(.passUnretained(function), value, frame) }
      return try point.begin(calling: found, receiver: value, arguments, frame)
    }
    return try fallback.begin(calling: try attribute.attribute(of: value, frame), frame)
  }

  @inline(__always)
  private func run(_ function: Unmanaged<FunctionObject>, _ value: consuming Value, _ frame: Frame) throws(Raised) -> Value {
    let child = try point.open(function, frame)
    child.slots.initialize(to: value)
    do throws(Raised) { try arguments.evaluate(into: child.slots + 1, frame) } catch {
      frame.machine.closeFrame(child, function._withUnsafeGuaranteedRef { $0.frameSize })
      throw error
    }
    return try point.run(function, given: arguments.count + 1, child, frame)
  }
}
