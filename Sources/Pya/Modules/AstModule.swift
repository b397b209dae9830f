import PyaSyntax

/// `_ast_parsing`: the tree of a text as tuples `(kind, fields, place)`, of which the module `ast` makes its nodes.
extension Runtime {
  func makeAstModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_ast_parsing")
    module.define(self, "parse", "source, filename, mode, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[0].string else { throw runtime.typeError("ast.parse() needs text") }
      if text.utf8.contains(0) { throw runtime.error("SyntaxError", "source code string cannot contain null bytes") }
      let file = SourceFile(name: arguments[1].string?.text ?? "<unknown>", bytes: Array(text.utf8), isText: true)
      let isExpression = arguments[2].string?.text == "eval"
      runtime.sourceFiles.byName[file.name] = file
      do throws(SyntaxDiagnostic) {
        var parser = Parser(file: file)
        let description = TreeDescription(runtime, file)
        if isExpression { return description.expression(try parser.parseExpressionTree().0) }
        let tree = try parser.parseTree()
        return description.statements(tree.body)
      } catch {
        throw runtime.syntaxError(error, in: file, stage: isExpression ? .readingExpression : .readingModule)
      }
    }
    return module
  }
}

/// Describes a tree by the names of CPython's grammar of syntax trees.
struct TreeDescription {
  let runtime: Runtime
  let file: SourceFile

  init(_ runtime: Runtime, _ file: SourceFile) {
    self.runtime = runtime
    self.file = file
  }

  // MARK: Parts

  func node(_ kind: String, _ fields: [Value], _ range: SourceRange? = nil) -> Value {
    var place = Value.none
    if let range {
      let (start, end) = (file.location(of: range.start), file.location(of: range.end))
      place = tuple([.int(start.line), .int(start.column), .int(end.line), .int(end.column)])
    }
    return tuple([text(kind), tuple(fields), place])
  }

  func text(_ text: String) -> Value { .object(runtime.intern(text)) }
  func optional(_ text: String?) -> Value { text.map { self.text($0) } ?? .none }
  func tuple(_ values: [Value]) -> Value { .object(TupleObject(runtime, values)) }
  func list(_ values: [Value]) -> Value { .object(ListObject(runtime, values)) }
  func name(_ name: String, _ context: String, _ range: SourceRange) -> Value {
    node("Name", [text(name), node(context, [])], range)
  }

  // MARK: Expressions

  func expressions(_ expressions: [Expression], _ context: String = "Load") -> Value {
    list(expressions.map { expression($0, context) })
  }

  func optional(_ expression: Expression?) -> Value { expression.map { self.expression($0) } ?? .none }

  func expression(_ expression: Expression, _ context: String = "Load") -> Value {
    let range = expression.range
    func constant(_ value: Value) -> Value { node("Constant", [value, .none], range) }
    switch expression.kind {
    case .none: return constant(.none)
    case .bool(let flag): return constant(.bool(flag))
    case .ellipsis: return constant(.ellipsis)
    case .integer(let literal): return constant(runtime.integer(literal))
    case .float(let number): return constant(.float(number))
    case .imaginary(let number): return constant(.object(ComplexObject(runtime, real: 0, imaginary: number)))
    case .string(let literal): return constant(.object(runtime.string(literal.utf8)))
    case .bytes(let bytes): return constant(.object(BytesObject(type: runtime.types.bytes, bytes)))
    case .fstring(let parts): return formatted(parts, range)
    case .name(let name): return self.name(name, context, range)
    case .tuple(let items): return node("Tuple", [expressions(items, context), node(context, [])], range)
    case .list(let items): return node("List", [expressions(items, context), node(context, [])], range)
    case .set(let items): return node("Set", [expressions(items)], range)
    case .dict(let entries):
      let keys = entries.map { entry in optional(entry.key) }
      return node("Dict", [list(keys), expressions(entries.map(\.value))], range)
    case .comprehension(let comprehension): return self.comprehension(comprehension, range)
    case .unary(let op, let operand):
      let kind =
        switch op {
        case .not: "Not"
        case .minus: "USub"
        case .plus: "UAdd"
        case .invert: "Invert"
        }
      return node("UnaryOp", [node(kind, []), self.expression(operand)], range)
    case .binary(let op, let left, let right):
      return node("BinOp", [self.expression(left), node(kind(of: op), []), self.expression(right)], range)
    case .boolean(let op, let left, let right):
      var operands = [left]
      var rest = right
      // What stands in parentheses ends before them.
      while case .boolean(op, let next, let after) = rest.kind, rest.range.end == range.end {
        operands.append(next)
        rest = after
      }
      return node("BoolOp", [node(op == .and ? "And" : "Or", []), expressions(operands + [rest])], range)
    case .comparison(let first, let links):
      let operators = links.map { node(kind(of: $0.op), []) }
      return node("Compare", [self.expression(first), list(operators), expressions(links.map(\.right))], range)
    case .conditional(let condition, let then, let otherwise):
      return node(
        "IfExp", [self.expression(condition), self.expression(then), self.expression(otherwise)], range)
    case .walrus(let name, let nameRange, let value):
      return node("NamedExpr", [self.name(name, "Store", nameRange), self.expression(value)], range)
    case .lambda(let lambda):
      return node("Lambda", [parameters(lambda.parameters), self.expression(lambda.body)], range)
    case .attribute(let object, let name, _):
      return node("Attribute", [self.expression(object), text(name), node(context, [])], range)
    case .subscript(let object, let index):
      return node("Subscript", [self.expression(object), self.expression(index), node(context, [])], range)
    case .slice(let lower, let upper, let step):
      return node("Slice", [optional(lower), optional(upper), optional(step)], range)
    case .call(let callee, let arguments):
      return node("Call", [self.expression(callee), positional(arguments), keywords(arguments)], range)
    case .starred(let value): return node("Starred", [self.expression(value, context), node(context, [])], range)
    case .await(let value): return node("Await", [self.expression(value)], range)
    case .yield(let value): return node("Yield", [optional(value)], range)
    case .yieldFrom(let value): return node("YieldFrom", [self.expression(value)], range)
    }
  }

  func positional(_ arguments: [Argument]) -> Value {
    list(
      arguments.compactMap { argument in
        switch argument.kind {
        case .positional: expression(argument.value)
        case .unpacked: node("Starred", [expression(argument.value), node("Load", [])], argument.range)
        case .keyword, .unpackedKeywords: nil
        }
      })
  }

  func keywords(_ arguments: [Argument]) -> Value {
    list(
      arguments.compactMap { argument in
        switch argument.kind {
        case .keyword(let name): node("keyword", [text(name), expression(argument.value)], argument.range)
        case .unpackedKeywords: node("keyword", [.none, expression(argument.value)], argument.range)
        case .positional, .unpacked: nil
        }
      })
  }

  private func formatted(_ parts: [FStringPart], _ range: SourceRange) -> Value {
    let values = parts.map { part in
      switch part.kind {
      case .literal(let literal):
        return node("Constant", [.object(runtime.string(literal.utf8)), .none], part.range)
      case .field(let value, let conversion, let format):
        let code = conversion.flatMap(\.asciiValue).map(Int.init) ?? -1
        let specification = format.map { formatted($0, part.range) } ?? .none
        return node("FormattedValue", [expression(value), .int(code), specification], part.range)
      }
    }
    return node("JoinedStr", [list(values)], range)
  }

  private func comprehension(_ comprehension: Comprehension, _ range: SourceRange) -> Value {
    let clauses = comprehension.clauses.map { clause in
      node(
        "comprehension",
        [
          expression(clause.target, "Store"), expression(clause.iterable), expressions(clause.conditions),
          .int(clause.isAsync ? 1 : 0),
        ])
    }
    let element = expression(comprehension.element)
    switch comprehension.kind {
    case .list: return node("ListComp", [element, list(clauses)], range)
    case .set: return node("SetComp", [element, list(clauses)], range)
    case .generator: return node("GeneratorExp", [element, list(clauses)], range)
    case .dict(let value): return node("DictComp", [element, expression(value), list(clauses)], range)
    }
  }

  func parameters(_ parameters: Parameters) -> Value {
    func argument(_ parameter: Parameter) -> Value {
      node("arg", [text(parameter.name), optional(parameter.annotation), .none], parameter.range)
    }
    let positional = parameters.positionalOnly + parameters.positionalOrKeyword
    return node(
      "arguments",
      [
        list(parameters.positionalOnly.map(argument)), list(parameters.positionalOrKeyword.map(argument)),
        parameters.variadic.map(argument) ?? .none, list(parameters.keywordOnly.map(argument)),
        list(parameters.keywordOnly.map { optional($0.defaultValue) }),
        parameters.variadicKeywords.map(argument) ?? .none, expressions(positional.compactMap(\.defaultValue)),
      ])
  }

  func kind(of op: BinaryOperator) -> String {
    switch op {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mult"
    case .divide: "Div"
    case .floorDivide: "FloorDiv"
    case .modulo: "Mod"
    case .power: "Pow"
    case .matrixMultiply: "MatMult"
    case .leftShift: "LShift"
    case .rightShift: "RShift"
    case .and: "BitAnd"
    case .or: "BitOr"
    case .xor: "BitXor"
    }
  }

  private func kind(of op: ComparisonOperator) -> String {
    switch op {
    case .equal: "Eq"
    case .notEqual: "NotEq"
    case .less: "Lt"
    case .lessEqual: "LtE"
    case .greater: "Gt"
    case .greaterEqual: "GtE"
    case .is: "Is"
    case .isNot: "IsNot"
    case .in: "In"
    case .notIn: "NotIn"
    }
  }
}
