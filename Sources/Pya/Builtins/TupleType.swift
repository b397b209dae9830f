extension Runtime {
  func installTupleType() {
    let type = types.tuple
    addBuiltin(type)
    type.defineConstructor(self, "iterable=(), /") { (runtime, cls, arguments) throws(Raised) in
      let isPlain = cls === runtime.types.tuple
      if isPlain, arguments.count > 0, let held = arguments.base.uncountedObject, held.isPlain {
        if held.kind == .tuple { return arguments[0] }
        if held.kind == .list {
          return held.as(ListObject.self)._withUnsafeGuaranteedRef { list in
            list.count == 0 ? .object(runtime.emptyTuple) : .object(TupleObject(type: cls, copying: list.items, count: list.count))
          }
        }
      }
      if runtime.hasLengthOfItsOwn(arguments[0]) { return .object(TupleObject(type: cls, try runtime.collected(arguments[0]))) }
      if runtime.isDrainable(arguments, at: 0) {
        let values = ListObject(runtime, capacity: 8)
        try runtime.extend(values, arguments, at: 0)
        if values.count > 0 { return .object(TupleObject(type: cls, copying: values.items, count: values.count)) }
        return .object(isPlain ? runtime.emptyTuple : TupleObject(type: cls, []))
      }
      let values = arguments[0].isUndefined ? [] : try runtime.array(arguments[0])
      if values.isEmpty, isPlain { return .object(runtime.emptyTuple) }
      return .object(TupleObject(type: cls, values))
    }
    type.defineComparisons(self)
    type.defineLength(self) { $0.tuple.unsafelyUnwrapped.count }
    type.defineElements(self)
    type.defineRepresentation(self)
    type.defineHash(self)
    defineSequenceArithmetic(type)
    type.define(self, "count", "self, value, /") { (runtime, arguments) throws(Raised) in
      let tuple = arguments[0].tuple.unsafelyUnwrapped
      var found = 0
      for index in 0..<tuple.count where try runtime.isSame(tuple[index], arguments[1]) { found += 1 }
      return .int(found)
    }
    type.define(self, "index", "self, value, start=0, stop=9223372036854775807, /") {
      (runtime, arguments) throws(Raised) in
      let tuple = arguments[0].tuple.unsafelyUnwrapped
      var index = try runtime.searchBound(arguments[2], 0, count: tuple.count)
      let stop = min(try runtime.searchBound(arguments[3], .max, count: tuple.count), tuple.count)
      while index < stop {
        if try runtime.isSame(tuple[index], arguments[1]) { return .int(index) }
        index += 1
      }
      throw runtime.valueError("tuple.index(x): x not in tuple")
    }
    type.define(self, "__getnewargs__", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.tuple([.object(TupleObject(runtime, arguments[0].tuple.unsafelyUnwrapped.array))])
    }
  }

  /// A tuple of values.
  func tuple(_ values: [Value]) -> Value { .object(values.isEmpty ? emptyTuple : TupleObject(self, values)) }
}
