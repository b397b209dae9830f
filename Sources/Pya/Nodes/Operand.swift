/// A child of a node that is often just a local variable or a constant.
///
/// Such an operand needs no call to be evaluated and no reference counted: the node asks for its `place` and looks there.
/// What makes that right: only the frame's own code assigns to its local variables, so nothing that runs while a node is being
/// evaluated can change them, except an assignment expression among the operands to the right. Where a file has one of those,
/// lowering makes a `SettledLocalNode` of a variable, which is no such operand. So a place may also be read after the operands to its right were
/// evaluated, and an object found there lives until the node is done.
struct Operand {
  let node: ExpressionNode
  /// The variable's slot; -1 for anything else.
  let slot: Int
  private let constant: UnsafeMutablePointer<Value>?
  /// It lies somewhere, or may do (`Node.settledPlace`).
  let maySettle: Bool

  init(_ node: ExpressionNode) {
    self.node = node
    slot = node.localSlot ?? -1
    constant = (node as? ConstantNode)?.place
    maySettle = slot >= 0 || constant != nil || node.maySettle
  }

  /// Where the value lies. Nil: the node must be evaluated. An unbound variable's place holds `undefined`.
  @inline(__always)
  func place(_ frame: Frame) -> UnsafeMutablePointer<Value>? { slot >= 0 ? frame.slots + slot : constant }

  @inline(__always)
  var hasPlace: Bool { slot >= 0 || constant != nil }

  /// The value, copied from where it lies if that is known.
  @inline(__always)
  func value(_ frame: Frame) throws(Raised) -> Value {
    if let place = place(frame), !place.holdsUndefined { return place.copied }
    return try node.evaluate(frame)
  }

  @inline(__always)
  func evaluate(_ frame: Frame) throws(Raised) -> Value { try node.evaluate(frame) }

  /// Where the value lies, if that can be had without running code of the program. Good until anything else runs.
  @inline(__always)
  func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard let place = place(frame) else { return node.settledPlace(frame) }
    return place.holdsUndefined ? nil : place
  }

  /// `Node.settledInt` of the operand.
  @inline(__always)
  func settledInt(_ frame: Frame) -> Int? {
    guard let place = place(frame) else { return node.settledInt(frame) }
    if case .int(let number) = place.number { return number }
    return nil
  }
}
