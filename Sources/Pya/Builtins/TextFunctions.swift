/// `chr`, `ord`, `repr`, `ascii`, `format`.
extension Runtime {
  func installTextFunctions() {
    defineBuiltin("chr", "i, /") { (runtime, arguments) throws(Raised) in
      let number = try runtime.integer(fromIndex: arguments[0])
      guard case .int(let code) = number, code >= 0, code <= 0x10FFFF else {
        throw runtime.valueError("chr() arg not in range(0x110000)")
      }
      if code < 0x80 { return .object(runtime.character(UInt8(truncatingIfNeeded: code))) }
      var builder = TextBuilder(capacity: 4)
      builder.append(codePoint: UInt32(truncatingIfNeeded: code))
      return .object(builder.finish(runtime))
    }
    defineBuiltin("ord", "c, /") { (runtime, arguments) throws(Raised) in
      let count: Int
      if let text = arguments[0].string {
        if text.byteCount > 0 {
          let (codePoint, width) = decodeUTF8(text.bytes)
          if width == text.byteCount { return .int(Int(codePoint)) }
        }
        count = text.length
      } else if let bytes = runtime.bytesLike(arguments[0]) {
        if bytes.count == 1 { return .int(Int(bytes[0])) }
        count = bytes.count
      } else {
        throw runtime.typeError("ord() expected string of length 1, but \(runtime.typeName(arguments[0])) found")
      }
      throw runtime.typeError("ord() expected a character, but string of length \(count) found")
    }
    builtins.setShortcut(.character, of: "chr", self)
    builtins.setShortcut(.ordinal, of: "ord", self)
    defineBuiltin("repr", "obj, /") { (runtime, arguments) throws(Raised) in .object(try runtime.repr(arguments[0])) }
    defineBuiltin("ascii", "obj, /") { (runtime, arguments) throws(Raised) in .object(try runtime.ascii(arguments[0])) }
    defineBuiltin("format", "value, format_spec='', /") { (runtime, arguments) throws(Raised) in
      if arguments[1].isUndefined { return .object(try runtime.format(arguments[0], runtime.names.empty)) }
      let specification = try runtime.textArgument(arguments[1], "format() argument 2 must be str, not ")
      return .object(try runtime.format(arguments[0], specification))
    }
  }
}
