/// `__str__` and `__repr__` of exceptions, for programs that call them; the texts are made in Operations/.
extension Runtime {
  func installExceptionTexts(_ type: TypeObject) {
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      var builder = TextBuilder()
      try runtime.appendException(try runtime.exceptionArgument(arguments), to: &builder)
      return .object(builder.finish(runtime))
    }
    // Each type whose message is more than its arguments has a `__str__` of its own.
    for name in exceptionTypesWithMessages {
      exceptionTypes[name]?.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
        var builder = TextBuilder()
        try runtime.appendMessage(of: try runtime.exceptionArgument(arguments), to: &builder)
        return .object(builder.finish(runtime))
      }
    }
  }
}
