/// `heapq`: lists kept as binary heaps, with CPython's order of comparisons.
extension Runtime {
  func makeHeapqModule() -> ModuleObject {
    let module = ModuleObject(self, name: "heapq")
    module.define(self, "heappush", "heap, item, /") { (runtime, arguments) throws(Raised) in
      try runtime.heapPush(try runtime.heap(arguments[0], "heappush() argument 1"), arguments[1])
      return .none
    }
    module.define(self, "heappop", "heap, /") { (runtime, arguments) throws(Raised) in
      let heap = try runtime.heap(arguments[0], "heappop() argument")
      if heap.count == 0 { throw runtime.indexError("index out of range") }
      return try runtime.heapPop(heap)
    }
    module.define(self, "heapreplace", "heap, item, /") { (runtime, arguments) throws(Raised) in
      let heap = try runtime.heap(arguments[0], "heapreplace() argument 1")
      if heap.count == 0 { throw runtime.indexError("index out of range") }
      let smallest = heap[0]
      heap[0] = arguments[1]
      try runtime.siftUp(heap, 0)
      return smallest
    }
    module.define(self, "heappushpop", "heap, item, /") { (runtime, arguments) throws(Raised) in
      let heap = try runtime.heap(arguments[0], "heappushpop() argument 1")
      if heap.count == 0 { return arguments[1] }
      if try !runtime.isLess(heap[0], arguments[1]) { return arguments[1] }
      if heap.count == 0 { throw runtime.indexError("index out of range") }
      let smallest = heap[0]
      heap[0] = arguments[1]
      try runtime.siftUp(heap, 0)
      return smallest
    }
    module.define(self, "heapify", "heap, /") { (runtime, arguments) throws(Raised) in
      let heap = try runtime.heap(arguments[0], "heapify() argument")
      try heapify(heap.count) { (position) throws(Raised) in try runtime.siftUp(heap, position) }
      return .none
    }
    for (name, isLargest) in [("nsmallest", false), ("nlargest", true)] {
      module.define(self, name, "n, iterable, key=None") { (runtime, arguments) throws(Raised) in
        .object(try runtime.extremes(arguments[0], arguments[1], key: arguments[2].defined ?? .none, isLargest: isLargest))
      }
    }
    module.markAsPython(self, ["nsmallest", "nlargest"])
    module.define(self, "merge", "*iterables, key=None, reverse=False") { (runtime, arguments) throws(Raised) in
      let (key, reverse) = try runtime.keywordPair(arguments, "merge", "key", "reverse")
      let isReversed = reverse.isUndefined ? false : try runtime.isTrue(reverse)
      return .object(
        MergeIterator(runtime, arguments.positional, key: key.defined ?? .none, isReversed: isReversed))
    }
    return module
  }

  func heapPush(_ heap: ListObject, _ item: Value) throws(Raised) {
    heap.append(item)
    try siftDown(heap, from: 0, heap.count - 1)
  }

  /// There must be an element.
  func heapPop(_ heap: ListObject) throws(Raised) -> Value {
    let last = heap.remove(at: heap.count - 1)
    if heap.count == 0 { return last }
    let smallest = heap[0]
    heap[0] = last
    try siftUp(heap, 0)
    return smallest
  }

  private func heap(_ value: Value, _ place: String) throws(Raised) -> ListObject {
    guard let list = value.list else { throw typeError("\(place) must be list, not \(typeName(value))") }
    return list
  }

  private func siftDown(_ heap: ListObject, from start: Int, _ position: Int) throws(Raised) {
    let count = heap.count
    try Pya.siftDown(
      from: start, position, { (a, b) throws(Raised) in try isLessInHeap(heap, a, b, count) }, { heap.items.swapValues($0, $1) })
  }

  private func siftUp(_ heap: ListObject, _ position: Int) throws(Raised) {
    let count = heap.count
    try Pya.siftUp(
      position, of: count, { (a, b) throws(Raised) in try isLessInHeap(heap, a, b, count) }, { heap.items.swapValues($0, $1) })
  }

  @inline(__always)
  private func isLessInHeap(_ heap: ListObject, _ a: Int, _ b: Int, _ count: Int) throws(Raised) -> Bool {
    let result = try isLess(heap[a], heap[b])
    if heap.count != count { throw runtimeError("list changed size during iteration") }
    return result
  }
}

// The algorithms of CPython's heaps, with its order of comparisons, whatever lies in them and is compared how.

/// Moves the element at `position` toward `start` until its parent need not come behind it.
@inline(__always)
private func siftDown(
  from start: Int, _ position: Int, _ comesBefore: (Int, Int) throws(Raised) -> Bool, _ swap: (Int, Int) -> Void
) throws(Raised) {
  var position = position
  while position > start {
    let parent = (position - 1) >> 1
    if try !comesBefore(position, parent) { return }
    swap(position, parent)
    position = parent
  }
}

/// Moves the child that comes first up until a leaf is reached, then what was at `position` back up to its place.
@inline(__always)
private func siftUp(
  _ position: Int, of count: Int, _ comesBefore: (Int, Int) throws(Raised) -> Bool, _ swap: (Int, Int) -> Void
) throws(Raised) {
  var current = position
  while current < count >> 1 {
    var child = 2 * current + 1
    if child + 1 < count, try !comesBefore(child, child + 1) { child += 1 }
    swap(child, current)
    current = child
  }
  try siftDown(from: position, current, comesBefore, swap)
}

private func heapify(_ count: Int, _ siftUp: (Int) throws(Raised) -> Void) throws(Raised) {
  for position in (0..<count / 2).reversed() { try siftUp(position) }
}

extension Runtime {
  /// `nsmallest`, `nlargest`: a heap of the best so far, the worst of them on top, as CPython's.
  fileprivate func extremes(_ number: Value, _ iterable: Value, key: Value, isLargest: Bool) throws(Raised) -> ListObject {
    if try isTrue(try compare(.equal, number, .int(1))) { return try extreme(iterable, key: key, isLargest: isLargest) }
    if let size = try lengthIfAny(iterable), try isTrue(try compare(.greaterEqual, number, .int(size))) {
      let list = ListObject(self)
      try extend(list, with: iterable)
      try sort(list, key: key, isReversed: isLargest)
      let count = try index(number)
      list.replace(min(max(count, 0), list.count)..<list.count, with: [])
      return list
    }
    let count = try index(number)
    let source = try iterator(iterable)
    let heap = EntryHeap(isReversed: !isLargest)
    let step = isLargest ? -1 : 1
    while heap.entries.count < count {
      let value = try source.next(self)
      if value.isUndefined { break }
      heap.entries.append(.init(key: key.isNone ? value : try call(key, value), order: heap.entries.count * step, value: value))
    }
    if heap.entries.isEmpty { return ListObject(self) }
    try heap.heapify(self)
    var order = count * step
    while true {
      let value = try source.next(self)
      if value.isUndefined { break }
      let valueKey = key.isNone ? value : try call(key, value)
      let top = heap.entries[0].key
      guard isLargest ? try isLess(top, valueKey) : try isLess(valueKey, top) else { continue }
      heap.entries[0] = .init(key: valueKey, order: order, value: value)
      order += step
      try heap.siftUp(0, self)
    }
    // Sorted as the tuples they are in CPython.
    let tuples = heap.entries.map { Value.object(TupleObject(self, [$0.key, .int($0.order), $0.value])) }
    let sorted = ListObject(self, tuples)
    try sort(sorted, key: .none, isReversed: isLargest)
    return ListObject(self, sorted.array.map { $0.tuple?[2] ?? .none })
  }

  /// The one smallest or largest, as `min` and `max` find it.
  private func extreme(_ iterable: Value, key: Value, isLargest: Bool) throws(Raised) -> ListObject {
    let source = try iterator(iterable)
    var best: (key: Value, value: Value)?
    while true {
      let value = try source.next(self)
      if value.isUndefined { break }
      let valueKey = key.isNone ? value : try call(key, value)
      if let best, try !isTrue(try compare(isLargest ? .greater : .less, valueKey, best.key)) { continue }
      best = (valueKey, value)
    }
    return ListObject(self, best.map { [$0.value] } ?? [])
  }

  private func lengthIfAny(_ value: Value) throws(Raised) -> Int? {
    do throws(Raised) { return try length(value) } catch {
      if matches(error, "TypeError") || matches(error, "AttributeError") { return nil }
      throw error
    }
  }
}

/// A heap of values that are compared by keys, and where these are equal by a number: as CPython does it with lists and tuples.
private final class EntryHeap {
  struct Entry {
    var key: Value
    let order: Int
    var value: Value
    var source: IteratorObject?
  }

  var entries: [Entry] = []
  /// The largest is on top.
  private let isReversed: Bool

  init(isReversed: Bool) { self.isReversed = isReversed }

  private func comesBefore(_ a: Int, _ b: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    let (first, second) = isReversed ? (entries[b], entries[a]) : (entries[a], entries[b])
    if try runtime.isSame(first.key, second.key) { return first.order < second.order }
    return try runtime.isLess(first.key, second.key)
  }

  func heapify(_ runtime: Runtime) throws(Raised) {
    try Pya.heapify(entries.count) { (position) throws(Raised) in try siftUp(position, runtime) }
  }

  func siftUp(_ position: Int, _ runtime: Runtime) throws(Raised) {
    try Pya.siftUp(
      position, of: entries.count, { (a, b) throws(Raised) in try comesBefore(a, b, runtime) }, { entries.swapAt($0, $1) })
  }

  func removeFirst(_ runtime: Runtime) throws(Raised) {
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    try siftUp(0, runtime)
  }
}

/// `heapq.merge`: the next of several sorted iterables.
private final class MergeIterator: IteratorObject {
  private let iterables: [Value]
  private let key: Value
  private let heap: EntryHeap
  private let direction: Int
  private var hasStarted = false
  private var isRunning = false

  init(_ runtime: Runtime, _ iterables: [Value], key: Value, isReversed: Bool) {
    self.iterables = iterables
    self.key = key
    heap = EntryHeap(isReversed: isReversed)
    direction = isReversed ? -1 : 1
    super.init(type: runtime.types.iterators["merge"])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    // A comparison of the program might ask for the next one.
    if isRunning { throw runtime.valueError("generator already executing") }
    isRunning = true
    defer { isRunning = false }
    if hasStarted { try advance(runtime) } else { try start(runtime) }
    return heap.entries.first?.value ?? .undefined
  }

  private func start(_ runtime: Runtime) throws(Raised) {
    hasStarted = true
    for (order, iterable) in iterables.enumerated() {
      let source = try runtime.iterator(iterable)
      let value = try source.next(runtime)
      if value.isUndefined { continue }
      heap.entries.append(.init(key: try keyOf(value, runtime), order: order * direction, value: value, source: source))
    }
    try heap.heapify(runtime)
  }

  /// Puts the next value of the source whose turn it was in the place of the last one.
  private func advance(_ runtime: Runtime) throws(Raised) {
    guard let source = heap.entries.first?.source else { return }
    let value = try source.next(runtime)
    if value.isUndefined { return try heap.removeFirst(runtime) }
    heap.entries[0].key = try keyOf(value, runtime)
    heap.entries[0].value = value
    try heap.siftUp(0, runtime)
  }

  private func keyOf(_ value: Value, _ runtime: Runtime) throws(Raised) -> Value {
    key.isNone ? value : try runtime.call(key, value)
  }
}
