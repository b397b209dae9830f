#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import PyaSyntax

/// `float`.
extension Runtime {
  func installFloatType() {
    let type = types.float
    type.construct = { (runtime, type, arguments) throws(Raised) in
      let value = try runtime.soleArgument("float", arguments, for: type)
      var number = value.isUndefined ? 0 : try runtime.float(from: value)
      // A new object, which NaN alone must be told by.
      if number.isNaN, type !== runtime.types.float || value.isNewAsFloat { number = runtime.anotherNaN(like: number) }
      return runtime.makeNumber(.float(number), type: type, builtIn: runtime.types.float, kind: .floatInstance)
    }
    type.defineNew(self)
    type.defineOperators(
      self, [.add, .subtract, .multiply, .divide, .floorDivide, .modulo, .power], accepts: { !$0.isComplex })
    type.defineDivmod(self, accepts: { !$0.isComplex })
    type.defineComparisons(self, accepts: { !$0.isComplex })
    type.defineUnaryOperators(self)
    for name in ["__float__", "conjugate"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in arguments[0].plainNumber }
    }
    type.defineProperty(self, "real", get: { (_, value) throws(Raised) in value.plainNumber })
    type.defineProperty(self, "imag", get: { (_, _) throws(Raised) in .float(0) })
    installRounding(of: type)
    installRatios(of: type)
    type.define(self, "hex", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(HexadecimalFloat.text(runtime.floatReceiver(arguments[0]))))
    }
    type.defineClassMethod(self, "fromhex", "type, string, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[1].string else {
        throw runtime.typeError("bad argument type for built-in operation")
      }
      let number: Double
      switch HexadecimalFloat.parse(Array(text.utf8)) {
      case .number(let parsed): number = parsed
      case .invalid: throw runtime.valueError("invalid hexadecimal floating-point string")
      case .tooLarge: throw runtime.overflowError("hexadecimal value too large to represent as a float")
      }
      let type = arguments[0].type ?? runtime.types.float
      return type === runtime.types.float ? .float(number) : try runtime.call(.object(type), .float(number))
    }
    type.defineClassMethod(self, "__getformat__", "type, typestr, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string("IEEE, little-endian"))
    }
  }

  /// A NaN that is no other.
  func anotherNaN(like number: Double) -> Double {
    attachment(NaNCounter.self) { NaNCounter() }.next(isNegative: number.sign == .minus)
  }

  func floatReceiver(_ value: Value) -> Double {
    if case .float(let number) = value.plainNumber { return number }
    return 0
  }

  private func installRounding(of type: TypeObject) {
    for name in ["__int__", "__trunc__"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        try runtime.integer(truncating: runtime.floatReceiver(arguments[0]))
      }
    }
    type.define(self, "__floor__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.integer(truncating: runtime.floatReceiver(arguments[0]).rounded(.down))
    }
    type.define(self, "__ceil__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.integer(truncating: runtime.floatReceiver(arguments[0]).rounded(.up))
    }
    type.define(self, "__round__", "self, ndigits=None, /") { (runtime, arguments) throws(Raised) in
      try runtime.roundFloat(runtime.floatReceiver(arguments[0]), arguments[1])
    }
  }

  private func installRatios(of type: TypeObject) {
    type.define(self, "is_integer", "self, /") { (runtime, arguments) throws(Raised) in
      let number = runtime.floatReceiver(arguments[0])
      return .bool(number.isFinite && number == number.rounded(.down))
    }
    type.define(self, "as_integer_ratio", "self, /") { (runtime, arguments) throws(Raised) in
      let number = runtime.floatReceiver(arguments[0])
      if number.isInfinite { throw runtime.overflowError("cannot convert Infinity to integer ratio") }
      if number.isNaN { throw runtime.valueError("cannot convert NaN to integer ratio") }
      var exponent: Int32 = 0
      var fraction = frexp(number, &exponent)
      while fraction != fraction.rounded(.down) {
        fraction *= 2
        exponent -= 1
      }
      var numerator = BigInt(truncating: fraction)
      var denominator = BigInt(1)
      if exponent > 0 { numerator = numerator << Int(exponent) } else { denominator = denominator << Int(-exponent) }
      return .object(TupleObject(runtime, [runtime.integer(numerator), runtime.integer(denominator)]))
    }
  }

  /// `float(value)`.
  func float(from value: Value) throws(Raised) -> Double {
    if case .float(let number) = value { return number }
    if case .object(let object) = value {
      if object.kind == .string, object.type.special(.float) == nil {
        return try parseFloat(unsafeDowncast(object, to: StringObject.self))
      }
      if let bytes = bytesLike(value) {
        if let number = bytes.withContent(FloatParser.parseShort) ?? FloatParser.parse(bytes.copyBytes()) { return number }
        throw valueError("could not convert string to float: \(try repr(value).text)")
      }
    }
    if let number = try doubleIfNumber(value) { return number }
    throw typeError("float() argument must be a string or a real number, not '\(typeName(value))'")
  }

  private func parseFloat(_ string: StringObject) throws(Raised) -> Double {
    if let number = FloatParser.parseShort(string.utf8) { return number }
    let text = string.isASCII ? Array(string.utf8) : asciiDigits(string)
    if let number = FloatParser.parse(text) { return number }
    throw valueError("could not convert string to float: \(try repr(.object(string)).text)")
  }
}

extension Value {
  /// `float()` of it is no object that was there before.
  fileprivate var isNewAsFloat: Bool {
    if case .float = self { return false }
    return true
  }
}

/// The grammar of `float("...")`.
enum FloatParser {
  /// A number with spaces around it; nil: not one.
  static func parse(_ text: [UInt8]) -> Double? {
    var span = text[...]
    while let first = span.first, IntegerLiteralParser.isSpace(first) { span = span.dropFirst() }
    while let last = span.last, IntegerLiteralParser.isSpace(last) { span = span.dropLast() }
    guard let plain = withoutUnderscores(span) else { return nil }
    guard let (number, length) = prefix(of: plain[...]), length == plain.count else { return nil }
    return number
  }

  /// A number of at most 15 digits, with or without a point: the quotient of two doubles that are exact. Or `inf`. Nil: it is written otherwise.
  static func parseShort(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    let start = text.first == UInt8(ascii: "-") ? 1 : 0
    if text.count == start + 3, text[start] == UInt8(ascii: "i"), text[start + 1] == UInt8(ascii: "n"), text[start + 2] == UInt8(ascii: "f") {
      return start == 1 ? -.infinity : .infinity
    }
    var digits = 0
    var number = 0
    var point = -1
    for index in start..<text.count {
      let byte = text[index]
      if isDigit(byte) {
        digits += 1
        if digits > 15 { return nil }
        number = number * 10 + Int(byte - UInt8(ascii: "0"))
      } else if byte == UInt8(ascii: "."), point < 0 {
        point = digits
      } else {
        return nil
      }
    }
    if digits == 0 { return nil }
    let size = point < 0 ? Double(number) : Double(number) / Double.exactPowersOfTen[digits - point]
    return start == 1 ? -size : size
  }

  /// Without the underscores between digits; nil when one stands elsewhere.
  static func withoutUnderscores(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "_")) else { return Array(text) }
    var result: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text {
      if byte == UInt8(ascii: "_") {
        guard isDigit(previous) else { return nil }
      } else {
        if previous == UInt8(ascii: "_"), !isDigit(byte) { return nil }
        result.append(byte)
      }
      previous = byte
    }
    return previous == UInt8(ascii: "_") ? nil : result
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// The longest number at the start (a decimal one, `inf`, `infinity` or `nan`) and its length in bytes.
  static func prefix(of text: ArraySlice<UInt8>) -> (number: Double, length: Int)? {
    let bytes = Array(text)
    var index = 0
    var isNegative = false
    if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      index = 1
    }
    let letter = index < bytes.count ? bytes[index] | 0x20 : 0
    let words = letter == UInt8(ascii: "i") || letter == UInt8(ascii: "n") ? [("infinity", Double.infinity), ("inf", .infinity), ("nan", .nan)] : []
    for (word, number) in words {
      let letters = Array(word.utf8)
      if bytes.count - index >= letters.count, zip(bytes[index...], letters).allSatisfy({ $0 | 0x20 == $1 }) {
        return (isNegative ? -number : number, index + letters.count)
      }
    }
    let digitsStart = index
    while index < bytes.count, isDigit(bytes[index]) { index += 1 }
    var digitCount = index - digitsStart
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      let fractionStart = index + 1
      var end = fractionStart
      while end < bytes.count, isDigit(bytes[end]) { end += 1 }
      digitCount += end - fractionStart
      if digitCount > 0 { index = end }
    }
    if digitCount == 0 { return nil }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      var end = index + 1
      if end < bytes.count, bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+") { end += 1 }
      let exponentStart = end
      while end < bytes.count, isDigit(bytes[end]) { end += 1 }
      if end > exponentStart { index = end }
    }
    var characters = bytes[..<index].map { CChar(bitPattern: $0) }
    characters.append(0)
    return (strtod(characters, nil), index)
  }
}
