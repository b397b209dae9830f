/// `isalpha`, `isupper` and their kin.
extension Runtime {
  func installStringPredicates(_ type: TypeObject) {
    func define(_ name: String, _ body: @escaping (StringObject) -> Bool) {
      type.define(self, name, "self, /") { (_, arguments) throws(Raised) in .bool(body(arguments.text)) }
    }
    define("isascii") { $0.isASCII || $0.utf8.isASCII }
    // The usual ones directly, for their calls are as short as what they do.
    type.define(self, "isalpha", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.answer(arguments) { $0.isNotEmptyAndAll(ASCII.isLetter, { $0.isAlphabetic }) }
    }
    type.define(self, "isalnum", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.answer(arguments) { $0.isNotEmptyAndAll(ASCII.isLetterOrDigit, { $0.isAlphanumeric }) }
    }
    type.define(self, "isdigit", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.answer(arguments) { $0.isNotEmptyAndAll(ASCII.isDigit, { $0.isDigit }) }
    }
    type.define(self, "isspace", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.answer(arguments) { $0.isNotEmptyAndAll(ASCII.isSpace, { $0.isSpace }) }
    }
    type.define(self, "islower", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.answer(arguments) { $0.hasCase(isUpper: false) }
    }
    type.define(self, "isupper", "self, /") { (runtime, arguments) throws(Raised) in
      runtime.answer(arguments) { $0.hasCase(isUpper: true) }
    }
    define("isdecimal") { $0.isNotEmptyAndAll(ASCII.isDigit, { $0.isDecimal }) }
    define("isnumeric") { $0.isNotEmptyAndAll(ASCII.isDigit, { $0.isNumeric }) }
    define("isprintable") { $0.byteCount == 0 || $0.isNotEmptyAndAll({ $0 >= 0x20 && $0 < 0x7F }, { $0.isPrintable }) }
    define("isidentifier") { $0.isIdentifier }
    define("istitle") { $0.isTitle }
    let shortcuts: [(String, NativeFunction.Shortcut)] = [
      ("isalpha", .isLetter), ("isdigit", .isDigit), ("isalnum", .isLetterOrDigit), ("isspace", .isSpace), ("isupper", .isUpper),
      ("islower", .isLower),
    ]
    for (name, shortcut) in shortcuts { type.attributes.setShortcut(shortcut, of: name, self) }
  }

  @inline(__always)
  private func answer(_ arguments: Arguments, _ question: (StringObject) -> Bool) -> Value {
    .bool(arguments.receiver(StringObject.self)._withUnsafeGuaranteedRef(question))
  }
}

extension StringObject {
  @inline(__always)
  fileprivate func isNotEmptyAndAll(_ ascii: (UInt8) -> Bool, _ general: (CodePoint) -> Bool) -> Bool {
    if byteCount == 0 { return false }
    var offset = 0
    while offset < byteCount {
      let byte = bytes[offset]
      if byte < 0x80 {
        if !ascii(byte) { return false }
        offset += 1
      } else {
        let (codePoint, width) = decodeUTF8(bytes + offset)
        if !general(CodePoint(codePoint)) { return false }
        offset += width
      }
    }
    return true
  }

  /// Whether some code point is an uppercase (lowercase) one, and none of another case.
  fileprivate func hasCase(isUpper: Bool) -> Bool {
    var found = false
    var offset = 0
    while offset < byteCount {
      let byte = bytes[offset]
      if byte < 0x80 {
        if ASCII.isLetter(byte) {
          if ASCII.isUpper(byte) != isUpper { return false }
          found = true
        }
        offset += 1
        continue
      }
      let (value, width) = decodeUTF8(bytes + offset)
      let record = CharacterRecord.of(value)
      if record.has(.isTitlecase) || record.has(isUpper ? .isLowercase : .isUppercase) { return false }
      if record.has(isUpper ? .isUppercase : .isLowercase) { found = true }
      offset += width
    }
    return found
  }

  fileprivate var isTitle: Bool {
    var isInWord = false
    var found = false
    var offset = 0
    while offset < byteCount {
      let (value, width) = decodeUTF8(bytes + offset)
      let codePoint = CodePoint(value)
      if codePoint.isUppercase || codePoint.isTitlecase {
        if isInWord { return false }
        isInWord = true
        found = true
      } else if codePoint.isLowercase {
        if !isInWord { return false }
        found = true
      } else {
        isInWord = false
      }
      offset += width
    }
    return found
  }

  var isIdentifier: Bool {
    if byteCount == 0 { return false }
    var offset = 0
    while offset < byteCount {
      let (value, width) = decodeUTF8(bytes + offset)
      let codePoint = CodePoint(value)
      if !(offset == 0 ? codePoint.isIdentifierStart : codePoint.isIdentifierPart) { return false }
      offset += width
    }
    return true
  }
}
