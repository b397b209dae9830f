#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import PyaSyntax

/// `math` on many numbers, without losing precision on the way.
extension MathFunctions {
  func defineSums() {
    define("fsum", "seq, /") { (runtime, arguments) throws(Raised) in .float(try runtime.exactSum(arguments[0])) }
    define("prod", "iterable, /, *, start=1") { (runtime, arguments) throws(Raised) in
      var result = arguments[1].isUndefined ? .int(1) : arguments[1]
      try runtime.forEach(arguments[0]) { (value) throws(Raised) in
        result = try runtime.binary(.multiply, result, value)
      }
      return result
    }
    define("sumprod", "p, q, /") { (runtime, arguments) throws(Raised) in
      let first = try runtime.array(arguments[0])
      let second = try runtime.array(arguments[1])
      if first.count != second.count { throw runtime.valueError("Inputs are not the same length") }
      return try runtime.sumOfProducts(first, second)
    }
    define("hypot", "*coordinates") { (runtime, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("math.hypot() takes no keyword arguments") }
      if let length = difference(arguments.base, nil, arguments.count) { return .float(length) }
      var coordinates: [Double] = []
      for index in 0..<arguments.count { coordinates.append(try runtime.double(arguments[index]).magnitude) }
      return .float(coordinates.withUnsafeBufferPointer(length))
    }
    define("dist", "p, q, /") { (runtime, arguments) throws(Raised) in
      if let first = arguments[0].tuple, let second = arguments[1].tuple, first.count == second.count,
        let length = difference(first.items, second.items, first.count)
      {
        return .float(length)
      }
      let first = try runtime.array(arguments[0])
      let second = try runtime.array(arguments[1])
      if first.count != second.count {
        throw runtime.valueError("both points must have the same number of dimensions")
      }
      var differences: [Double] = []
      for index in first.indices {
        differences.append((try runtime.double(first[index]) - runtime.double(second[index])).magnitude)
      }
      return .float(differences.withUnsafeBufferPointer(length))
    }
  }

  /// The distance of two points of a few coordinates, all plain numbers, or of one from the origin; nil: the general rule must tell.
  private func difference(
    _ first: UnsafeMutablePointer<Value>, _ second: UnsafeMutablePointer<Value>?, _ count: Int
  ) -> Double? {
    guard count <= 8 else { return nil }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { coordinates in
      for index in 0..<count {
        guard let x = (first + index).double else { return nil }
        guard let second else {
          coordinates[index] = x.magnitude
          continue
        }
        guard let y = (second + index).double else { return nil }
        coordinates[index] = (x - y).magnitude
      }
      return length(UnsafeBufferPointer(rebasing: coordinates[..<count]))
    }
  }

  /// The Euclidean norm, within one unit in the last place: CPython's algorithm.
  private func length(_ coordinates: UnsafeBufferPointer<Double>) -> Double {
    var largest = 0.0
    var hasNaN = false
    for coordinate in coordinates {
      if coordinate > largest { largest = coordinate }
      if coordinate.isNaN { hasNaN = true }
    }
    if largest.isInfinite { return .infinity }
    if hasNaN { return .nan }
    if largest == 0 || coordinates.count <= 1 { return largest }
    var exponent: Int32 = 0
    _ = frexp(largest, &exponent)
    if exponent < -1023 {
      // Its reciprocal would overflow: make the subnormal numbers normal.
      let smallest = Double.leastNormalMagnitude
      return smallest * coordinates.map { $0 / smallest }.withUnsafeBufferPointer(length)
    }
    let scale = scalbn(1, -exponent)
    var (sum, lowProducts, lowSums) = (1.0, 0.0, 0.0)
    func add(_ a: Double, _ b: Double) {
      let product = DoubleDouble(product: a, b)
      let total = DoubleDouble(fastSum: sum, product.high)
      sum = total.high
      lowProducts += product.low
      lowSums += total.low
    }
    for coordinate in coordinates { add(coordinate * scale, coordinate * scale) }
    var root = (sum - 1 + (lowProducts + lowSums)).squareRoot()
    add(-root, root)
    root += (sum - 1 + (lowProducts + lowSums)) / (2 * root)
    return root / scale
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// The float or small int that lies here, as a float.
  @inline(__always)
  fileprivate var double: Double? {
    switch number {
    case .float(let number): number
    case .int(let number) where number.magnitude <= 1 << 53: Double(number)
    default: nil
    }
  }
}

/// An unevaluated sum of two floats: the rounded result of an operation and its error.
struct DoubleDouble {
  let high: Double
  let low: Double

  init(product a: Double, _ b: Double) {
    high = a * b
    low = fma(a, b, -high)
  }

  init(sum a: Double, _ b: Double) {
    high = a + b
    let rest = high - a
    low = (a - (high - rest)) + (b - rest)
  }

  /// For `a` not smaller in size than `b`.
  init(fastSum a: Double, _ b: Double) {
    high = a + b
    low = (a - high) + b
  }
}

/// A running sum of products in three times the precision of a float.
private struct TripleSum {
  var high = 0.0
  var low = 0.0
  var tiny = 0.0

  func adding(_ x: Double, _ y: Double) -> TripleSum {
    let product = DoubleDouble(product: x, y)
    let sum = DoubleDouble(sum: high, product.high)
    let first = DoubleDouble(sum: low, product.low)
    let second = DoubleDouble(sum: first.high, sum.low)
    return TripleSum(high: sum.high, low: second.high, tiny: tiny + first.low + second.low)
  }

  var value: Double { high + DoubleDouble(sum: low, tiny).high }
}

extension Runtime {
  /// `math.fsum`: Shewchuk's partial sums, which do not overlap, so that the last addition is the only rounding.
  fileprivate func exactSum(_ values: Value) throws(Raised) -> Double {
    // Forty full doubles span the range of one; only numbers of few bits, far apart, need more of them.
    var capacity = 128
    var partials = UnsafeMutablePointer<Double>.allocate(capacity: capacity)
    defer { partials.deallocate() }
    var count = 0
    var specialSum = 0.0
    var infinitySum = 0.0
    try forEach(values) { (value) throws(Raised) in
      var x: Double
      if case .float(let number) = value { x = number } else { x = try double(value) }
      let original = x
      var kept = 0
      for index in 0..<count {
        var y = partials[index]
        if x.magnitude < y.magnitude { swap(&x, &y) }
        let high = x + y
        let low = y - (high - x)
        if low != 0 {
          partials[kept] = low
          kept += 1
        }
        x = high
      }
      count = kept
      if x != 0 {
        if x.isFinite {
          if count == capacity {
            let wider = UnsafeMutablePointer<Double>.allocate(capacity: capacity * 2)
            wider.update(from: partials, count: count)
            partials.deallocate()
            (partials, capacity) = (wider, capacity * 2)
          }
          partials[count] = x
          count += 1
        } else {
          if original.isFinite { throw overflowError("intermediate overflow in fsum") }
          if original.isInfinite { infinitySum += original }
          specialSum += original
          count = 0
        }
      }
    }
    if specialSum != 0 {
      if infinitySum.isNaN { throw valueError("-inf + inf in fsum") }
      return specialSum
    }
    if count == 0 { return 0 }
    count -= 1
    var high = partials[count]
    var low = 0.0
    while count > 0 {
      count -= 1
      let y = partials[count]
      let x = high
      high = x + y
      low = y - (high - x)
      if low != 0 { break }
    }
    // Half-even rounding across the partials: a tie is decided by the sign of the next one.
    if count > 0, (low < 0 && partials[count - 1] < 0) || (low > 0 && partials[count - 1] > 0) {
      let y = low * 2
      let x = high + y
      if y == x - high { high = x }
    }
    return high
  }

  /// `math.sumprod`: ints exactly, then floats in extended precision, then whatever the operators say.
  fileprivate func sumOfProducts(_ first: [Value], _ second: [Value]) throws(Raised) -> Value {
    var total = Value.int(0)
    var isIntegral = true
    var usesFloats = true
    var floats = TripleSum()
    var hasFloats = false
    for index in first.indices {
      let (p, q) = (first[index], second[index])
      if isIntegral {
        if case .int(let x) = p, case .int(let y) = q, case .int(let sum) = total {
          let (product, overflow) = x.multipliedReportingOverflow(by: y)
          let (next, sumOverflow) = sum.addingReportingOverflow(product)
          if !overflow, !sumOverflow {
            total = .int(next)
            continue
          }
        }
        isIntegral = false
      }
      if usesFloats {
        if let (x, y) = floatPair(p, q) {
          let next = floats.adding(x, y)
          if next.high.isFinite {
            floats = next
            hasFloats = true
            continue
          }
        }
        usesFloats = false
        if hasFloats { total = try binary(.add, total, .float(floats.value)) }
        hasFloats = false
      }
      total = try binary(.add, total, try binary(.multiply, p, q))
    }
    return hasFloats ? try binary(.add, total, .float(floats.value)) : total
  }

  /// Two floats, or a float and an int within their range.
  private func floatPair(_ p: Value, _ q: Value) -> (Double, Double)? {
    func whole(_ value: Value) -> Double? {
      if value.isOfHeapType { return nil }
      guard let number = Number(value), number.bigInt != nil else { return nil }
      return try? double(number)
    }
    if case .float(let x) = p {
      if case .float(let y) = q { return (x, y) }
      return whole(q).map { (x, $0) }
    }
    if case .float(let y) = q { return whole(p).map { ($0, y) } }
    return nil
  }
}
