#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The distributions of `random`, by the formulas of CPython's random.py, in the same order of operations.
func defineRandomDistributions(_ runtime: Runtime, _ type: TypeObject) {
  type.define(runtime, "uniform", "self, a, b") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let width = try runtime.binary(.subtract, arguments[2], arguments[1])
    let offset = try runtime.binary(.multiply, width, .float(try source.float()))
    return try runtime.binary(.add, arguments[1], offset)
  }
  type.define(runtime, "triangular", "self, low=0.0, high=1.0, mode=None") { (runtime, arguments) throws(Raised) in
    try RandomSource(runtime, arguments[0]).triangular(
      arguments[1].isUndefined ? .float(0) : arguments[1], arguments[2].isUndefined ? .float(1) : arguments[2],
      mode: arguments[3].isUndefined ? .none : arguments[3])
  }
  type.define(runtime, "normalvariate", "self, mu=0.0, sigma=1.0") { (runtime, arguments) throws(Raised) in
    let z = try RandomSource(runtime, arguments[0]).standardNormal()
    return try runtime.scaled(z, mu: arguments[1], sigma: arguments[2])
  }
  type.define(runtime, "gauss", "self, mu=0.0, sigma=1.0") { (runtime, arguments) throws(Raised) in
    let z = try RandomSource(runtime, arguments[0]).nextOfPair()
    return try runtime.scaled(z, mu: arguments[1], sigma: arguments[2])
  }
  type.define(runtime, "lognormvariate", "self, mu, sigma") { (runtime, arguments) throws(Raised) in
    let z = try RandomSource(runtime, arguments[0]).standardNormal()
    let normal = try runtime.double(try runtime.scaled(z, mu: arguments[1], sigma: arguments[2]))
    let result = exp(normal)
    if result.isInfinite, normal.isFinite { throw runtime.mathRangeError() }
    return .float(result)
  }
  type.define(runtime, "expovariate", "self, lambd=1.0") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let rate = arguments[1].isUndefined ? .float(1) : arguments[1]
    return try runtime.binary(.divide, .float(-log(1 - (try source.float()))), rate)
  }
  type.define(runtime, "vonmisesvariate", "self, mu, kappa") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    return .float(try source.vonMises(try runtime.double(arguments[1]), try runtime.double(arguments[2])))
  }
  type.define(runtime, "gammavariate", "self, alpha, beta") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    return .float(try source.gamma(try runtime.double(arguments[1]), try runtime.double(arguments[2])))
  }
  type.define(runtime, "betavariate", "self, alpha, beta") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let y = try source.gamma(try runtime.double(arguments[1]), 1)
    if y == 0 { return .float(0) }
    return .float(y / (y + (try source.gamma(try runtime.double(arguments[2]), 1))))
  }
  type.define(runtime, "paretovariate", "self, alpha") { (runtime, arguments) throws(Raised) in
    let u = 1 - (try RandomSource(runtime, arguments[0]).float())
    let exponent = try runtime.binary(.divide, .float(-1), arguments[1])
    return try runtime.binary(.power, .float(u), exponent)
  }
  type.define(runtime, "weibullvariate", "self, alpha, beta") { (runtime, arguments) throws(Raised) in
    let u = 1 - (try RandomSource(runtime, arguments[0]).float())
    let exponent = try runtime.binary(.divide, .float(1), arguments[2])
    return try runtime.binary(.multiply, arguments[1], try runtime.binary(.power, .float(-log(u)), exponent))
  }
  type.define(runtime, "binomialvariate", "self, n=1, p=0.5") { (runtime, arguments) throws(Raised) in
    let source = try RandomSource(runtime, arguments[0])
    let count = arguments[1].isUndefined ? 1 : try runtime.index(arguments[1])
    let chance = arguments[2].isUndefined ? 0.5 : try runtime.double(arguments[2])
    return .int(try source.binomial(count, chance))
  }
}

extension Runtime {
  /// `mu + z * sigma`
  fileprivate func scaled(_ z: Double, mu: Value, sigma: Value) throws(Raised) -> Value {
    let product = try binary(.multiply, .float(z), sigma.isUndefined ? .float(1) : sigma)
    return try binary(.add, mu.isUndefined ? .float(0) : mu, product)
  }
}

extension RandomSource {
  fileprivate func triangular(_ low: Value, _ high: Value, mode: Value) throws(Raised) -> Value {
    var u = try float()
    var (from, to) = (low, high)
    var c = 0.5
    if !mode.isNone {
      let width = try runtime.binary(.subtract, high, low)
      if try runtime.equals(width, .int(0)) { return low }
      c = try runtime.double(try runtime.binary(.divide, try runtime.binary(.subtract, mode, low), width))
    }
    if u > c {
      u = 1 - u
      c = 1 - c
      swap(&from, &to)
    }
    let width = try runtime.binary(.subtract, to, from)
    return try runtime.binary(.add, from, try runtime.binary(.multiply, width, .float((u * c).squareRoot())))
  }

  fileprivate func standardNormal() throws(Raised) -> Double {
    let magic = 4 * exp(-0.5) / 2.0.squareRoot()
    while true {
      let u1 = try float()
      let u2 = 1 - (try float())
      let z = magic * (u1 - 0.5) / u2
      if z * z / 4 <= -log(u2) { return z }
    }
  }

  /// Numbers of a normal distribution come in pairs; the second is kept for the next call.
  fileprivate func nextOfPair() throws(Raised) -> Double {
    if case .float(let kept) = object.nextGauss {
      object.nextGauss = .none
      return kept
    }
    let angle = try float() * (2 * .pi)
    let length = (-2 * log(1 - (try float()))).squareRoot()
    object.nextGauss = .float(sin(angle) * length)
    return cos(angle) * length
  }

  fileprivate func vonMises(_ mu: Double, _ kappa: Double) throws(Raised) -> Double {
    let turn = 2 * Double.pi
    if kappa <= 1e-6 { return turn * (try float()) }
    let s = 0.5 / kappa
    let r = s + (1 + s * s).squareRoot()
    var z: Double
    while true {
      z = cos(.pi * (try float()))
      let d = z / (r + z)
      let u2 = try float()
      if u2 < 1 - d * d || u2 <= (1 - d) * exp(d) { break }
    }
    let q = 1 / r
    let f = (q + z) / (1 + q * z)
    let isPositive = try float() > 0.5
    return (isPositive ? mu + acos(f) : mu - acos(f)).floorRemainder(dividingBy: turn)
  }

  fileprivate func gamma(_ alpha: Double, _ beta: Double) throws(Raised) -> Double {
    if alpha <= 0 || beta <= 0 { throw runtime.valueError("gammavariate: alpha and beta must be > 0.0") }
    if alpha == 1 { return -log(1 - (try float())) * beta }
    if alpha > 1 {
      let inverse = (2 * alpha - 1).squareRoot()
      let b = alpha - log(4.0)
      let c = alpha + inverse
      while true {
        let u1 = try float()
        guard 1e-7 < u1, u1 < 0.9999999 else { continue }
        let u2 = 1 - (try float())
        let v = log(u1 / (1 - u1)) / inverse
        let x = alpha * exp(v)
        let z = u1 * u1 * u2
        let r = b + c * v - x
        if r + (1 + log(4.5)) - 4.5 * z >= 0 || r >= log(z) { return x * beta }
      }
    }
    while true {
      let u = try float()
      let b = (M_E + alpha) / M_E
      let p = b * u
      let x = p <= 1 ? pow(p, 1 / alpha) : -log((b - p) / alpha)
      let u1 = try float()
      if p > 1 ? u1 <= pow(x, alpha - 1) : u1 <= exp(-x) { return x * beta }
    }
  }

  fileprivate func binomial(_ n: Int, _ p: Double) throws(Raised) -> Int {
    if n < 0 { throw runtime.valueError("n must be non-negative") }
    if p <= 0 || p >= 1 {
      if p == 0 { return 0 }
      if p == 1 { return n }
      throw runtime.valueError("p must be in the range 0.0 <= p <= 1.0")
    }
    if n == 1 { return try float() < p ? 1 : 0 }
    if p > 0.5 { return n - (try binomial(n, 1 - p)) }
    let size = Double(n)
    if size * p < 10 {
      var (x, y) = (0, 0.0)
      let c = log2(1 - p)
      if c == 0 { return x }
      while true {
        y += (log2(try float()) / c).rounded(.down) + 1
        if y > size { return x }
        x += 1
      }
    }
    return try transformedRejection(size, p)
  }

  /// BTRS, for means of 10 and more.
  private func transformedRejection(_ n: Double, _ p: Double) throws(Raised) -> Int {
    func logGamma(_ x: Double) -> Double {
      if case .number(let result) = GammaFunction.logarithm(x) { return result }
      return .infinity
    }
    let deviation = (n * p * (1 - p)).squareRoot()
    let b = 1.15 + 2.53 * deviation
    let a = -0.0873 + 0.0248 * b + 0.01 * p
    let c = n * p + 0.5
    let vr = 0.92 - 4.2 / b
    let alpha = (2.83 + 5.1 / b) * deviation
    let odds = log(p / (1 - p))
    let mode = ((n + 1) * p).rounded(.down)
    let h = logGamma(mode + 1) + logGamma(n - mode + 1)
    while true {
      let u = try float() - 0.5
      let us = 0.5 - u.magnitude
      let k = ((2 * a / us + b) * u + c).rounded(.down)
      if k < 0 || k > n { continue }
      var v = try float()
      if us >= 0.07, v <= vr { return Int(k) }
      v *= alpha / (a / (us * us) + b)
      if log(v) <= h - logGamma(k + 1) - logGamma(n - k + 1) + (k - mode) * odds { return Int(k) }
    }
  }
}
