/// `product`, `permutations`, `combinations`, `combinations_with_replacement`.
extension Runtime {
  func addCombinatorics(to module: ModuleObject) {
    addIteratorType("product", to: module, "*iterables, repeat=1") { (runtime, cls, arguments) throws(Raised) in
      var option = Value.undefined
      if arguments.hasKeywords {
        let given = arguments.keywordNames.count
        if given > 1 { throw runtime.typeError("product() takes at most 1 keyword argument (\(given) given)") }
        option = arguments.keyword("repeat")
        if option.isUndefined { option = try runtime.keywordValues(arguments, "product", ["repeat"])[0] }
      }
      let times = option.isUndefined ? 1 : try runtime.index(option)
      if times < 0 { throw runtime.valueError("repeat argument cannot be negative") }
      var values: [Value] = []
      var counts: [Int] = []
      for index in 0..<arguments.count {
        let before = values.count
        try runtime.forEach(arguments.base[index]) { (value) throws(Raised) in values.append(value) }
        counts.append(values.count - before)
      }
      if counts.count > 0, times > 1_000_000 / counts.count { throw runtime.memoryError() }
      return ProductIterator(type: cls, values, counts, times: times)
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
      try runtime.checkAllocation(ofValues: length)
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

  init(_ pool: [Value], count: Int, _ first: (Int) -> Int) {
    self.pool = .allocate(capacity: pool.count)
    poolCount = pool.count
    for index in 0..<pool.count { (self.pool + index).initialize(to: pool[index]) }
    indices = .allocate(capacity: count)
    self.count = count
    for index in 0..<count { (indices + index).initialize(to: first(index)) }
  }

  /// Copies the chosen values side by side.
  @inline(__always)
  func copy(_ count: Int, to parts: UnsafeMutablePointer<Value>) {
    for index in 0..<count { (parts + index).initialize(toCopyAt: pool + indices[index]) }
  }

  deinit {
    pool.deinitializeValues(poolCount)
    pool.deallocate()
    indices.deallocate()
  }
}

/// Positions into pools, counted up like an odometer.
private final class ProductIterator: IteratorObject {
  /// The pools one after the other; the positions in them, then where the pool of each place begins and how many values it has.
  private let choice: Choice
  private let length: Int
  private let reusable = ReusableTuple()
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ values: [Value], _ counts: [Int], times: Int) {
    let length = counts.count * times
    self.length = length
    choice = Choice(values, count: length * 3) { _ in 0 }
    var isExhausted = false
    var start = 0
    for place in 0..<length {
      let pool = place % counts.count
      if pool == 0 { start = 0 }
      choice.indices[length + place] = start
      choice.indices[2 * length + place] = counts[pool]
      if counts[pool] == 0 { isExhausted = true }
      start += counts[pool]
    }
    self.isExhausted = isExhausted
    super.init(type: type)
  }

  /// Goes on to the next result. False: there is none.
  private func step() -> Bool {
    if isExhausted { return false }
    if hasStarted, !advance() {
      isExhausted = true
      return false
    }
    hasStarted = true
    return true
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if !step() { return .undefined }
    let (pool, indices, starts) = (choice.pool, choice.indices, choice.indices + length)
    return reusable.tuple(runtime, count: length) { (pool + (starts[$0] &+ indices[$0])).copied }
  }

  override var partCount: Int { length }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    if !step() { return false }
    let (pool, indices, starts) = (choice.pool, choice.indices, choice.indices + length)
    for index in 0..<length { (parts + index).initialize(toCopyAt: pool + (starts[index] &+ indices[index])) }
    return true
  }

  private func advance() -> Bool {
    let indices = choice.indices
    let counts = indices + 2 * length
    var place = length - 1
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
    let count = pool.count
    isExhausted = length > count
    choice = Choice(pool, count: count + (length > count ? 0 : length)) { $0 < count ? $0 : count - ($0 - count) }
    self.length = length
    super.init(type: type)
  }

  /// Goes on to the next result. False: there is none.
  private func step() -> Bool {
    if isExhausted { return false }
    if hasStarted, !advance() {
      isExhausted = true
      return false
    }
    hasStarted = true
    return true
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if !step() { return .undefined }
    let (pool, indices) = (choice.pool, choice.indices)
    return reusable.tuple(runtime, count: length) { (pool + indices[$0]).copied }
  }

  override var partCount: Int { length }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    if !step() { return false }
    choice.copy(length, to: parts)
    return true
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
    let isEmpty = repeats ? pool.isEmpty && length > 0 : length > pool.count
    isExhausted = isEmpty
    choice = Choice(pool, count: isEmpty ? 0 : length) { repeats ? 0 : $0 }
    super.init(type: type)
  }

  /// Goes on to the next result. False: there is none.
  private func step() -> Bool {
    if isExhausted { return false }
    if hasStarted, !advance() {
      isExhausted = true
      return false
    }
    hasStarted = true
    return true
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if !step() { return .undefined }
    let (pool, indices) = (choice.pool, choice.indices)
    return reusable.tuple(runtime, count: choice.count) { (pool + indices[$0]).copied }
  }

  override var partCount: Int { choice.count }

  override func next(into parts: UnsafeMutablePointer<Value>, _ runtime: Runtime) throws(Raised) -> Bool {
    if !step() { return false }
    choice.copy(choice.count, to: parts)
    return true
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
