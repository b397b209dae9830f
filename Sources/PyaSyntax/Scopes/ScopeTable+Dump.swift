/// The scopes as text, one block per scope, inner ones indented: for `pya --scopes`, and for reading tests.
///
///     function f: slots a, b* ; free x = parent's cell 0
///       a = local 0
///       b = cell 1
///
/// An asterisk marks the slots that hold a cell.
public func dump(_ table: ScopeTable) -> String {
  var children: [[Int]] = Array(repeating: [], count: table.scopes.count)
  for (index, scope) in table.scopes.enumerated() {
    if let parent = scope.parent, children.indices.contains(parent.index) { children[parent.index].append(index) }
  }
  var lines: [String] = []
  // A stack instead of recursion: scopes may nest deeply.
  var pending = [(index: 0, depth: 0)]
  while let (index, depth) = pending.popLast() {
    guard table.scopes.indices.contains(index) else { continue }
    let indent = String(repeating: "  ", count: depth)
    lines += table.scopes[index].dumpLines.map { indent + $0 }
    pending += children[index].reversed().map { ($0, depth + 1) }
  }
  return lines.joined(separator: "\n") + "\n"
}

extension Scope {
  fileprivate var dumpLines: [String] {
    let details = [
      slotNames.isEmpty ? nil : "slots \(describedSlots)",
      comprehensionCells.isEmpty ? nil : "cells \(comprehensionCells.map(String.init).joined(separator: ", "))",
      freeVariables.isEmpty ? nil : "free \(describedFreeVariables)",
    ].compactMap { $0 }
    let heading = details.isEmpty ? title : "\(title): \(details.joined(separator: "; "))"
    return [heading] + bindings.sorted { $0.key < $1.key }.map { "  \($0.key) = \($0.value.description)" }
  }

  private var title: String {
    [isAsync ? "async" : nil, isGenerator ? "generator" : nil, kind.description, qualifiedName]
      .compactMap { $0 }.joined(separator: " ")
  }

  private var describedSlots: String {
    slotNames.enumerated().map { cellSlots.contains($0) ? "\($1)*" : $1 }.joined(separator: ", ")
  }

  private var describedFreeVariables: String {
    freeVariables.map { "\($0.name) = parent's \($0.parentBinding.description)" }.joined(separator: ", ")
  }
}

extension Scope.Kind {
  fileprivate var description: String {
    switch self {
    case .module: "module"
    case .function: "function"
    case .lambda: "lambda"
    case .class: "class"
    case .generatorExpression: "generator expression"
    case .comprehension: "comprehension"
    case .typeParameters: "type parameters"
    case .typeAlias: "type alias"
    }
  }
}

extension Binding {
  fileprivate var description: String {
    switch self {
    case .local(let slot): "local \(slot)"
    case .cell(let slot): "cell \(slot)"
    case .free(let index): "free \(index)"
    case .global: "global"
    case .classLocal: "class"
    case .classFree(let index): "class or free \(index)"
    }
  }
}
