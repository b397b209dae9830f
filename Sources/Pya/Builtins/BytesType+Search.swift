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
            needle.withUnsafeBufferPointer { ByteSearch.find($0, in: bytes, range, isReverse: isReverse) }
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
      return .int(
        bytes.withUnsafeBufferPointer { bytes in
          needle.withUnsafeBufferPointer { ByteSearch.count($0, in: UnsafeBufferPointer(rebasing: bytes[range])) }
        })
    }
    for name in ["startswith", "endswith"] {
      type.define(self, name, "self, prefix, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
        .bool(try runtime.matchesByteAffix(arguments, name))
      }
    }
    type.define(self, "removeprefix", "self, prefix, /") { (runtime, arguments) throws(Raised) in
      let prefix = try runtime.bytesArgument(arguments[1])
      if prefix.isEmpty || !arguments.bytes.starts(with: prefix) { return .object(runtime.unchangedBytes(arguments)) }
      return .object(runtime.bytes(like: arguments, Array(arguments.bytes.dropFirst(prefix.count))))
    }
    type.define(self, "removesuffix", "self, suffix, /") { (runtime, arguments) throws(Raised) in
      let suffix = try runtime.bytesArgument(arguments[1])
      if suffix.isEmpty || !arguments.bytes.suffix(suffix.count).elementsEqual(suffix) {
        return .object(runtime.unchangedBytes(arguments))
      }
      return .object(runtime.bytes(like: arguments, Array(arguments.bytes.dropLast(suffix.count))))
    }
    type.define(self, "replace", "self, old, new, count=-1, /") { (runtime, arguments) throws(Raised) in
      let old = try runtime.bytesArgument(arguments[1])
      let new = try runtime.bytesArgument(arguments[2])
      let limit = arguments[3].isUndefined ? -1 : try runtime.size(arguments[3])
      try runtime.checkReplacement(old, in: arguments.bytes, limit < 0 ? .max : limit, new.count)
      let replaced = ByteSearch.replace(arguments.bytes, old, new, limit: limit < 0 ? .max : limit)
      return .object(replaced.map { runtime.bytes(like: arguments, $0) } ?? runtime.unchangedBytes(arguments))
    }
    for (name, isReverse) in [("partition", false), ("rpartition", true)] {
      type.define(self, name, "self, sep, /") { (runtime, arguments) throws(Raised) in
        let separator = try runtime.bytesArgument(arguments[1])
        if separator.isEmpty { throw runtime.valueError("empty separator") }
        let bytes = arguments.bytes
        let offset = ByteSearch.find(separator, in: bytes, 0..<bytes.count, isReverse: isReverse)
        let isFound = offset >= 0
        let first = isFound ? Array(bytes[..<offset]) : isReverse ? [] : bytes
        let last = isFound ? Array(bytes[(offset + separator.count)...]) : isReverse ? bytes : []
        return .object(
          TupleObject(runtime, count: 3) { parts in
            parts.initialize(to: .object(runtime.bytes(like: arguments, first)))
            (parts + 1).initialize(to: .object(runtime.bytes(like: arguments, isFound ? separator : [])))
            (parts + 2).initialize(to: .object(runtime.bytes(like: arguments, last)))
          })
      }
    }
  }

  private func checkReplacement(_ old: [UInt8], in bytes: [UInt8], _ limit: Int, _ size: Int) throws(Raised) {
    func check(_ old: UnsafeBufferPointer<UInt8>) throws(Raised) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(Raised) in try checkReplacement(old, in: bytes, limit, size) }
    }
    try old.withUnsafeBufferPointer { (old) throws(Raised) in try check(old) }
  }

  /// What `find` looks for: bytes, or one byte as an int.
  private func needle(_ value: Value) throws(Raised) -> [UInt8] {
    if let bytes = bytesLike(value) { return bytes }
    switch value {
    case .int, .bool: return [try byte(value)]
    case .object(let object) where object.kind == .bigInt || specialMethod(value, .index) != nil: return [try byte(value)]
    default: throw typeError("argument should be integer or bytes-like object, not '\(typeName(value))'")
    }
  }

  private func matchesByteAffix(_ arguments: Arguments, _ name: String) throws(Raised) -> Bool {
    let bytes = arguments.bytes
    let range = try searchRange(arguments[2], arguments[3], length: bytes.count)
    func matches(_ affix: [UInt8]) -> Bool {
      guard let range else { return false }
      return name == "startswith"
        ? bytes[range].starts(with: affix) : bytes[range].suffix(affix.count).elementsEqual(affix)
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
  static func find(_ needle: [UInt8], in haystack: [UInt8], _ range: Range<Int>, isReverse: Bool) -> Int {
    haystack.withUnsafeBufferPointer { haystack in
      needle.withUnsafeBufferPointer { find($0, in: haystack, range, isReverse: isReverse) }
    }
  }

  /// The same where they lie.
  static func find(_ needle: Bytes, in haystack: Bytes, _ range: Range<Int>, isReverse: Bool) -> Int {
    let part = Bytes(rebasing: haystack[range])
    let offset = isReverse ? last(needle, in: part) : first(needle, in: part)
    return offset < 0 ? -1 : range.lowerBound + offset
  }

  /// Nil: nothing to replace.
  static func replace(_ bytes: [UInt8], _ old: [UInt8], _ new: [UInt8], limit: Int) -> [UInt8]? {
    if limit == 0 { return nil }
    var result: [UInt8] = []
    var remaining = limit
    if old.isEmpty {
      for byte in bytes {
        if remaining > 0 { result.append(contentsOf: new) }
        remaining -= 1
        result.append(byte)
      }
      if remaining > 0 { result.append(contentsOf: new) }
      return result
    }
    var start = 0
    while remaining > 0 {
      let found = find(old, in: bytes, start..<bytes.count, isReverse: false)
      if found < 0 { break }
      result.append(contentsOf: bytes[start..<found])
      result.append(contentsOf: new)
      start = found + old.count
      remaining -= 1
    }
    if start == 0 { return nil }
    result.append(contentsOf: bytes[start...])
    return result
  }
}
