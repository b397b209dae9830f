import PyaSyntax

extension CodeLowering {
  /// An annotation as `ast.unparse` writes it, for the forms that type expressions have; nil for any other.
  func annotationText(_ expression: Expression) -> String? {
    switch expression.kind {
    case .none: return "None"
    case .bool(let value): return value ? "True" : "False"
    case .ellipsis: return "..."
    case .integer, .float: return unit.file.text(of: expression.range)
    case .string(let literal):
      guard let text = try? runtime.repr(constant(literal)) else { return nil }
      return text.text
    case .name(let name): return name
    case .attribute(let base, let name, _):
      switch base.kind {
      case .name, .attribute, .subscript: return annotationText(base).map { "\($0).\(name)" }
      default: return nil
      }
    case .subscript(let base, let index):
      guard let container = annotationText(base) else { return nil }
      if case .tuple(let elements) = index.kind, !elements.isEmpty {
        guard let inner = annotationTexts(elements) else { return nil }
        return "\(container)[\(inner)\(elements.count == 1 ? "," : "")]"
      }
      return annotationText(index).map { "\(container)[\($0)]" }
    case .unary(.minus, let operand):
      guard case .integer = operand.kind else { return nil }
      return annotationText(operand).map { "-\($0)" }
    case .starred(let inner): return annotationText(inner).map { "*\($0)" }
    case .list(let elements): return annotationTexts(elements).map { "[\($0)]" }
    case .tuple(let elements): return annotationTexts(elements).map { "(\($0)\(elements.count == 1 ? "," : ""))" }
    case .binary(.or, let left, let right):
      if case .binary = right.kind { return nil }
      guard let first = annotationText(left), let second = annotationText(right) else { return nil }
      return "\(first) | \(second)"
    case .binary: return nil
    case .call(let function, let arguments):
      guard var text = annotationText(function) else { return nil }
      text += "("
      for (index, argument) in arguments.enumerated() {
        guard let value = annotationText(argument.value) else { return nil }
        if index > 0 { text += ", " }
        switch argument.kind {
        case .positional: text += value
        case .keyword(let name): text += "\(name)=\(value)"
        case .unpacked, .unpackedKeywords: return nil
        }
      }
      return text + ")"
    default: return nil
    }
  }

  private func annotationTexts(_ elements: [Expression]) -> String? {
    var texts: [String] = []
    for element in elements {
      guard let text = annotationText(element) else { return nil }
      texts.append(text)
    }
    return texts.joined(separator: ", ")
  }
}
