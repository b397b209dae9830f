import PyaSyntax
@_spi(_Unicode) import Swift

/// `unicodedata`, from the tables that Swift carries.
extension Runtime {
  func makeUnicodedataModule() -> ModuleObject {
    let module = ModuleObject(self, name: "unicodedata")
    module.set(self, "unidata_version", .object(string("15.1.0")))
    addCharacterProperties(to: module)
    addNumericProperties(to: module)
    module.define(self, "lookup", "name, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else {
        throw runtime.typeError("lookup() argument must be str, not \(runtime.givenName(arguments[0]))")
      }
      guard let scalar = CharacterNames.scalar(named: name.text) else {
        throw runtime.error("KeyError", "undefined character name '\(name.text)'")
      }
      return .object(runtime.string(codePoints: [scalar.value]))
    }
    module.define(self, "normalize", "form, unistr, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.normalize(arguments, "normalize"))
    }
    module.define(self, "is_normalized", "form, unistr, /") { (runtime, arguments) throws(Raised) in
      let normal = try runtime.normalize(arguments, "is_normalized")
      return .bool(arguments[1].string?.hasSameText(as: normal) ?? false)
    }
    return module
  }

  /// The character that an argument must be.
  private func characterArgument(_ value: Value, _ function: String) throws(Raised) -> UInt32 {
    guard let text = value.string, text.length == 1 else {
      let position = ["name", "decimal", "digit", "numeric"].contains(function) ? " 1" : ""
      throw typeError("\(function)() argument\(position) must be a unicode character, not \(givenName(value))")
    }
    return text.codePoint(atByte: 0)
  }

  private func addCharacterProperties(to module: ModuleObject) {
    module.define(self, "name", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "name")
      if let name = characterName(value) { return .object(runtime.string(name)) }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("no such name")
    }
    let categories = Unicode.GeneralCategory.abbreviations.map { Value.object(intern($0)) }
    module.define(self, "category", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "category")
      return categories[CharacterRecord.of(value).category]
    }
    module.define(self, "combining", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "combining")
      return .int(CharacterRecord.of(value).combiningClass)
    }
    module.define(self, "east_asian_width", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "east_asian_width")
      return .object(runtime.string(UnicodeWidths.width(of: value)))
    }
    module.define(self, "bidirectional", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "bidirectional")
      return .object(runtime.string(UnicodeDirections.direction(of: value)))
    }
    module.define(self, "decomposition", "chr, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string(runtime.decomposition(of: try runtime.characterArgument(arguments[0], "decomposition"))))
    }
    module.define(self, "mirrored", "chr, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "mirrored")
      return .int(Unicode.Scalar(value).map { $0.properties.isBidiMirrored ? 1 : 0 } ?? 0)
    }
  }

  /// One step of decomposition, as code points in hexadecimal; what is only compatible has its kind in front.
  fileprivate func decomposition(of value: UInt32) -> String {
    guard let scalar = Unicode.Scalar(value), !(0xAC00...0xD7A3).contains(value) else { return "" }
    func shown(_ scalars: [Unicode.Scalar]) -> String {
      scalars.map { hexText($0.value, width: $0.value > 0xFFFF ? 5 : 4).uppercased() }.joined(separator: " ")
    }
    if let form = CompatibilityForms.form(of: value) { return "<\(form.kind)> \(shown(form.replacement))" }
    let text = String(Character(scalar))
    let full = Array(text._nfd)
    guard full != [scalar] else { return "" }
    let composed = Array(text._nfc)
    // What another character stands for, or what is never composed again.
    if composed != [scalar], composed.count <= 2 { return shown(composed) }
    var first = String.UnicodeScalarView()
    first.append(contentsOf: full.dropLast())
    return shown(Array(String(first)._nfc) + full.suffix(1))
  }

  private func addNumericProperties(to module: ModuleObject) {
    module.define(self, "decimal", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "decimal")
      if let digit = CodePoint(value).decimalDigit { return .int(digit) }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("not a decimal")
    }
    module.define(self, "digit", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "digit")
      if CodePoint(value).isDigit, let number = Unicode.Scalar(value)?.properties.numericValue {
        return .int(Int(number))
      }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("not a digit")
    }
    module.define(self, "numeric", "chr, default=None, /") { (runtime, arguments) throws(Raised) in
      let value = try runtime.characterArgument(arguments[0], "numeric")
      if CodePoint(value).isNumeric, let number = Unicode.Scalar(value)?.properties.numericValue { return .float(number) }
      if let standard = arguments[1].defined { return standard }
      throw runtime.valueError("not a numeric character")
    }
  }

  private func normalize(_ arguments: Arguments, _ function: String) throws(Raised) -> StringObject {
    guard let form = arguments[0].string else {
      throw typeError("\(function)() argument 1 must be str, not \(givenName(arguments[0]))")
    }
    guard let text = arguments[1].string else {
      throw typeError("\(function)() argument 2 must be str, not \(givenName(arguments[1]))")
    }
    guard let kind = NormalForm(rawValue: form.text) else { throw valueError("invalid normalization form") }
    if text.isASCII { return plain(text) }
    return normalized(text, kind)
  }

  /// Copies what is the same in the normal form, and gives the stretches between to Swift's tables: each from the last character before it,
  /// with which it may become one, to the next that nothing changes.
  private func normalized(_ text: StringObject, _ kind: NormalForm) -> StringObject {
    func isInert(_ value: UInt32) -> Bool {
      if value < 0x80 { return true }
      if !CharacterRecord.isInert(value, isComposed: kind.isComposed) { return false }
      if !kind.isCompatible || Unicode.Scalar(value) == nil { return true }
      switch value {
      // Of these a part is only compatible.
      case 0x385, 0x3D3, 0x3D4, 0x1E9B, 0x1FC1, 0x1FCD...0x1FCF, 0x1FDD...0x1FDF, 0x1FED: return false
      default: return CompatibilityForms.form(of: value) == nil
      }
    }
    var builder = TextBuilder(capacity: text.byteCount)
    var copied = 0
    var start = 0
    var offset = 0
    while offset < text.byteCount {
      let (value, width) = decodeUTF8(text.bytes + offset)
      if isInert(value) {
        // A lone surrogate, which has no place in Swift's strings, becomes one with nothing.
        start = Unicode.Scalar(value) == nil ? offset + width : offset
        offset += width
        continue
      }
      var end = offset + width
      while end < text.byteCount {
        let (next, nextWidth) = decodeUTF8(text.bytes + end)
        if isInert(next) { break }
        end += nextWidth
      }
      builder.append(string: text, copied..<start)
      append(normalForm: kind, of: text.slice(start..<end), to: &builder)
      copied = end
      start = end
      offset = end
    }
    if copied == 0 { return plain(text) }
    builder.append(string: text, copied..<text.byteCount)
    return builder.finish(self)
  }

  private func append(normalForm kind: NormalForm, of part: UnsafeBufferPointer<UInt8>, to builder: inout TextBuilder) {
    let part = String(decoding: part, as: UTF8.self)
    let source = kind.isCompatible ? CompatibilityForms.decomposed(part) : part
    if kind.isComposed {
      for scalar in source._nfc { builder.append(codePoint: scalar.value) }
    } else {
      for scalar in source._nfd { builder.append(codePoint: scalar.value) }
    }
  }
}

private enum NormalForm: String {
  case canonicalComposed = "NFC"
  case canonicalDecomposed = "NFD"
  case compatibleComposed = "NFKC"
  case compatibleDecomposed = "NFKD"

  var isComposed: Bool { self == .canonicalComposed || self == .compatibleComposed }
  var isCompatible: Bool { self == .compatibleComposed || self == .compatibleDecomposed }
}
