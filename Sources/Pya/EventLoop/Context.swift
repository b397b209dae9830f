/// A `contextvars.Context`: what every `ContextVar` holds in one task, callback or program.
///
/// Copying one (each task starts with a copy of its creator's) shares the storage until either side changes.
final class ContextObject: Object {
  struct Entry {
    let variable: ContextVariable
    var value: Value
  }

  @exclusivity(unchecked) var entries: [Entry] = []
  /// Where each variable's entry lies; kept only when there are many.
  @exclusivity(unchecked) private var indices: [ObjectIdentifier: Int] = [:]
  /// `run` is in progress.
  var isEntered = false

  init(_ contexts: Contexts) { super.init(type: contexts.contextType, kind: .other) }

  init(copying other: ContextObject) {
    entries = other.entries
    indices = other.indices
    super.init(type: other.type, kind: .other)
  }

  private static let searchLimit = 8

  func index(of variable: ContextVariable) -> Int? {
    if entries.count <= ContextObject.searchLimit { return entries.firstIndex { $0.variable === variable } }
    return indices[ObjectIdentifier(variable)]
  }

  /// The value set for the variable; undefined when there is none.
  subscript(_ variable: ContextVariable) -> Value {
    get { index(of: variable).map { entries[$0].value } ?? .undefined }
    set {
      if let index = index(of: variable) {
        if newValue.isUndefined { remove(at: index) } else { entries[index].value = newValue }
      } else if !newValue.isUndefined {
        entries.append(Entry(variable: variable, value: newValue))
        if entries.count > ContextObject.searchLimit { rebuildIndices() }
      }
    }
  }

  /// The object that the variable holds, which the context keeps; nil: there is none.
  @inline(__always)
  func object(of variable: ContextVariable) -> Unmanaged<Object>? {
    index(of: variable).flatMap { entries[$0].value.uncounted }
  }

  private func remove(at index: Int) {
    let removed = entries.remove(at: index)
    if entries.count > ContextObject.searchLimit { rebuildIndices() }
    _ = consume removed
  }

  private func rebuildIndices() {
    if indices.count + 1 == entries.count, let last = entries.last {
      indices[ObjectIdentifier(last.variable)] = entries.count - 1
      return
    }
    indices = [:]
    for (index, entry) in entries.enumerated() { indices[ObjectIdentifier(entry.variable)] = index }
  }
}

/// A `contextvars.ContextVar`.
final class ContextVariable: Object {
  let name: StringObject
  /// Undefined: no default.
  let defaultValue: Value

  init(_ contexts: Contexts, name: StringObject, defaultValue: Value) {
    self.name = name
    self.defaultValue = defaultValue
    super.init(type: contexts.variableType, kind: .other)
  }
}

/// What `ContextVar.set` returns, for `reset`.
final class ContextToken: Object {
  let variable: ContextVariable
  let context: ContextObject
  /// Undefined: there was none.
  let oldValue: Value
  var isUsed = false

  init(_ contexts: Contexts, variable: ContextVariable, context: ContextObject, oldValue: Value) {
    self.variable = variable
    self.context = context
    self.oldValue = oldValue
    super.init(type: contexts.tokenType, kind: .other)
  }
}

/// The current context, and the types around it.
///
/// A context without variables need not exist: nil stands for an empty one that nobody has asked for, so that programs which
/// use no context variables pay nothing per task.
final class Contexts {
  var current: ContextObject?
  let contextType, variableType, tokenType, missingType: TypeObject
  /// `Token.MISSING`.
  let missing: Object

  init(_ runtime: Runtime) {
    func make(_ name: String, module: String) -> TypeObject {
      let type = TypeObject(runtime, module: module, name, isWrittenInPython: module == "builtins")
      type.isFinal = true
      return type
    }
    contextType = make("Context", module: "_contextvars")
    variableType = make("ContextVar", module: "_contextvars")
    tokenType = make("Token", module: "_contextvars")
    missingType = make("Token.MISSING", module: "builtins")
    missing = Object(type: missingType, kind: .other)
  }

  /// The current context as an object.
  var materialized: ContextObject {
    if let current { return current }
    let made = ContextObject(self)
    current = made
    return made
  }

  /// A copy of the current context, for a new task or callback.
  @inline(__always)
  func copyOfCurrent() -> ContextObject? {
    guard let current else { return nil }
    return current.entries.isEmpty ? nil : ContextObject(copying: current)
  }
}

extension Runtime {
  var contexts: Contexts { attachment(Contexts.self) { Contexts(self) } }
}
