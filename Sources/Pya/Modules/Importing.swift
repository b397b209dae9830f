import PyaSyntax

/// `import`: finds a module by its dotted name, runs it once and remembers it.
///
/// Looked through in order: modules already there, those that nothing can take the place of (`sys`, `time`, ...), `.py` files in the
/// script's folder and the folders of `PYAPATH` and `PYTHONPATH` (`sys.path`), modules written in Swift, the library written in the language
/// itself, and `.pya` files. The library's own imports do not look at files first: it needs others than CPython's does.
///
/// All of that is one finder of `sys.meta_path` to a program that puts its own into that list (`ImportFinders.swift`).
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
    /// `sys.meta_path`, once the program has asked for it.
    var finders: DefaultFinders?

    fileprivate init(_ runtime: Runtime) {
      path = ListObject(runtime, [])
    }
  }

  var imports: ImportState { attachment(ImportState.self) { ImportState(self) } }

  /// Sets `sys.path`: the script's folder, then those of `PYAPATH` and `PYTHONPATH`.
  func setSearchPath(first: String?) {
    var folders = first.map { [$0] } ?? []
    if !launchOptions.ignoresEnvironment { folders += ImportedFile.foldersOfEnvironment }
    for folder in folders { imports.path.append(.object(string(folder))) }
  }

  /// What a module is made of.
  enum ModuleOrigin {
    case native((Runtime) -> ModuleObject)
    case library([UInt8])
    case file(path: String, isPackage: Bool)
    /// Folders without an `__init__` file.
    case namespace([String])
    /// In a zip file: the spec of the module.
    case archive(Value)
  }

  /// Where a module of this name would come from, without importing the packages it is in.
  func origin(ofModule name: String) throws(Raised) -> ModuleOrigin? {
    guard let dot = name.lastIndex(of: ".") else { return try origin(of: name, in: nil, importer: nil) }
    guard let package = moduleDictionary.getString(intern(String(name[..<dot]))) else {
      return isOfLibrary(name) ? libraryOrigin(of: name) : nil
    }
    return try origin(of: name, in: package, importer: nil)
  }

  // MARK: By name

  /// The last module of a dotted name; its packages are imported before it. `level` counts the dots of a relative import.
  func importModule(_ name: String, level: Int, globals: DictObject) throws(Raised) -> Value {
    if level == 0, let known = moduleDictionary.getString(intern(name)), !known.isNone {
      // What a program puts in the place of a module may make its own of being asked.
      if known.cast(.module, to: ModuleObject.self) == nil { _ = try getAttributeIfPresent(known, intern("__spec__")) }
      if known.cast(.module, to: ModuleObject.self) == nil || imports.initializing.isEmpty { return known }
    }
    let fullName = level == 0 ? name : try absoluteName(name, level: level, globals: globals)
    if fullName.isEmpty { throw valueError("Empty module name") }
    var module: Value?
    var end = fullName.startIndex
    while end < fullName.endIndex {
      end = fullName[end...].dropFirst().firstIndex(of: ".") ?? fullName.endIndex
      module = try load(
        String(fullName[..<end]), in: module, importer: globals, isPackageOfAnother: end < fullName.endIndex)
    }
    guard let module else { throw valueError("Empty module name") }
    return module
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
  private func load(
    _ fullName: String, in package: Value?, importer: DictObject, isPackageOfAnother: Bool = false
  ) throws(Raised) -> Value {
    if let known = moduleDictionary.getString(intern(fullName)) {
      if known.isNone, isPackageOfAnother { return known }
      if known.isNone {
        // A program that forbids a module means CPython's: the library goes on having its own.
        if isOfLibrary(importer: importer), let make = nativeModules[fullName] { return .object(make(self)) }
        throw moduleNotFound(fullName, "import of \(fullName) halted; None in sys.modules")
      }
      if !imports.initializing.isEmpty { try awaitInitialization(of: fullName) }
      return known
    }
    let module = try make(fullName, in: package, importer: importer)
    if let package, let dot = fullName.lastIndex(of: ".") {
      let name = intern(String(fullName[fullName.index(after: dot)...]))
      if let plain = package.cast(.module, to: ModuleObject.self), !plain.type.isHeap {
        plain.namespace.setString(name, module)
      } else {
        do { try setAttribute(package, name, module) } catch {
          guard matches(error, .attributeError) else { throw error }
        }
      }
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
  private func prefersFile(_ fullName: String, in package: Value?, importer: DictObject?) -> Bool {
    if package != nil {
      return fullName.lastIndex(of: ".").map { imports.inPlaceOfLibrary.contains(String(fullName[..<$0])) } ?? false
    }
    guard isOfLibrary(fullName), !isAlwaysOfLibrary(fullName), importer.map(isOfLibrary(importer:)) != true else { return false }
    return hasShadowingFile(fullName)
  }

  /// Whether these are the globals of a module of the library.
  private func isOfLibrary(importer: DictObject) -> Bool {
    if importer === builtins { return true }
    guard let name = importer.getString(names.name)?.string?.text else { return false }
    return isOfLibrary(name) && modules[name]?.namespace === importer && !imports.inPlaceOfLibrary.contains(name)
  }

  private func libraryOrigin(of name: String) -> ModuleOrigin? {
    if let make = nativeModules[name] { return .native(make) }
    return (LibraryFolder.read(name) ?? Library.sources[name].map { Array($0.utf8) }).map { .library($0) }
  }

  /// Finds a module whose package, if it has one, is there.
  func origin(of fullName: String, in package: Value?, importer: DictObject?) throws(Raised) -> ModuleOrigin? {
    if !prefersFile(fullName, in: package, importer: importer), let found = libraryOrigin(of: fullName) { return found }
    guard let folders = try searchPath(of: package) else {
      let name = fullName.lastIndex(of: ".").map { String(fullName[..<$0]) } ?? ""
      throw moduleNotFound(fullName, "No module named '\(fullName)'; '\(name)' is not a package")
    }
    return try fileOrigin(of: fullName, in: folders)
  }

  /// Looks for the file of a module in these folders.
  func fileOrigin(of fullName: String, in folders: [String]) throws(Raised) -> ModuleOrigin? {
    let lastName = fullName.lastIndex(of: ".").map { String(fullName[fullName.index(after: $0)...]) } ?? fullName
    var portions: [String] = []
    for entry in folders {
      let folder = entry.isEmpty ? ImportedFile.workingDirectory : entry
      if let found = ImportedFile.find(lastName, in: folder) { return .file(path: found.path, isPackage: found.isPackage) }
      let portion = folder.hasSuffix("/") ? folder + lastName : "\(folder)/\(lastName)"
      if ImportedFile.isFolder(portion) {
        portions.append(portion)
      } else if ImportedFile.liesInFile(folder), let spec = try archiveSpec(of: fullName, in: folder) {
        // A folder in an archive has no loader.
        guard try getAttribute(spec, intern("loader")).isNone else { return .archive(spec) }
        portions += try array(try getAttribute(spec, intern("submodule_search_locations"))).compactMap { $0.string?.text }
      }
    }
    return portions.isEmpty ? nil : .namespace(portions)
  }

  /// What the importer of zip files knows of a module.
  private func archiveSpec(of fullName: String, in entry: String) throws(Raised) -> Value? {
    // It is importing what it needs itself.
    if imports.initializing.contains("zipimport") { return nil }
    let importer = try importModule("zipimport", level: 0, globals: builtins)
    let spec = try callMethod(importer, "_spec_in", [.object(string(entry)), .object(string(fullName))])
    return spec.isNone ? nil : spec
  }

  private func make(_ fullName: String, in package: Value?, importer: DictObject) throws(Raised) -> Value {
    if let finders = findersOfProgram, !isOfLibrary(importer: importer) {
      var path: Value?
      if let package { path = try getAttributeIfPresent(package, names.path) }
      for finder in finders {
        if try isDefault(finder) {
          if let found = try origin(of: fullName, in: package, importer: importer) { return try make(fullName, found) }
        } else if let module = try load(fullName, path ?? .none, by: finder) {
          return module
        }
      }
    } else if let found = try origin(of: fullName, in: package, importer: importer) {
      return try make(fullName, found)
    }
    let top = fullName.prefix { $0 != "." }
    let isStandard =
      (top.count == fullName.count || Library.sources[String(fullName[..<(fullName.lastIndex(of: ".") ?? fullName.endIndex)])] != nil)
      && isStandardModule(fullName)
      // Those that CPython itself has on Windows alone.
      && !["msvcrt", "nt", "winreg", "winsound", "_winapi"].contains(top)
    throw moduleNotFound(
      fullName, "No module named \((try? repr(.object(string(fullName))).text) ?? fullName)" + (isStandard ? " (pya does not have this one of Python's modules)" : ""))
  }

  /// Makes a module that was found.
  private func make(_ fullName: String, _ origin: ModuleOrigin) throws(Raised) -> Value {
    switch origin {
    case .native(let make):
      let module = make(self)
      if module.namespace.getString(names.doc).map(\.isNone) ?? true, let text = ModuleDocs.texts[fullName] {
        module.set(self, "__doc__", .object(string(text)))
      }
      modules[fullName] = module
      addLibrarySpec(to: module)
      return .object(module)
    case .library(let bytes):
      return try run(SourceFile(name: "<library \(fullName)>", bytes: bytes), as: fullName) { (module) throws(Raised) in
        addLibrarySpec(to: module)
        // A library module counts as a package when there are modules below it.
        if Library.sources.keys.contains(where: { $0.hasPrefix(fullName + ".") }) || LibraryFolder.isPackage(fullName) {
          module.set(self, "__path__", .object(ListObject(self, [])))
        }
      }
    case .file(let path, let isPackage):
      guard let bytes = fileContents(path) else {
        throw error("OSError", "could not read \(path)")
      }
      if hasShadowableName(fullName) { imports.inPlaceOfLibrary.insert(fullName) }
      return try run(SourceFile(name: path, bytes: bytes), as: fullName) { (module) throws(Raised) in
        module.set(self, "__file__", .object(string(path)))
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        let locations: Value = isPackage ? .object(ListObject(self, [.object(string(folder))])) : .none
        if isPackage { module.set(self, "__path__", locations) }
        try setSpec(of: module, fullName, path: .object(string(path)), locations)
      }
    case .namespace(let portions):
      let module = ModuleObject(self, name: fullName)
      let folders = Value.object(ListObject(self, portions.map { .object(string($0)) }))
      let path = try callMethod(try importMachinery, "_NamespacePath", [folders])
      module.set(self, "__path__", path)
      module.set(self, "__package__", .object(string(fullName)))
      module.set(self, "__file__", .none)
      try setSpec(of: module, fullName, path: .none, path)
      modules[fullName] = module
      return .object(module)
    case .archive(let spec): return try callMethod(try importMachinery, "_load", [spec])
    }
  }

  private func hasShadowableName(_ name: String) -> Bool { isOfLibrary(name) && !isAlwaysOfLibrary(name) }

  /// The folders to look through: `sys.path`, or a package's `__path__`. Nil: not a package.
  private func searchPath(of package: Value?) throws(Raised) -> [String]? {
    guard let package else { return imports.path.array.compactMap { $0.string?.text } }
    guard let path = try getAttributeIfPresent(package, names.path) else { return nil }
    return try array(path).compactMap { $0.string?.text }
  }

  /// Makes a module of a file and runs it. A module that fails is forgotten.
  private func run(
    _ file: SourceFile, as name: String, prepare: (ModuleObject) throws(Raised) -> Void
  ) throws(Raised) -> Value {
    let module = ModuleObject(self, name: name)
    try prepare(module)
    let isPackage = module.namespace.getString(names.path) != nil
    let package = isPackage ? name : name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    module.set(self, "__package__", .object(string(package)))
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
    return moduleDictionary.getString(intern(name)) ?? .object(module)
  }

  // MARK: Names of a module

  /// `from module import name`: an attribute, or a module of a package.
  func importName(_ name: StringObject, from module: Value) throws(Raised) -> Value {
    if let found = try getAttributeIfPresent(module, name) { return found }
    let moduleName = try getAttributeIfPresent(module, names.name)?.string?.text
    guard let moduleName else { throw cannotImport(name, from: nil, module) }
    let fullName = "\(moduleName).\(name.text)"
    if let known = moduleDictionary.getString(intern(fullName)), !known.isNone { return known }
    if try getAttributeIfPresent(module, names.path) != nil || nativeModules[fullName] != nil || Library.sources[fullName] != nil {
      let importer = module.cast(.module, to: ModuleObject.self)?.namespace ?? DictObject(self)
      do { return try load(fullName, in: module, importer: importer) } catch {
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
        do throws(Raised) { result.append((interned, try importName(interned, from: module))) } catch {
          guard matches(error, "ImportError"), error.exception.fields["name_from"]?.string === interned else { throw error }
          result.append((interned, try getAttribute(module, interned)))
        }
      } else {
        result.append((interned, try getAttribute(module, interned)))
      }
    }
    return result
  }

  // MARK: Complaints

  private func importError(_ message: String) -> Raised { error("ImportError", message) }

  func moduleNotFound(_ name: String, _ message: String) -> Raised {
    let raised = error("ModuleNotFoundError", message)
    raised.exception.fields["name"] = .object(string(name))
    return raised
  }

  private func cannotImport(_ name: StringObject, from knownName: String?, _ module: Value) -> Raised {
    let moduleName = knownName ?? "<unknown module name>"
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
    raised.exception.fields["name"] = knownName.map { .object(string($0)) } ?? Value.none
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
