/// What asyncio tells the logger `asyncio`, in programs that have imported `logging`.
extension Runtime {
  /// A new loop, at the level DEBUG.
  func logNewLoop() throws(Raised) {
    guard let logging = modules["logging"]?.namespace.getString(intern("_log_new_loop")) else { return }
    #if os(macOS)
      let selector = "KqueueSelector"
    #else
      let selector = "EpollSelector"
    #endif
    _ = try call(logging, .object(string(selector)))
  }

  /// Whether the program has imported `logging`.
  var isLogging: Bool { modules["logging"] != nil }

  /// A callback that took long, in debug mode.
  func logSlowCallback(_ description: String, _ seconds: Double) throws(Raised) {
    guard let logging = modules["logging"]?.namespace.getString(intern("_log_slow_callback")) else { return }
    _ = try call(logging, .object(string(description)), .float(seconds))
  }

  /// A loop in debug mode is closed.
  func logClosing(of loop: EventLoop) throws(Raised) {
    guard let logging = modules["logging"]?.namespace.getString(intern("_log_closing")) else { return }
    _ = try call(logging, .object(loop))
  }

  /// An error that nobody handled. False: there is no logger.
  func logLoopError(_ message: String, _ exception: ExceptionObject?) throws(Raised) -> Bool {
    guard let logging = modules["logging"]?.namespace.getString(intern("_log_loop_error")) else { return false }
    _ = try call(logging, .object(string(message)), exception.map { .object($0) } ?? .none)
    return true
  }
}
