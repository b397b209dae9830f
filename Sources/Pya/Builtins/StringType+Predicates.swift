/// `isalpha`, `isupper` and their kin.
extension Runtime {
  func installStringPredicates(_ type: TypeObject) {
    func define(_ name: String, _ body: @escaping (StringObject) -> Bool) {
      type.define(self, name, "self, /") { (_, arguments) throws(Raised) in .bool(body(arguments.text)) }
    }
    define("isascii") { $0.isASCII || $0.utf8.isASCII }
    define("isalpha") { $0.isNotEmptyAndAll(ASCII.isLetter, \.isAlphabetic) }
    define("isalnum") { $0.isNotEmptyAndAll(ASCII.isLetterOrDigit, \.isAlphanumeric) }
    define("isdecimal") { $0.isNotEmptyAndAll(ASCII.isDigit, \.isDecimal) }
    define("isdigit") { $0.isNotEmptyAndAll(ASCII.isDigit, \.isDigit) }
    define("isnumeric") { $0.isNotEmptyAndAll(ASCII.isDigit, \.isNumeric) }
    define("isspace") { $0.isNotEmptyAndAll(ASCII.isSpace, \.isSpace) }
    define("isprintable") { $0.byteCount == 0 || $0.isNotEmptyAndAll({ $0 >= 0x20 && $0 < 0x7F }, \.isPrintable) }
    define("isidentifier") { $0.isIdentifier }
    define("islower") { text in
      text.hasCase { $0.isLowercase } forbids: { $0.isUppercase || $0.isTitlecase }
    }
    define("isupper") { text in
      text.hasCase { $0.isUppercase } forbids: { $0.isLowercase || $0.isTitlecase }
    }
    define("istitle") { $0.isTitle }
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

  /// Whether some code point is as wished and none is forbidden.
  fileprivate func hasCase(_ wished: (CodePoint) -> Bool, forbids forbidden: (CodePoint) -> Bool) -> Bool {
    var found = false
    var offset = 0
    while offset < byteCount {
      let byte = bytes[offset]
      if byte < 0x80, !ASCII.isLetter(byte) {
        offset += 1
        continue
      }
      let (value, width) = decodeUTF8(bytes + offset)
      let codePoint = CodePoint(value)
      if forbidden(codePoint) { return false }
      if !found, wished(codePoint) { found = true }
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
