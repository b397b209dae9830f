import PyaSyntax

/// A list, set or dict comprehension without suspension. It runs in the frame around it; its variables are slots of that frame.
final class ComprehensionNode: ExpressionNode {
  /// Where the loops leave the collection under construction.
  private let slot: Int
  private let kind: Kind
  private let loops: StatementNode
  /// Slots of variables that inner functions capture: fresh cells at each run.
  private let cells: [Int]
  /// The first iterable, evaluated before anything else.
  private let iterable: ExpressionNode
  private let iterableSlot: Int
  private let variables: SlotSpan

  enum Kind { case list, set, dict }

  init(
    _ kind: Kind, slot: Int, iterable: ExpressionNode, iterableSlot: Int, loops: StatementNode, cells: [Int],
    variables: SlotSpan, _ range: SourceRange
  ) {
    self.kind = kind
    self.slot = slot
    self.iterable = iterable
    self.iterableSlot = iterableSlot
    self.loops = loops
    self.cells = cells
    self.variables = variables
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    frame[iterableSlot] = try iterable.evaluate(frame)
    frame.startCollection(kind, slot: slot, cells: cells)
    do { _ = try loops.execute(frame) } catch {
      frame.unbind(variables)
      throw error
    }
    frame.unbind(variables)
    let result = frame[slot]
    frame[slot] = .undefined
    return result
  }
}

/// The innermost step of a comprehension: adds an element to the collection in `slot`.
final class AppendElementNode: StatementNode {
  private let slot: Int
  private let kind: ComprehensionNode.Kind
  private let element: ExpressionNode
  /// For a dictionary: the value of the key `element`.
  private let value: ExpressionNode?

  init(_ kind: ComprehensionNode.Kind, slot: Int, element: ExpressionNode, value: ExpressionNode?, _ range: SourceRange) {
    self.kind = kind
    self.slot = slot
    self.element = element
    self.value = value
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if kind != .list { return try add(frame) }
    let item = try element.evaluate(frame)
    guard let list = (frame.slots + slot).uncountedObject else { fatalError("pya: comprehension without a collection") }
    list.as(ListObject.self).append(item)
    return .normal
  }

  /// The same for a set or dictionary.
  @inline(never)
  private func add(_ frame: Frame) throws(Raised) -> Completion {
    var item = try element.evaluate(frame)
    let addition = if let value { try value.evaluate(frame) } else { Value.undefined }
    guard let held = (frame.slots + slot).uncountedObject else { fatalError("pya: comprehension without a collection") }
    switch kind {
    case .list: break
    case .set:
      do throws(Raised) {
        try held.as(SetObject.self).borrowed { (set) throws(Raised) in
          try frame.withRuntime { (runtime) throws(Raised) in
            let hash = if let quick = item.quickHash { quick } else { try runtime.hash(item) }
            _ = try set.add(keyAt: &item, hash: hash, runtime)
          }
        }
      } catch { try frame.fail(error, range) }
    case .dict:
      if held.as(DictObject.self)._withUnsafeGuaranteedRef({ $0.set(keyAt: &item, addition) }) { return .normal }
      do throws(Raised) {
        try held.as(DictObject.self).borrowed { (dict) throws(Raised) in
          try frame.withRuntime { (runtime) throws(Raised) in try dict.set(item, addition, runtime) }
        }
      } catch { try frame.fail(error, range) }
    }
    return .normal
  }
}

/// Begins a comprehension that suspends: its loops follow as statements.
final class StartComprehensionNode: StatementNode {
  private let kind: ComprehensionNode.Kind
  private let slot: Int
  private let cells: [Int]

  init(_ kind: ComprehensionNode.Kind, slot: Int, cells: [Int], _ range: SourceRange) {
    self.kind = kind
    self.slot = slot
    self.cells = cells
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    frame.startCollection(kind, slot: slot, cells: cells)
    return .normal
  }
}

/// Ends it: its variables are unbound.
final class EndComprehensionNode: StatementNode {
  private let variables: SlotSpan

  init(_ variables: SlotSpan, _ range: SourceRange) {
    self.variables = variables
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    frame.unbind(variables)
    return .normal
  }
}

/// Slots side by side.
struct SlotSpan {
  let first: Int
  let count: Int
}

extension Frame {
  @inline(__always)
  fileprivate func unbind(_ span: SlotSpan) {
    var slot = slots + span.first
    let end = slot + span.count
    while slot < end {
      slot.store(.undefined)
      slot += 1
    }
  }

  /// An empty collection for a comprehension, and fresh cells for its captured variables.
  @inline(__always)
  func startCollection(_ kind: ComprehensionNode.Kind, slot: Int, cells: [Int]) {
    let runtime = runtime
    switch kind {
    case .list: self[slot] = .object(ListObject(runtime))
    case .set: self[slot] = .object(SetObject(type: runtime.types.set))
    case .dict: self[slot] = .object(DictObject(runtime))
    }
    for cell in cells { self[cell] = .object(Cell(runtime, .undefined)) }
  }
}
