/// An instance of `random.Random` or `random.SystemRandom`.
final class RandomObject: Object {
  @exclusivity(unchecked) var twister: MersenneTwister
  /// The second number of the last pair that `gauss` made, or None.
  var nextGauss: Value = .none
  /// Numbers come from the operating system.
  let isSystem: Bool
  private var dictionary: DictObject?

  init(type: TypeObject, isSystem: Bool) {
    twister = MersenneTwister(key: [0])
    self.isSystem = isSystem
    super.init(type: type, kind: .other)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, !type.hasNoInstanceDictionary {
      dictionary = DictObject(runtime)
      register(type.machine)
    }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(nextGauss)
    tracer.visit(dictionary)
  }

  override func clearContents() { dictionary = nil }

  deinit { if containerIndex != 0 { unregister(type.machine) } }

  /// A float in `0..<1`.
  func float() -> Double {
    if !isSystem { return twister.nextFloat() }
    var system = SystemRandomNumberGenerator()
    return Double(system.next() >> 11) * 0x1p-53
  }

  /// Up to 63 random bits.
  func bits(_ count: Int) -> Int {
    if isSystem {
      var system = SystemRandomNumberGenerator()
      return count == 0 ? 0 : Int(truncatingIfNeeded: system.next() >> UInt64(64 - count))
    }
    if count == 0 { return 0 }
    if count <= 32 { return Int(twister.next() >> UInt32(32 - count)) }
    let low = Int(twister.next())
    return Int(twister.next() >> UInt32(64 - count)) << 32 | low
  }

  /// Any number of random bits.
  func manyBits(_ count: Int) -> BigUInt {
    var words: [UInt] = []
    words.reserveCapacity(count / 64 + 1)
    var remaining = count
    while remaining > 0 {
      if isSystem {
        words.append(UInt(bits(min(remaining, 32))) | UInt(bits(min(max(remaining - 32, 0), 32))) << 32)
      } else {
        // The generator's numbers fill 32 bits at a time, lowest first.
        let low = UInt(bits(min(remaining, 32)))
        words.append(low | UInt(bits(min(max(remaining - 32, 0), 32))) << 32)
      }
      remaining -= 64
    }
    return BigUInt(words: words)
  }
}

/// Where the methods of a generator take their numbers from: the generator itself, or methods of the program, in a class or set on the generator.
struct RandomSource {
  let runtime: Runtime
  let object: RandomObject
  private var overridesFloats = false
  private var overridesBits = false
  /// Ints are made of what `random` returns, not of `getrandbits`.
  private var makesIntsOfFloats = false

  /// The receiver of a method of `Random`.
  init(_ runtime: Runtime, _ receiver: Value) throws(Raised) {
    guard case .object(let object) = receiver, let random = object as? RandomObject else {
      throw runtime.typeError("descriptor requires a 'random.Random' object")
    }
    self.runtime = runtime
    self.object = random
    if object.type.isHeap || object.existingInstanceDictionary != nil { findOverrides() }
  }

  /// As `Random.__init_subclass__`: the first class from below that defines one of the methods decides how ints are made.
  private mutating func findOverrides() {
    let (floats, bits) = (runtime.intern("random"), runtime.intern("getrandbits"))
    for type in object.type.mro where type.isHeap {
      let (hasFloats, hasBits) = (type.attributes.getString(floats) != nil, type.attributes.getString(bits) != nil)
      if hasFloats, !hasBits, !overridesBits { makesIntsOfFloats = true }
      if hasFloats { overridesFloats = true }
      if hasBits { overridesBits = true }
    }
    guard let own = object.existingInstanceDictionary else { return }
    if own.getString(floats) != nil { overridesFloats = true }
    if own.getString(bits) != nil { overridesBits = true }
  }

  /// What a method of the program's own returns; nil: it has none.
  func callOwn(_ name: String, _ arguments: [Value]) throws(Raised) -> Value? {
    let method = runtime.intern(name)
    guard object.existingInstanceDictionary?.getString(method) != nil || object.type.lookupWithOwner(method)?.owner.isHeap == true
    else { return nil }
    return try runtime.callMethod(.object(object), name, arguments)
  }

  func float() throws(Raised) -> Double {
    if !overridesFloats { return object.float() }
    return try runtime.double(try runtime.callMethod(.object(object), "random"))
  }

  /// A random int in `0..<bound`; `bound` is positive.
  func below(_ bound: Int) throws(Raised) -> Int {
    if overridesBits || makesIntsOfFloats {
      guard case .int(let result) = try below(.int(bound)) else { return 0 }
      return min(max(result, 0), bound - 1)
    }
    let width = Int.bitWidth - bound.leadingZeroBitCount
    var result = object.bits(width)
    while result >= bound { result = object.bits(width) }
    return result
  }

  func below(_ bound: Value) throws(Raised) -> Value {
    if makesIntsOfFloats { return try belowThroughFloats(bound) }
    if overridesBits { return try belowThroughBits(bound) }
    if case .int(let small) = bound { return .int(try below(small)) }
    guard let large = Number(bound)?.bigInt?.magnitude else { return .int(0) }
    let width = large.bitWidth
    var result = object.manyBits(width)
    while result >= large { result = object.manyBits(width) }
    return runtime.integer(BigInt(result))
  }

  private func belowThroughBits(_ bound: Value) throws(Raised) -> Value {
    let width = Value.int(Number(bound)?.bigInt?.magnitude.bitWidth ?? 0)
    while true {
      let result = try runtime.callMethod(.object(object), "getrandbits", [width])
      if try runtime.isLess(result, bound) { return result }
    }
  }

  private func belowThroughFloats(_ bound: Value) throws(Raised) -> Value {
    guard case .int(let small) = bound, small < 1 << 53 else {
      let scaled = try float() * (try runtime.double(bound))
      return try runtime.integer(truncating: scaled.rounded(.down))
    }
    let size = 1 << 53
    let limit = Double(size - size % small) / Double(size)
    var result = try float()
    while result >= limit { result = try float() }
    return .int(Int(result * Double(size)) % small)
  }
}
