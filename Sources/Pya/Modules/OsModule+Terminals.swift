#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os`: pseudo terminals, sessions and groups of processes, and limits of the system.
extension Runtime {
  func defineTerminals(of module: ModuleObject) {
    module.define(self, "openpty", "") { (runtime, _) throws(Raised) in
      let (master, slave) = try runtime.openTerminal()
      return .object(TupleObject(runtime, [.int(Int(master)), .int(Int(slave))]))
    }
    module.define(self, "login_tty", "fd, /") { (runtime, arguments) throws(Raised) in
      try runtime.enterTerminal(try runtime.cInt(arguments[0]))
      return .none
    }
    module.define(self, "forkpty", "") { (runtime, _) throws(Raised) in
      let (master, slave) = try runtime.openTerminal()
      let process = try runtime.forkProcess()
      if process == 0 {
        close(master)
        try runtime.enterTerminal(slave)
        return .object(TupleObject(runtime, [.int(0), .int(-1)]))
      }
      close(slave)
      return .object(TupleObject(runtime, [.int(process), .int(Int(master))]))
    }
    module.define(self, "ctermid", "") { (runtime, _) throws(Raised) in .object(runtime.string("/dev/tty")) }
    module.define(self, "tcgetpgrp", "fd, /") { (runtime, arguments) throws(Raised) in
      let group = tcgetpgrp(try runtime.cInt(arguments[0]))
      try runtime.checked(group)
      return .int(Int(group))
    }
    module.define(self, "tcsetpgrp", "fd, pgid, /") { (runtime, arguments) throws(Raised) in
      try runtime.checked(tcsetpgrp(try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1])))
      return .none
    }
    module.define(self, "getsid", "pid, /") { (runtime, arguments) throws(Raised) in
      let session = getsid(try runtime.cInt(arguments[0]))
      try runtime.checked(session)
      return .int(Int(session))
    }
    module.define(self, "setpgid", "pid, pgrp, /") { (runtime, arguments) throws(Raised) in
      try runtime.checked(setpgid(try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1])))
      return .none
    }
    let identities: [(String, (UInt32) -> Int32)] = [
      ("setuid", { setuid($0) }), ("setgid", { setgid($0) }), ("seteuid", { seteuid($0) }), ("setegid", { setegid($0) }),
    ]
    for (name, change) in identities {
      module.define(self, name, "id, /") { (runtime, arguments) throws(Raised) in
        let integer = try runtime.integer(fromIndex: arguments[0])
        let number = if case .int(let small) = integer { small } else { Number(integer)?.bigInt?.sign == .minus ? Int.min : Int.max }
        let kind = name.suffix(3)
        if number < -1 { throw runtime.overflowError("\(kind) is less than minimum") }
        if number > Int(UInt32.max) { throw runtime.overflowError("\(kind) is greater than maximum") }
        try runtime.checked(change(UInt32(truncatingIfNeeded: number)))
        return .none
      }
    }
    defineSystemLimits(of: module)
  }

  private func openTerminal() throws(Raised) -> (master: Int32, slave: Int32) {
    let master = openedTerminal("/dev/ptmx")
    try checked(master)
    let slave = unlockedName(of: master).map { openedTerminal($0) } ?? -1
    if slave < 0 {
      let failure = errno
      close(master)
      throw systemError(failure)
    }
    return (master, slave)
  }

  /// Makes a terminal the controlling one of a new session, and its three standard streams.
  private func enterTerminal(_ descriptor: Int32) throws(Raised) {
    _ = setsid()
    try checked(ioctl(descriptor, UInt(TIOCSCTTY), 0))
    for stream in [Int32(0), 1, 2] { try checked(dup2(descriptor, stream)) }
    if descriptor > 2 { close(descriptor) }
  }

  private func defineSystemLimits(of module: ModuleObject) {
    let names: [(String, Int32)] = [
      ("SC_ARG_MAX", Int32(_SC_ARG_MAX)), ("SC_CHILD_MAX", Int32(_SC_CHILD_MAX)), ("SC_CLK_TCK", Int32(_SC_CLK_TCK)),
      ("SC_NGROUPS_MAX", Int32(_SC_NGROUPS_MAX)), ("SC_OPEN_MAX", Int32(_SC_OPEN_MAX)), ("SC_PAGESIZE", Int32(_SC_PAGESIZE)),
      ("SC_PAGE_SIZE", Int32(_SC_PAGESIZE)), ("SC_PHYS_PAGES", Int32(_SC_PHYS_PAGES)),
      ("SC_NPROCESSORS_CONF", Int32(_SC_NPROCESSORS_CONF)), ("SC_NPROCESSORS_ONLN", Int32(_SC_NPROCESSORS_ONLN)),
      ("SC_LINE_MAX", Int32(_SC_LINE_MAX)), ("SC_IOV_MAX", Int32(_SC_IOV_MAX)), ("SC_VERSION", Int32(_SC_VERSION)),
    ]
    let known = DictObject(self)
    for (name, number) in names { known.setString(intern(name), .int(Int(number))) }
    #if canImport(Glibc)
      known.setString(intern("SC_AVPHYS_PAGES"), .int(Int(_SC_AVPHYS_PAGES)))
    #endif
    module.set(self, "sysconf_names", .object(known))
    module.define(self, "sysconf", "name, /") { (runtime, arguments) throws(Raised) in
      var number = arguments[0]
      if let name = number.string {
        guard let found = known.getString(runtime.intern(name)) else {
          throw runtime.valueError("unrecognized configuration name")
        }
        number = found
      } else if number.object != nil {
        throw runtime.typeError("configuration names must be strings or integers")
      }
      errno = 0
      let result = sysconf(try runtime.cInt(number))
      if result == -1, errno != 0 { throw runtime.systemError(errno) }
      return .int(result)
    }
    #if canImport(Glibc)
      let texts: [(String, Int32)] = [("CS_PATH", 0), ("CS_GNU_LIBC_VERSION", 2), ("CS_GNU_LIBPTHREAD_VERSION", 3)]
    #else
      let texts: [(String, Int32)] = [("CS_PATH", 1)]
    #endif
    let knownTexts = DictObject(self)
    for (name, number) in texts { knownTexts.setString(intern(name), .int(Int(number))) }
    module.set(self, "confstr_names", .object(knownTexts))
    module.define(self, "confstr", "name, /") { (runtime, arguments) throws(Raised) in
      var number = arguments[0]
      if let name = number.string {
        guard let found = knownTexts.getString(runtime.intern(name)) else {
          throw runtime.valueError("unrecognized configuration name")
        }
        number = found
      }
      let name = try runtime.cInt(number)
      let size = systemText(name, nil, 0)
      if size == 0 { return .none }
      var buffer = [CChar](repeating: 0, count: size)
      _ = systemText(name, &buffer, size)
      return .object(runtime.string(String(decoding: buffer.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)))
    }
  }
}

private func systemText(_ name: Int32, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
  confstr(name, buffer, size)
}

/// The name of the other end of a pseudo terminal, which may be opened from now on.
private func unlockedName(of master: Int32) -> String? {
  #if canImport(Glibc)
    // The functions for it are not visible; these are `TIOCSPTLCK` and `TIOCGPTN`.
    var lock: Int32 = 0
    var number: UInt32 = 0
    guard ioctl(master, 0x4004_5431, &lock) == 0, ioctl(master, 0x8004_5430, &number) == 0 else { return nil }
    return "/dev/pts/\(number)"
  #else
    guard grantpt(master) == 0, unlockpt(master) == 0 else { return nil }
    return ptsname(master).map { String(cString: $0) }
  #endif
}

private func openedTerminal(_ path: String) -> Int32 { open(path, O_RDWR | O_NOCTTY | O_CLOEXEC) }

/// What the system says of itself. (Here: a file that imports `CSystem` as well finds these constants there, and the compiler then finds
/// them in no other module.)
enum SystemLimits {
  static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
  /// Of the clock that `times` counts in, in a second.
  static var ticks: Double { Double(max(1, sysconf(Int32(_SC_CLK_TCK)))) }
}
