/// Functions of the program: `__name__`, `__defaults__`, `__code__`, ...
extension Runtime {
  func installFunctionType() {
    let type = types.function
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let function = try runtime.functionArgument(arguments[0])
      var builder = TextBuilder()
      builder.append("<function ")
      builder.append(string: function.qualifiedName)
      runtime.appendAddress(function, to: &builder)
      builder.append(">")
      return .object(builder.finish(runtime))
    }
    type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0], arguments.dropFirst)
    }
    type.define(self, "__get__", "self, instance, owner=None, /") { (runtime, arguments) throws(Raised) in
      if arguments[1].isNone {
        if arguments[2].isUndefined || arguments[2].isNone { throw runtime.typeError("__get__(None, None) is invalid") }
        return arguments[0]
      }
      return .object(BoundMethod(runtime, function: arguments[0], receiver: arguments[1]))
    }
    installFunctionNames(type)
    installFunctionDefaults(type)
    installFunctionParts(type)
  }

  private func functionArgument(_ value: Value) throws(Raised) -> FunctionObject {
    guard let function = value.cast(.function, to: FunctionObject.self) else {
      throw typeError("expected a function, got '\(typeName(value))'")
    }
    return function
  }

  // MARK: Names and texts

  private func installFunctionNames(_ type: TypeObject) {
    type.defineProperty(self, "__name__") { (runtime, value) throws(Raised) in
      .object(try runtime.functionArgument(value).name)
    } set: { (runtime, value, new) throws(Raised) in
      guard let name = new.string else { throw runtime.typeError("__name__ must be set to a string object") }
      try runtime.functionArgument(value).name = name
    }
    type.defineProperty(self, "__qualname__") { (runtime, value) throws(Raised) in
      .object(try runtime.functionArgument(value).qualifiedName)
    } set: { (runtime, value, new) throws(Raised) in
      guard let name = new.string else { throw runtime.typeError("__qualname__ must be set to a string object") }
      try runtime.functionArgument(value).qualifiedName = name
    }
    type.defineProperty(self, "__doc__") { (runtime, value) throws(Raised) in
      try runtime.functionArgument(value).doc
    } set: { (runtime, value, new) throws(Raised) in
      try runtime.functionArgument(value).doc = new.defined ?? .none
    }
    type.defineProperty(self, "__module__") { (runtime, value) throws(Raised) in
      try runtime.functionArgument(value).moduleName
    } set: { (runtime, value, new) throws(Raised) in
      try runtime.functionArgument(value).moduleName = new.defined ?? .none
    }
  }

  // MARK: Defaults and annotations

  private func installFunctionDefaults(_ type: TypeObject) {
    type.defineProperty(self, "__defaults__") { (runtime, value) throws(Raised) in
      let defaults = try runtime.functionArgument(value).defaults
      return defaults.isEmpty ? .none : .object(TupleObject(runtime, defaults))
    } set: { (runtime, value, new) throws(Raised) in
      let function = try runtime.functionArgument(value)
      if new.isUndefined || new.isNone {
        function.defaults = []
      } else if let tuple = new.tuple {
        function.defaults = tuple.array
      } else {
        throw runtime.typeError("__defaults__ must be set to a tuple object")
      }
    }
    type.defineProperty(self, "__kwdefaults__") { (runtime, value) throws(Raised) in
      try runtime.functionArgument(value).keywordDefaultsByName(runtime).map { .object($0) } ?? .none
    } set: { (runtime, value, new) throws(Raised) in
      let function = try runtime.functionArgument(value)
      if new.isUndefined || new.isNone {
        function.keywordDefaults = []
        function.keywordDefaultsOfProgram = nil
      } else if let dict = new.dict {
        function.keywordDefaultsOfProgram = dict
      } else {
        throw runtime.typeError("__kwdefaults__ must be set to a dict object")
      }
    }
    type.defineProperty(self, "__annotations__") { (runtime, value) throws(Raised) in
      let function = try runtime.functionArgument(value)
      if let annotations = function.annotations { return .object(annotations) }
      let made = DictObject(runtime)
      function.annotations = made
      return .object(made)
    } set: { (runtime, value, new) throws(Raised) in
      let function = try runtime.functionArgument(value)
      guard new.isUndefined || new.isNone || new.dict != nil else {
        throw runtime.typeError("__annotations__ must be set to a dict object")
      }
      function.annotations = new.dict
    }
    type.defineProperty(self, "__type_params__") { (runtime, value) throws(Raised) in
      try runtime.functionArgument(value).typeParameters.defined ?? .object(TupleObject(runtime, []))
    } set: { (runtime, value, new) throws(Raised) in
      guard new.tuple != nil else { throw runtime.typeError("__type_params__ must be set to a tuple") }
      try runtime.functionArgument(value).typeParameters = new
    }
  }

  // MARK: What it is made of

  private func installFunctionParts(_ type: TypeObject) {
    installFunctionConstruction(type)
    type.defineProperty(self, "__code__") { (runtime, value) throws(Raised) in
      let function = try runtime.functionArgument(value)
      function.visibleCode.addressOfGlobals = function.globals.address
      return .object(function.visibleCode)
    } set: { (runtime, value, new) throws(Raised) in
      let function = try runtime.functionArgument(value)
      guard let code = new.cast(.code, to: Code.self) else { throw runtime.typeError("__code__ must be set to a code object") }
      if code.freeNames.count != function.cellCount {
        throw runtime.valueError(
          "\(function.name.text)() requires a code object with \(function.cellCount) free vars, not \(code.freeNames.count)")
      }
      if code.flavour != function.visibleCode.flavour {
        try runtime.issueWarning(
          "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)",
          category: "DeprecationWarning")
      }
      guard function.replaceCode(by: try runtime.code(code, withGlobals: function.globals)) else {
        throw runtime.error("NotImplementedError", "pya: a generator function or coroutine function gets no other code")
      }
    }
    type.defineProperty(self, "__globals__") { (runtime, value) throws(Raised) in
      .object(try runtime.functionArgument(value).globals)
    }
    type.defineProperty(self, "__builtins__") { (runtime, _) throws(Raised) in .object(runtime.builtins) }
    type.defineProperty(self, "__closure__") { (runtime, value) throws(Raised) in
      let function = try runtime.functionArgument(value)
      if function.cellCount == 0 { return .none }
      let order = (function.code as? RelayCode)?.former.freeOrder ?? function.code.freeOrder
      let cells = order.map { Value.object(function.cells[$0]) }
      return .object(TupleObject(runtime, cells))
    }
    type.defineProperty(self, "__dict__") { (runtime, value) throws(Raised) in
      let function = try runtime.functionArgument(value)
      return function.instanceDictionary(runtime).map { .object($0) } ?? .none
    } set: { (runtime, value, new) throws(Raised) in
      let function = try runtime.functionArgument(value)
      if new.isUndefined { throw runtime.typeError("cannot delete __dict__") }
      guard let dict = new.dict else {
        throw runtime.typeError("__dict__ must be set to a dictionary, not a '\(runtime.typeName(new))'")
      }
      function.dictionary = dict
    }
  }
}
