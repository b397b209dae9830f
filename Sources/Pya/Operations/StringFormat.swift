#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `str.format` and `str.format_map`.
///
/// Works on code points, since field names, conversions and errors count them; a format is parsed again for every call, as in CPython.
struct StringFormatter: ~Copyable {
  private enum Numbering { case undecided, automatic, manual }

  /// What the names mean: arguments of a call that goes on, or the keys of a mapping.
  enum Source {
    case arguments(Arguments)
    case mapping(Value)
  }

  let runtime: Runtime
  private let source: Source
  private var numbering = Numbering.undecided
  private var nextNumber = 0

  init(_ runtime: Runtime, _ source: Source) {
    self.runtime = runtime
    self.source = source
  }

  mutating func format(_ text: StringObject) throws(Raised) -> StringObject {
    var builder = TextBuilder()
    try expand(text, 0..<text.byteCount, depth: 2, to: &builder)
    return builder.finish(runtime)
  }

  private mutating func expand(
    _ text: StringObject, _ span: Range<Int>, depth: Int, to builder: inout TextBuilder
  ) throws(Raised) {
    if depth <= 0 { throw runtime.valueError("Max string recursion exceeded") }
    let bytes = text.bytes
    var index = span.lowerBound
    while index < span.upperBound {
      let start = index
      while index < span.upperBound, bytes[index] != UInt8(ascii: "{"), bytes[index] != UInt8(ascii: "}") { index += 1 }
      if index > start { builder.append(string: text, start..<index) }
      if index == span.upperBound { return }
      let brace = bytes[index]
      index += 1
      if index < span.upperBound, bytes[index] == brace {
        builder.append(byte: brace)
        index += 1
      } else if brace == UInt8(ascii: "}") {
        throw runtime.valueError("Single '}' encountered in format string")
      } else if index == span.upperBound {
        throw runtime.valueError("Single '{' encountered in format string")
      } else {
        let field = try StringFormatter.parseField(runtime, text, &index, end: span.upperBound)
        try render(field, text, depth: depth, to: &builder)
      }
    }
  }

  // MARK: Fields

  struct Field {
    var name: Range<Int>
    var conversion: UInt32 = 0
    var specification: Range<Int>
    var specificationHasFields = false
  }

  /// From behind the opening brace to behind the closing one.
  static func parseField(_ runtime: Runtime, _ text: StringObject, _ index: inout Int, end: Int) throws(Raised) -> Field {
    let bytes = text.bytes
    let start = index
    var stop: UInt8 = 0
    name: while index < end {
      stop = bytes[index]
      index += 1
      switch stop {
      case UInt8(ascii: "{"): throw runtime.valueError("unexpected '{' in field name")
      case UInt8(ascii: "["):
        while index < end, bytes[index] != UInt8(ascii: "]") { index += 1 }
      case UInt8(ascii: "}"), UInt8(ascii: ":"), UInt8(ascii: "!"): break name
      default: break
      }
    }
    var field = Field(name: start..<(index - 1), specification: 0..<0)
    guard stop == UInt8(ascii: "!") || stop == UInt8(ascii: ":") else {
      if stop != UInt8(ascii: "}") { throw runtime.valueError("expected '}' before end of string") }
      return field
    }
    if stop == UInt8(ascii: "!") {
      if index >= end { throw runtime.valueError("end of string while looking for conversion specifier") }
      let (codePoint, width) = decodeUTF8(bytes + index)
      field.conversion = codePoint
      index += width
      if index < end {
        let next = bytes[index]
        index += 1
        if next == UInt8(ascii: "}") { return field }
        if next != UInt8(ascii: ":") { throw runtime.valueError("expected ':' after conversion specifier") }
      }
    }
    let specificationStart = index
    var depth = 1
    while index < end {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "{") {
        field.specificationHasFields = true
        depth += 1
      } else if byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 {
          field.specification = specificationStart..<(index - 1)
          return field
        }
      }
    }
    throw runtime.valueError("unmatched '{' in format spec")
  }

  private mutating func render(
    _ field: Field, _ text: StringObject, depth: Int, to builder: inout TextBuilder
  ) throws(Raised) {
    var value = try resolve(text, field.name)
    if field.conversion != 0 { value = try convert(value, field.conversion) }
    if field.specification.isEmpty { return try runtime.appendFormatted(value, runtime.names.empty, to: &builder) }
    let specification: StringObject
    if field.specificationHasFields {
      var inner = TextBuilder()
      try expand(text, field.specification, depth: depth - 1, to: &inner)
      specification = inner.finish(runtime)
    } else {
      specification = part(text, field.specification)
    }
    try runtime.appendFormatted(value, specification, to: &builder)
  }

  private func convert(_ value: Value, _ conversion: UInt32) throws(Raised) -> Value {
    switch conversion {
    case 0x72: return .object(try runtime.repr(value))
    case 0x73: return .object(try runtime.str(value))
    case 0x61: return .object(try runtime.ascii(value))
    default:
      if conversion > 32, conversion < 127, let scalar = Unicode.Scalar(conversion) {
        throw runtime.valueError("Unknown conversion specifier \(Character(scalar))")
      }
      throw runtime.valueError("Unknown conversion specifier \\x\(String(conversion, radix: 16))")
    }
  }

  // MARK: Names

  private func part(_ text: StringObject, _ span: Range<Int>) -> StringObject {
    runtime.string(utf8: UnsafeBufferPointer(start: text.bytes + span.lowerBound, count: span.count))
  }

  /// `0.name[key]`: the argument, then attributes and items of it.
  private mutating func resolve(_ text: StringObject, _ span: Range<Int>) throws(Raised) -> Value {
    let bytes = text.bytes
    var index = span.lowerBound
    while index < span.upperBound, bytes[index] != UInt8(ascii: "."), bytes[index] != UInt8(ascii: "[") { index += 1 }
    var value = try argument(text, span.lowerBound..<index)
    while let part = try StringFormatter.parseNamePart(runtime, text, &index, end: span.upperBound) {
      if part.isAttribute {
        value = try runtime.getAttribute(value, self.part(text, part.span))
      } else {
        let number = try StringFormatter.integer(runtime, text, part.span)
        value = try runtime.getItem(value, number.map { .int($0) } ?? .object(self.part(text, part.span)))
      }
    }
    return value
  }

  /// `.name` or `[key]`; nil at the end.
  static func parseNamePart(
    _ runtime: Runtime, _ text: StringObject, _ index: inout Int, end: Int
  ) throws(Raised) -> (isAttribute: Bool, span: Range<Int>)? {
    if index >= end { return nil }
    let bytes = text.bytes
    let opening = bytes[index]
    index += 1
    let start = index
    switch opening {
    case UInt8(ascii: "."):
      while index < end, bytes[index] != UInt8(ascii: "."), bytes[index] != UInt8(ascii: "[") { index += 1 }
      if index == start { throw runtime.valueError("Empty attribute in format string") }
      return (true, start..<index)
    case UInt8(ascii: "["):
      while index < end, bytes[index] != UInt8(ascii: "]") { index += 1 }
      if index == end { throw runtime.valueError("Missing ']' in format string") }
      index += 1
      if index - 1 == start { throw runtime.valueError("Empty attribute in format string") }
      return (false, start..<(index - 1))
    default: throw runtime.valueError("Only '.' or '[' may follow ']' in format field specifier")
    }
  }

  private mutating func argument(_ text: StringObject, _ span: Range<Int>) throws(Raised) -> Value {
    var number = try StringFormatter.integer(runtime, text, span)
    if number != nil || span.isEmpty {
      if numbering == .undecided { numbering = span.isEmpty ? .automatic : .manual }
      if span.isEmpty, numbering == .manual {
        throw runtime.valueError("cannot switch from manual field specification to automatic field numbering")
      }
      if !span.isEmpty, numbering == .automatic {
        throw runtime.valueError("cannot switch from automatic field numbering to manual field specification")
      }
      if span.isEmpty {
        number = nextNumber
        nextNumber += 1
      }
    }
    guard let number else { return try named(text, span) }
    guard case .arguments(let arguments) = source else { throw runtime.valueError("Format string contains positional fields") }
    guard number < arguments.count else {
      throw runtime.indexError("Replacement index \(number) out of range for positional args tuple")
    }
    return (arguments.base + number).copied
  }

  private func named(_ text: StringObject, _ span: Range<Int>) throws(Raised) -> Value {
    switch source {
    case .mapping(let mapping): return try runtime.getItem(mapping, .object(part(text, span)))
    case .arguments(let arguments):
      for index in arguments.keywordNames.indices {
        let isMeant = arguments.keywordNames.uncounted(index)._withUnsafeGuaranteedRef {
          $0.byteCount == span.count && memcmp($0.bytes, text.bytes + span.lowerBound, span.count) == 0
        }
        if isMeant { return (arguments.base + arguments.count + index).copied }
      }
      throw runtime.keyError(.object(part(text, span)))
    }
  }

  /// The number that a name is, if it is all digits.
  static func integer(_ runtime: Runtime, _ text: StringObject, _ span: Range<Int>) throws(Raised) -> Int? {
    var result = 0
    var index = span.lowerBound
    if span.isEmpty { return nil }
    while index < span.upperBound {
      let byte = text.bytes[index]
      if byte < 0x80, byte &- 0x30 > 9 { return nil }
      let (codePoint, width) = decodeUTF8(text.bytes + index)
      guard let digit = CodePoint(codePoint).decimalDigit else { return nil }
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      let (sum, overflowAgain) = product.addingReportingOverflow(digit)
      if overflow || overflowAgain { throw runtime.valueError("Too many decimal digits in format string") }
      result = sum
      index += width
    }
    return result
  }
}
