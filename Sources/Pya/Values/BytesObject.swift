#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A `bytes`, or with kind `.byteArray` a `bytearray`, which programs may change.
///
/// Up to `inlineCapacity` bytes lie in the object itself, more in memory of its own: always at `start`, one after the other. That memory is
/// only there as long as the object, and that of a `bytearray` only until it changes: whoever reads it does so in `withContent`, or
/// holds a `ByteSpan`.
final class BytesObject: Object {
  /// Few bytes: the first stored property of eight bytes, which puts it at `inlineOffset`.
  private final var inline: (UInt64, UInt64, UInt64) = (0, 0, 0)
  /// The first byte.
  final private(set) var start: UnsafeMutablePointer<UInt8>
  final private(set) var count: Int
  /// How many bytes have room from `start` on.
  private final var capacity: Int
  /// Of a `bytes`: its hash; 0: not computed yet. Of a `bytearray`: how many bytes of its memory lie before `start`. Who reads a buffer from
  /// the front and deletes what has been read only moves `start` (`removeFirst`); the rest moves when there is less of it than of them.
  private final var hashOrGap = 0
  /// How many views show this `bytearray`, which must not change its length meanwhile.
  final var exports = 0
  final var dictionary: DictObject?

  static let inlineCapacity = 24
  private static let inlineOffset = 32

  private final var inlineBytes: UnsafeMutablePointer<UInt8> {
    (Unmanaged.passUnretained(self).toOpaque() + BytesObject.inlineOffset).assumingMemoryBound(to: UInt8.self)
  }

  /// Room for `count` bytes, in memory that `obtain` gives if they do not lie in the object.
  @inline(__always)
  private init(type: TypeObject, kind: Kind, count: Int, obtain: (Int) -> UnsafeMutablePointer<UInt8>) {
    self.count = count
    if count <= BytesObject.inlineCapacity {
      capacity = BytesObject.inlineCapacity
      start = UnsafeMutablePointer(bitPattern: BytesObject.inlineOffset).unsafelyUnwrapped
      super.init(type: type, kind: kind)
      start = inlineBytes
    } else {
      capacity = count
      start = obtain(count)
      super.init(type: type, kind: kind)
    }
  }

  /// `count` bytes, which `fill` writes.
  @inline(__always)
  convenience init(type: TypeObject, kind: Kind = .bytes, count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    self.init(type: type, kind: kind, count: count, obtain: { .obtain($0) })
    fill(start)
  }

  /// Copies the bytes.
  convenience init(type: TypeObject, kind: Kind = .bytes, _ bytes: UnsafeBufferPointer<UInt8>) {
    self.init(type: type, kind: kind, count: bytes.count) { place in
      if let source = bytes.baseAddress { memcpy(place, source, bytes.count) }
    }
  }

  convenience init(type: TypeObject, kind: Kind = .bytes, _ bytes: [UInt8]) {
    self.init(type: type, kind: kind, count: bytes.count) { place in
      bytes.withUnsafeBytes { bytes in
        if let source = bytes.baseAddress { memcpy(place, source, bytes.count) }
      }
    }
  }

  /// So many zeros. (The system has large blocks of them ready.)
  convenience init(type: TypeObject, kind: Kind = .bytes, zeros count: Int) {
    self.init(type: type, kind: kind, count: count, obtain: { .obtainZeros($0) })
  }

  deinit { relinquishMemory() }

  @inline(__always)
  private final func relinquishMemory() {
    let memory = start - gap
    if memory != inlineBytes { memory.relinquish() }
  }

  /// Whether `inlineOffset` is where few bytes lie.
  static func layoutIsAsExpected(type: TypeObject) -> Bool {
    let probe = BytesObject(type: type, count: 0) { _ in }
    probe.inline.1 = 0x5eed
    return UnsafeRawPointer(probe.inlineBytes).load(fromByteOffset: 8, as: UInt64.self) == 0x5eed
  }

  // MARK: Reading

  /// The byte at a position that the caller has checked against `count`.
  @inline(__always)
  final subscript(_ index: Int) -> UInt8 {
    get { start[index] }
    set { start[index] = newValue }
  }

  /// Shows the bytes for the time of `body`, in which nothing of the program may run if this is a `bytearray`.
  @inline(__always)
  final func withContent<Outcome, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Outcome
  ) throws(Failure) -> Outcome {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// A copy of the bytes.
  final func copyBytes() -> [UInt8] { withContent { Array($0) } }

  /// Of a `bytes`: equal ones have equal hashes; computed once.
  final var bytesHash: Int {
    if hashOrGap == 0 { hashOrGap = UnsafePointer(start).textHash(count) }
    return hashOrGap
  }

  /// Whether both are the same bytes.
  @inline(__always)
  final func hasSameBytes(as other: BytesObject) -> Bool {
    defer { withExtendedLifetime((self, other)) {} }
    return count == other.count && memcmp(start, other.start, count) == 0
  }

  /// Negative, zero or positive as these bytes sort before, with or after the others.
  final func compare(to other: BytesObject) -> Int {
    defer { withExtendedLifetime((self, other)) {} }
    let order = memcmp(start, other.start, min(count, other.count))
    return order != 0 ? Int(order) : count - other.count
  }

  // MARK: Changing a `bytearray`

  private final var gap: Int {
    @inline(__always) get { kind == .byteArray ? hashOrGap : 0 }
  }

  @inline(__always)
  final func append(_ byte: UInt8) {
    if count == capacity { makeRoom(for: count &+ 1) }
    start[count] = byte
    count &+= 1
  }

  /// The bytes must not be its own.
  final func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    makeRoom(for: count + bytes.count)
    memcpy(start + count, source, bytes.count)
    count += bytes.count
  }

  /// Puts bytes, which must not be its own, in the place of those in a range that lies within.
  final func replace(_ range: Range<Int>, with bytes: UnsafeBufferPointer<UInt8>) {
    if range.lowerBound == 0, bytes.isEmpty { return removeFirst(range.count) }
    let total = count - range.count + bytes.count
    makeRoom(for: total)
    let place = start + range.lowerBound
    if bytes.count != range.count { memmove(place + bytes.count, start + range.upperBound, count - range.upperBound) }
    if let source = bytes.baseAddress { memcpy(place, source, bytes.count) }
    count = total
  }

  final func replace(_ range: Range<Int>, with bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { replace(range, with: $0) }
  }

  /// There must be so many.
  final func removeFirst(_ removed: Int) {
    start += removed
    capacity -= removed
    hashOrGap += removed
    count -= removed
    if hashOrGap >= count { closeGap() }
  }

  /// There must be one there.
  final func remove(at position: Int) { replace(position..<(position + 1), with: []) }

  final func removeLast(_ removed: Int) { count -= removed }

  /// Gives the memory back, too.
  final func removeAll() {
    relinquishMemory()
    start = inlineBytes
    capacity = BytesObject.inlineCapacity
    hashOrGap = 0
    count = 0
  }

  final func reverse() {
    var bytes = UnsafeMutableBufferPointer(start: start, count: count)
    bytes.reverse()
  }

  @inline(never)
  private final func closeGap() {
    let memory = start - hashOrGap
    memmove(memory, start, count)
    start = memory
    capacity += hashOrGap
    hashOrGap = 0
  }

  @inline(never)
  private final func makeRoom(for total: Int) {
    if total <= capacity { return }
    // A small gap is not worth moving all the rest: it would be there again at once.
    if hashOrGap > count / 2 {
      closeGap()
      if total <= capacity { return }
    }
    let larger = max(total, capacity &* 2)
    if hashOrGap == 0, start != inlineBytes {
      start = start.enlarged(to: larger)
    } else {
      let memory = UnsafeMutablePointer<UInt8>.obtain(larger)
      memcpy(memory, start, count)
      relinquishMemory()
      start = memory
      hashOrGap = 0
    }
    capacity = larger
  }

  override func storeElement(_ value: Value, at position: Int) -> Bool {
    guard kind == .byteArray, case .int(let number) = value, number >= 0, number < 256 else { return false }
    let index = position < 0 ? position &+ count : position
    guard index >= 0, index < count else { return false }
    start[index] = UInt8(truncatingIfNeeded: number)
    return true
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
}

/// Bytes that lie in a `bytes` or `bytearray`, which the span keeps.
///
/// In a `bytearray` only for whoever looks at once (`Runtime.bytesNow`): what the program changes meanwhile, it sees. A span of `bytes`
/// (`Runtime.bytesLike`) stays what it is.
struct ByteSpan: RandomAccessCollection {
  let owner: BytesObject
  private let offset: Int
  let count: Int

  init(_ owner: BytesObject) { self.init(owner, offset: 0, count: owner.count) }

  /// The part must lie within.
  init(_ owner: BytesObject, offset: Int, count: Int) {
    self.owner = owner
    self.offset = offset
    self.count = count
  }

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(_ index: Int) -> UInt8 {
    // 0 where a bytearray has become shorter.
    @inline(__always) get { withContent { index < $0.count ? $0[index] : 0 } }
  }

  /// Shows the bytes for the time of `body`: as many of them as are still there.
  @inline(__always)
  func withContent<Outcome, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Outcome
  ) throws(Failure) -> Outcome {
    let owner = owner
    defer { withExtendedLifetime(owner) {} }
    let left = Swift.max(0, Swift.min(count, owner.count &- offset))
    return try body(UnsafeBufferPointer(start: owner.start + offset, count: left))
  }

  func withContiguousStorageIfAvailable<Outcome>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Outcome) rethrows -> Outcome? {
    try withContent(body)
  }

  /// A copy of them.
  func copyBytes() -> [UInt8] { withContent { Array($0) } }

  /// Those in a range that lies within.
  func part(_ range: Range<Int>) -> ByteSpan { ByteSpan(owner, offset: offset + range.lowerBound, count: range.count) }

  func hasPrefix(_ other: ByteSpan) -> Bool { withContent { bytes in other.withContent { ByteSearch.hasPrefix($0, bytes) } } }

  func hasSuffix(_ other: ByteSpan) -> Bool { withContent { bytes in other.withContent { ByteSearch.hasSuffix($0, bytes) } } }

  /// The bytes as a `bytes`: the one in which they lie, if they are all of it.
  func object(_ type: TypeObject) -> BytesObject {
    owner.isExactly(type) && owner.kind == .bytes && count == owner.count ? owner : withContent { BytesObject(type: type, $0) }
  }
}
