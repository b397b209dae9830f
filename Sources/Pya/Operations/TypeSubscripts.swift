/// `list[int]`, `MyClass[T]`.
extension Runtime {
  func subscriptType(_ type: TypeObject, _ key: Value) throws(Raised) -> Value {
    if let onMetatype = type.type.special(.getitem) { return try callSpecial(onMetatype, .object(type), key) }
    if let method = type.lookup(names[.classGetitem]) {
      // In a class of the program it is a class method without saying so.
      if method.cast(.function, to: Object.self) != nil { return try call(method, .object(type), key) }
      return try call(try getAttribute(.object(type), names[.classGetitem]), key)
    }
    if let onMetatype = type.type.lookup(names[.getitem]) { return try callSpecial(onMetatype, .object(type), key) }
    throw typeError("type '\(type.messageName)' is not subscriptable")
  }
}
