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
    exit(status(of: Command.invocation(Array(CommandLine.arguments.dropFirst()))))
  }

  private static func status(of answer: Command.Answer) -> Int32 {
    switch answer {
    case .text(let text):
      write(text, to: 1)
      return 0
    case .wrongUsage(let message):
      write(message, to: 2)
      return 2
    case .run(let invocation):
      return run(invocation)
    }
  }

  private static func run(_ invocation: Invocation) -> Int32 {
    let program: Interpreter.Program
    do {
      program = try invocation.readProgram()
    } catch {
      write("pya: \(error.message)\n", to: 2)
      return 2
    }
    if let dump = invocation.dump { return show(dump, of: program) }
    var options = Interpreter.Options()
    options.arguments = invocation.arguments
    options.usesVirtualClock = invocation.usesVirtualClock
    // Only now: until the program is there, Ctrl-C simply ends the process.
    let interrupts = Interrupts.block()
    return Interpreter.run(program, options: options) { interrupts?.forward(to: $0) }.status
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
