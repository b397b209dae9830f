import PyaSyntax

/// `importlib`, and the built-in `__import__`.
extension Runtime {
  func makeImportlibModule() -> ModuleObject {
    let module = ModuleObject(self, name: "importlib")
    module.set(self, "__path__", .object(ListObject(self)))
    if let function = builtins.getString(intern("__import__")) { module.set(self, "__import__", function) }
    module.define(self, "import_module", "name, package=None") { (runtime, arguments) throws(Raised) in
      // The text is looked at by its methods first.
      if arguments[0].string == nil { _ = try runtime.getAttribute(arguments[0], runtime.intern("startswith")) }
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
    // (path, whether it is a package) of a module that could be imported; the path is None where pya has it itself, and a list of folders for
    // a package that is no more than these; or the spec of a module in a zip file. With folders: what lies in them.
    module.define(self, "_origin", "name, folders=None, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.moduleName(arguments[0])
      let origin: Runtime.ModuleOrigin?
      if arguments[1].isUndefined {
        origin = try runtime.origin(ofModule: name)
      } else {
        origin = try runtime.fileOrigin(of: name, in: try runtime.array(arguments[1]).compactMap { $0.string?.text })
      }
      switch origin {
      case nil: return .none
      case .native, .library: return runtime.pair(.none, .bool(false))
      case .file(let path, let isPackage): return runtime.pair(.object(runtime.string(path)), .bool(isPackage))
      case .namespace(let portions):
        return runtime.pair(.object(ListObject(runtime, portions.map { .object(runtime.string($0)) })), .bool(true))
      case .archive(let spec): return spec
      }
    }
    module.define(self, "_source_hash", "key, source") { (runtime, arguments) throws(Raised) in
      let key = UInt64(truncatingIfNeeded: try runtime.index(arguments[0]))
      let hash = sipHash13(runtime.bytesNow(arguments[1])?.copyBytes() ?? [], key: key)
      return .object(BytesObject(type: runtime.types.bytes, (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * UInt64($0))) }))
    }
    module.define(self, "invalidate_caches", "") { (_, _) throws(Raised) in .none }
    module.define(self, "reload", "module") { (runtime, arguments) throws(Raised) in
      var name = try runtime.getAttributeIfPresent(arguments[0], runtime.names.name)
      if let spec = try runtime.getAttributeIfPresent(arguments[0], runtime.intern("__spec__")), !spec.isNone {
        name = try runtime.getAttributeIfPresent(spec, runtime.intern("name")) ?? name
      }
      guard let name = name?.string else { throw runtime.typeError("reload() argument must be a module") }
      guard let known = runtime.moduleDictionary.getString(runtime.intern(name)), known.isIdentical(to: arguments[0]) else {
        let raised = runtime.error("ImportError", "module \(name.text) not in sys.modules")
        raised.exception.fields["name"] = .object(name)
        throw raised
      }
      if let module = known.cast(.module, to: ModuleObject.self), let path = module.namespace.getString(runtime.names.file)?.string?.text,
        let bytes = fileContents(path)
      {
        try runtime.runModule(source: SourceFile(name: path, bytes: bytes), name: module.name, into: module)
      }
      return runtime.moduleDictionary.getString(runtime.intern(name)) ?? known
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
    builtins.setString(names.importFunction, .object(function))
    importFunction = function
  }

  private func moduleName(_ value: Value) throws(Raised) -> String {
    guard let name = value.string else { throw typeError("module name must be a string") }
    return name.text
  }
}
