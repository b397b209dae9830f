import PyaSyntax

/// The names that stand before a `:=` somewhere in a file: such a variable may change while an expression around it is evaluated
/// (`SettledLocalNode`). Found in the bytes of the file, those of texts and comments too, where they do no harm.
struct AssignedInExpressions {
  private var names: Set<String> = []
  /// Some name could not be told.
  private var mayBeAny = false

  init(_ file: SourceFile) {
    file.bytes.withUnsafeBufferPointer { bytes in
      var index = 1
      while index < bytes.count {
        if bytes[index] == UInt8(ascii: "="), bytes[index - 1] == UInt8(ascii: ":") { noteName(in: bytes, before: index - 1) }
        index += 1
      }
    }
  }

  func contains(_ name: String) -> Bool { mayBeAny || (!names.isEmpty && names.contains(name)) }

  private mutating func noteName(in bytes: UnsafeBufferPointer<UInt8>, before position: Int) {
    var end = position
    while end > 0, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\t") { end -= 1 }
    var start = end
    while start > 0, isPartOfName(bytes[start - 1]) { start -= 1 }
    // A line break may follow a comment, and names beyond ASCII have several spellings.
    let name = bytes[start..<end]
    if start == end || name.contains(where: { $0 >= 0x80 }) {
      mayBeAny = mayBeAny || start < end || end == 0 || bytes[end - 1] < UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\\")
    } else {
      names.insert(String(decoding: name, as: UTF8.self))
    }
  }

  private func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), 0x80...:
      return true
    default: return false
    }
  }
}
