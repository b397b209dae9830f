/// `hash(value)`: CPython's algorithms, so that equal numbers of different types have equal hashes. Only the hashes of
/// strings and bytes, which CPython salts anyway, are pya's own.
extension Runtime {
  func hash(_ value: Value) throws(Raised) -> Int {
    switch value {
    case .object:
      let held = value.uncounted.unsafelyUnwrapped
      if held.isPlainKey {
        if held.kind == .string { return held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.stringHash } }
        if held.kind == .tuple, let hash = held.as(TupleObject.self)._withUnsafeGuaranteedRef({ $0.items.quickHash(ofTuple: $0.count) }) {
          return hash
        }
      }
      return try held.borrowed { (object) throws(Raised) in try hash(object) }
    case .int(let number): return NumericHash.of(number)
    case .float(let number): return NumericHash.of(number)
    case .bool(let flag): return flag ? 1 : 0
    case .none: return Runtime.hashOfNone
    case .ellipsis: return 0x0E11_1951
    case .notImplemented: return 0x0E11_1953
    case .undefined: return 0
    }
  }

  static var hashOfNone: Int { 0xFCA8_6420 }

  private func hash(_ object: Object) throws(Raised) -> Int {
    let type = object.type
    if type.isHeap, let method = type.special(.hash) {
      if method.isNone { throw unhashable(type) }
      return try hashFrom(method, object)
    }
    switch object.kind {
    case .instance, .string, .bigInt, .complex, .intInstance, .floatInstance, .bytes, .tuple, .list, .dict, .byteArray,
      .range, .slice, .boundMethod:
      return try builtInHash(object)
    case .function, .nativeFunction, .module, .cell, .generator, .coroutine, .asyncGenerator, .property:
      return identityHash(object)
    default:
      if !type.isHeap, let hash = object.ownHash { return hash }
      guard let method = specialMethod(.object(object), .hash) else { return identityHash(object) }
      if method.isNone { throw unhashable(type) }
      return try hashFrom(method, object)
    }
  }

  /// The hash that the object's kind gives it, whatever its class overrides.
  func builtInHash(_ object: Object) throws(Raised) -> Int {
    switch object.kind {
    case .string: return unsafeDowncast(object, to: StringObject.self).stringHash
    case .bigInt: return NumericHash.of(unsafeDowncast(object, to: BigIntObject.self).value)
    case .complex:
      let number = unsafeDowncast(object, to: ComplexObject.self)
      return NumericHash.of(number.real, number.imaginary)
    case .intInstance, .floatInstance: return try hash(unsafeDowncast(object, to: NumberInstance.self).number)
    case .bytes: return unsafeDowncast(object, to: BytesObject.self).bytesHash
    case .tuple:
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      try enter()
      defer { leave() }
      var hasher = TupleHasher()
      for index in 0..<tuple.count { hasher.add(try hash(tuple[index])) }
      return hasher.finish(count: tuple.count)
    case .range:
      let range = unsafeDowncast(object, to: RangeObject.self)
      var hasher = TupleHasher()
      hasher.add(NumericHash.of(range.count))
      hasher.add(try hash(range.count == 0 ? .none : .int(range.start)))
      hasher.add(try hash(range.count <= 1 ? .none : .int(range.step)))
      return hasher.finish(count: 3)
    case .slice:
      let slice = unsafeDowncast(object, to: SliceObject.self)
      try enter()
      defer { leave() }
      var hasher = TupleHasher()
      hasher.add(try hash(slice.start))
      hasher.add(try hash(slice.stop))
      hasher.add(try hash(slice.step))
      return hasher.finishWithoutCount()
    case .boundMethod:
      let method = unsafeDowncast(object, to: BoundMethod.self)
      let receiver: Int
      if case .object(let object) = method.receiver { receiver = identityHash(object) } else { receiver = try hash(method.receiver) }
      let result = receiver ^ (try hash(method.function))
      return result == -1 ? -2 : result
    case .list, .dict, .byteArray: throw unhashable(object.type)
    default: return identityHash(object)
    }
  }

  func identityHash(_ object: Object) -> Int { object.identityHash }

  func unhashable(_ type: TypeObject) -> Raised { typeError("unhashable type: '\(type.messageName)'") }

  private func hashFrom(_ method: Value, _ object: Object) throws(Raised) -> Int {
    try enter()
    defer { leave() }
    let result = try callSpecial(method, .object(object)).plainNumber
    switch result {
    case .int(let number): return number == -1 ? -2 : number
    case .bool(let flag): return flag ? 1 : 0
    case .object(let object) where object.kind == .bigInt:
      return NumericHash.of(unsafeDowncast(object, to: BigIntObject.self).value)
    default: throw typeError("__hash__ method should return an integer")
    }
  }
}

extension Object {
  /// The hash of what equals nothing but itself.
  final var identityHash: Int {
    let address = UInt(bitPattern: address)
    return Int(bitPattern: address >> 4 | address << 60)
  }
}

/// The xxHash of CPython's tuples.
struct TupleHasher {
  private var state: UInt64 = 2_870_177_450_012_600_261

  mutating func add(_ hash: Int) {
    state = state &+ UInt64(bitPattern: Int64(hash)) &* 14_029_467_366_897_019_727
    state = state << 31 | state >> 33
    state = state &* 11_400_714_785_074_694_791
  }

  func finish(count: Int) -> Int {
    let result = state &+ (UInt64(count) ^ (2_870_177_450_012_600_261 ^ 3_527_539))
    return result == .max ? 1_546_275_796 : Int(bitPattern: UInt(result))
  }

  func finishWithoutCount() -> Int { state == .max ? 1_546_275_796 : Int(bitPattern: UInt(state)) }
}
