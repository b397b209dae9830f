/// Compresses as bzip2 does, to the byte: runs are shortened, a block's rotations sorted, the last bytes of them moved to the front, and
/// what is left coded with two to six Huffman codes, each for fifty symbols at a time.
struct Bzip2Encoder {
  private let blockSize: Int
  private var block: [UInt8] = []
  private var used = Array(repeating: false, count: 256)
  private var blockChecksum = Bzip2Checksum()
  private var checksum: UInt32 = 0
  /// The run at the end of the input, which may go on.
  private var runByte: UInt8 = 0
  private var runLength = 0
  private var writer = BitWriter()

  /// `level` is 1 to 9: blocks of so many times 100,000 bytes.
  init(level: Int) {
    blockSize = level * 100_000 - 19
    for byte in [UInt8(ascii: "B"), UInt8(ascii: "Z"), UInt8(ascii: "h"), UInt8(ascii: "0") + UInt8(level)] {
      writer.write(UInt32(byte), 8)
    }
  }

  /// Takes in bytes; what is finished is in the result.
  mutating func append(_ bytes: [UInt8]) -> [UInt8] {
    for byte in bytes {
      if block.count >= blockSize { writeBlock() }
      if runLength > 0, byte != runByte || runLength == 255 { endRun() }
      runByte = byte
      runLength += 1
    }
    if block.count >= blockSize { writeBlock() }
    return writer.takeBytes()
  }

  mutating func finish() -> [UInt8] {
    if runLength > 0 { endRun() }
    writeBlock()
    for byte: UInt32 in [0x17, 0x72, 0x45, 0x38, 0x50, 0x90] { writer.write(byte, 8) }
    writer.write(checksum, 32)
    writer.fillByte()
    return writer.takeBytes()
  }

  /// Four equal bytes are followed by how many more there are.
  private mutating func endRun() {
    blockChecksum.add(runByte, times: runLength)
    used[Int(runByte)] = true
    block.append(contentsOf: repeatElement(runByte, count: min(runLength, 4)))
    if runLength >= 4 {
      used[runLength - 4] = true
      block.append(UInt8(runLength - 4))
    }
    runLength = 0
  }

  private mutating func writeBlock() {
    if block.isEmpty { return }
    checksum = checksum << 1 | checksum >> 31
    checksum ^= blockChecksum.value
    let order = BlockSort.sorted(block)
    for byte: UInt32 in [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] { writer.write(byte, 8) }
    writer.write(blockChecksum.value, 32)
    writer.write(0, 1)
    writer.write(UInt32(order.firstIndex(of: 0) ?? 0), 24)
    let symbols = movedToFront(order)
    writeSymbols(symbols, alphabet: used.filter { $0 }.count + 2)
    block.removeAll(keepingCapacity: true)
    used = Array(repeating: false, count: 256)
    blockChecksum = Bzip2Checksum()
  }

  /// The bytes before the sorted rotations: how far back in the list of recent ones each is. Zeros are counted in digits 0 and 1,
  /// the others come one higher; the last symbol ends the block.
  private func movedToFront(_ order: [Int32]) -> [UInt16] {
    var recent = (0..<256).filter { used[$0] }.map { UInt8($0) }
    let end = UInt16(recent.count + 1)
    var symbols: [UInt16] = []
    symbols.reserveCapacity(order.count + 1)
    var zeros = 0
    func writeZeros() {
      while zeros > 0 {
        symbols.append(zeros & 1 == 1 ? 0 : 1)
        zeros = (zeros - 1) >> 1
      }
    }
    for rotation in order {
      let byte = block[rotation == 0 ? block.count - 1 : Int(rotation) - 1]
      if recent[0] == byte {
        zeros += 1
        continue
      }
      writeZeros()
      var place = 0
      var carried = byte
      repeat {
        swap(&carried, &recent[place])
        place += 1
      } while carried != byte
      symbols.append(UInt16(place))
    }
    writeZeros()
    symbols.append(end)
    return symbols
  }

  // MARK: Huffman codes

  private static let groupSize = 50

  private mutating func writeSymbols(_ symbols: [UInt16], alphabet: Int) {
    let codeCount = symbols.count < 200 ? 2 : symbols.count < 600 ? 3 : symbols.count < 1200 ? 4 : symbols.count < 2400 ? 5 : 6
    var lengths = initialLengths(symbols, alphabet, codeCount)
    var selectors: [Int] = []
    for _ in 0..<4 {
      var frequencies = Array(repeating: Array(repeating: Int32(0), count: alphabet), count: codeCount)
      selectors.removeAll(keepingCapacity: true)
      var start = 0
      while start < symbols.count {
        let end = min(start + Bzip2Encoder.groupSize, symbols.count)
        var best = 0
        var leastCost = Int.max
        for code in 0..<codeCount {
          var cost = 0
          for symbol in symbols[start..<end] { cost += Int(lengths[code][Int(symbol)]) }
          if cost < leastCost { (best, leastCost) = (code, cost) }
        }
        selectors.append(best)
        for symbol in symbols[start..<end] { frequencies[best][Int(symbol)] += 1 }
        start = end
      }
      for code in 0..<codeCount { lengths[code] = Bzip2Encoder.codeLengths(frequencies[code], limit: 17) }
    }
    writeUsedBytes()
    writer.write(UInt32(codeCount), 3)
    writer.write(UInt32(selectors.count), 15)
    writeSelectors(selectors, codeCount)
    for code in lengths { writeLengths(code) }
    let codes = lengths.map { Bzip2Encoder.codes($0) }
    for (group, selector) in selectors.enumerated() {
      let start = group * Bzip2Encoder.groupSize
      for symbol in symbols[start..<min(start + Bzip2Encoder.groupSize, symbols.count)] {
        writer.write(codes[selector][Int(symbol)], Int(lengths[selector][Int(symbol)]))
      }
    }
  }

  /// At first each code is cheap for its share of the alphabet, so that about as many symbols fall to each.
  private func initialLengths(_ symbols: [UInt16], _ alphabet: Int, _ codeCount: Int) -> [[UInt8]] {
    var frequencies = Array(repeating: 0, count: alphabet)
    for symbol in symbols { frequencies[Int(symbol)] += 1 }
    var lengths = Array(repeating: Array(repeating: UInt8(15), count: alphabet), count: codeCount)
    var remaining = symbols.count
    var start = 0
    for part in stride(from: codeCount, to: 0, by: -1) {
      let target = remaining / part
      var end = start - 1
      var sum = 0
      while sum < target, end < alphabet - 1 {
        end += 1
        sum += frequencies[end]
      }
      if end > start, part != codeCount, part != 1, (codeCount - part) % 2 == 1 {
        sum -= frequencies[end]
        end -= 1
      }
      if start <= end { for symbol in start...end { lengths[part - 1][symbol] = 0 } }
      start = end + 1
      remaining -= sum
    }
    return lengths
  }

  /// Huffman's lengths; where one is longer than the limit, rare symbols count for more and all is done again.
  private static func codeLengths(_ frequencies: [Int32], limit: Int) -> [UInt8] {
    let count = frequencies.count
    // A weight's low byte is the depth of the tree below.
    var weights = [Int32(0)] + frequencies.map { max($0, 1) << 8 }
    while true {
      var parents = Array(repeating: -1, count: count + 1)
      parents[0] = -2
      var all = weights
      var heap = WeightHeap()
      for node in 1...count { heap.push(node, all) }
      while heap.count > 1 {
        let first = heap.pop(all)
        let second = heap.pop(all)
        let sum = (all[first] & ~0xFF) &+ (all[second] & ~0xFF)
        all.append(sum | (1 + max(all[first] & 0xFF, all[second] & 0xFF)))
        parents.append(-1)
        parents[first] = all.count - 1
        parents[second] = all.count - 1
        heap.push(all.count - 1, all)
      }
      var lengths: [UInt8] = []
      var isTooLong = false
      for node in 1...count {
        var length = 0
        var above = node
        while parents[above] >= 0 {
          above = parents[above]
          length += 1
        }
        lengths.append(UInt8(truncatingIfNeeded: length))
        if length > limit { isTooLong = true }
      }
      if !isTooLong { return lengths }
      for node in 1...count { weights[node] = (1 + (weights[node] >> 8) / 2) << 8 }
    }
  }

  /// Codes of one length count up; a longer one begins where they end.
  private static func codes(_ lengths: [UInt8]) -> [UInt32] {
    var codes = Array(repeating: UInt32(0), count: lengths.count)
    var next: UInt32 = 0
    for length in (lengths.min() ?? 0)...(lengths.max() ?? 0) {
      for symbol in lengths.indices where lengths[symbol] == length {
        codes[symbol] = next
        next += 1
      }
      next <<= 1
    }
    return codes
  }

  // MARK: Tables

  private mutating func writeUsedBytes() {
    for row in 0..<16 { writer.write(used[(row * 16)..<(row * 16 + 16)].contains(true) ? 1 : 0, 1) }
    for row in 0..<16 where used[(row * 16)..<(row * 16 + 16)].contains(true) {
      for byte in (row * 16)..<(row * 16 + 16) { writer.write(used[byte] ? 1 : 0, 1) }
    }
  }

  private mutating func writeSelectors(_ selectors: [Int], _ codeCount: Int) {
    var recent = Array(0..<codeCount)
    for selector in selectors {
      let place = recent.firstIndex(of: selector) ?? 0
      recent.remove(at: place)
      recent.insert(selector, at: 0)
      for _ in 0..<place { writer.write(1, 1) }
      writer.write(0, 1)
    }
  }

  private mutating func writeLengths(_ lengths: [UInt8]) {
    var current = lengths[0]
    writer.write(UInt32(current), 5)
    for length in lengths {
      while current < length {
        writer.write(2, 2)
        current += 1
      }
      while current > length {
        writer.write(3, 2)
        current -= 1
      }
      writer.write(0, 1)
    }
  }
}

/// Nodes of a tree under construction, the lightest first.
private struct WeightHeap {
  private var nodes: [Int] = [0]

  var count: Int { nodes.count - 1 }

  mutating func push(_ node: Int, _ weights: [Int32]) {
    nodes.append(node)
    var place = nodes.count - 1
    // The node at 0 weighs nothing and stops the climb.
    while weights[node] < weights[nodes[place >> 1]] {
      nodes[place] = nodes[place >> 1]
      place >>= 1
    }
    nodes[place] = node
  }

  mutating func pop(_ weights: [Int32]) -> Int {
    let top = nodes[1]
    let moved = nodes.removeLast()
    if nodes.count == 1 { return top }
    var place = 1
    while place * 2 < nodes.count {
      var child = place * 2
      if child + 1 < nodes.count, weights[nodes[child + 1]] < weights[nodes[child]] { child += 1 }
      if weights[moved] < weights[nodes[child]] { break }
      nodes[place] = nodes[child]
      place = child
    }
    nodes[place] = moved
    return top
  }
}

/// The checksum of a block: CRC-32 with the highest bit first.
struct Bzip2Checksum {
  private var register: UInt32 = 0xFFFF_FFFF

  var value: UInt32 { ~register }

  mutating func add(_ byte: UInt8, times: Int = 1) {
    for _ in 0..<times { register = register << 8 ^ Bzip2Checksum.table[Int(UInt8(register >> 24) ^ byte)] }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index) << 24
    for _ in 0..<8 { value = value & 0x8000_0000 != 0 ? value << 1 ^ 0x04C1_1DB7 : value << 1 }
    return value
  }
}

/// Bits into bytes, the highest first.
private struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var count = 0

  mutating func write(_ bits: UInt32, _ width: Int) {
    pending = pending << UInt64(width) | UInt64(bits)
    count += width
    while count >= 8 {
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(count)))
    }
  }

  mutating func fillByte() { if count > 0 { write(0, 8 - count) } }

  mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}
