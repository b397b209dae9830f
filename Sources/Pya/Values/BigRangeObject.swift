import BigInt

/// A `range` with a bound or step beyond a machine word. The others are `RangeObject`s.
final class BigRangeObject: Object {
  let start: BigInt
  let stop: BigInt
  let step: BigInt
  let count: BigInt

  /// `step` is not 0.
  init(_ runtime: Runtime, start: BigInt, stop: BigInt, step: BigInt) {
    self.start = start
    self.stop = stop
    self.step = step
    if step > 0 {
      count = start < stop ? (stop - start - 1) / step + 1 : 0
    } else {
      count = start > stop ? (start - stop - 1) / -step + 1 : 0
    }
    super.init(type: runtime.types.range, kind: .other)
  }

  /// The element at a position that the caller has checked against `count`.
  subscript(_ index: BigInt) -> BigInt { start + index * step }

  /// Where a number stands; nil when it does not.
  func index(of number: BigInt) -> BigInt? {
    let (quotient, remainder) = (number - start).quotientAndRemainder(dividingBy: step)
    return remainder == 0 && quotient >= 0 && quotient < count ? quotient : nil
  }
}

final class BigRangeIterator: IteratorObject {
  private var current: BigInt
  private let step: BigInt
  private var rest: BigInt

  init(_ runtime: Runtime, start: BigInt, step: BigInt, count: BigInt) {
    current = start
    self.step = step
    rest = count
    super.init(type: runtime.types.iterators["longrange_iterator"])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if rest <= 0 { return .undefined }
    rest -= 1
    defer { current += step }
    return runtime.integer(current)
  }

  override var lengthHint: Int? { Int(exactly: rest) }
}
