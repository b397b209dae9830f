/// A `list`.
///
/// The storage is the object's own memory, not an Array: code that runs a program's functions between two accesses
/// must look at `count` again, and nothing traps when the program has changed the list meanwhile.
final class ListObject: Object {
  final private(set) var items: UnsafeMutablePointer<Value>
  final private(set) var count: Int
  /// From `items` on.
  private final var capacity: Int
  /// Places of its memory in front of `items`: what was removed near the beginning left them, and what is inserted there takes them.
  private final var gap = 0
  final var dictionary: DictObject?
  /// While `sort` works on the elements, which it took out: a change by the program is noticed by this.
  final var changes = 0

  init(_ runtime: Runtime, capacity: Int = 0) {
    items = capacity > 0 ? .obtain(capacity) : ListObject.noItems
    count = 0
    self.capacity = capacity
    super.init(type: runtime.types.list, kind: .list)
    register(runtime.machine)
  }

  /// Where the elements of a list lie that has no memory yet.
  private static var noItems: UnsafeMutablePointer<Value> {
    UnsafeMutablePointer(bitPattern: MemoryLayout<Value>.alignment).unsafelyUnwrapped
  }

  convenience init(_ runtime: Runtime, _ values: [Value]) {
    self.init(runtime, capacity: values.count)
    append(contentsOf: values)
  }

  init(type: TypeObject) {
    items = ListObject.noItems
    count = 0
    capacity = 0
    super.init(type: type, kind: .list)
    register(type.machine)
  }

  /// The element at a position that the caller has checked against `count`.
  @inline(__always)
  subscript(_ index: Int) -> Value {
    get { (items + index).copied }
    set { (items + index).store(newValue) }
  }

  /// The element at a position that may be any; `undefined` where there is none.
  @inline(__always)
  final func element(at index: Int) -> Value {
    UInt(bitPattern: index) < UInt(bitPattern: count) ? (items + index).copied : .undefined
  }

  /// How many more elements its memory takes.
  final var room: Int { capacity - count }

  /// A copy of the elements.
  var array: [Value] {
    Array(unsafeUninitializedCapacity: count) { copies, copied in
      if let base = copies.baseAddress { base.initializeCopies(of: items, count: count) }
      copied = count
    }
  }

  @inline(__always)
  final func append(_ value: consuming Value) {
    if count == capacity { grow(to: count + 1) }
    (items + count).initialize(to: value)
    count += 1
  }

  /// The place for one more element, which the caller fills at once.
  @inline(__always)
  final func addPlace() -> UnsafeMutablePointer<Value> {
    if count == capacity { grow(to: count + 1) }
    count += 1
    return items + (count - 1)
  }

  /// Adds copies of `count` values that lie from `source` on, `step` values apart.
  final func append(copiesOf source: UnsafeMutablePointer<Value>, count added: Int, step: Int = 1) {
    grow(to: count + added)
    (items + count).initializeCopies(of: source, count: added, step: step)
    count += added
  }

  /// Adds `added` copies of what lies at `source`.
  final func append(repeating source: UnsafeMutablePointer<Value>, count added: Int) {
    if source.tag == ValueTag.object { return append(copiesOf: source, count: added, step: 0) }
    grow(to: count + added)
    // Plain memory.
    let words = UnsafeRawPointer(source).load(as: (UInt, UInt).self)
    UnsafeMutableRawPointer(items + count).assumingMemoryBound(to: (UInt, UInt).self).initialize(repeating: words, count: added)
    count += added
  }

  final func append(contentsOf values: [Value]) {
    grow(to: count + values.count)
    for value in values {
      (items + count).initialize(to: value)
      count += 1
    }
  }

  /// At a position from 0 through `count`. The shorter part makes way.
  final func insert(_ value: Value, at index: Int) {
    if index < count >> 1, gap > 0 || count >= 32 {
      if gap == 0 { makeGap() }
      (items - 1).moveInitialize(from: items, count: index)
      items -= 1
      gap -= 1
      capacity += 1
    } else {
      if count == capacity { grow(to: count + 1) }
      (items + index + 1).moveInitialize(from: items + index, count: count - index)
    }
    (items + index).initialize(to: value)
    count += 1
  }

  /// The shorter part closes the hole.
  final func remove(at index: Int) -> Value {
    let value = (items + index).move()
    if index < count >> 1 {
      (items + 1).moveInitialize(from: items, count: index)
      items += 1
      gap += 1
      capacity -= 1
    } else {
      (items + index).moveInitialize(from: items + index + 1, count: count - index - 1)
    }
    count -= 1
    return value
  }

  /// Moves to memory with room in front, for as many elements as makes many insertions there cheap.
  private final func makeGap() {
    let room = count >> 1
    let memory = UnsafeMutablePointer<Value>.obtain(room + capacity)
    (memory + room).moveInitialize(from: items, count: count)
    (items - gap).relinquish()
    items = memory + room
    gap = room
  }

  /// Replaces a span (within `count`) by other elements.
  final func replace(_ span: Range<Int>, with values: [Value]) {
    var values = values
    values.withUnsafeMutableBufferPointer { values in
      let source = values.baseAddress ?? items
      replace(span, withCopiesOf: source, count: values.count)
    }
  }

  /// Replaces a span (within `count`) by copies of `added` values that lie elsewhere.
  final func replace(_ span: Range<Int>, withCopiesOf source: UnsafeMutablePointer<Value>, count added: Int) {
    if added == span.count, !holdsObjects(span) {
      return (items + span.lowerBound).initializeCopies(of: source, count: added)
    }
    // The old elements are moved out, and released when the list is whole again: that may run code of the program.
    let old = UnsafeMutablePointer<Value>.obtain(span.count)
    old.moveInitialize(from: items + span.lowerBound, count: span.count)
    let tail = count - span.upperBound
    let newCount = count - span.count + added
    if added <= span.count, span.lowerBound < tail {
      // What lies in front is the shorter part: it closes the hole.
      let freed = span.count - added
      (items + freed).moveInitialize(from: items, count: span.lowerBound)
      items += freed
      gap += freed
      capacity -= freed
    } else {
      // The list is a row of `lowerBound` elements, a hole and the tail while it grows: moved as plain memory.
      grow(to: newCount)
      if added != span.count {
        (items + span.lowerBound + added).moveInitialize(from: items + span.upperBound, count: tail)
      }
    }
    (items + span.lowerBound).initializeCopies(of: source, count: added)
    count = newCount
    // From the end, as CPython does.
    var place = old + span.count
    while place > old {
      place -= 1
      place.drop()
    }
    old.relinquish()
  }

  private func holdsObjects(_ span: Range<Int>) -> Bool {
    var place = items + span.lowerBound
    let end = items + span.upperBound
    while place < end {
      if place.tag == ValueTag.object { return true }
      place += 1
    }
    return false
  }

  final func removeAll() {
    let memory = takeMemory()
    memory.items.deinitializeValues(memory.count)
    if memory.capacity + memory.gap > 0 { (memory.items - memory.gap).relinquish() }
  }

  /// The elements with the memory they lie in.
  struct Memory {
    let items: UnsafeMutablePointer<Value>
    let count: Int
    fileprivate let capacity: Int
    fileprivate let gap: Int
  }

  /// Empties the list and returns what it held, for `giveBack`.
  final func takeMemory() -> Memory {
    let memory = Memory(items: items, count: count, capacity: capacity, gap: gap)
    items = ListObject.noItems
    count = 0
    capacity = 0
    gap = 0
    return memory
  }

  /// Holds these elements again, and no others.
  final func giveBack(_ memory: Memory) {
    removeAll()
    items = memory.items
    count = memory.count
    capacity = memory.capacity
    gap = memory.gap
  }

  final func reverse() {
    var elements = UnsafeMutableBufferPointer(start: items, count: count)
    elements.reverse()
  }

  /// Makes room for `needed` elements in all, by half as much again as CPython grows.
  final func grow(to needed: Int) {
    guard needed > capacity else { return }
    let start = items - gap
    if gap > 0, needed <= capacity + gap, count <= 32 || gap > count >> 1 {
      // A queue: what was removed in front is enough for what is added behind. Seldom, or little to move.
      start.moveInitialize(from: items, count: count)
      capacity += gap
      (items, gap) = (start, 0)
      return
    }
    let larger = max(needed, capacity + capacity >> 1, 4)
    let memory = UnsafeMutablePointer<Value>.obtain(larger)
    memory.moveInitialize(from: items, count: count)
    if capacity + gap > 0 { start.relinquish() }
    (items, gap) = (memory, 0)
    capacity = larger
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
    tracer.visitBackwards(items, count)
    tracer.visit(dictionary)
  }

  override func clearContents() {
    removeAll()
    dictionary = nil
  }

  override func movedOut() -> ListObject {
    let twin = ListObject(type: type)
    (twin.items, items) = (items, twin.items)
    (twin.count, count) = (count, twin.count)
    (twin.capacity, capacity) = (capacity, twin.capacity)
    (twin.gap, gap) = (gap, twin.gap)
    (twin.dictionary, dictionary) = (dictionary, twin.dictionary)
    return twin
  }

  deinit {
    let machine = machineOfType
    unregister(machine)
    if takesLeave { takeLeave() }
    releaseElements(items, count, machine: machine)
    if capacity + gap > 0 { (items - gap).relinquish() }
  }
}

extension Unmanaged where Instance == ListObject {
  /// `ListObject.append`, without counting a reference to the list.
  @inline(__always)
  func append(_ value: consuming Value) { _withUnsafeGuaranteedRef { $0.addPlace() }.initialize(to: value) }
}

/// Frees the elements of a container that dies, without recursing ever deeper on the native stack.
@inline(__always)
func releaseElements(_ items: UnsafeMutablePointer<Value>, _ count: Int, machine: UnsafeMutablePointer<Machine>) {
  if !machine.pointee.beginRelease() {
    for index in 0..<count { machine.pointee.releaseLater(items[index]) }
  }
  // From the end, as CPython does: `__del__` shows it.
  var place = items + count
  while place > items {
    place -= 1
    place.drop()
  }
  machine.endRelease()
}

extension Object {
  /// The machine, reached without counting: for deinits.
  @inline(__always)
  final var machineOfType: UnsafeMutablePointer<Machine> {
    Unmanaged<TypeObject>.fromOpaque(typePointer)._withUnsafeGuaranteedRef { $0.machine }
  }
}
