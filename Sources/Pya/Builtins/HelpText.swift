/// What `help` says: the signature and the docstring; of classes and modules also what is in them.
extension Runtime {
  func helpText(of value: Value) throws(Raised) -> String {
    if let type = value.type { return try helpText(ofClass: type) }
    if let module = value.cast(.module, to: ModuleObject.self) { return try helpText(of: module) }
    let doc = try docLines(of: value)
    if let signature = try signatureText(of: value) {
      let name = signature.prefix { $0 != "(" }.split(separator: " ").last ?? ""
      let place = try getAttributeIfPresent(value, intern("__module__"))?.string?.text
      let kind = value.cast(.nativeFunction, to: NativeFunction.self) == nil ? "function" : "built-in function"
      let module = place.map { " in module \($0)" } ?? ""
      return "Help on \(kind) \(name)\(module):\n\n\(signature)\n\(indented(doc, "    "))\n"
    }
    let type = type(of: value)
    var text = "Help on \(type.name) object:\n\n"
    if !doc.isEmpty { text += indented(doc, "    ") + "\n" }
    return text + (try members(of: type))
  }

  private func helpText(ofClass type: TypeObject) throws(Raised) -> String {
    let bases = type.mro.dropFirst().first.map { "(\($0.moduleName).\($0.name))" } ?? ""
    var text = "Help on class \(type.name) in module \(type.moduleName):\n\nclass \(type.name)\(bases)\n"
    if let initializer = type.lookup(names[.`init`]), let signature = try signatureText(of: initializer, named: type.name, isMethod: true) {
      text += " |  \(signature)\n"
    }
    let doc = try docLines(of: .object(type))
    if !doc.isEmpty { text += indented(doc, " |  ") }
    return text + (try members(of: type))
  }

  private func members(of type: TypeObject) throws(Raised) -> String {
    var text = ""
    for entry in type.attributes.liveEntries {
      guard let name = entry.key.string?.text, !name.hasPrefix("_") else { continue }
      if let signature = try signatureText(of: entry.value, named: name) {
        text += " |\n |  \(signature)\n" + indented(try docLines(of: entry.value), " |      ")
      } else {
        text += " |\n |  \(name)\n"
      }
    }
    return text
  }

  private func helpText(of module: ModuleObject) throws(Raised) -> String {
    let doc = try docLines(of: .object(module))
    var text = "Help on module \(module.name):\n\nNAME\n    \(module.name)" + (doc.first.map { " - \($0)" } ?? "") + "\n"
    if doc.count > 1 { text += "\nDESCRIPTION\n" + indented(Array(doc.dropFirst().drop { $0.isEmpty }), "    ") }
    var contents = ""
    for entry in module.namespace.liveEntries {
      guard let name = entry.key.string?.text, !name.hasPrefix("_") else { continue }
      if let signature = try signatureText(of: entry.value, named: name) {
        contents += "    \(signature)\n" + indented(Array(try docLines(of: entry.value).prefix(1)), "        ")
      } else if let type = entry.value.type {
        contents += "    class \(type.name)\n"
      }
    }
    return text + (contents.isEmpty ? "" : "\nCONTENTS\n" + contents)
  }

  private func indented(_ lines: [String], _ margin: String) -> String {
    lines.map { $0.isEmpty ? TextMargin.withoutBlanks(margin) + "\n" : "\(margin)\($0)\n" }.joined()
  }

  /// The docstring without the indentation that its lines share.
  private func docLines(of value: Value) throws(Raised) -> [String] {
    guard let doc = try getAttributeIfPresent(value, names.doc)?.string?.text else { return [] }
    var lines = doc.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let margin = lines.dropFirst().filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    for index in lines.indices {
      lines[index] = String(index == 0 ? lines[index].drop { $0 == " " } : lines[index].dropFirst(min(margin, lines[index].count)))
    }
    while lines.last?.allSatisfy({ $0 == " " }) == true { lines.removeLast() }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    return lines
  }

  // MARK: Signatures

  /// `f(a, b=2, *rest)`; nil for what is no function.
  private func signatureText(of value: Value, named name: String? = nil, isMethod: Bool = false) throws(Raised) -> String? {
    if let method = value.object as? BoundMethod {
      return try signatureText(of: method.function, named: name, isMethod: true)
    }
    if let native = value.cast(.nativeFunction, to: NativeFunction.self) { return "\(name ?? native.name)(\(native.signature.text))" }
    guard let function = value.cast(.function, to: FunctionObject.self) else { return nil }
    let layout = function.code.parameters
    let annotations = try getAttributeIfPresent(value, intern("__annotations__"))?.dict
    func written(_ index: Int, _ prefix: String, _ defaultValue: Value?) throws(Raised) -> String {
      let name = layout.names[index]
      let annotation = try annotations?.getString(name).map { (value) throws(Raised) in try annotationText(value) }
      var text = prefix + name.text + (annotation.map { ": " + $0 } ?? "")
      if let defaultValue { text += (annotation == nil ? "=" : " = ") + (try repr(defaultValue).text) }
      return text
    }
    var parts: [String] = []
    let firstDefault = layout.positionalCount - function.defaults.count
    for index in 0..<layout.positionalCount {
      if index == 0, isMethod { continue }
      parts.append(try written(index, "", index >= firstDefault ? function.defaults[index - firstDefault] : nil))
      if index == layout.positionalOnlyCount - 1 { parts.append("/") }
    }
    if layout.hasVariadic {
      parts.append(try written(layout.variadicSlot, "*", nil))
    } else if layout.keywordOnlyCount > 0 {
      parts.append("*")
    }
    for offset in 0..<layout.keywordOnlyCount {
      parts.append(try written(layout.positionalCount + offset, "", function.keywordDefault(offset).defined))
    }
    if layout.hasVariadicKeywords { parts.append(try written(layout.variadicKeywordsSlot, "**", nil)) }
    let result = try annotations?.getString(intern("return")).map { (value) throws(Raised) in " -> " + (try annotationText(value)) }
    let start = function.code.flavour == .coroutine || function.code.flavour == .asyncGenerator ? "async " : ""
    return "\(start)\(name ?? function.name.text)(\(parts.joined(separator: ", ")))\(result ?? "")"
  }

  private func annotationText(_ value: Value) throws(Raised) -> String {
    if let type = value.type { return type.moduleName == "builtins" ? type.name : "\(type.moduleName).\(type.name)" }
    return try repr(value).text
  }
}

private enum TextMargin {
  static func withoutBlanks(_ margin: String) -> String {
    var rest = Substring(margin)
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
