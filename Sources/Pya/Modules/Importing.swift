import PyaSyntax

/// `import`: finds a module by its dotted name, runs it once and remembers it.
///
/// Looked through in order: modules already there, those that nothing can take the place of (`sys`, `time`, ...), `.py` files in the
/// script's folder and the folders of `PYAPATH` (`sys.path`), modules written in Swift, the library written in the language itself, and
/// `.pya` files. The library's own imports do not look at files first: it needs others than CPython's does.
extension Runtime {
  /// What importing needs to remember.
  final class ImportState {
    /// `sys.path`.
    let path: ListObject
    /// Modules whose code is running for the first time.
    fileprivate(set) var initializing: Set<String> = []
    /// Which thread runs them, where there are several, and what each thread waits for.
    fileprivate var owners: [String: ObjectIdentifier] = [:]
    fileprivate var awaited: [ObjectIdentifier: String] = [:]
    /// Modules of the program that have the name of one of the library.
    fileprivate var inPlaceOfLibrary: Set<String> = []

    fileprivate init(_ runtime: Runtime) {
      path = ListObject(runtime, [])
    }
  }

  var imports: ImportState { attachment(ImportState.self) { ImportState(self) } }

  /// Sets `sys.path`: the script's folder, then those of `PYAPATH`.
  func setSearchPath(first: String?) {
    var folders = first.map { [$0] } ?? []
    if !launchOptions.ignoresEnvironment, let more = environmentVariable("PYAPATH") { folders += more.split(separator: ":").map(String.init) }
    for folder in folders { imports.path.append(.object(string(folder))) }
  }

  /// Where a module of this name comes from: the path of its file, `built-in`, or nil.
  func origin(ofModule name: String) throws(Raised) -> (path: String, isPackage: Bool)? {
    let dot = name.lastIndex(of: ".")
    let package = dot.flatMap { modules[String(name[..<$0])] }
    if isOfLibrary(name), dot != nil && package == nil || !prefersFile(name, in: package, importer: nil) { return ("built-in", false) }
    if dot != nil, package == nil { return nil }
    let last = dot.map { String(name[name.index(after: $0)...]) } ?? name
    for entry in try searchPath(of: package) ?? [] {
      if let found = ImportedFile.find(last, in: entry.isEmpty ? ImportedFile.workingDirectory : entry) { return found }
    }
    return nil
  }

  // MARK: By name

  /// The last module of a dotted name; its packages are imported before it. `level` counts the dots of a relative import.
  func importModule(_ name: String, level: Int, globals: DictObject) throws(Raised) -> Value {
    if level == 0, let known = moduleDictionary.getString(intern(name)) {
      if known.isNone { throw moduleNotFound(name, "import of \(name) halted; None in sys.modules") }
      if known.cast(.module, to: ModuleObject.self) == nil || imports.initializing.isEmpty { return known }
    }
    let fullName = level == 0 ? name : try absoluteName(name, level: level, globals: globals)
    if fullName.isEmpty { throw valueError("Empty module name") }
    var module: ModuleObject?
    var end = fullName.startIndex
    while end < fullName.endIndex {
      end = fullName[end...].dropFirst().firstIndex(of: ".") ?? fullName.endIndex
      module = try load(String(fullName[..<end]), in: module, importer: globals)
    }
    guard let module else { throw valueError("Empty module name") }
    return .object(module)
  }

  /// The absolute name of `from ..name import`, as seen from the module with these globals.
  private func absoluteName(_ name: String, level: Int, globals: DictObject) throws(Raised) -> String {
    var package: String
    if let stated = globals.getString(intern("__package__")), !stated.isNone {
      guard let text = stated.string else { throw typeError("package must be a string") }
      package = text.text
    } else {
      guard let stated = globals.getString(names.name) else { throw keyError(.object(string("'__name__' not in globals"))) }
      guard let text = stated.string else { throw typeError("__name__ must be a string") }
      package = text.text
      if globals.getString(names.path) == nil {
        package = package.lastIndex(of: ".").map { String(package[..<$0]) } ?? ""
      }
    }
    if package.isEmpty { throw importError("attempted relative import with no known parent package") }
    for _ in 1..<max(level, 1) {
      guard let dot = package.lastIndex(of: ".") else {
        throw importError("attempted relative import beyond top-level package")
      }
      package = String(package[..<dot])
    }
    return name.isEmpty ? package : "\(package).\(name)"
  }

  /// A module whose package is there.
  private func load(_ fullName: String, in package: ModuleObject?, importer: DictObject) throws(Raised) -> ModuleObject {
    if let known = modules[fullName] {
      if !imports.initializing.isEmpty { try awaitInitialization(of: fullName) }
      return known
    }
    let module = try make(fullName, in: package, importer: importer)
    if let package, let dot = fullName.lastIndex(of: ".") {
      package.set(self, String(fullName[fullName.index(after: dot)...]), .object(module))
    }
    return module
  }

  /// Another thread is running the module's text: waits for its end. Not where that one waits, perhaps by way of others, for this thread.
  private func awaitInitialization(of name: String) throws(Raised) {
    guard let threads = existingAttachment(Threads.self), !threads.isAlone else { return }
    let me = ObjectIdentifier(threads.current)
    while let owner = imports.owners[name], owner != me {
      var other: ObjectIdentifier? = owner
      while let next = other {
        if next == me { return }
        other = imports.awaited[next].flatMap { imports.owners[$0] }
      }
      imports.awaited[me] = name
      defer { imports.awaited[me] = nil }
      try sleep(0.0005)
    }
  }

  private func isOfLibrary(_ name: String) -> Bool { nativeModules[name] != nil || Library.sources[name] != nil }

  /// Modules that CPython has in its binary or has imported before the program begins: no file takes their place.
  private func isAlwaysOfLibrary(_ name: String) -> Bool {
    switch name {
    case "sys", "builtins", "time", "itertools", "atexit", "errno", "faulthandler", "gc", "marshal", "posix", "pwd", "abc", "codecs", "io",
      "os", "stat", "site", "linecache", "posixpath", "genericpath":
      return true
    default: return name.hasPrefix("_") || name.hasPrefix("encodings")
    }
  }

  /// Whether the program has a file with the name of a module of the library. Only a `.py` takes its place, as on CPython: a folder of
  /// programs may hold a `queue.pya`.
  private func hasShadowingFile(_ name: String) -> Bool {
    imports.path.array.contains { entry in
      guard let folder = entry.string?.text else { return false }
      return ImportedFile.findPython(name, in: folder.isEmpty ? ImportedFile.workingDirectory : folder)
    }
  }

  /// Whether the file of the program is meant, if there is one.
  private func prefersFile(_ fullName: String, in package: ModuleObject?, importer: DictObject?) -> Bool {
    if let package { return imports.inPlaceOfLibrary.contains(package.name) }
    guard isOfLibrary(fullName), !isAlwaysOfLibrary(fullName), importer !== builtins else { return false }
    if let importing = importer?.getString(names.name)?.string?.text, isOfLibrary(importing),
      modules[importing]?.namespace === importer, !imports.inPlaceOfLibrary.contains(importing)
    {
      return false
    }
    return hasShadowingFile(fullName)
  }

  private func make(_ fullName: String, in package: ModuleObject?, importer: DictObject) throws(Raised) -> ModuleObject {
    if prefersFile(fullName, in: package, importer: importer) {
      imports.inPlaceOfLibrary.insert(fullName)
      return try makeFromFile(fullName, in: package)
    }
    if let make = nativeModules[fullName] {
      let module = make(self)
      if module.namespace.getString(names.doc).map(\.isNone) ?? true, let text = ModuleDocs.texts[fullName] {
        module.set(self, "__doc__", .object(string(text)))
      }
      modules[fullName] = module
      return module
    }
    if let bytes = LibraryFolder.read(fullName) ?? Library.sources[fullName].map({ Array($0.utf8) }) {
      let file = SourceFile(name: "<library \(fullName)>", bytes: bytes)
      return try run(file, as: fullName) { module in
        // A library module counts as a package when there are modules below it.
        if Library.sources.keys.contains(where: { $0.hasPrefix(fullName + ".") }) || LibraryFolder.isPackage(fullName) {
          module.set(self, "__path__", .object(ListObject(self, [])))
        }
      }
    }
    return try makeFromFile(fullName, in: package)
  }

  private func makeFromFile(_ fullName: String, in package: ModuleObject?) throws(Raised) -> ModuleObject {
    let lastName = fullName.lastIndex(of: ".").map { String(fullName[fullName.index(after: $0)...]) } ?? fullName
    guard let folders = try searchPath(of: package) else {
      throw moduleNotFound(fullName, "No module named '\(fullName)'; '\(package?.name ?? "")' is not a package")
    }
    var portions: [Value] = []
    for entry in folders {
      let folder = entry.isEmpty ? ImportedFile.workingDirectory : entry
      guard let found = ImportedFile.find(lastName, in: folder) else {
        let portion = folder.hasSuffix("/") ? folder + lastName : "\(folder)/\(lastName)"
        if ImportedFile.isFolder(portion) { portions.append(.object(string(portion))) }
        continue
      }
      guard let bytes = fileContents(found.path) else { continue }
      return try run(SourceFile(name: found.path, bytes: bytes), as: fullName) { module in
        module.set(self, "__file__", .object(string(found.path)))
        if found.isPackage {
          module.set(self, "__path__", .object(ListObject(self, [.object(string("\(folder)/\(lastName)"))])))
        }
      }
    }
    if !portions.isEmpty { return namespacePackage(fullName, portions) }
    let top = fullName.prefix { $0 != "." }
    let isStandard =
      (package.map { Library.sources[$0.name] != nil } ?? true)
      && standardModuleNames.split(whereSeparator: \.isWhitespace).contains(top)
      // Those that CPython itself has on Windows alone.
      && !["msvcrt", "nt", "winreg", "winsound", "_winapi"].contains(top)
    throw moduleNotFound(
      fullName, "No module named \((try? repr(.object(string(fullName))).text) ?? fullName)" + (isStandard ? " (pya does not have this one of Python's modules)" : ""))
  }

  /// A package of folders that have no `__init__` file.
  private func namespacePackage(_ name: String, _ portions: [Value]) -> ModuleObject {
    let module = ModuleObject(self, name: name)
    module.set(self, "__path__", .object(ListObject(self, portions)))
    module.set(self, "__package__", .object(string(name)))
    for attribute in ["__spec__", "__loader__", "__file__"] { module.set(self, attribute, .none) }
    modules[name] = module
    return module
  }

  /// The folders to look through: `sys.path`, or a package's `__path__`. Nil: not a package.
  private func searchPath(of package: ModuleObject?) throws(Raised) -> [String]? {
    guard let package else { return imports.path.array.compactMap { $0.string?.text } }
    guard let path = package.namespace.getString(names.path) else { return nil }
    return try array(path).compactMap { $0.string?.text }
  }

  /// Makes a module of a file and runs it. A module that fails is forgotten.
  private func run(_ file: SourceFile, as name: String, prepare: (ModuleObject) -> Void) throws(Raised) -> ModuleObject {
    let module = ModuleObject(self, name: name)
    prepare(module)
    let isPackage = module.namespace.getString(names.path) != nil
    let package = isPackage ? name : name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    module.set(self, "__package__", .object(string(package)))
    module.set(self, "__spec__", .none)
    module.set(self, "__loader__", .none)
    module.set(self, "__builtins__", .object(builtins))
    modules[name] = module
    let isFirst = imports.initializing.insert(name).inserted
    if isFirst, let threads = existingAttachment(Threads.self) { imports.owners[name] = ObjectIdentifier(threads.current) }
    defer {
      if isFirst {
        imports.initializing.remove(name)
        imports.owners[name] = nil
      }
    }
    do { try runModule(source: file, name: name, into: module) } catch {
      modules[name] = nil
      throw error
    }
    // The module may have put something else in its own place.
    return modules[name] ?? module
  }

  // MARK: Names of a module

  /// `from module import name`: an attribute, or a module of a package.
  func importName(_ name: StringObject, from module: Value) throws(Raised) -> Value {
    if let found = try getAttributeIfPresent(module, name) { return found }
    let moduleName = try getAttributeIfPresent(module, names.name)?.string?.text
    guard let moduleName else { throw cannotImport(name, from: "<unknown module name>", module) }
    let fullName = "\(moduleName).\(name.text)"
    if let known = modules[fullName] { return .object(known) }
    if let package = module.cast(.module, to: ModuleObject.self),
      package.namespace.getString(names.path) != nil || nativeModules[fullName] != nil || Library.sources[fullName] != nil
    {
      do { return .object(try load(fullName, in: package, importer: package.namespace)) } catch {
        guard matches(error, "ModuleNotFoundError"), error.exception.fields["name"]?.string?.text == fullName else {
          throw error
        }
      }
    }
    throw cannotImport(name, from: moduleName, module)
  }

  /// What `from module import *` binds: `__all__`, or all names without an underscore in front.
  ///
  /// What a module would have to load first is left out when `text`, the whole program, does not mention it.
  func publicNames(of module: Value, text: [UInt8]? = nil) throws(Raised) -> [(StringObject, Value)] {
    guard let all = try getAttributeIfPresent(module, names.all) else {
      guard let dictionary = try getAttributeIfPresent(module, names.dict)?.dict else {
        throw importError("from-import-* object has no __dict__ and no __all__")
      }
      return dictionary.liveEntries.compactMap { entry in
        guard let name = entry.key.string, name.byteCount == 0 || name.bytes[0] != UInt8(ascii: "_") else { return nil }
        return (intern(name), entry.value)
      }
    }
    var result: [(StringObject, Value)] = []
    for item in try array(all) {
      guard let name = item.string else {
        let moduleName = try getAttributeIfPresent(module, names.name)?.string?.text ?? "?"
        throw typeError("Item in \(moduleName).__all__ must be str, not \(typeName(item))")
      }
      let interned = intern(name)
      if let text, let lazy = module.cast(.module, to: ModuleObject.self), lazy.lazyAttribute != nil,
        lazy.namespace.getString(interned) == nil, !text.contains(name)
      {
        continue
      }
      let isThere = try getAttributeIfPresent(module, interned) != nil
      if !isThere, let package = module.cast(.module, to: ModuleObject.self),
        package.namespace.getString(names.path) != nil
      {
        result.append((interned, try importName(interned, from: module)))
      } else {
        result.append((interned, try getAttribute(module, interned)))
      }
    }
    return result
  }

  // MARK: Complaints

  private func importError(_ message: String) -> Raised { error("ImportError", message) }

  private func moduleNotFound(_ name: String, _ message: String) -> Raised {
    let raised = error("ModuleNotFoundError", message)
    raised.exception.fields["name"] = .object(string(name))
    return raised
  }

  private func cannotImport(_ name: StringObject, from moduleName: String, _ module: Value) -> Raised {
    let file = module.cast(.module, to: ModuleObject.self)?.namespace.getString(names.file)?.string?.text
    let what = "cannot import name \(quoted(name.text)) from"
    let message: String
    if let file {
      let isInitializing = imports.initializing.contains(moduleName)
      message =
        isInitializing
        ? "\(what) partially initialized module \(quoted(moduleName)) (most likely due to a circular import) (\(file))"
        : "\(what) \(quoted(moduleName)) (\(file))"
    } else {
      message = "\(what) \(quoted(moduleName)) (unknown location)"
    }
    let raised = importError(message)
    raised.exception.fields["name"] = .object(string(moduleName))
    raised.exception.fields["path"] = file.map { .object(string($0)) } ?? Value.none
    raised.exception.fields["name_from"] = .object(name)
    return raised
  }

  private func quoted(_ text: String) -> String { (try? repr(.object(string(text))).text) ?? "'\(text)'" }
}

extension [UInt8] {
  /// Whether a name stands somewhere in the text.
  fileprivate func contains(_ name: StringObject) -> Bool {
    let (length, wanted) = (name.byteCount, name.bytes)
    guard length > 0, length <= count else { return false }
    return withUnsafeBufferPointer { text in
      var start = 0
      while start <= text.count - length {
        var matched = 0
        while matched < length, text[start + matched] == wanted[matched] { matched += 1 }
        if matched == length { return true }
        start += 1
      }
      return false
    }
  }
}
