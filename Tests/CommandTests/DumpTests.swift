import Testing

/// `--tokens`, `--ast` and `--scopes`.
@Suite struct DumpTests {
  private let scratch = Scratch()

  @Test func tokens() {
    scratch.write("a.pya", "x = 1\n")
    let ended = scratch.run("--tokens", "a.pya")
    #expect(ended.output == "1:0-1:1 name x\n1:2-1:3 op =\n1:4-1:5 integer 1\n1:5-1:5 newline\n2:0-2:0 endOfFile\n")
    #expect(ended.status == 0)
  }

  @Test func tree() {
    let ended = scratch.run("--ast", "-c", "x = 1 + 2 * 3")
    #expect(ended.output == "x = (1 + (2 * 3))\n")
  }

  @Test func scopes() {
    let ended = scratch.run("--scopes", input: .bytes(Array("def f(a): return a + b\n".utf8)))
    #expect(ended.status == 0)
    #expect(ended.output.contains("f"))
    #expect(ended.output.contains("a"))
  }

  @Test func aSyntaxErrorIsReportedAsWhenRunning() {
    let ended = scratch.run("--ast", "-c", "x = = 1")
    #expect(ended.output == "")
    #expect(ended.errors == "  File \"<string>\", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n")
    #expect(ended.status == 1)
  }

  @Test func nothingRuns() {
    #expect(!scratch.run("--ast", "-c", "print('ran')").output.contains("ran\n\n"))
    #expect(scratch.run("--scopes", "-c", "raise SystemExit(9)").status == 0)
  }
}
