import ArgumentParser
import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `pya test`: runs programs on the virtual clock and compares what they print with the files beside them.
struct TestCommand: ParsableCommand {
  static let name = "test"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Runs programs and compares their output with the .expected files beside them.",
    usage: "pya test [--record] [path ...]",
    discussion: """
      Every program with a .expected file beside it is a test; a .stderr and a .status file are compared too. A program without one \
      is a test if it holds examples of doctest. The clock is virtual. The exit status is 1 when a test fails.
      """)

  @Flag(help: "Write what the programs print as the expectation.")
  var record = false

  @ArgumentParser.Argument(
    help: "Programs and folders; by default the folder you are in.", completion: .file(extensions: ["pya", "py"]))
  var paths: [String] = []

  /// The exit status.
  func perform() -> Int32 {
    var programs: [String] = []
    for path in paths.isEmpty ? ["."] : paths {
      guard let found = ProgramFiles.find(path) else {
        write("pya: can't open '\(path)': \(lastSystemError())\n", to: 2)
        return 2
      }
      // A program that is named is recorded even if it has no expectation yet.
      programs += found.filter { isTest($0) || record && $0 == path }
    }
    var run = TestRun(total: programs.count)
    for program in programs {
      run.begin(program)
      run.note(record ? GoldenTest(program).record() : outcome(of: program), of: program)
    }
    return run.finish(isRecording: record)
  }

  private func isTest(_ program: String) -> Bool {
    GoldenTest(program).hasExpectation || !record && DoctestProgram(program).hasExamples
  }

  private func outcome(of program: String) -> TestRun.Outcome {
    let golden = GoldenTest(program)
    return golden.hasExpectation ? golden.compare() : DoctestProgram(program).run()
  }
}

/// Counts, and shows how far it is on a terminal when it takes long.
struct TestRun {
  enum Outcome {
    case passed
    case recorded
    case failed(String)
  }

  let total: Int
  private var done = 0
  private var failures = 0
  private var recorded = 0
  private let showsProgress = isatty(2) == 1
  private let start = TestRun.now

  init(total: Int) { self.total = total }

  mutating func begin(_ program: String) {
    guard showsProgress, TestRun.now - start > 1 else { return }
    write("\r\u{1B}[K\(done)/\(total) \(program.suffix(60))", to: 2)
  }

  mutating func note(_ outcome: Outcome, of program: String) {
    done += 1
    switch outcome {
    case .passed: break
    case .recorded: recorded += 1
    case .failed(let difference):
      failures += 1
      if showsProgress { write("\r\u{1B}[K", to: 2) }
      write("FAILED \(program)\n\(difference)", to: 1)
    }
  }

  func finish(isRecording: Bool) -> Int32 {
    if showsProgress { write("\r\u{1B}[K", to: 2) }
    if total == 0 {
      write("pya: no tests: there is no program with a .expected file or doctest examples\n", to: 2)
      return 2
    }
    let seconds = SessionCommands.text(of: TestRun.now - start)
    if isRecording {
      write("\(total) programs, \(recorded) recorded anew, in \(seconds)\n", to: 1)
      return failures == 0 ? 0 : 1
    }
    write("\(total) \(total == 1 ? "test" : "tests"), \(failures) failed, in \(seconds)\n", to: 1)
    return failures == 0 ? 0 : 1
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
