extension Command {
  static let usageLine = "usage: pya [option] ... [-c cmd | -m mod | file | -] [arg] ..."

  /// Fits a screen of 24 lines.
  static let helpText = usageLine + """

           pya check [--json] file ...    report errors without running
           pya test [--record] [path ...] compare output with .expected files
    Without a program: a prompt, or a script on standard input.
    -c cmd     run this code (ends the options)
    -m mod     run a module as a script (ends the options)
    -i, -q     open a prompt after the program; no greeting at the prompt
    -u         write output at once
    -O, -OO    leave out assertions; docstrings too
    -b, -bb    warn where texts and bytes are mixed up; raise there
    -W arg     add a warning filter: action:message:category:module:line
    -X dev     show all warnings, debug mode of asyncio
    -V         print the version (also --version)
    -h         print this help (also --help)
    --clock virtual            sleeping takes no time; the order stays the same
    --color auto|always|never  colours (also NO_COLOR, FORCE_COLOR)
    --tokens, --ast, --scopes  print what lexer, parser, scope analysis make of it
    --generate-completion-script bash|zsh|fish     for your shell; --man: for man
    Variables: PYA_HISTORY (the prompt's history), PYAPATH and PYTHONPATH
    (folders of modules), PYTHONWARNINGS (-E, -I: ignored)

    """

  /// The manual page, in the language of man(7).
  static var manualPage: String {
    var text = """
      .TH PYA 1 "" "\(version)" "User Commands"
      .SH NAME
      pya \\- run programs in a subset of Python 3.13 with async built in
      .SH SYNOPSIS
      .B pya
      [option ...] [\\-c cmd | \\-m mod | file | \\-] [arg ...]
      .br
      .B pya check
      [\\-\\-json] file ...
      .br
      .B pya test
      [\\-\\-record] [path ...]
      .SH DESCRIPTION
      Runs a program. A script may await at its top level; sleep, create_task and gather need no import.
      Without a program pya opens a prompt, where tasks go on running while you type; a script that comes through a pipe is run.
      What follows the program belongs to it.
      .SH OPTIONS

      """
    for (name, meaning) in manualOptions {
      text += ".TP\n.B \(name.replacingAll("-", with: "\\-"))\n\(meaning)\n"
    }
    text += """
      .SH EXIT STATUS
      0, or what sys.exit said; 1 after an uncaught exception; 2 when the command was used wrongly or the file cannot be read;
      130 after Ctrl-C.
      .SH FILES
      .TP
      .I ~/.pya_history
      The history of the prompt; PYA_HISTORY names another file.
      .TP
      .I ~/.inputrc
      Keys of the prompt, see readline(3).
      .SH SEE ALSO
      python3(1)

      """
    return text
  }

  private static let manualOptions = [
    ("-c cmd", "Run this code. Ends the options."),
    ("-m mod", "Run a module as a script. Ends the options."),
    ("-i", "Open a prompt after the program, with its names."),
    ("-q", "No greeting at the prompt."),
    ("-u", "Write output at once."),
    ("-O, -OO", "Leave out assertions, and set __debug__ to False; leave out docstrings too."),
    ("-b, -bb", "Warn where a text is made of bytes or compared with them; raise there."),
    ("-E, -I", "Ignore PYAPATH, PYTHONPATH and PYTHONWARNINGS."),
    ("-B, -d, -s, -S", "Without effect, as there is no byte code and no site module."),
    ("-W arg", "Add a warning filter: action:message:category:module:line."),
    ("-X dev", "Show all warnings, and use the debug mode of asyncio."),
    ("-V, --version", "Print the version."),
    ("-h, --help", "Print a short help."),
    ("--clock system|virtual", "On the virtual clock sleeping takes no time; output and order stay the same."),
    ("--color auto|always|never", "Colours of the prompt and of tracebacks. NO_COLOR and FORCE_COLOR are obeyed."),
    ("--tokens, --ast, --scopes", "Print what the lexer, the parser, the scope analysis make of a program."),
    ("--generate-completion-script shell", "Print completions for bash, zsh or fish."),
    ("--man", "Print this page."),
    ("check [--json] [--python] file ...", "Report the errors of programs without running them."),
    ("test [--record] [path ...]", "Run programs on the virtual clock and compare with the .expected files beside them."),
  ]
}
