/// A parsed format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
struct FormatSpecification {
  enum Alignment {
    case left, right, center
    /// `=`: padding stands between the sign and the digits.
    case afterSign
  }

  var fill: UInt32 = 0x20
  var alignment: Alignment
  /// `+`, `-`, a space, or 0 when there is none.
  var sign: UInt8 = 0
  var coercesNegativeZero = false
  /// `#`
  var isAlternate = false
  /// -1: none.
  var width = -1
  /// `,` or `_`, or 0.
  var separator: UInt8 = 0
  /// Digits between separators: 4 in binary, octal and hexadecimal.
  var groupSize = 3
  /// -1: none.
  var precision = -1
  /// A code point; 0 when there is none and the kind of value has no default.
  var type: UInt32

  init(defaultType: UInt32, alignment: Alignment) {
    type = defaultType
    self.alignment = alignment
  }

  /// The type as an ASCII byte; 0xFF for what cannot be one.
  var typeByte: UInt8 { type < 0x80 ? UInt8(truncatingIfNeeded: type) : 0xFF }
}

extension Runtime {
  /// Parses a specification for a value of type `typeName`.
  func parse(
    _ text: StringObject, typeName: String, defaultType: UInt32, alignment: FormatSpecification.Alignment
  ) throws(Raised) -> FormatSpecification {
    var specification = FormatSpecification(defaultType: defaultType, alignment: alignment)
    let bytes = text.bytes
    let end = text.byteCount
    var index = 0
    func peek() -> UInt8 { index < end ? bytes[index] : 0 }

    var hasFill = false
    var hasAlignment = false
    if end > 0 {
      let (first, width) = decodeUTF8(bytes)
      if width < end, let alignment = FormatSpecification.Alignment(bytes[width]) {
        specification.fill = first
        specification.alignment = alignment
        (hasFill, hasAlignment) = (true, true)
        index = width + 1
      } else if let alignment = FormatSpecification.Alignment(bytes[0]) {
        specification.alignment = alignment
        hasAlignment = true
        index = 1
      }
    }
    if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: " ") {
      specification.sign = peek()
      index += 1
    }
    if peek() == UInt8(ascii: "z") {
      specification.coercesNegativeZero = true
      index += 1
    }
    if peek() == UInt8(ascii: "#") {
      specification.isAlternate = true
      index += 1
    }
    if !hasFill, peek() == UInt8(ascii: "0") {
      specification.fill = 0x30
      if !hasAlignment, alignment == .right { specification.alignment = .afterSign }
      index += 1
    }
    if let width = try parseInteger(text, &index) { specification.width = width }
    if peek() == UInt8(ascii: ",") {
      specification.separator = peek()
      index += 1
    }
    if peek() == UInt8(ascii: "_") {
      if specification.separator != 0 { throw valueError("Cannot specify both ',' and '_'.") }
      specification.separator = peek()
      index += 1
    }
    if peek() == UInt8(ascii: ","), specification.separator == UInt8(ascii: "_") {
      throw valueError("Cannot specify both ',' and '_'.")
    }
    if peek() == UInt8(ascii: ".") {
      index += 1
      guard let precision = try parseInteger(text, &index) else {
        throw valueError("Format specifier missing precision")
      }
      specification.precision = precision
    }
    if index < end {
      let (type, width) = decodeUTF8(bytes + index)
      guard index + width == end else {
        throw valueError("Invalid format specifier '\(text.text)' for object of type '\(typeName)'")
      }
      specification.type = type
    }
    if specification.separator != 0 { try checkSeparator(&specification) }
    try checkSizes(specification)
    return specification
  }

  /// Whether there is memory for the width and precision asked for.
  func checkSizes(_ specification: FormatSpecification) throws(Raised) {
    let size = max(specification.width, specification.precision)
    if size >= 1 << 24 { try checkAllocation(size > Int.max / 8 ? .max : size * 8) }
  }

  /// Digits at `index`, or nil when there are none.
  func parseInteger(_ text: StringObject, _ index: inout Int) throws(Raised) -> Int? {
    var result: Int?
    while index < text.byteCount {
      let byte = text.bytes[index]
      if byte < 0x80 {
        let digit = byte &- 0x30
        if digit > 9 { break }
        if let known = result, known < 1 << 40 {
          result = known * 10 + Int(digit)
          index += 1
          continue
        }
      }
      let (codePoint, width) = decodeUTF8(text.bytes + index)
      guard let digit = CodePoint(codePoint).decimalDigit else { break }
      let (product, overflow) = (result ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, overflowAgain) = product.addingReportingOverflow(digit)
      if overflow || overflowAgain { throw valueError("Too many decimal digits in format string") }
      result = sum
      index += width
    }
    return result
  }

  private func checkSeparator(_ specification: inout FormatSpecification) throws(Raised) {
    switch specification.typeByte {
    case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "f"), UInt8(ascii: "g"), UInt8(ascii: "E"),
      UInt8(ascii: "G"), UInt8(ascii: "%"), UInt8(ascii: "F"), 0:
      return
    case UInt8(ascii: "b"), UInt8(ascii: "o"), UInt8(ascii: "x"), UInt8(ascii: "X"):
      if specification.separator == UInt8(ascii: "_") {
        specification.groupSize = 4
        return
      }
    default: break
    }
    let separator = Character(Unicode.Scalar(specification.separator))
    throw valueError("Cannot specify '\(separator)' with '\(typeText(specification.type))'.")
  }

  func unknownFormatCode(_ type: UInt32, _ typeName: String) -> Raised {
    valueError("Unknown format code '\(typeText(type))' for object of type '\(typeName)'")
  }

  private func typeText(_ type: UInt32) -> String {
    if type > 32, type < 128, let scalar = Unicode.Scalar(type) { return String(Character(scalar)) }
    return "\\x" + String(type, radix: 16)
  }
}

extension FormatSpecification.Alignment {
  init?(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "<"): self = .left
    case UInt8(ascii: ">"): self = .right
    case UInt8(ascii: "^"): self = .center
    case UInt8(ascii: "="): self = .afterSign
    default: return nil
    }
  }
}

extension FormatSpecification {
  /// How much of `total` columns of padding stands on the left.
  func leftPadding(_ total: Int) -> Int {
    switch alignment {
    case .left: 0
    case .right: total
    case .center: total / 2
    case .afterSign: 0
    }
  }
}
