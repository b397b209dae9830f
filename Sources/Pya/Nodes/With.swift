import PyaSyntax

/// `with context as target`: one item; several nest.
final class WithNode: StatementNode {
  private let context: ExpressionNode
  private let target: TargetNode?
  private let body: StatementNode
  private let methods = ContextMethods(isAsync: false)

  init(_ context: ExpressionNode, target: TargetNode?, body: StatementNode, _ range: SourceRange) {
    self.context = context
    self.target = target
    self.body = body
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let manager = try context.evaluate(frame)
    let exit: Value
    let entered: Value
    do throws(Raised) {
      try methods.find(for: manager, runtime)
      exit = methods.exit
      entered = try runtime.callSpecial(methods.enter, manager)
    } catch { try frame.fail(error, context.range) }
    let completion: Completion
    do throws(Raised) {
      try target?.store(frame, entered)
      completion = try body.execute(frame)
    } catch {
      return try leave(manager, exit, error, frame)
    }
    do { _ = try runtime.callSpecial(exit, manager, .none, .none, .none) } catch { try frame.fail(error, context.range) }
    return completion
  }

  private func leave(_ manager: Value, _ exit: Value, _ raised: Raised, _ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    runtime.handled.append(raised.exception)
    defer { runtime.handled.removeLast() }
    let swallowed: Bool
    do throws(Raised) {
      swallowed = try runtime.isTrue(
        try runtime.callSpecial(
          exit, manager, .object(raised.exception.type), .object(raised.exception), runtime.tracebackObject(of: raised.exception)))
    } catch { try frame.fail(error, context.range) }
    if swallowed { return .normal }
    raised.exception.isLocated = true
    throw raised
  }
}

/// `__enter__` and `__exit__` (`__aenter__`, `__aexit__`) of the class of context managers seen last, unbound.
final class ContextMethods {
  private let isAsync: Bool
  private var token = 0
  private(set) var enter: Value = .undefined
  private(set) var exit: Value = .undefined

  init(isAsync: Bool) { self.isAsync = isAsync }

  /// Whether these are the methods of the manager's class.
  @inline(__always)
  func fit(_ manager: Value) -> Bool {
    guard let object = manager.uncounted else { return false }
    return object._withUnsafeGuaranteedRef {
      Unmanaged<TypeObject>.fromOpaque($0.typePointer)._withUnsafeGuaranteedRef { $0.token }
    } == token
  }

  func find(for manager: Value, _ runtime: Runtime) throws(Raised) {
    let type = runtime.type(of: manager)
    if type.token == token { return }
    let (enterName, exitName): (SpecialMethod, SpecialMethod) = isAsync ? (.aenter, .aexit) : (.enter, .exit)
    guard let enter = type.lookup(runtime.names[enterName]) else { throw refusal(type, missing: nil, runtime) }
    guard let exit = type.lookup(runtime.names[exitName]) else { throw refusal(type, missing: exitName, runtime) }
    self.enter = enter
    self.exit = exit
    token = type.token
  }

  private func refusal(_ type: TypeObject, missing: SpecialMethod?, _ runtime: Runtime) -> Raised {
    let note = missing.map { " (missed \($0.pythonName) method)" } ?? ""
    return runtime.typeError(
      "'\(type.messageName)' object does not support the \(isAsync ? "asynchronous " : "")context manager protocol\(note)")
  }
}

extension Runtime {
  /// What `__exit__` gets: type, exception, traceback.
  func exitArguments(_ exception: ExceptionObject) -> [Value] {
    [.object(exception.type), .object(exception), tracebackObject(of: exception)]
  }
}
