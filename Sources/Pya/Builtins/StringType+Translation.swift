/// `translate`, `maketrans`, `encode`, `format` and `format_map`.
extension Runtime {
  func installStringTranslation(_ type: TypeObject) {
    type.define(self, "translate", "self, table, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.translate(arguments.text, arguments[1]))
    }
    type.defineStatic(self, "maketrans", "x, y=None, z=None, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.makeTranslation(arguments))
    }
    type.define(self, "encode", "self, /, encoding='utf-8', errors='strict'") { (runtime, arguments) throws(Raised) in
      if let bytes = arguments.receiver(StringObject.self)._withUnsafeGuaranteedRef({ (text) -> BytesObject? in
        guard text.isASCII ? arguments.keepsASCII : arguments.namesUTF8 && text.isSurelyUTF8 else { return nil }
        return BytesObject(type: runtime.types.bytes, text.utf8)
      }) {
        return .object(bytes)
      }
      let encoding = try runtime.codecName(arguments[1], "encode() argument 'encoding'", or: "utf-8")
      let errors = try runtime.codecName(arguments[2], "encode() argument 'errors'", or: "strict")
      return .object(try runtime.encode(arguments.text, encoding: encoding, errors: errors))
    }
    type.define(self, "format", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      let text = arguments.text
      if !text.utf8.contains(UInt8(ascii: "{")), !text.utf8.contains(UInt8(ascii: "}")) { return arguments[0] }
      var formatter = StringFormatter(runtime, .arguments(arguments.dropFirst))
      return .object(try formatter.format(text))
    }
    type.define(self, "format_map", "self, mapping, /") { (runtime, arguments) throws(Raised) in
      var formatter = StringFormatter(runtime, .mapping(arguments[1]))
      return .object(try formatter.format(arguments.text))
    }
  }

  private func translate(_ text: StringObject, _ table: Value) throws(Raised) -> StringObject {
    let plainTable = table.dict.flatMap { $0.isExactly(types.dict) ? $0 : nil }
    if let plainTable, text.isASCII, text.byteCount >= 16, let quick = try translateASCII(text, plainTable) { return quick }
    var builder = TextBuilder(capacity: text.byteCount)
    var offset = 0
    while offset < text.byteCount {
      let (codePoint, width) = decodeUTF8(text.bytes + offset)
      offset += width
      guard let replacement = try translation(of: codePoint, table, plainTable) else {
        builder.append(codePoint: codePoint)
        continue
      }
      switch replacement.plainNumber {
      case .none: break
      case .bool(let flag): builder.append(codePoint: flag ? 1 : 0)
      case .int(let number):
        guard number >= 0, number <= 0x10FFFF else {
          throw valueError("character mapping must be in range(0x110000)")
        }
        builder.append(codePoint: UInt32(number))
      case .object(let object) where object.kind == .string:
        let text = unsafeDowncast(object, to: StringObject.self)
        try checkGrowth(of: builder, by: text.byteCount)
        builder.append(string: text)
      case .object(let object) where object.kind == .bigInt:
        throw valueError("character mapping must be in range(0x110000)")
      default: throw typeError("character mapping must return integer, None or str")
      }
    }
    return builder.finish(self)
  }

  /// The same for ASCII text and a dictionary, where each character is looked up once; nil: something is not as usual.
  private func translateASCII(_ text: StringObject, _ table: DictObject) throws(Raised) -> StringObject? {
    let unknown: Int32 = -2
    let entries = UnsafeMutablePointer<Int32>.allocate(capacity: 128)
    defer { entries.deallocate() }
    entries.initialize(repeating: unknown, count: 128)
    let changes = table.changes
    var builder = TextBuilder(capacity: text.byteCount)
    for index in 0..<text.byteCount {
      let byte = text.bytes[index]
      if entries[Int(byte)] == unknown {
        let found = try table.find(.int(Int(byte)), hash: NumericHash.of(Int(byte)), self)
        guard table.changes == changes, let entry = Int32(exactly: found) else { return nil }
        entries[Int(byte)] = entry
      }
      let entry = Int(entries[Int(byte)])
      if entry < 0 {
        builder.append(byte: byte)
        continue
      }
      let place = table.valuePlace(entry)
      if case .int(let number) = place.number {
        guard number >= 0, number <= 0x10FFFF else { return nil }
        builder.append(codePoint: UInt32(number))
      } else if let held = place.uncountedObject {
        guard held.kind == .string else { return nil }
        let count = held.as(StringObject.self)._withUnsafeGuaranteedRef { $0.byteCount }
        try checkGrowth(of: builder, by: count)
        held.as(StringObject.self)._withUnsafeGuaranteedRef { builder.append(string: $0) }
      } else if !place.pointee.isNone {
        return nil
      }
    }
    return builder.finish(self)
  }

  /// What the table says about a code point; nil: nothing.
  private func translation(of codePoint: UInt32, _ table: Value, _ plainTable: DictObject?) throws(Raised) -> Value? {
    if let plainTable { return try plainTable.get(.int(Int(codePoint)), self) }
    do { return try getItem(table, .int(Int(codePoint))) } catch {
      if matches(error, "LookupError") { return nil }
      throw error
    }
  }

  private func makeTranslation(_ arguments: Arguments) throws(Raised) -> DictObject {
    let table = DictObject(self)
    if arguments.count == 1 {
      guard let source = arguments[0].dict else {
        throw typeError("if you give only one argument to maketrans it must be a dict")
      }
      for entry in source.liveEntries {
        if let key = entry.key.string {
          guard key.length == 1 else { throw valueError("string keys in translate table must be of length 1") }
          try table.set(.int(Int(decodeUTF8(key.bytes).codePoint)), entry.value, self)
        } else {
          switch entry.key.plainNumber {
          case .int, .bool: try table.set(entry.key, entry.value, self)
          case .object(let object) where object.kind == .bigInt: try table.set(entry.key, entry.value, self)
          default: throw typeError("keys in translate table must be strings or integers")
          }
        }
      }
      return table
    }
    // CPython looks at the first two as a pair of strings, and names the second alone in its complaint.
    guard let from = arguments[0].string else {
      throw typeError("first maketrans argument must be a string if there is a second argument")
    }
    let to = try textArgument(arguments[1], "maketrans() argument 2 must be str, not ")
    guard from.length == to.length else {
      throw valueError("the first two maketrans arguments must have equal length")
    }
    let (keys, values) = (from.codePoints, to.codePoints)
    for (key, value) in zip(keys, values) { try table.set(.int(Int(key)), .int(Int(value)), self) }
    if arguments.count == 3 {
      let deleted = try textArgument(arguments[2], "maketrans() argument 3 must be str, not ")
      for key in deleted.codePoints { try table.set(.int(Int(key)), .none, self) }
    }
    return table
  }
}

/// The arguments of `encode` and `decode` as they mostly are: no encoding or one of the commonest names, and nothing about errors.
extension Arguments {
  fileprivate var namesUTF8: Bool { namesEncoding { $0.hasText("utf-8") || $0.hasText("utf8") } }

  /// Text of ASCII alone is its own bytes in the encoding.
  var keepsASCII: Bool {
    namesEncoding { $0.hasText("utf-8") || $0.hasText("latin-1") || $0.hasText("ascii") || $0.hasText("utf8") || $0.hasText("latin1") }
  }

  @inline(__always)
  private func namesEncoding(_ isMeant: (StringObject) -> Bool) -> Bool {
    if count == 1 { return true }
    guard count == 2, let held = (base + 1).uncountedObject, held.kind == .string else { return false }
    return held.as(StringObject.self)._withUnsafeGuaranteedRef(isMeant)
  }
}

extension StringObject {
  /// There are no lone surrogates.
  fileprivate var isSurelyUTF8: Bool { !utf8.contains(0xED) }

  /// All code points, for cold code.
  var codePoints: [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(length)
    var offset = 0
    while offset < byteCount {
      let (codePoint, width) = decodeUTF8(bytes + offset)
      result.append(codePoint)
      offset += width
    }
    return result
  }
}
