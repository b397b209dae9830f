/// `C.__bases__ = ...`: the new bases must lay out the instances as the old ones did.
extension Runtime {
  func setBases(of type: TypeObject, _ newBases: [Value]) throws(Raised) {
    guard !newBases.isEmpty else {
      throw typeError("can only assign non-empty tuple to \(type.name).__bases__, not ()")
    }
    if let other = newBases.first(where: { $0.type == nil }) {
      throw typeError("\(type.name).__bases__ must be tuple of classes, not '\(typeName(other))'")
    }
    let bases = try checkedBases(newBases)
    if bases.contains(where: { $0.isSubtype(of: type) }) {
      throw typeError("a __bases__ item causes an inheritance cycle")
    }
    let old = mainBase(of: type.bases)
    let new = mainBase(of: bases)
    guard isCollected(old) == isCollected(new) else {
      throw typeError("__bases__ assignment: '\(new.name)' deallocator differs from '\(old.name)'")
    }
    guard areLaidOutAlike(layoutBase(of: old), layoutBase(of: new)) else {
      throw typeError("__bases__ assignment: '\(new.name)' object layout differs from '\(old.name)'")
    }
    type.setBases(bases, mro: try linearise(type, bases: bases))
    try relineariseSubclasses(of: type)
    type.didChange()
  }

  private func relineariseSubclasses(of type: TypeObject) throws(Raised) {
    for subclass in type.subclasses {
      subclass.mro = try linearise(subclass, bases: subclass.bases)
      try relineariseSubclasses(of: subclass)
    }
  }

  // MARK: Layouts as CPython has them

  /// The base that decides the layout: the first one, unless a later one's is that and more.
  private func mainBase(of bases: [TypeObject]) -> TypeObject {
    var main = bases.first ?? types.object
    for base in bases where solidBase(of: base) !== solidBase(of: main) && solidBase(of: base).isSubtype(of: solidBase(of: main)) {
      main = base
    }
    return main
  }

  /// The furthest ancestor to which nothing is added on the way to this class.
  private func layoutBase(of type: TypeObject) -> TypeObject {
    var found = type
    while found !== types.object {
      let base = mainBase(of: found.bases)
      if addsToLayout(found, of: base) { break }
      found = base
    }
    return found
  }

  private func addsToLayout(_ type: TypeObject, of base: TypeObject) -> Bool {
    if !type.isHeap { return type.instanceKind != .exception || base === types.object || type.exceptionLayout != base.exceptionLayout }
    return type.hasOwnLayout || hasInstanceDictionary(type) != hasInstanceDictionary(base) || addsWeakReferences(type) || !isCollected(base)
  }

  private func areLaidOutAlike(_ first: TypeObject, _ second: TypeObject) -> Bool {
    if first === second { return true }
    let base = mainBase(of: first.bases)
    return first.isHeap && second.isHeap && base === mainBase(of: second.bases) && haveSameSlots(first, second)
      && hasInstanceDictionary(first) == hasInstanceDictionary(second) && addsWeakReferences(first) == addsWeakReferences(second)
  }

  private func addsWeakReferences(_ type: TypeObject) -> Bool { type.attributes.getString(intern("__weakref__")) != nil }

  /// Whether the collector looks at instances: those of all classes of the program, and of built-in types that hold others.
  private func isCollected(_ type: TypeObject) -> Bool {
    let plain = [types.object, types.int, types.float, types.complex, types.str, types.bytes, types.bytearray]
    return type.isHeap || !plain.contains { $0 === type }
  }
}
