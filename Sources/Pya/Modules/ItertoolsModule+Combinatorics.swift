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
      return CombinationsIterator(type: cls, pool, length: length, repeats: true)
    }
  }
}

/// Positions into pools, counted up like an odometer.
private final class ProductIterator: IteratorObject {
  private let pools: [[Value]]
  private var indices: [Int]
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ pools: [[Value]]) {
    self.pools = pools
    indices = [Int](repeating: 0, count: pools.count)
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
    return .object(
      TupleObject(runtime, count: pools.count) { items in
        for index in 0..<pools.count { (items + index).initialize(to: pools[index][indices[index]]) }
      })
  }

  private func advance() -> Bool {
    var place = pools.count - 1
    while place >= 0 {
      indices[place] += 1
      if indices[place] < pools[place].count { return true }
      indices[place] = 0
      place -= 1
    }
    return false
  }
}

private final class PermutationsIterator: IteratorObject {
  private let pool: [Value]
  private let length: Int
  private var indices: [Int]
  private var cycles: [Int]
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ pool: [Value], length: Int) {
    self.pool = pool
    self.length = length
    indices = Array(0..<pool.count)
    isExhausted = length > pool.count
    cycles = isExhausted ? [] : (0..<length).map { pool.count - $0 }
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if isExhausted { return .undefined }
    if hasStarted, !advance() {
      isExhausted = true
      return .undefined
    }
    hasStarted = true
    return .object(
      TupleObject(runtime, count: length) { items in
        for index in 0..<length { (items + index).initialize(to: pool[indices[index]]) }
      })
  }

  private func advance() -> Bool {
    var place = length - 1
    while place >= 0 {
      cycles[place] -= 1
      if cycles[place] > 0 {
        indices.swapAt(place, indices.count - cycles[place])
        return true
      }
      indices.append(indices.remove(at: place))
      cycles[place] = pool.count - place
      place -= 1
    }
    return false
  }
}

private final class CombinationsIterator: IteratorObject {
  private let pool: [Value]
  private var indices: [Int]
  /// An element may be chosen more than once.
  private let repeats: Bool
  private var hasStarted = false
  private var isExhausted: Bool

  init(type: TypeObject, _ pool: [Value], length: Int, repeats: Bool) {
    self.pool = pool
    self.repeats = repeats
    isExhausted = repeats ? pool.isEmpty && length > 0 : length > pool.count
    indices = isExhausted ? [] : repeats ? [Int](repeating: 0, count: length) : Array(0..<length)
    super.init(type: type)
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    if isExhausted { return .undefined }
    if hasStarted, !advance() {
      isExhausted = true
      return .undefined
    }
    hasStarted = true
    return .object(
      TupleObject(runtime, count: indices.count) { items in
        for index in 0..<indices.count { (items + index).initialize(to: pool[indices[index]]) }
      })
  }

  private func advance() -> Bool {
    let length = indices.count
    var place = length - 1
    while place >= 0 {
      let last = repeats ? pool.count - 1 : pool.count - length + place
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
