#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Signals that arrived and wait for the program's handlers.
///
/// The one piece of state outside a runtime: a handler of the system gets nothing but a number, and signals belong to the process anyway.
/// What it touches is plain memory that lives as long as the process.
private final class SignalBoard: @unchecked Sendable {
  static let count = 65
  let arrived: UnsafeMutablePointer<UInt8>
  /// The machine of the runtime that listens.
  var machine: UnsafeMutablePointer<Machine>?
  /// Where the program wants the numbers of signals to be written (`signal.set_wakeup_fd`); -1: nowhere.
  var wakeupDescriptor: Int32 = -1

  init() {
    arrived = .allocate(capacity: SignalBoard.count)
    arrived.initialize(repeating: 0, count: SignalBoard.count)
  }
}

private let board = SignalBoard()

/// Writes the number of a signal where the program asked for it.
func tellProgram(ofSignal signal: Int32) {
  var number = UInt8(truncatingIfNeeded: signal)
  if board.wakeupDescriptor >= 0 { _ = write(board.wakeupDescriptor, &number, 1) }
}

private func noteSignal(_ signal: Int32) {
  let savedError = errno
  board.arrived[Int(signal)] = 1
  tellProgram(ofSignal: signal)
  if let machine = board.machine {
    machine.pointee.isInterrupted = true
    machine.wake()
  }
  errno = savedError
}

/// What a program does about signals (`signal.signal`).
final class SignalHandlers {
  enum Disposition {
    case standard, ignored
    case function(Value)
  }

  private var dispositions: [Int32: Disposition] = [:]
  private unowned let runtime: Runtime
  private let machine: UnsafeMutablePointer<Machine>

  init(_ runtime: Runtime) {
    self.runtime = runtime
    machine = runtime.machine
    _ = runtime.asyncio.wakeup
    board.machine = runtime.machine
    runtime.signalHandler = { [unowned(unsafe) self] (_) throws(Raised) in try self.runArrived() }
  }

  deinit {
    if board.machine == machine { (board.machine, board.wakeupDescriptor) = (nil, -1) }
  }

  static let count = Int32(SignalBoard.count)

  /// `signal.set_wakeup_fd`
  var wakeupDescriptor: Int32 {
    get { board.wakeupDescriptor }
    set { board.wakeupDescriptor = newValue }
  }

  func disposition(of signal: Int32) -> Disposition {
    if let known = dispositions[signal] { return known }
    return isIgnoredBySystem(signal) ? .ignored : .standard
  }

  private func isIgnoredBySystem(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whoever started the process has Ctrl-C ignored: nobody waits for it then, and the program's handler is one like any other.
  private(set) lazy var isInterruptIgnored = isIgnoredBySystem(SIGINT)

  /// Nil: the system does not allow it for this signal.
  func set(_ signal: Int32, _ disposition: Disposition) -> Bool {
    var action = sigaction()
    sigemptyset(&action.sa_mask)
    #if canImport(Glibc)
      switch disposition {
      case .standard: action.__sigaction_handler.sa_handler = SIG_DFL
      case .ignored: action.__sigaction_handler.sa_handler = SIG_IGN
      case .function: action.__sigaction_handler.sa_handler = noteSignal
      }
    #else
      switch disposition {
      case .standard: action.__sigaction_u.__sa_handler = SIG_DFL
      case .ignored: action.__sigaction_u.__sa_handler = SIG_IGN
      case .function: action.__sigaction_u.__sa_handler = noteSignal
      }
    #endif
    // Ctrl-C arrives through `Runtime.interrupt`, whose thread would not see it once it is ignored.
    if signal != SIGINT || isInterruptIgnored {
      if sigaction(signal, &action, nil) != 0 { return false }
    }
    dispositions[signal] = disposition
    return true
  }

  /// Runs the handlers of what arrived. False: nothing did but a Ctrl-C that the program has no handler for.
  private func runArrived() throws(Raised) -> Bool {
    var found = false
    for signal in 1..<SignalBoard.count where board.arrived[signal] != 0 {
      board.arrived[signal] = 0
      found = true
      try run(Int32(signal))
    }
    // The program looks up for other reasons, too: another thread's turn, a collection.
    guard machine.pointee.hasKeyboardInterrupt else { return found }
    switch disposition(of: SIGINT) {
    case .standard:
      if dispositions[SIGINT] == nil { return false }
      die(of: SIGINT)
      return true
    case .ignored: return true
    case .function:
      // Also when the handler raises: it has had its Ctrl-C.
      machine.pointee.hasKeyboardInterrupt = false
      try run(SIGINT)
      return true
    }
  }

  private func run(_ signal: Int32) throws(Raised) {
    guard case .function(let handler) = disposition(of: signal) else { return }
    _ = try runtime.call(handler, .int(Int(signal)), runtime.interruptedFrame.map { .object($0) } ?? .none)
  }

  private func die(of signal: Int32) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, signal)
    restoreDefault(signal)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    kill(getpid(), signal)
  }

  /// Sends a signal to this thread, and runs its handler if there is one.
  func raise(_ number: Int32) throws(Raised) -> Bool {
    if number == SIGINT {
      runtime.machine.interrupt()
    } else if pthread_kill(pthread_self(), number) != 0 {
      return false
    }
    try runtime.runPendingSignals()
    return true
  }
}

private func restoreDefault(_ number: Int32) { signal(number, SIG_DFL) }

extension Runtime {
  var signals: SignalHandlers { attachment(SignalHandlers.self) { SignalHandlers(self) } }

  /// Runs handlers of signals that arrived, where a function could have sent them.
  func runPendingSignals() throws(Raised) {
    if machine.pointee.isInterrupted { try handleInterrupt() }
  }
}
