import PyaSyntax

/// `import a.b.c` binds `a`; `import a.b.c as x` binds the last.
final class ImportNode: StatementNode {
  private let name: String
  private let bindsLast: Bool
  private let target: TargetNode
  private let globals: DictObject

  init(_ name: String, bindsLast: Bool, _ target: TargetNode, globals: DictObject, _ range: SourceRange) {
    self.name = name
    self.bindsLast = bindsLast
    self.target = target
    self.globals = globals
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    let module: Value
    do throws(Raised) {
      let last = try runtime.importModule(name, level: 0, globals: globals)
      let first = name.prefix { $0 != "." }
      module = bindsLast || first.count == name.count ? last : try runtime.importModule(String(first), level: 0, globals: globals)
    } catch { try frame.fail(error, range) }
    try target.store(frame, module)
    return .normal
  }
}

/// `from module import a, b as c`.
final class ImportFromNode: StatementNode {
  private let module: String
  private let level: Int
  private let names: [(name: StringObject, target: TargetNode)]
  private let globals: DictObject

  init(
    _ module: String, level: Int, names: [(name: StringObject, target: TargetNode)], globals: DictObject, _ range: SourceRange
  ) {
    self.module = module
    self.level = level
    self.names = names
    self.globals = globals
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    for (name, target) in names {
      let value: Value
      do throws(Raised) {
        let source = try runtime.importModule(module, level: level, globals: globals)
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
  private let globals: DictObject
  /// In code that `exec` runs with a namespace of its own: the names go there.
  private let usesNamespace: Bool

  init(_ module: String, level: Int, globals: DictObject, usesNamespace: Bool, _ range: SourceRange) {
    self.module = module
    self.level = level
    self.globals = globals
    self.usesNamespace = usesNamespace
    super.init(range)
  }

  override func execute(_ frame: Frame) throws(Raised) -> Completion {
    let runtime = frame.runtime
    do throws(Raised) {
      let source = try runtime.importModule(module, level: level, globals: globals)
      // Not at the prompt, where more text will follow.
      let file = frame.code.information.file
      let isProgram = globals.getString(runtime.names.name)?.string?.text == "__main__" && !file.name.hasPrefix("<")
      let text = isProgram ? file.bytes : nil
      let found = try runtime.publicNames(of: source, text: text)
      if usesNamespace {
        let namespace = frame[StatementCode.namespaceSlot]
        for (name, value) in found { try runtime.setItem(namespace, .object(name), value) }
      } else {
        for (name, value) in found { globals.setString(name, value) }
      }
    } catch { try frame.fail(error, range) }
    return .normal
  }
}
