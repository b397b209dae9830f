#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Runtime {
  /// `wait_for_child(loop, pid, callback)`: a thread waits for the end of a child process, then the loop calls the callback with its
  /// return code.
  func defineChildWatching(in module: ModuleObject) {
    module.define(self, "wait_for_child", "loop, pid, callback, /") { (runtime, arguments) throws(Raised) in
      guard let loop = arguments[0].object as? EventLoop else { throw runtime.typeError("expected an event loop") }
      let watch = ChildWatch(loop, pid_t(truncatingIfNeeded: try runtime.index(arguments[1])), arguments[2])
      guard let state = runtime.threads.start({ [unowned runtime] (_) in watch.run(runtime) }) else {
        throw runtime.runtimeError("can't start new thread")
      }
      state.isDaemon = true
      return .none
    }
  }
}

/// Lets go of everything while its thread has the turn.
private final class ChildWatch {
  private var loop: EventLoop?
  private let process: pid_t
  private var callback: Value

  init(_ loop: EventLoop, _ process: pid_t, _ callback: Value) {
    self.loop = loop
    self.process = process
    self.callback = callback
  }

  func run(_ runtime: Runtime) {
    let process = process
    let code: Int = runtime.threads.blocking {
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 { if errno != EINTR { return 255 } }
      let signal = status & 0x7f
      return signal == 0 ? Int((status >> 8) & 0xff) : -Int(signal)
    }
    if let loop, !loop.isClosed {
      loop.ready.append(.job(ChildExit(loop, callback, code)))
      loop.awaken()
    }
    loop = nil
    callback = .none
  }
}

private final class ChildExit: LoopJob {
  private let loop: EventLoop
  private let callback: Value
  private let code: Int

  init(_ loop: EventLoop, _ callback: Value, _ code: Int) {
    self.loop = loop
    self.callback = callback
    self.code = code
  }

  override func run(_ runtime: Runtime) throws(Raised) {
    if try loop.callOwn("call_soon_threadsafe", [callback, .int(code)]) == nil { _ = try runtime.call(callback, .int(code)) }
  }
}
