/// Where a name of one scope lives at run time. This is all that lowering needs to know about a name.
public enum Binding: Equatable, Sendable {
  /// A slot of the frame.
  case local(slot: Int)
  /// A slot of the frame that holds a cell, because an inner scope uses the variable too.
  case cell(slot: Int)
  /// A cell of the function's closure.
  case free(index: Int)
  /// The module's namespace, then the built-ins.
  case global
  /// A name assigned in a class body: the class namespace, then the module's, then the built-ins.
  case classLocal
  /// A name used in a class body, free in it: the class namespace first, then the closure's cell.
  case classFree(index: Int)
}

/// What the analyser found out about one scope-making construct.
public struct Scope: Sendable {
  public enum Kind: Sendable {
    case module, function, lambda, `class`
    /// A generator expression: a function of its own.
    case generatorExpression
    /// A list, set or dict comprehension: inlined, its variables are slots of the frame around it (`host`).
    case comprehension
    /// `[T]` of a generic function, class or alias: a function of its own that runs once, at the definition.
    case typeParameters
    /// The value of a `type` alias: evaluated lazily, a function of its own.
    case typeAlias
  }

  public var kind: Kind
  /// `f`, `C`, `<lambda>`, `<genexpr>`, `<listcomp>`, `<module>`.
  public var name: String
  /// As `__qualname__` shows it: `Outer.method.<locals>.inner`.
  public var qualifiedName: String
  public var parent: ScopeID?
  /// The scope whose frame holds this one's slots: itself, or for a comprehension the nearest scope that is not one.
  public var host: ScopeID
  /// Every name that this scope mentions, resolved. Names are mangled (`__x` in class C is `_C__x`).
  public var bindings: [String: Binding]

  // The rest is about hosts only.
  /// The frame's slots: parameters first (in `Parameters.inSlotOrder`), then other locals, the comprehensions' variables
  /// included. `slotNames[i]` names slot i (for error messages and `locals()`).
  public var slotNames: [String]
  /// Slots that must hold a fresh cell when the frame starts. A parameter's cell takes over its value.
  /// Cells of comprehension variables are not among them: see `comprehensionCells`.
  public var cellSlots: [Int]
  /// What a closure made of this scope captures, in order: names, each found in the parent's host frame by
  /// `parentBinding` (`.cell` or `.free`; for a class's `__class__` cell also `.cell`).
  public var freeVariables: [FreeVariable]
  /// Contains `yield` (generator, or async generator when `isAsync`).
  public var isGenerator: Bool
  /// `async def`, or a generator expression with async clauses, or a module whose top level awaits.
  public var isAsync: Bool
  /// For a class: a method uses `super()` or `__class__`; the class body's frame has a cell in this slot for the class.
  public var classCellSlot: Int?
  /// For a comprehension: slots of the host's frame that must hold a fresh cell each time it is entered.
  public var comprehensionCells: [Int]
  /// For a comprehension: its own variables among the host's slots, which are unbound again when it is done.
  public var comprehensionSlots: Range<Int>
  /// For the module: names that some `global` statement names, so that they are global even where code of the top level has a
  /// namespace of its own.
  public var declaredGlobals: Set<String>

  public struct FreeVariable: Equatable, Sendable {
    public var name: String
    public var parentBinding: Binding
    public init(name: String, parentBinding: Binding) { self.name = name; self.parentBinding = parentBinding }
  }

  public init(kind: Kind, name: String, qualifiedName: String, parent: ScopeID?, host: ScopeID) {
    self.kind = kind
    self.name = name
    self.qualifiedName = qualifiedName
    self.parent = parent
    self.host = host
    bindings = [:]
    slotNames = []
    cellSlots = []
    freeVariables = []
    isGenerator = false
    isAsync = false
    classCellSlot = nil
    comprehensionCells = []
    comprehensionSlots = 0..<0
    declaredGlobals = []
  }
}

/// The scopes of one module, by `ScopeID`.
public struct ScopeTable: Sendable {
  public var scopes: [Scope]
  public init(scopes: [Scope]) { self.scopes = scopes }
  public subscript(_ id: ScopeID) -> Scope { scopes[id.index] }
}

/// `__name` inside class `C` is `_C__name`; other names stay as they are. (The Python reference, "Private name mangling".)
public func mangled(_ name: String, inClass className: String?) -> String {
  guard let className, name.hasPrefix("__"), !name.hasSuffix("__"), !name.contains(".") else { return name }
  let stripped = className.drop { $0 == "_" }
  return stripped.isEmpty ? name : "_\(stripped)\(name)"
}
