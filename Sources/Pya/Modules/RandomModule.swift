/// `random`: CPython's generator, so that the same seed gives the same numbers. The functions of the module are methods of one hidden
/// instance of `Random`.
func makeRandomModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "random")
  let type = makeRandomType(runtime)
  let system = makeSystemRandomType(runtime, base: type)
  module.set(runtime, "Random", .object(type))
  module.set(runtime, "SystemRandom", .object(system))
  let instance = RandomObject(type: type, isSystem: false)
  instance.twister = MersenneTwister(key: freshKey())
  module.set(runtime, "_inst", .object(instance))
  let names = [
    "betavariate", "binomialvariate", "choice", "choices", "expovariate", "gammavariate", "gauss", "getrandbits",
    "getstate", "lognormvariate", "normalvariate", "paretovariate", "randbytes", "randint", "random", "randrange", "sample",
    "seed", "setstate", "shuffle", "triangular", "uniform", "vonmisesvariate", "weibullvariate",
  ]
  for name in names {
    guard let function = type.attributes.getString(runtime.intern(name)) else { continue }
    module.set(runtime, name, .object(BoundMethod(runtime, function: function, receiver: .object(instance))))
  }
  for (name, value) in [
    ("TWOPI", 6.283185307179586), ("NV_MAGICCONST", 1.7155277699214135), ("LOG4", 1.3862943611198906),
    ("SG_MAGICCONST", 2.504077396776274), ("RECIP_BPF", 1.1102230246251565e-16),
  ] {
    module.set(runtime, name, .float(value))
  }
  module.set(runtime, "BPF", .int(53))
  let exported = (["Random", "SystemRandom"] + names).map { Value.object(runtime.string($0)) }
  module.set(runtime, "__all__", .object(ListObject(runtime, exported)))
  return module
}

private func freshKey() -> [UInt32] {
  var system = SystemRandomNumberGenerator()
  return (0..<8).map { _ in system.next() }
}

private func makeRandomType(_ runtime: Runtime) -> TypeObject {
  let type = TypeObject(
    runtime, metatype: runtime.types.type, name: "Random", bases: [runtime.types.object], instanceKind: .other,
    isHeap: false)
  type.moduleName = "random"
  type.construct = { (runtime, type, arguments) throws(Raised) in
    if arguments.count + arguments.keywordNames.count > 1 {
      throw runtime.typeError(
        "Random.__init__() takes from 1 to 2 positional arguments but \(arguments.count + 1) were given")
    }
    var seed = arguments[0]
    for (name, value) in arguments.keywords {
      guard name.text == "x" else {
        throw runtime.typeError("Random.__init__() got an unexpected keyword argument '\(name.text)'")
      }
      seed = value
    }
    let object = RandomObject(type: type, isSystem: false)
    try runtime.seed(object, seed.isUndefined ? .none : seed, version: 2)
    return .object(object)
  }
  type.defineStatic(runtime, "__new__", "cls, *args, **kwargs") { (runtime, arguments) throws(Raised) in
    guard let cls = arguments[0].type else { throw runtime.typeError("Random.__new__(X): X is not a type object") }
    let object = RandomObject(type: cls, isSystem: false)
    object.twister = MersenneTwister(key: freshKey())
    return .object(object)
  }
  type.define(runtime, "__init__", "self, x=None") { (runtime, arguments) throws(Raised) in
    let object = try RandomSource(runtime, arguments[0]).object
    try runtime.seed(object, arguments[1].isUndefined ? .none : arguments[1], version: 2)
    return .none
  }
  defineState(runtime, type)
  defineIntegers(runtime, type)
  defineRandomSequences(runtime, type)
  defineRandomDistributions(runtime, type)
  for entry in type.attributes.liveEntries {
    guard let function = entry.value.cast(.nativeFunction, to: NativeFunction.self) else { continue }
    function.isWrittenInPython = !["random", "getrandbits"].contains(function.name)
  }
  return type
}

private func makeSystemRandomType(_ runtime: Runtime, base: TypeObject) -> TypeObject {
  let type = TypeObject(
    runtime, metatype: runtime.types.type, name: "SystemRandom", bases: [base], instanceKind: .other, isHeap: false)
  type.moduleName = "random"
  type.construct = { (_, type, _) throws(Raised) in .object(RandomObject(type: type, isSystem: true)) }
  type.defineStatic(runtime, "__new__", "cls, *args, **kwargs") { (runtime, arguments) throws(Raised) in
    guard let cls = arguments[0].type else { throw runtime.typeError("SystemRandom.__new__(X): X is not a type object") }
    return .object(RandomObject(type: cls, isSystem: true))
  }
  type.define(runtime, "__init__", "self, *args, **kwargs") { (_, _) throws(Raised) in .none }
  type.define(runtime, "seed", "self, *args, **kwargs") { (_, _) throws(Raised) in .none }
  for name in ["getstate", "setstate"] {
    type.define(runtime, name, "self, *args, **kwargs") { (runtime, _) throws(Raised) in
      throw runtime.notImplementedError("System entropy source does not have state.")
    }
  }
  return type
}

// MARK: Seeding and state

private func defineState(_ runtime: Runtime, _ type: TypeObject) {
  type.define(runtime, "seed", "self, a=None, version=2") { (runtime, arguments) throws(Raised) in
    let object = try RandomSource(runtime, arguments[0]).object
    let version = arguments[2].isUndefined ? 2 : try runtime.index(arguments[2])
    try runtime.seed(object, arguments[1].isUndefined ? .none : arguments[1], version: version)
    return .none
  }
  type.define(runtime, "getstate", "self") { (runtime, arguments) throws(Raised) in
    let object = try RandomSource(runtime, arguments[0]).object
    let words = object.twister.words.map { Value.int(Int($0)) } + [.int(object.twister.position)]
    return .object(TupleObject(runtime, [.int(3), .object(TupleObject(runtime, words)), object.nextGauss]))
  }
  type.define(runtime, "__getstate__", "self") { (runtime, arguments) throws(Raised) in
    try runtime.callMethod(arguments[0], "getstate")
  }
  type.define(runtime, "__setstate__", "self, state") { (runtime, arguments) throws(Raised) in
    try runtime.callMethod(arguments[0], "setstate", [arguments[1]])
  }
  type.define(runtime, "__reduce__", "self") { (runtime, arguments) throws(Raised) in
    runtime.tuple([
      .object(runtime.type(of: arguments[0])), runtime.tuple([]), try runtime.callMethod(arguments[0], "getstate"),
    ])
  }
  type.define(runtime, "setstate", "self, state") { (runtime, arguments) throws(Raised) in
    let object = try RandomSource(runtime, arguments[0]).object
    let version = try runtime.getItem(arguments[1], .int(0))
    // States of version 2 are of signed numbers.
    let isOld = try runtime.equals(version, .int(2))
    let isNew = try runtime.equals(version, .int(3))
    guard isOld || isNew else {
      throw runtime.valueError("state with version \(try runtime.str(version).text) passed to Random.setstate() of version 3")
    }
    let state = try runtime.array(arguments[1])
    guard state.count == 3 else {
      throw runtime.valueError(
        state.count < 3 ? "not enough values to unpack (expected 3, got \(state.count))" : "too many values to unpack (expected 3)")
    }
    guard let internals = state[1].tuple else {
      throw runtime.typeError(
        isOld ? "'\(runtime.typeName(state[1]))' object is not iterable" : "state vector must be a tuple")
    }
    guard internals.count == MersenneTwister.size + 1 else { throw runtime.valueError("state vector is the wrong size") }
    var words: [UInt32] = []
    for index in 0..<MersenneTwister.size {
      words.append(UInt32(truncatingIfNeeded: try runtime.index(internals[index])))
    }
    guard let twister = MersenneTwister(words: words, position: try runtime.index(internals[MersenneTwister.size])) else {
      throw runtime.valueError("invalid state")
    }
    object.twister = twister
    object.nextGauss = state[2]
    return .none
  }
}

extension Runtime {
  func seed(_ object: RandomObject, _ value: Value, version: Int) throws(Raised) {
    object.nextGauss = .none
    guard !value.isNone else {
      object.twister = MersenneTwister(key: freshKey())
      return
    }
    let number: BigInt
    if version == 2, let text = value.string {
      number = spread(Array(text.utf8))
    } else if version == 2, case .object(let bytes) = value, bytes.kind == .bytes || bytes.kind == .byteArray {
      number = spread(unsafeDowncast(bytes, to: BytesObject.self).copyBytes())
    } else if version == 1, let text = value.string {
      number = oldSeed(codePoints(text))
    } else if version == 1, let bytes = value.bytes {
      number = oldSeed(ByteSpan(bytes).map { UInt32($0) })
    } else if let whole = Number(value)?.bigInt {
      number = BigInt(whole.magnitude)
    } else if case .float = value.plainNumber {
      number = BigInt(UInt(bitPattern: try hash(value)))
    } else {
      throw typeError("The only supported seed types are:\nNone, int, float, str, bytes, and bytearray.")
    }
    var key: [UInt32] = []
    for word in number.magnitude.words {
      key.append(UInt32(truncatingIfNeeded: word))
      key.append(UInt32(truncatingIfNeeded: word >> 32))
    }
    while key.count > 1, key.last == 0 { key.removeLast() }
    object.twister = MersenneTwister(key: key.isEmpty ? [0] : key)
  }

  /// Version 2's number for a text: its bytes and their hash, side by side.
  private func spread(_ text: [UInt8]) -> BigInt {
    BigInt(littleEndian: (text + SHA512.digest(text)).reversed(), isSigned: false)
  }

  private func codePoints(_ text: StringObject) -> [UInt32] {
    var result: [UInt32] = []
    var offset = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      result.append(codePoint)
      offset += width
    }
    return result
  }

  /// Version 1's number for a text.
  private func oldSeed(_ characters: [UInt32]) -> BigInt {
    var result = UInt64(characters.first ?? 0) << 7
    for character in characters { result = (1_000_003 &* result) ^ UInt64(character) }
    return BigInt(result ^ UInt64(characters.count))
  }
}

// MARK: Integers

/// Their number is a C int, unless the system makes them.
private func checkBits(_ count: Int, of object: RandomObject, _ runtime: Runtime) throws(Raised) {
  if !object.isSystem, Int32(exactly: count) == nil { throw runtime.overflowError("Python int too large to convert to C int") }
  if count < 0 { throw runtime.valueError("number of bits must be non-negative") }
}

private func defineIntegers(_ runtime: Runtime, _ type: TypeObject) {
  type.define(runtime, "random", "self, /") { (runtime, arguments) throws(Raised) in
    if arguments.base.uncountedObject?.isPlain == true {
      return .float(arguments.receiver(RandomObject.self)._withUnsafeGuaranteedRef { $0.float() })
    }
    return .float(try RandomSource(runtime, arguments[0]).object.float())
  }
  type.define(runtime, "getrandbits", "self, k, /") { (runtime, arguments) throws(Raised) in
    let object = try RandomSource(runtime, arguments[0]).object
    let count = try runtime.index(arguments[1])
    try checkBits(count, of: object, runtime)
    if count < 64 { return .int(object.bits(count)) }
    try runtime.checkAllocation(count / 8)
    return runtime.integer(BigInt(object.manyBits(count)))
  }
  type.define(runtime, "randbytes", "self, n") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let object = source.object
    let count = try runtime.index(arguments[1])
    if let bits = try source.callOwn("getrandbits", [try runtime.binary(.multiply, arguments[1], .int(8))]) {
      return try runtime.callMethod(bits, "to_bytes", [arguments[1], .object(runtime.string("little"))])
    }
    let (bits, overflow) = count.multipliedReportingOverflow(by: 8)
    try checkBits(overflow ? count : bits, of: object, runtime)
    try runtime.checkAllocation(count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      // The last word is shifted down to the bits that are wanted.
      let width = min(count - bytes.count, 4)
      let word = object.bits(width * 8)
      for offset in 0..<width { bytes.append(UInt8(truncatingIfNeeded: word >> (offset * 8))) }
    }
    return .object(BytesObject(type: runtime.types.bytes, bytes))
  }
  type.define(runtime, "randrange", "self, start, stop=None, step=1") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    return try source.range(arguments[1], arguments[2], arguments[3])
  }
  type.define(runtime, "randint", "self, a, b") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let end = try runtime.binary(.add, arguments[2], .int(1))
    if let result = try source.callOwn("randrange", [arguments[1], end]) { return result }
    return try source.range(arguments[1], end, .undefined)
  }
}

extension RandomSource {
  /// `randrange`.
  fileprivate func range(_ start: Value, _ stop: Value, _ step: Value) throws(Raised) -> Value {
    let first = try runtime.integer(fromIndex: start)
    if stop.isUndefined || stop.isNone {
      if !step.isUndefined {
        if case .int(1) = step {} else { throw runtime.typeError("Missing a non-None stop argument") }
      }
      if try runtime.isLess(.int(0), first) { return try below(first) }
      throw runtime.valueError("empty range for randrange()")
    }
    let last = try runtime.integer(fromIndex: stop)
    let width = try runtime.binary(.subtract, last, first)
    let stride = step.isUndefined ? .int(1) : try runtime.integer(fromIndex: step)
    if case .int(1) = stride {
      if try runtime.isLess(.int(0), width) { return try runtime.binary(.add, first, try below(width)) }
      throw runtime.valueError(
        "empty range in randrange(\(try runtime.str(start).text), \(try runtime.str(stop).text))")
    }
    let isUp = try runtime.isLess(.int(0), stride)
    if !isUp, try runtime.equals(stride, .int(0)) { throw runtime.valueError("zero step for randrange()") }
    let rounded = try runtime.binary(.add, try runtime.binary(.add, width, stride), .int(isUp ? -1 : 1))
    let count = try runtime.binary(.floorDivide, rounded, stride)
    guard try runtime.isLess(.int(0), count) else {
      throw runtime.valueError(
        "empty range in randrange(\(try runtime.str(start).text), \(try runtime.str(stop).text), "
          + "\(try runtime.str(step).text))")
    }
    return try runtime.binary(.add, first, try runtime.binary(.multiply, stride, try below(count)))
  }
}
