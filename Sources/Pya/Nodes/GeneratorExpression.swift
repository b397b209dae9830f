import PyaSyntax

/// A generator expression: its function is made and called with the iterator of the first iterable.
///
/// Where the whole of it is the argument of a built-in function that takes all its elements, `any(x > limit for x in numbers)`, and where a
/// loop goes over it, nobody sees the generator: its frame lies on the value stack (`BegunGenerator`). Nobody sees the function either
/// then, so one that closes over variables is used again, with other cells.
final class GeneratorExpressionNode: ExpressionNode, FunctionLender {
  private let function: FunctionNode
  private let iterable: ExpressionNode
  /// The first clause is `async for`.
  private let isAsync: Bool
  /// The function, when it closes over nothing: nobody can tell it from one made anew.
  private var known: FunctionObject?
  /// One that closes over variables, while it is not in use; its cells hold nothing.
  private var spare: FunctionObject?
  private var nothing: Cell?

  init(_ function: FunctionNode, iterable: ExpressionNode, isAsync: Bool, _ range: SourceRange) {
    self.function = function
    self.iterable = iterable
    self.isAsync = isAsync
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let source = try iterable.evaluate(frame)
    let made = if let known { known } else { try function.make(frame) }
    if function.isConstant { known = made }
    do throws(Raised) { return try runtime.call(.object(made), try iterator(source, runtime)) } catch { try frame.fail(error, range) }
  }

  /// What the outermost loop goes over. That of a list or range can make its iterator when it begins: it does the same then.
  private func iterator(_ source: Value, _ runtime: Runtime) throws(Raised) -> Value {
    if isAsync { return try runtime.asyncIterator(source) }
    if let held = source.uncounted, held.isPlain, held.kind == .list || held.kind == .range { return source }
    return .object(try runtime.iterator(source))
  }

  /// The same where the loop begins at once.
  private func source(_ value: consuming Value, _ frame: Frame) throws(Raised) -> Value {
    if let held = value.uncounted, held.isPlain {
      switch held.kind {
      case .list, .range, .tuple, .string, .set, .dict, .bytes, .generator: return value
      default: break
      }
    }
    do throws(Raised) { return .object(try frame.runtime.iterator(value)) } catch { try frame.fail(error, range) }
  }

  /// Whether nobody need see the generator where it is taken to its end at once.
  var canBeginUnseen: Bool { !isAsync && function.code.flavour == .generator && function.code.canRunInOneGo }

  override func beginGenerator(_ frame: Frame) throws(Raised) -> BegunGenerator? {
    guard canBeginUnseen else { return nil }
    let source = try source(try iterable.evaluate(frame), frame)
    let borrowed = try borrowFunction(frame)
    let machine = frame.machine
    guard let body = machine.openFrame(borrowed, borrowed._withUnsafeGuaranteedRef { $0.frameSize }) else {
      borrowed.release()
      try frame.fail(machine.stackOverflow(), range)
    }
    body.slots.initialize(to: source)
    if borrowed._withUnsafeGuaranteedRef({ $0.completeAwaitCount }) != 1 { try frame.complete(body, of: borrowed, given: 1, range) }
    return BegunGenerator(function: borrowed, frame: body, lender: self)
  }

  /// Owned by the caller, who gives it back.
  private func borrowFunction(_ frame: Frame) throws(Raised) -> Unmanaged<FunctionObject> {
    if let known { return .passRetained(known) }
    if let spare {
      self.spare = nil
      function.recapture(frame, spare)
      return .passRetained(spare)
    }
    let made = try function.make(frame)
    if function.isConstant { known = made }
    return .passRetained(made)
  }

  func takeBack(_ function: Unmanaged<FunctionObject>) {
    var object: FunctionObject? = function.takeRetainedValue()
    guard spare == nil, known == nil, isKnownUniquelyReferenced(&object), let object else { return }
    let nothing = nothing ?? Cell(object.type.runtime, .undefined)
    self.nothing = nothing
    object.setCells { (_) in nothing }
    spare = object
  }
}
