import PyaSyntax

/// Turns one piece of code (a module, function, class body or generator expression) into executable nodes.
///
/// Names are already slots (`ScopeTable`). What is decided here: which node fits an expression's shape, which temporary slots it needs,
/// and which statements suspend. An expression that contains `await` or `yield` is taken apart: what stands to the left of the
/// suspension is evaluated into temporary slots first, the suspension becomes a statement that leaves its result in another, and
/// only the rest remains an expression. These statements gather in `prelude` while an expression is lowered, and the statement
/// that owns the expression puts them in front of itself (`Lowering+Suspension`).
final class CodeLowering {
  private(set) var unit: LoweringUnit
  let host: ScopeID
  /// Where names are resolved: the host, or a comprehension inlined in it.
  var scope: ScopeID
  /// The class whose private names (`__x`) are mangled here.
  let privateClass: String?
  /// Slots before those of the scope table: a class body keeps its namespace in slot 0.
  let slotBase: Int
  private(set) var frameSize: Int
  var handlerSlots: [Int] = []
  /// Statements that must run before the expression being lowered.
  var prelude: [StatementNode] = []
  var needsCleanup = false
  let canSuspend: Bool
  /// How often the code names each of its local variables.
  private var mentions: [Int: Int] = [:]
  /// How many of these are behind `**` in a call.
  var relays: [Int: Int] = [:]
  /// Code that is called from here may look at the local variables (`locals()`).
  var showsVariables = false
  /// The loops over what a local variable holds: one that nothing else names is only the loop's.
  private var loopsOverVariables: [(loop: LoopNode, slot: Int)] = []

  init(_ unit: LoweringUnit, host: ScopeID, privateClass: String?) {
    self.unit = unit
    self.host = host
    self.privateClass = privateClass
    scope = host
    let table = unit.table[host]
    switch table.kind {
    case .class, .typeParameters, .typeAlias: slotBase = 1
    case .module: slotBase = unit.usesNamespace ? 1 : 0
    case .function, .lambda, .generatorExpression, .comprehension: slotBase = 0
    }
    frameSize = slotBase + table.slotNames.count
    canSuspend = table.isAsync || table.isGenerator
  }

  var runtime: Runtime { unit.runtime }

  /// The body of a module; of an entry at the prompt only the last statement shows values.
  func lowerModule(_ statements: [Statement], _ range: SourceRange) -> StatementNode {
    guard unit.displays == .last, let last = statements.last else { return lowerBlock(statements, range) }
    unit.displays = .none
    let first = lowerBlock(statements.dropLast(), range)
    unit.displays = .all
    return sequence([first, lower(last)], range)
  }
  var hostScope: Scope { unit.table[host] }

  /// A slot for the lowering's own use.
  func newSlot() -> Int { newSlots(1) }

  /// For the exception that a suspended handler handles.
  func newHandlerSlot() -> Int {
    handlerSlots.append(frameSize)
    return newSlot()
  }

  /// Several in a row; the first.
  func newSlots(_ count: Int) -> Int {
    defer { frameSize += count }
    return frameSize
  }

  func intern(_ name: String) -> StringObject { runtime.intern(name) }
  func mangle(_ name: String) -> String { mangled(name, inClass: privateClass) }

  /// The draft of the code, when its body is lowered.
  /// `start`: where the definition begins, decorators included.
  func draft(parameters: ParameterLayout = ParameterLayout(), doc: Value = .none, start: UInt32 = 0) -> CodeDraft {
    for (loop, slot) in loopsOverVariables where mentions[slot, default: 1] == 1 { loop.ownedSlot = slot }
    let table = hostScope
    var draft = CodeDraft(
      information: CodeInformation(name: table.name, qualifiedName: table.qualifiedName, file: unit.file, start: start))
    draft.flavour =
      table.isAsync ? (table.isGenerator ? .asyncGenerator : .coroutine) : table.isGenerator ? .generator : .plain
    draft.information.handlerSlots = handlerSlots
    draft.parameters = parameters
    let keywords = parameters.variadicKeywordsSlot
    draft.parameters.keywordsAreRelayed =
      parameters.hasVariadicKeywords && !showsVariables && !table.cellSlots.contains(keywords)
      && relays[keywords, default: 0] == mentions[keywords, default: 0]
    draft.frameSize = frameSize
    draft.cellSlots = table.cellSlots.map { $0 + slotBase }
    draft.slotNames = Array(repeating: "", count: slotBase) + table.slotNames
    draft.freeNames = table.freeVariables.map(\.name)
    draft.doc = doc
    draft.needsCleanup = needsCleanup
    return draft
  }

  // MARK: Names

  func binding(of name: String) -> Binding {
    let found = shifted(unit.table[scope].bindings[mangle(name)] ?? unit.table[host].bindings[mangle(name)] ?? .global)
    if case .local(let slot) = found { mentions[slot, default: 0] += 1 }
    return found
  }

  func note(_ loop: LoopNode, over slot: Int) { loopsOverVariables.append((loop, slot)) }

  func shifted(_ binding: Binding) -> Binding {
    switch binding {
    case .local(let slot): .local(slot: slot + slotBase)
    case .cell(let slot): .cell(slot: slot + slotBase)
    case .free, .global, .classLocal, .classFree: binding
    }
  }

  /// Reads a name.
  func read(_ name: String, _ range: SourceRange) -> ExpressionNode {
    let key = intern(mangle(name))
    switch binding(of: name) {
    case .local(let slot):
      return unit.assignedInExpressions.contains(name) ? SettledLocalNode(slot: slot, range) : LocalNode(slot: slot, range)
    case .cell(let slot): return CellNode(slot: slot, range)
    case .free(let index): return FreeNode(index: index, range)
    case .global where unit.usesNamespace && host == .module && !hostScope.declaredGlobals.contains(mangle(name)):
      return NamespaceNode(key, fallback: global(key, range), range)
    case .global: return global(key, range)
    case .classLocal: return NamespaceNode(key, fallback: global(key, range), range)
    case .classFree(let index): return NamespaceNode(key, fallback: FreeNode(index: index, range), range)
    }
  }

  private func global(_ name: StringObject, _ range: SourceRange) -> ExpressionNode {
    GlobalNode(name, globals: unit.globals, builtins: unit.builtins, range)
  }

  /// Stores to a name.
  func target(_ name: String, _ range: SourceRange) -> TargetNode {
    let key = intern(mangle(name))
    switch binding(of: name) {
    case .local(let slot): return LocalTarget(slot: slot, range)
    case .cell(let slot): return CellTarget(slot: slot, range)
    case .free(let index): return FreeTarget(index: index, range)
    case .global where unit.usesNamespace && host == .module && !hostScope.declaredGlobals.contains(mangle(name)):
      return NamespaceTarget(key, range)
    case .global: return GlobalTarget(key, globals: unit.globals, range)
    case .classLocal, .classFree: return NamespaceTarget(key, range)
    }
  }
}

/// What all code of one source file shares while it is lowered.
struct LoweringUnit {
  let runtime: Runtime
  let file: SourceFile
  let table: ScopeTable
  let globals: DictObject
  let builtins: DictObject
  /// Code for `exec` and `eval` with a namespace of its own: names of the top level live in the dictionary in slot 0.
  var usesNamespace = false
  let warnings = SyntaxWarnings()
  let classBodies = ClassBodies()
  /// `from __future__ import annotations`.
  var annotationsAreText = false
  let assignedInExpressions: AssignedInExpressions
  /// Typed at a prompt: values of expression statements outside of functions are shown.
  var displays = Displays.none

  enum Displays { case none, all, last }

  /// Every call is recorded: the file looks at frames.
  var placesAllCalls = false
  /// Who is told what happens in the frames; nil: nobody asks.
  var events: FrameEvents?
  let importedNames = ImportedNames()
  /// The code of all functions and lambdas, where somebody wants to have it.
  var functionCode: FunctionCode?
  /// The async functions of the file, where remarks are wanted: their calls note where they stand.
  var coroutineNames: Set<String> = []
}

/// The code of the functions and lambdas of a file.
final class FunctionCode {
  var all: [Code] = []
}

/// The names bound by imports so far that are not of Python's own modules.
final class ImportedNames {
  private var names: Set<String> = []
  /// What the file defines itself, of which `import *` may have brought anything else.
  private var own: Set<String> = []
  private var hasStar = false

  func note(_ name: String, ofModule module: String, level: Int = 0) {
    if level > 0 || !isStandardModule(module) { names.insert(name) }
  }

  func noteStar(ofModule module: String, level: Int) {
    if level > 0 || !isStandardModule(module) { hasStar = true }
  }

  /// A function or class that the file defines: a decorator of another file may have put a function of its own around it.
  func noteDefinition(_ name: String, decorators: [Expression]) {
    own.insert(name)
    if decorators.contains(where: { contain($0) }) { names.insert(name) }
  }

  /// Whether the callee is such a name, or an attribute of one.
  func contain(_ callee: Expression) -> Bool {
    if names.isEmpty, !hasStar { return false }
    switch callee.kind {
    case .name(let name): return names.contains(name) || hasStar && !own.contains(name)
    case .attribute(let object, _, _): return contain(object)
    case .call(let callee, _): return contain(callee)
    default: return false
    }
  }
}

/// The class bodies around the code that is being lowered, innermost last: which attributes of `self` their methods set.
final class ClassBodies {
  private var open: [[String]] = []

  func note(_ attribute: String) {
    guard let last = open.indices.last, !open[last].contains(attribute) else { return }
    open[last].append(attribute)
  }

  func begin() { open.append([]) }
  func end() -> [String] { open.popLast() ?? [] }
}
