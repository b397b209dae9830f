/// A property of characters, written as a text of runs: how many characters further the next run begins, in hexadecimal digits of
/// small letters, and a capital letter for its class.
struct CharacterRuns: Sendable {
  private var table: [(start: UInt32, letter: UInt8)] = []

  init(_ runs: String) {
    var position: UInt32 = 0
    var distance: UInt32 = 0
    for byte in runs.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): distance = distance * 16 + UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): distance = distance * 16 + UInt32(byte - UInt8(ascii: "a")) + 10
      default:
        position += distance
        distance = 0
        table.append((position, byte))
      }
    }
  }

  /// The letter of the run that a character is in.
  func letter(of codePoint: UInt32) -> UInt8 {
    var (low, high) = (0, table.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if table[middle].start <= codePoint { low = middle } else { high = middle }
    }
    return table[low].letter
  }
}
