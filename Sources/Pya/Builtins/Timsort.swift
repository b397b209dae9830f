/// The comparison of a sort.
protocol SortOrder {
  /// What is moved about: numbers, or a key with the position of its element.
  associatedtype Element: BitwiseCopyable
  func isLess(_ a: Element, _ b: Element) throws(Raised) -> Bool
}

/// CPython's list sort: natural runs, extended by binary insertion, merged in powersort's order with galloping.
///
/// It makes the same comparisons in the same order as CPython 3.13, which a program sees through its `__lt__`. After an error
/// the elements are in some order, all of them still there.
struct Timsort<Order: SortOrder> {
  private struct Run {
    var base: Int
    var count: Int
    var power = 0
  }

  private let order: Order
  private let items: UnsafeMutablePointer<Order.Element>
  private let count: Int
  private var minGallop = Timsort.minGallopStart
  private var runs: [Run] = []
  /// Room for the smaller run of a merge.
  private var temporary: UnsafeMutablePointer<Order.Element>?
  private var temporaryCapacity = 0

  private static var minGallopStart: Int { 7 }
  private static var maxMinRun: Int { 64 }

  static func sort(_ items: UnsafeMutablePointer<Order.Element>, _ count: Int, by order: Order) throws(Raised) {
    if count < 2 { return }
    var sort = Timsort(order: order, items: items, count: count)
    defer { sort.temporary?.deallocate() }
    try sort.sortAll()
  }

  private init(order: Order, items: UnsafeMutablePointer<Order.Element>, count: Int) {
    self.order = order
    self.items = items
    self.count = count
  }

  private mutating func sortAll() throws(Raised) {
    if count < Timsort.maxMinRun {
      // One run is all there is.
      let length = try countRun(items, count)
      if length < count { try insertBinary(items, count: count, sorted: length) }
      return
    }
    let minRun = minimumRun
    var start = 0
    while start < count {
      let remaining = count - start
      var length = try countRun(items + start, remaining)
      if length < minRun {
        let forced = min(remaining, minRun)
        try insertBinary(items + start, count: forced, sorted: length)
        length = forced
      }
      try makePowerRoom(forRunOf: length)
      runs.append(Run(base: start, count: length))
      start += length
    }
    try collapse()
  }

  // MARK: Runs

  private var minimumRun: Int {
    var remaining = count
    var hasOddBit = 0
    while remaining >= Timsort.maxMinRun {
      hasOddBit |= remaining & 1
      remaining >>= 1
    }
    return remaining + hasOddBit
  }

  /// The length of the run that begins at `run`, which is ascending afterwards.
  private func countRun(_ run: UnsafeMutablePointer<Order.Element>, _ limit: Int) throws(Raised) -> Int {
    if limit == 1 { return 1 }
    var length = 1
    while length < limit {
      if try order.isLess(run[length], run[length - 1]) { break }
      length += 1
    }
    if length == limit { return length }
    if length > 1 {
      if try order.isLess(run[0], run[length - 1]) { return length }
      // All equal so far: reversed with the rest below, they come out in their old order.
      reverse(run, 0, length)
    }
    length += 1
    var equalCount = 0
    while length < limit {
      if try order.isLess(run[length], run[length - 1]) {
        if equalCount > 0 {
          reverse(run, length - equalCount - 1, length)
          equalCount = 0
        }
      } else if try order.isLess(run[length - 1], run[length]) {
        break
      } else {
        equalCount += 1
      }
      length += 1
    }
    if equalCount > 0 { reverse(run, length - equalCount - 1, length) }
    reverse(run, 0, length)
    while length < limit {
      if try order.isLess(run[length], run[length - 1]) { break }
      length += 1
    }
    return length
  }

  private func reverse(_ run: UnsafeMutablePointer<Order.Element>, _ start: Int, _ end: Int) {
    var low = start
    var high = end - 1
    while low < high {
      (run[low], run[high]) = (run[high], run[low])
      low += 1
      high -= 1
    }
  }

  /// Insertion sort that finds each place by bisection; the first `sorted` elements are in order.
  private func insertBinary(_ run: UnsafeMutablePointer<Order.Element>, count: Int, sorted: Int) throws(Raised) {
    var next = max(sorted, 1)
    while next < count {
      let pivot = run[next]
      var low = 0
      var high = next
      while low < high {
        let middle = (low + high) >> 1
        if try order.isLess(pivot, run[middle]) {
          high = middle
        } else {
          low = middle + 1
        }
      }
      (run + low + 1).update(from: run + low, count: next - low)
      run[low] = pivot
      next += 1
    }
  }

  // MARK: Which runs to merge

  /// Merges until the new run may be pushed: powersort's rule.
  private mutating func makePowerRoom(forRunOf length: Int) throws(Raised) {
    guard let last = runs.last else { return }
    let power = powerBetween(last.base, last.count, length)
    while runs.count > 1, runs[runs.count - 2].power > power { try mergeRuns(at: runs.count - 2) }
    runs[runs.count - 1].power = power
  }

  private func powerBetween(_ base: Int, _ first: Int, _ second: Int) -> Int {
    var power = 0
    var a = 2 * base + first
    var b = a + first + second
    while true {
      power += 1
      if a >= count {
        a -= count
        b -= count
      } else if b >= count {
        return power
      }
      a <<= 1
      b <<= 1
    }
  }

  private mutating func collapse() throws(Raised) {
    while runs.count > 1 {
      var index = runs.count - 2
      if index > 0, runs[index - 1].count < runs[index + 1].count { index -= 1 }
      try mergeRuns(at: index)
    }
  }

  private mutating func mergeRuns(at index: Int) throws(Raised) {
    var a = items + runs[index].base
    var aCount = runs[index].count
    let b = items + runs[index + 1].base
    var bCount = runs[index + 1].count
    runs[index].count = aCount + bCount
    runs.remove(at: index + 1)
    let skipped = try gallopRight(b[0], a, aCount, hint: 0)
    a += skipped
    aCount -= skipped
    if aCount == 0 { return }
    bCount = try gallopLeft(a[aCount - 1], b, bCount, hint: bCount - 1)
    if bCount == 0 { return }
    if aCount <= bCount {
      try mergeLow(a, aCount, b, bCount)
    } else {
      try mergeHigh(a, aCount, b, bCount)
    }
  }

  private mutating func room(for needed: Int) -> UnsafeMutablePointer<Order.Element> {
    if let temporary, needed <= temporaryCapacity { return temporary }
    temporary?.deallocate()
    let made = UnsafeMutablePointer<Order.Element>.allocate(capacity: needed)
    temporary = made
    temporaryCapacity = needed
    return made
  }

  // MARK: Galloping

  /// Where `key` belongs in a sorted span, before equal elements; the search starts at `hint`.
  private func gallopLeft(_ key: Order.Element, _ a: UnsafeMutablePointer<Order.Element>, _ n: Int, hint: Int)
    throws(Raised) -> Int
  {
    var last = 0
    var offset = 1
    if try order.isLess(a[hint], key) {
      let limit = n - hint
      while offset < limit, try order.isLess(a[hint + offset], key) {
        last = offset
        offset = (offset << 1) + 1
      }
      offset = min(offset, limit) + hint
      last += hint
    } else {
      let limit = hint + 1
      while offset < limit {
        if try order.isLess(a[hint - offset], key) { break }
        last = offset
        offset = (offset << 1) + 1
      }
      (last, offset) = (hint - min(offset, limit), hint - last)
    }
    last += 1
    while last < offset {
      let middle = last + (offset - last) >> 1
      if try order.isLess(a[middle], key) {
        last = middle + 1
      } else {
        offset = middle
      }
    }
    return offset
  }

  /// Where `key` belongs in a sorted span, after equal elements.
  private func gallopRight(_ key: Order.Element, _ a: UnsafeMutablePointer<Order.Element>, _ n: Int, hint: Int)
    throws(Raised) -> Int
  {
    var last = 0
    var offset = 1
    if try order.isLess(key, a[hint]) {
      let limit = hint + 1
      while offset < limit, try order.isLess(key, a[hint - offset]) {
        last = offset
        offset = (offset << 1) + 1
      }
      (last, offset) = (hint - min(offset, limit), hint - last)
    } else {
      let limit = n - hint
      while offset < limit {
        if try order.isLess(key, a[hint + offset]) { break }
        last = offset
        offset = (offset << 1) + 1
      }
      offset = min(offset, limit) + hint
      last += hint
    }
    last += 1
    while last < offset {
      let middle = last + (offset - last) >> 1
      if try order.isLess(key, a[middle]) {
        offset = middle
      } else {
        last = middle + 1
      }
    }
    return offset
  }

  // MARK: Merging

  /// Merges two neighbouring spans, the first of which is the shorter and moves out of the way.
  private mutating func mergeLow(
    _ first: UnsafeMutablePointer<Order.Element>, _ firstCount: Int, _ second: UnsafeMutablePointer<Order.Element>,
    _ secondCount: Int
  ) throws(Raised) {
    var a = room(for: firstCount)
    a.update(from: first, count: firstCount)
    var b = second
    var target = first
    var aCount = firstCount
    var bCount = secondCount
    // Whatever happens, what is left of `a` fills the gap before what is left of `b`.
    defer { target.update(from: a, count: aCount) }

    func takeA() {
      target.pointee = a.pointee
      target += 1
      a += 1
      aCount -= 1
    }
    func takeB() {
      target.pointee = b.pointee
      target += 1
      b += 1
      bCount -= 1
    }
    /// The last element of `a` comes after all that is left of `b`.
    func takeRestOfB() {
      target.update(from: b, count: bCount)
      target += bCount
    }

    takeB()
    if bCount == 0 { return }
    if aCount == 1 { return takeRestOfB() }
    while true {
      var aWins = 0
      var bWins = 0
      while true {
        if try order.isLess(b.pointee, a.pointee) {
          takeB()
          bWins += 1
          aWins = 0
          if bCount == 0 { return }
          if bWins >= minGallop { break }
        } else {
          takeA()
          aWins += 1
          bWins = 0
          if aCount == 1 { return takeRestOfB() }
          if aWins >= minGallop { break }
        }
      }
      minGallop += 1
      repeat {
        if minGallop > 1 { minGallop -= 1 }
        aWins = try gallopRight(b.pointee, a, aCount, hint: 0)
        if aWins > 0 {
          target.update(from: a, count: aWins)
          target += aWins
          a += aWins
          aCount -= aWins
          if aCount == 1 { return takeRestOfB() }
          if aCount == 0 { return }
        }
        takeB()
        if bCount == 0 { return }
        bWins = try gallopLeft(a.pointee, b, bCount, hint: 0)
        if bWins > 0 {
          target.update(from: b, count: bWins)
          target += bWins
          b += bWins
          bCount -= bWins
          if bCount == 0 { return }
        }
        takeA()
        if aCount == 1 { return takeRestOfB() }
      } while aWins >= Timsort.minGallopStart || bWins >= Timsort.minGallopStart
      minGallop += 1
    }
  }

  /// Merges two neighbouring spans from their ends; the second is the shorter and moves out of the way.
  private mutating func mergeHigh(
    _ first: UnsafeMutablePointer<Order.Element>, _ firstCount: Int, _ second: UnsafeMutablePointer<Order.Element>,
    _ secondCount: Int
  ) throws(Raised) {
    let saved = room(for: secondCount)
    saved.update(from: second, count: secondCount)
    var a = first + (firstCount - 1)
    var b = saved + (secondCount - 1)
    var target = second + (secondCount - 1)
    var aCount = firstCount
    var bCount = secondCount
    // Whatever happens, what is left of `b` fills the gap after what is left of `a`.
    defer { (target - (bCount - 1)).update(from: saved, count: bCount) }

    func takeA() {
      target.pointee = a.pointee
      target -= 1
      a -= 1
      aCount -= 1
    }
    func takeB() {
      target.pointee = b.pointee
      target -= 1
      b -= 1
      bCount -= 1
    }
    /// The first element of `b` comes before all that is left of `a`.
    func takeRestOfA() {
      (target - (aCount - 1)).update(from: a - (aCount - 1), count: aCount)
      target -= aCount
    }

    takeA()
    if aCount == 0 { return }
    if bCount == 1 { return takeRestOfA() }
    while true {
      var aWins = 0
      var bWins = 0
      while true {
        if try order.isLess(b.pointee, a.pointee) {
          takeA()
          aWins += 1
          bWins = 0
          if aCount == 0 { return }
          if aWins >= minGallop { break }
        } else {
          takeB()
          bWins += 1
          aWins = 0
          if bCount == 1 { return takeRestOfA() }
          if bWins >= minGallop { break }
        }
      }
      minGallop += 1
      repeat {
        if minGallop > 1 { minGallop -= 1 }
        aWins = aCount - (try gallopRight(b.pointee, first, aCount, hint: aCount - 1))
        if aWins > 0 {
          target -= aWins
          a -= aWins
          (target + 1).update(from: a + 1, count: aWins)
          aCount -= aWins
          if aCount == 0 { return }
        }
        takeB()
        if bCount == 1 { return takeRestOfA() }
        bWins = bCount - (try gallopLeft(a.pointee, saved, bCount, hint: bCount - 1))
        if bWins > 0 {
          target -= bWins
          b -= bWins
          (target + 1).update(from: b + 1, count: bWins)
          bCount -= bWins
          if bCount == 1 { return takeRestOfA() }
          if bCount == 0 { return }
        }
        takeA()
        if aCount == 0 { return }
      } while aWins >= Timsort.minGallopStart || bWins >= Timsort.minGallopStart
      minGallop += 1
    }
  }
}
