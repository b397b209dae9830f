import PyaSyntax

/// Makes a function: `def`, `lambda`, and the hidden functions of generator expressions and type parameters.
final class FunctionNode: ExpressionNode {
  struct Blueprint {
    var code: Code
    /// Where the frame finds the cells the function closes over.
    var captures: [Binding]
    var globals: DictObject
    var defaults: [ExpressionNode] = []
    /// By keyword-only parameter; nil: no default.
    var keywordDefaults: [ExpressionNode?] = []
    var annotations: [(name: StringObject, value: ExpressionNode)] = []
  }

  private let blueprint: Blueprint

  /// Whether what it makes is the same each time, but for its identity.
  var isConstant: Bool { blueprint.captures.isEmpty && blueprint.defaults.isEmpty && blueprint.keywordDefaults.isEmpty }

  init(_ blueprint: Blueprint, _ range: SourceRange) {
    self.blueprint = blueprint
    super.init(range)
  }

  var code: Code { blueprint.code }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value { .object(try make(frame)) }

  func make(_ frame: Frame) throws(Raised) -> FunctionObject {
    let runtime = frame.runtime
    var defaults: [Value] = []
    for node in blueprint.defaults { defaults.append(try node.evaluate(frame)) }
    var keywordDefaults: [Value] = []
    for node in blueprint.keywordDefaults { keywordDefaults.append(try node?.evaluate(frame) ?? .undefined) }
    var annotations: DictObject?
    if !blueprint.annotations.isEmpty {
      let dict = DictObject(runtime)
      for (name, node) in blueprint.annotations { dict.setString(name, try node.evaluate(frame)) }
      annotations = dict
    }
    let function = FunctionObject(
      runtime, code: blueprint.code, cellCount: blueprint.captures.count, globals: blueprint.globals, defaults: defaults,
      keywordDefaults: keywordDefaults
    ) { frame.capture(blueprint.captures, into: $0) }
    if let annotations { function.annotations = annotations }
    return function
  }

  /// Makes a function of this node close over the variables as they are now.
  func recapture(_ frame: Frame, _ function: FunctionObject) {
    function.setCells { frame.capture(blueprint.captures[$0]) }
  }
}

extension Frame {
  /// The cells that a function made here closes over.
  func capture(_ bindings: [Binding]) -> [Cell] { bindings.map(capture) }

  func capture(_ bindings: [Binding], into places: UnsafeMutablePointer<Cell>) {
    for index in bindings.indices { (places + index).initialize(to: capture(bindings[index])) }
  }

  fileprivate func capture(_ binding: Binding) -> Cell {
    switch binding {
    case .cell(let slot): cell(slot)
    case .free(let index), .classFree(let index): closureCell(index)
    case .local, .global, .classLocal: fatalError("pya: capture of a variable without a cell")
    }
  }
}

/// Applies a decorator, evaluated before, to what follows it.
final class DecoratorNode: ExpressionNode {
  private let decorator: ExpressionNode
  private let decorated: ExpressionNode
  private let sites: CallSites
  private let globals: DictObject

  init(
    _ decorator: ExpressionNode, _ decorated: ExpressionNode, _ sites: CallSites, globals: DictObject, _ range: SourceRange
  ) {
    self.decorator = decorator
    self.decorated = decorated
    self.sites = sites
    self.globals = globals
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let argument = try decorated.evaluate(frame)
    let function = try decorator.evaluate(frame)
    let isRecorded = frame.machine.pointee.looksAtFrames
    if isRecorded { sites.enter(frame, globals: globals, range) }
    defer { if isRecorded { sites.leave() } }
    do { return try frame.runtime.call(function, argument) } catch { try frame.fail(error, range) }
  }
}

/// A `class` statement's class, before decorators.
final class ClassNode: ExpressionNode {
  private let name: StringObject
  private let code: Code
  private let captures: [Binding]
  private let globals: DictObject
  private let bases: [UnpackingCallNode.Item]
  /// The slot of the body's frame with the `__class__` cell.
  private let classCellSlot: Int?
  /// What `[T, ...]` behind the name made.
  private let typeParameters: [ExpressionNode]

  init(
    name: StringObject, code: Code, captures: [Binding], globals: DictObject, bases: [UnpackingCallNode.Item],
    classCellSlot: Int?, typeParameters: [ExpressionNode], _ range: SourceRange
  ) {
    self.name = name
    self.code = code
    self.captures = captures
    self.globals = globals
    self.bases = bases
    self.classCellSlot = classCellSlot
    self.typeParameters = typeParameters
    super.init(range)
  }

  override func evaluate(_ frame: Frame) throws(Raised) -> Value {
    let runtime = frame.runtime
    var baseValues: [Value] = []
    var keywords: [(name: StringObject, value: Value)] = []
    for item in bases {
      switch item {
      case .positional(let node): baseValues.append(try node.evaluate(frame))
      case .unpacked(let node): 
        let value = try node.evaluate(frame)
        do { baseValues.append(contentsOf: try runtime.array(value)) } catch { try frame.fail(error, range) }
      case .keyword(let name, let node): keywords.append((name, try node.evaluate(frame)))
      case .unpackedKeywords(let node):
        let value = try node.evaluate(frame)
        do throws(Raised) {
          for (key, value) in try runtime.entries(ofMapping: value, for: .object(runtime.types.type)) {
            if let key = key.string { keywords.append((runtime.intern(key), value)) }
          }
        } catch { try frame.fail(error, range) }
      }
    }
    let generic = try genericBase(frame)
    if let generic { baseValues.append(generic.base) }
    let function = FunctionObject(
      runtime, code: code, cells: frame.capture(captures), globals: globals, defaults: [], keywordDefaults: [])
    do throws(Raised) {
      guard let moduleName = globals.getString(runtime.names.name) ?? runtime.builtins(of: globals).getString(runtime.names.name) else {
        throw runtime.nameError(runtime.names.name)
      }
      return try runtime.buildClass(name: name.text, bases: baseValues, keywords: keywords) {
        (namespace) throws(Raised) -> Value in
        try runtime.setItem(.object(namespace), .object(runtime.names.module), moduleName)
        try runtime.setItem(
          .object(namespace), .object(runtime.names.qualname), .object(runtime.string(self.code.information.qualifiedName)))
        try runtime.setItem(
          .object(namespace), .object(runtime.intern("__firstlineno__")), .int(self.code.information.firstLine))
        if let generic { try runtime.setItem(.object(namespace), .object(runtime.names.typeParams), generic.parameters) }
        return try self.runBody(.object(namespace), function, runtime)
      }
    } catch { try frame.fail(error, range) }
  }

  /// `typing.Generic[T, ...]`, the last base of a class with type parameters.
  private func genericBase(_ frame: Frame) throws(Raised) -> (base: Value, parameters: Value)? {
    if typeParameters.isEmpty { return nil }
    let runtime = frame.runtime
    var values: [Value] = []
    for parameter in typeParameters { values.append(try parameter.evaluate(frame)) }
    let parameters = Value.object(TupleObject(runtime, values))
    do throws(Raised) {
      let typing = try runtime.importModule("typing", level: 0, globals: globals)
      return (try runtime.call(try runtime.getAttribute(typing, "_generic_base"), parameters), parameters)
    } catch { try frame.fail(error, range) }
  }

  /// Runs the class body; returns its `__class__` cell.
  private func runBody(_ namespace: Value, _ function: FunctionObject, _ runtime: Runtime) throws(Raised) -> Value {
    let machine = runtime.machine
    let body = try machine.openFrame(code, function)
    body[StatementCode.namespaceSlot] = namespace
    function.makeCells(body, machine)
    let cell = classCellSlot.map { Value.object(body.cell($0)) } ?? .undefined
    _ = try function.runPlain(body, machine)
    return cell
  }
}
