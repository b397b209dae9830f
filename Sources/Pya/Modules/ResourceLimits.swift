#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `resource.setrlimit` and `prlimit`: what the process may use.
///
/// Limits on memory are remembered and not set: pya reserves address space for its stacks that it never uses, and could not go on.
final class ResourceLimits {
  fileprivate var remembered: [Int: (soft: Int, hard: Int)] = [:]
}

extension Runtime {
  private var resourceLimits: ResourceLimits { attachment(ResourceLimits.self) { ResourceLimits() } }

  func defineResourceLimits(of module: ModuleObject) {
    if let error = builtins.getString(intern("OSError")) { module.set(self, "error", error) }
    module.define(self, "getrlimit", "resource, /") { (runtime, arguments) throws(Raised) in
      runtime.pair(try runtime.limits(of: try runtime.index(arguments[0])))
    }
    module.define(self, "setrlimit", "resource, limits, /") { (runtime, arguments) throws(Raised) in
      try runtime.setLimits(of: try runtime.index(arguments[0]), arguments[1])
      return .none
    }
    module.define(self, "prlimit", "pid, resource, limits=None, /") { (runtime, arguments) throws(Raised) in
      let process = try runtime.index(arguments[0])
      guard process == 0 || process == Int(getpid()) else {
        throw runtime.error("NotImplementedError", "pya: resource.prlimit of another process is not supported")
      }
      let resource = try runtime.index(arguments[1])
      let old = try runtime.limits(of: resource)
      if let new = arguments[2].defined, !new.isNone { try runtime.setLimits(of: resource, new) }
      return runtime.pair(old)
    }
  }

  private func pair(_ limits: (soft: Int, hard: Int)) -> Value {
    .object(TupleObject(self, [.int(limits.soft), .int(limits.hard)]))
  }

  private func limits(of resource: Int) throws(Raised) -> (soft: Int, hard: Int) {
    if let known = resourceLimits.remembered[resource] { return known }
    var limit = rlimit()
    guard Runtime.isResource(resource), Runtime.getLimit(resource, &limit) else { throw valueError("invalid resource specified") }
    return (Int(exactly: limit.rlim_cur) ?? -1, Int(exactly: limit.rlim_max) ?? -1)
  }

  private func setLimits(of resource: Int, _ value: Value) throws(Raised) {
    guard Runtime.isResource(resource) else { throw valueError("invalid resource specified") }
    let given = try array(value)
    guard given.count == 2 else { throw valueError("expected a tuple of 2 integers") }
    let (soft, hard) = (try index(given[0]), try index(given[1]))
    let old = try limits(of: resource)
    func amount(_ limit: Int) -> UInt { limit < 0 ? .max : UInt(limit) }
    if amount(soft) > amount(hard) { throw valueError("current limit exceeds maximum limit") }
    if Runtime.limitsOnMemory.contains(resource) {
      if amount(hard) > amount(old.hard), geteuid() != 0 { throw valueError("not allowed to raise maximum limit") }
      resourceLimits.remembered[resource] = (soft, hard)
      return
    }
    var limit = rlimit(rlim_cur: soft < 0 ? Runtime.noLimit : rlim_t(soft), rlim_max: hard < 0 ? Runtime.noLimit : rlim_t(hard))
    if Runtime.setLimit(resource, &limit) { return }
    switch errno {
    case EINVAL: throw valueError("current limit exceeds maximum limit")
    case EPERM: throw valueError("not allowed to raise maximum limit")
    default: throw systemError(errno)
    }
  }

  #if canImport(Glibc)
    static let resourceNames: [(String, Int)] = [
      ("RLIMIT_CPU", 0), ("RLIMIT_FSIZE", 1), ("RLIMIT_DATA", 2), ("RLIMIT_STACK", 3), ("RLIMIT_CORE", 4), ("RLIMIT_RSS", 5),
      ("RLIMIT_NPROC", 6), ("RLIMIT_NOFILE", 7), ("RLIMIT_OFILE", 7), ("RLIMIT_MEMLOCK", 8), ("RLIMIT_AS", 9),
      ("RLIMIT_SIGPENDING", 11), ("RLIMIT_MSGQUEUE", 12), ("RLIMIT_NICE", 13), ("RLIMIT_RTPRIO", 14), ("RLIMIT_RTTIME", 15),
    ]
    private static let limitsOnMemory = [2, 5, 9]
    private static let noLimit = rlim_t.max

    private static func isResource(_ resource: Int) -> Bool { (0...15).contains(resource) }
    private static func getLimit(_ resource: Int, _ limit: inout rlimit) -> Bool {
      getrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0
    }
    private static func setLimit(_ resource: Int, _ limit: inout rlimit) -> Bool {
      setrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0
    }
  #else
    static let resourceNames: [(String, Int)] = [
      ("RLIMIT_CPU", 0), ("RLIMIT_FSIZE", 1), ("RLIMIT_DATA", 2), ("RLIMIT_STACK", 3), ("RLIMIT_CORE", 4), ("RLIMIT_AS", 5),
      ("RLIMIT_MEMLOCK", 6), ("RLIMIT_NPROC", 7), ("RLIMIT_NOFILE", 8),
    ]
    private static let limitsOnMemory = [2, 5]
    private static let noLimit = rlim_t(Int64.max)

    private static func isResource(_ resource: Int) -> Bool { (0...8).contains(resource) }
    private static func getLimit(_ resource: Int, _ limit: inout rlimit) -> Bool { getrlimit(Int32(resource), &limit) == 0 }
    private static func setLimit(_ resource: Int, _ limit: inout rlimit) -> Bool { setrlimit(Int32(resource), &limit) == 0 }
  #endif
}
