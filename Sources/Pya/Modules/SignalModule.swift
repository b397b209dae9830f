#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_signal`: what `signal.pya` asks the system for.
func makeSignalModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "_signal")
  var numbers: [(String, Int32)] = [
    ("SIGHUP", SIGHUP), ("SIGINT", SIGINT), ("SIGQUIT", SIGQUIT), ("SIGILL", SIGILL), ("SIGTRAP", SIGTRAP), ("SIGABRT", SIGABRT),
    ("SIGBUS", SIGBUS), ("SIGFPE", SIGFPE), ("SIGKILL", SIGKILL), ("SIGUSR1", SIGUSR1), ("SIGSEGV", SIGSEGV), ("SIGUSR2", SIGUSR2),
    ("SIGPIPE", SIGPIPE), ("SIGALRM", SIGALRM), ("SIGTERM", SIGTERM), ("SIGCHLD", SIGCHLD), ("SIGCONT", SIGCONT), ("SIGSTOP", SIGSTOP),
    ("SIGTSTP", SIGTSTP), ("SIGTTIN", SIGTTIN), ("SIGTTOU", SIGTTOU), ("SIGURG", SIGURG), ("SIGXCPU", SIGXCPU), ("SIGXFSZ", SIGXFSZ),
    ("SIGVTALRM", SIGVTALRM), ("SIGPROF", SIGPROF), ("SIGWINCH", SIGWINCH), ("SIGIO", SIGIO), ("SIGSYS", SIGSYS),
  ]
  #if canImport(Glibc)
    numbers += [("SIGSTKFLT", SIGSTKFLT), ("SIGPWR", SIGPWR), ("SIGRTMIN", 34), ("SIGRTMAX", 64)]
  #endif
  let table = DictObject(runtime)
  for (name, number) in numbers.sorted(by: { $0.1 < $1.1 }) { table.setString(runtime.intern(name), .int(Int(number))) }
  module.set(runtime, "numbers", .object(table))
  runtime.defineSignalHandlers(of: module)
  runtime.defineAlarms(of: module)
  return module
}

extension Runtime {
  private func signalNumber(_ value: Value) throws(Raised) -> Int32 {
    let number = try cInt(value)
    guard number > 0, number < SignalHandlers.count else { throw valueError("signal number out of range") }
    return number
  }

  fileprivate func defineSignalHandlers(of module: ModuleObject) {
    // Handlers are 0 (SIG_DFL), 1 (SIG_IGN) or functions; what `default_int_handler` is decides the module above.
    module.define(self, "signal", "signalnum, handler, /") { (runtime, arguments) throws(Raised) in
      let number = try runtime.signalNumber(arguments[0])
      let old = runtime.handlerValue(of: number)
      let disposition: SignalHandlers.Disposition
      switch arguments[1] {
      case .int(0): disposition = .standard
      case .int(1): disposition = .ignored
      default: disposition = .function(arguments[1])
      }
      if !runtime.signals.set(number, disposition) { throw runtime.systemError(errno) }
      return old
    }
    module.define(self, "getsignal", "signalnum, /") { (runtime, arguments) throws(Raised) in
      runtime.handlerValue(of: try runtime.signalNumber(arguments[0]))
    }
    module.define(self, "raise_signal", "signalnum, /") { (runtime, arguments) throws(Raised) in
      if !(try runtime.signals.raise(try runtime.signalNumber(arguments[0]))) { throw runtime.systemError(EINVAL) }
      return .none
    }
    module.define(self, "set_wakeup_fd", "fd, /") { (runtime, arguments) throws(Raised) in
      let old = runtime.signals.wakeupDescriptor
      runtime.signals.wakeupDescriptor = try runtime.cInt(arguments[0])
      return .int(Int(old))
    }
    module.define(self, "strsignal", "signalnum, /") { (runtime, arguments) throws(Raised) in
      guard let text = strsignal(try runtime.signalNumber(arguments[0])) else { return .none }
      let description = String(cString: text)
      return description.hasPrefix("Unknown signal") ? .none : .object(runtime.string(description))
    }
    module.define(self, "pause", "") { (runtime, _) throws(Raised) in
      while !runtime.machine.pointee.isInterrupted { runtime.asyncio.wakeup.sleep(3600) }
      try runtime.handleInterrupt()
      return .none
    }
  }

  private func handlerValue(of number: Int32) -> Value {
    switch signals.disposition(of: number) {
    case .standard: .int(0)
    case .ignored: .int(1)
    case .function(let handler): handler
    }
  }

  fileprivate func defineAlarms(of module: ModuleObject) {
    module.define(self, "alarm", "seconds, /") { (runtime, arguments) throws(Raised) in
      .int(Int(alarm(UInt32(truncatingIfNeeded: max(0, try runtime.index(arguments[0]))))))
    }
    func seconds(_ time: timeval) -> Value { .float(Double(time.tv_sec) + Double(time.tv_usec) / 1e6) }
    module.define(self, "setitimer", "which, seconds, interval=0.0, /") { (runtime, arguments) throws(Raised) in
      func time(_ value: Value) throws(Raised) -> timeval {
        var number = 0.0
        if case .float(let float) = value { number = float } else if !value.isUndefined { number = Double(try runtime.index(value)) }
        guard number >= 0, number < 1e9 else { throw runtime.systemError(EINVAL) }
        let whole = number.rounded(.down)
        return timeval(tv_sec: Int(whole), tv_usec: .init((number - whole) * 1e6))
      }
      var new = itimerval(it_interval: try time(arguments[2]), it_value: try time(arguments[1]))
      var old = itimerval()
      if systemSetTimer(try runtime.cInt(arguments[0]), &new, &old) != 0 { throw runtime.systemError(errno) }
      return .object(TupleObject(runtime, [seconds(old.it_value), seconds(old.it_interval)]))
    }
    module.define(self, "getitimer", "which, /") { (runtime, arguments) throws(Raised) in
      var current = itimerval()
      if systemGetTimer(try runtime.cInt(arguments[0]), &current) != 0 { throw runtime.systemError(errno) }
      return .object(TupleObject(runtime, [seconds(current.it_value), seconds(current.it_interval)]))
    }
  }
}

private func systemSetTimer(_ which: Int32, _ new: inout itimerval, _ old: inout itimerval) -> Int32 { setitimer(which, &new, &old) }
private func systemGetTimer(_ which: Int32, _ current: inout itimerval) -> Int32 { getitimer(which, &current) }
