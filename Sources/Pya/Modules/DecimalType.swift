import PyaSyntax

typealias DecimalUnary = (inout DecimalArithmetic, DecimalNumber) -> DecimalNumber
typealias DecimalBinary = (inout DecimalArithmetic, DecimalNumber, DecimalNumber) -> DecimalNumber

/// The operations that are methods of both `Decimal` and `Context`.
enum DecimalOperations {
  static var unary: [(String, DecimalUnary)] {
    [
      ("exp", { $0.exponential($1) }), ("ln", { $0.naturalLogarithm($1) }), ("log10", { $0.decimalLogarithm($1) }),
      ("sqrt", { $0.squareRoot($1) }), ("next_minus", { $0.next($1, isUp: false) }),
      ("next_plus", { $0.next($1, isUp: true) }), ("normalize", { $0.normalize($1) }), ("logb", { $0.logb($1) }),
      ("logical_invert", { $0.logicalInvert($1) }),
    ]
  }
  static var binary: [(String, DecimalBinary)] {
    [
      ("compare", { $0.compare($1, $2) }), ("compare_signal", { $0.compareSignal($1, $2) }),
      ("max", { $0.extreme($1, $2, isMaximum: true) }), ("min", { $0.extreme($1, $2, isMaximum: false) }),
      ("max_mag", { $0.extreme($1, $2, isMaximum: true, isMagnitude: true) }),
      ("min_mag", { $0.extreme($1, $2, isMaximum: false, isMagnitude: true) }),
      ("next_toward", { $0.nextToward($1, $2) }), ("remainder_near", { $0.remainderNear($1, $2) }),
      ("logical_and", { $0.logical($1, $2) { $0 && $1 } }), ("logical_or", { $0.logical($1, $2) { $0 || $1 } }),
      ("logical_xor", { $0.logical($1, $2) { $0 != $1 } }), ("rotate", { $0.rotate($1, $2) }),
      ("scaleb", { $0.scaleb($1, $2) }), ("shift", { $0.shift($1, $2) }),
      ("compare_total", { DecimalArithmetic.sign(DecimalArithmetic.totalOrder($1, $2)) }),
      (
        "compare_total_mag",
        { DecimalArithmetic.sign(DecimalArithmetic.totalOrder($1.withSign(false), $2.withSign(false))) }
      ),
      ("copy_sign", { $1.withSign($2.isNegative) }),
    ]
  }
  static var questions: [(String, (DecimalNumber, DecimalContextObject) -> Bool)] {
    [
      ("is_canonical", { _, _ in true }), ("is_finite", { number, _ in number.isFinite }),
      ("is_infinite", { number, _ in number.isInfinite }), ("is_nan", { number, _ in number.isNaN }),
      ("is_qnan", { number, _ in number.kind == .quietNaN }), ("is_snan", { number, _ in number.kind == .signalingNaN }),
      ("is_signed", { number, _ in number.isNegative }), ("is_zero", { number, _ in number.isZero }),
      ("is_normal", { $0.isFinite && !$0.isZero && $0.adjusted >= $1.minimumExponent }),
      ("is_subnormal", { $0.isFinite && !$0.isZero && $0.adjusted < $1.minimumExponent }),
    ]
  }

  static func numberClass(_ number: DecimalNumber, _ context: DecimalContextObject) -> String {
    if number.kind == .signalingNaN { return "sNaN" }
    if number.kind == .quietNaN { return "NaN" }
    let sign = number.isNegative ? "-" : "+"
    if number.isInfinite { return sign + "Infinity" }
    if number.isZero { return sign + "Zero" }
    return sign + (number.adjusted < context.minimumExponent ? "Subnormal" : "Normal")
  }
}

/// `decimal.Decimal`.
extension Runtime {
  func defineDecimal(_ types: DecimalTypes) {
    let type = types.decimal
    type.defineFieldConstructor(self) { (runtime, type, arguments) throws(Raised) in
      if arguments.count == 1, !arguments.hasKeywords, let text = arguments[0].string, let number = CompactDecimal(text: text) {
        return .object(DecimalObject(type: type, number))
      }
      let values = try runtime.fields(arguments, ["value", "context"], required: 0)
      let context = try runtime.decimalContext(values[1])
      guard let value = values[0].defined else { return .object(DecimalObject(type: type, .zero)) }
      if let decimal = value.decimal, decimal.isExactly(type) { return value }
      return .object(DecimalObject(type: type, try runtime.exactDecimal(value, context)))
    }
    type.defineClassMethod(self, "from_float", "cls, f, /") { (runtime, arguments) throws(Raised) in
      let number: DecimalNumber
      if case .float(let float)? = Number(arguments[1]) {
        number = DecimalNumber(float)
      } else if let whole = Number(arguments[1])?.bigInt {
        number = DecimalNumber(whole)
      } else {
        throw runtime.typeError("argument must be int or float")
      }
      guard let cls = arguments[0].type, cls !== runtime.decimalTypes.decimal else { return runtime.decimal(number) }
      return try runtime.call(arguments[0], runtime.decimal(number))
    }
    defineDecimalOperators(type)
    defineDecimalComparison(type)
    defineDecimalConversions(type)
    defineDecimalMethods(type)
    defineDecimalText(type)
    type.didChange()
  }

  /// The context given, or the one in force.
  func decimalContext(_ value: Value) throws(Raised) -> DecimalContextObject {
    if value.isUndefined || value.isNone { return decimalTypes.current }
    guard let context = value.decimalContext else { throw typeError("optional argument must be a context") }
    return context
  }

  // MARK: Operators

  private func defineDecimalOperators(_ type: TypeObject) {
    func define(_ op: BinaryOperator, _ operation: @escaping DecimalBinary) {
      for isReflected in [false, true] {
        let method = isReflected ? op.reflectedMethod : op.method
        type.define(self, method.pythonName, "self, value, /") { (runtime, arguments) throws(Raised) in
          guard let other = runtime.decimalNumber(arguments[1]) else { return .notImplemented }
          let number = arguments[0].knownDecimal
          let (a, b) = isReflected ? (other, number) : (number, other)
          return runtime.decimal(try runtime.compute(runtime.decimalTypes.current) { operation(&$0, a, b) })
        }
      }
    }
    define(.add) { $0.add($1, $2) }
    define(.subtract) { $0.subtract($1, $2) }
    define(.multiply) { $0.multiply($1, $2) }
    define(.divide) { $0.divide($1, $2) }
    define(.floorDivide) { $0.divideInteger($1, $2) }
    define(.modulo) { $0.remainder($1, $2) }
    for (name, isReflected) in [("__divmod__", false), ("__rdivmod__", true)] {
      type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
        guard let other = runtime.decimalNumber(arguments[1]) else { return .notImplemented }
        let number = arguments[0].knownDecimal
        let (a, b) = isReflected ? (other, number) : (number, other)
        let result = try runtime.compute(runtime.decimalTypes.current) { $0.divmod(a, b) }
        return .object(TupleObject(runtime, [runtime.decimal(result.0), runtime.decimal(result.1)]))
      }
    }
    type.define(self, "__pow__", "self, value, mod=None, /") { (runtime, arguments) throws(Raised) in
      guard let other = runtime.decimalNumber(arguments[1]) else { return .notImplemented }
      let number = arguments[0].knownDecimal
      let context = runtime.decimalTypes.current
      if let modulus = arguments[2].defined, !modulus.isNone {
        guard let modulus = runtime.decimalNumber(modulus) else { return .notImplemented }
        return runtime.decimal(try runtime.compute(context) { $0.modularPower(number, other, modulus) })
      }
      return runtime.decimal(try runtime.compute(context) { $0.power(number, other) })
    }
    type.define(self, "__rpow__", "self, value, mod=None, /") { (runtime, arguments) throws(Raised) in
      guard let other = runtime.decimalNumber(arguments[1]) else { return .notImplemented }
      let number = arguments[0].knownDecimal
      return runtime.decimal(try runtime.compute(runtime.decimalTypes.current) { $0.power(other, number) })
    }
    let signs: [(String, DecimalUnary)] = [
      ("__neg__", { $0.minus($1) }), ("__pos__", { $0.plus($1) }), ("__abs__", { $0.absolute($1) }),
    ]
    for (name, operation) in signs {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        let number = arguments[0].knownDecimal
        return runtime.decimal(try runtime.compute(runtime.decimalTypes.current) { operation(&$0, number) })
      }
    }
  }

  // MARK: Comparison

  private func defineDecimalComparison(_ type: TypeObject) {
    for op in ComparisonOperator.rich {
      type.define(self, op.methodName, "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.compareDecimals(op, arguments[0].knownDecimal, arguments[1])
      }
    }
    type.define(self, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      let number = arguments[0].knownDecimal
      switch number.kind {
      case .signalingNaN: throw runtime.typeError("Cannot hash a signaling NaN value")
      case .quietNaN: return .int(arguments[0].object.map { runtime.identityHash($0) } ?? 0)
      case .infinity: return .int(number.isNegative ? -314159 : 314159)
      case .finite: return .int(number.hash)
      }
    }
    type.define(self, "__bool__", "self, /") { (_, arguments) throws(Raised) in
      .bool(!arguments[0].knownDecimal.isZero)
    }
  }

  private func compareDecimals(_ op: ComparisonOperator, _ a: DecimalNumber, _ other: Value) throws(Raised) -> Value {
    let isEquality = op == .equal || op == .notEqual
    let context = decimalTypes.current
    var (a, b) = (a, DecimalNumber.zero)
    if let number = decimalNumber(other) {
      b = number
    } else if case .float(let float)? = Number(other) {
      if isEquality {
        context.flags.insert(.floatOperation)
      } else {
        try signal(.floatOperation, context)
      }
      b = DecimalNumber(float)
    } else if let complex = other.complex, isEquality {
      if complex.imaginary != 0 { return .bool(op == .notEqual) }
      b = DecimalNumber(complex.real)
    } else if case .object(let object) = other, object.kind == .instance, object.type.lookup(intern("denominator")) != nil,
      let numerator = Number(try getAttribute(other, "numerator"))?.bigInt,
      let denominator = Number(try getAttribute(other, "denominator"))?.bigInt
    {
      if a.isFinite { a.coefficient *= denominator.magnitude }
      b = DecimalNumber(numerator)
    } else {
      return .notImplemented
    }
    if a.isNaN || b.isNaN {
      if !isEquality || a.kind == .signalingNaN || b.kind == .signalingNaN { try signal(.invalidOperation, context) }
      return .bool(op == .notEqual)
    }
    return .bool(op.holds(DecimalNumber.order(a, b), 0))
  }

  // MARK: Conversions

  private func defineDecimalConversions(_ type: TypeObject) {
    func define(_ name: String, _ rounding: DecimalRounding) {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        try runtime.integer(arguments[0].knownDecimal, rounding)
      }
    }
    define("__int__", .down)
    define("__trunc__", .down)
    define("__floor__", .floor)
    define("__ceil__", .ceiling)
    type.define(self, "__round__", "self, ndigits=None, /") { (runtime, arguments) throws(Raised) in
      let number = arguments[0].knownDecimal
      guard let digits = arguments[1].defined, !digits.isNone else { return try runtime.integer(number, .halfEven) }
      guard digits.isPlainNumberKind, case .int(let places) = try runtime.integer(fromIndex: digits) else {
        throw runtime.typeError("optional arg must be an integer")
      }
      let unit = DecimalNumber(false, 1, places == .min ? .max : -places)
      return runtime.decimal(try runtime.compute(runtime.decimalTypes.current) { $0.quantize(number, unit) })
    }
    type.define(self, "__float__", "self, /") { (runtime, arguments) throws(Raised) in
      .float(try runtime.double(arguments[0].knownDecimal))
    }
    type.define(self, "__complex__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(ComplexObject(runtime, real: try runtime.double(arguments[0].knownDecimal), imaginary: 0))
    }
    type.define(self, "as_integer_ratio", "self, /") { (runtime, arguments) throws(Raised) in
      let number = arguments[0].knownDecimal
      if number.isInfinite { throw runtime.overflowError("cannot convert Infinity to integer ratio") }
      if number.isNaN { throw runtime.valueError("cannot convert NaN to integer ratio") }
      var (top, bottom): (BigUInt, BigUInt) = (number.coefficient, 1)
      if number.exponent >= 0 {
        top *= TenPower.of(number.exponent)
      } else {
        bottom = TenPower.of(-number.exponent)
        let divisor = top.isZero ? bottom : top.greatestCommonDivisor(with: bottom)
        top /= divisor
        bottom /= divisor
      }
      let signed = BigInt(sign: number.isNegative && !top.isZero ? .minus : .plus, magnitude: top)
      return .object(TupleObject(runtime, [runtime.integer(signed), runtime.integer(BigInt(bottom))]))
    }
    type.define(self, "as_tuple", "self, /") { (runtime, arguments) throws(Raised) in
      let number = arguments[0].knownDecimal
      var digits: [Value] = number.isInfinite ? [.int(0)] : number.digits.map { .int(Int($0) - 48) }
      if number.isNaN, number.coefficient.isZero { digits = [] }
      let exponent: Value
      switch number.kind {
      case .finite: exponent = .int(number.exponent)
      case .infinity: exponent = .object(runtime.string("F"))
      case .quietNaN: exponent = .object(runtime.string("n"))
      case .signalingNaN: exponent = .object(runtime.string("N"))
      }
      return runtime.decimalTypes.tuple.make([
        .int(number.isNegative ? 1 : 0), .object(TupleObject(runtime, digits)), exponent,
      ])
    }
  }

  private func integer(_ number: DecimalNumber, _ rounding: DecimalRounding) throws(Raised) -> Value {
    if number.isNaN { throw valueError("cannot convert NaN to integer") }
    if number.isInfinite { throw overflowError("cannot convert Infinity to integer") }
    if number.exponent > 0 { try checkAllocation(number.exponent / 2) }
    let whole = DecimalArithmetic().rescaled(number, max(number.exponent, 0), rounding)
    return integer(whole.truncated ?? 0)
  }

  private func double(_ number: DecimalNumber) throws(Raised) -> Double {
    switch number.kind {
    case .signalingNaN: throw valueError("cannot convert signaling NaN to float")
    case .quietNaN: return number.isNegative ? -.nan : .nan
    case .infinity: return number.isNegative ? -.infinity : .infinity
    case .finite:
      return FloatParser.prefix(of: number.text()[...])?.0 ?? 0
    }
  }

  // MARK: Methods

  private func defineDecimalMethods(_ type: TypeObject) {
    for (name, operation) in DecimalOperations.unary {
      type.define(self, name, "self, /, context=None") { (runtime, arguments) throws(Raised) in
        let context = try runtime.decimalContext(arguments[1])
        let number = arguments[0].knownDecimal
        return runtime.decimal(try runtime.compute(context) { operation(&$0, number) })
      }
    }
    for (name, operation) in DecimalOperations.binary {
      type.define(self, name, "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        let values = try runtime.fields(arguments.dropFirst, ["other", "context"], required: 1)
        let context = try runtime.decimalContext(values[1])
        let (number, other) = (arguments[0].knownDecimal, try runtime.decimalOperand(values[0]))
        return runtime.decimal(try runtime.compute(context) { operation(&$0, number, other) })
      }
    }
    for (name, question) in DecimalOperations.questions {
      type.define(self, name, "self, /, context=None") { (runtime, arguments) throws(Raised) in
        .bool(question(arguments[0].knownDecimal, try runtime.decimalContext(arguments[1])))
      }
    }
    type.define(self, "fma", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let values = try runtime.fields(arguments.dropFirst, ["other", "third", "context"], required: 2)
      let context = try runtime.decimalContext(values[2])
      let (b, c) = (try runtime.decimalOperand(values[0]), try runtime.decimalOperand(values[1]))
      let number = arguments[0].knownDecimal
      return runtime.decimal(try runtime.compute(context) { $0.multiplyAdd(number, b, c) })
    }
    type.define(self, "quantize", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      if arguments.count == 2, !arguments.hasKeywords,
        let result = try runtime.quantizeCompactly(arguments[0], arguments[1], runtime.decimalTypes.current)
      {
        return result
      }
      let values = try runtime.fields(arguments.dropFirst, ["exp", "rounding", "context"], required: 1)
      let context = try runtime.decimalContext(values[2])
      let rounding = try runtime.decimalRounding(values[1])
      if let result = try runtime.quantizeCompactly(arguments[0], values[0], context, rounding) { return result }
      let (number, other) = (arguments[0].knownDecimal, try runtime.decimalOperand(values[0]))
      return runtime.decimal(
        try runtime.compute(context) {
          if let rounding { $0.rounding = rounding }
          return $0.quantize(number, other)
        })
    }
    for (name, isExact) in [("to_integral", false), ("to_integral_value", false), ("to_integral_exact", true)] {
      type.define(self, name, "self, /, rounding=None, context=None") { (runtime, arguments) throws(Raised) in
        let context = try runtime.decimalContext(arguments[2])
        let rounding = try runtime.decimalRounding(arguments[1])
        let number = arguments[0].knownDecimal
        return runtime.decimal(
          try runtime.compute(context) {
            if let rounding { $0.rounding = rounding }
            return $0.toIntegral(number, isExact: isExact)
          })
      }
    }
    let plain: [(String, (DecimalNumber) -> DecimalNumber)] = [
      ("copy_abs", { $0.withSign(false) }), ("copy_negate", { $0.negated }),
    ]
    for (name, operation) in plain {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        runtime.decimal(operation(arguments[0].knownDecimal))
      }
    }
    for name in ["canonical", "conjugate", "__copy__"] {
      type.define(self, name, "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    }
    type.define(self, "__deepcopy__", "self, memo, /") { (_, arguments) throws(Raised) in arguments[0] }
    type.define(self, "adjusted", "self, /") { (_, arguments) throws(Raised) in
      let number = arguments[0].knownDecimal
      return .int(number.isFinite ? number.adjusted : 0)
    }
    type.define(self, "radix", "self, /") { (runtime, _) throws(Raised) in runtime.decimal(DecimalNumber(false, 10, 0)) }
    type.define(self, "number_class", "self, /, context=None") { (runtime, arguments) throws(Raised) in
      let context = try runtime.decimalContext(arguments[1])
      return .object(runtime.string(DecimalOperations.numberClass(arguments[0].knownDecimal, context)))
    }
    type.define(self, "same_quantum", "self, other, /, context=None") { (runtime, arguments) throws(Raised) in
      let (a, b) = (arguments[0].knownDecimal, try runtime.decimalOperand(arguments[1]))
      if a.isFinite, b.isFinite { return .bool(a.exponent == b.exponent) }
      return .bool((a.isInfinite && b.isInfinite) || (a.isNaN && b.isNaN))
    }
    type.defineProperty(self, "real") { (_, value) throws(Raised) in value }
    type.defineProperty(self, "imag") { (runtime, _) throws(Raised) in runtime.decimal(.zero) }
  }

  func decimalRounding(_ value: Value) throws(Raised) -> DecimalRounding? {
    if value.isUndefined || value.isNone { return nil }
    let types = decimalTypes
    if let (name, rounding) = types.recentRounding, value.isIdentical(to: .object(name)) { return rounding }
    guard let text = value.string, let rounding = DecimalRounding(rawValue: text.text) else {
      throw typeError(
        "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n"
          + "   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]")
    }
    types.recentRounding = (text, rounding)
    return rounding
  }

  private func defineDecimalText(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let text = arguments[0].knownDecimal.text(isCapital: runtime.decimalTypes.current.capitals == 1)
      return .object(runtime.string(Array("Decimal('".utf8) + text + Array("')".utf8)))
    }
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      if let text = arguments.receiver(DecimalObject.self)._withUnsafeGuaranteedRef({ $0.compact?.shortText(runtime) }) {
        return .object(text)
      }
      return .object(
        runtime.string(arguments[0].knownDecimal.text(isCapital: runtime.decimalTypes.current.capitals == 1)))
    }
    type.define(self, "to_eng_string", "self, /, context=None") { (runtime, arguments) throws(Raised) in
      let context = try runtime.decimalContext(arguments[1])
      return .object(
        runtime.string(arguments[0].knownDecimal.text(isEngineering: true, isCapital: context.capitals == 1)))
    }
    type.define(self, "__format__", "self, fmtarg, override=None, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[1].string else { throw runtime.typeError("format arg must be str") }
      return .object(try runtime.format(arguments[0].knownDecimal, text, runtime.decimalTypes.current))
    }
    type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
      let text = Value.object(runtime.string(arguments[0].knownDecimal.text()))
      let arguments = TupleObject(runtime, [text])
      return .object(TupleObject(runtime, [.object(runtime.decimalTypes.decimal), .object(arguments)]))
    }
  }
}

extension Value {
  fileprivate var knownDecimal: DecimalNumber {
    unsafeDowncast(object.unsafelyUnwrapped, to: DecimalObject.self).number
  }
}

extension DecimalNumber {
  /// As that of an equal int or float: the value modulo 2**61 - 1.
  fileprivate var hash: Int {
    let modulus = UInt(NumericHash.modulus)
    func product(_ a: UInt, _ b: UInt) -> UInt { modulus.dividingFullWidth(a.multipliedFullWidth(by: b)).remainder }
    // 10 or its inverse, to the power of the exponent.
    var square: UInt = exponent >= 0 ? 10 : 2_075_258_708_292_324_556
    var rest = exponent.magnitude
    var result = UInt(coefficient % BigUInt(modulus))
    while rest > 0 {
      if rest & 1 != 0 { result = product(result, square) }
      square = product(square, square)
      rest >>= 1
    }
    let signed = isNegative ? -Int(result) : Int(result)
    return signed == -1 ? -2 : signed
  }
}
