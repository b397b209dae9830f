import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program with what it is to print beside it.
struct GoldenTest {
  private let program: String
  private let stem: String

  init(_ program: String) {
    self.program = program
    stem = ProgramFiles.stem(program)
  }

  var hasExpectation: Bool { access(stem + ".expected", F_OK) == 0 }

  func compare() -> TestRun.Outcome {
    guard let outcome = run() else { return .failed("  cannot be read\n") }
    var text = ""
    text += difference("output", expected: ProgramFiles.read(stem + ".expected") ?? "", outcome.output)
    if let expected = ProgramFiles.read(stem + ".stderr") { text += difference("errors", expected: expected, outcome.errors) }
    let status = ProgramFiles.read(stem + ".status").flatMap { Int32($0.trimmed) }
    if let status, status != outcome.status { text += "  status: expected \(status), got \(outcome.status)\n" }
    if status == nil, outcome.status != 0, ProgramFiles.read(stem + ".stderr") == nil {
      text += "  status: expected 0, got \(outcome.status)\n" + TestText.indented(outcome.errors)
    }
    return text.isEmpty ? .passed : .failed(text)
  }

  func record() -> TestRun.Outcome {
    guard let outcome = run() else { return .failed("  cannot be read\n") }
    var isNew = false
    func write(_ ending: String, _ text: String, if isWanted: Bool) {
      let path = stem + ending
      let old = ProgramFiles.read(path)
      if !isWanted {
        if old != nil {
          unlink(path)
          isNew = true
        }
      } else if old != text {
        _ = writeFile(path, text)
        isNew = true
      }
    }
    write(".expected", outcome.output, if: true)
    write(".stderr", outcome.errors, if: !outcome.errors.isEmpty)
    write(".status", "\(outcome.status)\n", if: outcome.status != 0)
    return isNew ? .recorded : .passed
  }

  private func run() -> (output: String, errors: String, status: Int32)? {
    ProgramFiles.run(program)
  }

  private func difference(_ what: String, expected: String, _ actual: String) -> String {
    if expected == actual { return "" }
    let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let got = actual.split(separator: "\n", omittingEmptySubsequences: false)
    var line = 0
    while line < min(wanted.count, got.count), wanted[line] == got[line] { line += 1 }
    func show(_ lines: [Substring]) -> String { line < lines.count && !(line == lines.count - 1 && lines[line].isEmpty) ? "\(lines[line])" : "(the end)" }
    return "  \(what), line \(line + 1):\n    expected: \(show(wanted))\n    got:      \(show(got))\n"
  }
}

/// A program with examples in its docstrings.
struct DoctestProgram {
  private let program: String

  init(_ program: String) { self.program = program }

  var hasExamples: Bool {
    ProgramFiles.read(program)?.split(separator: "\n").contains { line in line.drop { $0 == " " }.hasPrefix(">>> ") } ?? false
  }

  /// Lets the module `doctest` look at the program, which is imported for that: its `__name__` is not `__main__`.
  func run() -> TestRun.Outcome {
    let name = String((ProgramFiles.stem(program).split(separator: "/").last ?? ""))
    let code = "import doctest, \(name)\nimport sys\nsys.exit(doctest.testmod(\(name)).failed > 0)\n"
    let folder = program.contains("/") ? String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)]) : ""
    let outcome = ProgramFiles.run(
      Interpreter.Program(name: "<string>", source: Array(code.utf8), directory: folder, scriptName: program))
    if outcome.status == 0 { return .passed }
    return .failed(TestText.indented(outcome.output + outcome.errors))
  }
}

enum TestText {
  static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
  }
}

/// Programs on disk.
enum ProgramFiles {
  /// The program itself, or all below a folder in alphabetical order. Nil: there is no such path.
  static func find(_ path: String) -> [String]? {
    guard let listing = opendir(path) else { return access(path, R_OK) == 0 ? [path] : nil }
    var names: [String] = []
    while let entry = readdir(listing) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    closedir(listing)
    var found: [String] = []
    for name in names.sorted() where !name.hasPrefix(".") {
      let inner = path == "." ? name : path.hasSuffix("/") ? path + name : "\(path)/\(name)"
      var status = stat()
      guard stat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        found += find(inner) ?? []
      } else if name.hasSuffix(".pya") || name.hasSuffix(".py") {
        found.append(inner)
      }
    }
    return found
  }

  static func stem(_ program: String) -> String {
    for ending in [".pya", ".py"] where program.hasSuffix(ending) { return String(program.dropLast(ending.count)) }
    return program
  }

  static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while case .bytes(let chunk) = readChunk(descriptor) { bytes += chunk }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func run(_ path: String) -> (output: String, errors: String, status: Int32)? {
    guard let program = try? Invocation(source: .file(path), arguments: []).readProgram() else { return nil }
    var shown = program
    // As when it is run from its own folder, so that the place of the folder is not part of the expectation.
    shown.name = String(path.split(separator: "/").last ?? "")
    return run(shown)
  }

  static func run(_ program: Interpreter.Program) -> (output: String, errors: String, status: Int32) {
    var options = Interpreter.Options()
    options.usesVirtualClock = true
    options.collectsOutput = true
    let outcome = Interpreter.run(program, options: options)
    return (
      String(decoding: outcome.output, as: UTF8.self), String(decoding: outcome.errorOutput, as: UTF8.self), outcome.status
    )
  }
}
