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
        made.cast(.byteArray, to: BytesObject.self)?.bytes = bytes
      }
    } else {
      type.defineConstructor(self, "source=b'', encoding='utf-8', errors='strict'") {
        (runtime, cls, arguments) throws(Raised) in
        if cls === type, arguments.count == 1, case .object(let object) = arguments[0], object.isExactly(type) {
          return arguments[0]
        }
        return .object(BytesObject(type: cls, try runtime.makeBytes(arguments, type)))
      }
    }
    type.defineClassMethod(self, "fromhex", "type, string, /") { (runtime, arguments) throws(Raised) in
      let text = try runtime.textArgument(arguments[1], "fromhex() argument must be str, not ")
      let bytes = Value.object(BytesObject(type: runtime.types.bytes, try runtime.parseHexadecimal(text)))
      if let cls = arguments[0].type, cls === type {
        return isMutable ? .object(BytesObject(type: type, kind: .byteArray, runtime.bytesLike(bytes) ?? [])) : bytes
      }
      return try runtime.call(arguments[0], bytes)
    }
  }

  /// The bytes that a constructor's arguments stand for.
  func makeBytes(_ arguments: Arguments, _ type: TypeObject) throws(Raised) -> [UInt8] {
    if arguments.count == 1, isDrainable(arguments, at: 0) {
      let complaint = bytesComplaint(isMutable: type === types.bytearray)
      var result: [UInt8] = []
      try walk(arguments, at: 0) { (item) throws(Raised) in
        result.append(try byte(item, complaint))
        return true
      }
      return result
    }
    let source = arguments[0]
    if !arguments[1].isUndefined || !arguments[2].isUndefined {
      let encoding = try codecName(arguments[1], "\(type.name)() argument 'encoding'", or: "utf-8")
      let errors = try codecName(arguments[2], "\(type.name)() argument 'errors'", or: "strict")
      guard let text = source.string else { throw typeError("encoding without a string argument") }
      if arguments[1].isUndefined { throw typeError("string argument without an encoding") }
      return try encode(text, encoding: encoding, errors: errors)
    }
    if source.isUndefined { return [] }
    if source.string != nil { throw typeError("string argument without an encoding") }
    if case .object(let object) = source {
      if !object.type.isHeap, let bytes = bytesLike(source) { return bytes }
      if type === types.bytes, let method = object.type.lookup(names[.bytes]) {
        let result = try callSpecial(method, source)
        guard let bytes = result.bytes else {
          throw typeError("__bytes__ returned non-bytes (type \(typeName(result)))")
        }
        return bytes.bytes
      }
      if let bytes = bytesLike(source) { return bytes }
    }
    if let count = try byteCount(source) {
      if count < 0 { throw valueError("negative count") }
      try checkAllocation(count)
      return [UInt8](repeating: 0, count: count)
    }
    guard isIterable(source) else { throw typeError("cannot convert '\(typeName(source))' object to \(type.name)") }
    return try bytes(fromIterable: source, isMutable: type === types.bytearray)
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

  func bytes(fromIterable source: Value, isMutable: Bool) throws(Raised) -> [UInt8] {
    var result: [UInt8] = []
    if let held = source.uncounted, held.isPlain, held.kind == .list {
      // Small ints of a list; from the first that is none on, the general way.
      held.as(ListObject.self)._withUnsafeGuaranteedRef { list in
        result.reserveCapacity(list.count)
        for index in 0..<list.count {
          guard case .int(let number) = (list.items + index).number, let byte = UInt8(exactly: number) else { return }
          result.append(byte)
        }
      }
      if result.count == held.as(ListObject.self)._withUnsafeGuaranteedRef({ $0.count }) { return result }
      result.removeAll()
    }
    let complaint = bytesComplaint(isMutable: isMutable)
    try forEach(source) { (item) throws(Raised) in result.append(try byte(item, complaint)) }
    return result
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
      .object(runtime.bytes(like: arguments, try runtime.percentFormat(arguments.bytes, arguments[1])))
    }
    type.define(self, "__rmod__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let format = runtime.bytesLike(arguments[1]) else { return .notImplemented }
      return .object(runtime.bytes(like: arguments, try runtime.percentFormat(format, arguments[0])))
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
    let isMutable = arguments.receiver.kind == .byteArray
    return BytesObject(type: isMutable ? types.bytearray : types.bytes, kind: isMutable ? .byteArray : .bytes, bytes)
  }

  /// What a method returns that leaves everything as it is: immutable bytes themselves.
  func unchangedBytes(_ arguments: Arguments) -> Object {
    arguments.receiver.isExactly(types.bytes) ? arguments.receiver : bytes(like: arguments, arguments.bytes)
  }

  /// An argument that must be bytes-like.
  func bytesArgument(_ value: Value) throws(Raised) -> [UInt8] {
    guard let bytes = bytesLike(value) else {
      throw typeError("a bytes-like object is required, not '\(typeName(value))'")
    }
    return bytes
  }

  private func parseHexadecimal(_ text: StringObject) throws(Raised) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.byteCount / 2)
    var index = 0
    let (bytes, count) = (text.bytes, text.byteCount)
    @inline(__always)
    func digit(_ index: Int) -> UInt8? {
      guard index < count else { return nil }
      let byte = bytes[index]
      if byte &- 0x30 < 10 { return byte &- 0x30 }
      let letter = (byte | 0x20) &- 0x61
      return letter < 6 ? letter + 10 : nil
    }
    while true {
      while index < count, ASCII.isSpace(bytes[index]) { index += 1 }
      if index == count { return result }
      guard let high = digit(index) else { throw hexadecimalError(text, index) }
      guard let low = digit(index + 1) else { throw hexadecimalError(text, index + 1) }
      result.append(high << 4 | low)
      index += 2
    }
  }

  private func hexadecimalError(_ text: StringObject, _ index: Int) -> Raised {
    valueError("non-hexadecimal number found in fromhex() arg at position \(text.codePointIndex(ofByte: index))")
  }
}

extension Arguments {
  /// `self` of a method of `bytes` or `bytearray`. The array is a value of its own: nothing changes it under a method's feet.
  @inline(__always)
  var bytes: [UInt8] { unsafeDowncast(receiver, to: BytesObject.self).bytes }
}
