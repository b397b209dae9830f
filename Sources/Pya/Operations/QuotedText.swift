/// `repr` of strings and bytes, and `ascii()`.
extension TextBuilder {
  /// A string as a literal: in single quotes unless it holds some and no double ones.
  mutating func append(quoted text: StringObject) {
    let quote = chooseQuote(text.utf8)
    append(byte: quote)
    var index = 0
    let end = text.byteCount
    while index < end {
      // Runs of plain characters are copied at once.
      let start = index
      while index < end, isPlain(text.bytes[index], quote) { index += 1 }
      if index > start { append(text.bytes + start, index - start, isASCII: true) }
      if index == end { break }
      let byte = text.bytes[index]
      if byte < 0x80 {
        append(escaped: UInt32(byte))
        index += 1
      } else {
        let (codePoint, width) = decodeUTF8(text.bytes + index)
        if CodePoint(codePoint).isPrintable {
          append(text.bytes + index, width, isASCII: false)
        } else {
          append(escaped: codePoint)
        }
        index += width
      }
    }
    append(byte: quote)
  }

  /// A `bytes` literal. CPython's `bytearray` escapes single quotes within double ones, too.
  mutating func append(quoted bytes: ByteSpan, escapesSingleQuotes: Bool = false) {
    append(byte: UInt8(ascii: "b"))
    let quote = bytes.withContent { chooseQuote($0) }
    append(byte: quote)
    for byte in bytes {
      if isPlain(byte, escapesSingleQuotes ? UInt8(ascii: "'") : quote) {
        append(byte: byte)
      } else {
        append(escaped: UInt32(byte))
      }
    }
    append(byte: quote)
  }

  /// A code point as an escape: `\n`, `\\`, `\x7f`, `\u2028`...
  mutating func append(escaped codePoint: UInt32) {
    append(byte: UInt8(ascii: "\\"))
    switch codePoint {
    case 0x09: append(byte: UInt8(ascii: "t"))
    case 0x0A: append(byte: UInt8(ascii: "n"))
    case 0x0D: append(byte: UInt8(ascii: "r"))
    case 0x27, 0x22, 0x5C: append(byte: UInt8(truncatingIfNeeded: codePoint))
    default: append(hexEscape: codePoint)
    }
  }

  private mutating func append(hexEscape codePoint: UInt32) {
    let (letter, digits): (StaticString, UInt32) =
      codePoint <= 0xFF ? ("x", 2) : codePoint <= 0xFFFF ? ("u", 4) : ("U", 8)
    append(letter)
    append(hex: codePoint, digits: digits)
  }

  mutating func append(hex value: UInt32, digits: UInt32) {
    for position in 0..<digits {
      append(byte: ASCII.hexDigit(UInt8(value >> ((digits - 1 - position) * 4) & 15)))
    }
  }

  /// Text with every character beyond ASCII escaped.
  mutating func append(ascii text: StringObject) {
    if text.isASCII { return append(string: text) }
    var index = 0
    while index < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + index)
      if codePoint < 0x80 {
        append(byte: UInt8(codePoint))
      } else {
        append(escaped: codePoint)
      }
      index += width
    }
  }

  @inline(__always)
  private func isPlain(_ byte: UInt8, _ quote: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != quote && byte != UInt8(ascii: "\\")
  }

  private func chooseQuote(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
    let single = UInt8(ascii: "'")
    let double = UInt8(ascii: "\"")
    return bytes.contains(single) && !bytes.contains(double) ? double : single
  }

  /// `(1+2j)`; `2j` when the real part is zero.
  mutating func append(complex number: ComplexObject) {
    let hasReal = number.real != 0 || number.real.sign == .minus
    if hasReal {
      append("(")
      append(signed: number.real, forcesSign: false)
    }
    append(signed: number.imaginary, forcesSign: hasReal)
    append(hasReal ? "j)" : "j")
  }

  private mutating func append(signed number: Double, forcesSign: Bool) {
    if number.sign == .minus, !number.isNaN {
      append("-")
    } else if forcesSign {
      append("+")
    }
    append(magnitudeOf: number, style: .shortest, precision: 0, keepsPoint: false, addsZero: false)
  }
}

extension Runtime {
  /// `repr` with everything beyond ASCII escaped.
  func ascii(_ value: Value) throws(Raised) -> StringObject {
    let text = try repr(value)
    if text.isASCII { return text }
    var builder = TextBuilder()
    builder.append(ascii: text)
    return builder.finish(self)
  }
}
