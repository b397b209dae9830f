/// What `bytearray` has beyond `bytes`: methods that change it.
extension Runtime {
  func installByteArrayMethods(_ type: TypeObject) {
    type.define(self, "append", "self, item, /") { (runtime, arguments) throws(Raised) in
      let byte: UInt8
      if case .int(let number) = (arguments.base + 1).number, let small = UInt8(exactly: number) {
        byte = small
      } else {
        byte = try runtime.byte(arguments[1])
      }
      try arguments.receiver(BytesObject.self).borrowed { (array) throws(Raised) in
        if array.exports > 0 { try runtime.checkResizable(array) }
        array.append(byte)
      }
      return .none
    }
    type.define(self, "extend", "self, iterable_of_ints, /") { (runtime, arguments) throws(Raised) in
      let added = try runtime.extension(arguments[1])
      if !added.isEmpty { try runtime.checkResizable(arguments.byteArray) }
      added.withContent { arguments.byteArray.append(contentsOf: $0) }
      return .none
    }
    type.define(self, "insert", "self, index, item, /") { (runtime, arguments) throws(Raised) in
      let index = try runtime.size(arguments[1])
      let byte = try runtime.byte(arguments[2])
      let array = arguments.byteArray
      let count = array.count
      try runtime.checkResizable(array)
      let position = index < 0 ? max(0, index + count) : min(index, count)
      array.replace(position..<position, with: [byte])
      return .none
    }
    type.define(self, "pop", "self, index=-1, /") { (runtime, arguments) throws(Raised) in
      let index = arguments[1].isUndefined ? -1 : try runtime.size(arguments[1])
      let array = arguments.byteArray
      let count = array.count
      if count == 0 { throw runtime.indexError("pop from empty bytearray") }
      let position = index < 0 ? index + count : index
      guard position >= 0, position < count else { throw runtime.indexError("pop index out of range") }
      try runtime.checkResizable(array)
      let byte = array[position]
      array.remove(at: position)
      return .int(Int(byte))
    }
    type.define(self, "remove", "self, value, /") { (runtime, arguments) throws(Raised) in
      let byte = try runtime.byte(arguments[1])
      let array = arguments.byteArray
      guard let index = array.withContent({ $0.firstIndex(of: byte) }) else {
        throw runtime.valueError("value not found in bytearray")
      }
      try runtime.checkResizable(array)
      array.remove(at: index)
      return .none
    }
    type.define(self, "reverse", "self, /") { (_, arguments) throws(Raised) in
      arguments.byteArray.reverse()
      return .none
    }
    type.define(self, "clear", "self, /") { (runtime, arguments) throws(Raised) in
      if arguments.byteArray.count > 0 { try runtime.checkResizable(arguments.byteArray) }
      arguments.byteArray.removeAll()
      return .none
    }
    type.define(self, "copy", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.bytes(like: arguments, arguments.bytes))
    }
    installByteArraySpecialMethods(type)
  }

  private func installByteArraySpecialMethods(_ type: TypeObject) {
    type.defineItemChanges(self)
    type.define(self, "__iadd__", "self, value, /") { (runtime, arguments) throws(Raised) in
      guard let added = runtime.bytesNow(arguments[1]) else {
        throw runtime.typeError(
          "can't concat \(runtime.typeName(arguments[1])) to \(runtime.typeName(arguments[0]))")
      }
      try runtime.extend(arguments.byteArray, with: added, of: arguments[1])
      return arguments[0]
    }
    type.define(self, "__imul__", "self, value, /") { (runtime, arguments) throws(Raised) in
      let count = try runtime.repetitionCount(arguments[1])
      let repeated = try runtime.repetition(of: arguments.receiver, count: .int(count))
      guard let content = runtime.bytesNow(repeated) else { return .notImplemented }
      let array = arguments.byteArray
      if content.count != array.count { try runtime.checkResizable(array) }
      content.withContent { array.replace(0..<array.count, with: $0) }
      return arguments[0]
    }
    type.define(self, "__alloc__", "self, /") { (_, arguments) throws(Raised) in .int(arguments.bytes.count + 1) }
  }

  /// What `extend` adds.
  private func `extension`(_ value: Value) throws(Raised) -> ByteSpan {
    if let bytes = bytesLike(value) { return bytes }
    if value.string != nil { throw typeError("expected iterable of integers; got: 'str'") }
    guard isIterable(value) else { throw typeError("can't extend bytearray with \(typeName(value))") }
    return ByteSpan(try bytes(fromIterable: value, isMutable: true))
  }
}

extension Arguments {
  /// `self` of a method of `bytearray`.
  @inline(__always)
  fileprivate var byteArray: BytesObject { unsafeDowncast(receiver, to: BytesObject.self) }
}
