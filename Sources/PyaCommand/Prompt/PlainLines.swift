import Pya

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Entries without an editor: from something that is no terminal, or a terminal that cannot move its cursor.
final class PlainLines: LineSource {
  private var queue: [UInt8] = []
  private var lines: [String] = []
  private var prompts = (first: "", next: "")
  private var line: Line?
  private var hasEnded = false
  private var isAtLineStart = true
  private var isOpen = false
  private let promptDescriptor: Int32 = isatty(0) == 1 && isatty(1) == 1 ? 1 : 2

  func begin(prompt: String, continuation: String) {
    prompts = (prompt, continuation)
    lines = []
    line = nil
    isOpen = true
    showPrompt(prompt)
    takeLines()
  }

  private func showPrompt(_ prompt: String) {
    // As Python does: what a program prints stays apart when it goes to a file.
    write((isAtLineStart ? "" : "\n") + prompt, to: promptDescriptor)
    isAtLineStart = true
  }

  func take() -> Line {
    isOpen = false
    return line ?? .endOfInput
  }

  func remember(_ entry: String) {}

  // MARK: SessionInput

  var descriptor: Int32 { 0 }
  var isWaiting: Bool { line == nil }

  func read() {
    switch readChunk(0) {
    case .bytes(let bytes): queue += bytes
    case .nothing: return
    case .end:
      hasEnded = true
      if !queue.isEmpty { queue.append(10) }
    }
    takeLines()
  }

  private func takeLines() {
    while line == nil, let end = queue.firstIndex(of: 10) {
      var text = String(decoding: queue[..<end].filter { $0 != 13 }, as: UTF8.self)
      queue.removeSubrange(...end)
      if lines.isEmpty, let code = Typing.transcript(text)?.first { text = code }
      lines.append(text)
      switch Typing.next(lines.joined(separator: "\n")) {
      case .run: line = .entries([lines.joined(separator: "\n")])
      case .line: showPrompt(prompts.next)
      }
    }
    if line == nil, hasEnded {
      line = lines.isEmpty ? .endOfInput : .entries([lines.joined(separator: "\n")])
    }
  }

  func willWrite(_ bytes: [UInt8]) {
    // The terminal holds what was typed of the line: it stays valid, but the output begins on a line of its own.
    if isOpen, isAtLineStart { write("\n", to: promptDescriptor) }
    if isOpen { hidden = true }
    isAtLineStart = bytes.last == 10
  }

  func lineWasRead() { isAtLineStart = true }

  private var hidden = false

  func willSleep() {
    guard hidden else { return }
    hidden = false
    showPrompt(lines.isEmpty ? prompts.first : prompts.next)
  }

  func wasInterrupted() { line = .interrupted }
}
