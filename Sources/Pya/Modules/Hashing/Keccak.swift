/// SHA-3 and SHAKE.
final class Keccak: HashFunction {
  private var lanes: UnsafeMutablePointer<UInt64> { state.assumingMemoryBound(to: UInt64.self) }
  /// Tells SHA-3 (6) and SHAKE (31) apart.
  private let suffix: UInt8

  init(name: String, rate: Int, digestSize: Int, suffix: UInt8) {
    self.suffix = suffix
    super.init(name: name, blockSize: rate, digestSize: digestSize, stateSize: 200)
    lanes.update(repeating: 0, count: 25)
  }

  override func another() -> HashFunction { Keccak(name: name, rate: blockSize, digestSize: digestSize, suffix: suffix) }

  override func absorb(_ blocks: UnsafePointer<UInt8>, count: Int) {
    for number in 0..<count {
      let block = blocks + number * blockSize
      for index in 0..<(blockSize / 8) { lanes[index] ^= block.littleEndian64(index) }
      permute()
    }
  }

  override func finish(into result: UnsafeMutablePointer<UInt8>, count: Int) {
    (pending + pendingCount).update(repeating: 0, count: blockSize - pendingCount)
    pending[pendingCount] = suffix
    pending[blockSize - 1] |= 0x80
    absorb(pending, count: 1)
    var done = 0
    while true {
      let taken = min(count - done, blockSize)
      for index in 0..<taken {
        result[done + index] = UInt8(truncatingIfNeeded: lanes[index / 8] >> UInt64(8 * (index % 8)))
      }
      done += taken
      if done == count { return }
      permute()
    }
  }

  /// All steps of a round are written out.
  private func permute() {
    let a = lanes
    Keccak.roundConstants.withUnsafeBufferPointer { constants in
      for constant in constants {
        let c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
        let c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
        let c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
        let c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
        let c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
        let d0 = c4 ^ c1.rotatedLeft(1)
        let d1 = c0 ^ c2.rotatedLeft(1)
        let d2 = c1 ^ c3.rotatedLeft(1)
        let d3 = c2 ^ c4.rotatedLeft(1)
        let d4 = c3 ^ c0.rotatedLeft(1)
        let b0 = a[0] ^ d0
        let b10 = (a[1] ^ d1).rotatedLeft(1)
        let b20 = (a[2] ^ d2).rotatedLeft(62)
        let b5 = (a[3] ^ d3).rotatedLeft(28)
        let b15 = (a[4] ^ d4).rotatedLeft(27)
        let b16 = (a[5] ^ d0).rotatedLeft(36)
        let b1 = (a[6] ^ d1).rotatedLeft(44)
        let b11 = (a[7] ^ d2).rotatedLeft(6)
        let b21 = (a[8] ^ d3).rotatedLeft(55)
        let b6 = (a[9] ^ d4).rotatedLeft(20)
        let b7 = (a[10] ^ d0).rotatedLeft(3)
        let b17 = (a[11] ^ d1).rotatedLeft(10)
        let b2 = (a[12] ^ d2).rotatedLeft(43)
        let b12 = (a[13] ^ d3).rotatedLeft(25)
        let b22 = (a[14] ^ d4).rotatedLeft(39)
        let b23 = (a[15] ^ d0).rotatedLeft(41)
        let b8 = (a[16] ^ d1).rotatedLeft(45)
        let b18 = (a[17] ^ d2).rotatedLeft(15)
        let b3 = (a[18] ^ d3).rotatedLeft(21)
        let b13 = (a[19] ^ d4).rotatedLeft(8)
        let b14 = (a[20] ^ d0).rotatedLeft(18)
        let b24 = (a[21] ^ d1).rotatedLeft(2)
        let b9 = (a[22] ^ d2).rotatedLeft(61)
        let b19 = (a[23] ^ d3).rotatedLeft(56)
        let b4 = (a[24] ^ d4).rotatedLeft(14)
        a[0] = b0 ^ (~b1 & b2) ^ constant
        a[1] = b1 ^ (~b2 & b3)
        a[2] = b2 ^ (~b3 & b4)
        a[3] = b3 ^ (~b4 & b0)
        a[4] = b4 ^ (~b0 & b1)
        a[5] = b5 ^ (~b6 & b7)
        a[6] = b6 ^ (~b7 & b8)
        a[7] = b7 ^ (~b8 & b9)
        a[8] = b8 ^ (~b9 & b5)
        a[9] = b9 ^ (~b5 & b6)
        a[10] = b10 ^ (~b11 & b12)
        a[11] = b11 ^ (~b12 & b13)
        a[12] = b12 ^ (~b13 & b14)
        a[13] = b13 ^ (~b14 & b10)
        a[14] = b14 ^ (~b10 & b11)
        a[15] = b15 ^ (~b16 & b17)
        a[16] = b16 ^ (~b17 & b18)
        a[17] = b17 ^ (~b18 & b19)
        a[18] = b18 ^ (~b19 & b15)
        a[19] = b19 ^ (~b15 & b16)
        a[20] = b20 ^ (~b21 & b22)
        a[21] = b21 ^ (~b22 & b23)
        a[22] = b22 ^ (~b23 & b24)
        a[23] = b23 ^ (~b24 & b20)
        a[24] = b24 ^ (~b20 & b21)
      }
    }
  }

  private static let roundConstants: [UInt64] = {
    // A linear feedback shift register tells which bits 2**i - 1 are set.
    var register: UInt8 = 1
    return (0..<24).map { _ in
      var constant: UInt64 = 0
      for bit in 0..<7 {
        if register & 1 != 0 { constant |= 1 << UInt64((1 << bit) - 1) }
        register = register << 1 ^ (register & 0x80 != 0 ? 0x71 : 0)
      }
      return constant
    }
  }()
}
