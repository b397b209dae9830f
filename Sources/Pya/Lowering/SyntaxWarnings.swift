import PyaSyntax

/// What CPython's compiler warns about in a program that it runs all the same: `x is 1`, `"text"(1)`, `5[0]`.
final class SyntaxWarnings {
  var found: [SyntaxDiagnostic] = []

  fileprivate func add(_ message: String, _ range: SourceRange) {
    let warning = SyntaxDiagnostic(message, at: range)
    if !found.contains(warning) { found.append(warning) }
  }
}

extension CodeLowering {
  func warnOfComparison(_ first: Expression, _ rest: [ComparisonLink], _ range: SourceRange) {
    var left = first
    for link in rest {
      if link.op == .is || link.op == .isNot, let literal = literalType(left) ?? literalType(link.right) {
        return unit.warnings.add(
          link.op == .is
            ? "\"is\" with '\(literal)' literal. Did you mean \"==\"?"
            : "\"is not\" with '\(literal)' literal. Did you mean \"!=\"?", range)
      }
      left = link.right
    }
  }

  func warnOfCall(_ callee: Expression) {
    switch callee.kind {
    case .lambda: return
    default:
      guard let type = displayType(callee) else { return }
      unit.warnings.add("'\(type)' object is not callable; perhaps you missed a comma?", callee.range)
    }
  }

  func warnOfSubscript(_ object: Expression, _ index: Expression) {
    guard let type = displayType(object) else { return }
    switch type {
    case "NoneType", "ellipsis", "int", "float", "complex", "bool", "set", "generator", "function":
      unit.warnings.add("'\(type)' object is not subscriptable; perhaps you missed a comma?", object.range)
    case "str", "bytes", "tuple", "list":
      guard let indexType = displayType(index), indexType != "int", indexType != "bool" else { return }
      unit.warnings.add(
        "\(type) indices must be integers or slices, not \(indexType); perhaps you missed a comma?", object.range)
    default: return
    }
  }

  func warnOfAssertion(_ condition: Expression, _ range: SourceRange) {
    guard case .tuple(let items) = condition.kind, !items.isEmpty else { return }
    unit.warnings.add("assertion is always true, perhaps remove parentheses?", range)
  }

  /// The type of a literal that identity says nothing about.
  private func literalType(_ expression: Expression) -> String? {
    switch constant(expression) {
    case nil, .some(.none), .bool?, .ellipsis?: nil
    case let value?: runtime.typeName(value)
    }
  }

  private func displayType(_ expression: Expression) -> String? {
    if let value = constant(expression) { return runtime.typeName(value) }
    switch expression.kind {
    case .tuple: return "tuple"
    case .list: return "list"
    case .set: return "set"
    case .dict: return "dict"
    case .lambda: return "function"
    case .fstring: return "str"
    case .comprehension(let comprehension):
      switch comprehension.kind {
      case .list: return "list"
      case .set: return "set"
      case .dict: return "dict"
      case .generator: return "generator"
      }
    default: return nil
    }
  }
}

extension Runtime {
  /// Shows the warnings; where the filters of `warnings` make an error of one, that is a SyntaxError at its place.
  func issue(_ warnings: SyntaxWarnings, in file: SourceFile) throws(Raised) {
    for warning in warnings.found {
      let line = file.location(of: warning.range.start).line
      var place = WarningPlace(fileName: file.name, line: line, module: "")
      place.file = file.isText ? nil : file
      do {
        try issueWarning(warning.message, category: "SyntaxWarning", at: place, isOfCompiler: true)
      } catch {
        guard matches(error, "SyntaxWarning") else { throw error }
        throw syntaxError(warning, in: file)
      }
    }
  }
}
