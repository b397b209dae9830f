import PyaSyntax

/// The executable tree.
///
/// Lowering turns the syntax tree into these nodes once; running a program is calling `evaluate` and `execute` on them. What keeps
/// that fast:
/// - Children are `let`s of final classes: Swift calls them without touching reference counts. An array of children would cost a
///   retain and a release per child and visit, so nodes have fixed numbers of children and longer sequences are trees.
/// - The frame is one word, names are slots, and a node's caches (`GlobalNode`, `AttributeNode`, ...) are its own fields.
/// - Conditions are asked with `evaluateBool`, which does not make a `Value` of a comparison's result.
/// - Ints and floats are handled in the node; everything else goes to Operations/.
/// - Errors cost nothing until thrown: a node catches what its operation throws only to note its place (`Frame.located`).
class Node {
  let range: SourceRange
  init(_ range: SourceRange) { self.range = range }
}

class ExpressionNode: Node {
  func evaluate(_ frame: Frame) throws(Raised) -> Value { fatalError("pya: abstract node") }

  /// The truth of the value.
  func evaluateBool(_ frame: Frame) throws(Raised) -> Bool {
    var value = try evaluate(frame)
    switch value {
    case .bool(let flag): return flag
    case .none: return false
    case .int(let number): return number != 0
    default: break
    }
    if value.isAwaitedByNobody {
      frame.drop(&value, range)
      return true
    }
    do throws(Raised) {
      return try frame.withRuntime { (runtime) throws(Raised) in try runtime.isTrue(value) }
    } catch { try frame.fail(error, range) }
  }

  /// Where the value lies, if it can be had without running code of the program; nil: evaluate. An unbound variable has no such place.
  /// Good until anything else runs.
  func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? { nil }

  /// Whether `settledPlace` is worth asking for.
  var maySettle: Bool { false }

  /// The int that arithmetic on local variables and constants gives, without running code of the program; nil: evaluate.
  func settledInt(_ frame: Frame) -> Int? { nil }

  /// For a call that makes a generator which may run in one go: begins it without an object. Nil, and nothing is done: it is something else,
  /// or that cannot be told without running code of the program.
  func beginGenerator(_ frame: Frame) throws(Raised) -> BegunGenerator? { nil }

  /// The slot, when the node does nothing but read a local variable.
  var localSlot: Int? { nil }
  /// The value, when it is known before running.
  var constant: Value? { nil }
}

class StatementNode: Node {
  /// May return `.suspends`: one of Resumable/.
  var suspends: Bool { false }

  func execute(_ frame: Frame) throws(Raised) -> Completion { fatalError("pya: abstract node") }

  /// The same statement for a generator that runs in one go, where `yield` hands on and does not stop (`Consumer`): for most
  /// statements this one, for one that suspends another, around the same expressions. Nil: there is none.
  var inOneGo: StatementNode? { suspends ? nil : self }

  /// Of a statement that does nothing but decide what its function returns: the expression with that value. `rest` is the value
  /// when the statement ends without returning.
  func decision(orElse rest: ExpressionNode) -> ExpressionNode? { nil }
}

/// Something that can be assigned to.
class TargetNode: Node {
  func store(_ frame: Frame, _ value: consuming Value) throws(Raised) { fatalError("pya: abstract node") }

  /// Stores a copy of what lies at a place. Somebody holds that value until all is stored.
  func store(_ frame: Frame, copyAt place: UnsafeMutablePointer<Value>) throws(Raised) { try store(frame, place.copied) }

  func delete(_ frame: Frame) throws(Raised) { fatalError("pya: abstract node") }
}

/// The code of a function whose body is a sequence of statements, of a module or of a class.
final class StatementCode: Code {
  private let body: StatementNode
  private lazy var bodyInOneGo: StatementNode? = flavour == .generator && !needsCleanup ? body.inOneGo : nil

  init(_ runtime: Runtime, _ draft: CodeDraft, body: StatementNode) {
    self.body = body
    super.init(runtime, draft)
  }

  override func copy(_ runtime: Runtime, _ information: CodeInformation) -> Code {
    StatementCode(runtime, draft(information), body: body)
  }

  override var canRunInOneGo: Bool { bodyInOneGo != nil }

  override func runInOneGo(_ frame: Frame) throws(Raised) -> Value {
    if case .returns(let value)? = try bodyInOneGo?.execute(frame) { return value }
    return .none
  }

  override func run(_ frame: Frame) throws(Raised) -> Value {
    if case .returns(let value) = try body.execute(frame) { return value }
    return .none
  }

  override func resume(_ frame: Frame) throws(Raised) -> Completion { try body.execute(frame) }
}

/// The code of a function that only returns an expression: a lambda, or a body of `return`s and `if`s (`StatementNode.decision`).
final class ExpressionCode: Code {
  private let body: ExpressionNode

  init(_ runtime: Runtime, _ draft: CodeDraft, body: ExpressionNode) {
    self.body = body
    super.init(runtime, draft)
  }

  override func copy(_ runtime: Runtime, _ information: CodeInformation) -> Code {
    ExpressionCode(runtime, draft(information), body: body)
  }

  override func run(_ frame: Frame) throws(Raised) -> Value { try body.evaluate(frame) }
}
