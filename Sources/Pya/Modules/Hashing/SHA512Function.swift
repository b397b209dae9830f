/// SHA-512 and its shorter forms, as running hashes.
final class SHA512Function: HashFunction {
  private var words: UnsafeMutablePointer<UInt64> { state.assumingMemoryBound(to: UInt64.self) }

  private init(name: String, digestSize: Int, start: [UInt64]) {
    super.init(name: name, blockSize: 128, digestSize: digestSize, stateSize: 64)
    for (index, word) in start.enumerated() { words[index] = word }
  }

  static func sha512() -> SHA512Function { SHA512Function(name: "sha512", digestSize: 64, start: start) }

  static func sha384() -> SHA512Function {
    SHA512Function(
      name: "sha384", digestSize: 48,
      start: [
        0xCBBB9D5DC1059ED8, 0x629A292A367CD507, 0x9159015A3070DD17, 0x152FECD8F70E5939,
        0x67332667FFC00B31, 0x8EB44A8768581511, 0xDB0C2E0D64F98FA7, 0x47B5481DBEFA4FA4,
      ])
  }

  /// SHA-512/t, which begins with a hash of its own name.
  static func truncated(bits: Int) -> SHA512Function {
    SHA512Function(name: "sha512_\(bits)", digestSize: bits / 8, start: bits == 224 ? start224 : start256)
  }

  private static let start224 = start(bits: 224)
  private static let start256 = start(bits: 256)

  private static func start(bits: Int) -> [UInt64] {
    let naming = SHA512Function(name: "", digestSize: 64, start: start.map { $0 ^ 0xA5A5_A5A5_A5A5_A5A5 })
    naming.update(Array("SHA-512/\(bits)".utf8))
    naming.pad(lengthBytes: 16, isBigEndian: true)
    return Array(UnsafeBufferPointer(start: naming.words, count: 8))
  }

  private static let start: [UInt64] = [
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
  ]

  override func another() -> HashFunction {
    SHA512Function(name: name, digestSize: digestSize, start: SHA512Function.start)
  }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    pad(lengthBytes: 16, isBigEndian: true)
    write(UInt64.self, isBigEndian: true, into: result, count: count)
  }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    for index in 0..<count { SHA512.absorb(blocks + 128 * index, into: words) }
  }
}
