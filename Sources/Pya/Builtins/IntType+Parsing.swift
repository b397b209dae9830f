/// `int(x)` and `int(text, base)`.
extension Runtime {
  /// The value a call of `int` gives.
  func makeInt(_ arguments: Arguments) throws(Raised) -> Value {
    var base = arguments[1]
    let given = arguments.count + arguments.keywordNames.count
    if given > 2 {
      throw typeError(
        arguments.hasKeywords
          ? "int() takes at most 2 \(arguments.count == 0 ? "keyword " : "")arguments (\(given) given)" : "int expected at most 2 arguments, got \(given)")
    }
    if arguments.hasKeywords {
      for (name, value) in arguments.keywords {
        guard name.text == "base" else {
          let hint = closestName(to: name.text, among: ["base"]).map { ". Did you mean '\($0)'?" } ?? ""
          throw typeError("int() got an unexpected keyword argument '\(name.text)'\(hint)")
        }
        if arguments.count > 1 {
          throw typeError("argument for int() given by name ('base') and position (2)")
        }
        base = value
      }
      if arguments.count == 0 { throw typeError("int() missing string argument") }
    }
    if arguments.count == 0 { return .int(0) }
    let value = arguments.base[0]
    if base.isUndefined { return try integer(from: value) }
    let radix: Int
    switch try integer(fromIndex: base) {
    case .int(let number) where number == 0 || (2...36).contains(number): radix = number
    default: throw valueError("int() base must be >= 2 and <= 36, or 0")
    }
    if case .object(let object) = value {
      if object.kind == .string { return try parseInt(unsafeDowncast(object, to: StringObject.self), base: radix) }
      if object.kind == .bytes || object.kind == .byteArray {
        return try parseInt(unsafeDowncast(object, to: BytesObject.self), base: radix)
      }
    }
    throw typeError("int() can't convert non-string with explicit base")
  }

  /// `int(value)`.
  func integer(from value: Value) throws(Raised) -> Value {
    switch value {
    case .int: return value
    case .bool(let flag): return .int(flag ? 1 : 0)
    case .float(let number): return try integer(truncating: number)
    case .object(let object):
      if object.kind == .string, !object.type.isHeap {
        return try parseInt(unsafeDowncast(object, to: StringObject.self), base: 10)
      }
      if object.kind == .bigInt { return value }
      return try integer(fromObject: object)
    default: throw notConvertibleToInt(value)
    }
  }

  private func integer(fromObject object: Object) throws(Raised) -> Value {
    let value = Value.object(object)
    if let method = object.type.special(.int) { return try integerResult(of: method, value, "__int__") }
    // A subclass of int has its number, whatever its `__index__` says.
    if object.kind != .intInstance, let method = object.type.special(.index) { return try integerResult(of: method, value, "__index__") }
    switch object.kind {
    case .intInstance: return value.plainNumber
    case .floatInstance: return try integer(from: value.plainNumber)
    case .string: return try parseInt(unsafeDowncast(object, to: StringObject.self), base: 10)
    case .bytes, .byteArray: return try parseInt(unsafeDowncast(object, to: BytesObject.self), base: 10)
    default: break
    }
    if let method = specialMethod(value, .int) { return try integerResult(of: method, value, "__int__") }
    if let method = specialMethod(value, .index) { return try integerResult(of: method, value, "__index__") }
    if let method = specialMethod(value, .trunc) {
      warn("The delegation of int() to __trunc__ is deprecated.", category: "DeprecationWarning")
      let result = try callSpecial(method, value)
      guard specialMethod(result, .index) != nil else {
        throw typeError("__trunc__ returned non-Integral (type \(typeName(result)))")
      }
      return try integer(fromIndex: result)
    }
    if let bytes = bytesLike(value) { return try parseInt(bytes.object(types.bytes), base: 10) }
    throw notConvertibleToInt(value)
  }

  private func notConvertibleToInt(_ value: Value) -> Raised {
    typeError(
      "int() argument must be a string, a bytes-like object or a real number, not '\(typeName(value))'")
  }

  private func parseInt(_ string: StringObject, base: Int) throws(Raised) -> Value {
    if string.isASCII, let small = IntegerLiteralParser.small(string.utf8, base: base) { return .int(small) }
    let text = string.isASCII ? Array(string.utf8) : asciiDigits(string)
    return try parseInt(text, base: base, original: .object(string))
  }

  private func parseInt(_ bytes: BytesObject, base: Int) throws(Raised) -> Value {
    if let small = bytes.withContent({ IntegerLiteralParser.small($0, base: base) }) { return .int(small) }
    let text = bytes.copyBytes()
    let original = Value.object(BytesObject(type: types.bytes, text))
    return try parseInt(text, base: base, original: original)
  }

  private func parseInt(_ text: [UInt8], base: Int, original: Value) throws(Raised) -> Value {
    func invalid() throws(Raised) -> Raised {
      var shown = try repr(original).text
      if shown.utf8.count > 200 { shown = String(decoding: shown.utf8.prefix(200), as: UTF8.self) }
      return valueError("invalid literal for int() with base \(base): \(shown)")
    }
    guard let literal = IntegerLiteralParser.parse(text, base: base) else { throw try invalid() }
    let limit = integerDigitLimit.digits
    let isPowerOfTwo = literal.base & (literal.base - 1) == 0
    if limit > 0, !isPowerOfTwo, literal.digits.count > max(limit, 640), literal.digits.count > limit {
      throw valueError(
        "Exceeds the limit (\(limit) digits) for integer string conversion: value has \(literal.digits.count) digits; "
          + "use sys.set_int_max_str_digits() to increase the limit")
    }
    return integer(literal.value)
  }

  /// Text with every Unicode decimal digit as ASCII and every Unicode space as a space; other characters become `?`.
  func asciiDigits(_ string: StringObject) -> [UInt8] {
    var result: [UInt8] = []
    var offset = 0
    while offset < string.byteCount {
      let (codePoint, width) = decodeUTF8(string.bytes + offset)
      offset += width
      if codePoint < 0x80 {
        result.append((0x1C...0x1F).contains(codePoint) ? UInt8(ascii: " ") : UInt8(codePoint))
      } else if let scalar = Unicode.Scalar(codePoint) {
        if scalar.properties.numericType == .decimal, let digit = scalar.properties.numericValue {
          result.append(UInt8(ascii: "0") + UInt8(digit))
        } else {
          result.append(scalar.properties.isWhitespace ? UInt8(ascii: " ") : UInt8(ascii: "?"))
        }
      } else {
        result.append(UInt8(ascii: "?"))
      }
    }
    return result
  }
}

/// The grammar of `int("...")`: spaces, a sign, a prefix, digits with single underscores between them.
struct IntegerLiteralParser {
  let isNegative: Bool
  let base: Int
  /// The value of each digit.
  let digits: [UInt8]

  /// The usual short decimal number; nil for anything else.
  static func small(_ text: UnsafeBufferPointer<UInt8>, base: Int) -> Int? {
    if base != 10 { return small(text, unusualBase: base) }
    guard text.count > 0, text.count <= 18 else { return nil }
    var index = 0
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative { index = 1 }
    if index == text.count { return nil }
    var value = 0
    while index < text.count {
      let digit = text[index] &- UInt8(ascii: "0")
      if digit > 9 { return nil }
      value = value * 10 + Int(digit)
      index += 1
    }
    return isNegative ? -value : value
  }

  /// The same in another base.
  private static func small(_ text: UnsafeBufferPointer<UInt8>, unusualBase base: Int) -> Int? {
    guard base > 1, text.count > 0, text.count * (Int.bitWidth - (base - 1).leadingZeroBitCount) <= 62 else { return nil }
    var value = 0
    for byte in text {
      var digit = Int(byte &- UInt8(ascii: "0"))
      if digit > 9 {
        let letter = Int((byte | 0x20) &- UInt8(ascii: "a"))
        guard byte >= UInt8(ascii: "A"), letter < 26 else { return nil }
        digit = letter + 10
      }
      if digit >= base { return nil }
      value = value * base + digit
    }
    return value
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func parse(_ text: [UInt8], base requested: Int) -> IntegerLiteralParser? {
    var start = 0
    var end = text.count
    while start < end, isSpace(text[start]) { start += 1 }
    while end > start, isSpace(text[end - 1]) { end -= 1 }
    var isNegative = false
    if start < end, text[start] == UInt8(ascii: "-") || text[start] == UInt8(ascii: "+") {
      isNegative = text[start] == UInt8(ascii: "-")
      start += 1
    }
    var base = requested
    var allowsUnderscore = false
    if end - start >= 2, text[start] == UInt8(ascii: "0") {
      let prefixed: Int
      switch text[start + 1] | 0x20 {
      case UInt8(ascii: "x"): prefixed = 16
      case UInt8(ascii: "o"): prefixed = 8
      case UInt8(ascii: "b"): prefixed = 2
      default: prefixed = 0
      }
      if prefixed != 0, base == 0 || base == prefixed {
        base = prefixed
        start += 2
        allowsUnderscore = true
      }
    }
    let isBaseGuessed = base == 0
    if isBaseGuessed { base = 10 }
    var digits: [UInt8] = []
    digits.reserveCapacity(end - start)
    for byte in text[start..<end] {
      if byte == UInt8(ascii: "_") {
        guard allowsUnderscore else { return nil }
        allowsUnderscore = false
        continue
      }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      if Int(digit) >= base { return nil }
      digits.append(digit)
      allowsUnderscore = true
    }
    // The last character must be a digit; without a prefix, base 0 takes no leading zeros except in zero itself.
    guard let last = text[start..<end].last, last != UInt8(ascii: "_"), !digits.isEmpty else { return nil }
    if isBaseGuessed, digits[0] == 0, digits.contains(where: { $0 != 0 }) { return nil }
    return IntegerLiteralParser(isNegative: isNegative, base: base, digits: digits)
  }

  var value: BigInt {
    BigInt(sign: isNegative ? .minus : .plus, magnitude: BigUInt(digits: digits[...], base: base))
  }
}
