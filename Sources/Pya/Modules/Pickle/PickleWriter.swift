/// Writes values as a pickle: `Pickler.dump`, instruction for instruction as CPython writes them.
///
/// Here are the values of built-in types; `PickleWriter+Objects` writes everything else.
struct PickleWriter: ~Copyable {
  /// What a pickler of the program brings; undefined where nothing.
  struct Hooks {
    var persistentID = Value.undefined
    var reducerOverride = Value.undefined
    var dispatchTable: Value = .undefined
    var usesOldNames = true
  }

  let runtime: Runtime
  let memo: PickleMemo
  let version: Int
  let hooks: Hooks
  let support: PickleSupport
  let registered: DictObject?
  var output = PickleOutput()

  static let batchSize = 1000

  init(_ runtime: Runtime, _ memo: PickleMemo, version: Int, _ hooks: Hooks) {
    self.runtime = runtime
    self.memo = memo
    self.version = version
    self.hooks = hooks
    support = runtime.pickleSupport
    registered = runtime.objectReduction.registered
  }

  var isBinary: Bool { version >= 1 }

  mutating func write(_ value: Value) throws(Raised) -> [UInt8] {
    if version >= 2 {
      output.put(PickleCode.proto, UInt64(version), 1)
      output.hasFrames = version >= 4
    }
    try save(value)
    output.put(PickleCode.stop)
    output.closeFrame()
    return output.contents
  }

  // MARK: Values

  mutating func save(_ value: Value) throws(Raised) {
    output.beginValue()
    if !hooks.persistentID.isUndefined, try savePersistently(value) { return }
    try saveContent(value)
  }

  mutating func saveContent(_ value: Value) throws(Raised) {
    switch value {
    case .none: output.put(PickleCode.none)
    case .bool(let flag):
      if version >= 2 { output.put(flag ? PickleCode.newTrue : PickleCode.newFalse) } else { output.put(flag ? "I01\n" : "I00\n") }
    case .int(let number): save(number)
    case .float(let number):
      if isBinary {
        output.put(PickleCode.binFloat, number.withoutIdentity.bitPattern.byteSwapped, 8)
      } else {
        output.put("F\(try runtime.repr(value).text)\n")
      }
    case .object(let object): try save(object)
    case .ellipsis, .notImplemented, .undefined: try saveForeign(value)
    }
  }

  private mutating func save(_ object: Object) throws(Raised) {
    if object.kind == .bigInt { return try saveLong(unsafeDowncast(object, to: BigIntObject.self).value) }
    let address = address(of: object)
    let number = memo.number(of: address)
    if number >= 0 { return get(number) }
    let types: BuiltinTypes = runtime.types
    switch object.kind {
    case .string where object.isExactly(types.str): save(unsafeDowncast(object, to: StringObject.self), address)
    case .bytes where object.isExactly(types.bytes): try save(unsafeDowncast(object, to: BytesObject.self), address)
    default:
      try runtime.enter(" while pickling an object")
      defer { runtime.leave() }
      switch object.kind {
      case .list where object.isExactly(types.list): try save(unsafeDowncast(object, to: ListObject.self))
      case .dict where object.isExactly(types.dict): try save(unsafeDowncast(object, to: DictObject.self))
      case .tuple where object.isExactly(types.tuple): try save(unsafeDowncast(object, to: TupleObject.self))
      case .set where object.isExactly(types.set): try save(unsafeDowncast(object, to: SetObject.self))
      case .set where object.isExactly(types.frozenset): try saveFrozen(unsafeDowncast(object, to: SetObject.self))
      case .byteArray where object.isExactly(types.bytearray): try saveArray(unsafeDowncast(object, to: BytesObject.self))
      default: try saveForeign(.object(object))
      }
    }
  }

  /// What stands for an object in the memo. Texts and bytes that CPython keeps only one of are the same object here too.
  private func address(of object: Object) -> UInt {
    switch object.kind {
    case .string where object.isExactly(runtime.types.str):
      let text = unsafeDowncast(object, to: StringObject.self)
      if text.byteCount == 0 { return 1 << 4 }
      if text.byteCount == 2, text.bytes[0] == 0xC2 || text.bytes[0] == 0xC3 {
        return (UInt(text.bytes[0]) << 8 | UInt(text.bytes[1])) << 4
      }
    case .bytes where object.isExactly(runtime.types.bytes):
      let bytes = unsafeDowncast(object, to: BytesObject.self)
      if bytes.count == 0 { return 2 << 4 }
      if bytes.count == 1 { return (0x100 + UInt(bytes[0])) << 4 }
    default: break
    }
    return UInt(bitPattern: object.address)
  }

  // MARK: The memo

  mutating func memoize(_ value: Value, address: UInt) {
    let number = memo.count
    memo.add(value, address: address)
    if version >= 4 {
      output.put(PickleCode.memoize)
    } else if !isBinary {
      output.put("p\(number)\n")
    } else if number < 256 {
      output.put(PickleCode.binPut, UInt64(number), 1)
    } else {
      output.put(PickleCode.longBinPut, UInt64(number), 4)
    }
  }

  mutating func memoize(_ object: Object) { memoize(.object(object), address: UInt(bitPattern: object.address)) }

  mutating func get(_ number: Int) {
    if !isBinary {
      output.put("g\(number)\n")
    } else if number < 256 {
      output.put(PickleCode.binGet, UInt64(number), 1)
    } else {
      output.put(PickleCode.longBinGet, UInt64(number), 4)
    }
  }

  // MARK: Numbers

  private mutating func save(_ number: Int) {
    guard number >= -0x8000_0000, number <= 0x7FFF_FFFF else { return saveLong(number) }
    if !isBinary { return output.put("I\(number)\n") }
    let bits = UInt64(truncatingIfNeeded: number)
    if number >= 0, number <= 0xFF {
      output.put(PickleCode.binInt1, bits, 1)
    } else if number >= 0, number <= 0xFFFF {
      output.put(PickleCode.binInt2, bits, 2)
    } else {
      output.put(PickleCode.binInt, bits, 4)
    }
  }

  private mutating func saveLong(_ number: Int) {
    if version < 2 { return output.put("L\(number)L\n") }
    let width = (number < 0 ? ~number : number).bitWidth - (number < 0 ? ~number : number).leadingZeroBitCount
    let size = width / 8 + 1
    output.put(PickleCode.long1, UInt64(size), 1)
    withUnsafeBytes(of: number.littleEndian) {
      output.put(UnsafeBufferPointer(rebasing: $0.bindMemory(to: UInt8.self)[..<size]))
    }
  }

  private mutating func saveLong(_ number: BigInt) throws(Raised) {
    if version < 2 { return output.put("L\(String(decoding: try runtime.integerText(number), as: UTF8.self))L\n") }
    let isNegative = number.sign == .minus
    // Two's complement of a negative number is the complement of its magnitude less one.
    let magnitude = isNegative ? number.magnitude - 1 : number.magnitude
    let size = magnitude.bitWidth / 8 + 1
    var bytes: [UInt8] = []
    for word in magnitude.words { for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt(byte * 8))) } }
    while bytes.count < size { bytes.append(0) }
    bytes.removeLast(bytes.count - size)
    if isNegative { for index in bytes.indices { bytes[index] = ~bytes[index] } }
    bytes.withUnsafeBufferPointer {
      if size < 256 {
        output.put(PickleCode.long1, UInt64(size), 1, $0)
      } else {
        output.put(PickleCode.long4, UInt64(size), 4, $0)
      }
    }
  }

  // MARK: Texts and bytes

  /// A text that nothing else refers to, even if it was written before.
  mutating func saveAnew(_ text: StringObject) { save(text, 0) }

  mutating func save(_ text: StringObject) {
    let address = address(of: text)
    let number = memo.number(of: address)
    if number >= 0 { get(number) } else { save(text, address) }
  }

  private mutating func save(_ text: StringObject, _ address: UInt) {
    if isBinary {
      let size = UInt64(text.byteCount)
      if version >= 4, size <= 0xFF {
        output.put(PickleCode.shortBinUnicode, size, 1, text.utf8)
      } else if size <= 0xFFFF_FFFF {
        output.put(PickleCode.binUnicode, size, 4, text.utf8)
      } else {
        output.put(PickleCode.binUnicode8, size, 8, text.utf8)
      }
    } else {
      output.put(PickleCode.unicode)
      putRaw(text)
      output.put(10)
    }
    memoize(.object(text), address: address)
  }

  /// Latin-1, with everything else and what would end the line as `\u` escapes.
  private mutating func putRaw(_ text: StringObject) {
    var offset = 0
    while offset < text.byteCount {
      let (character, width) = decodeUTF8(text.bytes + offset)
      offset += width
      switch character {
      case 0, 10, 13, 0x1A, 0x5C, 0x100...0xFFFF: putEscape("\\u", character, 4)
      case 0x10000...: putEscape("\\U", character, 8)
      default: output.put(UInt8(truncatingIfNeeded: character))
      }
    }
  }

  private mutating func putEscape(_ prefix: String, _ character: UInt32, _ digits: Int) {
    let text = String(character, radix: 16)
    output.put(prefix + String(repeating: "0", count: digits - text.count) + text)
  }

  private mutating func save(_ bytes: BytesObject, _ address: UInt) throws(Raised) {
    guard version >= 3 else { return try saveOldBytes(bytes) }
    let size = UInt64(bytes.count)
    bytes.withContent {
      if size <= 0xFF {
        output.put(PickleCode.shortBinBytes, size, 1, $0)
      } else if size <= 0xFFFF_FFFF {
        output.put(PickleCode.binBytes, size, 4, $0)
      } else {
        output.put(PickleCode.binBytes8, size, 8, $0)
      }
    }
    memoize(.object(bytes), address: address)
  }

  /// Before protocol 3 there were no bytes: they are text to be encoded.
  private mutating func saveOldBytes(_ bytes: BytesObject) throws(Raised) {
    if bytes.count == 0 {
      return try saveReduced(.object(bytes), [.object(runtime.types.bytes), runtime.tuple([])])
    }
    var text: [UInt8] = []
    for byte in ByteSpan(bytes) { text.appendUTF8(UInt32(byte)) }
    let codecs = try runtime.importModule("_codecs", level: 0, globals: runtime.builtins)
    try saveReduced(
      .object(bytes),
      [
        try runtime.getAttribute(codecs, "encode"),
        runtime.tuple([.object(runtime.string(text)), .object(runtime.intern("latin1"))]),
      ])
  }

  private mutating func saveArray(_ array: BytesObject) throws(Raised) {
    if version >= 5 {
      array.withContent { output.put(PickleCode.byteArray8, UInt64($0.count), 8, $0) }
      return memoize(array)
    }
    let content = array.count == 0 ? [] : [Value.object(array.withContent { BytesObject(type: runtime.types.bytes, $0) })]
    try saveReduced(.object(array), [.object(runtime.types.bytearray), runtime.tuple(content)])
  }

  // MARK: Containers

  private mutating func save(_ tuple: TupleObject) throws(Raised) {
    if tuple.count == 0 {
      if isBinary { output.put(PickleCode.emptyTuple) } else { output.put("(t") }
      return
    }
    let isShort = tuple.count <= 3 && version >= 2
    if !isShort { output.put(PickleCode.mark) }
    for index in 0..<tuple.count { try save(tuple[index]) }
    let number = memo.number(of: UInt(bitPattern: tuple.address))
    if number >= 0 {
      // It contains itself, and is known by now.
      if isShort || !isBinary {
        for _ in 0..<tuple.count + (isShort ? 0 : 1) { output.put(PickleCode.pop) }
      } else {
        output.put(PickleCode.popMark)
      }
      return get(number)
    }
    output.put(isShort ? PickleCode.tuple1 + UInt8(tuple.count - 1) : PickleCode.tuple)
    memoize(tuple)
  }

  private mutating func save(_ list: ListObject) throws(Raised) {
    if isBinary { output.put(PickleCode.emptyList) } else { output.put("(l") }
    memoize(list)
    if list.count == 0 { return }
    if !isBinary || list.count == 1 {
      var index = 0
      while index < list.count {
        try save(list[index])
        output.put(PickleCode.append)
        index += 1
      }
      return
    }
    var index = 0
    repeat {
      let end = index + PickleWriter.batchSize
      output.put(PickleCode.mark)
      while index < min(end, list.count) {
        try save(list[index])
        index += 1
      }
      output.put(PickleCode.appends)
    } while index < list.count
  }

  private mutating func save(_ dict: DictObject) throws(Raised) {
    if isBinary { output.put(PickleCode.emptyDict) } else { output.put("(d") }
    memoize(dict)
    try saveItems(of: dict)
  }

  mutating func saveItems(of dict: DictObject) throws(Raised) {
    let count = dict.count
    if count == 0 { return }
    var index = 0
    var done = 0
    repeat {
      done = 0
      let isBatch = isBinary && count > 1
      if isBatch { output.put(PickleCode.mark) }
      while index < dict.used, done < PickleWriter.batchSize {
        let place = index
        index += 1
        if dict.entries[place].key.isUndefined { continue }
        let value = dict.entries[place].value
        try save(dict.entries[place].key)
        try save(value)
        if !isBatch { output.put(PickleCode.setItem) }
        done += 1
        if dict.count != count { throw runtime.runtimeError("dictionary changed size during iteration") }
      }
      if isBatch { output.put(PickleCode.setItems) }
    } while done == PickleWriter.batchSize
  }

  private mutating func save(_ set: SetObject) throws(Raised) {
    if version < 4 { return try saveOldSet(set) }
    output.put(PickleCode.emptySet)
    memoize(set)
    let elements = set.elements
    if elements.isEmpty { return }
    var index = 0
    var done = 0
    repeat {
      done = 0
      output.put(PickleCode.mark)
      while index < elements.count, done < PickleWriter.batchSize {
        try save(elements[index])
        index += 1
        done += 1
      }
      output.put(PickleCode.addItems)
      if set.count != elements.count { throw runtime.runtimeError("set changed size during iteration") }
    } while done == PickleWriter.batchSize
  }

  private mutating func saveFrozen(_ set: SetObject) throws(Raised) {
    if version < 4 { return try saveOldSet(set) }
    output.put(PickleCode.mark)
    for element in set.elements { try save(element) }
    let number = memo.number(of: UInt(bitPattern: set.address))
    if number >= 0 {
      output.put(PickleCode.popMark)
      return get(number)
    }
    output.put(PickleCode.frozenSet)
    memoize(set)
  }

  private mutating func saveOldSet(_ set: SetObject) throws(Raised) {
    let elements = Value.object(ListObject(runtime, set.elements))
    try saveReduced(.object(set), [.object(set.type), runtime.tuple([elements])])
  }
}
