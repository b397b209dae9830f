/// Indexing and slicing of strings, by code point.
extension Runtime {
  /// The character at a position that the caller has checked against `length`.
  @inline(__always)
  func stringItem(_ string: StringObject, _ position: Int) -> StringObject {
    if string.isASCII { return character(string.bytes[position]) }
    return characterAt(byte: string.byteOffset(ofCodePoint: position), of: string)
  }

  /// The character whose first byte is at `offset`.
  func characterAt(byte offset: Int, of string: StringObject) -> StringObject {
    if let held = characterPlace(byte: offset, of: string)?.uncountedObject {
      return held.as(StringObject.self).takeUnretainedValue()
    }
    return newCharacter(byte: offset, of: string)
  }

  private func newCharacter(byte offset: Int, of string: StringObject) -> StringObject {
    StringObject(
      type: types.str,
      utf8: UnsafeBufferPointer(start: string.bytes + offset, count: UTF8Width.of(leadByte: string.bytes[offset])))
  }

  /// Where that character lies; nil: there are too many different ones to keep them.
  @inline(__always)
  func characterPlace(byte offset: Int, of string: StringObject) -> UnsafeMutablePointer<Value>? {
    let lead = string.bytes[offset]
    if lead < 0x80 { return machine.pointee.characters + Int(lead) }
    guard let place = machine.pointee.characterPlace(string.codePoint(atByte: offset)) else { return nil }
    if place.holdsUndefined { place.initialize(to: .object(newCharacter(byte: offset, of: string))) }
    return place
  }

  /// The characters at `count` positions from `start` on, all of which exist.
  func stringSlice(_ string: StringObject, start: Int, step: Int, count: Int) -> StringObject {
    if count == 0 { return names.empty }
    if step == 1 {
      if string.isASCII { return part(string, start..<(start + count)) }
      if count == string.length, string.isExactly(types.str) { return string }
      let first = string.byteOffset(ofCodePoint: start)
      let end = string.byteOffset(ofCodePoint: start + count)
      return self.string(utf8: UnsafeBufferPointer(start: string.bytes + first, count: end - first))
    }
    if string.isASCII {
      if count == 1 { return character(string.bytes[start]) }
      return StringObject(type: types.str, count: count, isASCII: true) { bytes in
        // Where the next character would be need not be a place that can be counted.
        var position = start
        for index in 0..<count {
          bytes[index] = string.bytes[position]
          position &+= step
        }
      }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var position = start
    for _ in 0..<count {
      bytes.appendUTF8(string.codePoint(atByte: string.byteOffset(ofCodePoint: position)))
      position &+= step
    }
    return self.string(bytes)
  }
}
