import PyaSyntax

/// `raise exception from cause`.
final class RaiseNode: StatementNode {
  private let exception: ExpressionNode
  private let cause: ExpressionNode?

  init(_ exception: ExpressionNode, cause: ExpressionNode?, _ range: SourceRange) {
    self.exception = exception
    self.cause = cause
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let value = try exception.evaluate(frame)
    let causeValue = try cause?.evaluate(frame)
    let raised: ExceptionObject
    do throws(Raised) {
      raised = try runtime.exceptionToRaise(value)
      if let causeValue { try runtime.setCause(of: raised, causeValue) }
    } catch { try frame.fail(error, range) }
    runtime.setContext(of: raised)
    raised.isLocated = false
    try frame.fail(Raised(raised), range)
  }
}

/// A bare `raise`: the exception being handled goes on, with the traceback it had.
final class ReraiseNode: StatementNode {
  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    guard let exception = frame.runtime.handled.last else {
      try frame.fail(frame.runtime.runtimeError("No active exception to reraise"), range)
    }
    let last = exception.traceback.last
    exception.isLocated = last?.code === frame.code.information
    try frame.fail(Raised(exception), range)
  }
}

extension Runtime {
  /// What a call of an exception class returned, which must be an exception.
  func exception(made value: Value, by cls: TypeObject, shown: @autoclosure () throws(Raised) -> String) throws(Raised) -> ExceptionObject {
    if let exception = value.exception { return exception }
    throw typeError("calling \(try repr(.object(cls)).text) should have returned an instance of BaseException, not \(try shown())")
  }

  /// What `raise value` raises: the instance, or a new one of the class.
  func exceptionToRaise(_ value: Value) throws(Raised) -> ExceptionObject {
    if let exception = value.exception { return exception }
    guard let type = value.type, type.isSubtype(of: types.baseException) else {
      throw typeError("exceptions must derive from BaseException")
    }
    let made = try call(value)
    return try exception(made: made, by: type, shown: try repr(.object(self.type(of: made))).text)
  }

  func setCause(of exception: ExceptionObject, _ cause: Value) throws(Raised) {
    exception.suppressesContext = true
    if cause.isNone {
      exception.cause = nil
    } else if cause.exception != nil || cause.type?.isSubtype(of: types.baseException) == true {
      exception.cause = try exceptionToRaise(cause)
    } else {
      throw typeError("exception causes must derive from BaseException")
    }
  }
}

final class AssertNode: StatementNode {
  private let condition: ExpressionNode
  private let message: ExpressionNode?

  init(_ condition: ExpressionNode, message: ExpressionNode?, _ range: SourceRange) {
    self.condition = condition
    self.message = message
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if try condition.evaluateBool(frame) { return .normal }
    var arguments: [Value] = []
    if let message { arguments = [try message.evaluate(frame)] }
    try frame.fail(frame.runtime.error("AssertionError", arguments), condition.range)
  }
}

/// `import` or `class` in code whose `__builtins__` lack the function behind the statement.
final class MissingClassBuilderNode: StatementNode {
  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    try frame.fail(frame.runtime.error("NameError", "__build_class__ not found"), range)
  }
}
