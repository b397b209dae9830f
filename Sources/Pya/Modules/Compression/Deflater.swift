/// Compresses as zlib does, choice by choice, so that the result is the same to the byte: the same hash chains, lazy matches and
/// limits for each level, the same ends of blocks, the same trees.
///
/// What is compressed at once lies in memory, so positions are absolute; position 0 means "none" in the chains, as it does in zlib's
/// window. Input that comes piece by piece slides when it has become long: what no match can reach any more is dropped.
struct Deflater {
  private struct Level {
    let good, lazy, nice, chain: Int
    let isLazy: Bool
  }

  private static let levels: [Level] = [
    Level(good: 0, lazy: 0, nice: 0, chain: 0, isLazy: false), Level(good: 4, lazy: 4, nice: 8, chain: 4, isLazy: false),
    Level(good: 4, lazy: 5, nice: 16, chain: 8, isLazy: false), Level(good: 4, lazy: 6, nice: 32, chain: 32, isLazy: false),
    Level(good: 4, lazy: 4, nice: 16, chain: 16, isLazy: true), Level(good: 8, lazy: 16, nice: 32, chain: 32, isLazy: true),
    Level(good: 8, lazy: 16, nice: 128, chain: 128, isLazy: true),
    Level(good: 8, lazy: 32, nice: 128, chain: 256, isLazy: true),
    Level(good: 32, lazy: 128, nice: 258, chain: 1024, isLazy: true),
    Level(good: 32, lazy: 258, nice: 258, chain: 4096, isLazy: true),
  ]

  /// How a call of `deflate` ends.
  enum Flush {
    /// On a whole byte, so that the other side can read all that was given.
    case sync
    /// The same, and nothing later refers to what came before.
    case full
    case finish
  }

  private let window: Int
  private let farthest: Int
  private let hashShift: Int
  private let hashMask: Int
  private let level: Level
  private let isStored: Bool
  private var input: [UInt8] = []
  private var head: [Int32]
  private var previous: [Int32]
  private var start = 0
  private var matchStart = 0
  private var matchLength: Int
  private var previousLength = 2
  private var blockStart = 0
  /// Positions before `start` that are in no chain yet: their three bytes were not all there.
  private var uninserted = 0
  private var trees: DeflateTrees

  /// The deflated data, without header or trailer.
  static func deflate(_ input: [UInt8], level: Int) -> [UInt8] {
    var deflater = Deflater(level: level)
    return deflater.deflate(input, .finish)
  }

  /// `windowBits` are 9 to 15, `memoryLevel` 1 to 9.
  init(level: Int, windowBits: Int = 15, memoryLevel: Int = 8) {
    window = 1 << windowBits
    farthest = window - 262
    let hashBits = memoryLevel + 7
    hashShift = (hashBits + 2) / 3
    hashMask = 1 << hashBits - 1
    head = [Int32](repeating: 0, count: 1 << hashBits)
    previous = [Int32](repeating: 0, count: window)
    self.level = Self.levels[level]
    isStored = level == 0
    matchLength = self.level.isLazy ? 2 : 0
    trees = DeflateTrees(symbolsOfBlock: 1 << (memoryLevel + 6) - 1)
  }

  /// What comes of these bytes.
  mutating func deflate(_ bytes: [UInt8], _ flush: Flush) -> [UInt8] {
    input += bytes
    let isLast = flush == .finish
    if isStored {
      store(isLast: isLast)
    } else {
      insertLate()
      if level.isLazy { runLazily() } else { runGreedily() }
      if isLast || !trees.isEmpty { self.flush(isLast: isLast) }
      uninserted = min(start, 2)
    }
    if !isLast {
      trees.storeBlock([], isLast: false)
      if flush == .full {
        for index in head.indices { head[index] = 0 }
        (input, start, blockStart, matchStart, uninserted) = ([], 0, 0, 0, 0)
      }
      slide()
    }
    return trees.takeOutput()
  }

  /// Enters the last positions of the former input into the chains.
  private mutating func insertLate() {
    while uninserted > 0, lookahead + uninserted >= 3 {
      _ = insert(start - uninserted)
      uninserted -= 1
    }
  }

  /// Drops what lies farther back than a match can reach.
  private mutating func slide() {
    guard start > 1 << 20 else { return }
    let cut = (start - window) / window * window
    input.removeFirst(cut)
    start -= cut
    blockStart -= cut
    matchStart = max(0, matchStart - cut)
    for index in head.indices { head[index] = max(0, head[index] - Int32(cut)) }
    for index in previous.indices { previous[index] = max(0, previous[index] - Int32(cut)) }
  }

  private mutating func store(isLast: Bool) {
    while start < input.count || isLast {
      let end = min(input.count, start + 65535)
      trees.storeBlock(input[start..<end], isLast: isLast && end == input.count)
      start = end
      if end == input.count { break }
    }
  }

  private var lookahead: Int { input.count - start }

  /// Enters the three bytes at a position into the chains; gives the last place where the same hash stood.
  private mutating func insert(_ position: Int) -> Int {
    let hash =
      (Int(input[position]) << (2 * hashShift) ^ Int(input[position + 1]) << hashShift ^ Int(input[position + 2])) & hashMask
    let found = head[hash]
    previous[position & (window - 1)] = found
    head[hash] = Int32(truncatingIfNeeded: position)
    return Int(found)
  }

  private mutating func longestMatch(_ candidate: Int) -> Int {
    var current = candidate
    var chain = previousLength >= level.good ? level.chain >> 2 : level.chain
    var best = previousLength
    let nice = min(level.nice, lookahead)
    let limit = start > farthest ? start - farthest : 0
    let longest = min(258, lookahead)
    let count = input.count
    let start = start
    var found = matchStart
    input.withUnsafeBufferPointer { (bytes) in
      func byte(_ index: Int) -> UInt8 { index < count ? bytes[index] : 0 }
      repeat {
        if byte(current + best) == byte(start + best), byte(current + best - 1) == byte(start + best - 1),
          bytes[current] == bytes[start], byte(current + 1) == byte(start + 1)
        {
          var length = 2
          while length < longest, bytes[current + length] == bytes[start + length] { length += 1 }
          if length > best {
            found = current
            best = length
            if length >= nice { break }
          }
        }
        current = Int(previous[current & (window - 1)])
        chain -= 1
      } while current > limit && chain != 0
    }
    matchStart = found
    return min(best, lookahead)
  }

  private mutating func flush(isLast: Bool) {
    trees.flushBlock(input[blockStart..<start], isLast: isLast)
    blockStart = start
  }

  private mutating func runLazily() {
    var isAvailable = false
    while lookahead > 0 {
      var found = 0
      if lookahead >= 3 { found = insert(start) }
      previousLength = matchLength
      let previousMatch = matchStart
      matchLength = 2
      if found != 0, previousLength < level.lazy, start - found <= farthest {
        matchLength = longestMatch(found)
        if matchLength == 3, start - matchStart > 4096 { matchLength = 2 }
      }
      if previousLength >= 3, matchLength <= previousLength {
        let lastInsert = start + lookahead - 3
        let isFull = trees.tally(distance: start - 1 - previousMatch, length: previousLength - 3)
        var left = previousLength - 2
        repeat {
          start += 1
          if start <= lastInsert { _ = insert(start) }
          left -= 1
        } while left != 0
        isAvailable = false
        matchLength = 2
        start += 1
        if isFull { flush(isLast: false) }
      } else if isAvailable {
        if trees.tally(literal: input[start - 1]) { flush(isLast: false) }
        start += 1
      } else {
        isAvailable = true
        start += 1
      }
    }
    if isAvailable { _ = trees.tally(literal: input[start - 1]) }
  }

  private mutating func runGreedily() {
    while lookahead > 0 {
      var found = 0
      if lookahead >= 3 { found = insert(start) }
      if found != 0, start - found <= farthest { matchLength = longestMatch(found) }
      let isFull: Bool
      if matchLength >= 3 {
        isFull = trees.tally(distance: start - matchStart, length: matchLength - 3)
        if matchLength <= level.lazy, lookahead - matchLength >= 3 {
          matchLength -= 1
          repeat {
            start += 1
            _ = insert(start)
            matchLength -= 1
          } while matchLength != 0
          start += 1
        } else {
          start += matchLength
          matchLength = 0
        }
      } else {
        isFull = trees.tally(literal: input[start])
        start += 1
      }
      if isFull { flush(isLast: false) }
    }
  }
}
