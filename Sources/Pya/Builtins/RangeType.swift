import BigInt
import PyaSyntax

/// `range` and `slice`.
extension Runtime {
  func installRangeType() {
    let type = types.range
    addBuiltin(type)
    type.defineConstructor(self, "start, stop=None, step=None, /") { (runtime, _, arguments) throws(Raised) in
      let isStop = arguments[1].isUndefined
      let (start, stop) = isStop ? (.int(0), arguments[0]) : (arguments[0], arguments[1])
      let step = arguments[2].isUndefined ? Value.int(1) : arguments[2]
      guard let first = try runtime.rangeNumber(start), let last = try runtime.rangeNumber(stop),
        let distance = try runtime.rangeNumber(step)
      else { return try runtime.makeRange(start, stop, step) }
      if distance == 0 { throw runtime.valueError("range() arg 3 must not be zero") }
      return .object(RangeObject(runtime, start: first, stop: last, step: distance))
    }
    type.defineComparisons(self)
    type.defineElements(self)
    type.defineRepresentation(self)
    type.defineHash(self)
    defineRangeMethods(type)
    defineRangeMembers(type)
  }

  /// `ofWords` for a range of machine words, `ofBigs` for any other.
  private func define(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    ofWords: ((Runtime, RangeObject, Arguments) throws(Raised) -> Value)? = nil,
    ofBigs: @escaping (Runtime, BigRangeObject, Arguments) throws(Raised) -> Value
  ) {
    let existing = type.attributes.getString(intern(name))?.cast(.nativeFunction, to: NativeFunction.self)
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      if let big = arguments.receiver as? BigRangeObject { return try ofBigs(runtime, big, arguments) }
      if let ofWords { return try ofWords(runtime, arguments[0].range.unsafelyUnwrapped, arguments) }
      return try existing?.body(runtime, arguments) ?? .notImplemented
    }
  }

  private func defineRangeMethods(_ type: TypeObject) {
    define(type, "__len__", "self, /") { (_, range, _) throws(Raised) in
      .int(range.count)
    } ofBigs: { (runtime, range, _) throws(Raised) in try runtime.length(of: range) }
    define(type, "__bool__", "self, /") { (_, range, _) throws(Raised) in
      .bool(range.count > 0)
    } ofBigs: { (_, range, _) throws(Raised) in .bool(range.count > 0) }
    define(type, "__reversed__", "self, /") { (runtime, range, _) throws(Raised) in
      .object(
        RangeIterator(runtime, start: range[range.count &- 1], step: 0 &- range.step, count: range.count))
    } ofBigs: { (runtime, range, _) throws(Raised) in runtime.iterator(of: range, isReversed: true) }
    define(type, "count", "self, value, /") { (runtime, range, arguments) throws(Raised) in
      .int(try runtime.positions(of: arguments[1], in: range, limit: .max).count)
    } ofBigs: { (runtime, range, arguments) throws(Raised) in .int(runtime.contains(range, arguments[1]) ? 1 : 0) }
    define(type, "index", "self, value, /") { (runtime, range, arguments) throws(Raised) in
      guard let first = try runtime.positions(of: arguments[1], in: range, limit: 1).first else {
        if case .int = arguments[1] {
          throw runtime.valueError("\(try runtime.repr(arguments[1]).text) is not in range")
        }
        throw runtime.valueError("sequence.index(x): x not in sequence")
      }
      return .int(first)
    } ofBigs: { (runtime, range, arguments) throws(Raised) in try runtime.index(of: arguments[1], in: range) }
    define(type, "__iter__", "self, /", ofBigs: { (runtime, range, _) throws(Raised) in
      runtime.iterator(of: range, isReversed: false)
    })
    define(type, "__contains__", "self, key, /", ofBigs: { (runtime, range, arguments) throws(Raised) in
      .bool(runtime.contains(range, arguments[1]))
    })
    define(type, "__getitem__", "self, key, /", ofBigs: { (runtime, range, arguments) throws(Raised) in
      try runtime.item(range, arguments[1])
    })
    define(type, "__repr__", "self, /", ofBigs: { (runtime, range, _) throws(Raised) in try runtime.text(of: range) })
    define(type, "__hash__", "self, /", ofBigs: { (runtime, range, _) throws(Raised) in try runtime.hash(of: range) })
    for op in ComparisonOperator.rich {
      define(type, op.methodName, "self, value, /", ofBigs: { (runtime, range, arguments) throws(Raised) in
        guard op == .equal || op == .notEqual, let isEqual = runtime.equals(range, arguments[1]) else { return .notImplemented }
        return .bool(isEqual == (op == .equal))
      })
    }
  }

  private func defineRangeMembers(_ type: TypeObject) {
    let members: [(String, (RangeObject) -> Int, (BigRangeObject) -> BigInt)] = [
      ("start", { $0.start }, { $0.start }), ("stop", { $0.stop }, { $0.stop }), ("step", { $0.step }, { $0.step }),
    ]
    for (name, ofWords, ofBigs) in members {
      type.defineProperty(
        self, name,
        get: { (runtime, value) throws(Raised) in
          if let range = value.range { return .int(ofWords(range)) }
          return (value.object as? BigRangeObject).map { runtime.integer(ofBigs($0)) } ?? .none
        }, set: { (runtime, _, _) throws(Raised) in throw runtime.attributeError("readonly attribute") })
    }
  }

  /// Nil: beyond a machine word.
  private func rangeNumber(_ value: Value) throws(Raised) -> Int? {
    if case .int(let number) = value { return number }
    guard let (number, isExact) = try clampedIndex(value) else {
      throw typeError("'\(typeName(value))' object cannot be interpreted as an integer")
    }
    return isExact ? number : nil
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
    type.define(self, "indices", "self, object, /") { (runtime, arguments) throws(Raised) in
      let length = try runtime.index(arguments[1])
      if length < 0 { throw runtime.valueError("length should not be negative") }
      let span = try runtime.sliceSpan(arguments[0].slice.unsafelyUnwrapped) { length }
      return runtime.tuple([.int(span.start), .int(span.stop), .int(span.step)])
    }
  }
}
