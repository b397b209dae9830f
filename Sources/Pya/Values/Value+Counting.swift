/// Counting references without an atomic instruction.
///
/// Swift counts atomically, because any thread may hold any object: `swift_retain` and `swift_release` are calls around a locked
/// exchange, five times the cost of an addition, and a tree-walker copies values out of slots and lists all the time. But exactly one
/// thread has the turn to run the program (`Threads`), handing the turn over orders memory, and what runs without the turn touches no
/// object of the program. So the places that values lie in may count plainly. Swift's own counting, wherever the compiler puts
/// it, goes on beside it on the same word.
///
/// The word follows the object's type pointer. Bits 33 to 62 are the number of strong references beyond the first; a set top bit says
/// that the count lies elsewhere (weak references) or never changes. An addition that leaves the top bit clear is therefore a whole
/// retain, and a subtraction that leaves it clear a whole release that was not the last; everything else is left to the
/// runtime. (Swift's sources: stdlib/public/SwiftShims/RefCount.h.) `countsAsExpected` checks this once per runtime.
extension UnsafeMutableRawPointer {
  private static var countOffset: Int { 8 }
  private static var one: Int { 1 << 33 }

  /// One reference more to the object here.
  @inline(__always)
  func retainPlainly() {
    let count = load(fromByteOffset: Self.countOffset, as: Int.self) &+ Self.one
    if _fastPath(count >= 0) {
      storeBytes(of: count, toByteOffset: Self.countOffset, as: Int.self)
    } else {
      _ = Unmanaged<Object>.fromOpaque(self).retain()
    }
  }

  /// `retainPlainly` where that is an addition. False, and nothing is done: it is not.
  @inline(__always)
  func countsPlainly() -> Bool {
    let count = load(fromByteOffset: Self.countOffset, as: Int.self) &+ Self.one
    if _slowPath(count < 0) { return false }
    storeBytes(of: count, toByteOffset: Self.countOffset, as: Int.self)
    return true
  }

  /// One reference less to the object here.
  @inline(__always)
  func releasePlainly() {
    let count = load(fromByteOffset: Self.countOffset, as: Int.self) &- Self.one
    if _fastPath(count >= 0) {
      storeBytes(of: count, toByteOffset: Self.countOffset, as: Int.self)
    } else {
      Unmanaged<Object>.fromOpaque(self).release()
    }
  }

  /// Whether plain counting and Swift's agree: what was counted here must show where Swift looks.
  static func countsAsExpected(type: TypeObject) -> Bool {
    var probe = Object(type: type, kind: .other)
    let object = Unmanaged.passUnretained(probe).toOpaque()
    let isUnique = isKnownUniquelyReferenced(&probe)
    object.retainPlainly()
    let isShared = !isKnownUniquelyReferenced(&probe)
    object.releasePlainly()
    return isUnique && isShared && isKnownUniquelyReferenced(&probe)
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  @inline(__always)
  private var word: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UnsafeRawPointer(self).load(as: UInt.self)).unsafelyUnwrapped
  }

  /// A copy of the value here.
  @inline(__always)
  var copied: Value {
    if tag == ValueTag.object { word.retainPlainly() }
    // The bits stay where they are: the copy is the reference just counted.
    return move()
  }

  /// Counts the value here once more, for the copy that `move()` takes then. False, and nothing is done: nothing lies here, or that takes
  /// more than an addition. A function that does this and else leaves all to one other function saves no registers on its common way.
  @inline(__always)
  func countsCopy() -> Bool { tag == ValueTag.object ? word.countsPlainly() : !holdsUndefined }

  /// Releases what is here; the place is uninitialised then.
  @inline(__always)
  func drop() {
    if tag == ValueTag.object { word.releasePlainly() }
  }

  /// Stores a value; what was there is released.
  @inline(__always)
  func store(_ value: consuming Value) {
    if tag == ValueTag.object {
      let old = word
      initialize(to: value)
      old.releasePlainly()
    } else {
      initialize(to: value)
    }
  }

  /// Stores a copy of what lies at another place; what was here is released.
  @inline(__always)
  func store(copyAt place: UnsafeMutablePointer<Value>) {
    if place.tag == ValueTag.object { place.word.retainPlainly() }
    if tag == ValueTag.object {
      let old = word
      lend(place)
      old.releasePlainly()
    } else {
      lend(place)
    }
  }

  /// Initialises this place with a copy of what lies at another.
  @inline(__always)
  func initialize(toCopyAt place: UnsafeMutablePointer<Value>) {
    if place.tag == ValueTag.object { place.word.retainPlainly() }
    lend(place)
  }

  /// Initialises this place with a copy of a value in a register.
  @inline(__always)
  func initialize(toCopyOf value: Value) {
    let (bits, tag) = unsafeBitCast(value, to: (UInt, UInt8).self)
    if tag == ValueTag.object { UnsafeMutableRawPointer(bitPattern: bits).unsafelyUnwrapped.retainPlainly() }
    UnsafeMutableRawPointer(self).storeBytes(of: bits, as: UInt.self)
    UnsafeMutableRawPointer(self).storeBytes(of: tag, toByteOffset: 8, as: UInt8.self)
    withExtendedLifetime(value) {}
  }

  /// Exchanges what lies `a` and `b` values further on.
  @inline(__always)
  func swapValues(_ a: Int, _ b: Int) {
    if a == b { return }
    let value = (self + a).move()
    (self + a).lend(self + b)
    (self + b).initialize(to: value)
  }

  // Many values at once.

  /// Initialises `count` places with copies of what lies from `source` on, `step` values apart.
  @inline(__always)
  func initializeCopies(of source: UnsafeMutablePointer<Value>, count: Int, step: Int = 1) {
    if count <= 0 { return }
    var from = source
    for index in 0..<count {
      (self + index).initialize(toCopyAt: from)
      if index < count - 1 { from += step }
    }
  }

  /// Releases what `count` places hold; they are uninitialised then.
  @inline(__always)
  func deinitializeValues(_ count: Int) {
    var place = self
    let end = self + count
    while place < end {
      place.drop()
      place += 1
    }
  }
}
