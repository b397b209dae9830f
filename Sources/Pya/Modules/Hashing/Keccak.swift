/// SHA-3 and SHAKE.
final class Keccak: HashFunction {
  private let lanes = UnsafeMutablePointer<UInt64>.allocate(capacity: 25)
  /// Tells SHA-3 (6) and SHAKE (31) apart.
  private let suffix: UInt8

  init(name: String, rate: Int, digestSize: Int, suffix: UInt8) {
    self.suffix = suffix
    lanes.initialize(repeating: 0, count: 25)
    super.init(name: name, blockSize: rate, digestSize: digestSize)
  }

  deinit { lanes.deallocate() }

  override func copy() -> HashFunction {
    let other = copied(into: Keccak(name: name, rate: blockSize, digestSize: digestSize, suffix: suffix))
    other.lanes.update(from: lanes, count: 25)
    return other
  }

  override func absorb(_ block: UnsafePointer<UInt8>) {
    for index in 0..<(blockSize / 8) { lanes[index] ^= block.littleEndian64(index) }
    permute()
  }

  override func finish(_ length: Int) -> [UInt8] {
    (pending + pendingCount).update(repeating: 0, count: blockSize - pendingCount)
    pending[pendingCount] = suffix
    pending[blockSize - 1] |= 0x80
    absorb(pending)
    var result: [UInt8] = []
    result.reserveCapacity(length)
    while true {
      for index in 0..<blockSize {
        if result.count == length { return result }
        result.append(UInt8(truncatingIfNeeded: lanes[index / 8] >> UInt64(8 * (index % 8))))
      }
      if result.count == length { return result }
      permute()
    }
  }

  private func permute() {
    let a = lanes
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 30) { scratch in
      guard let b = scratch.baseAddress else { return }
      let c = b + 25
      for constant in Keccak.roundConstants {
        for x in 0..<5 { c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] }
        for x in 0..<5 {
          let d = c[(x + 4) % 5] ^ c[(x + 1) % 5].rotatedLeft(1)
          for y in stride(from: x, to: 25, by: 5) { a[y] ^= d }
        }
        for x in 0..<5 {
          for y in 0..<5 {
            let lane = a[x + 5 * y]
            let turns = Keccak.rotations[x + 5 * y]
            b[y + 5 * ((2 * x + 3 * y) % 5)] = turns == 0 ? lane : lane.rotatedLeft(turns)
          }
        }
        for y in stride(from: 0, to: 25, by: 5) {
          for x in 0..<5 { a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]) }
        }
        a[0] ^= constant
      }
    }
  }

  private static let rotations: [UInt64] = {
    var result = [UInt64](repeating: 0, count: 25)
    var (x, y) = (1, 0)
    for step in 0..<24 {
      result[x + 5 * y] = UInt64((step + 1) * (step + 2) / 2 % 64)
      (x, y) = (y, (2 * x + 3 * y) % 5)
    }
    return result
  }()

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
