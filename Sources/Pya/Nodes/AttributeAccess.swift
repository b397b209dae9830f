import PyaSyntax

/// `object.name`.
///
/// The cache remembers the slot of an instance's attribute by the shape's token. A token also says that the type has no data
/// descriptor of that name: changing the type changes the tokens of its shapes.
///
/// `self.x`, with the object in a local variable, is the commonest form: it is read without counting a reference to the object.
/// What is found on a class (`Color.RED`, `self.LIMIT`) and properties have a cache of their own (`ClassAttributeCache`).
final class AttributeNode: ExpressionNode {
  let object: ExpressionNode
  let name: StringObject
  /// The slot when the object is a local variable, else -1.
  private let objectSlot: Int
  /// The object may be found without running code of the program: a variable's attribute or element, or a global variable.
  private let objectMaySettle: Bool
  /// How often it was not found so: a property's value lies nowhere, for instance.
  private var disappointments: UInt8 = 0
  private let cache = SlotCache()
  private var misses = Misses()
  @exclusivity(unchecked) private var moduleCache = ModuleCache()
  /// Made when something is found on a class; owned, called uncounted.
  private var classCache: Unmanaged<ClassAttributeCache>?

  init(_ object: ExpressionNode, _ name: StringObject, _ range: SourceRange) {
    self.object = object
    self.name = name
    objectSlot = object.localSlot ?? -1
    objectMaySettle = objectSlot < 0 && (object.maySettle || object is GlobalNode)
    super.init(range)
  }

  deinit {
    cache.deallocate()
    classCache?.release()
  }

  /// The attribute of an object that was evaluated already.
  func attribute(of value: Value, _ frame: Frame) throws(Raised) -> Value {
    if let held = value.uncounted {
      let found = try known(held, frame)
      if !found.isUndefined { return found }
    }
    return try lookUp(value, frame)
  }

  /// The same; undefined when the object has no such attribute.
  func attributeIfPresent(of value: Value, _ frame: Frame) throws(Raised) -> Value {
    if let held = value.uncounted {
      let slot = cachedSlot(held)
      let found = slot >= 0 ? held.instanceSlot(slot).copied : learnPlace(value, frame.runtime)
      if !found.isUndefined { return found }
    }
    return try frame.runtime.getAttributeIfPresent(value, name) ?? .undefined
  }

  override var maySettle: Bool { objectSlot >= 0 || objectMaySettle }

  /// The object, if it lies somewhere.
  @inline(__always)
  private func settledObject(_ frame: Frame) -> Unmanaged<Object>? {
    if objectSlot >= 0 { return (frame.slots + objectSlot).uncountedObject }
    guard objectMaySettle, disappointments < .max else { return nil }
    if let held = object.settledPlace(frame)?.uncountedObject { return held }
    disappointments += 1
    return nil
  }

  /// Where the attribute lies of an instance that is in a local variable, and has it in a slot: the commonest form, done without saving
  /// registers. Nothing may lie there.
  @inline(__always)
  private func slotPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject else { return nil }
    return cache.slotPlace(held)
  }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    if let place = slotPlace(frame), !place.holdsUndefined { return place }
    return settledElsewhere(frame)
  }

  @inline(never)
  private func settledElsewhere(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard let held = settledObject(frame) else { return nil }
    let slot = cachedSlot(held)
    guard slot >= 0 else { return slot == -1 ? placeInClass(held) : held.dictionaryPlace(slot, name) }
    let place = held.instanceSlot(slot)
    return place.holdsUndefined ? nil : place
  }

  /// Where a class or module has the value, `Color.RED`, if a cache knows.
  @inline(__always)
  private func placeInClass(_ held: Unmanaged<Object>) -> UnsafeMutablePointer<Value>? {
    if held.kind == .module { return held.as(ModuleObject.self)._withUnsafeGuaranteedRef { moduleCache.place(of: $0) } }
    return classCache?._withUnsafeGuaranteedRef { $0.settledPlace(of: held) }
  }

  override func settledInt(_ frame: Frame) -> Int? {
    guard let place = settledPlace(frame), case .int(let number) = place.number else { return nil }
    return number
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if let place = slotPlace(frame), place.countsCopy() { return place.move() }
    return try evaluateElsewhere(frame)
  }

  @inline(never)
  private func evaluateElsewhere(_ frame: Frame) throws(Raised) -> Value {
    guard let held = settledObject(frame) else {
      let value = try object.evaluate(frame)
      if let held = value.uncounted, let place = cache.slotPlace(held), place.countsCopy() { return place.move() }
      return try attribute(of: value, frame)
    }
    // A property's getter does not replace what its caller has in a local variable.
    if objectSlot >= 0, let getter = classCache?._withUnsafeGuaranteedRef({ $0.getter(of: held) }) { return try call(getter, held, frame) }
    let slot = cachedSlot(held)
    if slot >= 0 {
      let found = held.instanceSlot(slot).copied
      if !found.isUndefined { return found }
    } else if slot == -1 {
      if let place = placeInClass(held) { return place.copied }
      // A property's getter does not replace what its caller has in a local variable.
      if objectSlot >= 0, let classCache {
        let found = try computed(held, classCache, frame)
        if !found.isUndefined { return found }
      }
    }
    if objectSlot >= 0 { return try lookUp(held, frame) }
    // A property may replace what the object lies in.
    let object = held.takeUnretainedValue()
    defer { withExtendedLifetime(object) {} }
    return try lookUp(held, frame)
  }

  /// The attribute of an object that a variable holds.
  @inline(never)
  private func lookUp(_ held: Unmanaged<Object>, _ frame: Frame) throws(Raised) -> Value {
    if held.kind == .instance, name === frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef({ $0.names.class }) {
      let type = held._withUnsafeGuaranteedRef { $0.type }
      if !type.decidesClass { return .object(type) }
    }
    let found = try known(held, frame)
    return found.isUndefined ? try lookUp(.object(held.takeUnretainedValue()), frame) : found
  }

  /// What the caches know of an object; undefined: nothing.
  @inline(__always)
  private func known(_ held: Unmanaged<Object>, _ frame: Frame) throws(Raised) -> Value {
    let slot = cachedSlot(held)
    if slot >= 0 {
      let found = held.instanceSlot(slot).copied
      if !found.isUndefined { return found }
    } else if slot < -1, let place = held.dictionaryPlace(slot, name) {
      return place.copied
    }
    if held.kind == .module { return held.as(ModuleObject.self)._withUnsafeGuaranteedRef { moduleCache.known(of: $0) } }
    if let place = cache.placeBeside(held, name) { return place.copied }
    guard let classCache else { return .undefined }
    return try computed(held, classCache, frame)
  }

  /// Calls a property's getter with the instance that the local variable holds.
  @inline(__always)
  private func call(_ getter: Unmanaged<FunctionObject>, _ held: Unmanaged<Object>, _ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      let machine = frame.machine
      let size = getter._withUnsafeGuaranteedRef { $0.frameSize }
      guard let callee = machine.openFrame(getter, size) else { try frame.fail(machine.stackOverflow(), range) }
      callee.slots.initialize(toCopyAt: frame.slots + objectSlot)
      if getter._withUnsafeGuaranteedRef({ $0.completeCount }) != 1 { try frame.complete(callee, of: getter, given: 1, range) }
      return try runPlain(getter, callee, size, frame)
    } catch {
      frame.runtime.noteSubject(of: error.exception, .object(held.takeUnretainedValue()), name)
      throw error
    }
  }

  /// What the class cache makes of the attribute: a getter may be called for it.
  @inline(__always)
  private func computed(_ held: Unmanaged<Object>, _ classCache: Unmanaged<ClassAttributeCache>, _ frame: Frame) throws(Raised) -> Value {
    do throws(Raised) {
      return try classCache.borrowed { (cache) throws(Raised) in try cache.value(of: held, self, frame) }
    } catch {
      frame.runtime.noteSubject(of: error.exception, .object(held.takeUnretainedValue()), name)
      throw error
    }
  }

  /// The slot of the attribute when the cache knows the object's shape, else -1.
  @inline(__always)
  private func cachedSlot(_ held: Unmanaged<Object>) -> Int {
    held._withUnsafeGuaranteedRef { $0.kind == .instance ? cache.slot($0.cacheToken) : -1 }
  }

  @inline(never)
  private func lookUp(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    if let held = value.uncounted {
      if held.kind == .instance {
        let found = try shared(held, value, frame)
        if !found.isUndefined { return found }
      } else if held.isPlain, held.kind != .module, held.kind != .type {
        do { return try runtime.getAttribute(value, name) } catch { try frame.fail(error, range) }
      }
    }
    if let module = value.cast(.module, to: ModuleObject.self) {
      let found = moduleCache.value(of: module, name)
      if !found.isUndefined { return found }
    }
    let found = learnPlace(value, runtime)
    if !found.isUndefined { return found }
    learn(value, runtime)
    do { return try runtime.getAttribute(value, name) } catch { try frame.fail(error, range) }
  }

  /// What the cache that all nodes share knows of an instance; undefined: nothing.
  @inline(__always)
  private func shared(_ held: Unmanaged<Object>, _ value: Value, _ frame: Frame) throws(Raised) -> Value {
    let token = held._withUnsafeGuaranteedRef { $0.cacheToken }
    guard let entry = frame.machine.pointee.sharedCache.entry(token, name, .reading) else { return .undefined }
    let slot = entry.pointee.slot
    let target = entry.pointee.target
    switch entry.pointee.meaning {
    case .slot:
      if misses.note(whileFull: cache.isFull) { cache.remember(token, slot) }
      return held.instanceSlot(slot).copied
    case .classValue:
      learnFirst(value, frame)
      return held._withUnsafeGuaranteedRef { $0.type }.lookup(name) ?? .undefined
    case .method:
      learnFirst(value, frame)
      guard let target else { return .undefined }
      return .object(
        BoundMethod(frame.runtime, function: .object(Unmanaged<Object>.fromOpaque(target).takeUnretainedValue()), receiver: value))
    case .getter:
      learnFirst(value, frame)
      guard let target else { return .undefined }
      let getter = Unmanaged<FunctionObject>.fromOpaque(target).takeUnretainedValue()
      defer { withExtendedLifetime(getter) {} }
      do throws(Raised) { return try call(.passUnretained(getter), frame, with: value) } catch {
        frame.runtime.noteSubject(of: error.exception, value, name)
        throw error
      }
    case .nothing, .callee, .place, .addition: return .undefined
    }
  }

  /// A node's own cache comes first: it learns even what another node has found out.
  private func learnFirst(_ value: Value, _ frame: Frame) {
    if classCache == nil { learn(value, frame.runtime) }
  }

  /// The attribute, if it is the instance's own; its place is remembered. Else undefined.
  @inline(never)
  private func learnPlace(_ value: Value, _ runtime: Runtime) -> Value {
    guard case .object(let object) = value, object.type.special(.getattribute) == nil else { return .undefined }
    if let dictionary = object.ownDictionary {
      let index = dictionary.index(ofString: name)
      guard index >= 0, !runtime.isDataDescriptor(object.type.lookup(name)) else { return .undefined }
      cache.remember(object.cacheToken, SlotCache.inDictionary(index))
      return dictionary.valuePlace(index).copied
    }
    guard let instance = value.instance, let index = instance.shape.index(of: name), !instance.slot(index).holdsUndefined,
      runtime.leavesToInstance(instance.type.lookup(name), name)
    else { return .undefined }
    cache.remember(instance.cacheToken, index)
    runtime.machine.pointee.sharedCache.remember(instance.cacheToken, name, .reading, .slot, slot: index)
    return instance.slot(index).copied
  }

  private func learn(_ value: Value, _ runtime: Runtime) {
    let cache = classCache ?? Unmanaged.passRetained(ClassAttributeCache())
    classCache = cache
    cache._withUnsafeGuaranteedRef { $0.learn(value, name, runtime) }
  }
}

extension Runtime {
  /// Whether what a class has under a name leaves the instance's own attribute of that name alone: it is no data descriptor, or but the
  /// name's entry in `__slots__`.
  func leavesToInstance(_ onType: Value?, _ name: StringObject) -> Bool {
    guard let object = onType?.object, isDataDescriptor(object) else { return true }
    return (object as? MemberDescriptor)?.name === name
  }

  /// The same question of what a class has under a name, if it has anything.
  func isDataDescriptor(_ onType: Value?) -> Bool { onType?.object.map { isDataDescriptor($0) } ?? false }
}
