import CSystem

/// SHA-1 and SHA-256 with its shorter form. Where the processor has instructions for them, those are used: four to nine times as quick.
final class SHA1: HashFunction {
  init() {
    super.init(name: "sha1", blockSize: 64, digestSize: 20, stateSize: 20)
    words[0] = 0x6745_2301
    words[1] = 0xEFCD_AB89
    words[2] = 0x98BA_DCFE
    words[3] = 0x1032_5476
    words[4] = 0xC3D2_E1F0
  }

  private var words: UnsafeMutablePointer<UInt32> { state.assumingMemoryBound(to: UInt32.self) }

  override func another() -> HashFunction { SHA1() }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    pad(lengthBytes: 8, isBigEndian: true)
    write(UInt32.self, isBigEndian: true, into: result, count: count)
  }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    if SHA256.processorHasInstructions { return sha1_blocks(words, blocks, count) }
    for index in 0..<count { absorb(blocks + 64 * index) }
  }

  private func absorb(_ block: UnsafePointer<UInt8>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { schedule in
      guard let w = schedule.baseAddress else { return }
      for index in 0..<16 { w[index] = block.bigEndian32(index) }
      for index in 16..<80 { w[index] = (w[index - 3] ^ w[index - 8] ^ w[index - 14] ^ w[index - 16]).rotatedLeft(1) }
      var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
      for index in 0..<20 {
        let mixed = (d ^ (b & (c ^ d))) &+ 0x5A82_7999 &+ e &+ w[index]
        (a, b, c, d, e) = (a.rotatedLeft(5) &+ mixed, a, b.rotatedLeft(30), c, d)
      }
      for index in 20..<40 {
        let mixed = (b ^ c ^ d) &+ 0x6ED9_EBA1 &+ e &+ w[index]
        (a, b, c, d, e) = (a.rotatedLeft(5) &+ mixed, a, b.rotatedLeft(30), c, d)
      }
      for index in 40..<60 {
        let mixed = ((b & c) | (d & (b | c))) &+ 0x8F1B_BCDC &+ e &+ w[index]
        (a, b, c, d, e) = (a.rotatedLeft(5) &+ mixed, a, b.rotatedLeft(30), c, d)
      }
      for index in 60..<80 {
        let mixed = (b ^ c ^ d) &+ 0xCA62_C1D6 &+ e &+ w[index]
        (a, b, c, d, e) = (a.rotatedLeft(5) &+ mixed, a, b.rotatedLeft(30), c, d)
      }
      words[0] &+= a
      words[1] &+= b
      words[2] &+= c
      words[3] &+= d
      words[4] &+= e
    }
  }
}

final class SHA256: HashFunction {
  /// Whether the processor hashes blocks itself.
  static let processorHasInstructions = processor_hashes() != 0

  private let isShort: Bool

  init(isShort: Bool) {
    self.isShort = isShort
    super.init(name: isShort ? "sha224" : "sha256", blockSize: 64, digestSize: isShort ? 28 : 32, stateSize: 32)
    let start = isShort ? SHA256.shortStart : SHA256.start
    (words[0], words[1], words[2], words[3]) = (start.0, start.1, start.2, start.3)
    (words[4], words[5], words[6], words[7]) = (start.4, start.5, start.6, start.7)
  }

  private typealias State = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

  private static var start: State {
    (0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19)
  }

  private static var shortStart: State {
    (0xC105_9ED8, 0x367C_D507, 0x3070_DD17, 0xF70E_5939, 0xFFC0_0B31, 0x6858_1511, 0x64F9_8FA7, 0xBEFA_4FA4)
  }

  private var words: UnsafeMutablePointer<UInt32> { state.assumingMemoryBound(to: UInt32.self) }

  override func another() -> HashFunction { SHA256(isShort: isShort) }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    pad(lengthBytes: 8, isBigEndian: true)
    write(UInt32.self, isBigEndian: true, into: result, count: count)
  }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    SHA256.constants.withUnsafeBufferPointer { constants in
      guard let k = constants.baseAddress else { return }
      if SHA256.processorHasInstructions { return sha256_blocks(words, blocks, count, k) }
      for index in 0..<count { absorb(blocks + 64 * index, constants: k) }
    }
  }

  private func absorb(_ block: UnsafePointer<UInt8>, constants k: UnsafePointer<UInt32>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      guard let w = schedule.baseAddress else { return }
      for index in 0..<16 { w[index] = block.bigEndian32(index) }
      for index in 16..<64 {
        let (x, y) = (w[index - 15], w[index - 2])
        let small = x.rotatedRight(7) ^ x.rotatedRight(18) ^ x &>> 3
        let large = y.rotatedRight(17) ^ y.rotatedRight(19) ^ y &>> 10
        w[index] = w[index - 16] &+ small &+ w[index - 7] &+ large
      }
      var (a, b, c, d) = (words[0], words[1], words[2], words[3])
      var (e, f, g, h) = (words[4], words[5], words[6], words[7])
      // After eight steps every letter is where it was.
      var index = 0
      while index < 64 {
        SHA256.step(a, b, c, &d, e, f, g, &h, k[index] &+ w[index])
        SHA256.step(h, a, b, &c, d, e, f, &g, k[index &+ 1] &+ w[index &+ 1])
        SHA256.step(g, h, a, &b, c, d, e, &f, k[index &+ 2] &+ w[index &+ 2])
        SHA256.step(f, g, h, &a, b, c, d, &e, k[index &+ 3] &+ w[index &+ 3])
        SHA256.step(e, f, g, &h, a, b, c, &d, k[index &+ 4] &+ w[index &+ 4])
        SHA256.step(d, e, f, &g, h, a, b, &c, k[index &+ 5] &+ w[index &+ 5])
        SHA256.step(c, d, e, &f, g, h, a, &b, k[index &+ 6] &+ w[index &+ 6])
        SHA256.step(b, c, d, &e, f, g, h, &a, k[index &+ 7] &+ w[index &+ 7])
        index &+= 8
      }
      words[0] &+= a
      words[1] &+= b
      words[2] &+= c
      words[3] &+= d
      words[4] &+= e
      words[5] &+= f
      words[6] &+= g
      words[7] &+= h
    }
  }

  @inline(__always)
  private static func step(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ mixed: UInt32
  ) {
    let first = h &+ (e.rotatedRight(6) ^ e.rotatedRight(11) ^ e.rotatedRight(25)) &+ (g ^ (e & (f ^ g))) &+ mixed
    d &+= first
    h = first &+ (a.rotatedRight(2) ^ a.rotatedRight(13) ^ a.rotatedRight(22)) &+ ((a & b) | (c & (a | b)))
  }

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5, 0xD807AA98,
    0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174, 0xE49B69C1, 0xEFBE4786,
    0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA, 0x983E5152, 0xA831C66D, 0xB00327C8,
    0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967, 0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13,
    0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85, 0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819,
    0xD6990624, 0xF40E3585, 0x106AA070, 0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A,
    0x5B9CCA4F, 0x682E6FF3, 0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7,
    0xC67178F2,
  ]
}
