/// `len`, `iter`, `next`, `sorted`, `min`, `max`, `sum`, `any`, `all`.
extension Runtime {
  func installIterationFunctions() {
    prepareIteratorTypes()
    defineBuiltin("len", "obj, /") { (runtime, arguments) throws(Raised) in .int(try runtime.length(arguments[0])) }
    builtins.setShortcut(.length, of: "len", self)
    defineBuiltin("iter", "object, sentinel=None, /") { (runtime, arguments) throws(Raised) in
      guard let sentinel = arguments[1].defined else { return try runtime.iterate(arguments[0]) }
      if !runtime.isCallable(arguments[0]) { throw runtime.typeError("iter(v, w): v must be callable") }
      return .object(CallableIterator(runtime, arguments[0], sentinel: sentinel))
    }
    defineBuiltin("next", "iterator, default=None, /") { (runtime, arguments) throws(Raised) in
      try runtime.next(arguments[0], fallback: arguments[1])
    }
    builtins.setShortcut(.next, of: "next", self)
    defineBuiltin("any", "iterable, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.hasElement(arguments, whoseTruthIs: true))
    }
    defineBuiltin("all", "iterable, /") { (runtime, arguments) throws(Raised) in
      .bool(try !runtime.hasElement(arguments, whoseTruthIs: false))
    }
    defineBuiltin("sorted", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard arguments.count == 1 else { throw runtime.typeError("sorted expected 1 argument, got \(arguments.count)") }
      let (key, reverse) = try runtime.keywordPair(arguments, "sort", "key", "reverse")
      let isReversed = reverse.isUndefined ? false : try runtime.isTrue(reverse)
      let list = ListObject(runtime)
      try runtime.extend(list, arguments, at: 0)
      try runtime.sort(list, key: key.defined ?? .none, isReversed: isReversed)
      return .object(list)
    }
    defineBuiltin("min", "*args, key=None, default=None") { (runtime, arguments) throws(Raised) in
      try runtime.extreme(arguments, "min", isMaximum: false)
    }
    defineBuiltin("max", "*args, key=None, default=None") { (runtime, arguments) throws(Raised) in
      try runtime.extreme(arguments, "max", isMaximum: true)
    }
    builtins.setShortcut(.minimum, of: "min", self)
    builtins.setShortcut(.maximum, of: "max", self)
    defineBuiltin("sum", "iterable, /, start=0") { (runtime, arguments) throws(Raised) in
      try runtime.sum(arguments, start: arguments[1].defined ?? .int(0))
    }
    for name in ["any", "all", "sorted", "sum"] { builtins.setShortcut(.draining, of: name, self) }
  }

  /// `next(iterator)`, raising StopIteration at the end unless there is a fallback.
  func next(_ value: Value, fallback: Value) throws(Raised) -> Value {
    guard case .object(let object) = value else { throw notIterator(value) }
    var result = Value.none
    if object.kind == .generator {
      switch try unsafeDowncast(object, to: SuspendableFrame.self).step(self, sending: .none) {
      case .suspended(let value): return value
      case .returned(let value): result = value
      }
    } else if object.kind == .iterator, !object.type.isHeap {
      // A function that `map` calls may raise StopIteration.
      do {
        let element = try unsafeDowncast(object, to: IteratorObject.self).next(self)
        if !element.isUndefined { return element }
      } catch {
        guard let fallback = fallback.defined, matches(error, .stopIteration) else { throw error }
        return fallback
      }
    } else {
      guard let method = object.type.lookup(names[.next]) else { throw notIterator(value) }
      // The program's own `__next__` raises its StopIteration.
      do { return try callSpecial(method, value) } catch {
        guard let fallback = fallback.defined, matches(error, .stopIteration) else { throw error }
        return fallback
      }
    }
    guard let fallback = fallback.defined else { throw stopIteration(result) }
    return fallback
  }

  private func hasElement(_ arguments: Arguments, whoseTruthIs wanted: Bool) throws(Raised) -> Bool {
    var isFound = false
    try walk(arguments, at: 0) { (element) throws(Raised) in
      isFound = try isTrue(element) == wanted
      return !isFound
    }
    return isFound
  }

  // MARK: min and max

  private func extreme(_ arguments: Arguments, _ name: String, isMaximum: Bool) throws(Raised) -> Value {
    let options = try keywordPair(arguments, name, "key", "default")
    let key = options.0.defined ?? .none
    if arguments.count == 0 { throw typeError("\(name) expected at least 1 argument, got 0") }
    if arguments.count == 1 {
      var best = Value.undefined
      var bestKey = Value.undefined
      try walk(arguments, at: 0) { (value) throws(Raised) in
        try consider(value, key, &best, &bestKey, isMaximum)
        return true
      }
      if let best = best.defined { return best }
      guard let fallback = options.1.defined else { throw valueError("\(name)() iterable argument is empty") }
      return fallback
    }
    if !options.1.isUndefined {
      throw typeError("Cannot specify a default for \(name)() with multiple positional arguments")
    }
    var best = arguments[0]
    if key.isNone {
      for index in 1..<arguments.count {
        let candidate = arguments[index]
        if case .int(let number) = candidate, case .int(let other) = best {
          if isMaximum ? number > other : number < other { best = candidate }
        } else if try isBetter(candidate, than: best, isMaximum) {
          best = candidate
        }
      }
      return best
    }
    best = .undefined
    var bestKey = Value.undefined
    for index in 0..<arguments.count { try consider(arguments[index], key, &best, &bestKey, isMaximum) }
    return best
  }

  @inline(__always)
  private func consider(_ value: Value, _ key: Value, _ best: inout Value, _ bestKey: inout Value, _ isMaximum: Bool)
    throws(Raised)
  {
    let valueKey = key.isNone ? value : try call(key, value)
    if bestKey.isUndefined ? true : try isBetter(valueKey, than: bestKey, isMaximum) {
      best = value
      bestKey = valueKey
    }
  }

  @inline(__always)
  private func isBetter(_ a: Value, than b: Value, _ isMaximum: Bool) throws(Raised) -> Bool {
    if case .int(let number) = a, case .int(let other) = b { return isMaximum ? number > other : number < other }
    if !isMaximum { return try isLess(a, b) }
    return try isTrue(try compare(.greater, a, b))
  }

  // MARK: sum

  /// Ints as long as there are ints, then floats with Neumaier's compensation, then whatever `+` means.
  private func sum(_ arguments: Arguments, start: Value) throws(Raised) -> Value {
    if start.string != nil { throw typeError("sum() can't sum strings [use ''.join(seq) instead]") }
    if start.bytes != nil { throw typeError("sum() can't sum bytes [use b''.join(seq) instead]") }
    if start.cast(.byteArray, to: BytesObject.self) != nil {
      throw typeError("sum() can't sum bytearray [use b''.join(seq) instead]")
    }
    if let held = arguments.base.uncountedObject, held.isPlain, held.kind == .bytes || held.kind == .byteArray, case .int(let first) = start {
      var total = 0
      held.as(BytesObject.self)._withUnsafeGuaranteedRef { $0.withContent { for byte in $0 { total += Int(byte) } } }
      let (sum, overflow) = first.addingReportingOverflow(total)
      if !overflow { return .int(sum) }
    }
    var total = RunningSum(start)
    try walk(arguments, at: 0) { (value) throws(Raised) in
      if !total.add(value) {
        total = RunningSum(afterAdding: try binary(.add, total.value, value), mayBeFloat: total.isInteger)
      }
      return true
    }
    return total.value
  }
}

/// The sum so far.
private struct RunningSum {
  private enum State {
    case integer(Int)
    case float(Double, compensation: Double)
    case general(Value)
  }
  private var state: State

  init(_ start: Value) {
    switch start {
    case .int(let number): state = .integer(number)
    case .float(let number): state = .float(number, compensation: 0)
    // A bool is the sum of nothing as it is.
    default: state = .general(start)
    }
  }

  /// A float that came out of adding to an int begins the compensated sum; one that came later does not.
  init(afterAdding value: Value, mayBeFloat: Bool) {
    if case .float(let number) = value, mayBeFloat {
      state = .float(number, compensation: 0)
    } else {
      state = .general(value)
    }
  }

  var isInteger: Bool {
    if case .integer = state { return true }
    return false
  }

  var value: Value {
    switch state {
    case .integer(let number): return .int(number)
    case .float(let number, let compensation):
      return .float(compensation != 0 && compensation.isFinite ? number + compensation : number)
    case .general(let value): return value
    }
  }

  /// Adds a value if that needs no general `+`.
  @inline(__always)
  mutating func add(_ value: Value) -> Bool {
    switch (state, value) {
    case (.integer(let total), .int(let number)):
      let (sum, overflow) = total.addingReportingOverflow(number)
      if overflow { return false }
      state = .integer(sum)
      return true
    case (.integer(let total), .bool(let flag)):
      let (sum, overflow) = total.addingReportingOverflow(flag ? 1 : 0)
      if overflow { return false }
      state = .integer(sum)
      return true
    case (.float(let total, let compensation), .float(let number)):
      let sum = total + number
      let lost = total.magnitude >= number.magnitude ? (total - sum) + number : (number - sum) + total
      state = .float(sum, compensation: compensation + lost)
      return true
    case (.float(let total, let compensation), .int(let number)):
      state = .float(total + Double(number), compensation: compensation)
      return true
    case (.float(let total, let compensation), .bool(let flag)):
      state = .float(total + (flag ? 1 : 0), compensation: compensation)
      return true
    default: return false
    }
  }
}
