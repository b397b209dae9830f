import PyaSyntax

/// An expression typed at the prompt: its value is shown.
final class DisplayNode: StatementNode {
  private let expression: ExpressionNode

  init(_ expression: ExpressionNode, _ range: SourceRange) {
    self.expression = expression
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let value = try expression.evaluate(frame)
    if frame.machine.pointee.hasDeferredWarnings { frame.issueDeferredWarnings(range) }
    try frame.runtime.displayHook(value)
    return .normal
  }
}
