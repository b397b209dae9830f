#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads JSON into values. Works on the bytes of a text that the caller keeps alive; places in complaints are counted in bytes
/// until one is raised.
struct JSONReader {
  /// What a program puts in the place of the built-in values; undefined where nothing.
  struct Hooks {
    var object = Value.undefined
    var pairs = Value.undefined
    var float = Value.undefined
    var int = Value.undefined
    var constant = Value.undefined
    var isStrict = true
  }

  private let runtime: Runtime
  private let document: StringObject
  private let text: UnsafePointer<UInt8>
  private let end: Int
  private let hooks: Hooks
  private(set) var index: Int
  /// Keys met before, by hash: the same key is the same object.
  private var keys = [StringObject?](repeating: nil, count: 64)
  private var keyCount = 0

  init(_ runtime: Runtime, _ document: StringObject, from start: Int, _ hooks: Hooks) {
    self.runtime = runtime
    self.document = document
    text = UnsafePointer(document.bytes)
    end = document.byteCount
    index = start
    self.hooks = hooks
  }

  /// The value of a whole document.
  mutating func readDocument() throws(Raised) -> Value {
    skipBlanks()
    let value = try readValue()
    skipBlanks()
    if index != end { throw failure("Extra data", at: index) }
    return value
  }

  func failure(_ message: String, at position: Int) -> Raised {
    runtime.jsonDecodeError(message, document, document.codePointIndex(ofByte: position))
  }

  @inline(__always)
  mutating func skipBlanks() {
    while index < end {
      let byte = text[index]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      index &+= 1
    }
  }

  @inline(__always)
  private func isNext(_ byte: UInt8) -> Bool { index < end && text[index] == byte }

  /// A value that begins right here.
  mutating func readValue() throws(Raised) -> Value {
    guard index < end else { throw failure("Expecting value", at: index) }
    switch text[index] {
    case UInt8(ascii: "\""):
      index &+= 1
      return .object(try readString())
    case UInt8(ascii: "{"): return try readObject()
    case UInt8(ascii: "["): return try readArray()
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .none
    case UInt8(ascii: "N") where take("NaN"): return try constant("NaN", .nan)
    case UInt8(ascii: "I") where take("Infinity"): return try constant("Infinity", .infinity)
    case UInt8(ascii: "-") where take("-Infinity"): return try constant("-Infinity", -.infinity)
    default: return try readNumber()
    }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    guard end - index >= word.utf8CodeUnitCount, memcmp(text + index, word.utf8Start, word.utf8CodeUnitCount) == 0 else {
      return false
    }
    index += word.utf8CodeUnitCount
    return true
  }

  private func constant(_ name: String, _ value: Double) throws(Raised) -> Value {
    hooks.constant.isUndefined ? .float(value) : try runtime.call(hooks.constant, .object(runtime.string(name)))
  }

  // MARK: Containers

  private mutating func readArray() throws(Raised) -> Value {
    try runtime.enter(" while decoding a JSON array from a unicode string")
    defer { runtime.leave() }
    let list = ListObject(runtime)
    index &+= 1
    skipBlanks()
    if isNext(UInt8(ascii: "]")) {
      index &+= 1
      return .object(list)
    }
    while true {
      list.append(try readValue())
      skipBlanks()
      if isNext(UInt8(ascii: "]")) {
        index &+= 1
        return .object(list)
      }
      guard isNext(UInt8(ascii: ",")) else { throw failure("Expecting ',' delimiter", at: index) }
      let comma = index
      index &+= 1
      skipBlanks()
      if isNext(UInt8(ascii: "]")) { throw failure("Illegal trailing comma before end of array", at: comma) }
    }
  }

  private mutating func readObject() throws(Raised) -> Value {
    try runtime.enter(" while decoding a JSON object from a unicode string")
    defer { runtime.leave() }
    let dict = DictObject(runtime)
    let pairs: ListObject? = hooks.pairs.isUndefined ? nil : ListObject(runtime)
    index &+= 1
    skipBlanks()
    if isNext(UInt8(ascii: "}")) {
      index &+= 1
    } else {
      while true {
        guard isNext(UInt8(ascii: "\"")) else {
          throw failure("Expecting property name enclosed in double quotes", at: index)
        }
        index &+= 1
        let key = try readKey()
        skipBlanks()
        guard isNext(UInt8(ascii: ":")) else { throw failure("Expecting ':' delimiter", at: index) }
        index &+= 1
        skipBlanks()
        let value = try readValue()
        if let pairs { pairs.append(runtime.pair(.object(key), value)) } else { dict.setString(key, value) }
        skipBlanks()
        if isNext(UInt8(ascii: "}")) {
          index &+= 1
          break
        }
        guard isNext(UInt8(ascii: ",")) else { throw failure("Expecting ',' delimiter", at: index) }
        let comma = index
        index &+= 1
        skipBlanks()
        if isNext(UInt8(ascii: "}")) { throw failure("Illegal trailing comma before end of object", at: comma) }
      }
    }
    if let pairs { return try runtime.call(hooks.pairs, .object(pairs)) }
    return hooks.object.isUndefined ? .object(dict) : try runtime.call(hooks.object, .object(dict))
  }

  // MARK: Strings

  /// A key; without escapes it is looked for among those met before.
  private mutating func readKey() throws(Raised) -> StringObject {
    let start = index
    var hash = 0
    var place = index
    while place < end {
      let byte = text[place]
      if byte == 0x22 {
        let count = place &- start
        index = place &+ 1
        return key(UnsafeBufferPointer(start: text + start, count: count), hash)
      }
      if byte == 0x5C || byte < 0x20 { break }
      hash = hash &* 31 &+ Int(byte)
      place &+= 1
    }
    return try readString()
  }

  private mutating func key(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: Int) -> StringObject {
    let slot = (hash ^ hash >> 7) & 63
    if let known = keys[slot], known.byteCount == bytes.count,
      bytes.count == 0 || memcmp(known.bytes, bytes.baseAddress.unsafelyUnwrapped, bytes.count) == 0
    {
      return known
    }
    let made = runtime.string(utf8: bytes)
    keys[slot] = made
    return made
  }

  /// The rest of a string whose opening quote is taken.
  private mutating func readString() throws(Raised) -> StringObject {
    let start = index
    var place = index
    while place < end {
      let byte = text[place]
      if byte == 0x22 {
        index = place &+ 1
        return runtime.string(utf8: UnsafeBufferPointer(start: text + start, count: place &- start))
      }
      if byte == 0x5C || byte < 0x20 { break }
      place &+= 1
    }
    return try readEscaped(from: start, place)
  }

  private mutating func readEscaped(from start: Int, _ first: Int) throws(Raised) -> StringObject {
    var builder = TextBuilder(capacity: 64)
    var runStart = start
    var place = first
    while true {
      while place < end, text[place] != 0x22, text[place] != 0x5C, text[place] >= 0x20 { place += 1 }
      guard place < end else { throw failure("Unterminated string starting at", at: start - 1) }
      let byte = text[place]
      if byte == 0x5C || byte == 0x22 {
        let run = UnsafeBufferPointer(start: text + runStart, count: place - runStart)
        builder.append(run)
      }
      if byte == 0x22 {
        index = place + 1
        return builder.finish(runtime)
      }
      if byte != 0x5C {
        if hooks.isStrict { throw failure("Invalid control character at", at: place) }
        place += 1
        continue
      }
      guard place + 1 < end else { throw failure("Unterminated string starting at", at: start - 1) }
      switch text[place + 1] {
      case UInt8(ascii: "\""): builder.append(byte: 0x22)
      case UInt8(ascii: "\\"): builder.append(byte: 0x5C)
      case UInt8(ascii: "/"): builder.append(byte: 0x2F)
      case UInt8(ascii: "b"): builder.append(byte: 8)
      case UInt8(ascii: "f"): builder.append(byte: 12)
      case UInt8(ascii: "n"): builder.append(byte: 10)
      case UInt8(ascii: "r"): builder.append(byte: 13)
      case UInt8(ascii: "t"): builder.append(byte: 9)
      case UInt8(ascii: "u"):
        place = try appendUnicode(at: place, to: &builder)
        runStart = place
        continue
      default: throw failure("Invalid \\escape", at: place)
      }
      place += 2
      runStart = place
    }
  }

  /// `\uXXXX`, and the other half of a surrogate pair if it follows. Returns the place behind.
  private func appendUnicode(at place: Int, to builder: inout TextBuilder) throws(Raised) -> Int {
    guard let unit = hexadecimal(place + 2), place + 6 < end else {
      throw failure("Invalid \\uXXXX escape", at: place + 1)
    }
    var next = place + 6
    if unit >> 10 == 0xD800 >> 10, next + 6 < end, text[next] == 0x5C, text[next + 1] == UInt8(ascii: "u"),
      let second = hexadecimal(next + 2), second >> 10 == 0xDC00 >> 10
    {
      next += 6
      builder.append(codePoint: 0x10000 + (unit & 0x3FF) << 10 + (second & 0x3FF))
      return next
    }
    builder.append(codePoint: unit)
    return next
  }

  private func hexadecimal(_ place: Int) -> UInt32? {
    guard place + 4 <= end else { return nil }
    var value: UInt32 = 0
    for offset in 0..<4 {
      guard let digit = ASCII.digitValue(text[place + offset]), digit < 16 else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: Numbers

  private mutating func readNumber() throws(Raised) -> Value {
    let start = index
    var place = index
    let isNegative = text[place] == UInt8(ascii: "-")
    if isNegative { place &+= 1 }
    guard place < end, ASCII.isDigit(text[place]) else { throw failure("Expecting value", at: start) }
    var mantissa: UInt64 = 0
    var digits = 0
    if text[place] == 0x30 {
      place &+= 1
    } else {
      while place < end, ASCII.isDigit(text[place]) {
        if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(text[place] &- 0x30) }
        digits &+= 1
        place &+= 1
      }
    }
    var exponent = 0
    var isFloat = false
    if place &+ 1 < end, text[place] == 0x2E, ASCII.isDigit(text[place &+ 1]) {
      isFloat = true
      place &+= 1
      while place < end, ASCII.isDigit(text[place]) {
        if digits < 19 {
          mantissa = mantissa &* 10 &+ UInt64(text[place] &- 0x30)
          exponent &-= 1
        }
        if mantissa != 0 || digits > 0 { digits &+= 1 }
        place &+= 1
      }
    }
    var hasExponent = false
    if place &+ 1 < end, text[place] | 0x20 == UInt8(ascii: "e") {
      var after = place &+ 1
      if text[after] == 0x2B || text[after] == 0x2D { after &+= 1 }
      if after < end, ASCII.isDigit(text[after]) {
        isFloat = true
        hasExponent = true
        while after < end, ASCII.isDigit(text[after]) { after &+= 1 }
        place = after
      }
    }
    index = place
    let span = UnsafeBufferPointer(start: text + start, count: place &- start)
    if isFloat {
      if !hooks.float.isUndefined { return try runtime.call(hooks.float, .object(runtime.string(utf8: span))) }
      if !hasExponent, digits <= 15, exponent >= -22 {
        // Both are exact, so the quotient is rounded correctly.
        let number = Double(mantissa) / Double.exactPowersOfTen[-exponent]
        return .float(isNegative ? -number : number)
      }
      return .float(try runtime.float(from: .object(runtime.string(utf8: span))))
    }
    if !hooks.int.isUndefined { return try runtime.call(hooks.int, .object(runtime.string(utf8: span))) }
    if digits <= 18 { return .int(isNegative ? -Int(mantissa) : Int(mantissa)) }
    return try runtime.integer(from: .object(runtime.string(utf8: span)))
  }
}
