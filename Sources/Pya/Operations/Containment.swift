#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `item in container`.
extension Runtime {
  func contains(_ container: Value, _ item: Value) throws(Raised) -> Bool {
    if let held = container.uncounted, held.isPlain {
      return try held.borrowed { (object) throws(Raised) in try builtinContains(object, item) }
    }
    guard case .object(let object) = container else { throw notContainer(container) }
    let type = object.type
    if type.isHeap {
      if let method = type.special(.contains) {
        if method.isNone { throw typeError("'\(type.name)' object is not a container") }
        return try isTrue(try callSpecial(method, container, item))
      }
      // A class that says how to iterate, and derives from no container, is searched by iterating.
      if object.kind == .instance { return try containsForeign(object, item) }
    }
    return try builtinContains(object, item)
  }

  /// `__contains__` of the built-in kinds.
  func builtinContains(_ object: Object, _ item: Value) throws(Raised) -> Bool {
    switch object.kind {
    case .dict:
      let hash = try hash(item)
      return try Unmanaged.passUnretained(object).as(DictObject.self).borrowed { (dict) throws(Raised) in
        try dict.find(item, hash: hash, self) >= 0
      }
    case .set: return try setContains(unsafeDowncast(object, to: SetObject.self), item)
    case .list:
      let list = unsafeDowncast(object, to: ListObject.self)
      var wanted = item
      var index = 0
      while index < list.count {
        let quick = withUnsafeMutablePointer(to: &wanted) { (list.items + index).quickEquals($0) }
        if let quick { if quick { return true } } else if try isSame(list[index], item) { return true }
        index += 1
      }
      return false
    case .tuple:
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      var wanted = item
      for index in 0..<tuple.count {
        let quick = withUnsafeMutablePointer(to: &wanted) { (tuple.items + index).quickEquals($0) }
        if let quick { if quick { return true } } else if try isSame(tuple[index], item) { return true }
      }
      return false
    case .string: return try stringContains(unsafeDowncast(object, to: StringObject.self), item)
    case .bytes, .byteArray: return try bytesContains(unsafeDowncast(object, to: BytesObject.self), item)
    case .range: return try rangeContains(unsafeDowncast(object, to: RangeObject.self), item)
    case .dictView: return try viewContains(unsafeDowncast(object, to: DictViewObject.self), item)
    default: return try containsForeign(object, item)
    }
  }

  /// Identical or equal: what containers mean by "the same".
  @inline(__always)
  func isSame(_ a: Value, _ b: Value) throws(Raised) -> Bool {
    if a.isIdentical(to: b) { return true }
    if case .int = a, case .int = b { return false }
    return try equals(a, b)
  }

  private func containsForeign(_ object: Object, _ item: Value) throws(Raised) -> Bool {
    if let method = object.type.lookup(names[.contains]), !method.isNone {
      return try isTrue(try callSpecial(method, .object(object), item))
    }
    let iterator: IteratorObject
    do { iterator = try self.iterator(.object(object)) } catch {
      if matches(error, .typeError), !isIterable(.object(object)) { throw notContainer(.object(object)) }
      throw error
    }
    while true {
      let element = try iterator.next(self)
      if element.isUndefined { return false }
      if try isSame(element, item) { return true }
    }
  }

  /// A set looked for in a set stands for the frozenset with the same elements.
  func setContains(_ set: SetObject, _ item: Value) throws(Raised) -> Bool {
    try set.contains(item, hash: try hashInSet(item), self)
  }

  /// The hash of an element to look for; that of an unhashable set is its frozenset's.
  func hashInSet(_ item: Value) throws(Raised) -> Int {
    if let candidate = item.set, candidate.type.isSubtype(of: types.set), candidate.type.special(.hash) == nil {
      return frozenSetHash(candidate)
    }
    return try hash(item)
  }

  private func stringContains(_ string: StringObject, _ item: Value) throws(Raised) -> Bool {
    guard let needle = item.string else {
      throw typeError("'in <string>' requires string as left operand, not \(typeName(item))")
    }
    return string.contains(needle)
  }

  private func bytesContains(_ bytes: BytesObject, _ item: Value) throws(Raised) -> Bool {
    if let needle = item.bytes ?? item.cast(.byteArray, to: BytesObject.self) {
      return bytes.withContent { whole in
        needle.withContent { ByteSearch.first($0, in: whole) >= 0 }
      }
    }
    guard let (number, isExact) = try clampedIndex(item) else {
      throw typeError("a bytes-like object is required, not '\(typeName(item))'")
    }
    guard isExact, let byte = UInt8(exactly: number) else { throw valueError("byte must be in range(0, 256)") }
    return bytes.withContent { $0.contains(byte) }
  }

  func rangeContains(_ range: RangeObject, _ item: Value) throws(Raised) -> Bool {
    switch item {
    case .int(let number): return range.index(of: number) != nil
    case .bool(let flag): return range.index(of: flag ? 1 : 0) != nil
    case .float(let number):
      guard let whole = Int(exactly: number) else { return false }
      return range.index(of: whole) != nil
    case .object(let object):
      switch object.kind {
      case .bigInt, .string, .bytes, .tuple, .list, .dict, .set:
        if !object.type.isHeap { return false }
      case .intInstance:
        if object.type.special(.eq) == nil { return try rangeContains(range, item.plainNumber) }
      default: break
      }
      for index in 0..<range.count where try equals(.int(range[index]), item) { return true }
      return false
    default: return false
    }
  }

  func viewContains(_ view: DictViewObject, _ item: Value) throws(Raised) -> Bool {
    let dict = view.dict
    switch view.part {
    case .keys: return try dict.contains(item, self)
    case .values:
      var index = 0
      while index < dict.used {
        let entry = dict.entries[index]
        if !entry.key.isUndefined, try isSame(entry.value, item) { return true }
        index += 1
      }
      return false
    case .items:
      guard let pair = item.tuple, pair.count == 2 else { return false }
      guard let found = try dict.get(pair[0], self) else { return false }
      return try isSame(found, pair[1])
    }
  }

  func notContainer(_ value: Value) -> Raised {
    typeError("argument of type '\(typeName(value))' is not iterable")
  }
}

extension RangeObject {
  /// The position of an element.
  final func index(of number: Int) -> Int? {
    if step > 0 ? number < start || number >= stop : number > start || number <= stop { return nil }
    // The distance fits an unsigned word, as start and number lie on one side of stop.
    let distance = step > 0 ? UInt(bitPattern: number &- start) : UInt(bitPattern: start &- number)
    let (quotient, remainder) = distance.quotientAndRemainder(dividingBy: step.magnitude)
    return remainder == 0 ? Int(exactly: quotient) : nil
  }
}
