/// `math` on integers of any size.
extension MathFunctions {
  /// The least common multiple of small ints; nil: they are something else, or it is beyond a word.
  private static func smallMultiple(_ arguments: Arguments) -> Int? {
    var result = 1
    for index in 0..<arguments.count {
      guard case .int(let number) = (arguments.base + index).number, number != .min else { return nil }
      let next = abs(number)
      if next == 0 || result == 0 {
        result = 0
        continue
      }
      var (divisor, rest) = (result, next)
      while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
      let (product, overflow) = (result / divisor).multipliedReportingOverflow(by: next)
      if overflow { return nil }
      result = product
    }
    return result
  }

  func defineIntegerFunctions() {
    define("factorial", "n, /") { (runtime, arguments) throws(Raised) in
      let n = try runtime.integer(fromIndex: arguments[0])
      if let big = n.bigInt {
        if big.value.sign == .minus { throw runtime.valueError("factorial() not defined for negative values") }
        throw runtime.overflowError("factorial() argument should not exceed \(Int.max)")
      }
      guard case .int(let count) = n, count >= 0 else {
        throw runtime.valueError("factorial() not defined for negative values")
      }
      return runtime.integer(factorial(count))
    }
    define("isqrt", "n, /") { (runtime, arguments) throws(Raised) in
      if case .int(let number) = arguments[0], number >= 0, number < 1 << 52 {
        return .int(Int(Double(number).squareRoot()))
      }
      let n = try runtime.bigInt(fromIndex: arguments[0])
      if n.sign == .minus, !n.isZero { throw runtime.valueError("isqrt() argument must be nonnegative") }
      return runtime.integer(n.squareRoot())
    }
    define("gcd", "*integers") { (runtime, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("math.gcd() takes no keyword arguments") }
      var result = Value.int(0)
      for index in 0..<arguments.count {
        result = runtime.greatestCommonDivisor(result, try runtime.integer(fromIndex: arguments[index]))
      }
      return result
    }
    define("lcm", "*integers") { (runtime, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("math.lcm() takes no keyword arguments") }
      if let small = MathFunctions.smallMultiple(arguments) { return .int(small) }
      var result = BigInt(1)
      for index in 0..<arguments.count {
        let next = BigInt(try runtime.bigInt(fromIndex: arguments[index]).magnitude)
        if next.isZero || result.isZero {
          result = 0
        } else {
          result = result / result.greatestCommonDivisor(with: next) * next
        }
      }
      return runtime.integer(result)
    }
    define("perm", "n, k=None, /") { (runtime, arguments) throws(Raised) in
      let n = try runtime.bigInt(fromIndex: arguments[0])
      if arguments[1].isUndefined || arguments[1].isNone {
        if n.isNegative { throw runtime.valueError("factorial() not defined for negative values") }
        guard let count = Int(exactly: n) else {
          throw runtime.overflowError("factorial() argument should not exceed \(Int.max)")
        }
        return runtime.integer(factorial(count))
      }
      let k = try runtime.bigInt(fromIndex: arguments[1])
      if n.isNegative { throw runtime.valueError("n must be a non-negative integer") }
      if k.isNegative { throw runtime.valueError("k must be a non-negative integer") }
      if k > n { return .int(0) }
      guard let count = Int(exactly: k) else { throw runtime.overflowError("k must not exceed \(Int.max)") }
      return runtime.integer(fallingFactorial(n, count))
    }
    define("comb", "n, k, /") { (runtime, arguments) throws(Raised) in
      let n = try runtime.bigInt(fromIndex: arguments[0])
      var k = try runtime.bigInt(fromIndex: arguments[1])
      if n.isNegative { throw runtime.valueError("n must be a non-negative integer") }
      if k.isNegative { throw runtime.valueError("k must be a non-negative integer") }
      if k > n { return .int(0) }
      k = min(k, n - k)
      guard let count = Int(exactly: k) else {
        throw runtime.overflowError("min(n - k, k) must not exceed \(Int.max)")
      }
      if let small = Int(exactly: n), let result = smallCombinations(small, count) { return .int(result) }
      return runtime.integer(fallingFactorial(n, count) / factorial(count))
    }
  }

  private func factorial(_ n: Int) -> BigInt {
    if n < 2 { return 1 }
    if n <= 20 { return BigInt((2...n).reduce(1, *)) }
    return product(BigInt(2), n - 1)
  }

  /// `n * (n - 1) * ...`, `count` factors.
  private func fallingFactorial(_ n: BigInt, _ count: Int) -> BigInt {
    count == 0 ? 1 : product(n - BigInt(count) + 1, count)
  }

  /// The product of `count` successive integers from `first` on: halves of like size keep the big factors few.
  private func product(_ first: BigInt, _ count: Int) -> BigInt {
    if count <= 16 {
      var result = first
      for offset in 1..<max(count, 1) { result *= first + BigInt(offset) }
      return result
    }
    let half = count / 2
    return product(first, half) * product(first + BigInt(half), count - half)
  }

  /// Nil: beyond a machine word on the way.
  private func smallCombinations(_ n: Int, _ k: Int) -> Int? {
    var result: UInt = 1
    for step in 0..<UInt(k) {
      // result * (n - step) is always divisible by step + 1.
      let (high, low) = result.multipliedFullWidth(by: UInt(n) - step)
      guard high < step + 1 else { return nil }
      result = (step + 1).dividingFullWidth((high, low)).quotient
    }
    return Int(exactly: result)
  }
}

extension BigInt {
  fileprivate var isNegative: Bool { sign == .minus && !isZero }
}

extension Runtime {
  fileprivate func greatestCommonDivisor(_ a: Value, _ b: Value) -> Value {
    if case .int(let x) = a, case .int(let y) = b {
      var (large, small) = (x.magnitude, y.magnitude)
      while small != 0 { (large, small) = (small, large % small) }
      return Int(exactly: large).map { .int($0) } ?? integer(BigInt(large))
    }
    let x = Number(a)?.bigInt ?? 0
    let y = Number(b)?.bigInt ?? 0
    return integer(BigInt(x.magnitude.greatestCommonDivisor(with: y.magnitude)))
  }
}
