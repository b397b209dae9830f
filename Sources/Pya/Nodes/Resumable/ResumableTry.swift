import PyaSyntax

/// The slots that the nodes of a body use for themselves. When an exception leaves the body, what lies there is of no use any more.
struct Temporaries {
  let slots: Range<Int>

  /// Kept out of the way: exceptions are rare.
  @inline(never)
  func forget(_ frame: Frame) {
    for slot in slots { frame[slot] = .undefined }
  }
}

/// `try` with handlers, something of which suspends.
final class ResumableTryNode: ResumableNode {
  private let body: StatementNode
  private let clauses: [ExceptClause]
  private let otherwise: StatementNode?
  /// Keeps the exception while its handler is suspended.
  private let exceptionSlot: Int
  private let temporaries: Temporaries

  private enum Phase { static let body = 0, otherwise = 1, firstHandler = 2 }

  init(
    body: StatementNode, clauses: [ExceptClause], otherwise: StatementNode?, exceptionSlot: Int, state: Int,
    temporaries: Temporaries, _ range: SourceRange
  ) {
    self.temporaries = temporaries
    self.body = body
    self.clauses = clauses
    self.otherwise = otherwise
    self.exceptionSlot = exceptionSlot
    super.init(state: state, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let phase = takeNote(frame) ?? Phase.body
    if phase >= Phase.firstHandler { return try resumeHandler(phase - Phase.firstHandler, frame) }
    if phase == Phase.body {
      let completion: Completion
      do { completion = try body.execute(frame) } catch {
        temporaries.forget(frame)
        guard let index = try frame.matchingClause(clauses, error) else { throw error }
        try frame.enterHandler(clauses[index], error)
        return try runHandler(index, frame, error.exception)
      }
      if case .suspends = completion { return suspend(frame, Phase.body) }
      guard case .normal = completion else { return completion }
    }
    guard let otherwise else { return .normal }
    let completion = try otherwise.execute(frame)
    if case .suspends = completion { return suspend(frame, Phase.otherwise) }
    return completion
  }

  private func resumeHandler(_ index: Int, _ frame: Frame) throws(Raised) -> Completion {
    guard let exception = frame[exceptionSlot].exception else { fatalError("pya: handler without an exception") }
    frame.runtime.handled.append(exception)
    if frame.machine.pointee.keepsFrames { frame.runtime.callSites.startHandling(in: frame) }
    return try runHandler(index, frame, exception)
  }

  private func runHandler(_ index: Int, _ frame: Frame, _ exception: ExceptionObject) throws(Raised) -> Completion {
    let clause = clauses[index]
    let completion: Completion
    do { completion = try clause.body.execute(frame) } catch {
      frame[exceptionSlot] = .undefined
      try frame.leaveHandler(clause)
      throw error
    }
    if case .suspends = completion {
      frame.stopHandling()
      frame[exceptionSlot] = .object(exception)
      return suspend(frame, Phase.firstHandler + index)
    }
    frame[exceptionSlot] = .undefined
    try frame.leaveHandler(clause)
    return completion
  }
}

/// How a statement ended, kept in two slots while a `finally` or `__aexit__` after it is suspended.
struct CompletionSlots {
  let first: Int

  func save(_ completion: Completion, _ frame: Frame) {
    switch completion {
    case .normal, .suspends: frame[first] = .int(0)
    case .breaks: frame[first] = .int(1)
    case .continues: frame[first] = .int(2)
    case .returns(let value):
      frame[first] = .int(3)
      frame[first + 1] = value
    }
  }

  func take(_ frame: Frame) -> Completion {
    defer {
      frame[first] = .undefined
      frame[first + 1] = .undefined
    }
    guard case .int(let code) = frame[first] else { return .normal }
    switch code {
    case 1: return .breaks
    case 2: return .continues
    case 3: return .returns(frame[first + 1])
    default: return .normal
    }
  }
}

/// `finally` where the body or the block suspends.
final class ResumableFinallyNode: ResumableNode {
  private let body: StatementNode
  private let finally: StatementNode
  private let exceptionSlot: Int
  private let completion: CompletionSlots

  private enum Phase { static let body = 0, afterCompletion = 1, afterException = 2 }

  init(
    body: StatementNode, finally: StatementNode, exceptionSlot: Int, completionSlots: Int, state: Int, _ range: SourceRange
  ) {
    self.body = body
    self.finally = finally
    self.exceptionSlot = exceptionSlot
    completion = CompletionSlots(first: completionSlots)
    super.init(state: state, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    switch takeNote(frame) ?? Phase.body {
    case Phase.afterCompletion: return try finish(completion.take(frame), frame)
    case Phase.afterException:
      guard let exception = frame[exceptionSlot].exception else { fatalError("pya: finally without its exception") }
      return try finish(after: exception, frame)
    default: break
    }
    let ended: Completion
    do { ended = try body.execute(frame) } catch { return try finish(after: error.exception, frame) }
    if case .suspends = ended { return suspend(frame, Phase.body) }
    return try finish(ended, frame)
  }

  private func finish(_ ended: Completion, _ frame: Frame) throws(Raised) -> Completion {
    let last = try finally.execute(frame)
    switch last {
    case .normal: return ended
    case .suspends:
      completion.save(ended, frame)
      return suspend(frame, Phase.afterCompletion)
    case .breaks, .continues, .returns: return last
    }
  }

  private func finish(after exception: ExceptionObject, _ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    runtime.handled.append(exception)
    let last: Completion
    do { last = try finally.execute(frame) } catch {
      runtime.handled.removeLast()
      frame[exceptionSlot] = .undefined
      throw error
    }
    if case .suspends = last { frame.stopHandling() } else { runtime.handled.removeLast() }
    switch last {
    case .normal:
      frame[exceptionSlot] = .undefined
      exception.isLocated = true
      throw Raised(exception)
    case .suspends:
      frame[exceptionSlot] = .object(exception)
      return suspend(frame, Phase.afterException)
    case .breaks, .continues, .returns:
      frame[exceptionSlot] = .undefined
      return last
    }
  }
}

/// `except*` where the body or a clause suspends.
final class ResumableTryGroupNode: ResumableNode {
  private let body: StatementNode
  private let clauses: [ExceptClause]
  private let otherwise: StatementNode?
  /// Keeps the handling in progress, boxed.
  private let handlingSlot: Int
  private let temporaries: Temporaries

  private enum Phase { static let body = 0, otherwise = 1, firstHandler = 2 }

  private final class Box: HandledPart {
    var handling: GroupHandling
    init(_ runtime: Runtime, _ handling: GroupHandling) {
      self.handling = handling
      super.init(runtime)
    }
  }

  init(
    body: StatementNode, clauses: [ExceptClause], otherwise: StatementNode?, handlingSlot: Int, state: Int,
    temporaries: Temporaries, _ range: SourceRange
  ) {
    self.temporaries = temporaries
    self.body = body
    self.clauses = clauses
    self.otherwise = otherwise
    self.handlingSlot = handlingSlot
    super.init(state: state, range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let phase = takeNote(frame) ?? Phase.body
    if phase >= Phase.firstHandler {
      guard case .object(let kept) = frame[handlingSlot], let box = kept as? Box, let part = box.part else {
        fatalError("pya: except* without its group")
      }
      frame.runtime.handled.append(part)
      return try handle(box, from: phase - Phase.firstHandler, resuming: true, frame)
    }
    if phase == Phase.body {
      let completion: Completion
      do { completion = try body.execute(frame) } catch {
        temporaries.forget(frame)
        let box = Box(frame.runtime, GroupHandling(error.exception))
        return try handle(box, from: 0, resuming: false, frame)
      }
      if case .suspends = completion { return suspend(frame, Phase.body) }
      guard case .normal = completion else { return completion }
    }
    guard let otherwise else { return .normal }
    let completion = try otherwise.execute(frame)
    if case .suspends = completion { return suspend(frame, Phase.otherwise) }
    return completion
  }

  private func handle(_ box: Box, from first: Int, resuming: Bool, _ frame: Frame) throws(Raised) -> Completion {
    var resuming = resuming
    for index in first..<clauses.count {
      let clause = clauses[index]
      if !resuming {
        guard let part = try box.handling.take(clause, frame) else { continue }
        box.part = part
        try frame.enterHandler(clause, Raised(part))
      }
      resuming = false
      guard box.part != nil else { continue }
      do throws(Raised) {
        let completion = try clause.body.execute(frame)
        if case .suspends = completion {
          frame.stopHandling()
          frame[handlingSlot] = .object(box)
          return suspend(frame, Phase.firstHandler + index)
        }
        try frame.leaveHandler(clause)
      } catch {
        try frame.leaveHandler(clause)
        box.handling.collect(error)
      }
    }
    frame[handlingSlot] = .undefined
    if let rest = try box.handling.rest(frame) { throw rest }
    return .normal
  }
}
