#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Draws the line being typed, which may have several rows, and makes way for what programs print.
///
/// It always knows what it has drawn and where the cursor is within that, so it can wipe it out, let output go by above, and
/// draw it again. All positions are relative to the first row drawn.
final class LineDisplay {
  /// What is to be seen: the prompts, the text and where in it the cursor stands (in bytes).
  struct Content {
    var prompt = ""
    var continuation = ""
    var text: [UInt8] = []
    var cursor = 0
    /// Colours the prompts.
    var promptStyle = ""
  }

  private let descriptor: Int32
  private(set) var size: (columns: Int, rows: Int)
  private var shown: [Row] = []
  private var cursor = (row: 0, column: 0)
  /// The line that a program's output has begun but not ended: its width.
  private var unfinishedWidth = 0
  private var pending = ""

  private struct Row: Equatable {
    var text = ""
    var width = 0
  }

  init(descriptor: Int32) {
    self.descriptor = descriptor
    size = LineDisplay.size(of: descriptor)
  }

  static func size(of descriptor: Int32) -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), max(Int(size.ws_row), 2))
  }

  // MARK: Drawing

  /// Brings the terminal up to date with as little as possible: only rows that changed are written.
  func draw(_ content: Content) {
    if unfinishedWidth > 0, shown.isEmpty { pending += "\r\n" }
    let (rows, place) = layOut(content)
    moveTo(row: 0)
    for (index, row) in rows.enumerated() {
      if index > 0 {
        if index < shown.count { moveTo(row: index) } else { pending += "\r\n" }
        cursor = (index, 0)
      }
      if index >= shown.count || shown[index] != row {
        pending += "\r" + row.text
        if row.width < size.columns { pending += "\u{1B}[K" }
        cursor = (index, row.width)
      }
    }
    if shown.count > rows.count {
      moveTo(row: rows.count)
      pending += "\r\u{1B}[J"
      cursor = (rows.count, 0)
    }
    shown = rows
    moveTo(row: place.row)
    pending += "\r" + (place.column > 0 ? "\u{1B}[\(place.column)C" : "")
    cursor = place
    send()
  }

  /// Takes the drawing off the screen; what comes next is written in its place.
  func wipe() {
    guard !shown.isEmpty else { return }
    moveTo(row: 0)
    pending += "\r\u{1B}[J"
    if unfinishedWidth > 0 {
      let column = unfinishedWidth % size.columns
      pending += "\u{1B}[A" + (column > 0 ? "\u{1B}[\(column)C" : "")
    }
    forget()
    send()
  }

  /// Leaves the drawing where it is, with the cursor on a new line below.
  func leave(adding text: String = "") {
    guard !shown.isEmpty else { return }
    moveTo(row: shown.count - 1)
    let width = shown[shown.count - 1].width
    pending += "\r" + (width > 0 ? "\u{1B}[\(width)C" : "") + text + "\r\n"
    forget()
    unfinishedWidth = 0
    send()
  }

  /// Clears the whole screen.
  func clearScreen() {
    pending += "\u{1B}[H\u{1B}[2J"
    forget()
    unfinishedWidth = 0
    send()
  }

  /// Follows the window's size. True: it has changed, and the drawing was wiped out.
  func followSize() -> Bool {
    let new = LineDisplay.size(of: descriptor)
    if new == size { return false }
    if !shown.isEmpty {
      // A terminal breaks rows that no longer fit: the cursor is further down than it was drawn.
      let above = shown[..<cursor.row].map { ($0.width + new.columns - 1) / new.columns }.map { max($0, 1) }.reduce(0, +)
      cursor.row = above + cursor.column / new.columns
      moveTo(row: 0)
      pending += "\r\u{1B}[J"
      forget()
      send()
    }
    size = new
    return true
  }

  /// Whatever was drawn is not where it was.
  func startAfresh() {
    forget()
    unfinishedWidth = 0
    pending += "\r"
  }

  private func forget() {
    shown = []
    cursor = (0, 0)
  }

  private func moveTo(row: Int) {
    if row < cursor.row { pending += "\u{1B}[\(cursor.row - row)A" }
    if row > cursor.row { pending += String(repeating: "\n", count: row - cursor.row) }
    cursor.row = row
  }

  private func send() {
    if pending.isEmpty { return }
    write(pending, to: descriptor)
    pending = ""
  }

  // MARK: Output of programs

  /// Notes what a program writes, to know whether its last line is unfinished.
  func note(output: [UInt8]) {
    let lineStart = (output.lastIndex(of: 10) ?? output.lastIndex(of: 13)).map { $0 + 1 } ?? 0
    if lineStart > 0 { unfinishedWidth = 0 }
    var column = unfinishedWidth
    var isInEscape = false
    for scalar in String(decoding: output[lineStart...], as: UTF8.self).unicodeScalars {
      if scalar == "\r" {
        column = 0
      } else if scalar == "\u{1B}" {
        isInEscape = true
      } else if isInEscape {
        isInEscape = !(scalar.properties.isAlphabetic)
      } else {
        column += LineDisplay.width(of: scalar)
      }
    }
    unfinishedWidth = column
  }

  /// Whoever typed something has ended the line.
  func noteInput() { unfinishedWidth = 0 }

  // MARK: Layout

  /// The rows of the content, and the place of the cursor. Of more rows than the screen has, those around the cursor.
  private func layOut(_ content: Content) -> (rows: [Row], cursor: (row: Int, column: Int)) {
    var rows: [Row] = []
    var row = Row()
    var place = (row: 0, column: 0)
    func finishRow() {
      rows.append(row)
      row = Row()
    }
    func begin(_ prompt: String) {
      row.text += content.promptStyle.isEmpty ? prompt : content.promptStyle + prompt + "\u{1B}[0m"
      row.width += prompt.unicodeScalars.reduce(0) { $0 + LineDisplay.width(of: $1) }
    }
    begin(content.prompt)
    var offset = 0
    for scalar in String(decoding: content.text, as: UTF8.self).unicodeScalars {
      let isCursor = offset == content.cursor
      if scalar == "\n" {
        if isCursor { place = (rows.count, row.width) }
        offset += 1
        if row.width == size.columns { finishRow() }
        if isCursor, place.column == size.columns { place = (rows.count, 0) }
        finishRow()
        begin(content.continuation)
        continue
      }
      let (text, width) = LineDisplay.picture(of: scalar, column: row.width)
      if row.width + width > size.columns { finishRow() }
      if isCursor { place = (rows.count, row.width) }
      row.text += text
      row.width += width
      offset += scalar.utf8.count
    }
    if row.width >= size.columns, content.cursor >= offset { finishRow() }
    if content.cursor >= offset { place = (rows.count, row.width) }
    finishRow()
    if rows.count > size.rows {
      let first = min(max(place.row - size.rows + 1, 0), rows.count - size.rows)
      rows = Array(rows[first..<first + size.rows])
      place.row -= first
    }
    return (rows, place)
  }

  private static func picture(of scalar: Unicode.Scalar, column: Int) -> (text: String, width: Int) {
    switch scalar.value {
    case 9:
      let width = 8 - column % 8
      return (String(repeating: " ", count: width), width)
    case 0..<32: return ("^" + String(Unicode.Scalar(UInt8(scalar.value + 64))), 2)
    case 127: return ("^?", 2)
    default: return (String(scalar), width(of: scalar))
    }
  }

  /// Columns that a character takes.
  static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value >= 32 ? 1 : 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }
}
