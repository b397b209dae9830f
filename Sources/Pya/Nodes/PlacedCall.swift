import PyaSyntax

/// A call whose callee may ask where it was called from: `globals()`, `eval(text)`, `warnings.warn(text)`.
final class PlacedCallNode: ExpressionNode {
  private let call: ExpressionNode
  private let sites: CallSites
  private let globals: DictObject

  /// Functions that ask; a call of anything else by these names only costs a little more.
  static let names: Set<String> = [
    "globals", "locals", "vars", "dir", "eval", "exec", "warn", "throw", "athrow", "_getframe", "currentframe", "stack", "print_stack",
    "extract_stack", "walk_stack", "debug", "info", "warning", "error", "critical", "fatal", "exception", "_log", "sleep",
    // Handlers of signals are told of the frame.
    "kill", "raise_signal", "pause",
    "get_event_loop", "getrefcount", "DocTestSuite", "DocFileSuite", "DocFileTest", "utcnow", "utcfromtimestamp",
    "strptime", "array",
    // Protocols of the program ask whether it was `abc` that called.
    "__subclasscheck__",
    // These name what they make after the module that calls them.
    "namedtuple", "NamedTuple", "TypedDict", "NewType", "TypeVar", "ParamSpec", "TypeVarTuple", "TypeAliasType",
    "make_dataclass", "files", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag",
  ]
  /// The same for methods alone.
  static let methodNames: Set<String> = ["log"]

  init(_ call: ExpressionNode, _ sites: CallSites, globals: DictObject, _ range: SourceRange) {
    self.call = call
    self.sites = sites
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    sites.enter(frame, globals: globals, range)
    defer { sites.leave() }
    return try call.evaluate(frame)
  }
}

/// A call of what was imported from another file: recorded as soon as a file of the program looks at frames. That is mostly found out
/// after the calling file was lowered, when it imports such a library.
final class ImportedCallNode: ExpressionNode {
  private let call: ExpressionNode
  private let placed: PlacedCallNode

  init(_ call: ExpressionNode, _ sites: CallSites, globals: DictObject, _ range: SourceRange) {
    self.call = call
    placed = PlacedCallNode(call, sites, globals: globals, range)
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    frame.machine.pointee.looksAtFrames ? try placed.evaluate(frame) : try call.evaluate(frame)
  }

  override func beginGenerator(_ frame: Frame) throws(Raised) -> BegunGenerator? { try call.beginGenerator(frame) }
}

/// A statement that runs code of the program without calling it by name: an `await`, a loop over a generator, a `with`. In files that look at
/// frames, it says where its frame stands while no call inside it does.
final class PlacedStatementNode: StatementNode {
  private let statement: StatementNode
  private let sites: CallSites
  private let globals: DictObject
  /// Recorded only once some file of the program looks at frames (`ImportedCallNode`).
  private let isOfImported: Bool

  init(_ statement: StatementNode, _ sites: CallSites, globals: DictObject, isOfImported: Bool = false, _ range: SourceRange) {
    self.statement = statement
    self.sites = sites
    self.globals = globals
    self.isOfImported = isOfImported
    super.init(range)
  }

  override var suspends: Bool { statement.suspends }
  override var inOneGo: StatementNode? {
    statement.inOneGo.map { PlacedStatementNode($0, sites, globals: globals, isOfImported: isOfImported, range) }
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    if isOfImported, !frame.machine.pointee.looksAtFrames { return try statement.execute(frame) }
    sites.enter(frame, globals: globals, range)
    defer { sites.leave() }
    return try statement.execute(frame)
  }
}
