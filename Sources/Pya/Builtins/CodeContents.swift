import PyaSyntax

/// `co_names` and `co_consts`: the globals and attributes that a piece of code names itself, and its constants, in the order in which
/// CPython's instructions come to them. Executable trees do not keep them, so that the text is read once more when somebody asks.
struct CodeContents {
  enum Constant {
    case value(Value)
    /// A function, lambda, class body or generator expression, by its name and where it begins.
    case code(name: String, start: UInt32)
  }

  private(set) var names: [String] = []
  private(set) var constants: [Constant] = []
  private let runtime: Runtime
  private var seen: Set<String> = []
  private var seenConstants: Set<String> = []
  /// Constants that CPython makes of others at the very end.
  private var lateConstants: [Value] = []
  /// The names of the code's own variables.
  private var locals: Set<String>
  /// Functions and lambdas defined in it, which have names and constants of their own.
  private var definitions: [Definition] = []

  private enum Definition {
    case function(FunctionDefinition, start: UInt32)
    case lambda(Lambda, start: UInt32)
    case `class`(ClassDefinition, start: UInt32)
    case generator(Comprehension, start: UInt32)

    var start: UInt32 {
      switch self { case .function(_, let start), .lambda(_, let start), .class(_, let start), .generator(_, let start): start }
    }
    var name: String {
      switch self {
      case .function(let function, _): function.name
      case .lambda: "<lambda>"
      case .class(let definition, _): definition.name
      case .generator: "<genexpr>"
      }
    }
  }

  private init(_ runtime: Runtime, locals: Set<String>) {
    self.runtime = runtime
    self.locals = locals
  }

  /// Of a whole text.
  init(_ runtime: Runtime, of file: SourceFile, _ mode: CompiledText.Mode) {
    self.init(runtime, locals: [])
    var parser = Parser(file: file)
    if mode == .expression {
      if let (expression, _) = try? parser.parseExpressionOnly() { add(expression) }
    } else if mode == .interactive, let module = try? parser.parseModule() {
      // The values of statements are shown: there is neither a documentation nor a constant without use.
      for statement in module.body {
        if case .expression(let expression) = statement.kind { add(expression) } else { add([statement]) }
      }
      finish(module.body)
    } else if let module = try? parser.parseModule() {
      addModule(module.body)
    }
  }

  /// Of the code that is defined at a place of a text.
  init(_ runtime: Runtime, of code: Code) {
    let information = code.information
    self.init(runtime, locals: Set(code.slotNames).union(code.freeNames))
    var parser = Parser(file: information.file)
    guard let module = try? parser.parseModule() else { return }
    if information.definedName == "<module>" {
      addModule(module.body)
      return
    }
    var outer = CodeContents(runtime, locals: [])
    outer.add(module.body)
    var pending = outer.definitions
    while let definition = pending.popLast() {
      let isIt = definition.start == information.start && definition.name == information.definedName
      var found = CodeContents(runtime, locals: locals)
      found.addContents(of: definition, code)
      if isIt {
        self = found
        return
      }
      pending += found.definitions
    }
  }

  private mutating func addModule(_ body: [Statement]) {
    var body = body[...]
    if let first = body.first, case .expression(let expression) = first.kind, case .string = expression.kind {
      add(expression)
      names.append("__doc__")
      seen.insert("__doc__")
      body = body.dropFirst()
    }
    add(Array(body))
    finish(Array(body))
  }

  private mutating func addContents(of definition: Definition, _ code: Code) {
    switch definition {
    case .function(let function, _):
      note(code.doc)
      add(function.body)
      finish(function.body)
    case .lambda(let lambda, _):
      note(.none)
      add(lambda.body)
    case .class(let definition, _):
      note(.object(code.qualifiedName))
      note(.int(code.information.firstLine))
      add(definition.body)
      note(.object(runtime.emptyTuple))
      finish(definition.body)
    case .generator(let comprehension, _):
      addInside(comprehension)
      note(.none)
    }
  }

  /// The end of the code: None is returned there, if it is reached.
  private mutating func finish(_ body: [Statement]) {
    if !leaves(body) { note(.none) }
    for value in lateConstants { note(value) }
  }

  /// Whether the end of a block is never reached.
  private func leaves(_ body: [Statement]) -> Bool {
    guard let last = body.last else { return false }
    switch last.kind {
    case .return, .raise: return true
    case .while(let condition, let body, _):
      return branch(condition) == true && !breaks(body)
    case .if(_, let then, let otherwise): return !otherwise.isEmpty && leaves(then) && leaves(otherwise)
    default: return false
    }
  }

  /// Whether a `break` in the body of a loop ends it.
  private func breaks(_ body: [Statement]) -> Bool {
    body.contains { statement in
      switch statement.kind {
      case .break: true
      case .if(_, let then, let otherwise): breaks(then) || breaks(otherwise)
      case .for(_, _, _, _, let otherwise), .while(_, _, let otherwise): breaks(otherwise)
      case .with(_, _, let body): breaks(body)
      case .try(let statement):
        breaks(statement.body) || breaks(statement.otherwise) || breaks(statement.finally)
          || statement.handlers.contains { breaks($0.body) }
      case .match(_, let cases): cases.contains { breaks($0.body) }
      default: false
      }
    }
  }

  /// Which branch a constant condition takes; nil: it is not constant.
  private func branch(_ condition: Expression) -> Bool? {
    constant(condition).flatMap { try? runtime.isTrue($0) }
  }

  // MARK: Constants

  private mutating func note(_ value: Value) {
    if seenConstants.insert(key(of: value)).inserted { constants.append(.value(value)) }
  }

  /// Tells 1 from 1.0 and True, also inside tuples.
  private func key(of value: Value) -> String {
    if let tuple = value.tuple { return "(" + tuple.array.map { key(of: $0) }.joined(separator: ",") + ")" }
    return "\(runtime.typeName(value)) \((try? runtime.repr(value).text) ?? "")"
  }

  /// The value of an expression that CPython computes while it compiles; nil: it does not.
  private func constant(_ expression: Expression) -> Value? {
    switch expression.kind {
    case .none: return Value.none
    case .bool(let flag): return .bool(flag)
    case .ellipsis: return .ellipsis
    case .integer(let literal): return runtime.integer(literal)
    case .float(let number): return .float(number)
    case .imaginary(let number): return .object(ComplexObject(runtime, real: 0, imaginary: number))
    case .string(let literal): return .object(runtime.string(literal.utf8))
    case .bytes(let bytes): return .object(BytesObject(type: runtime.types.bytes, bytes))
    case .tuple(let items): return constants(items).map { .object(TupleObject(runtime, $0)) }
    case .unary(let op, let operand):
      guard let value = constant(operand) else { return nil }
      switch op {
      case .minus: return try? runtime.negate(value)
      case .plus: return try? runtime.positive(value)
      case .invert: return try? runtime.invert(value)
      case .not: return (try? runtime.isTrue(value)).map { .bool(!$0) }
      }
    case .binary(let op, let left, let right):
      guard let a = constant(left), let b = constant(right), staysSmall(op, a, b) else { return nil }
      return try? runtime.binary(op, a, b)
    case .subscript(let object, let key):
      guard let a = constant(object), let b = constant(key) else { return nil }
      return try? runtime.getItem(a, b)
    default: return nil
    }
  }

  private func constants(_ expressions: [Expression]) -> [Value]? {
    var values: [Value] = []
    for expression in expressions {
      guard let value = constant(expression) else { return nil }
      values.append(value)
    }
    return values
  }

  /// What would take long or much memory is left to the program.
  private func staysSmall(_ op: BinaryOperator, _ a: Value, _ b: Value) -> Bool {
    func size(_ value: Value) -> Int {
      switch value {
      case .int(let number): Int.bitWidth - number.magnitude.leadingZeroBitCount
      case .bool, .float: 1
      default: 1000
      }
    }
    switch op {
    case .power:
      guard case .int(let exponent) = b else { return true }
      return exponent <= 128 && (exponent <= 0 || size(a) <= 128 / exponent)
    case .leftShift:
      guard case .int(let places) = b else { return false }
      return places <= 128 && size(a) + places <= 128
    case .multiply:
      let (text, times) = if case .int = a { (b, a) } else { (a, b) }
      guard case .int(let count) = times, let length = text.string?.byteCount ?? text.bytes?.count ?? text.tuple?.array.count
      else { return true }
      return count <= 0 || length <= 4096 / count
    case .modulo: return a.string == nil && a.bytes == nil
    default: return true
    }
  }

  // MARK: Names

  private mutating func note(_ name: String) {
    if seen.insert(name).inserted { names.append(name) }
  }

  private mutating func variable(_ name: String) {
    if !locals.contains(name) { note(name) }
  }

  // MARK: Statements

  private mutating func add(_ statements: [Statement]) { for statement in statements { add(statement) } }

  private mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .expression(let value): if constant(value) == nil { add(value) }
    case .assign(let targets, let value):
      add(value)
      for target in targets { add(target) }
    case .augmentedAssign(let target, _, let value):
      add(target)
      add(value)
    case .annotatedAssign(let target, let annotation, let value, let isSimple):
      if let value {
        add(value)
        add(target)
      }
      if locals.isEmpty, isSimple {
        add(annotation)
        note("__annotations__")
        if case .name(let name) = target.kind { note(.object(runtime.intern(name))) }
      }
    case .delete(let targets): for target in targets { add(target) }
    case .pass, .break, .continue, .global, .nonlocal: break
    case .return(let value): add(value)
    case .raise(let value, let cause):
      add(value)
      add(cause)
    case .assert(let condition, let message):
      add(condition)
      add(message)
    case .import(let aliases):
      for alias in aliases {
        note(.int(0))
        note(.none)
        note(alias.name)
        if alias.alias != nil { for part in alias.name.split(separator: ".").dropFirst() { note(String(part)) } }
        variable(alias.alias ?? String(alias.name.prefix { $0 != "." }))
      }
    case .importFrom(let module, let level, let imported):
      note(.int(level))
      note(.object(TupleObject(runtime, imported.map { .object(runtime.intern($0.name)) })))
      note(module ?? "")
      for alias in imported {
        note(alias.name)
        variable(alias.alias ?? alias.name)
      }
    case .importStar(let module, let level):
      note(.int(level))
      note(.object(TupleObject(runtime, [.object(runtime.intern("*"))])))
      note(module ?? "")
    case .typeAlias(let name, _, _, _):
      note(.object(runtime.intern(name)))
      variable(name)
    case .if(let condition, let then, let otherwise):
      add(condition)
      let taken = branch(condition)
      if taken != false { add(then) }
      if taken != true { add(otherwise) }
    case .while(let condition, let body, let otherwise):
      add(condition)
      add(body)
      add(otherwise)
    case .for(_, let target, let iterable, let body, let otherwise):
      addItems(of: iterable)
      add(target)
      add(body)
      add(otherwise)
    case .try(let statement): add(statement)
    case .with(_, let items, let body):
      for item in items {
        add(item.context)
        add(item.target)
      }
      add(body)
      note(.none)
    case .match(let subject, let cases):
      add(subject)
      for one in cases {
        add(one.pattern)
        add(one.guardCondition)
        add(one.body)
      }
    case .function(let function): add(function, start: statement.range.start)
    case .class(let definition):
      for decorator in definition.decorators { add(decorator) }
      let start = min(definition.decorators.first?.range.start ?? statement.range.start, statement.range.start)
      define(.class(definition, start: start))
      note(.object(runtime.intern(definition.name)))
      add(definition.arguments)
      variable(definition.name)
    }
  }

  private mutating func add(_ function: FunctionDefinition, start: UInt32) {
    for decorator in function.decorators { add(decorator) }
    addDefaults(of: function.parameters)
    for parameter in function.parameters.inSlotOrder {
      if parameter.annotation != nil { note(.object(runtime.intern(parameter.name))) }
      add(parameter.annotation)
    }
    if function.returns != nil { note(.object(runtime.intern("return"))) }
    add(function.returns)
    define(.function(function, start: min(function.decorators.first?.range.start ?? start, start)))
    variable(function.name)
  }

  private mutating func addDefaults(of parameters: Parameters) {
    let defaults = (parameters.positionalOnly + parameters.positionalOrKeyword).compactMap(\.defaultValue)
    for value in defaults { add(value) }
    if !defaults.isEmpty, let values = constants(defaults) { lateConstants.append(.object(TupleObject(runtime, values))) }
    let keywords = parameters.keywordOnly.filter { $0.defaultValue != nil }
    for parameter in keywords { add(parameter.defaultValue) }
    if !keywords.isEmpty { note(.object(TupleObject(runtime, keywords.map { .object(runtime.intern($0.name)) }))) }
  }

  private mutating func define(_ definition: Definition) {
    definitions.append(definition)
    constants.append(.code(name: definition.name, start: definition.start))
  }

  private mutating func add(_ statement: Try) {
    add(statement.body)
    add(statement.otherwise)
    for handler in statement.handlers {
      add(handler.type)
      if let name = handler.name { variable(name) }
      add(handler.body)
      if handler.name != nil { note(.none) }
    }
    add(statement.finally)
  }

  private mutating func add(_ pattern: Pattern) {
    switch pattern.kind {
    case .value(let value), .singleton(let value): add(value)
    case .capture(let name), .star(let name): if let name { variable(name) }
    case .named(let inner, let name):
      add(inner)
      variable(name)
    case .alternatives(let patterns), .sequence(let patterns): for inner in patterns { add(inner) }
    case .mapping(let keys, let patterns, let rest):
      if let values = constants(keys) { note(.object(TupleObject(runtime, values))) } else { for key in keys { add(key) } }
      for inner in patterns { add(inner) }
      if let rest { variable(rest) }
    case .class(let type, let positional, let keywords):
      add(type)
      note(.object(TupleObject(runtime, keywords.map { .object(runtime.intern($0.name)) })))
      for inner in positional { add(inner) }
      for (_, inner) in keywords { add(inner) }
    }
  }

  // MARK: Expressions

  private mutating func add(_ expression: Expression?) {
    guard let expression else { return }
    if let value = constant(expression) { return note(value) }
    switch expression.kind {
    case .none, .bool, .ellipsis, .integer, .float, .imaginary, .string, .bytes: break
    case .fstring(let parts): add(parts)
    case .name(let name): variable(name)
    case .tuple(let items): for item in items { add(item) }
    case .list(let items), .set(let items):
      if items.count > 2 { addItems(of: expression) } else { for item in items { add(item) } }
    case .dict(let entries):
      if entries.count > 1, let keys = constants(entries.compactMap(\.key)), keys.count == entries.count {
        for entry in entries { add(entry.value) }
        note(.object(TupleObject(runtime, keys)))
      } else {
        for entry in entries {
          add(entry.key)
          add(entry.value)
        }
      }
    case .comprehension(let comprehension): add(comprehension, start: expression.range.start)
    case .unary(_, let operand), .starred(let operand): add(operand)
    case .await(let operand), .yieldFrom(let operand):
      add(operand)
      note(.none)
    case .binary(_, let left, let right), .boolean(_, let left, let right), .subscript(let left, let right):
      add(left)
      add(right)
    case .comparison(let first, let links):
      add(first)
      for link in links {
        if link.op == .in || link.op == .notIn { addItems(of: link.right) } else { add(link.right) }
      }
    case .conditional(let condition, let then, let otherwise):
      add(condition)
      let taken = branch(condition)
      if taken != false { add(then) }
      if taken != true { add(otherwise) }
    case .walrus(let name, _, let value):
      add(value)
      variable(name)
    case .lambda(let lambda):
      addDefaults(of: lambda.parameters)
      define(.lambda(lambda, start: expression.range.start))
    case .attribute(let object, let name, _):
      add(object)
      note(name)
    case .slice(let lower, let upper, let step):
      add(lower)
      add(upper)
      add(step)
    case .call(let callee, let arguments):
      add(callee)
      add(arguments)
    case .yield(let value): add(value)
    }
  }

  private mutating func add(_ arguments: [Argument]) {
    var keywords: [Value] = []
    for argument in arguments {
      if case .keyword(let name) = argument.kind { keywords.append(.object(runtime.intern(name))) }
      add(argument.value)
    }
    if !keywords.isEmpty { note(.object(TupleObject(runtime, keywords))) }
  }

  /// What is looked through, or looked up in, and does not change: a display of constants is one constant.
  private mutating func addItems(of expression: Expression) {
    switch expression.kind {
    case .list(let items):
      guard let values = constants(items) else { for item in items { add(item) }; return }
      note(.object(TupleObject(runtime, values)))
    case .set(let items):
      let values = constants(items).map { Value.object(ListObject(runtime, $0)) }
      guard let values, let set = try? runtime.call(.object(runtime.types.frozenset), values) else {
        for item in items { add(item) }
        return
      }
      note(set)
    default: add(expression)
    }
  }

  private mutating func add(_ parts: [FStringPart]) {
    for part in parts {
      switch part.kind {
      case .literal(let literal): note(.object(runtime.string(literal.utf8)))
      case .field(let value, _, let format):
        add(value)
        if let format { add(format) }
      }
    }
  }

  /// A comprehension runs in the code around it, with variables of its own; only a generator has code of its own.
  private mutating func add(_ comprehension: Comprehension, start: UInt32) {
    if case .generator = comprehension.kind { define(.generator(comprehension, start: start)) }
    if let clause = comprehension.clauses.first { addItems(of: clause.iterable) }
    if case .generator = comprehension.kind {} else { addInside(comprehension) }
  }

  private mutating func addInside(_ comprehension: Comprehension) {
    let outer = locals
    for clause in comprehension.clauses { hide(clause.target) }
    for (index, clause) in comprehension.clauses.enumerated() {
      if index > 0 { add(clause.iterable) }
      for condition in clause.conditions { add(condition) }
    }
    add(comprehension.element)
    if case .dict(let value) = comprehension.kind { add(value) }
    locals = outer
  }

  private mutating func hide(_ target: Expression) {
    switch target.kind {
    case .name(let name): locals.insert(name)
    case .tuple(let items), .list(let items): for item in items { hide(item) }
    case .starred(let inner): hide(inner)
    default: break
    }
  }
}
