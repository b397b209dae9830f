/// The second pass: from facts about names to places where values live.
extension ScopeAnalyser {
  mutating func resolveAll() throws(SyntaxDiagnostic) {
    // Outside in: when a scope looks outward, every scope around it has its slots.
    for id in order {
      allotSlots(of: id)
      for name in drafts[id.index].mentioned {
        drafts[id.index].bindings[name] = try resolve(name, in: id)
      }
    }
  }

  private mutating func allotSlots(of id: ScopeID) {
    let draft = drafts[id.index]
    guard draft.kind.hasSlots else { return }
    for name in draft.bound where draft.facts[name]?.isOwn == true {
      drafts[id.index].slots[name] = newSlot(named: name, in: draft.host)
    }
  }

  private mutating func newSlot(named name: String, in host: ScopeID) -> Int {
    drafts[host.index].slotNames.append(name)
    return drafts[host.index].slotNames.count - 1
  }

  /// A slot is `.local` for now: whether it is a cell shows at the end.
  private mutating func resolve(_ name: String, in id: ScopeID) throws(SyntaxDiagnostic) -> Binding {
    let facts = drafts[id.index].facts[name] ?? []
    if facts.contains(.declaredGlobal) {
      if facts.contains(.declaredNonlocal) { throw declarationError("name '\(name)' is nonlocal and global", name, id) }
      return .global
    }
    if facts.contains(.declaredNonlocal) { return try resolveNonlocal(name, in: id) }
    if facts.isBound { return ownVariable(name, of: id) }
    return resolveUse(of: name, in: id)
  }

  private func ownVariable(_ name: String, of id: ScopeID) -> Binding {
    if let slot = drafts[id.index].slots[name] { return .local(slot: slot) }
    return drafts[id.index].kind == .class ? .classLocal : .global
  }

  private mutating func resolveNonlocal(_ name: String, in id: ScopeID) throws(SyntaxDiagnostic) -> Binding {
    if id == .module { throw declarationError("nonlocal declaration not allowed at module level", name, id) }
    guard let place = placeAround(id, of: name) else {
      throw declarationError("no binding for nonlocal '\(name)' found", name, id)
    }
    if isTypeParameter(name, seenFrom: id) {
      throw declarationError("nonlocal binding not allowed for type parameter '\(name)'", name, id)
    }
    return place.binding
  }

  private mutating func resolveUse(of name: String, in id: ScopeID) -> Binding {
    switch drafts[id.index].kind {
    case .module:
      return .global
    case .function, .lambda, .generatorExpression:
      return placeAround(id, of: name)?.binding ?? .global
    case .comprehension:
      // The cell for `__class__` is there for methods; in a class body itself the class does not exist yet.
      if name == "__class__", drafts[drafts[id.index].host.index].kind == .class { return .global }
      return placeAround(id, of: name)?.binding ?? .global
    case .class:
      return classBinding(placeAround(id, of: name))
    case .typeParameters, .typeAlias:
      return resolveUse(of: name, inAnnotationScope: id)
    }
  }

  /// Type parameter lists and aliases in a class body see the class's names, though as functions they should not.
  private mutating func resolveUse(of name: String, inAnnotationScope id: ScopeID) -> Binding {
    var around = drafts[id.index].parent
    // A bound or default stands in the list of its parameter.
    while let list = around, drafts[list.index].kind == .typeParameters || drafts[list.index].kind == .typeAlias,
      drafts[list.index].facts[name]?.isOwn != true
    {
      around = drafts[list.index].parent
    }
    guard let parent = around, drafts[parent.index].kind == .class else {
      return placeAround(id, of: name)?.binding ?? .global
    }
    let factsInClass = drafts[parent.index].facts[name] ?? []
    if factsInClass.contains(.declaredGlobal) { return .global }
    if factsInClass.isOwn { return .classLocal }
    return classBinding(placeAround(id, of: name))
  }

  private func classBinding(_ place: VariablePlace?) -> Binding {
    switch place {
    case .free(let index): .classFree(index: index)
    case .slot, nil: .classLocal
    }
  }

  /// Where the frame of `id`'s host has the variable that `name` means to something nested in `id`; nil when it is
  /// global.
  private mutating func place(of name: String, seenFrom id: ScopeID) -> VariablePlace? {
    switch drafts[id.index].kind {
    case .module:
      return nil
    case .class:
      if name == "__class__" { return .slot(classCell(of: id)) }
    case .function, .lambda, .generatorExpression, .comprehension, .typeParameters, .typeAlias:
      if drafts[id.index].facts[name]?.contains(.declaredGlobal) == true { return nil }
      if let slot = drafts[id.index].slots[name] { return .slot(slot) }
    }
    return placeAround(id, of: name)
  }

  /// The same for a variable that is not `id`'s own.
  private mutating func placeAround(_ id: ScopeID, of name: String) -> VariablePlace? {
    if let known = drafts[id.index].placesAround[name] { return known }
    guard let parent = drafts[id.index].parent else { return nil }
    var found = place(of: name, seenFrom: parent)
    if drafts[id.index].kind != .comprehension, let outer = found {
      found = capture(name, from: outer, in: parent, by: id)
    }
    drafts[id.index].placesAround.updateValue(found, forKey: name)
    return found
  }

  /// A variable found in another frame becomes a cell there, and a free variable here.
  private mutating func capture(
    _ name: String, from outer: VariablePlace, in parent: ScopeID, by id: ScopeID
  ) -> VariablePlace {
    let parentBinding: Binding
    switch outer {
    case .slot(let slot):
      drafts[drafts[parent.index].host.index].capturedSlots.insert(slot)
      parentBinding = .cell(slot: slot)
    case .free(let index):
      parentBinding = .free(index: index)
    }
    drafts[id.index].freeVariables.append(Scope.FreeVariable(name: name, parentBinding: parentBinding))
    return .free(drafts[id.index].freeVariables.count - 1)
  }

  private mutating func classCell(of id: ScopeID) -> Int {
    if let slot = drafts[id.index].classCellSlot { return slot }
    let slot = newSlot(named: "__class__", in: id)
    drafts[id.index].classCellSlot = slot
    return slot
  }

  /// Not when a class in between binds the name: that class does not hide the variable, but CPython then forgets what
  /// kind of variable it is.
  private func isTypeParameter(_ name: String, seenFrom id: ScopeID) -> Bool {
    var scope = drafts[id.index].parent
    while let around = scope {
      if drafts[around.index].slots[name] != nil {
        return drafts[around.index].facts[name]?.contains(.typeParameter) == true
      }
      if drafts[around.index].kind == .class, drafts[around.index].facts[name]?.isOwn == true { return false }
      scope = drafts[around.index].parent
    }
    return false
  }

  private func declarationError(_ message: String, _ name: String, _ id: ScopeID) -> SyntaxDiagnostic {
    SyntaxDiagnostic(message, at: drafts[id.index].declarations[name] ?? SourceRange(0, 0))
  }
}
