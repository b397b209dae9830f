#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os.stat_result`
final class StatResultType {
  let structure: StructSequenceType

  init(_ runtime: Runtime) {
    structure = StructSequenceType(
      runtime, module: "os", name: "stat_result",
      fields: ["st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime"],
      hiddenFields: [
        "st_atime", "st_mtime", "st_ctime", "st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_blksize", "st_blocks", "st_rdev",
      ], isConstructible: true)
  }

  func make(_ status: stat) -> Value {
    let numbers: [Int] = [
      Int(status.st_mode), Int(truncatingIfNeeded: status.st_ino), Int(truncatingIfNeeded: status.st_dev),
      Int(truncatingIfNeeded: status.st_nlink), Int(status.st_uid), Int(status.st_gid), Int(status.st_size),
    ]
    let times = [status.accessTime, status.modificationTime, status.changeTime]
    let seconds: [Value] = times.map { .int($0.tv_sec) }
    let hidden: [Value] =
      times.map { .float($0.seconds) } + times.map { .int($0.nanoseconds) }
      + [.int(Int(status.st_blksize)), .int(Int(status.st_blocks)), .int(Int(truncatingIfNeeded: status.st_rdev))]
    return structure.make(numbers.map { .int($0) } + seconds, hidden: hidden)
  }
}

extension Runtime {
  var statResults: StatResultType { attachment(StatResultType.self) { StatResultType(self) } }
}

extension timespec {
  var seconds: Double { Double(tv_sec) + Double(tv_nsec) * 1e-9 }
  var nanoseconds: Int { Int(tv_sec) &* 1_000_000_000 &+ Int(tv_nsec) }
}

extension stat {
  #if canImport(Glibc)
    var accessTime: timespec { st_atim }
    var modificationTime: timespec { st_mtim }
    var changeTime: timespec { st_ctim }
  #else
    var accessTime: timespec { st_atimespec }
    var modificationTime: timespec { st_mtimespec }
    var changeTime: timespec { st_ctimespec }
  #endif
  var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
  var isLink: Bool { st_mode & S_IFMT == S_IFLNK }

  /// What the system says of a path; nil and `errno` when it does not.
  init?(_ path: SystemPath, followsLinks: Bool = true) {
    self.init()
    let result: Int32
    if let descriptor = path.descriptor {
      result = fstat(descriptor, &self)
    } else {
      result = path.bytes.withUnsafeBytes { bytes in
        let name = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)
        return followsLinks ? systemStat(name, &self) : lstat(name, &self)
      }
    }
    if result != 0 { return nil }
  }
}

private func systemStat(_ path: UnsafePointer<CChar>, _ status: UnsafeMutablePointer<stat>) -> Int32 { stat(path, status) }
