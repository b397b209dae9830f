/// Looking at values where they lie, without counting references.
///
/// Copying a `Value` out of memory retains an object, whatever is done with it then. Code on hot paths only wants to know that
/// a place holds two ints, or a list: it asks the place. In memory a value is a word of payload and a tag byte, and the tags of
/// the cases with payload are their order in the declaration; `layoutIsAsExpected` checks that once per runtime.
extension UnsafeMutablePointer where Pointee == Value {
  @inline(__always)
  var tag: UInt8 { UnsafeRawPointer(self).load(fromByteOffset: 8, as: UInt8.self) }

  /// The object held here, without counting a reference; nil for anything else. Good only until something else runs, or for as
  /// long as the place is known to keep it.
  @inline(__always)
  var uncountedObject: Unmanaged<Object>? {
    guard tag == ValueTag.object else { return nil }
    return Unmanaged.fromOpaque(UnsafeRawPointer(self).load(as: UnsafeRawPointer.self))
  }

  /// The int or float held here; `undefined` for anything else.
  @inline(__always)
  var number: Value {
    switch tag {
    case ValueTag.int: return .int(UnsafeRawPointer(self).load(as: Int.self))
    case ValueTag.float: return .float(UnsafeRawPointer(self).load(as: Double.self))
    default: return .undefined
    }
  }

  /// The int held here; nil for anything else.
  @inline(__always)
  var heldInt: Int? { tag == ValueTag.int ? UnsafeRawPointer(self).load(as: Int.self) : nil }

  /// The float held here; nil for anything else.
  @inline(__always)
  var heldFloat: Double? { tag == ValueTag.float ? UnsafeRawPointer(self).load(as: Double.self) : nil }

  @inline(__always)
  var holdsUndefined: Bool {
    tag > ValueTag.bool && pointee.isUndefined
  }

  @inline(__always)
  var holdsNone: Bool { tag > ValueTag.bool && pointee.isNone }

  /// Python's `is` on what lies here and there.
  @inline(__always)
  func isIdentical(to other: UnsafeMutablePointer<Value>) -> Bool {
    if tag != other.tag { return false }
    if tag >= ValueTag.bool { return pointee.isIdentical(to: other.pointee) }
    return UnsafeRawPointer(self).load(as: UInt.self) == UnsafeRawPointer(other).load(as: UInt.self)
  }

  /// Python's `is` on what lies here and a value.
  @inline(__always)
  func isIdentical(to other: Value) -> Bool {
    let (word, otherTag) = unsafeBitCast(other, to: (UInt, UInt8).self)
    if tag != otherTag { return false }
    if tag >= ValueTag.bool { return pointee.isIdentical(to: other) }
    return UnsafeRawPointer(self).load(as: UInt.self) == word
  }

  /// Whether what lies here and a value are the same to a container: identical, or two ints. Nil: they must be compared.
  @inline(__always)
  func isSameAtSight(as other: Value) -> Bool? {
    let (word, otherTag) = unsafeBitCast(other, to: (UInt, UInt8).self)
    if tag > ValueTag.float { return isIdentical(to: other) ? true : nil }
    if tag != otherTag { return nil }
    if UnsafeRawPointer(self).load(as: UInt.self) == word { return true }
    return tag == ValueTag.int ? false : nil
  }

  /// The same for what lies elsewhere; strings and tuples of such are compared, too.
  @inline(__always)
  func isQuicklySame(as other: UnsafeMutablePointer<Value>) -> Bool? {
    let (word, otherWord) = (UnsafeRawPointer(self).load(as: UInt.self), UnsafeRawPointer(other).load(as: UInt.self))
    if tag != other.tag { return differsByKind(from: other) ? false : nil }
    if tag <= ValueTag.float, word == otherWord { return true }
    return tag == ValueTag.int ? false : quickEquals(other)
  }

  /// Takes over what lies elsewhere without counting a reference: it must not be released here, or no longer there.
  @inline(__always)
  func lend(_ place: UnsafeMutablePointer<Value>) {
    UnsafeMutableRawPointer(self).copyMemory(from: UnsafeRawPointer(place), byteCount: MemoryLayout<Value>.size)
  }
}

extension Value {
  /// Gives the value a place for the time of `body`. (`&value`, passed as a pointer, would give the function around it a stack guard: ten
  /// instructions at each call.)
  @inline(__always)
  mutating func lent<Outcome>(_ body: (UnsafeMutablePointer<Value>) throws(Raised) -> Outcome) throws(Raised) -> Outcome {
    try _withUnprotectedUnsafeMutablePointer(to: &self, body)
  }

  @inline(__always)
  mutating func lent<Outcome>(_ body: (UnsafeMutablePointer<Value>) -> Outcome) -> Outcome {
    _withUnprotectedUnsafeMutablePointer(to: &self, body)
  }
}

// Values in registers. `if case .object(let object) = value` counts a reference when anything is called with `object`, and a
// downcast counts another; what runs for every operation asks for `uncounted` instead.
extension Value {
  /// The object, without counting a reference; nil for anything else. Whoever holds the value must go on holding it.
  @inline(__always)
  var uncounted: Unmanaged<Object>? {
    let (word, tag) = unsafeBitCast(self, to: (UInt, UInt8).self)
    guard tag == ValueTag.object else { return nil }
    return .fromOpaque(UnsafeRawPointer(bitPattern: word).unsafelyUnwrapped)
  }
}

extension Unmanaged where Instance == Object {
  @inline(__always)
  var kind: Kind { _withUnsafeGuaranteedRef { $0.kind } }

  /// Whether of a built-in type: no class of the program has a say in what it does.
  @inline(__always)
  var isPlain: Bool { _withUnsafeGuaranteedRef { !$0.isOfHeapType } }

  /// `Object.comparesPlainly`.
  @inline(__always)
  var comparesPlainly: Bool { _withUnsafeGuaranteedRef { $0.comparesPlainly } }

  /// `Object.isPlainKey`.
  @inline(__always)
  var isPlainKey: Bool { _withUnsafeGuaranteedRef { $0.isPlainKey } }

  /// `Object.mayDecideItems`.
  @inline(__always)
  var mayDecideItems: Bool { _withUnsafeGuaranteedRef { $0.mayDecideItems } }

  /// Whether the object is of just this Swift class, not one derived from it.
  @inline(__always)
  func isOfClass<Class: Object>(_ type: Class.Type) -> Bool { _withUnsafeGuaranteedRef { Swift.type(of: $0) == type } }

  /// The object as what its kind says it is.
  @inline(__always)
  func `as`<Class: Object>(_ type: Class.Type) -> Unmanaged<Class> { .fromOpaque(toOpaque()) }
}

extension Unmanaged {
  /// Uses the object without counting; somebody else holds it meanwhile.
  @inline(__always)
  func borrowed<Outcome>(_ body: (Instance) throws(Raised) -> Outcome) throws(Raised) -> Outcome {
    let outcome: Result<Outcome, Raised> = _withUnsafeGuaranteedRef { instance in
      do throws(Raised) { return .success(try body(instance)) } catch { return .failure(error) }
    }
    switch outcome {
    case .success(let value): return value
    case .failure(let raised): try raised.again()
    }
  }
}

extension Array where Element: AnyObject {
  /// An element, without counting a reference; the array goes on holding it. The position is not checked.
  @inline(__always)
  func uncounted(_ index: Int) -> Unmanaged<Element> {
    withUnsafeBufferPointer { elements in
      UnsafeRawPointer(elements.baseAddress.unsafelyUnwrapped + index).load(as: Unmanaged<Element>.self)
    }
  }
}

enum ValueTag {
  static let object: UInt8 = 0
  static let int: UInt8 = 1
  static let float: UInt8 = 2
  static let bool: UInt8 = 3
}

extension Value {
  /// Whether values lie in memory as code that reads them uncounted expects.
  static func layoutIsAsExpected(_ probe: Object) -> Bool {
    func holds(_ value: Value, _ payload: UInt, _ tag: UInt8) -> Bool {
      withUnsafeBytes(of: value) { $0.load(as: UInt.self) == payload && $0[8] == tag }
    }
    return holds(.object(probe), UInt(bitPattern: probe.address), ValueTag.object)
      && holds(.int(77), 77, ValueTag.int)
      && holds(.float(1.5), UInt((1.5).bitPattern), ValueTag.float)
  }
}
