/// `super`: attribute lookup that starts behind a class in the ancestors of another.
extension Runtime {
  /// `super(type, receiver)`.
  func makeSuper(_ type: TypeObject, _ receiver: Value) throws(Raised) -> Value {
    let start = try superStart(type, receiver)
    return .object(SuperProxy(type: types.superType, thisClass: type, receiver: receiver, receiverType: start))
  }

  /// `super(type, receiver).name`, without the proxy.
  func superLookup(_ type: TypeObject, _ receiver: Value, _ name: StringObject) throws(Raised) -> Value {
    let start = try superStart(type, receiver)
    if let attribute = ancestorAttribute(of: start, behind: type, name) {
      return try bindSuper(attribute, receiver, start)
    }
    let proxy = SuperProxy(type: types.superType, thisClass: type, receiver: receiver, receiverType: start)
    return try getAttribute(.object(proxy), name)
  }

  /// What `super(type, receiver).name` finds, not yet bound: for calls that pass the receiver themselves. Nil when it is not
  /// among the ancestors.
  func superFind(_ type: TypeObject, _ receiver: Value, _ name: StringObject) throws(Raised) -> Value? {
    ancestorAttribute(of: try superStart(type, receiver), behind: type, name)
  }

  /// The class whose ancestors are searched: the receiver itself when it is a subclass, else its class.
  fileprivate func superStart(_ type: TypeObject, _ receiver: Value) throws(Raised) -> TypeObject {
    if let receiverType = receiver.type, receiverType.isSubtype(of: type) { return receiverType }
    let own = self.type(of: receiver)
    if own.isSubtype(of: type) { return own }
    // A proxy object may claim another class.
    if let claimed = try getAttributeIfPresent(receiver, names.class)?.type, claimed.isSubtype(of: type) {
      return claimed
    }
    let subject = receiver.type.map { "type \($0.name)" } ?? "instance of \(own.name)"
    throw typeError("super(type, obj): obj (\(subject)) is not an instance or subtype of type (\(type.name)).")
  }

  fileprivate func ancestorAttribute(of start: TypeObject, behind type: TypeObject, _ name: StringObject) -> Value? {
    let name = intern(name)
    var isBehind = false
    for ancestor in start.mro {
      if isBehind, let found = ancestor.attributes.getString(name) { return found }
      if ancestor === type { isBehind = true }
    }
    return nil
  }

  fileprivate func bindSuper(_ attribute: Value, _ receiver: Value, _ start: TypeObject) throws(Raised) -> Value {
    guard case .object(let descriptor) = attribute else { return attribute }
    // Bound to a class, methods stay functions, and class methods get the class.
    let isClass = receiver.type.map { $0 === start } ?? false
    if descriptor.type.isHeap, let get = descriptor.type.special(.get) {
      return try callSpecial(get, attribute, [isClass ? .none : receiver, .object(start)])
    }
    guard descriptor.isDescriptor else { return attribute }
    return try descriptor.descriptorGet(self, instance: isClass ? .undefined : receiver, owner: start)
  }

  /// What `type.__call__` etc. need to know about the classes behind a class: the attribute after `type` in `start`'s order.
  func attribute(behind type: TypeObject, in start: TypeObject, _ name: StringObject) -> Value? {
    ancestorAttribute(of: start, behind: type, name)
  }
}

/// The value of `super(...)`.
final class SuperProxy: Object {
  private(set) var thisClass: TypeObject?
  /// Undefined for the unbound `super(C)`.
  private(set) var receiver: Value
  private(set) var receiverType: TypeObject?

  init(type: TypeObject, thisClass: TypeObject?, receiver: Value, receiverType: TypeObject?) {
    self.thisClass = thisClass
    self.receiver = receiver
    self.receiverType = receiverType
    super.init(type: type, kind: .superProxy)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(receiver) }

  /// `super.__init__`.
  func fill(_ runtime: Runtime, _ type: TypeObject, _ receiver: Value) throws(Raised) {
    thisClass = type
    self.receiver = receiver.isNone ? .undefined : receiver
    receiverType = self.receiver.isUndefined ? nil : try runtime.superStart(type, receiver)
  }

  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    if name !== runtime.names.class, let thisClass, let receiverType,
      let attribute = runtime.ancestorAttribute(of: receiverType, behind: thisClass, name)
    {
      return try runtime.bindSuper(attribute, receiver, receiverType)
    }
    if let onType = type.lookup(name) { return try runtime.bind(onType, to: .object(self)) }
    return name === runtime.names.class ? .object(type) : nil
  }

  // MARK: As a descriptor: an unbound `super(C)` in a class body

  override var isDescriptor: Bool { true }

  override func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value {
    guard receiver.isUndefined, !instance.isUndefined, let thisClass else { return .object(self) }
    if type.isHeap { return try runtime.call(.object(type), .object(thisClass), instance) }
    return try runtime.makeSuper(thisClass, instance)
  }
}
