#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os`: the environment, the current directory, files and directories.
func makeOsModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "os")
  let constants = [
    ("name", "posix"), ("sep", "/"), ("linesep", "\n"), ("curdir", "."), ("pardir", ".."), ("pathsep", ":"),
    ("extsep", "."), ("defpath", "/bin:/usr/bin"), ("devnull", "/dev/null"),
  ]
  for (name, text) in constants { module.set(runtime, name, .object(runtime.string(text))) }
  module.set(runtime, "altsep", .none)
  for (name, number) in [("F_OK", F_OK), ("R_OK", R_OK), ("W_OK", W_OK), ("X_OK", X_OK)] {
    module.set(runtime, name, .int(Int(number)))
  }
  if let error = runtime.exceptionTypes["OSError"] { module.set(runtime, "error", .object(error)) }
  let path = runtime.modules["posixpath"] ?? makePathModule(runtime)
  runtime.modules["posixpath"] = path
  runtime.modules["os.path"] = path
  module.set(runtime, "path", .object(path))
  runtime.defineEnvironment(of: module)
  runtime.defineDirectories(of: module)
  runtime.defineFileOperations(of: module)
  runtime.defineProcessFunctions(of: module)
  return module
}

extension Runtime {
  fileprivate func defineEnvironment(of module: ModuleObject) {
    let environment = DictObject(self)
    for (name, value) in environmentVariables() { environment.setString(string(name), .object(string(value))) }
    module.set(self, "environ", .object(environment))
    module.define(self, "getenv", "key, default=None") { (_, arguments) throws(Raised) in
      guard let key = arguments[0].string else { throw self.typeError("str expected, not \(self.typeName(arguments[0]))") }
      return environment.getString(key) ?? (arguments[1].isUndefined ? .none : arguments[1])
    }
    module.define(self, "putenv", "name, value, /") { (runtime, arguments) throws(Raised) in
      setenv(try runtime.pathText(arguments[0]), try runtime.pathText(arguments[1]), 1)
      return .none
    }
  }

  private func environmentVariables() -> [(String, String)] {
    var result: [(String, String)] = []
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result.append((String(parts[0]), String(parts[1]))) }
      entry += 1
    }
    return result
  }

  fileprivate func defineProcessFunctions(of module: ModuleObject) {
    let numbers: [(String, () -> Int)] = [
      ("getpid", { Int(getpid()) }), ("getppid", { Int(getppid()) }), ("getuid", { Int(getuid()) }),
      ("getgid", { Int(getgid()) }), ("cpu_count", { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }),
    ]
    for (name, read) in numbers { module.define(self, name, "") { (_, _) throws(Raised) in .int(read()) } }
    module.define(self, "strerror", "code, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(String(cString: strerror(Int32(truncatingIfNeeded: try runtime.index(arguments[0]))))))
    }
    module.define(self, "fspath", "path") { (runtime, arguments) throws(Raised) in
      if arguments[0].string != nil || arguments[0].bytes != nil { return arguments[0] }
      return .object(runtime.string(try runtime.pathText(arguments[0])))
    }
    module.define(self, "urandom", "size, /") { (runtime, arguments) throws(Raised) in
      let size = try runtime.index(arguments[0])
      if size < 0 { throw runtime.valueError("negative argument not allowed") }
      if size > 1 << 30 { throw runtime.memoryError() }
      var source = SystemRandomNumberGenerator()
      return .object(
        BytesObject(type: runtime.types.bytes, (0..<size).map { _ in UInt8.random(in: 0...255, using: &source) }))
    }
    module.define(self, "_exit", "status") { (runtime, arguments) throws(Raised) in
      runtime.output.flush()
      runtime.errorOutput.flush()
      _exit(Int32(truncatingIfNeeded: try runtime.index(arguments[0])))
    }
    module.define(self, "get_terminal_size", "fd=1, /") { (runtime, _) throws(Raised) in
      .object(TupleObject(runtime, [.int(80), .int(24)]))
    }
  }

  // MARK: Directories

  fileprivate func defineDirectories(of module: ModuleObject) {
    module.define(self, "getcwd", "") { (runtime, _) throws(Raised) in
      .object(runtime.string(try runtime.currentDirectory()))
    }
    defineOperation("chdir", in: module) { chdir($0) }
    defineOperation("rmdir", in: module) { rmdir($0) }
    for name in ["remove", "unlink"] { defineOperation(name, in: module) { unlink($0) } }
    module.define(self, "listdir", "path=None") { (runtime, arguments) throws(Raised) in
      let path = arguments[0].isUndefined || arguments[0].isNone ? "." : try runtime.pathText(arguments[0])
      let names = try runtime.directoryEntries(path, arguments[0])
      return .object(ListObject(runtime, names.map { .object(runtime.string($0)) }))
    }
    module.define(self, "mkdir", "path, mode=511") { (runtime, arguments) throws(Raised) in
      let mode = arguments[1].isUndefined ? 0o777 : try runtime.index(arguments[1])
      if mkdir(try runtime.pathText(arguments[0]), mode_t(truncatingIfNeeded: mode)) != 0 {
        throw runtime.systemError(errno, file: arguments[0])
      }
      return .none
    }
    module.define(self, "makedirs", "name, mode=511, exist_ok=False") { (runtime, arguments) throws(Raised) in
      let mode = arguments[1].isUndefined ? 0o777 : try runtime.index(arguments[1])
      let mayExist = arguments[2].isUndefined ? false : try runtime.isTrue(arguments[2])
      let path = try runtime.pathText(arguments[0])
      var made = path.hasPrefix("/") ? "/" : ""
      let parts = path.split(separator: "/")
      for (index, part) in parts.enumerated() {
        made += made.isEmpty || made == "/" ? String(part) : "/\(part)"
        if mkdir(made, mode_t(truncatingIfNeeded: mode)) == 0 { continue }
        let isLast = index == parts.count - 1
        if errno == EEXIST, isDirectory(made), !isLast || mayExist { continue }
        throw runtime.systemError(errno, file: .object(runtime.string(made)))
      }
      return .none
    }
  }

  func currentDirectory() throws(Raised) -> String {
    guard let path = getcwd(nil, 0) else { throw systemError(errno) }
    defer { free(path) }
    return String(cString: path)
  }

  private func directoryEntries(_ path: String, _ subject: Value) throws(Raised) -> [String] {
    guard let directory = opendir(path) else { throw systemError(errno, file: subject.isUndefined ? .none : subject) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// A function of one path that calls the system.
  private func defineOperation(_ name: String, in module: ModuleObject, _ operation: @escaping (String) -> Int32) {
    module.define(self, name, "path") { (runtime, arguments) throws(Raised) in
      if operation(try runtime.pathText(arguments[0])) != 0 { throw runtime.systemError(errno, file: arguments[0]) }
      return .none
    }
  }

  // MARK: Files

  fileprivate func defineFileOperations(of module: ModuleObject) {
    for (name, operation) in [("rename", { rename($0, $1) }), ("replace", { rename($0, $1) })]
      as [(String, (String, String) -> Int32)]
    {
      module.define(self, name, "src, dst") { (runtime, arguments) throws(Raised) in
        if operation(try runtime.pathText(arguments[0]), try runtime.pathText(arguments[1])) != 0 {
          let raised = runtime.systemError(errno, file: arguments[0])
          raised.exception.fields["filename2"] = arguments[1]
          throw raised
        }
        return .none
      }
    }
    module.define(self, "access", "path, mode") { (runtime, arguments) throws(Raised) in
      let mode = Int32(truncatingIfNeeded: try runtime.index(arguments[1]))
      return .bool(access(try runtime.pathText(arguments[0]), mode) == 0)
    }
    let fields = [
      "st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime",
    ]
    let result = StructSequenceType(self, module: "os", name: "stat_result", fields: fields)
    module.set(self, "stat_result", .object(result.type))
    module.define(self, "stat", "path") { (runtime, arguments) throws(Raised) in
      guard let status = fileStatus(try runtime.pathText(arguments[0])) else {
        throw runtime.systemError(errno, file: arguments[0])
      }
      let numbers: [Int] = [
        Int(status.st_mode), Int(bitPattern: UInt(status.st_ino)), Int(bitPattern: UInt(status.st_dev)),
        Int(bitPattern: UInt(status.st_nlink)), Int(status.st_uid), Int(status.st_gid), Int(status.st_size),
        accessTime(status), modificationTime(status), changeTime(status),
      ]
      return result.make(numbers.map { .int($0) })
    }
  }
}

func fileStatus(_ path: String) -> stat? {
  var status = stat()
  return stat(path, &status) == 0 ? status : nil
}

func isDirectory(_ path: String) -> Bool { fileStatus(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

#if canImport(Glibc)
  private func accessTime(_ status: stat) -> Int { status.st_atim.tv_sec }
  func modificationTime(_ status: stat) -> Int { status.st_mtim.tv_sec }
  private func changeTime(_ status: stat) -> Int { status.st_ctim.tv_sec }
#else
  private func accessTime(_ status: stat) -> Int { status.st_atimespec.tv_sec }
  func modificationTime(_ status: stat) -> Int { status.st_mtimespec.tv_sec }
  private func changeTime(_ status: stat) -> Int { status.st_ctimespec.tv_sec }
#endif
