import PyaSyntax

// Where attributes lie: what nodes that read and store them remember.

/// Slots by the tokens of up to four shapes, for places that see instances of several classes.
struct SlotCache {
  private struct Entry {
    var token = 0
    var slot = -1
    /// How far behind the instance's address the attribute lies, if it is in the instance itself; the complement of how far behind the
    /// address of the further slots, if it is there; else 0.
    var offset = 0
  }

  private let entries: UnsafeMutablePointer<Entry>
  private static let count = 4

  /// What is remembered for instances whose attributes lie in a dictionary: where the last one had it. As a rule others of the class have
  /// it there too.
  static func inDictionary(_ index: Int) -> Int { -2 - index }

  /// The index that `inDictionary` made this of.
  static func dictionaryIndex(_ slot: Int) -> Int { -2 - slot }

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

  /// Where the attribute lies of an instance that has it in a slot, if that is known.
  @inline(__always)
  func slotPlace(_ held: Unmanaged<Object>) -> UnsafeMutablePointer<Value>? {
    guard held.kind == .instance else { return nil }
    let token = held._withUnsafeGuaranteedRef { $0.cacheToken }
    var entry = entries
    if entry.pointee.token != token {
      entry += 1
      if entry.pointee.token != token {
        entry += 1
        if entry.pointee.token != token {
          entry += 1
          if entry.pointee.token != token { return nil }
        }
      }
    }
    let offset = entry.pointee.offset
    if offset > 0 { return (held.toOpaque() + offset).assumingMemoryBound(to: Value.self) }
    return offset == 0 ? nil : held.as(Instance.self)._withUnsafeGuaranteedRef { $0.overflowPlace(~offset) }
  }

  var isFull: Bool { entries[SlotCache.count - 1].token != 0 }

  /// Puts the newest first.
  func remember(_ token: Int, _ slot: Int) {
    for index in stride(from: SlotCache.count - 1, to: 0, by: -1) { entries[index] = entries[index - 1] }
    let size = MemoryLayout<Value>.stride
    let offset =
      slot < 0 ? 0 : slot < Instance.inlineCapacity ? Instance.inlineOffset + slot * size : ~((slot - Instance.inlineCapacity) * size)
    entries[0] = Entry(token: token, slot: slot, offset: offset)
  }

  /// Where the attribute lies of an object of a class of the program that is a dictionary, an exception, ... as well, if that is known.
  @inline(__always)
  func placeBeside(_ held: Unmanaged<Object>, _ name: StringObject) -> UnsafeMutablePointer<Value>? {
    guard held.kind != .instance, !held.isPlain else { return nil }
    let slot = slot(held._withUnsafeGuaranteedRef { $0.cacheToken })
    return slot < -1 ? held.dictionaryPlace(slot, name) : nil
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
      let isInstance = object.kind == .instance
      let dictionary = isInstance ? unsafeDowncast(object, to: Pya.Instance.self).dictionary : object.existingInstanceDictionary
      return dictionary.map { Unmanaged<DictObject>.passUnretained($0) }
    }
    guard let found else { return nil }
    return found._withUnsafeGuaranteedRef { dictionary in
      let expected = SlotCache.dictionaryIndex(slot)
      if expected < dictionary.used, dictionary.keyPlace(expected).isIdentical(to: .object(name)) {
        return dictionary.valuePlace(expected)
      }
      let index = dictionary.index(ofString: name)
      return index >= 0 ? dictionary.valuePlace(index) : nil
    }
  }
}

extension Object {
  /// The dictionary behind `__dict__`, if the object's attributes are there and nowhere else.
  var ownDictionary: DictObject? {
    switch kind {
    case .instance: unsafeDowncast(self, to: Instance.self).dictionary
    case .type, .module, .superProxy: nil
    default: type.isHeap ? existingInstanceDictionary : nil
    }
  }
}

/// Where an attribute lies in the namespace of the module asked last; valid until a key is added to or removed from that namespace.
struct ModuleCache {
  private var namespace: DictObject?
  private var changes = -1
  private var index = 0

  /// Where the attribute lies if that is remembered, else nil.
  @inline(__always)
  func place(of module: ModuleObject) -> UnsafeMutablePointer<Value>? {
    guard module.namespace === namespace, module.namespace.changes == changes else { return nil }
    return module.namespace.valuePlace(index)
  }

  /// The attribute if it is remembered, else undefined.
  @inline(__always)
  func known(of module: ModuleObject) -> Value { place(of: module)?.copied ?? .undefined }

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
