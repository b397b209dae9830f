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
      var position = heap.count / 2
      while position > 0 {
        position -= 1
        try runtime.siftUp(heap, position)
      }
      return .none
    }
    for (name, isReversed) in [("nsmallest", false), ("nlargest", true)] {
      module.define(self, name, "n, iterable, key=None") { (runtime, arguments) throws(Raised) in
        let list = ListObject(runtime)
        try runtime.extend(list, with: arguments[1])
        if case .int = arguments[0] {} else { _ = try runtime.compare(.greaterEqual, arguments[0], .int(list.count)) }
        let count = try runtime.index(arguments[0])
        try runtime.sort(list, key: arguments[2].defined ?? .none, isReversed: isReversed)
        list.replace(min(max(count, 0), list.count)..<list.count, with: [])
        return .object(list)
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

  /// Moves the element at `position` toward `start` until its parent is not larger.
  private func siftDown(_ heap: ListObject, from start: Int, _ position: Int) throws(Raised) {
    var position = position
    let count = heap.count
    while position > start {
      let parent = (position - 1) >> 1
      if try !isLessInHeap(heap, position, parent, count) { return }
      swapElements(heap, position, parent)
      position = parent
    }
  }

  /// Moves the smaller child up until a leaf is reached, then what was at `position` back up to its place.
  private func siftUp(_ heap: ListObject, _ position: Int) throws(Raised) {
    var current = position
    let count = heap.count
    while current < count >> 1 {
      var child = 2 * current + 1
      if child + 1 < count, try !isLessInHeap(heap, child, child + 1, count) { child += 1 }
      swapElements(heap, child, current)
      current = child
    }
    try siftDown(heap, from: position, current)
  }

  @inline(__always)
  private func isLessInHeap(_ heap: ListObject, _ a: Int, _ b: Int, _ count: Int) throws(Raised) -> Bool {
    let result = try isLess(heap[a], heap[b])
    if heap.count != count { throw runtimeError("list changed size during iteration") }
    return result
  }

  @inline(__always)
  private func swapElements(_ heap: ListObject, _ a: Int, _ b: Int) {
    heap.items.swapValues(a, b)
  }
}

/// `heapq.merge`: the next of several sorted iterables.
private final class MergeIterator: IteratorObject {
  private struct Head {
    var value: Value
    var key: Value
    let order: Int
    let source: IteratorObject
  }

  private let iterables: [Value]
  private let key: Value
  private let isReversed: Bool
  private var heads: [Head] = []
  private var hasStarted = false
  private var mustAdvance = false

  init(_ runtime: Runtime, _ iterables: [Value], key: Value, isReversed: Bool) {
    self.iterables = iterables
    self.key = key
    self.isReversed = isReversed
    super.init(type: runtime.types.iterators["merge"])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if !hasStarted {
      hasStarted = true
      for (order, iterable) in iterables.enumerated() {
        let source = try runtime.iterator(iterable)
        let value = try source.next(runtime)
        if value.isUndefined { continue }
        heads.append(Head(value: value, key: try keyOf(value, runtime), order: order, source: source))
        try rise(heads.count - 1, runtime)
      }
    }
    if mustAdvance, !heads.isEmpty {
      let value = try heads[0].source.next(runtime)
      if value.isUndefined {
        heads.swapAt(0, heads.count - 1)
        heads.removeLast()
      } else {
        heads[0].key = try keyOf(value, runtime)
        heads[0].value = value
      }
      try sink(runtime)
    }
    mustAdvance = true
    return heads.first?.value ?? .undefined
  }

  private func keyOf(_ value: Value, _ runtime: Runtime) throws(Raised) -> Value {
    key.isNone ? value : try runtime.call(key, value)
  }

  private func comesBefore(_ a: Int, _ b: Int, _ runtime: Runtime) throws(Raised) -> Bool {
    let (first, second) = (heads[a], heads[b])
    if try runtime.isSame(first.key, second.key) { return first.order < second.order }
    return isReversed ? try runtime.isLess(second.key, first.key) : try runtime.isLess(first.key, second.key)
  }

  private func rise(_ start: Int, _ runtime: Runtime) throws(Raised) {
    var position = start
    while position > 0, try comesBefore(position, (position - 1) / 2, runtime) {
      heads.swapAt(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
  }

  private func sink(_ runtime: Runtime) throws(Raised) {
    var position = 0
    while 2 * position + 1 < heads.count {
      var child = 2 * position + 1
      if child + 1 < heads.count, try comesBefore(child + 1, child, runtime) { child += 1 }
      if try !comesBefore(child, position, runtime) { return }
      heads.swapAt(position, child)
      position = child
    }
  }
}
