import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C: a thread of its own waits for SIGINT and tells the interpreter. Unlike a handler it needs no global state, and no system
/// call of the program fails half-way.
struct Interrupts: Sendable {
  private init() {}

  /// Keeps SIGINT from this thread and those it starts from now on. Nil: whoever started the process has it ignored (a
  /// job in the background of a shell script), and so does the program, as on CPython.
  static func block() -> Interrupts? {
    var current = sigaction()
    sigaction(SIGINT, nil, &current)
    if ignores(current) { return nil }
    var signals = interruptSet()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return Interrupts()
  }

  /// Starts the thread. It lives as long as the process.
  func forward(to handle: InterruptHandle) {
    let argument = Unmanaged.passRetained(Recipient(handle)).toOpaque()
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
  init(_ handle: InterruptHandle) { self.handle = handle }

  func wait() {
    var signals = interruptSet()
    var signal: Int32 = 0
    while sigwait(&signals, &signal) == 0 { handle.interrupt() }
  }
}

private func interruptSet() -> sigset_t {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGINT)
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
