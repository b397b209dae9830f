/// The iterators of the built-in containers. A `for` node that meets one reads its fields directly.

final class ListIterator: IteratorObject {
  /// Nil once exhausted: a list that grows afterwards is not taken up again.
  final private(set) var list: ListObject?
  /// The same, read without counting.
  private final var uncounted: UnsafeRawPointer?
  final var index = 0

  init(_ runtime: Runtime, _ list: ListObject) {
    self.list = list
    uncounted = UnsafeRawPointer(Unmanaged.passUnretained(list).toOpaque())
    super.init(type: runtime.types.iterators.list)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(list) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let uncounted else { return .undefined }
    let position = index
    let place = Unmanaged<ListObject>.fromOpaque(uncounted)._withUnsafeGuaranteedRef { list in
      position < list.count ? list.items + position : nil
    }
    guard let place else {
      exhaust()
      return .undefined
    }
    index = position &+ 1
    return place.copied
  }

  final func exhaust() {
    uncounted = nil
    withExtendedLifetime(list) { list = nil }
  }

  override var lengthHint: Int? { list.map { max($0.count - index, 0) } ?? 0 }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    guard let list else { return runtime.reduction("iter", [.object(ListObject(runtime))]) }
    return runtime.reduction("iter", [.object(list)], .int(index))
  }

  override func restore(position: Int) { index = max(0, min(position, list?.count ?? 0)) }
}

final class TupleIterator: IteratorObject {
  final let tuple: TupleObject
  final var index = 0

  init(_ runtime: Runtime, _ tuple: TupleObject) {
    self.tuple = tuple
    super.init(type: runtime.types.iterators.tuple)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(tuple) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if index < tuple.count {
      index += 1
      return tuple[index - 1]
    }
    return .undefined
  }

  override var lengthHint: Int? { tuple.count - index }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if index >= tuple.count { return runtime.reduction("iter", [runtime.tuple([])]) }
    return runtime.reduction("iter", [.object(tuple)], .int(index))
  }

  override func restore(position: Int) { index = max(0, min(position, tuple.count)) }
}

final class RangeIterator: IteratorObject {
  final var current: Int
  final let step: Int
  final var remaining: Int

  init(_ runtime: Runtime, start: Int, step: Int, count: Int) {
    current = start
    self.step = step
    remaining = count
    super.init(type: runtime.types.iterators.range)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if remaining == 0 { return .undefined }
    remaining -= 1
    let value = current
    current = current &+ step
    return .int(value)
  }

  override var lengthHint: Int? { remaining }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let distance = try runtime.binary(.multiply, .int(step), .int(remaining))
    let stop = try runtime.binary(.add, .int(current), distance)
    return runtime.reduction("iter", [try runtime.call(.object(runtime.types.range), .int(current), stop, .int(step))], Value.none)
  }

  override func restore(position: Int) {
    let passed = max(0, min(position, remaining))
    current = current &+ passed &* step
    remaining -= passed
  }
}

final class StringIterator: IteratorObject {
  final let string: StringObject
  /// The byte where the next character begins.
  final var offset = 0

  init(_ runtime: Runtime, _ string: StringObject) {
    self.string = string
    super.init(type: string.isASCII ? runtime.types.iterators.asciiString : runtime.types.iterators.string)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if offset >= string.byteCount { return .undefined }
    let start = offset
    if string.isASCII {
      offset += 1
      return (runtime.machine.pointee.characters + Int(string.bytes[start])).copied
    }
    offset += UTF8Width.of(leadByte: string.bytes[start])
    return .object(runtime.characterAt(byte: start, of: string))
  }

  override var lengthHint: Int? { string.length - string.codePointIndex(ofByte: min(offset, string.byteCount)) }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if offset >= string.byteCount { return runtime.reduction("iter", [.object(runtime.names.empty)]) }
    return runtime.reduction("iter", [.object(string)], .int(string.codePointIndex(ofByte: offset)))
  }

  override func restore(position: Int) {
    offset = string.byteOffset(ofCodePoint: max(0, min(position, string.length)))
  }
}

final class BytesIterator: IteratorObject {
  final let bytes: BytesObject
  @exclusivity(unchecked) final var index = 0

  init(_ runtime: Runtime, _ bytes: BytesObject) {
    self.bytes = bytes
    super.init(type: bytes.kind == .byteArray ? runtime.types.iterators.byteArray : runtime.types.iterators.bytes)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if index >= bytes.count {
      // A bytearray may grow; what has ended stays at its end.
      index = .max
      return .undefined
    }
    index += 1
    return .int(Int(bytes[index - 1]))
  }

  override var lengthHint: Int? { max(bytes.count - index, 0) }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if index >= bytes.count { return runtime.reduction("iter", [runtime.tuple([])]) }
    return runtime.reduction("iter", [.object(bytes)], .int(index))
  }

  override func restore(position: Int) { index = max(0, min(position, bytes.count)) }
}

/// Keys, values or items of a dictionary, in order.
final class DictIterator: IteratorObject {
  final private(set) var dict: DictObject?
  /// The same, read without counting.
  private final var uncounted: UnsafeRawPointer?
  final let part: DictViewObject.Part
  final var index = 0
  /// How many entries the dictionary must still have; -1 after it was found changed.
  final var expectedCount: Int
  final var delivered = 0
  private final let reusable = ReusableTuple()

  init(_ runtime: Runtime, _ dict: DictObject, _ part: DictViewObject.Part) {
    self.dict = dict
    uncounted = UnsafeRawPointer(Unmanaged.passUnretained(dict).toOpaque())
    self.part = part
    // The first key of a dictionary that lost many at its front (`next(iter(cache))`) is found without passing them all again.
    if dict.count < dict.used { index = max(dict.firstIndex(), 0) }
    expectedCount = dict.count
    let types = runtime.types.iterators
    super.init(
      type: part == .keys ? types.dictKeys : part == .values ? types.dictValues : types.dictItems)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(dict)
    reusable.visitContents(tracer)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let uncounted else { return .undefined }
    return try Unmanaged<DictObject>.fromOpaque(uncounted).borrowed { (dict) throws(Raised) in
      let position = try nextPosition(in: dict, runtime)
      if position < 0 { return .undefined }
      switch part {
      case .keys: return dict.keyPlace(position).copied
      case .values: return dict.valuePlace(position).copied
      case .items: return reusable.pair(runtime, dict.keyPlace(position).copied, dict.valuePlace(position).copied)
      }
    }
  }

  override var partCount: Int { part == .items ? 2 : 0 }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    guard let uncounted else { return false }
    return try Unmanaged<DictObject>.fromOpaque(uncounted).borrowed { (dict) throws(Raised) in
      let position = try nextPosition(in: dict, runtime)
      if position < 0 { return false }
      parts.initialize(toCopyAt: dict.keyPlace(position))
      (parts + 1).initialize(toCopyAt: dict.valuePlace(position))
      return true
    }
  }

  /// The index of the next entry; -1: there are no more.
  @inline(__always)
  private func nextPosition(in dict: DictObject, _ runtime: Runtime) throws(Raised) -> Int {
    if dict.count != expectedCount {
      expectedCount = -1
      throw runtime.runtimeError("dictionary changed size during iteration")
    }
    while index < dict.used {
      let position = index
      index += 1
      if dict.keyPlace(position).holdsUndefined { continue }
      if delivered == expectedCount {
        exhaust()
        throw runtime.runtimeError("dictionary keys changed during iteration")
      }
      delivered += 1
      return position
    }
    exhaust()
    return -1
  }

  private func exhaust() {
    uncounted = nil
    withExtendedLifetime(dict) { dict = nil }
  }

  override var lengthHint: Int? {
    guard let dict, dict.count == expectedCount else { return 0 }
    return expectedCount - delivered
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let rest = ListObject(runtime)
    if let dict {
      if dict.count != expectedCount { throw runtime.runtimeError("dictionary changed size during iteration") }
      for place in index..<max(index, dict.used) where !dict.keyPlace(place).holdsUndefined {
        rest.append(runtime.part(part, of: dict.entries + place))
      }
    }
    return runtime.reduction("iter", [.object(rest)])
  }
}

/// `reversed(dict)` and of its views.
final class ReversedDictIterator: IteratorObject {
  private var dict: DictObject?
  private let part: DictViewObject.Part
  private var index: Int
  private var expectedCount: Int

  init(_ runtime: Runtime, _ dict: DictObject, _ part: DictViewObject.Part) {
    self.dict = dict
    self.part = part
    index = dict.used
    expectedCount = dict.count
    let name = part == .keys ? "key" : part == .values ? "value" : "item"
    super.init(type: runtime.types.iterators["dict_reverse\(name)iterator"])
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(dict) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let dict else { return .undefined }
    if dict.count != expectedCount {
      expectedCount = -1
      throw runtime.runtimeError("dictionary changed size during iteration")
    }
    index = min(index, dict.used)
    while index > 0 {
      index -= 1
      if !dict.entries[index].key.isUndefined { return runtime.part(part, of: dict.entries + index) }
    }
    self.dict = nil
    return .undefined
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let rest = ListObject(runtime)
    if let dict {
      if dict.count != expectedCount { throw runtime.runtimeError("dictionary changed size during iteration") }
      for place in (0..<min(index, dict.used)).reversed() where !dict.keyPlace(place).holdsUndefined {
        rest.append(runtime.part(part, of: dict.entries + place))
      }
    }
    return runtime.reduction("iter", [.object(rest)])
  }
}

/// The tuple that an iterator made first, filled anew whenever the program has let go of it: a loop that unpacks its
/// pairs makes only one.
struct ReusableTuple: ~Copyable {
  private let slot: UnsafeMutablePointer<TupleObject?>

  init() {
    slot = .allocate(capacity: 1)
    slot.initialize(to: nil)
  }

  deinit {
    slot.deinitialize(count: 1)
    slot.deallocate()
  }

  func visitContents(_ tracer: Tracer) { tracer.visit(slot.pointee) }

  @inline(__always)
  func pair(_ runtime: Runtime, _ first: Value, _ second: Value) -> Value {
    if isKnownUniquelyReferenced(&slot.pointee), let tuple = slot.pointee {
      tuple.items.store(first)
      (tuple.items + 1).store(second)
      return .object(tuple)
    }
    let made = TupleObject(runtime, count: 2) { items in
      items.initialize(to: first)
      (items + 1).initialize(to: second)
    }
    if slot.pointee == nil { slot.pointee = made }
    return .object(made)
  }

  /// A tuple of what lies at `source` and is moved from there; `count` must be the same in every call.
  @inline(__always)
  func tuple(_ runtime: Runtime, moving source: UnsafeMutablePointer<Value>, count: Int) -> Value {
    if slot.pointee != nil, isKnownUniquelyReferenced(&slot.pointee) { return tuple(runtime, count: count) { (source + $0).move() } }
    let made = TupleObject(runtime, count: count) { $0.moveInitialize(from: source, count: count) }
    if slot.pointee == nil { slot.pointee = made }
    return .object(made)
  }

  /// A tuple of `count` elements, which must be the same in every call.
  @inline(__always)
  func tuple(_ runtime: Runtime, count: Int, _ element: (Int) -> Value) -> Value {
    if isKnownUniquelyReferenced(&slot.pointee), let tuple = slot.pointee {
      for index in 0..<count { (tuple.items + index).store(element(index)) }
      return .object(tuple)
    }
    let made = TupleObject(runtime, count: count) { items in
      for index in 0..<count { (items + index).initialize(to: element(index)) }
    }
    if slot.pointee == nil { slot.pointee = made }
    return .object(made)
  }
}

extension Runtime {
  @inline(__always)
  fileprivate func part(_ part: DictViewObject.Part, of entry: UnsafeMutablePointer<DictObject.Entry>) -> Value {
    switch part {
    case .keys: entry.pointee.key
    case .values: entry.pointee.value
    case .items: pair(entry.pointee.key, entry.pointee.value)
    }
  }

  /// What `__reduce__` gives of an iterator: a built-in function with its arguments, and the state.
  fileprivate func reduction(_ function: String, _ arguments: [Value], _ state: Value? = nil) -> Value {
    let parts = [builtins.getString(intern(function)) ?? .none, tuple(arguments)]
    return tuple(state.map { parts + [$0] } ?? parts)
  }

  /// A tuple of two.
  @inline(__always)
  func pair(_ first: Value, _ second: Value) -> Value {
    .object(
      TupleObject(self, count: 2) { items in
        items.initialize(to: first)
        (items + 1).initialize(to: second)
      })
  }
}

final class SetIterator: IteratorObject {
  final var set: SetObject?
  final var position = 0
  final var expectedCount: Int
  private final var delivered = 0

  init(_ runtime: Runtime, _ set: SetObject) {
    self.set = set
    expectedCount = set.count
    super.init(type: runtime.types.iterators.set)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(set) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard let set else { return .undefined }
    if set.count != expectedCount {
      expectedCount = -1
      throw runtime.setHasChanged()
    }
    var next = position
    let index = set.next(&next)
    position = next
    if index >= 0 {
      delivered += 1
      return set.keyPlace(index).copied
    }
    self.set = nil
    return .undefined
  }

  override var lengthHint: Int? {
    guard let set, set.count == expectedCount else { return 0 }
    return expectedCount - delivered
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let rest = ListObject(runtime)
    if let set {
      if set.count != expectedCount { throw runtime.setHasChanged() }
      var next = position
      while case let index = set.next(&next), index >= 0 { rest.append(set.entries[index].key) }
    }
    return runtime.reduction("iter", [.object(rest)])
  }
}

/// Elements of an object that has `__getitem__` but no `__iter__`.
final class SequenceIterator: IteratorObject {
  private var sequence: Value
  private var index = 0

  init(_ runtime: Runtime, _ sequence: Value) {
    self.sequence = sequence
    super.init(type: runtime.types.iterators.foreign)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(sequence) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if sequence.isUndefined { return .undefined }
    if let held = sequence.uncounted, held.kind == .other, held.isPlain,
      let place = held._withUnsafeGuaranteedRef({ $0.elementPlace(at: index) })
    {
      index += 1
      return place.copied
    }
    do {
      let value = try runtime.getItem(sequence, .int(index))
      index += 1
      return value
    } catch {
      guard runtime.matches(error, .indexError) || runtime.matches(error, .stopIteration) else { throw error }
      // What is let go of may come back here when it dies.
      withExtendedLifetime(sequence) { sequence = .undefined }
      return .undefined
    }
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if sequence.isUndefined { return runtime.reduction("iter", [runtime.tuple([])]) }
    return runtime.reduction("iter", [sequence], .int(index))
  }

  override func restore(position: Int) { index = max(0, position) }
}

/// `iter(callable, sentinel)`.
final class CallableIterator: IteratorObject {
  private var callable: Value
  private let sentinel: Value

  init(_ runtime: Runtime, _ callable: Value, sentinel: Value) {
    self.callable = callable
    self.sentinel = sentinel
    super.init(type: runtime.types.iterators["callable_iterator"])
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(callable)
    tracer.visit(sentinel)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if callable.isUndefined { return .undefined }
    do {
      let value = try runtime.call(callable)
      if try !runtime.isSame(sentinel, value) { return value }
    } catch {
      guard runtime.matches(error, .stopIteration) else { throw error }
    }
    withExtendedLifetime(callable) { callable = .undefined }
    return .undefined
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if callable.isUndefined { return runtime.reduction("iter", [runtime.tuple([])]) }
    return runtime.reduction("iter", [callable, sentinel])
  }
}

/// An iterator of the program as seen from inside: `__next__` is called, and StopIteration becomes the end.
final class ForeignIterator: IteratorObject {
  /// The object with `__next__`.
  let target: Value
  private let method: Value
  /// What the StopIteration carried: the value of `yield from`.
  private(set) var result: Value = .none

  init(_ runtime: Runtime, _ target: Value, method: Value) {
    self.target = target
    self.method = method
    super.init(type: runtime.types.iterators.foreign)
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(target)
    tracer.visit(method)
    tracer.visit(result)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    do { return try runtime.callSpecial(method, target) } catch {
      guard runtime.matches(error, .stopIteration) else { throw error }
      result = error.exception.arguments.first ?? .none
      return .undefined
    }
  }
}

/// `reversed(sequence)`, for those with a length and `__getitem__`.
final class ReversedIterator: IteratorObject {
  private var sequence: Value
  /// The sequence, if it is a list to be read as it lies.
  private var list: Unmanaged<ListObject>?
  private var index: Int

  /// `readsList`: a list is read as it lies, whatever its class has for `__getitem__`.
  init(type: TypeObject, _ sequence: Value, count: Int, readsList: Bool = false) {
    self.sequence = sequence
    if let held = sequence.uncounted, held.kind == .list, readsList || held.isPlain { list = held.as(ListObject.self) }
    index = count
    super.init(type: type)
  }

  override func visitContents(_ tracer: Tracer) { tracer.visit(sequence) }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if let list, index > 0 {
      index &-= 1
      let position = index
      let place = list._withUnsafeGuaranteedRef { position < $0.count ? $0.items + position : nil }
      if let place { return place.copied }
      return exhaust()
    }
    return try nextOfAny(runtime)
  }

  @inline(never)
  private func nextOfAny(_ runtime: Runtime) throws(Raised) -> Value {
    if sequence.isUndefined { return .undefined }
    if index > 0 {
      index -= 1
      do { return try runtime.getItem(sequence, .int(index)) } catch {
        guard runtime.matches(error, .indexError) || runtime.matches(error, .stopIteration) else { throw error }
      }
    }
    return exhaust()
  }

  private func exhaust() -> Value {
    list = nil
    withExtendedLifetime(sequence) { sequence = .undefined }
    return .undefined
  }

  override var lengthHint: Int? { sequence.isUndefined ? 0 : index }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    if let list = sequence.list, !list.type.isHeap { return runtime.reduction("reversed", [sequence], .int(index - 1)) }
    if sequence.isUndefined {
      let nothing = type === runtime.types.iterators.reversed ? runtime.tuple([]) : .object(ListObject(runtime))
      return runtime.reduction("reversed", [nothing])
    }
    return runtime.tuple([.object(type), runtime.tuple([sequence]), .int(index - 1)])
  }

  override func restore(position: Int) { index = max(0, min(position, index - 1) + 1) }
}
