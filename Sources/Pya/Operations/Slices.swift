/// Indices and slices: any value with `__index__`, clamped as CPython clamps.
extension Runtime {
  /// The integer a value stands for; one beyond a word becomes the nearest word and is not exact. Nil: not an integer.
  @inline(__always)
  func clampedIndex(_ value: Value) throws(Raised) -> (value: Int, isExact: Bool)? {
    if case .int(let number) = value { return (number, true) }
    return try clampedIndexSlow(value)
  }

  private func clampedIndexSlow(_ value: Value) throws(Raised) -> (value: Int, isExact: Bool)? {
    switch value.plainNumber {
    case .int(let number): return (number, true)
    case .bool(let flag): return (flag ? 1 : 0, true)
    case .object(let object):
      if object.kind == .bigInt {
        return (unsafeDowncast(object, to: BigIntObject.self).value.sign == .minus ? .min : .max, false)
      }
      guard let method = object.type.lookup(names[.index]) else { return nil }
      return try clampedIndexSlow(try integerResult(of: method, value, "__index__"))
    default: return nil
    }
  }

  /// An index into a sequence; `kind` names it in messages.
  @inline(__always)
  func sequenceIndex(_ key: Value, _ kind: StaticString) throws(Raised) -> Int {
    if case .int(let index) = key { return index }
    guard let (index, isExact) = try clampedIndex(key) else {
      throw typeError("\(kind) indices must be integers or slices, not \(typeName(key))")
    }
    if !isExact { throw indexError("cannot fit '\(typeName(key))' into an index-sized integer") }
    return index
  }

  /// The three numbers of a slice, before they meet a length. May run the program's `__index__`.
  func sliceBounds(_ slice: SliceObject) throws(Raised) -> SliceBounds {
    var step = 1
    if !slice.step.isNone {
      step = max(try sliceIndex(slice.step), -Int.max)
      if step == 0 { throw valueError("slice step cannot be zero") }
    }
    let start = slice.start.isNone ? (step < 0 ? Int.max : 0) : try sliceIndex(slice.start)
    let stop = slice.stop.isNone ? (step < 0 ? Int.min : Int.max) : try sliceIndex(slice.stop)
    return SliceBounds(start: start, stop: stop, step: step)
  }

  /// The elements a slice names; the length is asked for after the program's `__index__` has run.
  @inline(__always)
  func sliceSpan(_ slice: SliceObject, length: () -> Int) throws(Raised) -> SliceSpan {
    let bounds = try sliceBounds(slice)
    return bounds.adjusted(to: length())
  }

  func sliceIndex(_ value: Value) throws(Raised) -> Int {
    if case .int(let number) = value { return number }
    guard let (index, _) = try clampedIndex(value) else {
      throw typeError("slice indices must be integers or None or have an __index__ method")
    }
    return index
  }
}

extension Runtime {
  /// Part of a plain list, tuple, string, `bytes` or view; `undefined` for anything else.
  @inline(__always)
  func cut(_ object: Object, _ bounds: SliceBounds) -> Value {
    switch object.kind {
    case .list:
      let list = unsafeDowncast(object, to: ListObject.self)
      let span = bounds.adjusted(to: list.count)
      let result = ListObject(self, capacity: span.count)
      if span.count > 0 { result.append(copiesOf: list.items + span.start, count: span.count, step: span.step) }
      return .object(result)
    case .string:
      let string = unsafeDowncast(object, to: StringObject.self)
      let span = bounds.adjusted(to: string.length)
      return .object(stringSlice(string, start: span.start, step: span.step, count: span.count))
    case .tuple:
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      let span = bounds.adjusted(to: tuple.count)
      if span.count == tuple.count, span.step == 1 { return .object(tuple) }
      return .object(
        TupleObject(self, count: span.count) { items in
          if span.count > 0 {
            items.initializeCopies(of: tuple.items + span.start, count: span.count, step: span.step)
          }
        })
    case .bytes, .byteArray:
      let bytes = unsafeDowncast(object, to: BytesObject.self)
      return part(of: bytes, bounds.adjusted(to: bytes.count))
    case .other: return cutView(object, bounds)
    default: return .undefined
    }
  }

  /// Part of a `bytes` or `bytearray`.
  @inline(never)
  func part(of bytes: BytesObject, _ span: SliceSpan) -> Value {
    let isArray = bytes.kind == .byteArray
    if !isArray, span.step == 1, span.count == bytes.count, bytes.isExactly(types.bytes) { return .object(bytes) }
    return .object(
      BytesObject(type: isArray ? types.bytearray : types.bytes, kind: isArray ? .byteArray : .bytes, count: span.count) { part in
        let first = bytes.start + span.start
        if span.step == 1 { return part.update(from: first, count: span.count) }
        for index in 0..<span.count { part[index] = first[index &* span.step] }
      })
  }

  /// Part of a `memoryview` in one dimension.
  @inline(never)
  private func cutView(_ object: Object, _ bounds: SliceBounds) -> Value {
    guard Unmanaged.passUnretained(object).isOfClass(MemoryViewObject.self) else { return .undefined }
    let view = unsafeDowncast(object, to: MemoryViewObject.self)
    guard view.shape == nil, let source = view.source else { return .undefined }
    return .object(view.part(self, source, bounds.adjusted(to: view.count)))
  }
}

/// A slice's numbers as words.
struct SliceBounds {
  var start: Int
  var stop: Int
  let step: Int

  init(start: Int, stop: Int, step: Int) {
    self.start = start
    self.stop = stop
    self.step = step
  }

  /// A slice of ints and None; nil when something else must be asked for its index, or the step is refused.
  @inline(__always)
  init?(_ start: Value, _ stop: Value, _ step: Value) {
    var stride = 1
    if case .int(let number) = step {
      if number == 0 { return nil }
      stride = max(number, -Int.max)
    } else if !step.isNone {
      return nil
    }
    self.step = stride
    if case .int(let number) = start {
      self.start = number
    } else if start.isNone {
      self.start = stride < 0 ? Int.max : 0
    } else {
      return nil
    }
    if case .int(let number) = stop {
      self.stop = number
    } else if stop.isNone {
      self.stop = stride < 0 ? Int.min : Int.max
    } else {
      return nil
    }
  }

  /// CPython's `PySlice_AdjustIndices`.
  @inline(__always)
  func adjusted(to length: Int) -> SliceSpan {
    if step == 1 {
      let start = start < 0 ? max(start + length, 0) : min(start, length)
      let stop = stop < 0 ? max(stop + length, 0) : min(stop, length)
      return SliceSpan(start: start, stop: stop, step: 1, count: max(stop - start, 0))
    }
    return adjustedWithStep(to: length)
  }

  @inline(never)
  private func adjustedWithStep(to length: Int) -> SliceSpan {
    var (start, stop) = (start, stop)
    if start < 0 {
      start = start < -length ? (step < 0 ? -1 : 0) : start + length
    } else if start >= length {
      start = step < 0 ? length - 1 : length
    }
    if stop < 0 {
      stop = stop < -length ? (step < 0 ? -1 : 0) : stop + length
    } else if stop >= length {
      stop = step < 0 ? length - 1 : length
    }
    let count: Int
    if step == -1 {
      count = max(start - stop, 0)
    } else if step < 0 {
      count = stop < start ? (start - stop - 1) / -step + 1 : 0
    } else {
      count = start < stop ? (stop - start - 1) / step + 1 : 0
    }
    return SliceSpan(start: start, stop: stop, step: step, count: count)
  }
}

/// Positions `start`, `start + step`, ...: `count` of them, all within the sequence.
struct SliceSpan {
  let start: Int
  let stop: Int
  let step: Int
  let count: Int

  /// The same positions from the lowest on.
  var ascending: SliceSpan {
    if step > 0 || count == 0 { return self }
    return SliceSpan(start: start + (count - 1) * step, stop: start + 1, step: -step, count: count)
  }
}

extension MemoryViewObject {
  /// A view of some of the elements of a view in one dimension.
  func part(_ runtime: Runtime, _ source: Object, _ span: SliceSpan) -> MemoryViewObject {
    let (distance, overflows) = stride.multipliedReportingOverflow(by: span.step)
    return MemoryViewObject(
      runtime, source, format: format, start: start + span.start * stride, count: span.count,
      stride: overflows || span.count <= 1 ? format.size : distance, isReadOnly: isReadOnly)
  }
}
