/// A running hash: takes bytes, and tells the digest of those taken so far.
///
/// All it has taken in lies in one piece of memory, the words of its state and then the bytes that do not fill a block yet: a copy copies that
/// memory, and a digest, which ends the message, puts it back afterwards. Programs hash millions of short messages: none of this allocates.
class HashFunction {
  let name: String
  let blockSize: Int
  let digestSize: Int
  private final let stateSize: Int
  /// The words of the state, aligned for any.
  final let state: UnsafeMutableRawPointer
  /// Bytes that do not fill a block yet.
  final let pending: UnsafeMutablePointer<UInt8>
  final var pendingCount = 0
  /// All bytes taken.
  final var total = 0

  private static let largestMemory = 384

  init(name: String, blockSize: Int, digestSize: Int, stateSize: Int) {
    precondition(stateSize + blockSize <= HashFunction.largestMemory)
    self.name = name
    self.blockSize = blockSize
    self.digestSize = digestSize
    self.stateSize = stateSize
    state = .allocate(byteCount: stateSize + blockSize, alignment: 8)
    pending = (state + stateSize).bindMemory(to: UInt8.self, capacity: blockSize)
  }

  deinit { state.deallocate() }

  /// Takes so many blocks.
  func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {}

  /// Ends the message and writes so many bytes of its digest; `digestSize`, but for functions that can choose. Ruins the state.
  func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {}

  /// A hash of the same kind, whose state is about to be overwritten.
  func another() -> HashFunction { self }

  /// BLAKE2 must know its last block: it keeps a full one.
  var keepsFullBlock: Bool { false }

  /// A hash in the same state.
  func copy() -> HashFunction {
    let other = another()
    other.state.copyMemory(from: state, byteCount: stateSize + pendingCount)
    other.pendingCount = pendingCount
    other.total = total
    return other
  }

  func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard var source = bytes.baseAddress, bytes.count > 0 else { return }
    var rest = bytes.count
    total += rest
    let keepsFullBlock = keepsFullBlock
    if pendingCount > 0 {
      let taken = min(rest, blockSize - pendingCount)
      (pending + pendingCount).update(from: source, count: taken)
      pendingCount += taken
      source += taken
      rest -= taken
      if pendingCount < blockSize || (rest == 0 && keepsFullBlock) { return }
      absorb(pending, count: 1)
      pendingCount = 0
    }
    let blocks = (keepsFullBlock ? max(rest, 1) - 1 : rest) / blockSize
    if blocks > 0 {
      absorb(source, count: blocks)
      source += blocks * blockSize
      rest -= blocks * blockSize
    }
    pending.update(from: source, count: rest)
    pendingCount = rest
  }

  final func update(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { update($0) } }

  /// The digest of all that was taken.
  func digest(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    digest(adding: UnsafeBufferPointer(start: nil, count: 0), into: result, count: count)
  }

  final func digest() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: digestSize) { buffer, used in
      if let place = buffer.baseAddress { digest(into: place, count: digestSize) }
      used = digestSize
    }
  }

  /// The digest of all that was taken and of these bytes after it, which it does not take.
  final func digest(adding bytes: UnsafeBufferPointer<UInt8>, into result: UnsafeMutablePointer<UInt8>, count: Int) {
    let (pendingBefore, totalBefore) = (pendingCount, total)
    let size = stateSize + pendingBefore
    withUnsafeTemporaryAllocation(byteCount: HashFunction.largestMemory, alignment: 8) { kept in
      guard let kept = kept.baseAddress else { return }
      kept.copyMemory(from: state, byteCount: size)
      update(bytes)
      finish(into: result, count: count)
      state.copyMemory(from: kept, byteCount: size)
    }
    pendingCount = pendingBefore
    total = totalBefore
  }

  /// Ends the message as MD5 and the SHA families do: a one bit, zeros, and the length in bits.
  final func pad(lengthBytes: Int, isBigEndian: Bool) {
    pending[pendingCount] = 0x80
    pendingCount += 1
    if pendingCount > blockSize - lengthBytes {
      (pending + pendingCount).update(repeating: 0, count: blockSize - pendingCount)
      absorb(pending, count: 1)
      pendingCount = 0
    }
    (pending + pendingCount).update(repeating: 0, count: blockSize - pendingCount)
    let bits = UInt64(total) << 3
    let place = UnsafeMutableRawPointer(pending) + (isBigEndian ? blockSize - 8 : blockSize - lengthBytes)
    place.storeBytes(of: isBigEndian ? bits.bigEndian : bits.littleEndian, as: UInt64.self)
    absorb(pending, count: 1)
  }

  /// Writes the first bytes of the words of the state.
  @inline(__always)
  final func write<Word: FixedWidthInteger>(
    _: Word.Type, isBigEndian: Bool, into result: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let words = state.assumingMemoryBound(to: Word.self)
    let width = Word.bitWidth / 8
    for index in 0..<((count + width - 1) / width) {
      words[index] = isBigEndian ? words[index].bigEndian : words[index].littleEndian
    }
    UnsafeMutableRawPointer(result).copyMemory(from: state, byteCount: count)
  }
}

extension UInt32 {
  @inline(__always)
  func rotatedLeft(_ count: UInt32) -> UInt32 { self &<< count | self &>> (32 &- count) }

  @inline(__always)
  func rotatedRight(_ count: UInt32) -> UInt32 { self &>> count | self &<< (32 &- count) }
}

extension UInt64 {
  @inline(__always)
  func rotatedLeft(_ count: UInt64) -> UInt64 { self &<< count | self &>> (64 &- count) }
}

extension FixedWidthInteger {
  /// The bytes, lowest first or highest first.
  func bytes(isBigEndian: Bool) -> [UInt8] {
    let count = Self.bitWidth / 8
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      for index in 0..<count {
        buffer[index] = UInt8(truncatingIfNeeded: self &>> Self(8 * (isBigEndian ? count - 1 - index : index)))
      }
      used = count
    }
  }
}

extension UnsafePointer where Pointee == UInt8 {
  @inline(__always)
  func littleEndian32(_ index: Int) -> UInt32 {
    UInt32(littleEndian: UnsafeRawPointer(self + index * 4).loadUnaligned(as: UInt32.self))
  }

  @inline(__always)
  func bigEndian32(_ index: Int) -> UInt32 {
    UInt32(bigEndian: UnsafeRawPointer(self + index * 4).loadUnaligned(as: UInt32.self))
  }

  @inline(__always)
  func littleEndian64(_ index: Int) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(self + index * 8).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  func bigEndian64(_ index: Int) -> UInt64 {
    UInt64(bigEndian: UnsafeRawPointer(self + index * 8).loadUnaligned(as: UInt64.self))
  }
}
