import Pya
import Testing

/// The library's front door.
@Suite struct InterpreterTests {
  private func run(_ source: String, virtualClock: Bool = true) -> Interpreter.Outcome {
    var options = Interpreter.Options()
    options.usesVirtualClock = virtualClock
    options.collectsOutput = true
    return Interpreter.run(
      Interpreter.Program(name: "test.pya", source: Array(source.utf8), directory: nil), options: options)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func collectsWhatTheProgramPrints() {
    let outcome = run("print('hello')")
    #expect(text(outcome.output) == "hello\n")
    #expect(outcome.status == 0)
  }

  @Test func anUncaughtExceptionGivesStatusOne() {
    let outcome = run("1 / 0")
    #expect(outcome.status == 1)
    #expect(text(outcome.errorOutput).hasSuffix("ZeroDivisionError: division by zero\n"))
  }

  @Test func interpretersShareNothing() {
    _ = run("import builtins\nbuiltins.mark = 1")
    #expect(text(run("print('mark' in dir())").output) == "False\n")
  }

  @Test func theVirtualClockTakesNoTime() {
    let started = ContinuousClock.now
    let outcome = run("await sleep(3600)\nprint('done')")
    #expect(text(outcome.output) == "done\n")
    #expect(ContinuousClock.now - started < .seconds(5))
  }

  @Test func endlessRecursionIsAnException() {
    let outcome = run("def f(): return f()\ntry: f()\nexcept RecursionError as e: print(e)")
    #expect(text(outcome.output) == "maximum recursion depth exceeded\n")
  }

  @Test func aListNestedAMillionDeepIsFreed() {
    let outcome = run("x = []\nfor i in range(1_000_000): x = [x]\ndel x\nprint('freed')")
    #expect(text(outcome.output) == "freed\n")
  }
}
