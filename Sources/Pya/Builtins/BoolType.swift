import PyaSyntax

/// `bool`.
extension Runtime {
  func installBoolType() {
    let type = types.bool
    type.construct = { (runtime, _, arguments) throws(Raised) in
      let value = try runtime.soleArgument("bool", arguments)
      return .bool(value.isUndefined ? false : try runtime.isTrue(value))
    }
    type.defineNew(self)
    for (name, op) in [("and", BinaryOperator.and), ("or", .or), ("xor", .xor)] {
      for method in ["__\(name)__", "__r\(name)__"] {
        type.define(self, method, "self, value, /") { (runtime, arguments) throws(Raised) in
          guard let other = Number(arguments[1]), !other.isFloat, !other.isComplex else { return .notImplemented }
          return try runtime.builtInOperation(op, arguments[0], arguments[1])
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
