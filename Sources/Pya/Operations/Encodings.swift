/// The encodings between `str` and `bytes`.
enum Encoding {
  case utf8
  /// With a byte order mark that decoding drops.
  case utf8Signature
  case ascii
  case latin1
  /// Nil: little-endian after a byte order mark.
  case utf16(isBigEndian: Bool?)
  case utf32(isBigEndian: Bool?)
  /// One byte per character.
  case table(CharacterTable)
  /// As in string literals: `\n`, `\xe9`, `\u20ac`.
  case unicodeEscape
  /// Only `\u20ac` and its longer form.
  case rawUnicodeEscape

  /// By name, in any of its spellings.
  init?(_ name: String) {
    // The commonest spellings need no changes of case.
    switch name {
    case "utf-8", "utf8": self = .utf8
    case "latin-1": self = .latin1
    case "ascii": self = .ascii
    default:
      guard let encoding = Encoding(unusual: name) else { return nil }
      self = encoding
    }
  }

  private init?(unusual name: String) {
    let normalized = String(name.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 })
    switch normalized {
    case "utf-8", "utf8", "u8", "utf", "utf8-ucs2", "utf8-ucs4", "cp65001": self = .utf8
    case "utf-8-sig", "utf8-sig": self = .utf8Signature
    case "ascii", "us-ascii", "646", "ansi-x3.4-1968", "iso646-us": self = .ascii
    case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "8859", "cp819", "latin", "l1", "iso8859": self = .latin1
    case "utf-16", "utf16", "u16": self = .utf16(isBigEndian: nil)
    case "utf-16-le", "utf-16le", "utf16-le": self = .utf16(isBigEndian: false)
    case "utf-16-be", "utf-16be", "utf16-be": self = .utf16(isBigEndian: true)
    case "utf-32", "utf32", "u32": self = .utf32(isBigEndian: nil)
    case "utf-32-le", "utf-32le", "utf32-le": self = .utf32(isBigEndian: false)
    case "utf-32-be", "utf-32be", "utf32-be": self = .utf32(isBigEndian: true)
    case "unicode-escape", "unicodeescape": self = .unicodeEscape
    case "raw-unicode-escape", "rawunicodeescape": self = .rawUnicodeEscape
    default:
      guard let table = CharacterTable.named(normalized) else { return nil }
      self = .table(table)
    }
  }

  /// As `codecs.lookup` names it.
  var codecName: String {
    switch self {
    case .utf8Signature: "utf-8-sig"
    case .latin1: "iso8859-1"
    case .table(let table): table.name
    case .unicodeEscape: "unicode-escape"
    case .rawUnicodeEscape: "raw-unicode-escape"
    case .utf8, .ascii, .utf16, .utf32: name
    }
  }

  /// As errors name it.
  var name: String {
    switch self {
    case .utf8, .utf8Signature: "utf-8"
    case .ascii: "ascii"
    case .latin1: "latin-1"
    case .table: "charmap"
    case .utf16(nil): "utf-16"
    case .utf16(let isBigEndian?): isBigEndian ? "utf-16-be" : "utf-16-le"
    case .utf32(nil): "utf-32"
    case .utf32(let isBigEndian?): isBigEndian ? "utf-32-be" : "utf-32-le"
    case .unicodeEscape: "unicodeescape"
    case .rawUnicodeEscape: "rawunicodeescape"
    }
  }
}

extension Runtime {
  /// Complains of an encoding that neither pya nor the program has.
  func checkEncoding(_ name: String) throws(Raised) {
    if Encoding(name) != nil { return }
    _ = try callCodecs("_text_codec", [.object(string(name))])
  }

  /// A function of `codecs`, which knows the encodings written in the language and those that the program registered.
  func callCodecs(_ function: String, _ arguments: [Value]) throws(Raised) -> Value {
    let codecs = try importModule("codecs", level: 0, globals: builtins)
    return try call(try getAttribute(codecs, intern(function)), arguments)
  }

  /// The bytes of a bytes-like object where they lie, even if that is a `bytearray`: for whoever looks at them before anything of the program
  /// runs again.
  func bytesNow(_ value: Value) -> ByteSpan? {
    guard case .object(let object) = value else { return nil }
    if object.kind == .bytes || object.kind == .byteArray { return ByteSpan(unsafeDowncast(object, to: BytesObject.self)) }
    if object.kind == .instance {
      guard let view = try? bufferOfProgram(value, .simple) else { return nil }
      return ByteSpan(BytesObject(type: types.bytes, view.bytes))
    }
    guard object.kind == .other else { return nil }
    if object.isExactly(memoryViewType) {
      let view = unsafeDowncast(object, to: MemoryViewObject.self)
      return view.span ?? ByteSpan(BytesObject(type: types.bytes, view.bytes))
    }
    guard let exporter = object as? any BufferExporter else { return nil }
    do throws(Raised) {
      return ByteSpan(BytesObject(type: types.bytes, try exporter.bytes(in: 0..<exporter.byteCount)))
    } catch { return nil }
  }

  /// The bytes of a bytes-like object, which stay as they are: those of a `bytearray` are copied.
  func bytesLike(_ value: Value) -> ByteSpan? {
    guard let span = bytesNow(value) else { return nil }
    return span.owner.kind == .bytes ? span : ByteSpan(span.withContent { BytesObject(type: types.bytes, $0) })
  }
}
