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

  // MARK: A name in the scope that mentions it

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
    guard let parent = drafts[id.index].parent, drafts[parent.index].kind == .class else {
      return placeAround(id, of: name)?.binding ?? .global
    }
    let factsInClass = drafts[parent.index].facts[name] ?? []
    if factsInClass.contains(.declaredGlobal) { return .global }
    if factsInClass.isOwn { return .classLocal }
    return classBinding(placeAround(id, of: name))
  }

  private func classBinding(_ place: Place?) -> Binding {
    switch place {
    case .free(let index): .classFree(index: index)
    case .slot, nil: .classLocal
    }
  }

  // MARK: A name looked for from the inside

  /// Where a frame has a variable.
  private enum Place {
    case slot(Int)
    case free(Int)

    var binding: Binding {
      switch self {
      case .slot(let slot): .local(slot: slot)
      case .free(let index): .free(index: index)
      }
    }
  }

  /// Where the frame of `id`'s host has the variable that `name` means to something nested in `id`; nil when it is
  /// global.
  private mutating func place(of name: String, seenFrom id: ScopeID) -> Place? {
    let draft = drafts[id.index]
    let facts = draft.facts[name] ?? []
    switch draft.kind {
    case .module:
      return nil
    case .class:
      if name == "__class__" { return .slot(classCell(of: id)) }
    case .function, .lambda, .generatorExpression, .comprehension, .typeParameters, .typeAlias:
      if facts.contains(.declaredGlobal) { return nil }
      if let slot = draft.slots[name] { return .slot(slot) }
    }
    return placeAround(id, of: name)
  }

  /// The same for a variable that is not `id`'s own. Found in another frame, it becomes a free variable of this one.
  private mutating func placeAround(_ id: ScopeID, of name: String) -> Place? {
    guard let parent = drafts[id.index].parent else { return nil }
    if drafts[id.index].kind == .comprehension { return place(of: name, seenFrom: parent) }
    if let index = drafts[id.index].freeIndices[name] { return .free(index) }

    let parentBinding: Binding
    switch place(of: name, seenFrom: parent) {
    case .slot(let slot):
      drafts[drafts[parent.index].host.index].capturedSlots.insert(slot)
      parentBinding = .cell(slot: slot)
    case .free(let index):
      parentBinding = .free(index: index)
    case nil:
      return nil
    }
    let index = drafts[id.index].freeVariables.count
    drafts[id.index].freeVariables.append(Scope.FreeVariable(name: name, parentBinding: parentBinding))
    drafts[id.index].freeIndices[name] = index
    return .free(index)
  }

  private mutating func classCell(of id: ScopeID) -> Int {
    if let slot = drafts[id.index].classCellSlot { return slot }
    let slot = newSlot(named: "__class__", in: id)
    drafts[id.index].classCellSlot = slot
    return slot
  }

  private func isTypeParameter(_ name: String, seenFrom id: ScopeID) -> Bool {
    var scope = drafts[id.index].parent
    while let around = scope {
      let draft = drafts[around.index]
      if draft.slots[name] != nil { return draft.facts[name]?.contains(.typeParameter) == true }
      scope = draft.parent
    }
    return false
  }

  private func declarationError(_ message: String, _ name: String, _ id: ScopeID) -> SyntaxDiagnostic {
    SyntaxDiagnostic(message, at: drafts[id.index].declarations[name] ?? SourceRange(0, 0))
  }
}
