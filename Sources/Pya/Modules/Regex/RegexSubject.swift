/// The text a match is looked for in: the bytes of a `str` or of a `bytes`, and how places in it become Python's indices.
final class RegexSubject {
  /// As the program passed it: `match.string`.
  let value: Value
  let string: StringObject?
  /// A copy of the bytes of a bytes-like object.
  private let array: [UInt8]
  /// The last place asked for, in bytes and as an index: the next one asked for is mostly near.
  private var knownOffset = 0
  private var knownIndex = 0

  init(_ value: Value, string: StringObject) {
    self.value = value
    self.string = string
    array = []
  }

  init(_ value: Value, bytes: [UInt8]) {
    self.value = value
    string = nil
    array = bytes
  }

  var byteCount: Int { string?.byteCount ?? array.count }

  var length: Int { string?.length ?? array.count }

  @inline(__always)
  func withBytes<Result>(_ body: (UnsafePointer<UInt8>) throws(Raised) -> Result) throws(Raised) -> Result {
    if let string { return try body(UnsafePointer(string.bytes)) }
    let array = array
    return try array.withUnsafeBufferPointer { (buffer) throws(Raised) in
      try body(buffer.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped)
    }
  }

  /// The byte where index `index` lies, which is clamped.
  func offset(ofIndex index: Int) -> Int {
    let index = min(max(index, 0), length)
    return string?.byteOffset(ofCodePoint: index) ?? index
  }

  func index(ofOffset offset: Int) -> Int {
    guard let string, !string.isASCII, offset >= 0 else { return offset }
    if abs(offset - knownOffset) > 256 {
      (knownOffset, knownIndex) = (offset, string.codePointIndex(ofByte: offset))
    }
    while knownOffset < offset {
      knownOffset += UTF8Width.of(leadByte: string.bytes[knownOffset])
      knownIndex += 1
    }
    while knownOffset > offset {
      knownOffset -= 1
      if string.bytes[knownOffset] & 0xC0 != 0x80 { knownIndex -= 1 }
    }
    return knownIndex
  }

  /// The part between two places, as an exact `str` or `bytes`.
  @inline(__always)
  func part(_ runtime: Runtime, _ low: Int, _ high: Int) -> Value {
    if let string {
      if low >= high { return .object(runtime.names.empty) }
      return .object(runtime.part(string, low..<high))
    }
    if low >= high { return .object(BytesObject(type: runtime.types.bytes, [])) }
    if low == 0, high == array.count, case .object(let object) = value, object.isExactly(runtime.types.bytes) { return value }
    return .object(BytesObject(type: runtime.types.bytes, Array(array[low..<high])))
  }
}
