/// A `range` whose bounds and length fit a machine word; `BigRangeObject` is for others.
final class RangeObject: Object {
  final let start: Int
  final let stop: Int
  final let step: Int
  final let count: Int

  /// `step` is not 0.
  init(_ runtime: Runtime, start: Int, stop: Int, step: Int) {
    self.start = start
    self.stop = stop
    self.step = step
    count = RangeObject.count(start: start, stop: stop, step: step)
    super.init(type: runtime.types.range, kind: .range)
  }

  /// The element at a position that the caller has checked against `count`.
  @inline(__always)
  subscript(_ index: Int) -> Int { start &+ index &* step }

  static func count(start: Int, stop: Int, step: Int) -> Int {
    if step > 0 {
      return start < stop ? Int(clamping: (UInt(bitPattern: stop) &- UInt(bitPattern: start) &- 1) / UInt(step) &+ 1) : 0
    }
    return start > stop
      ? Int(clamping: (UInt(bitPattern: start) &- UInt(bitPattern: stop) &- 1) / step.magnitude &+ 1) : 0
  }
}

/// A `slice`: any three values.
final class SliceObject: Object {
  final let start: Value
  final let stop: Value
  final let step: Value

  init(_ runtime: Runtime, start: Value, stop: Value, step: Value) {
    self.start = start
    self.stop = stop
    self.step = step
    super.init(type: runtime.types.slice, kind: .slice)
  }
}
