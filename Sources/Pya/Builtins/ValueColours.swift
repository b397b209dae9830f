/// Colours of values at the prompt, modest ones: texts, numbers and the constants, in what built-in types show of themselves.
enum ValueColours {
  private static let text = "\u{1B}[32m"
  private static let number = "\u{1B}[33m"
  private static let constant = "\u{1B}[35m"
  private static let reset = "\u{1B}[0m"
  /// Longer representations are not meant to be read.
  private static let limit = 20_000

  /// Whether what the value shows is made of Python's literals.
  static func apply(to value: Value) -> Bool {
    guard let object = value.object else { return true }
    if object.isOfHeapType { return false }
    switch object.kind {
    case .string, .bytes, .bigInt, .complex, .list, .tuple, .dict, .set: return true
    default: return false
    }
  }

  /// A representation with colours.
  static func coloured(_ shown: StringObject) -> String {
    let bytes = shown.copyBytes()
    if bytes.count > limit { return shown.text }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let end = endOfToken(bytes, index)
      let token = bytes[index..<end.index]
      if let colour = end.colour {
        result += Array(colour.utf8) + token + Array(reset.utf8)
      } else {
        result += token
      }
      index = end.index
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func endOfToken(_ bytes: [UInt8], _ start: Int) -> (index: Int, colour: String?) {
    let first = bytes[start]
    switch first {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return (endOfText(bytes, start), text)
    case UInt8(ascii: "<"):
      // An object of the program: whatever it says of itself is its own affair.
      var depth = 0
      var index = start
      while index < bytes.count {
        if bytes[index] == UInt8(ascii: "<") { depth += 1 }
        if bytes[index] == UInt8(ascii: ">") { depth -= 1 }
        index += 1
        if depth == 0 { break }
      }
      return (index, nil)
    case _ where ASCII.isDigit(first):
      var index = start
      while index < bytes.count, isWordPart(bytes[index]) || bytes[index] == UInt8(ascii: ".") || isSign(bytes, index) { index += 1 }
      return (index, number)
    case _ where isWordPart(first):
      var index = start
      while index < bytes.count, isWordPart(bytes[index]) { index += 1 }
      let word = String(decoding: bytes[start..<index], as: UTF8.self)
      if index < bytes.count, word == "b", bytes[index] == UInt8(ascii: "'") || bytes[index] == UInt8(ascii: "\"") {
        return (endOfText(bytes, index), text)
      }
      return (index, ["None", "True", "False"].contains(word) ? constant : nil)
    default: return (start + 1, nil)
    }
  }

  private static func endOfText(_ bytes: [UInt8], _ start: Int) -> Int {
    var index = start + 1
    while index < bytes.count, bytes[index] != bytes[start] { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
    return min(index + 1, bytes.count)
  }

  private static func isWordPart(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80 || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  /// The sign of an exponent: `1e-05`.
  private static func isSign(_ bytes: [UInt8], _ index: Int) -> Bool {
    (bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")) && bytes[index - 1] == UInt8(ascii: "e")
  }
}
