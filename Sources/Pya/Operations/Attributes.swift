/// `value.name`, `value.name = x`, `del value.name`: Python's attribute protocol.
///
/// Nodes have inline caches in front of these; this is the whole rule. For a class written in the program:
/// `__getattribute__`, then data descriptors of the type, the instance's own attributes, other attributes of the type,
/// `__getattr__`.
extension Runtime {
  func getAttribute(_ value: Value, _ name: StringObject) throws(Raised) -> Value {
    if let held = value.uncounted, held.kind.hasNativeFields, held.isPlain, let field = field(of: held, name) {
      return try field.borrowed { (field) throws(Raised) in try field.get(self, value) }
    }
    do throws(Raised) {
      let type = type(of: value)
      if let override = type.special(.getattribute) { return try getOverridden(value, type, name, override) }
      guard let fallback = type.special(.getattr) else {
        if let found = try findAttribute(value, name) { return found }
        throw missingAttribute(value, name)
      }
      do throws(Raised) { if let found = try findAttribute(value, name) { return found } } catch {
        // A property's getter failed with it.
        guard matches(error, .attributeError) else { throw error }
      }
      return try callSpecial(fallback, value, .object(name))
    } catch {
      noteSubject(of: error.exception, value, name)
      throw error
    }
  }

  /// An AttributeError that comes out of looking for an attribute knows of which object and name, whoever raised it.
  func noteSubject(of exception: ExceptionObject, _ value: Value, _ name: StringObject) {
    guard matches(Raised(exception), .attributeError), exception.fields["name"] == nil, exception.fields["obj"] == nil else { return }
    exception.fields["name"] = .object(name)
    exception.fields["obj"] = value
  }

  /// What computes the attribute of an object whose type is built-in (a data descriptor: nothing of the object itself comes first), where that was asked before.
  @inline(__always)
  private func field(of held: Unmanaged<Object>, _ name: StringObject) -> Unmanaged<NativeAttribute>? {
    let place = Unmanaged<TypeObject>.fromOpaque(held._withUnsafeGuaranteedRef { $0.typePointer })._withUnsafeGuaranteedRef {
      $0.rememberedPlace(name)
    }
    guard let found = place?.uncountedObject, found.isOfClass(NativeAttribute.self) else { return nil }
    return found.as(NativeAttribute.self)
  }

  func getAttribute(_ value: Value, _ name: String) throws(Raised) -> Value { try getAttribute(value, intern(name)) }

  /// Nil when there is no such attribute; other errors are thrown.
  func getAttributeIfPresent(_ value: Value, _ name: StringObject) throws(Raised) -> Value? {
    let type = type(of: value)
    if type.special(.getattribute) == nil, type.special(.getattr) == nil {
      do { return try findAttribute(value, name) } catch {
        if matches(error, .attributeError) { return nil }
        throw error
      }
    }
    do { return try getAttribute(value, name) } catch {
      if matches(error, .attributeError) { return nil }
      throw error
    }
  }

  private func getOverridden(_ value: Value, _ type: TypeObject, _ name: StringObject, _ override: Value) throws(Raised)
    -> Value
  {
    do { return try callSpecial(override, value, .object(name)) } catch {
      guard matches(error, .attributeError), let fallback = type.special(.getattr) else { throw error }
      return try callSpecial(fallback, value, .object(name))
    }
  }

  /// `object.__getattribute__`, with nil for "not there".
  func findAttribute(_ value: Value, _ name: StringObject) throws(Raised) -> Value? {
    let name = intern(name)
    if case .object(let object) = value, object.kind == .type {
      return try findTypeAttribute(unsafeDowncast(object, to: TypeObject.self), name)
    }
    let type = type(of: value)
    let onType = type.lookup(name)
    if let onType, case .object(let descriptor) = onType, isDataDescriptor(descriptor), hasGetter(descriptor) {
      return try bind(onType, to: value)
    }
    if case .object(let object) = value {
      if object.kind == .instance {
        let instance = unsafeDowncast(object, to: Instance.self)
        if let index = instance.shape.index(of: name) {
          let found = instance.slot(index).copied
          if !found.isUndefined { return found }
        } else if let found = instance.dictionary?.getString(name) {
          return found
        }
      } else if object.kind == .superProxy {
        return try object.nativeAttribute(name, self)
      } else if let found = object.existingInstanceDictionary?.getString(name) {
        return found
      }
      if let onType { return try bind(onType, to: value) }
      if let native = try object.nativeAttribute(name, self) { return native }
      if name === names.dict, let dictionary = object.instanceDictionary(self) { return .object(dictionary) }
      if name === names.class { return .object(type) }
      return nil
    }
    if let onType { return try bind(onType, to: value) }
    if name === names.class { return .object(type) }
    return nil
  }

  /// `type.__getattribute__`: data descriptors of the metatype, the class and its ancestors, the metatype.
  private func findTypeAttribute(_ owner: TypeObject, _ name: StringObject) throws(Raised) -> Value? {
    let metatype = owner.type
    let onMetatype = metatype.lookup(name)
    if let onMetatype, case .object(let descriptor) = onMetatype, isDataDescriptor(descriptor) {
      return try bind(onMetatype, to: .object(owner))
    }
    if let onType = owner.lookup(name) {
      guard case .object(let descriptor) = onType else { return onType }
      return try bind(descriptor, toClass: owner)
    }
    if let onMetatype { return try bind(onMetatype, to: .object(owner)) }
    if name === names.dict { return .object(owner.attributes) }
    if name === names.class { return .object(metatype) }
    return nil
  }

  /// What an attribute found on a type gives for the type itself.
  func bind(_ attribute: Object, toClass owner: TypeObject) throws(Raised) -> Value {
    if attribute.type.isHeap, let get = attribute.type.special(.get) {
      return try callGetter(get, .object(attribute), .none, .object(owner))
    }
    return attribute.isDescriptor ? try attribute.descriptorGet(self, instance: .undefined, owner: owner) : .object(attribute)
  }

  /// What an attribute found on a type gives for an instance: methods are bound, descriptors asked.
  @inline(__always)
  func bind(_ attribute: Value, to instance: Value) throws(Raised) -> Value {
    guard case .object(let object) = attribute else { return attribute }
    return try bindObject(object, to: instance)
  }

  private func bindObject(_ object: Object, to instance: Value) throws(Raised) -> Value {
    if object.type.isHeap, let get = object.type.special(.get) {
      return try callGetter(get, .object(object), instance, .object(type(of: instance)))
    }
    guard object.isDescriptor else { return .object(object) }
    guard object.kind == .property else {
      return try object.descriptorGet(self, instance: instance, owner: type(of: instance))
    }
    // Its getter may be a built-in function that asks for the very attribute.
    try enter()
    defer { leave() }
    return try object.descriptorGet(self, instance: instance, owner: type(of: instance))
  }

  /// `__get__` of a class of the program. As in CPython it is called as it stands in the class, bound to nothing; it may be an instance of
  /// that class, and call itself.
  private func callGetter(_ get: Value, _ descriptor: Value, _ instance: Value, _ owner: Value) throws(Raised) -> Value {
    try enter()
    defer { leave() }
    return try call(get, descriptor, instance, owner)
  }

  @inline(__always)
  func isDataDescriptor(_ object: Object) -> Bool {
    if object.isDataDescriptor { return true }
    guard object.type.isHeap else { return false }
    return object.type.special(.set) != nil || object.type.special(.delete) != nil
  }

  /// A descriptor that only stores leaves reading to the instance.
  private func hasGetter(_ descriptor: Object) -> Bool {
    descriptor.isDescriptor || descriptor.type.special(.get) != nil
  }

  /// Where an instance's own attribute lies that its class has nothing of the same name for; nil: the general rule must tell. The name is
  /// interned.
  func ownAttribute(of place: UnsafeMutablePointer<Value>, _ name: StringObject) -> UnsafeMutablePointer<Value>? {
    guard let held = place.uncountedObject, held.kind == .instance else { return nil }
    return held.as(Instance.self)._withUnsafeGuaranteedRef { instance in
      let type = Unmanaged<TypeObject>.fromOpaque(instance.typePointer)
      guard type._withUnsafeGuaranteedRef({ $0.uncountedSpecial(.getattribute) == nil && $0.isKnownToLack(name) }),
        let index = Unmanaged<Shape>.fromOpaque(instance.shapePointer)._withUnsafeGuaranteedRef({ $0.index(of: name) }),
        !instance.slot(index).holdsUndefined
      else { return nil }
      return instance.slot(index)
    }
  }

  /// Where the value lies that an instance's class has under the name, where that was looked up before, is no descriptor and is not hidden by
  /// the instance; nil: the general rule must tell. The name is interned.
  func plainClassValue(of place: UnsafeMutablePointer<Value>, _ name: StringObject) -> UnsafeMutablePointer<Value>? {
    guard let held = place.uncountedObject, held.kind == .instance else { return nil }
    return held.as(Instance.self)._withUnsafeGuaranteedRef { instance in
      let type = Unmanaged<TypeObject>.fromOpaque(instance.typePointer)
      let shape = Unmanaged<Shape>.fromOpaque(instance.shapePointer)
      guard type._withUnsafeGuaranteedRef({ $0.uncountedSpecial(.getattribute) == nil }),
        let found = type._withUnsafeGuaranteedRef({ $0.rememberedPlace(name) }), !found.holdsUndefined,
        found.uncountedObject?._withUnsafeGuaranteedRef({ !$0.isOfHeapType && !$0.isDescriptor }) ?? true,
        shape._withUnsafeGuaranteedRef({ !$0.isDictionary && $0.index(of: name) == nil })
      else { return nil }
      return found
    }
  }

  /// Whether neither an instance nor its class has the attribute, nor any other way to it; false: the general rule must tell. The name is
  /// interned.
  func certainlyLacks(_ place: UnsafeMutablePointer<Value>, _ name: StringObject) -> Bool {
    guard let held = place.uncountedObject, held.kind == .instance, name !== names.dict, name !== names.class else { return false }
    return held.as(Instance.self)._withUnsafeGuaranteedRef { instance in
      let type = Unmanaged<TypeObject>.fromOpaque(instance.typePointer)
      let shape = Unmanaged<Shape>.fromOpaque(instance.shapePointer)
      return type._withUnsafeGuaranteedRef {
        $0.uncountedSpecial(.getattribute) == nil && $0.uncountedSpecial(.getattr) == nil && $0.isKnownToLack(name)
      } && shape._withUnsafeGuaranteedRef { !$0.isDictionary && $0.index(of: name) == nil }
    }
  }

  /// The function of an instance's class that the name stands for, where it was looked up before; nil: the general rule must tell. The name
  /// is interned.
  func plainMethod(of place: UnsafeMutablePointer<Value>, _ name: StringObject) -> Unmanaged<FunctionObject>? {
    guard let held = place.uncountedObject, held.kind == .instance else { return nil }
    return held.as(Instance.self)._withUnsafeGuaranteedRef { instance in
      let type = Unmanaged<TypeObject>.fromOpaque(instance.typePointer)
      let shape = Unmanaged<Shape>.fromOpaque(instance.shapePointer)
      guard type._withUnsafeGuaranteedRef({ $0.uncountedSpecial(.getattribute) == nil }),
        let found = type._withUnsafeGuaranteedRef({ $0.rememberedPlace(name) })?.uncountedObject, found.kind == .function, found.isPlain,
        shape._withUnsafeGuaranteedRef({ !$0.isDictionary && $0.index(of: name) == nil })
      else { return nil }
      return found.as(FunctionObject.self)
    }
  }

  // MARK: Storing

  func setAttribute(_ value: Value, _ name: StringObject, _ newValue: Value) throws(Raised) {
    let type = type(of: value)
    if let override = type.special(.setattr) {
      _ = try callSpecial(override, value, .object(name), newValue)
      return
    }
    try storeAttribute(value, intern(name), newValue)
  }

  func deleteAttribute(_ value: Value, _ name: StringObject) throws(Raised) {
    let type = type(of: value)
    if let override = type.special(.delattr) {
      _ = try callSpecial(override, value, .object(name))
      return
    }
    try storeAttribute(value, intern(name), .undefined)
  }

  /// `object.__setattr__`, or with an undefined value `object.__delattr__`. The name is interned.
  func storeAttribute(_ value: Value, _ name: StringObject, _ newValue: Value) throws(Raised) {
    if case .object(let object) = value, object.kind == .type {
      return try storeTypeAttribute(unsafeDowncast(object, to: TypeObject.self), name, newValue)
    }
    let type = type(of: value)
    if let onType = type.lookup(name), case .object(let descriptor) = onType {
      if try storeThroughDescriptor(descriptor, value, newValue) { return }
    }
    guard case .object(let object) = value else { throw cannotStore(value, name, newValue) }
    if try object.setNativeAttribute(name, newValue, self) { return }
    if object.kind == .instance {
      try storeInSlots(unsafeDowncast(object, to: Instance.self), name, newValue)
    } else if !type.hasOnlySlots, let dictionary = object.instanceDictionary(self), object.kind != .type {
      if newValue.isUndefined {
        guard dictionary.removeString(name) != nil else { throw missingAttribute(value, name) }
      } else {
        // A built-in type whose instances are otherwise taken to have its methods.
        if !type.isHeap, !type.instancesHideMethods, type.lookup(name) != nil { type.noteHiddenMethods() }
        dictionary.setString(name, newValue)
      }
    } else {
      throw cannotStore(value, name, newValue)
    }
  }

  /// `__set__`, or with an undefined value `__delete__`. False: not a data descriptor.
  private func storeThroughDescriptor(_ descriptor: Object, _ value: Value, _ newValue: Value) throws(Raised) -> Bool {
    if descriptor.type.isHeap {
      let isDeletion = newValue.isUndefined
      if let method = descriptor.type.special(isDeletion ? .delete : .set) {
        _ = try callSpecial(method, .object(descriptor), isDeletion ? [value] : [value, newValue])
        return true
      }
      if !descriptor.isDataDescriptor, descriptor.type.special(isDeletion ? .set : .delete) != nil {
        throw attributeError(isDeletion ? "__delete__" : "__set__")
      }
    }
    guard descriptor.isDataDescriptor else { return false }
    try descriptor.descriptorSet(self, instance: value, value: newValue)
    return true
  }

  private func storeInSlots(_ instance: Instance, _ name: StringObject, _ newValue: Value) throws(Raised) {
    if let dictionary = instance.dictionary {
      if newValue.isUndefined {
        guard dictionary.removeString(name) != nil else { throw missingForDeletion(instance, name) }
      } else {
        dictionary.setString(name, newValue)
      }
    } else if newValue.isUndefined {
      // Deleting breaks the order that shapes stand for: the attributes go on in a dictionary.
      if instance.shape.index(of: name) == nil, !instance.type.hasNoInstanceDictionary {
        throw missingForDeletion(instance, name)
      }
      guard let dictionary = instance.instanceDictionary(self) else { throw cannotStore(.object(instance), name, newValue) }
      guard dictionary.removeString(name) != nil else { throw missingAttribute(.object(instance), name) }
    } else if let index = instance.shape.index(of: name) {
      instance.slot(index).store(newValue)
    } else if instance.type.hasNoInstanceDictionary {
      throw cannotStore(.object(instance), name, newValue)
    } else {
      instance.append(name, newValue)
    }
  }

  private func storeTypeAttribute(_ owner: TypeObject, _ name: StringObject, _ newValue: Value) throws(Raised) {
    guard owner.isHeap || owner.takesMethods(named: name) else {
      throw typeError("cannot set '\(name.text)' attribute of immutable type '\(owner.messageName)'")
    }
    if let onMetatype = owner.type.lookup(name), case .object(let descriptor) = onMetatype {
      if try storeThroughDescriptor(descriptor, .object(owner), newValue) { return }
    }
    if try owner.setNativeAttribute(name, newValue, self) { return }
    let old = owner.attributes.getString(name)
    if newValue.isUndefined {
      guard owner.attributes.removeString(name) != nil else {
        throw missingAttribute(.object(owner), name)
      }
    } else {
      owner.attributes.setString(name, newValue)
    }
    // Inline caches know plain data of a class by its place, so replacing one number by another leaves them valid.
    if let old, owner.isHeap, !name.beginsWithTwoUnderscores, old.isPlainData, newValue.isPlainData, !newValue.isUndefined { return owner.forgetLookups() }
    owner.didChange()
    // What lies in any class as a plain value may be none any more.
    if name.beginsWithTwoUnderscores, [names[.get], names[.set], names[.delete], names[.call]].contains(where: { $0 === name }) { types.object.didChange() }
  }

  /// Whether the classes have the slots of one class, or slots of the same names.
  func haveSameSlots(_ first: TypeObject, _ second: TypeObject) -> Bool {
    let one = first.mro.first(where: \.hasOwnLayout)
    let other = second.mro.first(where: \.hasOwnLayout)
    if one === other { return true }
    guard let one, let other else { return false }
    func names(_ type: TypeObject) -> Set<String> {
      Set(type.attributes.liveEntries.filter { $0.value.object is MemberDescriptor }.compactMap { $0.key.string?.text })
    }
    return names(one) == names(other)
      && one.mro.dropFirst().first(where: \.hasOwnLayout) === other.mro.dropFirst().first(where: \.hasOwnLayout)
  }

  /// `object.__class__ = newType`: both classes must lay out their instances alike.
  func setClass(_ object: Object, _ newType: TypeObject) throws(Raised) {
    let oldType = object.type
    let isModule = object.kind == .module && newType.isSubtype(of: types.module)
    guard isModule || oldType.isHeap && newType.isHeap else {
      throw typeError("__class__ assignment only supported for mutable types or ModuleType subclasses")
    }
    guard oldType.instanceKind == newType.instanceKind, oldType.hasNoInstanceDictionary == newType.hasNoInstanceDictionary,
      haveSameSlots(oldType, newType)
    else {
      throw typeError("__class__ assignment: '\(newType.name)' object layout differs from '\(oldType.name)'")
    }
    object.type = newType
    if newType.mayActInClass { types.object.didChange() }
    if isModule { unsafeDowncast(object, to: ModuleObject.self).namespace.distrustPlaces() }
    guard object.kind == .instance else { return }
    let instance = unsafeDowncast(object, to: Instance.self)
    if instance.dictionary != nil {
      instance.shape = newType.dictionaryShape
    } else {
      instance.shape = instance.shape.names.reduce(newType.rootShape) { $0.adding($1) }
    }
  }

  // MARK: Complaints

  func missingAttribute(_ value: Value, _ name: StringObject) -> Raised {
    let subject: String
    if let type = value.type {
      subject = "type object '\(type.messageName)'"
    } else if let module = value.cast(.module, to: ModuleObject.self) {
      subject = "module '\(module.name)'"
    } else {
      subject = "'\(typeName(value))' object"
    }
    let raised = attributeError("\(subject) has no attribute '\(name.text)'")
    raised.exception.fields["name"] = .object(name)
    raised.exception.fields["obj"] = value
    return raised
  }

  /// This complaint does not say of whom: its `name` and `obj` stay None.
  private func missingForDeletion(_ instance: Instance, _ name: StringObject) -> Raised {
    attributeError("'\(typeName(.object(instance)))' object has no attribute '\(name.text)'")
  }

  private func cannotStore(_ value: Value, _ name: StringObject, _ newValue: Value) -> Raised {
    let type = type(of: value)
    if type.lookup(name) != nil {
      return attributeError("'\(type.messageName)' object attribute '\(name.text)' is read-only")
    }
    // Types that set attributes in their own way say no more than that.
    let isOrdinary = [names[.setattr], names[.delattr]].allSatisfy { method in
      type.lookup(method)?.object === types.object.lookup(method)?.object
    }
    let raised = attributeError(
      "'\(type.messageName)' object has no attribute '\(name.text)'"
        + (isOrdinary ? " and no __dict__ for setting new attributes" : ""))
    raised.exception.fields["name"] = .object(name)
    raised.exception.fields["obj"] = value
    return raised
  }
}

extension Kind {
  /// Kinds whose attributes are computed, as a rule.
  fileprivate var hasNativeFields: Bool {
    switch self {
    case .other, .complex, .type, .function, .slice, .range, .exception, .generator, .coroutine: true
    default: false
    }
  }
}

extension TypeObject {
  /// Whether it is a built-in class that is written in Python on CPython, of which programs may replace methods: those of `asyncio` (tests do).
  /// Special methods stay what they are.
  fileprivate func takesMethods(named name: StringObject) -> Bool { moduleName.hasPrefix("asyncio.") && !name.text.hasPrefix("__") }
}

extension Value {
  /// In a class it is just itself: neither a descriptor nor something that is called.
  var isPlainData: Bool {
    guard case .object(let object) = self else { return true }
    switch object.kind {
    case .string, .bytes, .bigInt, .list, .dict, .tuple, .set, .instance: return !object.type.mayActInClass
    default: return false
    }
  }
}
