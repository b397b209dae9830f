import PyaSyntax

/// Set algebra, step by step as CPython does it: the order of the results follows from the order of the steps.
extension Runtime {
  /// `a | b`, `a & b`, `a - b`, `a ^ b`. The result is a set or frozenset as `a` is.
  func setOperation(_ op: BinaryOperator, _ a: SetObject, _ b: SetObject) throws(Raised) -> Value {
    switch op {
    case .or: return .object(try union(a, b))
    case .and: return .object(try intersection(a, b))
    case .subtract: return .object(try setDifference(a, .object(b)))
    case .xor: return .object(try setSymmetricDifference(a, .object(b)))
    default: return .notImplemented
    }
  }

  /// `a |= b` and its kin, for a `set`; the other operand is a set too.
  func setInPlace(_ op: BinaryOperator, _ a: SetObject, _ b: SetObject) throws(Raised) -> Bool {
    switch op {
    case .or: try a.merge(b, self)
    case .and: a.swapElements(with: try intersection(a, b))
    case .subtract: try subtract(b, from: a)
    case .xor: try setSymmetricDifferenceUpdate(a, .object(b))
    default: return false
    }
    return true
  }

  /// `a < b` and its kin: subset relations.
  func setCompare(_ op: ComparisonOperator, _ a: SetObject, _ b: SetObject) throws(Raised) -> Bool? {
    switch op {
    case .equal: return try setEquals(a, b)
    case .notEqual: return try !setEquals(a, b)
    case .less: return a.count < b.count ? try isSubset(a, b) : false
    case .lessEqual: return try isSubset(a, b)
    case .greater: return a.count > b.count ? try isSubset(b, a) : false
    case .greaterEqual: return try isSubset(b, a)
    default: return nil
    }
  }

  func setEquals(_ a: SetObject, _ b: SetObject) throws(Raised) -> Bool {
    if a === b { return true }
    if a.count != b.count { return false }
    if let first = a.cachedHash, let second = b.cachedHash, first != second { return false }
    return try isSubset(a, b)
  }

  func isSubset(_ a: SetObject, _ b: SetObject) throws(Raised) -> Bool {
    if a.count > b.count { return false }
    var position = 0
    while true {
      let before = position
      let index = a.next(&position)
      if index < 0 { return true }
      guard let isContained = b.quickContains(keyAt: a.keyPlace(index), hash: a.entries[index].hash) else {
        position = before
        break
      }
      if !isContained { return false }
    }
    try enter()
    defer { leave() }
    while case let index = a.next(&position), index >= 0 {
      if try !b.contains(keyAt: a.keyPlace(index), hash: a.entries[index].hash, self) { return false }
    }
    return true
  }

  /// The error of an iteration over a set that grows or shrinks meanwhile.
  func setHasChanged() -> Raised { runtimeError("Set changed size during iteration") }

  /// `set` for sets and their subclasses, `frozenset` likewise.
  @inline(__always)
  func baseSetType(_ set: SetObject) -> TypeObject {
    set.isOfHeapType ? baseOfSubtype(set) : set.type
  }

  @inline(never)
  private func baseOfSubtype(_ set: SetObject) -> TypeObject {
    set.type.isSubtype(of: types.frozenset) ? types.frozenset : types.set
  }

  // MARK: Steps

  /// `set.update(iterable)`.
  func setUpdate(_ target: SetObject, _ iterable: Value) throws(Raised) {
    if let other = iterable.set { return try target.merge(other, self) }
    if let held = iterable.uncounted, held.isPlain {
      if held.kind == .list {
        return try held.as(ListObject.self).borrowed { (list) throws(Raised) in
          var index = 0
          while index < list.count {
            _ = try target.add((list.items + index).copied, self)
            index += 1
          }
        }
      }
      if held.kind == .tuple {
        return try held.as(TupleObject.self).borrowed { (tuple) throws(Raised) in
          for index in 0..<tuple.count { _ = try target.add((tuple.items + index).copied, self) }
        }
      }
      if held.kind == .string, held.as(StringObject.self)._withUnsafeGuaranteedRef({ $0.isASCII }) {
        return try held.as(StringObject.self).borrowed { (text) throws(Raised) in
          for index in 0..<text.byteCount { _ = try target.add((machine.pointee.characters + Int(text.bytes[index])).copied, self) }
        }
      }
    }
    if let dict = exactDict(iterable) {
      target.makeRoom(expecting: dict.count)
      var index = 0
      while index < dict.used {
        let entry = dict.entries[index]
        if !entry.key.isUndefined { try target.add(entry.key, hash: entry.hash, self) }
        index += 1
      }
      return
    }
    try forEach(iterable) { (key) throws(Raised) in _ = try target.add(key, self) }
  }

  private func exactDict(_ value: Value) -> DictObject? {
    guard let dict = value.dict, dict.isExactly(types.dict) else { return nil }
    return dict
  }

  private func union(_ a: SetObject, _ b: SetObject) throws(Raised) -> SetObject {
    let result = try a.copy(type: baseSetType(a), self)
    try result.merge(b, self)
    return result
  }

  func setIntersection(_ a: SetObject, _ iterable: Value) throws(Raised) -> SetObject {
    if let other = iterable.set { return try intersection(a, other) }
    let result = SetObject(type: baseSetType(a))
    try forEach(iterable) { (key) throws(Raised) in
      let hash = try self.hash(key)
      if try a.contains(key, hash: hash, self) { try result.add(key, hash: hash, self) }
    }
    return result
  }

  private func intersection(_ a: SetObject, _ b: SetObject) throws(Raised) -> SetObject {
    if a === b { return try a.copy(type: baseSetType(a), self) }
    let result = SetObject(type: baseSetType(a))
    let (searched, walked) = b.count > a.count ? (b, a) : (a, b)
    var position = 0
    while case let index = walked.next(&position), index >= 0 {
      let key = walked.keyPlace(index)
      let hash = walked.entries[index].hash
      switch searched.quickContains(keyAt: key, hash: hash) {
      case true?: result.addNew(keyAt: key, hash: hash, self)
      case false?: break
      case nil:
        let key = key.copied
        if try searched.contains(key, hash: hash, self) { try result.add(key, hash: hash, self) }
      }
    }
    return result
  }

  func setDifferenceUpdate(_ target: SetObject, _ iterable: Value) throws(Raised) {
    if let other = iterable.set { return try subtract(other, from: target) }
    try forEach(iterable) { (key) throws(Raised) in _ = try target.remove(key, self) }
    target.dropDummies()
  }

  private func subtract(_ other: SetObject, from target: SetObject) throws(Raised) {
    if other === target { return target.removeAll() }
    // A much larger set is cut down to what matters first.
    let removed = other.count >> 3 > target.count ? try intersection(target, other) : other
    var position = 0
    while case let index = removed.next(&position), index >= 0 {
      _ = try target.remove(keyAt: removed.keyPlace(index), hash: removed.entries[index].hash, self)
    }
    target.dropDummies()
  }

  func setDifference(_ a: SetObject, _ iterable: Value) throws(Raised) -> SetObject {
    let dict = exactDict(iterable)
    let other = iterable.set
    guard let otherCount = other?.count ?? dict?.count, a.count >> 2 <= otherCount else {
      let result = try a.copy(type: baseSetType(a), self)
      try setDifferenceUpdate(result, iterable)
      return result
    }
    let result = SetObject(type: baseSetType(a))
    var position = 0
    while case let index = a.next(&position), index >= 0 {
      let hash = a.entries[index].hash
      if let other, let isRemoved = other.quickContains(keyAt: a.keyPlace(index), hash: hash) {
        if !isRemoved { result.addNew(keyAt: a.keyPlace(index), hash: hash, self) }
        continue
      }
      let key = a.keyPlace(index).copied
      let isRemoved =
        if let dict {
          try dict.find(key, hash: hash, self) >= 0
        } else {
          try iterable.set.unsafelyUnwrapped.contains(key, hash: hash, self)
        }
      if !isRemoved { try result.add(key, hash: hash, self) }
    }
    return result
  }

  func setSymmetricDifferenceUpdate(_ target: SetObject, _ iterable: Value) throws(Raised) {
    if iterable.isIdentical(to: .object(target)) { return target.removeAll() }
    if let dict = exactDict(iterable) {
      for entry in dict.liveEntries where try !target.remove(entry.key, hash: entry.hash, self) {
        try target.add(entry.key, hash: entry.hash, self)
      }
      return
    }
    let other: SetObject
    if let set = iterable.set {
      other = set
    } else {
      other = SetObject(self)
      try setUpdate(other, iterable)
    }
    var position = 0
    while case let index = other.next(&position), index >= 0 {
      let hash = other.entries[index].hash
      if try !target.remove(keyAt: other.keyPlace(index), hash: hash, self) {
        // Where the program's `__eq__` took the element away meanwhile, there is nothing to add.
        if index < other.used, !other.keyPlace(index).holdsUndefined { try target.add(keyAt: other.keyPlace(index), hash: hash, self) }
      }
    }
  }

  func setSymmetricDifference(_ a: SetObject, _ iterable: Value) throws(Raised) -> SetObject {
    let result = SetObject(type: baseSetType(a))
    try setUpdate(result, iterable)
    try setSymmetricDifferenceUpdate(result, .object(a))
    return result
  }

  func isDisjoint(_ a: SetObject, _ iterable: Value) throws(Raised) -> Bool {
    if let other = iterable.set {
      if other === a { return a.count == 0 }
      let (searched, walked) = other.count > a.count ? (other, a) : (a, other)
      var position = 0
      while case let index = walked.next(&position), index >= 0 {
        if try searched.contains(keyAt: walked.keyPlace(index), hash: walked.entries[index].hash, self) { return false }
      }
      return true
    }
    let iterator = try iterator(iterable)
    while true {
      let key = try iterator.next(self)
      if key.isUndefined { return true }
      if try a.contains(key, self) { return false }
    }
  }

  /// `hash(frozenset)`: CPython's, from the elements' hashes in any order.
  func frozenSetHash(_ set: SetObject) -> Int {
    if let cached = set.cachedHash { return cached }
    var hash: UInt = 0
    var position = 0
    while case let index = set.next(&position), index >= 0 {
      let element = UInt(bitPattern: set.entries[index].hash)
      hash ^= (element ^ 89_869_747 ^ element << 16) &* 3_644_798_167
    }
    hash ^= (UInt(set.count) &+ 1) &* 1_927_868_237
    hash ^= hash >> 11 ^ hash >> 25
    hash = hash &* 69069 &+ 907_133_923
    if hash == .max { hash = 590_923_713 }
    let result = Int(bitPattern: hash)
    if set.type.isSubtype(of: types.frozenset) { set.cachedHash = result }
    return result
  }
}
