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
    if bytes >= 1 << 20 { try checkLargeAllocation(bytes) }
  }

  /// The same for what lists and tuples hold.
  @inline(__always)
  func checkAllocation(ofValues count: Int) throws(Raised) {
    if count >= 1 << 16 { try checkLargeAllocation(count > Int.max / 16 ? .max : count * 16) }
  }

  /// The same for a builder that is to take so many bytes more: only asked when its memory grows, which doubles it.
  @inline(__always)
  func checkGrowth(of builder: borrowing TextBuilder, by added: Int) throws(Raised) {
    if added > builder.room { try checkAllocation(added > .max / 4 ? .max : (builder.count + added) * 2) }
  }

  private func checkLargeAllocation(_ bytes: Int) throws(Raised) {
    if !SystemMemory.has(bytes) { throw memoryError() }
  }
}

/// What there is of memory.
enum SystemMemory {
  /// Whether the system would give so many bytes.
  static func has(_ bytes: Int) -> Bool {
    // The system may promise more memory than it has and kill the process when it is used.
    let physical = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
    let limit = physical.overflow || physical.partialValue <= 0 ? 1 << 34 : physical.partialValue / 4 * 3
    guard bytes < limit else { return false }
    // Not with `malloc`: the optimiser takes a block that nobody uses for granted. Some more, for what stands around the bytes.
    let size = bytes + (1 << 16)
    let probe = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let probe, probe != MAP_FAILED else { return false }
    munmap(probe, size)
    return true
  }
}
