#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum ComplexFunctionError: Error {
  case outOfDomain, tooLarge
}

/// The functions of `cmath`, by the formulas of Kahan that CPython uses: exact at the branch cuts, careful near overflow.
enum ComplexFunctions {
  private static let large = Double.greatestFiniteMagnitude / 4
  private static let tiny = Double.leastNormalMagnitude

  private static func isLarge(_ z: Complex) -> Bool { z.real.magnitude > large || z.imaginary.magnitude > large }

  private static func checked(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if z.real.isInfinite || z.imaginary.isInfinite { throw .tooLarge }
    return z
  }

  static func sqrt(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if !z.isFinite { return try ComplexSpecialValues.sqrt.value(z) }
    if z.isZero { return Complex(0, z.imaginary) }
    var x = z.real.magnitude
    let y = z.imaginary.magnitude
    let s: Double
    if x < tiny, y < tiny {
      x = scalbn(x, 53)
      s = scalbn((x + hypot(x, scalbn(y, 53))).squareRoot(), -27)
    } else {
      x /= 8
      s = 2 * (x + hypot(x, y / 8)).squareRoot()
    }
    let d = y / (2 * s)
    return z.real >= 0 ? Complex(s, copysign(d, z.imaginary)) : Complex(d, copysign(s, z.imaginary))
  }

  static func acos(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if !z.isFinite { return try ComplexSpecialValues.acos.value(z) }
    if isLarge(z) {
      let size = realLog(hypot(z.real / 2, z.imaginary / 2)) + M_LN2 * 2
      return Complex(
        atan2(z.imaginary.magnitude, z.real), z.real < 0 ? -copysign(size, z.imaginary) : copysign(size, -z.imaginary))
    }
    let s1 = try sqrt(Complex(1 - z.real, -z.imaginary))
    let s2 = try sqrt(Complex(1 + z.real, z.imaginary))
    return Complex(
      2 * atan2(s1.real, s2.real), realAsinh(s2.real * s1.imaginary - s2.imaginary * s1.real))
  }

  static func acosh(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if !z.isFinite { return try ComplexSpecialValues.acosh.value(z) }
    if isLarge(z) {
      return Complex(
        realLog(hypot(z.real / 2, z.imaginary / 2)) + M_LN2 * 2, atan2(z.imaginary, z.real))
    }
    let s1 = try sqrt(Complex(z.real - 1, z.imaginary))
    let s2 = try sqrt(Complex(z.real + 1, z.imaginary))
    return Complex(
      realAsinh(s1.real * s2.real + s1.imaginary * s2.imaginary), 2 * atan2(s1.imaginary, s2.real))
  }

  static func asinh(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if !z.isFinite { return try ComplexSpecialValues.asinh.value(z) }
    if isLarge(z) {
      let size = realLog(hypot(z.real / 2, z.imaginary / 2)) + M_LN2 * 2
      return Complex(
        z.imaginary >= 0 ? copysign(size, z.real) : -copysign(size, -z.real), atan2(z.imaginary, z.real.magnitude))
    }
    let s1 = try sqrt(Complex(1 + z.imaginary, -z.real))
    let s2 = try sqrt(Complex(1 - z.imaginary, z.real))
    return Complex(
      realAsinh(s1.real * s2.imaginary - s2.real * s1.imaginary),
      atan2(z.imaginary, s1.real * s2.real - s1.imaginary * s2.imaginary))
  }

  static func asin(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    turnedBack(try asinh(turned(z)))
  }

  static func atan(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    turnedBack(try atanh(turned(z)))
  }

  static func atanh(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if !z.isFinite { return try ComplexSpecialValues.atanh.value(z) }
    if z.real.sign == .minus {
      let result = try atanh(Complex(-z.real, -z.imaginary))
      return Complex(-result.real, -result.imaginary)
    }
    let y = z.imaginary.magnitude
    let largeRoot = large.squareRoot()
    if z.real > largeRoot || y > largeRoot {
      let h = hypot(z.real / 2, z.imaginary / 2)
      return Complex(z.real / 4 / h / h, -copysign(.pi / 2, -z.imaginary))
    }
    if z.real == 1, y < tiny.squareRoot() {
      if y == 0 { throw .outOfDomain }
      return Complex(
        -realLog(y.squareRoot() / hypot(y, 2).squareRoot()), copysign(atan2(2, -y) / 2, z.imaginary))
    }
    let rest = 1 - z.real
    return Complex(
      log1p(4 * z.real / (rest * rest + y * y)) / 4,
      -atan2(-2 * z.imaginary, rest * (1 + z.real) - y * y) / 2)
  }

  static func cos(_ z: Complex) throws(ComplexFunctionError) -> Complex { try cosh(turned(z)) }

  static func sin(_ z: Complex) throws(ComplexFunctionError) -> Complex { turnedBack(try sinh(turned(z))) }

  static func tan(_ z: Complex) throws(ComplexFunctionError) -> Complex { turnedBack(try tanh(turned(z))) }

  /// Multiplied by i.
  private static func turned(_ z: Complex) -> Complex { Complex(-z.imaginary, z.real) }

  /// Divided by i.
  private static func turnedBack(_ z: Complex) -> Complex { Complex(z.imaginary, -z.real) }

  /// The argument beyond which `cosh` overflows although its product with a sine may not.
  private static let largeExponent = realLog(large)

  private static func isInfiniteAlongAnAngle(_ z: Complex) -> Bool {
    z.real.isInfinite && z.imaginary.isFinite && z.imaginary != 0
  }

  static func cosh(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    let (c, s) = (realCos(z.imaginary), realSin(z.imaginary))
    if !z.isFinite {
      if isInfiniteAlongAnAngle(z) {
        return Complex(copysign(.infinity, c), z.real > 0 ? copysign(.infinity, s) : -copysign(.infinity, s))
      }
      return try ComplexSpecialValues.cosh.value(z)
    }
    if z.real.magnitude > largeExponent {
      let x = z.real - copysign(1, z.real)
      return try checked(Complex(c * realCosh(x) * M_E, s * realSinh(x) * M_E))
    }
    return try checked(Complex(c * realCosh(z.real), s * realSinh(z.real)))
  }

  static func sinh(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    let (c, s) = (realCos(z.imaginary), realSin(z.imaginary))
    if !z.isFinite {
      if isInfiniteAlongAnAngle(z) {
        return Complex(z.real > 0 ? copysign(.infinity, c) : -copysign(.infinity, c), copysign(.infinity, s))
      }
      return try ComplexSpecialValues.sinh.value(z)
    }
    if z.real.magnitude > largeExponent {
      let x = z.real - copysign(1, z.real)
      return try checked(Complex(c * realSinh(x) * M_E, s * realCosh(x) * M_E))
    }
    return try checked(Complex(c * realSinh(z.real), s * realCosh(z.real)))
  }

  static func tanh(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    let (c, s) = (realCos(z.imaginary), realSin(z.imaginary))
    if !z.isFinite {
      if isInfiniteAlongAnAngle(z) { return Complex(z.real > 0 ? 1 : -1, copysign(0, 2 * s * c)) }
      return try ComplexSpecialValues.tanh.value(z)
    }
    if z.real.magnitude > largeExponent {
      return Complex(copysign(1, z.real), 4 * s * c * realExp(-2 * z.real.magnitude))
    }
    let tx = realTanh(z.real)
    let ty = realTan(z.imaginary)
    let cx = 1 / realCosh(z.real)
    let product = tx * ty
    let denominator = 1 + product * product
    return Complex(tx * (1 + ty * ty) / denominator, ((ty / denominator) * cx) * cx)
  }

  static func exp(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    let (c, s) = (realCos(z.imaginary), realSin(z.imaginary))
    if !z.isFinite {
      if isInfiniteAlongAnAngle(z) {
        let size: Double = z.real > 0 ? .infinity : 0
        return Complex(copysign(size, c), copysign(size, s))
      }
      return try ComplexSpecialValues.exp.value(z)
    }
    if z.real > largeExponent {
      let length = realExp(z.real - 1)
      return try checked(Complex(length * c * M_E, length * s * M_E))
    }
    let length = realExp(z.real)
    return try checked(Complex(length * c, length * s))
  }

  static func log(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    if !z.isFinite { return try ComplexSpecialValues.log.value(z) }
    let (x, y) = (z.real.magnitude, z.imaginary.magnitude)
    let real: Double
    if x > large || y > large {
      real = realLog(hypot(x / 2, y / 2)) + M_LN2
    } else if x < tiny, y < tiny {
      if x == 0, y == 0 { throw .outOfDomain }
      real = realLog(hypot(scalbn(x, 53), scalbn(y, 53))) - 53 * M_LN2
    } else {
      let h = hypot(x, y)
      if 0.71 <= h, h <= 1.73 {
        let (larger, smaller) = (max(x, y), min(x, y))
        real = log1p((larger - 1) * (larger + 1) + smaller * smaller) / 2
      } else {
        real = realLog(h)
      }
    }
    return Complex(real, atan2(z.imaginary, z.real))
  }

  static func log10(_ z: Complex) throws(ComplexFunctionError) -> Complex {
    let result = try log(z)
    return Complex(result.real / M_LN10, result.imaginary / M_LN10)
  }

  static func rectangular(_ r: Double, _ phi: Double) throws(ComplexFunctionError) -> Complex {
    let (c, s) = (realCos(phi), realSin(phi))
    if !r.isFinite || !phi.isFinite {
      if isInfiniteAlongAnAngle(Complex(r, phi)) {
        return r > 0
          ? Complex(copysign(.infinity, c), copysign(.infinity, s))
          : Complex(-copysign(.infinity, c), -copysign(.infinity, s))
      }
      return try ComplexSpecialValues.rectangular.value(Complex(r, phi))
    }
    return phi == 0 ? Complex(r, r * phi) : Complex(r * c, r * s)
  }
}

// The C library's functions, whose names the methods above take.
private func realLog(_ x: Double) -> Double { log(x) }
private func realExp(_ x: Double) -> Double { exp(x) }
private func realSin(_ x: Double) -> Double { sin(x) }
private func realCos(_ x: Double) -> Double { cos(x) }
private func realTan(_ x: Double) -> Double { tan(x) }
private func realSinh(_ x: Double) -> Double { sinh(x) }
private func realCosh(_ x: Double) -> Double { cosh(x) }
private func realTanh(_ x: Double) -> Double { tanh(x) }
private func realAsinh(_ x: Double) -> Double { asinh(x) }
