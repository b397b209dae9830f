#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import PyaSyntax

/// Floats, by CPython's algorithms.
extension Runtime {
  func floatOperation(_ op: BinaryOperator, _ x: Double, _ y: Double) throws(Raised) -> Value {
    switch op {
    case .add: return .float(x + y)
    case .subtract: return .float(x - y)
    case .multiply: return .float(x * y)
    case .divide:
      if y == 0 { throw zeroDivisionError("float division by zero") }
      return .float(x / y)
    case .floorDivide:
      if y == 0 { throw zeroDivisionError("float floor division by zero") }
      return .float(floatDivmod(x, y).quotient)
    case .modulo:
      if y == 0 { throw zeroDivisionError("float modulo by zero") }
      return .float(floatModulo(x, y))
    case .power: return try floatPower(x, y)
    case .matrixMultiply, .leftShift, .rightShift, .and, .or, .xor: return .notImplemented
    }
  }

  /// The remainder with the divisor's sign. The divisor is not 0.
  func floatModulo(_ x: Double, _ y: Double) -> Double {
    let remainder = fmod(x, y)
    if remainder == 0 { return copysign(0, y) }
    return (y < 0) != (remainder < 0) ? remainder + y : remainder
  }

  func floatDivmod(_ x: Double, _ y: Double) -> (quotient: Double, remainder: Double) {
    var remainder = fmod(x, y)
    var division = (x - remainder) / y
    if remainder != 0 {
      if (y < 0) != (remainder < 0) {
        remainder += y
        division -= 1
      }
    } else {
      remainder = copysign(0, y)
    }
    // NaN is not 0 and passes through `floor`.
    guard division != 0 else { return (copysign(0, x / y), remainder) }
    var quotient = division.rounded(.down)
    if division - quotient > 0.5 { quotient += 1 }
    return (quotient, remainder)
  }

  private func floatPower(_ x: Double, _ y: Double) throws(Raised) -> Value {
    if y == 0 { return .float(1) }
    if x.isNaN { return .float(x) }
    if y.isNaN { return .float(x == 1 ? 1 : y) }
    let isOddExponent = fmod(y.magnitude, 2) == 1
    if y.isInfinite {
      let size = x.magnitude
      return .float(size == 1 ? 1 : (y > 0) == (size > 1) ? y.magnitude : 0)
    }
    if x.isInfinite {
      if y > 0 { return .float(isOddExponent ? x : x.magnitude) }
      return .float(isOddExponent ? copysign(0, x) : 0)
    }
    if x == 0 {
      if y < 0 { throw zeroDivisionError("0.0 cannot be raised to a negative power") }
      return .float(isOddExponent ? x : 0)
    }
    if x < 0, y != y.rounded(.down) { return try complexOperation(.power, Complex(x, 0), Complex(y, 0)) }
    let result = pow(x.magnitude, y)
    if result.isInfinite { throw resultOutOfRange() }
    return .float(x < 0 && isOddExponent ? -result : result)
  }

  /// What the C library's ERANGE becomes.
  func resultOutOfRange() -> Raised {
    error("OverflowError", [.int(34), .object(string("Numerical result out of range"))])
  }
}
