#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import PyaSyntax

/// A complex number outside of an object.
struct Complex: Equatable {
  var real: Double
  var imaginary: Double

  init(_ real: Double, _ imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }

  @inline(__always)
  init(of object: Unmanaged<ComplexObject>) { self = object._withUnsafeGuaranteedRef { Complex($0.real, $0.imaginary) } }

  /// A plain complex number; or an int or float whose other operand is an object, so that it may be one. Nil for anything else.
  @inline(__always)
  init?(plain value: Value, with other: Value) {
    if let held = value.uncounted {
      guard held.kind == .complex, held.isPlain else { return nil }
      self.init(of: held.as(ComplexObject.self))
      return
    }
    guard other.uncounted != nil else { return nil }
    switch value {
    case .int(let number): self.init(Double(number), 0)
    case .float(let number): self.init(number, 0)
    default: return nil
    }
  }

  static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
  static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }

  static func * (a: Complex, b: Complex) -> Complex {
    Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }

  /// Smith's method, which avoids overflow on the way. Nil: division by zero.
  func divided(by divisor: Complex) -> Complex? {
    let (sizeOfReal, sizeOfImaginary) = (divisor.real.magnitude, divisor.imaginary.magnitude)
    if sizeOfReal >= sizeOfImaginary {
      if sizeOfReal == 0 { return nil }
      let ratio = divisor.imaginary / divisor.real
      let denominator = divisor.real + divisor.imaginary * ratio
      return Complex((real + imaginary * ratio) / denominator, (imaginary - real * ratio) / denominator)
    }
    if sizeOfImaginary >= sizeOfReal {
      let ratio = divisor.real / divisor.imaginary
      let denominator = divisor.real * ratio + divisor.imaginary
      return Complex((real * ratio + imaginary) / denominator, (imaginary * ratio - real) / denominator)
    }
    return Complex(.nan, .nan)
  }

  var isFinite: Bool { real.isFinite && imaginary.isFinite }
  var isZero: Bool { real == 0 && imaginary == 0 }
}

extension Runtime {
  func complex(_ number: Complex) -> Value {
    .object(ComplexObject(self, real: number.real, imaginary: number.imaginary))
  }

  func complexOperation(_ op: BinaryOperator, _ a: Complex, _ b: Complex) throws(Raised) -> Value {
    switch op {
    case .add: return complex(a + b)
    case .subtract: return complex(a - b)
    case .multiply: return complex(a * b)
    case .divide:
      guard let quotient = a.divided(by: b) else { throw zeroDivisionError("complex division by zero") }
      return complex(quotient)
    case .power: return try complexPower(a, b)
    case .floorDivide, .modulo, .matrixMultiply, .leftShift, .rightShift, .and, .or, .xor: return .notImplemented
    }
  }

  private func complexPower(_ base: Complex, _ exponent: Complex) throws(Raised) -> Value {
    func zeroBase() -> Raised { zeroDivisionError("0.0 to a negative or complex power") }
    var result: Complex
    if exponent.imaginary == 0, exponent.real == exponent.real.rounded(.down), exponent.real.magnitude <= 100 {
      result = naturalPower(base, UInt(exponent.real.magnitude))
      if exponent.real <= 0 {
        guard let inverse = Complex(1, 0).divided(by: result) else { throw zeroBase() }
        result = inverse
      }
    } else if base.isZero {
      if exponent.imaginary != 0 || exponent.real < 0 { throw zeroBase() }
      result = Complex(0, 0)
    } else {
      let size = hypot(base.real, base.imaginary)
      var length = pow(size, exponent.real)
      let angle = atan2(base.imaginary, base.real)
      var phase = angle * exponent.real
      if exponent.imaginary != 0 {
        length /= exp(angle * exponent.imaginary)
        phase += exponent.imaginary * log(size)
      }
      // The sine of infinity is the C library's EDOM, which CPython takes for a zero base.
      if phase.isInfinite { throw zeroBase() }
      result = Complex(length * cos(phase), length * sin(phase))
    }
    if result.real.isInfinite || result.imaginary.isInfinite { throw overflowError("complex exponentiation") }
    return complex(result)
  }

  private func naturalPower(_ base: Complex, _ exponent: UInt) -> Complex {
    var result = Complex(1, 0)
    var square = base
    var mask: UInt = 1
    while mask <= exponent {
      if exponent & mask != 0 { result = result * square }
      mask <<= 1
      square = square * square
    }
    return result
  }
}
