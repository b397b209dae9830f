/// `list[int]`, `MyClass[T]`.
extension Runtime {
  func subscriptType(_ type: TypeObject, _ key: Value) throws(Raised) -> Value {
    if let onMetatype = type.type.special(.getitem) { return try callSpecial(onMetatype, .object(type), key) }
    if let method = type.lookup(names[.classGetitem]) {
      // In a class of the program it is a class method without saying so.
      if method.cast(.function, to: Object.self) != nil { return try call(method, .object(type), key) }
      return try call(try getAttribute(.object(type), names[.classGetitem]), key)
    }
    if type === types.type { return .object(GenericAlias(self, origin: .object(type), key: key)) }
    if let onMetatype = type.type.lookup(names[.getitem]) { return try callSpecial(onMetatype, .object(type), key) }
    throw typeError("type '\(type.name)' is not subscriptable")
  }

  /// `types.GenericAlias`'s repr: `dict[str, list[int]]`.
  func reprOfAlias(_ alias: GenericAlias) throws(Raised) -> StringObject {
    try enter()
    defer { leave() }
    var text = try reprInAlias(alias.origin) + "["
    if alias.parameters.count == 0 { text += "()" }
    for index in 0..<alias.parameters.count {
      if index > 0 { text += ", " }
      text += try reprInAlias(alias.parameters[index])
    }
    return string(text + "]")
  }

  private func reprInAlias(_ value: Value) throws(Raised) -> String {
    if case .ellipsis = value { return "..." }
    if let type = value.type {
      return type.moduleName == "builtins" ? type.qualifiedName : "\(type.moduleName).\(type.qualifiedName)"
    }
    if let list = value.list {
      var parts: [String] = []
      var index = 0
      while index < list.count {
        parts.append(try reprInAlias(list[index]))
        index += 1
      }
      return "[\(parts.joined(separator: ", "))]"
    }
    return try repr(value).text
  }
}
