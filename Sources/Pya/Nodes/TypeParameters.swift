import PyaSyntax

/// Runs code in a frame of its own, at once: the scope of type parameters. A class body's namespace stays visible in it.
final class ScopedNode: ExpressionNode {
  private let code: Code
  private let captures: [Binding]
  private let globals: DictObject

  init(_ code: Code, captures: [Binding], globals: DictObject, _ range: SourceRange) {
    self.code = code
    self.captures = captures
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let function = FunctionObject(
      runtime, code: code, cells: frame.capture(captures), globals: globals, defaults: [], keywordDefaults: [])
    let machine = frame.machine
    let inner = try machine.openFrame(code, function)
    if frame.code.frameSize > 0 { inner[StatementCode.namespaceSlot] = frame[StatementCode.namespaceSlot] }
    function.makeCells(inner, machine)
    do { return try function.runPlain(inner, machine) } catch { try frame.fail(error, range) }
  }
}

/// Gives a function its `__type_params__`.
final class GenericNode: ExpressionNode {
  private let made: ExpressionNode
  private let parameters: [ExpressionNode]

  init(_ made: ExpressionNode, _ parameters: [ExpressionNode], _ range: SourceRange) {
    self.made = made
    self.parameters = parameters
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let result = try made.evaluate(frame)
    var values: [Value] = []
    for parameter in parameters { values.append(try parameter.evaluate(frame)) }
    do throws(Raised) {
      try frame.runtime.setAttribute(
        result, frame.runtime.names.typeParams, .object(TupleObject(frame.runtime, values)))
    } catch { try frame.fail(error, range) }
    return result
  }
}

/// Makes one type parameter: an object of `typing`'s class of that name.
final class TypeParameterNode: ExpressionNode {
  private let kind: String
  private let name: StringObject
  /// Functions, called when somebody asks for the bound or default.
  private let bound: ExpressionNode?
  /// The bound is a tuple of types, one of which it must be.
  private let isConstrained: Bool
  private let defaultValue: ExpressionNode?
  private let globals: DictObject

  init(
    kind: String, name: StringObject, bound: ExpressionNode?, isConstrained: Bool, defaultValue: ExpressionNode?,
    globals: DictObject, _ range: SourceRange
  ) {
    self.kind = kind
    self.name = name
    self.bound = bound
    self.isConstrained = isConstrained
    self.defaultValue = defaultValue
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    func thunk(_ node: ExpressionNode?) throws(Raised) -> Value {
      guard let node else { return .none }
      return seeingClassBody(try node.evaluate(frame), named: name, frame)
    }
    let (bound, defaultValue) = (try thunk(bound), try thunk(defaultValue))
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      let make = try runtime.getAttribute(typing, "_lazy_type_parameter")
      return try runtime.call(
        make, [.object(runtime.string(kind)), .object(name), bound, .bool(isConstrained), defaultValue])
    } catch { try frame.fail(error, range) }
  }
}

/// What computes a value later: in a class body it sees what the namespace holds then.
private func seeingClassBody(_ thunk: Value, named name: StringObject, _ frame: Frame) -> Value {
  guard frame.code.frameSize > 0, let function = thunk.cast(.function, to: FunctionObject.self) else { return thunk }
  let namespace = frame[StatementCode.namespaceSlot]
  guard case .object(let object) = namespace, object.kind == .dict else { return thunk }
  let seeing = NativeFunction(frame.runtime, name.text, "") { (runtime, _) throws(Raised) in
    let inner = try runtime.machine.openFrame(function.code, function)
    inner[StatementCode.namespaceSlot] = namespace
    if !function.takesPlainCalls { function.makeCells(inner, runtime.machine) }
    return try function.start(inner, runtime.machine)
  }
  seeing.moduleName = function.moduleName.string?.text
  return .object(seeing)
}

/// `type Name = value`: the value is computed when somebody asks for it.
final class TypeAliasNode: ExpressionNode {
  private let name: StringObject
  private let function: ExpressionNode
  /// The function is a generator, of the type parameters and then the value.
  private let isGeneric: Bool
  private let globals: DictObject

  init(_ name: StringObject, _ function: ExpressionNode, isGeneric: Bool, globals: DictObject, _ range: SourceRange) {
    self.name = name
    self.function = function
    self.isGeneric = isGeneric
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let thunk = seeingClassBody(try function.evaluate(frame), named: name, frame)
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      let make = try runtime.getAttribute(typing, "_lazy_type_alias")
      return try runtime.call(make, [.object(name), thunk, .bool(isGeneric)])
    } catch { try frame.fail(error, range) }
  }
}

/// `*Ts` as the annotation of `*args`: the one thing that comes of it.
final class UnpackedTypeNode: ExpressionNode {
  private let value: ExpressionNode

  init(_ value: ExpressionNode, _ range: SourceRange) {
    self.value = value
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let value = try value.evaluate(frame)
    do throws(Raised) {
      let items = try frame.runtime.array(value)
      if items.isEmpty { throw frame.runtime.valueError("not enough values to unpack (expected 1, got 0)") }
      if items.count > 1 { throw frame.runtime.valueError("too many values to unpack (expected 1)") }
      return items[0]
    } catch { try frame.fail(error, range) }
  }
}
