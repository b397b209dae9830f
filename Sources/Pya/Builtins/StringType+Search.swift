/// `find`, `count`, `startswith`, `replace`, `partition` and their kin.
extension Runtime {
  func installStringSearch(_ type: TypeObject) {
    for (name, isReverse) in [("find", false), ("rfind", true), ("index", false), ("rindex", true)] {
      let raises = name.hasSuffix("index")
      type.define(self, name, "self, sub, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
        let position = try runtime.findText(arguments, name, isReverse: isReverse)
        if raises, position < 0 { throw runtime.valueError("substring not found") }
        return .int(position)
      }
    }
    type.define(self, "count", "self, sub, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
      let needle = try runtime.textArgument(arguments[1], "count() argument 1 must be str, not ")
      guard let span = try runtime.searchSpan(arguments, 2) else { return .int(0) }
      let part = arguments.text.slice(span)
      if needle.byteCount > 0 { return .int(ByteSearch.count(needle.utf8, in: part)) }
      return .int(part.count { $0 & 0xC0 != 0x80 } + 1)
    }
    for isPrefix in [true, false] {
      let name = isPrefix ? "startswith" : "endswith"
      type.define(self, name, "self, prefix, start=None, end=None, /") { (runtime, arguments) throws(Raised) in
        .bool(try runtime.matchesAffix(arguments, isPrefix, name))
      }
    }
    type.define(self, "removeprefix", "self, prefix, /") { (runtime, arguments) throws(Raised) in
      let prefix = try runtime.textArgument(arguments[1], "removeprefix() argument must be str, not ")
      let text = arguments.text
      let isThere = ByteSearch.hasPrefix(prefix.utf8, text.utf8)
      return .object(runtime.part(text, (isThere ? prefix.byteCount : 0)..<text.byteCount))
    }
    type.define(self, "removesuffix", "self, suffix, /") { (runtime, arguments) throws(Raised) in
      let suffix = try runtime.textArgument(arguments[1], "removesuffix() argument must be str, not ")
      let text = arguments.text
      let isThere = ByteSearch.hasSuffix(suffix.utf8, text.utf8)
      return .object(runtime.part(text, 0..<(text.byteCount - (isThere ? suffix.byteCount : 0))))
    }
    type.define(self, "replace", "self, old, new, /, count=-1") { (runtime, arguments) throws(Raised) in
      let old = try runtime.textArgument(arguments, 1, "replace() argument 1 must be str, not ")
      let new = try runtime.textArgument(arguments, 2, "replace() argument 2 must be str, not ")
      let limit = arguments.isMissing(3) ? -1 : try runtime.size(arguments[3])
      return try arguments.receiver(StringObject.self).borrowed { (text) throws(Raised) in
        try old.borrowed { (old) throws(Raised) in
          try new.borrowed { (new) throws(Raised) in .object(try runtime.replace(text, old, new, limit: limit < 0 ? .max : limit)) }
        }
      }
    }
    type.define(self, "partition", "self, sep, /") { (runtime, arguments) throws(Raised) in
      try runtime.partition(arguments, isReverse: false)
    }
    type.define(self, "rpartition", "self, sep, /") { (runtime, arguments) throws(Raised) in
      try runtime.partition(arguments, isReverse: true)
    }
  }

  /// An argument that must be a string; `complaint` ends before the type's name.
  @inline(__always)
  func textArgument(_ value: Value, _ complaint: StaticString) throws(Raised) -> StringObject {
    if let text = value.string { return text }
    // What CPython's argument parser says names no type of None.
    let isOfParser = complaint.description.contains("argument")
    throw typeError("\(complaint)\(isOfParser ? givenName(value) : typeName(value))")
  }

  /// The same of an argument that the call must have, uncounted: the call holds it.
  @inline(__always)
  func textArgument(_ arguments: Arguments, _ index: Int, _ complaint: StaticString) throws(Raised) -> Unmanaged<StringObject> {
    if let held = (arguments.base + index).uncountedObject, held.kind == .string { return held.as(StringObject.self) }
    return .passUnretained(try textArgument(arguments[index], complaint))
  }

  /// The bytes between `start` and `end`, arguments `first` and the next.
  private func searchSpan(_ arguments: Arguments, _ first: Int) throws(Raised) -> Range<Int>? {
    if arguments.count <= first { return 0..<arguments.receiver(StringObject.self)._withUnsafeGuaranteedRef { $0.byteCount } }
    let text = arguments.text
    guard let range = try searchRange(arguments[first], arguments[first + 1], length: text.length) else { return nil }
    return text.byteOffset(ofCodePoint: range.lowerBound)..<text.byteOffset(ofCodePoint: range.upperBound)
  }

  private func findText(_ arguments: Arguments, _ name: String, isReverse: Bool) throws(Raised) -> Int {
    guard let needle = (arguments.base + 1).uncountedObject, needle.kind == .string else {
      throw typeError("\(name)() argument 1 must be str, not \(givenName(arguments[1]))")
    }
    guard let span = try searchSpan(arguments, 2) else { return -1 }
    return arguments.receiver(StringObject.self)._withUnsafeGuaranteedRef { text in
      needle.as(StringObject.self)._withUnsafeGuaranteedRef { needle in
        let part = text.slice(span)
        let offset = isReverse ? ByteSearch.last(needle.utf8, in: part) : ByteSearch.first(needle.utf8, in: part)
        return offset < 0 ? -1 : text.codePointIndex(ofByte: span.lowerBound + offset)
      }
    }
  }

  private func matchesAffix(_ arguments: Arguments, _ isPrefix: Bool, _ name: String) throws(Raised) -> Bool {
    let text = (arguments.base.uncountedObject ?? .passUnretained(arguments.receiver)).as(StringObject.self)
    let span = try searchSpan(arguments, 2)
    func matches(_ affix: Unmanaged<Object>) -> Bool {
      guard let span else { return false }
      return text._withUnsafeGuaranteedRef { text in
        affix.as(StringObject.self)._withUnsafeGuaranteedRef { affix in
          let part = text.slice(span)
          return isPrefix ? ByteSearch.hasPrefix(affix.utf8, part) : ByteSearch.hasSuffix(affix.utf8, part)
        }
      }
    }
    let given = (arguments.base + 1).uncountedObject
    if let given, given.kind == .string { return matches(given) }
    guard let given, given.kind == .tuple else {
      throw typeError("\(name) first arg must be str or a tuple of str, not \(typeName(arguments[1]))")
    }
    return try given.as(TupleObject.self).borrowed { (affixes) throws(Raised) in
      for index in 0..<affixes.count {
        guard let affix = (affixes.items + index).uncountedObject, affix.kind == .string else {
          throw typeError("tuple for \(name) must only contain str, not \(typeName(affixes[index]))")
        }
        if matches(affix) { return true }
      }
      return false
    }
  }

  /// The text with up to `limit` occurrences of `old` replaced.
  func replace(_ text: StringObject, _ old: StringObject, _ new: StringObject, limit: Int) throws(Raised) -> StringObject {
    if limit == 0 { return plain(text) }
    if old.byteCount == 0 {
      try checkReplacement(old.utf8, in: text.utf8, limit, new.byteCount)
      return interleave(text, new, limit: limit)
    }
    var offset = ByteSearch.first(old.utf8, in: text.utf8)
    if offset < 0 { return plain(text) }
    try checkReplacement(old.utf8, in: text.utf8, limit, new.byteCount)
    var builder = TextBuilder(capacity: text.byteCount + new.byteCount)
    var start = 0
    var remaining = limit
    while true {
      builder.append(string: text, start..<(start + offset))
      builder.append(string: new)
      start += offset + old.byteCount
      remaining -= 1
      if remaining == 0 { break }
      offset = ByteSearch.first(old.utf8, in: text.slice(start..<text.byteCount))
      if offset < 0 { break }
    }
    builder.append(string: text, start..<text.byteCount)
    return builder.finish(self)
  }

  /// Whether there is memory for the result of a replacement.
  func checkReplacement(
    _ old: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, _ limit: Int, _ size: Int
  ) throws(Raised) {
    func bytes(_ occurrences: Int) -> Int {
      let (bytes, overflow) = min(occurrences, limit).multipliedReportingOverflow(by: size)
      return overflow ? .max : bytes
    }
    if bytes(text.count / max(old.count, 1) + 1) < 1 << 26 { return }
    // Near the limits it pays to count.
    try checkAllocation(bytes(old.isEmpty ? text.count + 1 : ByteSearch.count(old, in: text)))
  }

  /// `new` before every character and at the end.
  private func interleave(_ text: StringObject, _ new: StringObject, limit: Int) -> StringObject {
    var builder = TextBuilder(capacity: text.byteCount + new.byteCount)
    var remaining = limit
    var offset = 0
    while remaining > 0 {
      builder.append(string: new)
      remaining -= 1
      if offset == text.byteCount { break }
      let width = UTF8Width.of(leadByte: text.bytes[offset])
      builder.append(string: text, offset..<(offset + width))
      offset += width
    }
    builder.append(string: text, offset..<text.byteCount)
    return builder.finish(self)
  }

  private func partition(_ arguments: Arguments, isReverse: Bool) throws(Raised) -> Value {
    guard let held = (arguments.base + 1).uncountedObject, held.kind == .string else {
      throw typeError("must be str, not \(typeName(arguments[1]))")
    }
    return try held.as(StringObject.self).borrowed { (separator) throws(Raised) in
      if separator.byteCount == 0 { throw valueError("empty separator") }
      return arguments.receiver(StringObject.self)._withUnsafeGuaranteedRef { text in
        .object(TupleObject(self, count: 3) { fill($0, text, separator, isReverse, arguments.base) })
      }
    }
  }

  /// The parts before, of and behind the separator.
  @inline(__always)
  private func fill(
    _ parts: UnsafeMutablePointer<Value>, _ text: StringObject, _ separator: StringObject, _ isReverse: Bool,
    _ place: UnsafeMutablePointer<Value>
  ) {
    let offset =
      isReverse ? ByteSearch.last(separator.utf8, in: text.utf8) : ByteSearch.first(separator.utf8, in: text.utf8)
    if offset < 0 {
      (parts + (isReverse ? 2 : 0)).initialize(toCopyAt: place)
      (parts + (isReverse ? 0 : 1)).initialize(to: .object(names.empty))
      (parts + (isReverse ? 1 : 2)).initialize(to: .object(names.empty))
    } else {
      parts.initialize(to: .object(part(text, 0..<offset)))
      (parts + 1).initialize(to: .object(plain(separator)))
      (parts + 2).initialize(to: .object(part(text, (offset + separator.byteCount)..<text.byteCount)))
    }
  }
}

extension StringObject {
  /// The bytes of a span.
  @inline(__always)
  func slice(_ span: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes + span.lowerBound, count: span.count)
  }
}
