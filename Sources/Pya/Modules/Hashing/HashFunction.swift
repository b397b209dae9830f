/// A running hash: takes bytes, and tells the digest of those taken so far.
class HashFunction {
  let name: String
  let blockSize: Int
  let digestSize: Int
  /// Bytes that do not fill a block yet.
  final let pending: UnsafeMutablePointer<UInt8>
  final var pendingCount = 0
  /// All bytes taken.
  final var total = 0

  init(name: String, blockSize: Int, digestSize: Int) {
    self.name = name
    self.blockSize = blockSize
    self.digestSize = digestSize
    pending = .allocate(capacity: blockSize)
    pending.initialize(repeating: 0, count: blockSize)
  }

  deinit { pending.deallocate() }

  /// Takes one block.
  func absorb(_ block: UnsafePointer<UInt8>) {}

  /// The digest of what was taken, of so many bytes for functions that can choose. Called on a copy, which it may ruin.
  func finish(_ length: Int) -> [UInt8] { [] }

  /// A hash in the same state.
  func copy() -> HashFunction { self }

  /// BLAKE2 must know its last block: it keeps a full one.
  var keepsFullBlock: Bool { false }

  final func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard var source = bytes.baseAddress, bytes.count > 0 else { return }
    var rest = bytes.count
    total += rest
    if pendingCount > 0 || keepsFullBlock {
      let taken = min(rest, blockSize - pendingCount)
      (pending + pendingCount).update(from: source, count: taken)
      pendingCount += taken
      source += taken
      rest -= taken
      if pendingCount < blockSize || (rest == 0 && keepsFullBlock) { return }
      absorb(pending)
      pendingCount = 0
    }
    while rest > blockSize || (rest == blockSize && !keepsFullBlock) {
      absorb(source)
      source += blockSize
      rest -= blockSize
    }
    pending.update(from: source, count: rest)
    pendingCount = rest
  }

  final func update(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { update($0) } }

  final func digest(_ length: Int? = nil) -> [UInt8] { copy().finish(length ?? digestSize) }

  /// Gives a copy what all hashes have.
  final func copied<T: HashFunction>(into other: T) -> T {
    other.pending.update(from: pending, count: pendingCount)
    other.pendingCount = pendingCount
    other.total = total
    return other
  }

  /// Ends the message as MD5 and the SHA families do: a one bit, zeros, and the length in bits.
  final func pad(lengthBytes: Int, isBigEndian: Bool) {
    let bits = UInt64(total) << 3
    pending[pendingCount] = 0x80
    pendingCount += 1
    if pendingCount > blockSize - lengthBytes {
      while pendingCount < blockSize {
        pending[pendingCount] = 0
        pendingCount += 1
      }
      absorb(pending)
      pendingCount = 0
    }
    while pendingCount < blockSize {
      pending[pendingCount] = 0
      pendingCount += 1
    }
    for index in 0..<8 {
      let place = isBigEndian ? blockSize - 1 - index : blockSize - 8 + index
      pending[place] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
    }
    absorb(pending)
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

extension [UInt8] {
  /// Words one after the other.
  init(words: [UInt32], isBigEndian: Bool) {
    self.init(unsafeUninitializedCapacity: words.count * 4) { buffer, used in
      for (index, word) in words.enumerated() {
        let ordered = isBigEndian ? word.bigEndian : word.littleEndian
        UnsafeMutableRawBufferPointer(buffer).storeBytes(of: ordered, toByteOffset: index * 4, as: UInt32.self)
      }
      used = words.count * 4
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
