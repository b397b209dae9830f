#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os`: file descriptors.
extension Runtime {
  func defineDescriptorOperations(of module: ModuleObject) {
    module.define(self, "open", "path, flags, mode=511, *, dir_fd=None") { (runtime, arguments) throws(Raised) in
      try runtime.refuseDirectoryDescriptor(arguments[3], function: "open")
      let path = try runtime.systemPath(arguments[0], "open")
      let flags = try runtime.cInt(arguments[1])
      let mode = mode_t(truncatingIfNeeded: try runtime.number(arguments[2], default: 0o777))
      let descriptor = path.call { systemOpen($0, flags | O_CLOEXEC, mode) }
      if descriptor < 0 { throw runtime.systemError(errno, path.subject) }
      return .int(Int(descriptor))
    }
    module.define(self, "close", "fd") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.cInt(arguments[0])
      runtime.willEndConnection()
      try runtime.checked(close(descriptor))
      return .none
    }
    module.define(self, "closerange", "fd_low, fd_high, /") { (runtime, arguments) throws(Raised) in
      let (low, high) = (try runtime.cInt(arguments[0]), min(try runtime.cInt(arguments[1]), 1 << 16))
      if low < high { for descriptor in low..<high { close(descriptor) } }
      return .none
    }
    module.define(self, "read", "fd, length, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.cInt(arguments[0])
      let length = try runtime.index(arguments[1])
      if length < 0 { throw runtime.systemError(EINVAL) }
      var buffer = [UInt8](repeating: 0, count: min(length, 1 << 26))
      if mayBlock(descriptor) { _ = try runtime.waitForDescriptor(descriptor, writing: false) }
      let count = try runtime.retrying { read(descriptor, &buffer, buffer.count) }
      return .object(BytesObject(type: runtime.types.bytes, Array(buffer.prefix(count))))
    }
    module.define(self, "write", "fd, data, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.cInt(arguments[0])
      guard let bytes = try runtime.bytesToWrite(arguments[1]) else {
        throw runtime.typeError("a bytes-like object is required, not '\(runtime.typeName(arguments[1]))'")
      }
      if runtime.collectsOutput, descriptor == 1 || descriptor == 2 {
        bytes.withContent { (descriptor == 1 ? runtime.output : runtime.errorOutput).write($0) }
        return .int(bytes.count)
      }
      if mayBlock(descriptor) { _ = try runtime.waitForDescriptor(descriptor, writing: true) }
      return .int(try runtime.retrying { bytes.withContent { write(descriptor, $0.baseAddress, $0.count) } })
    }
    defineDescriptorPositions(of: module)
    defineWaitingForFiles(of: module)
    module.define(self, "pipe", "") { (runtime, _) throws(Raised) in
      var ends: [Int32] = [-1, -1]
      try runtime.checked(pipe(&ends))
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return .object(TupleObject(runtime, ends.map { .int(Int($0)) }))
    }
    module.define(self, "dup", "fd, /") { (runtime, arguments) throws(Raised) in
      let copy = fcntl(try runtime.cInt(arguments[0]), F_DUPFD_CLOEXEC, 0)
      try runtime.checked(copy)
      return .int(Int(copy))
    }
    module.define(self, "dup2", "fd, fd2, inheritable=True") { (runtime, arguments) throws(Raised) in
      runtime.output.flush()
      let copy = dup2(try runtime.cInt(arguments[0]), try runtime.cInt(arguments[1]))
      try runtime.checked(copy)
      if !(try runtime.flag(arguments[2], default: true)) { _ = fcntl(copy, F_SETFD, FD_CLOEXEC) }
      return .int(Int(copy))
    }
    module.define(self, "get_terminal_size", "fd=None, /") { (runtime, arguments) throws(Raised) in
      var size = winsize()
      let descriptor = arguments[0].isUndefined ? 1 : try runtime.cInt(arguments[0])
      if ioctl(descriptor, UInt(TIOCGWINSZ), &size) != 0 { throw runtime.systemError(errno) }
      return runtime.terminalSizes.structure.make([.int(Int(size.ws_col)), .int(Int(size.ws_row))])
    }
    module.set(self, "terminal_size", .object(terminalSizes.structure.type))
  }

  private func defineDescriptorPositions(of module: ModuleObject) {
    module.define(self, "lseek", "fd, position, whence, /") { (runtime, arguments) throws(Raised) in
      let offset = off_t(try runtime.index(arguments[1]))
      let position = lseek(try runtime.cInt(arguments[0]), offset, try runtime.cInt(arguments[2]))
      if position < 0 { throw runtime.systemError(errno) }
      return .int(Int(position))
    }
    module.define(self, "fsync", "fd") { (runtime, arguments) throws(Raised) in
      let descriptor = arguments[0].object == nil ? arguments[0] : try runtime.callMethod(arguments[0], "fileno")
      try runtime.checked(fsync(try runtime.cInt(descriptor)))
      return .none
    }
    if let function = module.namespace.getString(intern("fsync")) { module.set(self, "fdatasync", function) }
    module.define(self, "ftruncate", "fd, length, /") { (runtime, arguments) throws(Raised) in
      try runtime.checked(ftruncate(try runtime.cInt(arguments[0]), off_t(try runtime.index(arguments[1]))))
      return .none
    }
    module.define(self, "fstat", "fd") { (runtime, arguments) throws(Raised) in
      var status = stat()
      try runtime.checked(fstat(try runtime.cInt(arguments[0]), &status))
      return runtime.statResults.make(status)
    }
    module.define(self, "isatty", "fd, /") { (runtime, arguments) throws(Raised) in
      .bool(isatty(try runtime.cInt(arguments[0])) == 1)
    }
    module.define(self, "ttyname", "fd, /") { (runtime, arguments) throws(Raised) in
      guard let name = ttyname(try runtime.cInt(arguments[0])) else { throw runtime.systemError(errno) }
      return .object(runtime.string(String(cString: name)))
    }
    module.define(self, "get_inheritable", "fd, /") { (runtime, arguments) throws(Raised) in
      let flags = fcntl(try runtime.cInt(arguments[0]), F_GETFD)
      try runtime.checked(flags)
      return .bool(flags & FD_CLOEXEC == 0)
    }
    module.define(self, "set_inheritable", "fd, inheritable, /") { (runtime, arguments) throws(Raised) in
      try runtime.checked(
        fcntl(try runtime.cInt(arguments[0]), F_SETFD, try runtime.isTrue(arguments[1]) ? 0 : FD_CLOEXEC))
      return .none
    }
    module.define(self, "get_blocking", "fd, /") { (runtime, arguments) throws(Raised) in
      let flags = fcntl(try runtime.cInt(arguments[0]), F_GETFL)
      try runtime.checked(flags)
      return .bool(flags & O_NONBLOCK == 0)
    }
    module.define(self, "set_blocking", "fd, blocking, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.cInt(arguments[0])
      let flags = fcntl(descriptor, F_GETFL)
      try runtime.checked(flags)
      try runtime.checked(
        fcntl(descriptor, F_SETFL, try runtime.isTrue(arguments[1]) ? flags & ~O_NONBLOCK : flags | O_NONBLOCK))
      return .none
    }
  }

  /// For `subprocess`, whose children live in real time.
  private func defineWaitingForFiles(of module: ModuleObject) {
    module.define(self, "_now", "") { (_, _) throws(Raised) in
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return .float(time.seconds)
    }
    module.define(self, "_pause", "seconds, /") { (runtime, arguments) throws(Raised) in
      var none: [pollfd] = []
      _ = try runtime.wait(for: &none, until: runtime.asyncio.systemClock.monotonic + runtime.seconds(arguments[0]))
      return .none
    }
    // _wait_for_files(to read, to write, seconds or -1) -> (readable, writable)
    module.define(self, "_wait_for_files", "reads, writes, seconds, /") { (runtime, arguments) throws(Raised) in
      var polls: [pollfd] = []
      for (list, event) in [(arguments[0], POLLIN), (arguments[1], POLLOUT)] {
        for file in try runtime.array(list) {
          polls.append(pollfd(fd: try runtime.cInt(file), events: Int16(event), revents: 0))
        }
      }
      let seconds = try runtime.seconds(arguments[2])
      _ = try runtime.wait(for: &polls, until: seconds < 0 ? nil : runtime.asyncio.systemClock.monotonic + seconds)
      var found: [[Value]] = [[], []]
      for poll in polls where poll.revents != 0 {
        found[Int32(poll.events) == Int32(POLLIN) ? 0 : 1].append(.int(Int(poll.fd)))
      }
      return .object(TupleObject(runtime, found.map { .object(ListObject(runtime, $0)) }))
    }
  }

  fileprivate var terminalSizes: TerminalSizeType { attachment(TerminalSizeType.self) { TerminalSizeType(self) } }

  /// Whether what the program prints stays in memory.
  var collectsOutput: Bool { output.isInMemory }

  /// The result of a call that gives -1 when it failed.
  func checked(_ result: Int32) throws(Raised) {
    if result < 0 { throw systemError(errno) }
  }

  /// Makes a call that may take a while, without the turn. Repeats it if a signal interrupted it, once the program's handlers ran.
  func retrying(_ call: () -> Int) throws(Raised) -> Int {
    while true {
      let result = threads.blocking(call)
      if result >= 0 { return result }
      if errno != EINTR { throw systemError(errno) }
      if machine.pointee.isInterrupted { try handleInterrupt() }
    }
  }
}

private final class TerminalSizeType {
  let structure: StructSequenceType

  init(_ runtime: Runtime) {
    structure = StructSequenceType(
      runtime, module: "os", name: "terminal_size", fields: ["columns", "lines"], isConstructible: true)
  }
}

private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
