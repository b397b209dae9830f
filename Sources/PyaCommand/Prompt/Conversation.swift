import Pya

/// The prompt: reads entries, runs them in a session, until someone leaves.
struct Conversation {
  let session: Session
  let source: any LineSource

  init(_ session: Session, usesColour: Bool) {
    self.session = session
    source =
      isCapableTerminal() ? EditedLines(usesColour: usesColour) { session.complete($0) } : PlainLines()
  }

  func run(isQuiet: Bool) -> Int32 {
    if !isQuiet { session.writeError("\(Command.version)\nawait works here; type help for more, Ctrl-D to leave.\n") }
    session.observeOutput(of: source)
    while true {
      source.begin(prompt: session.prompt, continuation: session.continuationPrompt)
      session.waitForInput(source)
      switch source.take() {
      case .interrupted: session.writeError("KeyboardInterrupt\n")
      case .endOfInput:
        if source is PlainLines { session.writeError("\n") }
        return 0
      case .entries(let entries):
        for entry in entries {
          if let status = run(entry) { return status }
        }
      }
    }
  }

  private static let help = """
    Type Python; await works here, and tasks go on running while you type. sleep, create_task and gather need no import.
    Tab completes, Ctrl-R searches the history, Ctrl-C stops what runs, Ctrl-D leaves. help(x) explains x.

    """ + SessionCommands.help

  /// A status: leave.
  private func run(_ entry: String) -> Int32? {
    let trimmed = entry.trimmed
    if trimmed.isEmpty { return nil }
    source.remember(entry.trimmedAtEnd)
    if ["exit", "quit"].contains(trimmed), session.isBuiltin(trimmed) { return 0 }
    if trimmed.hasPrefix(":") { return SessionCommands(session: session).run(trimmed) }
    if trimmed == "help", session.isBuiltin("help") {
      session.write(Conversation.help)
      return nil
    }
    if case .leaves(let status) = session.run(entry.trimmedAtEnd) { return status }
    return nil
  }
}

extension String {
  var trimmed: String {
    var rest = Substring(trimmedAtEnd)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    return String(rest)
  }

  var trimmedAtEnd: String {
    var rest = Substring(self)
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
