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

  enum Kind { case list, set, dict }

  init(
    _ kind: Kind, slot: Int, iterable: ExpressionNode, iterableSlot: Int, loops: StatementNode, cells: [Int],
    _ range: SourceRange
  ) {
    self.kind = kind
    self.slot = slot
    self.iterable = iterable
    self.iterableSlot = iterableSlot
    self.loops = loops
    self.cells = cells
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    frame.slots[iterableSlot] = try iterable.evaluate(frame)
    // A comprehension may run inside its own element (recursion is another frame, but nesting in a loop is not): keep what is there.
    let outer = frame.slots[slot]
    switch kind {
    case .list: frame.slots[slot] = .object(ListObject(runtime))
    case .set: frame.slots[slot] = .object(SetObject(type: runtime.types.set))
    case .dict: frame.slots[slot] = .object(DictObject(runtime))
    }
    for cell in cells { frame.slots[cell] = .object(Cell(runtime, .undefined)) }
    defer { frame.slots[slot] = outer }
    _ = try loops.execute(frame)
    return frame.slots[slot]
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
    let item = try element.evaluate(frame)
    guard case .object(let collection) = frame.slots[slot] else { fatalError("pya: comprehension without a collection") }
    switch kind {
    case .list: unsafeDowncast(collection, to: ListObject.self).append(item)
    case .set:
      do { try unsafeDowncast(collection, to: SetObject.self).insert(item, frame.runtime) } catch {
        throw frame.located(error, range)
      }
    case .dict:
      guard let value else { fatalError("pya: dict comprehension without a value") }
      let element = try value.evaluate(frame)
      do { try unsafeDowncast(collection, to: DictObject.self).set(item, element, frame.runtime) } catch {
        throw frame.located(error, range)
      }
    }
    return .normal
  }
}
