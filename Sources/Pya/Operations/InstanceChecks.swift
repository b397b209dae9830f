/// `isinstance` and `issubclass`.
extension Runtime {
  /// `isinstance(value, classes)`: `classes` is a class, a union, an object with `__instancecheck__`, or a tuple of these.
  func isInstance(_ value: Value, ofAny classes: Value) throws(Raised) -> Bool {
    if let held = classes.uncounted, held.kind == .type {
      var value = value
      if let answer = isQuickInstance(&value, held) { return answer }
      if let type = classes.type, type.isExactly(types.type) { return try isPlainInstance(value, of: type) }
    }
    if let tuple = classes.tuple {
      try enter()
      defer { leave() }
      for index in 0..<tuple.count where try isInstance(value, ofAny: tuple[index]) { return true }
      return false
    }
    if let union = classes.object as? UnionObject {
      for member in union.members {
        if member.object is GenericAliasObject {
          throw typeError("isinstance() argument 2 cannot be a parameterized generic")
        }
        if try isInstance(value, ofAny: member) { return true }
      }
      return false
    }
    if case .object(let object) = classes, let method = object.type.lookup(names[.instancecheck]) {
      let generation = abstractAnswers.generation
      let answer = try isTrue(callSpecial(method, classes, value))
      if let type = classes.type, method.isIdentical(to: abstractAnswers.instanceCheck) { note(answer, value, type, generation) }
      return answer
    }
    guard try basesOfAbstractClass(classes) != nil else {
      throw typeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
    }
    guard let cls = try getAttributeIfPresent(value, names.class) else { return false }
    return try isAbstractSubclass(cls, of: classes)
  }

  /// Whether what lies at `place` is an instance of the class `cls`, as far as that can be told without running code of the program; nil: it
  /// cannot, or `cls` is no class.
  func isQuickInstance(_ place: UnsafeMutablePointer<Value>, _ cls: Unmanaged<Object>) -> Bool? {
    guard cls.kind == .type else { return nil }
    return cls.as(TypeObject.self)._withUnsafeGuaranteedRef { type in
      let own: Unmanaged<TypeObject> =
        if let held = place.uncountedObject {
          held._withUnsafeGuaranteedRef { .fromOpaque($0.typePointer) }
        } else {
          .passUnretained(self.type(of: place.pointee))
        }
      return own._withUnsafeGuaranteedRef { own in
        if own === type { return true }
        guard type.isExactly(types.type) else { return knownAnswer(type, own) }
        // Only an object of the program can claim another class.
        if own.isSubtype(of: type) { return true }
        return own.isHeap && own.decidesClass ? nil : false
      }
    }
  }

  /// The answer of an abstract class about instances of `own`, if it was asked lately.
  private func knownAnswer(_ type: TypeObject, _ own: TypeObject) -> Bool? {
    let own = UnsafeRawPointer(Unmanaged.passUnretained(own).toOpaque())
    return type.abstractAnswer.known(own, generation: abstractAnswers.generation)
  }

  private func note(_ answer: Bool, _ value: Value, _ type: TypeObject, _ generation: Int) {
    let own = self.type(of: value)
    // An object of the program may claim another class.
    if own.isHeap, own.decidesClass { return }
    let pointer = UnsafeRawPointer(Unmanaged.passUnretained(own).toOpaque())
    type.abstractAnswer.note(answer, pointer, generation: generation)
  }

  /// `__bases__` of anything that poses as a class; nil unless that is a tuple.
  private func basesOfAbstractClass(_ cls: Value) throws(Raised) -> TupleObject? {
    try getAttributeIfPresent(cls, names.bases)?.tuple
  }

  private func isAbstractSubclass(_ cls: Value, of other: Value) throws(Raised) -> Bool {
    if cls.isIdentical(to: other) { return true }
    guard let bases = try basesOfAbstractClass(cls) else { return false }
    try enter(" in __issubclass__")
    defer { leave() }
    for base in bases.array where try isAbstractSubclass(base, of: other) { return true }
    return false
  }

  /// `type.__instancecheck__`. An object may claim a class through its `__class__`.
  func isPlainInstance(_ value: Value, of type: TypeObject) throws(Raised) -> Bool {
    let own = self.type(of: value)
    if own.isSubtype(of: type) { return true }
    guard own.isHeap else { return false }
    guard let claimed = try getAttributeIfPresent(value, names.class)?.type, claimed !== own else { return false }
    return claimed.isSubtype(of: type)
  }

  /// `issubclass(cls, classes)`.
  func isSubclass(_ cls: Value, ofAny classes: Value) throws(Raised) -> Bool {
    if let type = classes.type, type.type === types.type {
      if let candidate = cls.type { return candidate.isSubtype(of: type) }
      return try isPlainSubclass(cls, of: classes)
    }
    if let tuple = classes.tuple {
      try enter()
      defer { leave() }
      for index in 0..<tuple.count where try isSubclass(cls, ofAny: tuple[index]) { return true }
      return false
    }
    if let union = classes.object as? UnionObject {
      guard cls.type != nil else { throw typeError("issubclass() arg 1 must be a class") }
      for member in union.members {
        if member.object is GenericAliasObject {
          throw typeError("issubclass() argument 2 cannot be a parameterized generic")
        }
        if try isSubclass(cls, ofAny: member) { return true }
      }
      return false
    }
    if case .object(let object) = classes, let method = object.type.lookup(names[.subclasscheck]) {
      return try isTrue(callSpecial(method, classes, cls))
    }
    return try isPlainSubclass(cls, of: classes)
  }

  /// `type.__subclasscheck__`
  func isPlainSubclass(_ cls: Value, of classes: Value) throws(Raised) -> Bool {
    if let candidate = cls.type, let type = classes.type { return candidate.isSubtype(of: type) }
    guard try basesOfAbstractClass(cls) != nil else { throw typeError("issubclass() arg 1 must be a class") }
    guard try basesOfAbstractClass(classes) != nil else {
      throw typeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
    }
    return try isAbstractSubclass(cls, of: classes)
  }
}

/// What abstract classes remember of one another.
final class AbstractAnswers {
  /// Grows with every class that is registered with an abstract one.
  var generation = 0
  /// `ABCMeta.__instancecheck__`: what other metaclasses answer is not remembered.
  var instanceCheck = Value.undefined
}

extension Runtime {
  var abstractAnswers: AbstractAnswers { attachment(AbstractAnswers.self) { AbstractAnswers() } }
}
