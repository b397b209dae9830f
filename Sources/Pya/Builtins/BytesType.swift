/// `bytes` and `bytearray`: constructors, special methods, and what they share. A method's result is of the type of its
/// receiver's built-in base.
extension Runtime {
  func installBytesTypes() {
    for type in [types.bytes, types.bytearray] {
      installBytesConstruction(type)
      installBytesSpecialMethods(type)
      installBytesSearch(type)
      installBytesSplitting(type)
      installBytesText(type)
      installBytesTranslation(type)
    }
    installByteArrayMethods(types.bytearray)
  }

  private func installBytesConstruction(_ type: TypeObject) {
    addBuiltin(type)
    let isMutable = type === types.bytearray
    if isMutable {
      type.defineConstructor(self, "source=b'', encoding='utf-8', errors='strict'") { (_, cls) in
        .object(BytesObject(type: cls, kind: .byteArray, []))
      } fill: { (runtime, made, arguments) throws(Raised) in
        let bytes = try runtime.makeBytes(arguments, type)
        if let array = made.cast(.byteArray, to: BytesObject.self) {
          if bytes.count != array.count { try runtime.checkResizable(array) }
          if bytes.owner !== array { bytes.withContent { array.replace(0..<array.count, with: $0) } }
        }
      }
    } else {
      type.defineConstructor(self, "source=b'', encoding='utf-8', errors='strict'") {
        (runtime, cls, arguments) throws(Raised) in
        if cls === type, arguments.count == 1, case .object(let object) = arguments[0], object.isExactly(type) {
          return arguments[0]
        }
        let made = try runtime.makeBytes(arguments, type)
        // What `__bytes__` returned, perhaps of a subclass. A view's source stays another object.
        if cls === type, arguments[0].object?.kind != .other, made.owner.kind == .bytes { return .object(made.owner) }
        return .object(made.withContent { BytesObject(type: cls, $0) })
      }
    }
    type.defineClassMethod(self, "fromhex", "type, string, /") { (runtime, arguments) throws(Raised) in
      let text = try runtime.textArgument(arguments[1], "fromhex() argument must be str, not ")
      if let cls = arguments[0].type, cls === type {
        return .object(try runtime.parseHexadecimal(text, kind: isMutable ? .byteArray : .bytes))
      }
      return try runtime.call(arguments[0], .object(try runtime.parseHexadecimal(text, kind: .bytes)))
    }
  }

  /// The bytes that a constructor's arguments stand for.
  private func makeBytes(_ arguments: Arguments, _ type: TypeObject) throws(Raised) -> ByteSpan {
    if arguments.count == 1, isDrainable(arguments, at: 0) {
      let complaint = bytesComplaint(isMutable: type === types.bytearray)
      var result: [UInt8] = []
      try walk(arguments, at: 0) { (item) throws(Raised) in
        result.append(try byte(item, complaint))
        return true
      }
      return ByteSpan(BytesObject(type: types.bytes, result))
    }
    let source = arguments[0]
    if !arguments[1].isUndefined || !arguments[2].isUndefined {
      let encoding = try codecName(arguments[1], "\(type.name)() argument 'encoding'", or: "utf-8")
      let errors = try codecName(arguments[2], "\(type.name)() argument 'errors'", or: "strict")
      guard let text = source.string else { throw typeError("encoding without a string argument") }
      if arguments[1].isUndefined { throw typeError("string argument without an encoding") }
      return ByteSpan(BytesObject(type: types.bytes, try encode(text, encoding: encoding, errors: errors)))
    }
    if source.isUndefined { return ByteSpan(BytesObject(type: types.bytes, zeros: 0)) }
    if source.string != nil { throw typeError("string argument without an encoding") }
    if case .object(let object) = source {
      if !object.type.isHeap, let bytes = bytesNow(source) { return bytes }
      if type === types.bytes, let method = object.type.lookup(names[.bytes]) {
        let result = try callSpecial(method, source)
        guard let bytes = result.bytes else {
          throw typeError("__bytes__ returned non-bytes (type \(typeName(result)))")
        }
        return ByteSpan(bytes)
      }
      if let view = try bufferOfProgram(source, .fullReadOnly) { return ByteSpan(BytesObject(type: types.bytes, view.bytes)) }
      if let bytes = bytesNow(source) { return bytes }
    }
    if let count = try byteCount(source) {
      if count < 0 { throw valueError("negative count") }
      try checkAllocation(count)
      return ByteSpan(BytesObject(type: types.bytes, zeros: count))
    }
    guard isIterable(source) else { throw typeError("cannot convert '\(typeName(source))' object to \(type.name)") }
    return ByteSpan(try bytes(fromIterable: source, isMutable: type === types.bytearray))
  }

  /// The length that an integer asks for; nil: not an integer.
  private func byteCount(_ source: Value) throws(Raised) -> Int? {
    switch source {
    case .int(let count): return count
    case .bool(let flag): return flag ? 1 : 0
    case .object(let object):
      guard object.kind == .bigInt || object.kind == .intInstance || specialMethod(source, .index) != nil else { return nil }
      return try index(source)
    default: return nil
    }
  }

  func bytes(fromIterable source: Value, isMutable: Bool) throws(Raised) -> BytesObject {
    if let held = source.uncounted, held.isPlain, held.kind == .list {
      // Small ints of a list; if there is anything else, the general way.
      var areBytes = true
      let made = held.as(ListObject.self)._withUnsafeGuaranteedRef { list in
        BytesObject(type: types.bytes, count: list.count) { place in
          for index in 0..<list.count {
            guard case .int(let number) = (list.items + index).number, let byte = UInt8(exactly: number) else {
              areBytes = false
              return
            }
            place[index] = byte
          }
        }
      }
      if areBytes { return made }
    }
    let complaint = bytesComplaint(isMutable: isMutable)
    var result: [UInt8] = []
    try forEach(source) { (item) throws(Raised) in result.append(try byte(item, complaint)) }
    return BytesObject(type: types.bytes, result)
  }

  private func bytesComplaint(isMutable: Bool) -> String {
    isMutable ? "byte must be in range(0, 256)" : "bytes must be in range(0, 256)"
  }

  /// A value as one byte.
  func byte(_ value: Value, _ complaint: String = "byte must be in range(0, 256)") throws(Raised) -> UInt8 {
    if case .int(let number) = value, let byte = UInt8(exactly: number) { return byte }
    if case .int(let number) = try integer(fromIndex: value), let byte = UInt8(exactly: number) { return byte }
    throw valueError(complaint)
  }

  private func installBytesSpecialMethods(_ type: TypeObject) {
    let isMutable = type === types.bytearray
    type.define(self, "__str__", "self, /") { (runtime, arguments) throws(Raised) in
      var builder = TextBuilder()
      try runtime.appendBuiltinRepr(arguments.receiver, to: &builder)
      return .object(builder.finish(runtime))
    }
    type.define(self, "__len__", "self, /") { (_, arguments) throws(Raised) in .int(arguments.bytes.count) }
    type.define(self, "__mod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let format = runtime.bytesLike(arguments[0]) else { return .notImplemented }
      return .object(try runtime.percentFormat(format, arguments[1], kind: arguments.receiver.kind))
    }
    type.define(self, "__rmod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let format = runtime.bytesLike(arguments[1]) else { return .notImplemented }
      return .object(try runtime.percentFormat(format, arguments[0], kind: arguments.receiver.kind))
    }
    if !isMutable {
      type.define(self, "__bytes__", "self, /") { (runtime, arguments) throws(Raised) in
        .object(runtime.plainBytes(arguments))
      }
      type.define(self, "__getnewargs__", "self, /") { (runtime, arguments) throws(Raised) in
        .object(TupleObject(runtime, [.object(runtime.plainBytes(arguments))]))
      }
    }
    installSequenceMethods(type)
  }

  /// `self` as exact `bytes`.
  private func plainBytes(_ arguments: Arguments) -> Object {
    arguments.receiver.isExactly(types.bytes) ? arguments.receiver : bytes(like: arguments, arguments.bytes)
  }

  /// A new object of the built-in type of a method's receiver.
  @inline(__always)
  func bytes(like arguments: Arguments, _ bytes: [UInt8]) -> BytesObject {
    let kind = arguments.receiver.kind
    return BytesObject(type: kind == .bytes ? types.bytes : types.bytearray, kind: kind, bytes)
  }

  /// The same; immutable bytes that are all of an object are that.
  func bytes(like arguments: Arguments, _ bytes: ByteSpan) -> BytesObject {
    if arguments.receiver.kind == .bytes { return bytes.object(types.bytes) }
    return bytes.withContent { BytesObject(type: types.bytearray, kind: .byteArray, $0) }
  }

  /// What a method returns that leaves everything as it is: immutable bytes themselves.
  func unchangedBytes(_ arguments: Arguments) -> Object {
    arguments.receiver.isExactly(types.bytes) ? arguments.receiver : bytes(like: arguments, arguments.bytes)
  }

  /// An argument that must be bytes-like.
  func bytesArgument(_ value: Value) throws(Raised) -> ByteSpan {
    if let view = try bufferOfProgram(value, .simple) { return ByteSpan(BytesObject(type: types.bytes, view.bytes)) }
    guard let bytes = bytesLike(value) else {
      throw typeError("a bytes-like object is required, not '\(typeName(value))'")
    }
    return bytes
  }

  private func parseHexadecimal(_ text: StringObject, kind: Kind) throws(Raised) -> BytesObject {
    var spaces = 0
    for byte in text.utf8 where ASCII.isSpace(byte) { spaces += 1 }
    var problem: Int?
    let made = bytes(of: kind, count: (text.byteCount - spaces) / 2) { place in
      problem = readHexadecimal(text.utf8, into: place)
    }
    guard let problem else { return made }
    throw valueError("non-hexadecimal number found in fromhex() arg at position \(text.codePointIndex(ofByte: problem))")
  }

  /// Pairs of digits, with spaces between them, as bytes. Gives where something else is.
  private func readHexadecimal(_ text: UnsafeBufferPointer<UInt8>, into place: UnsafeMutablePointer<UInt8>) -> Int? {
    @inline(__always)
    func digit(_ index: Int) -> UInt8? {
      guard index < text.count else { return nil }
      let byte = text[index]
      if byte &- 0x30 < 10 { return byte &- 0x30 }
      let letter = (byte | 0x20) &- 0x61
      return letter < 6 ? letter + 10 : nil
    }
    var (index, made) = (0, 0)
    while true {
      while index < text.count, ASCII.isSpace(text[index]) { index += 1 }
      if index == text.count { return nil }
      guard let high = digit(index) else { return index }
      guard let low = digit(index + 1) else { return index + 1 }
      place[made] = high << 4 | low
      made += 1
      index += 2
    }
  }
}

extension Arguments {
  /// `self` of a method of `bytes` or `bytearray`. What the program does to a `bytearray` meanwhile is seen (`Runtime.bytesNow`).
  @inline(__always)
  var bytes: ByteSpan { ByteSpan(unsafeDowncast(receiver, to: BytesObject.self)) }
}
