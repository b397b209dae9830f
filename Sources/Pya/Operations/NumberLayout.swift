/// How a formatted number is laid out: padding, sign, prefix, padding, grouped digits, the rest, padding.
extension TextBuilder {
  /// Adds a number whose text without sign is `text`: first so many digits that may be grouped, then the rest
  /// (decimals, exponent, `inf`, `%`).
  mutating func append(
    number text: borrowing TextBuilder, leadingDigits: Int, isNegative: Bool, prefix: StaticString,
    _ specification: FormatSpecification
  ) {
    let signWidth = isNegative || specification.sign == UInt8(ascii: "+") || specification.sign == UInt8(ascii: " ") ? 1 : 0
    let rest = text.count - leadingDigits
    let others = signWidth + prefix.utf8CodeUnitCount + rest
    let fillsWithZeros = specification.fill == 0x30 && specification.alignment == .afterSign
    let grouping = DigitGrouping(
      digits: leadingDigits, minimumWidth: fillsWithZeros ? specification.width - others : 0,
      separator: specification.separator, groupSize: specification.groupSize)
    let padding = max(0, specification.width - others - grouping.width)
    let left = specification.leftPadding(padding)
    append(codePoint: specification.fill, times: left)
    append(signOf: isNegative, specification.sign)
    append(prefix)
    if specification.alignment == .afterSign { append(codePoint: specification.fill, times: padding) }
    append(text.bytes, leadingDigits, grouping)
    append(text.bytes + leadingDigits, rest, isASCII: true)
    if specification.alignment != .afterSign { append(codePoint: specification.fill, times: padding - left) }
  }

  /// Adds a number whose digits are not grouped.
  mutating func append(
    _ number: Int, radix: Int, isUpper: Bool, prefix: StaticString, _ specification: FormatSpecification
  ) {
    let magnitude = number.magnitude
    let digits = radix == 10 ? magnitude.decimalDigitCount : magnitude.digitCount(bitsPerDigit: radix.trailingZeroBitCount)
    let signWidth = number < 0 || specification.sign == UInt8(ascii: "+") || specification.sign == UInt8(ascii: " ") ? 1 : 0
    let padding = max(0, specification.width - signWidth - prefix.utf8CodeUnitCount - digits)
    let left = padding == 0 ? 0 : specification.leftPadding(padding)
    append(codePoint: specification.fill, times: left)
    append(signOf: number < 0, specification.sign)
    append(prefix)
    if specification.alignment == .afterSign { append(codePoint: specification.fill, times: padding) }
    let start = count
    if radix == 10 {
      append(unsigned: magnitude)
    } else {
      append(unsigned: magnitude, bitsPerDigit: radix.trailingZeroBitCount)
      if isUpper { uppercase(from: start) }
    }
    if specification.alignment != .afterSign { append(codePoint: specification.fill, times: padding - left) }
  }

  @inline(__always)
  mutating func append(signOf isNegative: Bool, _ sign: UInt8) {
    if isNegative {
      append(byte: UInt8(ascii: "-"))
    } else if sign == UInt8(ascii: "+") || sign == UInt8(ascii: " ") {
      append(byte: sign)
    }
  }

  private mutating func append(_ digits: UnsafePointer<UInt8>, _ count: Int, _ grouping: DigitGrouping) {
    let zeros = grouping.totalDigits - count
    guard grouping.separator != 0 else {
      append(repeating: UInt8(ascii: "0"), zeros)
      return append(digits, count, isASCII: true)
    }
    for position in 0..<grouping.totalDigits {
      let remaining = grouping.totalDigits - position
      if position > 0, remaining % grouping.groupSize == 0 { append(byte: grouping.separator) }
      append(byte: position < zeros ? UInt8(ascii: "0") : digits[position - zeros])
    }
  }

  /// How many digits the text begins with.
  var leadingDigitCount: Int {
    var index = 0
    while index < count, ASCII.isDigit(bytes[index]) { index += 1 }
    return index
  }

  /// Whether the text is a number equal to zero.
  var isZero: Bool {
    for index in 0..<count {
      let byte = bytes[index]
      if byte | 0x20 == UInt8(ascii: "e") { break }
      if byte != UInt8(ascii: "0"), byte != UInt8(ascii: "."), byte != UInt8(ascii: "%") { return false }
    }
    return true
  }
}

/// How many digits, with zeros in front, a number shows so that with its separators it is at least as wide as asked, and never begins
/// with a separator.
struct DigitGrouping {
  let totalDigits: Int
  let width: Int
  let separator: UInt8
  let groupSize: Int

  init(digits: Int, minimumWidth: Int, separator: UInt8, groupSize: Int) {
    self.separator = separator
    self.groupSize = groupSize
    if digits == 0 {
      (totalDigits, width) = (0, 0)
    } else if separator == 0 {
      totalDigits = max(digits, minimumWidth)
      width = totalDigits
    } else {
      var total = digits
      let separated = { (count: Int) in count + (count - 1) / groupSize }
      if separated(total) < minimumWidth {
        // The most digits that fit, and one more where a separator would come first.
        total = max(total, minimumWidth - minimumWidth / (groupSize + 1))
        while separated(total) < minimumWidth { total += 1 }
        while total - 1 > digits, separated(total - 1) >= minimumWidth { total -= 1 }
      }
      totalDigits = total
      width = separated(total)
    }
  }
}
