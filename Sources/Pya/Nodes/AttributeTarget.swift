import PyaSyntax

/// `object.name = value`, `del object.name`.
final class AttributeTarget: TargetNode {
  private let object: ExpressionNode
  private let name: StringObject
  /// The slot when the object is a local variable, else -1.
  private let objectSlot: Int
  /// The object may be found without running code of the program.
  private let objectMaySettle: Bool
  private let cache = SlotCache()
  private var misses = Misses()
  /// For adding the attribute to instances that do not have it yet: what the last ones got, newest first.
  private var adding = Addition()
  private var addingBefore = Addition()
  /// For a property, a descriptor of the program or `__setattr__`: what to call instead.
  private var setting: Setting?
  private var owners = CacheOwners()

  /// For a class's own attribute: where it lies, while the class and its metaclass are the same.
  private var classPlace: ClassPlace?

  private struct ClassPlace {
    let token, metaclassToken: Int
    let place: UnsafeMutablePointer<Value>
  }

  /// A plain function of the program that stores the attribute, for instances of one class and shape.
  private struct Setting {
    let shapeToken, typeToken: Int
    let function: UnsafeMutableRawPointer
    /// What stands before the instance among its arguments: the descriptor.
    var descriptor = Value.undefined
    var descriptorToken = 0
    /// It is `__setattr__`, which gets the name.
    var takesName = false
  }

  private struct Addition {
    /// The token of the shape before.
    var token = 0
    var slot = 0
    /// The shape that it then gets; `pointer` is the same, read without counting.
    var shape: Shape?
    var pointer: UnsafeRawPointer?
    /// How far behind the instance's address the slot lies, if it is in the instance itself, where nothing lies yet; else 0.
    var offset: Int { pointer != nil && slot < Instance.inlineCapacity ? Instance.inlineOffset + slot * MemoryLayout<Value>.stride : 0 }
  }

  init(_ object: ExpressionNode, _ name: StringObject, _ range: SourceRange) {
    self.object = object
    self.name = name
    objectSlot = object.localSlot ?? -1
    objectMaySettle = object.maySettle
    super.init(range)
  }

  /// The slot for the attribute, if the cache knows it; one that the instance does not have yet is added.
  @inline(__always)
  private func place(in held: Unmanaged<Object>) -> UnsafeMutablePointer<Value>? {
    guard held.kind == .instance else { return cache.placeBeside(held, name) }
    let token = held._withUnsafeGuaranteedRef { $0.cacheToken }
    let slot = cache.slot(token)
    if slot >= 0 { return held.instanceSlot(slot) }
    if slot < -1 { return held.dictionaryPlace(slot, name) }
    if token == adding.token, let shape = adding.pointer {
      return held.as(Instance.self)._withUnsafeGuaranteedRef { $0.addSlot(adding.slot, shape) }
    }
    if token == addingBefore.token, let shape = addingBefore.pointer {
      return held.as(Instance.self)._withUnsafeGuaranteedRef { $0.addSlot(addingBefore.slot, shape) }
    }
    return nil
  }

  /// Where the attribute lies that is replaced, if the object is in a local variable and the cache knows it.
  @inline(__always)
  func knownPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject, held.kind == .instance else { return nil }
    let slot = cache.slot(held._withUnsafeGuaranteedRef { $0.cacheToken })
    return slot >= 0 ? held.instanceSlot(slot) : nil
  }

  deinit { cache.deallocate() }

  override func store(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject {
      if let place = cache.slotPlace(held) { return place.store(value) }
      if adding.offset != 0, held.kind == .instance, held._withUnsafeGuaranteedRef({ $0.cacheToken }) == adding.token, let shape = adding.pointer {
        held.as(Instance.self)._withUnsafeGuaranteedRef { $0.shapePointer = shape }
        return (held.toOpaque() + adding.offset).assumingMemoryBound(to: Value.self).initialize(to: value)
      }
    }
    try storeElsewhere(frame, value)
  }

  @inline(never)
  private func storeElsewhere(_ frame: Frame, _ value: consuming Value) throws(Raised) {
    if objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject, let place = place(in: held) {
      return place.store(value)
    }
    if objectMaySettle, let held = object.settledPlace(frame)?.uncountedObject, let place = place(in: held) { return place.store(value) }
    let target = try object.evaluate(frame)
    try store(in: target, frame, value)
  }

  @inline(__always)
  func store(in target: Value, _ frame: Frame, _ value: consuming Value) throws(Raised) {
    if let held = target.uncounted {
      if let place = place(in: held) { return place.store(value) }
      if held.kind == .instance, setting != nil, try set(held, target, frame, value) { return }
      if held.kind == .type, storeInClass(held, value) { return }
    }
    try storeUncached(target, frame, value)
  }

  /// Calls what stores the attribute. False: for other instances.
  @inline(never)
  private func set(_ held: Unmanaged<Object>, _ target: Value, _ frame: Frame, _ value: Value) throws(Raised) -> Bool {
    guard let setting,
      held._withUnsafeGuaranteedRef({ $0.cacheToken == setting.shapeToken && $0.typeToken == setting.typeToken })
    else { return false }
    if setting.takesName {
      _ = try call(.fromOpaque(setting.function), frame, with: target, .object(name), value)
    } else if let descriptor = setting.descriptor.uncounted {
      guard descriptor._withUnsafeGuaranteedRef({ $0.typeToken }) == setting.descriptorToken else { return false }
      _ = try call(.fromOpaque(setting.function), frame, with: setting.descriptor, target, value)
    } else {
      _ = try call(.fromOpaque(setting.function), frame, with: target, value)
    }
    return true
  }

  /// Replaces a plain value of a class by another. False: the place is not known, or it means more than that.
  @inline(never)
  private func storeInClass(_ held: Unmanaged<Object>, _ value: Value) -> Bool {
    held.as(TypeObject.self)._withUnsafeGuaranteedRef { type in
      guard let known = classPlace, known.token == type.token, known.metaclassToken == type.typeToken, known.place.pointee.isPlainData,
        value.isPlainData, !value.isUndefined
      else {
        learnClassPlace(type)
        return false
      }
      known.place.store(value)
      type.forgetLookups()
      return true
    }
  }

  private func learnClassPlace(_ type: TypeObject) {
    classPlace = nil
    let metaclass = type.type
    let index = type.attributes.index(ofString: name)
    guard index >= 0, type.isHeap, !name.beginsWithTwoUnderscores, metaclass.special(.setattr) == nil, metaclass.lookup(name) == nil else { return }
    classPlace = ClassPlace(token: type.token, metaclassToken: metaclass.token, place: type.attributes.valuePlace(index))
  }

  @inline(never)
  private func storeUncached(_ target: Value, _ frame: Frame, _ value: Value) throws(Raised) {
    if let held = target.uncounted, held.kind == .instance, let place = sharedPlace(in: held, frame.machine) { return place.store(value) }
    let runtime = frame.runtime
    if let instance = target.instance, instance.type.special(.setattr) == nil, !instance.shape.isDictionary,
      instance.type.mayHold(name, runtime), name !== runtime.names.class, name !== runtime.names.dict
    {
      if let index = instance.shape.index(of: name) {
        cache.remember(instance.cacheToken, index)
        runtime.machine.pointee.sharedCache.remember(instance.cacheToken, name, .storing, .place, slot: index)
        instance.slot(index).store(value)
      } else {
        let token = instance.cacheToken
        let slot = instance.shape.count
        instance.append(name, value)
        addingBefore = adding
        adding = Addition(token: token, slot: slot, shape: instance.shape, pointer: instance.shapePointer)
        runtime.machine.pointee.sharedCache.remember(
          token, name, .storing, .addition, slot: slot, target: UnsafeMutableRawPointer(mutating: instance.shapePointer))
      }
      return
    }
    if let object = target.object, let dictionary = object.ownDictionary, object.type.special(.setattr) == nil,
      !runtime.isDataDescriptor(object.type.lookup(name))
    {
      // What is there already is the object's own attribute. Others may mean something to its kind.
      let index = dictionary.index(ofString: name)
      if index >= 0 {
        cache.remember(object.cacheToken, SlotCache.inDictionary(index))
        return dictionary.valuePlace(index).store(value)
      }
    }
    if let instance = target.instance { learnSetting(instance) }
    do { try runtime.setAttribute(target, name, value) } catch { try frame.fail(error, range) }
  }

  /// Where the attribute is to be stored, if the cache that all nodes share knows it.
  @inline(__always)
  private func sharedPlace(in held: Unmanaged<Object>, _ machine: UnsafeMutablePointer<Machine>) -> UnsafeMutablePointer<Value>? {
    let token = held._withUnsafeGuaranteedRef { $0.cacheToken }
    guard let entry = machine.pointee.sharedCache.entry(token, name, .storing) else { return nil }
    let slot = entry.pointee.slot
    if entry.pointee.meaning == .place {
      if misses.note(whileFull: cache.isFull) { cache.remember(token, slot) }
      return held.instanceSlot(slot)
    }
    guard let shape = entry.pointee.target else { return nil }
    if misses.note(whileFull: adding.token != 0 && addingBefore.token != 0) {
      addingBefore = adding
      adding = Addition(token: token, slot: slot, shape: Unmanaged<Shape>.fromOpaque(shape).takeUnretainedValue(), pointer: UnsafeRawPointer(shape))
    }
    return held.as(Instance.self)._withUnsafeGuaranteedRef { $0.addSlot(slot, UnsafeRawPointer(shape)) }
  }

  /// Remembers what function stores the attribute.
  private func learnSetting(_ instance: Instance) {
    let type = instance.type
    func plain(_ value: Value?, _ count: Int) -> UnsafeMutableRawPointer? {
      guard let function = value?.cast(.function, to: FunctionObject.self), function.takes(count), owners.keep(function) else { return nil }
      return function.uncountedPointer
    }
    if let override = type.special(.setattr) {
      guard let function = plain(override, 3) else { return }
      setting = Setting(shapeToken: instance.cacheToken, typeToken: type.token, function: function, takesName: true)
    } else if let found = type.lookup(name)?.object {
      if found.kind == .property, !found.type.isHeap, let function = plain(unsafeDowncast(found, to: PropertyObject.self).setter, 2) {
        setting = Setting(shapeToken: instance.cacheToken, typeToken: type.token, function: function)
      } else if found.kind == .instance, let function = plain(found.type.special(.set), 3) {
        setting = Setting(
          shapeToken: instance.cacheToken, typeToken: type.token, function: function, descriptor: .object(found),
          descriptorToken: found.type.token)
      }
    }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    let target = try object.evaluate(frame)
    do { try frame.runtime.deleteAttribute(target, name) } catch { try frame.fail(error, range) }
  }
}

extension TypeObject {
  /// Whether instances may hold an attribute of this name in their slots.
  fileprivate func mayHold(_ name: StringObject, _ runtime: Runtime) -> Bool {
    let onType = lookup(name)
    if hasNoInstanceDictionary { return (onType?.object as? MemberDescriptor)?.name === name }
    return runtime.leavesToInstance(onType, name)
  }
}
