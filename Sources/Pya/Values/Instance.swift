/// An object of a class written in the program.
///
/// Its attributes are slots whose names and order are the `Shape`'s, shared by all instances that got the same
/// attributes in the same order. The first four lie inline. When a program asks for `__dict__` the attributes move into a
/// dictionary for good (`shape.isDictionary`).
final class Instance: Object {
  static let inlineCapacity = 4

  final var shapePointer: UnsafeRawPointer
  /// Slots from the fifth on.
  final var overflow: UnsafeMutablePointer<Value>?
  final var dictionary: DictObject?
  /// The words of the first four values, nothing but numbers to Swift: `deinit` has released what they were when the object's fields go.
  private final var inlineWords: (UInt, UInt, UInt, UInt, UInt, UInt, UInt, UInt)

  @inline(__always)
  init(type: TypeObject) {
    shapePointer = UnsafeRawPointer(Unmanaged.passUnretained(type.rootShape).toOpaque())
    let (payload, tag) = unsafeBitCast(Value.undefined, to: (UInt, UInt8).self)
    let second = UInt(tag)
    inlineWords = (payload, second, payload, second, payload, second, payload, second)
    super.init(type: type, kind: .instance)
    register(type.machine)
  }

  @inline(__always)
  final var shape: Shape {
    get { Unmanaged<Shape>.fromOpaque(shapePointer).takeUnretainedValue() }
    set { shapePointer = UnsafeRawPointer(Unmanaged.passUnretained(newValue).toOpaque()) }
  }

  /// Where slot `index` lies. Stored properties of a class have a fixed place after the header: object header 16 bytes,
  /// type 8, kind and the collector's fields 8, shape 8, overflow 8, dictionary 8. `layoutIsAsExpected` verifies this once per runtime.
  @inline(__always)
  final func slot(_ index: Int) -> UnsafeMutablePointer<Value> {
    if index < Instance.inlineCapacity {
      return (Unmanaged.passUnretained(self).toOpaque() + Instance.inlineOffset)
        .assumingMemoryBound(to: Value.self) + index
    }
    return overflow.unsafelyUnwrapped + (index - Instance.inlineCapacity)
  }

  /// A place among the slots from the fifth on, which must be there, by its distance from the first of them in bytes.
  @inline(__always)
  final func overflowPlace(_ distance: Int) -> UnsafeMutablePointer<Value> {
    (UnsafeMutableRawPointer(overflow.unsafelyUnwrapped) + distance).assumingMemoryBound(to: Value.self)
  }

  static let inlineOffset = 56

  /// Whether `slot` finds the stored properties.
  static func layoutIsAsExpected(type: TypeObject) -> Bool {
    let probe = Instance(type: type)
    probe.inlineWords.4 = 0x5eed
    probe.inlineWords.5 = UInt(ValueTag.int)
    if case .int(0x5eed) = probe.slot(2).pointee { return probe.slot(3).holdsUndefined }
    return false
  }

  /// Adds one attribute at the end, following or making the transition of the shape.
  final func append(_ name: StringObject, _ value: Value) {
    let old = shape
    let index = old.count
    if index >= Instance.inlineCapacity { growOverflow(for: index - Instance.inlineCapacity) }
    if index < Instance.inlineCapacity {
      slot(index).pointee = value
    } else {
      (overflow.unsafelyUnwrapped + (index - Instance.inlineCapacity)).initialize(to: value)
    }
    shape = old.adding(name)
  }

  /// Makes the next slot, as yet undefined; the shape is the one that has it.
  @inline(__always)
  final func addSlot(_ index: Int, _ shape: UnsafeRawPointer) -> UnsafeMutablePointer<Value> {
    if index >= Instance.inlineCapacity {
      growOverflow(for: index - Instance.inlineCapacity)
      slot(index).initialize(to: .undefined)
    }
    shapePointer = shape
    return slot(index)
  }

  /// Makes room for overflow slot `index`; capacities are powers of two from 4.
  @inline(__always)
  final func growOverflow(for index: Int) {
    if index == 0 {
      overflow = .obtain(4)
    } else if index >= 4, index & (index - 1) == 0 {
      let larger = UnsafeMutablePointer<Value>.obtain(index * 2)
      larger.moveInitialize(from: overflow.unsafelyUnwrapped, count: index)
      overflow.unsafelyUnwrapped.relinquish()
      overflow = larger
    }
  }

  /// Moves all attributes into a dictionary, which is theirs from now on.
  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if let dictionary { return dictionary }
    if type.hasNoInstanceDictionary { return nil }
    let dictionary = DictObject(runtime)
    dictionary.makeRoom(for: shape.count)
    for (index, name) in shape.names.enumerated() where !slot(index).pointee.isUndefined {
      if let member = type.lookup(name)?.object, member.isExactly(runtime.types.memberDescriptor) {
        hide(name, slot(index).pointee, in: dictionary, runtime)
      } else {
        dictionary.setString(name, slot(index).pointee)
      }
    }
    releaseSlots()
    self.dictionary = dictionary
    shape = type.dictionaryShape
    return dictionary
  }

  override var existingInstanceDictionary: DictObject? { dictionary }

  @inline(__always)
  private var slotCount: Int { Unmanaged<Shape>.fromOpaque(shapePointer)._withUnsafeGuaranteedRef { $0.names.count } }

  override func visitContents(_ tracer: Tracer) {
    let count = slotCount
    tracer.visit(slot(0), min(count, Instance.inlineCapacity))
    if let overflow { tracer.visit(overflow, count - Instance.inlineCapacity) }
    tracer.visit(dictionary)
    tracer.list(type)
  }

  override func finalize(_ runtime: Runtime) -> Bool {
    if !type.hasFinalizer { return false }
    isFinalized = true
    runtime.runFinalizer(of: self)
    return true
  }

  /// A dictionary of its own is counted, and CPython's is part of the object.
  override var trackedCount: Int { dictionary == nil ? 1 : 0 }

  override func clearContents() {
    releaseSlots()
    dictionary = nil
    shape = type.rootShape
  }

  /// The values of `__slots__` once the other attributes are in a dictionary: they do not show in it, and lie beside it.
  var slotValues: DictObject? { dictionary?.attributes }

  func setSlotValue(_ name: StringObject, _ value: Value, _ runtime: Runtime) {
    if let dictionary { hide(name, value, in: dictionary, runtime) }
  }

  private func hide(_ name: StringObject, _ value: Value, in dictionary: DictObject, _ runtime: Runtime) {
    let hidden = dictionary.attributes ?? DictObject(runtime)
    hidden.setString(name, value)
    dictionary.attributes = hidden
  }

  private func releaseSlots() {
    let count = slotCount
    for index in 0..<min(count, Instance.inlineCapacity) { slot(index).store(.undefined) }
    if let overflow {
      overflow.deinitializeValues(count - Instance.inlineCapacity)
      overflow.relinquish()
      self.overflow = nil
    }
  }

  /// A new object with this one's attributes, which it loses. Swift forbids `__del__` to resurrect the object that is
  /// being freed, so the method gets this twin.
  override func movedOut() -> Instance {
    let twin = Instance(type: type)
    for index in 0..<min(shape.count, Instance.inlineCapacity) {
      twin.slot(index).pointee = slot(index).pointee
      slot(index).pointee = .undefined
    }
    twin.overflow = overflow
    overflow = nil
    twin.dictionary = dictionary
    dictionary = nil
    twin.shapePointer = shapePointer
    shape = type.rootShape
    return twin
  }

  deinit {
    let owner = Unmanaged<TypeObject>.fromOpaque(typePointer)
    let machine = owner._withUnsafeGuaranteedRef { $0.machine }
    unregister(machine)
    if !isFinalized, owner._withUnsafeGuaranteedRef({ $0.hasFinalizer }) {
      // The twin is not finalized again: else it would make another twin, and so on.
      let twin = movedOut()
      twin.isFinalized = true
      if isObserved { handObservers(to: twin) }
      type.runtime.runFinalizer(of: twin)
    }
    if isObserved { tellOfDeath() }
    let count = slotCount
    if !machine.pointee.beginRelease() {
      for index in 0..<count { machine.pointee.releaseLater(slot(index).pointee) }
      if let dictionary { machine.pointee.releaseLater(.object(dictionary)) }
    }
    slot(0).deinitializeValues(min(count, Instance.inlineCapacity))
    if let overflow {
      overflow.deinitializeValues(count - Instance.inlineCapacity)
      overflow.relinquish()
    }
    if dictionary != nil { dictionary = nil }
    machine.endRelease()
  }
}
