#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A `bytes`, or with kind `.byteArray` a `bytearray`, which programs may change.
final class BytesObject: Object {
  /// Nothing of the program runs while they are changed.
  final var bytes: [UInt8] {
    @inline(__always) get {
      if gap > 0 { closeGap() }
      return stored
    }
    @inline(__always) _modify {
      if gap > 0 { closeGap() }
      yield &stored
    }
  }
  @exclusivity(unchecked) private final var stored: [UInt8]
  /// How many of the stored bytes, the first ones, are no longer the array's. Who reads a buffer from the front and deletes what has been
  /// read only counts them (`removeFirst`); the rest moves when somebody asks for all `bytes`, or when there is less of it than of them.
  @exclusivity(unchecked) private final var gap = 0
  final var dictionary: DictObject?
  /// How many views show this `bytearray`, which must not change its length meanwhile.
  final var exports = 0
  private final var cachedHash = 0

  init(type: TypeObject, kind: Kind = .bytes, _ bytes: [UInt8]) {
    stored = bytes
    super.init(type: type, kind: kind)
  }

  @inline(__always)
  final var count: Int { stored.count &- gap }

  /// The byte at a position that the caller has checked against `count`.
  @inline(__always)
  final subscript(_ index: Int) -> UInt8 { stored[gap &+ index] }

  /// Shows the bytes for the time of `body`.
  @inline(__always)
  final func withContent<Outcome>(_ body: (UnsafeBufferPointer<UInt8>) -> Outcome) -> Outcome {
    stored.withUnsafeBufferPointer { body(gap == 0 ? $0 : UnsafeBufferPointer(rebasing: $0[gap...])) }
  }

  /// Where the bytes lie now.
  final var span: ByteSpan { ByteSpan(array: stored, start: gap, count: count) }

  @inline(__always)
  final func append(_ byte: UInt8) { stored.append(byte) }

  final func append(contentsOf bytes: [UInt8]) { stored.append(contentsOf: bytes) }

  /// There must be so many.
  final func removeFirst(_ removed: Int) {
    gap += removed
    if gap >= count { closeGap() }
  }

  @inline(never)
  private final func closeGap() {
    stored.removeFirst(gap)
    gap = 0
  }

  /// Of `bytes`, which never change once a program has them: equal ones have equal hashes; computed once.
  final var bytesHash: Int {
    if cachedHash == 0 {
      cachedHash = bytes.withUnsafeBufferPointer { content in content.baseAddress.map { $0.textHash(content.count) } ?? 0 }
    }
    return cachedHash
  }

  /// Whether both are the same bytes.
  final func hasSameBytes(as other: BytesObject) -> Bool {
    withContent { mine in
      other.withContent { theirs in
        guard mine.count == theirs.count else { return false }
        guard let first = mine.baseAddress, let second = theirs.baseAddress else { return true }
        return memcmp(first, second, mine.count) == 0
      }
    }
  }

  override func storeElement(_ value: Value, at position: Int) -> Bool {
    guard kind == .byteArray, case .int(let number) = value, number >= 0, number < 256 else { return false }
    let index = position < 0 ? position &+ count : position
    guard index >= 0, index < count else { return false }
    stored[gap &+ index] = UInt8(truncatingIfNeeded: number)
    return true
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
}
