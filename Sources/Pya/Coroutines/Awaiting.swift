/// What became of an `await` or `yield from` that was begun.
enum Awaited {
  case finished(Value)
  /// It waits for this frame, whose result will be handed to the waiting one.
  case waitsForFrame(SuspendableFrame)
  /// It waits inside this object, which is asked again at each resumption.
  case waitsForObject(AwaitableObject)
}

extension Runtime {
  /// Begins to await a value.
  func beginAwaiting(_ value: Value) throws(Raised) -> Awaited {
    guard case .object(let object) = value else { throw cannotAwait(value) }
    switch object.kind {
    case .coroutine:
      let frame = unsafeDowncast(object, to: SuspendableFrame.self)
      // Whoever began it, a task or the program by hand, waits inside an await of it.
      if frame.state == .suspended { throw runtimeError("coroutine is being awaited already") }
      return try begin(frame)
    case .awaitable:
      let awaitable = unsafeDowncast(object, to: AwaitableObject.self)
      if !awaitable.hasOwnAwait(self) { return try begin(awaitable) }
    default: break
    }
    if let generator = iterableCoroutine(object) { return try begin(generator) }
    return try beginAwaiting(iterator: try awaitIterator(of: object))
  }

  /// Begins to await what `__await__` gave.
  func beginAwaiting(iterator inner: Object) throws(Raised) -> Awaited {
    if let wrapped = inner as? CoroutineIterator { return try begin(wrapped.frame) }
    switch inner.kind {
    case .awaitable: return try begin(unsafeDowncast(inner, to: AwaitableObject.self))
    case .generator: return try begin(unsafeDowncast(inner, to: SuspendableFrame.self))
    default: return try begin(IteratorAwaitable(self, try iterator(.object(inner)), source: .object(inner)))
    }
  }

  /// What `__await__` of an object gives, which must be an iterator.
  func awaitIterator(of object: Object) throws(Raised) -> Object {
    guard let method = object.type.lookup(names[.await]) else { throw cannotAwait(.object(object)) }
    let result = try callSpecial(method, .object(object))
    guard case .object(let inner) = result else { throw badAwaitResult(result) }
    switch inner.kind {
    case .awaitable, .generator, .iterator: return inner
    case .coroutine: throw typeError("__await__() returned a coroutine")
    default:
      guard isIterator(result) else { throw badAwaitResult(result) }
      return inner
    }
  }

  /// A generator that can be awaited (`types.coroutine`).
  func iterableCoroutine(_ object: Object) -> SuspendableFrame? {
    guard object.kind == .generator else { return nil }
    let frame = unsafeDowncast(object, to: SuspendableFrame.self)
    return frame.code.information.isIterableCoroutine ? frame : nil
  }

  /// Begins `yield from value` of a frame that runs this code.
  func beginDelegating(to value: Value, from code: Code) throws(Raised) -> Awaited {
    if case .object(let object) = value {
      if object.kind == .generator { return try begin(unsafeDowncast(object, to: SuspendableFrame.self)) }
      if object.kind == .coroutine || (object as? AwaitableObject)?.type.isSubtype(of: types.coroutine) == true,
        !code.information.isIterableCoroutine
      {
        throw typeError("cannot 'yield from' a coroutine object in a non-coroutine generator")
      }
      if object.kind == .coroutine { return try begin(unsafeDowncast(object, to: SuspendableFrame.self)) }
      if object.kind == .awaitable { return try begin(unsafeDowncast(object, to: AwaitableObject.self)) }
      if let wrapped = object as? CoroutineIterator { return try begin(wrapped.frame) }
    }
    let source = try iterate(value)
    let iterator = try adapted(source)
    if let frame = iterator as? SuspendableFrame { return try begin(frame) }
    return try begin(IteratorAwaitable(self, iterator, source: source))
  }

  private func begin(_ frame: SuspendableFrame) throws(Raised) -> Awaited {
    switch frame.state {
    case .created: break
    case .suspended where frame.awaiter == nil:
      return try begin(StartedFrameAwaitable(self, frame))
    case .suspended:
      throw frame.kind == .coroutine
        ? runtimeError("coroutine is being awaited already") : valueError("generator already executing")
    case .running: throw valueError("\(frame.kind == .coroutine ? "coroutine" : "generator") already executing")
    case .finished:
      if frame.kind == .coroutine { throw runtimeError("cannot reuse already awaited coroutine") }
      return .finished(.none)
    }
    defer { machine.leaveFrame() }
    try machine.enterFrame()
    do throws(Raised) {
      let result = try frame.runOnce(self, machine)
      if result.isUndefined { return .waitsForFrame(frame) }
      frame.finish()
      return .finished(result)
    } catch {
      frame.finish()
      throw error
    }
  }

  private func begin(_ object: AwaitableObject) throws(Raised) -> Awaited {
    let result = try object.begin(self)
    return result.isUndefined ? .waitsForObject(object) : .finished(result)
  }

  func isAwaitable(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    return object.kind == .coroutine || object.kind == .awaitable || object.type.lookup(names[.await]) != nil
      || iterableCoroutine(object) != nil
  }

  func cannotAwait(_ value: Value) -> Raised {
    typeError("object \(typeName(value)) can't be used in 'await' expression")
  }

  func badAwaitResult(_ value: Value) -> Raised {
    typeError("__await__() returned non-iterator of type '\(typeName(value))'")
  }
}

/// An iterator of any kind being awaited, or delegated to by `yield from`.
final class IteratorAwaitable: AwaitableObject {
  private let iterator: IteratorObject
  /// The iterator as the program knows it: may have `send` and `throw`.
  let source: Value

  init(_ runtime: Runtime, _ iterator: IteratorObject, source: Value) {
    self.iterator = iterator
    self.source = source
    super.init(type: runtime.types.object)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(iterator)
    tracer.visit(source)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value { try step(runtime, .none) }

  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value { try step(runtime, sent) }

  private func step(_ runtime: Runtime, _ sent: Value) throws(Raised) -> Value {
    do throws(Raised) {
      if sent.isNone, !iterator.type.isHeap, source.object === iterator {
        let value = try iterator.next(runtime)
        if value.isUndefined { return .none }
        runtime.machine.pointee.suspended = value
        return .undefined
      }
      if sent.isNone {
        runtime.machine.pointee.suspended = try runtime.callMethod(source, "__next__")
      } else {
        runtime.machine.pointee.suspended = try runtime.callMethod(source, "send", [sent])
      }
      return .undefined
    } catch { return try result(of: error, runtime) }
  }

  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    if exception.type.isSubtype(of: runtime.exceptionTypes["GeneratorExit"].unsafelyUnwrapped) {
      if let close = try runtime.getAttributeIfPresent(source, runtime.intern("close")) { _ = try runtime.call(close) }
      throw Raised(exception)
    }
    guard let method = try runtime.getAttributeIfPresent(source, runtime.intern("throw")) else { throw Raised(exception) }
    do throws(Raised) {
      // As the program gave it to `throw`: a class, too.
      let given = runtime.existingAttachment(ThrownArguments.self)?.arguments(of: exception) ?? [.object(exception)]
      runtime.machine.pointee.suspended = try runtime.call(method, given)
      return .undefined
    } catch { return try result(of: error, runtime) }
  }

  private func result(of raised: Raised, _ runtime: Runtime) throws(Raised) -> Value {
    guard runtime.matches(raised, .stopIteration) else { throw raised }
    return raised.exception.fields["value"] ?? .none
  }
}

/// A frame that was started by hand (`send(None)`) and is awaited after that: driven as a chain of its own.
final class StartedFrameAwaitable: AwaitableObject {
  private let frame: SuspendableFrame
  override var awaitedFrame: SuspendableFrame? { frame }

  init(_ runtime: Runtime, _ frame: SuspendableFrame) {
    self.frame = frame
    super.init(type: runtime.types.object)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(frame)
  }

  override func begin(_ runtime: Runtime) throws(Raised) -> Value { try result(frame.drive(runtime, sending: .none), runtime) }
  override func resume(_ runtime: Runtime, sent: Value) throws(Raised) -> Value {
    try result(frame.drive(runtime, sending: sent), runtime)
  }
  override func resume(_ runtime: Runtime, throwing exception: ExceptionObject) throws(Raised) -> Value {
    if runtime.matches(Raised(exception), .generatorExit) {
      _ = try frame.close(runtime)
      throw Raised(exception)
    }
    return try result(frame.drive(runtime, throwing: exception), runtime)
  }

  private func result(_ step: Step, _ runtime: Runtime) -> Value {
    switch step {
    case .returned(let value): return value
    case .suspended(let value):
      runtime.machine.pointee.suspended = value
      return .undefined
    }
  }
}

/// What `throw` was called with, while the exception made of that is on its way to the iterator that the frame waits for.
final class ThrownArguments {
  private var exception: ExceptionObject?
  private var arguments: [Value] = []

  func hold(_ exception: ExceptionObject?, _ arguments: [Value]) {
    self.exception = exception
    self.arguments = arguments
  }

  func arguments(of exception: ExceptionObject) -> [Value]? { self.exception === exception ? arguments : nil }
}
