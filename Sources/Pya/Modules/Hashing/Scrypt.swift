/// scrypt (RFC 7914): keys whose derivation takes memory as well as time.
struct Scrypt {
  let cost: Int
  let blockSize: Int
  private var scratch: [UInt32]
  private var table: [UInt32]

  /// `cost` is a power of two; a block has `blockSize` times 128 bytes.
  init(cost: Int, blockSize: Int) {
    self.cost = cost
    self.blockSize = blockSize
    scratch = Array(repeating: 0, count: 32 * blockSize)
    table = Array(repeating: 0, count: 32 * blockSize * cost)
  }

  /// Mixes one block of bytes.
  mutating func mix(_ bytes: inout ArraySlice<UInt8>) {
    let size = 32 * blockSize
    var words = Array(repeating: UInt32(0), count: size)
    for index in 0..<size {
      let start = bytes.startIndex + 4 * index
      words[index] =
        UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
        | UInt32(bytes[start + 3]) << 24
    }
    for turn in 0..<cost {
      table.replaceSubrange((turn * size)..<((turn + 1) * size), with: words)
      mixBlock(&words)
    }
    for _ in 0..<cost {
      let place = Int(words[size - 16]) & (cost - 1)
      for index in 0..<size { words[index] ^= table[place * size + index] }
      mixBlock(&words)
    }
    for index in 0..<size {
      let start = bytes.startIndex + 4 * index
      for byte in 0..<4 { bytes[start + byte] = UInt8(truncatingIfNeeded: words[index] >> UInt32(8 * byte)) }
    }
  }

  private mutating func mixBlock(_ words: inout [UInt32]) {
    let count = 2 * blockSize
    var last = Array(words[((count - 1) * 16)..<(count * 16)])
    for part in 0..<count {
      for index in 0..<16 { last[index] ^= words[part * 16 + index] }
      Scrypt.salsa(&last)
      let place = (part & 1 == 0 ? part / 2 : blockSize + part / 2) * 16
      for index in 0..<16 { scratch[place + index] = last[index] }
    }
    swap(&words, &scratch)
  }

  /// Salsa20/8.
  private static func salsa(_ block: inout [UInt32]) {
    let before = block
    func quarter(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: inout [UInt32]) {
      func turned(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
      x[b] ^= turned(x[a] &+ x[d], 7)
      x[c] ^= turned(x[b] &+ x[a], 9)
      x[d] ^= turned(x[c] &+ x[b], 13)
      x[a] ^= turned(x[d] &+ x[c], 18)
    }
    for _ in 0..<4 {
      quarter(0, 4, 8, 12, &block)
      quarter(5, 9, 13, 1, &block)
      quarter(10, 14, 2, 6, &block)
      quarter(15, 3, 7, 11, &block)
      quarter(0, 1, 2, 3, &block)
      quarter(5, 6, 7, 4, &block)
      quarter(10, 11, 8, 9, &block)
      quarter(15, 12, 13, 14, &block)
    }
    for index in 0..<16 { block[index] = block[index] &+ before[index] }
  }
}
