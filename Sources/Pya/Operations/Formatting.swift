/// `format(value, specification)`: what f-strings and `str.format` call for every replacement field.
extension Runtime {
  func format(_ value: Value, _ specification: StringObject) throws(Raised) -> StringObject {
    if specification.byteCount == 0, let text = value.string, text.isExactly(types.str) { return text }
    var builder = TextBuilder()
    try appendFormatted(value, specification, to: &builder)
    return builder.finish(self)
  }

  /// `format(value, specification)`, added to text under construction.
  func appendFormatted(_ value: Value, _ specification: StringObject, to builder: inout TextBuilder) throws(Raised) {
    if case .object(let object) = value, object.type.isHeap, let method = object.type.special(.format) {
      let result = try callSpecial(method, value, .object(specification))
      guard let text = result.string else {
        throw typeError("__format__ must return a str, not \(typeName(result))")
      }
      return builder.append(string: text)
    }
    try appendBuiltinFormatted(value, specification, to: &builder)
  }

  /// The bodies of `int.__format__`, `str.__format__`, `object.__format__` and their kin.
  func appendBuiltinFormatted(_ value: Value, _ specification: StringObject, to builder: inout TextBuilder) throws(Raised) {
    if specification.byteCount == 0 {
      if case .object(let object) = value, object.kind == .other,
        let method = builtinMethod(.format, of: object.type)
      {
        return builder.append(string: try formatResult(method, value, specification))
      }
      return try append(value, to: &builder)
    }
    switch value {
    case .int, .bool: return try appendInteger(value, specification, typeName(value), to: &builder)
    case .float(let number): return try appendFloat(number, specification, "float", to: &builder)
    case .object(let object):
      let name = object.type.name
      switch object.kind {
      case .string: return try appendText(unsafeDowncast(object, to: StringObject.self), specification, to: &builder)
      case .bigInt: return try appendInteger(value, specification, name, to: &builder)
      case .intInstance: return try appendInteger(value.plainNumber, specification, name, to: &builder)
      case .floatInstance:
        if case .float(let number) = value.plainNumber {
          return try appendFloat(number, specification, name, to: &builder)
        }
      case .complex:
        return try appendComplex(unsafeDowncast(object, to: ComplexObject.self), specification, to: &builder)
      case .other, .instance, .iterator:
        if let method = builtinMethod(.format, of: object.type) {
          return builder.append(string: try formatResult(method, value, specification))
        }
      default: break
      }
    default: break
    }
    throw typeError("unsupported format string passed to \(typeName(value)).__format__")
  }

  private func formatResult(_ method: Value, _ value: Value, _ specification: StringObject) throws(Raised) -> StringObject {
    let result = try callSpecial(method, value, .object(specification))
    guard let text = result.string else { throw typeError("__format__ must return a str, not \(typeName(result))") }
    return text
  }

  // MARK: Strings

  private func appendText(_ text: StringObject, _ source: StringObject, to builder: inout TextBuilder) throws(Raised) {
    let specification = try parse(source, typeName: text.type.name, defaultType: 0x73, alignment: .left)
    if specification.type != 0x73 { throw unknownFormatCode(specification.type, text.type.name) }
    if specification.sign == UInt8(ascii: " ") { throw valueError("Space not allowed in string format specifier") }
    if specification.sign != 0 { throw valueError("Sign not allowed in string format specifier") }
    if specification.coercesNegativeZero {
      throw valueError("Negative zero coercion (z) not allowed in string format specifier")
    }
    if specification.isAlternate { throw valueError("Alternate form (#) not allowed in string format specifier") }
    if specification.alignment == .afterSign {
      throw valueError("'=' alignment not allowed in string format specifier")
    }
    var length = text.length
    var byteCount = text.byteCount
    if specification.precision >= 0, specification.precision < length {
      length = specification.precision
      byteCount = text.byteOffset(ofCodePoint: length)
    }
    let padding = max(0, specification.width - length)
    let left = specification.leftPadding(padding)
    builder.append(codePoint: specification.fill, times: left)
    builder.append(string: text, 0..<byteCount)
    builder.append(codePoint: specification.fill, times: padding - left)
  }

  // MARK: Integers

  /// `number` is a plain int or bool.
  private func appendInteger(
    _ number: Value, _ source: StringObject, _ typeName: String, to builder: inout TextBuilder
  ) throws(Raised) {
    let specification = try parse(source, typeName: typeName, defaultType: 0x64, alignment: .right)
    let radix: Int
    var prefix: StaticString = ""
    switch specification.typeByte {
    case UInt8(ascii: "d"), UInt8(ascii: "n"): radix = 10
    case UInt8(ascii: "b"): (radix, prefix) = (2, "0b")
    case UInt8(ascii: "o"): (radix, prefix) = (8, "0o")
    case UInt8(ascii: "x"): (radix, prefix) = (16, "0x")
    case UInt8(ascii: "X"): (radix, prefix) = (16, "0X")
    case UInt8(ascii: "c"): radix = 0
    case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "g"),
      UInt8(ascii: "G"), UInt8(ascii: "%"):
      return try appendFloat(try double(number), specification, typeName, to: &builder)
    default: throw unknownFormatCode(specification.type, typeName)
    }
    if specification.precision >= 0 { throw valueError("Precision not allowed in integer format specifier") }
    if specification.coercesNegativeZero {
      throw valueError("Negative zero coercion (z) not allowed in integer format specifier")
    }
    if radix == 0 { return try appendCharacter(number, specification, to: &builder) }
    if case .int(let small) = number, specification.separator == 0 {
      return builder.append(
        small, radix: radix, isUpper: specification.typeByte == UInt8(ascii: "X"),
        prefix: specification.isAlternate ? prefix : "", specification)
    }
    var digits = TextBuilder()
    try appendMagnitude(of: number, radix: radix, to: &digits)
    if specification.typeByte == UInt8(ascii: "X") { digits.uppercase(from: 0) }
    builder.append(
      number: digits, leadingDigits: digits.count, isNegative: isNegativeInteger(number),
      prefix: specification.isAlternate ? prefix : "", specification)
  }

  private func appendCharacter(
    _ number: Value, _ specification: FormatSpecification, to builder: inout TextBuilder
  ) throws(Raised) {
    if specification.sign != 0 { throw valueError("Sign not allowed with integer format specifier 'c'") }
    if specification.isAlternate {
      throw valueError("Alternate form (#) not allowed with integer format specifier 'c'")
    }
    let codePoint: Int
    switch number {
    case .int(let small): codePoint = small
    case .bool(let flag): codePoint = flag ? 1 : 0
    default: throw overflowError("Python int too large to convert to C long")
    }
    guard codePoint >= 0, codePoint <= 0x10FFFF else { throw overflowError("%c arg not in range(0x110000)") }
    let padding = max(0, specification.width - 1)
    let left = specification.alignment == .afterSign ? padding : specification.leftPadding(padding)
    builder.append(codePoint: specification.fill, times: left)
    builder.append(codePoint: UInt32(codePoint))
    builder.append(codePoint: specification.fill, times: padding - left)
  }

  /// The digits of a plain int without its sign, in lowercase.
  func appendMagnitude(of number: Value, radix: Int, to builder: inout TextBuilder) throws(Raised) {
    switch number {
    case .int(let small):
      if radix == 10 { return builder.append(unsigned: small.magnitude) }
      builder.append(unsigned: small.magnitude, bitsPerDigit: radix.trailingZeroBitCount)
    case .bool(let flag): builder.append(flag ? "1" : "0")
    default:
      guard let large = number.bigInt?.value else { return builder.append("0") }
      let start = builder.count
      if radix == 10 {
        builder.append(try integerText(large))
      } else {
        builder.append(large.magnitude.text(bitsPerDigit: radix.trailingZeroBitCount))
      }
      if builder.bytes[start] == UInt8(ascii: "-") { builder.removeByte(at: start) }
    }
  }

  func isNegativeInteger(_ number: Value) -> Bool {
    if case .int(let small) = number { return small < 0 }
    return (number.bigInt?.value.signum() ?? 0) < 0
  }

  // MARK: Floats

  private func appendFloat(
    _ number: Double, _ source: StringObject, _ typeName: String, to builder: inout TextBuilder
  ) throws(Raised) {
    let specification = try parse(source, typeName: typeName, defaultType: 0, alignment: .right)
    try appendFloat(number, specification, typeName, to: &builder)
  }

  private func appendFloat(
    _ number: Double, _ specification: FormatSpecification, _ typeName: String, to builder: inout TextBuilder
  ) throws(Raised) {
    var style: FloatStyle
    var precision = specification.precision
    var number = number
    let isPercentage = specification.typeByte == UInt8(ascii: "%")
    switch specification.typeByte {
    case 0: style = precision < 0 ? .shortest : .general
    case UInt8(ascii: "e"), UInt8(ascii: "E"): style = .exponent
    case UInt8(ascii: "f"), UInt8(ascii: "F"): style = .fixed
    case UInt8(ascii: "g"), UInt8(ascii: "G"), UInt8(ascii: "n"): style = .general
    case UInt8(ascii: "%"):
      style = .fixed
      number *= 100
    default: throw unknownFormatCode(specification.type, typeName)
    }
    if precision < 0 { precision = 6 }
    var text = TextBuilder()
    text.append(
      magnitudeOf: number, style: style, precision: precision, keepsPoint: specification.isAlternate,
      addsZero: specification.type == 0)
    if ASCII.isUpper(specification.typeByte) { text.uppercase(from: 0) }
    if isPercentage { text.append(byte: UInt8(ascii: "%")) }
    var isNegative = number.sign == .minus && !number.isNaN
    if isNegative, specification.coercesNegativeZero, text.isZero { isNegative = false }
    if specification.width < 0, specification.separator == 0 {
      builder.append(signOf: isNegative, specification.sign)
      return builder.append(text: text)
    }
    builder.append(
      number: text, leadingDigits: text.leadingDigitCount, isNegative: isNegative, prefix: "", specification)
  }

  private func appendComplex(
    _ number: ComplexObject, _ source: StringObject, to builder: inout TextBuilder
  ) throws(Raised) {
    let typeName = number.type.name
    let specification = try parse(source, typeName: typeName, defaultType: 0, alignment: .right)
    var style: FloatStyle
    switch specification.typeByte {
    case 0: style = specification.precision < 0 ? .shortest : .general
    case UInt8(ascii: "e"), UInt8(ascii: "E"): style = .exponent
    case UInt8(ascii: "f"), UInt8(ascii: "F"): style = .fixed
    case UInt8(ascii: "g"), UInt8(ascii: "G"), UInt8(ascii: "n"): style = .general
    default: throw unknownFormatCode(specification.type, typeName)
    }
    if specification.fill == 0x30 { throw valueError("Zero padding is not allowed in complex format specifier") }
    if specification.alignment == .afterSign {
      throw valueError("'=' alignment flag is not allowed in complex format specifier")
    }
    let isBare = specification.type == 0
    let hasReal = !isBare || number.real != 0 || number.real.sign == .minus
    var text = TextBuilder()
    func add(_ part: Double, sign: UInt8, _ text: inout TextBuilder) {
      var digits = TextBuilder()
      digits.append(
        magnitudeOf: part, style: style, precision: specification.precision < 0 ? 6 : specification.precision,
        keepsPoint: specification.isAlternate, addsZero: false)
      if ASCII.isUpper(specification.typeByte) { digits.uppercase(from: 0) }
      var isNegative = part.sign == .minus && !part.isNaN
      if isNegative, specification.coercesNegativeZero, digits.isZero { isNegative = false }
      var inner = FormatSpecification(defaultType: specification.type, alignment: .left)
      inner.sign = sign
      inner.separator = specification.separator
      text.append(
        number: digits, leadingDigits: digits.leadingDigitCount, isNegative: isNegative, prefix: "", inner)
    }
    if isBare, hasReal { text.append("(") }
    if hasReal { add(number.real, sign: specification.sign, &text) }
    add(number.imaginary, sign: hasReal ? UInt8(ascii: "+") : specification.sign, &text)
    text.append("j")
    if isBare, hasReal { text.append(")") }
    let padding = max(0, specification.width - text.count)
    let left = specification.leftPadding(padding)
    builder.append(codePoint: specification.fill, times: left)
    builder.append(text: text)
    builder.append(codePoint: specification.fill, times: padding - left)
  }
}
