/// Compresses as zlib does, choice by choice, so that the result is the same to the byte: the same hash chains, lazy matches and
/// limits for each level, the same ends of blocks, the same trees.
///
/// The whole input lies in memory, so positions are absolute and nothing slides; position 0 means "none" in the chains, as
/// it does in zlib's window.
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

  private static let farthest = 32768 - 262
  private static let symbolsOfBlock = 16383

  private let input: [UInt8]
  private let level: Level
  private let isStored: Bool
  private var head = [Int32](repeating: 0, count: 32768)
  private var previous = [Int32](repeating: 0, count: 32768)
  private var start = 0
  private var matchStart = 0
  private var previousLength = 2
  private var blockStart = 0
  private var trees = DeflateTrees()

  /// The deflated data, without header or trailer.
  static func deflate(_ input: [UInt8], level: Int) -> [UInt8] {
    var deflater = Deflater(input, level)
    return deflater.run()
  }

  private init(_ input: [UInt8], _ level: Int) {
    self.input = input
    self.level = Self.levels[level]
    isStored = level == 0
  }

  private mutating func run() -> [UInt8] {
    if isStored {
      storeAll()
    } else if level.isLazy {
      runLazily()
    } else {
      runGreedily()
    }
    return trees.output
  }

  private mutating func storeAll() {
    var at = 0
    repeat {
      let end = min(input.count, at + 65535)
      trees.storeBlock(input[at..<end], isLast: end == input.count)
      at = end
    } while at < input.count
  }

  private var lookahead: Int { input.count - start }

  /// Enters the three bytes at a position into the chains; gives the last place where the same hash stood.
  private mutating func insert(_ position: Int) -> Int {
    let hash = (Int(input[position]) << 10 ^ Int(input[position + 1]) << 5 ^ Int(input[position + 2])) & 0x7FFF
    let found = head[hash]
    previous[position & 0x7FFF] = found
    head[hash] = Int32(truncatingIfNeeded: position)
    return Int(found)
  }

  private mutating func longestMatch(_ candidate: Int) -> Int {
    var current = candidate
    var chain = previousLength >= level.good ? level.chain >> 2 : level.chain
    var best = previousLength
    let nice = min(level.nice, lookahead)
    let limit = start > Self.farthest ? start - Self.farthest : 0
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
        current = Int(previous[current & 0x7FFF])
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
    var matchLength = 2
    while lookahead > 0 {
      var found = 0
      if lookahead >= 3 { found = insert(start) }
      previousLength = matchLength
      let previousMatch = matchStart
      matchLength = 2
      if found != 0, previousLength < level.lazy, start - found <= Self.farthest {
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
    flush(isLast: true)
  }

  private mutating func runGreedily() {
    var matchLength = 0
    while lookahead > 0 {
      var found = 0
      if lookahead >= 3 { found = insert(start) }
      if found != 0, start - found <= Self.farthest { matchLength = longestMatch(found) }
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
    flush(isLast: true)
  }
}
