import PyaSyntax

/// The body of a `for` whose generator runs in one go.
final class LoopConsumer: Consumer {
  // The loop's nodes, which live as long as it runs.
  private let target: Unmanaged<TargetNode>
  private let slot: Int
  private let body: Unmanaged<StatementNode>
  private let range: SourceRange
  private let frame: Frame
  /// The consumer of the code that the loop is part of, and how deep that stands.
  private let outer: UnsafeMutableRawPointer?
  private let depth: Int
  /// How the body ended the loop; nil: it did not.
  private var completion: Completion?

  private init(_ target: TargetNode, slot: Int, _ body: StatementNode, _ range: SourceRange, _ frame: Frame) {
    self.target = .passUnretained(target)
    self.slot = slot
    self.body = .passUnretained(body)
    self.range = range
    self.frame = frame
    outer = frame.machine.pointee.consumer
    depth = frame.machine.pointee.depth
  }

  override func accept(_ value: consuming Value) throws(Raised) -> Bool {
    // As if the generator were suspended.
    let machine = frame.machine
    let inner = machine.pointee.depth
    machine.pointee.depth = depth
    machine.pointee.consumer = outer
    defer {
      machine.pointee.depth = inner
      machine.pointee.consumer = Unmanaged.passUnretained(self).toOpaque()
    }
    if slot >= 0 {
      (frame.slots + slot).store(value)
    } else {
      let value = value
      try target.borrowed { (target) throws(Raised) in try target.store(frame, value) }
    }
    let end = try body.borrowed { (body) throws(Raised) in try body.execute(frame) }
    switch end {
    case .normal, .continues:
      if machine.pointee.isInterrupted { try frame.handleInterrupt(range) }
      return true
    case .breaks: completion = .normal
    case .returns, .suspends: completion = end
    }
    return false
  }

  /// Runs a whole loop over a generator. Gives how its body ended it; nil when the generator came to its end.
  @inline(__always)
  static func run(
    _ target: TargetNode, slot: Int, _ body: StatementNode, iterable: SourceRange, _ range: SourceRange, _ frame: Frame,
    _ generator: (LoopConsumer) throws(Raised) -> Void
  ) throws(Raised) -> Completion? {
    let consumer = LoopConsumer(target, slot: slot, body, range, frame)
    do throws(Raised) { try generator(consumer) } catch { try frame.fail(error, iterable) }
    if let failure = consumer.failure { throw failure }
    return consumer.completion
  }
}
