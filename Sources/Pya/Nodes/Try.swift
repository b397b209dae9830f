import PyaSyntax

/// One `except` clause.
final class ExceptClause {
  /// Nil: catches everything.
  let type: ExpressionNode?
  let target: TargetNode?
  let body: StatementNode
  let range: SourceRange
  /// The type, when it is a name of the module or the built-ins.
  let typeName: GlobalNode?

  init(type: ExpressionNode?, target: TargetNode?, body: StatementNode, range: SourceRange) {
    self.type = type
    self.target = target
    self.body = body
    self.range = range
    typeName = type as? GlobalNode
  }
}

/// `try` with handlers (and `else`); `finally` is a `FinallyNode` around it.
final class TryNode: StatementNode {
  private let body: StatementNode
  private let clauses: [ExceptClause]
  private let otherwise: StatementNode?

  init(body: StatementNode, clauses: [ExceptClause], otherwise: StatementNode?, _ range: SourceRange) {
    self.body = body
    self.clauses = clauses
    self.otherwise = otherwise
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let completion: Completion
    do throws(Raised) {
      completion = try body.execute(frame)
    } catch {
      return try handle(error, frame)
    }
    if let otherwise, case .normal = completion { return try otherwise.execute(frame) }
    return completion
  }

  private func handle(_ raised: Raised, _ frame: Frame) throws(Raised) -> Completion {
    guard let index = try frame.matchingClause(clauses, raised) else { throw raised }
    return try clauses.uncounted(index).borrowed { (clause) throws(Raised) in try frame.runHandler(clause, raised) }
  }
}

extension Frame {
  /// The clause that catches the exception. Its type expressions run with the exception as the one being handled.
  func matchingClause(_ clauses: [ExceptClause], _ raised: Raised) throws(Raised) -> Int? {
    if machine.pointee.hasDeferredWarnings, let entry = raised.exception.traceback.last, entry.code === code.information {
      issueDeferredWarnings(entry.range)
    }
    for index in 0..<clauses.count {
      if let answer = quickMatch(clauses.uncounted(index), raised) {
        if answer { return index }
        continue
      }
      guard let type = clauses[index].type else { return index }
      let runtime = runtime
      runtime.handled.append(raised.exception)
      defer { runtime.handled.removeLast() }
      let candidate = try type.evaluate(self)
      do throws(Raised) {
        if try runtime.exceptionMatches(raised.exception, candidate) { return index }
      } catch { try fail(error, type.range) }
    }
    return nil
  }

  /// Whether the clause catches the exception, where it names a class that needs no code to be looked up: nothing happens while the exception
  /// is being matched. Nil: it is something else.
  @inline(__always)
  private func quickMatch(_ clause: Unmanaged<ExceptClause>, _ raised: Raised) -> Bool? {
    let place = clause._withUnsafeGuaranteedRef { $0.typeName?.settledPlace(self) }
    guard let held = place?.uncountedObject, held.kind == .type else { return nil }
    let exception = Unmanaged.passUnretained(raised.exception)
    let type = exception._withUnsafeGuaranteedRef { $0.typePointer }
    if type == UnsafeRawPointer(held.toOpaque()) { return true }
    return held.as(TypeObject.self)._withUnsafeGuaranteedRef { candidate in
      machine.pointee.runtimeReference._withUnsafeGuaranteedRef { runtime in
        guard candidate.isSubtype(of: runtime.types.baseException) else { return nil }
        return Unmanaged<TypeObject>.fromOpaque(type)._withUnsafeGuaranteedRef { $0.isSubtype(of: candidate) }
      }
    }
  }

  /// Runs a handler's body with the exception bound and being handled.
  func runHandler(_ clause: ExceptClause, _ raised: Raised) throws(Raised) -> Completion {
    try enterHandler(clause, raised)
    do throws(Raised) {
      let completion = try clause.body.execute(self)
      try leaveHandler(clause)
      return completion
    } catch {
      try leaveHandler(clause)
      throw error
    }
  }

  func enterHandler(_ clause: ExceptClause, _ raised: Raised) throws(Raised) {
    raised.exception.isLocated = false
    runtime.handled.append(raised.exception)
    try clause.target?.store(self, .object(raised.exception))
    if machine.pointee.keepsFrames { runtime.callSites.startHandling(in: self) }
  }

  /// The name of `except ... as name` ends with the handler.
  func leaveHandler(_ clause: ExceptClause) throws(Raised) {
    runtime.handled.removeLast()
    if machine.pointee.keepsFrames { runtime.callSites.stopHandling(in: self) }
    if let target = clause.target {
      try target.store(self, .none)
      try target.delete(self)
    }
  }
}

extension Runtime {
  /// Whether `except candidate` catches the exception.
  func exceptionMatches(_ exception: ExceptionObject, _ candidate: Value) throws(Raised) -> Bool {
    if let type = candidate.type, type.isSubtype(of: types.baseException) { return exception.type.isSubtype(of: type) }
    try checkCaughtTypes(candidate)
    guard let tuple = candidate.tuple else { return false }
    for index in 0..<tuple.count {
      if let type = tuple[index].type, exception.type.isSubtype(of: type) { return true }
    }
    return false
  }

  /// What stands behind `except` is an exception class, or a tuple of these.
  func checkCaughtTypes(_ candidate: Value) throws(Raised) {
    if let type = candidate.type, type.isSubtype(of: types.baseException) { return }
    if let tuple = candidate.tuple {
      var isValid = true
      for index in 0..<tuple.count {
        guard let type = tuple[index].type, type.isSubtype(of: types.baseException) else {
          isValid = false
          break
        }
      }
      if isValid { return }
    }
    throw typeError("catching classes that do not inherit from BaseException is not allowed")
  }
}

/// `finally`.
final class FinallyNode: StatementNode {
  private let body: StatementNode
  private let finally: StatementNode

  init(body: StatementNode, finally: StatementNode, _ range: SourceRange) {
    self.body = body
    self.finally = finally
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let completion: Completion
    do throws(Raised) {
      completion = try body.execute(frame)
    } catch {
      return try frame.runFinally(finally, after: error)
    }
    let last = try finally.execute(frame)
    if case .normal = last { return completion }
    return last
  }
}

extension Frame {
  /// Runs a `finally` block while an exception passes: the exception goes on, unless the block leaves by itself.
  func runFinally(_ finally: StatementNode, after raised: Raised) throws(Raised) -> Completion {
    let runtime = runtime
    runtime.handled.append(raised.exception)
    let completion: Completion
    do { completion = try finally.execute(self) } catch {
      runtime.handled.removeLast()
      throw error
    }
    runtime.handled.removeLast()
    if case .normal = completion {
      raised.exception.isLocated = true
      throw raised
    }
    return completion
  }
}

/// `except*`: each clause takes the part of the group it matches; what is left, and what the clauses raise, goes on as a group.
final class TryGroupNode: StatementNode {
  private let body: StatementNode
  private let clauses: [ExceptClause]
  private let otherwise: StatementNode?

  init(body: StatementNode, clauses: [ExceptClause], otherwise: StatementNode?, _ range: SourceRange) {
    self.body = body
    self.clauses = clauses
    self.otherwise = otherwise
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let completion: Completion
    do throws(Raised) {
      completion = try body.execute(frame)
    } catch {
      var handling = GroupHandling(error.exception)
      for clause in clauses {
        guard let part = try handling.take(clause, frame) else { continue }
        do throws(Raised) { _ = try frame.runHandler(clause, Raised(part)) } catch { handling.collect(error) }
      }
      if let rest = try handling.rest(frame) { throw rest }
      return .normal
    }
    if let otherwise, case .normal = completion { return try otherwise.execute(frame) }
    return completion
  }
}

/// What is left of an exception while `except*` clauses take their parts.
struct GroupHandling {
  private let original: ExceptionObject
  private var remaining: ExceptionObject?
  private var raised: [ExceptionObject] = []

  init(_ exception: ExceptionObject) {
    original = exception
    remaining = exception
  }

  /// The part that the clause handles, always a group; nil when there is none.
  mutating func take(_ clause: ExceptClause, _ frame: Frame) throws(Raised) -> ExceptionObject? {
    guard let whole = remaining, let type = clause.type else { return nil }
    // Whatever goes wrong while matching happens while the exception is being handled.
    let runtime = frame.runtime
    runtime.handled.append(original)
    defer { runtime.handled.removeLast() }
    let candidate = try type.evaluate(frame)
    do throws(Raised) {
      _ = try frame.runtime.exceptionMatches(whole, candidate)
      let (match, rest) = try frame.runtime.splitGroup(whole, matching: candidate)
      remaining = rest
      return match
    } catch { try frame.fail(error, type.range) }
  }

  /// A clause raised.
  mutating func collect(_ error: Raised) { raised.append(error.exception) }

  /// What goes on after all clauses.
  func rest(_ frame: Frame) throws(Raised) -> Raised? {
    if raised.isEmpty {
      remaining?.isLocated = true
      return remaining.map { Raised($0) }
    }
    let parts = raised + (remaining.map { [$0] } ?? [])
    return try frame.runtime.exceptionAfterHandlers(of: original, raised: parts).map { Raised($0) }
  }
}
