import PyaSyntax

/// Which Swift class an object is: what a cast may be based on. Python subclasses share the kind of their built-in base.
enum Kind: UInt8 {
  case instance, type, string, bytes, byteArray, bigInt, complex, list, tuple, dict, set, range, slice
  /// An `int` or `float` that carries more than a number: an instance of a subclass.
  case intInstance, floatInstance
  case exception, function, nativeFunction, boundMethod, iterator, generator, coroutine, asyncGenerator, awaitable, module, cell
  case property, staticMethod, classMethod, superProxy, dictView, code, other
}

/// The base of everything that lives on the heap.
class Object {
  /// The Python type. Types live as long as their runtime, so this is not counted.
  final var typePointer: UnsafeRawPointer
  // What the collector keeps with an object (`Operations/Collector.swift`) shares a word with `kind`, and leaves two bytes of it to
  // the first fields of subclasses.
  /// Its place among the machine's containers; 0: none.
  final var containerIndex: UInt32 = 0
  final let kind: Kind
  private final var flags: UInt8 = 0

  init(type: TypeObject, kind: Kind) {
    typePointer = UnsafeRawPointer(Unmanaged.passUnretained(type).toOpaque())
    self.kind = kind
    flags = type.instanceFlags
  }

  /// `__del__` or the cleanup of a generator has run, or belongs to the object this one was moved out of.
  @inline(__always)
  final var isFinalized: Bool {
    get { flags & 1 != 0 }
    set { flags = newValue ? flags | 1 : flags & ~1 }
  }

  /// Somebody wants to know when it is freed (`Runtime.whenFreed`).
  @inline(__always)
  final var isObserved: Bool {
    get { flags & 2 != 0 }
    set { flags = newValue ? flags | 2 : flags & ~2 }
  }

  /// Its end concerns others: observers, or `__del__` of its class.
  @inline(__always)
  final var takesLeave: Bool { flags & (2 | Object.finalizerFlag) != 0 }

  /// Found unreachable by the collection in progress.
  final var isDoomed: Bool {
    get { flags & 4 != 0 }
    set { flags = newValue ? flags | 4 : flags & ~4 }
  }

  /// A tuple that a collection found to hold nothing but leaves: there is no need to look at it again.
  final var isFlat: Bool {
    get { flags & 8 != 0 }
    set { flags = newValue ? flags | 8 : flags & ~8 }
  }

  /// Only for `type` itself, whose type is not there yet.
  init(untypedKind kind: Kind) {
    typePointer = UnsafeRawPointer(bitPattern: 8)!
    self.kind = kind
  }

  @inline(__always)
  final var type: TypeObject {
    get { Unmanaged<TypeObject>.fromOpaque(typePointer).takeUnretainedValue() }
    set {
      typePointer = UnsafeRawPointer(Unmanaged.passUnretained(newValue).toOpaque())
      flags = flags & ~Object.typeFlags | newValue.instanceFlags
    }
  }

  /// Whether of a class of the program. Noted here too, beside `kind`: no look at the type is needed.
  @inline(__always)
  final var isOfHeapType: Bool { flags & Object.heapTypeFlag != 0 }

  /// Whether a class of the program may decide what its items are. Not for `Counter` and the like, which only add to what dictionaries do.
  @inline(__always)
  final var mayDecideItems: Bool { flags & Object.decidesItemsFlag != 0 && typeOfProgram._withUnsafeGuaranteedRef { $0.decidesItems } }

  /// Whether compared as its kind is: no class of the program has a say in it.
  @inline(__always)
  final var comparesPlainly: Bool { flags & Object.heapTypeFlag == 0 || !typeOfProgram._withUnsafeGuaranteedRef { $0.decidesComparison } }

  /// The same for being a key: compared and hashed.
  @inline(__always)
  final var isPlainKey: Bool { flags & Object.heapTypeFlag == 0 || !typeOfProgram._withUnsafeGuaranteedRef { $0.decidesHash } }

  @inline(__always)
  private final var typeOfProgram: Unmanaged<TypeObject> { .fromOpaque(typePointer) }

  // What an object knows of its type without looking there (`TypeObject.instanceFlags`).
  static var heapTypeFlag: UInt8 { 16 }
  static var decidesItemsFlag: UInt8 { 32 }
  static var finalizerFlag: UInt8 { 64 }
  private static var typeFlags: UInt8 { heapTypeFlag | decidesItemsFlag | finalizerFlag }

  /// The address as `id()` shows it.
  final var address: Int { Int(bitPattern: Unmanaged.passUnretained(self).toOpaque()) }

  @inline(__always)
  final func isExactly(_ type: TypeObject) -> Bool {
    typePointer == UnsafeRawPointer(Unmanaged.passUnretained(type).toOpaque())
  }

  /// `self op other` for objects of built-in types whose kind is `.other`, where a class knows it; nil: the types' special methods decide.
  func quickComparison(_ op: ComparisonOperator, _ other: Unmanaged<Object>) throws(Raised) -> Bool? { nil }

  /// The same for `self op other` with an operator for values; undefined: the types' special methods decide.
  func quickArithmetic(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value { .undefined }

  /// Both for an int as the other operand; `isReflected`: as the left one of the arithmetic.
  func quickComparison(_ op: ComparisonOperator, number: Int) -> Bool? { nil }
  func quickArithmetic(_ op: BinaryOperator, number: Int, isReflected: Bool) throws(Raised) -> Value { .undefined }

  // What a kind of object can do beyond what its type's attributes say. Each has a default for "cannot".

  /// Calls the object. The arguments stay the caller's.
  func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    try runtime.callThroughSpecialMethod(self, arguments)
  }

  /// The same with positional arguments on top of the value stack, where a frame can be made around them (`reserveCall`). What lies in their
  /// slots afterwards is the caller's to release.
  func call(_ runtime: Runtime, inPlace base: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
    try call(runtime, Arguments(base, count))
  }

  /// Its hash, where the class of the object is built in and the hash another one than the address gives; nil: `__hash__` decides.
  var ownHash: Int? { nil }

  /// How many elements it has, for kinds that `Runtime.length` does not know; negative: no such kind.
  var builtInLength: Int { -1 }

  /// What iterates over it, for kinds that `Runtime.iterate` does not know; nil: `__iter__` of its type tells.
  func ownIterator(_ runtime: Runtime) -> IteratorObject? { nil }

  /// Where an element lies, by its position (negative: from the end), of what is none of the built-in kinds but keeps its elements as values. Nil:
  /// it does not, or has no such element.
  func elementPlace(at position: Int) -> UnsafeMutablePointer<Value>? { nil }

  /// Whether `instance.name(...)`, where a class has this object under the name, calls it with the instance in front.
  var bindsAsMethod: Bool { false }

  /// Replaces such an element, or one of a `bytearray`, by what needs no conversion. False: the general rule must decide.
  func storeElement(_ value: Value, at position: Int) -> Bool { false }

  /// The dictionary behind `__dict__`, made on first use by kinds that can have one; nil for those that cannot.
  func instanceDictionary(_ runtime: Runtime) -> DictObject? { nil }

  /// The dictionary behind `__dict__` if there is one already.
  var existingInstanceDictionary: DictObject? { nil }

  /// Has this dictionary behind `__dict__` from now on, or with nil a new one as soon as it is needed. False: kinds that keep theirs.
  func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool { false }

  /// An attribute that the kind itself provides (not found in type or instance dictionary), such as a function's `__code__`.
  func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? { nil }

  /// Shows the tracer every counted reference that the object holds to others, each as often as it is counted. References that are left
  /// out keep what they lead to alive; one too many would free it.
  func visitContents(_ tracer: Tracer) {}

  /// Lets go of what may lead back here, so that a circle through this object opens.
  func clearContents() {}

  /// What iterating gives, of a container that knows it as a whole.
  var knownElements: [Value]? { nil }

  /// The object is found unreachable: does what it has to do before its contents go, and sets `isFinalized`. True: code of the program ran.
  func finalize(_ runtime: Runtime) -> Bool {
    if flags & Object.finalizerFlag == 0 { return false }
    isFinalized = true
    runtime.runFinalizer(of: self)
    return true
  }

  /// A new object with this one's contents, which it loses, for its `__del__` (see `Instance`). Nil: there is no way. Contents change places by
  /// assignment: `swap(&...)` of a stored property has Swift check every access to it, anywhere in the module, while the program runs.
  func movedOut() -> Object? { nil }

  /// For how many objects CPython's collector counts this one.
  var trackedCount: Int { 1 }

  /// Stores an attribute that the kind itself provides. False: not one of its own.
  func setNativeAttribute(_ name: StringObject, _ value: Value, _ runtime: Runtime) throws(Raised) -> Bool { false }

  /// Whether a descriptor: `__get__` on access through a class or instance.
  var isDescriptor: Bool { false }

  /// Whether it wins over the instance's own attributes.
  var isDataDescriptor: Bool { false }

  /// `__get__`: `instance` is undefined for access through the class.
  func descriptorGet(_ runtime: Runtime, instance: Value, owner: TypeObject) throws(Raised) -> Value { .object(self) }

  /// `__set__`, or `__delete__` with an undefined value.
  func descriptorSet(_ runtime: Runtime, instance: Value, value: Value) throws(Raised) {
    throw runtime.attributeError("readonly attribute")
  }
}
