extension Runtime {
  func installListType() {
    let type = types.list
    addBuiltin(type)
    type.defineConstructor(
      self, "iterable=(), /",
      empty: { (runtime, cls) in .object(cls === runtime.types.list ? ListObject(runtime) : ListObject(type: cls)) },
      fill: { (runtime, made, arguments) throws(Raised) in
        let list = made.list.unsafelyUnwrapped
        if list.count > 0 { list.removeAll() }
        if arguments.count > 0 { try runtime.extend(list, arguments, at: 0) }
      })
    type.defineComparisons(self)
    type.defineLength(self) { $0.list.unsafelyUnwrapped.count }
    type.defineElements(self)
    type.defineItemChanges(self)
    type.defineRepresentation(self)
    type.defineAsUnhashable(self)
    defineSequenceArithmetic(type)
    installListChanges(type)
    installListSearches(type)
  }

  private func installListChanges(_ type: TypeObject) {
    func define(
      _ name: String, _ signature: NativeSignature,
      _ body: @escaping (Runtime, ListObject, Arguments) throws(Raised) -> Value
    ) {
      type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
        try arguments.receiver(ListObject.self).borrowed { (list) throws(Raised) in
        try body(runtime, list, arguments)
      }
      }
    }
    // The two that loops call most go without the second closure.
    type.define(self, "append", "self, object, /") { (_, arguments) throws(Raised) in
      arguments.receiver(ListObject.self)._withUnsafeGuaranteedRef { $0.append(arguments.base[1]) }
      return .none
    }
    define("extend", "self, iterable, /") { (runtime, list, arguments) throws(Raised) in
      try runtime.extend(list, with: arguments[1])
      return .none
    }
    define("__iadd__", "self, value, /") { (runtime, list, arguments) throws(Raised) in
      try runtime.extend(list, with: arguments[1])
      return arguments[0]
    }
    define("__imul__", "self, value, /") { (runtime, list, arguments) throws(Raised) in
      try runtime.repeatInPlace(list, try runtime.repetitionCount(arguments[1]))
      return arguments[0]
    }
    define("insert", "self, index, object, /") { (runtime, list, arguments) throws(Raised) in
      let index = try runtime.index(arguments[1])
      let position = index < 0 ? max(index &+ list.count, 0) : min(index, list.count)
      list.insert(arguments[2], at: position)
      return .none
    }
    type.define(self, "pop", "self, index=-1, /") { (runtime, arguments) throws(Raised) in
      let list = unsafeDowncast(arguments.base[0].object.unsafelyUnwrapped, to: ListObject.self)
      let index = arguments[1].isUndefined ? -1 : try runtime.index(arguments[1])
      if list.count == 0 { throw runtime.indexError("pop from empty list") }
      let position = index < 0 ? index &+ list.count : index
      guard position >= 0, position < list.count else { throw runtime.indexError("pop index out of range") }
      return list.remove(at: position)
    }
    type.attributes.setShortcut(.append, of: "append", self)
    type.attributes.setShortcut(.pop, of: "pop", self)
    define("remove", "self, value, /") { (runtime, list, arguments) throws(Raised) in
      var index = 0
      while index < list.count {
        if try runtime.isSame(list[index], arguments[1]) {
          if index < list.count { _ = list.remove(at: index) }
          return .none
        }
        index += 1
      }
      throw runtime.valueError("list.remove(x): x not in list")
    }
    define("clear", "self, /") { (_, list, _) throws(Raised) in
      list.removeAll()
      return .none
    }
    define("reverse", "self, /") { (_, list, _) throws(Raised) in
      list.reverse()
      return .none
    }
    define("sort", "self, /, *, key=None, reverse=False") { (runtime, list, arguments) throws(Raised) in
      let isReversed = arguments[2].isUndefined ? false : try runtime.isTrue(arguments[2])
      try runtime.sort(list, key: arguments[1].defined ?? .none, isReversed: isReversed)
      return .none
    }
  }

  private func installListSearches(_ type: TypeObject) {
    type.define(self, "copy", "self, /") { (runtime, arguments) throws(Raised) in
      let list = arguments[0].list.unsafelyUnwrapped
      let copy = ListObject(runtime, capacity: list.count)
      copy.append(copiesOf: list.items, count: list.count)
      return .object(copy)
    }
    type.define(self, "count", "self, value, /") { (runtime, arguments) throws(Raised) in
      let list = arguments[0].list.unsafelyUnwrapped
      var found = 0
      var index = 0
      while index < list.count {
        if try runtime.isSame(list[index], arguments[1]) { found += 1 }
        index += 1
      }
      return .int(found)
    }
    type.define(self, "index", "self, value, start=0, stop=9223372036854775807, /") {
      (runtime, arguments) throws(Raised) in
      let list = arguments[0].list.unsafelyUnwrapped
      var index = try runtime.searchBound(arguments[2], 0, count: list.count)
      let stop = try runtime.searchBound(arguments[3], .max, count: list.count)
      while index < min(stop, list.count) {
        if try runtime.isSame(list[index], arguments[1]) { return .int(index) }
        index += 1
      }
      throw runtime.valueError("\(try runtime.repr(arguments[1]).text) is not in list")
    }
    type.define(self, "__reversed__", "self, /") { (runtime, arguments) throws(Raised) in
      let count = arguments.receiver(ListObject.self)._withUnsafeGuaranteedRef { $0.count }
      return .object(ReversedIterator(type: runtime.types.iterators.reversedList, arguments[0], count: count, readsList: true))
    }
  }

  /// The `start` or `stop` argument of `index`: clamped, and counted from the end when negative.
  func searchBound(_ value: Value, _ omitted: Int, count: Int) throws(Raised) -> Int {
    guard let value = value.defined else { return omitted }
    guard let (index, _) = try clampedIndex(value) else {
      throw typeError("slice indices must be integers or have an __index__ method")
    }
    return index < 0 ? max(index &+ count, 0) : index
  }

  /// `__add__`, `__mul__` and `__rmul__` of a sequence type.
  func defineSequenceArithmetic(_ type: TypeObject) {
    type.define(self, "__add__", "self, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.sequenceOperation(.add, arguments[0], arguments[1])
    }
    for name in ["__mul__", "__rmul__"] {
      type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.repetition(
          of: arguments[0].object.unsafelyUnwrapped, count: try runtime.integer(fromIndex: arguments[1]))
      }
    }
  }
}
