import PyaSyntax

final class ConstantNode: ExpressionNode {
  let value: Value

  init(_ value: Value, _ range: SourceRange) {
    self.value = value
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { value }
  override var constant: Value? { value }
}
