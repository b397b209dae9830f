#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Everything one interpreter shares: types, interned strings, the machine, the exception types, the modules. There is no
/// state outside of it, so several can live in one process.
///
/// What programs can do with values (`add`, `call`, `getAttribute`, ...) are extensions of this class in Operations/.
final class Runtime {
  let machine: UnsafeMutablePointer<Machine>
  private(set) var types: BuiltinTypes!
  private(set) var names: Names!
  /// Built-in exception types by name.
  @exclusivity(unchecked) var exceptionTypes: [String: TypeObject] = [:]
  /// Those of `CommonError`, by its raw value.
  @exclusivity(unchecked) var commonErrors: [TypeObject] = []
  /// The namespace of `builtins`.
  private(set) var builtins: DictObject!
  /// `sys.modules`.
  private(set) var moduleDictionary: DictObject!
  /// The `__import__` that the interpreter put into `builtins`.
  var importFunction: NativeFunction?
  var modules: ModuleTable { ModuleTable(dictionary: moduleDictionary, runtime: self) }
  /// State of one subsystem each, by its type: the event loop, `random`, ...
  @exclusivity(unchecked) private var attachments: [ObjectIdentifier: AnyObject] = [:]
  /// What was asked for last, by its type's address: hashing costs more than what most of its users do.
  private let recentAttachments: UnsafeMutablePointer<(key: UInt, object: UnsafeRawPointer?)>
  private static let recentAttachmentCount = 128
  /// The exceptions being handled, innermost last: what a bare `raise` raises and `__context__` becomes.
  @exclusivity(unchecked) var handled: [ExceptionObject] = []
  /// Containers whose `repr` is being made, by address, outermost first: one met again shows as `[...]`.
  var openRepresentations: [Int] = []
  /// Where `print` writes.
  let output: OutputBuffer
  /// Where tracebacks and warnings go.
  let errorOutput: OutputBuffer
  var scriptArguments: [String] = []
  /// Asked first when Ctrl-C arrives; true: taken care of, no KeyboardInterrupt. Set by `asyncio.run`.
  var interruptHandler: (() -> Bool)?
  /// Set while an event loop has a handler of its own for Ctrl-C: hands it the interrupt. False: no loop took it.
  var loopInterruptHandler: (() -> Bool)?
  /// Runs the program's handlers of signals that arrived; true: nothing else is to be done. Set by `signal`.
  /// A KeyboardInterrupt that nobody caught has ended the program.
  var endedByInterrupt = false
  var signalHandler: ((Runtime) throws(Raised) -> Bool)?
  /// Writes the tree of tasks to standard error; set by the front door.
  var taskTreeWriter: (() -> Void)?
  /// Lets another thread run that waits for its turn. Set while there are several.
  var yieldHandler: (() -> Void)?
  /// Stands for a generator among the arguments of a built-in function that takes it to its end (`Machine.passing`).
  private(set) var forthcomingMarker: Object!
  /// Sends what transports keep.
  var sendHandler: (() -> Void)?
  /// How many calls a new coroutine remembers it was made in (`sys.set_coroutine_origin_tracking_depth`).
  var coroutineOriginDepth = 0
  /// Told of every async generator at its first step; set by the event loop.
  var asyncGeneratorHook: ((Object) -> Void)?
  /// Told of every async generator that was dropped in the middle; set by the event loop.
  var asyncGeneratorFinalizer: ((Object) -> Void)?
  /// Told of the address of a freed one that the hook knew.
  var asyncGeneratorWasFreed: ((Int) -> Bool)?

  /// The tuple `()`, of which there is one.
  private(set) var emptyTuple: TupleObject!
  /// Handed out while nobody else has it.
  @exclusivity(unchecked) private var spareKeywords: DictObject?
  private var keptTypes: [TypeObject] = []
  /// Names as keys and values. A table like the program's: its hashes are kept in the strings.
  private var interned: DictObject!
  private let lookupCacheEntries: UnsafeMutablePointer<LookupCacheEntry>
  private static let lookupCacheSize = 2048

  init(output: OutputBuffer, errorOutput: OutputBuffer) {
    self.output = output
    self.errorOutput = errorOutput
    machine = .allocate(capacity: 1)
    lookupCacheEntries = .allocate(capacity: Runtime.lookupCacheSize)
    lookupCacheEntries.initialize(repeating: LookupCacheEntry(), count: Runtime.lookupCacheSize)
    recentAttachments = .allocate(capacity: Runtime.recentAttachmentCount)
    recentAttachments.initialize(repeating: (0, nil), count: Runtime.recentAttachmentCount)
    machine.initialize(to: Machine(runtime: self))
    types = BuiltinTypes(self)
    for type in keptTypes { type.attributes.type = types.dict }
    for type in keptTypes { type.attributes.type = types.dict }
    interned = DictObject(self)
    names = Names { intern($0) }
    builtins = DictObject(self)
    moduleDictionary = DictObject(self)
    for byte in 0..<128 as Range<UInt8> {
      let string = withUnsafeBytes(of: byte) { StringObject(type: types.str, utf8: $0.bindMemory(to: UInt8.self)) }
      machine.pointee.characters[Int(byte)] = .object(string)
      string.isInterned = true
      interned.setString(string, .object(string))
    }
    emptyTuple = TupleObject(self, [])
    forthcomingMarker = Object(type: types.object, kind: .other)
    precondition(
      MemoryLayout<DictObject.Entry>.offset(of: \.value) == DictObject.Entry.valueOffset, "pya: unexpected layout of Entry")
    precondition(Value.layoutIsAsExpected(types.object), "pya: unexpected layout of Value")
    precondition(
      UnsafeMutableRawPointer.countsAsExpected(type: types.object), "pya: unexpected layout of reference counts")
    precondition(StringObject.layoutIsAsExpected(type: types.object), "pya: unexpected layout of StringObject")
    precondition(Object.registersAsExpected(type: types.object), "pya: unexpected layout of Object")
    precondition(BytesObject.layoutIsAsExpected(type: types.object), "pya: unexpected layout of BytesObject")
    precondition(TupleObject.layoutIsAsExpected(type: types.object), "pya: unexpected layout of TupleObject")
    precondition(Instance.layoutIsAsExpected(type: types.object), "pya: unexpected layout of Instance")
  }

  deinit {
    // Programs' objects go first, while the types they point at are there.
    handled = []
    spareKeywords = nil
    emptyTuple = nil
    forthcomingMarker = nil
    moduleDictionary.removeAll()
    recentAttachments.initialize(repeating: (0, nil), count: Runtime.recentAttachmentCount)
    attachments = [:]
    for index in 0..<Runtime.lookupCacheSize { lookupCacheEntries[index].value = .undefined }
    builtins.removeAll()
    for type in keptTypes { type.attributes.removeAll() }
    lookupCacheEntries.deinitialize(count: Runtime.lookupCacheSize)
    lookupCacheEntries.deallocate()
    recentAttachments.deallocate()
    machine.pointee.releaseTables()
  }

  /// False while the built-in types are being made.
  var hasTypes: Bool { types != nil }

  /// Holds a type for as long as the runtime lives.
  func keepAlive(_ type: TypeObject) { keptTypes.append(type) }

  @inline(__always)
  func lookupCache(_ type: TypeObject, _ name: StringObject) -> UnsafeMutablePointer<LookupCacheEntry> {
    let key = UInt(bitPattern: type.dataToken) &* 31 ^ name.identity >> 4
    return lookupCacheEntries + Int(key & UInt(Runtime.lookupCacheSize - 1))
  }

  /// An empty dictionary for a function that only passes it on: the one of the call before, if nobody holds that any more.
  func noKeywords() -> DictObject {
    if isKnownUniquelyReferenced(&spareKeywords), let spare = spareKeywords, spare.isPristine { return spare }
    let fresh = DictObject(self)
    spareKeywords = fresh
    return fresh
  }

  // MARK: Strings

  func string(_ text: String) -> StringObject {
    var text = text
    return text.withUTF8 { string(utf8: $0) }
  }

  func string(utf8: UnsafeBufferPointer<UInt8>) -> StringObject {
    if utf8.count == 1 { return character(utf8[0]) }
    return StringObject(type: types.str, utf8: utf8)
  }

  /// The string of bytes that are known to be UTF-8.
  func string(_ bytes: [UInt8]) -> StringObject { bytes.withUnsafeBufferPointer { string(utf8: $0) } }

  /// The string of any bytes; what is not UTF-8 becomes U+FFFD.
  func repairedString(_ bytes: [UInt8]) -> StringObject { string(String(decoding: bytes, as: UTF8.self)) }

  /// The string of one ASCII character.
  @inline(__always)
  func character(_ byte: UInt8) -> StringObject {
    guard let held = machine.pointee.characters[Int(byte)].uncounted else { fatalError("pya: no such character") }
    return held.as(StringObject.self).takeUnretainedValue()
  }

  /// The one string object with this text among names: attribute names, keywords, keys of namespaces.
  func intern(_ text: String) -> StringObject {
    var text = text
    return text.withUTF8 { internSlow(StringObject(type: types.str, utf8: $0)) }
  }

  /// The interned string with the same text as `string`.
  @inline(__always)
  func intern(_ string: StringObject) -> StringObject {
    if string.isInterned { return string }
    return internSlow(string)
  }

  private func internSlow(_ string: StringObject) -> StringObject {
    let index = interned.index(ofString: string)
    if index >= 0, let held = interned.valuePlace(index).uncountedObject {
      return held.as(StringObject.self).takeUnretainedValue()
    }
    // An object of its own: the program's may be of a subclass, or be appended to in place.
    let made = string.utf8.count == 1 && string.isASCII ? character(string.bytes[0]) : StringObject(type: types.str, utf8: string.utf8)
    made.isInterned = true
    interned.setString(made, .object(made))
    return made
  }

  /// Whether what interrupts is only the wish to see the tasks, which then is fulfilled.
  func showsTasksOnInterrupt() -> Bool {
    guard machine.pointee.isTaskTreeWanted else { return false }
    machine.pointee.isTaskTreeWanted = false
    taskTreeWriter?()
    return true
  }

  // MARK: Attachments

  /// The subsystem's state, made when first asked for.
  func attachment<T: AnyObject>(_ type: T.Type, make: () -> T) -> T {
    let key = UInt(bitPattern: unsafeBitCast(ObjectIdentifier(type), to: Int.self))
    let recent = recentAttachments + Int(key >> 4 & UInt(Runtime.recentAttachmentCount - 1))
    if recent.pointee.key == key, let object = recent.pointee.object {
      return Unmanaged<T>.fromOpaque(object).takeUnretainedValue()
    }
    let found: T
    if let existing = attachments[ObjectIdentifier(type)] {
      found = unsafeDowncast(existing, to: type)
    } else {
      found = make()
      attachments[ObjectIdentifier(type)] = found
    }
    recent.pointee = (key, UnsafeRawPointer(Unmanaged.passUnretained(found).toOpaque()))
    return found
  }

  /// The subsystem's state, if there is one already.
  func existingAttachment<T: AnyObject>(_ type: T.Type) -> T? {
    attachments[ObjectIdentifier(type)].map { unsafeDowncast($0, to: type) }
  }

  // MARK: Types of values

  func type(of value: Value) -> TypeObject {
    switch value {
    case .object(let object): object.type
    case .int: types.int
    case .float: types.float
    case .bool: types.bool
    case .none: types.none
    case .ellipsis: types.ellipsis
    case .notImplemented: types.notImplemented
    case .undefined: types.none
    }
  }

  /// The name of the value's type, for messages.
  func typeName(_ value: Value) -> String { type(of: value).messageName }
  /// The same where CPython says "None" of None: in complaints about one argument.
  func givenName(_ value: Value) -> String { value.isNone ? "None" : typeName(value) }

  func isInstance(_ value: Value, of type: TypeObject) -> Bool { self.type(of: value).isSubtype(of: type) }
}
