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
    #expect(ended.errors.contains("\nusage: pya ") || ended.errors.hasPrefix("pya: "))
  }

  @Test func lettersMayShareADash() {
    let ended = scratch.run("-qWignore", "-uc", "import sys; print(sys.flags.quiet, sys.warnoptions)", "-x")
    #expect(ended.output == "1 ['ignore']\n")
  }

  @Test func unknownOptionsAreRefusedAsPythonDoes() {
    let ended = scratch.run("-Z")
    #expect(ended.errors.hasPrefix("Unknown option: -Z\nusage: pya [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"))
    #expect(ended.status == 2)
  }

  @Test func aModuleRunsAsTheProgram() {
    scratch.makeFolder("package")
    scratch.write("package/__init__.pya", "")
    scratch.write("package/inner.pya", "import sys\nprint(__name__, __package__, sys.argv[1:])\n")
    #expect(scratch.run("-m", "package.inner", "a", "-c").output == "__main__ package ['a', '-c']\n")
    let missing = scratch.run("-m", "nothing")
    #expect(missing.errors == "pya: No module named nothing\n")
    #expect(missing.status == 1)
  }

  @Test func warningFiltersAreObeyed() {
    let ended = scratch.run("-W", "error", "-c", "import warnings\nwarnings.warn('loud')")
    #expect(ended.errors.hasSuffix("UserWarning: loud\n"))
    #expect(ended.status == 1)
  }

  @Test func aPromptThroughAPipeKeepsTheOutputApart() {
    let ended = scratch.run("-i", input: .bytes(Array("1 + 1\nfor i in range(2):\n  i\n\n1/0\n".utf8)))
    #expect(ended.output == "2\n0\n1\n")
    #expect(ended.errors.contains(">>> "))
    #expect(ended.errors.contains("ZeroDivisionError: division by zero\n"))
    #expect(ended.status == 0)
  }

  @Test func completionsAndManualAreGenerated() {
    #expect(scratch.run("--generate-completion-script", "zsh").output.hasPrefix("#compdef pya"))
    #expect(scratch.run("--man").output.hasPrefix(".TH PYA 1"))
  }

  @Test(arguments: [("-O", "False text 1\n"), ("-OO", "False None 2\n"), ("-u", "True text 0\n")])
  func assertionsAndDocstringsAreLeftOut(option: String, output: String) {
    let program = "def f():\n  'text'\n\nimport sys\nif __debug__: pass\nprint(__debug__, f.__doc__, sys.flags.optimize)\n"
    #expect(scratch.run(option, "-c", program).output == output)
    let failed = scratch.run(option, "-c", "assert False, 'no'\nprint('went on')")
    #expect(failed.status == (option == "-u" ? 1 : 0))
  }

  @Test func bytesAndTextsThatAreMixedUp() {
    let program = "print(b'a' == 'a', {b'a': 1}.get('a'))\nprint(str(b'a'))\n"
    let plain = scratch.run("-c", program)
    #expect(plain.output == "False None\nb'a'\n")
    #expect(plain.errors == "")
    let warned = scratch.run("-b", "-c", program)
    #expect(warned.output == plain.output)
    #expect(warned.errors.contains("BytesWarning: Comparison between bytes and string"))
    #expect(warned.errors.contains("BytesWarning: str() on a bytes instance"))
    let refused = scratch.run("-bb", "-c", program)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("BytesWarning: Comparison between bytes and string"))
  }
}
