/// A `range` of which something is beyond a machine word. Ordinary ranges are `RangeObject`s.
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
    let isEmpty = step.sign == .plus ? start >= stop : start <= stop
    let distance = step.sign == .plus ? stop - start - 1 : start - stop - 1
    count = isEmpty ? 0 : distance / BigInt(step.magnitude) + 1
    super.init(type: runtime.types.range, kind: .other)
  }

  subscript(_ index: BigInt) -> BigInt { start + index * step }

  /// Where a number stands; nil when it is not an element.
  func index(of number: BigInt) -> BigInt? {
    if count.isZero { return nil }
    let (quotient, remainder) = (number - start).quotientAndRemainder(dividingBy: step)
    return remainder.isZero && quotient >= 0 && quotient < count ? quotient : nil
  }
}

extension Value {
  var bigRange: BigRangeObject? { object.flatMap { $0.kind == .other ? $0 as? BigRangeObject : nil } }
}

extension RangeObject {
  /// The same as a range of any size.
  func enlarged(_ runtime: Runtime) -> BigRangeObject {
    BigRangeObject(runtime, start: BigInt(start), stop: BigInt(stop), step: BigInt(step))
  }
}
