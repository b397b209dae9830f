/// What the collecting pass notes about one name in one scope.
struct NameFacts: OptionSet {
  let rawValue: UInt16

  static let used = NameFacts(rawValue: 1 << 0)
  static let assigned = NameFacts(rawValue: 1 << 1)
  static let parameter = NameFacts(rawValue: 1 << 2)
  static let imported = NameFacts(rawValue: 1 << 3)
  static let typeParameter = NameFacts(rawValue: 1 << 4)
  static let annotated = NameFacts(rawValue: 1 << 5)
  static let declaredGlobal = NameFacts(rawValue: 1 << 6)
  static let declaredNonlocal = NameFacts(rawValue: 1 << 7)
  /// Bound by a `for` of the comprehension.
  static let comprehensionTarget = NameFacts(rawValue: 1 << 8)

  private static let binding: NameFacts = [.assigned, .parameter, .imported, .typeParameter]

  /// The scope gives the name a value.
  var isBound: Bool { !isDisjoint(with: Self.binding) }
  /// The name is a variable of this very scope.
  var isOwn: Bool { isBound && isDisjoint(with: [.declaredGlobal, .declaredNonlocal]) }
}

/// A scope in the making. A class: as a struct of so many collections it would be copied wherever it is looked at.
final class ScopeDraft {
  let kind: Scope.Kind
  let name: String
  let parent: ScopeID?
  var host: ScopeID

  // Filled by the collecting pass
  var facts: [String: NameFacts] = [:]
  /// Each name once, in order of first mention and of first binding.
  var mentioned: [String] = []
  var bound: [String] = []
  /// Where a name was declared `global` or `nonlocal`, for errors.
  var declarations: [String: SourceRange] = [:]
  var isGenerator = false
  var isAsync = false
  /// The class whose name mangles private names here.
  var className: String?
  /// When set, only these names are mangled: in the scope of a generic class's parameters its bases stand too, which
  /// are not inside the class.
  var mangledNames: Set<String>?
  /// What the collecting pass is reading in this scope, when that may not contain walrus, yield or await.
  var restriction: Restriction?
  /// A `return` with a value, which an async generator may not have.
  var valueReturn: SourceRange?

  // Filled by the resolving pass
  var bindings: [String: Binding] = [:]
  /// The scope's own variables, as slots of its host.
  var slots: [String: Int] = [:]
  /// Of a host: names of all its slots, and those that inner frames use.
  var slotNames: [String] = []
  var capturedSlots: Set<Int> = []
  var freeVariables: [Scope.FreeVariable] = []
  /// What was found out about names that are not the scope's own; nil for a global one. Remembered so that deeply
  /// nested scopes do not walk all the way out for each name (4,000 nested comprehensions took 8 s without it).
  var placesAround: [String: VariablePlace?] = [:]
  var classCellSlot: Int?

  init(kind: Scope.Kind = .module, name: String = "", parent: ScopeID? = nil, host: ScopeID = .module) {
    self.kind = kind
    self.name = name
    self.parent = parent
    self.host = host
  }

  /// Code that is read in an annotation-like place is evaluated at another time, or never.
  enum Restriction: String {
    case annotation = "an annotation"
    case typeAlias = "a type alias"
    case bound = "a TypeVar bound"
    case typeVarDefault = "a TypeVar default"
    case typeVarTupleDefault = "a TypeVarTuple default"
    case paramSpecDefault = "a ParamSpec default"
    case generic = "the definition of a generic"
  }
}

/// Where a frame has a variable.
enum VariablePlace {
  case slot(Int)
  case free(Int)

  /// `.local` even when the slot holds a cell: that shows when all scopes are resolved.
  var binding: Binding {
    switch self {
    case .slot(let slot): .local(slot: slot)
    case .free(let index): .free(index: index)
    }
  }
}

extension Scope.Kind {
  /// Has a frame with variables of its own, or in it: names assigned here are slots.
  var hasSlots: Bool {
    switch self {
    case .function, .lambda, .generatorExpression, .comprehension, .typeParameters, .typeAlias: true
    case .module, .class: false
    }
  }

  var isComprehensionOrGeneratorExpression: Bool {
    switch self {
    case .comprehension, .generatorExpression: true
    case .module, .function, .lambda, .class, .typeParameters, .typeAlias: false
    }
  }
}
