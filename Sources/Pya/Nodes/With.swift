import PyaSyntax

/// `with context as target`: one item; several nest.
final class WithNode: StatementNode {
  private let context: ExpressionNode
  private let target: TargetNode?
  private let body: StatementNode

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
      let enter: Value
      (enter, exit) = try runtime.contextMethods(of: manager, isAsync: false)
      entered = try runtime.call(enter)
    } catch { throw frame.located(error, context.range) }
    let completion: Completion
    do throws(Raised) {
      try target?.store(frame, entered)
      completion = try body.execute(frame)
    } catch {
      return try leave(exit, error, frame)
    }
    do { _ = try runtime.call(exit, .none, .none, .none) } catch { throw frame.located(error, context.range) }
    return completion
  }

  private func leave(_ exit: Value, _ raised: Raised, _ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    runtime.handled.append(raised.exception)
    defer { runtime.handled.removeLast() }
    let swallowed: Bool
    do throws(Raised) {
      swallowed = try runtime.isTrue(try runtime.call(exit, runtime.exitArguments(raised.exception)))
    } catch { throw frame.located(error, context.range) }
    if swallowed { return .normal }
    raised.exception.isLocated = true
    throw raised
  }
}

extension Runtime {
  /// The bound `__enter__` and `__exit__` (`__aenter__`, `__aexit__`) of a context manager.
  func contextMethods(of manager: Value, isAsync: Bool) throws(Raised) -> (enter: Value, exit: Value) {
    let type = type(of: manager)
    let (enterName, exitName): (SpecialMethod, SpecialMethod) = isAsync ? (.aenter, .aexit) : (.enter, .exit)
    let subject = "'\(type.isHeap ? type.name : type.name)' object does not support the "
      + "\(isAsync ? "asynchronous " : "")context manager protocol"
    guard let enter = type.lookup(names[enterName]) else { throw typeError(subject) }
    guard let exit = type.lookup(names[exitName]) else {
      throw typeError("\(subject) (missed \(exitName.pythonName) method)")
    }
    return (try bind(enter, to: manager), try bind(exit, to: manager))
  }

  /// What `__exit__` gets: type, exception, traceback.
  func exitArguments(_ exception: ExceptionObject) -> [Value] {
    [.object(exception.type), .object(exception), tracebackObject(of: exception)]
  }
}
