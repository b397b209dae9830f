/// `format % arguments`, for `str` and for `bytes`.
extension Runtime {
  func percentFormat(_ format: StringObject, _ arguments: Value) throws(Raised) -> StringObject {
    var formatter = PercentFormatter(self, arguments, isText: true)
    try formatter.run(format.utf8)
    return formatter.builder.finish(self)
  }

  func percentFormat(_ template: PercentTemplate, _ arguments: Value) throws(Raised) -> StringObject {
    var formatter = PercentFormatter(self, arguments, isText: true)
    try formatter.run(template)
    return formatter.builder.finish(self)
  }

  /// The same for bytes, which must stay as they are: the program's methods run meanwhile.
  func percentFormat(_ format: ByteSpan, _ arguments: Value, kind: Kind) throws(Raised) -> BytesObject {
    var formatter = PercentFormatter(self, arguments, isText: false)
    try format.withContent { (format) throws(Raised) in try formatter.run(format) }
    return formatter.builder.bytes(type: kind == .bytes ? types.bytes : types.bytearray, kind: kind)
  }
}

/// A text format that was taken apart once, because it is a literal of the program.
final class PercentTemplate {
  /// A conversion and what stands before it.
  fileprivate final class Piece {
    let text: StringObject
    /// What the arguments are asked for, if that is written: `%(key)s`.
    let key: Value
    let conversion: PercentFormatter.Conversion

    init(_ text: StringObject, key: Value, _ conversion: PercentFormatter.Conversion) {
      self.text = text
      self.key = key
      self.conversion = conversion
    }
  }

  fileprivate private(set) var pieces: [Piece] = []
  /// What stands behind the last conversion.
  fileprivate private(set) var end: StringObject

  /// Nil: the format is wrong, or wants arguments for more than its conversions. It is read anew each time then, up to where it fails.
  init?(_ format: StringObject, _ runtime: Runtime) {
    end = runtime.names.empty
    var reader = PercentFormatter(runtime, .undefined, isText: true)
    reader.template = self
    do throws(Raised) { try reader.run(format.utf8) } catch { return nil }
    end = reader.builder.finish(runtime)
  }

  /// False: the conversion is not to be known beforehand.
  fileprivate func add(_ text: StringObject, key: Value, _ conversion: PercentFormatter.Conversion) -> Bool {
    let specification = conversion.specification
    guard PercentFormatter.letters.contains(conversion.letter), max(specification.width, specification.precision) < 1 << 16 else { return false }
    pieces.append(Piece(text, key: key, conversion))
    return true
  }
}

/// One run over a format.
private struct PercentFormatter: ~Copyable {
  let runtime: Runtime
  let isText: Bool
  var builder = TextBuilder()
  /// Where the conversions of the format go, instead of being done.
  var template: PercentTemplate?

  /// The arguments when they are a tuple, and how many are used.
  private var tuple: TupleObject?
  private var position = 0
  /// The only argument, or what a mapping key led to; undefined once it is used.
  private var single: Value
  /// What `%(key)s` looks into.
  private let mapping: Value?

  init(_ runtime: Runtime, _ arguments: Value, isText: Bool) {
    self.runtime = runtime
    self.isText = isText
    tuple = arguments.tuple
    single = tuple == nil ? arguments : .undefined
    mapping = tuple == nil && PercentFormatter.isMapping(runtime, arguments, isText: isText) ? arguments : nil
  }

  private static func isMapping(_ runtime: Runtime, _ value: Value, isText: Bool) -> Bool {
    guard case .object(let object) = value else { return false }
    switch object.kind {
    case .string: return false
    case .bytes, .byteArray: return isText
    case .list, .dict, .range: return true
    case .type: return false
    default: return object.type.lookup(runtime.names[.getitem]) != nil
    }
  }

  private mutating func nextArgument() throws(Raised) -> Value {
    if let tuple {
      if position < tuple.count {
        position += 1
        return tuple[position - 1]
      }
    } else if !single.isUndefined {
      defer { single = .undefined }
      return single
    }
    throw runtime.typeError("not enough arguments for format string")
  }

  mutating func run(_ template: PercentTemplate) throws(Raised) {
    for piece in template.pieces {
      builder.append(string: piece.text)
      if !piece.key.isUndefined { try lookUp(piece.key) }
      try convert(piece.conversion)
    }
    builder.append(string: template.end)
    try checkAllUsed()
  }

  mutating func run(_ format: UnsafeBufferPointer<UInt8>) throws(Raised) {
    guard let base = format.baseAddress else { return try checkAllUsed() }
    var index = 0
    while index < format.count {
      let start = index
      while index < format.count, base[index] != UInt8(ascii: "%") { index += 1 }
      if index > start { builder.append(UnsafeBufferPointer(start: base + start, count: index - start)) }
      if index == format.count { break }
      index += 1
      try conversion(format, &index)
    }
    try checkAllUsed()
  }

  private func checkAllUsed() throws(Raised) {
    let isUnused = tuple.map { position < $0.count } ?? (!single.isUndefined && mapping == nil)
    if isUnused {
      throw runtime.typeError(
        "not all arguments converted during \(isText ? "string" : "bytes") formatting")
    }
  }

  // MARK: One conversion

  struct Conversion {
    var specification = FormatSpecification(defaultType: 0, alignment: .right)
    var fillsWithZeros = false
    var letter: UInt8 = 0
  }

  /// What a conversion of text may end in.
  static let letters = Array("sradiuoxXeEfFgGc".utf8)

  /// From behind the `%` to behind the letter.
  private mutating func conversion(_ format: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(Raised) {
    var conversion = Conversion()
    if index < format.count, format[index] == UInt8(ascii: "%") {
      builder.append(byte: UInt8(ascii: "%"))
      index += 1
      return
    }
    var key = Value.undefined
    if index < format.count, format[index] == UInt8(ascii: "(") {
      key = try readKey(format, &index)
      if template == nil { try lookUp(key) }
    }
    flags: while index < format.count {
      switch format[index] {
      case UInt8(ascii: "-"): conversion.specification.alignment = .left
      case UInt8(ascii: "+"): conversion.specification.sign = UInt8(ascii: "+")
      case UInt8(ascii: " "):
        if conversion.specification.sign == 0 { conversion.specification.sign = UInt8(ascii: " ") }
      case UInt8(ascii: "#"): conversion.specification.isAlternate = true
      case UInt8(ascii: "0"): conversion.fillsWithZeros = true
      default: break flags
      }
      index += 1
    }
    if let width = try number(format, &index, name: "width") {
      conversion.specification.width = width
      if width < 0 {
        conversion.specification.alignment = .left
        conversion.specification.width = -width
      }
    }
    if index < format.count, format[index] == UInt8(ascii: ".") {
      index += 1
      conversion.specification.precision = max(0, try number(format, &index, name: "precision") ?? 0)
    }
    if index < format.count {
      switch format[index] {
      case UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "L"): index += 1
      default: break
      }
    }
    guard index < format.count else { throw runtime.valueError("incomplete format") }
    try runtime.checkSizes(conversion.specification)
    conversion.letter = format[index]
    if let template {
      if !template.add(builder.finish(runtime), key: key, conversion) { throw unsupportedLetter(format, index) }
    } else if try !convert(conversion) {
      throw unsupportedLetter(format, index)
    }
    index += isText ? UTF8Width.of(leadByte: format[index]) : 1
  }

  /// `(key)`, parentheses in the key balanced.
  private mutating func readKey(_ format: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(Raised) -> Value {
    if mapping == nil, template == nil { throw runtime.typeError("format requires a mapping") }
    index += 1
    let start = index
    var depth = 1
    while index < format.count {
      if format[index] == UInt8(ascii: "(") { depth += 1 }
      if format[index] == UInt8(ascii: ")") { depth -= 1 }
      index += 1
      if depth == 0 { break }
    }
    if depth > 0 { throw runtime.valueError("incomplete format key") }
    let key = UnsafeBufferPointer(rebasing: format[start..<(index - 1)])
    if template != nil { return .object(runtime.intern(runtime.string(utf8: key))) }
    return .object(isText ? runtime.string(utf8: key) : BytesObject(type: runtime.types.bytes, key))
  }

  /// Makes what the mapping has under a key the next argument.
  private mutating func lookUp(_ key: Value) throws(Raised) {
    guard let mapping else { throw runtime.typeError("format requires a mapping") }
    let runtime = runtime
    var key = key
    single = try key.lent { (key) throws(Raised) in
      if let held = mapping.uncounted, held.kind == .dict, held.isPlain,
        let found = held.as(DictObject.self)._withUnsafeGuaranteedRef({ dict in
          dict.quickIndex(keyAt: key).flatMap { $0 < 0 ? nil : dict.valuePlace($0).copied }
        })
      {
        return found
      }
      return try runtime.getItem(mapping, key.pointee)
    }
    tuple = nil
  }

  /// Digits or `*`.
  private mutating func number(_ format: UnsafeBufferPointer<UInt8>, _ index: inout Int, name: String) throws(Raised)
    -> Int?
  {
    guard index < format.count else { return nil }
    if format[index] == UInt8(ascii: "*") {
      index += 1
      switch try nextArgument().plainNumber {
      case .int(let number):
        if number.magnitude > UInt(Int32.max), name == "precision" {
          throw runtime.overflowError("Python int too large to convert to C int")
        }
        return max(number, -Int.max)
      case .bool(let flag): return flag ? 1 : 0
      case .object(let object) where object.kind == .bigInt:
        throw runtime.overflowError("Python int too large to convert to C \(name == "width" ? "ssize_t" : "int")")
      default: throw runtime.typeError("* wants int")
      }
    }
    var result: Int?
    while index < format.count, ASCII.isDigit(format[index]) {
      let (product, overflow) = (result ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, overflowAgain) = product.addingReportingOverflow(Int(format[index] - UInt8(ascii: "0")))
      if overflow || overflowAgain || (name == "precision" && sum > Int(Int32.max)) {
        throw runtime.valueError(name == "width" ? "width too big" : isText ? "precision too big" : "prec too big")
      }
      result = sum
      index += 1
    }
    return result
  }

  /// False: there is no such conversion.
  @discardableResult
  private mutating func convert(_ conversion: Conversion) throws(Raised) -> Bool {
    switch conversion.letter {
    case UInt8(ascii: "s") where isText:
      let value = try nextArgument()
      if conversion.specification.width < 0, conversion.specification.precision < 0 {
        try runtime.append(value, to: &builder)
      } else {
        append(try runtime.str(value), conversion)
      }
    case UInt8(ascii: "r") where isText: append(try runtime.repr(try nextArgument()), conversion)
    case UInt8(ascii: "a"), UInt8(ascii: "r"): append(try runtime.ascii(try nextArgument()), conversion)
    case UInt8(ascii: "s") where !isText, UInt8(ascii: "b") where !isText:
      append(bytes: try bytesArgument(conversion.letter), conversion)
    case UInt8(ascii: "c"): try appendCharacter(conversion)
    case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "o"), UInt8(ascii: "x"), UInt8(ascii: "X"):
      try appendInteger(conversion)
    case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "g"), UInt8(ascii: "G"):
      try appendFloat(conversion)
    default:
      // The value is taken first, as CPython does.
      _ = try nextArgument()
      return false
    }
    return true
  }

  private func unsupportedLetter(_ format: UnsafeBufferPointer<UInt8>, _ index: Int) -> Raised {
    let base = format.baseAddress.unsafelyUnwrapped
    let code = isText ? decodeUTF8(base + index).codePoint : UInt32(format[index])
    var place = index
    if isText { for offset in 0..<index where format[offset] & 0xC0 == 0x80 { place -= 1 } }
    var shown = "?"
    if code > 31, code < 127 { shown = String(Character(Unicode.Scalar(UInt8(code)))) }
    return runtime.valueError(
      "unsupported format character '\(shown)' (0x\(String(code, radix: 16))) at index \(place)")
  }

  // MARK: Text

  private mutating func append(_ text: StringObject, _ conversion: Conversion) {
    var length = text.length
    var byteCount = text.byteCount
    let precision = conversion.specification.precision
    if precision >= 0, precision < length {
      length = precision
      byteCount = text.byteOffset(ofCodePoint: precision)
    }
    let padding = conversion.specification.width - length
    if conversion.specification.alignment != .left { builder.append(repeating: UInt8(ascii: " "), padding) }
    builder.append(string: text, 0..<byteCount)
    if conversion.specification.alignment == .left { builder.append(repeating: UInt8(ascii: " "), padding) }
  }

  private mutating func append(bytes: ByteSpan, _ conversion: Conversion) {
    let precision = conversion.specification.precision
    let count = precision >= 0 ? min(precision, bytes.count) : bytes.count
    let padding = conversion.specification.width - count
    if conversion.specification.alignment != .left { builder.append(repeating: UInt8(ascii: " "), padding) }
    bytes.withContent { builder.append(UnsafeBufferPointer(rebasing: $0.prefix(count))) }
    if conversion.specification.alignment == .left { builder.append(repeating: UInt8(ascii: " "), padding) }
  }

  private mutating func bytesArgument(_ letter: UInt8) throws(Raised) -> ByteSpan {
    let value = try nextArgument()
    if case .object(let object) = value {
      if object.kind == .bytes || object.kind == .byteArray {
        return ByteSpan(unsafeDowncast(object, to: BytesObject.self))
      }
      if let method = object.type.lookup(runtime.names[.bytes]) {
        let result = try runtime.callSpecial(method, value)
        guard let bytes = result.bytes else {
          throw runtime.typeError("__bytes__ returned non-bytes (type \(runtime.typeName(result)))")
        }
        return ByteSpan(bytes)
      }
      if let bytes = runtime.bytesLike(value) { return bytes }
    }
    throw runtime.typeError(
      "%b requires a bytes-like object, or an object that implements __bytes__, not '\(runtime.typeName(value))'")
  }

  private mutating func appendCharacter(_ conversion: Conversion) throws(Raised) {
    let value = try nextArgument()
    if isText {
      if let text = value.string {
        guard text.length == 1 else { throw runtime.typeError("%c requires int or char") }
        return append(text, conversion)
      }
    } else if case .object(let object) = value, object.kind == .bytes || object.kind == .byteArray {
      let bytes = ByteSpan(unsafeDowncast(object, to: BytesObject.self))
      guard bytes.count == 1 else {
        throw runtime.typeError("%c requires an integer in range(256) or a single byte")
      }
      return append(bytes: bytes, conversion)
    }
    let number: Value
    do { number = try runtime.integer(fromIndex: value) } catch {
      guard runtime.matches(error, .typeError) else { throw error }
      throw runtime.typeError(
        isText ? "%c requires int or char" : "%c requires an integer in range(256) or a single byte")
    }
    guard case .int(let code) = number, code >= 0, code <= (isText ? 0x10FFFF : 0xFF) else {
      throw runtime.overflowError("%c arg not in range(\(isText ? "0x110000" : "256"))")
    }
    if isText {
      var character = TextBuilder()
      character.append(codePoint: UInt32(code))
      append(character.finish(runtime), conversion)
    } else {
      append(bytes: ByteSpan(BytesObject(type: runtime.types.bytes, [UInt8(code)])), conversion)
    }
  }

  // MARK: Numbers

  private func specification(_ conversion: Conversion) -> FormatSpecification {
    var specification = conversion.specification
    if conversion.fillsWithZeros, specification.alignment != .left {
      specification.alignment = .afterSign
      specification.fill = 0x30
    }
    return specification
  }

  private mutating func appendInteger(_ conversion: Conversion) throws(Raised) {
    let number = try integerArgument(conversion.letter)
    if case .int(let small) = number, conversion.specification.width < 0, conversion.specification.precision < 0,
      conversion.specification.sign == 0, conversion.letter != UInt8(ascii: "x"), conversion.letter != UInt8(ascii: "X"),
      conversion.letter != UInt8(ascii: "o")
    {
      return builder.append(integer: small)
    }
    if case .int(let small) = number, conversion.specification.precision < 0, !conversion.specification.isAlternate {
      let radix = conversion.letter == UInt8(ascii: "o") ? 8 : conversion.letter | 0x20 == UInt8(ascii: "x") ? 16 : 10
      return builder.append(
        small, radix: radix, isUpper: conversion.letter == UInt8(ascii: "X"), prefix: "", specification(conversion))
    }
    var digits = TextBuilder()
    var prefix: StaticString = ""
    switch conversion.letter {
    case UInt8(ascii: "o"):
      try runtime.appendMagnitude(of: number, radix: 8, to: &digits)
      prefix = "0o"
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      try runtime.appendMagnitude(of: number, radix: 16, to: &digits)
      let isUpper = conversion.letter == UInt8(ascii: "X")
      if isUpper { digits.uppercase(from: 0) }
      prefix = isUpper ? "0X" : "0x"
    default: try runtime.appendMagnitude(of: number, radix: 10, to: &digits)
    }
    var padded = TextBuilder()
    padded.append(repeating: UInt8(ascii: "0"), conversion.specification.precision - digits.count)
    padded.append(text: digits)
    builder.append(
      number: padded, leadingDigits: padded.count, isNegative: runtime.isNegativeInteger(number),
      prefix: conversion.specification.isAlternate ? prefix : "", specification(conversion))
  }

  private mutating func integerArgument(_ letter: UInt8) throws(Raised) -> Value {
    let value = try nextArgument()
    let needsIndex = letter == UInt8(ascii: "o") || letter | 0x20 == UInt8(ascii: "x")
    switch value {
    case .int: return value
    case .bool(let flag): return .int(flag ? 1 : 0)
    case .float(let number) where !needsIndex: return try runtime.integer(truncating: number)
    case .object(let object):
      switch object.kind {
      case .bigInt: return value
      case .intInstance: return value.plainNumber
      case .floatInstance where !needsIndex:
        if case .float(let number) = value.plainNumber { return try runtime.integer(truncating: number) }
      case .string, .bytes, .byteArray, .floatInstance, .complex, .list, .tuple, .dict, .set: break
      default:
        if !needsIndex, let method = runtime.specialMethod(value, .int) {
          let result = try runtime.callSpecial(method, value).plainNumber
          if case .int = result { return result }
          if result.bigInt != nil { return result }
        }
        if runtime.specialMethod(value, .index) != nil { return try runtime.integer(fromIndex: value) }
      }
    default: break
    }
    let name = String(Character(Unicode.Scalar(letter)))
    throw runtime.typeError(
      "%\(name) format: \(needsIndex ? "an integer" : "a real number") is required, not \(runtime.typeName(value))")
  }

  private mutating func appendFloat(_ conversion: Conversion) throws(Raised) {
    let value = try nextArgument()
    let number: Double
    do { number = try runtime.double(value) } catch {
      if !isText, runtime.matches(error, .typeError) {
        throw runtime.typeError("float argument required, not \(runtime.typeName(value))")
      }
      throw error
    }
    let style: FloatStyle
    switch conversion.letter | 0x20 {
    case UInt8(ascii: "e"): style = .exponent
    case UInt8(ascii: "f"): style = .fixed
    default: style = .general
    }
    let precision = conversion.specification.precision
    var text = TextBuilder()
    text.append(
      magnitudeOf: number, style: style, precision: precision < 0 ? 6 : precision,
      keepsPoint: conversion.specification.isAlternate, addsZero: false)
    if ASCII.isUpper(conversion.letter) { text.uppercase(from: 0) }
    builder.append(
      number: text, leadingDigits: text.leadingDigitCount, isNegative: number.sign == .minus && !number.isNaN,
      prefix: "", specification(conversion))
  }
}
