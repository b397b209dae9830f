/// `product`, `permutations`, `combinations`, `combinations_with_replacement`.
extension Runtime {
  func addCombinatorics(to module: ModuleObject) {
    addIteratorType("product", to: module, "*iterables, repeat=1") { (runtime, cls, arguments) throws(Raised) in
      let option = try runtime.keywordValues(arguments, "product", ["repeat"])[0]
      let times = option.isUndefined ? 1 : try runtime.index(option)
      if times < 0 { throw runtime.valueError("repeat argument cannot be negative") }
      var pools: [[Value]] = []
      for index in 0..<arguments.count { pools.append(try runtime.array(arguments[index])) }
      if pools.count > 0, times > 1_000_000 / pools.count { throw runtime.memoryError() }
      return ProductIterator(type: cls, times == 0 ? [] : (0..<times).flatMap { _ in pools })
    }
    addIteratorType("permutations", to: module, "iterable, r=None") { (runtime, cls, arguments) throws(Raised) in
      let pool = try runtime.array(arguments[0])
      var length = pool.count
      if let given = arguments[1].defined, !given.isNone {
        guard case .int(let number) = given.plainNumber else { throw runtime.typeError("Expected int as r") }
        if number < 0 { throw runtime.valueError("r must be non-negative") }
        length = number
      }
      return PermutationsIterator(type: cls, pool, length: length)
    }
    addIteratorType("combinations", to: module, "iterable, r") { (runtime, cls, arguments) throws(Raised) in
      let pool = try runtime.array(arguments[0])
      let length = try runtime.index(arguments[1])
      if length < 0 { throw runtime.valueError("r must be non-negative") }
      return CombinationsIterator(type: cls, pool, length: length, repeats: false)
    }
    addIteratorType("combinations_with_replacement", to: module, "iterable, r") {
      (runtime, cls, arguments) throws(Raised) in
      let pool = try runtime.array(arguments[0])
      let length = try runtime.index(arguments[1])
      if length < 0 { throw runtime.valueError("r must be non-negative") }
      if length > 1 << 28 { throw runtime.memoryError() }
      return CombinationsIterator(type: cls, pool, length: length, repeats: true)
    }
  }
}

/// Values to choose from, and positions among them, in memory of its own: the iterators below touch them for every result.
private struct Choice: ~Copyable {
  let pool: UnsafeMutablePointer<Value>
  let poolCount: Int
  let indices: UnsafeMutablePointer<Int>
  let count: Int

  init(_ pool: [Value], indices: [Int]) {
    self.pool = .allocate(capacity: pool.count)
    poolCount = pool.count
    for (index, value) in pool.enumerated() { (self.pool + index).initialize(to: value) }
    self.indices = .allocate(capacity: indices.count)
    count = indices.count
    for (index, value) in indices.enumerated() { (self.indices + index).initialize(to: value) }
  }

  deinit {
    pool.deinitialize(count: poolCount)
    pool.deallocate()
    indices.deallocate()
  }
}

/// Positions into pools, counted up like an odometer.
private final class ProductIterator: IteratorObject {
  /// The pools one after the other.
  private let choice: Choice
  /// Where each pool begins and how many values it has.
  private let starts: [Int]
  private let counts: [Int]
  private let reusable = ReusableTuple()
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ pools: [[Value]]) {
    choice = Choice(pools.flatMap { $0 }, indices: [Int](repeating: 0, count: pools.count))
    counts = pools.map(\.count)
    var starts: [Int] = []
    var total = 0
    for pool in pools {
      starts.append(total)
      total += pool.count
    }
    self.starts = starts
    isExhausted = pools.contains(where: \.isEmpty)
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if isExhausted { return .undefined }
    if hasStarted, !advance() {
      isExhausted = true
      return .undefined
    }
    hasStarted = true
    return reusable.tuple(runtime, count: choice.count) { choice.pool[starts[$0] + choice.indices[$0]] }
  }

  private func advance() -> Bool {
    let indices = choice.indices
    var place = choice.count - 1
    while place >= 0 {
      indices[place] += 1
      if indices[place] < counts[place] { return true }
      indices[place] = 0
      place -= 1
    }
    return false
  }
}

private final class PermutationsIterator: IteratorObject {
  /// All positions, those of the result first, and behind them how often each place of the result can still change.
  private let choice: Choice
  private let length: Int
  private let reusable = ReusableTuple()
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ pool: [Value], length: Int) {
    isExhausted = length > pool.count
    let cycles = isExhausted ? [] : (0..<length).map { pool.count - $0 }
    choice = Choice(pool, indices: Array(0..<pool.count) + cycles)
    self.length = length
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if isExhausted { return .undefined }
    if hasStarted, !advance() {
      isExhausted = true
      return .undefined
    }
    hasStarted = true
    return reusable.tuple(runtime, count: length) { choice.pool[choice.indices[$0]] }
  }

  private func advance() -> Bool {
    let count = choice.poolCount
    let indices = choice.indices
    let cycles = indices + count
    var place = length - 1
    while place >= 0 {
      cycles[place] -= 1
      if cycles[place] > 0 {
        let other = count - cycles[place]
        (indices[place], indices[other]) = (indices[other], indices[place])
        return true
      }
      let moved = indices[place]
      (indices + place).update(from: indices + place + 1, count: count - place - 1)
      indices[count - 1] = moved
      cycles[place] = count - place
      place -= 1
    }
    return false
  }
}

private final class CombinationsIterator: IteratorObject {
  private let choice: Choice
  /// An element may be chosen more than once.
  private let repeats: Bool
  private let reusable = ReusableTuple()
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ pool: [Value], length: Int, repeats: Bool) {
    self.repeats = repeats
    isExhausted = repeats ? pool.isEmpty && length > 0 : length > pool.count
    let first = isExhausted ? [] : repeats ? [Int](repeating: 0, count: length) : Array(0..<length)
    choice = Choice(pool, indices: first)
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if isExhausted { return .undefined }
    if hasStarted, !advance() {
      isExhausted = true
      return .undefined
    }
    hasStarted = true
    return reusable.tuple(runtime, count: choice.count) { choice.pool[choice.indices[$0]] }
  }

  private func advance() -> Bool {
    let length = choice.count
    let indices = choice.indices
    var place = length - 1
    while place >= 0 {
      let last = repeats ? choice.poolCount - 1 : choice.poolCount - length + place
      if indices[place] != last {
        let value = indices[place] + 1
        for later in place..<length { indices[later] = repeats ? value : value + later - place }
        return true
      }
      place -= 1
    }
    return false
  }
}
