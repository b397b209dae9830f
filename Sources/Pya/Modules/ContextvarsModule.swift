/// `contextvars`: variables with a value of their own in each task.
func makeContextvarsModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "contextvars")
  let contexts = runtime.contexts
  if contexts.contextType.construct == nil {
    runtime.installContextType(contexts)
    runtime.installContextVariableType(contexts)
    runtime.installContextTokenType(contexts)
  }
  module.set(runtime, "Context", .object(contexts.contextType))
  module.set(runtime, "ContextVar", .object(contexts.variableType))
  module.set(runtime, "Token", .object(contexts.tokenType))
  module.define(runtime, "copy_context", "") { (runtime, _) throws(Raised) in
    .object(contexts.copyOfCurrent() ?? ContextObject(contexts))
  }
  let names = ["Context", "ContextVar", "Token", "copy_context"].map { Value.object(runtime.string($0)) }
  module.set(runtime, "__all__", .object(TupleObject(runtime, names)))
  return module
}

extension Runtime {
  private func context(_ value: Value) throws(Raised) -> ContextObject {
    guard let context = value.object as? ContextObject else {
      throw typeError("expected a Context, got '\(typeName(value))'")
    }
    return context
  }

  private func contextVariable(_ value: Value) throws(Raised) -> ContextVariable {
    guard let variable = value.object as? ContextVariable else {
      throw typeError("a ContextVar key was expected, got \(try repr(value).text)")
    }
    return variable
  }

  fileprivate func installContextType(_ contexts: Contexts) {
    let type = contexts.contextType
    type.attributes.setString(intern("__hash__"), .none)
    type.construct = { (runtime, _, arguments) throws(Raised) in
      if arguments.count > 0 || arguments.hasKeywords { throw runtime.typeError("Context() does not accept any arguments") }
      return .object(ContextObject(contexts))
    }
    type.define(self, "run", "self, callable, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let context = try runtime.context(arguments[0])
      guard arguments.count > 1 else { throw runtime.typeError("run() missing 1 required positional argument") }
      if context.isEntered || contexts.current === context {
        throw runtime.runtimeError("cannot enter context: \(try runtime.repr(arguments[0]).text) is already entered")
      }
      let saved = contexts.current
      contexts.current = context
      context.isEntered = true
      defer {
        context.isEntered = false
        contexts.current = saved
      }
      return try runtime.call(arguments[1], arguments.dropFirst.dropFirst)
    }
    type.define(self, "copy", "self, /") { (runtime, arguments) throws(Raised) in
      .object(ContextObject(copying: try runtime.context(arguments[0])))
    }
    type.define(self, "get", "self, key, default=None, /") { (runtime, arguments) throws(Raised) in
      let context = try runtime.context(arguments[0])
      let found = context[try runtime.contextVariable(arguments[1])]
      return found.isUndefined ? arguments[2].defined ?? .none : found
    }
    type.define(self, "__getitem__", "self, key, /") { (runtime, arguments) throws(Raised) in
      let found = try runtime.context(arguments[0])[try runtime.contextVariable(arguments[1])]
      if found.isUndefined { throw runtime.keyError(arguments[1]) }
      return found
    }
    type.define(self, "__contains__", "self, key, /") { (runtime, arguments) throws(Raised) in
      let context = try runtime.context(arguments[0])
      return .bool(context.index(of: try runtime.contextVariable(arguments[1])) != nil)
    }
    type.define(self, "__len__", "self, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.context(arguments[0]).entries.count)
    }
    type.define(self, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      let keys = try runtime.context(arguments[0]).entries.map { Value.object($0.variable) }
      return try runtime.iterate(.object(ListObject(runtime, keys)))
    }
    type.define(self, "keys", "self, /") { (runtime, arguments) throws(Raised) in
      let keys = try runtime.context(arguments[0]).entries.map { Value.object($0.variable) }
      return .object(ListObject(runtime, keys))
    }
    type.define(self, "values", "self, /") { (runtime, arguments) throws(Raised) in
      .object(ListObject(runtime, try runtime.context(arguments[0]).entries.map(\.value)))
    }
    type.define(self, "items", "self, /") { (runtime, arguments) throws(Raised) in
      let items = try runtime.context(arguments[0]).entries.map { entry in
        Value.object(TupleObject(runtime, [.object(entry.variable), entry.value]))
      }
      return .object(ListObject(runtime, items))
    }
    type.define(self, "__eq__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let other = arguments[1].object as? ContextObject else { return .notImplemented }
      let context = try runtime.context(arguments[0])
      guard context.entries.count == other.entries.count else { return .bool(false) }
      for entry in context.entries {
        let value = other[entry.variable]
        guard !value.isUndefined, try runtime.equals(entry.value, value) else { return .bool(false) }
      }
      return .bool(true)
    }
  }

  fileprivate func installContextVariableType(_ contexts: Contexts) {
    let type = contexts.variableType
    type.construct = { (runtime, _, arguments) throws(Raised) in
      var defaultValue = Value.undefined
      for (name, value) in arguments.keywords {
        guard name.text == "default" else {
          throw runtime.typeError("ContextVar() got an unexpected keyword argument '\(name.text)'")
        }
        defaultValue = value
      }
      guard arguments.count == 1 else {
        throw runtime.typeError(
          arguments.count == 0
            ? "ContextVar() missing required argument 'name' (pos 1)"
            : "ContextVar() takes at most 1 positional argument (\(arguments.count) given)")
      }
      guard let name = arguments[0].string else { throw runtime.typeError("context variable name must be a str") }
      return .object(ContextVariable(contexts, name: name, defaultValue: defaultValue))
    }
    type.define(self, "get", "self, default=None, /") { (runtime, arguments) throws(Raised) in
      let variable = try runtime.contextVariable(arguments[0])
      if let found = contexts.current?[variable], !found.isUndefined { return found }
      if let fallback = arguments[1].defined ?? variable.defaultValue.defined { return fallback }
      throw runtime.error("LookupError", [arguments[0]])
    }
    type.define(self, "set", "self, value, /") { (runtime, arguments) throws(Raised) in
      let variable = try runtime.contextVariable(arguments[0])
      let context = contexts.materialized
      let token = ContextToken(contexts, variable: variable, context: context, oldValue: context[variable])
      context[variable] = arguments[1]
      return .object(token)
    }
    type.define(self, "reset", "self, token, /") { (runtime, arguments) throws(Raised) in
      let variable = try runtime.contextVariable(arguments[0])
      guard let token = arguments[1].object as? ContextToken else {
        throw runtime.typeError("expected an instance of Token, got \(try runtime.repr(arguments[1]).text)")
      }
      if token.isUsed { throw runtime.runtimeError("\(try runtime.repr(arguments[1]).text) has already been used once") }
      guard token.variable === variable, token.context === contexts.current else {
        let other = token.variable === variable ? "in a different Context" : "by a different ContextVar"
        throw runtime.valueError("\(try runtime.repr(arguments[1]).text) was created \(other)")
      }
      token.isUsed = true
      token.context[variable] = token.oldValue
      return .none
    }
    type.defineProperty(self, "name") { (runtime, value) throws(Raised) in
      .object(try runtime.contextVariable(value).name)
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let variable = try runtime.contextVariable(arguments[0])
      var text = "<ContextVar name=\(try runtime.repr(.object(variable.name)).text)"
      if let value = variable.defaultValue.defined { text += " default=\(try runtime.repr(value).text)" }
      return .object(runtime.string(text + " at 0x\(String(variable.address, radix: 16))>"))
    }
    defineTypeArguments(of: type)
  }

  fileprivate func installContextTokenType(_ contexts: Contexts) {
    let type = contexts.tokenType
    type.attributes.setString(intern("MISSING"), .object(contexts.missing))
    contexts.missingType.define(self, "__repr__", "self, /") { (runtime, _) throws(Raised) in
      .object(runtime.string("<Token.MISSING>"))
    }
    func token(_ value: Value) throws(Raised) -> ContextToken {
      guard let token = value.object as? ContextToken else { throw typeError("expected an instance of Token") }
      return token
    }
    type.construct = { (runtime, _, _) throws(Raised) in
      throw runtime.runtimeError("Tokens can only be created by ContextVars")
    }
    type.defineProperty(self, "var") { (_, value) throws(Raised) in .object(try token(value).variable) }
    type.defineProperty(self, "old_value") { (_, value) throws(Raised) in
      try token(value).oldValue.defined ?? .object(contexts.missing)
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let token = try token(arguments[0])
      let variable = try runtime.repr(.object(token.variable)).text
      let used = token.isUsed ? " used" : ""
      return .object(runtime.string("<Token\(used) var=\(variable) at 0x\(String(token.address, radix: 16))>"))
    }
    defineTypeArguments(of: type)
  }
}
