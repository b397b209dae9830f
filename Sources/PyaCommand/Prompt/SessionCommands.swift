import Pya

/// What begins with a colon, which no Python statement does.
struct SessionCommands {
  let session: Session

  static let help = """
    :tasks           the tasks: name, state, age, and where they stand
    :tree            who awaits whom
    :cancel NAME     cancel a task
    :time CODE       run code and say how long it took
    :load FILE       run a file here, with the names of this session
    :save FILE       write the entries that worked to a file
    :reset           forget all names, cancel all tasks
    :help            this list

    """

  /// Runs a command; a status: leave.
  func run(_ line: String) -> Int32? {
    let name = String(line.prefix { !$0.isWhitespace })
    let argument = String(line.dropFirst(name.count)).trimmed
    switch name {
    case ":help", ":h", ":?": session.write(SessionCommands.help)
    case ":tasks": session.write(session.tasksText())
    case ":tree": session.write(session.treeText())
    case ":cancel":
      if argument.isEmpty { return complain(":cancel needs the name of a task") }
      if !session.cancelTask(named: argument) { return complain("there is no task named \(argument)") }
    case ":time":
      if argument.isEmpty { return complain(":time needs code") }
      return time(argument)
    case ":load":
      if argument.isEmpty { return complain(":load needs a file") }
      return load(argument)
    case ":save":
      if argument.isEmpty { return complain(":save needs a file") }
      save(argument)
    case ":reset": session.reset()
    default: return complain("there is no command \(name); :help lists them")
    }
    return nil
  }

  private func complain(_ text: String) -> Int32? {
    session.writeError("pya: \(text)\n")
    return nil
  }

  private func time(_ code: String) -> Int32? {
    let start = session.now
    let ending = session.run(code)
    let seconds = session.now - start
    if case .leaves(let status) = ending { return status }
    session.write("\(SessionCommands.text(of: seconds))\n")
    return nil
  }

  static func text(of seconds: Double) -> String {
    func rounded(_ value: Double) -> String {
      let digits = value < 10 ? 100.0 : value < 100 ? 10 : 1
      let text = "\((value * digits).rounded() / digits)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    if seconds < 1e-3 { return rounded(seconds * 1e6) + " µs" }
    return seconds < 1 ? rounded(seconds * 1e3) + " ms" : rounded(seconds) + " s"
  }

  private func load(_ file: String) -> Int32? {
    do {
      let program = try Invocation(source: .file(expanded(file)), arguments: []).readProgram()
      if case .leaves(let status) = session.load(program) { return status }
    } catch {
      return complain(error.message)
    }
    return nil
  }

  private func save(_ file: String) {
    let text = session.entries.map { $0 + "\n" }.joined()
    if let problem = writeFile(expanded(file), text) { _ = complain(problem) }
  }

  private func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = environmentVariable("HOME") else { return path }
    return home + path.dropFirst()
  }
}
