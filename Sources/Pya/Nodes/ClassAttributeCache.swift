import PyaSyntax

/// What an attribute's name means on a class: for `Class.name`, for `instance.name` where the class has it, and for properties.
///
/// A class's token changes with every change of its attributes, its ancestors' and its order of ancestors. For an instance
/// the shape's token is compared too: it says that the instance has no attribute of this name in front of the class's.
final class ClassAttributeCache {
  private enum Meaning {
    case nothing
    /// `Class.name`, or `instance.name` of data that is no descriptor.
    case value
    /// `instance.method`: a function of the class, to be bound.
    case method
    /// The getter of a property, a function that takes just the instance.
    case getter
    /// A descriptor of the program: `found`, whose `__get__` is a function that takes itself, the instance and the class.
    case descriptor
    /// Nothing: the class's `__getattr__`, a function that takes the instance and a name (`found`), decides.
    case fallback
    /// A field of a named tuple, an element.
    case element
    /// `Class.__name__` and its kin: what Swift computes for any class of the metaclass (`found`).
    case computed
  }

  private var meaning = Meaning.nothing
  private var classToken = 0
  /// For an instance; 0 for the class itself; for a named tuple the index.
  private var shapeToken = 0
  /// Of the metaclass, or of the descriptor's class: they decide what `found` means.
  private var decidingToken = 0
  private let ownPlace: UnsafeMutablePointer<Value>
  private var found: Value {
    get { ownPlace.pointee }
    set { ownPlace.pointee = newValue }
  }
  /// Where a value lies: in the class that has it, so that it may be replaced there; or, of a built-in class, at `ownPlace`.
  private var place: UnsafeMutablePointer<Value>
  private var get: UnsafeMutableRawPointer?
  /// How often it did not know: a place that sees ever new classes, or attributes that cannot be remembered, is not worth the trouble.
  private var misses = 0
  private static let patience = 64
  /// A getter may be running when the cache turns to another.
  private var owners = CacheOwners()

  init() {
    ownPlace = .allocate(capacity: 1)
    ownPlace.initialize(to: .undefined)
    place = ownPlace
  }

  deinit {
    ownPlace.deinitialize(count: 1)
    ownPlace.deallocate()
  }

  /// Where a plain value of the class lies, of which nothing has to be computed; nil: the cache does not know, or it is no such value.
  @inline(__always)
  func settledPlace(of held: Unmanaged<Object>) -> UnsafeMutablePointer<Value>? {
    guard meaning == .value else { return nil }
    if held.kind == .type {
      return shapeToken == 0 && held.as(TypeObject.self)._withUnsafeGuaranteedRef({ $0.token }) == classToken
        && held._withUnsafeGuaranteedRef({ $0.typeToken }) == decidingToken ? place : nil
    }
    guard held.kind == .instance else { return nil }
    return held._withUnsafeGuaranteedRef({ $0.cacheToken == shapeToken && $0.typeToken == classToken }) ? place : nil
  }

  /// The getter to call with the instance, if the attribute is known to be a property of its class.
  @inline(__always)
  func getter(of held: Unmanaged<Object>) -> Unmanaged<FunctionObject>? {
    guard meaning == .getter, held.kind == .instance,
      held._withUnsafeGuaranteedRef({ $0.cacheToken == shapeToken && $0.typeToken == classToken })
    else { return nil }
    return ownPlace.uncountedObject?.as(FunctionObject.self)
  }

  /// The attribute; `undefined` when the cache does not know.
  @inline(__always)
  func value(of held: Unmanaged<Object>, _ node: ExpressionNode, _ frame: Frame) throws(Raised) -> Value {
    switch meaning {
    case .nothing: return .undefined
    case .computed:
      guard held.kind == .type, held._withUnsafeGuaranteedRef({ $0.typeToken == decidingToken }), let attribute = found.uncounted
      else { return .undefined }
      do throws(Raised) {
        return try frame.withRuntime { (runtime) throws(Raised) in
          try attribute.as(NativeAttribute.self).borrowed { (attribute) throws(Raised) in
            try attribute.get(runtime, .object(held.takeUnretainedValue()))
          }
        }
      } catch { try frame.fail(error, node.range) }
    case .element:
      guard held.kind == .tuple, held._withUnsafeGuaranteedRef({ $0.typeToken == classToken }) else { return .undefined }
      return held.as(TupleObject.self)._withUnsafeGuaranteedRef { $0.count > shapeToken ? $0[shapeToken] : .undefined }
    case .value, .method, .getter, .descriptor, .fallback:
      if let place = settledPlace(of: held) { return place.copied }
      if meaning == .value || held.kind == .type { return .undefined }
      guard held.kind == .instance, held._withUnsafeGuaranteedRef({ $0.cacheToken == shapeToken && $0.typeToken == classToken })
      else { return .undefined }
      if meaning == .method {
        return frame.machine.pointee.runtimeReference._withUnsafeGuaranteedRef {
          .object(BoundMethod($0, function: found, receiver: .object(held.takeUnretainedValue())))
        }
      }
      if meaning == .fallback {
        let instance = Value.object(held.takeUnretainedValue())
        guard let get, let name = found.string, !frame.runtime.instanceHides(instance, name) else { return .undefined }
        return try node.call(.fromOpaque(get), frame, with: instance, found)
      }
      guard let getter = found.uncounted else { return .undefined }
      if meaning == .descriptor {
        guard let get, getter._withUnsafeGuaranteedRef({ $0.typeToken }) == decidingToken else { return .undefined }
        let instance = held.takeUnretainedValue()
        return try node.call(.fromOpaque(get), frame, with: found, .object(instance), .object(instance.type))
      }
      return try node.call(getter.as(FunctionObject.self), frame, with: .object(held.takeUnretainedValue()))
    }
  }

  /// Notes what the name means on the class of the value, or on the class that the value is, if that is simple enough.
  func learn(_ value: Value, _ name: StringObject, _ runtime: Runtime) {
    guard misses < ClassAttributeCache.patience, case .object(let object) = value else { return }
    misses += 1
    if object.kind == .type {
      let type = unsafeDowncast(object, to: TypeObject.self)
      let metaclass = type.type
      guard metaclass.special(.getattribute) == nil else { return }
      if let onMetaclass = metaclass.lookup(name) {
        guard onMetaclass.object is NativeAttribute else { return }
        return note(.computed, type, shapeToken: 0, onMetaclass, deciding: metaclass)
      }
      guard let found = type.lookup(name) else { return }
      if case .object(let attribute) = found {
        // A function of a class is itself when it is asked for there; other descriptors have their say.
        let isItself = attribute.kind == .function || attribute.kind == .nativeFunction
        if attribute.isDescriptor && !isItself || attribute.type.special(.get) != nil { return }
      }
      noteValue(name, type, shapeToken: 0, found, deciding: metaclass)
    } else if object.kind == .tuple {
      let type = object.type
      guard type.isHeap, type.special(.getattribute) == nil, let field = type.lookup(name)?.object as? TupleField else { return }
      note(.element, type, shapeToken: field.index, .undefined)
    } else if object.kind == .instance {
      let type = object.type
      guard type.isHeap, type.special(.getattribute) == nil else { return }
      let instance = unsafeDowncast(object, to: Instance.self)
      guard let found = type.lookup(name) else { return learnFallback(instance, type, name, runtime) }
      if let property = found.cast(.property, to: PropertyObject.self), !property.type.isHeap {
        guard let getter = property.getter.cast(.function, to: FunctionObject.self), getter.takes(1),
          type.special(.getattr) == nil, owners.keep(getter)
        else { return }
        share(instance, name, .getter, getter)
        return note(.getter, type, shapeToken: instance.cacheToken, .object(getter))
      }
      if let descriptor = found.object, descriptor.kind == .instance, let get = descriptor.type.special(.get) {
        let isData = descriptor.type.special(.set) != nil || descriptor.type.special(.delete) != nil
        guard isData || (!instance.shape.isDictionary && instance.shape.index(of: name) == nil),
          type.special(.getattr) == nil,
          let function = get.cast(.function, to: FunctionObject.self), function.takes(3), owners.keep(function)
        else { return }
        note(.descriptor, type, shapeToken: instance.cacheToken, found, deciding: descriptor.type)
        self.get = function.uncountedPointer
        return
      }
      guard !instance.shape.isDictionary, instance.shape.index(of: name) == nil else { return }
      if let function = found.object, function.kind == .function, !function.type.isHeap {
        share(instance, name, .method, function)
        return note(.method, type, shapeToken: instance.cacheToken, found)
      }
      if case .object(let attribute) = found, attribute.isDescriptor || attribute.type.special(.get) != nil { return }
      share(instance, name, .classValue)
      noteValue(name, type, shapeToken: instance.cacheToken, found)
    }
  }

  /// Tells the other nodes, where the shape says it all.
  private func share(_ instance: Instance, _ name: StringObject, _ meaning: SharedCache.Meaning, _ target: Object? = nil) {
    if instance.shape.isDictionary { return }
    instance.type.machine.pointee.sharedCache.remember(
      instance.cacheToken, name, .reading, meaning, target: target.map { $0.uncountedPointer })
  }

  private func learnFallback(_ instance: Instance, _ type: TypeObject, _ name: StringObject, _ runtime: Runtime) {
    guard let fallback = type.special(.getattr)?.cast(.function, to: FunctionObject.self), fallback.takes(2),
      name !== runtime.names.dict, name !== runtime.names.class, !runtime.instanceHides(.object(instance), name),
      owners.keep(fallback)
    else { return }
    note(.fallback, type, shapeToken: instance.cacheToken, .object(name))
    get = fallback.uncountedPointer
  }

  private func noteValue(_ name: StringObject, _ type: TypeObject, shapeToken: Int, _ found: Value, deciding: TypeObject? = nil) {
    let owner = type.mro.first { $0.attributes.index(ofString: name) >= 0 }
    if let owner, owner.isHeap {
      note(.value, type, shapeToken: shapeToken, .undefined, deciding: deciding)
      place = owner.attributes.valuePlace(owner.attributes.index(ofString: name))
    } else {
      note(.value, type, shapeToken: shapeToken, found, deciding: deciding)
      place = ownPlace
    }
  }

  private func note(
    _ meaning: Meaning, _ type: TypeObject, shapeToken: Int, _ found: Value, deciding: TypeObject? = nil
  ) {
    self.meaning = meaning
    decidingToken = deciding?.token ?? 0
    classToken = type.token
    self.shapeToken = shapeToken
    self.found = found
  }
}

extension Object {
  @inline(__always)
  final var typeToken: Int {
    Unmanaged<TypeObject>.fromOpaque(typePointer)._withUnsafeGuaranteedRef { $0.token }
  }
}
