/// Special methods that `str`, `bytes` and `bytearray` have in common: the built-in behaviour behind their operators.
extension Runtime {
  func installSequenceMethods(_ type: TypeObject) {
    type.defineElements(self)
    type.defineComparisons(self)
    type.defineRepresentation(self)
    type.define(self, "__add__", "self, value, /") { (runtime, arguments) throws(Raised) in
      let result = try runtime.concatenation(arguments.receiver, arguments[1])
      if !result.isNotImplemented { return result }
      let (name, other) = (arguments.receiver.type.mro.first { !$0.isHeap }?.name ?? "", runtime.typeName(arguments[1]))
      throw runtime.typeError(
        name == "str" ? "can only concatenate str (not \"\(other)\") to str" : "can't concat \(other) to \(name)")
    }
    for name in ["__mul__", "__rmul__"] {
      type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
        let count = try runtime.integer(fromIndex: arguments[1])
        return try runtime.repetition(of: arguments.receiver, count: count)
      }
    }
    if type === types.bytearray {
      type.defineAsUnhashable(self)
    } else {
      type.defineHash(self)
    }
  }

  /// A count given to a method: OverflowError when beyond a word.
  func size(_ value: Value) throws(Raised) -> Int {
    if case .int(let number) = value { return number }
    guard case .int(let number) = try integer(fromIndex: value) else {
      throw overflowError("Python int too large to convert to C ssize_t")
    }
    return number
  }

  /// `start` and `end` arguments of a search, clamped to a length. Nil: nothing can be found there, not even nothing.
  func searchRange(_ start: Value, _ end: Value, length: Int) throws(Raised) -> Range<Int>? {
    var lower = 0
    var upper = length
    if !end.isUndefined, !end.isNone {
      upper = try sliceIndex(end)
      if upper < 0 { upper = max(0, upper &+ length) }
      upper = min(upper, length)
    }
    if !start.isUndefined, !start.isNone {
      lower = try sliceIndex(start)
      if lower < 0 { lower = max(0, lower &+ length) }
    }
    return lower <= upper ? lower..<upper : nil
  }
}

extension Arguments {
  /// `self` of a method whose type has no immediate values.
  @inline(__always)
  var receiver: Object {
    guard case .object(let object) = base[0] else { fatalError("pya: a method without its object") }
    return object
  }
}
