import PyaSyntax

/// `co_names`: the globals and attributes that a piece of code names itself, in the order in which CPython's instructions come to them.
/// Executable trees do not keep it, so that the text is read once more when somebody asks.
struct CodeNames {
  private(set) var names: [String] = []
  private var seen: Set<String> = []
  /// The names of the code's own variables.
  private var locals: Set<String>
  /// Functions and lambdas defined in it, which have names of their own.
  private var functions: [Definition] = []

  private enum Definition {
    case function(FunctionDefinition, start: UInt32)
    case lambda(Lambda, start: UInt32)
    case body([Statement])
    case generator(Comprehension)
  }

  private init(locals: Set<String>) { self.locals = locals }

  /// Of a whole text.
  static func of(_ file: SourceFile, isExpression: Bool) -> [String] {
    var parser = Parser(file: file)
    var found = CodeNames(locals: [])
    if isExpression {
      if let (expression, _) = try? parser.parseExpressionOnly() { found.add(expression) }
    } else if let module = try? parser.parseModule() {
      found.add(module.body)
    }
    return found.names
  }

  /// Of the function that is defined at a place of a text.
  static func of(_ file: SourceFile, functionAt start: UInt32, locals: Set<String>) -> [String] {
    var parser = Parser(file: file)
    var outer = CodeNames(locals: [])
    guard let module = try? parser.parseModule() else { return [] }
    outer.add(module.body)
    var pending = outer.functions
    while let definition = pending.popLast() {
      var found = CodeNames(locals: locals)
      switch definition {
      case .function(let function, let place):
        found.add(function.body)
        if place == start { return found.names }
      case .lambda(let lambda, let place):
        found.add(lambda.body)
        if place == start { return found.names }
      case .body(let statements): found.add(statements)
      case .generator(let comprehension): found.addInside(comprehension)
      }
      pending += found.functions
    }
    return []
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
    case .expression(let value): add(value)
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
        note(alias.name)
        if alias.alias != nil { for part in alias.name.split(separator: ".").dropFirst() { note(String(part)) } }
        variable(alias.alias ?? String(alias.name.prefix { $0 != "." }))
      }
    case .importFrom(let module, _, let imported):
      note(module ?? "")
      for alias in imported {
        note(alias.name)
        variable(alias.alias ?? alias.name)
      }
    case .importStar(let module, _): note(module ?? "")
    case .typeAlias(let name, _, _, _): variable(name)
    case .if(let condition, let then, let otherwise):
      add(condition)
      add(then)
      add(otherwise)
    case .while(let condition, let body, let otherwise):
      add(condition)
      add(body)
      add(otherwise)
    case .for(_, let target, let iterable, let body, let otherwise):
      add(iterable)
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
      for argument in definition.arguments { add(argument.value) }
      functions.append(.body(definition.body))
      variable(definition.name)
    }
  }

  private mutating func add(_ function: FunctionDefinition, start: UInt32) {
    for decorator in function.decorators { add(decorator) }
    for parameter in function.parameters.inSlotOrder { add(parameter.defaultValue) }
    for parameter in function.parameters.inSlotOrder { add(parameter.annotation) }
    add(function.returns)
    functions.append(.function(function, start: min(function.decorators.first?.range.start ?? start, start)))
    variable(function.name)
  }

  private mutating func add(_ statement: Try) {
    add(statement.body)
    add(statement.otherwise)
    for handler in statement.handlers {
      add(handler.type)
      if let name = handler.name { variable(name) }
      add(handler.body)
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
      for key in keys { add(key) }
      for inner in patterns { add(inner) }
      if let rest { variable(rest) }
    case .class(let type, let positional, let keywords):
      add(type)
      for inner in positional { add(inner) }
      for (_, inner) in keywords { add(inner) }
    }
  }

  // MARK: Expressions

  private mutating func add(_ expression: Expression?) {
    guard let expression else { return }
    switch expression.kind {
    case .none, .bool, .ellipsis, .integer, .float, .imaginary, .string, .bytes: break
    case .fstring(let parts): add(parts)
    case .name(let name): variable(name)
    case .tuple(let items), .list(let items), .set(let items): for item in items { add(item) }
    case .dict(let entries):
      for entry in entries {
        add(entry.key)
        add(entry.value)
      }
    case .comprehension(let comprehension): add(comprehension)
    case .unary(_, let operand), .starred(let operand), .await(let operand), .yieldFrom(let operand): add(operand)
    case .binary(_, let left, let right), .boolean(_, let left, let right), .subscript(let left, let right):
      add(left)
      add(right)
    case .comparison(let first, let links):
      add(first)
      for link in links { add(link.right) }
    case .conditional(let condition, let then, let otherwise):
      add(condition)
      add(then)
      add(otherwise)
    case .walrus(let name, _, let value):
      add(value)
      variable(name)
    case .lambda(let lambda):
      for parameter in lambda.parameters.inSlotOrder { add(parameter.defaultValue) }
      functions.append(.lambda(lambda, start: expression.range.start))
    case .attribute(let object, let name, _):
      add(object)
      note(name)
    case .slice(let lower, let upper, let step):
      add(lower)
      add(upper)
      add(step)
    case .call(let callee, let arguments):
      add(callee)
      for argument in arguments { add(argument.value) }
    case .yield(let value): add(value)
    }
  }

  private mutating func add(_ parts: [FStringPart]) {
    for part in parts {
      guard case .field(let value, _, let format) = part.kind else { continue }
      add(value)
      if let format { add(format) }
    }
  }

  /// A comprehension runs in the code around it, with variables of its own; only a generator has code of its own.
  private mutating func add(_ comprehension: Comprehension) {
    add(comprehension.clauses.first?.iterable)
    if case .generator = comprehension.kind { functions.append(.generator(comprehension)) } else { addInside(comprehension) }
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
