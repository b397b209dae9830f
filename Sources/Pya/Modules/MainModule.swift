import PyaSyntax

/// `-m`: a module that runs as the program, and what the options of the command do before the first line.
extension Runtime {
  /// Filters of warnings that were asked for.
  func useWarningFilters() throws(Raised) {
    let filters = launchOptions.warningFilters
    if filters.isEmpty { return }
    let module = try importModule("warnings", level: 0, globals: builtins)
    _ = try callMethod(module, "_use_options", [.object(ListObject(self, filters.map { .object(string($0)) }))])
  }

  /// Finds the module and gives `__main__` and `sys.argv` what they have when it runs as a program.
  func prepareModuleAsMain(_ name: String, _ main: ModuleObject) throws(Raised) -> SourceFile {
    if name.hasPrefix(".") { throw cannotRun("Relative module names not supported") }
    let dot = name.lastIndex(of: ".")
    let package = dot.map { String(name[..<$0]) } ?? ""
    if !package.isEmpty {
      do { _ = try importModule(package, level: 0, globals: main.namespace) } catch {
        if matches(error, "ModuleNotFoundError") { throw cannotRun("No module named \(name)") }
        throw error
      }
    }
    if nativeModules[name] != nil { throw cannotRun("No code object available for \(name)") }
    guard var found = try source(ofModule: name, in: package) else { throw cannotRun("No module named \(name)") }
    var packageOfMain = package
    if found.isPackage {
      _ = try importModule(name, level: 0, globals: main.namespace)
      guard let inner = try source(ofModule: name + ".__main__", in: name) else {
        throw cannotRun("No module named \(name).__main__; '\(name)' is a package and cannot be directly executed")
      }
      found = inner
      packageOfMain = name
    }
    main.set(self, "__file__", .object(string(found.file.name)))
    if !found.file.isLibrary {
      let fullName = packageOfMain == name ? name + ".__main__" : name
      try setSpec(of: main, fullName, path: .object(string(found.file.name)), .none)
    }
    main.set(self, "__package__", .object(string(packageOfMain)))
    if !scriptArguments.isEmpty { scriptArguments[0] = found.file.name }
    return found.file
  }

  private func source(ofModule name: String, in package: String) throws(Raised) -> (file: SourceFile, isPackage: Bool)? {
    if let text = Library.sources[name] {
      let isPackage = Library.sources.keys.contains { $0.hasPrefix(name + ".") }
      return (SourceFile(name: "<library \(name)>", text: text), isPackage && Library.sources[name + ".__main__"] != nil)
    }
    var folders = imports.path.array
    if !package.isEmpty {
      guard let path = modules[package]?.namespace.getString(names.path) else { return nil }
      folders = try array(path)
    }
    let last = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
    for folder in folders.compactMap(\.string?.text) {
      let folder = folder.isEmpty ? ImportedFile.workingDirectory : folder
      guard let found = ImportedFile.find(last, in: folder), let bytes = fileContents(found.path) else { continue }
      return (SourceFile(name: found.path, bytes: bytes), found.isPackage)
    }
    return nil
  }

  /// Ends the command with status 1 and a message of its own.
  private func cannotRun(_ message: String) -> Raised { error("SystemExit", "pya: \(message)") }
}

/// `__loader__` of `__main__`. What it can do, a loader of `importlib.machinery` does for it, which is made when somebody asks.
final class MainLoader: Object {
  private let path: String?

  /// Without a path: of a program that is in no file.
  init(_ runtime: Runtime, path: String?) {
    self.path = path
    super.init(type: runtime.attachment(MainLoaderTypes.self) { MainLoaderTypes(runtime) }.type(isFile: path != nil), kind: .other)
  }

  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    if name.byteCount > 2, name.text.hasPrefix("__") { return nil }
    var loader = try runtime.getAttribute(try runtime.importMachinery, path == nil ? "BuiltinImporter" : "SourceFileLoader")
    if let path { loader = try runtime.call(loader, .object(runtime.string("__main__")), .object(runtime.string(path))) }
    return try runtime.getAttributeIfPresent(loader, name)
  }
}

private final class MainLoaderTypes {
  private let file, builtin: TypeObject

  init(_ runtime: Runtime) {
    file = TypeObject(runtime, module: "_frozen_importlib_external", "SourceFileLoader", isWrittenInPython: true)
    builtin = TypeObject(runtime, module: "_frozen_importlib", "BuiltinImporter", isWrittenInPython: true)
  }

  func type(isFile: Bool) -> TypeObject { isFile ? file : builtin }
}
