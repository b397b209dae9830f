import PyaSyntax

/// An instance of `decimal.Decimal`.
final class DecimalObject: ExtensibleObject {
  /// The number, if it is a small one.
  let compact: CompactDecimal?
  /// The number, if it is not. Apart, so that small numbers are small objects.
  private let large: LargeDecimal?

  init(type: TypeObject, _ number: DecimalNumber) {
    compact = CompactDecimal(number)
    large = compact == nil ? LargeDecimal(number) : nil
    super.init(type: type, kind: .other)
  }

  init(type: TypeObject, _ compact: CompactDecimal) {
    self.compact = compact
    large = nil
    super.init(type: type, kind: .other)
  }

  var number: DecimalNumber { compact?.general ?? large?.number ?? .zero }

  override func quickComparison(_ op: ComparisonOperator, _ other: Unmanaged<Object>) -> Bool? { compared(op, other) }
  override func quickComparison(_ op: ComparisonOperator, number: Int) -> Bool? { compared(op, number: number) }
  override func quickArithmetic(_ op: BinaryOperator, _ other: Unmanaged<Object>) throws(Raised) -> Value {
    try computed(op, other)
  }
  override func quickArithmetic(_ op: BinaryOperator, number: Int, isReflected: Bool) throws(Raised) -> Value {
    try computed(op, number: number, isReflected: isReflected)
  }
}

private final class LargeDecimal {
  let number: DecimalNumber
  init(_ number: DecimalNumber) { self.number = number }
}

/// An instance of `decimal.Context`.
final class DecimalContextObject: ExtensibleObject {
  @exclusivity(unchecked) var precision = 28
  @exclusivity(unchecked) var rounding = DecimalRounding.halfEven
  @exclusivity(unchecked) var minimumExponent = -999_999
  @exclusivity(unchecked) var maximumExponent = 999_999
  @exclusivity(unchecked) var capitals = 1
  @exclusivity(unchecked) var clamp = 0
  @exclusivity(unchecked) var flags: DecimalStatus = []
  @exclusivity(unchecked) var traps: DecimalStatus = [.invalid, .divisionByZero, .overflow]

  init(type: TypeObject) { super.init(type: type, kind: .other) }

  func copy() -> DecimalContextObject {
    let result = DecimalContextObject(type: type.mro.first { !$0.isHeap } ?? type)
    result.precision = precision
    result.rounding = rounding
    result.minimumExponent = minimumExponent
    result.maximumExponent = maximumExponent
    result.capitals = capitals
    result.clamp = clamp
    result.flags = flags
    result.traps = traps
    return result
  }

  var arithmetic: DecimalArithmetic {
    DecimalArithmetic(
      precision: precision, rounding: rounding, minimumExponent: minimumExponent, maximumExponent: maximumExponent,
      isClamped: clamp == 1)
  }
}

/// `flags` or `traps` of a context, as a mapping from signals to bools.
final class DecimalSignalsObject: Object {
  let context: DecimalContextObject
  let areTraps: Bool

  init(type: TypeObject, _ context: DecimalContextObject, areTraps: Bool) {
    self.context = context
    self.areTraps = areTraps
    super.init(type: type, kind: .other)
  }

  var status: DecimalStatus {
    get { areTraps ? context.traps : context.flags }
    set { if areTraps { context.traps = newValue } else { context.flags = newValue } }
  }
}

/// What `localcontext()` returns.
final class DecimalContextManager: Object {
  let context: DecimalContextObject
  var saved: DecimalContextObject?

  init(type: TypeObject, _ context: DecimalContextObject) {
    self.context = context
    super.init(type: type, kind: .other)
  }
}

/// The types of the module `decimal` and the context in force.
final class DecimalTypes {
  let decimal: TypeObject
  let context: TypeObject
  let signals: TypeObject
  let manager: TypeObject
  let tuple: StructSequenceType
  var exceptions: [String: TypeObject] = [:]
  /// What new contexts begin as.
  let defaultContext: DecimalContextObject
  /// The rounding named last, and what it was named by.
  @exclusivity(unchecked) var recentRounding: (StringObject, DecimalRounding)?
  private let contexts: Contexts
  private let variable: ContextVariable

  init(_ runtime: Runtime) {
    func make(_ name: String) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.object], instanceKind: .other,
        isHeap: false)
      type.moduleName = "decimal"
      type.messageName = "decimal.\(name)"
      type.attributes.setString(runtime.names.module, .object(runtime.string("decimal")))
      return type
    }
    decimal = make("Decimal")
    context = make("Context")
    signals = make("SignalDict")
    manager = make("ContextManager")
    tuple = StructSequenceType(
      runtime, module: "decimal", name: "DecimalTuple", fields: ["sign", "digits", "exponent"],
      isConstructible: true, showsModule: false)
    defaultContext = DecimalContextObject(type: context)
    contexts = runtime.contexts
    variable = ContextVariable(contexts, name: runtime.intern("decimal_context"), defaultValue: .undefined)
    func exception(_ name: String, _ bases: [String]) {
      let found = bases.compactMap { exceptions[$0] ?? runtime.exceptionTypes[$0] }
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [found[0]], instanceKind: .exception, isHeap: false)
      type.moduleName = "decimal"
      type.construct = { (runtime, cls, arguments) throws(Raised) in try runtime.constructException(cls, arguments) }
      if found.count > 1, let order = try? runtime.linearise(type, bases: found) { type.setBases(found, mro: order) }
      exceptions[name] = type
    }
    exception("DecimalException", ["ArithmeticError"])
    for name in ["InvalidOperation", "Inexact", "Rounded", "Subnormal", "Clamped"] { exception(name, ["DecimalException"]) }
    exception("FloatOperation", ["DecimalException", "TypeError"])
    exception("DivisionByZero", ["DecimalException", "ZeroDivisionError"])
    exception("Overflow", ["Inexact", "Rounded"])
    exception("Underflow", ["Inexact", "Rounded", "Subnormal"])
    exception("ConversionSyntax", ["InvalidOperation"])
    exception("DivisionImpossible", ["InvalidOperation"])
    exception("DivisionUndefined", ["InvalidOperation", "ZeroDivisionError"])
    exception("InvalidContext", ["InvalidOperation"])
  }

  /// The context in force, which is a context variable: each task has its own.
  var current: DecimalContextObject {
    get {
      if let known = contexts.current?.object(of: variable) {
        if known._withUnsafeGuaranteedRef({ $0.isExactly(context) }) {
          return known.as(DecimalContextObject.self).takeUnretainedValue()
        }
        if let known = known.takeUnretainedValue() as? DecimalContextObject { return known }
      }
      let made = defaultContext.copy()
      contexts.materialized[variable] = .object(made)
      return made
    }
    set { contexts.materialized[variable] = .object(newValue) }
  }
}

extension Value {
  var decimal: DecimalObject? { object.flatMap { $0.kind == .other ? $0 as? DecimalObject : nil } }
  var decimalContext: DecimalContextObject? {
    object.flatMap { $0.kind == .other ? $0 as? DecimalContextObject : nil }
  }
}

extension Runtime {
  var decimalTypes: DecimalTypes { attachment(DecimalTypes.self) { DecimalTypes(self) } }

  func decimal(_ number: DecimalNumber) -> Value { .object(DecimalObject(type: decimalTypes.decimal, number)) }

  /// Notes what an operation signalled, and raises where the context traps it.
  func signal(_ status: DecimalStatus, _ context: DecimalContextObject) throws(Raised) {
    if status.isEmpty { return }
    if status.contains(.memoryError) { throw memoryError() }
    context.flags.formUnion(status)
    let trapped = status.intersection(context.traps)
    if trapped.isEmpty { return }
    let types = decimalTypes
    var list: [Value] = []
    for (name, condition) in DecimalStatus.conditions + DecimalStatus.signals.dropFirst()
    where !trapped.isDisjoint(with: condition) {
      if let type = types.exceptions[name] { list.append(.object(type)) }
    }
    guard let first = DecimalStatus.signals.first(where: { !trapped.isDisjoint(with: $0.1) }),
      let type = types.exceptions[first.0]
    else { return }
    throw Raised(makeException(type, [.object(ListObject(self, list))]))
  }

  /// An int or a Decimal as a number; nil for anything else.
  func decimalNumber(_ value: Value) -> DecimalNumber? {
    switch value {
    case .int(let number): return DecimalNumber(number < 0, BigUInt(number.magnitude), 0)
    case .bool(let flag): return flag ? .one : .zero
    default: break
    }
    if let decimal = value.decimal { return decimal.number }
    return Number(value)?.bigInt.map { DecimalNumber($0) }
  }

  /// An int or a Decimal as a number, with TypeError for anything else.
  func decimalOperand(_ value: Value) throws(Raised) -> DecimalNumber {
    if let number = decimalNumber(value) { return number }
    throw typeError("conversion from \(typeName(value)) to Decimal is not supported")
  }

  /// Runs an operation under a context.
  @inline(__always)
  func compute<Result>(
    _ context: DecimalContextObject, _ operation: (inout DecimalArithmetic) -> Result
  ) throws(Raised) -> Result {
    var arithmetic = context.arithmetic
    let result = operation(&arithmetic)
    if !arithmetic.status.isEmpty { try signal(arithmetic.status, context) }
    return result
  }

  /// The exact number that a value stands for: the constructor.
  func exactDecimal(
    _ value: Value, _ context: DecimalContextObject, isStrict: Bool = false
  ) throws(Raised) -> DecimalNumber {
    if let number = decimalNumber(value) { return number }
    if let text = value.string {
      if let number = DecimalNumber(text: text, isStrict: isStrict) { return number }
      try signal(.conversionSyntax, context)
      return DecimalNumber(kind: .quietNaN)
    }
    if case .float(let number)? = Number(value) {
      try signal(.floatOperation, context)
      return DecimalNumber(number)
    }
    if value.tuple != nil || value.list != nil { return try decimal(fromTuple: value) }
    throw typeError("conversion from \(typeName(value)) to Decimal is not supported")
  }

  private func decimal(fromTuple value: Value) throws(Raised) -> DecimalNumber {
    let fields = try array(value)
    guard fields.count == 3 else { throw valueError("argument must be a sequence of length 3") }
    guard case .int(let sign) = fields[0].plainNumber, sign == 0 || sign == 1 else {
      throw valueError("sign must be an integer with the value 0 or 1")
    }
    var coefficient: BigUInt = 0
    guard fields[1].tuple != nil || fields[1].list != nil || fields[2].string?.text == "F" else {
      throw valueError("coefficient must be a tuple of digits")
    }
    if fields[2].string?.text != "F" {
      for digit in try array(fields[1]) {
        guard case .int(let number) = digit.plainNumber, (0...9).contains(number) else {
          throw valueError("coefficient must be a tuple of digits")
        }
        coefficient = coefficient * 10 + BigUInt(number)
      }
    }
    if let word = fields[2].string?.text {
      switch word {
      case "F": return .infinity(sign == 1)
      case "n": return DecimalNumber(kind: .quietNaN, isNegative: sign == 1, payload: coefficient)
      case "N": return DecimalNumber(kind: .signalingNaN, isNegative: sign == 1, payload: coefficient)
      default: throw valueError("string argument in the third position must be 'F', 'n' or 'N'")
      }
    }
    guard case .int(let exponent) = fields[2].plainNumber else {
      throw valueError("exponent must be an integer")
    }
    return DecimalNumber(sign == 1, coefficient, exponent)
  }
}
