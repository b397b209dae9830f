import PyaSyntax

/// `importlib`, and the built-in `__import__`.
extension Runtime {
  func makeImportlibModule() -> ModuleObject {
    let module = ModuleObject(self, name: "importlib")
    module.define(self, "import_module", "name, package=None") { (runtime, arguments) throws(Raised) in
      let name = try runtime.moduleName(arguments[0])
      let level = name.prefix { $0 == "." }.count
      if level == 0 { return try runtime.importModule(name, level: 0, globals: DictObject(runtime)) }
      guard let package = arguments[1].string, package.byteCount > 0 else {
        throw runtime.typeError(
          "the 'package' argument is required to perform a relative import for "
            + (try runtime.repr(arguments[0]).text))
      }
      let globals = DictObject(runtime)
      globals.setString(runtime.intern("__package__"), .object(package))
      return try runtime.importModule(String(name.dropFirst(level)), level: level, globals: globals)
    }
    // (path or "built-in", whether it is a package) of a module that could be imported.
    module.define(self, "_origin", "name, /") { (runtime, arguments) throws(Raised) in
      guard let (path, isPackage) = try runtime.origin(ofModule: try runtime.moduleName(arguments[0])) else { return .none }
      return .object(TupleObject(runtime, [.object(runtime.string(path)), .bool(isPackage)]))
    }
    module.define(self, "invalidate_caches", "") { (_, _) throws(Raised) in .none }
    module.define(self, "reload", "module, /") { (runtime, arguments) throws(Raised) in
      guard let module = arguments[0].cast(.module, to: ModuleObject.self) else {
        throw runtime.typeError("reload() argument must be a module")
      }
      if let path = module.namespace.getString(runtime.names.file)?.string?.text, let bytes = fileContents(path) {
        try runtime.runModule(source: SourceFile(name: path, bytes: bytes), name: module.name, into: module)
      }
      return arguments[0]
    }
    return module
  }

  func installImportFunction() {
    let function = NativeFunction(self, "__import__", "name, globals=None, locals=None, fromlist=None, level=0") {
      (runtime, arguments) throws(Raised) in
      let name = try runtime.moduleName(arguments[0])
      let level = arguments[4].isUndefined ? 0 : try runtime.index(arguments[4])
      if level < 0 { throw runtime.valueError("level must be >= 0") }
      let globals = arguments[1].dict ?? DictObject(runtime)
      let last = try runtime.importModule(name, level: level, globals: globals)
      let wanted = arguments[3].isUndefined || arguments[3].isNone ? [] : try runtime.array(arguments[3])
      if wanted.isEmpty {
        let first = String(name.prefix { $0 != "." })
        return first == name || level > 0 ? last : try runtime.importModule(first, level: 0, globals: globals)
      }
      for item in wanted {
        guard let name = item.string, name.text != "*" else { continue }
        do throws(Raised) { _ = try runtime.importName(name, from: last) } catch {
          guard runtime.matches(error, "ImportError") else { throw error }
        }
      }
      return last
    }
    builtins.setString(intern("__import__"), .object(function))
  }

  private func moduleName(_ value: Value) throws(Raised) -> String {
    guard let name = value.string else { throw typeError("module name must be a string") }
    return name.text
  }
}
