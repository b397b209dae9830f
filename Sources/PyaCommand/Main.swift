import CAllocator
import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `pya`: reads the arguments, reads the program, runs it, and leaves with its status.
@main
enum Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    // Were one of these closed, the next file to be opened would take its place.
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    exit(status(of: Command.answer(Array(CommandLine.arguments.dropFirst()))))
  }

  private static func status(of answer: Command.Answer) -> Int32 {
    switch answer {
    case .text(let text):
      write(text, to: 1)
      return 0
    case .wrongUsage(let message):
      write(message, to: 2)
      return 2
    case .check(let check): return check.perform()
    case .test(let test): return test.perform()
    case .run(let invocation): return run(invocation)
    }
  }

  private static func run(_ invocation: Invocation) -> Int32 {
    var program: Interpreter.Program?
    if invocation.source != .prompt {
      do {
        program = try invocation.readProgram()
      } catch {
        write("pya: \(error.message)\n", to: 2)
        if !invocation.inspects { return error.status }
      }
    }
    if let dump = invocation.dump { return program.map { show(dump, of: $0) } ?? 0 }
    if invocation.inspects || invocation.source == .prompt { return converse(invocation, after: program) }
    guard let program else { return 2 }
    // Only now: until the program is there, Ctrl-C simply ends the process.
    let interrupts = Interrupts.block()
    count_references_plainly()
    let outcome = Interpreter.run(program, options: invocation.interpreterOptions) { interrupts?.forward(to: $0) }
    if outcome.isInterrupted { Interrupts.endBySignal() }
    return outcome.status
  }

  /// Opens the prompt.
  private static func converse(_ invocation: Invocation, after program: Interpreter.Program?) -> Int32 {
    let interrupts = Interrupts.block(forSession: true)
    count_references_plainly()
    let isQuiet = invocation.isQuiet || invocation.source != .prompt
    let colours = invocation.usesColour(1)
    return Interpreter.runSession(
      after: program, options: invocation.interpreterOptions, started: { interrupts?.forward(to: $0) }
    ) { session in
      Conversation(session, usesColour: colours).run(isQuiet: isQuiet)
    }.status
  }
}

extension Invocation {
  fileprivate var interpreterOptions: Interpreter.Options {
    var options = Interpreter.Options()
    options.arguments = arguments
    options.usesVirtualClock = usesVirtualClock
    let ofEnvironment = ignoresEnvironment ? nil : environmentVariable("PYTHONWARNINGS")
    options.warningFilters = (ofEnvironment ?? "").split(separator: ",").map(String.init) + warningFilters
    options.extras = extras
    options.givesAdvice = !extras.contains("no_advice")
    options.isUnbuffered = isUnbuffered || !ignoresEnvironment && environmentVariable("PYTHONUNBUFFERED")?.isEmpty == false
    options.isInspecting = inspects
    options.isQuiet = isQuiet
    options.bytesWarning = bytesWarning
    options.optimization = optimization
    options.ignoresEnvironment = ignoresEnvironment
    options.coloursValues = usesColour(1)
    options.coloursErrors = usesColour(2)
    return options
  }

  /// Whether what goes to a descriptor is coloured.
  func usesColour(_ descriptor: Int32) -> Bool {
    switch colour {
    case .always: true
    case .never: false
    case .auto: Terminal.usesColour(descriptor)
    }
  }
}

/// Writes a text of the command itself (not of a program) to a file descriptor.
func write(_ text: String, to descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      } else if errno != EINTR {
        return
      }
    }
  }
}
