import PyaSyntax

/// A statement that tells the observer of frames before it runs, and of exceptions that pass.
final class TellingStatementNode: StatementNode {
  private let statement: StatementNode
  private let events: FrameEvents
  /// Holds a value while the statement is suspended; -1: it never is.
  private let state: Int

  init(_ statement: StatementNode, _ events: FrameEvents, state: Int, _ range: SourceRange) {
    self.statement = statement
    self.events = events
    self.state = state
    super.init(range)
  }

  override var suspends: Bool { statement.suspends }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if state < 0 || frame.isUnbound(state) {
      try events.listener?.reaches(range, frame, again: false)
      if state >= 0 { frame[state] = .bool(true) }
    }
    do {
      let completion = try statement.execute(frame)
      if case .suspends = completion { return completion }
      if state >= 0 { frame[state] = .undefined }
      return completion
    } catch {
      if state >= 0 { frame[state] = .undefined }
      try events.listener?.passes(error, frame)
      throw error
    }
  }
}

/// The body of a loop or of `with`, after which the line at the top comes once more.
final class TellingBodyNode: StatementNode {
  private let body: StatementNode
  private let events: FrameEvents

  init(_ body: StatementNode, _ events: FrameEvents, _ range: SourceRange) {
    self.body = body
    self.events = events
    super.init(range)
  }

  override var suspends: Bool { body.suspends }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let completion = try body.execute(frame)
    switch completion {
    case .normal, .continues: try events.listener?.reaches(range, frame, again: true)
    case .breaks, .returns, .suspends: break
    }
    return completion
  }
}

/// An expression with a line of its own: a decorator, what an `except` looks for. `follows`: the line comes after it.
final class TellingExpressionNode: ExpressionNode {
  private let expression: ExpressionNode
  private let events: FrameEvents
  private let follows: Bool

  init(_ expression: ExpressionNode, _ events: FrameEvents, follows: Bool, _ range: SourceRange) {
    self.expression = expression
    self.events = events
    self.follows = follows
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if !follows { try events.listener?.reaches(range, frame, again: false) }
    let value = try expression.evaluate(frame)
    if follows { try events.listener?.reaches(range, frame, again: false) }
    return value
  }
}

/// The pattern of a `case`, whose line comes when it is tried.
final class TellingPatternNode: PatternNode {
  private let pattern: PatternNode
  private let events: FrameEvents

  init(_ pattern: PatternNode, _ events: FrameEvents, _ range: SourceRange) {
    self.pattern = pattern
    self.events = events
    super.init(range)
  }

  override func matches(_ frame: Frame, _ subject: Value) throws(Raised) -> Bool {
    try events.listener?.reaches(range, frame, again: false)
    return try pattern.matches(frame, subject)
  }
}

/// All of a function, class or module, which tells when it begins and ends.
final class TellingCodeNode: StatementNode {
  private let body: StatementNode
  private let events: FrameEvents
  private let globals: DictObject
  /// Holds a value once the body has begun; -1: it is never suspended.
  private let state: Int

  init(_ body: StatementNode, _ events: FrameEvents, globals: DictObject, state: Int, _ range: SourceRange) {
    self.body = body
    self.events = events
    self.globals = globals
    self.state = state
    super.init(range)
  }

  override var suspends: Bool { body.suspends }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    try events.listener?.begins(frame, globals: globals, goesOn: state >= 0 && !frame.isUnbound(state))
    if state >= 0 { frame[state] = .bool(true) }
    let completion: Completion
    do { completion = try body.execute(frame) } catch {
      try events.listener?.ends(frame, nil, isSuspended: false)
      throw error
    }
    if let listener = events.listener { try tell(listener, ofEnd: completion, frame) }
    return completion
  }

  private func tell(_ listener: FrameObserver, ofEnd completion: Completion, _ frame: Frame) throws(Raised) {
    switch completion {
    case .returns(let value): try listener.ends(frame, value, isSuspended: false)
    case .suspends:
      let waiting = frame.machine.pointee.suspended
      try listener.ends(frame, waiting.isUndefined ? Value.none : waiting, isSuspended: true)
      frame.machine.pointee.suspended = waiting
    case .normal, .breaks, .continues: try listener.ends(frame, Value.none, isSuspended: false)
    }
  }
}

/// A call that tells of built-in functions.
final class TellingCallNode: ExpressionNode {
  private let callee: ExpressionNode
  private let positional: [ExpressionNode]
  private let keywords: [(name: StringObject, value: ExpressionNode)]
  private let events: FrameEvents

  init(
    _ callee: ExpressionNode, _ positional: [ExpressionNode], _ keywords: [(name: StringObject, value: ExpressionNode)],
    _ events: FrameEvents, _ range: SourceRange
  ) {
    self.callee = callee
    self.positional = positional
    self.keywords = keywords
    self.events = events
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let function = try callee.evaluate(frame)
    var values: [Value] = []
    for node in positional { values.append(try node.evaluate(frame)) }
    var named: [(name: StringObject, value: Value)] = []
    for keyword in keywords { named.append((keyword.name, try keyword.value.evaluate(frame))) }
    let isNative = events.isActive && isBuiltinFunction(function)
    if isNative { try events.listener?.native(.call, function, frame) }
    let result: Value
    do { result = try frame.runtime.call(function, values, keywords: named) } catch {
      let raised = frame.located(error, range)
      if isNative { try events.listener?.native(.raised, function, frame) }
      throw raised
    }
    if isNative { try events.listener?.native(.returned, function, frame) }
    return result
  }

  /// Whether CPython has it in C.
  private func isBuiltinFunction(_ value: Value) -> Bool {
    let function = value.cast(.boundMethod, to: BoundMethod.self)?.function ?? value
    return function.cast(.nativeFunction, to: NativeFunction.self).map { !$0.isWrittenInPython } ?? false
  }
}
