import PyaSyntax

/// `decimal.Context` and the mappings of its signals.
extension Runtime {
  func defineDecimalContext(_ types: DecimalTypes) {
    let type = types.context
    let names: [StaticString] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"]
    type.defineFieldConstructor(self) { (runtime, type, arguments) throws(Raised) in
      let values = try runtime.fields(arguments, names, required: 0)
      let context = DecimalContextObject(type: type)
      for (name, value) in zip(names, values) where !value.isUndefined && !value.isNone {
        try runtime.setDecimalContext(context, name.description, value)
      }
      return .object(context)
    }
    let numbers: [(String, ReferenceWritableKeyPath<DecimalContextObject, Int>)] = [
      ("prec", \.precision), ("Emin", \.minimumExponent), ("Emax", \.maximumExponent), ("capitals", \.capitals),
      ("clamp", \.clamp),
    ]
    for (name, path) in numbers {
      type.defineProperty(self, name) { (_, value) throws(Raised) in
        .int(value.knownContext[keyPath: path])
      } set: { (runtime, value, new) throws(Raised) in
        try runtime.setDecimalContext(value.knownContext, name, new)
      }
    }
    type.defineProperty(self, "rounding") { (runtime, value) throws(Raised) in
      .object(runtime.string(value.knownContext.rounding.rawValue))
    } set: { (runtime, value, new) throws(Raised) in
      try runtime.setDecimalContext(value.knownContext, "rounding", new)
    }
    for (name, areTraps) in [("flags", false), ("traps", true)] {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        .object(DecimalSignalsObject(type: runtime.decimalTypes.signals, value.knownContext, areTraps: areTraps))
      } set: { (runtime, value, new) throws(Raised) in
        try runtime.setDecimalContext(value.knownContext, name, new)
      }
    }
    type.define(self, "__setattr__", "self, name, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.storeAttribute(arguments[0], try runtime.attributeName(arguments[1]), arguments[2])
      return .none
    }
    type.define(self, "__delattr__", "self, name, /") { (runtime, _) throws(Raised) in
      throw runtime.attributeError("context attributes cannot be deleted")
    }
    defineContextOperations(type)
    defineContextMethods(type)
    type.didChange()
    defineDecimalSignals(types.signals)
  }

  func setDecimalContext(_ context: DecimalContextObject, _ name: String, _ value: Value) throws(Raised) {
    if value.isUndefined { throw attributeError("context attributes cannot be deleted") }
    func number(_ range: ClosedRange<Int>, _ complaint: String) throws(Raised) -> Int {
      guard let number = Number(value)?.bigInt else { throw typeError("an integer is required") }
      guard let result = Int(exactly: number), range.contains(result) else { throw valueError(complaint) }
      return result
    }
    let largest = DecimalArithmetic.largestPrecision
    switch name {
    case "prec": context.precision = try number(1...largest, "valid range for prec is [1, MAX_PREC]")
    case "Emin": context.minimumExponent = try number(-largest...0, "valid range for Emin is [MIN_EMIN, 0]")
    case "Emax": context.maximumExponent = try number(0...largest, "valid range for Emax is [0, MAX_EMAX]")
    case "capitals": context.capitals = try number(0...1, "valid values for capitals are 0 or 1")
    case "clamp": context.clamp = try number(0...1, "valid values for clamp are 0 or 1")
    case "rounding":
      guard let rounding = try decimalRounding(value.isNone ? .int(0) : value) else { return }
      context.rounding = rounding
    case "flags": context.flags = try decimalSignals(value)
    default: context.traps = try decimalSignals(value)
    }
  }

  /// A list of signals, or a mapping from signals to bools.
  private func decimalSignals(_ value: Value) throws(Raised) -> DecimalStatus {
    if case .object(let object) = value, let signals = object as? DecimalSignalsObject { return signals.status }
    var result: DecimalStatus = []
    if let dict = value.dict {
      for entry in dict.liveEntries where try isTrue(entry.value) { result.formUnion(try decimalSignal(entry.key)) }
      return result
    }
    guard let list = value.list else {
      throw typeError("argument must be a list of signals")
    }
    for signal in list.array { result.formUnion(try decimalSignal(signal)) }
    return result
  }

  private func decimalSignal(_ value: Value) throws(Raised) -> DecimalStatus {
    let exceptions = decimalTypes.exceptions
    for (name, status) in DecimalStatus.signals {
      if let type = exceptions[name], value.isIdentical(to: .object(type)) { return status }
    }
    throw keyError(
      .object(
        string(
          "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n"
            + "   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]")))
  }

  // MARK: Operations

  private func defineContextOperations(_ type: TypeObject) {
    let ownUnary: [(String, DecimalUnary)] = [
      ("abs", { $0.absolute($1) }), ("minus", { $0.minus($1) }), ("plus", { $0.plus($1) }),
      ("to_integral", { $0.toIntegral($1) }), ("to_integral_value", { $0.toIntegral($1) }),
      ("to_integral_exact", { $0.toIntegral($1, isExact: true) }), ("copy_abs", { $1.withSign(false) }),
      ("copy_negate", { $1.negated }), ("copy_decimal", { $1 }), ("canonical", { $1 }), ("_apply", { $0.finish($1) }),
    ]
    for (name, operation) in DecimalOperations.unary + ownUnary {
      type.define(self, name, "self, x, /") { (runtime, arguments) throws(Raised) in
        let number = try runtime.decimalOperand(arguments[1])
        return runtime.decimal(try runtime.compute(arguments[0].knownContext) { operation(&$0, number) })
      }
    }
    let ownBinary: [(String, DecimalBinary)] = [
      ("add", { $0.add($1, $2) }), ("subtract", { $0.subtract($1, $2) }), ("multiply", { $0.multiply($1, $2) }),
      ("divide", { $0.divide($1, $2) }), ("divide_int", { $0.divideInteger($1, $2) }),
      ("remainder", { $0.remainder($1, $2) }),
    ]
    for (name, operation) in DecimalOperations.binary + ownBinary {
      type.define(self, name, "self, x, y, /") { (runtime, arguments) throws(Raised) in
        let (a, b) = (try runtime.decimalOperand(arguments[1]), try runtime.decimalOperand(arguments[2]))
        return runtime.decimal(try runtime.compute(arguments[0].knownContext) { operation(&$0, a, b) })
      }
    }
    type.define(self, "quantize", "self, x, y, /") { (runtime, arguments) throws(Raised) in
      let context = arguments[0].knownContext
      if let result = try runtime.quantizeCompactly(arguments[1], arguments[2], context) { return result }
      let (a, b) = (try runtime.decimalOperand(arguments[1]), try runtime.decimalOperand(arguments[2]))
      return runtime.decimal(try runtime.compute(context) { $0.quantize(a, b) })
    }
    for (name, question) in DecimalOperations.questions {
      type.define(self, name, "self, x, /") { (runtime, arguments) throws(Raised) in
        .bool(question(try runtime.decimalOperand(arguments[1]), arguments[0].knownContext))
      }
    }
    type.define(self, "divmod", "self, x, y, /") { (runtime, arguments) throws(Raised) in
      let (a, b) = (try runtime.decimalOperand(arguments[1]), try runtime.decimalOperand(arguments[2]))
      let result = try runtime.compute(arguments[0].knownContext) { $0.divmod(a, b) }
      return .object(TupleObject(runtime, [runtime.decimal(result.0), runtime.decimal(result.1)]))
    }
    type.define(self, "power", "self, /, a, b, modulo=None") { (runtime, arguments) throws(Raised) in
      let (a, b) = (try runtime.decimalOperand(arguments[1]), try runtime.decimalOperand(arguments[2]))
      if let modulus = arguments[3].defined, !modulus.isNone {
        let m = try runtime.decimalOperand(modulus)
        return runtime.decimal(try runtime.compute(arguments[0].knownContext) { $0.modularPower(a, b, m) })
      }
      return runtime.decimal(try runtime.compute(arguments[0].knownContext) { $0.power(a, b) })
    }
    type.define(self, "fma", "self, x, y, z, /") { (runtime, arguments) throws(Raised) in
      let (a, b) = (try runtime.decimalOperand(arguments[1]), try runtime.decimalOperand(arguments[2]))
      let c = try runtime.decimalOperand(arguments[3])
      return runtime.decimal(try runtime.compute(arguments[0].knownContext) { $0.multiplyAdd(a, b, c) })
    }
    type.define(self, "same_quantum", "self, x, y, /") { (runtime, arguments) throws(Raised) in
      let (a, b) = (try runtime.decimalOperand(arguments[1]), try runtime.decimalOperand(arguments[2]))
      if a.isFinite, b.isFinite { return .bool(a.exponent == b.exponent) }
      return .bool((a.isInfinite && b.isInfinite) || (a.isNaN && b.isNaN))
    }
  }

  // MARK: Other methods

  private func defineContextMethods(_ type: TypeObject) {
    type.define(self, "create_decimal", "self, num='0', /") { (runtime, arguments) throws(Raised) in
      let context = arguments[0].knownContext
      guard let value = arguments[1].defined else { return runtime.decimal(.zero) }
      let number = try runtime.exactDecimal(value, context, isStrict: true)
      if number.isNaN, number.digitCount > context.precision {
        try runtime.signal(.conversionSyntax, context)
        return runtime.decimal(DecimalNumber(kind: .quietNaN))
      }
      return runtime.decimal(try runtime.compute(context) { $0.finish(number) })
    }
    type.define(self, "create_decimal_from_float", "self, f, /") { (runtime, arguments) throws(Raised) in
      let number = DecimalNumber(try runtime.double(arguments[1]))
      return runtime.decimal(try runtime.compute(arguments[0].knownContext) { $0.finish(number) })
    }
    for name in ["copy", "__copy__"] {
      type.define(self, name, "self, /") { (_, arguments) throws(Raised) in .object(arguments[0].knownContext.copy()) }
    }
    type.define(self, "__deepcopy__", "self, memo, /") { (_, arguments) throws(Raised) in
      .object(arguments[0].knownContext.copy())
    }
    type.define(self, "clear_flags", "self, /") { (_, arguments) throws(Raised) in
      arguments[0].knownContext.flags = []
      return .none
    }
    type.define(self, "clear_traps", "self, /") { (_, arguments) throws(Raised) in
      arguments[0].knownContext.traps = []
      return .none
    }
    type.define(self, "Etiny", "self, /") { (_, arguments) throws(Raised) in
      .int(arguments[0].knownContext.arithmetic.tiniest)
    }
    type.define(self, "Etop", "self, /") { (_, arguments) throws(Raised) in
      .int(arguments[0].knownContext.arithmetic.top)
    }
    type.define(self, "radix", "self, /") { (runtime, _) throws(Raised) in runtime.decimal(DecimalNumber(false, 10, 0)) }
    for (name, isEngineering) in [("to_sci_string", false), ("to_eng_string", true)] {
      type.define(self, name, "self, x, /") { (runtime, arguments) throws(Raised) in
        let number = try runtime.decimalOperand(arguments[1])
        let isCapital = arguments[0].knownContext.capitals == 1
        return .object(runtime.string(number.text(isEngineering: isEngineering, isCapital: isCapital)))
      }
    }
    type.define(self, "number_class", "self, x, /") { (runtime, arguments) throws(Raised) in
      let number = try runtime.decimalOperand(arguments[1])
      return .object(runtime.string(DecimalOperations.numberClass(number, arguments[0].knownContext)))
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let context = arguments[0].knownContext
      func names(_ status: DecimalStatus) -> String {
        // CPython lists them in the order of its bits.
        let order = [
          "Clamped", "InvalidOperation", "DivisionByZero", "Inexact", "FloatOperation", "Overflow", "Rounded", "Subnormal",
          "Underflow",
        ]
        return order.filter { name in
          DecimalStatus.signals.contains { $0.0 == name && !$0.1.isDisjoint(with: status) }
        }.joined(separator: ", ")
      }
      return .object(
        runtime.string(
          "Context(prec=\(context.precision), rounding=\(context.rounding.rawValue), Emin=\(context.minimumExponent), "
            + "Emax=\(context.maximumExponent), capitals=\(context.capitals), clamp=\(context.clamp), "
            + "flags=[\(names(context.flags))], traps=[\(names(context.traps))])"))
    }
  }

  // MARK: Signals

  private func defineDecimalSignals(_ type: TypeObject) {
    func signals(_ value: Value) -> DecimalSignalsObject {
      unsafeDowncast(value.object.unsafelyUnwrapped, to: DecimalSignalsObject.self)
    }
    func entries(_ runtime: Runtime, _ value: Value) -> [(key: Value, isSet: Bool)] {
      let status = signals(value).status
      return DecimalStatus.signals.compactMap { name, condition in
        runtime.decimalTypes.exceptions[name].map { (.object($0), !status.isDisjoint(with: condition)) }
      }
    }
    type.define(self, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      .bool(!signals(arguments[0]).status.isDisjoint(with: try runtime.decimalSignal(arguments[1])))
    }
    type.define(self, "__setitem__", "self, key, value, /") { (runtime, arguments) throws(Raised) in
      let signal = try runtime.decimalSignal(arguments[1])
      if try runtime.isTrue(arguments[2]) {
        signals(arguments[0]).status.formUnion(signal)
      } else {
        signals(arguments[0]).status.subtract(signal)
      }
      return .none
    }
    type.define(self, "__delitem__", "self, key, /") { (runtime, _) throws(Raised) in
      throw runtime.valueError("signal keys cannot be deleted")
    }
    type.define(self, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.iterate(.object(ListObject(runtime, entries(runtime, arguments[0]).map(\.key))))
    }
    type.defineLength(self) { _ in DecimalStatus.signals.count }
    type.define(self, "__contains__", "self, key, /") { (runtime, arguments) throws(Raised) in
      .bool(entries(runtime, arguments[0]).contains { $0.key.isIdentical(to: arguments[1]) })
    }
    func dictionary(_ runtime: Runtime, _ value: Value) throws(Raised) -> DictObject {
      let result = DictObject(runtime)
      for entry in entries(runtime, value) { try result.set(entry.key, .bool(entry.isSet), runtime) }
      return result
    }
    type.define(self, "copy", "self, /") { (runtime, arguments) throws(Raised) in
      .object(try dictionary(runtime, arguments[0]))
    }
    for name in ["keys", "values", "items", "get"] {
      type.define(self, name, "self, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        let dict = try dictionary(runtime, arguments[0])
        return try runtime.callMethod(.object(dict), name, arguments.dropFirst.positional)
      }
    }
    type.define(self, "__eq__", "self, value, /") { (runtime, arguments) throws(Raised) in
      if case .object(let object) = arguments[1], let other = object as? DecimalSignalsObject {
        return .bool(signals(arguments[0]).status == other.status)
      }
      guard let dict = arguments[1].dict else { return .notImplemented }
      return .bool(try runtime.equals(.object(try dictionary(runtime, arguments[0])), .object(dict)))
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      var parts: [String] = []
      for entry in entries(runtime, arguments[0]) {
        parts.append("\(try runtime.repr(entry.key).text):\(entry.isSet ? "True" : "False")")
      }
      return .object(runtime.string("{\(parts.joined(separator: ", "))}"))
    }
    type.didChange()
  }
}

extension Value {
  fileprivate var knownContext: DecimalContextObject {
    unsafeDowncast(object.unsafelyUnwrapped, to: DecimalContextObject.self)
  }
}
