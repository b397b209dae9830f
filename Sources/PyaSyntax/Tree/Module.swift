/// A parsed source file. The tree does not change after parsing.
public struct Module: Sendable {
  public var body: [Statement]
  /// How many `ScopeID`s the parser gave out; 0 is the module itself.
  public var scopeCount: Int
  public init(body: [Statement], scopeCount: Int) {
    self.body = body
    self.scopeCount = scopeCount
  }
}

/// Names a scope-making construct of one tree; an index into its `ScopeTable`.
public struct ScopeID: Hashable, Sendable {
  public var index: Int
  public init(_ index: Int) { self.index = index }
  /// The module's own scope.
  public static let module = ScopeID(0)
}
