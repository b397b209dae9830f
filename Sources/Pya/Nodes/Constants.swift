import PyaSyntax

final class ConstantNode: ExpressionNode {
  /// Memory of its own: an `Operand` reads it there.
  let place: UnsafeMutablePointer<Value>

  init(_ value: Value, _ range: SourceRange) {
    place = .allocate(capacity: 1)
    place.initialize(to: value)
    super.init(range)
  }

  deinit {
    place.deinitialize(count: 1)
    place.deallocate()
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { place.copied }

  /// `while True`
  override func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    if case .bool(let flag) = place.pointee { return flag }
    return try super.evaluateBool(frame)
  }

  override var constant: Value? { place.pointee }
}
