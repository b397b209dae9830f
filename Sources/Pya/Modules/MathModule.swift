#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `math`: the functions of one or two floats, and the list of the others.
func makeMathModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "math")
  module.set(runtime, "pi", .float(.pi))
  module.set(runtime, "e", .float(M_E))
  module.set(runtime, "tau", .float(2 * .pi))
  module.set(runtime, "inf", .float(.infinity))
  module.set(runtime, "nan", .float(.nan))
  let functions = MathFunctions(runtime: runtime, module: module)
  functions.defineElementary()
  functions.defineClassification()
  functions.defineLogarithms()
  functions.defineRounding()
  functions.defineParts()
  functions.defineIntegerFunctions()
  functions.defineSums()
  return module
}

/// Fills the module, group by group.
struct MathFunctions {
  let runtime: Runtime
  let module: ModuleObject

  func define(_ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    module.define(runtime, name, signature, body)
  }

  /// A function of one float. NaN from a number is a domain error; infinity from a finite number a range error if the
  /// function can overflow, else a domain error.
  private func define(_ name: String, canOverflow: Bool = false, _ function: @escaping (Double) -> Double) {
    define(name, "x, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      let result = function(x)
      if !result.isFinite {
        if result.isNaN, !x.isNaN { throw runtime.mathDomainError() }
        if result.isInfinite, x.isFinite { throw canOverflow ? runtime.mathRangeError() : runtime.mathDomainError() }
      }
      return .float(result)
    }
  }

  private func define(_ name: String, _ function: @escaping (Double, Double) -> Double) {
    define(name, "x, y, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      let y = try runtime.double(arguments[1])
      let result = function(x, y)
      if result.isNaN, !x.isNaN, !y.isNaN { throw runtime.mathDomainError() }
      if result.isInfinite, x.isFinite, y.isFinite { throw runtime.mathRangeError() }
      return .float(result)
    }
  }

  func defineElementary() {
    define("acos", { acos($0) })
    define("acosh", { acosh($0) })
    define("asin", { asin($0) })
    define("asinh", { asinh($0) })
    define("atan", { atan($0) })
    define("atanh", { atanh($0) })
    define("cbrt", { cbrt($0) })
    define("cos", { cos($0) })
    define("cosh", canOverflow: true, { cosh($0) })
    define("erf", { erf($0) })
    define("erfc", { erfc($0) })
    define("exp", canOverflow: true, { exp($0) })
    define("exp2", canOverflow: true, { exp2($0) })
    define("expm1", canOverflow: true, { expm1($0) })
    define("fabs", { $0.magnitude })
    define("log1p", { $0 == 0 ? $0 : log1p($0) })
    define("sin", { sin($0) })
    define("sinh", canOverflow: true, { sinh($0) })
    define("sqrt", { $0.squareRoot() })
    define("tan", { tan($0) })
    define("tanh", { tanh($0) })
    for (name, factor) in [("degrees", 180 / .pi), ("radians", .pi / 180)] as [(String, Double)] {
      define(name, "x, /") { (runtime, arguments) throws(Raised) in .float(try runtime.double(arguments[0]) * factor) }
    }
    define("atan2", { atan2($0, $1) })
    define("copysign", { copysign($0, $1) })
    define("remainder", { remainder($0, $1) })
    define("fmod") { (x: Double, y: Double) in y.isInfinite && x.isFinite ? x : fmod(x, y) }
    define("pow", "x, y, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      let y = try runtime.double(arguments[1])
      let result = power(x, y)
      if !result.isFinite, x.isFinite, y.isFinite {
        throw result.isNaN || x == 0 ? runtime.mathDomainError() : runtime.mathRangeError()
      }
      return .float(result)
    }
    for (name, function) in [("gamma", GammaFunction.gamma), ("lgamma", GammaFunction.logarithm)] {
      define(name, "x, /") { (runtime, arguments) throws(Raised) in
        switch function(try runtime.double(arguments[0])) {
        case .number(let result): return .float(result)
        case .outOfDomain: throw runtime.mathDomainError()
        case .tooLarge: throw runtime.mathRangeError()
        }
      }
    }
    define("fma", "x, y, z, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      let y = try runtime.double(arguments[1])
      let z = try runtime.double(arguments[2])
      let result = fma(x, y, z)
      if result.isNaN, !x.isNaN, !y.isNaN, !z.isNaN { throw runtime.valueError("invalid operation in fma") }
      if result.isInfinite, x.isFinite, y.isFinite, z.isFinite { throw runtime.overflowError("overflow in fma") }
      return .float(result)
    }
  }

  func defineClassification() {
    define("isnan", "x, /") { (runtime, arguments) throws(Raised) in .bool(try runtime.double(arguments[0]).isNaN) }
    define("isinf", "x, /") { (runtime, arguments) throws(Raised) in .bool(try runtime.double(arguments[0]).isInfinite) }
    define("isfinite", "x, /") { (runtime, arguments) throws(Raised) in .bool(try runtime.double(arguments[0]).isFinite) }
    define("isclose", "a, b, *, rel_tol=1e-09, abs_tol=0.0") { (runtime, arguments) throws(Raised) in
      let a = try runtime.double(arguments[0])
      let b = try runtime.double(arguments[1])
      let relative = arguments[2].isUndefined ? 1e-9 : try runtime.double(arguments[2])
      let absolute = arguments[3].isUndefined ? 0 : try runtime.double(arguments[3])
      if relative < 0 || absolute < 0 { throw runtime.valueError("tolerances must be non-negative") }
      if a == b { return .bool(true) }
      if a.isInfinite || b.isInfinite { return .bool(false) }
      let difference = (b - a).magnitude
      return .bool(
        difference <= (relative * b).magnitude || difference <= (relative * a).magnitude || difference <= absolute)
    }
  }

  func defineLogarithms() {
    define("log", "x, base=None, /") { (runtime, arguments) throws(Raised) in
      let numerator = try runtime.logarithm(arguments[0]) { log($0) }
      if arguments[1].isUndefined { return .float(numerator) }
      return try runtime.floatOperation(.divide, numerator, try runtime.logarithm(arguments[1]) { log($0) })
    }
    define("log2", "x, /") { (runtime, arguments) throws(Raised) in
      .float(try runtime.logarithm(arguments[0]) { log2($0) })
    }
    define("log10", "x, /") { (runtime, arguments) throws(Raised) in
      .float(try runtime.logarithm(arguments[0]) { log10($0) })
    }
  }

  func defineRounding() {
    define("floor", "x, /") { (runtime, arguments) throws(Raised) in
      try runtime.roundedToInteger(arguments[0], .floor) { $0.rounded(.down) }
    }
    define("ceil", "x, /") { (runtime, arguments) throws(Raised) in
      try runtime.roundedToInteger(arguments[0], .ceil) { $0.rounded(.up) }
    }
    define("trunc", "x, /") { (runtime, arguments) throws(Raised) in
      if case .float(let number) = arguments[0] { return try runtime.integer(truncating: number) }
      guard let method = runtime.specialMethod(arguments[0], .trunc) else {
        throw runtime.typeError("type \(runtime.typeName(arguments[0])) doesn't define __trunc__ method")
      }
      return try runtime.callSpecial(method, arguments[0])
    }
  }

  func defineParts() {
    define("frexp", "x, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      var exponent: Int32 = 0
      let fraction = x.isFinite ? frexp(x, &exponent) : x
      return .object(TupleObject(runtime, [.float(fraction), .int(Int(exponent))]))
    }
    define("ldexp", "x, i, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      guard let exponent = Number(arguments[1])?.bigInt else {
        throw runtime.typeError("Expected an int as second argument to ldexp.")
      }
      if x == 0 || !x.isFinite { return .float(x) }
      let result = scalbn(x, Int32(clamping: Int(exponent)))
      if result.isInfinite { throw runtime.mathRangeError() }
      return .float(result)
    }
    define("modf", "x, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      let whole = x.rounded(.towardZero)
      let fraction = x.isInfinite ? copysign(0, x) : copysign(x - whole, x)
      return .object(TupleObject(runtime, [.float(x.isNaN ? x : fraction), .float(whole)]))
    }
    define("ulp", "x, /") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0]).magnitude
      return .float(x.isFinite ? x.ulp : x)
    }
    define("nextafter", "x, y, /, *, steps=None") { (runtime, arguments) throws(Raised) in
      let x = try runtime.double(arguments[0])
      let y = try runtime.double(arguments[1])
      if arguments[2].isUndefined || arguments[2].isNone { return .float(nextafter(x, y)) }
      let steps = try runtime.bigInt(fromIndex: arguments[2])
      if steps.sign == .minus, !steps.isZero { throw runtime.valueError("steps must be a non-negative integer") }
      return .float(nextAfter(x, y, steps: UInt64(UInt(exactly: steps) ?? .max)))
    }
  }

  /// The float that many representable steps from x towards y.
  private func nextAfter(_ x: Double, _ y: Double, steps: UInt64) -> Double {
    if steps == 0 || x.isNaN { return x }
    if y.isNaN { return y }
    let sign: UInt64 = 1 << 63
    let (from, to) = (x.bitPattern, y.bitPattern)
    if from == to { return x }
    let (fromSize, toSize) = (from & ~sign, to & ~sign)
    if (from ^ to) & sign != 0 {
      if fromSize + toSize <= steps { return y }
      if fromSize < steps { return Double(bitPattern: to & sign | (steps - fromSize)) }
      return Double(bitPattern: from - steps)
    }
    if fromSize > toSize { return fromSize - toSize >= steps ? Double(bitPattern: from - steps) : y }
    return toSize - fromSize >= steps ? Double(bitPattern: from + steps) : y
  }
}

/// `pow` of the C library, under a name that no method hides.
private func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

extension Runtime {
  func mathDomainError() -> Raised { valueError("math domain error") }
  func mathRangeError() -> Raised { overflowError("math range error") }

  /// A logarithm of a float, or of an int of any size.
  fileprivate func logarithm(_ value: Value, _ function: (Double) -> Double) throws(Raised) -> Double {
    if case .int(let number) = value, number > 0, number <= 1 << 53 { return function(Double(number)) }
    if let integer = Number(value)?.bigInt {
      guard integer.sign == .plus, !integer.isZero else { throw mathDomainError() }
      if let number = integer.roundedToDouble { return function(number) }
      // number == fraction * 2 ** width
      let width = integer.magnitude.bitWidth
      let top = (integer.magnitude >> (width - 64)).words.first ?? 0
      let isInexact = integer.magnitude.trailingZeroBitCount < width - 64
      let fraction = roundedDouble(top, isInexact: isInexact, exponent: -64) ?? 1
      return function(fraction) + function(2) * Double(width)
    }
    let number = try double(value)
    if number.isNaN { return number }
    guard number > 0 else { throw mathDomainError() }
    return function(number)
  }

  fileprivate func roundedToInteger(_ value: Value, _ method: SpecialMethod, _ rounding: (Double) -> Double) throws(Raised)
    -> Value
  {
    switch value {
    case .float(let number): return try integer(truncating: rounding(number))
    case .int: return value
    default: break
    }
    if let special = specialMethod(value, method) { return try callSpecial(special, value) }
    return try integer(truncating: rounding(try double(value)))
  }
}
