import PyaSyntax

// Comparing where values lie, for those whose comparison runs no code of the program: numbers, strings, and tuples, lists and sets of
// these. Tuples of numbers are what programs keep in heaps and sets.

extension UnsafeMutablePointer where Pointee == Value {
  /// Whether the values are the same for a container (identical or equal); nil: the general rule must decide.
  func quickEquals(_ other: UnsafeMutablePointer<Value>, depth: Int = 0) -> Bool? {
    guard tag == other.tag else { return nil }
    switch tag {
    case ValueTag.int: return word == other.word
    // A NaN is the same as itself: the general rule knows.
    case ValueTag.float: return double == other.double ? true : double < other.double || double > other.double ? false : nil
    case ValueTag.object: break
    case ValueTag.bool: return isIdentical(to: other)
    default: return isIdentical(to: other) ? true : nil
    }
    guard let mine = uncountedObject, let theirs = other.uncountedObject else { return nil }
    if mine.toOpaque() == theirs.toOpaque() { return true }
    guard mine.kind == theirs.kind, mine.comparesPlainly, theirs.comparesPlainly else { return nil }
    switch mine.kind {
    case .string: return mine.hasSameText(as: theirs)
    case .type, .function, .nativeFunction, .instance: return false
    case .bytes:
      return mine.as(BytesObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(BytesObject.self)._withUnsafeGuaranteedRef { mine.hasSameBytes(as: $0) }
      }
    case .tuple:
      guard depth < 8 else { return nil }
      return mine.as(TupleObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(TupleObject.self)._withUnsafeGuaranteedRef { mine.quickEquals($0, depth: depth + 1) }
      }
    case .list:
      guard depth < 8 else { return nil }
      return mine.as(ListObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(ListObject.self)._withUnsafeGuaranteedRef {
          mine.count == $0.count ? mine.items.quickEquals($0.items, count: mine.count, depth: depth + 1) : false
        }
      }
    case .set:
      guard depth < 8 else { return nil }
      return mine.as(SetObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(SetObject.self)._withUnsafeGuaranteedRef { mine.quickEquals($0, depth: depth + 1) }
      }
    case .bigInt:
      return mine.as(BigIntObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(BigIntObject.self)._withUnsafeGuaranteedRef { mine.value == $0.value }
      }
    case .intInstance, .floatInstance:
      return mine.as(NumberInstance.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(NumberInstance.self)._withUnsafeGuaranteedRef { mine.number.placed($0.number) { $0.quickEquals($1) } }
      }
    case .complex:
      return mine.as(ComplexObject.self).hasSameParts(as: theirs.as(ComplexObject.self))
    default: return nil
    }
  }

  /// `self == other` for two values, of which neither is undefined, that no class of the program has a say in; nil: the general rule must
  /// decide.
  @inline(__always)
  func equalsPlainly(_ other: UnsafeMutablePointer<Value>) -> Bool? {
    if tag != other.tag { return differsByKind(from: other) ? false : nil }
    guard let mine = uncountedObject, let theirs = other.uncountedObject else { return quickEquals(other) }
    guard mine.comparesPlainly, theirs.comparesPlainly else { return nil }
    // What holds a NaN is not equal to itself.
    if mine.kind == .floatInstance { return nil }
    if mine.kind == .complex {
      guard theirs.kind == .complex else { return nil }
      return mine.as(ComplexObject.self).hasSameParts(as: theirs.as(ComplexObject.self))
    }
    return quickEquals(other)
  }

  /// Whether the values are of kinds that are never equal, as a string and a number, or None and either; false: they may be.
  func differsByKind(from other: UnsafeMutablePointer<Value>) -> Bool {
    if tag == ValueTag.object { return uncountedObject?.equalsOwnKindOnly ?? false }
    if other.tag == ValueTag.object { return other.uncountedObject?.equalsOwnKindOnly ?? false }
    return pointee.isNone || other.pointee.isNone
  }

  /// `self op other` for one of the four orders; nil: the general rule must decide.
  fileprivate func quickOrder(_ op: ComparisonOperator, _ other: UnsafeMutablePointer<Value>, depth: Int) -> Bool? {
    guard tag == other.tag else { return nil }
    switch tag {
    case ValueTag.int: return op.holds(word, other.word)
    case ValueTag.float: return op.holds(double, other.double)
    case ValueTag.bool: return op.holds(flag, other.flag)
    case ValueTag.object: break
    default: return nil
    }
    guard let mine = uncountedObject, let theirs = other.uncountedObject, mine.kind == theirs.kind, mine.comparesPlainly, theirs.comparesPlainly
    else { return nil }
    switch mine.kind {
    case .string:
      return mine.as(StringObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(StringObject.self)._withUnsafeGuaranteedRef { op.holds(mine.compare(to: $0), 0) }
      }
    case .tuple:
      guard depth < 8 else { return nil }
      return mine.as(TupleObject.self)._withUnsafeGuaranteedRef { mine in
        theirs.as(TupleObject.self)._withUnsafeGuaranteedRef { mine.quickComparison(op, $0, depth: depth + 1) }
      }
    default: return nil
    }
  }

  @inline(__always)
  private var word: Int { UnsafeRawPointer(self).load(as: Int.self) }
  @inline(__always)
  private var double: Double { UnsafeRawPointer(self).load(as: Double.self) }
  /// The bool that lies here, as a number.
  @inline(__always)
  private var flag: Int { if case .bool(true) = pointee { 1 } else { 0 } }
}

extension Unmanaged where Instance == Object {
  /// Of a kind that equals no number, nor None.
  fileprivate var equalsOwnKindOnly: Bool {
    switch kind {
    case .string, .bytes, .tuple, .list, .dict, .set, .function, .nativeFunction: comparesPlainly
    default: false
    }
  }

  /// Of two strings.
  @inline(__always)
  func hasSameText(as other: Unmanaged<Object>) -> Bool {
    `as`(StringObject.self)._withUnsafeGuaranteedRef { mine in
      other.as(StringObject.self)._withUnsafeGuaranteedRef { mine.hasSameText(as: $0) }
    }
  }
}

extension Unmanaged where Instance == ComplexObject {
  fileprivate func hasSameParts(as other: Unmanaged<ComplexObject>) -> Bool {
    _withUnsafeGuaranteedRef { mine in
      other._withUnsafeGuaranteedRef { mine.real == $0.real && mine.imaginary == $0.imaginary }
    }
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// Whether `count` values from here on are the same as those elsewhere; nil: the general rule must decide.
  @inline(__always)
  fileprivate func quickEquals(_ other: UnsafeMutablePointer<Value>, count: Int, depth: Int) -> Bool? {
    for index in 0..<count {
      let (mine, theirs) = (self + index, other + index)
      if mine.tag == theirs.tag, mine.word == theirs.word, mine.tag != ValueTag.float { continue }
      guard let isSame = mine.quickEquals(theirs, depth: depth) else { return nil }
      if !isSame { return false }
    }
    return true
  }
}

extension SetObject {
  /// Whether two sets have the same elements; nil: the general rule must decide.
  fileprivate func quickEquals(_ other: SetObject, depth: Int) -> Bool? {
    if count != other.count { return false }
    if let hash = cachedHash, let otherHash = other.cachedHash, hash != otherHash { return false }
    var position = 0
    while case let index = next(&position), index >= 0 {
      let key = keyPlace(index)
      let isFound = other.quickContains(hash: entries[index].hash) {
        $0.tag == key.tag ? $0.quickEquals(key, depth: depth) : $0.differsByKind(from: key) ? false : nil
      }
      guard let isFound else { return nil }
      if !isFound { return false }
    }
    return true
  }
}

extension TupleObject {
  /// Whether two tuples have the same elements; nil: the general rule must decide.
  func quickEquals(_ other: TupleObject, depth: Int = 0) -> Bool? {
    count == other.count ? items.quickEquals(other.items, count: count, depth: depth) : false
  }

  /// `self op other`; nil: the general rule must decide.
  func quickComparison(_ op: ComparisonOperator, _ other: TupleObject, depth: Int = 0) -> Bool? {
    if op == .equal { return quickEquals(other, depth: depth) }
    if op == .notEqual { return quickEquals(other, depth: depth).map { !$0 } }
    for index in 0..<min(count, other.count) {
      guard let isSame = (items + index).quickEquals(other.items + index, depth: depth) else { return nil }
      if !isSame { return (items + index).quickOrder(op, other.items + index, depth: depth) }
    }
    return op.holds(count, other.count)
  }
}

extension Value {
  /// `equalsPlainly` of two values in registers.
  @inline(__always)
  func equalsPlainly(_ other: Value) -> Bool? { placed(other) { $0.equalsPlainly($1) } }

  /// Asks a question about places of two values that lie nowhere.
  @inline(__always)
  fileprivate func placed(_ other: Value, _ ask: (UnsafeMutablePointer<Value>, UnsafeMutablePointer<Value>) -> Bool?) -> Bool? {
    var (a, b) = (self, other)
    return withUnsafeMutablePointer(to: &a) { a in withUnsafeMutablePointer(to: &b) { ask(a, $0) } }
  }

  /// `quickComparison` of two plain tuples; nil: they are something else, or the general rule must decide.
  @inline(__always)
  func quickTupleComparison(_ op: ComparisonOperator, _ other: Value) -> Bool? {
    guard let mine = uncounted, let theirs = other.uncounted, mine.kind == .tuple, theirs.kind == .tuple, mine.comparesPlainly,
      theirs.comparesPlainly
    else { return nil }
    return mine.as(TupleObject.self)._withUnsafeGuaranteedRef { mine in
      theirs.as(TupleObject.self)._withUnsafeGuaranteedRef { mine.quickComparison(op, $0) }
    }
  }
}

extension ComparisonOperator {
  /// `==` or `!=`.
  @inline(__always)
  var asksEquality: Bool {
    switch self {
    case .equal, .notEqual: true
    default: false
    }
  }
}
