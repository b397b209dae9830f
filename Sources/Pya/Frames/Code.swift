import PyaSyntax

/// A function body, class body or module, ready to run: the part of a function that all its closures share.
///
/// Values (functions) hold code, and code makes values: this base class is where that circle is cut. `Nodes/` subclasses it with the
/// executable tree.
class Code: Object {
  enum Flavour {
    case plain, generator, coroutine, asyncGenerator
  }

  let information: CodeInformation
  /// `__name__` and `__qualname__` of functions made of this code.
  let name: StringObject
  let qualifiedName: StringObject
  let flavour: Flavour
  let parameters: ParameterLayout
  /// How many slots a frame has: parameters, locals, temporaries.
  let frameSize: Int
  /// Slots that get a fresh cell when a frame starts; a parameter's cell takes over its value.
  let cellSlots: [Int]
  let slotNames: [String]
  let freeNames: [String]
  let doc: Value
  /// Positional calls with exactly `parameters.positionalCount` arguments need no binding: arguments go straight into the slots.
  let takesPlainCalls: Bool
  /// Positional calls need at most their defaults and cells beyond that (`FunctionObject.takes`).
  let takesDirectCalls: Bool
  let positionalCount: Int
  /// The same for `await f(...)` of an async function, which then begins on the value stack.
  let takesPlainAwaits: Bool
  /// All parameters are positional ones.
  let takesOnlyPositional: Bool
  /// The body has `try` or `with`: a generator that is dropped in the middle must be closed.
  let needsCleanup: Bool
  /// Where the globals lie that the body was compiled for, once a program has asked a function for its code; else 0.
  final var addressOfGlobals = 0

  /// `co_consts`, once asked for.
  final var constants: Value = .undefined

  init(_ runtime: Runtime, _ draft: CodeDraft) {
    information = draft.information
    name = runtime.intern(draft.information.name)
    qualifiedName = runtime.string(draft.information.qualifiedName)
    flavour = draft.flavour
    parameters = draft.parameters
    frameSize = draft.frameSize
    cellSlots = draft.cellSlots
    slotNames = draft.slotNames
    freeNames = draft.freeNames
    doc = draft.doc
    needsCleanup = draft.needsCleanup
    positionalCount = parameters.positionalCount
    let isPositional =
      parameters.keywordOnlyCount == 0 && !parameters.hasVariadic && !parameters.hasVariadicKeywords
    takesOnlyPositional = isPositional
    takesDirectCalls = isPositional && flavour == .plain
    takesPlainCalls = takesDirectCalls && cellSlots.isEmpty
    takesPlainAwaits = isPositional && flavour == .coroutine
    super.init(type: runtime.types.code, kind: .code)
    information.code = self
  }

  deinit { if information.code === self { information.code = nil } }

  /// The same body under other names.
  func copy(_ runtime: Runtime, _ information: CodeInformation) -> Code { fatalError("pya: code without a body") }

  /// What this code was made of, but for what `information` says.
  final func draft(_ information: CodeInformation) -> CodeDraft {
    information.handlerSlots = self.information.handlerSlots
    information.isIterableCoroutine = self.information.isIterableCoroutine
    return CodeDraft(
      information: information, flavour: flavour, parameters: parameters, frameSize: frameSize, cellSlots: cellSlots, slotNames: slotNames,
      freeNames: freeNames, doc: doc, needsCleanup: needsCleanup)
  }

  /// The variables of enclosing functions as programs see them, by name: `co_freevars`, `__closure__`.
  final var freeOrder: [Int] { freeNames.indices.sorted { freeNames[$0].utf8.lexicographicallyPrecedes(freeNames[$1].utf8) } }

  /// Runs the body of plain code to its end.
  func run(_ frame: Frame) throws(Raised) -> Value { fatalError("pya: code without a body") }

  /// Whether this is a generator's code, and none of it would run if the generator were dropped in the middle.
  var canRunInOneGo: Bool { false }

  /// Runs a generator that has not begun to its end, or until its consumer has enough. Gives what it returns, which means nothing when
  /// the consumer has enough.
  func runInOneGo(_ frame: Frame) throws(Raised) -> Value { fatalError("pya: code without a body") }

  /// Runs the body of suspendable code from where it stands.
  func resume(_ frame: Frame) throws(Raised) -> Completion { fatalError("pya: code without a body") }
}

/// How a statement ended.
enum Completion {
  case normal
  case breaks
  case continues
  /// The frame waits: what for, or the value it yields, is in `machine.suspended`.
  case suspends
  case returns(Value)
}

/// Which parameters a function takes. Their slots come first in the frame: positional ones, keyword-only ones, `*args`, `**kwargs`.
struct ParameterLayout {
  var positionalOnlyCount = 0
  /// Positional-only ones included.
  var positionalCount = 0
  var keywordOnlyCount = 0
  var hasVariadic = false
  var hasVariadicKeywords = false
  /// The body does nothing with what `**kwargs` got but pass it on: `f(*args, **kwargs)`.
  var keywordsAreRelayed = false
  /// Interned, in slot order.
  var names: [StringObject] = []

  var variadicSlot: Int { positionalCount + keywordOnlyCount }
  var variadicKeywordsSlot: Int { variadicSlot + (hasVariadic ? 1 : 0) }
}

/// What lowering found out about a piece of code.
struct CodeDraft {
  var information: CodeInformation
  var flavour: Code.Flavour = .plain
  var parameters = ParameterLayout()
  var frameSize = 0
  var cellSlots: [Int] = []
  var slotNames: [String] = []
  var freeNames: [String] = []
  var doc: Value = .none
  var needsCleanup = false
}
