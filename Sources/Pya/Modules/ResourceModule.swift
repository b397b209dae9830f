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
    module.set(self, "RLIM_INFINITY", .int(-1))
    for (name, value) in Runtime.resourceNames { module.set(self, name, .int(value)) }
    defineResourceLimits(of: module)
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
}
