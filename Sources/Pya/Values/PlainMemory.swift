#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// `allocate(capacity:)` and `deallocate` come to the same place by three more calls, which small containers feel.
extension UnsafeMutablePointer {
  /// Memory for `count` values, not initialised.
  @inline(__always)
  static func obtain(_ count: Int) -> UnsafeMutablePointer {
    guard let memory = malloc(count &* MemoryLayout<Pointee>.stride) else { fatalError("pya: out of memory") }
    return memory.assumingMemoryBound(to: Pointee.self)
  }

  /// Memory for `count` values whose bits are all 0.
  static func obtainZeros(_ count: Int) -> UnsafeMutablePointer {
    guard let memory = calloc(count, MemoryLayout<Pointee>.stride) else { fatalError("pya: out of memory") }
    return memory.assumingMemoryBound(to: Pointee.self)
  }

  /// The same memory for `count` values, where it is or elsewhere: values move as they are.
  func enlarged(to count: Int) -> UnsafeMutablePointer {
    guard let memory = realloc(self, count &* MemoryLayout<Pointee>.stride) else { fatalError("pya: out of memory") }
    return memory.assumingMemoryBound(to: Pointee.self)
  }

  /// Gives back what `obtain` or `allocate` gave.
  @inline(__always)
  func relinquish() { free(self) }
}
