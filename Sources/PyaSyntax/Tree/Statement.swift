/// A statement of the source, with its place.
public struct Statement: Sendable {
  public var kind: Kind
  public var range: SourceRange

  public init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  public indirect enum Kind: Sendable {
    // Simple
    case expression(Expression)
    /// `a = b = value`: targets from left to right.
    case assign(targets: [Expression], value: Expression)
    case augmentedAssign(target: Expression, BinaryOperator, value: Expression)
    /// `isSimple`: the target is a bare name without parentheses.
    case annotatedAssign(target: Expression, annotation: Expression, value: Expression?, isSimple: Bool)
    case delete([Expression])
    case pass
    case `break`
    case `continue`
    case `return`(Expression?)
    case raise(Expression?, cause: Expression?)
    case assert(Expression, message: Expression?)
    case global([String])
    case nonlocal([String])
    case `import`([ImportAlias])
    /// `from ...module import names`: `level` counts the leading dots.
    case importFrom(module: String?, level: Int, names: [ImportAlias])
    /// `from module import *`
    case importStar(module: String?, level: Int)
    case typeAlias(name: String, parameters: [TypeParameter], value: Expression, scope: ScopeID)

    // Compound
    /// `elif` is an `if` alone in `otherwise`.
    case `if`(Expression, then: [Statement], otherwise: [Statement])
    case `while`(Expression, body: [Statement], otherwise: [Statement])
    case `for`(isAsync: Bool, target: Expression, iterable: Expression, body: [Statement], otherwise: [Statement])
    case `try`(Try)
    case with(isAsync: Bool, items: [WithItem], body: [Statement])
    case match(Expression, [MatchCase])
    case function(FunctionDefinition)
    case `class`(ClassDefinition)
  }
}

/// `module` (or a name of `from`) `as` alias.
public struct ImportAlias: Sendable {
  /// Dotted for `import a.b`.
  public var name: String
  public var alias: String?
  public var range: SourceRange
  public init(name: String, alias: String?, range: SourceRange) {
    self.name = name; self.alias = alias; self.range = range
  }
}

public struct Try: Sendable {
  public struct Handler: Sendable {
    /// `except:` when nil.
    public var type: Expression?
    public var name: String?
    public var body: [Statement]
    public var range: SourceRange
    public init(type: Expression?, name: String?, body: [Statement], range: SourceRange) {
      self.type = type; self.name = name; self.body = body; self.range = range
    }
  }
  public var body: [Statement]
  public var handlers: [Handler]
  /// The handlers are `except*`.
  public var isGroup: Bool
  public var otherwise: [Statement]
  public var finally: [Statement]
  public init(body: [Statement], handlers: [Handler], isGroup: Bool, otherwise: [Statement], finally: [Statement]) {
    self.body = body; self.handlers = handlers; self.isGroup = isGroup; self.otherwise = otherwise
    self.finally = finally
  }
}

public struct WithItem: Sendable {
  public var context: Expression
  public var target: Expression?
  public init(context: Expression, target: Expression?) { self.context = context; self.target = target }
}

public struct FunctionDefinition: Sendable {
  public var name: String
  public var nameRange: SourceRange
  public var isAsync: Bool
  public var decorators: [Expression]
  public var typeParameters: [TypeParameter]
  public var parameters: Parameters
  public var returns: Expression?
  public var body: [Statement]
  /// The scope of the function's own body.
  public var scope: ScopeID
  /// The scope of `[T]`; between the enclosing scope and `scope`. Unused (but allotted) when there are none.
  public var typeParameterScope: ScopeID
  public init(
    name: String, nameRange: SourceRange, isAsync: Bool, decorators: [Expression], typeParameters: [TypeParameter],
    parameters: Parameters, returns: Expression?, body: [Statement], scope: ScopeID, typeParameterScope: ScopeID
  ) {
    self.name = name; self.nameRange = nameRange; self.isAsync = isAsync; self.decorators = decorators
    self.typeParameters = typeParameters; self.parameters = parameters; self.returns = returns; self.body = body
    self.scope = scope; self.typeParameterScope = typeParameterScope
  }
}

public struct ClassDefinition: Sendable {
  public var name: String
  public var nameRange: SourceRange
  public var decorators: [Expression]
  public var typeParameters: [TypeParameter]
  /// Bases and keywords.
  public var arguments: [Argument]
  public var body: [Statement]
  public var scope: ScopeID
  public var typeParameterScope: ScopeID
  public init(
    name: String, nameRange: SourceRange, decorators: [Expression], typeParameters: [TypeParameter],
    arguments: [Argument], body: [Statement], scope: ScopeID, typeParameterScope: ScopeID
  ) {
    self.name = name; self.nameRange = nameRange; self.decorators = decorators; self.typeParameters = typeParameters
    self.arguments = arguments; self.body = body; self.scope = scope; self.typeParameterScope = typeParameterScope
  }
}
