/// Quoted-printable: bytes as lines of text, the odd ones as `=` and two hexadecimal digits (RFC 1521).
enum QuotedPrintable {
  private static let longestLine = 76
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// `quotesBlanks`: blanks and tabs, too. `isHeader`: blanks become `_`. `isText`: line ends stay line ends.
  static func encode(_ data: [UInt8], quotesBlanks: Bool, isText: Bool, isHeader: Bool) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    let carriageReturn = UInt8(ascii: "\r")
    let space = UInt8(ascii: " ")
    let tab = UInt8(ascii: "\t")
    let underscore = UInt8(ascii: "_")
    // All lines end as the first one does.
    let firstEnd = data.firstIndex(of: newline) ?? 0
    let end = firstEnd > 0 && data[firstEnd - 1] == carriageReturn ? [carriageReturn, newline] : [newline]
    var result: [UInt8] = []
    result.reserveCapacity(data.count + data.count / 8)
    var length = 0
    func byte(_ index: Int) -> UInt8? { index < data.count ? data[index] : nil }
    func quote(_ byte: UInt8) { result += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    func breakLine() {
      result.append(UInt8(ascii: "="))
      result += end
      length = 0
    }
    var index = 0
    while index < data.count {
      let current = data[index]
      let next = byte(index + 1)
      let isQuoted: Bool
      switch current {
      case UInt8(ascii: "="): isQuoted = true
      case underscore: isQuoted = isHeader
      case UInt8(ascii: "."):
        // Alone on its line it would end a message.
        let follower = next ?? newline
        isQuoted = length == 0 && (follower == newline || follower == carriageReturn || follower == 0)
      case newline, carriageReturn: isQuoted = !isText
      case space, tab: isQuoted = quotesBlanks || next == nil
      default: isQuoted = current < 33 || current > 126
      }
      if isQuoted {
        if length + 3 >= longestLine { breakLine() }
        quote(current)
        length += 3
        index += 1
      } else if current == newline || current == carriageReturn && next == newline {
        // A blank at the end of a line would be lost.
        if let last = result.last, last == space || last == tab {
          result.removeLast()
          quote(last)
        }
        result += end
        length = 0
        index += current == newline ? 1 : 2
      } else {
        if let next, next != newline, length + 1 >= longestLine { breakLine() }
        result.append(isHeader && current == space ? underscore : current)
        length += 1
        index += 1
      }
    }
    return result
  }

  static func decode(_ text: [UInt8], isHeader: Bool) -> [UInt8] {
    func digit(_ index: Int) -> UInt8? {
      guard index < text.count else { return nil }
      return Character(Unicode.Scalar(text[index])).hexDigitValue.map { UInt8($0) }
    }
    let equals = UInt8(ascii: "=")
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let current = text[index]
      index += 1
      if current != equals {
        result.append(isHeader && current == UInt8(ascii: "_") ? UInt8(ascii: " ") : current)
        continue
      }
      guard index < text.count else { break }
      if text[index] == UInt8(ascii: "\n") || text[index] == UInt8(ascii: "\r") {
        // The line goes on in the next one.
        while index < text.count, text[index] != UInt8(ascii: "\n") { index += 1 }
        index += 1
      } else if text[index] == equals {
        result.append(equals)
        index += 1
      } else if let high = digit(index), let low = digit(index + 1) {
        result.append(high << 4 | low)
        index += 2
      } else {
        result.append(equals)
      }
    }
    return result
  }
}

extension Runtime {
  func addQuotedPrintable(to module: ModuleObject) {
    module.define(self, "b2a_qp", "data, quotetabs=False, istext=True, header=False") { (runtime, arguments) throws(Raised) in
      func isSet(_ index: Int, _ otherwise: Bool) throws(Raised) -> Bool {
        arguments[index].isUndefined ? otherwise : try runtime.isTrue(arguments[index])
      }
      return .object(
        BytesObject(
          type: runtime.types.bytes,
          QuotedPrintable.encode(
            try runtime.bytesArgument(arguments[0]).copyBytes(), quotesBlanks: try isSet(1, false), isText: try isSet(2, true),
            isHeader: try isSet(3, false))))
    }
    module.define(self, "a2b_qp", "data, header=False") { (runtime, arguments) throws(Raised) in
      let isHeader = arguments[1].isUndefined ? false : try runtime.isTrue(arguments[1])
      return .object(
        BytesObject(type: runtime.types.bytes, QuotedPrintable.decode(try runtime.asciiArgument(arguments[0]).copyBytes(), isHeader: isHeader)))
    }
  }
}
