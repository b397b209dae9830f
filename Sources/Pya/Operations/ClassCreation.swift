/// What a `class` statement and `type(name, bases, namespace)` do, step by step as CPython: find the metaclass, prepare a
/// namespace, run the body in it, call the metaclass; and in `type.__new__`: merge the ancestors, make the type, announce it to
/// its attributes (`__set_name__`) and to its parent (`__init_subclass__`).
extension Runtime {
  typealias Keywords = [(name: StringObject, value: Value)]

  /// A `class` statement. `body` fills the namespace it is given; if it returns the `__class__` cell, that gets the class.
  func buildClass(
    name: String, bases: [Value], keywords: Keywords, body: (DictObject) throws(Raised) -> Value
  ) throws(Raised) -> Value {
    let resolved = try resolveBases(bases)
    var keywords = keywords
    var metaclass = Value.object(resolved.bases.first.map { type(of: $0) } ?? types.type)
    if let index = keywords.firstIndex(where: { $0.name.text == "metaclass" }) {
      metaclass = keywords.remove(at: index).value
    }
    if let metatype = metaclass.type {
      metaclass = .object(try mostDerivedMetatype(metatype, resolved.bases))
    }
    let nameValue = Value.object(intern(name))
    let basesValue = Value.object(TupleObject(self, resolved.bases))
    let namespace = try prepareNamespace(metaclass, nameValue, basesValue, keywords)
    let cell = try body(namespace)
    let hasCell = cell.cast(.cell, to: Object.self) != nil
    if hasCell { try setItem(.object(namespace), .object(names.classcell), cell) }
    if resolved.hasChanged {
      try setItem(.object(namespace), .object(intern("__orig_bases__")), .object(TupleObject(self, bases)))
    }
    let made: Value
    if metaclass.isIdentical(to: .object(types.type)) {
      made = .object(
        try makeClass(types.type, name: name, bases: resolved.bases, namespace: namespace, keywords: keywords))
    } else {
      made = try call(metaclass, [nameValue, basesValue, .object(namespace)], keywords: keywords)
    }
    if hasCell, made.type != nil { try checkClassCell(cell, made, name: name) }
    return made
  }

  /// A metaclass must hand the namespace on to `type.__new__` with the `__class__` cell in it.
  private func checkClassCell(_ cell: Value, _ made: Value, name: String) throws(Raised) {
    let held: Value
    do { held = try getAttribute(cell, "cell_contents") } catch {
      throw runtimeError(
        "__class__ not set defining '\(name)' as \(try repr(made).text). Was __classcell__ propagated to type.__new__?")
    }
    if !held.isIdentical(to: made) {
      throw typeError("__class__ set to \(try repr(held).text) defining '\(name)' as \(try repr(made).text)")
    }
  }

  /// Replaces bases that are not classes by what their `__mro_entries__` says.
  private func resolveBases(_ bases: [Value]) throws(Raised) -> (bases: [Value], hasChanged: Bool) {
    if bases.allSatisfy({ $0.type != nil }) { return (bases, false) }
    var resolved: [Value] = []
    var hasChanged = false
    for base in bases {
      guard base.type == nil, let entries = try getAttributeIfPresent(base, intern("__mro_entries__")) else {
        resolved.append(base)
        continue
      }
      let replacement = try call(entries, .object(TupleObject(self, bases)))
      guard let tuple = replacement.tuple else { throw typeError("__mro_entries__ must return a tuple") }
      resolved += tuple.array
      hasChanged = true
    }
    return (resolved, hasChanged)
  }

  private func prepareNamespace(_ metaclass: Value, _ name: Value, _ bases: Value, _ keywords: Keywords) throws(Raised)
    -> DictObject
  {
    if let metatype = metaclass.type, metatype.special(.prepare) == nil { return DictObject(self) }
    guard let prepare = try getAttributeIfPresent(metaclass, names[.prepare]) else { return DictObject(self) }
    let namespace = try call(prepare, [name, bases], keywords: keywords)
    guard let dictionary = namespace.dict else {
      let owner = metaclass.type.map(\.name) ?? "<metaclass>"
      throw typeError("\(owner).__prepare__() must return a mapping, not \(typeName(namespace))")
    }
    return dictionary
  }

  /// The metaclass that derives from those of all bases.
  private func mostDerivedMetatype(_ metatype: TypeObject, _ bases: [Value]) throws(Raised) -> TypeObject {
    var winner = metatype
    for base in bases {
      let candidate = type(of: base)
      if winner.isSubtype(of: candidate) { continue }
      guard candidate.isSubtype(of: winner) else {
        throw typeError(
          "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
        )
      }
      winner = candidate
    }
    return winner
  }

  /// `type.__new__`: may hand over to the `__new__` of a more derived metaclass.
  func makeClassThroughMetatype(
    _ metatype: TypeObject, name: StringObject, bases: [Value], namespace: DictObject, keywords: Keywords, moduleName: String
  ) throws(Raised) -> Value {
    let winner = try mostDerivedMetatype(metatype, bases)
    if winner !== metatype, let new = winner.special(.new), !new.isIdentical(to: metatype.special(.new) ?? .undefined) {
      let function = try bind(new, to: .object(winner))
      let rest: [Value] = [.object(name), .object(TupleObject(self, bases)), .object(namespace)]
      return try call(function, [.object(winner)] + rest, keywords: keywords)
    }
    return .object(
      try makeClass(
        winner, name: name.text, bases: bases, namespace: namespace, keywords: keywords, moduleName: moduleName))
  }

  /// Makes the class. The metaclass is decided.
  func makeClass(
    _ metatype: TypeObject, name: String, bases: [Value], namespace: DictObject, keywords: Keywords = [],
    qualifiedName: String? = nil, moduleName: String? = nil
  ) throws(Raised) -> TypeObject {
    let baseTypes = try checkedBases(bases)
    let made = TypeObject(
      self, metatype: metatype, name: name, bases: baseTypes, instanceKind: try instanceKind(of: baseTypes), isHeap: true)
    if let qualifiedName { made.qualifiedName = qualifiedName }
    made.moduleName = moduleName ?? "__main__"
    do {
      try complete(made, baseTypes, namespace)
    } catch {
      // A class that was never finished is nobody's subclass.
      made.setBases([], mro: made.mro)
      throw error
    }
    try announceNames(of: made)
    try announceSubclass(made, keywords)
    return made
  }

  private func complete(_ made: TypeObject, _ bases: [TypeObject], _ namespace: DictObject) throws(Raised) {
    made.mro = try resolutionOrder(of: made, made.type, bases)
    let cell = try fillNamespace(of: made, from: namespace)
    try addInstanceDictionaryAttributes(to: made)
    if made.attributes.getString(names.doc) == nil { made.attributes.setString(names.doc, .none) }
    if made.attributes.getString(names[.eq]) != nil, made.attributes.getString(names[.hash]) == nil {
      made.attributes.setString(names[.hash], .none)
    }
    made.didChange()
    if let cell { try setAttribute(cell, intern("cell_contents"), .object(made)) }
  }

  func checkedBases(_ bases: [Value]) throws(Raised) -> [TypeObject] {
    if bases.isEmpty { return [types.object] }
    var result: [TypeObject] = []
    for base in bases {
      guard let type = base.type else {
        throw typeError("bases must be types")
      }
      if type.isFinal { throw typeError("type '\(type.dottedName)' is not an acceptable base type") }
      if result.contains(where: { $0 === type }) { throw typeError("duplicate base class \(type.name)") }
      result.append(type)
    }
    return result
  }

  /// Which Swift class the instances are: that of the one built-in ancestor that has its own.
  private func instanceKind(of bases: [TypeObject]) throws(Raised) -> Kind {
    var decisive: TypeObject?
    for base in bases {
      let solid = solidBase(of: base)
      if solid === types.object { continue }
      if let known = decisive {
        if known.isSubtype(of: solid) { continue }
        guard solid.isSubtype(of: known) else { throw typeError("multiple bases have instance lay-out conflict") }
      }
      decisive = solid
    }
    return decisive?.instanceKind ?? .instance
  }

  /// The nearest ancestor whose instances are laid out in their own way. Exception types are laid out alike unless they keep
  /// fields.
  func solidBase(of type: TypeObject) -> TypeObject {
    for ancestor in type.mro {
      if ancestor.isHeap {
        if ancestor.hasOwnLayout { return ancestor }
        continue
      }
      guard ancestor.instanceKind == .exception, let parent = ancestor.bases.first, parent !== types.object else {
        return ancestor
      }
      if ancestor.exceptionLayout != parent.exceptionLayout { return ancestor }
    }
    return types.object
  }

  private func resolutionOrder(of made: TypeObject, _ metatype: TypeObject, _ bases: [TypeObject]) throws(Raised)
    -> [TypeObject]
  {
    guard metatype.isHeap, let method = metatype.lookup(intern("mro")), method.cast(.function, to: Object.self) != nil
    else { return try linearise(made, bases: bases) }
    made.mro = try linearise(made, bases: bases)
    var order: [TypeObject] = []
    for entry in try array(try callSpecial(method, .object(made))) {
      guard let type = entry.type else { throw typeError("mro() returned a non-class ('\(typeName(entry))')") }
      order.append(type)
    }
    if order.isEmpty { throw typeError("type MRO must not be empty") }
    return order
  }

  /// Copies the body's names into the class, with the changes that `type.__new__` makes. Returns the `__class__` cell.
  private func fillNamespace(of made: TypeObject, from namespace: DictObject) throws(Raised) -> Value? {
    var cell: Value?
    for entry in namespace.liveEntries {
      guard let key = entry.key.string else {
        try made.attributes.set(entry.key, hash: entry.hash, entry.value, self)
        continue
      }
      let name = intern(key)
      if name === names.qualname {
        guard let text = entry.value.string else {
          throw typeError("type __qualname__ must be a str, not \(typeName(entry.value))")
        }
        made.qualifiedName = text.text
      } else if name === names.classcell {
        guard entry.value.cast(.cell, to: Object.self) != nil else {
          throw typeError("__classcell__ must be a nonlocal cell, not \(try repr(.object(type(of: entry.value))).text)")
        }
        cell = entry.value
      } else {
        made.attributes.setString(name, implicitlyWrapped(name, entry.value))
      }
    }
    if let module = made.attributes.getString(names.module) {
      if let text = module.string { made.moduleName = text.text }
    } else {
      made.attributes.setString(names.module, .object(string(made.moduleName)))
    }
    return cell
  }

  /// `__new__` is a static method and `__init_subclass__` and `__class_getitem__` are class methods, without saying so.
  private func implicitlyWrapped(_ name: StringObject, _ value: Value) -> Value {
    guard case .object(let object) = value, object.kind == .function else { return value }
    if name === names[.new] { return .object(StaticMethodObject(self, value)) }
    if name === names[.initSubclass] || name === names[.classGetitem] {
      return .object(ClassMethodObject(self, value))
    }
    return value
  }

  private func addInstanceDictionaryAttributes(to made: TypeObject) throws(Raised) {
    if let slots = made.attributes.getString(names.slots) {
      try applySlots(to: made, slots)
      if made.hasNoInstanceDictionary { return }
    }
    guard made.instanceKind != .type else { return }
    if made.lookupUncached(names.dict) == nil {
      made.defineProperty(self, "__dict__") { (runtime, instance) throws(Raised) in
        guard let dictionary = instance.object?.instanceDictionary(runtime) else {
          throw runtime.attributeError("This object has no __dict__")
        }
        return .object(dictionary)
      } set: { (runtime, instance, value) throws(Raised) in
        try runtime.replaceInstanceDictionary(of: instance, by: value)
      }
    }
    if made.attributes.getString(names.slots) == nil, made.lookupUncached(intern("__weakref__")) == nil { defineWeakReferences(of: made) }
  }

  /// The attribute `__weakref__`: the first weak reference to the object.
  func defineWeakReferences(of type: TypeObject) {
    type.defineProperty(self, "__weakref__") { (runtime, value) throws(Raised) in
      value.object.flatMap { runtime.observers(of: $0).first }.map { .object($0) } ?? .none
    }
  }

  /// `instance.__dict__ = dictionary`, and its deletion.
  func replaceInstanceDictionary(of instance: Value, by value: Value) throws(Raised) {
    if !value.isUndefined, value.dict == nil {
      throw typeError("__dict__ must be set to a dictionary, not a '\(typeName(value))'")
    }
    guard case .object(let object) = instance, let old = object.instanceDictionary(self), old !== value.dict else { return }
    // What dies with the old one may look at the object.
    defer { withExtendedLifetime(old) {} }
    if object.kind == .instance {
      let holder = unsafeDowncast(object, to: Instance.self)
      holder.dictionary = value.dict ?? DictObject(self)
      for entry in old.attributes?.liveEntries ?? [] {
        if let name = entry.key.string { holder.setSlotValue(name, entry.value, self) }
      }
    } else if !object.adoptInstanceDictionary(value.dict) {
      // A built-in kind that looks into its own: takes over the entries.
      old.removeAll()
      if let source = value.dict { try old.merge(source, self) }
    }
  }

  // MARK: Announcements

  private func announceNames(of made: TypeObject) throws(Raised) {
    for entry in made.attributes.liveEntries {
      guard case .object(let object) = entry.value, let name = entry.key.string else { continue }
      if let property = entry.value.cast(.property, to: PropertyObject.self), property.name == nil { property.name = name }
      guard object.kind != .function, let method = object.type.lookup(names[.setName]) else { continue }
      do {
        _ = try callSpecial(method, entry.value, .object(made), .object(name))
      } catch {
        let note =
          "Error calling __set_name__ on '\(object.type.name)' instance '\(name.text)' in '\(made.name)'"
        try addNote(.object(string(note)), to: error.exception)
        throw error
      }
    }
  }

  private func announceSubclass(_ made: TypeObject, _ keywords: Keywords) throws(Raised) {
    let name = names[.initSubclass]
    guard let method = attribute(behind: made, in: made, name), case .object(let object) = method else { return }
    if keywords.isEmpty, let builtin = types.object.attributes.getString(name), builtin.isIdentical(to: method) { return }
    let bound =
      object.isDescriptor ? try object.descriptorGet(self, instance: .undefined, owner: made) : method
    _ = try call(bound, [], keywords: keywords)
  }
}
