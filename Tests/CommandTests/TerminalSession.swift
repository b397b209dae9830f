#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `pya` at a terminal of its own, which the test types into and looks at.
final class TerminalSession {
  private(set) var screen: TerminalScreen
  private let descriptor: Int32
  private let process: pid_t
  private(set) var status: Int32?
  private var received = 0
  /// All that came from the command, colours too.
  private(set) var transcript: [UInt8] = []
  private var lastOutput = 0.0
  /// The beginning of a character that was cut.
  private var incomplete: [UInt8] = []

  init(_ command: String, _ arguments: [String], environment: [String], folder: String, columns: Int, rows: Int) {
    screen = TerminalScreen(columns: columns, rows: rows)
    let terminal = openTerminal()
    descriptor = terminal.descriptor
    TerminalSession.setSize(descriptor, columns, rows)
    // The shell only changes the folder and makes this terminal its own; `exec` puts the command in its place.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, command] + arguments
    process = spawnAtTerminal(words, environment: environment, terminal: terminal.path)
    lastOutput = monotonicTime()
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      var code: Int32 = 0
      waitpid(process, &code, 0)
    }
    close(descriptor)
  }

  // MARK: Acting

  func type(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress!, min($0.count, 512)) }
      if count <= 0 { return }
      bytes = bytes.dropFirst(count)
    }
  }

  func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    TerminalSession.setSize(descriptor, columns, rows)
  }

  private static func setSize(_ descriptor: Int32, _ columns: Int, _ rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }

  // MARK: Waiting

  /// Reads until the condition holds; false: it did not within the time.
  @discardableResult
  func wait(_ seconds: Double, until isReached: (TerminalSession) -> Bool = { _ in false }) -> Bool {
    let end = monotonicTime() + seconds
    while true {
      if isReached(self) { return true }
      if monotonicTime() >= end { return false }
      read()
    }
  }

  /// Waits for the first prompt.
  func waitForStart() { wait(10) { $0.isQuiet && !$0.screen.text.isEmpty } }

  /// Waits until a prompt is there again, or the command has ended.
  func waitForPrompt() {
    let before = received
    wait(5) { session in
      if session.status != nil { return true }
      let line = session.screen.cursorLine
      return session.received > before && session.isQuiet && (line.hasPrefix(">>> ") || line.hasPrefix("... "))
    }
  }

  private var isQuiet: Bool { received > 0 && monotonicTime() - lastOutput > 0.03 }

  private func read() {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard status == nil, poll(&request, 1, 10) > 0 else {
      if status != nil { usleep(5000) }
      return
    }
    var chunk: [UInt8] = Array(repeating: 0, count: 1 << 14)
    let count = systemRead(descriptor, &chunk, chunk.count)
    guard count > 0 else { return noteEnd() }
    received += count
    transcript += chunk[..<count]
    lastOutput = monotonicTime()
    let bytes = incomplete + chunk[..<count]
    // Whole characters only.
    var end = bytes.count
    while end > 0, bytes.count - end < 4, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
    if end > 0, bytes[end - 1] >= 0xC0 {
      let length = bytes[end - 1] >= 0xF0 ? 4 : bytes[end - 1] >= 0xE0 ? 3 : 2
      end = bytes.count - (end - 1) >= length ? bytes.count : end - 1
    } else {
      end = bytes.count
    }
    incomplete = Array(bytes[end...])
    screen.write(String(decoding: bytes[..<end], as: UTF8.self))
  }

  private func noteEnd() {
    var code: Int32 = 0
    waitpid(process, &code, 0)
    status = code & 0x7F == 0 ? code >> 8 & 0xFF : 128 + code & 0x7F
  }
}

/// Starts a process whose controlling terminal is the given one.
private func spawnAtTerminal(_ words: [String], environment: [String], terminal: String) -> pid_t {
  #if canImport(Glibc)
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    let newSession: Int16 = 0x80
  #else
    var actions: posix_spawn_file_actions_t?
    var attributes: posix_spawnattr_t?
    let newSession = Int16(POSIX_SPAWN_SETSID)
  #endif
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
  posix_spawn_file_actions_adddup2(&actions, 0, 1)
  posix_spawn_file_actions_adddup2(&actions, 0, 2)
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  for signal in [SIGINT, SIGPIPE] { sigaddset(&signals, signal) }
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | newSession)
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
  defer { for text in arguments + variables { free(text) } }
  var process: pid_t = -1
  let failure = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
  precondition(failure == 0, "cannot start \(words)")
  return process
}

func monotonicTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
