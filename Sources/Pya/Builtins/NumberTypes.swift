import PyaSyntax

/// What the number types have in common: their operators as special methods that programs can name (`int.__add__`, `super().__mul__(x)`).
extension TypeObject {
  /// `__new__`: calls the constructor for the class that is its first argument.
  func defineNew(_ runtime: Runtime) {
    let owner = self
    defineStatic(runtime, "__new__", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard arguments.count > 0 else { throw runtime.typeError("\(owner.name).__new__(): not enough arguments") }
      guard let type = arguments.base[0].type else {
        throw runtime.typeError(
          "\(owner.name).__new__(X): X is not a type object (\(runtime.typeName(arguments.base[0])))")
      }
      guard type.isSubtype(of: owner) else {
        throw runtime.typeError(
          "\(owner.name).__new__(\(type.name)): \(type.name) is not a subtype of \(owner.name)")
      }
      let builtin = type.isHeap ? type.builtinBase ?? type : type
      guard builtin === owner, let construct = owner.construct else {
        throw runtime.typeError("\(owner.name).__new__(\(type.name)) is not safe, use \(builtin.name).__new__()")
      }
      return try construct(runtime, type, arguments.dropFirst)
    }
  }

  /// Binary operators and their reflections, for operands that `accepts` allows.
  func defineOperators(
    _ runtime: Runtime, _ operators: [BinaryOperator], accepts: @escaping (Number) -> Bool
  ) {
    for op in operators {
      func apply(_ runtime: Runtime, _ a: Value, _ b: Value, _ other: Value) throws(Raised) -> Value {
        guard let number = Number(other), accepts(number) else { return .notImplemented }
        return try runtime.builtInOperation(op, a.plainUnlessBool, b.plainUnlessBool)
      }
      if op == .power {
        define(runtime, "__pow__", "self, value, mod=None, /") { (runtime, arguments) throws(Raised) in
          if arguments[2].isUndefined || arguments[2].isNone {
            return try apply(runtime, arguments[0], arguments[1], arguments[1])
          }
          return try runtime.builtInPower(arguments[0], arguments[1], arguments[2])
        }
        define(runtime, "__rpow__", "self, value, mod=None, /") { (runtime, arguments) throws(Raised) in
          try apply(runtime, arguments[1], arguments[0], arguments[1])
        }
        continue
      }
      define(runtime, op.method.pythonName, "self, value, /") { (runtime, arguments) throws(Raised) in
        try apply(runtime, arguments[0], arguments[1], arguments[1])
      }
      define(runtime, op.reflectedMethod.pythonName, "self, value, /") { (runtime, arguments) throws(Raised) in
        try apply(runtime, arguments[1], arguments[0], arguments[1])
      }
    }
  }

  func defineDivmod(_ runtime: Runtime, accepts: @escaping (Number) -> Bool) {
    define(runtime, "__divmod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = Number(arguments[1]), accepts(other) else { return .notImplemented }
      return try runtime.builtInDivmod(arguments[0], arguments[1])
    }
    define(runtime, "__rdivmod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = Number(arguments[1]), accepts(other) else { return .notImplemented }
      return try runtime.builtInDivmod(arguments[1], arguments[0])
    }
  }

  func defineComparisons(_ runtime: Runtime, accepts: @escaping (Number) -> Bool) {
    for op in [ComparisonOperator.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual] {
      define(runtime, op.method.pythonName, "self, value, /") { (runtime, arguments) throws(Raised) in
        guard let a = Number(arguments[0]), let b = Number(arguments[1]), accepts(b) else { return .notImplemented }
        return runtime.compareNumbers(op, a, b)
      }
    }
    define(runtime, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.hash(arguments[0].plainNumber))
    }
  }

  /// `__neg__` and the other methods of one argument that all numbers have.
  func defineUnaryOperators(_ runtime: Runtime) {
    define(runtime, "__neg__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.negate(arguments[0].plainNumber)
    }
    define(runtime, "__pos__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.positive(arguments[0].plainNumber)
    }
    define(runtime, "__abs__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.absolute(arguments[0].plainNumber)
    }
    define(runtime, "__bool__", "self, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.isTrue(arguments[0].plainNumber))
    }
    define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.repr(arguments[0].plainNumber))
    }
    define(runtime, "__format__", "self, format_spec, /") { (runtime, arguments) throws(Raised) in
      guard let specification = arguments[1].string else {
        throw runtime.typeError("__format__() argument must be str, not \(runtime.givenName(arguments[1]))")
      }
      // A subclass may say itself how it looks.
      if specification.length == 0 { return .object(try runtime.str(arguments[0])) }
      return .object(try runtime.format(arguments[0].plainNumber, specification))
    }
    define(runtime, "__getnewargs__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(TupleObject(runtime, [try runtime.positive(arguments[0].plainNumber)]))
    }
  }
}

extension Value {
  /// The plain number of an instance of a subclass; a bool stays one.
  @inline(__always)
  fileprivate var plainUnlessBool: Value { plainNumber }
}

extension Runtime {
  /// A number of class `type`, which is the built-in one or a subclass.
  func makeNumber(_ number: Value, type: TypeObject, builtIn: TypeObject, kind: Kind) -> Value {
    type === builtIn ? number : .object(NumberInstance(type: type, kind: kind, number: number))
  }

  /// `abs` of a plain number.
  func absolute(_ number: Value) throws(Raised) -> Value {
    switch number {
    case .int(let value): return value < 0 ? try negate(number) : number
    case .float(let value): return .float(value.magnitude)
    case .bool(let flag): return .int(flag ? 1 : 0)
    default: break
    }
    if let big = number.bigInt { return integer(BigInt(big.value.magnitude)) }
    guard let complex = number.complex else { throw typeError("bad operand type for abs(): '\(typeName(number))'") }
    let size = Complex(complex.real, complex.imaginary).size
    if size.isInfinite, complex.real.isFinite, complex.imaginary.isFinite {
      throw overflowError("absolute value too large")
    }
    return .float(size)
  }

  /// The one argument of a constructor that takes at most one and no keywords; those are left to the `__init__` of a class of the program.
  func soleArgument(_ name: String, _ arguments: Arguments, for cls: TypeObject? = nil) throws(Raised) -> Value {
    if arguments.hasKeywords, cls?.special(.`init`) == nil { throw typeError("\(name)() takes no keyword arguments") }
    if arguments.count > 1 { throw typeError("\(name) expected at most 1 argument, got \(arguments.count)") }
    return arguments[0]
  }
}
