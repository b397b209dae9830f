#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os`. What asks the system stands here and in the files beside this one; what is built on that, in `_os.pya`, which is
/// loaded when a program first asks for one of its names.
func makeOsModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "os")
  let constants = [
    ("name", "posix"), ("sep", "/"), ("linesep", "\n"), ("curdir", "."), ("pardir", ".."), ("pathsep", ":"),
    ("extsep", "."), ("defpath", "/bin:/usr/bin"), ("devnull", "/dev/null"),
  ]
  for (name, text) in constants { module.set(runtime, name, .object(runtime.string(text))) }
  module.set(runtime, "altsep", .none)
  module.set(runtime, "supports_bytes_environ", .bool(true))
  if let error = runtime.exceptionTypes["OSError"] { module.set(runtime, "error", .object(error)) }
  let path = runtime.modules["posixpath"] ?? makePathModule(runtime)
  runtime.modules["posixpath"] = path
  runtime.modules["os.path"] = path
  module.set(runtime, "path", .object(path))
  runtime.defineOsConstants(of: module)
  runtime.defineDirectories(of: module)
  runtime.defineFileOperations(of: module)
  runtime.defineDescriptorOperations(of: module)
  runtime.defineProcessFunctions(of: module)
  runtime.defineTerminals(of: module)
  runtime.defineSystemInformation(of: module)
  module.lazyAttribute = { (runtime, module, name) throws(Raised) in
    if name.hasText("__all__") {
      let known = module.namespace.keys.compactMap(\.string?.text).filter { !$0.hasPrefix("_") }
      return .object(ListObject(runtime, (osLibraryNames.union(known).union(["_exit"]).subtracting(["_Environ"])).sorted().map { .object(runtime.string($0)) }))
    }
    guard osLibraryNames.contains(name.text) else { return nil }
    let library = try runtime.importModule("_os", level: 0, globals: module.namespace)
    let value = try runtime.getAttribute(library, name)
    module.namespace.setString(name, value)
    return value
  }
  return module
}

/// What `_os.pya` defines.
private let osLibraryNames: Set<String> = [
  "environ", "environb", "getenv", "getenvb", "putenv", "unsetenv", "walk", "fwalk", "makedirs", "removedirs", "renames", "popen",
  "PathLike", "fsencode", "fsdecode", "get_exec_path", "fdopen", "execv", "execvp", "execl", "execlp", "execve", "execvpe", "execle",
  "spawnv", "spawnl", "spawnlp", "spawnvp", "spawnve", "spawnle", "spawnlpe", "spawnvpe", "P_WAIT", "P_NOWAIT", "_Environ",
  "process_cpu_count", "sched_getaffinity", "getloadavg", "supports_dir_fd", "supports_effective_ids", "supports_fd",
  "supports_follow_symlinks", "device_encoding", "lchown",
]

extension Runtime {
  fileprivate func defineOsConstants(of module: ModuleObject) {
    let numbers: [(String, Int32)] = [
      ("F_OK", F_OK), ("R_OK", R_OK), ("W_OK", W_OK), ("X_OK", X_OK), ("O_RDONLY", O_RDONLY), ("O_WRONLY", O_WRONLY),
      ("O_RDWR", O_RDWR), ("O_CREAT", O_CREAT), ("O_EXCL", O_EXCL), ("O_TRUNC", O_TRUNC), ("O_APPEND", O_APPEND),
      ("O_NONBLOCK", O_NONBLOCK), ("O_CLOEXEC", O_CLOEXEC), ("O_SYNC", O_SYNC), ("O_NOFOLLOW", O_NOFOLLOW),
      ("O_DIRECTORY", O_DIRECTORY), ("O_NOCTTY", O_NOCTTY), ("SEEK_SET", SEEK_SET), ("SEEK_CUR", SEEK_CUR), ("SEEK_END", SEEK_END),
      ("WNOHANG", WNOHANG), ("WUNTRACED", WUNTRACED), ("EX_OK", 0), ("EX_USAGE", 64), ("EX_DATAERR", 65), ("EX_NOINPUT", 66),
      ("EX_SOFTWARE", 70), ("EX_OSERR", 71), ("EX_IOERR", 74), ("EX_NOPERM", 77), ("EX_CONFIG", 78), ("PRIO_PROCESS", 0),
    ]
    for (name, number) in numbers { module.set(self, name, .int(Int(number))) }
  }
}
