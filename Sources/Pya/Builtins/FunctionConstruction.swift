/// `types.FunctionType(code, globals, ...)`: another function with the code of one, as programs make copies of functions.
extension Runtime {
  func installFunctionConstruction(_ type: TypeObject) {
    type.defineConstructor(self, "code, globals, name=None, argdefs=None, closure=None, kwdefaults=None") {
      (runtime, _, arguments) throws(Raised) in
      try runtime.makeFunction(arguments)
    }
  }

  private func makeFunction(_ arguments: Arguments) throws(Raised) -> Value {
    guard arguments[0].object is CompiledText || arguments[0].cast(.code, to: Code.self) != nil else {
      throw typeError("function() argument 'code' must be code, not \(givenName(arguments[0]))")
    }
    guard let globals = arguments[1].dict else {
      throw typeError("function() argument 'globals' must be dict, not \(givenName(arguments[1]))")
    }
    let code = try functionCode(arguments[0], globals: globals)
    let name = given(arguments[2])
    if let name, name.string == nil { throw typeError("arg 3 (name) must be None or string") }
    let defaults = given(arguments[3])
    if let defaults, defaults.tuple == nil { throw typeError("arg 4 (defaults) must be None or tuple") }
    let cells = try cells(given(arguments[4]), for: code)
    let function = FunctionObject(
      self, code: code, cells: cells, globals: globals, defaults: defaults?.tuple?.array ?? [],
      keywordDefaults: [])
    if let name = name?.string { function.name = name }
    if let keywordDefaults = given(arguments[5]) {
      try setAttribute(.object(function), intern("__kwdefaults__"), keywordDefaults)
    }
    return .object(function)
  }

  /// The code to run with these globals: that of another function, or of a text.
  private func functionCode(_ value: Value, globals: DictObject) throws(Raised) -> Code {
    if let text = value.object as? CompiledText { return try code(of: text, globals: globals) }
    guard let known = value.cast(.code, to: Code.self) else { fatalError("pya: neither code nor text") }
    return try code(known, withGlobals: globals)
  }

  private func given(_ argument: Value) -> Value? { argument.isUndefined || argument.isNone ? nil : argument }

  private func cells(_ closure: Value?, for code: Code) throws(Raised) -> [Cell] {
    let count = code.freeNames.count
    guard let closure else {
      if count > 0 { throw typeError("arg 5 (closure) must be tuple") }
      return []
    }
    guard let values = closure.tuple?.array else {
      throw typeError(count > 0 ? "arg 5 (closure) must be tuple" : "arg 5 (closure) must be None or tuple")
    }
    guard values.count == count else {
      throw valueError("\(code.name.text) requires closure of length \(count), not \(values.count)")
    }
    var cells: [(index: Int, cell: Cell)] = []
    for (index, value) in zip(code.freeOrder, values) {
      guard let cell = value.cast(.cell, to: Cell.self) else {
        throw typeError("arg 5 (closure) expected cell, found \(typeName(value))")
      }
      cells.append((index, cell))
    }
    return cells.sorted { $0.index < $1.index }.map(\.cell)
  }
}
