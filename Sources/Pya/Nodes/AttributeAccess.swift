import PyaSyntax

/// `object.name`.
///
/// The cache remembers the slot of an instance's attribute by the shape's token. A token also says that the type has no data
/// descriptor of that name: changing the type changes the tokens of its shapes.
///
/// `self.x`, with the object in a local variable, is the commonest form: it is read without counting a reference to the object.
final class AttributeNode: ExpressionNode {
  let object: ExpressionNode
  let name: StringObject
  /// The slot when the object is a local variable, else -1.
  private let objectSlot: Int
  private var token = 0
  private var slot = 0

  init(_ object: ExpressionNode, _ name: StringObject, _ range: SourceRange) {
    self.object = object
    self.name = name
    objectSlot = object.localSlot ?? -1
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    if objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject {
      let found = held._withUnsafeGuaranteedRef { cached($0) }
      if !found.isUndefined { return found }
    }
    let value = try object.evaluate(frame)
    if case .object(let object) = value, object.kind == .instance, object.cacheToken == token {
      return unsafeDowncast(object, to: Instance.self).slot(slot).pointee
    }
    return try lookUp(value, frame)
  }

  @inline(__always)
  private func cached(_ object: Object) -> Value {
    guard object.kind == .instance, object.cacheToken == token else { return .undefined }
    return unsafeDowncast(object, to: Instance.self).slot(slot).pointee
  }

  @inline(never)
  private func lookUp(_ value: Value, _ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    if let instance = value.instance, instance.type.special(.getattribute) == nil,
      let index = instance.shape.index(of: name)
    {
      let onType = instance.type.lookup(name)
      if onType?.object.map(runtime.isDataDescriptor) != true {
        token = instance.cacheToken
        slot = index
        return instance.slot(index).pointee
      }
    }
    do { return try runtime.getAttribute(value, name) } catch { throw frame.located(error, range) }
  }
}

/// `object.name = value`, `del object.name`.
final class AttributeTarget: TargetNode {
  private let object: ExpressionNode
  private let name: StringObject
  /// The slot when the object is a local variable, else -1.
  private let objectSlot: Int
  private var token = 0
  private var slot = 0
  /// For adding the attribute to an instance that does not have it yet: the shape it then gets.
  private var addingToken = 0
  private var addingSlot = 0
  private var addedShape: Shape?

  init(_ object: ExpressionNode, _ name: StringObject, _ range: SourceRange) {
    self.object = object
    self.name = name
    objectSlot = object.localSlot ?? -1
    super.init(range)
  }

  /// Stores into a slot the instance has, if the cache knows it.
  @inline(__always)
  private func storeCached(_ object: Object, _ value: Value) -> Bool {
    guard object.kind == .instance, object.cacheToken == token else { return false }
    unsafeDowncast(object, to: Instance.self).slot(slot).pointee = value
    return true
  }

  override func store(_ frame: Frame, _ value: Value) throws(Raised) {
    if objectSlot >= 0, let held = (frame.slots + objectSlot).uncountedObject,
      held._withUnsafeGuaranteedRef({ storeCached($0, value) })
    {
      return
    }
    let target = try object.evaluate(frame)
    try store(in: target, frame, value)
  }

  @inline(__always)
  func store(in target: Value, _ frame: Frame, _ value: Value) throws(Raised) {
    if case .object(let object) = target, object.kind == .instance {
      let current = object.cacheToken
      let instance = unsafeDowncast(object, to: Instance.self)
      if current == token {
        instance.slot(slot).pointee = value
        return
      }
      if current == addingToken, addingSlot < Instance.inlineCapacity, let addedShape {
        instance.slot(addingSlot).pointee = value
        instance.shape = addedShape
        return
      }
    }
    try storeUncached(target, frame, value)
  }

  @inline(never)
  private func storeUncached(_ target: Value, _ frame: Frame, _ value: Value) throws(Raised) {
    let runtime = frame.runtime
    if let instance = target.instance, instance.type.special(.setattr) == nil, !instance.shape.isDictionary,
      !instance.type.hasNoInstanceDictionary, instance.type.lookup(name)?.object.map(runtime.isDataDescriptor) != true,
      name !== runtime.names.class, name !== runtime.names.dict
    {
      if let index = instance.shape.index(of: name) {
        token = instance.cacheToken
        slot = index
        instance.slot(index).pointee = value
      } else {
        addingToken = instance.cacheToken
        addingSlot = instance.shape.count
        instance.append(name, value)
        addedShape = instance.shape
      }
      return
    }
    do { try runtime.setAttribute(target, name, value) } catch { throw frame.located(error, range) }
  }

  override func delete(_ frame: Frame) throws(Raised) {
    let target = try object.evaluate(frame)
    do { try frame.runtime.deleteAttribute(target, name) } catch { throw frame.located(error, range) }
  }
}
