/// `split`, `rsplit`, `splitlines` and `join`.
extension Runtime {
  func installStringSplitting(_ type: TypeObject) {
    for (name, isReverse) in [("split", false), ("rsplit", true)] {
      type.define(self, name, "self, /, sep=None, maxsplit=-1") { (runtime, arguments) throws(Raised) in
        let limit = arguments.isMissing(2) ? -1 : try runtime.size(arguments[2])
        let parts = ListObject(runtime)
        let splits = limit < 0 ? Int.max : limit
        if arguments.isMissingOrNone(1) {
          runtime.split(arguments.text, limit: splits, isReverse: isReverse, into: parts)
        } else {
          let separator = try runtime.textArgument(arguments[1], "must be str or None, not ")
          if separator.byteCount == 0 { throw runtime.valueError("empty separator") }
          runtime.split(arguments.text, by: separator, limit: splits, isReverse: isReverse, into: parts)
        }
        if isReverse { parts.reverse() }
        return .object(parts)
      }
    }
    type.define(self, "splitlines", "self, /, keepends=False") { (runtime, arguments) throws(Raised) in
      let keepsEnds = arguments[1].isUndefined ? false : try runtime.isTrue(arguments[1])
      return .object(runtime.splitLines(arguments.text, keepsEnds: keepsEnds))
    }
    type.define(self, "join", "self, iterable, /") { (runtime, arguments) throws(Raised) in
      if runtime.isDrainable(arguments, at: 1) {
        let parts = ListObject(runtime, capacity: 8)
        try runtime.extend(parts, arguments, at: 1)
        return .object(try runtime.join(arguments.text, parts))
      }
      return .object(try runtime.join(arguments.text, arguments[1]))
    }
    type.attributes.setShortcut(.draining, of: "join", self)
  }

  @inline(__always)
  private func add(_ text: StringObject, _ span: Range<Int>, to parts: ListObject) {
    parts.append(.object(part(text, span)))
  }

  private func split(
    _ text: StringObject, by separator: StringObject, limit: Int, isReverse: Bool, into parts: ListObject
  ) {
    var span = 0..<text.byteCount
    var remaining = limit
    let wanted = separator.utf8
    while remaining > 0 {
      let piece = text.slice(span)
      let offset = isReverse ? ByteSearch.last(wanted, in: piece) : ByteSearch.first(wanted, in: piece)
      if offset < 0 { break }
      let place = span.lowerBound + offset
      if isReverse {
        add(text, (place + wanted.count)..<span.upperBound, to: parts)
        span = span.lowerBound..<place
      } else {
        add(text, span.lowerBound..<place, to: parts)
        span = (place + wanted.count)..<span.upperBound
      }
      remaining -= 1
    }
    add(text, span, to: parts)
    withExtendedLifetime(separator) {}
  }

  /// Splits at runs of whitespace.
  private func split(_ text: StringObject, limit: Int, isReverse: Bool, into parts: ListObject) {
    if text.isASCII, !isReverse { return splitASCII(text, limit: limit, into: parts) }
    var remaining = limit
    var span = isReverse ? 0..<text.skipSpaceBackward(text.byteCount) : text.skipSpace(0)..<text.byteCount
    while !span.isEmpty {
      if remaining == 0 {
        // The rest loses its outer whitespace on the side the splitting comes from only.
        return add(text, span, to: parts)
      }
      remaining -= 1
      if isReverse {
        let start = text.skipWordBackward(span.upperBound)
        add(text, start..<span.upperBound, to: parts)
        span = 0..<text.skipSpaceBackward(start)
      } else {
        let end = text.skipWord(span.lowerBound)
        add(text, span.lowerBound..<end, to: parts)
        span = text.skipSpace(end)..<text.byteCount
      }
    }
  }

  /// The same from the front, for text of single bytes, which is most text.
  private func splitASCII(_ text: StringObject, limit: Int, into parts: ListObject) {
    let (bytes, count) = (text.bytes, text.byteCount)
    var remaining = limit
    var offset = 0
    while true {
      while offset < count, ASCII.isSpace(bytes[offset]) { offset &+= 1 }
      if offset == count { break }
      if remaining == 0 {
        add(text, offset..<count, to: parts)
        break
      }
      remaining &-= 1
      let start = offset
      repeat { offset &+= 1 } while offset < count && !ASCII.isSpace(bytes[offset])
      add(text, start..<offset, to: parts)
    }
  }

  private func splitLines(_ text: StringObject, keepsEnds: Bool) -> ListObject {
    let lines = ListObject(self)
    var start = 0
    var offset = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      guard CodePoint(codePoint).isLineBreak else {
        offset += width
        continue
      }
      let end = offset
      offset += width
      if codePoint == 0x0D, offset < text.byteCount, text.bytes[offset] == 0x0A { offset += 1 }
      add(text, start..<(keepsEnds ? offset : end), to: lines)
      start = offset
    }
    if start < text.byteCount { add(text, start..<text.byteCount, to: lines) }
    return lines
  }

  // MARK: Joining

  func join(_ separator: StringObject, _ iterable: Value) throws(Raised) -> StringObject {
    if let list = iterable.list, !list.type.isHeap { return try join(separator, list) }
    if let tuple = iterable.tuple, !tuple.type.isHeap { return try join(separator, tuple.items, tuple.count) }
    let source: IteratorObject
    do { source = try iterator(iterable) } catch {
      throw matches(error, .typeError) ? typeError("can only join an iterable") : error
    }
    let collected = ListObject(self)
    while true {
      let value = try source.next(self)
      if value.isUndefined { break }
      collected.append(value)
    }
    return try join(separator, collected)
  }

  private func join(_ separator: StringObject, _ list: ListObject) throws(Raised) -> StringObject {
    try join(separator, list.items, list.count)
  }

  /// Joins values in memory that nothing changes meanwhile: no code of the program runs.
  private func join(_ separator: StringObject, _ items: UnsafePointer<Value>, _ count: Int) throws(Raised) -> StringObject {
    if count == 0 { return names.empty }
    var total = 0
    var isASCII = separator.isASCII || count == 1
    for index in 0..<count {
      guard let held = UnsafeMutablePointer(mutating: items + index).uncountedObject, held.kind == .string else {
        throw typeError("sequence item \(index): expected str instance, \(typeName(items[index])) found")
      }
      held.as(StringObject.self)._withUnsafeGuaranteedRef { text in
        total += text.byteCount
        if !text.isASCII { isASCII = false }
      }
    }
    if count == 1, let text = items[0].string { return plain(text) }
    let (separators, overflow) = separator.byteCount.multipliedReportingOverflow(by: count - 1)
    let (capacity, overflowAgain) = total.addingReportingOverflow(separators)
    if overflow || overflowAgain { throw overflowError("join() result is too long for a Python string") }
    try checkAllocation(capacity)
    if capacity == 0 { return names.empty }
    let joined = StringObject(type: types.str, count: capacity, isASCII: isASCII) { bytes in
      var position = bytes
      for index in 0..<count {
        if index > 0, separator.byteCount > 0 { position.append(separator) }
        UnsafeMutablePointer(mutating: items + index).uncountedObject?.as(StringObject.self)._withUnsafeGuaranteedRef { text in
          position.append(text)
        }
      }
    }
    return capacity == 1 ? character(joined.bytes[0]) : joined
  }
}

extension UnsafeMutablePointer where Pointee == UInt8 {
  /// Writes the text here and goes behind it. A single byte needs no call.
  @inline(__always)
  fileprivate mutating func append(_ text: StringObject) {
    let count = text.byteCount
    if count == 1 { pointee = text.bytes[0] } else { initialize(from: text.bytes, count: count) }
    self += count
  }
}

extension StringObject {
  /// Whether whitespace begins at a byte, and how wide it is.
  @inline(__always)
  private func space(at offset: Int) -> Int? {
    let byte = bytes[offset]
    if byte < 0x80 { return ASCII.isSpace(byte) ? 1 : nil }
    let (codePoint, width) = decodeUTF8(bytes + offset)
    return CodePoint(codePoint).isSpace ? width : nil
  }

  /// Where the code point before a byte begins.
  @inline(__always)
  func previous(_ offset: Int) -> Int {
    var result = offset - 1
    while result > 0, bytes[result] & 0xC0 == 0x80 { result -= 1 }
    return result
  }

  /// The first byte from `offset` on that is not whitespace.
  func skipSpace(_ offset: Int) -> Int {
    var offset = offset
    let bytes = bytes
    while offset < byteCount, bytes[offset] < 0x80 {
      if !ASCII.isSpace(bytes[offset]) { return offset }
      offset += 1
    }
    while offset < byteCount, let width = space(at: offset) { offset += width }
    return offset
  }

  fileprivate func skipWord(_ offset: Int) -> Int {
    var offset = offset
    while offset < byteCount, space(at: offset) == nil { offset += UTF8Width.of(leadByte: bytes[offset]) }
    return offset
  }

  func skipSpaceBackward(_ offset: Int) -> Int {
    var offset = offset
    let bytes = bytes
    while offset > 0, bytes[offset - 1] < 0x80 {
      if !ASCII.isSpace(bytes[offset - 1]) { return offset }
      offset -= 1
    }
    while offset > 0, space(at: previous(offset)) != nil { offset = previous(offset) }
    return offset
  }

  fileprivate func skipWordBackward(_ offset: Int) -> Int {
    var offset = offset
    while offset > 0, space(at: previous(offset)) == nil { offset = previous(offset) }
    return offset
  }
}
