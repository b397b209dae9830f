#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The clocks of the operating system by number, and what is known about each.
extension Runtime {
  private static let clocks: [(name: String, id: clockid_t)] = [
    ("CLOCK_REALTIME", CLOCK_REALTIME), ("CLOCK_MONOTONIC", CLOCK_MONOTONIC),
    ("CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID), ("CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID),
  ]

  func defineNumberedClocks(of module: ModuleObject) {
    for (name, id) in Runtime.clocks { module.set(self, name, .int(Int(id))) }
    func read(_ runtime: Runtime, _ value: Value) throws(Raised) -> Double {
      let id = clockid_t(truncatingIfNeeded: try runtime.int32(value))
      // The clocks that a virtual clock stands for.
      if id == CLOCK_REALTIME { return runtime.watchedClock.wall }
      if id == CLOCK_MONOTONIC { return runtime.watchedClock.monotonic }
      var time = timespec()
      if clock_gettime(id, &time) != 0 { throw runtime.systemError(EINVAL) }
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    module.define(self, "clock_gettime", "clk_id, /") { (runtime, arguments) throws(Raised) in
      .float(try read(runtime, arguments[0]))
    }
    module.define(self, "clock_gettime_ns", "clk_id, /") { (runtime, arguments) throws(Raised) in
      .int(Int(exactly: (try read(runtime, arguments[0]) * 1e9).rounded()) ?? 0)
    }
    module.define(self, "clock_getres", "clk_id, /") { (runtime, arguments) throws(Raised) in
      var time = timespec()
      let id = clockid_t(truncatingIfNeeded: try runtime.int32(arguments[0]))
      if clock_getres(id, &time) != 0 { throw runtime.systemError(EINVAL) }
      return .float(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
    module.define(self, "get_clock_info", "name, /") { [unowned module] (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else {
        throw runtime.typeError("get_clock_info() argument 1 must be str, not \(runtime.givenName(arguments[0]))")
      }
      let clock: (source: String, isMonotonic: Bool)
      switch name.text {
      case "time": clock = ("CLOCK_REALTIME", false)
      case "monotonic", "perf_counter": clock = ("CLOCK_MONOTONIC", true)
      case "process_time": clock = ("CLOCK_PROCESS_CPUTIME_ID", true)
      case "thread_time": clock = ("CLOCK_THREAD_CPUTIME_ID", true)
      default: throw runtime.valueError("unknown clock")
      }
      let types = try runtime.importModule("types", level: 0, globals: module.namespace)
      let fields: [(StringObject, Value)] = [
        (runtime.intern("implementation"), .object(runtime.string("clock_gettime(\(clock.source))"))),
        (runtime.intern("monotonic"), .bool(clock.isMonotonic)),
        (runtime.intern("adjustable"), .bool(!clock.isMonotonic)), (runtime.intern("resolution"), .float(1e-9)),
      ]
      return try runtime.call(
        try runtime.getAttribute(types, "SimpleNamespace"), [], keywords: fields.map { (name: $0.0, value: $0.1) })
    }
  }
}
