import PyaSyntax

/// `collections.Counter`: a dictionary from elements to how often they occur.
extension Runtime {
  func makeCounterType() -> TypeObject {
    let type = makeDictSubtype("Counter")
    defineCounting(type)
    defineCounterReports(type)
    defineCounterAlgebra(type)
    defineCounterComparisons(type)
    for entry in type.attributes.liveEntries {
      entry.value.cast(.nativeFunction, to: NativeFunction.self)?.isWrittenInPython = true
    }
    type.didChange()
    return type
  }

  private func defineCounting(_ type: TypeObject) {
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.checkCounterArguments(arguments, "__init__")
      try runtime.count(arguments, sign: 1)
      return .none
    }
    type.define(self, "update", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.checkCounterArguments(arguments, "update")
      try runtime.count(arguments, sign: 1)
      return .none
    }
    type.define(self, "subtract", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.checkCounterArguments(arguments, "subtract")
      try runtime.count(arguments, sign: -1)
      return .none
    }
    type.define(self, "__missing__", "self, key") { (_, _) throws(Raised) in .int(0) }
    type.define(self, "__delitem__", "self, elem") { (runtime, arguments) throws(Raised) in
      _ = try arguments[0].dict.unsafelyUnwrapped.remove(arguments[1], runtime)
      return .none
    }
    type.defineClassMethod(self, "fromkeys", "cls, iterable, v=None") { (runtime, _) throws(Raised) in
      throw runtime.notImplementedError("Counter.fromkeys() is undefined.  Use Counter(iterable) instead.")
    }
    for name in ["copy", "__copy__"] {
      type.define(self, name, "self") { (runtime, arguments) throws(Raised) in
        try runtime.call(.object(runtime.type(of: arguments[0])), arguments[0])
      }
    }
  }

  private func checkCounterArguments(_ arguments: Arguments, _ name: String) throws(Raised) {
    if arguments.count > 2 {
      throw typeError("Counter.\(name)() takes from 1 to 2 positional arguments but \(arguments.count) were given")
    }
  }

  /// Adds (or with sign -1 subtracts) the counts of a mapping, the elements of another iterable, and keywords.
  private func count(_ arguments: Arguments, sign: Int) throws(Raised) {
    let counter = arguments[0].dict.unsafelyUnwrapped
    if let source = arguments[1].defined, !source.isNone {
      if let mapping = source.dict {
        for entry in mapping.liveEntries { try add(entry.key, entry.hash, entry.value, sign, to: counter) }
      } else if let items = try getAttributeIfPresent(source, intern("items")), source.instance != nil {
        try forEach(try call(items)) { (item) throws(Raised) in
          let pair = try unpack(item, 2)
          try add(pair[0], try hash(pair[0]), pair[1], sign, to: counter)
        }
      } else if let text = source.string, text.isASCII, !text.isOfHeapType, counter.count == 0 {
        count(text, sign, in: counter)
      } else {
        try forEach(source) { (element) throws(Raised) in try addOne(element, sign, to: counter) }
      }
    }
    for (name, value) in arguments.keywords { try add(.object(name), name.stringHash, value, sign, to: counter) }
  }

  /// Counts the characters of an ASCII text in an empty counter.
  private func count(_ text: StringObject, _ sign: Int, in counter: DictObject) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 128) { counts in
      counts.initialize(repeating: 0)
      var order: [UInt8] = []
      for offset in 0..<text.byteCount {
        let byte = text.bytes[offset]
        if counts[Int(byte)] == 0 { order.append(byte) }
        counts[Int(byte)] += sign
      }
      for byte in order {
        let character = character(byte)
        counter.insert(.object(character), hash: character.stringHash, .int(counts[Int(byte)]))
      }
    }
  }

  /// Counts one element more, or less.
  @inline(__always)
  private func addOne(_ element: Value, _ sign: Int, to counter: DictObject) throws(Raised) {
    var key = element
    if let hash = key.quickHash, let index = counter.quickIndex(hash: hash, { $0.isQuicklySame(as: &key) }) {
      if index < 0 { return counter.insert(element, hash: hash, .int(sign)) }
      if case .int(let count) = counter.valuePlace(index).number, count.magnitude < 1 << 62 {
        return counter.valuePlace(index).initialize(to: .int(count + sign))
      }
    }
    try add(element, try hash(element), .int(1), sign, to: counter)
  }

  @inline(__always)
  private func add(_ element: Value, _ hash: Int, _ amount: Value, _ sign: Int, to counter: DictObject) throws(Raised) {
    let index = try counter.find(element, hash: hash, self)
    if index >= 0 {
      let sum = try binary(sign > 0 ? .add : .subtract, counter.entries[index].value, amount)
      try counter.set(element, hash: hash, sum, self)
    } else {
      counter.insert(element, hash: hash, sign > 0 ? amount : try binary(.subtract, .int(0), amount))
    }
  }

  // MARK: Reports

  private func defineCounterReports(_ type: TypeObject) {
    type.define(self, "most_common", "self, n=None") { (runtime, arguments) throws(Raised) in
      var pairs = try runtime.sortedCounts(arguments[0].dict.unsafelyUnwrapped)
      if let count = arguments[1].defined, !count.isNone { pairs = Array(pairs.prefix(max(try runtime.index(count), 0))) }
      return .object(ListObject(runtime, pairs))
    }
    type.define(self, "elements", "self") { (runtime, arguments) throws(Raised) in
      let entries = arguments[0].dict.unsafelyUnwrapped.liveEntries
      var position = 0
      var delivered = 0
      let itertools = try runtime.importModule("itertools", level: 0, globals: runtime.builtins)
      let chain = try runtime.getAttribute(itertools, runtime.intern("chain"))
      return .object(
        ClosureIterator(type: chain.type ?? runtime.types.iterators["chain"]) { (runtime) throws(Raised) in
          while position < entries.count {
            if delivered < (try runtime.index(entries[position].value)) {
              delivered += 1
              return entries[position].key
            }
            position += 1
            delivered = 0
          }
          return .undefined
        })
    }
    type.define(self, "total", "self") { (runtime, arguments) throws(Raised) in
      var total = Value.int(0)
      for value in arguments[0].dict.unsafelyUnwrapped.values { total = try runtime.binary(.add, total, value) }
      return total
    }
    type.define(self, "__repr__", "self") { (runtime, arguments) throws(Raised) in
      let counter = arguments[0].dict.unsafelyUnwrapped
      let name = counter.type.name
      if counter.count == 0 { return .object(runtime.string("\(name)()")) }
      let shown = DictObject(runtime)
      if let pairs = try? runtime.sortedCounts(counter) {
        for pair in pairs.compactMap(\.tuple) { try shown.set(pair[0], pair[1], runtime) }
      } else {
        try shown.merge(counter, runtime)
      }
      return .object(runtime.string("\(name)(\(try runtime.repr(.object(shown)).text))"))
    }
  }

  /// Pairs of element and count, the most frequent first.
  private func sortedCounts(_ counter: DictObject) throws(Raised) -> [Value] {
    let entries = counter.liveEntries
    var positions = entries.indices.map { Value.int($0) }
    try sort(&positions, keys: entries.map(\.value), isReversed: true)
    return positions.map { position in
      guard case .int(let index) = position else { return .none }
      return pair(entries[index].key, entries[index].value)
    }
  }

  // MARK: Algebra

  private func defineCounterAlgebra(_ type: TypeObject) {
    /// Keeps positive counts of all elements of both.
    func combine(
      _ runtime: Runtime, _ a: DictObject, _ b: DictObject, includesRight: Bool = true,
      _ merge: (Value, Value) throws(Raised) -> Value
    ) throws(Raised) -> Value {
      let result = DictObject(type: type)
      for entry in a.liveEntries {
        let merged = try merge(entry.value, try b.get(entry.key, runtime) ?? .int(0))
        if try runtime.isPositive(merged) { try result.set(entry.key, hash: entry.hash, merged, runtime) }
      }
      if includesRight {
        for entry in b.liveEntries where try a.find(entry.key, hash: entry.hash, runtime) < 0 {
          let merged = try merge(.int(0), entry.value)
          if try runtime.isPositive(merged) { try result.set(entry.key, hash: entry.hash, merged, runtime) }
        }
      }
      return .object(result)
    }
    let operations: [(String, (Runtime, Value, Value) throws(Raised) -> Value)] = [
      ("add", { (runtime, a, b) throws(Raised) in try runtime.binary(.add, a, b) }),
      ("sub", { (runtime, a, b) throws(Raised) in try runtime.binary(.subtract, a, b) }),
      ("or", { (runtime, a, b) throws(Raised) in try runtime.isLess(a, b) ? b : a }),
      ("and", { (runtime, a, b) throws(Raised) in try runtime.isLess(a, b) ? a : b }),
    ]
    for (name, merge) in operations {
      type.define(self, "__\(name)__", "self, other") { (runtime, arguments) throws(Raised) in
        guard let a = arguments[0].dict, let b = arguments[1].dict, b.type.isSubtype(of: type) else {
          return .notImplemented
        }
        return try combine(runtime, a, b, includesRight: name != "and") { (x, y) throws(Raised) in
          try merge(runtime, x, y)
        }
      }
      type.define(self, "__i\(name)__", "self, other") { (runtime, arguments) throws(Raised) in
        let counter = arguments[0].dict.unsafelyUnwrapped
        guard let other = arguments[1].dict else { return .notImplemented }
        let result = try combine(runtime, counter, other, includesRight: name != "and") { (x, y) throws(Raised) in
          try merge(runtime, x, y)
        }
        counter.removeAll()
        if let dict = result.dict { try counter.merge(dict, runtime) }
        return arguments[0]
      }
    }
    for (name, op) in [("pos", BinaryOperator.add), ("neg", .subtract)] {
      type.define(self, "__\(name)__", "self") { (runtime, arguments) throws(Raised) in
        try combine(runtime, DictObject(runtime), arguments[0].dict.unsafelyUnwrapped) { (x, y) throws(Raised) in
          try runtime.binary(op, x, y)
        }
      }
    }
  }

  private func isPositive(_ value: Value) throws(Raised) -> Bool { try isLess(.int(0), value) }

  private func defineCounterComparisons(_ type: TypeObject) {
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, other") { (runtime, arguments) throws(Raised) in
        guard let a = arguments[0].dict, let b = arguments[1].dict, b.type.isSubtype(of: type) else {
          return .notImplemented
        }
        return .bool(try runtime.compareCounters(op, a, b))
      }
    }
    type.defineAsUnhashable(self)
  }

  /// Missing elements count as 0.
  private func compareCounters(_ op: ComparisonOperator, _ a: DictObject, _ b: DictObject) throws(Raised) -> Bool {
    // A counter may hold itself.
    try enter()
    defer { leave() }
    func all(_ op: ComparisonOperator) throws(Raised) -> Bool {
      for entry in a.liveEntries + b.liveEntries {
        let (x, y) = (try a.get(entry.key, self) ?? .int(0), try b.get(entry.key, self) ?? .int(0))
        if try !isTrue(try compare(op, x, y)) { return false }
      }
      return true
    }
    switch op {
    case .equal: return try all(.equal)
    case .notEqual: return try !all(.equal)
    case .lessEqual: return try all(.lessEqual)
    case .greaterEqual: return try all(.greaterEqual)
    case .less: return try all(.lessEqual) ? !all(.equal) : false
    case .greater: return try all(.greaterEqual) ? !all(.equal) : false
    default: return false
    }
  }
}
