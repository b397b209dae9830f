/// The symbols of a block of deflated data, their Huffman trees, and the bits that come of them.
struct DeflateTrees {
  /// One alphabet: frequencies, and the codes made from them.
  private struct Tree {
    let size: Int
    let maximumLength: Int
    let extra: [Int]
    let extraBase: Int
    let fixedLengths: [Int]?
    var frequency: [Int]
    var length: [Int]
    var code: [Int]
    var lastCode = 0

    init(_ size: Int, maximumLength: Int, extra: [Int], base: Int, fixedLengths: [Int]?) {
      self.size = size
      self.maximumLength = maximumLength
      self.extra = extra
      extraBase = base
      self.fixedLengths = fixedLengths
      frequency = [Int](repeating: 0, count: 2 * size + 1)
      length = frequency
      code = frequency
    }
  }

  private static let literalExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
  private static let distanceExtra = (0..<30).map { max(0, $0 / 2 - 1) }
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let fixedLiteralLengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
  private static let lengthBases: [Int] = {
    var bases: [Int] = []
    var next = 0
    for extra in literalExtra {
      bases.append(next)
      next += 1 << extra
    }
    bases[28] = 255
    return bases
  }()
  private static let lengthCodes: [Int] = {
    var codes = [Int](repeating: 0, count: 256)
    for code in 0..<28 {
      for length in lengthBases[code]..<lengthBases[code] + 1 << literalExtra[code] where length < 256 { codes[length] = code }
    }
    codes[255] = 28
    return codes
  }()
  private static let distanceBases: [Int] = {
    var bases: [Int] = []
    var next = 0
    for extra in distanceExtra {
      bases.append(next)
      next += 1 << extra
    }
    return bases
  }()
  private static func distanceCode(_ distance: Int) -> Int {
    if distance < 4 { return distance }
    let bits = Int.bitWidth - 1 - distance.leadingZeroBitCount
    return 2 * bits + (distance >> (bits - 1) & 1)
  }

  private var output: [UInt8] = []
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// Distance (0 for a literal) and literal or length of each symbol.
  private var symbols: [(distance: UInt16, value: UInt8)] = []
  private var literals = Tree(286, maximumLength: 15, extra: literalExtra, base: 257, fixedLengths: fixedLiteralLengths)
  private var distances = Tree(
    30, maximumLength: 15, extra: distanceExtra, base: 0, fixedLengths: [Int](repeating: 5, count: 30))
  private var lengths = Tree(19, maximumLength: 7, extra: [Int](repeating: 0, count: 16) + [2, 3, 7], base: 0, fixedLengths: nil)
  private var bestLength = 0
  private var fixedLength = 0

  /// How many symbols make a block full.
  private let symbolsOfBlock: Int

  init(symbolsOfBlock: Int) {
    self.symbolsOfBlock = symbolsOfBlock
    symbols.reserveCapacity(symbolsOfBlock + 1)
    begin()
  }

  /// Whether the block that has begun has no symbols.
  var isEmpty: Bool { symbols.isEmpty }

  /// What has been written since the last time. The end of a byte that is not full stays.
  mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  private mutating func begin() {
    symbols.removeAll(keepingCapacity: true)
    for index in literals.frequency.indices { literals.frequency[index] = 0 }
    for index in distances.frequency.indices { distances.frequency[index] = 0 }
    for index in lengths.frequency.indices { lengths.frequency[index] = 0 }
    literals.frequency[256] = 1
    bestLength = 0
    fixedLength = 0
  }

  /// Whether the block is full.
  mutating func tally(literal: UInt8) -> Bool {
    symbols.append((0, literal))
    literals.frequency[Int(literal)] += 1
    return symbols.count == symbolsOfBlock
  }

  mutating func tally(distance: Int, length: Int) -> Bool {
    symbols.append((UInt16(truncatingIfNeeded: distance), UInt8(truncatingIfNeeded: length)))
    literals.frequency[Self.lengthCodes[length] + 257] += 1
    distances.frequency[Self.distanceCode(distance - 1)] += 1
    return symbols.count == symbolsOfBlock
  }

  // MARK: Bits

  private mutating func send(_ value: Int, _ count: Int) {
    bits |= UInt64(truncatingIfNeeded: value) << UInt64(bitCount)
    bitCount += count
    while bitCount >= 8 {
      output.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      bitCount -= 8
    }
  }

  private mutating func align() {
    if bitCount > 0 { output.append(UInt8(truncatingIfNeeded: bits)) }
    bits = 0
    bitCount = 0
  }

  mutating func storeBlock(_ bytes: ArraySlice<UInt8>, isLast: Bool) {
    send(isLast ? 1 : 0, 3)
    align()
    let count = UInt16(truncatingIfNeeded: bytes.count)
    for value in [count, ~count] {
      output.append(UInt8(truncatingIfNeeded: value))
      output.append(UInt8(truncatingIfNeeded: value >> 8))
    }
    output.append(contentsOf: bytes)
  }

  // MARK: Blocks

  mutating func flushBlock(_ bytes: ArraySlice<UInt8>, isLast: Bool) {
    build(\.literals)
    build(\.distances)
    let lastLength = buildLengths()
    var best = (bestLength + 10) >> 3
    let fixed = (fixedLength + 10) >> 3
    if fixed <= best { best = fixed }
    if bytes.count + 4 <= best, bytes.count <= 65535 {
      storeBlock(bytes, isLast: isLast)
    } else if fixed == best {
      send(2 + (isLast ? 1 : 0), 3)
      sendFixed()
    } else {
      send(4 + (isLast ? 1 : 0), 3)
      send(literals.lastCode - 256, 5)
      send(distances.lastCode, 5)
      send(lastLength - 3, 4)
      for index in 0...lastLength { send(lengths.length[Self.order[index]], 3) }
      sendTree(literals.length, literals.lastCode)
      sendTree(distances.length, distances.lastCode)
      sendSymbols(literals.code, literals.length, distances.code, distances.length)
    }
    if isLast { align() }
    begin()
  }

  private mutating func sendFixed() {
    let codes = Self.codes(for: Self.fixedLiteralLengths, last: 287, maximum: 15)
    let distanceLengths = [Int](repeating: 5, count: 30)
    sendSymbols(codes, Self.fixedLiteralLengths, Self.codes(for: distanceLengths, last: 29, maximum: 15), distanceLengths)
  }

  private mutating func sendSymbols(
    _ literalCodes: [Int], _ literalLengths: [Int], _ distanceCodes: [Int], _ distanceLengths: [Int]
  ) {
    for (distance, value) in symbols {
      if distance == 0 {
        send(literalCodes[Int(value)], literalLengths[Int(value)])
        continue
      }
      let code = Self.lengthCodes[Int(value)]
      send(literalCodes[code + 257], literalLengths[code + 257])
      if Self.literalExtra[code] > 0 { send(Int(value) - Self.lengthBases[code], Self.literalExtra[code]) }
      let offset = Int(distance) - 1
      let other = Self.distanceCode(offset)
      send(distanceCodes[other], distanceLengths[other])
      if Self.distanceExtra[other] > 0 { send(offset - Self.distanceBases[other], Self.distanceExtra[other]) }
    }
    send(literalCodes[256], literalLengths[256])
  }

  // MARK: Trees

  private mutating func build(_ path: WritableKeyPath<DeflateTrees, Tree>) {
    var tree = self[keyPath: path]
    let limit = 573
    var heap = [Int](repeating: 0, count: limit)
    var heapCount = 0
    var heapStart = limit
    var lastCode = -1
    var depth = [Int](repeating: 0, count: 2 * tree.size + 1)
    var parent = depth
    for symbol in 0..<tree.size {
      if tree.frequency[symbol] != 0 {
        heapCount += 1
        heap[heapCount] = symbol
        lastCode = symbol
      } else {
        tree.length[symbol] = 0
      }
    }
    while heapCount < 2 {
      var node = 0
      if lastCode < 2 {
        lastCode += 1
        node = lastCode
      }
      heapCount += 1
      heap[heapCount] = node
      tree.frequency[node] = 1
      bestLength -= 1
      if let fixed = tree.fixedLengths { fixedLength -= fixed[node] }
    }
    tree.lastCode = lastCode
    func isSmaller(_ a: Int, _ b: Int) -> Bool {
      tree.frequency[a] < tree.frequency[b] || tree.frequency[a] == tree.frequency[b] && depth[a] <= depth[b]
    }
    func sink(_ from: Int) {
      var place = from
      let value = heap[place]
      var child = place << 1
      while child <= heapCount {
        if child < heapCount, isSmaller(heap[child + 1], heap[child]) { child += 1 }
        if isSmaller(value, heap[child]) { break }
        heap[place] = heap[child]
        place = child
        child <<= 1
      }
      heap[place] = value
    }
    for place in stride(from: heapCount / 2, through: 1, by: -1) { sink(place) }
    var node = tree.size
    repeat {
      let first = heap[1]
      heap[1] = heap[heapCount]
      heapCount -= 1
      sink(1)
      let second = heap[1]
      heapStart -= 1
      heap[heapStart] = first
      heapStart -= 1
      heap[heapStart] = second
      tree.frequency[node] = tree.frequency[first] + tree.frequency[second]
      depth[node] = max(depth[first], depth[second]) + 1
      parent[first] = node
      parent[second] = node
      heap[1] = node
      node += 1
      sink(1)
    } while heapCount >= 2
    heapStart -= 1
    heap[heapStart] = heap[1]
    assignLengths(&tree, heap, heapStart, parent)
    tree.code = Self.codes(for: tree.length, last: lastCode, maximum: tree.maximumLength)
    self[keyPath: path] = tree
  }

  private mutating func assignLengths(_ tree: inout Tree, _ heap: [Int], _ heapStart: Int, _ parent: [Int]) {
    var counts = [Int](repeating: 0, count: 16)
    tree.length[heap[heapStart]] = 0
    var overflow = 0
    for place in heapStart + 1..<heap.count {
      let node = heap[place]
      var length = tree.length[parent[node]] + 1
      if length > tree.maximumLength {
        length = tree.maximumLength
        overflow += 1
      }
      tree.length[node] = length
      if node > tree.lastCode || node >= tree.size { continue }
      counts[length] += 1
      let extra = node >= tree.extraBase ? tree.extra[node - tree.extraBase] : 0
      bestLength += tree.frequency[node] * (length + extra)
      if let fixed = tree.fixedLengths { fixedLength += tree.frequency[node] * (fixed[node] + extra) }
    }
    if overflow == 0 { return }
    repeat {
      var length = tree.maximumLength - 1
      while counts[length] == 0 { length -= 1 }
      counts[length] -= 1
      counts[length + 1] += 2
      counts[tree.maximumLength] -= 1
      overflow -= 2
    } while overflow > 0
    var place = heap.count
    for length in stride(from: tree.maximumLength, to: 0, by: -1) {
      var left = counts[length]
      while left != 0 {
        place -= 1
        let node = heap[place]
        if node > tree.lastCode { continue }
        if tree.length[node] != length {
          bestLength += (length - tree.length[node]) * tree.frequency[node]
          tree.length[node] = length
        }
        left -= 1
      }
    }
  }

  /// Canonical codes, their bits in the order in which they are sent.
  private static func codes(for lengths: [Int], last: Int, maximum: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 17)
    for symbol in 0...last { counts[lengths[symbol]] += 1 }
    counts[0] = 0
    var next = [Int](repeating: 0, count: 17)
    var code = 0
    for length in 1...maximum {
      code = (code + counts[length - 1]) << 1
      next[length] = code
    }
    var codes = [Int](repeating: 0, count: lengths.count)
    for symbol in 0...last where lengths[symbol] != 0 {
      let length = lengths[symbol]
      var value = next[length]
      next[length] += 1
      var reversed = 0
      for _ in 0..<length {
        reversed = reversed << 1 | value & 1
        value >>= 1
      }
      codes[symbol] = reversed
    }
    return codes
  }

  private mutating func buildLengths() -> Int {
    Self.walkLengths(literals.length, literals.lastCode) { (symbol, _, _, count) in lengths.frequency[symbol] += count }
    Self.walkLengths(distances.length, distances.lastCode) { (symbol, _, _, count) in lengths.frequency[symbol] += count }
    build(\.lengths)
    var last = 18
    while last >= 3, lengths.length[Self.order[last]] == 0 { last -= 1 }
    bestLength += 3 * (last + 1) + 14
    return last
  }

  private mutating func sendTree(_ treeLengths: [Int], _ lastCode: Int) {
    let codes = lengths.code
    let codeLengths = lengths.length
    Self.walkLengths(treeLengths, lastCode) { (symbol, extra, extraBits, count) in
      for _ in 0..<count { send(codes[symbol], codeLengths[symbol]) }
      if extraBits > 0 { send(extra, extraBits) }
    }
  }

  /// The lengths of a tree as symbols, runs taken together: symbol, extra value and its bits, how often.
  private static func walkLengths(_ lengths: [Int], _ last: Int, _ body: (Int, Int, Int, Int) -> Void) {
    var before = -1
    var next = lengths[0]
    var count = 0
    var (most, least) = next == 0 ? (138, 3) : (7, 4)
    for symbol in 0...last {
      let current = next
      next = symbol < last ? lengths[symbol + 1] : 0xFFFF
      count += 1
      if count < most, current == next { continue }
      if count < least {
        body(current, 0, 0, count)
      } else if current != 0 {
        if current != before {
          body(current, 0, 0, 1)
          count -= 1
        }
        body(16, count - 3, 2, 1)
      } else if count <= 10 {
        body(17, count - 3, 3, 1)
      } else {
        body(18, count - 11, 7, 1)
      }
      count = 0
      before = current
      (most, least) = next == 0 ? (138, 3) : current == next ? (6, 3) : (7, 4)
    }
  }
}
