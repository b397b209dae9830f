import Pya
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs every `Programs/<feature>/<claim>.pya` and every example on the virtual clock and compares what it prints with the files
/// beside it: `.expected` (standard output), `.status` (0 when absent) and `.stderr` (empty when absent; not compared for
/// examples). With `PYA_RECORD` set in the environment the files are written instead; read them before committing.
@Suite struct ProgramTests {
  @Test(arguments: Golden.all(below: Golden.programs))
  func printsWhatCPythonPrints(_ program: Golden) {
    let outcome = program.run()
    if getenv("PYA_RECORD") != nil { return program.record(outcome) }
    #expect(text(outcome.output) == program.expected, "standard output of \(program.path)")
    #expect(outcome.status == program.status, "exit status of \(program.path)")
    #expect(text(outcome.errorOutput) == program.expectedError, "standard error of \(program.path)")
  }

  @Test(arguments: Golden.all(below: Golden.examples))
  func exampleRuns(_ program: Golden) {
    let outcome = program.run()
    #expect(text(outcome.output) == program.expected, "standard output of \(program.path)")
    #expect(outcome.status == 0, "exit status of \(program.path): \(text(outcome.errorOutput))")
  }

  @Test func programsAreFound() {
    #expect(Golden.all(below: Golden.programs).count >= 150)
    #expect(Golden.all(below: Golden.examples).count >= 8)
  }
}

/// One program with its expectations.
struct Golden: Sendable, CustomTestStringConvertible {
  /// Without the `.pya`.
  let base: String

  var path: String { base + ".pya" }
  var testDescription: String { base.split(separator: "/").suffix(2).joined(separator: "/") }

  private static let folder = String(#filePath.dropLast("/ProgramTests.swift".count))
  static let programs = folder + "/Programs"
  static let examples = folder + "/../../examples"

  /// Programs that pya does not run as CPython does yet, each with what is missing: `not-yet.txt` beside the programs.
  private static let notYet = Set(
    text(contents(of: folder + "/not-yet.txt") ?? []).split(separator: "\n").map { String($0.prefix { $0 != " " }) })

  static func all(below folder: String) -> [Golden] {
    var found: [Golden] = []
    for name in entries(of: folder) {
      let path = folder + "/" + name
      if name.hasSuffix(".pya") {
        found.append(Golden(base: String(path.dropLast(4))))
      } else if !name.contains(".") {
        found += all(below: path)
      }
    }
    return found.filter { !notYet.contains($0.testDescription) && !$0.needsOwnProcess }
  }

  /// Signals, descriptors, the environment and the working directory belong to the process, which other tests share: such a program
  /// says so in a comment. The built command runs it, as all others, in continuous integration.
  private var needsOwnProcess: Bool { text(contents(of: path) ?? []).contains("# Needs a process of its own.") }

  func run() -> Interpreter.Outcome {
    var options = Interpreter.Options()
    options.usesVirtualClock = true
    options.collectsOutput = true
    let name = String(path.split(separator: "/").last ?? "")
    let directory = String(path.dropLast(name.count + 1))
    let source = contents(of: path) ?? []
    let program = Interpreter.Program(name: path, source: source, directory: directory)
    let limit = TimeLimit(seconds: 120, for: path)
    var outcome = Interpreter.run(program, options: options)
    limit.end()
    // Expectations name files without their folder, and no addresses.
    outcome.errorOutput = Array(withoutAddresses(replacing(directory + "/", in: text(outcome.errorOutput))).utf8)
    return outcome
  }

  var expected: String { text(contents(of: base + ".expected") ?? []) }
  var expectedError: String { text(contents(of: base + ".stderr") ?? []) }
  var status: Int32 { contents(of: base + ".status").flatMap { Int32(text($0).prefix { $0 != "\n" }) } ?? 0 }

  func record(_ outcome: Interpreter.Outcome) {
    write(outcome.output, to: base + ".expected")
    if outcome.status != 0 { write(Array("\(outcome.status)\n".utf8), to: base + ".status") }
    if !outcome.errorOutput.isEmpty { write(outcome.errorOutput, to: base + ".stderr") }
  }
}

/// Ends the tests when a program hangs, and names it: nothing else can stop a thread of this process.
private final class TimeLimit: Sendable {
  private let seconds: Int32
  private let program: String
  private let ends: (read: Int32, write: Int32)

  init(seconds: Int32, for program: String) {
    self.seconds = seconds
    self.program = program
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    self.ends = (ends[0], ends[1])
    // On a thread of its own: those of the tests all wait for programs.
    let argument = Unmanaged.passRetained(self).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
      let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { waitForEnd($0) }
      if pthread_create(&thread, nil, body, argument) == 0 { pthread_detach(thread) }
    #else
      var thread: pthread_t?
      let body: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { waitForEnd($0) }
      if pthread_create(&thread, nil, body, argument) == 0, let thread { pthread_detach(thread) }
    #endif
  }

  /// The program ended: so does the thread.
  func end() { close(ends.write) }

  fileprivate func wait() {
    var descriptor = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
    if poll(&descriptor, 1, seconds * 1000) == 0 {
      let message = "\n\(program) did not end within \(seconds) seconds\n"
      _ = Array(message.utf8).withUnsafeBytes { systemWrite(2, $0.baseAddress, $0.count) }
      _exit(1)
    }
    close(ends.read)
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(descriptor, bytes, count) }

private func waitForEnd(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<TimeLimit>.fromOpaque(argument).takeRetainedValue().wait() }
  return nil
}

/// Without Foundation: `text` with every `part` taken out.
private func replacing(_ part: String, in text: String) -> String {
  let (part, bytes) = (Array(part.utf8), Array(text.utf8))
  var result: [UInt8] = []
  var index = 0
  while index < bytes.count {
    if bytes[index...].starts(with: part) {
      index += part.count
    } else {
      result.append(bytes[index])
      index += 1
    }
  }
  return String(decoding: result, as: UTF8.self)
}

/// `0x7f3820d86ef0` becomes `0x...`.
private func withoutAddresses(_ text: String) -> String {
  text.replacing(/0x[0-9a-f]{4,}/, with: "0x...")
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func entries(of folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}

private func contents(of path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}

private func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "wb") else { return }
  defer { fclose(file) }
  _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
}
