/// What a terminal of some size shows: enough of one for what the prompt writes.
struct TerminalScreen {
  private(set) var columns: Int
  private(set) var rows: Int
  private var cells: [[String]]
  private(set) var cursor = (column: 0, row: 0)
  /// The last column was written; the next character goes to the next row.
  private var wrapsNext = false
  private var pending: [Unicode.Scalar] = []

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// The rows without blanks at their ends, without empty rows at the end.
  var text: String {
    var lines = cells.map { TerminalScreen.trimmed($0.joined()) }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  var cursorLine: String { cells[cursor.row].joined() }

  static func trimmed(_ text: String) -> String {
    var rest = Substring(text)
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }

  mutating func write(_ text: String) {
    for scalar in text.unicodeScalars {
      if !pending.isEmpty || scalar == "\u{1B}" {
        pending.append(scalar)
        if pending.count == 2, scalar != "[" { pending = [] }
        if pending.count > 2, scalar.properties.isAlphabetic { obey() }
      } else {
        put(scalar)
      }
    }
  }

  /// Follows a new size of the window, as terminals do that do not break rows anew.
  mutating func resize(columns: Int, rows: Int) {
    for index in cells.indices {
      cells[index] = Array((cells[index] + Array(repeating: " ", count: columns)).prefix(columns))
    }
    while cells.count > rows {
      if cursor.row < cells.count - 1 {
        cells.removeLast()
      } else {
        cells.removeFirst()
        cursor.row -= 1
      }
    }
    while cells.count < rows { cells.append(Array(repeating: " ", count: columns)) }
    (self.columns, self.rows) = (columns, rows)
    cursor.column = min(cursor.column, columns - 1)
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\r":
      cursor.column = 0
      wrapsNext = false
    case "\n": moveDown()
    case "\u{8}": cursor.column = max(0, cursor.column - 1)
    case "\t": cursor.column = min(columns - 1, (cursor.column / 8 + 1) * 8)
    default:
      let width = TerminalScreen.width(of: scalar)
      if scalar.value < 32 || width == 0 { return }
      if wrapsNext || cursor.column + width > columns {
        cursor.column = 0
        moveDown()
      }
      cells[cursor.row][cursor.column] = String(scalar)
      if width == 2 { cells[cursor.row][cursor.column + 1] = "" }
      cursor.column += width
      if cursor.column >= columns {
        cursor.column = columns - 1
        wrapsNext = true
      }
    }
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x300...0x36F: 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x1F300...0x1FAFF: 2
    default: 1
    }
  }

  private mutating func moveDown() {
    wrapsNext = false
    if cursor.row < rows - 1 {
      cursor.row += 1
    } else {
      cells.removeFirst()
      cells.append(Array(repeating: " ", count: columns))
    }
  }

  private mutating func obey() {
    let command = pending.removeLast()
    let number = Int(String(String.UnicodeScalarView(pending.dropFirst(2))))
    pending = []
    if !"mhl".unicodeScalars.contains(command) { wrapsNext = false }
    switch command {
    case "A": cursor.row = max(0, cursor.row - (number ?? 1))
    case "B": cursor.row = min(rows - 1, cursor.row + (number ?? 1))
    case "C": cursor.column = min(columns - 1, cursor.column + (number ?? 1))
    case "D": cursor.column = max(0, cursor.column - (number ?? 1))
    case "H": cursor = (0, 0)
    case "K": clear(from: cursor.column, in: cursor.row)
    case "J":
      if number != 2 { clear(from: cursor.column, in: cursor.row) }
      for row in (number == 2 ? 0 : cursor.row + 1)..<max(rows, cursor.row + 1) where row < rows { clear(from: 0, in: row) }
    default: break
    }
  }

  private mutating func clear(from column: Int, in row: Int) {
    for index in column..<columns { cells[row][index] = " " }
  }
}
