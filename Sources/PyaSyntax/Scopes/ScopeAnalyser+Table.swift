/// The result: what both passes found out, as lowering wants it.
extension ScopeAnalyser {
  func table() -> ScopeTable {
    var scopes = drafts.indices.map { index in
      Scope(kind: .module, name: "", qualifiedName: "", parent: nil, host: ScopeID(index))
    }
    // A parent precedes its children here, so their qualified names can be built on its own.
    for id in order { scopes[id.index] = scope(id, qualifiedName: qualifiedName(of: id, among: scopes)) }
    for draft in drafts {
      for name in draft.declarations.keys where draft.facts[name]?.contains(.declaredGlobal) == true {
        scopes[0].declaredGlobals.insert(name)
      }
    }
    return ScopeTable(scopes: scopes)
  }

  private func scope(_ id: ScopeID, qualifiedName: String) -> Scope {
    let draft = drafts[id.index]
    let captured = drafts[draft.host.index].capturedSlots
    var scope = Scope(
      kind: draft.kind, name: draft.name, qualifiedName: qualifiedName, parent: draft.parent, host: draft.host)
    scope.bindings = draft.bindings.mapValues { binding in
      if case .local(let slot) = binding, captured.contains(slot) { .cell(slot: slot) } else { binding }
    }
    scope.slotNames = draft.slotNames
    scope.freeVariables = draft.freeVariables
    scope.isGenerator = draft.isGenerator
    scope.isAsync = draft.isAsync
    scope.classCellSlot = draft.classCellSlot
    let ownCells = draft.slots.values.filter(captured.contains).sorted()
    if draft.kind == .comprehension {
      scope.comprehensionCells = ownCells
      if let first = draft.slots.values.min() { scope.comprehensionSlots = first..<(first + draft.slots.count) }
    } else {
      scope.cellSlots = ownCells + (draft.classCellSlot.map { [$0] } ?? [])
    }
    return scope
  }

  /// As CPython's `compiler_set_qualname`: a function declared `global` starts anew; what stands in a function
  /// follows its `<locals>`, but a generator expression and a class have none; type parameter lists are passed over.
  private func qualifiedName(of id: ScopeID, among scopes: [Scope]) -> String {
    let draft = drafts[id.index]
    guard var parent = draft.parent else { return draft.name }
    if drafts[parent.index].kind == .typeParameters, let outer = drafts[parent.index].parent { parent = outer }
    parent = drafts[parent.index].host
    if parent == .module || isDeclaredGlobal(draft, in: parent) { return draft.name }
    switch drafts[parent.index].kind {
    case .function, .lambda, .typeAlias: return "\(scopes[parent.index].qualifiedName).<locals>.\(draft.name)"
    default: return "\(scopes[parent.index].qualifiedName).\(draft.name)"
    }
  }

  private func isDeclaredGlobal(_ draft: ScopeDraft, in parent: ScopeID) -> Bool {
    guard draft.kind == .function || draft.kind == .class else { return false }
    let name = mangled(draft.name, inClass: drafts[parent.index].className)
    return drafts[parent.index].facts[name]?.contains(.declaredGlobal) == true
  }
}
