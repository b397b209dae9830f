/// `value[key]`, `value[key] = x`, `del value[key]`, `len(value)`.
///
/// A special method of the program's class comes first, then the built-in kinds, then what a native type registered.
extension Runtime {
  // MARK: Length

  func length(_ a: Value) throws(Raised) -> Int {
    guard case .object(let object) = a else { throw typeError("object of type '\(typeName(a))' has no len()") }
    let type = object.type
    if type.isHeap, let method = type.special(.len) { return try lengthFromSpecial(method, a) }
    let known = object.knownLength
    if known >= 0 { return known }
    switch object.kind {
    case .range:
      let count = unsafeDowncast(object, to: RangeObject.self).count
      if count == .max { throw overflowError("Python int too large to convert to C ssize_t") }
      return count
    case .dictView: return unsafeDowncast(object, to: DictViewObject.self).dict.count
    default:
      if let method = type.lookup(names[.len]) { return try lengthFromSpecial(method, a) }
      throw typeError("object of type '\(type.messageName)' has no len()")
    }
  }

  /// What `__len__` says, checked as `len` does.
  func lengthFromSpecial(_ method: Value, _ a: Value) throws(Raised) -> Int {
    let result = try callSpecial(method, a)
    if case .int(let count) = result, count >= 0 { return count }
    guard let (count, isExact) = try clampedIndex(result) else {
      throw typeError("'\(typeName(result))' object cannot be interpreted as an integer")
    }
    if count < 0 { throw valueError("__len__() should return >= 0") }
    if !isExact { throw overflowError("cannot fit 'int' into an index-sized integer") }
    return count
  }

  /// What an object tells of its length, or of how many elements it will yet deliver. Nil: nothing.
  func lengthHint(_ a: Value) throws(Raised) -> Int? {
    let owner = type(of: a)
    if owner.lookup(names[.len]) != nil {
      do throws(Raised) { return try length(a) } catch {
        guard matches(error, .typeError) else { throw error }
      }
    }
    guard let method = owner.lookup(names[.lengthHint]) else { return nil }
    let hint: Value
    do throws(Raised) { hint = try callSpecial(method, a) } catch {
      guard matches(error, .typeError) else { throw error }
      return nil
    }
    if hint.isNotImplemented { return nil }
    guard type(of: hint).isSubtype(of: types.int) else {
      throw typeError("__length_hint__ must be an integer, not \(typeName(hint))")
    }
    let count = try index(hint)
    if count < 0 { throw valueError("__length_hint__() should return >= 0") }
    return count
  }

  // MARK: Getting

  func getItem(_ a: Value, _ key: Value) throws(Raised) -> Value {
    if let held = a.uncounted, held.isPlain {
      return try held.borrowed { (object) throws(Raised) in try getBuiltinItem(object, key) }
    }
    guard case .object(let object) = a else { throw notSubscriptable(a) }
    let type = object.type
    if type.isHeap, let method = type.special(.getitem) { return try callSpecial(method, a, key) }
    return try getBuiltinItem(object, key)
  }

  /// `__getitem__` of the built-in kinds, whatever a class of the program overrides.
  func getBuiltinItem(_ object: Object, _ key: Value) throws(Raised) -> Value {
    switch object.kind {
    case .list:
      let list = unsafeDowncast(object, to: ListObject.self)
      if case .int(let index) = key {
        let position = index < 0 ? index &+ list.count : index
        guard position >= 0, position < list.count else { throw indexError("list index out of range") }
        return list[position]
      }
      if let slice = key.slice {
        let span = try sliceSpan(slice) { list.count }
        let result = ListObject(self, capacity: span.count)
        if span.count > 0 { result.append(copiesOf: list.items + span.start, count: span.count, step: span.step) }
        return .object(result)
      }
      let index = try sequenceIndex(key, "list")
      let position = index < 0 ? index &+ list.count : index
      guard position >= 0, position < list.count else { throw indexError("list index out of range") }
      return list[position]
    case .dict:
      return try Unmanaged.passUnretained(object).as(DictObject.self).borrowed { (dict) throws(Raised) in
        try getDictItem(dict, key)
      }
    case .tuple:
      let tuple = unsafeDowncast(object, to: TupleObject.self)
      if let slice = key.slice { return try tupleSlice(tuple, slice) }
      let index = try sequenceIndex(key, "tuple")
      let position = index < 0 ? index &+ tuple.count : index
      guard position >= 0, position < tuple.count else { throw indexError("tuple index out of range") }
      return tuple[position]
    case .string: return try getStringItem(unsafeDowncast(object, to: StringObject.self), key)
    case .bytes, .byteArray: return try getBytesItem(unsafeDowncast(object, to: BytesObject.self), key)
    case .range: return try getRangeItem(unsafeDowncast(object, to: RangeObject.self), key)
    case .type: return try subscriptType(unsafeDowncast(object, to: TypeObject.self), key)
    default:
      if let method = object.type.lookup(names[.getitem]) { return try callSpecial(method, .object(object), key) }
      throw notSubscriptable(.object(object))
    }
  }

  private func getDictItem(_ dict: DictObject, _ key: Value) throws(Raised) -> Value {
    let index = try dict.find(key, hash: try hash(key), self)
    if index >= 0 { return dict.valuePlace(index).pointee }
    if !dict.isExactly(types.dict), let missing = dict.type.lookup(names[.missing]) {
      return try callSpecial(missing, .object(dict), key)
    }
    throw keyError(key)
  }

  private func tupleSlice(_ tuple: TupleObject, _ slice: SliceObject) throws(Raised) -> Value {
    let span = try sliceSpan(slice) { tuple.count }
    if span.count == tuple.count, span.step == 1, tuple.isExactly(types.tuple) { return .object(tuple) }
    return .object(
      TupleObject(self, count: span.count) { items in
        var position = span.start
        for offset in 0..<span.count {
          (items + offset).initialize(to: tuple[position])
          position &+= span.step
        }
      })
  }

  private func getStringItem(_ string: StringObject, _ key: Value) throws(Raised) -> Value {
    if let slice = key.slice {
      let span = try sliceSpan(slice) { string.length }
      return .object(stringSlice(string, start: span.start, step: span.step, count: span.count))
    }
    guard let (index, isExact) = try clampedIndex(key) else {
      throw typeError("string indices must be integers, not '\(typeName(key))'")
    }
    if !isExact { throw indexError("cannot fit '\(typeName(key))' into an index-sized integer") }
    let position = index < 0 ? index &+ string.length : index
    guard position >= 0, position < string.length else { throw indexError("string index out of range") }
    return .object(stringItem(string, position))
  }

  private func getBytesItem(_ bytes: BytesObject, _ key: Value) throws(Raised) -> Value {
    if let slice = key.slice {
      return part(of: bytes, try sliceSpan(slice) { bytes.count })
    }
    let isArray = bytes.kind == .byteArray
    let index = try sequenceIndex(key, isArray ? "bytearray" : "byte")
    let position = index < 0 ? index &+ bytes.count : index
    guard position >= 0, position < bytes.count else {
      throw indexError(isArray ? "bytearray index out of range" : "index out of range")
    }
    return .int(Int(bytes[position]))
  }

  private func getRangeItem(_ range: RangeObject, _ key: Value) throws(Raised) -> Value {
    if let slice = key.slice {
      let span = try sliceSpan(slice) { range.count }
      let start = range[span.start]
      // A step beyond a word leaves one element at most: any other such step will do.
      let (product, overflow) = range.step.multipliedReportingOverflow(by: span.step)
      let step = overflow ? ((range.step < 0) == (span.step < 0) ? Int.max : -Int.max) : product
      // The stop CPython computes: the element at the slice's own stop.
      let stop = range.start &+ span.stop &* range.step
      return .object(RangeObject(self, start: start, stop: stop, step: step))
    }
    guard let (index, isExact) = try clampedIndex(key) else {
      throw typeError("range indices must be integers or slices, not \(typeName(key))")
    }
    let position = index < 0 ? index &+ range.count : index
    guard isExact, position >= 0, position < range.count else { throw indexError("range object index out of range") }
    return .int(range[position])
  }

  // MARK: Setting

  func setItem(_ a: Value, _ key: Value, _ value: Value) throws(Raised) {
    if let held = a.uncounted, held.isPlain {
      return try held.borrowed { (object) throws(Raised) in try setBuiltinItem(object, key, value) }
    }
    guard case .object(let object) = a else { throw noItemAssignment(a) }
    let type = object.type
    if type.isHeap, let method = type.special(.setitem) {
      _ = try callSpecial(method, a, key, value)
      return
    }
    try setBuiltinItem(object, key, value)
  }

  /// `__setitem__` of the built-in kinds.
  func setBuiltinItem(_ object: Object, _ key: Value, _ value: Value) throws(Raised) {
    switch object.kind {
    case .list:
      let list = unsafeDowncast(object, to: ListObject.self)
      if let slice = key.slice { return try setListSlice(list, slice, value) }
      let index = try sequenceIndex(key, "list")
      let position = index < 0 ? index &+ list.count : index
      guard position >= 0, position < list.count else { throw indexError("list assignment index out of range") }
      list[position] = value
    case .dict:
      try Unmanaged.passUnretained(object).as(DictObject.self).borrowed { (dict) throws(Raised) in
        try dict.set(key, value, self)
      }
    case .byteArray: try setByteArrayItem(unsafeDowncast(object, to: BytesObject.self), key, value)
    default:
      guard let method = object.type.lookup(names[.setitem]) else { throw noItemAssignment(.object(object)) }
      _ = try callSpecial(method, .object(object), key, value)
    }
  }

  private func setListSlice(_ list: ListObject, _ slice: SliceObject, _ value: Value) throws(Raised) {
    try setListSlice(list, try sliceBounds(slice), value)
  }

  func setListSlice(_ list: ListObject, _ bounds: SliceBounds, _ value: Value) throws(Raised) {
    if bounds.step == 1 {
      if let held = value.uncounted, held.isPlain, held.kind == .tuple {
        let span = bounds.adjusted(to: list.count)
        held.as(TupleObject.self)._withUnsafeGuaranteedRef { source in
          list.replace(span.start..<max(span.start, span.stop), withCopiesOf: source.items, count: source.count)
        }
        return
      }
      if let held = value.uncounted, held.isPlain, held.kind == .list, held.toOpaque() != list.uncountedPointer {
        let span = bounds.adjusted(to: list.count)
        held.as(ListObject.self)._withUnsafeGuaranteedRef { source in
          list.replace(span.start..<max(span.start, span.stop), withCopiesOf: source.items, count: source.count)
        }
        return
      }
      let values = try assignable(value)
      let span = bounds.adjusted(to: list.count)
      return list.replace(span.start..<max(span.start, span.stop), with: values)
    }
    if let held = value.uncounted, held.isPlain, held.kind == .list, held.toOpaque() != list.uncountedPointer {
      return try held.as(ListObject.self).borrowed { (source) throws(Raised) in try setListSpan(list, bounds, source) }
    }
    let values = try assignable(value)
    let span = bounds.adjusted(to: list.count)
    guard values.count == span.count else { throw wrongSize(values.count, span) }
    var position = span.start
    for value in values {
      list[position] = value
      position &+= span.step
    }
  }

  /// `list[a:b:step] = source`.
  private func setListSpan(_ list: ListObject, _ bounds: SliceBounds, _ source: ListObject) throws(Raised) {
    let span = bounds.adjusted(to: list.count)
    guard source.count == span.count else { throw wrongSize(source.count, span) }
    var position = span.start
    // What is replaced may run code when it dies.
    for index in 0..<span.count where index < source.count && position < list.count {
      list[position] = source[index]
      position &+= span.step
    }
  }

  private func wrongSize(_ count: Int, _ span: SliceSpan) -> Raised {
    valueError("attempt to assign sequence of size \(count) to extended slice of size \(span.count)")
  }

  private func assignable(_ value: Value) throws(Raised) -> [Value] {
    do { return try array(value) } catch {
      guard matches(error, .typeError), !isIterable(value) else { throw error }
      throw typeError("must assign iterable to extended slice")
    }
  }

  /// Before the length of a `bytearray` changes.
  func checkResizable(_ array: BytesObject) throws(Raised) {
    if array.exports > 0 { throw resizingError() }
  }

  /// `array += value`, whose bytes are `added`.
  func extend(_ array: BytesObject, with added: ByteSpan, of value: Value) throws(Raised) {
    if added.isEmpty { return }
    // The array itself would be seen while it grows.
    if value.object === array || added.owner === array { throw resizingError() }
    try checkResizable(array)
    added.withContent { array.append(contentsOf: $0) }
  }

  /// The size may not change while a buffer shows the bytes.
  func resizingError() -> Raised { error("BufferError", "Existing exports of data: object cannot be re-sized") }

  /// What `array[a:b] = value` puts into a bytearray. CPython makes one of the value, but not of everything.
  private func bytesToAssign(_ value: Value) throws(Raised) -> [UInt8] {
    let isNumber = type(of: value).lookup(names[.index]) != nil || type(of: value).isSubtype(of: types.float)
    if value.string != nil || isNumber {
      throw typeError("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
    }
    guard isIterable(value) else { throw typeError("cannot convert '\(typeName(value))' object to bytearray") }
    var collected: [UInt8] = []
    for item in try array(value) { collected.append(try byte(item)) }
    return collected
  }

  private func setByteArrayItem(_ target: BytesObject, _ key: Value, _ value: Value) throws(Raised) {
    if let slice = key.slice {
      let bounds = try sliceBounds(slice)
      var bytes: ByteSpan
      if let other = value.bytes ?? value.cast(.byteArray, to: BytesObject.self) {
        bytes = ByteSpan(other)
        // They are moved while they are read.
        if other === target, let copy = bytesLike(value) { bytes = copy }
      } else {
        bytes = ByteSpan(BytesObject(type: types.bytes, try bytesToAssign(value)))
      }
      let span = bounds.adjusted(to: target.count)
      if span.step == 1 {
        let replaced = span.start..<max(span.start, span.stop)
        if bytes.count != replaced.count { try checkResizable(target) }
        return bytes.withContent { target.replace(replaced, with: $0) }
      }
      // As CPython has it, nothing in their place deletes them.
      if bytes.isEmpty { return try deleteSpan(of: target, span) }
      guard bytes.count == span.count else {
        throw valueError("attempt to assign bytes of size \(bytes.count) to extended slice of size \(span.count)")
      }
      return bytes.withContent { bytes in
        for index in 0..<bytes.count { target[span.start &+ index &* span.step] = bytes[index] }
      }
    }
    let index = try sequenceIndex(key, "bytearray")
    let byte = try byte(value)
    let position = index < 0 ? index &+ target.count : index
    guard position >= 0, position < target.count else { throw indexError("bytearray index out of range") }
    target[position] = byte
  }

  private func byte(_ value: Value) throws(Raised) -> UInt8 {
    guard let (number, _) = try clampedIndex(value) else {
      throw typeError("'\(typeName(value))' object cannot be interpreted as an integer")
    }
    guard let byte = UInt8(exactly: number) else { throw valueError("byte must be in range(0, 256)") }
    return byte
  }

  // MARK: Deleting

  func deleteItem(_ a: Value, _ key: Value) throws(Raised) {
    guard case .object(let object) = a else { throw noItemDeletion(a) }
    let type = object.type
    if type.isHeap, let method = type.special(.delitem) {
      _ = try callSpecial(method, a, key)
      return
    }
    try deleteBuiltinItem(object, key)
  }

  /// `__delitem__` of the built-in kinds.
  func deleteBuiltinItem(_ object: Object, _ key: Value) throws(Raised) {
    switch object.kind {
    case .list:
      let list = unsafeDowncast(object, to: ListObject.self)
      if let slice = key.slice {
        let span = try sliceSpan(slice) { list.count }
        return deleteSpan(of: list, span)
      }
      let index = try sequenceIndex(key, "list")
      let position = index < 0 ? index &+ list.count : index
      guard position >= 0, position < list.count else { throw indexError("list assignment index out of range") }
      _ = list.remove(at: position)
    case .dict:
      guard try unsafeDowncast(object, to: DictObject.self).remove(key, self) != nil else { throw keyError(key) }
    case .byteArray:
      let target = unsafeDowncast(object, to: BytesObject.self)
      if let slice = key.slice {
        return try deleteSpan(of: target, try sliceSpan(slice) { target.count })
      }
      let index = try sequenceIndex(key, "bytearray")
      let position = index < 0 ? index &+ target.count : index
      guard position >= 0, position < target.count else { throw indexError("bytearray index out of range") }
      try checkResizable(target)
      target.remove(at: position)
    default:
      guard let method = object.type.lookup(names[.delitem]) else { throw noItemDeletion(.object(object)) }
      _ = try callSpecial(method, .object(object), key)
    }
  }

  private func deleteSpan(of array: BytesObject, _ span: SliceSpan) throws(Raised) {
    let span = span.ascending
    if span.count == 0 { return }
    try checkResizable(array)
    if span.step == 1 { return array.replace(span.start..<(span.start + span.count), with: []) }
    var kept = span.start
    for position in span.start..<array.count {
      let (turn, offset) = (position - span.start).quotientAndRemainder(dividingBy: span.step)
      if offset == 0, turn < span.count { continue }
      array[kept] = array[position]
      kept += 1
    }
    array.removeLast(span.count)
  }

  private func deleteSpan(of list: ListObject, _ span: SliceSpan) {
    let span = span.ascending
    if span.count == 0 { return }
    if span.step == 1 { return list.replace(span.start..<(span.start + span.count), with: []) }
    var kept: [Value] = []
    kept.reserveCapacity(list.count - span.count)
    var nextDeleted = span.start
    var deleted = 0
    for position in 0..<list.count {
      if deleted < span.count, position == nextDeleted {
        deleted += 1
        nextDeleted &+= span.step
      } else {
        kept.append(list[position])
      }
    }
    list.replace(0..<list.count, with: kept)
  }

  // MARK: Complaints

  private func notSubscriptable(_ a: Value) -> Raised { typeError("'\(typeName(a))' object is not subscriptable") }
  private func noItemAssignment(_ a: Value) -> Raised {
    typeError("'\(typeName(a))' object does not support item assignment")
  }
  private func noItemDeletion(_ a: Value) -> Raised {
    // CPython asks types that have anything of a sequence in another place.
    let isSequence =
      switch a.object?.kind {
      case .string, .bytes, .tuple, .set, .range, .dictView, .instance: true
      default: false
      }
    return typeError("'\(typeName(a))' object \(isSequence ? "doesn't" : "does not") support item deletion")
  }
}

extension Object {
  /// How many elements it has, of the built-in kinds that programs ask most; negative: ask `Runtime.length`.
  @inline(__always)
  final var knownLength: Int {
    switch kind {
    case .list: unsafeDowncast(self, to: ListObject.self).count
    case .tuple: unsafeDowncast(self, to: TupleObject.self).count
    case .dict: unsafeDowncast(self, to: DictObject.self).count
    case .set: unsafeDowncast(self, to: SetObject.self).count
    case .string: unsafeDowncast(self, to: StringObject.self).length
    case .bytes, .byteArray: unsafeDowncast(self, to: BytesObject.self).count
    default: builtInLength
    }
  }
}
