import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the command ended, and what it wrote.
struct Ended {
  var status: Int32
  var output: String
  var errors: String
  var seconds: Double
}

/// Where the command's standard output goes.
enum OutputPlace {
  case file
  /// A pipe that nobody reads.
  case closedPipe
}

/// Where its standard input comes from.
enum InputPlace {
  case bytes([UInt8])
  case terminal
}

/// A folder that is there for one test, and the command run in it.
final class Scratch {
  let path: String

  init() {
    var template = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/pya-test-XXXXXX".utf8CString)
    let made = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    let resolved = realpath(made, nil)
    path = resolved.map { String(cString: $0) } ?? made
    free(resolved)
  }

  deinit {
    removeFiles(path)
    rmdir(path)
  }

  @discardableResult
  func write(_ name: String, _ text: String) -> String { write(name, bytes: Array(text.utf8)) }

  @discardableResult
  func write(_ name: String, bytes: [UInt8]) -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    precondition(descriptor >= 0, "cannot write \(file)")
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
      precondition(count > 0)
      offset += count
    }
    close(descriptor)
    return file
  }

  func makeFolder(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

  /// Runs `pya` with this folder as its working directory. Sends it SIGINT as soon as it has written `interruptAfter`.
  func run(
    _ arguments: String..., input: InputPlace = .bytes([]), output: OutputPlace = .file, interruptAfter: String? = nil
  ) -> Ended {
    let inputFile = write(".input", bytes: input.bytes)
    let outputFile = write(".output", "")
    let errorFile = write(".errors", "")
    // The shell only changes the folder; `exec` makes the command take its place.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", path, commandPath] + arguments
    let start = now()
    let terminal = input.isTerminal ? openTerminal() : nil
    let process = spawn(
      words, input: terminal?.path ?? inputFile, output: output == .closedPipe ? nil : outputFile, errors: errorFile)
    if let text = interruptAfter { sendInterrupt(to: process, after: text, in: outputFile) }
    let status = wait(for: process)
    if let terminal { close(terminal.descriptor) }
    return Ended(status: status, output: read(outputFile), errors: read(errorFile), seconds: now() - start)
  }

  private func sendInterrupt(to process: pid_t, after text: String, in file: String) {
    let start = now()
    while !read(file).contains(text), now() - start < 30 { usleep(2000) }
    kill(process, SIGINT)
  }

  func read(_ file: String) -> String { Scratch.text(of: file) }

  /// A file's text; empty when there is none.
  static func text(of file: String) -> String {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk: [UInt8] = Array(repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(descriptor, &chunk, chunk.count)
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}

extension InputPlace {
  fileprivate var bytes: [UInt8] {
    if case .bytes(let bytes) = self { return bytes }
    return []
  }

  fileprivate var isTerminal: Bool {
    if case .terminal = self { return true }
    return false
  }
}

/// The command that was built together with these tests: beside the test bundle, or else in the package's build folder.
let commandPath: String = {
  func folder(of path: String, up levels: Int) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast(levels).joined(separator: "/")
  }
  var candidates = CommandLine.arguments.map { folder(of: $0, up: 1) + "/pya" }
  candidates += ["debug", "release"].map { folder(of: #filePath, up: 3) + "/.build/\($0)/pya" }
  return candidates.first { $0.hasPrefix("/") && access($0, X_OK) == 0 } ?? "pya"
}()

// MARK: Processes

/// Starts a process with the signals of a fresh one. Without `output` its standard output is a pipe that nobody reads.
private func spawn(_ words: [String], input: String, output: String?, errors: String) -> pid_t {
  #if canImport(Glibc)
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
  #else
    var actions: posix_spawn_file_actions_t?
    var attributes: posix_spawnattr_t?
  #endif
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_addopen(&actions, 0, input, O_RDWR | O_NOCTTY, 0)
  var pipeEnds: [Int32] = [-1, -1]
  if let output {
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
  } else {
    pipe(&pipeEnds)
    close(pipeEnds[0])
    _ = fcntl(pipeEnds[1], F_SETFD, FD_CLOEXEC)
    posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 1)
  }
  posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY, 0)
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  for signal in [SIGINT, SIGPIPE] { sigaddset(&signals, signal) }
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var process: pid_t = -1
  let failure = posix_spawn(&process, words[0], &actions, &attributes, &arguments, environ)
  precondition(failure == 0, "cannot start \(words)")
  if output == nil { close(pipeEnds[1]) }
  return process
}

/// The exit status, as a shell shows it; a process that takes more than a minute is killed.
private func wait(for process: pid_t) -> Int32 {
  let start = now()
  var status: Int32 = 0
  while waitpid(process, &status, WNOHANG) == 0 {
    if now() - start > 60 { kill(process, SIGKILL) }
    usleep(2000)
  }
  return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
}

/// A new pseudo terminal: our end, and the name of the other.
func openTerminal() -> (descriptor: Int32, path: String) {
  let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  #if canImport(Glibc)
    // The library's names for these requests (unlockpt, ptsname) are not among what the module Glibc shows.
    var isLocked: Int32 = 0
    var number: UInt32 = 0
    _ = ioctl(descriptor, 0x4004_5431, &isLocked)
    _ = ioctl(descriptor, 0x8004_5430, &number)
    return (descriptor, "/dev/pts/\(number)")
  #else
    grantpt(descriptor)
    unlockpt(descriptor)
    return (descriptor, ptsname(descriptor).map { String(cString: $0) } ?? "/dev/null")
  #endif
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func removeFiles(_ folder: String) {
  guard let listing = opendir(folder) else { return }
  defer { closedir(listing) }
  while let entry = readdir(listing) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name == "." || name == ".." { continue }
    let path = "\(folder)/\(name)"
    if unlink(path) != 0 {
      removeFiles(path)
      rmdir(path)
    }
  }
}

func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}
