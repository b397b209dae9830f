import Testing

/// Reading the program.
@Suite struct SourceTests {
  private let scratch = Scratch()

  @Test func aMissingFile() {
    let ended = scratch.run("no such.pya")
    #expect(
      ended.errors == "pya: can't open file '\(scratch.path)/no such.pya': [Errno 2] No such file or directory\n")
    #expect(ended.status == 2)
    #expect(ended.output == "")
  }

  @Test func aFileInsideAFile() {
    scratch.write("a.pya", "")
    let ended = scratch.run("a.pya/b.pya")
    #expect(ended.errors == "pya: can't open file '\(scratch.path)/a.pya/b.pya': [Errno 20] Not a directory\n")
    #expect(ended.status == 2)
  }

  @Test func aFolder() {
    scratch.makeFolder("folder")
    let ended = scratch.run("folder")
    #expect(ended.errors == "pya: can't find '__main__' module in '\(scratch.path)/folder'\n")
    #expect(ended.status == 1)
  }

  @Test func anEmptyFileDoesNothing() {
    scratch.write("empty.pya", "")
    let ended = scratch.run("empty.pya")
    #expect(ended.output == "" && ended.errors == "" && ended.status == 0)
  }

  @Test func noNewlineAtTheEnd() {
    scratch.write("a.pya", "if True:\n  print('last')")
    #expect(scratch.run("a.pya").output == "last\n")
  }

  @Test func windowsLineEnds() {
    scratch.write("a.pya", "if True:\r\n    print('one')\r\n\r\ntext = '''a\r\nb'''\r\nprint(repr(text))\r\n")
    #expect(scratch.run("a.pya").output == "one\n'a\\nb'\n")
  }

  @Test func aByteOrderMark() {
    scratch.write("a.pya", bytes: [0xEF, 0xBB, 0xBF] + Array("print('marked')\n".utf8))
    #expect(scratch.run("a.pya").output == "marked\n")
  }

  @Test func bytesThatAreNotText() {
    scratch.write("a.pya", bytes: [0xFF, 0xFE, 0x0A])
    let ended = scratch.run("a.pya")
    #expect(
      ended.errors
        == "SyntaxError: Non-UTF-8 code starting with '\\xff' in file \(scratch.path)/a.pya on line 1, but no encoding "
        + "declared; see https://peps.python.org/pep-0263/ for details\n")
    #expect(ended.status == 1)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func randomBytesAreAnErrorMessage(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    let bytes = (0..<5000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    scratch.write("random.pya", bytes: bytes)
    let ended = scratch.run("random.pya")
    #expect(ended.status == 1)
    #expect(ended.errors.contains("Error: "))
  }

  @Test func fileIsTheFullPathAndImportsComeFromItsFolder() {
    scratch.makeFolder("inner")
    scratch.write("inner/helper.pya", "value = 42\n")
    scratch.write("inner/main.pya", "import sys, helper\nprint(__file__, sys.argv[0], sys.path[0], helper.value)\n")
    let ended = scratch.run("inner/main.pya")
    #expect(ended.output == "\(scratch.path)/inner/main.pya inner/main.pya \(scratch.path)/inner 42\n")
    #expect(ended.errors == "")
  }

  @Test func codeImportsFromTheWorkingFolderAndHasNoFile() {
    scratch.write("helper.pya", "value = 42\n")
    let ended = scratch.run("-c", "import sys, helper\nprint(helper.value, repr(sys.path[0]), '__file__' in globals())")
    #expect(ended.output == "42 '' False\n")
  }

  @Test func tracebackOfAFile() {
    scratch.write("a.pya", "1/0\n")
    let ended = scratch.run("a.pya")
    #expect(
      ended.errors == """
        Traceback (most recent call last):
          File "\(scratch.path)/a.pya", line 1, in <module>
            1/0
            ~^~
        ZeroDivisionError: division by zero

        """)
    #expect(ended.status == 1)
  }

  @Test func tracebackOfCodeShowsItsLine() {
    let ended = scratch.run("-c", "1/0")
    #expect(ended.errors.contains("  File \"<string>\", line 1, in <module>\n    1/0\n    ~^~\n"))
    #expect(ended.status == 1)
  }

  @Test func tracebackOfStandardInputHasNoLine() {
    let ended = scratch.run("-", input: .bytes(Array("1/0".utf8)))
    #expect(
      ended.errors == """
        Traceback (most recent call last):
          File "<stdin>", line 1, in <module>
        ZeroDivisionError: division by zero

        """)
  }

  @Test func syntaxErrorOfStandardInputShowsItsLine() {
    let ended = scratch.run(input: .bytes(Array("1 +".utf8)))
    #expect(ended.errors == "  File \"<stdin>\", line 1\n    1 +\n       ^\nSyntaxError: invalid syntax\n")
    #expect(ended.status == 1)
  }
}
