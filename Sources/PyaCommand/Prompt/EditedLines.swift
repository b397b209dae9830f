import Pya

/// Entries typed at a terminal, with the line editor.
final class EditedLines: LineSource {
  private let editor: LineEditor
  private let display: LineDisplay
  private let history = History()
  private var wasCancelled = false
  /// A transcript was pasted: what its prompts were before.
  private var isTranscript = false
  private var lastRemembered: String?
  private var isOpen = false

  init(usesColour: Bool, complete: @escaping (_ text: String) -> Session.Completion?) {
    display = LineDisplay(descriptor: 1)
    editor = LineEditor(input: 0, display: display, promptStyle: usesColour ? "\u{1B}[1;35m" : "")
    for entry in history.load() {
      editor.addToHistory(entry)
      lastRemembered = entry
    }
    editor.complete = complete
    editor.decideEnter = { [unowned self] text, isRecalled, rest in self.decide(text, isRecalled, rest) }
    editor.cleanPaste = { [unowned self] text, isAlone in
      guard isAlone else { return text }
      if let entries = Typing.transcript(text) {
        self.isTranscript = true
        return entries.joined(separator: "\n")
      }
      return Typing.cleaned(text)
    }
  }

  private func decide(_ text: String, _ isRecalled: Bool, _ rest: LineEditor.TypedAhead) -> LineEditor.Enter {
    if isTranscript { return .accept }
    var next: String?
    if case .text(let bytes) = rest {
      let line = bytes.prefix { $0 != 13 && $0 != 10 }
      next = String(decoding: line, as: UTF8.self)
    }
    switch Typing.next(text, isRecalled: isRecalled, isIndentedHere: editor.isIndentedHere, pasted: next) {
    case .run: return .accept
    case .line(let indentation): return .newLine(indentation: indentation)
    }
  }

  // MARK: LineSource

  func begin(prompt: String, continuation: String) {
    wasCancelled = false
    isTranscript = false
    isOpen = true
    editor.begin(prompt: prompt, continuation: continuation)
  }

  func take() -> Line {
    isOpen = false
    if wasCancelled { return .interrupted }
    let finished = editor.finished
    editor.end()
    switch finished {
    case .line(let text):
      return .entries(isTranscript ? Typing.statements(of: text) : [text])
    case .endOfInput, nil: return .endOfInput
    }
  }

  func remember(_ entry: String) {
    if entry == lastRemembered || entry.isEmpty { return }
    lastRemembered = entry
    editor.addToHistory(entry)
    history.append(entry)
  }

  // MARK: SessionInput

  var descriptor: Int32 { 0 }
  var isWaiting: Bool { !wasCancelled && editor.finished == nil }

  func read() { editor.read() }

  func willWrite(_ bytes: [UInt8]) {
    if isOpen { editor.hide() }
    display.note(output: bytes)
  }

  func lineWasRead() { display.noteInput() }

  func willSleep() {
    if SessionSignals.wasStopped.pointee {
      SessionSignals.wasStopped.pointee = false
      editor.redrawAfterStop()
    }
    editor.show()
    editor.followWindow()
  }

  func wasInterrupted() {
    editor.show()
    editor.cancel()
    wasCancelled = true
  }
}
