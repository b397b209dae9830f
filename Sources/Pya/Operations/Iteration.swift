/// `for x in value`, unpacking, and everything else that takes an iterable.
extension Runtime {
  // MARK: Iterators

  /// Python's `iter(value)`: the object the program sees.
  func iterate(_ value: Value) throws(Raised) -> Value {
    guard case .object(let object) = value else { throw notIterable(value) }
    if object.type.isHeap, let found = try iterateBySpecial(object) { return found }
    return try iterateBuiltin(object)
  }

  /// What `__iter__` of a class of the program returns; nil when it has none.
  private func iterateBySpecial(_ object: Object) throws(Raised) -> Value? {
    let type = object.type
    guard let method = type.special(.iter) else { return nil }
    if method.isNone { throw notIterable(.object(object)) }
    let result = try callSpecial(method, .object(object))
    if !isIterator(result) { throw typeError("iter() returned non-iterator of type '\(typeName(result))'") }
    return result
  }

  /// `__iter__` of the built-in kinds.
  func iterateBuiltin(_ object: Object) throws(Raised) -> Value {
    switch object.kind {
    case .list: return .object(ListIterator(self, unsafeDowncast(object, to: ListObject.self)))
    case .tuple: return .object(TupleIterator(self, unsafeDowncast(object, to: TupleObject.self)))
    case .dict: return .object(DictIterator(self, unsafeDowncast(object, to: DictObject.self), .keys))
    case .set: return .object(SetIterator(self, unsafeDowncast(object, to: SetObject.self)))
    case .string: return .object(StringIterator(self, unsafeDowncast(object, to: StringObject.self)))
    case .range:
      let range = unsafeDowncast(object, to: RangeObject.self)
      return .object(RangeIterator(self, start: range.start, step: range.step, count: range.count))
    case .iterator, .generator: return .object(object)
    case .bytes, .byteArray: return .object(BytesIterator(self, unsafeDowncast(object, to: BytesObject.self)))
    case .dictView:
      let view = unsafeDowncast(object, to: DictViewObject.self)
      return .object(DictIterator(self, view.dict, view.part))
    case .other: if !object.isOfHeapType, let iterator = object.ownIterator(self) { return .object(iterator) }
    default: break
    }
    if let method = object.type.lookup(names[.iter]) {
      if method.isNone { throw notIterable(.object(object)) }
      let result = try callSpecial(method, .object(object))
      if !isIterator(result) { throw typeError("iter() returned non-iterator of type '\(typeName(result))'") }
      return result
    }
    if object.kind != .type, hasElementsByIndex(object) {
      return .object(SequenceIterator(self, .object(object)))
    }
    throw notIterable(.object(object))
  }

  /// The iterator of a value, as something Swift can drive.
  func iterator(_ value: Value) throws(Raised) -> IteratorObject {
    try adapted(try iterate(value))
  }

  /// The iterator of a value that lies somewhere.
  @inline(__always)
  func iterator(at place: UnsafeMutablePointer<Value>) throws(Raised) -> IteratorObject {
    if let held = place.uncountedObject, held.isPlain {
      if held.kind == .list { return ListIterator(self, held.as(ListObject.self).takeUnretainedValue()) }
      if held.kind == .tuple { return TupleIterator(self, held.as(TupleObject.self).takeUnretainedValue()) }
    }
    return try iterator(place.pointee)
  }

  /// An iterator as something Swift can drive.
  func adapted(_ value: Value) throws(Raised) -> IteratorObject {
    guard case .object(let object) = value else { throw notIterator(value) }
    if object.kind == .iterator || object.kind == .generator {
      if !object.type.isHeap { return unsafeDowncast(object, to: IteratorObject.self) }
      guard let method = object.type.special(.next) else { return unsafeDowncast(object, to: IteratorObject.self) }
      return ForeignIterator(self, value, method: method)
    }
    guard let method = object.type.lookup(names[.next]) else { throw notIterator(value) }
    return ForeignIterator(self, value, method: method)
  }

  /// Python's `next(iterator)`, with `undefined` at the end. For a foreign iterator the StopIteration is swallowed.
  func next(of value: Value) throws(Raised) -> Value {
    if let native = value.cast(.iterator, to: IteratorObject.self), !native.type.isHeap { return try native.next(self) }
    return try adapted(value).next(self)
  }

  /// Whether `next()` works on it.
  func isIterator(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    if object.kind == .iterator || object.kind == .generator { return true }
    return object.type.lookup(names[.next]) != nil
  }

  /// Whether `iter()` works on it, as far as its type tells.
  func isIterable(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .list, .tuple, .dict, .set, .string, .range, .iterator, .generator, .bytes, .byteArray, .dictView:
      if let method = object.type.special(.iter) { return !method.isNone }
      return true
    case .type: return object.type.lookup(names[.iter]) != nil
    default:
      if let method = object.type.lookup(names[.iter]) { return !method.isNone }
      return hasElementsByIndex(object)
    }
  }

  /// Whether `__getitem__` alone makes it iterable: that of a class of the program does, and that of what has a length; matches and unions
  /// have keys.
  private func hasElementsByIndex(_ object: Object) -> Bool {
    guard let (_, owner) = object.type.lookupWithOwner(names[.getitem]) else { return false }
    return owner.isHeap || owner.instanceKind != .other || object.builtInLength >= 0
  }

  func notIterable(_ value: Value) -> Raised { typeError("'\(typeName(value))' object is not iterable") }
  func notIterator(_ value: Value) -> Raised { typeError("'\(typeName(value))' object is not an iterator") }

  // MARK: All elements

  /// Calls `body` with every element. Lists that grow meanwhile are followed to their new end.
  @inline(__always)
  func forEach(_ a: Value, _ body: (Value) throws(Raised) -> Void) throws(Raised) {
    try walk(a) { (value) throws(Raised) in
      try body(value)
      return true
    }
  }

  /// The same, until `body` returns false.
  func walk(_ a: Value, _ body: (Value) throws(Raised) -> Bool) throws(Raised) {
    if case .object(let object) = a, !object.type.isHeap {
      switch object.kind {
      case .list:
        let list = unsafeDowncast(object, to: ListObject.self)
        var index = 0
        while index < list.count {
          guard try body(list[index]) else { return }
          index += 1
        }
        return
      case .tuple:
        let tuple = unsafeDowncast(object, to: TupleObject.self)
        for index in 0..<tuple.count { guard try body(tuple[index]) else { return } }
        return
      case .range:
        let range = unsafeDowncast(object, to: RangeObject.self)
        var current = range.start
        for _ in 0..<range.count {
          guard try body(.int(current)) else { return }
          current = current &+ range.step
        }
        return
      case .bytes:
        for byte in ByteSpan(unsafeDowncast(object, to: BytesObject.self)) { guard try body(.int(Int(byte))) else { return } }
        return
      default: break
      }
    }
    let iterator = try iterator(a)
    while true {
      let value = try iterator.next(self)
      if value.isUndefined { return }
      guard try body(value) else { return }
    }
  }

  /// A copy of all elements.
  func array(_ a: Value) throws(Raised) -> [Value] {
    if case .object(let object) = a, !object.type.isHeap {
      switch object.kind {
      case .list:
        let list = unsafeDowncast(object, to: ListObject.self)
        return list.count > 24 ? list.array : fewValues(list.items, list.count)
      case .tuple:
        let tuple = unsafeDowncast(object, to: TupleObject.self)
        return tuple.count > 24 ? tuple.array : fewValues(tuple.items, tuple.count)
      case .dict where object.isExactly(types.dict): return unsafeDowncast(object, to: DictObject.self).keys
      case .set: return unsafeDowncast(object, to: SetObject.self).elements
      default: if let elements = object.knownElements { return elements }
      }
    }
    var result: [Value] = []
    if let object = a.object, !object.type.isHeap, let count = knownCount(object) { try checkAllocation(ofValues: count) }
    // Growing from nothing costs more than the few elements of most.
    result.reserveCapacity(a.string?.length ?? 8)
    try forEach(a) { (value) throws(Raised) in result.append(value) }
    return result
  }

  /// A few values as an array. One by one, for the library's way of making an array as a whole asks for its type first.
  private func fewValues(_ items: UnsafeMutablePointer<Value>, _ count: Int) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(count)
    for index in 0..<count { result.append((items + index).copied) }
    return result
  }

  /// The elements where CPython makes a list or tuple of something.
  func collected(_ a: Value) throws(Raised) -> [Value] {
    guard hasLengthOfItsOwn(a) else { return try array(a) }
    var result: [Value] = []
    try forEachAfterLength(a) { (value) throws(Raised) in result.append(value) }
    return result
  }

  /// An object of a class of the program with a `__len__` or `__length_hint__`.
  func hasLengthOfItsOwn(_ a: Value) -> Bool {
    guard case .object(let object) = a, object.type.isHeap else { return false }
    return object.type.special(.len) != nil || object.type.special(.lengthHint) != nil
  }

  /// `forEach` for what collects everything in a list: CPython asks for the length, as a hint, once it has the iterator.
  func forEachAfterLength(_ a: Value, _ body: (Value) throws(Raised) -> Void) throws(Raised) {
    let iterator = try iterator(a)
    _ = try lengthHint(a)
    try forEach(.object(iterator), body)
  }

  // MARK: Unpacking

  /// The elements for `a, b, c = value`.
  func unpack(_ value: Value, _ count: Int) throws(Raised) -> [Value] {
    if case .object(let object) = value {
      if object.isExactly(types.tuple) {
        let tuple = unsafeDowncast(object, to: TupleObject.self)
        if tuple.count == count { return tuple.array }
      } else if object.isExactly(types.list) {
        let list = unsafeDowncast(object, to: ListObject.self)
        if list.count == count { return list.array }
      }
    }
    let iterator = try unpackingIterator(value)
    var result: [Value] = []
    result.reserveCapacity(count)
    while result.count < count {
      let element = try iterator.next(self)
      if element.isUndefined {
        throw valueError("not enough values to unpack (expected \(count), got \(result.count))")
      }
      result.append(element)
    }
    if try !iterator.next(self).isUndefined { throw valueError("too many values to unpack (expected \(count))") }
    return result
  }

  /// The values for `a, *rest, z = value`: `before` elements, a list, `after` elements.
  func unpackStarred(_ value: Value, _ before: Int, _ after: Int) throws(Raised) -> [Value] {
    let iterator = try unpackingIterator(value)
    var result: [Value] = []
    while result.count < before {
      let element = try iterator.next(self)
      if element.isUndefined {
        throw valueError("not enough values to unpack (expected at least \(before + after), got \(result.count))")
      }
      result.append(element)
    }
    var rest: [Value] = []
    while true {
      let element = try iterator.next(self)
      if element.isUndefined { break }
      rest.append(element)
    }
    guard rest.count >= after else {
      throw valueError("not enough values to unpack (expected at least \(before + after), got \(before + rest.count))")
    }
    let tail = rest[(rest.count - after)...]
    result.append(.object(ListObject(self, Array(rest.dropLast(after)))))
    result.append(contentsOf: tail)
    return result
  }

  private func unpackingIterator(_ value: Value) throws(Raised) -> IteratorObject {
    do { return try iterator(value) } catch {
      if matches(error, .typeError), !isIterable(value) {
        throw typeError("cannot unpack non-iterable \(typeName(value)) object")
      }
      throw error
    }
  }
}
