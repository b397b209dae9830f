/// BLAKE2b and BLAKE2s, with key, salt and personalization: the same steps on words of 64 and of 32 bits. What is generic here is always inlined
/// into a class that names the word.
final class Blake2b: HashFunction {
  override var keepsFullBlock: Bool { true }

  init(_ parameters: Blake2Parameters) {
    super.init(name: "blake2b", blockSize: 128, digestSize: parameters.digestSize, stateSize: 72)
    parameters.begin(Blake2State<UInt64>(state), self)
  }

  override func another() -> HashFunction { Blake2b(Blake2Parameters(digestSize: digestSize)) }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    for index in 0..<count { Blake2State<UInt64>(state).take(blocks + 128 * index) }
  }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    Blake2State<UInt64>(state).takeLast(pending, pendingCount)
    write(UInt64.self, isBigEndian: false, into: result, count: count)
  }
}

final class Blake2s: HashFunction {
  override var keepsFullBlock: Bool { true }

  init(_ parameters: Blake2Parameters) {
    super.init(name: "blake2s", blockSize: 64, digestSize: parameters.digestSize, stateSize: 40)
    parameters.begin(Blake2State<UInt32>(state), self)
  }

  override func another() -> HashFunction { Blake2s(Blake2Parameters(digestSize: digestSize)) }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    for index in 0..<count { Blake2State<UInt32>(state).take(blocks + 64 * index) }
  }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    Blake2State<UInt32>(state).takeLast(pending, pendingCount)
    write(UInt32.self, isBigEndian: false, into: result, count: count)
  }
}

struct Blake2Parameters {
  var digestSize: Int
  var key: [UInt8] = []
  var salt: [UInt8] = []
  var person: [UInt8] = []
  /// Of a tree of hashes.
  var fanout: UInt8 = 1
  var depth: UInt8 = 1

  @inline(__always)
  fileprivate func begin<Word>(_ state: Blake2State<Word>, _ function: HashFunction) {
    for index in 0..<8 { state.words[index] = Blake2State<Word>.initial(index) }
    state.absorbed.pointee = 0
    state.words[0] ^= Word(digestSize) | Word(key.count) << 8 | Word(fanout) << 16 | Word(depth) << 24
    let width = Word.bitWidth / 8
    for (index, byte) in salt.enumerated() { state.words[4 + index / width] ^= Word(byte) << Word(index % width * 8) }
    for (index, byte) in person.enumerated() { state.words[6 + index / width] ^= Word(byte) << Word(index % width * 8) }
    if !key.isEmpty { function.update(key + [UInt8](repeating: 0, count: function.blockSize - key.count)) }
  }
}

/// Eight words, and the number of bytes in the blocks taken.
private struct Blake2State<Word: FixedWidthInteger & UnsignedInteger> {
  let words: UnsafeMutablePointer<Word>
  let absorbed: UnsafeMutablePointer<UInt64>

  @inline(__always)
  init(_ memory: UnsafeMutableRawPointer) {
    words = memory.assumingMemoryBound(to: Word.self)
    absorbed = (memory + Word.bitWidth).assumingMemoryBound(to: UInt64.self)
  }

  /// The initial values of SHA-512, or their upper halves, which are SHA-256's.
  @inline(__always)
  static func initial(_ index: Int) -> Word {
    Word(truncatingIfNeeded: blake2Initial[index] >> UInt64(64 - Word.bitWidth))
  }

  @inline(__always)
  func take(_ block: UnsafePointer<UInt8>) {
    absorbed.pointee &+= UInt64(2 * Word.bitWidth)
    compress(block, isLast: false)
  }

  /// The last block, of which the first bytes are given.
  @inline(__always)
  func takeLast(_ pending: UnsafeMutablePointer<UInt8>, _ count: Int) {
    absorbed.pointee &+= UInt64(count)
    (pending + count).update(repeating: 0, count: 2 * Word.bitWidth - count)
    compress(pending, isLast: true)
  }

  @inline(__always)
  private func compress(_ block: UnsafePointer<UInt8>, isLast: Bool) {
    let h = words
    let total = absorbed.pointee
    blake2Orders.withUnsafeBufferPointer { orders in
      guard var order = orders.baseAddress else { return }
      let first = order
      var (v0, v1, v2, v3, v4, v5, v6, v7) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7])
      var (v8, v9, v10, v11) = (Self.initial(0), Self.initial(1), Self.initial(2), Self.initial(3))
      var v12 = Self.initial(4) ^ Word(truncatingIfNeeded: total)
      var v13 = Self.initial(5) ^ (Word.bitWidth == 64 ? 0 : Word(truncatingIfNeeded: total &>> 32))
      var v14 = isLast ? ~Self.initial(6) : Self.initial(6)
      var v15 = Self.initial(7)
      for round in 0..<(Word.bitWidth == 64 ? 12 : 10) {
        if round == 10 { order = first }
        mix(&v0, &v4, &v8, &v12, block, order)
        mix(&v1, &v5, &v9, &v13, block, order + 2)
        mix(&v2, &v6, &v10, &v14, block, order + 4)
        mix(&v3, &v7, &v11, &v15, block, order + 6)
        mix(&v0, &v5, &v10, &v15, block, order + 8)
        mix(&v1, &v6, &v11, &v12, block, order + 10)
        mix(&v2, &v7, &v8, &v13, block, order + 12)
        mix(&v3, &v4, &v9, &v14, block, order + 14)
        order += 16
      }
      h[0] ^= v0 ^ v8
      h[1] ^= v1 ^ v9
      h[2] ^= v2 ^ v10
      h[3] ^= v3 ^ v11
      h[4] ^= v4 ^ v12
      h[5] ^= v5 ^ v13
      h[6] ^= v6 ^ v14
      h[7] ^= v7 ^ v15
    }
  }

  /// Two words of the block, which `order` names, into four words.
  @inline(__always)
  private func mix(
    _ a: inout Word, _ b: inout Word, _ c: inout Word, _ d: inout Word, _ block: UnsafePointer<UInt8>, _ order: UnsafePointer<UInt8>
  ) {
    let isLong = Word.bitWidth == 64
    a = a &+ b &+ word(block, order[0])
    d = rotate(d ^ a, isLong ? 32 : 16)
    c = c &+ d
    b = rotate(b ^ c, isLong ? 24 : 12)
    a = a &+ b &+ word(block, order[1])
    d = rotate(d ^ a, isLong ? 16 : 8)
    c = c &+ d
    b = rotate(b ^ c, isLong ? 63 : 7)
  }

  @inline(__always)
  private func word(_ block: UnsafePointer<UInt8>, _ index: UInt8) -> Word {
    Word(littleEndian: UnsafeRawPointer(block + Int(index) &* (Word.bitWidth / 8)).loadUnaligned(as: Word.self))
  }

  @inline(__always)
  private func rotate(_ word: Word, _ count: Word) -> Word { word &>> count | word &<< (Word(Word.bitWidth) &- count) }
}

private let blake2Initial: [UInt64] = [
  0x6A09_E667_F3BC_C908, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1, 0x510E_527F_ADE6_82D1,
  0x9B05_688C_2B3E_6C1F, 0x1F83_D9AB_FB41_BD6B, 0x5BE0_CD19_137E_2179,
]

private let blake2Orders: [UInt8] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
  11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
  7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
  9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
  2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
  12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
  13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
  6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
  10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
]
