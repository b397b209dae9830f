/// How the collecting pass writes down what happens to a name in the scope it is in.
extension ScopeAnalyser {
  var scope: ScopeDraft { drafts[current.index] }

  /// Begins the scope of a construct inside the current one.
  /// - Returns: the scope to go back to with `leave`.
  mutating func enter(_ id: ScopeID, _ kind: Scope.Kind, name: String) -> ScopeID {
    let outer = current
    while drafts.count <= id.index { drafts.append(ScopeDraft()) }
    let draft = ScopeDraft(kind: kind, name: name, parent: outer, host: id)
    if kind == .comprehension { draft.host = scope.host }
    draft.className = scope.className
    draft.mangledNames = scope.mangledNames
    drafts[id.index] = draft
    order.append(id)
    current = id
    return outer
  }

  mutating func leave(to outer: ScopeID) {
    current = outer
  }

  /// `name` as it is known in the current scope.
  func mangledHere(_ name: String) -> String {
    if let only = scope.mangledNames, !only.contains(name) { return name }
    return mangled(name, inClass: scope.className)
  }

  mutating func use(_ name: String) {
    note(.used, mangledHere(name), in: current)
    // `super()` without arguments looks for the class in this hidden variable.
    if name == "super", scope.kind.hasSlots { note(.used, "__class__", in: current) }
  }

  // Errors of this pass show names as they are written, errors of the second pass show them mangled: so does CPython.

  mutating func bind(_ name: String, as role: NameFacts = .assigned, at range: SourceRange) throws(SyntaxDiagnostic) {
    let variable = mangledHere(name)
    let known = scope.facts[variable] ?? []
    if role.contains(.parameter), known.contains(.parameter) {
      throw SyntaxDiagnostic("duplicate argument '\(name)' in function definition", at: range)
    }
    if role.contains(.typeParameter), known.contains(.typeParameter) {
      throw SyntaxDiagnostic("duplicate type parameter '\(name)'", at: range)
    }
    if role.contains(.comprehensionTarget), !known.isDisjoint(with: [.declaredGlobal, .declaredNonlocal]) {
      throw SyntaxDiagnostic(
        "comprehension inner loop cannot rebind assignment expression target '\(name)'", at: range)
    }
    note(role, variable, in: current)
  }

  /// `global` and `nonlocal`: they must come before any other mention, except (CPython's oversight) an import.
  mutating func declare(_ names: [String], as role: NameFacts, at range: SourceRange) throws(SyntaxDiagnostic) {
    let keyword = role == .declaredGlobal ? "global" : "nonlocal"
    for name in names {
      let variable = mangledHere(name)
      let known = scope.facts[variable] ?? []
      if known.contains(.parameter) {
        throw SyntaxDiagnostic("name '\(name)' is parameter and \(keyword)", at: range)
      } else if known.contains(.used) {
        throw SyntaxDiagnostic("name '\(name)' is used prior to \(keyword) declaration", at: range)
      } else if known.contains(.annotated) {
        throw SyntaxDiagnostic("annotated name '\(name)' can't be \(keyword)", at: range)
      } else if known.contains(.assigned) {
        throw SyntaxDiagnostic("name '\(name)' is assigned to before \(keyword) declaration", at: range)
      }
      note(role, variable, in: current)
      rememberDeclaration(of: variable, in: current, at: range)
    }
  }

  /// The name of a walrus inside a comprehension is bound around the comprehension, and declared so in it.
  mutating func bindAroundComprehension(_ name: String, at range: SourceRange) throws(SyntaxDiagnostic) {
    let variable = mangledHere(name)
    var around = current
    while drafts[around.index].kind.isComprehensionOrGeneratorExpression, let parent = drafts[around.index].parent {
      if drafts[around.index].facts[variable]?.contains(.comprehensionTarget) == true {
        throw SyntaxDiagnostic(
          "assignment expression cannot rebind comprehension iteration variable '\(name)'", at: range)
      }
      around = parent
    }
    switch drafts[around.index].kind {
    case .module:
      note(.declaredGlobal, variable, in: current)
      note(.declaredGlobal, variable, in: around)
    case .class:
      throw SyntaxDiagnostic("assignment expression within a comprehension cannot be used in a class body", at: range)
    case .typeParameters, .typeAlias:
      throw walrusInRestrictedComprehension(drafts[around.index].restriction, at: range)
    case .function, .lambda, .comprehension, .generatorExpression:
      let isGlobal = drafts[around.index].facts[variable]?.contains(.declaredGlobal) == true
      note(isGlobal ? .declaredGlobal : .declaredNonlocal, variable, in: current)
      note(.assigned, variable, in: around)
    }
    rememberDeclaration(of: variable, in: current, at: range)
  }

  private func walrusInRestrictedComprehension(
    _ restriction: ScopeDraft.Restriction?, at range: SourceRange
  ) -> SyntaxDiagnostic {
    let place: String =
      switch restriction {
      case .typeAlias: "in a type alias"
      case .bound, .typeVarDefault, .typeVarTupleDefault, .paramSpecDefault: "in a TypeVar bound"
      case .annotation, .generic, nil: "within the definition of a generic"
      }
    return SyntaxDiagnostic("assignment expression within a comprehension cannot be used \(place)", at: range)
  }

  private mutating func note(_ fact: NameFacts, _ name: String, in id: ScopeID) {
    let known = drafts[id.index].facts[name]
    if known == nil { drafts[id.index].mentioned.append(name) }
    if fact.isBound, known?.isBound != true { drafts[id.index].bound.append(name) }
    drafts[id.index].facts[name] = (known ?? []).union(fact)
  }

  private mutating func rememberDeclaration(of name: String, in id: ScopeID, at range: SourceRange) {
    if drafts[id.index].declarations[name] == nil { drafts[id.index].declarations[name] = range }
  }
}
