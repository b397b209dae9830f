@preconcurrency import CReadline
import Pya

/// GNU readline behind its callback interface: keys come from our loop, one by one, and our own display shows the line.
///
/// readline's state is the process's, and so is the one editor that its callbacks find (`LineEditor.active`). Everything here
/// happens on the interpreter's thread. What readline would write itself goes to /dev/null: only `LineDisplay` touches the
/// terminal, so that it knows at any time what is on the screen.
final class LineEditor {
  /// What Enter means for the text so far.
  enum Enter {
    case accept
    /// The entry goes on: a newline and this indentation.
    case newLine(indentation: String)
  }

  let display: LineDisplay
  private let input: Int32
  private var queue: [UInt8] = []
  private var queueStart = 0
  private var hasEnded = false
  private var isActive = false
  private var isHidden = false
  /// The line is finished: what readline does to its buffer now is not shown.
  private var isFrozen = false
  private var prompts = (first: "", next: "")
  private let promptStyle: String
  /// Rows of this entry were indented by the editor.
  private(set) var isIndentedHere = false
  /// The last row holds nothing but the indentation that was put there.
  private var isFreshlyIndented = false

  /// The finished line; nil while it is being typed.
  private(set) var finished: Finished?
  enum Finished: Equatable {
    case line(String)
    case endOfInput
  }

  var decideEnter: ((_ text: String, _ isRecalled: Bool, _ next: TypedAhead) -> Enter)?
  /// What to do with pasted text before it is put in.
  var cleanPaste: ((_ text: String, _ isAlone: Bool) -> String)?
  /// Candidates for the end of a text.
  var complete: ((_ text: String) -> Session.Completion?)?

  /// What is known of input that came in one piece with this key.
  enum TypedAhead {
    case nothing
    /// The text that follows.
    case text(ArraySlice<UInt8>)
  }

  nonisolated(unsafe) fileprivate static var active: LineEditor?

  init(input: Int32, display: LineDisplay, promptStyle: String) {
    self.input = input
    self.display = display
    self.promptStyle = promptStyle
    useUTF8()
    LineEditor.active = self
    rl_catch_signals = 0
    rl_catch_sigwinch = 0
    rl_change_environment = 0
    rl_outstream = fopen("/dev/null", "w")
    rl_getc_function = { _ in LineEditor.active?.nextByte() ?? -1 }
    rl_input_available_hook = { LineEditor.active?.isInputAvailable() == true ? 1 : 0 }
    rl_redisplay_function = { LineEditor.active?.redraw() }
    pya_set_readline_name("pya")
    rl_initialize()
    // What the terminal calls erase stays ours.
    rl_variable_bind("bind-tty-special-chars", "off")
    rl_set_screen_size(Int32(display.size.rows), Int32(display.size.columns))
    bindKeys()
  }

  // MARK: A line

  /// Shows the prompt and takes keys from now on.
  func begin(prompt: String, continuation: String) {
    finished = nil
    prompts = (prompt, continuation)
    isActive = true
    isHidden = false
    isFreshlyIndented = false
    isIndentedHere = false
    isFrozen = false
    rl_callback_handler_install("") { line in
      guard let editor = LineEditor.active, editor.finished == nil else { return }
      editor.finished = line == nil ? .endOfInput : .line(editor.text)
      free(line)
    }
    write("\u{1B}[?2004h", to: 1)
    redraw()
    dispatchQueue()
  }

  /// Gives the terminal back; the line stays on the screen.
  func end(adding text: String = "") {
    guard isActive else { return }
    isActive = false
    show()
    display.leave(adding: text)
    write("\u{1B}[?2004l", to: 1)
    rl_callback_handler_remove()
  }

  /// Ctrl-C: the line is dropped.
  func cancel() {
    guard isActive else { return }
    rl_callback_sigcleanup()
    rl_free_line_state()
    pya_use_history_end()
    queue = []
    queueStart = 0
    end()
    pya_clear_line()
  }

  /// Something can be read.
  func read() {
    fill()
    dispatchQueue()
  }

  private func dispatchQueue() {
    while finished == nil, isActive, queueStart < queue.count || hasEnded {
      if hasEnded, queueStart >= queue.count {
        finished = .endOfInput
        return
      }
      rl_callback_read_char()
    }
  }

  // MARK: Output beside the line

  func hide() {
    guard isActive, !isHidden else { return }
    display.wipe()
    isHidden = true
  }

  func show() {
    guard isHidden else { return }
    isHidden = false
    redraw()
  }

  /// The window may have another size.
  func followWindow() {
    if display.followSize() {
      rl_set_screen_size(Int32(display.size.rows), Int32(display.size.columns))
      redraw()
    }
  }

  /// The shell has had the terminal meanwhile.
  func redrawAfterStop() {
    guard isActive else { return }
    write("\u{1B}[?2004h", to: 1)
    display.startAfresh()
    redraw()
  }

  // MARK: History

  func addToHistory(_ entry: String) { add_history(entry) }

  // MARK: The text

  var text: String { String(decoding: bytes, as: UTF8.self) }

  private var bytes: [UInt8] {
    guard let line = rl_line_buffer else { return [] }
    return UnsafeRawBufferPointer(start: line, count: Int(rl_end)).map { $0 }
  }

  private var cursor: Int { Int(rl_point) }

  /// Replaces bytes before the cursor.
  private func replace(_ count: Int, with text: String) {
    rl_begin_undo_group()
    if count > 0 {
      rl_delete_text(rl_point - Int32(count), rl_point)
      rl_point -= Int32(count)
    }
    rl_insert_text(text)
    rl_end_undo_group()
  }

  /// The bytes of the row before the cursor.
  private var rowBeforeCursor: [UInt8] {
    let before = bytes[..<cursor]
    return Array(before[(before.lastIndex(of: 10).map { $0 + 1 } ?? 0)...])
  }

  fileprivate func redraw() {
    guard isActive, !isHidden, !isFrozen else { return }
    var content = LineDisplay.Content(text: bytes, cursor: cursor)
    content.prompt = prompts.first
    content.continuation = prompts.next
    content.promptStyle = promptStyle
    if let message = rl_display_prompt, message[0] != 0 {
      content.prompt = String(cString: message)
      content.promptStyle = ""
    }
    display.draw(content)
  }
}

// MARK: - Keys

extension LineEditor {
  private func bindKeys() {
    let maps = [pya_emacs_keymap(), pya_vi_insertion_keymap()]
    for map in maps + [pya_vi_movement_keymap()] {
      bind("\r", pressedEnter, in: map)
      bind("\n", pressedEnter, in: map)
      bind("\u{1B}[200~", pasted, in: map)
    }
    for map in maps {
      bind("\t", pressedTab, in: map)
      bind(" ", pressedSpace, in: map)
      bind(":", pressedColon, in: map)
      bind("\u{7F}", pressedBackspace, in: map)
      bind("\u{8}", pressedBackspace, in: map)
      bind("\u{C}", pressedClear, in: map)
    }
    // What people bind to other things in their ~/.inputrc stays theirs.
    for map in maps + [pya_vi_movement_keymap()] {
      for key in ["\u{1B}[A", "\u{1B}OA", "\u{10}"] { bind(key, pressedUp, in: map, ifBoundTo: pya_previous_history()) }
      for key in ["\u{1B}[B", "\u{1B}OB", "\u{E}"] { bind(key, pressedDown, in: map, ifBoundTo: pya_next_history()) }
    }
    bind("\u{1B}\r", pressedMetaEnter, in: pya_emacs_keymap())
    bind("\u{1B}\n", pressedMetaEnter, in: pya_emacs_keymap())
  }

  private func bind(_ keys: String, _ function: @convention(c) (Int32, Int32) -> Int32, in map: Keymap?) {
    rl_bind_keyseq_in_map(escaped(keys), function, map)
  }

  private func bind(_ keys: String, _ function: @convention(c) (Int32, Int32) -> Int32, in map: Keymap?, ifBoundTo usual: UnsafeRawPointer?) {
    if pya_is_bound(escaped(keys), map, usual) != 0 { bind(keys, function, in: map) }
  }

  /// In the notation of key sequences.
  private func escaped(_ keys: String) -> String {
    keys.unicodeScalars.map { scalar -> String in
      scalar.value < 32 || scalar.value == 127 || scalar == "\\"
        ? "\\x" + String(scalar.value, radix: 16) : String(scalar)
    }.joined()
  }

  fileprivate func enter() {
    let text = bytes
    let rest = queue[queueStart...]
    if text[cursor...].contains(10) { return newLine(indentation: "") }
    let isRecalled = where_history() < history_length_value()
    switch decideEnter?(self.text, isRecalled, rest.isEmpty ? .nothing : .text(rest)) ?? .accept {
    case .accept:
      rl_point = rl_end
      redraw()
      isFrozen = true
      finished = .line(self.text)
      pya_finish_line()
    case .newLine(let indentation):
      rl_point = rl_end
      newLine(indentation: indentation)
      isFreshlyIndented = !indentation.isEmpty
      if isFreshlyIndented { isIndentedHere = true }
    }
  }

  private func newLine(indentation: String) {
    replace(0, with: "\n" + indentation)
    isFreshlyIndented = false
  }

  fileprivate func insertNewLine() { newLine(indentation: "") }

  /// Replaces the whole text.
  func setText(_ text: String) {
    rl_begin_undo_group()
    rl_delete_text(0, rl_end)
    rl_point = 0
    rl_insert_text(text)
    rl_end_undo_group()
  }

  private var isInFreshIndentation: Bool {
    isFreshlyIndented && cursor == Int(rl_end) && rowBeforeCursor.allSatisfy { $0 == 32 }
  }

  /// A blank typed where an indentation was put: whoever types it indents by hand, and the other goes.
  fileprivate func space() {
    if isInFreshIndentation {
      replace(rowBeforeCursor.count, with: "")
      isFreshlyIndented = false
    }
    rl_insert_text(" ")
  }

  /// `else:` and the like belong under their `if`.
  fileprivate func colon() {
    rl_insert_text(":")
    guard isFreshlyIndented, cursor == Int(rl_end) else { return }
    let row = String(decoding: rowBeforeCursor, as: UTF8.self)
    guard let indentation = Typing.indentation(ofClause: row, below: String(decoding: bytes.dropLast(row.utf8.count), as: UTF8.self))
    else { return }
    isFreshlyIndented = false
    let word = row.drop { $0 == " " }
    if row.count - word.count != indentation {
      replace(row.utf8.count, with: String(repeating: " ", count: indentation) + word)
    }
  }

  fileprivate func backspace(_ count: Int32, _ key: Int32) -> Int32 {
    let row = rowBeforeCursor
    isFreshlyIndented = false
    if count == 1, !row.isEmpty, row.allSatisfy({ $0 == 32 }) {
      replace((row.count - 1) % 4 + 1, with: "")
      return 0
    }
    return rl_rubout(count, key)
  }

  fileprivate func up(_ count: Int32, _ key: Int32) -> Int32 {
    let text = bytes
    guard let rowStart = text[..<cursor].lastIndex(of: 10).map({ $0 + 1 }) else { return rl_get_previous_history(count, key) }
    let column = cursor - rowStart
    let above = text[..<(rowStart - 1)].lastIndex(of: 10).map { $0 + 1 } ?? 0
    rl_point = Int32(characterStart(min(above + column, rowStart - 1), text))
    return 0
  }

  fileprivate func down(_ count: Int32, _ key: Int32) -> Int32 {
    let text = bytes
    guard let rowEnd = text[cursor...].firstIndex(of: 10) else { return rl_get_next_history(count, key) }
    let column = cursor - (text[..<cursor].lastIndex(of: 10).map { $0 + 1 } ?? 0)
    let end = text[(rowEnd + 1)...].firstIndex(of: 10) ?? text.count
    rl_point = Int32(characterStart(min(rowEnd + 1 + column, end), text))
    return 0
  }

  private func characterStart(_ offset: Int, _ text: [UInt8]) -> Int {
    var offset = offset
    while offset > 0, offset < text.count, text[offset] & 0xC0 == 0x80 { offset -= 1 }
    return offset
  }

  fileprivate func clear() {
    display.clearScreen()
    redraw()
  }

  fileprivate func tab() {
    isFreshlyIndented = false
    let row = rowBeforeCursor
    if row.allSatisfy({ $0 == 32 }) { return replace(0, with: String(repeating: " ", count: 4 - row.count % 4)) }
    guard let completion = complete?(String(decoding: bytes[..<cursor], as: UTF8.self)), let first = completion.candidates.first else { return ding() }
    if completion.candidates.count == 1 { return replace(completion.replacedCount, with: first + completion.suffix) }
    var common = first
    for candidate in completion.candidates { common = String(common.commonPrefix(with: candidate)) }
    if common.utf8.count > completion.replacedCount { return replace(completion.replacedCount, with: common) }
    list(completion.candidates)
  }

  private func ding() { write("\u{7}", to: 1) }

  /// The candidates in columns, and the line again below.
  private func list(_ candidates: [String]) {
    display.leave()
    let width = (candidates.map(\.count).max() ?? 0) + 2
    let columns = max(1, display.size.columns / width)
    let rows = (candidates.count + columns - 1) / columns
    var text = ""
    for row in 0..<rows {
      var line = ""
      for index in stride(from: row, to: candidates.count, by: rows) {
        line += candidates[index] + String(repeating: " ", count: width - candidates[index].count)
      }
      while line.last == " " { line.removeLast() }
      text += line + "\r\n"
    }
    write(text, to: 1)
    redraw()
  }

  /// Reads up to the mark that ends a paste.
  fileprivate func paste() {
    let mark = Array("\u{1B}[201~".utf8)
    var pasted: [UInt8] = []
    while !pasted.suffix(mark.count).elementsEqual(mark) {
      let byte = nextByte()
      if byte < 0 { break }
      pasted.append(UInt8(truncatingIfNeeded: byte))
    }
    if pasted.suffix(mark.count).elementsEqual(mark) { pasted.removeLast(mark.count) }
    var text = String(decoding: pasted, as: UTF8.self)
    text = String(text.unicodeScalars.filter { $0 != "\0" })
    text = text.replacingAll("\r\n", with: "\n").replacingAll("\r", with: "\n")
    let isAlone = bytes.allSatisfy { $0 == 32 || $0 == 10 }
    if isInFreshIndentation { replace(rowBeforeCursor.count, with: "") }
    isFreshlyIndented = false
    replace(0, with: cleanPaste?(text, isAlone) ?? text)
  }
}

private func withEditor(_ body: (LineEditor) -> Void) -> Int32 {
  if let editor = LineEditor.active { body(editor) }
  return 0
}

private func pressedEnter(_: Int32, _: Int32) -> Int32 { withEditor { $0.enter() } }
private func pressedMetaEnter(_: Int32, _: Int32) -> Int32 { withEditor { $0.insertNewLine() } }
private func pressedTab(_: Int32, _: Int32) -> Int32 { withEditor { $0.tab() } }
private func pressedSpace(_: Int32, _: Int32) -> Int32 { withEditor { $0.space() } }
private func pressedColon(_: Int32, _: Int32) -> Int32 { withEditor { $0.colon() } }
private func pressedClear(_: Int32, _: Int32) -> Int32 { withEditor { $0.clear() } }
private func pasted(_: Int32, _: Int32) -> Int32 { withEditor { $0.paste() } }
private func pressedBackspace(_ count: Int32, _ key: Int32) -> Int32 { LineEditor.active?.backspace(count, key) ?? 0 }
private func pressedUp(_ count: Int32, _ key: Int32) -> Int32 { LineEditor.active?.up(count, key) ?? 0 }
private func pressedDown(_ count: Int32, _ key: Int32) -> Int32 { LineEditor.active?.down(count, key) ?? 0 }

// MARK: - Bytes

extension LineEditor {
  /// What readline reads: the queue, and in the middle of a key or a paste also what is still to come.
  fileprivate func nextByte() -> Int32 {
    while queueStart >= queue.count {
      if hasEnded { return -1 }
      _ = waitForInput(input, milliseconds: -1)
      fill()
    }
    defer {
      queueStart += 1
      if queueStart == queue.count {
        queue.removeAll(keepingCapacity: true)
        queueStart = 0
      }
    }
    return Int32(queue[queueStart])
  }

  /// Readline asks this to tell the key Escape from a sequence that begins with it.
  fileprivate func isInputAvailable() -> Bool { queueStart < queue.count || waitForInput(input, milliseconds: 50) }

  private func fill() {
    switch readChunk(input) {
    case .bytes(let bytes): queue += bytes
    case .nothing: break
    case .end: hasEnded = true
    }
  }
}

extension String {
  func replacingAll(_ old: String, with new: String) -> String {
    var result = ""
    var rest = Substring(self)
    // By scalars: "\r\n" is one Character.
    while let range = rest.unicodeScalars.firstRange(of: old.unicodeScalars) {
      result += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  fileprivate func commonPrefix(with other: String) -> Substring {
    var index = startIndex
    for (own, theirs) in zip(self, other) {
      if own != theirs { break }
      formIndex(after: &index)
    }
    return self[..<index]
  }
}
