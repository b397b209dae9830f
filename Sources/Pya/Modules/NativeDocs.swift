/// `__doc__` of functions and types written in Swift: the words of CPython, in the module `_docs`, read when first asked for.
private final class NativeDocs {
  var table: DictObject?
}

extension Runtime {
  private func docTable() -> DictObject? {
    let docs = attachment(NativeDocs.self) { NativeDocs() }
    if let table = docs.table { return table }
    do throws(Raised) {
      let module = try importModule("_docs", level: 0, globals: builtins)
      docs.table = try getAttribute(module, "docs").dict
    } catch { return nil }
    return docs.table
  }

  /// What `_docs` says under the first of some names.
  private func doc(_ names: [String]) -> Value {
    guard let table = docTable() else { return .none }
    for name in names { if let text = table.getString(intern(name)) { return text } }
    return .none
  }

  func doc(of function: NativeFunction) -> Value {
    if let text = function.doc { return .object(string(text)) }
    let name = function.name
    if let owner = function.owner?.name ?? function.className {
      return doc(name.hasPrefix("__") ? ["\(owner).\(name)", name] : ["\(owner).\(name)"])
    }
    return doc([function.moduleName.map { $0 == "builtins" ? name : "\($0).\(name)" } ?? name])
  }

  func doc(of attribute: NativeAttribute) -> Value {
    let name = attribute.name
    return doc((attribute.owner.map { ["\($0.name).\(name)"] } ?? []) + (name.hasPrefix("__") ? [name] : []))
  }

  /// Of a type that says nothing itself.
  func doc(ofNativeType type: TypeObject) -> Value {
    doc([type.moduleName == "builtins" ? type.name : "\(type.moduleName).\(type.name)"])
  }

  /// What instances of types written in Swift say of themselves: their own text, or that of the type.
  func defineInstanceDoc(on object: TypeObject) {
    object.defineProperty(self, "__doc__") { (runtime, value) throws(Raised) in
      if let own = value.object?.existingInstanceDictionary?.getString(runtime.names.doc) { return own }
      return runtime.doc(ofNativeType: runtime.type(of: value))
    } set: { (runtime, value, text) throws(Raised) in
      guard let dictionary = value.object?.instanceDictionary(runtime) else {
        let name = runtime.type(of: value).messageName
        throw runtime.attributeError("'\(name)' object attribute '__doc__' is read-only")
      }
      if text.isUndefined { dictionary.removeString(runtime.names.doc) } else { dictionary.setString(runtime.names.doc, text) }
    }
  }
}
