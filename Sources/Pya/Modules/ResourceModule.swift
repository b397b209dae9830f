#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `resource`: what the process has used, and what it may use.
extension Runtime {
  func makeResourceModule() -> ModuleObject {
    let module = ModuleObject(self, name: "resource")
    let usage = StructSequenceType(
      self, module: "resource", name: "struct_rusage",
      fields: [
        "ru_utime", "ru_stime", "ru_maxrss", "ru_ixrss", "ru_idrss", "ru_isrss", "ru_minflt", "ru_majflt", "ru_nswap",
        "ru_inblock", "ru_oublock", "ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw", "ru_nivcsw",
      ])
    module.set(self, "struct_rusage", .object(usage.type))
    module.set(self, "RUSAGE_SELF", .int(0))
    module.set(self, "RUSAGE_CHILDREN", .int(-1))
    module.define(self, "getrusage", "who, /") { (runtime, arguments) throws(Raised) in
      let who = try runtime.index(arguments[0])
      guard who == 0 || who == -1 else { throw runtime.valueError("invalid who parameter") }
      return usage.make(Runtime.usage(ofChildren: who == -1))
    }
    module.define(self, "getpagesize", "") { (_, _) throws(Raised) in .int(Int(sysconf(Int32(_SC_PAGESIZE)))) }
    let infinity = -1
    module.set(self, "RLIM_INFINITY", .int(infinity))
    for (name, value) in Runtime.resourceLimits { module.set(self, name, .int(value)) }
    module.define(self, "getrlimit", "resource, /") { (runtime, arguments) throws(Raised) in
      var limit = rlimit()
      guard Runtime.getLimit(try runtime.index(arguments[0]), &limit) else {
        throw runtime.valueError("invalid resource specified")
      }
      let values = [limit.rlim_cur, limit.rlim_max].map { Value.int(Int(exactly: $0) ?? infinity) }
      return .object(TupleObject(runtime, values))
    }
    return module
  }

  private static func usage(ofChildren: Bool) -> [Value] {
    var usage = rusage()
    getrusage(ofChildren ? -1 : 0, &usage)
    func seconds(_ time: timeval) -> Value { .float(Double(time.tv_sec) + Double(time.tv_usec) / 1e6) }
    let counts = [
      usage.ru_maxrss, usage.ru_ixrss, usage.ru_idrss, usage.ru_isrss, usage.ru_minflt, usage.ru_majflt, usage.ru_nswap,
      usage.ru_inblock, usage.ru_oublock, usage.ru_msgsnd, usage.ru_msgrcv, usage.ru_nsignals, usage.ru_nvcsw, usage.ru_nivcsw,
    ]
    return [seconds(usage.ru_utime), seconds(usage.ru_stime)] + counts.map { .int(Int($0)) }
  }

  #if canImport(Glibc)
    private static let resourceLimits: [(String, Int)] = [
      ("RLIMIT_CPU", 0), ("RLIMIT_FSIZE", 1), ("RLIMIT_DATA", 2), ("RLIMIT_STACK", 3), ("RLIMIT_CORE", 4),
      ("RLIMIT_NPROC", 6), ("RLIMIT_NOFILE", 7), ("RLIMIT_MEMLOCK", 8), ("RLIMIT_AS", 9),
    ]

    private static func getLimit(_ resource: Int, _ limit: inout rlimit) -> Bool {
      guard (0...15).contains(resource) else { return false }
      return getrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0
    }
  #else
    private static let resourceLimits: [(String, Int)] = [
      ("RLIMIT_CPU", 0), ("RLIMIT_FSIZE", 1), ("RLIMIT_DATA", 2), ("RLIMIT_STACK", 3), ("RLIMIT_CORE", 4), ("RLIMIT_AS", 5),
      ("RLIMIT_MEMLOCK", 6), ("RLIMIT_NPROC", 7), ("RLIMIT_NOFILE", 8),
    ]

    private static func getLimit(_ resource: Int, _ limit: inout rlimit) -> Bool {
      guard (0...8).contains(resource) else { return false }
      return getrlimit(Int32(resource), &limit) == 0
    }
  #endif
}
