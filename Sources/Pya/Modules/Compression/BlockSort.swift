/// Sorts all rotations of a block, for bzip2.
///
/// The order of different rotations is given; that of equal ones (of a block that repeats itself) is not, and a file shows it. So the
/// steps are those of bzip2's sort for repetitive data, which is where it ends up for every block that has equal rotations: rotations
/// are put into buckets by their first byte, then by the buckets of what follows 1, 2, 4... bytes further on, until each is alone.
struct BlockSort {
  private var order: [Int32]
  private var bucket: [Int32]
  /// Where buckets begin; behind the end, an alternating pattern stops every scan.
  private var begins: [Bool]
  private let count: Int

  /// The rotations' starts in their order.
  static func sorted(_ block: [UInt8]) -> [Int32] {
    var sort = BlockSort(block)
    sort.run()
    return sort.order
  }

  private init(_ block: [UInt8]) {
    count = block.count
    order = Array(repeating: 0, count: count)
    bucket = Array(repeating: 0, count: count)
    begins = Array(repeating: false, count: count + 66)
    var ends = Array(repeating: Int32(0), count: 257)
    for byte in block { ends[Int(byte)] += 1 }
    for byte in 1...256 { ends[byte] += ends[byte - 1] }
    for (index, byte) in block.enumerated() {
      ends[Int(byte)] -= 1
      order[Int(ends[Int(byte)])] = Int32(index)
    }
    for byte in 0..<256 { begins[Int(ends[byte])] = true }
    for index in 0..<32 { begins[count + 2 * index] = true }
    for index in 0..<32 { begins[count + 2 * index + 1] = false }
  }

  private mutating func run() {
    var distance = 1
    while true {
      var start = 0
      for index in 0..<count {
        if begins[index] { start = index }
        var rotation = Int(order[index]) - distance
        if rotation < 0 { rotation += count }
        bucket[rotation] = Int32(start)
      }
      var unsettled = 0
      var last = -1
      while true {
        var index = last + 1
        while begins[index] { index += 1 }
        let first = index - 1
        if first >= count { break }
        while !begins[index] { index += 1 }
        last = index - 1
        if last >= count { break }
        guard last > first else { continue }
        unsettled += last - first + 1
        sort(first, last)
        var known: Int32 = -1
        for place in first...last {
          let own = bucket[Int(order[place])]
          if own != known {
            begins[place] = true
            known = own
          }
        }
      }
      distance *= 2
      if distance > count || unsettled == 0 { return }
    }
  }

  private func key(_ place: Int) -> Int32 { bucket[Int(order[place])] }

  /// Sorts a bucket by the buckets that its rotations' rests are in: quicksort in three parts.
  private mutating func sort(_ start: Int, _ end: Int) {
    var pending = [(start, end)]
    var random = 0
    while let (low, high) = pending.popLast() {
      if high - low < 10 {
        sortFew(low, high)
        continue
      }
      random = (random * 7621 + 1) % 32768
      let middle = random % 3 == 0 ? key(low) : random % 3 == 1 ? key((low + high) >> 1) : key(high)
      var (left, equalLeft, right, equalRight) = (low, low, high, high)
      while true {
        while left <= right {
          let own = key(left)
          if own == middle {
            order.swapAt(left, equalLeft)
            equalLeft += 1
          } else if own > middle {
            break
          }
          left += 1
        }
        while left <= right {
          let own = key(right)
          if own == middle {
            order.swapAt(right, equalRight)
            equalRight -= 1
          } else if own < middle {
            break
          }
          right -= 1
        }
        if left > right { break }
        order.swapAt(left, right)
        left += 1
        right -= 1
      }
      if equalRight < equalLeft { continue }
      swapRuns(low, left - min(equalLeft - low, left - equalLeft), min(equalLeft - low, left - equalLeft))
      let count = min(high - equalRight, equalRight - right)
      swapRuns(left, high - count + 1, count)
      let lowEnd = low + left - equalLeft - 1
      let highStart = high - (equalRight - right) + 1
      if lowEnd - low > high - highStart {
        pending += [(low, lowEnd), (highStart, high)]
      } else {
        pending += [(highStart, high), (low, lowEnd)]
      }
    }
  }

  private mutating func swapRuns(_ first: Int, _ second: Int, _ count: Int) {
    for offset in 0..<max(count, 0) { order.swapAt(first + offset, second + offset) }
  }

  /// Insertion, in steps of four and then of one.
  private mutating func sortFew(_ low: Int, _ high: Int) {
    if low >= high { return }
    for step in high - low > 3 ? [4, 1] : [1] {
      var index = high - step
      while index >= low {
        let moved = order[index]
        let own = bucket[Int(moved)]
        var place = index + step
        while place <= high, own > key(place) {
          order[place - step] = order[place]
          place += step
        }
        order[place - step] = moved
        index -= 1
      }
    }
  }
}
