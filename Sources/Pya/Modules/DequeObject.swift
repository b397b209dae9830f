/// A `collections.deque`: a ring of values.
final class DequeObject: Object {
  private var slots: UnsafeMutablePointer<Value>
  /// A power of two.
  private var capacity: Int
  private var first = 0
  private(set) var count = 0
  /// Changes with every change of the elements: what iterators watch.
  private(set) var changes = 0
  var limit: Int?
  private var dictionary: DictObject?

  init(type: TypeObject, limit: Int? = nil) {
    capacity = 8
    slots = .allocate(capacity: capacity)
    self.limit = limit
    super.init(type: type, kind: .other)
    register(type.machine)
  }

  override func visitContents(_ tracer: Tracer) {
    for index in 0..<count { tracer.visit(slots + ((first &+ index) & (capacity &- 1))) }
    tracer.visit(dictionary)
  }

  override func clearContents() {
    removeAll()
    dictionary = nil
  }

  /// The element at a position that the caller has checked against `count`.
  @inline(__always)
  subscript(_ index: Int) -> Value {
    get { slots[(first &+ index) & (capacity &- 1)] }
    set { slots[(first &+ index) & (capacity &- 1)] = newValue }
  }

  override var builtInLength: Int { count }

  override func elementPlace(at position: Int) -> UnsafeMutablePointer<Value>? {
    let index = position < 0 ? position &+ count : position
    return index >= 0 && index < count ? slots + ((first &+ index) & (capacity &- 1)) : nil
  }

  override func ownIterator(_ runtime: Runtime) -> IteratorObject? { DequeIterator(runtime, self, isReversed: false) }

  override func storeElement(_ value: Value, at position: Int) -> Bool {
    guard let place = elementPlace(at: position) else { return false }
    place.store(value)
    return true
  }

  var array: [Value] {
    var result: [Value] = []
    result.reserveCapacity(count)
    for index in 0..<count { result.append(self[index]) }
    return result
  }

  override var knownElements: [Value]? { array }

  func append(_ value: Value) {
    if count == capacity { grow() }
    (slots + ((first + count) & (capacity - 1))).initialize(to: value)
    count += 1
    changes &+= 1
    if let limit, count > limit { _ = popFirst() }
  }

  func prepend(_ value: Value) {
    if count == capacity { grow() }
    first = (first - 1) & (capacity - 1)
    (slots + first).initialize(to: value)
    count += 1
    changes &+= 1
    if let limit, count > limit { _ = popLast() }
  }

  /// There must be an element.
  func popFirst() -> Value {
    let value = (slots + first).move()
    first = (first + 1) & (capacity - 1)
    count -= 1
    changes &+= 1
    return value
  }

  /// There must be an element.
  func popLast() -> Value {
    let value = (slots + ((first + count - 1) & (capacity - 1))).move()
    count -= 1
    changes &+= 1
    return value
  }

  /// At a position from 0 through `count`; there must be room below the limit.
  func insert(_ value: Value, at index: Int) {
    append(value)
    var position = count - 1
    while position > index {
      self[position] = self[position - 1]
      position -= 1
    }
    self[index] = value
  }

  func remove(at index: Int) {
    let removed = self[index]
    var position = index
    while position < count - 1 {
      self[position] = self[position + 1]
      position += 1
    }
    _ = popLast()
    _ = consume removed
  }

  func removeAll() {
    let (old, oldCapacity, oldFirst, oldCount) = (slots, capacity, first, count)
    capacity = 8
    slots = .allocate(capacity: capacity)
    first = 0
    count = 0
    changes &+= 1
    for index in 0..<oldCount { (old + ((oldFirst + index) & (oldCapacity - 1))).deinitialize(count: 1) }
    old.deallocate()
  }

  func reverse() {
    var low = 0
    var high = count - 1
    while low < high {
      let value = self[low]
      self[low] = self[high]
      self[high] = value
      low += 1
      high -= 1
    }
    changes &+= 1
  }

  /// To the right by `steps`, or to the left by a negative number.
  func rotate(_ steps: Int) {
    if count < 2 { return }
    var right = steps % count
    if right < 0 { right += count }
    if right > count / 2 {
      for _ in 0..<(count - right) { moveFirstToEnd() }
    } else {
      for _ in 0..<right { moveLastToFront() }
    }
    changes &+= 1
  }

  private func moveFirstToEnd() {
    let value = (slots + first).move()
    first = (first + 1) & (capacity - 1)
    (slots + ((first + count - 1) & (capacity - 1))).initialize(to: value)
  }

  private func moveLastToFront() {
    let value = (slots + ((first + count - 1) & (capacity - 1))).move()
    first = (first - 1) & (capacity - 1)
    (slots + first).initialize(to: value)
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    let head = capacity - first
    larger.moveInitialize(from: slots + first, count: min(head, count))
    if count > head { (larger + head).moveInitialize(from: slots, count: count - head) }
    slots.deallocate()
    slots = larger
    first = 0
    capacity *= 2
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

  deinit {
    let machine = machineOfType
    unregister(machine)
    if isObserved { tellOfDeath() }
    let isDirect = machine.pointee.beginRelease()
    for index in 0..<count {
      let slot = slots + ((first + index) & (capacity - 1))
      if !isDirect { machine.pointee.releaseLater(slot.pointee) }
      slot.deinitialize(count: 1)
    }
    machine.endRelease()
    slots.deallocate()
  }
}

final class DequeIterator: IteratorObject {
  @exclusivity(unchecked) private var deque: DequeObject?
  /// The same, used without counting.
  @exclusivity(unchecked) private var uncounted: UnsafeRawPointer?
  private let changes: Int
  private let isReversed: Bool
  @exclusivity(unchecked) private var index = 0

  init(_ runtime: Runtime, _ deque: DequeObject, isReversed: Bool) {
    self.deque = deque
    uncounted = UnsafeRawPointer(Unmanaged.passUnretained(deque).toOpaque())
    changes = deque.changes
    self.isReversed = isReversed
    super.init(type: isReversed ? runtime.types.iterators.reversedDeque : runtime.types.iterators.deque)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(deque) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let uncounted else { return .undefined }
    let position = isReversed ? ~index : index
    let (place, isChanged) = Unmanaged<DequeObject>.fromOpaque(uncounted)._withUnsafeGuaranteedRef { deque in
      (deque.elementPlace(at: position), deque.changes != changes)
    }
    if let place, !isChanged {
      index &+= 1
      return place.copied
    }
    self.uncounted = nil
    withExtendedLifetime(deque) { deque = nil }
    if isChanged { throw runtime.runtimeError("deque mutated during iteration") }
    return .undefined
  }

  override var lengthHint: Int? { deque.map { max($0.count - index, 0) } ?? 0 }
}
