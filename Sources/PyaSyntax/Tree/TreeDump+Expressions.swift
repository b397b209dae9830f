extension Expression {
  var dumped: String {
    switch kind {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .ellipsis: "..."
    case .integer(let value): value.dumped
    case .float(let value): "\(value)"
    case .imaginary(let value): "\(value)j"
    case .string(let literal): literal.dumped
    case .bytes(let bytes): "b" + StringLiteral(utf8: bytes).dumped
    case .fstring(let parts): "f\"\(parts.dumped)\""
    case .name(let name): name
    case .tuple(let elements): "(\(elements.dumped)\(elements.count == 1 ? "," : ""))"
    case .list(let elements): "[\(elements.dumped)]"
    case .set(let elements): "{\(elements.dumped)}"
    case .dict(let entries): "{\(entries.map(\.dumped).joined(separator: ", "))}"
    case .comprehension(let comprehension): comprehension.dumped
    case .unary(let op, let operand): "(\(op.rawValue)\(op == .not ? " " : "")\(operand.dumped))"
    case .binary(let op, let left, let right): "(\(left.dumped) \(op.rawValue) \(right.dumped))"
    case .boolean(let op, let left, let right): dumpedChain(op, left, right)
    case .comparison(let first, let links):
      "(\(first.dumped)\(links.map { " \($0.op.rawValue) \($0.right.dumped)" }.joined()))"
    case .conditional(let condition, let then, let otherwise):
      "(\(then.dumped) if \(condition.dumped) else \(otherwise.dumped))"
    case .walrus(let name, _, let value): "(\(name) := \(value.dumped))"
    case .lambda(let lambda): "(lambda \(lambda.parameters.dumpedList): \(lambda.body.dumped))"
    case .attribute(let value, let name, _): "\(value.dumped).\(name)"
    case .subscript(let value, let index): "\(value.dumped)[\(index.dumped)]"
    case .slice(let lower, let upper, let step):
      "(\(lower?.dumped ?? ""):\(upper?.dumped ?? "")\(step.map { ":\($0.dumped)" } ?? ""))"
    case .call(let callee, let arguments): "\(callee.dumped)(\(arguments.map(\.dumped).joined(separator: ", ")))"
    case .starred(let value): "*\(value.dumped)"
    case .await(let value): "(await \(value.dumped))"
    case .yield(let value): "(yield\(value.map { " \($0.dumped)" } ?? ""))"
    case .yieldFrom(let value): "(yield from \(value.dumped))"
    }
  }

  /// A chain of one operator is written flat, however long.
  private func dumpedChain(_ op: BooleanOperator, _ left: Expression, _ right: Expression) -> String {
    var text = "(\(left.dumped)"
    var rest = right
    while case .boolean(let next, let left, let right) = rest.kind, next == op {
      text += " \(op.rawValue) \(left.dumped)"
      rest = right
    }
    return text + " \(op.rawValue) \(rest.dumped))"
  }
}

extension [Expression] {
  fileprivate var dumped: String { map(\.dumped).joined(separator: ", ") }
}

extension IntegerLiteral {
  fileprivate var dumped: String {
    switch self {
    case .small(let value): "\(value)"
    case .big(let digits, let radix): radix == 10 ? digits : "\(digits)#\(radix)"
    }
  }
}

extension StringLiteral {
  fileprivate var escaped: String {
    var text = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
      case UInt8(ascii: "\n"): text += "\\n"
      case 0x20..<0x7F: text += String(UnicodeScalar(byte))
      default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text
  }

  fileprivate var dumped: String { "\"\(escaped)\"" }
}

extension [FStringPart] {
  fileprivate var dumped: String {
    map { part in
      switch part.kind {
      case .literal(let literal): literal.escaped
      case .field(let value, let conversion, let format):
        "{\(value.dumped)\(conversion.map { "!\($0)" } ?? "")\(format.map { ":\($0.dumped)" } ?? "")}"
      }
    }.joined()
  }
}

extension DictEntry {
  fileprivate var dumped: String { key.map { "\($0.dumped): \(value.dumped)" } ?? "**\(value.dumped)" }
}

extension Argument {
  var dumped: String {
    switch kind {
    case .positional: value.dumped
    case .unpacked: "*\(value.dumped)"
    case .keyword(let name): "\(name)=\(value.dumped)"
    case .unpackedKeywords: "**\(value.dumped)"
    }
  }
}

extension Comprehension {
  fileprivate var dumped: String {
    let clauses = clauses.map(\.dumped).joined()
    return switch kind {
    case .list: "[\(element.dumped)\(clauses)]"
    case .set: "{\(element.dumped)\(clauses)}"
    case .generator: "(\(element.dumped)\(clauses))"
    case .dict(let value): "{\(element.dumped): \(value.dumped)\(clauses)}"
    }
  }
}

extension Comprehension.Clause {
  fileprivate var dumped: String {
    " \(isAsync ? "async " : "")for \(target.dumped) in \(iterable.dumped)"
      + conditions.map { " if \($0.dumped)" }.joined()
  }
}

extension Pattern {
  var dumped: String {
    switch kind {
    case .value(let value), .singleton(let value): value.dumped
    case .capture(let name): name ?? "_"
    case .named(let pattern, let name): "(\(pattern.dumped) as \(name))"
    case .alternatives(let patterns): "(\(patterns.map(\.dumped).joined(separator: " | ")))"
    case .sequence(let patterns): "[\(patterns.map(\.dumped).joined(separator: ", "))]"
    case .star(let name): "*\(name ?? "_")"
    case .mapping(let keys, let patterns, let rest):
      "{"
        + (zip(keys, patterns).map { "\($0.dumped): \($1.dumped)" } + (rest.map { ["**\($0)"] } ?? []))
        .joined(separator: ", ") + "}"
    case .class(let type, let positional, let keywords):
      "\(type.dumped)("
        + (positional.map(\.dumped) + keywords.map { "\($0.name)=\($0.pattern.dumped)" }).joined(separator: ", ")
        + ")"
    }
  }
}
