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
      return .float(x.floorRemainder(dividingBy: y))
    case .power: return try floatPower(x, y)
    case .matrixMultiply, .leftShift, .rightShift, .and, .or, .xor: return .notImplemented
    }
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

/// `a ** b` on numbers where nothing can go wrong; `undefined` where the general rule must decide.
func quickPower(_ a: Value, _ b: Value) -> Value {
  if case .int(let base) = a, case .int(let power) = b, power >= 0 { return quickPower(base, power) }
  guard let x = a.exactDouble, let y = b.exactDouble, x > 0, x.isFinite, y.isFinite else { return .undefined }
  let result = pow(x, y)
  return result.isFinite ? .float(result) : .undefined
}

/// By repeated squaring.
private func quickPower(_ base: Int, _ power: Int) -> Value {
  var (result, factor, rest) = (1, base, power)
  while true {
    if rest & 1 != 0 {
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      if overflow { return .undefined }
      result = product
    }
    rest >>= 1
    if rest == 0 { return .int(result) }
    let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
    if overflow { return .undefined }
    factor = square
  }
}

extension Value {
  /// A float, or an int that a double holds exactly.
  fileprivate var exactDouble: Double? {
    if case .float(let x) = self { return x }
    if case .int(let x) = self, x.magnitude < 1 << 53 { return Double(x) }
    return nil
  }
}

extension Double {
  /// The remainder with the divisor's sign. The divisor is not 0.
  func floorRemainder(dividingBy divisor: Double) -> Double {
    if self >= 0, divisor > 0 {
      let quotient = self / divisor
      if quotient < 0x1p52 {
        // The rounded quotient may be one off. Where it is not, the rest is a number of this size and precision, and computed exactly: what
        // `fmod` gives, in a third of the time.
        let rest = addingProduct(-Double(Int(quotient)), divisor)
        if rest > 0, rest < divisor { return rest }
        if rest == 0 { return 0 }
      }
    }
    let remainder = fmod(self, divisor)
    if remainder == 0 { return copysign(0, divisor) }
    return (divisor < 0) != (remainder < 0) ? remainder + divisor : remainder
  }
}
