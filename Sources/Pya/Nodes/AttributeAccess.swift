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
  private let isOfGlobalName: Bool
  private let cache = SlotCache()
  @exclusivity(unchecked) private var moduleCache = ModuleCache()
  /// Made when something is found on a class; owned, called uncounted.
  private var classCache: Unmanaged<ClassAttributeCache>?

  init(_ object: ExpressionNode, _ name: StringObject, _ range: SourceRange) {
    self.object = object
    self.name = name
    objectSlot = object.localSlot ?? -1
    isOfGlobalName = object is GlobalNode
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

  override var maySettle: Bool { objectSlot >= 0 }

  override func settledPlace(_ frame: Frame) -> UnsafeMutablePointer<Value>? {
    guard objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject else { return nil }
    let slot = cachedSlot(held)
    guard slot >= 0 else { return slot == -1 ? nil : held.dictionaryPlace(slot, name) }
    let place = held.instanceSlot(slot)
    return place.holdsUndefined ? nil : place
  }

  override func settledInt(_ frame: Frame) -> Int? {
    guard let place = settledPlace(frame), case .int(let number) = place.number else { return nil }
    return number
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject {
      let slot = cachedSlot(held)
      if slot >= 0 {
        let found = held.instanceSlot(slot).copied
        if !found.isUndefined { return found }
      }
      return try lookUp(held, frame)
    }
    if isOfGlobalName, let held = object.settledPlace(frame)?.uncountedObject { return try lookUp(held, frame) }
    return try attribute(of: try object.evaluate(frame), frame)
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
    if let place = placeBeside(held, cache, name) { return place.copied }
    guard let classCache else { return .undefined }
    return try classCache.borrowed { (cache) throws(Raised) in try cache.value(of: held, self, frame) }
  }

  /// The slot of the attribute when the cache knows the object's shape, else -1.
  @inline(__always)
  private func cachedSlot(_ held: Unmanaged<Object>) -> Int {
    held._withUnsafeGuaranteedRef { $0.kind == .instance ? cache.slot($0.cacheToken) : -1 }
  }

  @inline(never)
  private func lookUp(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    if let module = value.cast(.module, to: ModuleObject.self) {
      let found = moduleCache.value(of: module, name)
      if !found.isUndefined { return found }
    }
    let found = learnPlace(value, runtime)
    if !found.isUndefined { return found }
    learn(value, runtime)
    do { return try runtime.getAttribute(value, name) } catch { try frame.fail(error, range) }
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
    return instance.slot(index).copied
  }

  private func learn(_ value: Value, _ runtime: Runtime) {
    let cache = classCache ?? Unmanaged.passRetained(ClassAttributeCache())
    classCache = cache
    cache._withUnsafeGuaranteedRef { $0.learn(value, name, runtime) }
  }
}

/// `object.name = value`, `del object.name`.
final class AttributeTarget: TargetNode {
  private let object: ExpressionNode
  private let name: StringObject
  /// The slot when the object is a local variable, else -1.
  private let objectSlot: Int
  private let cache = SlotCache()
  /// For adding the attribute to instances that do not have it yet: what the last ones got, newest first.
  private var adding = Addition()
  private var addingBefore = Addition()
  /// For a property, a descriptor of the program or `__setattr__`: what to call instead.
  private var setting: Setting?
  private var owners = CacheOwners()

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
  }

  init(_ object: ExpressionNode, _ name: StringObject, _ range: SourceRange) {
    self.object = object
    self.name = name
    objectSlot = object.localSlot ?? -1
    super.init(range)
  }

  /// The slot for the attribute, if the cache knows it; one that the instance does not have yet is added.
  @inline(__always)
  private func place(in held: Unmanaged<Object>) -> UnsafeMutablePointer<Value>? {
    guard held.kind == .instance else { return placeBeside(held, cache, name) }
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
    if objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject, let place = place(in: held) {
      return place.store(value)
    }
    let target = try object.evaluate(frame)
    try store(in: target, frame, value)
  }

  @inline(__always)
  func store(in target: Value, _ frame: Frame, _ value: consuming Value) throws(Raised) {
    if let held = target.uncounted {
      if let place = place(in: held) { return place.store(value) }
      if held.kind == .instance, setting != nil, try set(held, target, frame, value) { return }
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

  @inline(never)
  private func storeUncached(_ target: Value, _ frame: Frame, _ value: Value) throws(Raised) {
    let runtime = frame.runtime
    if let instance = target.instance, instance.type.special(.setattr) == nil, !instance.shape.isDictionary,
      instance.type.mayHold(name, runtime), name !== runtime.names.class, name !== runtime.names.dict
    {
      if let index = instance.shape.index(of: name) {
        cache.remember(instance.cacheToken, index)
        instance.slot(index).store(value)
      } else {
        addingBefore = adding
        adding = Addition(token: instance.cacheToken, slot: instance.shape.count)
        instance.append(name, value)
        adding.shape = instance.shape
        adding.pointer = instance.shapePointer
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

extension Runtime {
  /// Whether what a class has under a name leaves the instance's own attribute of that name alone: it is no data descriptor, or but the
  /// name's entry in `__slots__`.
  fileprivate func leavesToInstance(_ onType: Value?, _ name: StringObject) -> Bool {
    guard let object = onType?.object, isDataDescriptor(object) else { return true }
    return (object as? MemberDescriptor)?.name === name
  }
}

extension Runtime {
  fileprivate func isDataDescriptor(_ onType: Value?) -> Bool { onType?.object.map { isDataDescriptor($0) } ?? false }
}

extension TypeObject {
  /// Whether instances may hold an attribute of this name in their slots.
  fileprivate func mayHold(_ name: StringObject, _ runtime: Runtime) -> Bool {
    let onType = lookup(name)
    if hasNoInstanceDictionary { return (onType?.object as? MemberDescriptor)?.name === name }
    return runtime.leavesToInstance(onType, name)
  }
}

/// Where the attribute of an object of a class of the program lies that is a dictionary, an exception, ... as well, if the cache knows it.
@inline(__always)
private func placeBeside(_ held: Unmanaged<Object>, _ cache: SlotCache, _ name: StringObject) -> UnsafeMutablePointer<Value>? {
  guard held.kind != .instance, !held.isPlain else { return nil }
  let slot = cache.slot(held._withUnsafeGuaranteedRef { $0.cacheToken })
  return slot < -1 ? held.dictionaryPlace(slot, name) : nil
}

extension Object {
  /// The dictionary behind `__dict__`, if the object's attributes are there and nowhere else.
  fileprivate var ownDictionary: DictObject? {
    switch kind {
    case .instance: unsafeDowncast(self, to: Instance.self).dictionary
    case .type, .module, .superProxy: nil
    default: type.isHeap ? existingInstanceDictionary : nil
    }
  }
}

/// Slots by the tokens of up to four shapes, for places that see instances of several classes.
struct SlotCache {
  private struct Entry {
    var token = 0
    var slot = -1
  }

  private let entries: UnsafeMutablePointer<Entry>
  private static let count = 4

  /// What is remembered for instances whose attributes lie in a dictionary: where the last one had it. Others of the class have it there too as a rule.
  static func inDictionary(_ index: Int) -> Int { -2 - index }

  init() {
    entries = .allocate(capacity: SlotCache.count)
    entries.initialize(repeating: Entry(), count: SlotCache.count)
  }

  func deallocate() { entries.deallocate() }

  /// The slot under this token, or `inDictionary`; -1 when it is not known.
  @inline(__always)
  func slot(_ token: Int) -> Int {
    if entries[0].token == token { return entries[0].slot }
    if entries[1].token == token { return entries[1].slot }
    if entries[2].token == token { return entries[2].slot }
    return entries[3].token == token ? entries[3].slot : -1
  }

  /// Puts the newest first.
  func remember(_ token: Int, _ slot: Int) {
    for index in stride(from: SlotCache.count - 1, to: 0, by: -1) { entries[index] = entries[index - 1] }
    entries[0] = Entry(token: token, slot: slot)
  }
}

extension Unmanaged where Instance == Object {
  /// Where an instance's slot lies.
  @inline(__always)
  func instanceSlot(_ index: Int) -> UnsafeMutablePointer<Value> {
    _withUnsafeGuaranteedRef { unsafeDowncast($0, to: Pya.Instance.self).slot(index) }
  }

  /// Where an attribute lies in an object's dictionary, `slot` being what `SlotCache` remembers; nil: it has none.
  @inline(never)
  func dictionaryPlace(_ slot: Int, _ name: StringObject) -> UnsafeMutablePointer<Value>? {
    let found = _withUnsafeGuaranteedRef { object in
      let dictionary = object.kind == .instance ? unsafeDowncast(object, to: Pya.Instance.self).dictionary : object.existingInstanceDictionary
      return dictionary.map { Unmanaged<DictObject>.passUnretained($0) }
    }
    guard let found else { return nil }
    return found._withUnsafeGuaranteedRef { dictionary in
      let expected = -2 - slot
      if expected < dictionary.used, dictionary.keyPlace(expected).isIdentical(to: .object(name)) {
        return dictionary.valuePlace(expected)
      }
      let index = dictionary.index(ofString: name)
      return index >= 0 ? dictionary.valuePlace(index) : nil
    }
  }
}

/// Where an attribute lies in the namespace of the module asked last; valid until a key is added to or removed from that namespace.
struct ModuleCache {
  private var namespace: DictObject?
  private var changes = -1
  private var index = 0

  /// The attribute if it is remembered, else undefined.
  @inline(__always)
  func known(of module: ModuleObject) -> Value {
    guard module.namespace === namespace, module.namespace.changes == changes else { return .undefined }
    return module.namespace.valuePlace(index).copied
  }

  /// The attribute; undefined when the module's own namespace does not have it.
  mutating func value(of module: ModuleObject, _ name: StringObject) -> Value {
    let known = known(of: module)
    if !known.isUndefined { return known }
    // A class of modules may have descriptors of its own.
    guard !module.type.isHeap, module.type.lookup(name) == nil else { return .undefined }
    let found = module.namespace.index(ofString: name)
    guard found >= 0 else { return .undefined }
    namespace = module.namespace
    changes = module.namespace.changes
    index = found
    return module.namespace.valuePlace(found).copied
  }
}
