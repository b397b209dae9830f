import PyaSyntax

/// How built-in types are called: `construct` for calls, `__new__` and `__init__` for subclasses that call them by name.
extension TypeObject {
  /// The constructor of an immutable type, which `__new__` does in one step. `make` gets the class to make an instance of.
  func defineConstructor(
    _ runtime: Runtime, _ signature: NativeSignature,
    _ make: @escaping (Runtime, TypeObject, Arguments) throws(Raised) -> Value
  ) {
    let name = name
    let arranger = ArgumentArranger(name, signature)
    let arranged: (Runtime, TypeObject, Arguments) throws(Raised) -> Value = {
      (runtime, cls, arguments) throws(Raised) in
      if arguments.keywordNames.isEmpty, arguments.count >= signature.required, arguments.count <= signature.maximum {
        return try make(runtime, cls, arguments)
      }
      // Keywords may be meant for the `__init__` of a subclass.
      if arguments.hasKeywords, signature.isPositional, cls.special(.`init`) != nil, arguments.count <= signature.maximum,
        arguments.count >= signature.required
      {
        return try make(runtime, cls, Arguments(arguments.base, arguments.count))
      }
      if !arguments.hasKeywords, signature.required == 1, signature.maximum == 1 {
        throw runtime.typeError("\(name) expected 1 argument, got \(arguments.count)")
      }
      return try arranger.arrange(runtime, arguments) { (runtime, arguments) throws(Raised) in
        try make(runtime, cls, arguments)
      }
    }
    construct = arranged
    defineNew(runtime, arranged)
  }

  /// The constructor of a mutable type: `__new__` makes it empty whatever the arguments, `__init__` fills it.
  func defineConstructor(
    _ runtime: Runtime, _ signature: NativeSignature, empty: @escaping (Runtime, TypeObject) -> Value,
    fill: @escaping (Runtime, Value, Arguments) throws(Raised) -> Void
  ) {
    let arranger = ArgumentArranger(name, signature)
    construct = { (runtime, cls, arguments) throws(Raised) in
      let made = empty(runtime, cls)
      if arguments.keywordNames.isEmpty, arguments.count >= signature.required, arguments.count <= signature.maximum {
        try fill(runtime, made, arguments)
      } else {
        _ = try arranger.arrange(runtime, arguments) { (runtime, arguments) throws(Raised) in
          try fill(runtime, made, arguments)
          return .none
        }
      }
      return made
    }
    defineNew(runtime) { (runtime, cls, _) throws(Raised) in empty(runtime, cls) }
    define(runtime, "__init__", NativeSignature("self, \(signature.text)")) {
      (runtime, arguments) throws(Raised) in
      try fill(runtime, arguments[0], arguments.dropFirst)
      return .none
    }
    guard signature.isPositional,
      let checked = attributes.getString(runtime.names[.`init`])?.cast(.nativeFunction, to: NativeFunction.self)
    else { return }
    // Keywords may have been meant for the `__new__` of a subclass.
    define(runtime, "__init__", "self, /, *args, **kwargs") {
      (runtime, arguments) throws(Raised) in
      if arguments.hasKeywords, runtime.type(of: arguments[0]).special(.new) != nil {
        return try checked.callChecked(runtime, Arguments(arguments.base, arguments.count))
      }
      return try checked.callChecked(runtime, arguments)
    }
  }

  /// `__new__`, which `make` does for the class and the arguments behind it.
  func defineNew(
    _ runtime: Runtime, _ make: @escaping (Runtime, TypeObject, Arguments) throws(Raised) -> Value
  ) {
    unowned(unsafe) let owner = self
    defineStatic(runtime, "__new__", "*args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard arguments.count > 0 else { throw runtime.typeError("\(owner.name).__new__(): not enough arguments") }
      guard let cls = arguments[0].type else {
        throw runtime.typeError(
          "\(owner.name).__new__(X): X is not a type object (\(runtime.typeName(arguments[0])))")
      }
      guard cls.isSubtype(of: owner) else {
        throw runtime.typeError(
          "\(owner.name).__new__(\(cls.name)): \(cls.name) is not a subtype of \(owner.name)")
      }
      return try make(runtime, cls, arguments.dropFirst)
    }
  }

  /// `__eq__`, `__lt__`, ... with the built-in meaning for this kind of object.
  func defineComparisons(_ runtime: Runtime, _ operators: [ComparisonOperator] = ComparisonOperator.rich) {
    for op in operators {
      define(runtime, op.methodName, "self, value, /") { (runtime, arguments) throws(Raised) in
        try runtime.builtInComparison(op, arguments[0], arguments[1])
      }
    }
  }

  /// `__len__`, with the built-in meaning.
  func defineLength(_ runtime: Runtime, _ length: @escaping (Value) -> Int) {
    define(runtime, "__len__", "self, /") { (_, arguments) throws(Raised) in .int(length(arguments[0])) }
  }

  /// `__iter__`, `__contains__` and `__getitem__`, with the built-in meaning for this kind of object.
  func defineElements(_ runtime: Runtime, isSubscriptable: Bool = true) {
    define(runtime, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.iterateBuiltin(arguments[0].object.unsafelyUnwrapped)
    }
    define(runtime, "__contains__", "self, key, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.builtinContains(arguments[0].object.unsafelyUnwrapped, arguments[1]))
    }
    if isSubscriptable {
      define(runtime, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
        try runtime.getBuiltinItem(arguments[0].object.unsafelyUnwrapped, arguments[1])
      }
    }
  }

  /// `__setitem__` and `__delitem__`, with the built-in meaning for this kind of object.
  func defineItemChanges(_ runtime: Runtime) {
    define(runtime, "__setitem__", "self, key, value, /") { (runtime, arguments) throws(Raised) in
      try runtime.setBuiltinItem(arguments[0].object.unsafelyUnwrapped, arguments[1], arguments[2])
      return .none
    }
    define(runtime, "__delitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      try runtime.deleteBuiltinItem(arguments[0].object.unsafelyUnwrapped, arguments[1])
      return .none
    }
  }

  /// `__repr__`, with the built-in meaning for this kind of object.
  func defineRepresentation(_ runtime: Runtime) {
    define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      var builder = TextBuilder()
      try runtime.appendBuiltinRepr(arguments[0].object.unsafelyUnwrapped, to: &builder)
      return .object(builder.finish(runtime))
    }
  }

  /// `__hash__`, with the built-in meaning for this kind of object.
  func defineHash(_ runtime: Runtime) {
    define(runtime, "__hash__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.builtInHash(arguments[0].object.unsafelyUnwrapped))
    }
  }

  /// An attribute that only Swift sets: a `member_descriptor` of CPython.
  func defineMember(_ runtime: Runtime, _ name: String, _ get: @escaping (Value) -> Value) {
    defineProperty(
      runtime, name, get: { (_, value) throws(Raised) in get(value) },
      set: { (runtime, _, _) throws(Raised) in throw runtime.attributeError("readonly attribute") })
  }

  /// `__hash__ = None`
  func defineAsUnhashable(_ runtime: Runtime) { attributes.setString(runtime.names[.hash], .none) }
}

extension ComparisonOperator {
  /// Those that have a special method.
  static let rich: [ComparisonOperator] = [.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual]

  /// `__lt__` for `<`.
  var methodName: String {
    switch self {
    case .equal: "__eq__"
    case .notEqual: "__ne__"
    case .less: "__lt__"
    case .lessEqual: "__le__"
    case .greater: "__gt__"
    case .greaterEqual: "__ge__"
    case .is, .isNot, .in, .notIn: ""
    }
  }
}

extension Runtime {
  /// Puts a type into `builtins` under its name.
  func addBuiltin(_ type: TypeObject) { builtins.setString(intern(type.name), .object(type)) }

  /// Defines a function of `builtins`.
  func defineBuiltin(_ name: String, _ signature: NativeSignature, _ body: @escaping NativeBody) {
    builtins.setString(intern(name), .object(NativeFunction(self, name, signature, body: body)))
  }

  /// The values of keyword-only arguments, `undefined` where not given, for functions that take any number of positional
  /// ones.
  func keywordValues(_ arguments: Arguments, _ function: String, _ names: [String]) throws(Raised) -> [Value] {
    var values = [Value](repeating: .undefined, count: names.count)
    for (name, value) in arguments.keywords {
      guard let index = names.firstIndex(of: name.text) else {
        throw unexpectedKeyword("\(function)()", name.text, among: names)
      }
      values[index] = value
    }
    return values
  }

  /// The same for two names.
  func keywordPair(
    _ arguments: Arguments, _ function: String, _ first: StaticString, _ second: StaticString
  ) throws(Raised) -> (Value, Value) {
    if !arguments.hasKeywords { return (.undefined, .undefined) }
    let values = (arguments.keyword(first), arguments.keyword(second))
    try refuseOtherKeywords(arguments, function, (values.0.isUndefined ? 0 : 1) + (values.1.isUndefined ? 0 : 1), ["\(first)", "\(second)"])
    return values
  }

  /// Complains of keywords that are none of `names`, of which `known` were given.
  func refuseOtherKeywords(
    _ arguments: Arguments, _ function: String, _ known: Int, _ names: @autoclosure () -> [String]
  ) throws(Raised) {
    if arguments.keywordNames.count > known { _ = try keywordValues(arguments, function, names()) }
  }
}

/// Puts the arguments of a constructor in their places. What it needs to know of the parameters is made once, when a call first passes
/// keywords.
private final class ArgumentArranger {
  private let name: String
  private let signature: NativeSignature
  private var function: NativeFunction?

  init(_ name: String, _ signature: NativeSignature) {
    self.name = name
    self.signature = signature
  }

  func arrange(_ runtime: Runtime, _ arguments: Arguments, _ body: NativeBody) throws(Raised) -> Value {
    let known = function ?? NativeFunction(runtime, name, signature) { (_, _) throws(Raised) in .none }
    function = known
    return try signature.arrange(runtime, known, arguments, body)
  }
}
