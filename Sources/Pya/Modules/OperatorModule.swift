import PyaSyntax

/// `operator`: operators as functions, and getters made to measure.
extension Runtime {
  func makeOperatorModule() -> ModuleObject {
    let module = ModuleObject(self, name: "operator")
    addBinaryOperators(to: module)
    addComparisons(to: module)
    addUnaryOperators(to: module)
    addItemFunctions(to: module)
    addGetters(to: module)
    for (names, text) in Runtime.operatorTexts {
      for name in names.split(separator: " ") {
        let function = module.namespace.getString(intern(String(name)))?.object as? NativeFunction
        function?.doc = "Same as \(text)."
      }
    }
    let names = module.namespace.liveEntries.compactMap(\.key.string?.text).filter { !$0.hasPrefix("_") }.sorted()
    module.set(self, "__all__", .object(ListObject(self, names.map { .object(string($0)) })))
    return module
  }

  /// What `help` says of the functions, after "Same as".
  private static let operatorTexts = [
    ("abs", "abs(a)"), ("add", "a + b"), ("and_", "a & b"), ("call", "obj(*args, **kwargs)"), ("concat", "a + b, for a and b sequences"),
    ("contains", "b in a (note reversed operands)"), ("delitem", "del a[b]"), ("eq", "a == b"), ("floordiv", "a // b"), ("ge", "a >= b"),
    ("getitem", "a[b]"), ("gt", "a > b"), ("iadd", "a += b"), ("iand", "a &= b"), ("iconcat", "a += b, for a and b sequences"),
    ("ifloordiv", "a //= b"), ("ilshift", "a <<= b"), ("imatmul", "a @= b"), ("imod", "a %= b"), ("imul", "a *= b"), ("inv invert", "~a"),
    ("ior", "a |= b"), ("ipow", "a **= b"), ("irshift", "a >>= b"), ("is_", "a is b"), ("is_not", "a is not b"), ("isub", "a -= b"),
    ("itruediv", "a /= b"), ("ixor", "a ^= b"), ("le", "a <= b"), ("lshift", "a << b"), ("lt", "a < b"), ("matmul", "a @ b"), ("mod", "a % b"),
    ("mul", "a * b"), ("ne", "a != b"), ("neg", "-a"), ("not_", "not a"), ("or_", "a | b"), ("pos", "+a"), ("pow", "a ** b"),
    ("rshift", "a >> b"), ("setitem", "a[b] = c"), ("sub", "a - b"), ("truediv", "a / b"), ("xor", "a ^ b"),
  ]

  /// Under its name and, as the special method is called, between underscores.
  private func define(
    _ module: ModuleObject, _ name: String, special: String? = nil, _ signature: NativeSignature,
    _ body: @escaping NativeBody
  ) {
    module.define(self, name, signature, body)
    if let special, let function = module.namespace.getString(intern(name)) {
      module.set(self, "__\(special)__", function)
    }
  }

  private func addBinaryOperators(to module: ModuleObject) {
    let operators: [(String, String, BinaryOperator)] = [
      ("add", "add", .add), ("sub", "sub", .subtract), ("mul", "mul", .multiply), ("truediv", "truediv", .divide),
      ("floordiv", "floordiv", .floorDivide), ("mod", "mod", .modulo), ("pow", "pow", .power),
      ("matmul", "matmul", .matrixMultiply), ("lshift", "lshift", .leftShift), ("rshift", "rshift", .rightShift),
      ("and_", "and", .and), ("or_", "or", .or), ("xor", "xor", .xor),
    ]
    for (name, special, op) in operators {
      define(module, name, special: special, "a, b, /") { (runtime, arguments) throws(Raised) in
        try runtime.binary(op, arguments[0], arguments[1])
      }
      define(module, "i\(special)", special: "i\(special)", "a, b, /") { (runtime, arguments) throws(Raised) in
        try runtime.inPlace(op, arguments[0], arguments[1])
      }
    }
    for (name, op) in [("concat", false), ("iconcat", true)] {
      define(module, name, special: name, "a, b, /") { (runtime, arguments) throws(Raised) in
        if runtime.type(of: arguments[0]).lookup(runtime.names[.getitem]) == nil {
          throw runtime.typeError("'\(runtime.typeName(arguments[0]))' object can't be concatenated")
        }
        return op
          ? try runtime.inPlace(.add, arguments[0], arguments[1])
          : try runtime.binary(.add, arguments[0], arguments[1])
      }
    }
  }

  private func addComparisons(to module: ModuleObject) {
    for (name, op) in [
      ("lt", ComparisonOperator.less), ("le", .lessEqual), ("eq", .equal), ("ne", .notEqual), ("ge", .greaterEqual),
      ("gt", .greater),
    ] {
      define(module, name, special: name, "a, b, /") { (runtime, arguments) throws(Raised) in
        try runtime.compare(op, arguments[0], arguments[1])
      }
    }
    define(module, "is_", "a, b, /") { (_, arguments) throws(Raised) in
      .bool(arguments[0].isIdentical(to: arguments[1]))
    }
    define(module, "is_not", "a, b, /") { (_, arguments) throws(Raised) in
      .bool(!arguments[0].isIdentical(to: arguments[1]))
    }
  }

  private func addUnaryOperators(to module: ModuleObject) {
    define(module, "not_", special: "not", "a, /") { (runtime, arguments) throws(Raised) in
      .bool(try !runtime.isTrue(arguments[0]))
    }
    define(module, "truth", "a, /") { (runtime, arguments) throws(Raised) in .bool(try runtime.isTrue(arguments[0])) }
    define(module, "neg", special: "neg", "a, /") { (runtime, arguments) throws(Raised) in
      try runtime.negate(arguments[0])
    }
    define(module, "pos", special: "pos", "a, /") { (runtime, arguments) throws(Raised) in
      try runtime.positive(arguments[0])
    }
    define(module, "abs", special: "abs", "a, /") { (runtime, arguments) throws(Raised) in
      guard let function = runtime.builtins.getString(runtime.intern("abs")) else { return .none }
      return try runtime.call(function, arguments[0])
    }
    for name in ["inv", "invert"] {
      define(module, name, special: name, "a, /") { (runtime, arguments) throws(Raised) in
        try runtime.invert(arguments[0])
      }
    }
    define(module, "index", special: "index", "a, /") { (runtime, arguments) throws(Raised) in
      try runtime.integer(fromIndex: arguments[0])
    }
    define(module, "call", special: "call", "obj, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      try runtime.call(arguments[0], arguments.dropFirst)
    }
  }

  private func addItemFunctions(to module: ModuleObject) {
    define(module, "getitem", special: "getitem", "a, b, /") { (runtime, arguments) throws(Raised) in
      try runtime.getItem(arguments[0], arguments[1])
    }
    define(module, "setitem", special: "setitem", "a, b, c, /") { (runtime, arguments) throws(Raised) in
      try runtime.setItem(arguments[0], arguments[1], arguments[2])
      return .none
    }
    define(module, "delitem", special: "delitem", "a, b, /") { (runtime, arguments) throws(Raised) in
      try runtime.deleteItem(arguments[0], arguments[1])
      return .none
    }
    define(module, "contains", special: "contains", "a, b, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.contains(arguments[0], arguments[1]))
    }
    define(module, "countOf", "a, b, /") { (runtime, arguments) throws(Raised) in
      var count = 0
      guard runtime.isIterable(arguments[0]) else { throw runtime.notContainer(arguments[0]) }
      try runtime.forEach(arguments[0]) { (element) throws(Raised) in
        if try runtime.isSame(element, arguments[1]) { count += 1 }
      }
      return .int(count)
    }
    define(module, "indexOf", "a, b, /") { (runtime, arguments) throws(Raised) in
      guard runtime.isIterable(arguments[0]) else { throw runtime.notContainer(arguments[0]) }
      let iterator = try runtime.iterator(arguments[0])
      var index = 0
      while true {
        let element = try iterator.next(runtime)
        if element.isUndefined { throw runtime.valueError("sequence.index(x): x not in sequence") }
        if try runtime.isSame(element, arguments[1]) { return .int(index) }
        index += 1
      }
    }
    define(module, "length_hint", "obj, default=0, /") { (runtime, arguments) throws(Raised) in
      let type = runtime.type(of: arguments[0])
      if type.lookup(runtime.names[.len]) != nil { return .int(try runtime.length(arguments[0])) }
      if let method = type.lookup(runtime.names[.lengthHint]) {
        do throws(Raised) {
          let hint = try runtime.callSpecial(method, arguments[0])
          if !hint.isNotImplemented { return hint }
        } catch {
          guard runtime.matches(error, .typeError) else { throw error }
        }
      }
      return arguments[1].defined ?? .int(0)
    }
  }

  // MARK: Getters

  private func addGetters(to module: ModuleObject) {
    func add(_ name: String, _ make: @escaping (Runtime, TypeObject, Arguments) throws(Raised) -> Value) {
      let type = TypeObject(self, module: "operator", name)
      type.construct = make
      type.define(self, "__call__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        try arguments[0].object.unsafelyUnwrapped.call(runtime, arguments.dropFirst)
      }
      type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
        guard let getter = arguments[0].object as? OperatorGetter else { return .none }
        return .object(runtime.string("operator.\(name)(\(try getter.argumentText(runtime)))"))
      }
      type.define(self, "__reduce__", "self, /") { (runtime, arguments) throws(Raised) in
        guard let getter = arguments[0].object as? OperatorGetter else { return .none }
        return try getter.reduced(runtime)
      }
      module.set(self, name, .object(type))
    }
    add("itemgetter") { (runtime, type, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("itemgetter() takes no keyword arguments") }
      if arguments.count == 0 { throw runtime.typeError("itemgetter expected 1 argument, got 0") }
      return .object(ItemGetter(type: type, arguments.positional))
    }
    add("attrgetter") { (runtime, type, arguments) throws(Raised) in
      if arguments.hasKeywords { throw runtime.typeError("attrgetter() takes no keyword arguments") }
      if arguments.count == 0 { throw runtime.typeError("attrgetter expected 1 argument, got 0") }
      for name in arguments.positional where name.string == nil {
        throw runtime.typeError("attribute name must be a string")
      }
      return .object(AttributeGetter(runtime, type: type, arguments.positional))
    }
    add("methodcaller") { (runtime, type, arguments) throws(Raised) in
      if arguments.count == 0 {
        throw runtime.typeError("methodcaller needs at least one argument, the method name")
      }
      guard let name = arguments[0].string else { throw runtime.typeError("method name must be a string") }
      return .object(MethodCaller(runtime, type: type, name, arguments.dropFirst))
    }
  }
}

private class OperatorGetter: Object {
  let parameters: [Value]

  init(type: TypeObject, _ parameters: [Value]) {
    self.parameters = parameters
    super.init(type: type, kind: .other)
  }

  func argumentText(_ runtime: Runtime) throws(Raised) -> String {
    var parts: [String] = []
    for parameter in parameters { parts.append(try runtime.repr(parameter).text) }
    return parts.joined(separator: ", ")
  }

  /// What makes it anew, for `copy` and `pickle`.
  func reduced(_ runtime: Runtime) throws(Raised) -> Value {
    runtime.tuple([.object(type), runtime.tuple(parameters)])
  }

  func checkedSubject(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    if arguments.hasKeywords { throw runtime.typeError("\(type.name)() takes no keyword arguments") }
    guard arguments.count == 1 else {
      throw runtime.typeError("\(type.name) expected 1 argument, got \(arguments.count)")
    }
    return arguments[0]
  }
}

private final class ItemGetter: OperatorGetter {
  /// The only key, if that is an int from 0 on; else -1.
  private let index: Int

  override init(type: TypeObject, _ parameters: [Value]) {
    index = if parameters.count == 1, case .int(let number) = parameters[0] { max(number, -1) } else { -1 }
    super.init(type: type, parameters)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    if index >= 0, arguments.count == 1, let held = arguments.base.uncountedObject, held.isPlain, !arguments.hasKeywords {
      if held.kind == .tuple {
        let found: Value = held.as(TupleObject.self)._withUnsafeGuaranteedRef { index < $0.count ? $0[index] : .undefined }
        if !found.isUndefined { return found }
      } else if held.kind == .list {
        let found: Value = held.as(ListObject.self)._withUnsafeGuaranteedRef { index < $0.count ? $0[index] : .undefined }
        if !found.isUndefined { return found }
      }
    }
    if let found = entry(arguments) { return found }
    let subject = try checkedSubject(runtime, arguments)
    if parameters.count == 1 { return try runtime.getItem(subject, parameters[0]) }
    // They wait on the value stack for their tuple.
    let base = try runtime.machine.reserve(parameters.count)
    var count = 0
    defer { runtime.machine.release(base, count) }
    while count < parameters.count {
      (base + count).initialize(to: try runtime.getItem(subject, parameters[count]))
      count += 1
    }
    return .object(TupleObject(type: runtime.types.tuple, copying: base, count: count))
  }
}

extension ItemGetter {
  /// What a plain dictionary, the only argument, has under the only key, if that is found without running code of the program.
  @inline(__always)
  fileprivate func entry(_ arguments: Arguments) -> Value? {
    guard parameters.count == 1, arguments.count == 1, !arguments.hasKeywords, let held = arguments.base.uncountedObject,
      held.kind == .dict, !held.mayDecideItems
    else { return nil }
    var key = parameters[0]
    return held.as(DictObject.self)._withUnsafeGuaranteedRef { dict in
      guard let index = dict.quickIndex(keyAt: &key), index >= 0 else { return nil }
      return dict.valuePlace(index).copied
    }
  }
}

private final class AttributeGetter: OperatorGetter {
  /// Every dotted name, in parts.
  private let paths: [[StringObject]]
  /// The only name, if there is one without dots.
  private let name: StringObject?

  init(_ runtime: Runtime, type: TypeObject, _ parameters: [Value]) {
    if parameters.count == 1, let text = parameters[0].string, !text.utf8.contains(UInt8(ascii: ".")) {
      name = runtime.intern(text)
      paths = []
      super.init(type: type, parameters)
      return
    }
    name = nil
    paths = parameters.map { name in
      (name.string?.text ?? "").split(separator: ".", omittingEmptySubsequences: false).map {
        runtime.intern(String($0))
      }
    }
    super.init(type: type, parameters)
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    let subject = try checkedSubject(runtime, arguments)
    if let name {
      if let place = runtime.ownAttribute(of: arguments.base, name) { return place.copied }
      return try runtime.getAttribute(subject, name)
    }
    var values: [Value] = []
    for path in paths {
      var value = subject
      for name in path { value = try runtime.getAttribute(value, name) }
      if paths.count == 1 { return value }
      values.append(value)
    }
    return runtime.tuple(values)
  }
}

private final class MethodCaller: OperatorGetter {
  private let name: StringObject
  private let keywords: [(name: StringObject, value: Value)]

  init(_ runtime: Runtime, type: TypeObject, _ name: StringObject, _ arguments: Arguments) {
    self.name = runtime.intern(name)
    keywords = arguments.keywords
    super.init(type: type, arguments.positional)
  }

  override func argumentText(_ runtime: Runtime) throws(Raised) -> String {
    var parts = [try runtime.repr(.object(name)).text]
    for parameter in parameters { parts.append(try runtime.repr(parameter).text) }
    for (name, value) in keywords { parts.append("\(name.text)=\(try runtime.repr(value).text)") }
    return parts.joined(separator: ", ")
  }

  override func reduced(_ runtime: Runtime) throws(Raised) -> Value {
    let arguments = runtime.tuple([.object(name)] + parameters)
    if keywords.isEmpty { return runtime.tuple([.object(type), arguments]) }
    let functools = try runtime.importModule("functools", level: 0, globals: runtime.builtins)
    let partial = try runtime.call(
      try runtime.getAttribute(functools, "partial"), [.object(type), .object(name)], keywords: keywords)
    return runtime.tuple([partial, runtime.tuple(parameters)])
  }

  override func call(_ runtime: Runtime, _ arguments: Arguments) throws(Raised) -> Value {
    let subject = try checkedSubject(runtime, arguments)
    if keywords.isEmpty, let method = directMethod(runtime, arguments.base) {
      let count = parameters.count + 1
      let base = try runtime.machine.reserveCall(count)
      defer { runtime.machine.endCall(base, count) }
      base.initialize(to: subject)
      for index in 1..<count { (base + index).initialize(to: parameters[index - 1]) }
      return try method.call(runtime, inPlace: base, count)
    }
    return try runtime.call(try runtime.getAttribute(subject, name), parameters, keywords: keywords)
  }

  /// The function that the subject's class has under the name, where it may be called with the subject in front; nil: the method must be bound.
  private func directMethod(_ runtime: Runtime, _ subject: UnsafeMutablePointer<Value>) -> Object? {
    if let method = runtime.plainMethod(of: subject, name) { return method.takeUnretainedValue() }
    guard let held = subject.uncountedObject, held.isPlain, held.kind != .instance, held.kind != .type, held.kind != .module,
      held.kind != .superProxy, held._withUnsafeGuaranteedRef({ $0.existingInstanceDictionary == nil }),
      let found = runtime.type(of: subject.pointee).lookup(name)?.cast(.nativeFunction, to: NativeFunction.self),
      found.isMethod(of: subject.pointee), found.takes(parameters.count + 1)
    else { return nil }
    return found
  }
}
