/// Reads deflated data, as they come: where they end in the middle of a symbol, `run` goes on there when more was appended.
struct Inflater {
  enum Failure: Error {
    case isIncomplete
    /// The output has reached its limit.
    case isFull
    case isWrong(String)
  }

  private struct Codes {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int] = []

    init(_ lengths: ArraySlice<Int>) {
      for length in lengths { counts[length] += 1 }
      var offsets = [Int](repeating: 0, count: 16)
      for length in 1..<15 { offsets[length + 1] = offsets[length] + counts[length] }
      symbols = [Int](repeating: 0, count: lengths.count)
      for (symbol, length) in lengths.enumerated() where length != 0 {
        symbols[offsets[length]] = symbol
        offsets[length] += 1
      }
      counts[0] = 0
    }

    /// 0 for a complete set of codes, negative for too many, positive for too few.
    var left: Int {
      var left = 1
      for length in 1...15 {
        left = left << 1 - counts[length]
        if left < 0 { return left }
      }
      return left
    }
  }

  private var input: [UInt8]
  private(set) var position: Int
  private var bits = 0
  private var bitCount = 0
  /// What was read, after as much of what was handed out before as a later part may refer to.
  private var output: [UInt8] = []
  private var handedOut = 0
  /// How long the output may become.
  private var limit = Int.max

  private enum Stage {
    case header
    case stored(left: Int)
    case symbols(Codes, Codes)
    case ended
  }

  private var stage = Stage.header
  private var isLast = false
  /// What was read and has found no room: so many bytes from so far back; a literal is one byte from nowhere.
  private var pending: (count: Int, distance: Int, literal: UInt8) = (0, 0, 0)
  private static let window = 32768

  init(_ input: [UInt8] = [], from position: Int = 0) {
    self.input = input
    self.position = position
  }

  var hasEnded: Bool { if case .ended = stage { true } else { false } }

  /// Gives more input.
  mutating func append(_ bytes: [UInt8]) {
    input.removeFirst(position)
    position = 0
    input += bytes
  }

  /// Takes back the input that has not been used.
  mutating func takeUnused() -> [UInt8] {
    defer { (input, position) = ([], 0) }
    return Array(input[position...])
  }

  /// The output since the last time.
  mutating func takeOutput() -> [UInt8] {
    let new = Array(output[handedOut...])
    if output.count > 4 * Self.window { output.removeFirst(output.count - Self.window) }
    handedOut = output.count
    return new
  }

  /// Reads all blocks, as far as the input goes, or the room for so many bytes of output; afterwards `position` is behind the last byte used.
  mutating func run(atMost count: Int = .max) throws(Failure) {
    limit = count >= .max - handedOut ? .max : handedOut + count
    try writePending()
    while true {
      switch stage {
      case .ended: return
      case .header: try whole { (inflater) throws(Failure) in try inflater.readHeader() }
      case .stored(let left): try copyStored(left)
      case .symbols(let literals, let distances): try readSymbols(literals, distances)
      }
    }
  }

  /// Reads something that must be there as a whole: if it is not, it is as if nothing of it had been read.
  private mutating func whole<Outcome>(_ body: (inout Inflater) throws(Failure) -> Outcome) throws(Failure) -> Outcome {
    let before = (position, bits, bitCount)
    do throws(Failure) { return try body(&self) } catch {
      if case .isIncomplete = error { (position, bits, bitCount) = before }
      throw error
    }
  }

  private mutating func readHeader() throws(Failure) {
    isLast = try take(1) == 1
    switch try take(2) {
    case 0: stage = .stored(left: try readStoredLength())
    case 1: stage = .symbols(Self.fixedLiterals, Self.fixedDistances)
    case 2:
      let (literals, distances) = try readCodes()
      stage = .symbols(literals, distances)
    default: throw .isWrong("invalid block type")
    }
  }

  private mutating func endBlock() { stage = isLast ? .ended : .header }

  /// Writes what found no room.
  private mutating func writePending() throws(Failure) {
    while pending.count > 0 {
      guard output.count < limit else { throw .isFull }
      output.append(pending.distance == 0 ? pending.literal : output[output.count - pending.distance])
      pending.count -= 1
    }
  }

  private static let fixedLiterals = Codes(
    (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }[...])
  private static let fixedDistances = Codes([Int](repeating: 5, count: 30)[...])
  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private mutating func take(_ count: Int) throws(Failure) -> Int {
    while bitCount < count {
      guard position < input.count else { throw .isIncomplete }
      bits |= Int(input[position]) << bitCount
      position += 1
      bitCount += 8
    }
    let value = bits & (1 << count - 1)
    bits >>= count
    bitCount -= count
    return value
  }

  private mutating func symbol(_ codes: Codes) throws(Failure) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      code |= try take(1)
      let count = codes.counts[length]
      if code - count < first { return codes.symbols[index + code - first] }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw .isWrong("invalid code")
  }

  private mutating func readStoredLength() throws(Failure) -> Int {
    bits = 0
    bitCount = 0
    guard position + 4 <= input.count else { throw .isIncomplete }
    let count = Int(input[position]) | Int(input[position + 1]) << 8
    let check = Int(input[position + 2]) | Int(input[position + 3]) << 8
    guard count ^ check == 0xFFFF else { throw .isWrong("invalid stored block lengths") }
    position += 4
    return count
  }

  private mutating func copyStored(_ left: Int) throws(Failure) {
    let count = min(left, input.count - position, limit - output.count)
    output.append(contentsOf: input[position..<position + count])
    position += count
    if count == left { return endBlock() }
    stage = .stored(left: left - count)
    throw output.count == limit ? .isFull : .isIncomplete
  }

  private mutating func readSymbols(_ literals: Codes, _ distances: Codes) throws(Failure) {
    while true {
      let before = (position, bits, bitCount)
      let step: (count: Int, distance: Int, literal: UInt8)
      do throws(Failure) { step = try readSymbol(literals, distances) } catch {
        if case .isIncomplete = error { (position, bits, bitCount) = before }
        throw error
      }
      if step.count == 0 { return endBlock() }
      if output.count + step.count > limit {
        pending = step
        try writePending()
      } else if step.distance == 0 {
        output.append(step.literal)
      } else {
        for _ in 0..<step.count { output.append(output[output.count - step.distance]) }
      }
    }
  }

  /// What a symbol adds to the output; a count of 0: the block ends.
  private mutating func readSymbol(
    _ literals: Codes, _ distances: Codes
  ) throws(Failure) -> (count: Int, distance: Int, literal: UInt8) {
    let value: Int
    do { value = try symbol(literals) } catch {
      if case .isWrong = error { throw .isWrong("invalid literal/length code") }
      throw error
    }
    if value < 256 { return (1, 0, UInt8(value)) }
    if value == 256 { return (0, 0, 0) }
    guard value < 286 else { throw .isWrong("invalid literal/length code") }
    let length = try Self.lengthBases[value - 257] + take(Self.lengthExtra[value - 257])
    let code: Int
    do { code = try symbol(distances) } catch {
      if case .isWrong = error { throw .isWrong("invalid distance code") }
      throw error
    }
    guard code < 30 else { throw .isWrong("invalid distance code") }
    let extra = max(0, code / 2 - 1)
    let base = code < 4 ? code + 1 : (2 + code & 1) << extra + 1
    let distance = try base + take(extra)
    guard distance <= output.count else { throw .isWrong("invalid distance too far back") }
    return (length, distance, 0)
  }

  private mutating func readCodes() throws(Failure) -> (literals: Codes, distances: Codes) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw .isWrong("too many length or distance symbols") }
    var lengths = [Int](repeating: 0, count: 19)
    for index in 0..<lengthCount { lengths[Self.order[index]] = try take(3) }
    let codes = Codes(lengths[...])
    guard codes.left == 0 else { throw .isWrong("invalid code lengths set") }
    var all: [Int] = []
    while all.count < literalCount + distanceCount {
      let value = try symbol(codes)
      if value < 16 {
        all.append(value)
        continue
      }
      var repeated = 0
      var count = 0
      switch value {
      case 16:
        guard let last = all.last else { throw .isWrong("invalid bit length repeat") }
        repeated = last
        count = try take(2) + 3
      case 17: count = try take(3) + 3
      default: count = try take(7) + 11
      }
      guard all.count + count <= literalCount + distanceCount else { throw .isWrong("invalid bit length repeat") }
      for _ in 0..<count { all.append(repeated) }
    }
    guard all[256] != 0 else { throw .isWrong("invalid code -- missing end-of-block") }
    let literals = Codes(all[..<literalCount])
    let distances = Codes(ArraySlice(Array(all[literalCount...])))
    guard literals.left == 0 || literals.left > 0 && literals.counts.reduce(0, +) == 1 else {
      throw .isWrong("invalid literal/lengths set")
    }
    guard distances.left == 0 || distances.left > 0 && distances.counts.reduce(0, +) <= 1 else {
      throw .isWrong("invalid distances set")
    }
    return (literals, distances)
  }
}
