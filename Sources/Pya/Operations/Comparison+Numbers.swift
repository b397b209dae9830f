import PyaSyntax

/// Numbers of different types compare by their exact values: `2**53 + 1 > 2.0**53`.
extension Runtime {
  func compareNumbers(_ op: ComparisonOperator, _ a: Number, _ b: Number) -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)): return .bool(op.holds(x, y))
    case (.float(let x), .float(let y)): return .bool(op.holds(x, y))
    case (.complex(let real, let imaginary), _):
      return compareComplex(op, real, imaginary, b)
    case (_, .complex(let real, let imaginary)): return compareComplex(op, real, imaginary, a)
    case (.float(let x), _):
      guard let order = order(of: b, relativeTo: x) else { return .bool(op == .notEqual) }
      return .bool(op.holds(0, order))
    case (_, .float(let y)):
      guard let order = order(of: a, relativeTo: y) else { return .bool(op == .notEqual) }
      return .bool(op.holds(order, 0))
    // What fits a machine word is never equal to what does not.
    case (.int, .big(let y)): return .bool(op.holds(0, y.sign == .plus ? 1 : -1))
    case (.big(let x), .int): return .bool(op.holds(x.sign == .plus ? 1 : -1, 0))
    case (.big(let x), .big(let y)): return .bool(op.holds(x, y))
    }
  }

  private func compareComplex(_ op: ComparisonOperator, _ real: Double, _ imaginary: Double, _ other: Number) -> Value {
    guard op == .equal || op == .notEqual else { return .notImplemented }
    let isEqual: Bool
    switch other {
    case .complex(let otherReal, let otherImaginary): isEqual = real == otherReal && imaginary == otherImaginary
    case .float(let number): isEqual = real == number && imaginary == 0
    case .int, .big: isEqual = imaginary == 0 && order(of: other, relativeTo: real) == 0
    }
    return .bool(isEqual == (op == .equal))
  }

  /// Negative, 0 or positive as an integer lies below, at or above a float; nil for NaN.
  private func order(of integer: Number, relativeTo float: Double) -> Int? {
    if float.isNaN { return nil }
    if case .int(let number) = integer {
      if number.magnitude <= 1 << 53 {
        let exact = Double(number)
        return exact < float ? -1 : exact > float ? 1 : 0
      }
      if float >= 0x1p63 { return -1 }
      if float < -0x1p63 { return 1 }
      // Numbers this large next to the integer have no fraction; others differ anyway.
      let whole = float.rounded(.down)
      let truncated = Int(whole)
      if number != truncated { return number < truncated ? -1 : 1 }
      return float > whole ? -1 : 0
    }
    guard case .big(let number) = integer else { return nil }
    if float.isInfinite { return float > 0 ? -1 : 1 }
    let whole = float.rounded(.down)
    let exact = BigInt(truncating: whole)
    if number != exact { return number < exact ? -1 : 1 }
    return float > whole ? -1 : 0
  }
}
