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
    var positional = [Value.object(name)]
    var keywords: [(name: StringObject, value: Value)] = []
    if kind != "TypeVarTuple" { keywords.append((runtime.intern("infer_variance"), .bool(true))) }
    if let value = try known(bound, frame) {
      if isConstrained, let types = value.tuple {
        positional += types.array
      } else {
        keywords.append((runtime.intern("bound"), value))
      }
    }
    if let value = try known(defaultValue, frame) { keywords.append((runtime.intern("default"), value)) }
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      return try runtime.call(try runtime.getAttribute(typing, kind), positional, keywords: keywords)
    } catch { try frame.fail(error, range) }
  }
}

extension TypeParameterNode {
  /// A bound or default; nil where it mentions what is not there yet. (CPython computes it when somebody asks.)
  private func known(_ node: ExpressionNode?, _ frame: Frame) throws(Raised) -> Value? {
    guard let node else { return nil }
    do { return try node.evaluate(frame) } catch {
      guard frame.runtime.matches(error, "NameError") else { throw error }
      return nil
    }
  }
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
    let thunk = seeingClassBody(try function.evaluate(frame), frame)
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      let make = try runtime.getAttribute(typing, "_lazy_type_alias")
      return try runtime.call(make, [.object(name), thunk, .bool(isGeneric)])
    } catch { try frame.fail(error, range) }
  }

  /// In a class body the value sees what the namespace holds when it is computed.
  private func seeingClassBody(_ thunk: Value, _ frame: Frame) -> Value {
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
