#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os`: directories and what is in them.
extension Runtime {
  func defineDirectories(of module: ModuleObject) {
    module.define(self, "getcwd", "") { (runtime, _) throws(Raised) in try runtime.currentDirectory(isBytes: false) }
    module.define(self, "getcwdb", "") { (runtime, _) throws(Raised) in try runtime.currentDirectory(isBytes: true) }
    module.define(self, "chdir", "path") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "chdir", allowsDescriptor: true)
      if (path.descriptor.map { fchdir($0) } ?? path.call { chdir($0) }) != 0 {
        throw runtime.systemError(errno, path.subject)
      }
      return .none
    }
    module.define(self, "rmdir", "path, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
      try runtime.refuseDirectoryDescriptor(arguments[1], function: "rmdir")
      let path = try runtime.systemPath(arguments[0], "rmdir")
      if path.call({ rmdir($0) }) != 0 { throw runtime.systemError(errno, path.subject) }
      return .none
    }
    module.define(self, "mkdir", "path, mode=511, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
      try runtime.refuseDirectoryDescriptor(arguments[2], function: "mkdir")
      let path = try runtime.systemPath(arguments[0], "mkdir")
      let mode = mode_t(truncatingIfNeeded: try runtime.number(arguments[1], default: 0o777))
      if path.call({ mkdir($0, mode) }) != 0 { throw runtime.systemError(errno, path.subject) }
      return .none
    }
    module.define(self, "listdir", "path=None") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "listdir", allowsDescriptor: true, allowsNone: true)
      let names = ListObject(runtime)
      try runtime.forEachEntry(of: path, path.subject) { (name, _, _) throws(Raised) in
        names.append(try runtime.pathResult(name, isBytes: path.isBytes))
      }
      return .object(names)
    }
    defineScanning(of: module)
  }

  private func currentDirectory(isBytes: Bool) throws(Raised) -> Value {
    guard let path = getcwd(nil, 0) else { throw systemError(errno) }
    defer { free(path) }
    return try pathResult(path, isBytes: isBytes)
  }

  func currentDirectory() throws(Raised) -> String { try currentDirectory(isBytes: false).string?.text ?? "" }

  /// Calls `body` with name, type (`DT_DIR`, ...) and inode of all entries but `.` and `..`.
  fileprivate func forEachEntry(
    of path: SystemPath, _ subject: Value, _ body: ([UInt8], UInt8, Int) throws(Raised) -> Void
  ) throws(Raised) {
    let directory: OpaquePointer?
    if let descriptor = path.descriptor {
      let copy = dup(descriptor)
      directory = copy < 0 ? nil : fdopendir(copy)
      if directory == nil, copy >= 0 { close(copy) }
    } else {
      directory = path.call { opendir($0) }
    }
    guard let directory else { throw systemError(errno, subject) }
    defer { closedir(directory) }
    if path.descriptor != nil { rewinddir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name == [UInt8(ascii: ".")] || name == [UInt8(ascii: "."), UInt8(ascii: ".")] { continue }
      try body(name, entry.pointee.d_type, Int(truncatingIfNeeded: entry.pointee.d_ino))
    }
  }

  // MARK: scandir

  fileprivate var scanTypes: ScanTypes { attachment(ScanTypes.self) { ScanTypes(self) } }

  private func defineScanning(of module: ModuleObject) {
    module.set(self, "DirEntry", .object(scanTypes.entry))
    module.define(self, "scandir", "path=None") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "scandir", allowsDescriptor: true, allowsNone: true)
      var prefix = path.descriptor == nil ? Array(path.bytes.dropLast()) : []
      if let last = prefix.last, last != UInt8(ascii: "/") { prefix.append(UInt8(ascii: "/")) }
      var entries: [DirectoryEntry] = []
      try runtime.forEachEntry(of: path, path.subject) { (name, type, inode) throws(Raised) in
        entries.append(
          DirectoryEntry(
            runtime, name: try runtime.pathResult(name, isBytes: path.isBytes),
            path: try runtime.pathResult(prefix + name, isBytes: path.isBytes),
            location: SystemPath(bytes: prefix + name + [0], isBytes: path.isBytes), entryType: type, inode: inode))
      }
      return .object(DirectoryScan(runtime, entries))
    }
  }
}

/// What `os.scandir` gives: an iterator that is a context manager too.
private final class DirectoryScan: IteratorObject {
  private var entries: [DirectoryEntry]
  private var index = 0

  init(_ runtime: Runtime, _ entries: [DirectoryEntry]) {
    self.entries = entries
    super.init(type: runtime.scanTypes.scan)
  }

  func close() { entries = [] }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard index < entries.count else { return .undefined }
    index += 1
    return .object(entries[index - 1])
  }
}

/// `os.DirEntry`
private final class DirectoryEntry: Object {
  let name: Value
  let path: Value
  let location: SystemPath
  let entryType: UInt8
  let inode: Int
  private var followed: stat?
  private var unfollowed: stat?

  init(_ runtime: Runtime, name: Value, path: Value, location: SystemPath, entryType: UInt8, inode: Int) {
    self.name = name
    self.path = path
    self.location = location
    self.entryType = entryType
    self.inode = inode
    super.init(type: runtime.scanTypes.entry, kind: .other)
  }

  var isLink: Bool {
    entryType == UInt8(DT_UNKNOWN) ? status(followsLinks: false)?.isLink ?? false : entryType == UInt8(DT_LNK)
  }

  func status(followsLinks: Bool) -> stat? {
    if followsLinks, let followed { return followed }
    if !followsLinks, let unfollowed { return unfollowed }
    let found = stat(location, followsLinks: followsLinks)
    if followsLinks { followed = found } else { unfollowed = found }
    return found
  }

  /// Whether it is of a type, by what the directory says, or by a look at the file.
  func isOf(_ type: Int32, _ mask: (stat) -> Bool, followsLinks: Bool) -> Bool {
    if entryType == UInt8(truncatingIfNeeded: type) { return true }
    if entryType != UInt8(DT_UNKNOWN), entryType != UInt8(DT_LNK) || !followsLinks { return false }
    return status(followsLinks: followsLinks).map(mask) ?? false
  }
}

private final class ScanTypes {
  let entry, scan: TypeObject

  init(_ runtime: Runtime) {
    func make(_ name: String, _ kind: Kind) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [runtime.types.object], instanceKind: kind, isHeap: false)
      type.moduleName = "posix"
      type.messageName = "posix.\(name)"
      return type
    }
    entry = make("DirEntry", .other)
    entry.defineTypeArguments(runtime)
    scan = make("ScandirIterator", .iterator)
    defineEntry(runtime)
    scan.define(runtime, "__enter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    for (name, signature) in [("__exit__", "self, /, *args"), ("close", "self, /")] as [(String, NativeSignature)] {
      scan.define(runtime, name, signature) { (_, arguments) throws(Raised) in
        (arguments[0].object as? DirectoryScan)?.close()
        return .none
      }
    }
    scan.define(runtime, "__iter__", "self, /") { (_, arguments) throws(Raised) in arguments[0] }
    scan.define(runtime, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      let next = try (arguments[0].object as? DirectoryScan)?.next(runtime) ?? .undefined
      if next.isUndefined { throw runtime.stopIteration(.none) }
      return next
    }
  }

  private func defineEntry(_ runtime: Runtime) {
    entry.defineProperty(runtime, "name") { (_, value) throws(Raised) in (value.object as? DirectoryEntry)?.name ?? .none }
    entry.defineProperty(runtime, "path") { (_, value) throws(Raised) in (value.object as? DirectoryEntry)?.path ?? .none }
    entry.define(runtime, "__fspath__", "self, /") { (_, arguments) throws(Raised) in
      (arguments[0].object as? DirectoryEntry)?.path ?? .none
    }
    entry.define(runtime, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let entry = arguments[0].object as? DirectoryEntry else { return .none }
      return .object(runtime.string("<DirEntry \(try runtime.repr(entry.name).text)>"))
    }
    entry.define(runtime, "inode", "self, /") { (_, arguments) throws(Raised) in
      .int((arguments[0].object as? DirectoryEntry)?.inode ?? 0)
    }
    let questions: [(String, (DirectoryEntry, Bool) -> Bool)] = [
      ("is_dir", { $0.isOf(Int32(DT_DIR), { $0.isDirectory }, followsLinks: $1) }),
      ("is_file", { $0.isOf(Int32(DT_REG), { $0.isRegularFile }, followsLinks: $1) }),
    ]
    for (name, answer) in questions {
      entry.define(runtime, name, "self, /, *, follow_symlinks=True") { (runtime, arguments) throws(Raised) in
        guard let entry = arguments[0].object as? DirectoryEntry else { return .none }
        return .bool(answer(entry, try runtime.flag(arguments[1], default: true)))
      }
    }
    for name in ["is_symlink", "is_junction"] {
      entry.define(runtime, name, "self, /") { (_, arguments) throws(Raised) in
        .bool(name == "is_symlink" && (arguments[0].object as? DirectoryEntry)?.isLink ?? false)
      }
    }
    entry.define(runtime, "stat", "self, /, *, follow_symlinks=True") { (runtime, arguments) throws(Raised) in
      guard let entry = arguments[0].object as? DirectoryEntry else { return .none }
      guard let status = entry.status(followsLinks: try runtime.flag(arguments[1], default: true)) else {
        throw runtime.systemError(errno, entry.path)
      }
      return runtime.statResults.make(status)
    }
  }
}
