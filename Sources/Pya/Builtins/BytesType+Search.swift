/// `find`, `count`, `startswith`, `replace`, `partition` and their kin, for `bytes` and `bytearray`.
extension Runtime {
  func installBytesSearch(_ type: TypeObject) {
    for (name, isReverse) in [("find", false), ("rfind", true), ("index", false), ("rindex", true)] {
      let raises = name.hasSuffix("index")
      type.define(self, name, "self, sub, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
        let needle = try runtime.needle(arguments[1])
        let object = unsafeDowncast(arguments.receiver, to: BytesObject.self)
        var position = -1
        if let range = try runtime.searchRange(arguments[2], arguments[3], length: object.count) {
          position = object.withContent { bytes in
            needle.withContent { ByteSearch.find($0, in: bytes, range, isReverse: isReverse) }
          }
        }
        if raises, position < 0 { throw runtime.valueError("subsection not found") }
        return .int(position)
      }
    }
    type.define(self, "count", "self, sub, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
      let needle = try runtime.needle(arguments[1])
      let bytes = arguments.bytes
      guard let range = try runtime.searchRange(arguments[2], arguments[3], length: bytes.count) else { return .int(0) }
      if needle.isEmpty { return .int(range.count + 1) }
      return .int(bytes.part(range).withContent { bytes in needle.withContent { ByteSearch.count($0, in: bytes) } })
    }
    for (name, isSuffix) in [("startswith", false), ("endswith", true)] {
      type.define(self, name, "self, prefix, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
        .bool(try runtime.matchesByteAffix(arguments, name, isSuffix: isSuffix))
      }
    }
    type.define(self, "removeprefix", "self, prefix, /") { (runtime, arguments) throws(Raised) in
      let (bytes, prefix) = (arguments.bytes, try runtime.bytesArgument(arguments[1]))
      if prefix.isEmpty || !bytes.hasPrefix(prefix) { return .object(runtime.unchangedBytes(arguments)) }
      return .object(runtime.bytes(like: arguments, bytes.part(prefix.count..<bytes.count)))
    }
    type.define(self, "removesuffix", "self, suffix, /") { (runtime, arguments) throws(Raised) in
      let (bytes, suffix) = (arguments.bytes, try runtime.bytesArgument(arguments[1]))
      if suffix.isEmpty || !bytes.hasSuffix(suffix) { return .object(runtime.unchangedBytes(arguments)) }
      return .object(runtime.bytes(like: arguments, bytes.part(0..<(bytes.count - suffix.count))))
    }
    type.define(self, "replace", "self, old, new, count=-1, /") { (runtime, arguments) throws(Raised) in
      let old = try runtime.bytesArgument(arguments[1])
      let new = try runtime.bytesArgument(arguments[2])
      let limit = arguments[3].isUndefined ? -1 : try runtime.size(arguments[3])
      let replaced = try runtime.replace(arguments, old, new, limit: limit < 0 ? .max : limit)
      return .object(replaced ?? runtime.unchangedBytes(arguments))
    }
    for (name, isReverse) in [("partition", false), ("rpartition", true)] {
      type.define(self, name, "self, sep, /") { (runtime, arguments) throws(Raised) in
        let separator = try runtime.bytesArgument(arguments[1])
        if separator.isEmpty { throw runtime.valueError("empty separator") }
        let bytes = arguments.bytes
        let offset = bytes.withContent { bytes in
          separator.withContent { ByteSearch.find($0, in: bytes, 0..<bytes.count, isReverse: isReverse) }
        }
        let (first, last): (Range<Int>, Range<Int>) =
          if offset >= 0 {
            (0..<offset, (offset + separator.count)..<bytes.count)
          } else {
            isReverse ? (0..<0, 0..<bytes.count) : (0..<bytes.count, bytes.count..<bytes.count)
          }
        return .object(
          TupleObject(runtime, count: 3) { parts in
            parts.initialize(to: .object(runtime.bytes(like: arguments, bytes.part(first))))
            let middle = bytes.part(first.upperBound..<last.lowerBound)
            // What cuts `bytes` is returned as it was given.
            (parts + 1).initialize(
              to: offset >= 0 && bytes.owner.kind == .bytes ? arguments[1] : .object(runtime.bytes(like: arguments, middle)))
            (parts + 2).initialize(to: .object(runtime.bytes(like: arguments, bytes.part(last))))
          })
      }
    }
  }

  /// Nil: nothing to replace.
  private func replace(_ arguments: Arguments, _ old: ByteSpan, _ new: ByteSpan, limit: Int) throws(Raised) -> BytesObject? {
    let bytes = arguments.bytes
    return try bytes.withContent { (bytes) throws(Raised) in
      try old.withContent { (old) throws(Raised) in
        try new.withContent { (new) throws(Raised) in
          try checkReplacement(old, in: bytes, limit, new.count)
          let count = min(limit, old.isEmpty ? bytes.count + 1 : ByteSearch.count(old, in: bytes))
          if count == 0 { return nil }
          return self.bytes(of: arguments.receiver.kind, count: bytes.count + count * (new.count - old.count)) { place in
            ByteSearch.replace(bytes, old, new, count: count, into: place)
          }
        }
      }
    }
  }

  /// What `find` looks for: bytes, or one byte as an int.
  private func needle(_ value: Value) throws(Raised) -> ByteSpan {
    if let bytes = bytesLike(value) { return bytes }
    switch value {
    case .int, .bool: break
    case .object(let object) where object.kind == .bigInt || specialMethod(value, .index) != nil: break
    default: throw typeError("argument should be integer or bytes-like object, not '\(typeName(value))'")
    }
    let byte = try byte(value)
    return ByteSpan(BytesObject(type: types.bytes, count: 1) { $0[0] = byte })
  }

  private func matchesByteAffix(_ arguments: Arguments, _ name: String, isSuffix: Bool) throws(Raised) -> Bool {
    let bytes = arguments.bytes
    let range = try searchRange(arguments[2], arguments[3], length: bytes.count)
    func matches(_ affix: ByteSpan) -> Bool {
      guard let range else { return false }
      return isSuffix ? bytes.part(range).hasSuffix(affix) : bytes.part(range).hasPrefix(affix)
    }
    if let affix = bytesLike(arguments[1]) { return matches(affix) }
    guard let affixes = arguments[1].tuple else {
      throw typeError("\(name) first arg must be bytes or a tuple of bytes, not \(typeName(arguments[1]))")
    }
    for index in 0..<affixes.count where matches(try bytesArgument(affixes[index])) { return true }
    return false
  }
}

extension ByteSearch {
  /// The position of a needle within a range of the haystack, or -1.
  static func find(_ needle: Bytes, in haystack: Bytes, _ range: Range<Int>, isReverse: Bool) -> Int {
    // The program's `__index__` may have shortened a bytearray after the range was computed.
    let range = range.clamped(to: 0..<haystack.count)
    let part = Bytes(rebasing: haystack[range])
    let offset = isReverse ? last(needle, in: part) : first(needle, in: part)
    return offset < 0 ? -1 : range.lowerBound + offset
  }

  /// Writes the bytes with the first `count` occurrences replaced; there are so many.
  static func replace(_ bytes: Bytes, _ old: Bytes, _ new: Bytes, count: Int, into place: UnsafeMutablePointer<UInt8>) {
    var place = place
    func add(_ part: Bytes) {
      guard let source = part.baseAddress else { return }
      place.update(from: source, count: part.count)
      place += part.count
    }
    var start = 0
    for turn in 0..<count {
      var found = turn
      if !old.isEmpty { found = find(old, in: bytes, start..<bytes.count, isReverse: false) }
      add(Bytes(rebasing: bytes[start..<found]))
      add(new)
      start = found + old.count
    }
    add(Bytes(rebasing: bytes[start...]))
  }
}
