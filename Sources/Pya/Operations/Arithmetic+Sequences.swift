import PyaSyntax

/// `+` and `*` on sequences.
extension Runtime {
  func concatenate(_ a: StringObject, _ b: StringObject) throws(Raised) -> Value {
    if a.byteCount == 0, !b.isOfHeapType { return .object(b) }
    if b.byteCount == 0, !a.isOfHeapType { return .object(a) }
    try checkAllocation(a.byteCount + b.byteCount)
    return .object(StringObject(joining: a, b, type: a.isOfHeapType ? types.str : a.type))
  }

  /// `a + b` for sequences of the same type; NotImplemented leaves the complaint to `sequenceOperation`.
  func concatenation(_ a: Object, _ b: Value) throws(Raised) -> Value {
    guard case .object(let other) = b else { return .notImplemented }
    switch a.kind {
    case .string:
      guard other.kind == .string else { return .notImplemented }
      return try concatenate(unsafeDowncast(a, to: StringObject.self), unsafeDowncast(other, to: StringObject.self))
    case .list:
      guard other.kind == .list else { return .notImplemented }
      let (first, second) = (unsafeDowncast(a, to: ListObject.self), unsafeDowncast(other, to: ListObject.self))
      try checkAllocation(ofValues: first.count + second.count)
      let result = ListObject(self, capacity: first.count + second.count)
      result.append(copiesOf: first.items, count: first.count)
      result.append(copiesOf: second.items, count: second.count)
      return .object(result)
    case .tuple:
      guard other.kind == .tuple else { return .notImplemented }
      let (first, second) = (unsafeDowncast(a, to: TupleObject.self), unsafeDowncast(other, to: TupleObject.self))
      if first.count == 0, second.isExactly(types.tuple) { return b }
      if second.count == 0, first.isExactly(types.tuple) { return .object(a) }
      try checkAllocation(ofValues: first.count + second.count)
      return .object(
        TupleObject(self, count: first.count + second.count) { items in
          items.initializeCopies(of: first.items, count: first.count)
          (items + first.count).initializeCopies(of: second.items, count: second.count)
        })
    case .bytes, .byteArray:
      let first = unsafeDowncast(a, to: BytesObject.self)
      if other.kind == .bytes || other.kind == .byteArray {
        let second = unsafeDowncast(other, to: BytesObject.self)
        if first.count == 0, a.kind == .bytes, second.isExactly(types.bytes) { return b }
        if second.count == 0, first.isExactly(types.bytes) { return .object(a) }
        return .object(try joined(first, ByteSpan(second)))
      }
      guard let second = bytesNow(b) else { return .notImplemented }
      return .object(try joined(first, second))
    default: return .notImplemented
    }
  }

  /// Both one after the other, of the first one's kind.
  private func joined(_ first: BytesObject, _ second: ByteSpan) throws(Raised) -> BytesObject {
    try checkAllocation(first.count + second.count)
    return second.withContent { second in
      bytes(of: first.kind, count: first.count + second.count) { place in
        place.update(from: first.start, count: first.count)
        if let start = second.baseAddress { (place + first.count).update(from: start, count: second.count) }
      }
    }
  }

  /// A new `bytes` or `bytearray` of `count` bytes, which `fill` writes.
  @inline(__always)
  func bytes(of kind: Kind, count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) -> BytesObject {
    BytesObject(type: kind == .bytes ? types.bytes : types.bytearray, kind: kind, count: count, fill: fill)
  }

  /// `sequence * count` for plain ints; NotImplemented for anything else.
  func repetition(of sequence: Object, count: Value) throws(Raised) -> Value {
    guard sequence.kind.isRepeatable else { return .notImplemented }
    switch count {
    case .int(let number): return try repeated(sequence, number)
    case .bool(let flag): return try repeated(sequence, flag ? 1 : 0)
    case .object(let object) where object.kind == .bigInt: return try repeated(sequence, try repetitionCount(count))
    default: return .notImplemented
    }
  }

  private func repeated(_ sequence: Object, _ count: Int) throws(Raised) -> Value {
    let times = max(count, 0)
    switch sequence.kind {
    case .string: return .object(try repeatedString(unsafeDowncast(sequence, to: StringObject.self), times))
    case .list:
      let list = unsafeDowncast(sequence, to: ListObject.self)
      let total = try repeatedCount(list.count, times, elementSize: 16)
      let result = ListObject(self, capacity: total)
      if list.count == 1 {
        if total > 0 { result.append(repeating: list.items, count: total) }
      } else if total > 0 {
        for _ in 0..<times { result.append(copiesOf: list.items, count: list.count) }
      }
      return .object(result)
    case .tuple:
      let tuple = unsafeDowncast(sequence, to: TupleObject.self)
      if times == 1, tuple.isExactly(types.tuple) { return .object(tuple) }
      let total = try repeatedCount(tuple.count, times, elementSize: 16)
      return .object(
        TupleObject(self, count: total) { items in
          guard total > 0 else { return }
          for turn in 0..<times { (items + turn * tuple.count).initialize(from: tuple.items, count: tuple.count) }
        })
    case .bytes, .byteArray:
      let bytes = unsafeDowncast(sequence, to: BytesObject.self)
      if sequence.kind == .bytes, bytes.count.multipliedReportingOverflow(by: times).overflow {
        throw overflowError("repeated bytes are too long")
      }
      let total = try repeatedCount(bytes.count, times, elementSize: 1)
      if bytes.count == 1, bytes[0] == 0 {
        let type = sequence.kind == .bytes ? types.bytes : types.bytearray
        return .object(BytesObject(type: type, kind: sequence.kind, zeros: total))
      }
      return .object(
        self.bytes(of: sequence.kind, count: total) { place in
          if total == 0 { return }
          if bytes.count == 1 { return place.update(repeating: bytes[0], count: total) }
          for turn in 0..<times { (place + turn * bytes.count).update(from: bytes.start, count: bytes.count) }
        })
    default: return .notImplemented
    }
  }

  private func repeatedCount(_ count: Int, _ times: Int, elementSize: Int) throws(Raised) -> Int {
    let (total, overflow) = count.multipliedReportingOverflow(by: times)
    if overflow || total > Int.max / elementSize { throw memoryError() }
    try checkAllocation(total * elementSize)
    return total
  }

  private func repeatedString(_ string: StringObject, _ times: Int) throws(Raised) -> StringObject {
    if times == 1, string.isExactly(types.str) { return string }
    let (total, overflow) = string.byteCount.multipliedReportingOverflow(by: times)
    if overflow { throw overflowError("repeated string is too long") }
    try checkAllocation(total)
    if total == 0 { return names.empty }
    return StringObject(type: types.str, count: total, isASCII: string.isASCII) { bytes in
      if string.byteCount == 1 { return bytes.initialize(repeating: string.bytes[0], count: total) }
      // Doubles what is there until the rest fits.
      bytes.initialize(from: string.bytes, count: string.byteCount)
      var filled = string.byteCount
      while filled < total {
        let next = min(filled, total - filled)
        (bytes + filled).initialize(from: bytes, count: next)
        filled += next
      }
    }
  }

  /// `sequenceOperation` for an operator. A class that defines `__add__` has no concatenation besides; of one that defines `__mul__`
  /// or `__rmul__` only the other method is left.
  func sequenceMeaning(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    guard op == .add || op == .multiply else { return .notImplemented }
    if !a.isOfHeapType, !b.isOfHeapType { return try sequenceOperation(op, a, b) }
    func defines(_ value: Value, _ method: SpecialMethod) -> Bool {
      value.isOfHeapType && type(of: value).special(method) != nil
    }
    if op == .add { return defines(a, .add) ? .notImplemented : try sequenceOperation(op, a, b) }
    let left = a.object.flatMap { $0.kind.isRepeatable ? $0 : nil }
    let right = b.object.flatMap { $0.kind.isRepeatable ? $0 : nil }
    let isLeftOwn = defines(a, .mul) || defines(a, .rmul)
    let isRightOwn = defines(b, .mul) || defines(b, .rmul)
    if let left, isLeftOwn, !defines(a, .mul) { return try repetition(of: left, count: try integer(fromIndex: b)) }
    if let right, isRightOwn, !defines(b, .rmul) { return try repetition(of: right, count: try integer(fromIndex: a)) }
    if let left, !isLeftOwn { return try repeated(left, try repetitionCount(b)) }
    if let right, !isRightOwn { return try repeated(right, try repetitionCount(a)) }
    return .notImplemented
  }

  /// What `+` and `*` mean once no operand's number methods want them: other counts for `*`, or the sequence's own complaint.
  func sequenceOperation(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if op == .add, case .object(let object) = a {
      let result = try concatenation(object, b)
      if !result.isNotImplemented { return result }
      switch object.kind {
      case .string: throw typeError("can only concatenate str (not \"\(typeName(b))\") to str")
      case .list: throw typeError("can only concatenate list (not \"\(typeName(b))\") to list")
      case .tuple: throw typeError("can only concatenate tuple (not \"\(typeName(b))\") to tuple")
      case .bytes, .byteArray: throw typeError("can't concat \(typeName(b)) to \(typeName(a))")
      default: return .notImplemented
      }
    }
    if op == .multiply {
      if case .object(let object) = a, object.kind.isRepeatable { return try repeated(object, try repetitionCount(b)) }
      if case .object(let object) = b, object.kind.isRepeatable { return try repeated(object, try repetitionCount(a)) }
    }
    return .notImplemented
  }

  func repetitionCount(_ value: Value) throws(Raised) -> Int {
    if case .int(let count) = value { return count }
    guard Number(value)?.bigInt != nil || specialMethod(value, .index) != nil else {
      throw typeError("can't multiply sequence by non-int of type '\(typeName(value))'")
    }
    return try index(value)
  }

  // MARK: In place

  /// `list += iterable`. What an iterator gave before it failed stays.
  func extend(_ list: ListObject, with values: Value) throws(Raised) {
    if case .object(let object) = values, !object.type.isHeap {
      if let added = knownCount(object), added > list.room {
        // Its memory grows by half at least.
        try checkAllocation(ofValues: min(added, .max / 2) + list.count + list.count / 2)
      }
      if object.kind == .list {
        let other = unsafeDowncast(object, to: ListObject.self)
        let count = other.count
        list.grow(to: list.count + count)
        if count > 0 { list.append(copiesOf: other.items, count: count) }
        return
      }
      if object.kind == .tuple {
        let other = unsafeDowncast(object, to: TupleObject.self)
        if other.count > 0 { list.append(copiesOf: other.items, count: other.count) }
        return
      }
      if object.kind == .string, case let text = unsafeDowncast(object, to: StringObject.self), text.isASCII {
        list.grow(to: list.count + text.byteCount)
        for index in 0..<text.byteCount { list.append((machine.pointee.characters + Int(text.bytes[index])).copied) }
        return
      }
      if object.kind == .set {
        let other = unsafeDowncast(object, to: SetObject.self)
        list.grow(to: list.count + other.count)
        var position = 0
        while case let index = other.next(&position), index >= 0 { list.append(other.keyPlace(index).copied) }
        return
      }
      if object.kind == .dict, object.isExactly(types.dict) {
        return unsafeDowncast(object, to: DictObject.self).append(.keys, to: list)
      }
      if object.kind == .dictView, case let view = unsafeDowncast(object, to: DictViewObject.self), view.part != .items,
        view.dict.isExactly(types.dict)
      {
        return view.dict.append(view.part, to: list)
      }
    }
    if hasLengthOfItsOwn(values) {
      return try forEachAfterLength(values) { (value) throws(Raised) in list.append(value) }
    }
    if let held = values.uncounted, held.isPlain, held.kind == .range || held.kind == .bytes {
      return try forEach(values) { (value) throws(Raised) in list.append(value) }
    }
    let source = try iterator(values)
    while true {
      let value = try source.next(self)
      if value.isUndefined { return }
      list.append(value)
    }
  }

  /// How many elements an object of a built-in type has; nil for what does not say so at once.
  func knownCount(_ object: Object) -> Int? {
    switch object.kind {
    case .list: unsafeDowncast(object, to: ListObject.self).count
    case .tuple: unsafeDowncast(object, to: TupleObject.self).count
    case .string: unsafeDowncast(object, to: StringObject.self).length
    case .bytes, .byteArray: unsafeDowncast(object, to: BytesObject.self).count
    case .set: unsafeDowncast(object, to: SetObject.self).count
    case .dict: unsafeDowncast(object, to: DictObject.self).count
    case .range: unsafeDowncast(object, to: RangeObject.self).count
    default: nil
    }
  }

  /// `list *= count`.
  func repeatInPlace(_ list: ListObject, _ count: Int) throws(Raised) {
    if count <= 0 { return list.removeAll() }
    let original = list.count
    if original == 0 || count == 1 { return }
    let total = try repeatedCount(original, count, elementSize: 16)
    list.grow(to: total)
    for _ in 1..<count {
      for index in 0..<original { list.append(list[index]) }
    }
  }
}

extension Kind {
  /// Sequences that `*` repeats without asking their type.
  @inline(__always)
  var isRepeatable: Bool {
    switch self {
    case .string, .list, .tuple, .bytes, .byteArray: return true
    default: return false
    }
  }
}
