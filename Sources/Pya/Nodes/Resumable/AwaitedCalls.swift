import PyaSyntax

/// Awaiting a call without the coroutine object in between: an async function of the program begins on the value stack, one written in Swift
/// (`NativeFunction.awaitBody`) says at once whether it has to wait.
extension AwaitPoint {
  /// Runs an async function on a frame of the value stack whose parameters are bound, and closes the frame. Only when it suspends does it
  /// get a frame object of its own.
  func run(_ function: FunctionObject, _ child: Frame, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let code = function.code
    if !code.cellSlots.isEmpty { function.makeCells(child, machine) }
    let completion: Completion
    do throws(Raised) {
      try machine.enterFrame()
      completion = try code.resume(child)
      machine.leaveFrame()
    } catch {
      machine.leaveFrame()
      machine.closeFrame(child, code.frameSize)
      error.exception.isLocated = false
      throw frame.located(SuspendableFrame.withoutStopIteration(error, frame.runtime), range)
    }
    switch completion {
    case .suspends:
      let moved = SuspendableFrame(frame.runtime, function: function, movingFrom: child, state: .suspended)
      moved.adoptPendingChild(machine)
      machine.closeFrame(child, code.frameSize)
      wait(for: moved, frame)
      return .undefined
    case .returns(let value):
      machine.closeFrame(child, code.frameSize)
      return value
    case .normal, .breaks, .continues:
      machine.closeFrame(child, code.frameSize)
      return .none
    }
  }

  /// Awaits `callee(receiver, arguments...)`, the arguments still to be evaluated.
  func begin(calling callee: Object, receiver: Value, _ arguments: CallArguments, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let extra = receiver.isUndefined ? 0 : 1
    let count = arguments.count + extra
    guard let base = machine.reserveUnbound(count) else { throw frame.located(machine.stackOverflow(), range) }
    defer { machine.release(base, count) }
    if extra == 1 { base.initialize(to: receiver) }
    try arguments.evaluate(into: base + extra, frame)
    return try begin(calling: callee, Arguments(base, count), .await, frame)
  }

  /// Awaits a call of a special method found on the receiver's type, without arguments.
  func begin(calling method: Value, receiver: Value, _ role: SpecialMethod, _ frame: Frame) throws(Raised) -> Value {
    guard let function = unboundMethod(method) else {
      let runtime = frame.runtime
      do { return try settleSpecial(try runtime.call(try runtime.bind(method, to: receiver)), role, frame) } catch {
        throw frame.located(error, range)
      }
    }
    let machine = frame.machine
    guard let base = machine.reserveUnbound(1) else { throw frame.located(machine.stackOverflow(), range) }
    defer { machine.release(base, 1) }
    base.initialize(to: receiver)
    return try begin(calling: function, Arguments(base, 1), role, frame)
  }

  /// The same with three arguments.
  func begin(
    calling method: Value, receiver: Value, _ first: Value, _ second: Value, _ third: Value, _ role: SpecialMethod,
    _ frame: Frame
  ) throws(Raised) -> Value {
    guard let function = unboundMethod(method) else {
      let runtime = frame.runtime
      do throws(Raised) {
        let bound = try runtime.bind(method, to: receiver)
        return try settleSpecial(try runtime.call(bound, first, second, third), role, frame)
      } catch { throw frame.located(error, range) }
    }
    let machine = frame.machine
    guard let base = machine.reserveUnbound(4) else { throw frame.located(machine.stackOverflow(), range) }
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
    guard case .object(let object) = method, object.kind == .function || object.kind == .nativeFunction,
      object.isDescriptor
    else { return nil }
    return object
  }

  /// Awaits a call whose arguments are there.
  private func begin(
    calling callee: Object, _ arguments: Arguments, _ role: SpecialMethod, _ frame: Frame
  ) throws(Raised) -> Value {
    if callee.kind == .function {
      let function = unsafeDowncast(callee, to: FunctionObject.self)
      if function.code.takesPlainAwaits, function.code.positionalCount == arguments.count {
        let child: Frame
        do { child = try frame.machine.openFrame(function.code, function) } catch { throw frame.located(error, range) }
        for index in 0..<arguments.count { child[index] = arguments.base[index] }
        return try run(function, child, frame)
      }
    }
    do throws(Raised) {
      let runtime = frame.runtime
      if callee.kind == .nativeFunction {
        let native = unsafeDowncast(callee, to: NativeFunction.self)
        if let body = native.awaitBody, arguments.count >= native.signature.required,
          arguments.count <= native.signature.maximum
        {
          return waiting(for: try body(runtime, arguments), frame)
        }
      }
      return try settleSpecial(try callee.call(runtime, arguments), role, frame)
    } catch { throw frame.located(error, range) }
  }

  /// Awaits what a special method returned.
  private func settleSpecial(_ value: Value, _ role: SpecialMethod, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    if role != .await, !runtime.isAwaitable(value) {
      let name = role.pythonName
      guard role == .anext else {
        throw runtime.typeError(
          "'async with' received an object from \(name) that does not implement __await__: \(runtime.typeName(value))")
      }
      let raised = runtime.typeError("'async for' received an invalid object from \(name): \(runtime.typeName(value))")
      raised.exception.cause = runtime.cannotAwait(value).exception
      raised.exception.suppressesContext = true
      throw raised
    }
    return settle(try runtime.beginAwaiting(value), frame)
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
  /// The method found last, by the receiver's token.
  private var token = 0
  private var method: Object?
  private var moduleCache = ModuleCache()

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
    if let slot { frame[slot] = result }
    return .normal
  }

  private func begin(_ frame: Frame) throws(Raised) -> Value {
    let value = try receiver.evaluate(frame)
    guard case .object(let object) = value else { return try fallback.begin(calling: try attribute.attribute(of: value, frame), frame) }
    if object.kind == .module {
      let callee = moduleCache.value(of: unsafeDowncast(object, to: ModuleObject.self), name)
      if case .object(let function) = callee, function.kind == .nativeFunction {
        return try point.begin(calling: function, receiver: .undefined, arguments, frame)
      }
    } else if object.cacheToken == token, let method {
      return try begin(method, value, frame)
    }
    return try beginUncached(value, object, frame)
  }

  private func beginUncached(_ value: Value, _ object: Object, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    if object.type.special(.getattribute) == nil, let found = object.type.lookup(name)?.object,
      found.kind == .function || found.kind == .nativeFunction, found.isDescriptor, !runtime.instanceHides(value, name)
    {
      if object.mayCacheMethods {
        token = object.cacheToken
        method = found
      }
      return try begin(found, value, frame)
    }
    return try fallback.begin(calling: try attribute.attribute(of: value, frame), frame)
  }

  private func begin(_ method: Object, _ value: Value, _ frame: Frame) throws(Raised) -> Value {
    guard method.kind == .function else { return try point.begin(calling: method, receiver: value, arguments, frame) }
    let function = unsafeDowncast(method, to: FunctionObject.self)
    guard function.code.takesPlainAwaits, function.code.positionalCount == arguments.count + 1 else {
      return try point.begin(calling: method, receiver: value, arguments, frame)
    }
    let machine = frame.machine
    let child: Frame
    do { child = try machine.openFrame(function.code, function) } catch { throw frame.located(error, range) }
    do throws(Raised) {
      child.slots.initialize(to: value)
      try arguments.evaluate(into: child.slots + 1, frame)
    } catch {
      machine.closeFrame(child, function.code.frameSize)
      throw error
    }
    return try point.run(function, child, frame)
  }
}
