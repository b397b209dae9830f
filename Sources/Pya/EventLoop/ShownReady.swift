/// A loop's `_ready` for a program that looks: a deque of handles. What the program adds or takes away there happens to the loop's own queue before
/// the next turn, or when it looks again; that it has looked costs a loop that is never looked at nothing.
final class ShownReady {
  let deque: Value
  /// What was put into the deque. In the loop's queue they are handles of the program's from then on, so that they can be told apart.
  fileprivate var handles: [HandleObject] = []

  fileprivate init(_ deque: Value) { self.deque = deque }
}

extension EventLoop {
  /// `_ready`: one deque, filled whenever the program looks.
  func showReady(_ runtime: Runtime) throws(Raised) -> Value {
    try takeBackReady(runtime)
    let shown: ShownReady
    if let shownReady {
      shown = shownReady
    } else {
      let collections = try runtime.importModule("collections", level: 0, globals: runtime.builtins)
      shown = ShownReady(try runtime.callMethod(collections, "deque"))
      shownReady = shown
    }
    let handles = ready.handles.map { handleObject(of: $0) }
    ready.removeAll()
    for handle in handles { ready.append(.handle(handle)) }
    shown.handles = handles
    _ = try runtime.callMethod(shown.deque, "extend", [.object(ListObject(runtime, handles.map { .object($0) }))])
    return shown.deque
  }

  /// Empties the deque that the program sees. What it has put there comes where it stands, before what was scheduled since; what is there no
  /// more, or was run since, is not to run.
  func takeBackReady(_ runtime: Runtime) throws(Raised) {
    guard let shown = shownReady else { return }
    let left = try runtime.array(shown.deque)
    let known = shown.handles
    if left.isEmpty, known.isEmpty { return }
    shown.handles = []
    _ = try runtime.callMethod(shown.deque, "clear")
    if left.count == known.count, zip(left, known).allSatisfy({ $0.object === $1 }) { return }
    let wasShown = Set(known.map { ObjectIdentifier($0) })
    let queued = ready.handles
    func shownHandle(_ handle: ReadyHandle) -> ObjectIdentifier? {
      guard case .handle(let handle) = handle, wasShown.contains(ObjectIdentifier(handle)) else { return nil }
      return ObjectIdentifier(handle)
    }
    let waiting = Set(queued.compactMap(shownHandle))
    ready.removeAll()
    for value in left {
      if let handle = value.object as? HandleObject {
        let identity = ObjectIdentifier(handle)
        if !wasShown.contains(identity) || waiting.contains(identity) { ready.append(.handle(handle)) }
      } else {
        ready.append(.job(ForeignHandle(value)))
      }
    }
    for handle in queued where shownHandle(handle) == nil { ready.append(handle) }
  }

  /// A handle as an object, made for a program that looks.
  private func handleObject(of handle: ReadyHandle) -> HandleObject {
    if case .handle(let handle) = handle { return handle }
    if let (arguments, context) = functionCall(of: handle), let function = arguments.first {
      return HandleObject(self, function, Array(arguments.dropFirst()), context: context)
    }
    return HandleObject(self, step(handle, named: "_set_result_unless_cancelled", ""), [], context: nil)
  }
}

/// Something of the program's in the queue that is no `Handle`, and does what a loop asks of one.
private final class ForeignHandle: LoopJob {
  private let handle: Value

  init(_ handle: Value) { self.handle = handle }

  override func run(_ runtime: Runtime) throws(Raised) {
    if try runtime.isTrue(try runtime.getAttribute(handle, "_cancelled")) { return }
    _ = try runtime.callMethod(handle, "_run")
  }
}
