/// `range` and `slice`.
extension Runtime {
  func installRangeType() {
    let type = types.range
    addBuiltin(type)
    type.defineConstructor(self, "start, stop=None, step=None, /") { (runtime, _, arguments) throws(Raised) in
      let stop = arguments[1].defined
      let step = arguments[2].defined ?? .int(1)
      if case .int(let start) = stop == nil ? .int(0) : arguments[0], case .int(let stop) = stop ?? arguments[0],
        case .int(let step) = step, step != 0
      {
        let range = RangeObject(runtime, start: start, stop: stop, step: step)
        if range.count < .max { return .object(range) }
      }
      let start = stop == nil ? 0 : try runtime.bigInt(fromIndex: arguments[0])
      let end = try runtime.bigInt(fromIndex: stop ?? arguments[0])
      return try runtime.makeRange(start, end, try runtime.bigInt(fromIndex: step))
    }
    type.defineComparisons(self)
    type.defineLength(self) { $0.range.unsafelyUnwrapped.count }
    type.defineElements(self)
    type.defineRepresentation(self)
    type.defineHash(self)
    type.defineMember(self, "start") { .int($0.range.unsafelyUnwrapped.start) }
    type.defineMember(self, "stop") { .int($0.range.unsafelyUnwrapped.stop) }
    type.defineMember(self, "step") { .int($0.range.unsafelyUnwrapped.step) }
    type.define(self, "__bool__", "self, /") { (_, arguments) throws(Raised) in
      .bool(arguments[0].range.unsafelyUnwrapped.count > 0)
    }
    type.define(self, "__reversed__", "self, /") { (runtime, arguments) throws(Raised) in
      let range = arguments[0].range.unsafelyUnwrapped
      return .object(
        RangeIterator(runtime, start: range[range.count &- 1], step: 0 &- range.step, count: range.count))
    }
    type.define(self, "count", "self, value, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.positions(of: arguments[1], in: arguments[0].range.unsafelyUnwrapped, limit: .max).count)
    }
    type.define(self, "index", "self, value, /") { (runtime, arguments) throws(Raised) in
      let range = arguments[0].range.unsafelyUnwrapped
      guard let first = try runtime.positions(of: arguments[1], in: range, limit: 1).first else {
        if case .int = arguments[1] {
          throw runtime.valueError("\(try runtime.repr(arguments[1]).text) is not in range")
        }
        throw runtime.valueError("sequence.index(x): x not in sequence")
      }
      return .int(first)
    }
    installBigRanges(type)
  }

  /// Where equal elements stand in a range: at most one for numbers; other values are compared one by one.
  private func positions(of value: Value, in range: RangeObject, limit: Int) throws(Raised) -> [Int] {
    switch value {
    case .int(let number): return range.index(of: number).map { [$0] } ?? []
    case .bool(let flag): return range.index(of: flag ? 1 : 0).map { [$0] } ?? []
    case .float(let number): return Int(exactly: number).flatMap { range.index(of: $0) }.map { [$0] } ?? []
    default: break
    }
    var found: [Int] = []
    for index in 0..<range.count where try equals(.int(range[index]), value) {
      found.append(index)
      if found.count == limit { break }
    }
    return found
  }

  func installSliceType() {
    let type = types.slice
    addBuiltin(type)
    type.defineConstructor(self, "start, stop=None, step=None, /") { (runtime, _, arguments) throws(Raised) in
      if arguments[1].isUndefined {
        return .object(SliceObject(runtime, start: .none, stop: arguments[0], step: .none))
      }
      return .object(
        SliceObject(runtime, start: arguments[0], stop: arguments[1], step: arguments[2].defined ?? .none))
    }
    type.defineComparisons(self)
    type.defineRepresentation(self)
    type.defineHash(self)
    type.defineMember(self, "start") { $0.slice.unsafelyUnwrapped.start }
    type.defineMember(self, "stop") { $0.slice.unsafelyUnwrapped.stop }
    type.defineMember(self, "step") { $0.slice.unsafelyUnwrapped.step }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let slice = arguments[0].slice.unsafelyUnwrapped
      return runtime.tuple([.object(runtime.types.slice), runtime.tuple([slice.start, slice.stop, slice.step])])
    }
    type.define(self, "indices", "self, object, /") { (runtime, arguments) throws(Raised) in
      try runtime.sliceIndices(arguments[0].slice.unsafelyUnwrapped, try runtime.integer(fromIndex: arguments[1]))
    }
  }

  /// `slice.indices`, for numbers of any size.
  private func sliceIndices(_ slice: SliceObject, _ lengthValue: Value) throws(Raised) -> Value {
    func number(_ value: Value) throws(Raised) -> BigInt {
      guard type(of: value).lookup(names[.index]) != nil else {
        throw typeError("slice indices must be integers or None or have an __index__ method")
      }
      switch try integer(fromIndex: value) {
      case .int(let small): return BigInt(small)
      case let big: return big.bigInt?.value ?? 0
      }
    }
    let length = try number(lengthValue)
    if length < 0 { throw valueError("length should not be negative") }
    let step = slice.step.isNone ? 1 : try number(slice.step)
    if step == 0 { throw valueError("slice step cannot be zero") }
    let isNegative = step < 0
    let (lower, upper): (BigInt, BigInt) = isNegative ? (-1, length - 1) : (0, length)
    func bound(_ value: Value, otherwise: BigInt) throws(Raised) -> BigInt {
      if value.isNone { return otherwise }
      let given = try number(value)
      return given < 0 ? max(given + length, lower) : min(given, upper)
    }
    let start = try bound(slice.start, otherwise: isNegative ? upper : lower)
    let stop = try bound(slice.stop, otherwise: isNegative ? lower : upper)
    return tuple([integer(start), integer(stop), integer(step)])
  }
}
