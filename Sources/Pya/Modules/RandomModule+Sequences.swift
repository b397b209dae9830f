#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `choice`, `choices`, `sample`, `shuffle`.
func defineRandomSequences(_ runtime: Runtime, _ type: TypeObject) {
  type.define(runtime, "choice", "self, seq") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let count = try runtime.length(arguments[1])
    if count == 0 { throw runtime.indexError("Cannot choose from an empty sequence") }
    return try runtime.getItem(arguments[1], .int(try source.below(count)))
  }
  type.define(runtime, "shuffle", "self, x") { (runtime, arguments) throws(Raised) in
    try RandomSource(runtime, arguments[0]).shuffle(arguments[1])
    return .none
  }
  type.define(runtime, "sample", "self, population, k, *, counts=None") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let counts = arguments[3].isUndefined ? .none : arguments[3]
    return .object(try source.sample(arguments[1], arguments[2], counts: counts))
  }
  type.define(runtime, "choices", "self, population, weights=None, *, cum_weights=None, k=1") {
    (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    return .object(
      try source.choices(
        arguments[1], weights: arguments[2].isUndefined ? .none : arguments[2],
        cumulative: arguments[3].isUndefined ? .none : arguments[3],
        count: arguments[4].isUndefined ? .int(1) : arguments[4]))
  }
}

extension RandomSource {
  fileprivate func shuffle(_ sequence: Value) throws(Raised) {
    if let list = sequence.list, !list.type.isHeap, !object.type.isHeap {
      var index = list.count - 1
      while index > 0 {
        let other = try below(index + 1)
        let item = list[index]
        list[index] = list[other]
        list[other] = item
        index -= 1
      }
      return
    }
    var index = try runtime.length(sequence) - 1
    while index > 0 {
      let other = Value.int(try below(index + 1))
      let item = try runtime.getItem(sequence, .int(index))
      try runtime.setItem(sequence, .int(index), try runtime.getItem(sequence, other))
      try runtime.setItem(sequence, other, item)
      index -= 1
    }
  }

  fileprivate func sample(_ population: Value, _ k: Value, counts: Value) throws(Raised) -> ListObject {
    guard isSequence(population) else {
      throw runtime.typeError("Population must be a sequence.  For dicts or sets, use sorted(d).")
    }
    let size = try runtime.length(population)
    if !counts.isNone { return try sample(population, size, k, counts: counts) }
    let positions = try samplePositions(size, k)
    let result = ListObject(runtime, capacity: positions.count)
    for position in positions { result.append(try runtime.getItem(population, .int(position))) }
    return result
  }

  private func sample(_ population: Value, _ size: Int, _ k: Value, counts: Value) throws(Raised) -> ListObject {
    var cumulative = try accumulated(counts)
    if cumulative.count != size { throw runtime.valueError("The number of counts does not match the population") }
    guard let total = cumulative.popLast() else { throw runtime.indexError("pop from empty list") }
    guard Number(total)?.bigInt != nil else { throw runtime.typeError("Counts must be integers") }
    if try !runtime.isLess(.int(0), total) { throw runtime.valueError("Total of counts must be greater than zero") }
    let result = ListObject(runtime)
    for position in try samplePositions(try runtime.index(total), k) {
      let index = try bisect(cumulative, .int(position), cumulative.count)
      result.append(try runtime.getItem(population, .int(index)))
    }
    return result
  }

  /// `k` different positions below `size`, chosen as CPython chooses them: from a pool while the population is small, else by
  /// drawing until one is new.
  private func samplePositions(_ size: Int, _ k: Value) throws(Raised) -> [Int] {
    let isTooMany = try runtime.isLess(.int(size), k)
    let isNegative = isTooMany ? false : try runtime.isLess(k, .int(0))
    if isTooMany || isNegative { throw runtime.valueError("Sample larger than population or is negative") }
    let count = try runtime.index(k)
    var poolSize = 21
    // log(x, 4) is the quotient of two logarithms.
    if count > 5 { poolSize += Int(pow(4, (log(Double(count * 3)) / log(4)).rounded(.up))) }
    var result: [Int] = []
    result.reserveCapacity(count)
    if size <= poolSize {
      var pool = Array(0..<size)
      for step in 0..<count {
        let chosen = try below(size - step)
        result.append(pool[chosen])
        pool[chosen] = pool[size - step - 1]
      }
    } else {
      var selected: Set<Int> = []
      for _ in 0..<count {
        var chosen = try below(size)
        while !selected.insert(chosen).inserted { chosen = try below(size) }
        result.append(chosen)
      }
    }
    return result
  }

  fileprivate func choices(_ population: Value, weights: Value, cumulative: Value, count: Value) throws(Raised)
    -> ListObject
  {
    let size = try runtime.length(population)
    let result = ListObject(runtime)
    var sums: [Value]
    if cumulative.isNone {
      if weights.isNone {
        for _ in 0..<max(try runtime.index(count), 0) {
          let position = Int(try float() * Double(size))
          result.append(try runtime.getItem(population, .int(position)))
        }
        return result
      }
      if case .int = weights {
        throw runtime.typeError(
          "The number of choices must be a keyword argument: k=\(try runtime.repr(weights).text)")
      }
      sums = try accumulated(weights)
    } else {
      if !weights.isNone { throw runtime.typeError("Cannot specify both weights and cumulative weights") }
      sums = try runtime.array(cumulative)
    }
    if sums.count != size { throw runtime.valueError("The number of weights does not match the population") }
    guard let last = sums.last else { throw runtime.indexError("list index out of range") }
    let total = try runtime.double(try runtime.binary(.add, last, .float(0)))
    if total <= 0 { throw runtime.valueError("Total of weights must be greater than zero") }
    if !total.isFinite { throw runtime.valueError("Total of weights must be finite") }
    for _ in 0..<max(try runtime.index(count), 0) {
      let position = try bisect(sums, .float(try float() * total), size - 1)
      result.append(try runtime.getItem(population, .int(position)))
    }
    return result
  }

  private func accumulated(_ values: Value) throws(Raised) -> [Value] {
    var sums: [Value] = []
    try runtime.forEach(values) { (value) throws(Raised) in
      if let last = sums.last { sums.append(try runtime.binary(.add, last, value)) } else { sums.append(value) }
    }
    return sums
  }

  /// Where `value` goes in ascending values, behind equal ones.
  private func bisect(_ values: [Value], _ value: Value, _ end: Int) throws(Raised) -> Int {
    var (low, high) = (0, end)
    while low < high {
      let middle = (low + high) / 2
      if try runtime.isLess(value, values[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func isSequence(_ value: Value) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .list, .tuple, .string, .range, .bytes, .byteArray: return true
    default: return object.type.mro.contains { ["Sequence", "MutableSequence", "deque"].contains($0.name) }
    }
  }
}
