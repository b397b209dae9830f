/// `split`, `rsplit`, `splitlines` and `join`, for `bytes` and `bytearray`.
extension Runtime {
  func installBytesSplitting(_ type: TypeObject) {
    for (name, isReverse) in [("split", false), ("rsplit", true)] {
      type.define(self, name, "self, /, sep=None, maxsplit=-1") { (runtime, arguments) throws(Raised) in
        let limit = arguments[2].isUndefined ? -1 : try runtime.size(arguments[2])
        let splits = limit < 0 ? Int.max : limit
        let pieces = BytesPieces(runtime, arguments)
        if arguments[1].isUndefined || arguments[1].isNone {
          pieces.addWords(limit: splits, isReverse: isReverse)
        } else {
          let separator = try runtime.bytesArgument(arguments[1])
          if separator.isEmpty { throw runtime.valueError("empty separator") }
          pieces.addParts(between: separator, limit: splits, isReverse: isReverse)
        }
        if isReverse { pieces.list.reverse() }
        return .object(pieces.list)
      }
    }
    type.define(self, "splitlines", "self, /, keepends=False") { (runtime, arguments) throws(Raised) in
      let keepsEnds = arguments[1].isUndefined ? false : try runtime.isTrue(arguments[1])
      let pieces = BytesPieces(runtime, arguments)
      pieces.addLines(keepsEnds: keepsEnds)
      return .object(pieces.list)
    }
    type.define(self, "join", "self, iterable_of_bytes, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.bytes(like: arguments, try runtime.joinBytes(arguments.bytes, arguments[1])))
    }
  }

  /// The same for items that lie side by side; nil: they are not all `bytes`.
  private func joinBytes(_ separator: [UInt8], _ items: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> [UInt8]? {
    if count == 0 { return [] }
    var total = 0
    for index in 0..<count {
      guard let held = (items + index).uncountedObject, held.kind == .bytes else { return nil }
      total += held.as(BytesObject.self)._withUnsafeGuaranteedRef { $0.bytes.count }
    }
    // The same object may be there so often that the whole fits nowhere.
    let (between, overflow) = separator.count.multipliedReportingOverflow(by: count - 1)
    if overflow || between > 1 << 40 || total > 1 << 40 { throw memoryError() }
    try checkAllocation(total + between)
    return Array(unsafeUninitializedCapacity: total + between) { place, filled in
      guard let base = place.baseAddress else { return }
      func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        (base + filled).initialize(from: source, count: bytes.count)
        filled += bytes.count
      }
      for index in 0..<count {
        if index > 0 { separator.withUnsafeBufferPointer(add) }
        (items + index).uncountedObject?.as(BytesObject.self)._withUnsafeGuaranteedRef { $0.bytes.withUnsafeBufferPointer(add) }
      }
    }
  }

  private func joinBytes(_ separator: [UInt8], _ iterable: Value) throws(Raised) -> [UInt8] {
    if let held = iterable.uncounted, held.isPlain {
      let joined: [UInt8]? =
        switch held.kind {
        case .list:
          try held.as(ListObject.self).borrowed { (list) throws(Raised) in try joinBytes(separator, list.items, list.count) }
        case .tuple:
          try held.as(TupleObject.self).borrowed { (tuple) throws(Raised) in try joinBytes(separator, tuple.items, tuple.count) }
        default: nil
        }
      if let joined { return joined }
    }
    guard isIterable(iterable) else { throw typeError("can only join an iterable") }
    var result: [UInt8] = []
    var index = 0
    func add(_ item: Value) throws(Raised) {
      if index > 0 { result.append(contentsOf: separator) }
      if let held = item.uncounted, held.kind == .bytes {
        held.as(BytesObject.self)._withUnsafeGuaranteedRef { result.append(contentsOf: $0.bytes) }
      } else if let bytes = bytesLike(item) {
        try checkAllocation(result.count + bytes.count)
        result.append(contentsOf: bytes)
      } else {
        throw typeError("sequence item \(index): expected a bytes-like object, \(typeName(item)) found")
      }
      index += 1
    }
    if let held = iterable.uncounted, held.isPlain, held.kind == .list || held.kind == .tuple {
      try forEach(iterable, add)
    } else {
      // All are there before the first is looked at.
      for item in try array(iterable) { try add(item) }
    }
    return result
  }
}

/// The list that `split` and `splitlines` make of bytes, piece by piece.
private struct BytesPieces {
  let list: ListObject
  private let whole: BytesObject
  private let type: TypeObject
  private let kind: Kind
  private let bytes: [UInt8]

  init(_ runtime: Runtime, _ arguments: Arguments) {
    list = ListObject(runtime)
    whole = unsafeDowncast(arguments.receiver, to: BytesObject.self)
    kind = whole.kind
    type = kind == .bytes ? runtime.types.bytes : runtime.types.bytearray
    bytes = whole.bytes
  }

  private func add(_ place: UnsafeBufferPointer<UInt8>, _ span: Range<Int>) {
    if span.count == place.count, whole.isExactly(type), kind == .bytes { return list.append(.object(whole)) }
    list.append(.object(BytesObject(type: type, kind: kind, Array(UnsafeBufferPointer(rebasing: place[span])))))
  }

  func addParts(between separator: [UInt8], limit: Int, isReverse: Bool) {
    bytes.withUnsafeBufferPointer { place in
      separator.withUnsafeBufferPointer { separator in
        var rest = 0..<place.count
        var remaining = limit
        while remaining > 0 {
          let found = ByteSearch.find(separator, in: place, rest, isReverse: isReverse)
          if found < 0 { break }
          let end = found + separator.count
          add(place, isReverse ? end..<rest.upperBound : rest.lowerBound..<found)
          rest = isReverse ? rest.lowerBound..<found : end..<rest.upperBound
          remaining -= 1
        }
        add(place, rest)
      }
    }
  }

  func addWords(limit: Int, isReverse: Bool) {
    bytes.withUnsafeBufferPointer { place in
      var start = 0
      var end = place.count
      var remaining = limit
      while true {
        if isReverse {
          while end > 0, ASCII.isByteSpace(place[end - 1]) { end -= 1 }
        } else {
          while start < end, ASCII.isByteSpace(place[start]) { start += 1 }
        }
        if start == end { return }
        if remaining == 0 { return add(place, start..<end) }
        remaining -= 1
        if isReverse {
          var first = end
          while first > 0, !ASCII.isByteSpace(place[first - 1]) { first -= 1 }
          add(place, first..<end)
          end = first
        } else {
          let first = start
          while start < end, !ASCII.isByteSpace(place[start]) { start += 1 }
          add(place, first..<start)
        }
      }
    }
  }

  func addLines(keepsEnds: Bool) {
    bytes.withUnsafeBufferPointer { place in
      var start = 0
      var index = 0
      while index < place.count {
        let byte = place[index]
        index += 1
        guard byte == 0x0A || byte == 0x0D else { continue }
        let end = index - 1
        if byte == 0x0D, index < place.count, place[index] == 0x0A { index += 1 }
        add(place, start..<(keepsEnds ? index : end))
        start = index
      }
      if start < place.count { add(place, start..<place.count) }
    }
  }
}
