/// `bool`.
extension Runtime {
  func installBoolType() {
    let type = types.bool
    type.construct = { (runtime, _, arguments) throws(Raised) in
      let value = try runtime.soleArgument("bool", arguments)
      return .bool(value.isUndefined ? false : try runtime.isTrue(value))
    }
    type.defineNew(self)
    for op in [.and, .or, .xor] as [SpecialMethod] {
      func apply(_ runtime: Runtime, _ a: Value, _ b: Value) throws(Raised) -> Value {
        guard let other = Number(b), !other.isFloat, !other.isComplex else { return .notImplemented }
        switch op {
        case .and: return try runtime.builtInOperation(.and, a, b)
        case .or: return try runtime.builtInOperation(.or, a, b)
        default: return try runtime.builtInOperation(.xor, a, b)
        }
      }
      for name in ["__\(op)__", "__r\(op)__"] {
        type.define(self, name, "self, value, /") { (runtime, arguments) throws(Raised) in
          try apply(runtime, arguments[0], arguments[1])
        }
      }
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.repr(arguments[0]))
    }
    type.define(self, "__invert__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.invert(arguments[0])
    }
  }
}
