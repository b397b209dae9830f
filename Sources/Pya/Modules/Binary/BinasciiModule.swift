/// `binascii`: bytes as hexadecimal digits and base 64, and checksums.
private final class BinasciiState {
  let error: TypeObject
  init(error: TypeObject) { self.error = error }
}

extension Runtime {
  private var binasciiState: BinasciiState {
    attachment(BinasciiState.self) {
      BinasciiState(error: makeModuleException("Error", module: "binascii", base: "ValueError"))
    }
  }

  private func binasciiError(_ message: String) -> Raised {
    Raised(makeException(binasciiState.error, [.object(string(message))]))
  }

  func makeBinasciiModule() -> ModuleObject {
    let module = ModuleObject(self, name: "binascii")
    module.set(self, "Error", .object(binasciiState.error))
    module.set(self, "Incomplete", .object(makeModuleException("Incomplete", module: "binascii")))
    for name in ["hexlify", "b2a_hex"] {
      module.define(self, name, "data, sep=None, bytes_per_sep=1") { (runtime, arguments) throws(Raised) in
        let bytes = try runtime.bytesArgument(arguments[0])
        if arguments.count == 1, !arguments.hasKeywords {
          return .object(
            bytes.withContent { bytes in
              BytesObject(type: runtime.types.bytes, count: 2 * bytes.count) { ASCII.hexadecimal(bytes, into: $0) }
            })
        }
        let object = Value.object(bytes.object(runtime.types.bytes))
        let text = try runtime.callMethod(object, "hex", Array(arguments.positional.dropFirst()))
        return .object(BytesObject(type: runtime.types.bytes, text.string?.copyBytes() ?? []))
      }
    }
    for name in ["unhexlify", "a2b_hex"] {
      module.define(self, name, "hexstr, /") { (runtime, arguments) throws(Raised) in
        .object(try runtime.readHexadecimal(arguments[0]))
      }
    }
    module.define(self, "b2a_base64", "data, /, *, newline=True") { (runtime, arguments) throws(Raised) in
      let bytes = try runtime.bytesArgument(arguments[0])
      let endsLine = arguments[1].isUndefined ? true : try runtime.isTrue(arguments[1])
      let size = (bytes.count + 2) / 3 * 4
      return .object(
        BytesObject(type: runtime.types.bytes, count: size + (endsLine ? 1 : 0)) { text in
          bytes.withContent { Base64.encode($0, into: text) }
          if endsLine { text[size] = 10 }
        })
    }
    module.define(self, "a2b_base64", "data, /, *, strict_mode=False") { (runtime, arguments) throws(Raised) in
      let text = try runtime.asciiArgument(arguments[0])
      let isStrict = arguments[1].isUndefined ? false : try runtime.isTrue(arguments[1])
      do throws(Base64.Failure) {
        let bytes = try text.withContent { (text) throws(Base64.Failure) in try Base64.decode(text, isStrict: isStrict) }
        return .object(BytesObject(type: runtime.types.bytes, bytes))
      } catch {
        throw runtime.binasciiError(error.message)
      }
    }
    addUuencoding(to: module)
    addQuotedPrintable(to: module)
    addChecksums(to: module)
    return module
  }

  /// Lines of uuencoded data: their length, then six bits a character from the blank on.
  private func addUuencoding(to module: ModuleObject) {
    module.define(self, "b2a_uu", "data, /, *, backtick=False") { (runtime, arguments) throws(Raised) in
      let bytes = try runtime.bytesArgument(arguments[0])
      if bytes.count > 45 { throw runtime.binasciiError("At most 45 bytes at once") }
      let zero: UInt8 = arguments[1].isUndefined ? 0x20 : try runtime.isTrue(arguments[1]) ? 0x60 : 0x20
      func character(_ bits: Int) -> UInt8 { bits & 63 == 0 ? zero : UInt8(bits & 63) + 0x20 }
      var line = [character(bytes.count)]
      for start in stride(from: 0, to: bytes.count, by: 3) {
        func byte(_ index: Int) -> Int { start + index < bytes.count ? Int(bytes[start + index]) : 0 }
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2)
        line += [character(bits >> 18), character(bits >> 12), character(bits >> 6), character(bits)]
      }
      return .object(BytesObject(type: runtime.types.bytes, line + [10]))
    }
    module.define(self, "a2b_uu", "data, /") { (runtime, arguments) throws(Raised) in
      let text = try runtime.asciiArgument(arguments[0])
      var position = 1
      /// The next character's six bits; blanks at the end of a line may have been lost.
      func next() throws(Raised) -> Int {
        guard position < text.count else { return 0 }
        let character = text[position]
        position += 1
        if character == 10 || character == 13 { return 0 }
        guard 0x20...0x60 ~= character else { throw runtime.binasciiError("Illegal char") }
        return (Int(character) - 0x20) & 63
      }
      let count = text.isEmpty ? 32 : (Int(text[0]) - 0x20) & 63
      var bytes: [UInt8] = []
      while bytes.count < count {
        var bits = 0
        for _ in 0..<4 { bits = bits << 6 | (try next()) }
        bytes += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
      }
      for character in text.dropFirst(position) where ![0x20, 0x60, 10, 13].contains(character) {
        throw runtime.binasciiError("Trailing garbage")
      }
      return .object(BytesObject(type: runtime.types.bytes, Array(bytes.prefix(count))))
    }
  }

  private func addChecksums(to module: ModuleObject) {
    module.define(self, "crc32", "data, crc=0, /") { (runtime, arguments) throws(Raised) in
      let start = arguments[1].isUndefined ? 0 : try runtime.checksumStart(arguments[1])
      return .int(Int(try runtime.bytesArgument(arguments[0]).withContent { Checksums.crc32($0, start) }))
    }
    module.define(self, "crc_hqx", "data, crc, /") { (runtime, arguments) throws(Raised) in
      var crc = try runtime.checksumStart(arguments[1]) & 0xFFFF
      for byte in try runtime.bytesArgument(arguments[0]) {
        crc ^= UInt32(byte) << 8
        for _ in 0..<8 { crc = (crc << 1 ^ (crc & 0x8000 != 0 ? 0x1021 : 0)) & 0xFFFF }
      }
      return .int(Int(crc))
    }
  }

  /// The low 32 bits of an integer.
  func checksumStart(_ value: Value) throws(Raised) -> UInt32 {
    if case .int(let number) = try integer(fromIndex: value) { return UInt32(truncatingIfNeeded: number) }
    let low = try bigInt(fromIndex: value) & BigInt(0xFFFF_FFFF)
    return UInt32(truncatingIfNeeded: UInt(exactly: low) ?? 0)
  }

  /// Bytes, or text that is ASCII.
  func asciiArgument(_ value: Value) throws(Raised) -> ByteSpan {
    if let text = value.string {
      if !text.isASCII { throw valueError("string argument should contain only ASCII characters") }
      return ByteSpan(BytesObject(type: types.bytes, text.utf8))
    }
    if let bytes = bytesLike(value) { return bytes }
    throw typeError("argument should be bytes, buffer or ASCII string, not '\(typeName(value))'")
  }

  private func readHexadecimal(_ value: Value) throws(Raised) -> BytesObject {
    let text = try asciiArgument(value)
    if text.count % 2 != 0 { throw binasciiError("Odd-length string") }
    var areDigits = true
    let made = text.withContent { text in
      BytesObject(type: types.bytes, count: text.count / 2) { place in
        for index in 0..<(text.count / 2) {
          let (high, low) = (ASCII.digitValue(text[2 * index]) ?? 16, ASCII.digitValue(text[2 * index + 1]) ?? 16)
          if high > 15 || low > 15 { areDigits = false }
          place[index] = UInt8(truncatingIfNeeded: high << 4 | low)
        }
      }
    }
    if !areDigits { throw binasciiError("Non-hexadecimal digit found") }
    return made
  }

  /// The checksums of `zlib`.
  func addChecksumFunctions(to module: ModuleObject) {
    module.define(self, "crc32", "data, value=0, /") { (runtime, arguments) throws(Raised) in
      let start = arguments[1].isUndefined ? 0 : try runtime.checksumStart(arguments[1])
      return .int(Int(try runtime.bytesArgument(arguments[0]).withContent { Checksums.crc32($0, start) }))
    }
    module.define(self, "adler32", "data, value=1, /") { (runtime, arguments) throws(Raised) in
      let start = arguments[1].isUndefined ? 1 : try runtime.checksumStart(arguments[1])
      return .int(Int(try runtime.bytesArgument(arguments[0]).withContent { Checksums.adler32($0, start) }))
    }
  }
}

enum Checksums {
  static func crc32(_ bytes: UnsafeBufferPointer<UInt8>, _ start: UInt32) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      guard let table = tables.baseAddress, let base = bytes.baseAddress else { return start }
      var crc = ~start
      var index = 0
      // Sixteen bytes at a time, of which only four wait for what came before.
      while index &+ 16 <= bytes.count {
        let first = (base + index).littleEndian64(0) ^ UInt64(crc)
        crc = fold(first, table + 2048) ^ fold((base + index).littleEndian64(1), table)
        index &+= 16
      }
      while index < bytes.count {
        crc = table[Int((crc ^ UInt32(base[index])) & 0xFF)] ^ crc >> 8
        index &+= 1
      }
      return ~crc
    }
  }

  /// What eight bytes do to the checksum.
  @inline(__always)
  private static func fold(_ word: UInt64, _ table: UnsafePointer<UInt32>) -> UInt32 {
    @inline(__always)
    func part(_ place: Int, _ shift: UInt64) -> UInt32 { table[place &+ Int(truncatingIfNeeded: word &>> shift & 0xFF)] }
    let low = part(1792, 0) ^ part(1536, 8) ^ part(1280, 16) ^ part(1024, 24)
    return low ^ part(768, 32) ^ part(512, 40) ^ part(256, 48) ^ part(0, 56)
  }

  static func adler32(_ bytes: UnsafeBufferPointer<UInt8>, _ start: UInt32) -> UInt32 {
    guard let base = bytes.baseAddress else { return start }
    var (a, b) = ((start & 0xFFFF) % 65521, (start >> 16) % 65521)
    var place = base
    var rest = bytes.count
    while rest > 0 {
      // So many that the sums stay below 2**32.
      var blocks = min(rest, 5536) / 32
      var left = rest < 32 ? rest : 0
      rest -= blocks * 32 + left
      while blocks > 0 {
        var sum: UInt32 = 0
        var weighted: UInt32 = 0
        for index in 0..<32 as Range<UInt32> {
          let byte = UInt32(place[Int(index)])
          sum &+= byte
          weighted &+= (32 &- index) &* byte
        }
        b &+= 32 &* a &+ weighted
        a &+= sum
        place += 32
        blocks -= 1
      }
      while left > 0 {
        a &+= UInt32(place.pointee)
        b &+= a
        place += 1
        left -= 1
      }
      (a, b) = (a % 65521, b % 65521)
    }
    return b << 16 | a
  }

  /// Sixteen tables of 256, one after the other: what a byte does to the checksum when so many more bytes follow it.
  private static let tables: [UInt32] = {
    var tables = (0..<256 as Range<UInt32>).map { index in
      (0..<8).reduce(index) { value, _ in value & 1 != 0 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    for index in 256..<4096 {
      let before = tables[index - 256]
      tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
    }
    return tables
  }()
}

enum Base64 {
  struct Failure: Error { var message: String }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Writes four characters for three bytes.
  static func encode(_ bytes: UnsafeBufferPointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) {
    alphabet.withUnsafeBufferPointer { alphabet in
      var (index, place) = (0, 0)
      while index &+ 3 <= bytes.count {
        let group = Int(bytes[index]) << 16 | Int(bytes[index &+ 1]) << 8 | Int(bytes[index &+ 2])
        result[place] = alphabet[group >> 18]
        result[place &+ 1] = alphabet[group >> 12 & 63]
        result[place &+ 2] = alphabet[group >> 6 & 63]
        result[place &+ 3] = alphabet[group & 63]
        index &+= 3
        place &+= 4
      }
      guard index < bytes.count else { return }
      let isLast = index + 1 == bytes.count
      let group = Int(bytes[index]) << 16 | (isLast ? 0 : Int(bytes[index + 1]) << 8)
      result[place] = alphabet[group >> 18]
      result[place + 1] = alphabet[group >> 12 & 63]
      result[place + 2] = isLast ? UInt8(ascii: "=") : alphabet[group >> 6 & 63]
      result[place + 3] = UInt8(ascii: "=")
    }
  }

  /// The value of each byte as a digit; 255: it is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  /// Digits alone, in groups of four, as far as there are any: gives how many characters those are.
  private static func decodeGroups(_ text: UnsafeBufferPointer<UInt8>, into result: inout [UInt8]) -> Int {
    values.withUnsafeBufferPointer { values in
      var index = 0
      while index &+ 4 <= text.count {
        let (a, b) = (values[Int(text[index])], values[Int(text[index &+ 1])])
        let (c, d) = (values[Int(text[index &+ 2])], values[Int(text[index &+ 3])])
        if (a | b | c | d) & 128 != 0 { break }
        result.append(a << 2 | b >> 4)
        result.append(b << 4 | c >> 2)
        result.append(c << 6 | d)
        index &+= 4
      }
      return index
    }
  }

  /// Without `isStrict` characters that do not belong there are skipped.
  static func decode(_ text: UnsafeBufferPointer<UInt8>, isStrict: Bool) throws(Failure) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 4 * 3)
    if isStrict, text.first == UInt8(ascii: "=") { throw Failure(message: "Leading padding not allowed") }
    var phase = 0
    var pads = 0
    var hasPadding = false
    var left: UInt8 = 0
    for index in decodeGroups(text, into: &result)..<text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "=") {
        hasPadding = true
        if isStrict, phase == 0 { throw Failure(message: "Excess padding not allowed") }
        if phase >= 2 {
          pads += 1
          if phase + pads >= 4 {
            if isStrict, index + 1 < text.count { throw Failure(message: "Excess data after padding") }
            return result
          }
        }
        continue
      }
      let digit = values[Int(byte)]
      if digit == 255 {
        if isStrict { throw Failure(message: "Only base64 data is allowed") }
        continue
      }
      if isStrict, hasPadding { throw Failure(message: "Discontinuous padding not allowed") }
      pads = 0
      switch phase {
      case 0: left = digit
      case 1:
        result.append(left << 2 | digit >> 4)
        left = digit & 15
      case 2:
        result.append(left << 4 | digit >> 2)
        left = digit & 3
      default: result.append(left << 6 | digit)
      }
      phase = (phase + 1) & 3
    }
    if phase == 1 {
      let count = result.count / 3 * 4 + 1
      throw Failure(
        message:
          "Invalid base64-encoded string: number of data characters (\(count)) cannot be 1 more than a multiple of 4")
    }
    if phase != 0 { throw Failure(message: "Incorrect padding") }
    return result
  }
}
