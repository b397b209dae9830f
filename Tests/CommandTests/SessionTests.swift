import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sessions at the prompt, one file each in `Sessions/`.
///
/// A line of such a file is a step:
///
///     run ARGS            the command's arguments (-q by default); env NAME=VALUE; size 60x14; file NAME TEXT
///     > text              types a line and Enter, and waits for the next prompt
///     type text           types without waiting for anything; key NAMES presses keys; paste text
///     wait text           waits until the screen shows it; pause SECONDS; resize 40x10
///     raw text            waits until the terminal got just that, with \e for the escape that begins colours
///     screen              the screen is to look like the lines with | that follow
///     cursor C,R          the cursor is to be there; ends STATUS; contents NAME TEXT for a file
///
/// Texts may contain \n, \r, \t, \\. The folder of the session stands as $DIR.
@Suite struct SessionTests {
  @Test(arguments: SessionScript.all)
  func session(_ script: SessionScript) {
    for problem in script.run() { Issue.record("\(script.name): \(problem)") }
  }
}

struct SessionScript: Sendable, CustomTestStringConvertible {
  let name: String
  private let lines: [String]

  var testDescription: String { name }

  static let all: [SessionScript] = {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/Sessions"
    guard let listing = opendir(folder) else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".session") { names.append(name) }
    }
    return names.sorted().map { name in
      let text = Scratch.text(of: "\(folder)/\(name)")
      return SessionScript(
        name: String(name.dropLast(8)), lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }()

  /// What did not go as it should.
  func run() -> [String] {
    var player = SessionPlayer()
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.isEmpty || line.hasPrefix("#") { continue }
      let word = line.prefix { $0 != " " }
      var shown: [String] = []
      while word == "screen", index < lines.count, lines[index].hasPrefix("|") {
        shown.append(TerminalScreen.trimmed(String(lines[index].dropFirst(2))))
        index += 1
      }
      player.play(String(word), String(line.dropFirst(word.count + 1)), shown)
    }
    return player.problems
  }
}

/// Plays the steps of one session.
private struct SessionPlayer {
  var problems: [String] = []
  private let scratch = Scratch()
  private var arguments = ["-q"]
  private var environment: [String]
  private var size = (columns: 60, rows: 14)
  private var session: TerminalSession?

  init() {
    environment = ["PATH=/usr/bin:/bin", "TERM=xterm", "LANG=C.UTF-8", "NO_COLOR=1", "INPUTRC=/dev/null"]
    environment.append("HOME=" + scratch.path)
  }

  mutating func play(_ word: String, _ text: String, _ shown: [String]) {
    switch word {
    case "run": arguments = text.split(separator: " ").map(String.init)
    case "env":
      let variable = replacing("$DIR", with: scratch.path, in: text)
      environment.removeAll { $0.hasPrefix(variable.prefix { $0 != "=" } + "=") }
      environment.append(variable)
    case "size": size = numbers(text, "x")
    case "file":
      let name = text.prefix { $0 != " " }
      scratch.write(String(name), unescaped(String(text.dropFirst(name.count + 1))))
    case "pause": started().wait(Double(text) ?? 0.1)
    case ">":
      let session = started()
      session.type(text)
      session.wait(text.isEmpty ? 0 : 0.02)
      session.type("\r")
      session.waitForPrompt()
    case "type":
      started().type(unescaped(text))
      started().wait(0.05)
    case "key":
      for name in text.split(separator: " ") {
        started().type(key(String(name)))
        started().wait(0.06)
      }
    case "paste":
      let content = unescaped(text)
      let typed = content.unicodeScalars.contains("\r") ? content : replacing("\n", with: "\r", in: content)
      started().type("\u{1B}[200~\(typed)\u{1B}[201~")
      started().wait(0.06)
    case "wait":
      if !started().wait(10, until: { $0.screen.text.contains(text) }) {
        problems.append("never saw \(text); the screen:\n\(started().screen.text)")
      }
    case "raw":
      let wanted = Array(unescaped(text).utf8)
      let isThere = started().wait(10) { session in
        session.transcript.indices.contains { session.transcript[$0...].starts(with: wanted) }
      }
      if !isThere { problems.append("never got \(text)") }
    case "resize":
      let size = numbers(text, "x")
      started().resize(columns: size.columns, rows: size.rows)
      started().wait(0.15)
    case "screen": expect(shown)
    case "cursor":
      let (column, row) = numbers(text, ",")
      if !started().wait(3, until: { $0.screen.cursor == (column, row) }) {
        problems.append("the cursor is at \(started().screen.cursor), not at \(text)")
      }
    case "ends":
      started().wait(10) { $0.status != nil }
      if started().status != Int32(text) { problems.append("ended with \(started().status.map(String.init) ?? "nothing"), not \(text)") }
    case "contents":
      let name = text.prefix { $0 != " " }
      let found = Scratch.text(of: "\(scratch.path)/\(name)")
      if found != unescaped(String(text.dropFirst(name.count + 1))) { problems.append("\(name) holds \(found.debugDescription)") }
    default: problems.append("unknown step \(word)")
    }
  }

  private mutating func expect(_ shown: [String]) {
    var wanted = shown
    while wanted.last == "" { wanted.removeLast() }
    let text = wanted.joined(separator: "\n")
    let folder = scratch.path
    if started().wait(6, until: { replacing(folder, with: "$DIR", in: $0.screen.text) == text }) { return }
    problems.append("the screen:\n\(started().screen.text)\nnot:\n\(text)")
  }

  private mutating func started() -> TerminalSession {
    if let session { return session }
    let made = TerminalSession(
      commandPath, arguments, environment: environment, folder: scratch.path, columns: size.columns, rows: size.rows)
    made.waitForStart()
    session = made
    return made
  }

  private func numbers(_ text: String, _ separator: Character) -> (columns: Int, rows: Int) {
    let parts = text.split(separator: separator).compactMap { Int($0) }
    return parts.count == 2 ? (parts[0], parts[1]) : (60, 14)
  }

  private func key(_ name: String) -> String {
    let keys = [
      "Enter": "\r", "Tab": "\t", "Up": "\u{1B}[A", "Down": "\u{1B}[B", "Right": "\u{1B}[C", "Left": "\u{1B}[D",
      "Home": "\u{1B}[H", "End": "\u{1B}[F", "Backspace": "\u{7F}", "Escape": "\u{1B}", "Alt-Enter": "\u{1B}\r",
    ]
    if let key = keys[name] { return key }
    if name.hasPrefix("Alt-") { return "\u{1B}" + name.dropFirst(4) }
    guard name.hasPrefix("Ctrl-"), let letter = name.utf8.last else { return "" }
    return String(Unicode.Scalar(letter & 31))
  }

  private func unescaped(_ text: String) -> String {
    var result = ""
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\", let next = rest.popFirst() else {
        result.unicodeScalars.append(scalar)
        continue
      }
      switch next {
      case "n": result += "\n"
      case "r": result.unicodeScalars.append("\r")
      case "t": result += "\t"
      case "e": result.unicodeScalars.append("\u{1B}")
      default: result.unicodeScalars.append(next)
      }
    }
    return result
  }
}

private func replacing(_ old: String, with new: String, in text: String) -> String {
  var result = ""
  var rest = text.unicodeScalars[...]
  while let range = rest.firstRange(of: old.unicodeScalars) {
    result += String(rest[..<range.lowerBound]) + new
    rest = rest[range.upperBound...]
  }
  return result + String(rest)
}
