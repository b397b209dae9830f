import PyaSyntax

/// A call whose callee may ask where it was called from: `globals()`, `eval(text)`, `warnings.warn(text)`.
final class PlacedCallNode: ExpressionNode {
  private let call: ExpressionNode
  private let globals: DictObject

  /// Functions that ask; a call of anything else by these names only costs a little more.
  static let names: Set<String> = ["globals", "locals", "vars", "dir", "eval", "exec", "warn", "throw", "sleep", "get_event_loop"]

  init(_ call: ExpressionNode, globals: DictObject, _ range: SourceRange) {
    self.call = call
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let sites = frame.runtime.callSites
    let outer = sites.current
    sites.current = CallSite(frame: frame, globals: globals, range: range, depth: frame.machine.pointee.depth)
    defer { sites.current = outer }
    return try call.evaluate(frame)
  }
}
