/// Ranges beyond a machine word: the methods of `range` learn about them here, so that ordinary ranges need not ask.
extension Runtime {
  /// The range of three integers, ordinary if that can hold it.
  func makeRange(_ start: BigInt, _ stop: BigInt, _ step: BigInt) throws(Raised) -> Value {
    if step.isZero { throw valueError("range() arg 3 must not be zero") }
    if let start = Int(exactly: start), let stop = Int(exactly: stop), let step = Int(exactly: step) {
      let range = RangeObject(self, start: start, stop: stop, step: step)
      if range.count < .max { return .object(range) }
    }
    return .object(BigRangeObject(self, start: start, stop: stop, step: step))
  }

  func installBigRanges(_ type: TypeObject) {
    func extend(_ name: String, _ body: @escaping (Runtime, BigRangeObject, Arguments) throws(Raised) -> Value) {
      guard let known = type.attributes.getString(intern(name))?.cast(.nativeFunction, to: NativeFunction.self) else {
        return
      }
      type.define(self, name, known.signature) { (runtime, arguments) throws(Raised) in
        if let range = arguments[0].bigRange { return try body(runtime, range, arguments) }
        return try known.body(runtime, arguments)
      }
    }
    extend("__len__") { (runtime, range, _) throws(Raised) in
      guard let count = Int(exactly: range.count) else {
        throw runtime.overflowError("Python int too large to convert to C ssize_t")
      }
      return .int(count)
    }
    extend("__bool__") { (_, range, _) throws(Raised) in .bool(!range.count.isZero) }
    extend("__getitem__") { (runtime, range, arguments) throws(Raised) in try runtime.item(of: range, arguments[1]) }
    extend("__iter__") { (runtime, range, _) throws(Raised) in
      runtime.iterator(over: range, from: range.start, step: range.step)
    }
    extend("__reversed__") { (runtime, range, _) throws(Raised) in
      runtime.iterator(over: range, from: range[range.count - 1], step: -range.step)
    }
    extend("__contains__") { (runtime, range, arguments) throws(Raised) in
      .bool(try runtime.position(of: arguments[1], in: range) != nil)
    }
    extend("index") { (runtime, range, arguments) throws(Raised) in
      if let index = try runtime.position(of: arguments[1], in: range) { return runtime.integer(index) }
      throw runtime.valueError("\(try runtime.repr(arguments[1]).text) is not in range")
    }
    extend("count") { (runtime, range, arguments) throws(Raised) in
      .int(try runtime.position(of: arguments[1], in: range) == nil ? 0 : 1)
    }
    extend("__repr__") { (runtime, range, _) throws(Raised) in
      var text = "range(\(try runtime.repr(runtime.integer(range.start)).text), "
      text += try runtime.repr(runtime.integer(range.stop)).text
      if range.step != 1 { text += ", \(try runtime.repr(runtime.integer(range.step)).text)" }
      return .object(runtime.string(text + ")"))
    }
    extend("__hash__") { (_, range, _) throws(Raised) in
      var hasher = TupleHasher()
      hasher.add(NumericHash.of(range.count))
      hasher.add(range.count.isZero ? Runtime.hashOfNone : NumericHash.of(range.start))
      hasher.add(range.count <= 1 ? Runtime.hashOfNone : NumericHash.of(range.step))
      return .int(hasher.finish(count: 3))
    }
    for (name, isEquality) in [("__eq__", true), ("__ne__", false)] {
      extend(name) { (runtime, range, arguments) throws(Raised) in
        guard let other = arguments[1].bigRange ?? arguments[1].range?.enlarged(runtime) else { return .notImplemented }
        let isSame =
          range.count == other.count
          && (range.count.isZero || (range.start == other.start && (range.count == 1 || range.step == other.step)))
        return .bool(isSame == isEquality)
      }
    }
    let fields: [(String, (RangeObject) -> Int, (BigRangeObject) -> BigInt)] = [
      ("start", { $0.start }, { $0.start }), ("stop", { $0.stop }, { $0.stop }), ("step", { $0.step }, { $0.step }),
    ]
    for (name, small, large) in fields {
      type.defineMember(self, name) { [unowned(unsafe) runtime = self] value in
        if let range = value.range { return .int(small(range)) }
        return value.bigRange.map { runtime.integer(large($0)) } ?? .none
      }
    }
  }

  private func iterator(over range: BigRangeObject, from first: BigInt, step: BigInt) -> Value {
    .object(LongRangeIterator(self, first, step: step, count: range.count))
  }

  /// Where a value stands; nil when it is not an element.
  private func position(of value: Value, in range: BigRangeObject) throws(Raised) -> BigInt? {
    switch Number(value) {
    case .int(let number): return range.index(of: BigInt(number))
    case .big(let number): return range.index(of: number)
    case .float(let number):
      return number.isFinite && number == number.rounded(.down) ? range.index(of: BigInt(truncating: number)) : nil
    default: break
    }
    var index: BigInt = 0
    while index < range.count {
      if try equals(integer(range[index]), value) { return index }
      index += 1
    }
    return nil
  }

  private func item(of range: BigRangeObject, _ key: Value) throws(Raised) -> Value {
    guard let slice = key.slice else {
      guard Number(key)?.bigInt != nil || specialMethod(key, .index) != nil else {
        throw typeError("range indices must be integers or slices, not \(typeName(key))")
      }
      let given = try bigInt(fromIndex: key)
      let index = given.sign == .minus ? given + range.count : given
      if index.sign == .minus || index >= range.count { throw indexError("range object index out of range") }
      return integer(range[index])
    }
    func bound(_ value: Value) throws(Raised) -> BigInt? {
      if value.isNone { return nil }
      guard Number(value)?.bigInt != nil || specialMethod(value, .index) != nil else {
        throw typeError("slice indices must be integers or None or have an __index__ method")
      }
      return try bigInt(fromIndex: value)
    }
    let step = try bound(slice.step) ?? 1
    if step.isZero { throw valueError("slice step cannot be zero") }
    let isDown = step.sign == .minus
    let (low, high): (BigInt, BigInt) = isDown ? (-1, range.count - 1) : (0, range.count)
    func clamped(_ value: BigInt?, _ fallback: BigInt) -> BigInt {
      guard let value else { return fallback }
      let index = value.sign == .minus ? value + range.count : value
      return min(max(index, low), high)
    }
    let start = clamped(try bound(slice.start), isDown ? high : low)
    let stop = clamped(try bound(slice.stop), isDown ? low : high)
    return try makeRange(range[start], range[stop], range.step * step)
  }
}

private final class LongRangeIterator: IteratorObject {
  private var current: BigInt
  private let step: BigInt
  private var remaining: BigInt

  init(_ runtime: Runtime, _ first: BigInt, step: BigInt, count: BigInt) {
    current = first
    self.step = step
    remaining = count
    super.init(type: runtime.types.iterators.longRange)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if remaining.isZero { return .undefined }
    remaining -= 1
    let value = current
    current += step
    return runtime.integer(value)
  }

  override func reduction(_ runtime: Runtime) throws(Raised) -> Value? {
    let numbers = [current, current + step * remaining, step].map { runtime.integer($0) }
    let iter = runtime.builtins.getString(runtime.intern("iter")) ?? .none
    let range = try runtime.call(.object(runtime.types.range), numbers)
    return runtime.tuple([iter, runtime.tuple([range]), .none])
  }

  override func restore(position: Int) {
    let passed = max(0, min(BigInt(position), remaining))
    current += step * passed
    remaining -= passed
  }
}
