/// A `set` or a `frozenset`, told apart by the type.
///
/// Entries lie in insertion order in one array; the table of indices into it is laid out, probed and grown exactly as
/// CPython's set table. That gives two orders of iteration. While every element hashes the same in each run of CPython
/// (numbers, None, tuples of those, ...), elements come in the order of the table, which is the order CPython programs
/// show. A set with an element whose hash differs from run to run there (str, bytes, objects hashed by identity) has no
/// order to reproduce, and its elements come as they were inserted.
///
/// A lookup may call the program's `__eq__`, which may change this very set: every probe looks at `changes` after such
/// a call and starts over if it moved.
final class SetObject: Object {
  struct Entry {
    var hash: Int
    /// `undefined` in a removed entry.
    var key: Value
  }

  /// Entries in use are `entries[0..<used]`, removed ones among them. The table lies behind them in the same memory; there is none before the
  /// first element.
  final private(set) var entries: UnsafeMutablePointer<Entry>
  final private(set) var used = 0
  private final var capacity = 0
  /// Elements.
  final private(set) var count = 0
  /// Changes whenever an element is added, removed or moved.
  final private(set) var changes = 0
  /// `free`, `dummy` (an element was here) or an index into `entries`; `mask + 1` slots.
  private final var table: UnsafeMutablePointer<Int32>?
  private final var mask = SetObject.smallestTable - 1
  /// Slots of the table that are not free.
  private final var fill = 0
  /// Where `pop` goes on searching.
  private final var finger = 0
  /// Whether the order of iteration is that of insertion.
  final private(set) var hasPerRunHash = false
  /// The hash of a frozenset, once computed.
  final var cachedHash: Int?
  final var dictionary: DictObject?

  /// Where the key lies in an entry.
  private static var keyOffset: Int { 8 }
  private static let smallestTable = 8
  private static let linearProbes = 9
  private static let perturbShift: UInt = 5
  private static let free: Int32 = -1
  private static let dummy: Int32 = -2

  init(type: TypeObject) {
    entries = SetObject.noEntries
    super.init(type: type, kind: .set)
    register(type.machine)
  }

  /// An empty `set`.
  convenience init(_ runtime: Runtime) { self.init(type: runtime.types.set) }

  private static var noEntries: UnsafeMutablePointer<Entry> {
    UnsafeMutablePointer(bitPattern: MemoryLayout<Entry>.alignment)!
  }

  // MARK: Iterating

  /// The index of the entry at or after a position, which moves behind it; -1 at the end. Positions start at 0.
  @inline(__always)
  final func next(_ position: inout Int) -> Int {
    if hasPerRunHash {
      while position < used {
        position += 1
        if !keyPlace(position - 1).holdsUndefined { return position - 1 }
      }
      return -1
    }
    guard let table else { return -1 }
    while position <= mask {
      let index = Int(table[position])
      position += 1
      if index >= 0 { return index }
    }
    return -1
  }

  /// Copies of the elements in the order of iteration.
  var elements: [Value] {
    var result: [Value] = []
    result.reserveCapacity(count)
    var position = 0
    while case let index = next(&position), index >= 0 { result.append(entries[index].key) }
    return result
  }

  // MARK: Finding

  final func contains(_ key: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    try slot(of: key, hash: try runtime.hash(key), runtime) >= 0
  }

  @inline(__always)
  final func contains(_ key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    var key = key
    return try contains(keyAt: &key, hash: hash, runtime)
  }

  /// The same for a key where it lies, which may be an element of another set.
  @inline(__always)
  final func contains(keyAt key: UnsafeMutablePointer<Value>, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    try slot(ofKeyAt: key, hash: hash, runtime) >= 0
  }

  /// Whether it contains what lies at `key`, as far as that can be told without running code of the program; nil: it cannot.
  @inline(__always)
  final func quickContains(keyAt key: UnsafeMutablePointer<Value>, hash: Int) -> Bool? {
    if count == 0 { return false }
    return quickContains(hash: hash) { $0.isQuicklySame(as: key) }
  }

  /// The same for what `isSame` knows an element by.
  @inline(__always)
  final func quickContains(hash: Int, _ isSame: (UnsafeMutablePointer<Value>) -> Bool?) -> Bool? {
    let found = search(hash: hash, isSame).slot
    return found == SetObject.unsure ? nil : found >= 0
  }

  /// Where in the table an equal element stands, or -1.
  private final func slot(ofKeyAt key: UnsafeMutablePointer<Value>, hash: Int, _ runtime: Runtime) throws(Raised) -> Int {
    if count == 0 { return -1 }
    let found = search(hash: hash) { $0.isQuicklySame(as: key) }.slot
    if found != SetObject.unsure { return max(found, -1) }
    // The program's `__eq__` may take away what the key lies in.
    return try slot(of: key.copied, hash: hash, runtime)
  }

  /// What `search` gives for a slot where only the general rule can tell whether the elements are equal.
  private static let unsure = Int.min

  /// Walks the table as far as no code of the program has to run. Gives the slot of an element that is the same; or the complement
  /// (`~`) of the free slot that ends the walk, with the last slot on the way, if any, where an element was removed.
  @inline(__always)
  private final func search(hash: Int, _ isSame: (UnsafeMutablePointer<Value>) -> Bool?) -> (slot: Int, reusable: Int) {
    guard let table else { return (~0, -1) }
    let mask = mask
    let entries = UnsafeMutableRawPointer(entries)
    var reusable = -1
    var start = hash & mask
    var perturb = UInt(bitPattern: hash)
    while true {
      let last = start &+ SetObject.linearProbes <= mask ? start &+ SetObject.linearProbes : start
      var slot = start
      while slot <= last {
        let index = Int(table[slot])
        if index >= 0 {
          let entry = entries + index &* MemoryLayout<Entry>.stride
          if entry.load(as: Int.self) == hash {
            let place = (entry + SetObject.keyOffset).assumingMemoryBound(to: Value.self)
            guard let same = isSame(place) else { return (SetObject.unsure, -1) }
            if same { return (slot, -1) }
          }
        } else if index == Int(SetObject.free) {
          return (~slot, reusable)
        } else {
          reusable = slot
        }
        slot &+= 1
      }
      perturb >>= SetObject.perturbShift
      start = Int(bitPattern: UInt(bitPattern: start) &* 5 &+ 1 &+ perturb) & mask
    }
  }

  /// Where in the table an equal element stands, or -1: the general rule.
  private final func slot(of key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Int {
    restart: while true {
      guard count > 0, let table else { return -1 }
      let before = changes
      var start = hash & mask
      var perturb = UInt(bitPattern: hash)
      while true {
        let last = start + SetObject.linearProbes <= mask ? start + SetObject.linearProbes : start
        var slot = start
        while slot <= last {
          let index = table[slot]
          if index == SetObject.free { return -1 }
          if index >= 0, entries[Int(index)].hash == hash {
            if let same = keyPlace(Int(index)).isSameAtSight(as: key) {
              if same { return slot }
            } else {
              let equal = try runtime.equals(entries[Int(index)].key, key)
              if changes != before { continue restart }
              if equal { return slot }
            }
          }
          slot += 1
        }
        start = following(start, &perturb)
      }
    }
  }

  /// Where the element of an entry lies.
  @inline(__always)
  final func keyPlace(_ index: Int) -> UnsafeMutablePointer<Value> {
    (UnsafeMutableRawPointer(entries + index) + SetObject.keyOffset).assumingMemoryBound(to: Value.self)
  }

  @inline(__always)
  private final func following(_ start: Int, _ perturb: inout UInt) -> Int {
    perturb >>= SetObject.perturbShift
    return Int(bitPattern: UInt(bitPattern: start) &* 5 &+ 1 &+ perturb) & mask
  }

  // MARK: Changing

  /// Adds an element unless an equal one is there. Whether it was added.
  @discardableResult
  final func add(_ key: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    var key = key
    if let hash = withUnsafeMutablePointer(to: &key, { $0.quickHash }) { return try add(keyAt: &key, hash: hash, runtime) }
    return try add(key, hash: try runtime.hash(key), runtime)
  }

  @discardableResult
  final func add(_ key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    var key = key
    return try add(keyAt: &key, hash: hash, runtime)
  }

  /// Adds a copy of what lies at `key`, which may be an element of another set, unless an equal element is there. Whether it was added.
  @discardableResult
  final func add(keyAt key: UnsafeMutablePointer<Value>, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    if table == nil { _ = makeTable() }
    let found = search(hash: hash) { $0.isQuicklySame(as: key) }
    if found.slot >= 0 { return false }
    // The program's `__eq__` may take away what the key lies in.
    if found.slot == SetObject.unsure { return try addUnsure(key.copied, hash: hash, runtime) }
    place(key, hash: hash, at: found.reusable >= 0 ? found.reusable : ~found.slot, isFree: found.reusable < 0, runtime)
    return true
  }

  /// Adds a copy of what lies at `key`, which no element is equal to.
  final func addNew(keyAt key: UnsafeMutablePointer<Value>, hash: Int, _ runtime: Runtime) {
    let table = self.table ?? makeTable()
    place(key, hash: hash, at: freeSlot(table, hash: hash), isFree: true, runtime)
  }

  private final func addUnsure(_ key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    var key = key
    restart: while true {
      let table = self.table ?? makeTable()
      let before = changes
      var reusable = -1
      var start = hash & mask
      var perturb = UInt(bitPattern: hash)
      while true {
        let last = start + SetObject.linearProbes <= mask ? start + SetObject.linearProbes : start
        var slot = start
        while slot <= last {
          let index = table[slot]
          if index == SetObject.free {
            place(&key, hash: hash, at: reusable >= 0 ? reusable : slot, isFree: reusable < 0, runtime)
            return true
          }
          if index == SetObject.dummy {
            reusable = slot
          } else if entries[Int(index)].hash == hash {
            if let same = keyPlace(Int(index)).isSameAtSight(as: key) {
              if same { return false }
            } else {
              let equal = try runtime.equals(entries[Int(index)].key, key)
              if equal { return false }
              if changes != before { continue restart }
            }
          }
          slot += 1
        }
        start = following(start, &perturb)
      }
    }
  }

  @inline(__always)
  private final func place(_ key: UnsafeMutablePointer<Value>, hash: Int, at slot: Int, isFree: Bool, _ runtime: Runtime) {
    if !hasPerRunHash, key.tag != ValueTag.int, !runtime.hashesAlike(key.pointee) { hasPerRunHash = true }
    if used == capacity { compact() }
    UnsafeMutableRawPointer(entries + used).storeBytes(of: hash, as: Int.self)
    keyPlace(used).initialize(toCopyAt: key)
    table.unsafelyUnwrapped[slot] = Int32(truncatingIfNeeded: used)
    used += 1
    count += 1
    changes &+= 1
    if isFree {
      fill += 1
      if fill * 5 >= mask * 3 { resize(leastSize: count > 50000 ? count * 2 : count * 4) }
    }
  }

  /// Removes an element. Whether it was there.
  final func remove(_ key: Value, _ runtime: Runtime) throws(Raised) -> Bool {
    try remove(key, hash: try runtime.hash(key), runtime)
  }

  final func remove(_ key: Value, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    var key = key
    return try remove(keyAt: &key, hash: hash, runtime)
  }

  /// Removes what is equal to what lies at `key`, which may be an element of another set. Whether it was there.
  @inline(__always)
  final func remove(keyAt key: UnsafeMutablePointer<Value>, hash: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    let slot = try slot(ofKeyAt: key, hash: hash, runtime)
    if slot < 0 { return false }
    _ = removeEntry(at: slot)
    return true
  }

  private final func removeEntry(at slot: Int) -> Value {
    let index = Int(table.unsafelyUnwrapped[slot])
    table.unsafelyUnwrapped[slot] = SetObject.dummy
    let key = keyPlace(index).move()
    keyPlace(index).initialize(to: .undefined)
    count -= 1
    changes &+= 1
    return key
  }

  /// Removes and returns the element CPython would: the next one in the table. Nil: the set is empty.
  final func pop() -> Value? {
    guard count > 0, let table else { return nil }
    if hasPerRunHash { return popFirstInserted(table) }
    var slot = finger & mask
    while table[slot] < 0 { slot = slot == mask ? 0 : slot + 1 }
    finger = slot + 1
    return removeEntry(at: slot)
  }

  private final func popFirstInserted(_ table: UnsafeMutablePointer<Int32>) -> Value? {
    var index = finger < used ? finger : 0
    while entries[index].key.isUndefined { index = index + 1 == used ? 0 : index + 1 }
    finger = index + 1
    var start = entries[index].hash & mask
    var perturb = UInt(bitPattern: entries[index].hash)
    while true {
      let last = start + SetObject.linearProbes <= mask ? start + SetObject.linearProbes : start
      for slot in start...last where Int(table[slot]) == index { return removeEntry(at: slot) }
      start = following(start, &perturb)
    }
  }

  final func removeAll() {
    let (oldEntries, oldUsed, oldCapacity) = (entries, used, capacity)
    entries = SetObject.noEntries
    used = 0
    capacity = 0
    count = 0
    fill = 0
    hasPerRunHash = false
    mask = SetObject.smallestTable - 1
    table = nil
    changes &+= 1
    SetObject.release(oldEntries, oldUsed)
    if oldCapacity > 0 { oldEntries.relinquish() }
  }

  private static func release(_ entries: UnsafeMutablePointer<Entry>, _ count: Int) {
    var entry = UnsafeMutableRawPointer(entries) + keyOffset
    for _ in 0..<count {
      entry.assumingMemoryBound(to: Value.self).drop()
      entry += MemoryLayout<Entry>.stride
    }
  }

  /// Initialises an entry with a copy of another set's.
  @inline(__always)
  private static func copy(_ source: UnsafeMutablePointer<Entry>, to entry: UnsafeMutablePointer<Entry>) {
    let (from, to) = (UnsafeMutableRawPointer(source), UnsafeMutableRawPointer(entry))
    to.storeBytes(of: from.load(as: Int.self), as: Int.self)
    (to + keyOffset).assumingMemoryBound(to: Value.self)
      .initialize(toCopyAt: (from + keyOffset).assumingMemoryBound(to: Value.self))
  }

  /// Exchanges elements with another set.
  final func swapElements(with other: SetObject) {
    // Not with `swap`: a property passed inout anywhere is checked for exclusive access everywhere.
    let own = (entries, used, capacity, count, table, mask, fill, hasPerRunHash)
    (entries, used, capacity) = (other.entries, other.used, other.capacity)
    (count, table, mask) = (other.count, other.table, other.mask)
    (fill, hasPerRunHash) = (other.fill, other.hasPerRunHash)
    (other.entries, other.used, other.capacity, other.count) = (own.0, own.1, own.2, own.3)
    (other.table, other.mask, other.fill, other.hasPerRunHash) = (own.4, own.5, own.6, own.7)
    changes &+= 1
    other.changes &+= 1
  }

  // MARK: The table

  /// Memory for the first elements.
  @inline(never)
  private final func makeTable() -> UnsafeMutablePointer<Int32> {
    let made = SetObject.memory(mask: mask)
    (entries, capacity, table) = (made.entries, made.capacity, made.table)
    return made.table
  }

  /// Memory for a table of `mask + 1` slots, all free, and the entries that it takes before it grows; with room for some more, so that a set
  /// which keeps losing and getting elements does not keep moving them.
  @inline(__always)
  private static func memory(
    mask: Int
  ) -> (entries: UnsafeMutablePointer<Entry>, capacity: Int, table: UnsafeMutablePointer<Int32>) {
    let limit = mask &* 3 / 5
    let capacity = limit &+ limit >> 2 &+ 2
    let entriesSize = capacity &* MemoryLayout<Entry>.stride
    let size = entriesSize &+ (mask &+ 1) &* MemoryLayout<Int32>.stride
    let memory = UnsafeMutableRawPointer(UnsafeMutablePointer<UInt8>.obtain(size))
    let table = (memory + entriesSize).assumingMemoryBound(to: Int32.self)
    table.initialize(repeating: SetObject.free, count: mask &+ 1)
    return (memory.assumingMemoryBound(to: Entry.self), capacity, table)
  }

  /// Makes a table of more than `leastSize` slots and fills it anew, without dummies.
  private final func resize(leastSize: Int) {
    var size = SetObject.smallestTable
    while size <= leastSize { size *= 2 }
    if size == mask + 1, size == SetObject.smallestTable, fill == count { return }
    let (oldEntries, oldUsed, oldCapacity, oldTable, oldMask) = (entries, used, capacity, table, mask)
    mask = size - 1
    let made = SetObject.memory(mask: mask)
    (entries, capacity, table) = (made.entries, made.capacity, made.table)
    fill = count
    used = count
    changes &+= 1
    guard let oldTable else { return }
    if oldUsed == count {
      entries.moveInitialize(from: oldEntries, count: count)
      for slot in 0...oldMask where oldTable[slot] >= 0 { fillFreeSlot(made.table, oldTable[slot]) }
    } else {
      SetObject.moveLiveEntries(oldEntries, oldUsed, to: entries) { newIndices in
        for slot in 0...oldMask where oldTable[slot] >= 0 { fillFreeSlot(made.table, newIndices[Int(oldTable[slot])]) }
      }
    }
    if oldCapacity > 0 { oldEntries.relinquish() }
  }

  @inline(__always)
  private final func fillFreeSlot(_ table: UnsafeMutablePointer<Int32>, _ index: Int32) {
    table[freeSlot(table, hash: entries[Int(index)].hash)] = index
  }

  @inline(__always)
  private final func freeSlot(_ table: UnsafeMutablePointer<Int32>, hash: Int) -> Int {
    let mask = mask
    var start = hash & mask
    var perturb = UInt(bitPattern: hash)
    while true {
      let last = start + SetObject.linearProbes <= mask ? start + SetObject.linearProbes : start
      var slot = start
      while slot <= last {
        if table[slot] == SetObject.free { return slot }
        slot += 1
      }
      start = following(start, &perturb)
    }
  }

  /// Drops removed entries: there are more entries than the table takes elements.
  @inline(never)
  private final func compact() {
    guard let table else { return }
    SetObject.moveLiveEntries(entries, used, to: entries) { newIndices in
      for slot in 0...mask where table[slot] >= 0 { table[slot] = newIndices[Int(table[slot])] }
    }
    used = count
    changes &+= 1
  }

  /// Moves the entries that were not removed to `target`, which may be where they are. `body` gets the new index of each.
  private static func moveLiveEntries(
    _ entries: UnsafeMutablePointer<Entry>, _ used: Int, to target: UnsafeMutablePointer<Entry>,
    _ body: (UnsafeMutablePointer<Int32>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: used) { newIndices in
      guard let indices = newIndices.baseAddress else { return }
      var kept = 0
      for index in 0..<used {
        indices[index] = Int32(truncatingIfNeeded: kept)
        // A removed entry holds nothing that has to be released.
        let key = (UnsafeMutableRawPointer(entries + index) + keyOffset).assumingMemoryBound(to: Value.self)
        if key.holdsUndefined { continue }
        if target + kept != entries + index { (target + kept).moveInitialize(from: entries + index, count: 1) }
        kept += 1
      }
      body(indices)
    }
  }

  // MARK: Whole sets

  /// Adds the elements of another set, laid out as CPython's `set.update` lays them out.
  final func merge(_ other: SetObject, _ runtime: Runtime) throws(Raised) {
    if other === self || other.count == 0 { return }
    makeRoom(expecting: other.count)
    if fill == 0 {
      adopt(other)
      return
    }
    var position = 0
    while case let index = other.next(&position), index >= 0 {
      try add(keyAt: other.keyPlace(index), hash: other.entries[index].hash, runtime)
    }
  }

  /// Takes over the elements of another set, whose number the table of this empty one has room for.
  private final func adopt(_ other: SetObject) {
    let copiesLayout = mask == other.mask && other.fill == other.count
    let table = self.table ?? makeTable()
    let memory = entries
    hasPerRunHash = other.hasPerRunHash
    if copiesLayout, other.used == other.count, let otherTable = other.table {
      for index in 0..<other.used { SetObject.copy(other.entries + index, to: memory + index) }
      used = other.used
      table.update(from: otherTable, count: mask + 1)
    } else if copiesLayout, let otherTable = other.table {
      for slot in 0...mask where otherTable[slot] >= 0 {
        SetObject.copy(other.entries + Int(otherTable[slot]), to: memory + used)
        table[slot] = Int32(truncatingIfNeeded: used)
        used += 1
      }
    } else {
      var position = 0
      while case let index = other.next(&position), index >= 0 {
        SetObject.copy(other.entries + index, to: memory + used)
        fillFreeSlot(table, Int32(truncatingIfNeeded: used))
        used += 1
      }
    }
    fill = other.count
    count = other.count
    changes &+= 1
  }

  /// A set of the given type with the same elements.
  final func copy(type: TypeObject, _ runtime: Runtime) throws(Raised) -> SetObject {
    let result = SetObject(type: type)
    try result.merge(self, runtime)
    return result
  }

  /// Grows once for as many more elements, as CPython does before it adds a dictionary's keys.
  final func makeRoom(expecting additional: Int) {
    if (fill + additional) * 5 >= mask * 3 { resize(leastSize: (count + additional) * 2) }
  }

  /// Makes the table smaller when more than a quarter of it are dummies, as CPython does after a difference.
  final func dropDummies() {
    if fill - count <= mask / 4 { return }
    resize(leastSize: count > 50000 ? count * 2 : count * 4)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    for index in 0..<used { tracer.visit(keyPlace(index)) }
    tracer.visit(dictionary)
  }

  override func clearContents() {
    removeAll()
    dictionary = nil
  }

  override func movedOut() -> SetObject {
    let twin = SetObject(type: type)
    (twin.entries, entries) = (entries, twin.entries)
    (twin.used, used) = (used, twin.used)
    (twin.capacity, capacity) = (capacity, twin.capacity)
    (twin.count, count) = (count, twin.count)
    (twin.table, table) = (table, twin.table)
    (twin.mask, mask) = (mask, twin.mask)
    (twin.fill, fill) = (fill, twin.fill)
    (twin.dictionary, dictionary) = (dictionary, twin.dictionary)
    (twin.finger, twin.hasPerRunHash, twin.cachedHash) = (finger, hasPerRunHash, cachedHash)
    return twin
  }

  deinit {
    let machine = machineOfType
    unregister(machine)
    if takesLeave { takeLeave() }
    if !machine.pointee.beginRelease() {
      for index in 0..<used { machine.pointee.releaseLater(entries[index].key) }
    }
    SetObject.release(entries, used)
    machine.endRelease()
    if capacity > 0 { entries.relinquish() }
  }
}

extension Runtime {
  /// Whether CPython gives the value the same hash in every run.
  @inline(__always)
  func hashesAlike(_ value: Value) -> Bool {
    switch value {
    case .int, .bool, .none: true
    case .float(let number): !number.isNaN
    case .object(let object): hashesAlike(object, depth: 0)
    case .ellipsis, .notImplemented, .undefined: false
    }
  }

  private func hashesAlike(_ object: Object, depth: Int) -> Bool {
    if object.type.special(.hash) != nil { return true }
    switch object.kind {
    case .bigInt, .complex, .range: return true
    case .intInstance, .floatInstance: return hashesAlike(unsafeDowncast(object, to: NumberInstance.self).number)
    case .tuple:
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      for index in 0..<tuple.count where !hashesAlike(tuple[index], depth: depth + 1) { return false }
      return true
    case .set: return !unsafeDowncast(object, to: SetObject.self).hasPerRunHash
    case .slice:
      let slice = unsafeDowncast(object, to: SliceObject.self)
      return hashesAlike(slice.start) && hashesAlike(slice.stop) && hashesAlike(slice.step)
    case .instance, .other:
      guard let method = object.type.lookup(names[.hash]) else { return false }
      return !method.isIdentical(to: types.object.lookup(names[.hash]) ?? .undefined)
    default: return false
    }
  }

  private func hashesAlike(_ value: Value, depth: Int) -> Bool {
    guard depth < 50, case .object(let object) = value else { return depth < 50 && hashesAlike(value) }
    return hashesAlike(object, depth: depth)
  }
}
