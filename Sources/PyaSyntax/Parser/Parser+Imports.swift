extension Parser {
  mutating func parseImport() throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    var aliases: [ImportAlias] = []
    repeat {
      let start = start
      let name = try parseDottedName()
      let alias = accept(.as) ? try parseName() : nil
      aliases.append(ImportAlias(name: name, alias: alias, range: range(from: start)))
    } while accept(.comma)
    noteBindings(of: aliases, at: range(from: start))
    return .import(aliases)
  }

  private mutating func parseDottedName() throws(SyntaxDiagnostic) -> String {
    var name = try parseName()
    while accept(.dot) { name += "." + (try parseName()) }
    return name
  }

  mutating func parseImportFrom() throws(SyntaxDiagnostic) -> Statement.Kind {
    let start = start
    advance()
    var level = 0
    while true {
      if accept(.dot) {
        level += 1
      } else if accept(.ellipsis) {
        level += 3
      } else {
        break
      }
    }
    let module = current == .name || level == 0 ? try parseDottedName() : nil
    try expect(.import)
    let place = here
    if accept(.star) {
      noteImportStar(at: place)
      let star = ImportAlias(name: "*", alias: nil, range: place)
      noteFuture(module: module, level: level, names: [star], at: range(from: start))
      return .importStar(module: module, level: level)
    }
    let names = try parseImportedNames()
    noteFuture(module: module, level: level, names: names, at: range(from: start))
    noteBindings(of: names, at: range(from: start))
    return .importFrom(module: module, level: level, names: names)
  }

  private mutating func parseImportedNames() throws(SyntaxDiagnostic) -> [ImportAlias] {
    let isParenthesized = accept(.leftParen)
    var names: [ImportAlias] = []
    repeat {
      if isParenthesized, at(.rightParen), !names.isEmpty { break }
      let start = start
      let name = try parseName()
      let alias = accept(.as) ? try parseName() : nil
      names.append(ImportAlias(name: name, alias: alias, range: range(from: start)))
    } while accept(.comma)
    if isParenthesized { try expect(.rightParen) }
    return names
  }

  private mutating func noteBindings(of aliases: [ImportAlias], at range: SourceRange) {
    for alias in aliases { noteBinding(of: alias.alias ?? String(alias.name.prefix { $0 != "." }), at: range) }
  }

  private mutating func noteImportStar(at range: SourceRange) {
    if context.body != .module {
      deferredErrors.add("import * only allowed at module level", at: range, pass: .symbols)
    }
  }

  private static let futureFeatures: Set<String> = [
    "nested_scopes", "generators", "division", "absolute_import", "with_statement", "print_function",
    "unicode_literals", "barry_as_FLUFL", "generator_stop", "annotations",
  ]

  private mutating func noteFuture(module: String?, level: Int, names: [ImportAlias], at range: SourceRange) {
    guard module == "__future__", level == 0 else { return }
    guard mayImportFuture else {
      deferredErrors.add("from __future__ imports must occur at the beginning of the file", at: range)
      return
    }
    for name in names where !Self.futureFeatures.contains(name.name) {
      let message = name.name == "braces" ? "not a chance" : "future feature \(name.name) is not defined"
      deferredErrors.add(message, at: SourceRange(range.start, range.start + 1), pass: .future, end: .none)
    }
  }

  /// Only the docstring and other imports from `__future__` stand before this statement. It is asked for the few
  /// statements that need it, so it looks back over the tokens instead of being tracked.
  private var mayImportFuture: Bool {
    guard context.body == .module else { return false }
    var index = 0
    var mayBeDocstring = true
    while index < position {
      switch shapes[index] {
      case .string where mayBeDocstring:
        index += 1
        mayBeDocstring = false
      case .newline, .op(.semicolon): index += 1
      case .keyword(.from) where name(at: index + 1) == "__future__":
        mayBeDocstring = false
        while index < position, shapes[index] != .newline, shapes[index] != .op(.semicolon) { index += 1 }
        if index == position { return true }
      default: return false
      }
    }
    return true
  }
}
