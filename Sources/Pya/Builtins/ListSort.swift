/// `list.sort` and `sorted`: which comparison a list gets.
///
/// Keys that are all ints, all floats, all strings or all tuples are compared without asking what they are each time, as
/// numbers or positions that are moved about without touching reference counts.
extension Runtime {
  /// Sorts in place. While the program's code runs, the list is empty.
  func sort(_ list: ListObject, key: Value, isReversed: Bool) throws(Raised) {
    var values = list.takeAll()
    let outcome: Raised?
    do {
      try sort(&values, key: key, isReversed: isReversed)
      outcome = nil
    } catch {
      outcome = error
    }
    let wasChanged = list.count > 0
    list.replace(0..<list.count, with: values)
    if let outcome { throw outcome }
    if wasChanged { throw valueError("list modified during sort") }
  }

  /// Sorts values. After an error they are in some order, all of them still there.
  func sort(_ values: inout [Value], key: Value, isReversed: Bool) throws(Raised) {
    if key.isNone { return try sort(&values, keys: nil, isReversed: isReversed) }
    var keys = values
    for index in 0..<keys.count { keys[index] = try call(key, keys[index]) }
    try sort(&values, keys: keys, isReversed: isReversed)
  }

  /// Sorts values by keys computed before; nil: by themselves.
  func sort(_ values: inout [Value], keys givenKeys: [Value]?, isReversed: Bool) throws(Raised) {
    var keys = givenKeys ?? values
    let hasKey = givenKeys != nil
    // Reversing before and after keeps equal elements in their order.
    if isReversed {
      values.reverse()
      keys.reverse()
    }
    defer { if isReversed { values.reverse() } }
    if values.count < 2 { return }
    switch commonKind(of: keys) {
    case .int: try sortInts(&values, keys, hasKey: hasKey)
    case .float: try sortFloats(&values, keys, hasKey: hasKey)
    case .string: try sortStrings(&values, keys)
    case .tuple:
      try sortPositions(&values, keys) { (items, count, keys) throws(Raised) in
        try Timsort.sort(items, count, by: TupleOrder(runtime: self, keys: keys))
      }
    case .mixed:
      try sortPositions(&values, keys) { (items, count, keys) throws(Raised) in
        try Timsort.sort(items, count, by: ValueOrder(runtime: self, keys: keys))
      }
    }
  }

  private enum KeyKind { case int, float, string, tuple, mixed }

  private func commonKind(of keys: [Value]) -> KeyKind {
    switch keys[0] {
    case .int:
      for key in keys { guard case .int = key else { return .mixed } }
      return .int
    case .float:
      for key in keys { guard case .float = key else { return .mixed } }
      return .float
    case .object(let first) where first.isExactly(types.str) || first.isExactly(types.tuple):
      for key in keys { guard case .object(let object) = key, object.isExactly(first.type) else { return .mixed } }
      return first.kind == .string ? .string : .tuple
    default: return .mixed
    }
  }

  // MARK: Kinds of keys

  private func sortInts(_ values: inout [Value], _ keys: [Value], hasKey: Bool) throws(Raised) {
    if hasKey {
      try sortNumbered(&values, keys) { value in
        if case .int(let number) = value { return number }
        return 0
      }
      return
    }
    try sortPlain(&values, { if case .int(let number) = $0 { number } else { 0 } }, { .int($0) })
  }

  private func sortFloats(_ values: inout [Value], _ keys: [Value], hasKey: Bool) throws(Raised) {
    if hasKey {
      try sortNumbered(&values, keys) { value in
        if case .float(let number) = value { return number }
        return 0
      }
      return
    }
    try sortPlain(&values, { if case .float(let number) = $0 { number } else { 0 } }, { .float($0) })
  }

  /// Numbers that are their own keys.
  private func sortPlain<Number: Comparable & BitwiseCopyable>(
    _ values: inout [Value], _ unwrap: (Value) -> Number, _ wrap: (Number) -> Value
  ) throws(Raised) {
    let count = values.count
    let numbers = UnsafeMutablePointer<Number>.allocate(capacity: count)
    defer { numbers.deallocate() }
    for index in 0..<count { (numbers + index).initialize(to: unwrap(values[index])) }
    try Timsort.sort(numbers, count, by: NumberOrder<Number>())
    for index in 0..<count { values[index] = wrap(numbers[index]) }
  }

  /// Values with numbers for keys.
  private func sortNumbered<Number: Comparable & BitwiseCopyable>(
    _ values: inout [Value], _ keys: [Value], _ unwrap: (Value) -> Number
  ) throws(Raised) {
    let count = values.count
    let items = UnsafeMutablePointer<NumberedPosition<Number>>.allocate(capacity: count)
    defer { items.deallocate() }
    for index in 0..<count {
      (items + index).initialize(to: NumberedPosition(key: unwrap(keys[index]), position: index))
    }
    try Timsort.sort(items, count, by: NumberedOrder<Number>())
    permute(&values) { items[$0].position }
  }

  private func sortStrings(_ values: inout [Value], _ keys: [Value]) throws(Raised) {
    let count = values.count
    let items = UnsafeMutablePointer<StringPosition>.allocate(capacity: count)
    defer { items.deallocate() }
    for index in 0..<count {
      let string = unsafeDowncast(keys[index].object.unsafelyUnwrapped, to: StringObject.self)
      (items + index).initialize(to: StringPosition(string, position: index))
    }
    try Timsort.sort(items, count, by: StringOrder())
    permute(&values) { items[$0].position }
    _ = consume keys
  }

  private func sortPositions(
    _ values: inout [Value], _ keys: [Value],
    _ body: (UnsafeMutablePointer<Int>, Int, UnsafePointer<Value>) throws(Raised) -> Void
  ) throws(Raised) {
    let count = values.count
    let items = UnsafeMutablePointer<Int>.allocate(capacity: count)
    let keyMemory = UnsafeMutablePointer<Value>.allocate(capacity: count)
    for index in 0..<count {
      (items + index).initialize(to: index)
      (keyMemory + index).initialize(to: keys[index])
    }
    defer {
      permute(&values) { items[$0] }
      keyMemory.deinitialize(count: count)
      keyMemory.deallocate()
      items.deallocate()
    }
    try body(items, count, keyMemory)
  }

  private func permute(_ values: inout [Value], _ position: (Int) -> Int) {
    var sorted: [Value] = []
    sorted.reserveCapacity(values.count)
    for index in 0..<values.count { sorted.append(values[position(index)]) }
    values = sorted
  }
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

  init(_ string: StringObject, position: Int) {
    var prefix: UInt64 = 0
    for index in 0..<min(string.byteCount, 8) { prefix |= UInt64(string.bytes[index]) << UInt64(56 - index * 8) }
    self.prefix = prefix
    self.string = Unmanaged.passUnretained(string)
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

/// Positions of tuples, compared element by element.
private struct TupleOrder: SortOrder {
  let runtime: Runtime
  let keys: UnsafePointer<Value>

  func isLess(_ a: Int, _ b: Int) throws(Raised) -> Bool {
    let (first, second) = (keys[a].tuple.unsafelyUnwrapped, keys[b].tuple.unsafelyUnwrapped)
    let shared = min(first.count, second.count)
    var index = 0
    while index < shared {
      let (x, y) = (first[index], second[index])
      if case .int(let number) = x, case .int(let other) = y {
        if number != other { return number < other }
      } else if let text = x.string, let other = y.string, !text.type.isHeap, !other.type.isHeap {
        let order = text.compare(to: other)
        if order != 0 { return order < 0 }
      } else if try !runtime.isSame(x, y) {
        return try runtime.isLess(x, y)
      }
      index += 1
    }
    return first.count < second.count
  }
}

private struct ValueOrder: SortOrder {
  let runtime: Runtime
  let keys: UnsafePointer<Value>

  @inline(__always)
  func isLess(_ a: Int, _ b: Int) throws(Raised) -> Bool { try runtime.isLess(keys[a], keys[b]) }
}
