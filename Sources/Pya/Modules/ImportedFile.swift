#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that can be imported, reached with the C library alone.
enum ImportedFile {
  /// The file of a module in a folder.
  static func find(_ name: String, in folder: String) -> (path: String, isPackage: Bool)? {
    let stem = folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    for suffix in ["/__init__.pya", "/__init__.py"] where isFile(stem + suffix) { return (stem + suffix, true) }
    for suffix in [".pya", ".py"] where isFile(stem + suffix) { return (stem + suffix, false) }
    return nil
  }

  /// The same for files that CPython would find, too.
  static func findPython(_ name: String, in folder: String) -> Bool {
    let stem = folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    return isFile(stem + ".py") || isFile(stem + "/__init__.py")
  }

  /// A folder that could be a package without an `__init__` file.
  static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether an entry of `sys.path` is a file, or would lie in one if that were a folder: a zip file, perhaps.
  static func liesInFile(_ path: String) -> Bool {
    var path = path[...]
    var information = stat()
    while !path.isEmpty {
      if stat(String(path), &information) == 0 { return information.st_mode & S_IFMT == S_IFREG }
      guard let slash = path.lastIndex(of: "/") else { return false }
      path = path[..<slash]
    }
    return false
  }

  /// The folders of modules that the environment names, each once.
  static var foldersOfEnvironment: [String] {
    var folders: [String] = []
    for variable in ["PYAPATH", "PYTHONPATH"] {
      guard let text = environmentVariable(variable), !text.isEmpty else { continue }
      for entry in text.split(separator: ":", omittingEmptySubsequences: false) {
        let path = entry.hasPrefix("/") ? String(entry) : "\(workingDirectory)/\(entry)"
        let folder = String(decoding: PathText.normalized(Array(path.utf8)), as: UTF8.self)
        if !folders.contains(folder) { folders.append(folder) }
      }
    }
    return folders
  }

  static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }

  private static func isFile(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
  }
}

func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

extension Runtime {
  /// Names of the modules that files in the folders of `sys.path` hold.
  var modulesInSearchPath: [String] {
    var names: [String] = []
    for folder in imports.path.array.compactMap(\.string?.text) {
      guard let listing = opendir(folder.isEmpty ? "." : folder) else { continue }
      defer { closedir(listing) }
      while let entry = readdir(listing) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        for ending in [".pya", ".py"] where name.hasSuffix(ending) { names.append(String(name.dropLast(ending.count))) }
      }
    }
    return names
  }
}
