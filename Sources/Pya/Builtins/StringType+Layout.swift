/// `strip`, `center`, `zfill`, `expandtabs` and their kin.
extension Runtime {
  func installStringLayout(_ type: TypeObject) {
    for (name, left, right) in [("strip", true, true), ("lstrip", true, false), ("rstrip", false, true)] {
      type.define(self, name, "self, chars=None, /") { (runtime, arguments) throws(Raised) in
        try arguments.receiver(StringObject.self).borrowed { (text) throws(Raised) in
          if arguments.isMissingOrNone(1) {
            let start = left ? text.skipSpace(0) : 0
            let end = right ? max(start, text.skipSpaceBackward(text.byteCount)) : text.byteCount
            return .object(runtime.part(text, start..<end))
          }
          guard let characters = (arguments.base + 1).uncountedObject, characters.kind == .string else {
            throw runtime.typeError("\(name) arg must be None or str")
          }
          let set = characters.as(StringObject.self)._withUnsafeGuaranteedRef { CharacterSet($0) }
          return .object(runtime.strip(text, set, left: left, right: right))
        }
      }
    }
    let alignments: [(String, FormatSpecification.Alignment)] = [("ljust", .left), ("rjust", .right), ("center", .center)]
    for (name, alignment) in alignments {
      type.define(self, name, "self, width, fillchar=' ', /") { (runtime, arguments) throws(Raised) in
        let width = try runtime.size(arguments[1])
        let fill = try runtime.fillCharacter(arguments[2])
        return .object(try runtime.pad(arguments.text, width: width, fill: fill, alignment))
      }
    }
    type.define(self, "zfill", "self, width, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.zeroFill(arguments.text, width: try runtime.size(arguments[1])))
    }
    type.define(self, "expandtabs", "self, /, tabsize=8") { (runtime, arguments) throws(Raised) in
      let size = arguments[1].isUndefined ? 8 : try runtime.size(arguments[1])
      if size.magnitude > UInt(Int32.max) { throw runtime.overflowError("Python int too large to convert to C int") }
      return .object(try runtime.expandTabs(arguments.text, size: size))
    }
  }

  private func strip(_ text: StringObject, _ characters: CharacterSet, left: Bool, right: Bool) -> StringObject {
    var start = 0
    var end = text.byteCount
    if text.isASCII {
      let bytes = text.bytes
      if left { while start < end, characters.contains(UInt32(bytes[start])) { start += 1 } }
      if right { while end > start, characters.contains(UInt32(bytes[end - 1])) { end -= 1 } }
      return part(text, start..<end)
    }
    if left {
      while start < end, characters.contains(decodeUTF8(text.bytes + start).codePoint) {
        start += UTF8Width.of(leadByte: text.bytes[start])
      }
    }
    if right {
      while end > start {
        let last = text.previous(end)
        if !characters.contains(decodeUTF8(text.bytes + last).codePoint) { break }
        end = last
      }
    }
    return part(text, start..<end)
  }

  private func fillCharacter(_ value: Value) throws(Raised) -> UInt32 {
    if value.isUndefined { return 0x20 }
    guard let text = value.string else {
      throw typeError("The fill character must be a unicode character, not \(typeName(value))")
    }
    guard text.length == 1 else { throw typeError("The fill character must be exactly one character long") }
    return decodeUTF8(text.bytes).codePoint
  }

  private func pad(
    _ text: StringObject, width: Int, fill: UInt32, _ alignment: FormatSpecification.Alignment
  ) throws(Raised) -> StringObject {
    let length = text.length
    if width <= length { return plain(text) }
    let padding = width - length
    try checkAllocation(padding.multipliedReportingOverflow(by: 4).overflow ? .max : padding * (fill < 0x80 ? 1 : 4))
    let left: Int
    switch alignment {
    case .left, .afterSign: left = 0
    case .right: left = padding
    // CPython's rule for where an odd column goes.
    case .center: left = padding / 2 + (padding & width & 1)
    }
    if fill < 0x80 {
      let byte = UInt8(truncatingIfNeeded: fill)
      return StringObject(type: types.str, count: text.byteCount + padding, isASCII: text.isASCII) { bytes in
        bytes.initialize(repeating: byte, count: left)
        (bytes + left).initialize(from: text.bytes, count: text.byteCount)
        (bytes + left + text.byteCount).initialize(repeating: byte, count: padding - left)
      }
    }
    var builder = TextBuilder(capacity: text.byteCount + padding)
    builder.append(codePoint: fill, times: left)
    builder.append(string: text)
    builder.append(codePoint: fill, times: padding - left)
    return builder.finish(self)
  }

  private func zeroFill(_ text: StringObject, width: Int) throws(Raised) -> StringObject {
    let padding = width.subtractingReportingOverflow(text.length).partialValue
    if width <= text.length { return plain(text) }
    try checkAllocation(width)
    let hasSign = text.byteCount > 0 && (text.bytes[0] == UInt8(ascii: "+") || text.bytes[0] == UInt8(ascii: "-"))
    let front = hasSign ? 1 : 0
    let made = StringObject(type: types.str, count: text.byteCount + padding, isASCII: text.isASCII) { bytes in
      if hasSign { bytes[0] = text.bytes[0] }
      (bytes + front).initialize(repeating: UInt8(ascii: "0"), count: padding)
      (bytes + front + padding).initialize(from: text.bytes + front, count: text.byteCount - front)
    }
    return made.byteCount == 1 ? character(made.bytes[0]) : made
  }

  private func expandTabs(_ text: StringObject, size: Int) throws(Raised) -> StringObject {
    var builder = TextBuilder(capacity: text.byteCount + 16)
    var column = 0
    for index in 0..<text.byteCount {
      let byte = text.bytes[index]
      if byte == UInt8(ascii: "\t") {
        if size > 0 {
          let width = size - column % size
          column += width
          try checkGrowth(of: builder, by: width)
          builder.append(repeating: UInt8(ascii: " "), width)
        }
        continue
      }
      builder.append(byte: byte)
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        column = 0
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return builder.finish(self)
  }
}

/// The characters of a string as a set.
struct CharacterSet {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private var others: [UInt32] = []

  init(_ text: StringObject) {
    var offset = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      switch codePoint {
      case 0..<64: low |= 1 << UInt64(codePoint)
      case 64..<128: high |= 1 << UInt64(codePoint - 64)
      default: others.append(codePoint)
      }
      offset += width
    }
  }

  @inline(__always)
  func contains(_ codePoint: UInt32) -> Bool {
    switch codePoint {
    case 0..<64: low >> UInt64(codePoint) & 1 == 1
    case 64..<128: high >> UInt64(codePoint - 64) & 1 == 1
    default: others.contains(codePoint)
    }
  }
}
