@testable import PyaSyntax

/// The scopes of a program given as text.
func analyse(_ source: String) throws -> ScopeTable {
  var parser = Parser(file: SourceFile(name: "test.py", text: source))
  return try analyseScopes(of: parser.parseModule())
}

/// The scopes of a lone expression.
func analyseExpression(_ source: String) throws -> ScopeTable {
  var parser = Parser(file: SourceFile(name: "test.py", text: source))
  let (expression, scopeCount) = try parser.parseExpressionOnly()
  return try analyseScopes(of: expression, scopeCount: scopeCount)
}

/// The one scope of a program that has this qualified name.
func scope(_ qualifiedName: String, in source: String) throws -> Scope {
  try analyse(source).scope(qualifiedName)
}

extension ScopeTable {
  func scope(_ qualifiedName: String) throws -> Scope {
    try scopes.first { $0.qualifiedName == qualifiedName }.required
  }

  /// The one among several scopes of this name whose parent is of this kind.
  func scope(_ qualifiedName: String, in parentKind: Scope.Kind) throws -> Scope {
    try scopes.first { scope in
      scope.qualifiedName == qualifiedName && scope.parent.map { self[$0].kind == parentKind } == true
    }.required
  }
}

extension Scope {
  /// The first slot of this name; -1 if there is none.
  func slot(_ name: String) -> Int { slotNames.firstIndex(of: name) ?? -1 }
}

extension Optional {
  /// A failed test instead of a crash when it is nil.
  var required: Wrapped {
    get throws {
      guard let self else { throw Missing() }
      return self
    }
  }
}

private struct Missing: Error {}
