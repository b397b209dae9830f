#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os`: files by path.
extension Runtime {
  func defineFileOperations(of module: ModuleObject) {
    module.set(self, "stat_result", .object(statResults.structure.type))
    module.define(self, "stat", "path, *, dir_fd=None, follow_symlinks=True") { (runtime, arguments) throws(Raised) in
      try runtime.refuseDirectoryDescriptor(arguments[1], function: "stat")
      let path = try runtime.systemPath(arguments[0], "stat", allowsDescriptor: true)
      guard let status = stat(path, followsLinks: try runtime.flag(arguments[2], default: true)) else {
        throw runtime.systemError(errno, path.subject)
      }
      return runtime.statResults.make(status)
    }
    module.define(self, "lstat", "path, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "lstat")
      guard let status = stat(path, followsLinks: false) else { throw runtime.systemError(errno, path.subject) }
      return runtime.statResults.make(status)
    }
    for name in ["remove", "unlink"] {
      module.define(self, name, "path, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
        try runtime.refuseDirectoryDescriptor(arguments[1], function: name)
        let path = try runtime.systemPath(arguments[0], name)
        if path.call({ unlink($0) }) != 0 { throw runtime.systemError(errno, path.subject) }
        return .none
      }
    }
    for name in ["rename", "replace"] {
      definePair(name, "src, dst, *, src_dir_fd=None, dst_dir_fd=None", in: module) { rename($0, $1) }
    }
    definePair("link", "src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True", in: module) { link($0, $1) }
    definePair("symlink", "src, dst, target_is_directory=False, *, dir_fd=None", in: module) { symlink($0, $1) }
    module.define(self, "readlink", "path, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "readlink")
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = path.call { name in
        buffer.withUnsafeMutableBytes { readlink(name, $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self), $0.count) }
      }
      if count < 0 { throw runtime.systemError(errno, path.subject) }
      return try runtime.pathResult(Array(buffer.prefix(count)), isBytes: path.isBytes)
    }
    defineModes(of: module)
  }

  private func definePair(
    _ name: String, _ signature: NativeSignature, in module: ModuleObject,
    _ operation: @escaping (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  ) {
    module.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      func path(_ value: Value, _ parameter: String) throws(Raised) -> SystemPath {
        let path = try runtime.pathValue(value) { () throws(Raised) in
          throw runtime.typeError(
            "\(name): \(parameter) should be string, bytes or os.PathLike, not \(runtime.typeName(value))")
        }
        return try runtime.systemPath(path, name)
      }
      let (source, target) = (try path(arguments[0], "src"), try path(arguments[1], "dst"))
      let result = source.call { source in target.call { operation(source, $0) } }
      if result != 0 { throw runtime.systemError(errno, source.subject, target.subject) }
      return .none
    }
  }

  private func defineModes(of module: ModuleObject) {
    module.define(self, "access", "path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True") {
      (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "access")
      let mode = try runtime.cInt(arguments[1])
      return .bool(path.call { access($0, mode) } == 0)
    }
    module.define(self, "chmod", "path, mode, *, dir_fd=None, follow_symlinks=True") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "chmod", allowsDescriptor: true)
      let mode = mode_t(truncatingIfNeeded: try runtime.index(arguments[1]))
      let result = path.descriptor.map { fchmod($0, mode) } ?? path.call { chmod($0, mode) }
      if result != 0 { throw runtime.systemError(errno, path.subject) }
      return .none
    }
    module.define(self, "chown", "path, uid, gid, *, dir_fd=None, follow_symlinks=True") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "chown", allowsDescriptor: true)
      let user = uid_t(truncatingIfNeeded: try runtime.index(arguments[1]))
      let group = gid_t(truncatingIfNeeded: try runtime.index(arguments[2]))
      let follows = arguments[4].isUndefined ? true : try runtime.isTrue(arguments[4])
      let result =
        path.descriptor.map { fchown($0, user, group) } ?? path.call { follows ? chown($0, user, group) : lchown($0, user, group) }
      if result != 0 { throw runtime.systemError(errno, path.subject) }
      return .none
    }
    module.define(self, "truncate", "path, length") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "truncate", allowsDescriptor: true)
      let length = off_t(try runtime.index(arguments[1]))
      let result = path.descriptor.map { ftruncate($0, length) } ?? path.call { truncate($0, length) }
      if result != 0 { throw runtime.systemError(errno, path.subject) }
      return .none
    }
    module.define(self, "umask", "mask, /") { (runtime, arguments) throws(Raised) in
      .int(Int(umask(mode_t(truncatingIfNeeded: try runtime.index(arguments[0])))))
    }
    module.define(self, "mkfifo", "path, mode=438, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
      let path = try runtime.systemPath(arguments[0], "mkfifo")
      let mode = mode_t(truncatingIfNeeded: try runtime.number(arguments[1], default: 0o666))
      if path.call({ mkfifo($0, mode) }) != 0 { throw runtime.systemError(errno, path.subject) }
      return .none
    }
    module.define(self, "utime", "path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True") {
      (runtime, arguments) throws(Raised) in
      try runtime.setFileTimes(arguments)
      return .none
    }
    module.define(self, "sync", "") { (_, _) throws(Raised) in
      sync()
      return .none
    }
  }

  private func setFileTimes(_ arguments: Arguments) throws(Raised) {
    let path = try systemPath(arguments[0], "utime", allowsDescriptor: true)
    let hasTimes = !arguments[1].isUndefined && !arguments[1].isNone
    let hasNanoseconds = !arguments[2].isUndefined && !arguments[2].isNone
    if hasTimes, hasNanoseconds { throw valueError("utime: you may specify either 'times' or 'ns' but not both") }
    var times = [timespec(tv_sec: 0, tv_nsec: utimeNow), timespec(tv_sec: 0, tv_nsec: utimeNow)]
    if hasTimes || hasNanoseconds {
      guard let pair = arguments[hasTimes ? 1 : 2].tuple, pair.count == 2 else {
        throw typeError("utime: '\(hasTimes ? "times" : "ns")' must be \(hasTimes ? "either a tuple of two ints or None" : "a tuple of two ints")")
      }
      for index in 0..<2 { times[index] = try fileTime(pair[index], inNanoseconds: hasNanoseconds) }
    }
    let result = path.descriptor.map { futimens($0, times) } ?? path.call { utimensat(AT_FDCWD, $0, times, 0) }
    if result != 0 { throw systemError(errno, path.subject) }
  }

  private func fileTime(_ value: Value, inNanoseconds: Bool) throws(Raised) -> timespec {
    if !inNanoseconds, case .float(let seconds) = value {
      let whole = seconds.rounded(.down)
      guard let integer = Int(exactly: whole) else { throw overflowError("timestamp out of range for platform time_t") }
      return timespec(tv_sec: integer, tv_nsec: Int((seconds - whole) * 1e9))
    }
    let number = try index(value)
    if !inNanoseconds { return timespec(tv_sec: number, tv_nsec: 0) }
    let remainder = number % 1_000_000_000
    let rest = remainder < 0 ? remainder + 1_000_000_000 : remainder
    return timespec(tv_sec: (number - rest) / 1_000_000_000, tv_nsec: rest)
  }
}

#if canImport(Glibc)
  private let utimeNow = 0x3FFF_FFFF
#else
  private let utimeNow = -1
#endif

func fileStatus(_ path: String) -> stat? {
  var status = stat()
  return stat(path, &status) == 0 ? status : nil
}
