/// `decimal`.
func makeDecimalModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "decimal")
  let types = runtime.decimalTypes
  runtime.defineDecimal(types)
  runtime.defineDecimalContext(types)
  module.set(runtime, "Decimal", .object(types.decimal))
  module.set(runtime, "Context", .object(types.context))
  module.set(runtime, "DecimalTuple", .object(types.tuple.type))
  for (name, type) in types.exceptions { module.set(runtime, name, .object(type)) }
  for rounding in DecimalRounding.allCases {
    module.set(runtime, rounding.rawValue, .object(runtime.intern(rounding.rawValue)))
  }
  let basic = DecimalContextObject(type: types.context)
  basic.precision = 9
  basic.rounding = .halfUp
  basic.traps = [.clamped, .invalid, .divisionByZero, .overflow, .underflow]
  module.set(runtime, "BasicContext", .object(basic))
  let extended = DecimalContextObject(type: types.context)
  extended.precision = 9
  extended.traps = []
  module.set(runtime, "ExtendedContext", .object(extended))
  module.set(runtime, "DefaultContext", .object(types.defaultContext))
  let largest = DecimalArithmetic.largestPrecision
  module.set(runtime, "MAX_PREC", .int(largest))
  module.set(runtime, "MAX_EMAX", .int(largest))
  module.set(runtime, "MIN_EMIN", .int(-largest))
  module.set(runtime, "MIN_ETINY", .int(1 - 2 * largest))
  module.set(runtime, "HAVE_THREADS", .bool(true))
  module.set(runtime, "HAVE_CONTEXTVAR", .bool(true))
  runtime.defineContextFunctions(module, types)
  return module
}

extension Runtime {
  fileprivate func defineContextFunctions(_ module: ModuleObject, _ types: DecimalTypes) {
    module.define(self, "getcontext", "") { (runtime, _) throws(Raised) in .object(runtime.decimalTypes.current) }
    module.define(self, "setcontext", "context, /") { (runtime, arguments) throws(Raised) in
      guard let context = arguments[0].decimalContext else { throw runtime.typeError("argument must be a context") }
      runtime.decimalTypes.current = context
      return .none
    }
    module.define(self, "localcontext", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      let names: [StaticString] = ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"]
      let values = try runtime.fields(arguments, names, required: 0, positional: 1)
      let context = try runtime.decimalContext(values[0]).copy()
      for (name, value) in zip(names, values).dropFirst() where !value.isUndefined && !value.isNone {
        try runtime.setDecimalContext(context, name.description, value)
      }
      return .object(DecimalContextManager(type: runtime.decimalTypes.manager, context))
    }
    let manager = types.manager
    manager.define(self, "__enter__", "self, /") { (runtime, arguments) throws(Raised) in
      guard case .object(let object) = arguments[0], let manager = object as? DecimalContextManager else { return .none }
      manager.saved = runtime.decimalTypes.current
      runtime.decimalTypes.current = manager.context
      return .object(manager.context)
    }
    manager.define(self, "__exit__", "self, /, *args") { (runtime, arguments) throws(Raised) in
      guard case .object(let object) = arguments[0], let manager = object as? DecimalContextManager else { return .none }
      if let saved = manager.saved { runtime.decimalTypes.current = saved }
      return .bool(false)
    }
    manager.didChange()
  }
}
