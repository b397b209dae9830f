#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_termios`, what `termios` rests on: settings of terminals. All of it raises OSError, which `termios` turns into an error of its own.
extension Runtime {
  func makeTermiosModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_termios")
    // The four sets of flags, the two speeds, and the control characters as numbers.
    module.define(self, "get", "fd, /") { (runtime, arguments) throws(Raised) in
      var settings = termios()
      try runtime.checked(tcgetattr(try runtime.fileDescriptor(arguments[0]), &settings))
      let flags = [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag].map { Value.int(Int($0)) }
      let speeds = [cfgetispeed(&settings), cfgetospeed(&settings)].map { Value.int(Int($0)) }
      let characters = withUnsafeBytes(of: &settings.c_cc) { bytes in bytes.map { Value.int(Int($0)) } }
      return .object(ListObject(runtime, flags + speeds + [.object(ListObject(runtime, characters))]))
    }
    module.define(self, "set", "fd, when, settings, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.fileDescriptor(arguments[0])
      let when = try runtime.cInt(arguments[1])
      let given = try runtime.array(arguments[2])
      var settings = termios()
      try runtime.checked(tcgetattr(descriptor, &settings))
      var numbers: [tcflag_t] = []
      for value in given.prefix(6) { numbers.append(tcflag_t(truncatingIfNeeded: try runtime.index(value))) }
      guard given.count == 7, numbers.count == 6 else { throw runtime.typeError("tcsetattr, arg 3: must be 7 element list") }
      var characters: [UInt8] = []
      for value in try runtime.array(given[6]) { characters.append(UInt8(truncatingIfNeeded: try runtime.index(value))) }
      (settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag) = (numbers[0], numbers[1], numbers[2], numbers[3])
      withUnsafeMutableBytes(of: &settings.c_cc) { bytes in
        for (index, character) in characters.enumerated() where index < bytes.count { bytes[index] = character }
      }
      try runtime.checked(cfsetispeed(&settings, speed_t(numbers[4])))
      try runtime.checked(cfsetospeed(&settings, speed_t(numbers[5])))
      runtime.output.flush()
      try runtime.checked(runtime.threads.blocking { tcsetattr(descriptor, when, &settings) })
      return .none
    }
    module.define(self, "drain", "fd, /") { (runtime, arguments) throws(Raised) in
      let descriptor = try runtime.fileDescriptor(arguments[0])
      try runtime.checked(runtime.threads.blocking { tcdrain(descriptor) })
      return .none
    }
    let actions: [(String, (Int32, Int32) -> Int32)] = [
      ("flush", { tcflush($0, $1) }), ("flow", { tcflow($0, $1) }), ("send_break", { tcsendbreak($0, $1) }),
    ]
    for (name, act) in actions {
      module.define(self, name, "fd, number, /") { (runtime, arguments) throws(Raised) in
        try runtime.checked(act(try runtime.fileDescriptor(arguments[0]), try runtime.cInt(arguments[1])))
        return .none
      }
    }
    // Rows and columns.
    module.define(self, "get_size", "fd, /") { (runtime, arguments) throws(Raised) in
      var size = winsize()
      try runtime.checked(ioctl(try runtime.fileDescriptor(arguments[0]), UInt(TIOCGWINSZ), &size))
      return .object(TupleObject(runtime, [.int(Int(size.ws_row)), .int(Int(size.ws_col))]))
    }
    module.define(self, "set_size", "fd, rows, columns, /") { (runtime, arguments) throws(Raised) in
      var size = winsize()
      let descriptor = try runtime.fileDescriptor(arguments[0])
      _ = ioctl(descriptor, UInt(TIOCGWINSZ), &size)
      size.ws_row = UInt16(truncatingIfNeeded: try runtime.index(arguments[1]))
      size.ws_col = UInt16(truncatingIfNeeded: try runtime.index(arguments[2]))
      try runtime.checked(ioctl(descriptor, UInt(TIOCSWINSZ), &size))
      return .none
    }
    return module
  }
}
