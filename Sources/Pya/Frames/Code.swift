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
  let positionalCount: Int
  /// The body has `try` or `with`: a generator that is dropped in the middle must be closed.
  let needsCleanup: Bool

  init(
    _ runtime: Runtime, information: CodeInformation, flavour: Flavour, parameters: ParameterLayout, frameSize: Int,
    cellSlots: [Int], slotNames: [String], freeNames: [String], doc: Value,
    needsCleanup: Bool
  ) {
    self.information = information
    self.flavour = flavour
    self.parameters = parameters
    self.frameSize = frameSize
    self.cellSlots = cellSlots
    self.slotNames = slotNames
    self.freeNames = freeNames
    self.doc = doc
    self.needsCleanup = needsCleanup
    positionalCount = parameters.positionalCount
    takesPlainCalls =
      parameters.keywordOnlyCount == 0 && !parameters.hasVariadic && !parameters.hasVariadicKeywords && flavour == .plain
      && cellSlots.isEmpty
    super.init(type: runtime.types.code, kind: .code)
  }

  /// Runs the body of plain code to its end.
  func run(_ frame: Frame) throws(Raised) -> Value { fatalError("pya: code without a body") }

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
  /// Interned, in slot order.
  var names: [StringObject] = []

  var variadicSlot: Int { positionalCount + keywordOnlyCount }
  var variadicKeywordsSlot: Int { variadicSlot + (hasVariadic ? 1 : 0) }
}
