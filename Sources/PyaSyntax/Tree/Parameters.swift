/// The parameters of a function or lambda.
public struct Parameters: Sendable {
  public var positionalOnly: [Parameter] = []
  public var positionalOrKeyword: [Parameter] = []
  /// `*args`
  public var variadic: Parameter?
  public var keywordOnly: [Parameter] = []
  /// `**kwargs`
  public var variadicKeywords: Parameter?

  public init() {}

  /// All of them, in the order of their slots: positional-only, positional-or-keyword, keyword-only, `*args`, `**kwargs`.
  public var inSlotOrder: [Parameter] {
    positionalOnly + positionalOrKeyword + keywordOnly + (variadic.map { [$0] } ?? [])
      + (variadicKeywords.map { [$0] } ?? [])
  }
}

public struct Parameter: Sendable {
  public var name: String
  public var annotation: Expression?
  public var defaultValue: Expression?
  public var range: SourceRange
  public init(name: String, annotation: Expression?, defaultValue: Expression?, range: SourceRange) {
    self.name = name; self.annotation = annotation; self.defaultValue = defaultValue; self.range = range
  }
}

/// `[T: bound = default, *Ts, **P]` of a generic function, class or type alias.
public struct TypeParameter: Sendable {
  public enum Kind: Sendable { case typeVar, typeVarTuple, paramSpec }
  public var kind: Kind
  public var name: String
  /// Both are evaluated when somebody asks for them: each in a scope of its own.
  public var bound: Expression?
  public var defaultValue: Expression?
  public var boundScope: ScopeID
  public var defaultScope: ScopeID
  public var range: SourceRange
  public init(
    kind: Kind, name: String, bound: Expression?, defaultValue: Expression?, boundScope: ScopeID, defaultScope: ScopeID, range: SourceRange
  ) {
    self.kind = kind; self.name = name; self.bound = bound; self.defaultValue = defaultValue
    self.boundScope = boundScope; self.defaultScope = defaultScope; self.range = range
  }
}
