import PyaSyntax

// Hashes of what lies somewhere, for those whose hash runs no code of the program: what most keys of sets and dictionaries are.

extension UnsafeMutablePointer where Pointee == Value {
  /// The hash of a number, a string, None, an instance or future that is equal to itself alone, or a tuple of these; nil: the general
  /// rule must tell.
  @inline(__always)
  var quickHash: Int? {
    switch tag {
    case ValueTag.int: NumericHash.of(UnsafeRawPointer(self).load(as: Int.self))
    case ValueTag.object: quickHashOfObject(depth: 0)
    default: quickHashOfRest
    }
  }

  private var quickHashOfRest: Int? {
    switch pointee {
    case .float(let number): NumericHash.of(number)
    case .bool(let flag): flag ? 1 : 0
    case .none: Runtime.hashOfNone
    default: nil
    }
  }

  private func quickHashOfObject(depth: Int) -> Int? {
    guard let held = uncountedObject, held.isPlainKey else { return nil }
    switch held.kind {
    case .string: return held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.stringHash }
    case .tuple:
      guard depth < 8 else { return nil }
      return held.as(TupleObject.self)._withUnsafeGuaranteedRef { $0.items.quickHash(ofTuple: $0.count, depth: depth + 1) }
    case .bytes: return held.as(BytesObject.self)._withUnsafeGuaranteedRef { $0.bytesHash }
    case .type, .function, .nativeFunction, .instance: return held._withUnsafeGuaranteedRef { $0.identityHash }
    case .intInstance, .floatInstance: return held.as(NumberInstance.self)._withUnsafeGuaranteedRef { $0.number.quickHash }
    // Of a frozenset that was hashed before.
    case .set: return held.as(SetObject.self)._withUnsafeGuaranteedRef { $0.cachedHash }
    case .complex: return held.as(ComplexObject.self)._withUnsafeGuaranteedRef { NumericHash.of($0.real, $0.imaginary) }
    case .bigInt: return held.as(BigIntObject.self)._withUnsafeGuaranteedRef { NumericHash.of($0.value) }
    case .awaitable: return held._withUnsafeGuaranteedRef { $0.ownHash }
    default: return nil
    }
  }

  /// The hash of a tuple of what lies here and behind.
  @inline(__always)
  func quickHash(ofTuple count: Int, depth: Int = 0) -> Int? {
    var hasher = TupleHasher()
    for index in 0..<count {
      let item = self + index
      if case .int(let number) = item.number {
        hasher.add(NumericHash.of(number))
      } else if let held = item.uncountedObject, held.kind == .string, held.isPlainKey {
        hasher.add(held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.stringHash })
      } else {
        guard let hash = item.tag == ValueTag.object ? item.quickHashOfObject(depth: depth) : item.quickHashOfRest else { return nil }
        hasher.add(hash)
      }
    }
    return hasher.finish(count: count)
  }
}

extension Value {
  /// The same of a value in a register.
  @inline(__always)
  var quickHash: Int? {
    var value = self
    return withUnsafeMutablePointer(to: &value) { $0.quickHash }
  }
}

/// A tuple that was not made: its elements where they lie, to be looked up by.
struct TupleKey {
  let items: UnsafeMutablePointer<Value>
  let count: Int
  let hash: Int

  /// Nil: hashing an element may run code of the program.
  @inline(__always)
  init?(_ items: UnsafeMutablePointer<Value>, _ count: Int) {
    guard let hash = items.quickHash(ofTuple: count) else { return nil }
    self.items = items
    self.count = count
    self.hash = hash
  }

  /// Whether what lies at `place` equals the tuple; nil: the general rule must tell.
  func isSame(_ place: UnsafeMutablePointer<Value>) -> Bool? {
    guard let held = place.uncountedObject, held.kind == .tuple, held.comparesPlainly else { return nil }
    return held.as(TupleObject.self)._withUnsafeGuaranteedRef { tuple in
      guard tuple.count == count else { return false }
      for index in 0..<count {
        guard let same = (tuple.items + index).isQuicklySame(as: items + index) else { return nil }
        if !same { return false }
      }
      return true
    }
  }
}

extension Unmanaged where Instance == Object {
  /// `key in self` for a plain container, as far as that can be told without running code of the program; nil: it cannot.
  @inline(__always)
  func quickContains(_ key: UnsafeMutablePointer<Value>) -> Bool? {
    guard !mayDecideItems else { return nil }
    switch kind {
    case .set:
      guard let hash = key.quickHash else { return nil }
      return self.as(SetObject.self)._withUnsafeGuaranteedRef { $0.quickContains(keyAt: key, hash: hash) }
    case .dict:
      return self.as(DictObject.self)._withUnsafeGuaranteedRef { $0.quickIndex(keyAt: key) }.map { $0 >= 0 }
    case .list: return self.as(ListObject.self)._withUnsafeGuaranteedRef { $0.items.quickFind(key, $0.count) }
    case .tuple: return self.as(TupleObject.self)._withUnsafeGuaranteedRef { $0.items.quickFind(key, $0.count) }
    case .string:
      guard let part = key.uncountedObject, part.kind == .string, part.isPlain else { return nil }
      return self.as(StringObject.self)._withUnsafeGuaranteedRef { text in
        part.as(StringObject.self)._withUnsafeGuaranteedRef { text.contains($0) }
      }
    default: return nil
    }
  }
}

extension StringObject {
  /// Whether the other text is in this one. A single byte is looked for here: the texts are short mostly.
  func contains(_ part: StringObject) -> Bool {
    guard part.byteCount == 1 else { return ByteSearch.first(part.utf8, in: utf8) >= 0 }
    let byte = part.bytes[0]
    var place = bytes
    let end = bytes + byteCount
    while place < end {
      if place.pointee == byte { return true }
      place += 1
    }
    return false
  }
}

extension Unmanaged where Instance == Object {
  /// The same for a tuple that was not made.
  @inline(__always)
  func quickContains(_ key: TupleKey) -> Bool? {
    guard !mayDecideItems else { return nil }
    switch kind {
    case .set: return self.as(SetObject.self)._withUnsafeGuaranteedRef { $0.quickContains(hash: key.hash, key.isSame) }
    case .dict:
      return self.as(DictObject.self)._withUnsafeGuaranteedRef { $0.quickIndex(hash: key.hash, key.isSame).map { $0 >= 0 } }
    default: return nil
    }
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// Whether one of `count` values from here on is the same as what lies at `key`; nil: the general rule must tell.
  fileprivate func quickFind(_ key: UnsafeMutablePointer<Value>, _ count: Int) -> Bool? {
    var place = self
    let end = self + count
    while place < end {
      guard let same = place.isQuicklySame(as: key) else { return nil }
      if same { return true }
      place += 1
    }
    return false
  }
}
