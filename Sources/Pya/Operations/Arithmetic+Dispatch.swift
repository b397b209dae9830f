import PyaSyntax

/// `a + b` and its kin: who decides.
///
/// CPython asks the right operand first when its class is a subclass of the left one's and defines the reflected method anew;
/// otherwise the left operand, then the right one, and last the sequence meaning of `+` and `*`. The built-in kinds answer
/// from `builtInOperation`; classes of the program and all other native types through the special methods of their type.
extension Runtime {
  func binary(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    let quick = try operationOfNumbers(op, a, b)
    if !quick.isUndefined { return quick }
    if a.isLargeInt || b.isLargeInt {
      let result = try largeIntegerOperation(op, a, b)
      if !result.isNotImplemented { return result }
    }
    if let x = a.uncounted, let y = b.uncounted, x.isPlain, y.isPlain, x.kind == y.kind {
      let result = try quickOperation(op, x, y, b)
      if !result.isUndefined { return result }
    }
    let mixed = try quickOperationWithInt(op, a, b)
    if !mixed.isUndefined { return mixed }
    if let x = Complex(plain: a, with: b), let y = Complex(plain: b, with: a) {
      let result = try complexOperation(op, x, y)
      if !result.isNotImplemented { return result }
    }
    if op == .multiply, case .int = b, let x = a.uncounted, x.isPlain, x.kind.isRepeatable {
      return try x.borrowed { (x) throws(Raised) in try repetition(of: x, count: b) }
    }
    let result = try offerToOperands(op, a, b)
    return result.isNotImplemented ? try binaryWithoutMethods(op, a, b) : result
  }

  /// `x op y` for two plain objects of one built-in kind, where that kind is known to decide; else undefined. `b` is `y` itself.
  @inline(__always)
  private func quickOperation(
    _ op: BinaryOperator, _ x: Unmanaged<Object>, _ y: Unmanaged<Object>, _ b: Value
  ) throws(Raised) -> Value {
    switch x.kind {
    case .string where op == .add:
      return try x.as(StringObject.self).borrowed { (x) throws(Raised) in
        try y.as(StringObject.self).borrowed { (y) throws(Raised) in try concatenate(x, y) }
      }
    case .list where op == .add, .tuple where op == .add, .bytes where op == .add, .byteArray where op == .add:
      return try x.borrowed { (x) throws(Raised) in try concatenation(x, b) }
    case .set:
      let result = try x.as(SetObject.self).borrowed { (x) throws(Raised) in
        try y.as(SetObject.self).borrowed { (y) throws(Raised) in try setOperation(op, x, y) }
      }
      return result.isNotImplemented ? .undefined : result
    case .complex:
      let (first, second) = (Complex(of: x.as(ComplexObject.self)), Complex(of: y.as(ComplexObject.self)))
      let result = try complexOperation(op, first, second)
      return result.isNotImplemented ? .undefined : result
    case .other: return try x.borrowed { (x) throws(Raised) in try x.quickArithmetic(op, y) }
    default: return .undefined
    }
  }

  /// `a op b` for an int and an object whose class knows ints; else undefined.
  @inline(__always)
  private func quickOperationWithInt(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    if case .int(let number) = b, let x = a.uncounted, x.kind == .other, x.isPlain {
      return try x.borrowed { (x) throws(Raised) in try x.quickArithmetic(op, number: number, isReflected: false) }
    }
    if case .int(let number) = a, let y = b.uncounted, y.kind == .other, y.isPlain {
      return try y.borrowed { (y) throws(Raised) in try y.quickArithmetic(op, number: number, isReflected: true) }
    }
    return .undefined
  }

  /// `a op b` after the left operand's method, which was to be asked first, did not know.
  func binary(_ op: BinaryOperator, _ a: Value, declining b: Value) throws(Raised) -> Value {
    let result: Value = type(of: a) === type(of: b) ? .notImplemented : try rightOperation(op, a, b)
    return result.isNotImplemented ? try binaryWithoutMethods(op, a, b) : result
  }

  /// `a op b` where no operand's method knows.
  private func binaryWithoutMethods(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    let sequence = try sequenceMeaning(op, a, b)
    if !sequence.isNotImplemented { return sequence }
    throw unsupportedOperands(op == .power ? "** or pow()" : op.rawValue, a, b)
  }

  /// `a op b` of numbers that are no objects; undefined: they are something else, or the operation is not theirs.
  func operationOfNumbers(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    let result: Value
    switch (a, b) {
    case (.int(let x), .int(let y)) where op != .matrixMultiply: return try integerOperation(op, x, y)
    case (.int(let x), .bool(let y)) where op != .matrixMultiply: return try integerOperation(op, x, y ? 1 : 0)
    case (.bool(let x), .int(let y)) where op != .matrixMultiply: return try integerOperation(op, x ? 1 : 0, y)
    case (.bool(let x), .bool(let y)) where op != .matrixMultiply:
      switch op {
      case .and: return .bool(x && y)
      case .or: return .bool(x || y)
      case .xor: return .bool(x != y)
      default: return try integerOperation(op, x ? 1 : 0, y ? 1 : 0)
      }
    case (.float(let x), .float(let y)): result = try floatOperation(op, x, y)
    case (.float(let x), .int(let y)): result = try floatOperation(op, x, Double(y))
    case (.int(let x), .float(let y)): result = try floatOperation(op, Double(x), y)
    case (.float(let x), .bool(let y)): result = try floatOperation(op, x, y ? 1 : 0)
    case (.bool(let x), .float(let y)): result = try floatOperation(op, x ? 1 : 0, y)
    default: return .undefined
    }
    return result.isNotImplemented ? .undefined : result
  }

  /// `a += b`: the value to store back, which is `a` itself when it changed in place.
  func inPlace(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    let quick = try operationOfNumbers(op, a, b)
    if !quick.isUndefined { return quick }
    if let x = a.uncounted, let y = b.uncounted, x.isPlain, y.isPlain {
      if x.kind == .other, y.kind == .other {
        let result = try x.borrowed { (x) throws(Raised) in try x.quickArithmetic(op, y) }
        if !result.isUndefined { return result }
      } else if op == .add, x.kind == .byteArray, y.kind == .bytes || y.kind == .byteArray {
        try x.as(BytesObject.self).borrowed { (array) throws(Raised) in
          try y.as(BytesObject.self).borrowed { (added) throws(Raised) in try extend(array, with: ByteSpan(added), of: b) }
        }
        return a
      } else if x.kind == .set, y.kind == .set, x._withUnsafeGuaranteedRef({ $0.isExactly(types.set) }) {
        let isDone = try x.as(SetObject.self).borrowed { (x) throws(Raised) in
          try y.as(SetObject.self).borrowed { (y) throws(Raised) in try setInPlace(op, x, y) }
        }
        if isDone { return a }
      }
    }
    if a.isLargeInt || b.isLargeInt {
      let result = try largeIntegerOperation(op, a, b)
      if !result.isNotImplemented { return result }
    }
    if let x = Complex(plain: a, with: b), let y = Complex(plain: b, with: a) {
      let result = try complexOperation(op, x, y)
      if !result.isNotImplemented { return result }
    }
    let mixed = try quickOperationWithInt(op, a, b)
    if !mixed.isUndefined { return mixed }
    if case .object(let object) = a {
      let result = try changeInPlace(op, object, b)
      if !result.isNotImplemented { return result }
    }
    let result = try offerToOperands(op, a, b)
    if !result.isNotImplemented { return result }
    if op == .add || op == .multiply, case .object(let object) = a, object.kind == .list, object.type.special(op.method) != nil,
      object.type.special(op.inPlaceMethod) == nil
    {
      // Its own `__add__` does not want the operand; what `list` does in place is still there.
      let list = unsafeDowncast(object, to: ListObject.self)
      if op == .add { try extend(list, with: b) } else { try repeatInPlace(list, try repetitionCount(b)) }
      return a
    }
    let sequence = try sequenceMeaning(op, a, b)
    if !sequence.isNotImplemented { return sequence }
    throw unsupportedOperands(op.rawValue + "=", a, b)
  }

  /// Asks both operands, in Python's order. NotImplemented: neither knows.
  private func offerToOperands(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    guard a.isOfHeapType || b.isOfHeapType else {
      let result = try leftOperation(op, a, b)
      return result.isNotImplemented ? try rightOperation(op, a, b) : result
    }
    let leftType = type(of: a)
    let rightType = type(of: b)
    if leftType === rightType { return try leftOperation(op, a, b) }
    if rightType.isHeap, let reflected = rightType.special(op.reflectedMethod), rightType.isSubtype(of: leftType) {
      let inherited = leftType.special(op.reflectedMethod)
      if inherited == nil || !inherited.unsafelyUnwrapped.isIdentical(to: reflected) {
        let result = try callSpecial(reflected, b, a)
        return result.isNotImplemented ? try leftOperation(op, a, b) : result
      }
    }
    let result = try leftOperation(op, a, b)
    return result.isNotImplemented ? try rightOperation(op, a, b) : result
  }

  private func leftOperation(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    guard case .object(let object) = a else {
      if a.isNumber { return a.leaves(op.reflectedMethod, to: b) ? .notImplemented : try builtInOperation(op, a, b) }
      guard let method = type(of: a).lookup(names[op.method]) else { return .notImplemented }
      return try callSpecial(method, a, b)
    }
    let type = object.type
    if let method = type.special(op.method) { return try callSpecial(method, a, b) }
    if object.kind.hasBuiltInOperators {
      return a.leaves(op.reflectedMethod, to: b) ? .notImplemented : try builtInOperation(op, a, b)
    }
    guard let method = type.lookup(names[op.method]) else { return .notImplemented }
    return try callSpecial(method, a, b)
  }

  private func rightOperation(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(Raised) -> Value {
    guard case .object(let object) = b else {
      if b.isNumber { return mayReflect(a, b) ? try builtInOperation(op, a, b) : .notImplemented }
      guard let method = type(of: b).lookup(names[op.reflectedMethod]) else { return .notImplemented }
      return try callSpecial(method, b, a)
    }
    let type = object.type
    if let method = type.special(op.reflectedMethod) { return try callSpecial(method, b, a) }
    if object.kind.hasBuiltInOperators {
      // Numbers and dictionaries look at both operands, and have said no when the left one is built-in as well.
      return mayReflect(a, b) ? try builtInOperation(op, a, b) : .notImplemented
    }
    guard let method = type.lookup(names[op.reflectedMethod]) else { return .notImplemented }
    return try callSpecial(method, b, a)
  }

  /// Whether the built-in type of `b` has a reflected method that knows `a`, whose own class did not answer.
  private func mayReflect(_ a: Value, _ b: Value) -> Bool {
    guard a.isOfHeapType, let object = a.object else { return false }
    switch object.kind {
    case .string, .bytes, .byteArray, .list, .tuple, .complex: return false
    case .floatInstance:
      if case .float = b { return true }
      return false
    default: return true
    }
  }

  /// `__iadd__` and its kin of the left operand's type.
  private func changeInPlace(_ op: BinaryOperator, _ object: Object, _ b: Value) throws(Raised) -> Value {
    let type = object.type
    if let method = type.special(op.inPlaceMethod) { return try callSpecial(method, .object(object), b) }
    switch object.kind {
    case .list: return try changeListInPlace(op, unsafeDowncast(object, to: ListObject.self), b)
    case .string, .bytes, .bigInt, .complex, .tuple, .intInstance, .floatInstance: return .notImplemented
    default:
      guard let method = type.lookup(names[op.inPlaceMethod]) else { return .notImplemented }
      return try callSpecial(method, .object(object), b)
    }
  }

  /// `list += x` and `list *= n`. Like CPython, they let a reflected method of the right operand go first.
  private func changeListInPlace(_ op: BinaryOperator, _ list: ListObject, _ b: Value) throws(Raised) -> Value {
    guard op == .add || op == .multiply, list.type.special(op.method) == nil else { return .notImplemented }
    if b.isOfHeapType, let reflected = type(of: b).special(op.reflectedMethod) {
      let result = try callSpecial(reflected, b, .object(list))
      if !result.isNotImplemented { return result }
    }
    if op == .add {
      try extend(list, with: b)
    } else {
      try repeatInPlace(list, try repetitionCount(b))
    }
    return .object(list)
  }

  // MARK: Unary operators

  func negate(_ a: Value) throws(Raised) -> Value {
    switch a {
    case .int(let number):
      let (result, overflow) = Int(0).subtractingReportingOverflow(number)
      return overflow ? integer(-bigInt(number)) : .int(result)
    case .float(let number): return .float(-number)
    case .bool(let flag): return .int(flag ? -1 : 0)
    default: break
    }
    return try unary(a, .neg, "-") { (runtime, number) throws(Raised) in
      if let big = number.bigInt { return runtime.integer(-big.value) }
      if let complex = number.complex {
        return .object(ComplexObject(runtime, real: -complex.real, imaginary: -complex.imaginary))
      }
      return try runtime.negate(number)
    }
  }

  func positive(_ a: Value) throws(Raised) -> Value {
    switch a {
    case .int, .float: return a
    case .bool(let flag): return .int(flag ? 1 : 0)
    default: break
    }
    return try unary(a, .pos, "+") { (runtime, number) throws(Raised) in
      guard number.isOfHeapType, let complex = number.complex else { return number }
      return .object(ComplexObject(runtime, real: complex.real, imaginary: complex.imaginary))
    }
  }

  func invert(_ a: Value) throws(Raised) -> Value {
    switch a {
    case .int(let number): return .int(~number)
    case .bool(let flag): return .int(flag ? -2 : -1)
    default: break
    }
    return try unary(a, .invert, "~") { (runtime, number) throws(Raised) in
      if case .int(let number) = number { return .int(~number) }
      if let big = number.bigInt { return runtime.integer(-big.value - 1) }
      throw runtime.typeError("bad operand type for unary ~: '\(runtime.typeName(a))'")
    }
  }

  /// The general case of a unary operator: the special method, or `builtIn` for a number.
  private func unary(
    _ a: Value, _ method: SpecialMethod, _ symbol: String, builtIn: (Runtime, Value) throws(Raised) -> Value
  ) throws(Raised) -> Value {
    if case .object(let object) = a {
      if let override = object.type.special(method) { return try callSpecial(override, a) }
      switch object.kind {
      case .bigInt, .complex, .intInstance, .floatInstance: return try builtIn(self, a.plainNumber)
      default: break
      }
    } else if case .float = a {
      return try builtIn(self, a)
    }
    if let native = type(of: a).lookup(names[method]) { return try callSpecial(native, a) }
    throw typeError("bad operand type for unary \(symbol): '\(typeName(a))'")
  }

  func unsupportedOperands(_ symbol: String, _ a: Value, _ b: Value) -> Raised {
    var message = "unsupported operand type(s) for \(symbol): '\(typeName(a))' and '\(typeName(b))'"
    if symbol == ">>", case .object(let object) = a, object.kind == .nativeFunction,
      unsafeDowncast(object, to: NativeFunction.self).name == "print"
    {
      message += ". Did you mean \"print(<message>, file=<output_stream>)\"?"
    }
    return typeError(message)
  }
}

extension Value {
  /// Whether its class is written in the program.
  @inline(__always)
  var isOfHeapType: Bool {
    guard let held = uncounted else { return false }
    return !held.isPlain
  }

  /// Whether the type of this number leaves the operation to a class of the program that has the method: an int knows no floats, and neither
  /// knows complex numbers, which the operations here compute all the same.
  func leaves(_ method: SpecialMethod, to other: Value) -> Bool {
    guard other.isOfHeapType, let object = other.object, object.kind == .floatInstance || object.kind == .complex,
      object.type.special(method) != nil
    else { return false }
    switch self {
    case .int, .bool: return true
    case .float: return object.kind == .complex
    case .object(let number):
      switch number.kind {
      case .bigInt, .intInstance: return true
      case .floatInstance: return object.kind == .complex
      default: return false
      }
    default: return false
    }
  }

  /// An immediate number.
  @inline(__always)
  fileprivate var isNumber: Bool {
    switch self {
    case .int, .float, .bool: return true
    default: return false
    }
  }

  @inline(__always) var complex: ComplexObject? { cast(.complex, to: ComplexObject.self) }
}

extension Kind {
  /// Kinds whose binary operators `builtInOperation` knows.
  @inline(__always)
  fileprivate var hasBuiltInOperators: Bool {
    switch self {
    case .bigInt, .intInstance, .floatInstance, .complex, .string, .bytes, .byteArray, .list, .tuple, .dict: return true
    default: return false
    }
  }
}
