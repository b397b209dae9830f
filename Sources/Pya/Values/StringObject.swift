#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A `str`: code points, kept as UTF-8 (WTF-8, since Python's strings may hold lone surrogates).
///
/// Comparing, searching, joining and hashing work on the bytes; byte order is code point order. Indexing is O(1) for ASCII
/// text; other text remembers the place asked for last, and gets a table of byte offsets, one per 64 code points, when it is asked for
/// places far apart. The text never changes, with one exception that nobody can observe: `appendInPlace` on an object that nobody else holds.
///
/// Up to `inlineCapacity` bytes lie in the object itself: words, digits and names need no memory of their own.
final class StringObject: Object {
  final private(set) var isASCII: Bool
  /// The only object with this text among the runtime's interned names, so that identity decides equality with another.
  final var isInterned = false
  /// Short text: the first stored property of eight bytes, which puts it at `inlineOffset`.
  private final var inline: (UInt64, UInt64, UInt64) = (0, 0, 0)
  final private(set) var bytes: UnsafeMutablePointer<UInt8>
  /// In bytes.
  final private(set) var byteCount: Int
  final private var capacity: Int
  private final var cachedHash = 0
  private final var rarities: Rarities?

  /// What few strings have.
  private final class Rarities {
    var dictionary: DictObject?
    /// In code points, when not all are ASCII; -1: not counted yet.
    var length = -1
    /// Byte offsets, one per 64 code points.
    var offsets: [Int32]?
    /// The code point that was asked for last, and its byte: most programs go on from there.
    var last = (index: 0, offset: 0)
  }

  static let inlineCapacity = 24
  private static let inlineOffset = 32

  private final var inlineBytes: UnsafeMutablePointer<UInt8> {
    (Unmanaged.passUnretained(self).toOpaque() + StringObject.inlineOffset).assumingMemoryBound(to: UInt8.self)
  }

  /// Text of `count` bytes, which `fill` writes; they must be valid UTF-8 or WTF-8.
  @inline(__always)
  init(type: TypeObject, count: Int, isASCII: Bool, fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    byteCount = count
    self.isASCII = isASCII
    if count <= StringObject.inlineCapacity {
      capacity = StringObject.inlineCapacity
      bytes = UnsafeMutablePointer(bitPattern: StringObject.inlineOffset).unsafelyUnwrapped
      super.init(type: type, kind: .string)
      bytes = inlineBytes
    } else {
      capacity = count
      bytes = .obtain(count)
      super.init(type: type, kind: .string)
    }
    fill(bytes)
  }

  /// Copies the bytes, which must be valid UTF-8 or WTF-8.
  convenience init(type: TypeObject, utf8: UnsafeBufferPointer<UInt8>) {
    self.init(type: type, count: utf8.count, isASCII: utf8.isASCII) { bytes in
      if let base = utf8.baseAddress { memcpy(bytes, base, utf8.count) }
    }
  }

  /// Takes over memory of `capacity` bytes that holds `count` of text.
  init(type: TypeObject, adopting bytes: UnsafeMutablePointer<UInt8>, count: Int, capacity: Int, isASCII: Bool) {
    self.bytes = bytes
    byteCount = count
    self.capacity = capacity
    self.isASCII = isASCII
    super.init(type: type, kind: .string)
  }

  deinit { if bytes != inlineBytes { bytes.relinquish() } }

  /// Whether `inlineOffset` is where short text lies.
  static func layoutIsAsExpected(type: TypeObject) -> Bool {
    let probe = StringObject(type: type, count: 0, isASCII: true) { _ in }
    probe.inline.1 = 0x5eed
    return UnsafeRawPointer(probe.inlineBytes).load(fromByteOffset: 8, as: UInt64.self) == 0x5eed
  }

  /// Instances of subclasses of `str` carry attributes.
  final var dictionary: DictObject? {
    get { rarities?.dictionary }
    set { rarity.dictionary = newValue }
  }

  private final var rarity: Rarities {
    if let rarities { return rarities }
    let made = Rarities()
    rarities = made
    return made
  }

  var utf8: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: byteCount) }

  /// A copy of the bytes. (A method, so that the object lives while they are copied: `utf8` alone does not keep it alive.)
  func copyBytes() -> [UInt8] { Array(utf8) }

  /// Cold code's view of the text; lone surrogates become U+FFFD.
  var text: String { String(decoding: utf8, as: UTF8.self) }

  /// The length Python sees, in code points.
  var length: Int {
    if isASCII { return byteCount }
    if byteCount <= StringObject.shortCount { return countCodePoints(0, byteCount) }
    let length = withRarity { $0.length }
    return length >= 0 ? length : countLength()
  }

  @inline(never)
  private func countLength() -> Int {
    let count = countCodePoints(0, byteCount)
    rarity.length = count
    return count
  }

  /// Texts of so few bytes are counted anew each time.
  private static let shortCount = 32

  /// How many code points begin in a span of bytes.
  private func countCodePoints(_ start: Int, _ end: Int) -> Int {
    var (offset, count) = (start, 0)
    while offset + 8 <= end {
      count += UTF8Width.leadBytes(UnsafeRawPointer(bytes + offset).loadUnaligned(as: UInt64.self))
      offset += 8
    }
    while offset < end {
      if bytes[offset] & 0xC0 != 0x80 { count += 1 }
      offset += 1
    }
    return count
  }

  /// Uses `rarity` without counting a reference.
  @inline(__always)
  private func withRarity<Outcome>(_ body: (Rarities) -> Outcome) -> Outcome {
    guard let rarities else { return body(rarity) }
    return Unmanaged.passUnretained(rarities)._withUnsafeGuaranteedRef(body)
  }

  /// Equal texts have equal hashes; computed once.
  @inline(__always)
  final var stringHash: Int { cachedHash != 0 ? cachedHash : computeHash() }

  private func computeHash() -> Int {
    cachedHash = UnsafePointer(bytes).textHash(byteCount)
    return cachedHash
  }

  /// `hasSameText`, where the texts are often names or single characters: two interned ones that are not the same object differ.
  @inline(__always)
  final func isQuicklySame(as other: StringObject) -> Bool {
    if self === other { return true }
    return isInterned && other.isInterned ? false : hasSameText(as: other)
  }

  /// A name that may mean something to the language.
  final var beginsWithTwoUnderscores: Bool { byteCount > 2 && bytes[0] == 95 && bytes[1] == 95 }

  final func hasText(_ text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && memcmp(bytes, text.utf8Start, byteCount) == 0
  }

  @inline(__always)
  final func hasSameText(as other: StringObject) -> Bool {
    if self === other { return true }
    return byteCount == other.byteCount && memcmp(bytes, other.bytes, byteCount) == 0
  }

  /// Negative, zero or positive as this text sorts before, with or after the other (by code point).
  final func compare(to other: StringObject) -> Int {
    let order = memcmp(bytes, other.bytes, min(byteCount, other.byteCount))
    return order != 0 ? Int(order) : byteCount - other.byteCount
  }

  /// The byte where code point `index` (0 through `length`) begins.
  final func byteOffset(ofCodePoint index: Int) -> Int {
    if isASCII { return index }
    if index >= length { return byteCount }
    if byteCount <= StringObject.shortCount { return advance(0, by: index) }
    return withRarity { rarity in
      let distance = index &- rarity.last.index
      var offset = rarity.last.offset
      if distance >= 0, distance < 64 {
        offset = advance(offset, by: distance)
      } else if distance < 0, distance > -8 {
        for _ in 0..<(-distance) {
          repeat { offset -= 1 } while bytes[offset] & 0xC0 == 0x80
        }
      } else {
        offset = advance(Int(offsetTable()[index >> 6]), by: index & 63)
      }
      rarity.last = (index, offset)
      return offset
    }
  }

  /// The byte where the code point begins that comes `count` after the one at `offset`; there must be one.
  private func advance(_ offset: Int, by count: Int) -> Int {
    var (offset, left) = (offset, count)
    if left >= 8 {
      // Words are passed with all code points that begin in them; the last may go on behind.
      while left >= 8, offset + 8 <= byteCount {
        left -= UTF8Width.leadBytes(UnsafeRawPointer(bytes + offset).loadUnaligned(as: UInt64.self))
        offset += 8
      }
      while offset < byteCount, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    while left > 0 {
      offset += UTF8Width.of(leadByte: bytes[offset])
      left -= 1
    }
    return offset
  }

  /// The code point whose first byte is at `offset`.
  final func codePoint(atByte offset: Int) -> UInt32 { decodeUTF8(bytes + offset).codePoint }

  /// How many code points lie before byte `offset`.
  final func codePointIndex(ofByte offset: Int) -> Int {
    if isASCII { return offset }
    if byteCount <= StringObject.shortCount { return countCodePoints(0, offset) }
    var (count, start) = withRarity { ($0.last.index, $0.last.offset) }
    if offset < start || offset - start > 256 {
      let offsets = offsetTable()
      var (low, high) = (0, offsets.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if Int(offsets[middle]) <= offset { low = middle } else { high = middle }
      }
      count = low << 6
      start = Int(offsets[low])
    }
    return count + countCodePoints(start, offset)
  }

  private func offsetTable() -> [Int32] {
    if let offsets = rarities?.offsets { return offsets }
    var table: [Int32] = []
    table.reserveCapacity(length / 64 + 1)
    extend(&table, fromByte: 0, codePoint: 0)
    rarity.offsets = table
    return table
  }

  private func extend(_ table: inout [Int32], fromByte offset: Int, codePoint count: Int) {
    var (offset, count) = (offset, count)
    while offset < byteCount {
      if count & 63 == 0 { table.append(Int32(truncatingIfNeeded: offset)) }
      offset += UTF8Width.of(leadByte: bytes[offset])
      count += 1
    }
  }

  /// Adds text at the end. Only for an object that the caller alone holds, as in `s += x`.
  final func appendInPlace(_ other: StringObject) {
    let total = byteCount + other.byteCount
    // What is known of the length and the places goes on being known: a loop may ask for them after each addition.
    let known = isASCII ? nil : rarities.flatMap { $0.length >= 0 ? $0 : nil }
    let length = known.map { $0.length + other.length }
    if total > capacity {
      let larger = max(total, capacity * 2)
      let memory = UnsafeMutablePointer<UInt8>.obtain(larger)
      memcpy(memory, bytes, byteCount)
      if bytes != inlineBytes { bytes.relinquish() }
      bytes = memory
      capacity = larger
    }
    memcpy(bytes + byteCount, other.bytes, other.byteCount)
    let oldCount = byteCount
    byteCount = total
    cachedHash = 0
    if let known, let length {
      if var offsets = known.offsets {
        known.offsets = nil
        extend(&offsets, fromByte: oldCount, codePoint: known.length)
        known.offsets = offsets
      }
      known.length = length
    } else {
      rarities?.length = -1
      rarities?.offsets = nil
    }
    isASCII = isASCII && other.isASCII
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }

  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  /// For interned names: identity as a number.
  var identity: UInt { UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()) }
}

enum UTF8Width {
  /// How many of eight bytes begin a code point.
  @inline(__always)
  static func leadBytes(_ word: UInt64) -> Int {
    let others = word & ~(word << 1) & 0x8080_8080_8080_8080
    return 8 - Int((others >> 7 &* 0x0101_0101_0101_0101) >> 56)
  }

  /// How many bytes the code point that begins with this byte takes.
  @inline(__always)
  static func of(leadByte: UInt8) -> Int {
    leadByte < 0x80 ? 1 : leadByte < 0xE0 ? 2 : leadByte < 0xF0 ? 3 : 4
  }
}

/// Decodes one code point of valid (W)UTF-8.
@inline(__always)
func decodeUTF8(_ bytes: UnsafePointer<UInt8>) -> (codePoint: UInt32, width: Int) {
  let lead = UInt32(bytes[0])
  if lead < 0x80 { return (lead, 1) }
  if lead < 0xE0 { return ((lead & 0x1F) << 6 | UInt32(bytes[1]) & 0x3F, 2) }
  if lead < 0xF0 { return ((lead & 0x0F) << 12 | (UInt32(bytes[1]) & 0x3F) << 6 | UInt32(bytes[2]) & 0x3F, 3) }
  return (
    (lead & 0x07) << 18 | (UInt32(bytes[1]) & 0x3F) << 12 | (UInt32(bytes[2]) & 0x3F) << 6 | UInt32(bytes[3]) & 0x3F, 4
  )
}

extension [UInt8] {
  /// Appends a code point as UTF-8 (a lone surrogate as its three-byte form).
  mutating func appendUTF8(_ codePoint: UInt32) {
    if codePoint < 0x80 {
      append(UInt8(truncatingIfNeeded: codePoint))
    } else if codePoint < 0x800 {
      append(UInt8(truncatingIfNeeded: 0xC0 | codePoint >> 6))
      append(UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F))
    } else if codePoint < 0x10000 {
      append(UInt8(truncatingIfNeeded: 0xE0 | codePoint >> 12))
      append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F))
      append(UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F))
    } else {
      append(UInt8(truncatingIfNeeded: 0xF0 | codePoint >> 18))
      append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 12 & 0x3F))
      append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F))
      append(UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F))
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  var isASCII: Bool {
    var index = 0
    guard let base = baseAddress else { return true }
    while index + 8 <= count {
      if UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
      index += 8
    }
    while index < count {
      if base[index] >= 0x80 { return false }
      index += 1
    }
    return true
  }
}

extension StringObject {
  /// The two texts one after the other.
  convenience init(joining first: StringObject, _ second: StringObject, type: TypeObject) {
    self.init(type: type, count: first.byteCount + second.byteCount, isASCII: first.isASCII && second.isASCII) { bytes in
      memcpy(bytes, first.bytes, first.byteCount)
      memcpy(bytes + first.byteCount, second.bytes, second.byteCount)
    }
  }
}

extension UnsafePointer<UInt8> {
  /// The hash of a text or of bytes, 0 only for no bytes at all. A word at a time is mixed in by a multiplication and a shift.
  func textHash(_ count: Int) -> Int {
    if count == 0 { return 0 }
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(count)
    var index = 0
    while index + 8 <= count {
      let word = UnsafeRawPointer(self + index).loadUnaligned(as: UInt64.self)
      hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
      index += 8
    }
    while index < count {
      hash = (hash ^ UInt64(self[index])) &* 0x0000_0100_0000_01B3
      index += 1
    }
    hash ^= hash >> 29
    hash = hash &* 0xC4CE_B9FE_1A85_EC53
    hash ^= hash >> 32
    let result = Int(truncatingIfNeeded: hash >> 1)
    return result == 0 ? 1 : result
  }
}
