import Testing

/// What the command makes of its arguments.
@Suite struct ArgumentTests {
  private let scratch = Scratch()
  private let showsArguments = "import sys\nprint(sys.argv)\n"

  @Test func aFileGetsTheArgumentsAfterIt() {
    scratch.write("show.pya", showsArguments)
    let ended = scratch.run("show.pya", "a", "-c", "--clock", "--help", "--", "-")
    #expect(ended.output == "['show.pya', 'a', '-c', '--clock', '--help', '--', '-']\n")
    #expect(ended.errors == "")
    #expect(ended.status == 0)
  }

  @Test func optionsOfTheCommandStopAtTheFile() {
    scratch.write("show.pya", showsArguments)
    let ended = scratch.run("--clock", "virtual", "show.pya", "--help", "-V", "--clock", "x", "--")
    #expect(ended.output == "['show.pya', '--help', '-V', '--clock', 'x', '--']\n")
    #expect(ended.status == 0)
  }

  @Test func codeGetsTheArgumentsAfterIt() {
    let ended = scratch.run("-c", showsArguments, "-V", "--help", "a b")
    #expect(ended.output == "['-c', '-V', '--help', 'a b']\n")
  }

  @Test func codeAfterOptionsGetsTheArgumentsAfterIt() {
    let ended = scratch.run("--clock", "virtual", "-c", showsArguments, "-V", "--", "a b")
    #expect(ended.output == "['-c', '-V', '--', 'a b']\n")
  }

  @Test func aScriptOnStandardInputNeedsNoArguments() {
    let ended = scratch.run(input: .bytes(Array(showsArguments.utf8)))
    #expect(ended.output == "['']\n")
    #expect(ended.status == 0)
  }

  @Test func aDashReadsStandardInput() {
    let ended = scratch.run("-", "a", "-V", input: .bytes(Array(showsArguments.utf8)))
    #expect(ended.output == "['-', 'a', '-V']\n")
  }

  @Test(arguments: ["-h", "--help"])
  func helpFitsAScreen(option: String) {
    let ended = scratch.run(option)
    #expect(ended.status == 0)
    #expect(ended.errors == "")
    for word in ["-c", "--clock", "--tokens", "--ast", "--scopes", "--version", "--help"] {
      #expect(ended.output.contains(word))
    }
    let lines = ended.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 25)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: ["-V", "--version"])
  func version(option: String) {
    let ended = scratch.run(option)
    #expect(ended.output == "pya 0.1.0 (Python 3.13)\n")
    #expect(ended.status == 0)
  }

  @Test(arguments: [
    ["--nonsense"], ["-x"], ["-c"], ["--clock"], ["--clock", "sundial", "x.pya"], ["--tokens", "--ast", "x.pya"],
  ])
  func wrongUsage(arguments: [String]) {
    let ended: Ended
    switch arguments.count {
    case 1: ended = scratch.run(arguments[0])
    default: ended = scratch.run(arguments[0], arguments[1], arguments.last ?? "")
    }
    #expect(ended.status == 2)
    #expect(ended.output == "")
    #expect(ended.errors.hasPrefix("pya: "))
  }

  @Test func aTerminalWithoutArgumentsGetsANote() {
    let ended = scratch.run(input: .terminal)
    #expect(ended.status == 2)
    #expect(ended.errors == "pya: there is no interactive prompt yet; give a file, -c CODE or -h for help\n")
  }
}
