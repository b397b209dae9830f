#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `cmath`.
func makeCmathModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "cmath")
  module.set(runtime, "pi", .float(.pi))
  module.set(runtime, "e", .float(M_E))
  module.set(runtime, "tau", .float(2 * .pi))
  module.set(runtime, "inf", .float(.infinity))
  module.set(runtime, "nan", .float(runtime.anotherNaN(like: .nan)))
  module.set(runtime, "infj", runtime.complex(Complex(0, .infinity)))
  module.set(runtime, "nanj", runtime.complex(Complex(0, .nan)))
  let functions: [(String, (Complex) throws(ComplexFunctionError) -> Complex)] = [
    ("acos", ComplexFunctions.acos), ("acosh", ComplexFunctions.acosh), ("asin", ComplexFunctions.asin),
    ("asinh", ComplexFunctions.asinh), ("atan", ComplexFunctions.atan), ("atanh", ComplexFunctions.atanh),
    ("cos", ComplexFunctions.cos), ("cosh", ComplexFunctions.cosh), ("exp", ComplexFunctions.exp),
    ("log10", ComplexFunctions.log10), ("sin", ComplexFunctions.sin), ("sinh", ComplexFunctions.sinh),
    ("sqrt", ComplexFunctions.sqrt), ("tan", ComplexFunctions.tan), ("tanh", ComplexFunctions.tanh),
  ]
  for (name, function) in functions {
    module.define(runtime, name, "z, /") { (runtime, arguments) throws(Raised) in
      let z = try runtime.complexArgument(arguments[0])
      return runtime.complex(try runtime.checked { () throws(ComplexFunctionError) in try function(z) })
    }
  }
  module.define(runtime, "log", "z, base=None, /") { (runtime, arguments) throws(Raised) in
    let z = try runtime.complexArgument(arguments[0])
    let base = arguments[1].isUndefined ? nil : try runtime.complexArgument(arguments[1])
    return runtime.complex(
      try runtime.checked { () throws(ComplexFunctionError) in
        let logarithm = try ComplexFunctions.log(z)
        guard let base else { return logarithm }
        guard let quotient = logarithm.divided(by: try ComplexFunctions.log(base)) else { throw .outOfDomain }
        return quotient
      })
  }
  definePolarFunctions(runtime, module)
  defineClassification(runtime, module)
  return module
}

private func definePolarFunctions(_ runtime: Runtime, _ module: ModuleObject) {
  module.define(runtime, "phase", "z, /") { (runtime, arguments) throws(Raised) in
    let z = try runtime.complexArgument(arguments[0])
    let angle = atan2(z.imaginary, z.real)
    // Underflow is an error only here, in CPython as well.
    if angle == 0, z.imaginary != 0, z.real.isFinite { throw runtime.mathRangeError() }
    return .float(angle)
  }
  module.define(runtime, "polar", "z, /") { (runtime, arguments) throws(Raised) in
    let z = try runtime.complexArgument(arguments[0])
    if z.size.isInfinite, z.isFinite { throw runtime.mathRangeError() }
    return .object(TupleObject(runtime, [.float(z.size), .float(atan2(z.imaginary, z.real))]))
  }
  module.define(runtime, "rect", "r, phi, /") { (runtime, arguments) throws(Raised) in
    let r = try runtime.double(arguments[0])
    let phi = try runtime.double(arguments[1])
    return runtime.complex(
      try runtime.checked { () throws(ComplexFunctionError) in try ComplexFunctions.rectangular(r, phi) })
  }
}

private func defineClassification(_ runtime: Runtime, _ module: ModuleObject) {
  module.define(runtime, "isnan", "z, /") { (runtime, arguments) throws(Raised) in
    let z = try runtime.complexArgument(arguments[0])
    return .bool(z.real.isNaN || z.imaginary.isNaN)
  }
  module.define(runtime, "isinf", "z, /") { (runtime, arguments) throws(Raised) in
    let z = try runtime.complexArgument(arguments[0])
    return .bool(z.real.isInfinite || z.imaginary.isInfinite)
  }
  module.define(runtime, "isfinite", "z, /") { (runtime, arguments) throws(Raised) in
    .bool(try runtime.complexArgument(arguments[0]).isFinite)
  }
  module.define(runtime, "isclose", "a, b, *, rel_tol=1e-09, abs_tol=0.0") { (runtime, arguments) throws(Raised) in
    let a = try runtime.complexArgument(arguments[0])
    let b = try runtime.complexArgument(arguments[1])
    let relative = arguments[2].isUndefined ? 1e-9 : try runtime.double(arguments[2])
    let absolute = arguments[3].isUndefined ? 0 : try runtime.double(arguments[3])
    if relative < 0 || absolute < 0 { throw runtime.valueError("tolerances must be non-negative") }
    if a.real == b.real, a.imaginary == b.imaginary { return .bool(true) }
    if a.real.isInfinite || a.imaginary.isInfinite || b.real.isInfinite || b.imaginary.isInfinite { return .bool(false) }
    let difference = (a - b).size
    return .bool(difference <= relative * b.size || difference <= relative * a.size || difference <= absolute)
  }
}

extension Runtime {
  fileprivate func complexArgument(_ value: Value) throws(Raised) -> Complex {
    if let number = try complexIfNumber(value) { return number }
    throw typeError("must be real number, not \(typeName(value))")
  }

  fileprivate func checked(_ body: () throws(ComplexFunctionError) -> Complex) throws(Raised) -> Complex {
    do { return try body() } catch {
      switch error {
      case .outOfDomain: throw mathDomainError()
      case .tooLarge: throw mathRangeError()
      }
    }
  }
}
