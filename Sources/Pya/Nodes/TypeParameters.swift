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
    if frame.code.frameSize > 0 { inner.slots[StatementCode.namespaceSlot] = frame.slots[StatementCode.namespaceSlot] }
    function.makeCells(inner, machine)
    do { return try function.runPlain(inner, machine) } catch { throw frame.located(error, range) }
  }
}

/// Gives a function or class its `__type_params__`.
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
    } catch { throw frame.located(error, range) }
    return result
  }
}

/// The base that type parameters give a class: `typing.Generic[T, ...]`.
final class GenericBaseNode: ExpressionNode {
  private let parameters: [ExpressionNode]
  private let globals: DictObject

  init(_ parameters: [ExpressionNode], globals: DictObject, _ range: SourceRange) {
    self.parameters = parameters
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    var values: [Value] = []
    for parameter in parameters { values.append(try parameter.evaluate(frame)) }
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      return try runtime.call(try runtime.getAttribute(typing, "_generic_base"), .object(TupleObject(runtime, values)))
    } catch { throw frame.located(error, range) }
  }
}

/// Makes one type parameter: an object of `typing`'s class of that name.
final class TypeParameterNode: ExpressionNode {
  private let kind: String
  private let name: StringObject
  private let bound: ExpressionNode?
  private let globals: DictObject

  init(kind: String, name: StringObject, bound: ExpressionNode?, globals: DictObject, _ range: SourceRange) {
    self.kind = kind
    self.name = name
    self.bound = bound
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let boundValue = try bound?.evaluate(frame)
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      let type = try runtime.getAttribute(typing, kind)
      var keywords: [(name: StringObject, value: Value)] = boundValue.map { [(runtime.intern("bound"), $0)] } ?? []
      if kind != "TypeVarTuple" { keywords.append((runtime.intern("infer_variance"), .bool(true))) }
      return try runtime.call(type, [.object(name)], keywords: keywords)
    } catch { throw frame.located(error, range) }
  }
}

/// `type Name = value`: the value is computed when somebody asks for it.
final class TypeAliasNode: ExpressionNode {
  private let name: StringObject
  private let function: ExpressionNode
  private let globals: DictObject

  init(_ name: StringObject, _ function: ExpressionNode, globals: DictObject, _ range: SourceRange) {
    self.name = name
    self.function = function
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    let thunk = try function.evaluate(frame)
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      let make = try runtime.getAttribute(typing, "_lazy_type_alias")
      return try runtime.call(make, .object(name), thunk)
    } catch { throw frame.located(error, range) }
  }
}
