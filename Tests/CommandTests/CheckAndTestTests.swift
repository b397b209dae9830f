import Testing

/// `pya check` and `pya test`.
@Suite struct CheckAndTestTests {
  private let scratch = Scratch()

  @Test func allErrorsOfAFileAreReported() {
    scratch.write("a.pya", "x = = 1\n\ndef f(:\n    pass\n\nprint('fine')\nreturn 5\n")
    let ended = scratch.run("check", "a.pya")
    let places = ended.output.split(separator: "\n").filter { $0.hasPrefix("a.pya:") }.map { $0.prefix { $0 != " " } }
    #expect(places == ["a.pya:1:5:", "a.pya:3:7:", "a.pya:7:1:"])
    #expect(ended.status == 1)
  }

  @Test func aCorrectFileIsQuiet() {
    scratch.write("a.pya", "import math\nawait sleep(1)\n")
    let ended = scratch.run("check", "a.pya")
    #expect(ended.output == "" && ended.errors == "" && ended.status == 0)
  }

  @Test func errorsAsJSON() {
    scratch.write("a.pya", "x = 'a\n")
    let ended = scratch.run("check", "--json", "a.pya")
    #expect(ended.output.hasPrefix("{\"file\": \"a.pya\", \"line\": 1, \"column\": 5, "))
    #expect(ended.output.hasSuffix("}\n"))
  }

  @Test func modulesThatAreMissingAreReported() {
    scratch.write("a.pya", "import sys, ensurepip\ntry:\n    import numpy\nexcept ImportError: pass\n")
    let ended = scratch.run("check", "a.pya")
    #expect(ended.output.contains("a.pya:1:13: Unsupported: there is no module 'ensurepip' in pya"))
    #expect(!ended.output.contains("numpy"))
  }

  @Test func whatPlainPythonDoesNotKnow() {
    scratch.write("a.pya", "await sleep(1)\n")
    #expect(scratch.run("check", "--python", "a.pya").output.contains("'await' outside function"))
  }

  @Test func programsAreComparedWithTheirExpectations() {
    scratch.write("good.pya", "await sleep(3600)\nprint(1)\n")
    scratch.write("good.expected", "1\n")
    scratch.write("bad.pya", "print('a')\nprint('b')\n")
    scratch.write("bad.expected", "a\nc\n")
    let ended = scratch.run("test")
    #expect(ended.output.hasPrefix("FAILED bad.pya\n  output, line 2:\n    expected: c\n    got:      b\n2 tests, 1 failed, in "))
    #expect(ended.status == 1)
    #expect(scratch.run("test", "good.pya").status == 0)
  }

  @Test func expectationsAreRecorded() {
    scratch.write("a.pya", "print('x')\n1/0\n")
    #expect(scratch.run("test", "--record", "a.pya").status == 0)
    #expect(Scratch.text(of: scratch.path + "/a.expected") == "x\n")
    #expect(Scratch.text(of: scratch.path + "/a.status") == "1\n")
    #expect(scratch.run("test").status == 0)
  }

  @Test func noTestsIsAnError() {
    let ended = scratch.run("test")
    #expect(ended.status == 2)
    #expect(ended.errors.hasPrefix("pya: no tests"))
  }
}
