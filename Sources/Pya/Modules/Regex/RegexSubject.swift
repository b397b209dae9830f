/// The text a match is looked for in: the bytes of a `str` or of a `bytes`, and how places in it become Python's indices.
final class RegexSubject {
  /// As the program passed it: `match.string`.
  let value: Value
  let string: StringObject?
  /// The bytes of a bytes-like object.
  private let bytes: ByteSpan?
  /// The last place asked for, in bytes and as an index: the next one asked for is mostly near.
  private var knownOffset = 0
  private var knownIndex = 0

  init(_ value: Value, string: StringObject) {
    self.value = value
    self.string = string
    bytes = nil
  }

  init(_ value: Value, bytes: ByteSpan) {
    self.value = value
    string = nil
    self.bytes = bytes
  }

  var byteCount: Int { string?.byteCount ?? bytes?.count ?? 0 }

  var length: Int { string?.length ?? bytes?.count ?? 0 }

  @inline(__always)
  func withBytes<Result>(_ body: (UnsafePointer<UInt8>) throws(Raised) -> Result) throws(Raised) -> Result {
    if let string { return try body(UnsafePointer(string.bytes)) }
    let nothing = UnsafePointer<UInt8>(bitPattern: 1).unsafelyUnwrapped
    guard let bytes else { return try body(nothing) }
    return try bytes.withContent { (buffer) throws(Raised) in try body(buffer.baseAddress ?? nothing) }
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
    guard let bytes, low < high else { return .object(BytesObject(type: runtime.types.bytes, zeros: 0)) }
    return .object(bytes.part(low..<high).object(runtime.types.bytes))
  }
}
