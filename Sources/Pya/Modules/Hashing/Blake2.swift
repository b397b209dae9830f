/// BLAKE2b and BLAKE2s, with key, salt and personalization.
final class Blake2<Word: FixedWidthInteger & UnsignedInteger>: HashFunction {
  struct Parameters {
    var digestSize: Int
    var key: [UInt8] = []
    var salt: [UInt8] = []
    var person: [UInt8] = []
    /// Of a tree of hashes.
    var fanout: UInt8 = 1
    var depth: UInt8 = 1
  }

  private var state: [Word]
  private let parameters: Parameters

  override var keepsFullBlock: Bool { true }

  init(name: String, _ parameters: Parameters) {
    self.parameters = parameters
    let width = Word.bitWidth / 8
    var block = [UInt8](repeating: 0, count: 8 * width)
    block[0] = UInt8(parameters.digestSize)
    block[1] = UInt8(parameters.key.count)
    block[2] = parameters.fanout
    block[3] = parameters.depth
    for (index, byte) in parameters.salt.enumerated() { block[4 * width + index] = byte }
    for (index, byte) in parameters.person.enumerated() { block[6 * width + index] = byte }
    state = (0..<8).map { index in
      var word: Word = 0
      for offset in (0..<width).reversed() { word = word << 8 | Word(block[index * width + offset]) }
      return Blake2.initial(index) ^ word
    }
    super.init(name: name, blockSize: 16 * width, digestSize: parameters.digestSize)
    if !parameters.key.isEmpty {
      update(parameters.key + [UInt8](repeating: 0, count: blockSize - parameters.key.count))
    }
  }

  override func copy() -> HashFunction {
    let other = Blake2(name: name, Parameters(digestSize: digestSize))
    other.state = state
    other.absorbed = absorbed
    return copied(into: other)
  }

  /// Bytes in blocks taken before.
  private var absorbed = 0

  override func absorb(_ block: UnsafePointer<UInt8>) {
    absorbed += blockSize
    compress(block, isLast: false)
  }

  override func finish(_ length: Int) -> [UInt8] {
    absorbed += pendingCount
    (pending + pendingCount).update(repeating: 0, count: blockSize - pendingCount)
    compress(pending, isLast: true)
    return Array(state.flatMap { $0.bytes(isBigEndian: false) }.prefix(digestSize))
  }

  private func compress(_ block: UnsafePointer<UInt8>, isLast: Bool) {
    let width = Word.bitWidth / 8
    let message: [Word] = (0..<16).map { index in
      var word: Word = 0
      for offset in (0..<width).reversed() { word = word << 8 | Word(block[index * width + offset]) }
      return word
    }
    var v = state + (0..<8).map { Blake2.initial($0) }
    v[12] ^= Word(truncatingIfNeeded: absorbed)
    v[13] ^= Word(truncatingIfNeeded: UInt64(absorbed) >> UInt64(min(Word.bitWidth, 63)))
    if isLast { v[14] = ~v[14] }
    let turns: [Word] = width == 8 ? [32, 24, 16, 63] : [16, 12, 8, 7]
    func rotate(_ word: Word, _ count: Word) -> Word { word &>> count | word &<< (Word(Word.bitWidth) &- count) }
    func mix(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: Word, _ y: Word) {
      v[a] = v[a] &+ v[b] &+ x
      v[d] = rotate(v[d] ^ v[a], turns[0])
      v[c] = v[c] &+ v[d]
      v[b] = rotate(v[b] ^ v[c], turns[1])
      v[a] = v[a] &+ v[b] &+ y
      v[d] = rotate(v[d] ^ v[a], turns[2])
      v[c] = v[c] &+ v[d]
      v[b] = rotate(v[b] ^ v[c], turns[3])
    }
    for round in 0..<(width == 8 ? 12 : 10) {
      let order = blake2Orders[round % 10]
      for column in 0..<4 {
        mix(column, column + 4, column + 8, column + 12, message[order[2 * column]], message[order[2 * column + 1]])
      }
      for diagonal in 0..<4 {
        mix(
          diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4,
          message[order[8 + 2 * diagonal]], message[order[9 + 2 * diagonal]])
      }
    }
    for index in 0..<8 { state[index] ^= v[index] ^ v[index + 8] }
  }

  /// The initial values of SHA-512, or their upper halves, which are SHA-256's.
  private static func initial(_ index: Int) -> Word {
    Word(truncatingIfNeeded: blake2Initial[index] >> UInt64(64 - Word.bitWidth))
  }
}

private let blake2Initial: [UInt64] = [
  0x6A09_E667_F3BC_C908, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1, 0x510E_527F_ADE6_82D1,
  0x9B05_688C_2B3E_6C1F, 0x1F83_D9AB_FB41_BD6B, 0x5BE0_CD19_137E_2179,
]

private let blake2Orders: [[Int]] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]
