/// The first pass, over statements. Every part is visited in the order of CPython's symbol table pass, so that of two
/// errors the same one is reported.
extension ScopeAnalyser {
  mutating func collect(_ statements: [Statement]) throws(SyntaxDiagnostic) {
    for statement in statements { try collect(statement) }
  }

  private mutating func collect(_ statement: Statement) throws(SyntaxDiagnostic) {
    switch statement.kind {
    case .pass, .break, .continue:
      break
    case .expression(let expression):
      try collect(expression)
    case .assign, .augmentedAssign, .annotatedAssign, .delete:
      try collectAssignment(statement)
    case .return, .raise, .assert:
      try collectExit(statement)
    case .global(let names):
      try declare(names, as: .declaredGlobal, at: statement.range)
    case .nonlocal(let names):
      try declare(names, as: .declaredNonlocal, at: statement.range)
    case .import, .importFrom, .importStar:
      try collectImport(statement)
    case .typeAlias(let name, let parameters, let value, let scope):
      try collectTypeAlias(name, parameters, value, scope, at: statement.range)
    case .if, .while, .for, .with, .match, .try:
      try collectCompound(statement)
    case .function(let definition):
      try collect(definition)
    case .class(let definition):
      try collect(definition)
    }
  }

  private mutating func collectAssignment(_ statement: Statement) throws(SyntaxDiagnostic) {
    switch statement.kind {
    case .assign(let targets, let value):
      for target in targets { try collectTarget(target) }
      try collect(value)
    case .augmentedAssign(let target, _, let value):
      try collectTarget(target)
      try collect(value)
    case .annotatedAssign(let target, let annotation, let value, let isSimple):
      try collectAnnotatedTarget(target, isSimple: isSimple, hasValue: value != nil, at: statement.range)
      try collectVariableAnnotation(annotation)
      try collect(value)
    case .delete(let targets):
      for target in targets { try collectTarget(target) }
    default:
      break
    }
  }

  /// An annotation alone makes a simple name a variable of the scope; `(x): int` does not.
  private mutating func collectAnnotatedTarget(
    _ target: Expression, isSimple: Bool, hasValue: Bool, at range: SourceRange
  ) throws(SyntaxDiagnostic) {
    guard case .name(let name) = target.kind else { return try collectTarget(target) }
    let known = scope.facts[mangledHere(name)] ?? []
    if isSimple, scope.kind != .module {
      for (role, keyword) in [(NameFacts.declaredGlobal, "global"), (.declaredNonlocal, "nonlocal")]
      where known.contains(role) {
        throw SyntaxDiagnostic("annotated name '\(name)' can't be \(keyword)", at: range)
      }
    }
    if isSimple {
      try bind(name, as: [.annotated, .assigned], at: target.range)
    } else if hasValue {
      try bind(name, at: target.range)
    }
  }

  /// In a function the annotation of a variable is never evaluated, so what it awaits is no error; its names count.
  private mutating func collectVariableAnnotation(_ annotation: Expression) throws(SyntaxDiagnostic) {
    let lateErrorBefore = lateError
    try collectAnnotation(annotation)
    if scope.kind == .function { lateError = lateErrorBefore }
  }

  private mutating func collectExit(_ statement: Statement) throws(SyntaxDiagnostic) {
    switch statement.kind {
    case .return(let value):
      checkReturn(hasValue: value != nil, at: statement.range)
      try collect(value)
    case .raise(let exception, let cause):
      try collect(exception)
      try collect(cause)
    case .assert(let condition, let message):
      try collect(condition)
      try collect(message)
    default:
      break
    }
  }

  private mutating func collectImport(_ statement: Statement) throws(SyntaxDiagnostic) {
    switch statement.kind {
    case .import(let aliases):
      for alias in aliases {
        let package = alias.name.prefix { $0 != "." }
        try bind(alias.alias ?? String(package), as: .imported, at: alias.range)
      }
    case .importFrom(let module, let level, let names):
      for alias in names {
        try bind(alias.alias ?? alias.name, as: .imported, at: alias.range)
        if module == "__future__", level == 0, alias.name == "annotations" { annotationsAreText = true }
      }
    case .importStar:
      if scope.kind != .module {
        let star = SourceRange(statement.range.end &- 1, statement.range.end)
        throw SyntaxDiagnostic("import * only allowed at module level", at: star)
      }
    default:
      break
    }
  }

  private mutating func collectCompound(_ statement: Statement) throws(SyntaxDiagnostic) {
    switch statement.kind {
    case .if(let condition, let then, let otherwise):
      try collect(condition)
      try collect(then)
      try collect(otherwise)
    case .while(let condition, let body, let otherwise):
      try collect(condition)
      try collect(body)
      try collect(otherwise)
    case .for(let isAsync, let target, let iterable, let body, let otherwise):
      if isAsync { checkAsyncStatement("'async for'", at: statement.range) }
      try collectTarget(target)
      try collect(iterable)
      try collect(body)
      try collect(otherwise)
    case .with(let isAsync, let items, let body):
      if isAsync { checkAsyncStatement("'async with'", at: statement.range) }
      for item in items {
        try collect(item.context)
        if let target = item.target { try collectTarget(target) }
      }
      try collect(body)
    case .match(let subject, let cases):
      try collect(subject)
      for matchCase in cases {
        try collect(matchCase.pattern)
        try collect(matchCase.guardCondition)
        try collect(matchCase.body)
      }
    case .try(let construct):
      try collect(construct)
    default:
      break
    }
  }

  private mutating func collect(_ construct: Try) throws(SyntaxDiagnostic) {
    try collect(construct.body)
    for handler in construct.handlers {
      try collect(handler.type)
      if let name = handler.name { try bind(name, at: handler.range) }
      try collect(handler.body)
    }
    try collect(construct.otherwise)
    try collect(construct.finally)
  }

  private mutating func collect(_ pattern: Pattern) throws(SyntaxDiagnostic) {
    switch pattern.kind {
    case .value(let expression), .singleton(let expression):
      try collect(expression)
    case .capture(let name), .star(let name):
      if let name { try bind(name, at: pattern.range) }
    case .named(let inner, let name):
      try collect(inner)
      try bind(name, at: pattern.range)
    case .alternatives(let patterns), .sequence(let patterns):
      for pattern in patterns { try collect(pattern) }
    case .mapping(let keys, let patterns, let rest):
      for key in keys { try collect(key) }
      for pattern in patterns { try collect(pattern) }
      if let rest { try bind(rest, at: pattern.range) }
    case .class(let type, let positional, let keywords):
      try collect(type)
      for pattern in positional { try collect(pattern) }
      for keyword in keywords { try collect(keyword.pattern) }
    }
  }
}
