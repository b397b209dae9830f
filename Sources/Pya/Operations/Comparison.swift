import PyaSyntax

/// `==`, `<` and the rest: Python's rich comparison.
///
/// Both operands are asked, the right one first when its class is a proper subclass of the left one's; if neither knows,
/// `==` is identity and an order is a TypeError.
extension Runtime {
  /// Whether `a == b`. Containers, which take identical elements for equal, ask `isSame`.
  func equals(_ a: Value, _ b: Value) throws(Raised) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): return x == y
    case (.float(let x), .float(let y)): return x == y
    case (.bool(let x), .bool(let y)): return x == y
    case (.none, .none): return true
    default: break
    }
    if let order = comparedTexts(a, b, asksOrder: false) { return order == 0 }
    if let isEqual = a.quickTupleComparison(.equal, b) { return isEqual }
    return try isTrue(try richComparison(.equal, a, b))
  }

  /// `a < b`, for sorting.
  func isLess(_ a: Value, _ b: Value) throws(Raised) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): return x < y
    case (.float(let x), .float(let y)): return x < y
    default: break
    }
    if let order = comparedTexts(a, b, asksOrder: true) { return order < 0 }
    if let isLess = a.quickTupleComparison(.less, b) { return isLess }
    return try isTrue(try richComparison(.less, a, b))
  }

  /// Two plain strings: zero when equal, else the sign of their order, if that is asked for. Nil: something else.
  @inline(__always)
  private func comparedTexts(_ a: Value, _ b: Value, asksOrder: Bool) -> Int? {
    guard let x = a.uncounted, let y = b.uncounted, x.kind == .string, y.kind == .string, x.comparesPlainly, y.comparesPlainly else {
      return nil
    }
    return x.as(StringObject.self)._withUnsafeGuaranteedRef { x in
      y.as(StringObject.self)._withUnsafeGuaranteedRef { y in
        asksOrder ? x.compare(to: y) : x.hasSameText(as: y) ? 0 : 1
      }
    }
  }

  /// Any comparison operator, with the value a program's special method returned.
  func compare(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    switch op {
    case .is: return .bool(a.isIdentical(to: b))
    case .isNot: return .bool(!a.isIdentical(to: b))
    case .in: return .bool(try contains(b, a))
    case .notIn: return .bool(try !contains(b, a))
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: break
    }
    switch (a, b) {
    case (.int(let x), .int(let y)): return .bool(op.holds(x, y))
    case (.float(let x), .float(let y)): return .bool(op.holds(x, y))
    default: break
    }
    if let order = comparedTexts(a, b, asksOrder: op != .equal && op != .notEqual) { return .bool(op.holds(order, 0)) }
    if let holds = a.quickTupleComparison(op, b) { return .bool(holds) }
    return try richComparison(op, a, b)
  }

  private func richComparison(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if let method = ownMethod(op, a, b) {
      let result = try ask(method, a, b)
      return result.isNotImplemented ? try compare(op, a, declining: b) : result
    }
    if let x = a.uncounted, let y = b.uncounted, x.kind == .other, y.kind == .other, x.isPlain, y.isPlain {
      let holds = try x.borrowed { (x) throws(Raised) in try x.quickComparison(op, y) }
      if let holds { return .bool(holds) }
    } else if let holds = a.quickComparison(op, with: b) ?? b.quickComparison(op.reflected, with: a) {
      return .bool(holds)
    }
    if let x = a.comparedNumber, let y = b.comparedNumber {
      if case .int(let first) = x, case .int(let second) = y { return .bool(op.holds(first, second)) }
      return try builtInComparison(op, x, y)
    }
    if !a.isOfHeapType, !b.isOfHeapType {
      let result = try builtInComparison(op, a, b)
      if !result.isNotImplemented { return result }
    }
    let leftType = type(of: a)
    let rightType = type(of: b)
    var isRightAsked = false
    if leftType !== rightType, rightType.isHeap, rightType.isSubtype(of: leftType) {
      isRightAsked = true
      let result = try ask(b, op.reflected, a)
      if !result.isNotImplemented { return result }
    }
    let result = try ask(a, op, b)
    if !result.isNotImplemented { return result }
    return isRightAsked ? try compareWithoutMethods(op, a, b) : try compare(op, a, declining: b)
  }

  /// The plain function that compares two instances of one class of the program; nil: something else.
  @inline(__always)
  private func ownMethod(_ op: ComparisonOperator, _ a: Value, _ b: Value) -> Unmanaged<Object>? {
    guard let x = a.uncounted, let y = b.uncounted, x.kind == .instance, y.kind == .instance else { return nil }
    let type = x._withUnsafeGuaranteedRef { $0.typePointer }
    guard y._withUnsafeGuaranteedRef({ $0.typePointer }) == type else { return nil }
    let method = Unmanaged<TypeObject>.fromOpaque(type)._withUnsafeGuaranteedRef { $0.uncountedSpecial(op.method) }
    guard let method, method.kind == .function else { return nil }
    return method
  }

  private func ask(_ method: Unmanaged<Object>, _ a: Value, _ b: Value) throws(Raised) -> Value {
    // The class may lose it meanwhile.
    let function = method.takeUnretainedValue()
    let base = try machine.reserveCall(2)
    defer { machine.endCall(base, 2) }
    base.initialize(to: a)
    (base + 1).initialize(to: b)
    return try function.call(self, inPlace: base, 2)
  }

  /// `a op b` after the left operand's method, which was to be asked first, did not know.
  func compare(_ op: ComparisonOperator, _ a: Value, declining b: Value) throws(Raised) -> Value {
    let result = try ask(b, op.reflected, a)
    return result.isNotImplemented ? try compareWithoutMethods(op, a, b) : result
  }

  /// `a op b` where no operand's method knows.
  private func compareWithoutMethods(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    switch op {
    case .equal, .notEqual:
      try warnOfMixture(a, b)
      return .bool(a.isIdentical(to: b) == (op == .equal))
    default:
      throw typeError(
        "'\(op.rawValue)' not supported between instances of '\(type(of: a).messageName)' and '\(type(of: b).messageName)'")
    }
  }

  /// With `-b`: bytes are never equal to a text or a number.
  private func warnOfMixture(_ a: Value, _ b: Value) throws(Raised) {
    func isBytes(_ value: Value) -> Bool { value.uncounted.map { $0.kind == .bytes || $0.kind == .byteArray } ?? false }
    guard isBytes(a) != isBytes(b), launchOptions.bytesWarning > 0 else { return }
    let other = isBytes(a) ? b : a
    if other.string != nil { try issueWarning("Comparison between bytes and string", category: "BytesWarning") }
    if isInstance(other, of: types.int) { try issueWarning("Comparison between bytes and int", category: "BytesWarning") }
  }

  /// One operand's opinion.
  private func ask(_ value: Value, _ op: ComparisonOperator, _ other: Value) throws(Raised) -> Value {
    guard case .object(let object) = value else {
      return value.leaves(op.reflected.method, to: other) ? .notImplemented : try builtInComparison(op, value, other)
    }
    let type = object.type
    if let method = type.special(op.method) { return try callSpecial(method, value, other) }
    if object.kind.hasBuiltInComparison {
      return value.leaves(op.reflected.method, to: other) ? .notImplemented : try builtInComparison(op, value, other)
    }
    if let method = specialMethod(value, op.method) { return try callSpecial(method, value, other) }
    // `object.__ne__` inverts `__eq__`.
    if op == .notEqual, let method = specialMethod(value, .eq) {
      let result = try callSpecial(method, value, other)
      return result.isNotImplemented ? result : .bool(try !isTrue(result))
    }
    return .notImplemented
  }

  // MARK: Built-in kinds

  /// What a built-in kind says about another value; NotImplemented: nothing.
  func builtInComparison(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if let x = Number(a) {
      guard let y = Number(b) else { return .notImplemented }
      return compareNumbers(op, x, y)
    }
    guard case .object(let x) = a, case .object(let y) = b else {
      if op == .equal || op == .notEqual, a.isIdentical(to: b) { return .bool(op == .equal) }
      return .notImplemented
    }
    switch x.kind {
    case .string:
      guard y.kind == .string else { return .notImplemented }
      let (first, second) = (unsafeDowncast(x, to: StringObject.self), unsafeDowncast(y, to: StringObject.self))
      if op == .equal { return .bool(first.hasSameText(as: second)) }
      if op == .notEqual { return .bool(!first.hasSameText(as: second)) }
      return .bool(op.holds(first.compare(to: second), 0))
    case .bytes, .byteArray:
      guard y.kind == .bytes || y.kind == .byteArray else { return .notImplemented }
      let (mine, theirs) = (unsafeDowncast(x, to: BytesObject.self), unsafeDowncast(y, to: BytesObject.self))
      if op == .equal || op == .notEqual { return .bool(mine.hasSameBytes(as: theirs) == (op == .equal)) }
      return .bool(op.holds(mine.compare(to: theirs), 0))
    case .list:
      guard y.kind == .list else { return .notImplemented }
      return try compareLists(op, unsafeDowncast(x, to: ListObject.self), unsafeDowncast(y, to: ListObject.self))
    case .tuple:
      guard y.kind == .tuple else { return .notImplemented }
      return try compareTuples(op, unsafeDowncast(x, to: TupleObject.self), unsafeDowncast(y, to: TupleObject.self))
    case .set:
      guard y.kind == .set,
        let holds = try setCompare(op, unsafeDowncast(x, to: SetObject.self), unsafeDowncast(y, to: SetObject.self))
      else { return .notImplemented }
      return .bool(holds)
    case .dict:
      guard y.kind == .dict, op == .equal || op == .notEqual else { return .notImplemented }
      let same = try haveSameEntries(unsafeDowncast(x, to: DictObject.self), unsafeDowncast(y, to: DictObject.self))
      return .bool(same == (op == .equal))
    case .range:
      guard y.kind == .range, op == .equal || op == .notEqual else { return .notImplemented }
      let (first, second) = (unsafeDowncast(x, to: RangeObject.self), unsafeDowncast(y, to: RangeObject.self))
      let same =
        first.count == second.count
        && (first.count == 0 || first.start == second.start && (first.count == 1 || first.step == second.step))
      return .bool(same == (op == .equal))
    case .slice:
      guard y.kind == .slice else { return .notImplemented }
      let (first, second) = (unsafeDowncast(x, to: SliceObject.self), unsafeDowncast(y, to: SliceObject.self))
      return try compareTuples(
        op, TupleObject(self, [first.start, first.stop, first.step]),
        TupleObject(self, [second.start, second.stop, second.step]))
    case .boundMethod:
      guard y.kind == .boundMethod, op == .equal || op == .notEqual else { return .notImplemented }
      let (first, second) = (unsafeDowncast(x, to: BoundMethod.self), unsafeDowncast(y, to: BoundMethod.self))
      let same = first.receiver.isIdentical(to: second.receiver) && first.function.isIdentical(to: second.function)
      return .bool(same == (op == .equal))
    default: return .notImplemented
    }
  }

  // Elements may be objects of the program whose `__eq__` changes the very lists: counts are read anew for each.

  private func compareLists(_ op: ComparisonOperator, _ a: ListObject, _ b: ListObject) throws(Raised) -> Value {
    if a.count != b.count {
      if op == .equal { return .bool(false) }
      if op == .notEqual { return .bool(true) }
    }
    try enter(" in comparison")
    defer { leave() }
    var index = 0
    while index < a.count, index < b.count {
      if let (x, y) = try difference(a.items + index, b.items + index) {
        // The comparison may have emptied the lists: then their lengths decide.
        if index >= a.count || index >= b.count { break }
        return try compareFirstDifference(op, x, y)
      }
      index += 1
    }
    return .bool(op.holds(a.count, b.count))
  }

  private func compareTuples(_ op: ComparisonOperator, _ a: TupleObject, _ b: TupleObject) throws(Raised) -> Value {
    try enter(" in comparison")
    defer { leave() }
    var index = 0
    while index < a.count, index < b.count {
      if let (x, y) = try difference(a.items + index, b.items + index) { return try compareFirstDifference(op, x, y) }
      index += 1
    }
    return .bool(op.holds(a.count, b.count))
  }

  /// What lies at two places, if it is not the same.
  @inline(__always)
  private func difference(
    _ x: UnsafeMutablePointer<Value>, _ y: UnsafeMutablePointer<Value>
  ) throws(Raised) -> (Value, Value)? {
    let quick = x.isQuicklySame(as: y)
    if quick == true { return nil }
    let values = (x.copied, y.copied)
    if quick == nil, try isSame(values.0, values.1) { return nil }
    return values
  }

  private func compareFirstDifference(_ op: ComparisonOperator, _ x: Value, _ y: Value) throws(Raised) -> Value {
    switch op {
    case .equal: return .bool(false)
    case .notEqual: return .bool(true)
    default: return try compare(op, x, y)
    }
  }

  private func haveSameEntries(_ a: DictObject, _ b: DictObject) throws(Raised) -> Bool {
    if a.count != b.count { return false }
    if a === b, a.count == 0 { return true }
    try enter(" in comparison")
    defer { leave() }
    var index = 0
    while index < a.used {
      let entry = a.entries[index]
      index += 1
      if entry.key.isUndefined { continue }
      let other = try b.find(entry.key, hash: entry.hash, self)
      if other < 0 { return false }
      if try !isSame(entry.value, b.entries[other].value) { return false }
    }
    return true
  }
}

extension ComparisonOperator {
  /// The operator with its sides exchanged.
  var reflected: ComparisonOperator {
    switch self {
    case .less: .greater
    case .lessEqual: .greaterEqual
    case .greater: .less
    case .greaterEqual: .lessEqual
    case .equal, .notEqual, .is, .isNot, .in, .notIn: self
    }
  }

  var method: SpecialMethod {
    switch self {
    case .less: .lt
    case .lessEqual: .le
    case .greater: .gt
    case .greaterEqual: .ge
    case .notEqual: .ne
    case .equal, .is, .isNot, .in, .notIn: .eq
    }
  }

  @inline(__always)
  func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
    switch self {
    case .less: a < b
    case .lessEqual: a <= b
    case .greater: a > b
    case .greaterEqual: a >= b
    case .notEqual: a != b
    case .equal, .is, .isNot, .in, .notIn: a == b
    }
  }
}

extension Kind {
  /// Kinds whose comparisons `builtInComparison` knows.
  @inline(__always)
  fileprivate var hasBuiltInComparison: Bool {
    switch self {
    case .bigInt, .intInstance, .floatInstance, .complex, .string, .bytes, .byteArray, .list, .tuple, .dict, .range,
      .slice, .boundMethod:
      return true
    default: return false
    }
  }
}

extension Value {
  /// The number that an int, a float or an instance of a subclass is compared as; nil for anything else, and where the class has a say in it.
  @inline(__always)
  fileprivate var comparedNumber: Value? {
    guard let held = uncounted else { return isNumber ? self : nil }
    guard held.kind == .intInstance || held.kind == .floatInstance, held.comparesPlainly else { return nil }
    return held.as(NumberInstance.self)._withUnsafeGuaranteedRef { $0.number }
  }

  private var isNumber: Bool {
    switch self {
    case .int, .float, .bool: true
    default: false
    }
  }

  /// `self op other` for an object whose class knows ints; nil for anything else.
  @inline(__always)
  fileprivate func quickComparison(_ op: ComparisonOperator, with other: Value) -> Bool? {
    guard let object = uncounted, object.kind == .other, object.isPlain, case .int(let number) = other else { return nil }
    return object._withUnsafeGuaranteedRef { $0.quickComparison(op, number: number) }
  }
}
