import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C, and Ctrl-\ which shows the tasks: a thread of its own waits for the signals and tells the interpreter. Unlike a handler it needs no global state, and no system
/// call of the program fails half-way.
struct Interrupts: Sendable {
  /// For a prompt: also what concerns its terminal.
  private let isForSession: Bool

  /// Keeps SIGINT from this thread and those it starts from now on. Nil: whoever started the process has it ignored (a
  /// job in the background of a shell script), and so does the program, as on CPython.
  static func block(forSession isForSession: Bool = false) -> Interrupts? {
    var current = sigaction()
    sigaction(SIGINT, nil, &current)
    if ignores(current) { return nil }
    var signals = signalSet(isForSession)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return Interrupts(isForSession: isForSession)
  }

  /// Ends the process by SIGINT itself, so that a shell that waits for it knows.
  static func endBySignal() {
    signal(SIGINT, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    fflush(nil)
    kill(getpid(), SIGINT)
  }

  /// Starts the thread. It lives as long as the process.
  func forward(to handle: InterruptHandle) {
    let argument = Unmanaged.passRetained(Recipient(handle, isForSession)).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
      if pthread_create(&thread, nil, waitForInterrupts, argument) == 0 { pthread_detach(thread) }
    #else
      var thread: pthread_t?
      if pthread_create(&thread, nil, waitForInterrupts, argument) == 0, let thread { pthread_detach(thread) }
    #endif
  }

  private static func ignores(_ action: sigaction) -> Bool {
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

private final class Recipient: Sendable {
  let handle: InterruptHandle
  let isForSession: Bool

  init(_ handle: InterruptHandle, _ isForSession: Bool) {
    self.handle = handle
    self.isForSession = isForSession
  }

  func wait() {
    var signals = signalSet(isForSession)
    var signal: Int32 = 0
    while sigwait(&signals, &signal) == 0 {
      switch signal {
      case SIGINT:
        handle.interrupt()
        if isForSession {
          usleep(40_000)
          handle.insist()
        }
      case SIGQUIT: handle.showTasks()
      case SIGTSTP: stop()
      default: handle.wake()
      }
    }
  }

  /// Ctrl-Z: the terminal is given back in its usual state, and taken again when the process goes on.
  private func stop() {
    var settings = termios()
    let isTerminal = tcgetattr(0, &settings) == 0
    if isTerminal {
      var usual = settings
      usual.c_lflag |= tcflag_t(ICANON | ECHO)
      usual.c_iflag |= tcflag_t(ICRNL)
      tcsetattr(0, TCSADRAIN, &usual)
    }
    kill(getpid(), SIGSTOP)
    if isTerminal { tcsetattr(0, TCSADRAIN, &settings) }
    SessionSignals.wasStopped.pointee = true
    handle.wake()
  }
}

/// What the thread that waits for signals leaves for the prompt: plain memory, written by the one and read by the other.
enum SessionSignals {
  /// The process was stopped and goes on: the screen shows other things now.
  nonisolated(unsafe) static let wasStopped: UnsafeMutablePointer<Bool> = {
    let memory = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    memory.initialize(to: false)
    return memory
  }()
}

private func signalSet(_ isForSession: Bool) -> sigset_t {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGINT)
  sigaddset(&signals, SIGQUIT)
  if isForSession { for signal in [SIGWINCH, SIGTSTP] { sigaddset(&signals, signal) } }
  return signals
}

#if canImport(Glibc)
  private func waitForInterrupts(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<Recipient>.fromOpaque(argument).takeRetainedValue().wait() }
    return nil
  }
#else
  private func waitForInterrupts(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Recipient>.fromOpaque(argument).takeRetainedValue().wait()
    return nil
  }
#endif
