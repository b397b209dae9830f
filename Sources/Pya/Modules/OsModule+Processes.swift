#if canImport(Glibc)
  import CSystem
  import Glibc
#else
  import Darwin
#endif

/// `os`: this process, its children, and the machine.
extension Runtime {
  func defineProcessFunctions(of module: ModuleObject) {
    let numbers: [(String, () -> Int)] = [
      ("getpid", { Int(getpid()) }), ("getppid", { Int(getppid()) }), ("getuid", { Int(getuid()) }),
      ("getgid", { Int(getgid()) }), ("geteuid", { Int(geteuid()) }), ("getegid", { Int(getegid()) }),
      ("getpgrp", { Int(getpgrp()) }), ("cpu_count", { SystemLimits.processors }),
    ]
    for (name, read) in numbers { module.define(self, name, "") { (_, _) throws(Raised) in .int(read()) } }
    module.define(self, "kill", "pid, signal, /") { (runtime, arguments) throws(Raised) in
      let (process, signal) = (try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1]))
      runtime.sendPending()
      if process == getpid(), signal != 0 {
        // At once, as on CPython.
        if !(try runtime.signals.raise(signal)) { throw runtime.systemError(EINVAL) }
        return .none
      }
      try runtime.checked(kill(process, signal))
      return .none
    }
    module.define(self, "killpg", "pgid, signal, /") { (runtime, arguments) throws(Raised) in
      try runtime.checked(killpg(try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1])))
      return .none
    }
    module.define(self, "getpgid", "pid") { (runtime, arguments) throws(Raised) in
      let group = getpgid(try runtime.cInt(arguments[0]))
      try runtime.checked(group)
      return .int(Int(group))
    }
    module.define(self, "setsid", "") { (runtime, _) throws(Raised) in
      try runtime.checked(setsid())
      return .none
    }
    module.define(self, "nice", "increment, /") { (runtime, arguments) throws(Raised) in
      .int(Int(nice(try runtime.cInt(arguments[0]))))
    }
    module.define(self, "fork", "") { (runtime, _) throws(Raised) in .int(try runtime.forkProcess()) }
    module.define(self, "register_at_fork", "*, before=None, after_in_child=None, after_in_parent=None") {
      (runtime, arguments) throws(Raised) in
      let callbacks = runtime.forkCallbacks
      if let given = arguments[0].defined, !given.isNone { callbacks.before.insert(given, at: 0) }
      if let given = arguments[1].defined, !given.isNone { callbacks.inChild.append(given) }
      if let given = arguments[2].defined, !given.isNone { callbacks.inParent.append(given) }
      return .none
    }
    module.define(self, "_exit", "status") { (runtime, arguments) throws(Raised) in
      let status = try runtime.index(arguments[0])
      runtime.sendPending()
      _exit(Int32(truncatingIfNeeded: status))
    }
    module.define(self, "abort", "") { (runtime, _) throws(Raised) in
      runtime.sendPending()
      abort()
    }
    defineWaiting(of: module)
    defineStarting(of: module)
  }

  private func defineWaiting(of module: ModuleObject) {
    module.define(self, "waitpid", "pid, options, /") { (runtime, arguments) throws(Raised) in
      let (process, options) = (try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1]))
      var status: Int32 = 0
      let found = try runtime.waitForChild(process, options, &status)
      return .object(TupleObject(runtime, [.int(found), .int(Int(status))]))
    }
    #if canImport(Glibc)
      defineChildStates(of: module)
    #endif
    module.define(self, "wait", "") { (runtime, _) throws(Raised) in
      var status: Int32 = 0
      let found = try runtime.waitForChild(-1, 0, &status)
      return .object(TupleObject(runtime, [.int(found), .int(Int(status))]))
    }
    module.define(self, "waitstatus_to_exitcode", "status") { (runtime, arguments) throws(Raised) in
      let status = try runtime.cInt(arguments[0])
      if status & 0x7F == 0 { return .int(Int(status >> 8 & 0xFF)) }
      if status & 0x7F == 0x7F { throw runtime.valueError("process stopped by delivery of signal \(status >> 8 & 0xFF)") }
      return .int(-Int(status & 0x7F))
    }
    let parts: [(String, (Int32) -> Value)] = [
      ("WIFEXITED", { .bool($0 & 0x7F == 0) }), ("WEXITSTATUS", { .int(Int($0 >> 8 & 0xFF)) }),
      ("WIFSIGNALED", { .bool($0 & 0x7F != 0 && $0 & 0x7F != 0x7F) }), ("WTERMSIG", { .int(Int($0 & 0x7F)) }),
      ("WIFSTOPPED", { .bool($0 & 0xFF == 0x7F) }), ("WSTOPSIG", { .int(Int($0 >> 8 & 0xFF)) }),
      ("WCOREDUMP", { .bool($0 & 0x80 != 0) }),
    ]
    for (name, part) in parts {
      module.define(self, name, "status") { (runtime, arguments) throws(Raised) in part(try runtime.cInt(arguments[0])) }
    }
  }

  private func defineStarting(of module: ModuleObject) {
    module.define(self, "system", "command") { (runtime, arguments) throws(Raised) in
      guard let command = arguments[0].string else {
        throw runtime.typeError("system() argument 1 must be str, not \(runtime.givenName(arguments[0]))")
      }
      let bytes = try runtime.pathBytes(.object(command))
      if bytes.contains(0) { throw runtime.valueError("embedded null byte") }
      let shell = Array("/bin/sh".utf8)
      var child = ChildProcess(shell, [shell, Array("-c".utf8), bytes])
      child.environment = runtime.environmentEntries()
      let process = child.start()
      if process < 0 { return .int(127 << 8) }
      var status: Int32 = 0
      _ = try runtime.waitForChild(process, 0, &status)
      return .int(Int(status))
    }
    // The process's number, or the negated error.
    module.define(
      self, "_spawn",
      "program, argv, env, cwd=None, files=(), session=False, group=None, inherited=(), close_others=False, restore_signals=True"
    ) { (runtime, arguments) throws(Raised) in
      var child = try runtime.childProcess(arguments)
      if let folder = arguments[3].defined, !folder.isNone { child.directory = try runtime.systemPath(folder, "chdir").bytes }
      if let files = arguments[4].defined {
        for (index, file) in try runtime.array(files).enumerated() where index < 3 { child.files[index] = try runtime.cInt(file) }
      }
      if let flag = arguments[5].defined { child.startsSession = try runtime.isTrue(flag) }
      if let group = arguments[6].defined, !group.isNone { child.processGroup = try runtime.cInt(group) }
      if let descriptors = arguments[7].defined {
        for descriptor in try runtime.array(descriptors) { child.inherited.append(try runtime.cInt(descriptor)) }
      }
      if let flag = arguments[8].defined { child.closesOthers = try runtime.isTrue(flag) }
      if let flag = arguments[9].defined { child.restoresSignals = try runtime.isTrue(flag) }
      return .int(Int(child.start()))
    }
    module.define(self, "_setenv", "name, value, /") { (runtime, arguments) throws(Raised) in
      let (name, value) = (try runtime.spawnText(arguments[0]), try runtime.spawnText(arguments[1]))
      if name.contains(UInt8(ascii: "=")) { throw runtime.valueError("illegal environment variable name") }
      if name.isEmpty { throw runtime.systemError(EINVAL) }
      setenv(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self), 1)
      return .none
    }
    module.define(self, "_unsetenv", "name, /") { (runtime, arguments) throws(Raised) in
      let name = try runtime.spawnText(arguments[0])
      if unsetenv(String(decoding: name, as: UTF8.self)) != 0 { throw runtime.systemError(errno) }
      return .none
    }
    module.define(self, "_environment", "") { (runtime, _) throws(Raised) in
      let result = DictObject(runtime)
      for entry in runtime.environmentEntries() {
        guard let equals = entry.dropFirst().firstIndex(of: UInt8(ascii: "=")) else { continue }
        let name = try runtime.pathResult(Array(entry[..<equals]), isBytes: false)
        if let key = name.string { result.setString(key, try runtime.pathResult(Array(entry[(equals + 1)...]), isBytes: false)) }
      }
      return .object(result)
    }
    // The error.
    module.define(self, "_exec", "program, argv, env, flush=True, /") { (runtime, arguments) throws(Raised) in
      let flushes = arguments[3].isUndefined ? true : try runtime.isTrue(arguments[3])
      if flushes {
        runtime.output.flush()
        runtime.errorOutput.flush()
      }
      return .int(Int(try runtime.childProcess(arguments).replaceThisProcess()))
    }
    module.define(self, "setgroups", "groups, /") { (runtime, arguments) throws(Raised) in
      var groups: [gid_t] = []
      for group in try runtime.array(arguments[0]) { groups.append(gid_t(truncatingIfNeeded: try runtime.index(group))) }
      try runtime.checked(changeGroups(groups))
      return .none
    }
    for (name, change) in [("setreuid", setreuid), ("setregid", setregid)] as [(String, (UInt32, UInt32) -> Int32)] {
      module.define(self, name, "real, effective, /") { (runtime, arguments) throws(Raised) in
        let (real, effective) = (try runtime.index(arguments[0]), try runtime.index(arguments[1]))
        try runtime.checked(change(UInt32(truncatingIfNeeded: real), UInt32(truncatingIfNeeded: effective)))
        return .none
      }
    }
  }

  /// The program, its arguments, and its environment; without one, that of this process.
  private func childProcess(_ arguments: Arguments) throws(Raised) -> ChildProcess {
    var child = ChildProcess(try spawnText(arguments[0]), [])
    for argument in try array(arguments[1]) { child.arguments.append(try spawnText(argument)) }
    if arguments[2].isNone {
      child.environment = environmentEntries()
    } else {
      for entry in try array(arguments[2]) { child.environment.append(try spawnText(entry)) }
    }
    return child
  }

  /// A text for the system, which ends at its first zero.
  private func spawnText(_ value: Value) throws(Raised) -> [UInt8] {
    let bytes = try pathBytes(try fileSystemPath(value))
    if bytes.contains(0) { throw valueError("embedded null byte") }
    return bytes
  }

  /// `NAME=value` as the process has them now.
  fileprivate func environmentEntries() -> [[UInt8]] {
    var result: [[UInt8]] = []
    var entry = environ
    while let text = entry.pointee {
      result.append(Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
      entry += 1
    }
    return result
  }

  // MARK: The machine

  func defineSystemInformation(of module: ModuleObject) {
    module.define(self, "strerror", "code, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(String(cString: strerror(Int32(truncatingIfNeeded: try runtime.index(arguments[0]))))))
    }
    module.define(self, "fspath", "path") { (runtime, arguments) throws(Raised) in try runtime.fileSystemPath(arguments[0]) }
    module.define(self, "urandom", "size, /") { (runtime, arguments) throws(Raised) in
      let size = try runtime.index(arguments[0])
      if size < 0 { throw runtime.valueError("negative argument not allowed") }
      try runtime.checkAllocation(size)
      var source = SystemRandomNumberGenerator()
      return .object(
        BytesObject(type: runtime.types.bytes, (0..<size).map { _ in UInt8.random(in: 0...255, using: &source) }))
    }
    let names = StructSequenceType(
      self, module: "posix", name: "uname_result", fields: ["sysname", "nodename", "release", "version", "machine"],
      isConstructible: true)
    module.set(self, "uname_result", .object(names.type))
    module.define(self, "uname", "") { (runtime, _) throws(Raised) in
      var name = utsname()
      uname(&name)
      func text<Field>(_ field: Field) -> Value {
        withUnsafeBytes(of: field) { .object(runtime.string(String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self))) }
      }
      return names.make([text(name.sysname), text(name.nodename), text(name.release), text(name.version), text(name.machine)])
    }
    let times = StructSequenceType(
      self, module: "posix", name: "times_result",
      fields: ["user", "system", "children_user", "children_system", "elapsed"], isConstructible: true)
    module.set(self, "times_result", .object(times.type))
    module.define(self, "times", "") { (_, _) throws(Raised) in
      var spent = tms()
      let elapsed = systemTimes(&spent)
      let tick = SystemLimits.ticks
      return times.make(
        [spent.tms_utime, spent.tms_stime, spent.tms_cutime, spent.tms_cstime, elapsed].map { .float(Double($0) / tick) })
    }
    module.define(self, "getlogin", "") { (runtime, _) throws(Raised) in
      guard let name = getlogin() else { throw runtime.systemError(errno == 0 ? ENXIO : errno) }
      return .object(runtime.string(String(cString: name)))
    }
    module.define(self, "_user", "uid_or_name=None, /") { (runtime, arguments) throws(Raised) in
      let found: UnsafeMutablePointer<passwd>?
      if let name = arguments[0].string {
        found = getpwnam(name.text)
      } else {
        found = getpwuid(arguments[0].isUndefined ? getuid() : uid_t(truncatingIfNeeded: try runtime.index(arguments[0])))
      }
      guard let entry = found else { return .none }
      func text(_ field: UnsafeMutablePointer<CChar>?) -> Value { .object(runtime.string(field.map { String(cString: $0) } ?? "")) }
      let user = entry.pointee
      return .object(
        TupleObject(
          runtime, [
            text(user.pw_name), text(user.pw_passwd), .int(Int(user.pw_uid)), .int(Int(user.pw_gid)), text(user.pw_gecos),
            text(user.pw_dir), text(user.pw_shell),
          ]))
    }
    module.define(self, "_group", "gid, /") { (runtime, arguments) throws(Raised) in
      guard let entry = getgrgid(gid_t(truncatingIfNeeded: try runtime.index(arguments[0]))) else { return .none }
      return .object(runtime.string(String(cString: entry.pointee.gr_name)))
    }
    module.define(self, "_diskusage", "path, /") { (runtime, arguments) throws(Raised) in
      var status = statvfs()
      let path = try runtime.systemPath(arguments[0], "statvfs")
      if path.call({ systemDiskStatus($0, &status) }) != 0 { throw runtime.systemError(errno, path.subject) }
      let block = Int(status.f_frsize)
      return .object(
        TupleObject(
          runtime, [status.f_blocks, status.f_bfree, status.f_bavail].map { .int(Int(truncatingIfNeeded: $0) &* block) }))
    }
    module.define(self, "_getloadavg", "") { (runtime, _) throws(Raised) in
      var load: [Double] = [0, 0, 0]
      if getloadavg(&load, 3) != 3 { throw runtime.error("OSError", "Load averages are unobtainable") }
      return .object(TupleObject(runtime, load.map { .float($0) }))
    }
  }
}

private func systemTimes(_ spent: inout tms) -> clock_t { times(&spent) }
private func systemDiskStatus(_ path: UnsafePointer<CChar>, _ status: UnsafeMutablePointer<statvfs>) -> Int32 {
  statvfs(path, status)
}

#if canImport(Glibc)
  extension Runtime {
    /// `waitid` and descriptors of processes.
    private func defineChildStates(of module: ModuleObject) {
      let constants: [(String, Int32)] = [
        ("P_ALL", 0), ("P_PID", 1), ("P_PGID", 2), ("P_PIDFD", 3), ("WEXITED", WEXITED), ("WSTOPPED", WSTOPPED), ("WNOWAIT", WNOWAIT),
        ("WCONTINUED", WCONTINUED), ("CLD_EXITED", 1), ("CLD_KILLED", 2), ("CLD_DUMPED", 3), ("CLD_TRAPPED", 4), ("CLD_STOPPED", 5),
        ("CLD_CONTINUED", 6),
      ]
      for (name, number) in constants { module.set(self, name, .int(Int(number))) }
      let states = StructSequenceType(
        self, module: "posix", name: "waitid_result", fields: ["si_pid", "si_uid", "si_signo", "si_status", "si_code"])
      module.set(self, "waitid_result", .object(states.type))
      module.define(self, "waitid", "idtype, id, options, /") { (runtime, arguments) throws(Raised) in
        let (kind, id, options) = (try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1]), try runtime.cInt(arguments[2]))
        var state: [Int32] = [0, 0, 0, 0, 0]
        _ = try runtime.retrying { state.withUnsafeMutableBufferPointer { Int(child_state(kind, id, options, $0.baseAddress)) } }
        if state[0] == 0 { return .none }
        return states.make(state.map { .int(Int($0)) })
      }
      module.define(self, "pidfd_open", "pid, flags=0") { (runtime, arguments) throws(Raised) in
        let descriptor = process_descriptor(try runtime.cInt(arguments[0]))
        if descriptor < 0 { throw runtime.systemError(errno) }
        return .int(Int(descriptor))
      }
    }
  }
#endif

private func changeGroups(_ groups: [gid_t]) -> Int32 {
  #if canImport(Glibc)
    setgroups(groups.count, groups)
  #else
    setgroups(Int32(groups.count), groups)
  #endif
}
