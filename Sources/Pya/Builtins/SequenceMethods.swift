import PyaSyntax

/// Special methods that `str`, `bytes` and `bytearray` have in common: the built-in behaviour behind their operators.
extension Runtime {
  func installSequenceMethods(_ type: TypeObject) {
    type.define(self, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      try runtime.getBuiltinItem(arguments.receiver, arguments[1])
    }
    type.define(self, "__contains__", "self, key, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.builtinContains(arguments.receiver, arguments[1]))
    }
    type.define(self, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.iterateBuiltin(arguments.receiver)
    }
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
    let comparisons: [(String, ComparisonOperator)] = [
      ("__eq__", .equal), ("__ne__", .notEqual), ("__lt__", .less), ("__le__", .lessEqual), ("__gt__", .greater),
      ("__ge__", .greaterEqual),
    ]
    for (name, comparison) in comparisons {
      type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.builtInComparison(comparison, arguments[0], arguments[1])
      }
    }
    if type !== types.bytearray {
      type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
        .int(try runtime.builtInHash(arguments.receiver))
      }
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

extension TypeObject {
  /// `__new__`, which makes an instance of a class given as first argument as the type's constructor does.
  func defineNew(_ runtime: Runtime, accepts: @escaping (TypeObject) -> Bool) {
    let name = name
    unowned let base = self
    defineStatic(runtime, "__new__", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard arguments.count > 0 else { throw runtime.typeError("\(name).__new__(): not enough arguments") }
      guard let cls = arguments[0].type else {
        throw runtime.typeError(
          "\(name).__new__(X): X is not a type object (\(runtime.typeName(arguments[0])))")
      }
      guard cls.isSubtype(of: base), accepts(cls), let construct = base.construct else {
        throw runtime.typeError("\(name).__new__(\(cls.name)): \(cls.name) is not a subtype of \(name)")
      }
      return try construct(runtime, cls, arguments.dropFirst)
    }
  }
}
