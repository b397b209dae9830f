/// The generator MT19937, seeded and read as CPython's `_random` does.
struct MersenneTwister {
  private(set) var words: [UInt32]
  private(set) var position: Int

  static let size = 624

  init(key: [UInt32]) {
    words = [UInt32](repeating: 0, count: MersenneTwister.size)
    position = MersenneTwister.size
    seed(key)
  }

  /// Goes on from a state that `words` and `position` gave.
  init?(words: [UInt32], position: Int) {
    guard words.count == MersenneTwister.size, (0...MersenneTwister.size).contains(position) else { return nil }
    self.words = words
    self.position = position
  }

  private mutating func seed(_ key: [UInt32]) {
    let size = MersenneTwister.size
    words.withUnsafeMutableBufferPointer { words in
      var before: UInt32 = 19_650_218
      words[0] = before
      for index in 1..<size {
        before = 1_812_433_253 &* (before ^ before &>> 30) &+ UInt32(truncatingIfNeeded: index)
        words[index] = before
      }
      // The words go round; the first is the last once more.
      before = words[0]
      var index = 1
      var offset = 0
      for _ in 0..<max(size, key.count) {
        before = (words[index] ^ (before ^ before &>> 30) &* 1_664_525) &+ key[offset] &+ UInt32(truncatingIfNeeded: offset)
        words[index] = before
        index &+= 1
        offset &+= 1
        if index == size {
          words[0] = before
          index = 1
        }
        if offset == key.count { offset = 0 }
      }
      for _ in 0..<(size - 1) {
        before = (words[index] ^ (before ^ before &>> 30) &* 1_566_083_941) &- UInt32(truncatingIfNeeded: index)
        words[index] = before
        index &+= 1
        if index == size {
          words[0] = before
          index = 1
        }
      }
      words[0] = 0x8000_0000
    }
  }

  mutating func next() -> UInt32 {
    if position >= MersenneTwister.size { regenerate() }
    var word = words[position]
    position += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ word >> 18
  }

  private mutating func regenerate() {
    let size = MersenneTwister.size
    let middle = 397
    words.withUnsafeMutableBufferPointer { words in
      func mix(_ index: Int, _ following: Int, _ source: Int) {
        let mixed = words[index] & 0x8000_0000 | words[following] & 0x7FFF_FFFF
        words[index] = words[source] ^ mixed &>> 1 ^ ((0 &- (mixed & 1)) & 0x9908_B0DF)
      }
      for index in 0..<(size - middle) { mix(index, index &+ 1, index &+ middle) }
      for index in (size - middle)..<(size - 1) { mix(index, index &+ 1, index &+ middle &- size) }
      mix(size - 1, 0, middle - 1)
    }
    position = 0
  }

  /// A float in `0..<1` with 53 random bits.
  mutating func nextFloat() -> Double {
    let high = next() >> 5
    let low = next() >> 6
    return (Double(high) * 67_108_864 + Double(low)) * (1 / 9_007_199_254_740_992)
  }
}
