/// What `bytes` and `bytearray` do as if they were ASCII text: case, predicates, padding, translation; and decoding.
extension Runtime {
  func installBytesText(_ type: TypeObject) {
    installBytesCase(type)
    installBytesPredicates(type)
    installBytesLayout(type)
  }

  private func installBytesCase(_ type: TypeObject) {
    func define(_ name: String, _ body: @escaping (UnsafeBufferPointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void) {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        .object(
          arguments.bytes.withContent { bytes in
            runtime.bytes(of: arguments.receiver.kind, count: bytes.count) { body(bytes, $0) }
          })
      }
    }
    define("lower") { (bytes, place) in
      for index in 0..<bytes.count { place[index] = ASCII.lower(bytes[index]) }
    }
    define("upper") { (bytes, place) in
      for index in 0..<bytes.count { place[index] = ASCII.upper(bytes[index]) }
    }
    define("swapcase") { (bytes, place) in
      for index in 0..<bytes.count {
        place[index] = ASCII.isLower(bytes[index]) ? ASCII.upper(bytes[index]) : ASCII.lower(bytes[index])
      }
    }
    define("capitalize") { (bytes, place) in
      for index in 0..<bytes.count { place[index] = index == 0 ? ASCII.upper(bytes[index]) : ASCII.lower(bytes[index]) }
    }
    define("title") { (bytes, place) in
      var isInWord = false
      for index in 0..<bytes.count {
        place[index] = isInWord ? ASCII.lower(bytes[index]) : ASCII.upper(bytes[index])
        isInWord = ASCII.isLetter(bytes[index])
      }
    }
  }

  private func installBytesPredicates(_ type: TypeObject) {
    func define(_ name: String, _ body: @escaping (UnsafeBufferPointer<UInt8>) -> Bool) {
      type.define(self, name, "self, /") { (_, arguments) throws(Raised) in .bool(arguments.bytes.withContent(body)) }
    }
    define("isalpha") { !$0.isEmpty && $0.allSatisfy(ASCII.isLetter) }
    define("isalnum") { !$0.isEmpty && $0.allSatisfy(ASCII.isLetterOrDigit) }
    define("isdigit") { !$0.isEmpty && $0.allSatisfy(ASCII.isDigit) }
    define("isspace") { !$0.isEmpty && $0.allSatisfy(ASCII.isByteSpace) }
    define("isascii") { $0.allSatisfy { $0 < 0x80 } }
    define("islower") { $0.contains(where: ASCII.isLower) && !$0.contains(where: ASCII.isUpper) }
    define("isupper") { $0.contains(where: ASCII.isUpper) && !$0.contains(where: ASCII.isLower) }
    define("istitle") { bytes in
      var isInWord = false
      var found = false
      for byte in bytes {
        if ASCII.isLetter(byte) {
          if ASCII.isUpper(byte) == isInWord { return false }
          found = true
        }
        isInWord = ASCII.isLetter(byte)
      }
      return found
    }
  }

  private func installBytesLayout(_ type: TypeObject) {
    for (name, left, right) in [("strip", true, true), ("lstrip", true, false), ("rstrip", false, true)] {
      type.define(self, name, "self, bytes=None, /") { (runtime, arguments) throws(Raised) in
        let isGiven = !arguments[1].isUndefined && !arguments[1].isNone
        let stripped = isGiven ? try runtime.bytesArgument(arguments[1]) : nil
        let bytes = arguments.bytes
        let kept = bytes.withContent { bytes in
          func isStripped(_ byte: UInt8) -> Bool { stripped?.contains(byte) ?? ASCII.isByteSpace(byte) }
          var (start, end) = (0, bytes.count)
          if left { while start < end, isStripped(bytes[start]) { start += 1 } }
          if right { while end > start, isStripped(bytes[end - 1]) { end -= 1 } }
          return start..<end
        }
        return .object(runtime.bytes(like: arguments, bytes.part(kept)))
      }
    }
    let alignments: [(String, FormatSpecification.Alignment)] = [("ljust", .left), ("rjust", .right), ("center", .center)]
    for (name, alignment) in alignments {
      type.define(self, name, "self, width, fillchar=b' ', /") { (runtime, arguments) throws(Raised) in
        let width = try runtime.size(arguments[1])
        var fill: UInt8 = 0x20
        if !arguments[2].isUndefined {
          guard let given = runtime.bytesLike(arguments[2]), given.count == 1 else {
            throw runtime.typeError(
              "\(name)() argument 2 must be a byte string of length 1, not \(runtime.givenName(arguments[2]))")
          }
          fill = given[0]
        }
        return .object(try runtime.pad(arguments, width: width, fill: fill, alignment))
      }
    }
    type.define(self, "zfill", "self, width, /") { (runtime, arguments) throws(Raised) in
      let width = try runtime.size(arguments[1])
      var bytes = arguments.bytes.copyBytes()
      if width <= bytes.count { return .object(runtime.unchangedBytes(arguments)) }
      try runtime.checkAllocation(width)
      let hasSign = bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-")
      let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: width - bytes.count)
      bytes.insert(contentsOf: zeros, at: hasSign ? 1 : 0)
      return .object(runtime.bytes(like: arguments, bytes))
    }
    type.define(self, "expandtabs", "self, /, tabsize=8") { (runtime, arguments) throws(Raised) in
      let size = arguments[1].isUndefined ? 8 : try runtime.size(arguments[1])
      if size.magnitude > UInt(Int32.max) { throw runtime.overflowError("Python int too large to convert to C int") }
      return .object(runtime.bytes(like: arguments, try runtime.expandTabs(arguments.bytes, size: size)))
    }
  }

  private func pad(
    _ arguments: Arguments, width: Int, fill: UInt8, _ alignment: FormatSpecification.Alignment
  ) throws(Raised) -> Object {
    let bytes = arguments.bytes
    if width <= bytes.count { return unchangedBytes(arguments) }
    try checkAllocation(width)
    let padding = width - bytes.count
    let left = alignment == .left ? 0 : alignment == .right ? padding : padding / 2 + (padding & width & 1)
    return bytes.withContent { bytes in
      self.bytes(of: arguments.receiver.kind, count: padding + bytes.count) { place in
        place.update(repeating: fill, count: left)
        if let source = bytes.baseAddress { (place + left).update(from: source, count: bytes.count) }
        (place + left + bytes.count).update(repeating: fill, count: padding - left)
      }
    }
  }

  private func expandTabs(_ bytes: ByteSpan, size: Int) throws(Raised) -> [UInt8] {
    var result: [UInt8] = []
    var column = 0
    for byte in bytes {
      if byte == UInt8(ascii: "\t") {
        if size > 0 {
          let width = size - column % size
          column += width
          if width > result.capacity - result.count { try checkAllocation(result.count + width) }
          result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: width))
        }
      } else {
        column = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? 0 : column + 1
        result.append(byte)
      }
    }
    return result
  }

  // MARK: Translation

  func installBytesTranslation(_ type: TypeObject) {
    type.defineStatic(self, "maketrans", "frm, to, /") { (runtime, arguments) throws(Raised) in
      let from = try runtime.bytesArgument(arguments[0])
      let to = try runtime.bytesArgument(arguments[1])
      guard from.count == to.count else { throw runtime.valueError("maketrans arguments must have same length") }
      var table = [UInt8](0...255)
      for (key, value) in zip(from, to) { table[Int(key)] = value }
      return .object(BytesObject(type: runtime.types.bytes, table))
    }
    type.define(self, "translate", "self, table, /, delete=b''") { (runtime, arguments) throws(Raised) in
      var table: ByteSpan?
      if !arguments[1].isNone {
        let given = try runtime.bytesArgument(arguments[1])
        guard given.count == 256 else { throw runtime.valueError("translation table must be 256 characters long") }
        table = given
      }
      if let table, arguments[2].isUndefined {
        return .object(
          arguments.bytes.withContent { bytes in
            table.withContent { table in
              runtime.bytes(of: arguments.receiver.kind, count: bytes.count) { place in
                for index in 0..<bytes.count { place[index] = table[Int(bytes[index])] }
              }
            }
          })
      }
      let deleted = arguments[2].isUndefined ? nil : try runtime.bytesArgument(arguments[2])
      var result: [UInt8] = []
      for byte in arguments.bytes where !(deleted?.contains(byte) ?? false) { result.append(table?[Int(byte)] ?? byte) }
      return .object(runtime.bytes(like: arguments, result))
    }
    type.define(self, "decode", "self, /, encoding='utf-8', errors='strict'") { (runtime, arguments) throws(Raised) in
      if arguments.keepsASCII {
        let receiver = arguments.receiver(BytesObject.self)
        if let text = receiver._withUnsafeGuaranteedRef({ $0.withContent(runtime.asciiText) }) { return .object(text) }
      }
      let encoding = try runtime.codecName(arguments[1], "decode() argument 'encoding'", or: "utf-8")
      let errors = try runtime.codecName(arguments[2], "decode() argument 'errors'", or: "strict")
      return .object(try runtime.decode(arguments.bytes, encoding: encoding, errors: errors))
    }
    type.define(self, "hex", "self, /, sep=None, bytes_per_sep=1") { (runtime, arguments) throws(Raised) in
      .object(try runtime.hexadecimal(arguments.bytes, separator: arguments[1], group: arguments[2]))
    }
  }

  /// Two digits for each byte.
  func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> StringObject {
    asciiText(bytes.count * 2) { ASCII.hexadecimal(bytes, into: $0) }
  }

  /// Two digits for each byte, with a separator between groups counted from the right (from the left when negative).
  private func hexadecimal(_ bytes: ByteSpan, separator: Value, group: Value) throws(Raised) -> StringObject {
    let groupSize = group.isUndefined ? 1 : try size(group)
    var separatorByte: UInt8?
    if !separator.isUndefined {
      let given: UInt8
      if let text = separator.string {
        guard text.length == 1 else { throw valueError("sep must be length 1.") }
        given = text.bytes[0]
      } else if let bytes = bytesLike(separator) {
        guard bytes.count == 1 else { throw valueError("sep must be length 1.") }
        given = bytes[0]
      } else {
        _ = try length(separator)
        throw typeError("sep must be str or bytes.")
      }
      guard given < 0x80 else { throw valueError("sep must be ASCII.") }
      separatorByte = groupSize == 0 ? nil : given
    }
    guard let separatorByte else { return bytes.withContent(hexadecimal) }
    var builder = TextBuilder(capacity: bytes.count * 2)
    for (index, byte) in bytes.enumerated() {
      if index > 0 {
        let distance = groupSize > 0 ? bytes.count - index : index
        if UInt(distance) % groupSize.magnitude == 0 { builder.append(byte: separatorByte) }
      }
      builder.append(hex: UInt32(byte), digits: 2)
    }
    return builder.finish(self)
  }
}
