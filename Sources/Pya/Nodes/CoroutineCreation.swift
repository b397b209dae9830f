import PyaSyntax

/// A call of an async function of the same file that is not awaited at once: the coroutine learns where it was made, for the report
/// that it was never awaited.
///
/// A function that a module's name means gets its arguments straight into the frame that the coroutine takes over.
final class CoroutineCreationNode: ExpressionNode {
  private let call: ExpressionNode
  /// `FILE:LINE`.
  private let place: Value
  private let callee: GlobalNode?
  private let arguments: CallArguments
  /// The function that `callee` meant last, which takes the arguments; `owners` keeps it.
  private var cached: UnsafeMutableRawPointer?
  private var owners = CacheOwners()

  init(_ call: ExpressionNode, place: StringObject, _ range: SourceRange) {
    self.call = call
    self.place = .object(place)
    let parts = (call as? GlobalCallNode)?.parts
    callee = parts?.callee
    arguments = parts?.arguments ?? CallArguments([])
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let cached, let callee, callee.means(cached) { return try make(.fromOpaque(cached), frame) }
    let value = try call.evaluate(frame)
    if let object = value.uncounted, object.kind == .coroutine {
      object.as(SuspendableFrame.self)._withUnsafeGuaranteedRef {
        $0.noteCreation(place)
        remember($0)
      }
    }
    return value
  }

  private func remember(_ made: SuspendableFrame) {
    guard let callee else { return }
    let function = made.function
    if callee.means(function.uncountedPointer), function.takesAwait(arguments.count), owners.keep(function) {
      cached = function.uncountedPointer
    }
  }

  private func make(_ function: Unmanaged<FunctionObject>, _ frame: Frame) throws(Raised) -> Value {
    let machine = frame.machine
    let size = function._withUnsafeGuaranteedRef { $0.frameSize }
    guard let child = machine.openFrame(function, size) else { try frame.fail(machine.stackOverflow(), range) }
    do throws(Raised) {
      try arguments.evaluate(into: child.slots, frame)
      if function._withUnsafeGuaranteedRef({ $0.completeAwaitCount }) != arguments.count {
        do throws(Raised) {
          try function.borrowed { (function) throws(Raised) in
            try function.complete(child, given: arguments.count, machine)
          }
        } catch { try frame.fail(error, range) }
      }
    } catch {
      machine.closeFrame(child, size)
      throw error
    }
    let made = function._withUnsafeGuaranteedRef { function in
      machine.pointee.runtimeReference._withUnsafeGuaranteedRef {
        SuspendableFrame.make($0, function: function, movingFrom: child, state: .created)
      }
    }
    made.noteCreation(place)
    machine.closeFrame(child, size)
    return .object(made)
  }
}
