/// A readable text of a tree, for `pya --ast` and for tests: statements one to a line, blocks indented, expressions
/// with all their parentheses, so that the text shows what binds to what.
public func dump(_ module: Module) -> String {
  var dumper = TreeDumper()
  dumper.dump(module.body)
  return dumper.text
}

public func dump(_ expression: Expression) -> String { expression.dumped }

public func dump(_ pattern: Pattern) -> String { pattern.dumped }

private struct TreeDumper {
  var text = ""
  private var indentation = 0

  private mutating func line(_ content: String) {
    text += String(repeating: "  ", count: indentation) + content + "\n"
  }

  mutating func dump(_ body: [Statement]) {
    for statement in body { dump(statement) }
  }

  private mutating func block(_ header: String, _ body: [Statement]) {
    line(header)
    indentation += 1
    dump(body)
    indentation -= 1
  }

  private mutating func optionalBlock(_ header: String, _ body: [Statement]) {
    if !body.isEmpty { block(header, body) }
  }

  private mutating func dump(_ statement: Statement) {
    switch statement.kind {
    case .if(let condition, let then, let otherwise): dumpIf(condition, then, otherwise)
    case .while(let condition, let body, let otherwise):
      block("while \(condition.dumped)", body)
      optionalBlock("else", otherwise)
    case .for(let isAsync, let target, let iterable, let body, let otherwise):
      block("\(isAsync ? "async " : "")for \(target.dumped) in \(iterable.dumped)", body)
      optionalBlock("else", otherwise)
    case .try(let statement): dump(statement)
    case .with(let isAsync, let items, let body):
      let list = items.map { $0.context.dumped + ($0.target.map { " as \($0.dumped)" } ?? "") }
      block("\(isAsync ? "async " : "")with \(list.joined(separator: "; "))", body)
    case .match(let subject, let cases): dump(subject, cases)
    case .function(let function): dump(function)
    case .class(let definition):
      for decorator in definition.decorators { line("@\(decorator.dumped)") }
      let arguments = definition.arguments.map(\.dumped).joined(separator: ", ")
      block("class \(definition.name)\(definition.typeParameters.dumped)(\(arguments))", definition.body)
    default: line(statement.dumpedLine)
    }
  }

  /// A chain of `elif` stays flat, however long.
  private mutating func dumpIf(_ condition: Expression, _ then: [Statement], _ otherwise: [Statement]) {
    block("if \(condition.dumped)", then)
    var rest = otherwise
    while rest.count == 1, case .if(let condition, let then, let otherwise) = rest[0].kind {
      block("elif \(condition.dumped)", then)
      rest = otherwise
    }
    optionalBlock("else", rest)
  }

  private mutating func dump(_ statement: Try) {
    block("try", statement.body)
    for handler in statement.handlers {
      let type = handler.type.map { " \($0.dumped)" } ?? ""
      let name = handler.name.map { " as \($0)" } ?? ""
      block("except\(statement.isGroup ? "*" : "")\(type)\(name)", handler.body)
    }
    optionalBlock("else", statement.otherwise)
    optionalBlock("finally", statement.finally)
  }

  private mutating func dump(_ subject: Expression, _ cases: [MatchCase]) {
    line("match \(subject.dumped)")
    indentation += 1
    for matchCase in cases {
      let condition = matchCase.guardCondition.map { " if \($0.dumped)" } ?? ""
      block("case \(matchCase.pattern.dumped)\(condition)", matchCase.body)
    }
    indentation -= 1
  }

  private mutating func dump(_ function: FunctionDefinition) {
    for decorator in function.decorators { line("@\(decorator.dumped)") }
    let header = "\(function.isAsync ? "async " : "")def \(function.name)\(function.typeParameters.dumped)"
    let returns = function.returns.map { " -> \($0.dumped)" } ?? ""
    block("\(header)(\(function.parameters.dumpedList))\(returns)", function.body)
  }
}

extension Statement {
  /// The text of a statement without blocks.
  fileprivate var dumpedLine: String {
    switch kind {
    case .expression(let value): value.dumped
    case .assign(let targets, let value): (targets + [value]).map(\.dumped).joined(separator: " = ")
    case .augmentedAssign(let target, let op, let value): "\(target.dumped) \(op.rawValue)= \(value.dumped)"
    case .annotatedAssign(let target, let annotation, let value, let isSimple):
      (isSimple ? target.dumped : "(\(target.dumped))") + ": \(annotation.dumped)"
        + (value.map { " = \($0.dumped)" } ?? "")
    case .delete(let targets): "del " + targets.map(\.dumped).joined(separator: ", ")
    case .pass: "pass"
    case .break: "break"
    case .continue: "continue"
    case .return(let value): "return" + (value.map { " \($0.dumped)" } ?? "")
    case .raise(let value, let cause):
      "raise" + (value.map { " \($0.dumped)" } ?? "") + (cause.map { " from \($0.dumped)" } ?? "")
    case .assert(let condition, let message): "assert \(condition.dumped)" + (message.map { ", \($0.dumped)" } ?? "")
    case .global(let names): "global " + names.joined(separator: ", ")
    case .nonlocal(let names): "nonlocal " + names.joined(separator: ", ")
    case .import(let names): "import " + names.dumped
    case .importFrom(let module, let level, let names):
      "from \(String(repeating: ".", count: level))\(module ?? "") import \(names.dumped)"
    case .importStar(let module, let level):
      "from \(String(repeating: ".", count: level))\(module ?? "") import *"
    case .typeAlias(let name, let parameters, let value, _): "type \(name)\(parameters.dumped) = \(value.dumped)"
    case .if, .while, .for, .try, .with, .match, .function, .class: ""
    }
  }
}

extension [ImportAlias] {
  fileprivate var dumped: String {
    map { $0.name + ($0.alias.map { " as \($0)" } ?? "") }.joined(separator: ", ")
  }
}

extension Parameters {
  var dumpedList: String {
    var parts = positionalOnly.map(\.dumped)
    if !positionalOnly.isEmpty { parts.append("/") }
    parts += positionalOrKeyword.map(\.dumped)
    if let variadic {
      parts.append("*" + variadic.dumped)
    } else if !keywordOnly.isEmpty {
      parts.append("*")
    }
    parts += keywordOnly.map(\.dumped)
    if let variadicKeywords { parts.append("**" + variadicKeywords.dumped) }
    return parts.joined(separator: ", ")
  }
}

extension Parameter {
  fileprivate var dumped: String {
    name + (annotation.map { ": \($0.dumped)" } ?? "") + (defaultValue.map { " = \($0.dumped)" } ?? "")
  }
}

extension [TypeParameter] {
  fileprivate var dumped: String {
    isEmpty ? "" : "[\(map(\.dumped).joined(separator: ", "))]"
  }
}

extension TypeParameter {
  fileprivate var dumped: String {
    let stars =
      switch kind {
      case .typeVar: ""
      case .typeVarTuple: "*"
      case .paramSpec: "**"
      }
    return stars + name + (bound.map { ": \($0.dumped)" } ?? "") + (defaultValue.map { " = \($0.dumped)" } ?? "")
  }
}
