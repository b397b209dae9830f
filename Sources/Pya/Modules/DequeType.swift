import PyaSyntax

/// The type `collections.deque`, which asyncio's queues use too.
private final class DequeTypeHolder {
  let type: TypeObject
  init(_ type: TypeObject) { self.type = type }
}

extension Runtime {
  var dequeType: TypeObject { attachment(DequeTypeHolder.self) { DequeTypeHolder(makeDequeType()) }.type }
}

/// The methods of `collections.deque`.
extension Runtime {
  private func makeDequeType() -> TypeObject {
    let type = TypeObject(self, module: "collections", "deque")
    type.defineConstructor(
      self, "iterable=(), maxlen=None", empty: { (_, cls) in .object(DequeObject(type: cls)) },
      fill: { (runtime, made, arguments) throws(Raised) in
        let deque = made.deque
        deque.removeAll()
        deque.limit = try runtime.dequeLimit(arguments[1])
        if let iterable = arguments[0].defined { try runtime.forEach(iterable) { deque.append($0) } }
      })
    type.defineLength(self) { $0.deque.count }
    type.defineAsUnhashable(self)
    defineDequeEnds(type)
    defineDequeChanges(type)
    defineDequeItems(type)
    defineDequeOperators(type)
    type.defineProperty(self, "maxlen") { (_, value) throws(Raised) in value.deque.limit.map { .int($0) } ?? .none }
    defineTypeArguments(of: type)
    return type
  }

  private func dequeLimit(_ value: Value) throws(Raised) -> Int? {
    if value.isUndefined || value.isNone { return nil }
    guard let (number, _) = try clampedIndex(value) else { throw typeError("an integer is required") }
    if number < 0 { throw valueError("maxlen must be non-negative") }
    return number
  }

  private func define(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, DequeObject, Arguments) throws(Raised) -> Value
  ) {
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      try body(runtime, arguments[0].deque, arguments)
    }
  }

  private func defineDequeEnds(_ type: TypeObject) {
    // The four that loops call go without the second closure.
    type.define(self, "append", "self, item, /") { (_, arguments) throws(Raised) in
      arguments.base[0].deque.append(arguments.base[1])
      return .none
    }
    type.define(self, "appendleft", "self, item, /") { (_, arguments) throws(Raised) in
      arguments.base[0].deque.prepend(arguments.base[1])
      return .none
    }
    type.define(self, "pop", "self, /") { (runtime, arguments) throws(Raised) in
      let deque = arguments.base[0].deque
      if deque.count == 0 { throw runtime.indexError("pop from an empty deque") }
      return deque.popLast()
    }
    type.define(self, "popleft", "self, /") { (runtime, arguments) throws(Raised) in
      let deque = arguments.base[0].deque
      if deque.count == 0 { throw runtime.indexError("pop from an empty deque") }
      return deque.popFirst()
    }
    define(type, "extend", "self, iterable, /") { (runtime, deque, arguments) throws(Raised) in
      try runtime.extend(deque, with: arguments[1])
      return .none
    }
    define(type, "extendleft", "self, iterable, /") { (runtime, deque, arguments) throws(Raised) in
      if arguments[1].isIdentical(to: arguments[0]) {
        for value in deque.array { deque.prepend(value) }
      } else {
        try runtime.forEach(arguments[1]) { deque.prepend($0) }
      }
      return .none
    }
  }

  private func extend(_ deque: DequeObject, with iterable: Value) throws(Raised) {
    if iterable.isIdentical(to: .object(deque)) {
      for value in deque.array { deque.append(value) }
    } else {
      try forEach(iterable) { deque.append($0) }
    }
  }

  private func defineDequeChanges(_ type: TypeObject) {
    define(type, "clear", "self, /") { (_, deque, _) throws(Raised) in
      deque.removeAll()
      return .none
    }
    define(type, "reverse", "self, /") { (_, deque, _) throws(Raised) in
      deque.reverse()
      return .none
    }
    define(type, "rotate", "self, n=1, /") { (runtime, deque, arguments) throws(Raised) in
      deque.rotate(arguments[1].isUndefined ? 1 : try runtime.index(arguments[1]))
      return .none
    }
    define(type, "insert", "self, index, value, /") { (runtime, deque, arguments) throws(Raised) in
      let index = try runtime.index(arguments[1])
      if let limit = deque.limit, deque.count >= limit {
        throw runtime.indexError("deque already at its maximum size")
      }
      deque.insert(arguments[2], at: index < 0 ? max(index &+ deque.count, 0) : min(index, deque.count))
      return .none
    }
    define(type, "remove", "self, value, /") { (runtime, deque, arguments) throws(Raised) in
      var index = 0
      while index < deque.count {
        let before = deque.changes
        let isFound = try runtime.isSame(deque[index], arguments[1])
        if deque.changes != before { throw runtime.indexError("deque mutated during remove().") }
        if isFound {
          deque.remove(at: index)
          return .none
        }
        index += 1
      }
      throw runtime.valueError("\(try runtime.repr(arguments[1]).text) is not in deque")
    }
    define(type, "__reduce__", "self, /") { (runtime, deque, arguments) throws(Raised) in
      let given = deque.limit.map { [runtime.tuple([]), .int($0)] } ?? []
      let attributes = deque.existingInstanceDictionary.flatMap { $0.count > 0 ? Value.object($0) : nil } ?? .none
      return runtime.tuple([.object(deque.type), runtime.tuple(given), attributes, try runtime.iterate(arguments[0])])
    }
    for name in ["copy", "__copy__"] {
      define(type, name, "self, /") { (runtime, deque, arguments) throws(Raised) in
        if deque.type.isHeap {
          let limit: [Value] = deque.limit.map { [.int($0)] } ?? []
          return try runtime.call(.object(deque.type), [arguments[0]] + limit)
        }
        return .object(runtime.copy(deque))
      }
    }
  }

  private func copy(_ deque: DequeObject) -> DequeObject {
    let result = DequeObject(type: deque.type.mro.first { !$0.isHeap } ?? deque.type, limit: deque.limit)
    for index in 0..<deque.count { result.append(deque[index]) }
    return result
  }

  private func defineDequeItems(_ type: TypeObject) {
    define(type, "__getitem__", "self, key, /") { (runtime, deque, arguments) throws(Raised) in
      deque[try runtime.dequePosition(deque, arguments[1])]
    }
    define(type, "__setitem__", "self, key, value, /") { (runtime, deque, arguments) throws(Raised) in
      deque[try runtime.dequePosition(deque, arguments[1])] = arguments[2]
      return .none
    }
    define(type, "__delitem__", "self, key, /") { (runtime, deque, arguments) throws(Raised) in
      deque.remove(at: try runtime.dequePosition(deque, arguments[1]))
      return .none
    }
    define(type, "__contains__", "self, key, /") { (runtime, deque, arguments) throws(Raised) in
      .bool(try runtime.firstIndex(of: arguments[1], in: deque, 0, .max) != nil)
    }
    define(type, "index", "self, value, start=0, stop=9223372036854775807, /") {
      (runtime, deque, arguments) throws(Raised) in
      let start = try runtime.searchBound(arguments[2], 0, count: deque.count)
      let stop = try runtime.searchBound(arguments[3], .max, count: deque.count)
      guard let index = try runtime.firstIndex(of: arguments[1], in: deque, start, stop) else {
        throw runtime.valueError("\(try runtime.repr(arguments[1]).text) is not in deque")
      }
      return .int(index)
    }
    define(type, "count", "self, value, /") { (runtime, deque, arguments) throws(Raised) in
      var found = 0
      var index = 0
      let before = deque.changes
      while index < deque.count {
        if try runtime.isSame(deque[index], arguments[1]) { found += 1 }
        if deque.changes != before { throw runtime.runtimeError("deque mutated during iteration") }
        index += 1
      }
      return .int(found)
    }
    define(type, "__iter__", "self, /") { (runtime, deque, _) throws(Raised) in
      .object(DequeIterator(runtime, deque, isReversed: false))
    }
    define(type, "__reversed__", "self, /") { (runtime, deque, _) throws(Raised) in
      .object(DequeIterator(runtime, deque, isReversed: true))
    }
    define(type, "__repr__", "self, /") { (runtime, deque, _) throws(Raised) in
      if runtime.openRepresentations.contains(deque.address) { return .object(runtime.string("[...]")) }
      runtime.openRepresentations.append(deque.address)
      defer { runtime.openRepresentations.removeLast() }
      let elements = try runtime.repr(.object(ListObject(runtime, deque.array))).text
      let limit = deque.limit.map { ", maxlen=\($0)" } ?? ""
      return .object(runtime.string("\(deque.type.name)(\(elements)\(limit))"))
    }
  }

  private func dequePosition(_ deque: DequeObject, _ key: Value) throws(Raised) -> Int {
    guard let (index, isExact) = try clampedIndex(key) else {
      throw typeError("sequence index must be integer, not '\(typeName(key))'")
    }
    if !isExact { throw indexError("cannot fit '\(typeName(key))' into an index-sized integer") }
    let position = index < 0 ? index &+ deque.count : index
    guard position >= 0, position < deque.count else { throw indexError("deque index out of range") }
    return position
  }

  private func firstIndex(of value: Value, in deque: DequeObject, _ start: Int, _ stop: Int) throws(Raised) -> Int? {
    let before = deque.changes
    var index = start
    while index < min(stop, deque.count) {
      let isFound = try isSame(deque[index], value)
      if deque.changes != before { throw runtimeError("deque mutated during iteration") }
      if isFound { return index }
      index += 1
    }
    return nil
  }

  private func defineDequeOperators(_ type: TypeObject) {
    define(type, "__add__", "self, value, /") { (runtime, deque, arguments) throws(Raised) in
      guard let other = arguments[1].object as? DequeObject else {
        throw runtime.typeError("can only concatenate deque (not \"\(runtime.typeName(arguments[1]))\") to deque")
      }
      let result = runtime.copy(deque)
      for index in 0..<other.count { result.append(other[index]) }
      return .object(result)
    }
    define(type, "__iadd__", "self, value, /") { (runtime, deque, arguments) throws(Raised) in
      try runtime.extend(deque, with: arguments[1])
      return arguments[0]
    }
    for name in ["__mul__", "__rmul__", "__imul__"] {
      define(type, name, "self, value, /") { (runtime, deque, arguments) throws(Raised) in
        let times = try runtime.repetitionCount(arguments[1])
        let target = name == "__imul__" ? deque : runtime.copy(deque)
        let elements = deque.array
        let (total, overflow) = elements.count.multipliedReportingOverflow(by: max(times, 0))
        try runtime.checkAllocation(ofValues: overflow ? .max : total)
        target.removeAll()
        if total > 0 { for _ in 0..<times { for element in elements { target.append(element) } } }
        return .object(target)
      }
    }
    for op in ComparisonOperator.rich {
      define(type, op.methodName, "self, value, /") { (runtime, deque, arguments) throws(Raised) in
        guard let other = arguments[1].object as? DequeObject else { return .notImplemented }
        return try runtime.builtInComparison(
          op, .object(ListObject(runtime, deque.array)), .object(ListObject(runtime, other.array)))
      }
    }
  }
}

extension Value {
  /// The deque that a deque's method has for its receiver.
  fileprivate var deque: DequeObject { unsafeDowncast(object.unsafelyUnwrapped, to: DequeObject.self) }
}
