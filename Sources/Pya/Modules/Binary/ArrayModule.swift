import PyaSyntax

/// `array`: lists of numbers of one kind. The elements are kept as values, converted when they come in.
final class ArrayObject: Object {
  let code: UInt8
  let list: ListObject
  /// How many memory views show it: until they are released it keeps its length.
  var exports = 0
  private var dictionary: DictObject?

  init(type: TypeObject, code: UInt8, _ list: ListObject) {
    self.code = code
    self.list = list
    super.init(type: type, kind: .other)
  }

  var itemSize: Int { ArrayObject.itemSize(code) ?? 1 }

  static func itemSize(_ code: UInt8) -> Int? {
    switch Unicode.Scalar(code) {
    case "b", "B": 1
    case "h", "H": 2
    case "i", "I", "f", "u", "w": 4
    case "l", "L", "q", "Q", "d": 8
    default: nil
    }
  }

  var isText: Bool { code == UInt8(ascii: "u") || code == UInt8(ascii: "w") }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil, type.isHeap, !type.hasNoInstanceDictionary { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func elementPlace(at position: Int) -> UnsafeMutablePointer<Value>? { list.listPlace(position) }

  override func storeElement(_ value: Value, at position: Int) -> Bool {
    switch value {
    case .float: guard code == UInt8(ascii: "d") else { return false }
    case .int(let number): guard holds(number) else { return false }
    default: return false
    }
    guard let place = list.listPlace(position) else { return false }
    place.store(value)
    return true
  }

  /// Whether an array of ints may hold the number.
  fileprivate func holds(_ number: Int) -> Bool {
    if isText || code == UInt8(ascii: "d") || code == UInt8(ascii: "f") { return false }
    let bits = itemSize * 8
    let isSigned = code >= UInt8(ascii: "a")
    if bits == 64 { return isSigned || number >= 0 }
    return isSigned ? number >= -(1 << (bits - 1)) && number < 1 << (bits - 1) : number >= 0 && number < 1 << bits
  }
}

extension ArrayObject: BufferExporter {
  var bufferFormat: ElementFormat {
    isText ? .unsignedInt : ElementFormat(rawValue: String(Unicode.Scalar(code))) ?? .unsignedByte
  }

  var byteCount: Int { list.count * itemSize }

  func bytes(in range: Range<Int>) throws(Raised) -> [UInt8] {
    let first = range.lowerBound / itemSize
    let last = min((range.upperBound + itemSize - 1) / itemSize, list.count)
    var result: [UInt8] = []
    result.reserveCapacity(range.count + itemSize)
    for index in first..<max(first, last) {
      let value = list[index]
      let number = value.string.map { Value.int(Int($0.codePoint(atByte: 0))) } ?? value
      result += try bufferFormat.bytes(of: number, type.runtime) ?? [UInt8](repeating: 0, count: itemSize)
    }
    let start = range.lowerBound - first * itemSize
    return start == 0 && result.count == range.count ? result : Array(result.dropFirst(start).prefix(range.count))
  }

  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised) {
    let first = offset / itemSize
    let last = (offset + bytes.count + itemSize - 1) / itemSize
    guard last <= list.count else { return }
    var changed = try self.bytes(in: (first * itemSize)..<(last * itemSize))
    changed.replaceSubrange((offset - first * itemSize)..<(offset - first * itemSize + bytes.count), with: bytes)
    for index in first..<last {
      let start = (index - first) * itemSize
      let bits = changed[start..<(start + itemSize)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
      let value = bufferFormat.value(of: bits, type.runtime)
      if isText, case .int(let number) = value {
        list[index] = .object(type.runtime.string(codePoints: [UInt32(truncatingIfNeeded: number)]))
      } else {
        list[index] = value
      }
    }
  }
}

extension Runtime {
  func makeArrayModule() -> ModuleObject {
    let module = ModuleObject(self, name: "array")
    let type = TypeObject(self, module: "array", "array")
    defineArrayConstruction(type)
    defineArrayItems(type)
    defineArrayChanges(type)
    defineArrayBytes(type)
    defineArrayReduction(type, module)
    defineArrayOperators(type)
    type.defineAsUnhashable(self)
    defineTypeArguments(of: type)
    module.set(self, "array", .object(type))
    module.set(self, "ArrayType", .object(type))
    module.set(self, "typecodes", .object(string("bBuwhHiIlLqQfd")))
    return module
  }

  private func defineArrayConstruction(_ type: TypeObject) {
    type.defineConstructor(self, "*args, **kwargs") { (runtime, cls, arguments) throws(Raised) in
      if arguments.hasKeywords, !cls.isHeap { throw runtime.typeError("array.array() takes no keyword arguments") }
      if arguments.count == 0 { throw runtime.typeError("array() takes at least 1 argument (0 given)") }
      if arguments.count > 2 { throw runtime.typeError("array() takes at most 2 arguments (\(arguments.count) given)") }
      guard let code = arguments[0].string, code.length == 1 else {
        throw runtime.typeError(
          "array() argument 1 must be a unicode character, not \(runtime.givenName(arguments[0]))")
      }
      guard code.byteCount == 1, ArrayObject.itemSize(code.bytes[0]) != nil else {
        throw runtime.valueError("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)")
      }
      if code.bytes[0] == UInt8(ascii: "u") {
        try runtime.issueWarning(
          "The 'u' type code is deprecated and will be removed in Python 3.16", category: "DeprecationWarning")
      }
      let array = ArrayObject(type: cls, code: code.bytes[0], ListObject(runtime))
      if let source = arguments[1].defined { try runtime.fill(array, from: source) }
      return .object(array)
    }
  }

  private func fill(_ array: ArrayObject, from source: Value) throws(Raised) {
    if let text = source.string, !array.isText {
      throw typeError(
        "cannot use a \(typeName(.object(text))) to initialize an array with typecode '\(Unicode.Scalar(array.code))'")
    }
    if let kind = source.object?.kind, kind == .bytes || kind == .byteArray, let bytes = bytesLike(source) {
      return try appendBytes(bytes.copyBytes(), to: array)
    }
    try forEach(source) { (value) throws(Raised) in array.list.append(try element(value, of: array)) }
  }

  /// The value as the array keeps it.
  func element(_ value: Value, of array: ArrayObject) throws(Raised) -> Value {
    let code = Unicode.Scalar(array.code)
    switch code {
    case "d":
      if case .float = value { return value }
      return .float(try arrayFloat(value))
    case "f": return .float(Double(Float(try arrayFloat(value).withoutIdentity)))
    case "u", "w":
      guard let text = value.string, text.length == 1 else { throw typeError("array item must be unicode character") }
      return .object(plain(text))
    default: break
    }
    if case .float = value { throw typeError("'float' object cannot be interpreted as an integer") }
    let number = try integer(fromIndex: value)
    let isSigned = array.code >= 0x61
    if case .int(let small) = number {
      if array.holds(small) { return number }
    } else if !isSigned, array.itemSize == 8, let big = number.bigInt, UInt(exactly: big.value) != nil {
      return number
    }
    throw outOfRange(number, code)
  }

  private func arrayFloat(_ value: Value) throws(Raised) -> Double {
    guard let number = try doubleIfNumber(value) else { throw typeError("must be real number, not \(typeName(value))") }
    return number
  }

  private func outOfRange(_ number: Value, _ code: Unicode.Scalar) -> Raised {
    let isNegative: Bool
    if case .int(let small) = number { isNegative = small < 0 } else { isNegative = number.bigInt?.value.sign == .minus }
    let bound = isNegative ? "less than minimum" : "greater than maximum"
    switch code {
    case "b": return overflowError("signed char is \(bound)")
    case "B": return overflowError("unsigned byte integer is \(bound)")
    case "h": return overflowError("signed short integer is \(bound)")
    case "H": return overflowError("unsigned short is \(bound)")
    case "i": return overflowError("signed integer is \(bound)")
    case "I":
      return overflowError(isNegative ? "can't convert negative value to unsigned int" : "unsigned int is greater than maximum")
    case "l": return overflowError("Python int too large to convert to C long")
    case "L":
      return overflowError(
        isNegative ? "can't convert negative value to unsigned int" : "Python int too large to convert to C unsigned long")
    case "q": return overflowError("int too big to convert")
    default: return overflowError(isNegative ? "can't convert negative int to unsigned" : "int too big to convert")
    }
  }

  /// An array of the same kind with other elements.
  private func array(like array: ArrayObject, _ list: ListObject) -> Value {
    .object(ArrayObject(type: array.type.mro.first { !$0.isHeap } ?? array.type, code: array.code, list))
  }

  // MARK: Items

  func defineArrayMethod(
    _ type: TypeObject, _ name: String, _ signature: NativeSignature,
    _ body: @escaping (Runtime, ArrayObject, Arguments) throws(Raised) -> Value
  ) {
    type.define(self, name, signature) { (runtime, arguments) throws(Raised) in
      try body(runtime, unsafeDowncast(arguments.base[0].object.unsafelyUnwrapped, to: ArrayObject.self), arguments)
    }
  }

  private func arrayPosition(_ array: ArrayObject, _ key: Value, _ complaint: String) throws(Raised) -> Int {
    guard let (index, _) = try clampedIndex(key) else { throw typeError("array indices must be integers") }
    let position = index < 0 ? index &+ array.list.count : index
    guard position >= 0, position < array.list.count else { throw indexError(complaint) }
    return position
  }

  private func defineArrayItems(_ type: TypeObject) {
    defineArrayMethod(type, "__len__", "self, /") { (_, array, _) throws(Raised) in .int(array.list.count) }
    defineArrayMethod(type, "__iter__", "self, /") { (runtime, array, _) throws(Raised) in
      try runtime.iterate(.object(array.list))
    }
    defineArrayMethod(type, "__contains__", "self, key, /") { (runtime, array, arguments) throws(Raised) in
      .bool(try runtime.builtinContains(array.list, arguments[1]))
    }
    defineArrayMethod(type, "__getitem__", "self, key, /") { (runtime, array, arguments) throws(Raised) in
      let key = arguments.base[1]
      if case .int(let index) = key {
        let list = array.list
        let position = index < 0 ? index &+ list.count : index
        guard position >= 0, position < list.count else { throw runtime.indexError("array index out of range") }
        return list[position]
      }
      if key.slice != nil {
        let part = try runtime.getBuiltinItem(array.list, key)
        return runtime.array(like: array, part.list ?? ListObject(runtime))
      }
      return array.list[try runtime.arrayPosition(array, key, "array index out of range")]
    }
    defineArrayMethod(type, "__setitem__", "self, key, value, /") { (runtime, array, arguments) throws(Raised) in
      let key = arguments.base[1]
      if key.slice != nil {
        guard let other = arguments[2].object as? ArrayObject else {
          throw runtime.typeError("can only assign array (not \"\(runtime.typeName(arguments[2]))\") to array slice")
        }
        if other.code != array.code { throw runtime.typeError("bad argument type for built-in operation") }
        try runtime.checkSliceKeepsLength(array, key, other.list.count)
        try runtime.setBuiltinItem(array.list, key, .object(ListObject(runtime, other.list.array)))
        return .none
      }
      let position = try runtime.arrayPosition(array, key, "array assignment index out of range")
      let value = try runtime.element(arguments[2], of: array)
      if position < array.list.count { array.list[position] = value }
      return .none
    }
    defineArrayMethod(type, "__delitem__", "self, key, /") { (runtime, array, arguments) throws(Raised) in
      if arguments[1].slice != nil {
        try runtime.checkSliceKeepsLength(array, arguments[1], 0)
        try runtime.deleteBuiltinItem(array.list, arguments[1])
      } else {
        let position = try runtime.arrayPosition(array, arguments[1], "array assignment index out of range")
        try runtime.checkResizable(array)
        _ = array.list.remove(at: position)
      }
      return .none
    }
    defineArrayMethod(type, "index", "self, v, start=0, stop=9223372036854775807, /") { (runtime, array, arguments) throws(Raised) in
      var index = arguments[2].isUndefined ? 0 : try runtime.index(arguments[2])
      var stop = arguments[3].isUndefined ? Int.max : try runtime.index(arguments[3])
      if index < 0 { index = max(index + array.list.count, 0) }
      if stop < 0 { stop += array.list.count }
      while index < min(stop, array.list.count) {
        if try runtime.equals(array.list[index], arguments[1]) { return .int(index) }
        index += 1
      }
      throw runtime.valueError("array.index(x): x not in array")
    }
    defineArrayMethod(type, "count", "self, v, /") { (runtime, array, arguments) throws(Raised) in
      var (index, count) = (0, 0)
      while index < array.list.count {
        if try runtime.equals(array.list[index], arguments[1]) { count += 1 }
        index += 1
      }
      return .int(count)
    }
    type.defineMember(self, "typecode") { value in
      let array = unsafeDowncast(value.object.unsafelyUnwrapped, to: ArrayObject.self)
      return .object(array.type.runtime.character(array.code))
    }
    type.defineMember(self, "itemsize") {
      .int(unsafeDowncast($0.object.unsafelyUnwrapped, to: ArrayObject.self).itemSize)
    }
  }

  // MARK: Changes

  private func defineArrayChanges(_ type: TypeObject) {
    defineArrayMethod(type, "append", "self, v, /") { (runtime, array, arguments) throws(Raised) in
      let value = try runtime.element(arguments[1], of: array)
      try runtime.checkResizable(array)
      array.list.append(value)
      return .none
    }
    defineArrayMethod(type, "extend", "self, bb, /") { (runtime, array, arguments) throws(Raised) in
      try runtime.extend(array, with: arguments[1])
      return .none
    }
    defineArrayMethod(type, "fromlist", "self, list, /") { (runtime, array, arguments) throws(Raised) in
      guard let list = arguments[1].list else { throw runtime.typeError("arg must be list") }
      var values: [Value] = []
      for value in list.array { values.append(try runtime.element(value, of: array)) }
      if !values.isEmpty { try runtime.checkResizable(array) }
      array.list.append(contentsOf: values)
      return .none
    }
    defineArrayMethod(type, "insert", "self, i, v, /") { (runtime, array, arguments) throws(Raised) in
      let index = try runtime.index(arguments[1])
      let value = try runtime.element(arguments[2], of: array)
      try runtime.checkResizable(array)
      let count = array.list.count
      array.list.insert(value, at: index < 0 ? max(index + count, 0) : min(index, count))
      return .none
    }
    defineArrayMethod(type, "pop", "self, i=-1, /") { (runtime, array, arguments) throws(Raised) in
      if array.list.count == 0 { throw runtime.indexError("pop from empty array") }
      let key = arguments[1].isUndefined ? Value.int(-1) : arguments[1]
      let position = try runtime.arrayPosition(array, key, "pop index out of range")
      try runtime.checkResizable(array)
      return array.list.remove(at: position)
    }
    defineArrayMethod(type, "remove", "self, v, /") { (runtime, array, arguments) throws(Raised) in
      var index = 0
      while index < array.list.count {
        if try runtime.equals(array.list[index], arguments[1]) {
          try runtime.checkResizable(array)
          if index < array.list.count { _ = array.list.remove(at: index) }
          return .none
        }
        index += 1
      }
      throw runtime.valueError("array.remove(x): x not in array")
    }
    defineArrayMethod(type, "reverse", "self, /") { (_, array, _) throws(Raised) in
      array.list.reverse()
      return .none
    }
    defineArrayMethod(type, "clear", "self, /") { (runtime, array, _) throws(Raised) in
      if array.list.count > 0 { try runtime.checkResizable(array) }
      array.list.removeAll()
      return .none
    }
    defineArrayMethod(type, "tolist", "self, /") { (runtime, array, _) throws(Raised) in
      .object(ListObject(runtime, array.list.array))
    }
    for name in ["__copy__", "__deepcopy__"] {
      defineArrayMethod(type, name, "self, memo=None, /") { (runtime, array, _) throws(Raised) in
        runtime.array(like: array, ListObject(runtime, array.list.array))
      }
    }
  }

  private func extend(_ array: ArrayObject, with source: Value) throws(Raised) {
    if let other = source.object as? ArrayObject {
      if other.code != array.code { throw typeError("can only extend with array of same kind") }
      if other.list.count > 0 { try checkResizable(array) }
      return array.list.append(contentsOf: other.list.array)
    }
    try forEach(source) { (value) throws(Raised) in
      let value = try element(value, of: array)
      try checkResizable(array)
      array.list.append(value)
    }
  }

  fileprivate func checkResizable(_ array: ArrayObject) throws(Raised) {
    if array.exports > 0 { throw error("BufferError", "cannot resize an array that is exporting buffers") }
  }

  /// A slice of an array that memory views show can only be replaced by as many elements, and not by none.
  fileprivate func checkSliceKeepsLength(_ array: ArrayObject, _ key: Value, _ count: Int) throws(Raised) {
    guard array.exports > 0, let slice = key.slice else { return }
    let replaced = try sliceSpan(slice) { array.list.count }.count
    if count == 0 || count != replaced { try checkResizable(array) }
  }

  // MARK: Bytes

  private func defineArrayBytes(_ type: TypeObject) {
    for name in ["tobytes", "__bytes__"] {
      defineArrayMethod(type, name, "self, /") { (runtime, array, _) throws(Raised) in
        .object(BytesObject(type: runtime.types.bytes, try runtime.bytes(of: array)))
      }
    }
    defineArrayMethod(type, "frombytes", "self, buffer, /") { (runtime, array, arguments) throws(Raised) in
      let bytes = try runtime.bytesArgument(arguments[1])
      try runtime.appendBytes(bytes.copyBytes(), to: array)
      return .none
    }
    defineArrayMethod(type, "tofile", "self, f, /") { (runtime, array, arguments) throws(Raised) in
      let bytes = BytesObject(type: runtime.types.bytes, try runtime.bytes(of: array))
      _ = try runtime.callMethod(arguments[1], "write", [.object(bytes)])
      return .none
    }
    defineArrayMethod(type, "fromfile", "self, f, n, /") { (runtime, array, arguments) throws(Raised) in
      let count = try runtime.index(arguments[2])
      if count < 0 { throw runtime.valueError("negative count") }
      let (wanted, overflows) = count.multipliedReportingOverflow(by: array.itemSize)
      if overflows { throw runtime.error("MemoryError", []) }
      let read = try runtime.callMethod(arguments[1], "read", [.int(wanted)])
      guard let bytes = read.bytes?.copyBytes() else { throw runtime.typeError("read() didn't return bytes") }
      let whole = bytes.count - bytes.count % array.itemSize
      if bytes.count != wanted, whole != bytes.count {
        throw runtime.valueError("bytes length not a multiple of item size")
      }
      try runtime.appendBytes(bytes, to: array)
      if bytes.count != wanted { throw runtime.error("EOFError", "read() didn't return enough bytes") }
      return .none
    }
    defineArrayMethod(type, "buffer_info", "self, /") { (runtime, array, _) throws(Raised) in
      runtime.tuple([.int(runtime.identity(.object(array.list))), .int(array.list.count)])
    }
    defineArrayMethod(type, "byteswap", "self, /") { (runtime, array, _) throws(Raised) in
      let size = array.itemSize
      var bytes = try runtime.bytes(of: array)
      for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<(start + size)].reverse() }
      array.list.removeAll()
      try runtime.appendElements(bytes, to: array)
      return .none
    }
    defineArrayMethod(type, "tounicode", "self, /") { (runtime, array, _) throws(Raised) in
      if !array.isText { throw runtime.valueError("tounicode() may only be called on unicode type arrays ('u' or 'w')") }
      return .object(try runtime.join(runtime.names.empty, .object(array.list)))
    }
    defineArrayMethod(type, "fromunicode", "self, ustr, /") { (runtime, array, arguments) throws(Raised) in
      if !array.isText { throw runtime.valueError("fromunicode() may only be called on unicode type arrays ('u' or 'w')") }
      try runtime.extend(array, with: arguments[1])
      return .none
    }
  }

  /// The `struct` format of so many elements.
  private func format(of array: ArrayObject, _ count: Int) -> Value {
    let code = array.isText ? "I" : String(Unicode.Scalar(array.code))
    return .object(string("@\(count)\(code)"))
  }

  func bytes(of array: ArrayObject) throws(Raised) -> [UInt8] {
    let values: [Value] = array.list.array.map { value in
      guard let text = value.string else { return value }
      return .int(Int(text.codePoint(atByte: 0)))
    }
    let module = try importModule("struct", level: 0, globals: builtins)
    let packed = try call(try getAttribute(module, "pack"), [format(of: array, values.count)] + values)
    return packed.bytes?.copyBytes() ?? []
  }

  func appendBytes(_ bytes: [UInt8], to array: ArrayObject) throws(Raised) {
    let size = array.itemSize
    if bytes.count % size != 0 { throw valueError("bytes length not a multiple of item size") }
    if !bytes.isEmpty { try checkResizable(array) }
    try appendElements(bytes, to: array)
  }

  private func appendElements(_ bytes: [UInt8], to array: ArrayObject) throws(Raised) {
    let module = try importModule("struct", level: 0, globals: builtins)
    let data = Value.object(BytesObject(type: types.bytes, bytes))
    let values = try call(try getAttribute(module, "unpack"), format(of: array, bytes.count / array.itemSize), data)
    for value in values.tuple?.array ?? [] {
      if array.isText, case .int(let number) = value {
        array.list.append(.object(string(codePoints: [UInt32(truncatingIfNeeded: number)])))
      } else {
        array.list.append(value)
      }
    }
  }

  // MARK: Operators

  private func defineArrayOperators(_ type: TypeObject) {
    defineArrayMethod(type, "__add__", "self, value, /") { (runtime, array, arguments) throws(Raised) in
      guard let other = arguments[1].object as? ArrayObject else {
        throw runtime.typeError("can only append array (not \"\(runtime.typeName(arguments[1]))\") to array")
      }
      if other.code != array.code { throw runtime.typeError("bad argument type for built-in operation") }
      try runtime.checkAllocation(ofValues: array.list.count + other.list.count)
      return runtime.array(like: array, ListObject(runtime, array.list.array + other.list.array))
    }
    defineArrayMethod(type, "__iadd__", "self, value, /") { (runtime, array, arguments) throws(Raised) in
      guard arguments[1].object is ArrayObject else {
        throw runtime.typeError("can only extend with array (not \"\(runtime.typeName(arguments[1]))\")")
      }
      try runtime.extend(array, with: arguments[1])
      return arguments[0]
    }
    for name in ["__mul__", "__rmul__", "__imul__"] {
      defineArrayMethod(type, name, "self, value, /") { (runtime, array, arguments) throws(Raised) in
        let times = try runtime.repetitionCount(arguments[1])
        if name == "__imul__" {
          if times != 1, array.list.count > 0 { try runtime.checkResizable(array) }
          try runtime.repeatInPlace(array.list, times)
          return arguments[0]
        }
        let copy = ListObject(runtime, array.list.array)
        try runtime.repeatInPlace(copy, times)
        return runtime.array(like: array, copy)
      }
    }
    for op in ComparisonOperator.rich {
      defineArrayMethod(type, op.methodName, "self, value, /") { (runtime, array, arguments) throws(Raised) in
        guard let other = arguments[1].object as? ArrayObject else { return .notImplemented }
        return try runtime.builtInComparison(op, .object(array.list), .object(other.list))
      }
    }
    defineArrayMethod(type, "__repr__", "self, /") { (runtime, array, _) throws(Raised) in
      let code = Unicode.Scalar(array.code)
      if array.list.count == 0 { return .object(runtime.string("\(array.type.name)('\(code)')")) }
      let content: StringObject
      if array.isText {
        content = try runtime.repr(.object(try runtime.join(runtime.names.empty, .object(array.list))))
      } else {
        content = try runtime.repr(.object(array.list))
      }
      var builder = TextBuilder(capacity: content.byteCount + 16)
      builder.append(array.type.name)
      builder.append("('")
      builder.append(byte: array.code)
      builder.append("', ")
      builder.append(string: content)
      builder.append(byte: UInt8(ascii: ")"))
      return .object(builder.finish(runtime))
    }
  }
}
