import PyaSyntax

extension TreeDescription {
  func statements(_ statements: [Statement]) -> Value { list(statements.map { statement($0) }) }

  private func statement(_ statement: Statement) -> Value {
    let range = statement.range
    switch statement.kind {
    case .expression(let value): return node("Expr", [expression(value)], range)
    case .assign(let targets, let value):
      return node("Assign", [expressions(targets, "Store"), expression(value), .none], range)
    case .augmentedAssign(let target, let op, let value):
      return node("AugAssign", [expression(target, "Store"), node(kind(of: op), []), expression(value)], range)
    case .annotatedAssign(let target, let annotation, let value, let isSimple):
      return node(
        "AnnAssign",
        [expression(target, "Store"), expression(annotation), optional(value), .int(isSimple ? 1 : 0)], range)
    case .delete(let targets): return node("Delete", [expressions(targets, "Del")], range)
    case .pass: return node("Pass", [], range)
    case .break: return node("Break", [], range)
    case .continue: return node("Continue", [], range)
    case .return(let value): return node("Return", [optional(value)], range)
    case .raise(let exception, let cause): return node("Raise", [optional(exception), optional(cause)], range)
    case .assert(let condition, let message): return node("Assert", [expression(condition), optional(message)], range)
    case .global(let names): return node("Global", [list(names.map { text($0) })], range)
    case .nonlocal(let names): return node("Nonlocal", [list(names.map { text($0) })], range)
    case .import(let aliases): return node("Import", [list(aliases.map { alias($0) })], range)
    case .importFrom(let module, let level, let names):
      return node("ImportFrom", [optional(module), list(names.map { alias($0) }), .int(level)], range)
    case .importStar(let module, let level):
      let star = SourceRange(range.end - 1, range.end)
      return node("ImportFrom", [optional(module), list([node("alias", [text("*"), .none], star)]), .int(level)], range)
    case .typeAlias(let name, let parameters, let value, _):
      return node("TypeAlias", [self.name(name, "Store", range), typeParameters(parameters), expression(value)], range)
    case .if(let condition, let then, let otherwise):
      return node("If", [expression(condition), statements(then), statements(otherwise)], range)
    case .while(let condition, let body, let otherwise):
      return node("While", [expression(condition), statements(body), statements(otherwise)], range)
    case .for(let isAsync, let target, let iterable, let body, let otherwise):
      return node(
        isAsync ? "AsyncFor" : "For",
        [expression(target, "Store"), expression(iterable), statements(body), statements(otherwise), .none], range)
    case .try(let parts):
      let handlers = parts.handlers.map { handler in
        node("ExceptHandler", [optional(handler.type), optional(handler.name), statements(handler.body)], handler.range)
      }
      return node(
        parts.isGroup ? "TryStar" : "Try",
        [statements(parts.body), list(handlers), statements(parts.otherwise), statements(parts.finally)], range)
    case .with(let isAsync, let items, let body):
      let described = items.map { item in
        node("withitem", [expression(item.context), item.target.map { expression($0, "Store") } ?? .none])
      }
      return node(isAsync ? "AsyncWith" : "With", [list(described), statements(body), .none], range)
    case .match(let subject, let cases):
      let described = cases.map { item in
        node("match_case", [pattern(item.pattern), optional(item.guardCondition), statements(item.body)])
      }
      return node("Match", [expression(subject), list(described)], range)
    case .function(let function):
      return node(
        function.isAsync ? "AsyncFunctionDef" : "FunctionDef",
        [
          text(function.name), parameters(function.parameters), statements(function.body),
          expressions(function.decorators), optional(function.returns), .none, typeParameters(function.typeParameters),
        ], range)
    case .class(let definition):
      return node(
        "ClassDef",
        [
          text(definition.name), positional(definition.arguments), keywords(definition.arguments),
          statements(definition.body), expressions(definition.decorators), typeParameters(definition.typeParameters),
        ], range)
    }
  }

  private func alias(_ alias: ImportAlias) -> Value {
    node("alias", [text(alias.name), optional(alias.alias)], alias.range)
  }

  private func typeParameters(_ parameters: [TypeParameter]) -> Value {
    list(
      parameters.map { parameter in
        switch parameter.kind {
        case .typeVar:
          node("TypeVar", [text(parameter.name), optional(parameter.bound), optional(parameter.defaultValue)], parameter.range)
        case .typeVarTuple:
          node("TypeVarTuple", [text(parameter.name), optional(parameter.defaultValue)], parameter.range)
        case .paramSpec: node("ParamSpec", [text(parameter.name), optional(parameter.defaultValue)], parameter.range)
        }
      })
  }

  private func pattern(_ pattern: Pattern) -> Value {
    let range = pattern.range
    func patterns(_ patterns: [Pattern]) -> Value { list(patterns.map { self.pattern($0) }) }
    switch pattern.kind {
    case .value(let value): return node("MatchValue", [expression(value)], range)
    case .singleton(let value):
      let constant: Value =
        switch value.kind {
        case .bool(let flag): .bool(flag)
        default: .none
        }
      return node("MatchSingleton", [constant], range)
    case .capture(let name): return node("MatchAs", [.none, optional(name)], range)
    case .named(let inner, let name): return node("MatchAs", [self.pattern(inner), text(name)], range)
    case .alternatives(let items): return node("MatchOr", [patterns(items)], range)
    case .sequence(let items): return node("MatchSequence", [patterns(items)], range)
    case .star(let name): return node("MatchStar", [optional(name)], range)
    case .mapping(let keys, let items, let rest):
      return node("MatchMapping", [expressions(keys), patterns(items), optional(rest)], range)
    case .class(let type, let positional, let keywords):
      return node(
        "MatchClass",
        [
          expression(type), patterns(positional), list(keywords.map { text($0.name) }),
          patterns(keywords.map(\.pattern)),
        ], range)
    }
  }
}
