/// A `dict`: CPython's compact table. Entries lie in insertion order in one array; a table of indices into it is probed by
/// hash. Up to ten entries are searched in order, without a table.
///
/// A lookup may call the program's `__eq__`, which may change this very dictionary: every probe loop looks at `changes` after such a
/// call and starts over if it moved.
final class DictObject: Object {
  struct Entry {
    var hash: Int
    /// `undefined` in a deleted entry.
    var key: Value
    var value: Value

    /// Where `value` lies in an entry, for code that looks at it uncounted.
    static let valueOffset = 24
  }

  /// Entries in use are `entries[0..<used]`, deleted ones among them.
  final private(set) var entries: UnsafeMutablePointer<Entry>
  final private(set) var used = 0
  /// Entries that are not deleted.
  final private(set) var count = 0
  /// How often the room of an entry at the end was given back since the table was made: its places in there are used up all the same.
  private final var reclaimed = 0
  /// No entry before this index is live.
  private final var firstCandidate = 0
  /// Changes whenever a key is added, removed or moved (not when a value is replaced): validity of an entry's index.
  final private(set) var changes = 0
  private final var capacity: Int
  /// -1: free; -2: deleted; else an index into `entries`. Nil for small dictionaries.
  private final var table: UnsafeMutablePointer<Int32>?
  private final var mask = 0
  final var attributes: DictObject?

  private static let smallCapacity = 10

  convenience init(_ runtime: Runtime) { self.init(type: runtime.types.dict) }

  init(type: TypeObject) {
    entries = DictObject.noEntries
    capacity = 0
    super.init(type: type, kind: .dict)
    register(type.machine)
  }

  /// For the bootstrap, when there is no type `dict` yet.
  init(untyped: Void) {
    entries = DictObject.noEntries
    capacity = 0
    super.init(untypedKind: .dict)
  }

  /// Nothing has ever been in it.
  var isPristine: Bool { capacity == 0 && attributes == nil && !isObserved }

  private static var noEntries: UnsafeMutablePointer<Entry> {
    UnsafeMutablePointer(bitPattern: MemoryLayout<Entry>.alignment)!
  }

  /// Makes those who remember where entries lie look again.
  func distrustPlaces() { changes &+= 1 }

  // MARK: Finding

  /// The index of the entry with a string key, or -1. Runs no code of the program, except for a key that is neither a
  /// string nor a built-in type: such keys never equal an exact string unless their class says so, and are asked by `find`.
  @inline(never)
  final func index(ofString key: StringObject) -> Int {
    let hash = key.stringHash
    guard let table else {
      var index = 0
      while index < used {
        if entries[index].hash == hash, keyPlace(index).isString(key) { return index }
        index += 1
      }
      return -1
    }
    var slot = hash & mask
    var perturb = UInt(bitPattern: hash)
    while true {
      let index = Int(table[slot])
      if index == -1 { return -1 }
      if index >= 0, entries[index].hash == hash, keyPlace(index).isString(key) { return index }
      perturb >>= 5
      slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
    }
  }

  /// The index of the entry whose key equals what lies at `key`, or -1; nil: the general rule must tell.
  @inline(__always)
  final func quickIndex(keyAt key: UnsafeMutablePointer<Value>) -> Int? {
    if key.holdsPlainString, !hasInstanceKeys, let held = key.uncountedObject {
      return held.as(StringObject.self)._withUnsafeGuaranteedRef { index(ofString: $0) }
    }
    guard let hash = key.quickHash else { return nil }
    return quickIndex(hash: hash) { $0.isQuicklySame(as: key) }
  }

  @inline(__always)
  final func keyPlace(_ index: Int) -> UnsafeMutablePointer<Value> {
    (UnsafeMutableRawPointer(entries + index) + 8).assumingMemoryBound(to: Value.self)
  }

  @inline(__always)
  final func valuePlace(_ index: Int) -> UnsafeMutablePointer<Value> {
    (UnsafeMutableRawPointer(entries + index) + Entry.valueOffset).assumingMemoryBound(to: Value.self)
  }

  /// The index of the entry with this very int as key, or -1: an equal key of another type may be there.
  final func index(ofInt key: Int) -> Int {
    let hash = NumericHash.of(key)
    guard let table else {
      var index = 0
      while index < used {
        if entries[index].hash == hash, keyPlace(index).isInt(key) { return index }
        index += 1
      }
      return -1
    }
    var slot = hash & mask
    var perturb = UInt(bitPattern: hash)
    while true {
      let index = Int(table[slot])
      if index == -1 { return -1 }
      if index >= 0, entries[index].hash == hash, keyPlace(index).isInt(key) { return index }
      perturb >>= 5
      slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
    }
  }

  final func getString(_ key: StringObject) -> Value? {
    let index = index(ofString: key)
    return index < 0 ? nil : entries[index].value
  }

  /// The index of the entry whose key equals `key`, or -1.
  final func find(_ key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Int {
    if let held = key.uncounted {
      if held.kind == .string, held.isPlain {
        let index: Int = held.as(StringObject.self)._withUnsafeGuaranteedRef { self.index(ofString: $0) }
        if index >= 0 || !hasInstanceKeys { return index }
      }
    } else if case .int(let number) = key {
      let index = index(ofInt: number)
      if index >= 0 || hasOnlyPlainKeys { return index }
    }
    return try findGeneral(key, hash: hash, runtime)
  }

  /// Some key is of a class of the program whose `__eq__` may claim to equal a string.
  private final var hasInstanceKeys = false
  /// All keys so far were ints and plain strings, so that no key can equal an int of other value.
  private final var hasOnlyPlainKeys = true

  /// The index of the entry whose key `isSame` knows, or -1; nil where only the general rule can tell, which may run code of the program.
  @inline(__always)
  final func quickIndex(hash: Int, _ isSame: (UnsafeMutablePointer<Value>) -> Bool?) -> Int? {
    guard let table else {
      var index = 0
      while index < used {
        if entries[index].hash == hash, !keyPlace(index).holdsUndefined {
          guard let same = isSame(keyPlace(index)) else { return nil }
          if same { return index }
        }
        index += 1
      }
      return -1
    }
    let mask = mask
    let entries = entries
    var slot = hash & mask
    var perturb = UInt(bitPattern: hash)
    while true {
      let index = Int(table[slot])
      if index == -1 { return -1 }
      if index >= 0, entries[index].hash == hash {
        guard let same = isSame(keyPlace(index)) else { return nil }
        if same { return index }
      }
      perturb >>= 5
      slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
    }
  }

  private final func findGeneral(_ key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Int {
    var wanted = key
    if let index = quickIndex(hash: hash, { $0.isQuicklySame(as: &wanted) }) { return index }
    restart: while true {
      let before = changes
      guard let table else {
        var index = 0
        while index < used {
          if entries[index].hash == hash, !entries[index].key.isUndefined {
            let candidate = entries[index].key
            if candidate.isIdentical(to: key) { return index }
            let equal = try runtime.equals(candidate, key)
            if changes != before { continue restart }
            if equal { return index }
          }
          index += 1
        }
        return -1
      }
      var slot = hash & mask
      var perturb = UInt(bitPattern: hash)
      while true {
        let index = Int(table[slot])
        if index == -1 { return -1 }
        if index >= 0, entries[index].hash == hash {
          if keyPlace(index).isIdentical(to: key) { return index }
          let equal = try runtime.equals(entries[index].key, key)
          if changes != before { continue restart }
          if equal { return index }
        }
        perturb >>= 5
        slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
      }
    }
  }

  final func get(_ key: Value, _ runtime: Runtime) throws(Raised) -> Value? {
    let index = try find(key, hash: try runtime.hash(key), runtime)
    return index < 0 ? nil : entries[index].value
  }

  final func contains(_ key: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    try find(key, hash: try runtime.hash(key), runtime) >= 0
  }

  /// The index of the first entry, or -1. Removing entries from the front and asking again takes constant time on average.
  final func firstIndex() -> Int {
    while firstCandidate < used {
      if !keyPlace(firstCandidate).holdsUndefined { return firstCandidate }
      firstCandidate += 1
    }
    return -1
  }

  /// The index of the last entry, or -1. The room of deleted entries behind it becomes free: only for who is about to remove it.
  final func lastIndex() -> Int {
    while used > 0, keyPlace(used - 1).holdsUndefined {
      used -= 1
      reclaimed += 1
    }
    firstCandidate = min(firstCandidate, used)
    return used - 1
  }

  // MARK: Changing

  final func set(_ key: Value, _ value: Value, _ runtime: Runtime) throws(Raised) {
    try set(key, hash: try runtime.hash(key), value, runtime)
  }

  final func set(_ key: Value, hash: Int, _ value: Value, _ runtime: Runtime) throws(Raised) {
    let index = try find(key, hash: hash, runtime)
    if index >= 0 {
      valuePlace(index).store(value)
    } else {
      insert(key, hash: hash, value)
    }
  }

  final func setString(_ key: StringObject, _ value: Value) {
    let index = index(ofString: key)
    if index >= 0 {
      valuePlace(index).store(value)
    } else {
      insert(.object(key), hash: key.stringHash, value)
    }
  }

  /// Stores under the string or int that lies at `key`. False: the general rule must decide.
  final func set(keyAt key: UnsafeMutablePointer<Value>, _ value: Value) -> Bool {
    if case .int(let number) = key.number {
      guard hasOnlyPlainKeys else { return false }
      let index = index(ofInt: number)
      if index >= 0 {
        valuePlace(index).store(value)
      } else {
        insert(.int(number), hash: NumericHash.of(number), value)
      }
      return true
    }
    guard key.holdsPlainString, !hasInstanceKeys, let held = key.uncountedObject else { return false }
    let hash = held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.stringHash }
    let index = held.as(StringObject.self)._withUnsafeGuaranteedRef { self.index(ofString: $0) }
    if index >= 0 {
      valuePlace(index).store(value)
    } else {
      insert(key.copied, hash: hash, value)
    }
    return true
  }

  /// Replaces the value of an entry found before.
  @inline(__always)
  final func setValue(at index: Int, _ value: consuming Value) { valuePlace(index).store(value) }

  /// The value of a key; if there is none, the one given, which it has from then on.
  final func value(of key: Value, orInserting value: Value, _ runtime: Runtime) throws(Raised) -> Value {
    let hash = try runtime.hash(key)
    let index = try find(key, hash: hash, runtime)
    if index >= 0 { return entries[index].value }
    insert(key, hash: hash, value)
    return value
  }

  /// Adds an entry whose key is known to be absent.
  final func insert(_ key: Value, hash: Int, _ value: Value) {
    if used + reclaimed >= capacity { resize() }
    if let held = key.uncounted {
      if !held.isPlainKey { hasInstanceKeys = true }
      if held.kind != .string || !held.isPlain { hasOnlyPlainKeys = false }
    } else if case .int = key {
    } else {
      hasOnlyPlainKeys = false
    }
    UnsafeMutableRawPointer(entries + used).storeBytes(of: hash, as: Int.self)
    keyPlace(used).initialize(toCopyOf: key)
    valuePlace(used).initialize(toCopyOf: value)
    if let table { table[freeSlot(table, hash)] = Int32(truncatingIfNeeded: used) }
    used += 1
    count += 1
    changes &+= 1
  }

  /// Removes the entry and returns its value.
  @discardableResult
  final func remove(at index: Int) -> Value {
    if let table {
      var slot = entries[index].hash & mask
      var perturb = UInt(bitPattern: entries[index].hash)
      while Int(table[slot]) != index {
        perturb >>= 5
        slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
      }
      table[slot] = -2
    }
    let key = keyPlace(index).move()
    let value = valuePlace(index).move()
    (entries + index).initialize(to: Entry(hash: 0, key: .undefined, value: .undefined))
    count -= 1
    changes &+= 1
    _ = consume key
    return value
  }

  /// Removes a key. Nil: it was not there.
  final func remove(_ key: Value, _ runtime: Runtime) throws(Raised) -> Value? {
    let index = try find(key, hash: try runtime.hash(key), runtime)
    return index < 0 ? nil : remove(at: index)
  }

  @discardableResult
  final func removeString(_ key: StringObject) -> Value? {
    let index = index(ofString: key)
    return index < 0 ? nil : remove(at: index)
  }

  final func removeAll() {
    let (oldEntries, oldUsed, oldCapacity, oldTable) = (entries, used, capacity, table)
    entries = DictObject.noEntries
    used = 0
    reclaimed = 0
    count = 0
    capacity = 0
    firstCandidate = 0
    table = nil
    mask = 0
    hasInstanceKeys = false
    hasOnlyPlainKeys = true
    changes &+= 1
    oldEntries.deinitialize(count: oldUsed)
    if oldCapacity > 0 { oldEntries.relinquish() }
    oldTable?.relinquish()
  }

  @inline(__always)
  private final func freeSlot(_ table: UnsafeMutablePointer<Int32>, _ hash: Int) -> Int {
    var slot = hash & mask
    var perturb = UInt(bitPattern: hash)
    while table[slot] >= 0 {
      perturb >>= 5
      slot = (slot &* 5 &+ 1 &+ Int(bitPattern: perturb)) & mask
    }
    return slot
  }

  /// Gives a dictionary that has had no entry yet room for so many.
  final func makeRoom(for expected: Int) {
    guard capacity == 0, expected > 0 else { return }
    var slots = 8
    while slots * 2 / 3 < expected { slots *= 2 }
    capacity = slots * 2 / 3
    entries = .obtain(capacity)
    if capacity > DictObject.smallCapacity { rebuildTable() }
  }

  /// Drops deleted entries and makes room for others: as much as CPython does, since where a loop stands among the entries that its
  /// body moves is seen by the program.
  private final func resize() {
    var slots = 8
    while slots < count * 3 { slots *= 2 }
    let newCapacity = slots * 2 / 3
    let memory = newCapacity == capacity ? entries : UnsafeMutablePointer<Entry>.obtain(newCapacity)
    var kept = 0
    for index in 0..<used {
      if entries[index].key.isUndefined {
        (entries + index).deinitialize(count: 1)
      } else {
        if memory + kept != entries + index { (memory + kept).moveInitialize(from: entries + index, count: 1) }
        kept += 1
      }
    }
    if memory != entries {
      if capacity > 0 { entries.relinquish() }
      table?.relinquish()
      table = nil
      entries = memory
      capacity = newCapacity
    }
    used = kept
    reclaimed = 0
    firstCandidate = 0
    changes &+= 1
    if newCapacity > DictObject.smallCapacity { rebuildTable() }
  }

  /// The table has at least half as many slots again as there can be entries.
  private final func rebuildTable() {
    var size = 16
    while size * 2 < capacity * 3 { size *= 2 }
    let table = self.table ?? UnsafeMutablePointer<Int32>.obtain(size)
    table.initialize(repeating: -1, count: size)
    mask = size - 1
    for index in 0..<used { table[freeSlot(table, entries[index].hash)] = Int32(truncatingIfNeeded: index) }
    self.table = table
  }

  // MARK: The whole

  /// Copies of the keys, in order.
  var keys: [Value] { liveEntries.map(\.key) }
  var values: [Value] { liveEntries.map(\.value) }

  var liveEntries: [Entry] { liveEntries(from: 0) }

  private func liveEntries(from start: Int) -> [Entry] {
    var result: [Entry] = []
    result.reserveCapacity(count)
    for index in start..<used where !entries[index].key.isUndefined { result.append(entries[index]) }
    return result
  }

  /// Adds all entries of another dictionary, replacing values of equal keys.
  final func merge(_ other: DictObject, _ runtime: Runtime) throws(Raised) {
    if other === self { return }
    if capacity == 0 { return adopt(other) }
    var index = 0
    while index < other.used {
      // Plain keys run no code of the program.
      let key = other.keyPlace(index)
      if !key.holdsUndefined, !set(keyAt: key, other.valuePlace(index).copied) { break }
      index += 1
    }
    if index == other.used { return }
    let expected = other.count
    for entry in other.liveEntries(from: index) {
      try set(entry.key, hash: entry.hash, entry.value, runtime)
      if other.count != expected { throw runtime.runtimeError("dict mutated during update") }
    }
  }

  /// A plain dictionary with the same entries.
  final func copy(_ runtime: Runtime) -> DictObject {
    let result = DictObject(runtime)
    // As in CPython, the copy has the room of the original, and its holes while they are few.
    if count > 0, count >= used * 2 / 3 { result.takeMemory(of: self) } else { result.adopt(self) }
    return result
  }

  /// Gives a dictionary that has had no entry yet those of another. The table is copied as it is, unless the other has lost many entries.
  private final func adopt(_ other: DictObject) {
    if other.count == 0 { return }
    guard other.count == other.used, other.count * 3 >= other.capacity * 2 || other.capacity <= 5 else {
      for index in 0..<other.used where !other.keyPlace(index).holdsUndefined {
        insert(other.entries[index].key, hash: other.entries[index].hash, other.entries[index].value)
      }
      return
    }
    takeMemory(of: other)
  }

  /// Copies entries and table as they are.
  private final func takeMemory(of other: DictObject) {
    capacity = other.capacity
    entries = .obtain(capacity)
    for index in 0..<other.used {
      entries.setHash(other.entries[index].hash, at: index)
      keyPlace(index).initialize(toCopyAt: other.keyPlace(index))
      valuePlace(index).initialize(toCopyAt: other.valuePlace(index))
    }
    used = other.used
    reclaimed = other.reclaimed
    count = other.count
    mask = other.mask
    hasInstanceKeys = other.hasInstanceKeys
    hasOnlyPlainKeys = other.hasOnlyPlainKeys
    changes &+= 1
    if let table = other.table {
      let copy = UnsafeMutablePointer<Int32>.obtain(mask + 1)
      copy.initialize(from: table, count: mask + 1)
      self.table = copy
    }
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if attributes == nil, type.isHeap, !type.hasNoInstanceDictionary { attributes = DictObject(runtime) }
    return attributes
  }
  override var existingInstanceDictionary: DictObject? { attributes }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    attributes = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    for index in 0..<used {
      tracer.visit(valuePlace(index))
      tracer.visitKey(keyPlace(index))
    }
    tracer.visit(attributes)
  }

  override func clearContents() {
    removeAll()
    attributes = nil
  }

  private final func deinitializeEntries() {
    for index in 0..<used {
      keyPlace(index).deinitializeValues(1)
      valuePlace(index).deinitializeValues(1)
    }
  }

  override func movedOut() -> DictObject {
    let twin = DictObject(type: type)
    (twin.entries, entries) = (entries, twin.entries)
    (twin.used, used) = (used, twin.used)
    (twin.count, count) = (count, twin.count)
    (twin.reclaimed, reclaimed) = (reclaimed, twin.reclaimed)
    (twin.firstCandidate, firstCandidate) = (firstCandidate, twin.firstCandidate)
    (twin.capacity, capacity) = (capacity, twin.capacity)
    (twin.table, table) = (table, twin.table)
    (twin.mask, mask) = (mask, twin.mask)
    (twin.attributes, attributes) = (attributes, twin.attributes)
    (twin.hasInstanceKeys, twin.hasOnlyPlainKeys) = (hasInstanceKeys, hasOnlyPlainKeys)
    return twin
  }

  deinit {
    let machine = machineOfType
    unregister(machine)
    if takesLeave { takeLeave() }
    if !machine.pointee.beginRelease() {
      for index in 0..<used {
        machine.pointee.releaseLater(entries[index].key)
        machine.pointee.releaseLater(entries[index].value)
      }
    }
    deinitializeEntries()
    machine.endRelease()
    if capacity > 0 { entries.relinquish() }
    table?.relinquish()
  }
}

extension UnsafeMutablePointer where Pointee == DictObject.Entry {
  /// Writes the hash of an entry that is not initialised yet.
  @inline(__always)
  fileprivate func setHash(_ hash: Int, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: hash, as: Int.self)
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// Whether a string with the same text as `other` lies here.
  @inline(__always)
  func isString(_ other: StringObject) -> Bool {
    guard let held = uncountedObject else { return false }
    return held._withUnsafeGuaranteedRef { object in
      if object === other { return true }
      guard object.kind == .string, object.isPlainKey else { return false }
      return unsafeDowncast(object, to: StringObject.self).hasSameText(as: other)
    }
  }

  @inline(__always)
  func isInt(_ number: Int) -> Bool {
    tag == ValueTag.int && UnsafeRawPointer(self).load(as: Int.self) == number
  }
}
