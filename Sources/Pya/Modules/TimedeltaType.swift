import PyaSyntax

/// `datetime.timedelta`.
extension Runtime {
  func defineTimedelta(_ types: DatetimeTypes) {
    let type = types.timedelta
    type.defineFieldConstructor(self) { (runtime, type, arguments) throws(Raised) in
      try runtime.newTimedelta(type, arguments)
    }
    let fields: [(String, (Value) -> Int)] = [
      ("days", { $0.known(TimedeltaObject.self)._withUnsafeGuaranteedRef { $0.days } }),
      ("seconds", { $0.known(TimedeltaObject.self)._withUnsafeGuaranteedRef { $0.seconds } }),
      ("microseconds", { $0.known(TimedeltaObject.self)._withUnsafeGuaranteedRef { $0.microseconds } }),
    ]
    for (name, part) in fields {
      type.defineProperty(self, name) { (_, value) throws(Raised) in .int(part(value)) }
    }
    let limits = [
      ("min", -999_999_999, 0, 0), ("max", 999_999_999, 86399, 999_999), ("resolution", 0, 0, 1),
    ]
    for (name, days, seconds, microseconds) in limits {
      type.attributes.setString(
        intern(name),
        .object(TimedeltaObject(type: type, days: days, seconds: seconds, microseconds: microseconds)))
    }
    defineTimedeltaText(type)
    defineTimedeltaComparison(type)
    defineTimedeltaArithmetic(type)
    defineTimedeltaDivision(type)
    type.didChange()
  }

  private func newTimedelta(_ type: TypeObject, _ arguments: Arguments) throws(Raised) -> Value {
    if let total = arguments.plainTimedelta {
      return .object(try timedelta(totalMicroseconds: total, type: type))
    }
    let names: [StaticString] = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"]
    let values = try fields(arguments, names, required: 0, function: "__new__")
    let scales = [
      86_400_000_000, 1_000_000, 1, 1000, 60_000_000, 3_600_000_000, 604_800_000_000,
    ]
    var sum = 0
    var large: BigInt?
    var leftover = 0.0
    func add(_ factor: Int, _ scale: Int) {
      let (product, overflow) = factor.multipliedReportingOverflow(by: scale)
      let (total, carry) = sum.addingReportingOverflow(product)
      if overflow || carry || large != nil {
        large = (large ?? BigInt(sum)) + BigInt(factor) * BigInt(scale)
      } else {
        sum = total
      }
    }
    func add(_ value: Value, _ scale: Int) {
      if case .int(let factor) = value { return add(factor, scale) }
      if let factor = value.bigInt { large = (large ?? BigInt(sum)) + factor.value * BigInt(scale) }
    }
    for index in [2, 3, 1, 4, 5, 0, 6] {
      let value = values[index]
      if value.isUndefined { continue }
      switch value.plainNumber {
      case .int(let number): add(number, scales[index])
      case .bool(let flag): add(flag ? 1 : 0, scales[index])
      case .float(let number):
        let whole = number.rounded(.towardZero)
        add(try integer(truncating: number), scales[index])
        let fraction = number - whole
        if fraction != 0 {
          let part = fraction * Double(scales[index])
          let wholePart = part.rounded(.towardZero)
          add(try integer(truncating: wholePart), 1)
          leftover += part - wholePart
        }
      case let number where number.bigInt != nil: add(number, scales[index])
      default: throw typeError("unsupported type for timedelta \(names[index]) component: \(typeName(value))")
      }
    }
    if leftover != 0 {
      var rounded = leftover.rounded(.toNearestOrAwayFromZero)
      if (rounded - leftover).magnitude == 0.5 {
        let isOdd = large.map { $0.magnitude.words.first.map { $0 & 1 != 0 } ?? false } ?? (sum & 1 != 0)
        let odd = isOdd ? 1.0 : 0.0
        rounded = 2 * ((leftover + odd) * 0.5).rounded(.toNearestOrAwayFromZero) - odd
      }
      add(Int(rounded), 1)
    }
    return try makeTimedelta(type, large ?? BigInt(sum))
  }

  private func makeTimedelta(_ type: TypeObject, _ total: BigInt) throws(Raised) -> Value {
    let (days, rest) = total.floorDivided(by: 86_400_000_000)
    guard let days = Int32(exactly: days) else { throw overflowError("Python int too large to convert to C int") }
    return .object(try timedelta(days: Int(days), microseconds: Int(rest), type: type))
  }

  fileprivate func timedelta(_ total: BigInt) throws(Raised) -> Value {
    if let small = Int(exactly: total) { return .object(try timedelta(totalMicroseconds: small)) }
    return try makeTimedelta(datetimeTypes.timedelta, total)
  }

  /// The class as CPython's `tp_name` shows it.
  func shownName(of type: TypeObject) -> String { type.isHeap ? type.name : type.messageName }

  private func defineTimedeltaText(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      var parts: [String] = []
      if delta.days != 0 { parts.append("days=\(delta.days)") }
      if delta.seconds != 0 { parts.append("seconds=\(delta.seconds)") }
      if delta.microseconds != 0 { parts.append("microseconds=\(delta.microseconds)") }
      let text = parts.isEmpty ? "0" : parts.joined(separator: ", ")
      return .object(runtime.string("\(runtime.shownName(of: delta.type))(\(text))"))
    }
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      var text = ""
      if delta.days != 0 { text = "\(delta.days) day\(delta.days.magnitude == 1 ? "" : "s"), " }
      let seconds = delta.seconds
      text += "\(seconds / 3600):\(zeroPadded(seconds / 60 % 60)):\(zeroPadded(seconds % 60))"
      if delta.microseconds != 0 { text += ".\(zeroPadded(delta.microseconds, 6))" }
      return .object(runtime.string(text))
    }
    type.define(self, "total_seconds", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.totalSeconds(arguments[0].knownTimedelta)
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      let fields = TupleObject(runtime, [.int(delta.days), .int(delta.seconds), .int(delta.microseconds)])
      return .object(TupleObject(runtime, [.object(delta.type), .object(fields)]))
    }
  }

  private func totalSeconds(_ delta: TimedeltaObject) throws(Raised) -> Value {
    if let total = delta.smallTotal, total.magnitude < 1 << 53 { return .float(Double(total) / 1e6) }
    return try binary(.divide, integer(delta.total), .int(1_000_000))
  }

  private func defineTimedeltaComparison(_ type: TypeObject) {
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (_, arguments) throws(Raised) in
        guard let other = arguments[1].timedelta else { return .notImplemented }
        let delta = arguments[0].knownTimedelta
        return .bool(op.holds(delta == other ? 0 : delta < other ? -1 : 1, 0))
      }
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(runtime.hash(of: arguments[0].knownTimedelta))
    }
    type.define(self, "__bool__", "self, /") { (_, arguments) throws(Raised) in
      .bool(!arguments[0].knownTimedelta.isZero)
    }
  }

  func hash(of delta: TimedeltaObject) -> Int {
    var hasher = TupleHasher()
    for field in [delta.days, delta.seconds, delta.microseconds] { hasher.add(NumericHash.of(field)) }
    return hasher.finish(count: 3)
  }

  private func defineTimedeltaArithmetic(_ type: TypeObject) {
    func sum(_ a: TimedeltaObject, _ b: TimedeltaObject, _ sign: Int) throws(Raised) -> Value {
      .object(
        try timedelta(
          days: a.days + sign * b.days, seconds: a.seconds + sign * b.seconds,
          microseconds: a.microseconds + sign * b.microseconds))
    }
    for (name, isReflected, sign) in [
      ("__add__", false, 1), ("__radd__", true, 1), ("__sub__", false, -1), ("__rsub__", true, -1),
    ] {
      type.define(self, name, "self, value, /") { (_, arguments) throws(Raised) in
        guard let other = arguments[1].timedelta else { return .notImplemented }
        let delta = arguments[0].knownTimedelta
        return isReflected ? try sum(other, delta, sign) : try sum(delta, other, sign)
      }
    }
    type.define(self, "__neg__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.negated(arguments[0].knownTimedelta))
    }
    type.define(self, "__pos__", "self, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      return .object(
        try runtime.timedelta(days: delta.days, seconds: delta.seconds, microseconds: delta.microseconds))
    }
    type.define(self, "__abs__", "self, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      if delta.days < 0 { return .object(try runtime.negated(delta)) }
      return .object(
        try runtime.timedelta(days: delta.days, seconds: delta.seconds, microseconds: delta.microseconds))
    }
    for name in ["__mul__", "__rmul__"] {
      type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
        let delta = arguments[0].knownTimedelta
        switch Number(arguments[1]) {
        case .float(let factor):
          let (numerator, denominator) = try runtime.ratio(of: factor)
          return try runtime.timedelta((delta.total * numerator).roundedQuotient(denominator))
        case .int(let factor):
          if let total = delta.smallTotal {
            let (product, overflow) = total.multipliedReportingOverflow(by: factor)
            if !overflow { return .object(try runtime.timedelta(totalMicroseconds: product)) }
          }
          return try runtime.timedelta(delta.total * BigInt(factor))
        case .big(let factor): return try runtime.timedelta(delta.total * factor)
        default: return .notImplemented
        }
      }
    }
  }

  func negated(_ delta: TimedeltaObject) throws(Raised) -> TimedeltaObject {
    try timedelta(days: -delta.days, seconds: -delta.seconds, microseconds: -delta.microseconds)
  }

  /// A float as a fraction: the denominator is a power of two.
  private func ratio(of number: Double) throws(Raised) -> (BigInt, BigInt) {
    if number.isNaN { throw valueError("cannot convert NaN to integer ratio") }
    if number.isInfinite { throw overflowError("cannot convert Infinity to integer ratio") }
    var mantissa = number
    var exponent = 0
    while mantissa != mantissa.rounded(.towardZero) {
      mantissa *= 2
      exponent += 1
    }
    return (BigInt(truncating: mantissa), BigInt(1) << exponent)
  }

  private func defineTimedeltaDivision(_ type: TypeObject) {
    func divisionByZero() -> Raised { zeroDivisionError("integer division or modulo by zero") }
    type.define(self, "__truediv__", "self, value, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      if let other = arguments[1].timedelta {
        return try runtime.binary(.divide, runtime.integer(delta.total), runtime.integer(other.total))
      }
      switch Number(arguments[1]) {
      case .float(let divisor):
        let (numerator, denominator) = try runtime.ratio(of: divisor)
        if numerator.isZero { throw divisionByZero() }
        return try runtime.timedelta((delta.total * denominator).roundedQuotient(numerator))
      case .int(let divisor):
        if divisor == 0 { throw divisionByZero() }
        return try runtime.timedelta(delta.total.roundedQuotient(BigInt(divisor)))
      case .big(let divisor): return try runtime.timedelta(delta.total.roundedQuotient(divisor))
      default: return .notImplemented
      }
    }
    type.define(self, "__floordiv__", "self, value, /") { (runtime, arguments) throws(Raised) in
      let delta = arguments[0].knownTimedelta
      if let other = arguments[1].timedelta {
        if other.isZero { throw divisionByZero() }
        return runtime.integer(delta.total.floorDivided(by: other.total).quotient)
      }
      guard let divisor = Number(arguments[1])?.bigInt else { return .notImplemented }
      if divisor.isZero { throw divisionByZero() }
      return try runtime.timedelta(delta.total.floorDivided(by: divisor).quotient)
    }
    type.define(self, "__mod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].timedelta else { return .notImplemented }
      if other.isZero { throw divisionByZero() }
      return try runtime.timedelta(arguments[0].knownTimedelta.total.floorDivided(by: other.total).remainder)
    }
    type.define(self, "__divmod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].timedelta else { return .notImplemented }
      if other.isZero { throw divisionByZero() }
      let result = arguments[0].knownTimedelta.total.floorDivided(by: other.total)
      return .object(
        TupleObject(runtime, [runtime.integer(result.quotient), try runtime.timedelta(result.remainder)]))
    }
    for name in ["__rtruediv__", "__rfloordiv__", "__rmod__", "__rdivmod__"] {
      type.define(self, name, "self, value, /") { (_, _) throws(Raised) in .notImplemented }
    }
  }
}

extension Value {
  fileprivate var knownTimedelta: TimedeltaObject { unsafeDowncast(object.unsafelyUnwrapped, to: TimedeltaObject.self) }
}

extension BigInt {
  /// The nearest integer to the quotient, ties to even.
  func roundedQuotient(_ divisor: BigInt) -> BigInt {
    let (quotient, remainder) = floorDivided(by: divisor)
    let doubled = remainder.magnitude << 1
    let isOdd = (quotient.magnitude.words.first ?? 0) & 1 != 0
    let isUp = doubled > divisor.magnitude || (doubled == divisor.magnitude && isOdd)
    return isUp ? quotient + 1 : quotient
  }
}

/// A number that is not negative, with zeros in front.
func zeroPadded(_ number: Int, _ width: Int = 2) -> String {
  let digits = String(number)
  return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
}
