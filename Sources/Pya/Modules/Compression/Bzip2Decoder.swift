/// Reads what bzip2 wrote, block by block, from input that comes piece by piece: a block that is not all there is tried again later.
struct Bzip2Decoder {
  enum Failure: Error {
    case isIncomplete
    case isWrong
  }

  private var input: [UInt8] = []
  /// Where the next bit is.
  private var position = 0
  private var blockSize = 0
  private var checksum: UInt32 = 0
  private(set) var hasEnded = false

  mutating func append(_ bytes: [UInt8]) { input.append(contentsOf: bytes) }

  /// What follows the end.
  mutating func takeUnused() -> [UInt8] {
    defer { input = [] }
    return Array(input.dropFirst((position + 7) / 8))
  }

  /// The next block; nil at the end. After a failure for want of input it can be called again.
  mutating func nextBlock() throws(Failure) -> [UInt8]? {
    if hasEnded { return nil }
    if blockSize == 0 { try retrying { (decoder) throws(Failure) in try decoder.readHeader() } }
    return try retrying { (decoder) throws(Failure) in try decoder.readPart() }
  }

  /// Goes back to where it began when the input does not do.
  private mutating func retrying<Result>(
    _ step: (inout Bzip2Decoder) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = position
    do throws(Failure) { return try step(&self) } catch {
      if case .isIncomplete = error { position = start }
      throw error
    }
  }

  /// A block, or the end.
  private mutating func readPart() throws(Failure) -> [UInt8]? {
    let mark = try bits(24) << 24 | bits(24)
    switch mark {
    case 0x3141_5926_5359:
      let block = try readBlock()
      input.removeFirst(position / 8)
      position %= 8
      return block
    case 0x1772_4538_5090:
      guard try bits(32) == Int(checksum) else { throw .isWrong }
      hasEnded = true
      return nil
    default: throw .isWrong
    }
  }

  private mutating func readHeader() throws(Failure) {
    guard try bits(8) == 0x42, try bits(8) == 0x5A, try bits(8) == 0x68 else { throw .isWrong }
    let level = try bits(8) - 0x30
    guard 1...9 ~= level else { throw .isWrong }
    blockSize = level * 100_000
  }

  private mutating func readBlock() throws(Failure) -> [UInt8] {
    let expected = UInt32(truncatingIfNeeded: try bits(32))
    guard try bits(1) == 0 else { throw .isWrong }
    let origin = try bits(24)
    var alphabet: [UInt8] = []
    let rows = try bits(16)
    for row in 0..<16 where rows & 0x8000 >> row != 0 {
      let row16 = try bits(16)
      for column in 0..<16 where row16 & 0x8000 >> column != 0 { alphabet.append(UInt8(row * 16 + column)) }
    }
    guard !alphabet.isEmpty else { throw .isWrong }
    let last = try readSymbols(&alphabet)
    guard origin < last.count else { throw .isWrong }
    let block = Bzip2Decoder.expanded(last, origin: origin)
    guard block.checksum == expected else { throw .isWrong }
    checksum = checksum << 1 | checksum >> 31
    checksum ^= expected
    return block.bytes
  }

  // MARK: Symbols

  /// A Huffman code: symbols by length and value.
  private struct HuffmanCode {
    var limit = Array(repeating: -1, count: 22)
    var base = Array(repeating: 0, count: 22)
    var symbols: [UInt16] = []
    var shortest = 20

    init(_ lengths: [Int]) {
      var code = 0
      for length in 1...20 {
        base[length] = symbols.count - code
        for (symbol, own) in lengths.enumerated() where own == length {
          symbols.append(UInt16(symbol))
          code += 1
          shortest = min(shortest, length)
        }
        limit[length] = code - 1
        code <<= 1
      }
    }
  }

  /// The last bytes of the sorted rotations.
  private mutating func readSymbols(_ recent: inout [UInt8]) throws(Failure) -> [UInt8] {
    let symbolCount = recent.count + 2
    let codeCount = try bits(3)
    let selectorCount = try bits(15)
    guard 2...6 ~= codeCount, selectorCount > 0 else { throw .isWrong }
    var selectors: [UInt8] = []
    var order = (0..<UInt8(codeCount)).map { $0 }
    for _ in 0..<selectorCount {
      var place = 0
      while try bits(1) == 1 {
        place += 1
        guard place < codeCount else { throw .isWrong }
      }
      let selector = order.remove(at: place)
      order.insert(selector, at: 0)
      selectors.append(selector)
    }
    var codes: [HuffmanCode] = []
    for _ in 0..<codeCount {
      var lengths: [Int] = []
      var length = try bits(5)
      for _ in 0..<symbolCount {
        while true {
          guard 1...20 ~= length else { throw .isWrong }
          if try bits(1) == 0 { break }
          length += try bits(1) == 0 ? 1 : -1
        }
        lengths.append(length)
      }
      codes.append(HuffmanCode(lengths))
    }
    var result: [UInt8] = []
    var run = 0
    var digit = 1
    for selector in selectors {
      for _ in 0..<50 {
        let symbol = try readSymbol(codes[Int(selector)])
        if symbol <= 1 {
          run += digit << symbol
          digit <<= 1
          guard run <= blockSize else { throw .isWrong }
          continue
        }
        if run > 0 {
          guard result.count + run <= blockSize else { throw .isWrong }
          result.append(contentsOf: repeatElement(recent[0], count: run))
          (run, digit) = (0, 1)
        }
        if symbol == symbolCount - 1 { return result }
        guard result.count < blockSize else { throw .isWrong }
        let byte = recent.remove(at: symbol - 1)
        recent.insert(byte, at: 0)
        result.append(byte)
      }
    }
    throw .isWrong
  }

  private mutating func readSymbol(_ code: HuffmanCode) throws(Failure) -> Int {
    var value = try bits(code.shortest)
    var length = code.shortest
    while value > code.limit[length] {
      guard length < 20 else { throw .isWrong }
      value = value << 1 | (try bits(1))
      length += 1
    }
    let place = value + code.base[length]
    guard code.symbols.indices.contains(place) else { throw .isWrong }
    return Int(code.symbols[place])
  }

  // MARK: The block

  /// Follows the rotations from the first one, and lengthens the runs.
  private static func expanded(_ last: [UInt8], origin: Int) -> (bytes: [UInt8], checksum: UInt32) {
    var starts = Array(repeating: 0, count: 257)
    for byte in last { starts[Int(byte) + 1] += 1 }
    for byte in 1...256 { starts[byte] += starts[byte - 1] }
    var next = Array(repeating: Int32(0), count: last.count)
    for (place, byte) in last.enumerated() {
      next[starts[Int(byte)]] = Int32(place)
      starts[Int(byte)] += 1
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(last.count)
    var checksum = Bzip2Checksum()
    var place = Int(next[origin])
    var run = 0
    var previous = -1
    for _ in 0..<last.count {
      let byte = last[place]
      place = Int(next[place])
      if run == 4 {
        bytes.append(contentsOf: repeatElement(UInt8(previous), count: Int(byte)))
        checksum.add(UInt8(previous), times: Int(byte))
        (run, previous) = (0, -1)
        continue
      }
      run = Int(byte) == previous ? run + 1 : 1
      previous = Int(byte)
      bytes.append(byte)
      checksum.add(byte)
    }
    return (bytes, checksum.value)
  }

  // MARK: Bits

  /// The next bits, at most 32.
  private mutating func bits(_ count: Int) throws(Failure) -> Int {
    guard position + count <= input.count * 8 else { throw .isIncomplete }
    var value = 0
    var missing = count
    while missing > 0 {
      let offset = position & 7
      let taken = min(8 - offset, missing)
      let byte = Int(input[position >> 3]) >> (8 - offset - taken) & ((1 << taken) - 1)
      value = value << taken | byte
      position += taken
      missing -= taken
    }
    return value
  }
}
