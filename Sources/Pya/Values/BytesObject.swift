#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A `bytes`, or with kind `.byteArray` a `bytearray`, which programs may change.
final class BytesObject: Object {
  /// Nothing of the program runs while they are changed.
  @exclusivity(unchecked) final var bytes: [UInt8]
  final var dictionary: DictObject?
  /// How many views show this `bytearray`, which must not change its length meanwhile.
  final var exports = 0
  private final var cachedHash = 0

  init(type: TypeObject, kind: Kind = .bytes, _ bytes: [UInt8]) {
    self.bytes = bytes
    super.init(type: type, kind: kind)
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
    bytes.withUnsafeBufferPointer { mine in
      other.bytes.withUnsafeBufferPointer { theirs in
        guard mine.count == theirs.count else { return false }
        guard let first = mine.baseAddress, let second = theirs.baseAddress else { return true }
        return memcmp(first, second, mine.count) == 0
      }
    }
  }

  override func storeElement(_ value: Value, at position: Int) -> Bool {
    guard kind == .byteArray, case .int(let number) = value, number >= 0, number < 256 else { return false }
    let index = position < 0 ? position &+ bytes.count : position
    guard index >= 0, index < bytes.count else { return false }
    bytes[index] = UInt8(truncatingIfNeeded: number)
    return true
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
}
