#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program about to be started: what `subprocess` and `os.system` hand to `posix_spawn`.
struct ChildProcess {
  /// Looked for in `PATH` of the environment unless it has a slash.
  var program: [UInt8]
  /// The first is what the program takes for its name.
  var arguments: [[UInt8]]
  /// `NAME=value` each.
  var environment: [[UInt8]] = []
  /// Where it works, with a zero at the end; nil: here.
  var directory: [UInt8]?
  /// Its first three descriptors; -1: those of this process.
  var files: [Int32] = [-1, -1, -1]
  /// Other descriptors that it inherits.
  var inherited: [Int32] = []
  /// No others are inherited.
  var closesOthers = false
  /// The signals that this process ignores have their usual effect.
  var restoresSignals = true
  var startsSession = false
  var processGroup: Int32?

  init(_ program: [UInt8], _ arguments: [[UInt8]]) {
    self.program = program
    self.arguments = arguments
  }

  /// Starts it. The process's number, or the negated error.
  func start() -> Int32 {
    let here = directory == nil ? -1 : open(".", O_RDONLY | O_CLOEXEC)
    defer { if here >= 0 { close(here) } }
    if let directory {
      let result = directory.withUnsafeBytes { chdir($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)) }
      // Told apart from the error of a missing program.
      if result != 0 { return -errno - ChildProcess.directoryErrors }
    }
    defer { if here >= 0 { _ = fchdir(here) } }
    return spawn()
  }

  static let directoryErrors: Int32 = 1000

  private func spawn() -> Int32 {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // Copies first, so that no descriptor is overwritten before it was used.
    var sources = files
    var copies: [Int32] = []
    defer { for copy in copies { close(copy) } }
    for (index, source) in files.enumerated() where source >= 0 && source < 3 && source != Int32(index) {
      let copy = fcntl(source, F_DUPFD_CLOEXEC, 3)
      if copy < 0 { return -errno }
      copies.append(copy)
      sources[index] = copy
    }
    for (index, source) in sources.enumerated() where source >= 0 {
      posix_spawn_file_actions_adddup2(&actions, source, Int32(index))
    }
    if closesOthers {
      for descriptor in ChildProcess.inheritable where descriptor > 2 && !inherited.contains(descriptor) {
        posix_spawn_file_actions_addclose(&actions, descriptor)
      }
    }
    for descriptor in inherited where descriptor > 2 {
      #if canImport(Glibc)
        // A copy onto itself stays open.
        posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor)
      #else
        posix_spawn_file_actions_addinherit_np(&actions, descriptor)
      #endif
    }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    if restoresSignals {
      for signal in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, signal) }
    }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    if startsSession { flags |= ChildProcess.sessionFlag }
    if let processGroup {
      flags |= Int32(POSIX_SPAWN_SETPGROUP)
      posix_spawnattr_setpgroup(&attributes, processGroup)
    }
    posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    var process: pid_t = 0
    let result = withCArrays { program, arguments, environment in
      posix_spawn(&process, program, &actions, &attributes, arguments, environment)
    }
    return result == 0 ? process : -result
  }

  /// The descriptors that a program started from here would have.
  private static var inheritable: [Int32] {
    guard let folder = opendir("/dev/fd") else { return [] }
    defer { closedir(folder) }
    var found: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      guard let descriptor = Int32(name) else { continue }
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0, flags & FD_CLOEXEC == 0 { found.append(descriptor) }
    }
    return found
  }

  #if canImport(Glibc)
    private static let sessionFlag: Int32 = 0x80
  #else
    private static let sessionFlag: Int32 = 0x400
  #endif

  /// Becomes the program. Only comes back with an error.
  func replaceThisProcess() -> Int32 {
    withCArrays { program, arguments, environment in
      execve(program, arguments, environment)
      return errno
    }
  }

  /// Tries the program in every folder of `PATH`.
  private func withCArrays(
    _ body: (UnsafePointer<CChar>, [UnsafeMutablePointer<CChar>?], [UnsafeMutablePointer<CChar>?]) -> Int32
  ) -> Int32 {
    func copies(_ texts: [[UInt8]]) -> [UnsafeMutablePointer<CChar>?] {
      texts.map { text in (text + [0]).withUnsafeBytes { strdup($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)) } } + [nil]
    }
    let (arguments, environment) = (copies(self.arguments), copies(environment))
    defer {
      for text in arguments { free(text) }
      for text in environment { free(text) }
    }
    var result = ENOENT
    for candidate in candidates(program) {
      let tried = (candidate + [0]).withUnsafeBytes {
        body($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self), arguments, environment)
      }
      if tried == 0 { return 0 }
      if tried != ENOENT && tried != ENOTDIR { result = tried }
      if tried == E2BIG || tried == ENOMEM { return tried }
    }
    return result
  }

  private func candidates(_ program: [UInt8]) -> [[UInt8]] {
    if program.contains(UInt8(ascii: "/")) { return [program] }
    let prefix = Array("PATH=".utf8)
    let path = environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
    let folders = (path ?? Array("/bin:/usr/bin".utf8)).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return folders.map { $0.isEmpty ? program : Array($0) + [UInt8(ascii: "/")] + program }
  }
}
