#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Runtime {
  /// MemoryError for more bytes than there are. Swift ends the process when an allocation fails, so whatever a program can make large is
  /// asked about first.
  @inline(__always)
  func checkAllocation(_ bytes: Int) throws(Raised) {
    if bytes >= 1 << 26 { try checkLargeAllocation(bytes) }
  }

  private func checkLargeAllocation(_ bytes: Int) throws(Raised) {
    // The system may promise more memory than it has and kill the process when it is used.
    let physical = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
    let limit = physical.overflow || physical.partialValue <= 0 ? 1 << 34 : physical.partialValue / 4 * 3
    guard bytes < limit, let probe = malloc(bytes) else { throw memoryError() }
    free(probe)
  }
}
