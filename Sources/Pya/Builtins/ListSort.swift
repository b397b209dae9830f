/// `list.sort` and `sorted`: which comparison a list gets.
///
/// Keys that are all ints, all floats, all strings or all tuples are compared without asking what they are each time, as
/// numbers or positions that are moved about without touching reference counts.
extension Runtime {
  /// Sorts in place. While the program's code runs, the list is empty.
  func sort(_ list: ListObject, key: Value, isReversed: Bool) throws(Raised) {
    let memory = list.takeMemory()
    let outcome: Raised?
    do throws(Raised) {
      try sort(memory.items, memory.count, key: key, isReversed: isReversed)
      outcome = nil
    } catch {
      outcome = error
    }
    let wasChanged = list.count > 0
    list.giveBack(memory)
    if let outcome { throw outcome }
    if wasChanged { throw valueError("list modified during sort") }
  }

  /// Sorts values by keys computed before.
  func sort(_ values: inout [Value], keys: [Value], isReversed: Bool = false) throws(Raised) {
    let (list, keys) = (ListObject(self, values), ListObject(self, keys))
    try sort(list.items, list.count, by: keys.items, isReversed: isReversed)
    values = list.array
  }

  /// Sorts values. After an error they are in some order, all of them still there.
  private func sort(_ items: UnsafeMutablePointer<Value>, _ count: Int, key: Value, isReversed: Bool) throws(Raised) {
    if key.isNone { return try sort(items, count, by: items, isReversed: isReversed) }
    let keys = UnsafeMutablePointer<Value>.obtain(max(count, 1))
    var known = 0
    defer {
      keys.deinitializeValues(known)
      keys.relinquish()
    }
    if let held = key.uncounted, held.kind == .nativeFunction,
      held.as(NativeFunction.self)._withUnsafeGuaranteedRef({ !$0.hasReceiver && $0.takes(1) })
    {
      // Such as `len`: the items lie where nothing changes them, and need no place of their own as arguments.
      let body = held.as(NativeFunction.self)._withUnsafeGuaranteedRef { $0.body }
      while known < count {
        (keys + known).initialize(to: try body(self, Arguments(items + known, 1)))
        known += 1
      }
    }
    while known < count {
      (keys + known).initialize(to: try call(key, items[known]))
      known += 1
    }
    try sort(items, count, by: keys, isReversed: isReversed)
  }

  /// Sorts values by their keys, which may be the values themselves. Where they are others, the keys are in no order afterwards.
  private func sort(
    _ items: UnsafeMutablePointer<Value>, _ count: Int, by keys: UnsafeMutablePointer<Value>, isReversed: Bool
  ) throws(Raised) {
    if count < 2 { return }
    // Reversing before and after keeps equal elements in their order.
    func reverse(_ values: UnsafeMutablePointer<Value>) {
      var buffer = UnsafeMutableBufferPointer(start: values, count: count)
      buffer.reverse()
    }
    if isReversed {
      reverse(items)
      if keys != items { reverse(keys) }
    }
    defer { if isReversed { reverse(items) } }
    switch commonKind(of: keys, count) {
    case .int:
      if keys == items {
        try sortPlain(items, count, { $0.int }, { .int($0) })
      } else {
        try sortNumbered(items, count, keys) { $0.int }
      }
    case .float:
      if keys == items {
        try sortPlain(items, count, { $0.float }, { .float($0) })
      } else {
        try sortNumbered(items, count, keys) { $0.float }
      }
    case .bool:
      if keys == items {
        try sortPlain(items, count, { $0.truth }, { .bool($0 != 0) })
      } else {
        try sortNumbered(items, count, keys) { $0.truth }
      }
    case .string: try sortStrings(items, count, keys)
    case .tuple: try sortPositions(items, count, by: TupleOrder(runtime: self, keys: keys))
    case .mixed: try sortPositions(items, count, by: ValueOrder(runtime: self, keys: keys))
    }
  }

  private enum KeyKind { case int, float, bool, string, tuple, mixed }

  private func commonKind(of keys: UnsafeMutablePointer<Value>, _ count: Int) -> KeyKind {
    let tag = keys.tag
    for index in 1..<count where (keys + index).tag != tag { return .mixed }
    if tag == ValueTag.int { return .int }
    if tag == ValueTag.float { return .float }
    if tag == ValueTag.bool { return .bool }
    guard let first = keys.uncountedObject, first.comparesPlainly, first.kind == .string || first.kind == .tuple else { return .mixed }
    for index in 1..<count {
      guard let key = (keys + index).uncountedObject, key.comparesPlainly, key.kind == first.kind else { return .mixed }
    }
    return first.kind == .string ? .string : .tuple
  }

  // MARK: Kinds of keys

  /// Numbers that are their own keys.
  private func sortPlain<Number: Comparable & BitwiseCopyable>(
    _ items: UnsafeMutablePointer<Value>, _ count: Int, _ unwrap: (UnsafeMutablePointer<Value>) -> Number,
    _ wrap: (Number) -> Value
  ) throws(Raised) {
    let numbers = UnsafeMutablePointer<Number>.allocate(capacity: count)
    defer { numbers.deallocate() }
    for index in 0..<count { (numbers + index).initialize(to: unwrap(items + index)) }
    try Timsort.sort(numbers, count, by: NumberOrder<Number>())
    for index in 0..<count { (items + index).initialize(to: wrap(numbers[index])) }
  }

  /// Values with numbers for keys.
  private func sortNumbered<Number: Comparable & BitwiseCopyable>(
    _ items: UnsafeMutablePointer<Value>, _ count: Int, _ keys: UnsafeMutablePointer<Value>,
    _ unwrap: (UnsafeMutablePointer<Value>) -> Number
  ) throws(Raised) {
    let order = UnsafeMutablePointer<NumberedPosition<Number>>.allocate(capacity: count)
    defer { order.deallocate() }
    for index in 0..<count {
      (order + index).initialize(to: NumberedPosition(key: unwrap(keys + index), position: index))
    }
    try Timsort.sort(order, count, by: NumberedOrder<Number>())
    permute(items, count) { order[$0].position }
  }

  private func sortStrings(
    _ items: UnsafeMutablePointer<Value>, _ count: Int, _ keys: UnsafeMutablePointer<Value>
  ) throws(Raised) {
    let order = UnsafeMutablePointer<StringPosition>.allocate(capacity: count)
    defer { order.deallocate() }
    for index in 0..<count {
      let string = (keys + index).uncountedObject.unsafelyUnwrapped.as(StringObject.self)
      (order + index).initialize(to: StringPosition(string, position: index))
    }
    try Timsort.sort(order, count, by: StringOrder())
    permute(items, count) { order[$0].position }
  }

  private func sortPositions<Order: SortOrder>(
    _ items: UnsafeMutablePointer<Value>, _ count: Int, by order: Order
  ) throws(Raised) where Order.Element == Int {
    let positions = UnsafeMutablePointer<Int>.allocate(capacity: count)
    for index in 0..<count { (positions + index).initialize(to: index) }
    defer {
      permute(items, count) { positions[$0] }
      positions.deallocate()
    }
    try Timsort.sort(positions, count, by: order)
  }

  /// Moves the values to where they belong.
  @inline(__always)
  private func permute(_ items: UnsafeMutablePointer<Value>, _ count: Int, _ position: (Int) -> Int) {
    let sorted = UnsafeMutablePointer<Value>.obtain(count)
    for index in 0..<count { (sorted + index).lend(items + position(index)) }
    items.moveInitialize(from: sorted, count: count)
    sorted.relinquish()
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// The number that is known to lie here.
  fileprivate var int: Int { UnsafeRawPointer(self).load(as: Int.self) }
  fileprivate var truth: UInt8 { UnsafeRawPointer(self).load(as: UInt8.self) & 1 }
  fileprivate var float: Double { UnsafeRawPointer(self).load(as: Double.self) }
}

// MARK: Orders

private struct NumberOrder<Number: Comparable & BitwiseCopyable>: SortOrder {
  @inline(__always)
  func isLess(_ a: Number, _ b: Number) throws(Raised) -> Bool { a < b }
}

private struct NumberedPosition<Number: BitwiseCopyable>: BitwiseCopyable {
  let key: Number
  let position: Int
}

private struct NumberedOrder<Number: Comparable & BitwiseCopyable>: SortOrder {
  @inline(__always)
  func isLess(_ a: NumberedPosition<Number>, _ b: NumberedPosition<Number>) throws(Raised) -> Bool { a.key < b.key }
}

/// A string by its first eight bytes, as a number that orders as they do, and its text. The keys are held elsewhere.
private struct StringPosition: BitwiseCopyable {
  let prefix: UInt64
  let string: Unmanaged<StringObject>
  let position: Int

  init(_ string: Unmanaged<StringObject>, position: Int) {
    prefix = string._withUnsafeGuaranteedRef { string in
      var prefix: UInt64 = 0
      for index in 0..<min(string.byteCount, 8) { prefix |= UInt64(string.bytes[index]) << UInt64(56 - index * 8) }
      return prefix
    }
    self.string = string
    self.position = position
  }
}

private struct StringOrder: SortOrder {
  @inline(__always)
  func isLess(_ a: StringPosition, _ b: StringPosition) throws(Raised) -> Bool {
    if a.prefix != b.prefix { return a.prefix < b.prefix }
    return a.string._withUnsafeGuaranteedRef { first in
      b.string._withUnsafeGuaranteedRef { second in first.compare(to: second) < 0 }
    }
  }
}

/// Positions of plain tuples.
private struct TupleOrder: SortOrder {
  let runtime: Runtime
  let keys: UnsafeMutablePointer<Value>

  func isLess(_ a: Int, _ b: Int) throws(Raised) -> Bool {
    let quick = keys[a].quickTupleComparison(.less, keys[b])
    if let quick { return quick }
    return try runtime.isLess(keys[a], keys[b])
  }
}

private struct ValueOrder: SortOrder {
  let runtime: Runtime
  let keys: UnsafeMutablePointer<Value>

  @inline(__always)
  func isLess(_ a: Int, _ b: Int) throws(Raised) -> Bool { try runtime.isLess(keys[a], keys[b]) }
}
