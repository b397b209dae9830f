#if canImport(Glibc)
  import CSystem
  import Glibc
#else
  import Darwin
#endif

extension Runtime {
  /// `waitpid`, without the turn. A signal ends the waiting of the main thread, whichever thread of the system it reached: its handler
  /// runs, and raises, or the waiting goes on.
  func waitForChild(_ process: pid_t, _ options: Int32, _ status: inout Int32) throws(Raised) -> Int {
    guard machine.pointee.isMainThread, options & WNOHANG == 0 else {
      var found: Int32 = 0
      let number = try retrying { Int(waitpid(process, &found, options)) }
      status = found
      return number
    }
    // Descriptors of processes tell of their end only, not that they stopped.
    var descriptor: Int32 = -1
    #if canImport(Glibc)
      if process > 0, options == 0 { descriptor = process_descriptor(process) }
    #endif
    defer { if descriptor >= 0 { close(descriptor) } }
    var pause = 0.0005
    while true {
      var found: Int32 = 0
      let number = try retrying { Int(waitpid(process, &found, options | WNOHANG)) }
      if number != 0 {
        status = found
        return number
      }
      if descriptor >= 0 {
        _ = try waitForDescriptor(descriptor, writing: false)
      } else {
        var none: [pollfd] = []
        _ = try wait(for: &none, until: asyncio.systemClock.monotonic + pause)
        pause = min(pause * 2, 0.02)
      }
    }
  }
}
