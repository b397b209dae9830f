#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `os.fork`: a copy of the process that goes on with the thread that asked for it, and with nothing else: other threads, the running
/// event loop and the pipes that wake sleepers stay behind.
extension Runtime {
  final class ForkCallbacks {
    var before: [Value] = []
    var inChild: [Value] = []
    var inParent: [Value] = []
  }

  var forkCallbacks: ForkCallbacks { attachment(ForkCallbacks.self) { ForkCallbacks() } }

  /// The number of the new process; 0 in it.
  func forkProcess() throws(Raised) -> Int {
    #if canImport(Glibc)
      // Its output would be lost, and its end would not be the end of the process.
      if output.isInMemory { throw error("NotImplementedError", "pya: os.fork is not supported where output is collected") }
      callBack(forkCallbacks.before)
      sendPending()
      let process = threads.fork()
      if process < 0 { throw systemError(errno) }
      if process > 0 {
        callBack(forkCallbacks.inParent)
        return Int(process)
      }
      asyncio.sends.forgetWatch()
      asyncio.runningLoop = nil
      asyncio.currentLoop = nil
      asyncio.hasSetLoop = false
      asyncio.mainTask = nil
      // The thread that waited for Ctrl-C is not there.
      var none = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, nil)
      if let random = modules["random"] { _ = try callMethod(.object(random), "seed") }
      if let threading = modules["threading"] { _ = try callMethod(.object(threading), "_after_fork") }
      callBack(forkCallbacks.inChild)
      return 0
    #else
      throw error("NotImplementedError", "os.fork is not supported by pya")
    #endif
  }

  private func callBack(_ callbacks: [Value]) {
    for callback in callbacks {
      do throws(Raised) { _ = try call(callback) } catch { reportUnraisable(error, in: callback) }
    }
  }
}
