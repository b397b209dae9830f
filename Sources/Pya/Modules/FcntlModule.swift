#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `fcntl` rests on: locks on files, and settings of descriptors.
extension Runtime {
  func makeFcntlModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_fcntl")
    module.define(self, "flock", "fd, operation, /") { (runtime, arguments) throws(Raised) in
      let (descriptor, operation) = (try runtime.fileDescriptor(arguments[0]), try runtime.cInt(arguments[1]))
      try runtime.repeatUntilFree(isPatient: operation & LOCK_NB == 0 && operation & LOCK_UN == 0) {
        flock(descriptor, operation | LOCK_NB)
      }
      return .none
    }
    module.define(self, "lockf", "fd, cmd, len=0, start=0, whence=0, /") { (runtime, arguments) throws(Raised) in
      let (descriptor, operation) = (try runtime.fileDescriptor(arguments[0]), try runtime.cInt(arguments[1]))
      var lock = systemLock()
      if operation == LOCK_UN {
        lock.l_type = Int16(F_UNLCK)
      } else if operation & LOCK_SH != 0 {
        lock.l_type = Int16(F_RDLCK)
      } else if operation & LOCK_EX != 0 {
        lock.l_type = Int16(F_WRLCK)
      } else {
        throw runtime.valueError("unrecognized lockf argument")
      }
      lock.l_len = off_t(try runtime.number(arguments[2], default: 0))
      lock.l_start = off_t(try runtime.number(arguments[3], default: 0))
      lock.l_whence = Int16(truncatingIfNeeded: try runtime.number(arguments[4], default: 0))
      try runtime.repeatUntilFree(isPatient: operation & LOCK_NB == 0 && operation != LOCK_UN) {
        withUnsafeMutablePointer(to: &lock) { fcntl(descriptor, F_SETLK, $0) }
      }
      return .none
    }
    module.define(self, "fcntl", "fd, cmd, arg=0, /") { (runtime, arguments) throws(Raised) in
      let (descriptor, command) = (try runtime.fileDescriptor(arguments[0]), try runtime.cInt(arguments[1]))
      let argument = arguments[2].defined ?? .int(0)
      if let bytes = try runtime.bytesToWrite(argument)?.copyBytes() {
        if bytes.count > 1024 { throw runtime.valueError("fcntl string arg too long") }
        var buffer = bytes + [UInt8](repeating: 0, count: 1024 - bytes.count)
        try runtime.checked(buffer.withUnsafeMutableBytes { fcntl(descriptor, command, $0.baseAddress!) })
        return .object(BytesObject(type: runtime.types.bytes, Array(buffer.prefix(bytes.count))))
      }
      let result = fcntl(descriptor, command, try runtime.cInt(argument))
      try runtime.checked(result)
      return .int(Int(result))
    }
    module.define(self, "ioctl", "fd, request, arg=0, mutate_flag=True, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.fileDescriptor(arguments[0])
      let request = UInt(truncatingIfNeeded: try runtime.index(arguments[1]))
      let argument = arguments[2].defined ?? .int(0)
      if let bytes = try runtime.bytesToWrite(argument)?.copyBytes() {
        var buffer = bytes + [UInt8](repeating: 0, count: 1024)
        let result = buffer.withUnsafeMutableBytes { ioctl(descriptor, request, $0.baseAddress!) }
        try runtime.checked(result)
        return .object(BytesObject(type: runtime.types.bytes, Array(buffer.prefix(bytes.count))))
      }
      let result = ioctl(descriptor, request, try runtime.cInt(argument))
      try runtime.checked(result)
      return .int(Int(result))
    }
    return module
  }

  /// Asks for a lock, again and again while another process holds it: signals arrive and other threads run meanwhile.
  private func repeatUntilFree(isPatient: Bool, _ attempt: () -> Int32) throws(Raised) {
    var pause = 0.0005
    while attempt() < 0 {
      let code = errno
      if code == EINTR { try runPendingSignals(); continue }
      guard isPatient, code == EWOULDBLOCK || code == EACCES else { throw systemError(code) }
      try sleep(pause)
      pause = min(pause * 2, 0.02)
    }
  }
}

/// The structure, whose name is that of a function, too.
#if canImport(Glibc)
  private func systemLock() -> Glibc.flock { Glibc.flock() }
#else
  private func systemLock() -> Darwin.flock { Darwin.flock() }
#endif
