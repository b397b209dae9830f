/// A class. Built-in types are immutable for programs; types written in a program can change at any time, which empties the
/// inline caches that looked through them (`didChange`).
///
/// Types live as long as their runtime: objects point at them without counting.
final class TypeObject: Object {
  var name: String { didSet { nameText = nil } }
  var qualifiedName: String
  /// The name in messages: of a type that CPython writes in C outside `builtins`, it has the module.
  var messageName: String
  /// `__module__`, or `builtins`.
  var moduleName: String
  private(set) var bases: [TypeObject]
  /// The linearised ancestors, itself first (C3).
  @exclusivity(unchecked) var mro: [TypeObject]
  /// The class namespace, behind `__dict__`.
  let attributes: DictObject
  private(set) var subclasses: [TypeObject] = []
  /// Which Swift class its instances are.
  let instanceKind: Kind
  /// Written in the program (`class`, `type(...)`), not built in.
  let isHeap: Bool
  /// What instances know of their type (`Object.isOfHeapType`, `mayDecideItems`).
  private(set) var instanceFlags: UInt8
  unowned(unsafe) let runtime: Runtime
  let machine: UnsafeMutablePointer<Machine>

  private(set) var rootShape: Shape
  private(set) var dictionaryShape: Shape
  /// Changes with every change to this type or an ancestor, but for plain values that take the place of plain values: validity of caches.
  private(set) var token: Int
  /// Changes with those too: validity of caches that hold values.
  private(set) var dataToken: Int
  private var knownToDecideClass: Bool?

  /// Special methods that a class of the program defines here or above, by `SpecialMethod.rawValue`; undefined where only
  /// the built-in behaviour of the kind applies. Empty for built-in types.
  @exclusivity(unchecked) private(set) var specialMethods: [Value] = []
  /// What was found last about the instances of another class (`AbstractAnswers`).
  @exclusivity(unchecked) var abstractAnswer = AbstractAnswer()
  /// A class of the program, here or above, defines how instances are compared.
  private(set) var decidesComparison = true
  /// The same for how they are hashed, or compared.
  private(set) var decidesHash = true
  /// The same for what their items are.
  private(set) var decidesItems = true
  var hasFinalizer = false
  /// Of a built-in type: some instance has an attribute of its own under the name of a method.
  private(set) var instancesHideMethods = false
  /// `__slots__` in every class of the program among the ancestors, and none of them names `__dict__`.
  var hasNoInstanceDictionary = false
  /// The same for a subclass of a built-in type whose instances keep the values of slots in the dictionary that programs cannot see.
  var hasOnlySlots = false
  /// `__slots__` of its own that hold values: its instances lie in memory as no other class's do.
  var hasOwnLayout = false
  /// `__abstractmethods__` names methods that are still missing: no instances.
  var isAbstract = false
  /// The nearest built-in ancestor other than `object`: what allocates the instances of a class of the program.
  unowned(unsafe) private(set) var builtinBase: TypeObject?
  /// What its instances keep beside `args`, for exceptions.
  var exceptionLayout = ExceptionLayout.plain
  /// May not be a base (`bool`, `NoneType`, ...).
  var isFinal = false

  /// Makes an instance from a call's arguments: `__new__` and `__init__` of a built-in type in one. Nil: not callable
  /// ("cannot create 'X' instances"). A class of the program may have one of its own as a short cut (named tuples), which gives
  /// `undefined` for calls that have to go the long way.
  var construct: ((Runtime, TypeObject, Arguments) throws(Raised) -> Value)?

  /// The name as programs see it, once one has asked.
  private var nameText: StringObject?

  /// `__name__`: the same object each time.
  var nameObject: StringObject {
    if let nameText { return nameText }
    let made = runtime.intern(name)
    nameText = made
    return made
  }

  init(
    _ runtime: Runtime, metatype: TypeObject?, name: String, bases: [TypeObject], instanceKind: Kind, isHeap: Bool
  ) {
    self.name = name
    qualifiedName = name
    messageName = name
    moduleName = "builtins"
    self.bases = bases
    self.instanceKind = instanceKind
    self.isHeap = isHeap
    instanceFlags = isHeap ? Object.heapTypeFlag | Object.decidesItemsFlag : 0
    self.runtime = runtime
    machine = runtime.machine
    // The first types are older than the type of dictionaries, which they get later.
    attributes = runtime.types == nil ? DictObject(untyped: ()) : DictObject(runtime)
    // Classes live on, and so does what they have: nothing for the collector. Nor may programs come by the dictionary in which caches
    // know places.
    if attributes.containerIndex != 0 {
      attributes.unregister(machine)
      attributes.containerIndex = 0
    }
    mro = []
    rootShape = Shape(machine: machine)
    dictionaryShape = Shape(machine: machine, isDictionary: true)
    token = machine.pointee.freshToken()
    dataToken = token
    if let metatype {
      super.init(type: metatype, kind: .type)
    } else {
      super.init(untypedKind: .type)
    }
    runtime.keepAlive(self)
    for base in bases {
      base.subclasses.append(self)
      if exceptionLayout == .plain { exceptionLayout = base.exceptionLayout }
    }
    mro = [self] + (bases.first?.mro ?? [])
  }

  /// A built-in type of a module, whose instances are of kind `.other`. Messages name it with its module, unless CPython has it in Python.
  convenience init(_ runtime: Runtime, module: String, _ name: String, isWrittenInPython: Bool = false) {
    self.init(runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.object], instanceKind: .other, isHeap: false)
    moduleName = module
    if !isWrittenInPython { messageName = "\(module).\(name)" }
  }

  /// Items are read and replaced as in the built-in type. Said before there are instances.
  func leavesItemsToBase() { instanceFlags &= ~Object.decidesItemsFlag }

  /// The attribute on the class or the first ancestor that has it, without descriptors.
  func lookup(_ name: StringObject) -> Value? {
    let cached = runtime.lookupCache(self, name)
    if cached.pointee.token == dataToken, cached.pointee.name == name.identity { return cached.pointee.value.defined }
    let found = lookupUncached(name)
    if name.isInterned {
      cached.pointee = LookupCacheEntry(token: dataToken, name: name.identity, value: found ?? .undefined)
    }
    return found
  }

  /// Where `lookup` remembers what it last found under the name; nil: it was not asked, or something has changed since. Good until the
  /// next look-up.
  @inline(__always)
  func rememberedPlace(_ name: StringObject) -> UnsafeMutablePointer<Value>? {
    let cached = runtime.lookupCache(self, name)
    guard cached.pointee.token == dataToken, cached.pointee.name == name.identity else { return nil }
    return withUnsafeMutablePointer(to: &cached.pointee.value) { $0 }
  }

  /// Whether `lookup` finds nothing under the name.
  @inline(__always)
  func isKnownToLack(_ name: StringObject) -> Bool { rememberedPlace(name)?.holdsUndefined ?? (lookup(name) == nil) }

  func lookupUncached(_ name: StringObject) -> Value? {
    for type in mro {
      if let value = type.attributes.getString(name) { return value }
    }
    return nil
  }

  /// The attribute and the ancestor that defines it.
  func lookupWithOwner(_ name: StringObject) -> (value: Value, owner: TypeObject)? {
    for type in mro {
      if let value = type.attributes.getString(name) { return (value, type) }
    }
    return nil
  }

  func isSubtype(of other: TypeObject) -> Bool {
    if self === other { return true }
    let wanted = UInt(bitPattern: other.address)
    // An array of classes is an array of words; read as such, no reference is counted.
    return mro.withUnsafeBytes { $0.bindMemory(to: UInt.self).contains(wanted) }
  }

  /// Whether a class of the program decides what `__class__` of its instances is; found out when first asked.
  var decidesClass: Bool {
    if let knownToDecideClass { return knownToDecideClass }
    let name = runtime.names.class
    let decides = special(.getattribute) != nil || mro.contains { $0.isHeap && $0.attributes.index(ofString: name) >= 0 }
    knownToDecideClass = decides
    return decides
  }

  /// A special method that a class of the program defines, or nil for the kind's built-in behaviour.
  @inline(__always)
  func special(_ method: SpecialMethod) -> Value? {
    if !isHeap { return nil }
    return specialMethods[Int(method.rawValue)].defined
  }

  /// Instances in a class are more than values: descriptors, or something that is called.
  var mayActInClass: Bool { special(.get) != nil || special(.set) != nil || special(.delete) != nil || special(.call) != nil }

  /// The same without counting; good until the class changes.
  @inline(__always)
  func uncountedSpecial(_ method: SpecialMethod) -> Unmanaged<Object>? {
    if !isHeap { return nil }
    return specialMethods.withUnsafeBufferPointer { methods in
      guard let first = methods.baseAddress else { return nil }
      return UnsafeMutablePointer(mutating: first + Int(method.rawValue)).uncountedObject
    }
  }

  /// Must follow every change of `attributes`, `bases` or `mro` after creation, and the creation itself.
  func didChange() {
    token = machine.pointee.freshToken()
    dataToken = token
    rootShape.invalidate()
    dictionaryShape.invalidate()
    knownToDecideClass = nil
    if isHeap {
      collectSpecialMethods()
      builtinBase = mro.first { !$0.isHeap && !$0.mro.dropFirst().isEmpty }
    }
    for type in subclasses { type.didChange() }
  }

  func noteHiddenMethods() {
    instancesHideMethods = true
    didChange()
  }

  /// Empties remembered lookups, while inline caches stay valid: a plain value was replaced by another where it lies.
  func forgetLookups() {
    dataToken = machine.pointee.freshToken()
    for type in subclasses { type.forgetLookups() }
  }

  func setBases(_ newBases: [TypeObject], mro newOrder: [TypeObject]) {
    for base in bases { base.subclasses.removeAll { $0 === self } }
    bases = newBases
    mro = newOrder
    for base in newBases { base.subclasses.append(self) }
  }

  private func collectSpecialMethods() {
    let special = runtime.names.special
    // Most classes have one base, and whatever they do not define themselves is as it is there.
    if let base = bases.first, mro.count == base.mro.count + 1, !base.isHeap || base.specialMethods.count == special.count {
      specialMethods = base.isHeap ? base.specialMethods : [Value](repeating: .undefined, count: special.count)
      for (index, name) in special.enumerated() {
        if let value = attributes.getString(name) { specialMethods[index] = value }
      }
      noteSpecialMethods()
      return
    }
    specialMethods = [Value](repeating: .undefined, count: SpecialMethod.allCases.count)
    for method in SpecialMethod.allCases {
      let name = special[Int(method.rawValue)]
      for type in mro {
        guard let value = type.attributes.getString(name) else { continue }
        if type.isHeap { specialMethods[Int(method.rawValue)] = value }
        break
      }
    }
    noteSpecialMethods()
  }

  private func noteSpecialMethods() {
    func defines(_ methods: SpecialMethod...) -> Bool { methods.contains { special($0) != nil } }
    decidesComparison = defines(.eq, .ne, .lt, .le, .gt, .ge)
    decidesHash = decidesComparison || defines(.hash)
    decidesItems = defines(.len, .getitem, .setitem, .delitem, .contains, .missing, .iter)
    hasFinalizer = special(.del) != nil
    instanceFlags = hasFinalizer ? instanceFlags | Object.finalizerFlag : instanceFlags & ~Object.finalizerFlag
    if hasFinalizer { machine.pointee.hasFinalizers = true }
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    try runtime.instantiate(self, arguments)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? { attributes }
  override var existingInstanceDictionary: DictObject? { attributes }
}

/// Which class's instances are known to be an abstract class's, and which ones are not, at some time.
struct AbstractAnswer {
  private struct Entry {
    var own: UnsafeRawPointer?
    /// How many classes had been registered when the answer was no; -1: it was yes, which stays.
    var generation = 0
  }

  private var entries = (Entry(), Entry(), Entry(), Entry())
  private var next = 0

  /// What was answered about instances of a class, if that still holds.
  func known(_ own: UnsafeRawPointer, generation: Int) -> Bool? {
    let entry: Entry
    if entries.0.own == own {
      entry = entries.0
    } else if entries.1.own == own {
      entry = entries.1
    } else if entries.2.own == own {
      entry = entries.2
    } else if entries.3.own == own {
      entry = entries.3
    } else {
      return nil
    }
    return entry.generation == -1 ? true : entry.generation == generation ? false : nil
  }

  mutating func note(_ answer: Bool, _ own: UnsafeRawPointer, generation: Int) {
    let entry = Entry(own: own, generation: answer ? -1 : generation)
    if entries.0.own == own {
      entries.0 = entry
    } else if entries.1.own == own {
      entries.1 = entry
    } else if entries.2.own == own {
      entries.2 = entry
    } else if entries.3.own == own {
      entries.3 = entry
    } else {
      switch next {
      case 0: entries.0 = entry
      case 1: entries.1 = entry
      case 2: entries.2 = entry
      default: entries.3 = entry
      }
      next = (next + 1) & 3
    }
  }
}

/// One remembered result of `TypeObject.lookup`.
struct LookupCacheEntry {
  var token = 0
  var name: UInt = 0
  var value: Value = .undefined
}
