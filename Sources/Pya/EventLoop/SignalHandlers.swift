/// `loop.add_signal_handler`: what the loop runs in place of a signal's usual effect.
extension EventLoop {
  /// Schedules the handler of Ctrl-C if the program set one.
  func runsInterruptHandler() -> Bool {
    guard let handler = signalHandlers[2] else { return false }
    ready.append(.handle(handler))
    return true
  }
}

extension Asyncio {
  /// Ctrl-C arrived while a loop runs: its own handler takes it, else it cancels the main task. False: a KeyboardInterrupt.
  func takesInterrupt() -> Bool { runningLoop?.runsInterruptHandler() == true || cancelMainTask() }
}
