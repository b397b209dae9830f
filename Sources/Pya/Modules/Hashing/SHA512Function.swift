/// SHA-512 and its shorter forms, as running hashes.
final class SHA512Function: HashFunction {
  private var state: [UInt64]

  private init(name: String, digestSize: Int, state: [UInt64]) {
    self.state = state
    super.init(name: name, blockSize: 128, digestSize: digestSize)
  }

  static func sha512() -> SHA512Function { SHA512Function(name: "sha512", digestSize: 64, state: start) }

  static func sha384() -> SHA512Function {
    SHA512Function(
      name: "sha384", digestSize: 48,
      state: [
        0xCBBB9D5DC1059ED8, 0x629A292A367CD507, 0x9159015A3070DD17, 0x152FECD8F70E5939,
        0x67332667FFC00B31, 0x8EB44A8768581511, 0xDB0C2E0D64F98FA7, 0x47B5481DBEFA4FA4,
      ])
  }

  /// SHA-512/t, which begins with a hash of its own name.
  static func truncated(bits: Int) -> SHA512Function {
    let naming = SHA512Function(name: "", digestSize: 64, state: start.map { $0 ^ 0xA5A5_A5A5_A5A5_A5A5 })
    naming.update(Array("SHA-512/\(bits)".utf8))
    _ = naming.finish(0)
    return SHA512Function(name: "sha512_\(bits)", digestSize: bits / 8, state: naming.state)
  }

  private static let start: [UInt64] = [
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
  ]

  override func copy() -> HashFunction {
    copied(into: SHA512Function(name: name, digestSize: digestSize, state: state))
  }

  override func finish(_ length: Int) -> [UInt8] {
    pad(lengthBytes: 16, isBigEndian: true)
    return Array(state.flatMap { $0.bytes(isBigEndian: true) }.prefix(digestSize))
  }

  override func absorb(_ block: UnsafePointer<UInt8>) { SHA512.absorb(block, into: &state) }
}
