#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Text under construction: a growable buffer of UTF-8 bytes that becomes a `StringObject` without copying.
///
/// Noncopyable, so that there is never a second owner of the memory.
struct TextBuilder: ~Copyable {
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int
  /// All bytes added so far, or-ed: its high bit tells whether one was not ASCII.
  private var union: UInt8 = 0

  init(capacity: Int = 32) {
    self.capacity = max(capacity, 16)
    bytes = .obtain(self.capacity)
  }

  deinit { bytes.relinquish() }

  var isASCII: Bool { union < 0x80 }

  /// The text so far. The pointer does not keep the builder alive: pass the builder on, borrowed, and ask there.
  var utf8: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: count) }

  borrowing func copyBytes() -> [UInt8] { Array(utf8) }

  /// How many more bytes its memory takes.
  var room: Int { capacity - count }

  /// The bytes so far as a new `bytes` or `bytearray`.
  borrowing func bytes(type: TypeObject, kind: Kind) -> BytesObject { BytesObject(type: type, kind: kind, utf8) }

  @inline(__always)
  mutating func append(byte: UInt8) {
    if count == capacity { grow(by: 1) }
    bytes[count] = byte
    count &+= 1
    union |= byte
  }

  @inline(__always)
  mutating func append(string: StringObject) {
    append(string.bytes, string.byteCount, isASCII: string.isASCII)
  }

  mutating func append(_ text: StaticString) {
    append(text.utf8Start, text.utf8CodeUnitCount, isASCII: text.isASCII)
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  mutating func append(_ utf8: UnsafeBufferPointer<UInt8>) {
    guard let base = utf8.baseAddress else { return }
    append(base, utf8.count, isASCII: utf8.isASCII)
  }

  /// Up to `most` bytes, which `write` puts where it is told, and moves that place behind them.
  @inline(__always)
  mutating func append(atMost most: Int, _ write: (inout UnsafeMutablePointer<UInt8>) -> Void) {
    if capacity &- count < most { grow(by: most) }
    let start = bytes + count
    var place = start
    write(&place)
    count = place - bytes
    if !UnsafeBufferPointer(start: start, count: place - start).isASCII { union = 0xFF }
  }

  /// What another builder holds so far.
  mutating func append(text other: borrowing TextBuilder) { append(other.bytes, other.count, isASCII: other.isASCII) }

  mutating func append(bytes: [UInt8], _ span: Range<Int>) {
    bytes.withUnsafeBufferPointer { append(UnsafeBufferPointer(rebasing: $0[span])) }
  }

  mutating func append(_ utf8: [UInt8]) { utf8.withUnsafeBufferPointer { append($0) } }

  /// Part of a string, by bytes.
  @inline(__always)
  mutating func append(string: StringObject, _ span: Range<Int>) {
    let part = UnsafeBufferPointer(start: string.bytes + span.lowerBound, count: span.count)
    append(part.baseAddress.unsafelyUnwrapped, span.count, isASCII: string.isASCII || part.isASCII)
  }

  @inline(__always)
  mutating func append(_ source: UnsafePointer<UInt8>, _ length: Int, isASCII: Bool) {
    if capacity &- count < length { grow(by: length) }
    memcpy(bytes + count, source, length)
    count &+= length
    if !isASCII { union = 0xFF }
  }

  /// A code point as UTF-8 (a lone surrogate as its three-byte form).
  mutating func append(codePoint: UInt32) {
    if codePoint < 0x80 { return append(byte: UInt8(truncatingIfNeeded: codePoint)) }
    if capacity &- count < 4 { grow(by: 4) }
    let place = bytes + count
    let last = UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F)
    let beforeLast = UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F)
    if codePoint < 0x800 {
      place[0] = UInt8(truncatingIfNeeded: 0xC0 | codePoint >> 6)
      place[1] = last
      count &+= 2
    } else if codePoint < 0x10000 {
      place[0] = UInt8(truncatingIfNeeded: 0xE0 | codePoint >> 12)
      place[1] = beforeLast
      place[2] = last
      count &+= 3
    } else {
      place[0] = UInt8(truncatingIfNeeded: 0xF0 | codePoint >> 18)
      place[1] = UInt8(truncatingIfNeeded: 0x80 | codePoint >> 12 & 0x3F)
      place[2] = beforeLast
      place[3] = last
      count &+= 4
    }
    union |= 0x80
  }

  /// An integer in decimal.
  mutating func append(integer: Int) {
    if integer < 0 { append(byte: UInt8(ascii: "-")) }
    append(unsigned: integer.magnitude)
  }

  mutating func append(unsigned number: UInt) {
    if capacity &- count < 20 { grow(by: 20) }
    var rest = number
    var position = count &+ number.decimalDigitCount
    count = position
    repeat {
      position &-= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
      rest = quotient
    } while rest != 0
  }

  /// The digits in base 2, 8 or 16, in lowercase.
  mutating func append(unsigned number: UInt, bitsPerDigit bits: Int) {
    let digits = number.digitCount(bitsPerDigit: bits)
    if capacity &- count < digits { grow(by: digits) }
    (bytes + count).store(digits, of: number, bitsPerDigit: bits)
    count &+= digits
  }

  mutating func append(repeating byte: UInt8, _ times: Int) {
    guard times > 0 else { return }
    if capacity &- count < times { grow(by: times) }
    memset(bytes + count, Int32(byte), times)
    count &+= times
    union |= byte
  }

  mutating func append(codePoint: UInt32, times: Int) {
    if codePoint < 0x80 { return append(repeating: UInt8(truncatingIfNeeded: codePoint), times) }
    var remaining = times
    while remaining > 0 {
      append(codePoint: codePoint)
      remaining &-= 1
    }
  }

  mutating func removeByte(at index: Int) {
    guard index < count else { return }
    memmove(bytes + index, bytes + index + 1, count - index - 1)
    count &-= 1
  }

  /// Forgets what was added after the first `length` bytes.
  mutating func truncate(to length: Int) { count = min(count, length) }

  @inline(never)
  private mutating func grow(by length: Int) {
    let larger = max(count + length, capacity * 2)
    let memory = UnsafeMutablePointer<UInt8>.obtain(larger)
    memcpy(memory, bytes, count)
    bytes.relinquish()
    bytes = memory
    capacity = larger
  }

  /// Turns small ASCII letters added after the first `start` bytes into capitals.
  mutating func uppercase(from start: Int) {
    for index in start..<max(start, count) { bytes[index] = ASCII.upper(bytes[index]) }
  }

  /// The text as a string; the builder is empty afterwards.
  mutating func finish(_ runtime: Runtime) -> StringObject {
    defer {
      count = 0
      union = 0
    }
    if count <= 1 { return count == 0 ? runtime.names.empty : runtime.character(bytes[0]) }
    if count <= StringObject.inlineCapacity || (capacity - count > 32 && capacity - count > count) {
      // A short text keeps no large buffer alive.
      if !isASCII { return StringObject(type: runtime.types.str, utf8: utf8) }
      let (source, length) = (bytes, count)
      return StringObject(type: runtime.types.str, count: length, isASCII: true) { memcpy($0, source, length) }
    }
    let made = StringObject(
      type: runtime.types.str, adopting: bytes, count: count, capacity: capacity, isASCII: isASCII)
    capacity = 16
    bytes = .obtain(16)
    return made
  }
}

extension UnsafeMutablePointer where Pointee == UInt8 {
  /// Writes so many digits in base 2, 8 or 16, in lowercase.
  @inline(__always)
  func store(_ digits: Int, of number: UInt, bitsPerDigit bits: Int) {
    var rest = number
    var position = digits
    while position > 0 {
      position &-= 1
      self[position] = ASCII.hexDigit(UInt8(truncatingIfNeeded: rest & (1 &<< UInt(bits) &- 1)))
      rest &>>= UInt(bits)
    }
  }
}

extension UInt {
  /// How many digits it has in decimal.
  @inline(__always)
  var decimalDigitCount: Int {
    var digits = 1
    var bound: UInt = 10
    while self >= bound {
      digits &+= 1
      if digits == 20 { break }
      bound &*= 10
    }
    return digits
  }

  /// The same in base 2, 8 or 16.
  @inline(__always)
  func digitCount(bitsPerDigit bits: Int) -> Int { Swift.max(1, (UInt.bitWidth &- leadingZeroBitCount &+ bits &- 1) / bits) }
}
