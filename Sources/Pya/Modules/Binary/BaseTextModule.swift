/// `_base64`: the loops of `base64` for texts of 32 and 85 characters. Their arguments are what that module has made of its callers'.
extension Runtime {
  func makeBaseTextModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_base64")
    module.define(self, "encode32", "alphabet, data, /") { (runtime, arguments) throws(Raised) in
      runtime.bytes(BaseText.encode32(try runtime.byteArray(arguments[1]), try runtime.byteArray(arguments[0])))
    }
    // None: there is a character that is no digit.
    module.define(self, "decode32", "alphabet, text, /") { (runtime, arguments) throws(Raised) in
      let digits = BaseText.values(of: try runtime.byteArray(arguments[0]))
      return BaseText.decode32(try runtime.byteArray(arguments[1]), digits).map { runtime.bytes($0) } ?? .none
    }
    module.define(self, "encode85", "alphabet, data, pads, folds_zeros, folds_blanks, /") { (runtime, arguments) throws(Raised) in
      let isFolding = (zeros: try runtime.isTrue(arguments[3]), blanks: try runtime.isTrue(arguments[4]))
      return runtime.bytes(
        BaseText.encode85(
          try runtime.byteArray(arguments[1]), try runtime.byteArray(arguments[0]), isPadded: try runtime.isTrue(arguments[2]),
          isFolding))
    }
    // `name` is what complaints call the encoding.
    module.define(self, "decode85", "alphabet, text, name, /") { (runtime, arguments) throws(Raised) in
      let digits = BaseText.values(of: try runtime.byteArray(arguments[0]))
      let name = arguments[2].string?.text ?? ""
      switch BaseText.decode85(try runtime.byteArray(arguments[1]), digits) {
      case .success(let bytes): return runtime.bytes(bytes)
      case .failure(.noDigit(let place)): throw runtime.valueError("bad \(name) character at position \(place)")
      case .failure(.overflow(let place)): throw runtime.valueError("\(name) overflow in hunk starting at byte \(place)")
      }
    }
    module.define(self, "decode_ascii85", "text, folds_blanks, ignored, /") { (runtime, arguments) throws(Raised) in
      runtime.bytes(
        try runtime.decodeAscii85(
          try runtime.byteArray(arguments[0]), foldsBlanks: try runtime.isTrue(arguments[1]), ignored: arguments[2]))
    }
    return module
  }

  private func byteArray(_ value: Value) throws(Raised) -> [UInt8] { try bytesArgument(value).copyBytes() }

  private func bytes(_ bytes: [UInt8]) -> Value { .object(BytesObject(type: types.bytes, bytes)) }

  private func decodeAscii85(_ text: [UInt8], foldsBlanks: Bool, ignored: Value) throws(Raised) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 5 * 4 + 4)
    var count = 0
    var number: UInt64 = 0
    // The last group is filled up with the highest digit; what that makes is taken off again.
    for index in 0..<text.count + 4 {
      let byte = index < text.count ? text[index] : UInt8(ascii: "u")
      switch byte {
      case 33...117:
        number = number * 85 + UInt64(byte - 33)
        count += 1
        if count < 5 { continue }
        guard let word = UInt32(exactly: number) else { throw valueError("Ascii85 overflow") }
        BaseText.append(word, to: &result)
        (count, number) = (0, 0)
      case UInt8(ascii: "z"):
        if count > 0 { throw valueError("z inside Ascii85 5-tuple") }
        BaseText.append(0, to: &result)
      case UInt8(ascii: "y") where foldsBlanks:
        if count > 0 { throw valueError("y inside Ascii85 5-tuple") }
        BaseText.append(0x2020_2020, to: &result)
      default:
        if try !contains(ignored, .int(Int(byte))) {
          throw valueError("Non-Ascii85 digit found: \(Character(Unicode.Scalar(byte)))")
        }
      }
    }
    result.removeLast(min(4 - count, result.count))
    return result
  }
}

private enum BaseText {
  enum Failure: Error {
    /// Both with the position.
    case noDigit(Int)
    case overflow(Int)
  }

  /// What no digit stands for.
  private static let none: UInt8 = 255

  /// The value of each byte as a digit.
  static func values(of alphabet: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: none, count: 256)
    for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(truncatingIfNeeded: value) }
    return values
  }

  static func append(_ word: UInt32, to result: inout [UInt8]) {
    result.append(UInt8(truncatingIfNeeded: word >> 24))
    result.append(UInt8(truncatingIfNeeded: word >> 16))
    result.append(UInt8(truncatingIfNeeded: word >> 8))
    result.append(UInt8(truncatingIfNeeded: word))
  }

  // MARK: Base 32

  static func encode32(_ bytes: [UInt8], _ alphabet: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 4) / 5 * 8)
    var start = 0
    while start < bytes.count {
      let count = min(5, bytes.count - start)
      var group: UInt64 = 0
      for offset in 0..<5 { group = group << 8 | (offset < count ? UInt64(bytes[start + offset]) : 0) }
      let digits = (count * 8 + 4) / 5
      for place in 0..<8 { result.append(place < digits ? alphabet[Int(group >> UInt64(35 - 5 * place) & 31)] : UInt8(ascii: "=")) }
      start += 5
    }
    return result
  }

  /// The last group may be shorter than eight digits, and still gives five bytes.
  static func decode32(_ text: [UInt8], _ values: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity((text.count + 7) / 8 * 5)
    var start = 0
    while start < text.count {
      var group: UInt64 = 0
      for place in start..<start + 8 {
        guard place < text.count else {
          group <<= 5
          continue
        }
        let value = values[Int(text[place])]
        if value == none { return nil }
        group = group << 5 | UInt64(value)
      }
      result.append(UInt8(truncatingIfNeeded: group >> 32))
      append(UInt32(truncatingIfNeeded: group), to: &result)
      start += 8
    }
    return result
  }

  // MARK: Base 85

  /// Groups of four bytes as five digits; `z` and `y` for groups of zeros and of blanks, if these are folded.
  static func encode85(
    _ bytes: [UInt8], _ alphabet: [UInt8], isPadded: Bool, _ isFolding: (zeros: Bool, blanks: Bool)
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 3) / 4 * 5)
    var start = 0
    while start < bytes.count {
      let count = min(4, bytes.count - start)
      var word: UInt32 = 0
      for offset in 0..<4 { word = word << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
      let isWhole = count == 4 || isPadded
      start += 4
      if isFolding.zeros, word == 0, isWhole {
        result.append(UInt8(ascii: "z"))
      } else if isFolding.blanks, word == 0x2020_2020 {
        result.append(UInt8(ascii: "y"))
      } else {
        let (a, b, c, d, e) = (word / 52_200_625, word / 614_125 % 85, word / 7225 % 85, word / 85 % 85, word % 85)
        result.append(alphabet[Int(a)])
        result.append(alphabet[Int(b)])
        result.append(alphabet[Int(c)])
        result.append(alphabet[Int(d)])
        result.append(alphabet[Int(e)])
        if !isWhole { result.removeLast(4 - count) }
      }
    }
    return result
  }

  /// The last group is filled up with the highest digit; what that makes is taken off again.
  static func decode85(_ text: [UInt8], _ values: [UInt8]) -> Result<[UInt8], Failure> {
    var result: [UInt8] = []
    let missing = (5 - text.count % 5) % 5
    result.reserveCapacity((text.count + missing) / 5 * 4)
    var start = 0
    while start < text.count {
      var number: UInt64 = 0
      for place in start..<start + 5 {
        let value = place < text.count ? values[Int(text[place])] : 84
        if value == none { return .failure(.noDigit(place)) }
        number = number * 85 + UInt64(value)
      }
      guard let word = UInt32(exactly: number) else { return .failure(.overflow(start)) }
      append(word, to: &result)
      start += 5
    }
    result.removeLast(missing)
    return .success(result)
  }
}
