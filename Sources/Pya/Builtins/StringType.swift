/// `str`: its constructor and special methods. Its methods are in StringType+*.swift, by group.
extension Runtime {
  func installStringType() {
    let type = types.str
    installStringConstructor(type)
    installStringSpecialMethods(type)
    installStringCase(type)
    installStringPredicates(type)
    installStringSearch(type)
    installStringSplitting(type)
    installStringLayout(type)
    installStringTranslation(type)
  }

  private func installStringConstructor(_ type: TypeObject) {
    addBuiltin(type)
    type.defineConstructor(self, "object='', encoding='utf-8', errors='strict'") {
      (runtime, cls, arguments) throws(Raised) in
      let text = try runtime.makeText(arguments)
      return .object(cls === runtime.types.str ? text : runtime.text(text, of: cls))
    }
    let construct = type.construct
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      if arguments.count == 1, !arguments.hasKeywords, cls === runtime.types.str {
        return .object(try runtime.str(arguments.base.pointee))
      }
      if arguments.count > 3 {
        throw runtime.typeError("str expected at most 3 arguments, got \(arguments.count)")
      }
      return try construct.unsafelyUnwrapped(runtime, cls, arguments)
    }
  }

  /// A copy of the text as an instance of a subclass.
  private func text(_ text: StringObject, of cls: TypeObject) -> StringObject { StringObject(type: cls, utf8: text.utf8) }

  /// `str(object, encoding, errors)`
  private func makeText(_ arguments: Arguments) throws(Raised) -> StringObject {
    let object = arguments[0]
    if arguments[1].isUndefined, arguments[2].isUndefined {
      return object.isUndefined ? names.empty : try str(object)
    }
    let encoding = try codecName(arguments[1], "str() argument 'encoding'", or: "utf-8")
    let errors = try codecName(arguments[2], "str() argument 'errors'", or: "strict")
    if object.isUndefined { return names.empty }
    if object.string != nil { throw typeError("decoding str is not supported") }
    guard let bytes = bytesLike(object) else {
      throw typeError("decoding to str: need a bytes-like object, \(typeName(object)) found")
    }
    return try decode(bytes, encoding: encoding, errors: errors)
  }

  /// The name of an encoding or error handler.
  func codecName(_ value: Value, _ subject: String, or standard: String) throws(Raised) -> String {
    if value.isUndefined { return standard }
    guard let name = value.string else { throw typeError("\(subject) must be str, not \(givenName(value))") }
    return name.text
  }

  private func installStringSpecialMethods(_ type: TypeObject) {
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in .object(runtime.plain(arguments.text)) }
    type.define(self, "__format__", "self, format_spec, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.builtinFormat(arguments))
    }
    type.define(self, "__len__", "self, /") { (_, arguments) throws(Raised) in .int(arguments.text.length) }
    type.define(self, "__mod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      .object(try runtime.percentFormat(arguments.text, arguments[1]))
    }
    type.define(self, "__rmod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let format = arguments[1].string else { return .notImplemented }
      return .object(try runtime.percentFormat(format, arguments[0]))
    }
    type.define(self, "__getnewargs__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(TupleObject(runtime, [.object(runtime.plain(arguments.text))]))
    }
    installSequenceMethods(type)
  }

  /// The text as an exact `str`, which it is unless a subclass made it.
  @inline(__always)
  func plain(_ text: StringObject) -> StringObject {
    text.isExactly(types.str) ? text : string(utf8: text.utf8)
  }

  /// `__format__` of a built-in type.
  func builtinFormat(_ arguments: Arguments) throws(Raised) -> StringObject {
    guard let specification = arguments[1].string else {
      throw typeError("__format__() argument must be str, not \(givenName(arguments[1]))")
    }
    var builder = TextBuilder()
    try appendBuiltinFormatted(arguments[0], specification, to: &builder)
    return builder.finish(self)
  }

  /// Text of so many ASCII bytes, which `fill` writes.
  @inline(__always)
  func asciiText(_ count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) -> StringObject {
    if count <= 1 {
      if count == 0 { return names.empty }
      var byte: UInt8 = 0
      _withUnprotectedUnsafeMutablePointer(to: &byte, fill)
      return character(byte)
    }
    return StringObject(type: types.str, count: count, isASCII: true, fill: fill)
  }

  /// Part of a text, by bytes.
  @inline(__always)
  func part(_ text: StringObject, _ span: Range<Int>) -> StringObject {
    if span.count == text.byteCount { return plain(text) }
    if text.isASCII, span.count > 1 {
      let source = text.bytes + span.lowerBound
      return StringObject(type: types.str, count: span.count, isASCII: true) { $0.initialize(from: source, count: span.count) }
    }
    return string(utf8: UnsafeBufferPointer(start: text.bytes + span.lowerBound, count: span.count))
  }
}

extension Arguments {
  /// `self` of a method of `str`.
  @inline(__always)
  var text: StringObject {
    receiver(StringObject.self).takeUnretainedValue()
  }
}
