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
      .object(try runtime.joinBytes(arguments.bytes.owner, arguments[1]))
    }
  }

  /// The same for items that lie side by side; nil: they are not all `bytes`.
  private func joinBytes(
    _ separator: BytesObject, _ items: UnsafeMutablePointer<Value>, _ count: Int
  ) throws(Raised) -> BytesObject? {
    var total = 0
    for index in 0..<count {
      guard let held = (items + index).uncountedObject, held.kind == .bytes else { return nil }
      total += held.as(BytesObject.self)._withUnsafeGuaranteedRef { $0.count }
    }
    // The same object may be there so often that the whole fits nowhere.
    let (between, overflow) = separator.count.multipliedReportingOverflow(by: max(count - 1, 0))
    if overflow || between > 1 << 40 || total > 1 << 40 { throw memoryError() }
    try checkAllocation(total + between)
    if count == 1, separator.kind == .bytes, let only = items.pointee.bytes, only.isExactly(types.bytes) { return only }
    return bytes(of: separator.kind, count: total + between) { place in
      var place = place
      func add(_ bytes: BytesObject) {
        place.update(from: bytes.start, count: bytes.count)
        place += bytes.count
      }
      for index in 0..<count {
        if index > 0 { add(separator) }
        (items + index).uncountedObject?.as(BytesObject.self)._withUnsafeGuaranteedRef(add)
      }
    }
  }

  private func joinBytes(_ separator: BytesObject, _ iterable: Value) throws(Raised) -> BytesObject {
    if let held = iterable.uncounted, held.isPlain {
      let joined: BytesObject? =
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
      if index > 0 { separator.withContent { result.append(contentsOf: $0) } }
      guard let bytes = bytesNow(item) else {
        throw typeError("sequence item \(index): expected a bytes-like object, \(typeName(item)) found")
      }
      bytes.withContent { result.append(contentsOf: $0) }
      index += 1
    }
    if let held = iterable.uncounted, held.isPlain, held.kind == .list || held.kind == .tuple {
      try forEach(iterable, add)
    } else {
      // All are there before the first is looked at.
      let items = ListObject(self, try array(iterable))
      if let joined = try joinBytes(separator, items.items, items.count) { return joined }
      for index in 0..<items.count { try add(items.items[index]) }
    }
    return BytesObject(type: separator.kind == .bytes ? types.bytes : types.bytearray, kind: separator.kind, result)
  }
}

/// The list that `split` and `splitlines` make of bytes, piece by piece.
private struct BytesPieces {
  let list: ListObject
  private let whole: BytesObject
  private let type: TypeObject
  private let kind: Kind

  init(_ runtime: Runtime, _ arguments: Arguments) {
    list = ListObject(runtime)
    whole = unsafeDowncast(arguments.receiver, to: BytesObject.self)
    kind = whole.kind
    type = kind == .bytes ? runtime.types.bytes : runtime.types.bytearray
  }

  private func add(_ place: UnsafeBufferPointer<UInt8>, _ span: Range<Int>) {
    if span.count == place.count, whole.isExactly(type), kind == .bytes { return list.append(.object(whole)) }
    list.append(.object(BytesObject(type: type, kind: kind, UnsafeBufferPointer(rebasing: place[span]))))
  }

  func addParts(between separator: ByteSpan, limit: Int, isReverse: Bool) {
    whole.withContent { place in
      separator.withContent { separator in
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
    whole.withContent { place in
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
    whole.withContent { place in
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
