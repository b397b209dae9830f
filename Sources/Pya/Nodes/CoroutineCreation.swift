import PyaSyntax

/// A call of an async function of the same file that is not awaited at once: the coroutine learns where it was made, for the report
/// that it was never awaited.
final class CoroutineCreationNode: ExpressionNode {
  private let call: ExpressionNode
  /// `FILE:LINE`.
  private let place: Value

  init(_ call: ExpressionNode, place: StringObject, _ range: SourceRange) {
    self.call = call
    self.place = .object(place)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try call.evaluate(frame)
    if case .object(let object) = value, object.kind == .coroutine {
      unsafeDowncast(object, to: SuspendableFrame.self).noteCreation(place)
    }
    return value
  }
}
