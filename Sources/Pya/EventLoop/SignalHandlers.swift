#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `loop.add_signal_handler`: what the loop runs in place of a signal's usual effect.
extension EventLoop {
  /// False: the system does not let the signal be caught.
  func addSignalHandler(_ handle: HandleObject, for number: Int) -> Bool {
    if number == SIGINT, !asyncio.runtime.signals.isInterruptIgnored {
      // Also while no loop runs: it is in the queue then.
      asyncio.runtime.loopInterruptHandler = { [unowned(unsafe) asyncio] in
        for loop in asyncio.loops where loop.takeUnretainedValue().runsInterruptHandler() { return true }
        return false
      }
    } else {
      // No weak reference: it would make every counting of the loop slow.
      let address = Unmanaged.passUnretained(self).toOpaque()
      let function = NativeFunction(asyncio.runtime, "_sighandler_noop", "signum, frame") { [unowned(unsafe) asyncio, address] (_, _) in
        asyncio.loops.first { $0.toOpaque() == address }?.takeUnretainedValue().signalArrived(number)
        return .none
      }
      if !asyncio.runtime.signals.set(Int32(number), .function(.object(function))) { return false }
    }
    signalHandlers[number] = handle
    return true
  }

  /// Whether there was one.
  @discardableResult
  func removeSignalHandler(_ number: Int) -> Bool {
    guard signalHandlers.removeValue(forKey: number) != nil else { return false }
    let signals = asyncio.runtime.signals
    if number != SIGINT {
      _ = signals.set(Int32(number), .standard)
    } else if signals.isInterruptIgnored {
      let interrupting = NativeFunction(asyncio.runtime, "default_int_handler", "signum, frame") { (runtime, _) throws(Raised) in
        throw runtime.error("KeyboardInterrupt", [])
      }
      _ = signals.set(SIGINT, .function(.object(interrupting)))
    }
    return true
  }

  /// CPython's loop reads a byte from its pipe first, and schedules the handler then.
  private func signalArrived(_ number: Int) {
    if signalHandlers[number] != nil { ready.append(.job(SignalArrival(self, number))) }
  }

  /// Schedules the handler of Ctrl-C if the program set one.
  func runsInterruptHandler() -> Bool {
    guard signalHandlers[Int(SIGINT)] != nil else { return false }
    signalArrived(Int(SIGINT))
    return true
  }
}

private final class SignalArrival: LoopJob {
  private let loop: EventLoop
  private let number: Int

  init(_ loop: EventLoop, _ number: Int) {
    self.loop = loop
    self.number = number
  }

  override func run(_ runtime: Runtime) throws(Raised) {
    guard let handle = loop.signalHandlers[number] else { return }
    if handle.isCancelled { loop.removeSignalHandler(number) } else { loop.ready.append(.handle(handle)) }
  }
}

extension Asyncio {
  /// Ctrl-C arrived while a loop runs: its own handler takes it, else it cancels the main task. False: a KeyboardInterrupt.
  func takesInterrupt() -> Bool { runningLoop?.runsInterruptHandler() == true || cancelMainTask() }
}
