import BigInt
import PyaSyntax

/// `range` with numbers beyond a machine word.
extension Runtime {
  /// A range of any integers.
  func makeRange(_ start: Value, _ stop: Value, _ step: Value) throws(Raised) -> Value {
    let (first, last, distance) = (try bigNumber(start), try bigNumber(stop), try bigNumber(step))
    if distance == 0 { throw valueError("range() arg 3 must not be zero") }
    return range(first, last, distance)
  }

  private func range(_ start: BigInt, _ stop: BigInt, _ step: BigInt) -> Value {
    if let start = Int(exactly: start), let stop = Int(exactly: stop), let step = Int(exactly: step) {
      return .object(RangeObject(self, start: start, stop: stop, step: step))
    }
    return .object(BigRangeObject(self, start: start, stop: stop, step: step))
  }

  private func bigNumber(_ value: Value) throws(Raised) -> BigInt {
    switch try integer(fromIndex: value) {
    case .int(let number): return BigInt(number)
    case .bool(let flag): return flag ? 1 : 0
    case let other: return other.bigInt?.value ?? 0
    }
  }

  /// The number that an element can equal; nil for anything that is no integer.
  private func bigNumberIfInteger(_ value: Value) -> BigInt? {
    switch value.plainNumber {
    case .int(let number): return BigInt(number)
    case .bool(let flag): return flag ? 1 : 0
    case .float(let number): return number.rounded() == number && number.isFinite ? BigInt(number) : nil
    case let other: return other.bigInt?.value
    }
  }

  func length(of range: BigRangeObject) throws(Raised) -> Value {
    guard let count = Int(exactly: range.count) else {
      throw overflowError("Python int too large to convert to C ssize_t")
    }
    return .int(count)
  }

  func contains(_ range: BigRangeObject, _ value: Value) -> Bool {
    bigNumberIfInteger(value).map { range.index(of: $0) != nil } ?? false
  }

  func index(of value: Value, in range: BigRangeObject) throws(Raised) -> Value {
    guard let number = bigNumberIfInteger(value), let index = range.index(of: number) else {
      throw valueError("\(try repr(value).text) is not in range")
    }
    return integer(index)
  }

  func item(_ range: BigRangeObject, _ key: Value) throws(Raised) -> Value {
    if let slice = key.slice { return try part(of: range, slice) }
    guard try clampedIndex(key) != nil else {
      throw typeError("range indices must be integers or slices, not \(typeName(key))")
    }
    var index = try bigNumber(key)
    if index < 0 { index += range.count }
    guard index >= 0, index < range.count else { throw indexError("range object index out of range") }
    return integer(range[index])
  }

  private func part(of range: BigRangeObject, _ slice: SliceObject) throws(Raised) -> Value {
    let step = slice.step.isNone ? 1 : try bigNumber(slice.step)
    if step == 0 { throw valueError("slice step cannot be zero") }
    let (lowest, highest) = step < 0 ? (BigInt(-1), range.count - 1) : (BigInt(0), range.count)
    func bound(_ value: Value, _ standard: BigInt) throws(Raised) -> BigInt {
      if value.isNone { return standard }
      var index = try bigNumber(value)
      if index < 0 { index += range.count }
      return min(max(index, lowest), highest)
    }
    let start = try bound(slice.start, step < 0 ? highest : lowest)
    let stop = try bound(slice.stop, step < 0 ? lowest : highest)
    return self.range(range[start], range[stop], range.step * step)
  }

  func iterator(of range: BigRangeObject, isReversed: Bool) -> Value {
    let start = isReversed ? range[range.count - 1] : range.start
    return .object(
      BigRangeIterator(self, start: start, step: isReversed ? -range.step : range.step, count: range.count))
  }

  /// Nil: the other is no range.
  func equals(_ range: BigRangeObject, _ other: Value) -> Bool? {
    let (start, step, count): (BigInt, BigInt, BigInt)
    if let big = other.object as? BigRangeObject {
      (start, step, count) = (big.start, big.step, big.count)
    } else if let small = other.range {
      (start, step, count) = (BigInt(small.start), BigInt(small.step), BigInt(small.count))
    } else {
      return nil
    }
    return range.count == count && (count == 0 || range.start == start && (count == 1 || range.step == step))
  }

  func hash(of range: BigRangeObject) throws(Raised) -> Value {
    let start = range.count == 0 ? Value.none : integer(range.start)
    let step = range.count <= 1 ? Value.none : integer(range.step)
    return .int(try hash(tuple([integer(range.count), start, step])))
  }

  func text(of range: BigRangeObject) throws(Raised) -> Value {
    let numbers = range.step == 1 ? [range.start, range.stop] : [range.start, range.stop, range.step]
    return .object(string("range(" + numbers.map(\.description).joined(separator: ", ") + ")"))
  }
}
