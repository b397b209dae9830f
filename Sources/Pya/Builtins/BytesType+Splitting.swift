/// `split`, `rsplit`, `splitlines` and `join`, for `bytes` and `bytearray`.
extension Runtime {
  func installBytesSplitting(_ type: TypeObject) {
    for (name, isReverse) in [("split", false), ("rsplit", true)] {
      type.define(self, name, "self, /, sep=None, maxsplit=-1") { (runtime, arguments) throws(Raised) in
        let limit = arguments[2].isUndefined ? -1 : try runtime.size(arguments[2])
        let splits = limit < 0 ? Int.max : limit
        var spans: [Range<Int>]
        if arguments[1].isUndefined || arguments[1].isNone {
          spans = runtime.wordSpans(arguments.bytes, limit: splits, isReverse: isReverse)
        } else {
          let separator = try runtime.bytesArgument(arguments[1])
          if separator.isEmpty { throw runtime.valueError("empty separator") }
          spans = runtime.spans(arguments.bytes, between: separator, limit: splits, isReverse: isReverse)
        }
        if isReverse { spans.reverse() }
        return runtime.pieces(arguments, spans)
      }
    }
    type.define(self, "splitlines", "self, /, keepends=False") { (runtime, arguments) throws(Raised) in
      let keepsEnds = arguments[1].isUndefined ? false : try runtime.isTrue(arguments[1])
      return runtime.pieces(arguments, runtime.lineSpans(arguments.bytes, keepsEnds: keepsEnds))
    }
    type.define(self, "join", "self, iterable_of_bytes, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.bytes(like: arguments, try runtime.joinBytes(arguments.bytes, arguments[1])))
    }
  }

  private func pieces(_ arguments: Arguments, _ spans: [Range<Int>]) -> Value {
    let bytes = arguments.bytes
    let result = ListObject(self, capacity: spans.count)
    for span in spans {
      if span.count == bytes.count, arguments.receiver.isExactly(types.bytes) {
        result.append(arguments[0])
      } else {
        result.append(.object(self.bytes(like: arguments, Array(bytes[span]))))
      }
    }
    return .object(result)
  }

  private func spans(_ bytes: [UInt8], between separator: [UInt8], limit: Int, isReverse: Bool) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var rest = 0..<bytes.count
    var remaining = limit
    while remaining > 0 {
      let place = ByteSearch.find(separator, in: bytes, rest, isReverse: isReverse)
      if place < 0 { break }
      let end = place + separator.count
      result.append(isReverse ? end..<rest.upperBound : rest.lowerBound..<place)
      rest = isReverse ? rest.lowerBound..<place : end..<rest.upperBound
      remaining -= 1
    }
    result.append(rest)
    return result
  }

  private func wordSpans(_ bytes: [UInt8], limit: Int, isReverse: Bool) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    var end = bytes.count
    var remaining = limit
    while true {
      if isReverse {
        while end > 0, ASCII.isByteSpace(bytes[end - 1]) { end -= 1 }
      } else {
        while start < end, ASCII.isByteSpace(bytes[start]) { start += 1 }
      }
      if start == end { return result }
      if remaining == 0 {
        result.append(start..<end)
        return result
      }
      remaining -= 1
      if isReverse {
        var first = end
        while first > 0, !ASCII.isByteSpace(bytes[first - 1]) { first -= 1 }
        result.append(first..<end)
        end = first
      } else {
        let first = start
        while start < end, !ASCII.isByteSpace(bytes[start]) { start += 1 }
        result.append(first..<start)
      }
    }
  }

  private func lineSpans(_ bytes: [UInt8], keepsEnds: Bool) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == 0x0A || byte == 0x0D else { continue }
      let end = index - 1
      if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
      result.append(start..<(keepsEnds ? index : end))
      start = index
    }
    if start < bytes.count { result.append(start..<bytes.count) }
    return result
  }

  /// The same for items that lie side by side; nil: they are not all `bytes`.
  private func joinBytes(_ separator: [UInt8], _ items: UnsafeMutablePointer<Value>, _ count: Int) -> [UInt8]? {
    if count == 0 { return [] }
    var total = 0
    for index in 0..<count {
      guard let held = (items + index).uncountedObject, held.kind == .bytes else { return nil }
      total += held.as(BytesObject.self)._withUnsafeGuaranteedRef { $0.bytes.count }
    }
    // The same object may be there so often that the whole fits nowhere: the general way finds out.
    let (between, overflow) = separator.count.multipliedReportingOverflow(by: count - 1)
    if overflow || between > 1 << 40 || total > 1 << 40 { return nil }
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
        case .list: held.as(ListObject.self)._withUnsafeGuaranteedRef { joinBytes(separator, $0.items, $0.count) }
        case .tuple: held.as(TupleObject.self)._withUnsafeGuaranteedRef { joinBytes(separator, $0.items, $0.count) }
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
