import PyaSyntax

/// The surroundings of an import statement.
struct ImportScope {
  let globals: DictObject
  /// Where `__import__` is looked up; nil in the library's own code, which always means the interpreter's.
  let builtins: DictObject?
  let isModule: Bool

  /// What the `__import__` answers that the program has put in the place of the interpreter's; nil: it has not.
  func answerOfProgram(
    _ runtime: Runtime, _ name: String, level: Int = 0, _ wanted: @autoclosure () -> [StringObject] = []
  ) throws(Raised) -> Value? {
    guard let builtins else { return nil }
    guard let function = builtins.getString(runtime.names.importFunction) else {
      throw runtime.error("ImportError", "__import__ not found")
    }
    if function.object === runtime.importFunction { return nil }
    let wanted = wanted()
    return try runtime.call(
      function,
      [
        .object(runtime.intern(name)), .object(globals), isModule ? .object(globals) : .none,
        wanted.isEmpty ? .none : .object(TupleObject(runtime, wanted.map { .object($0) })), .int(level),
      ])
  }
}

/// `import a.b.c` binds `a`; `import a.b.c as x` binds the last.
final class ImportNode: StatementNode {
  private let name: String
  private let bindsLast: Bool
  private let target: TargetNode
  private let scope: ImportScope

  init(_ name: String, bindsLast: Bool, _ target: TargetNode, _ scope: ImportScope, _ range: SourceRange) {
    self.name = name
    self.bindsLast = bindsLast
    self.target = target
    self.scope = scope
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let module: Value
    do throws(Raised) {
      if let answer = try scope.answerOfProgram(runtime, name) { module = try end(of: answer, runtime) } else { module = try found(runtime) }
    } catch { try frame.fail(error, range) }
    try target.store(frame, module)
    return .normal
  }

  private func found(_ runtime: Runtime) throws(Raised) -> Value {
    let last = try runtime.importModule(name, level: 0, globals: scope.globals)
    let first = name.prefix { $0 != "." }
    return bindsLast || first.count == name.count ? last : try runtime.importModule(String(first), level: 0, globals: scope.globals)
  }

  /// What is bound of what the program's `__import__` answered, which is the first part of the name.
  private func end(of answer: Value, _ runtime: Runtime) throws(Raised) -> Value {
    guard bindsLast else { return answer }
    var module = answer
    for part in name.split(separator: ".").dropFirst() { module = try runtime.importName(runtime.intern(String(part)), from: module) }
    return module
  }
}

/// `from module import a, b as c`.
final class ImportFromNode: StatementNode {
  private let module: String
  private let level: Int
  private let names: [(name: StringObject, target: TargetNode)]
  private let scope: ImportScope

  init(
    _ module: String, level: Int, names: [(name: StringObject, target: TargetNode)], _ scope: ImportScope, _ range: SourceRange
  ) {
    self.module = module
    self.level = level
    self.names = names
    self.scope = scope
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let answer: Value?
    do throws(Raised) { answer = try scope.answerOfProgram(runtime, module, level: level, names.map(\.name)) } catch {
      try frame.fail(error, range)
    }
    for (name, target) in names {
      let value: Value
      do throws(Raised) {
        let source: Value
        if let answer { source = answer } else {
          source = try runtime.importModule(module, level: level, globals: scope.globals)
        }
        value = try runtime.importName(name, from: source)
      } catch { try frame.fail(error, range) }
      try target.store(frame, value)
    }
    return .normal
  }
}

/// `from module import *`.
final class ImportStarNode: StatementNode {
  private let module: String
  private let level: Int
  private let scope: ImportScope
  /// In code that `exec` runs with a namespace of its own: the names go there.
  private let usesNamespace: Bool

  init(_ module: String, level: Int, _ scope: ImportScope, usesNamespace: Bool, _ range: SourceRange) {
    self.module = module
    self.level = level
    self.scope = scope
    self.usesNamespace = usesNamespace
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    do throws(Raised) {
      let source: Value
      if let answer = try scope.answerOfProgram(runtime, module, level: level, [runtime.intern("*")]) { source = answer } else {
        source = try runtime.importModule(module, level: level, globals: scope.globals)
      }
      // Not at the prompt, where more text will follow.
      let file = frame.code.information.file
      let isProgram = scope.globals.getString(runtime.names.name)?.string?.text == "__main__" && !file.name.hasPrefix("<")
      let text = isProgram ? file.bytes : nil
      let found = try runtime.publicNames(of: source, text: text)
      if usesNamespace {
        let namespace = frame[StatementCode.namespaceSlot]
        for (name, value) in found { try runtime.setItem(namespace, .object(name), value) }
      } else {
        for (name, value) in found { scope.globals.setString(name, value) }
      }
    } catch { try frame.fail(error, range) }
    return .normal
  }
}
