/// Writes values as JSON.
struct JSONWriter: ~Copyable {
  struct Options {
    var skipsKeys = false
    var isASCII = true
    var checksCircles = true
    var allowsNaN = true
    var sortsKeys = false
    /// One level of indentation; nil: everything on one line.
    var indent: [UInt8]?
    var itemSeparator: [UInt8] = Array(", ".utf8)
    var keySeparator: [UInt8] = Array(": ".utf8)
    /// Called for what is not JSON; undefined: nothing is.
    var fallback = Value.undefined
  }

  private let runtime: Runtime
  private let options: Options
  private var builder = TextBuilder(capacity: 256)
  /// The containers being written, by address.
  private var open: Set<Int> = []
  private var level = 0

  init(_ runtime: Runtime, _ options: Options) {
    self.runtime = runtime
    self.options = options
  }

  mutating func finish() -> StringObject { builder.finish(runtime) }

  mutating func write(_ value: Value) throws(Raised) {
    switch value {
    case .int(let number): builder.append(integer: number)
    case .float(let number): try write(number)
    case .bool(let flag): builder.append(flag ? "true" : "false")
    case .none: builder.append("null")
    case .object(let object): try write(object)
    case .ellipsis, .notImplemented, .undefined: try writeForeign(value)
    }
  }

  private mutating func write(_ object: Object) throws(Raised) {
    switch object.kind {
    case .string: write(unsafeDowncast(object, to: StringObject.self))
    case .list, .tuple: try writeArray(object)
    case .dict: try writeDict(unsafeDowncast(object, to: DictObject.self))
    case .bigInt: builder.append(try runtime.integerText(unsafeDowncast(object, to: BigIntObject.self).value))
    case .intInstance: try write(Value.object(object).plainNumber)
    case .floatInstance:
      if case .float(let number) = Value.object(object).plainNumber { try write(number) }
    default: try writeForeign(.object(object))
    }
  }

  private mutating func write(_ number: Double) throws(Raised) {
    if number.isFinite { return builder.append(float: number) }
    let name = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    if !options.allowsNaN {
      throw runtime.valueError(
        "Out of range float values are not JSON compliant: \(try runtime.repr(.float(number)).text)")
    }
    builder.append(name)
  }

  private mutating func writeForeign(_ value: Value) throws(Raised) {
    if options.fallback.isUndefined {
      throw runtime.typeError("Object of type \(runtime.type(of: value).name) is not JSON serializable")
    }
    try enter(value)
    defer { runtime.leave() }
    try write(try runtime.call(options.fallback, value))
    leave(value)
  }

  // MARK: Nesting

  private mutating func enter(_ value: Value) throws(Raised) {
    try runtime.enter(" while encoding a JSON object")
    guard options.checksCircles, case .object(let object) = value else { return }
    if !open.insert(object.address).inserted {
      runtime.leave()
      throw runtime.valueError("Circular reference detected")
    }
  }

  private mutating func leave(_ value: Value) {
    if options.checksCircles, case .object(let object) = value { open.remove(object.address) }
  }

  private mutating func beginLine() {
    guard let indent = options.indent else { return }
    builder.append(byte: 10)
    for _ in 0..<level { builder.append(indent) }
  }

  // MARK: Containers

  private mutating func writeArray(_ object: Object) throws(Raised) {
    let value = Value.object(object)
    // A class of the program may say itself what its elements are.
    if object.type.isHeap, let own = object.type.lookup(runtime.intern("__iter__")),
      !own.isIdentical(to: (object.kind == .list ? runtime.types.list : runtime.types.tuple).lookup(runtime.intern("__iter__")) ?? .undefined)
    {
      return try writeArray(TupleObject(runtime, try runtime.array(value)))
    }
    let count =
      object.kind == .list
      ? unsafeDowncast(object, to: ListObject.self).count : unsafeDowncast(object, to: TupleObject.self).count
    if count == 0 { return builder.append("[]") }
    try enter(value)
    defer { runtime.leave() }
    builder.append(byte: UInt8(ascii: "["))
    level += 1
    beginLine()
    var index = 0
    while true {
      if object.kind == .list {
        // The program's `default` may shorten the list.
        let list = unsafeDowncast(object, to: ListObject.self)
        guard index < list.count else { break }
        if index > 0 { separate() }
        try write(list[index])
      } else {
        guard index < count else { break }
        if index > 0 { separate() }
        try write(unsafeDowncast(object, to: TupleObject.self)[index])
      }
      index += 1
    }
    level -= 1
    beginLine()
    builder.append(byte: UInt8(ascii: "]"))
    leave(value)
  }

  private mutating func separate() {
    builder.append(options.itemSeparator)
    beginLine()
  }

  private mutating func writeDict(_ dict: DictObject) throws(Raised) {
    if dict.count == 0 { return builder.append("{}") }
    if dict.type.isHeap, let own = dict.type.lookup(runtime.intern("items")),
      !own.isIdentical(to: runtime.types.dict.lookup(runtime.intern("items")) ?? .undefined)
    {
      return try writeItems(of: dict)
    }
    try enter(.object(dict))
    defer { runtime.leave() }
    builder.append(byte: UInt8(ascii: "{"))
    level += 1
    var isFirst = true
    if !options.sortsKeys, options.fallback.isUndefined {
      // Nothing runs meanwhile that could change the dictionary.
      for index in 0..<dict.used {
        let key = dict.entries[index].key
        if key.isUndefined { continue }
        try writeEntry(key, dict.entries[index].value, &isFirst)
      }
    } else {
      let entries = dict.liveEntries
      var order = entries.indices.map { Value.int($0) }
      if options.sortsKeys { try runtime.sort(&order, keys: entries.map(\.key)) }
      for place in order {
        guard case .int(let index) = place else { continue }
        try writeEntry(entries[index].key, entries[index].value, &isFirst)
      }
    }
    level -= 1
    if !isFirst { beginLine() }
    builder.append(byte: UInt8(ascii: "}"))
    leave(.object(dict))
  }

  /// A dictionary of a class of the program that says itself what its items are.
  private mutating func writeItems(of dict: DictObject) throws(Raised) {
    try enter(.object(dict))
    defer { runtime.leave() }
    var items = try runtime.array(try runtime.callMethod(.object(dict), "items", []))
    var isFirst = true
    builder.append(byte: UInt8(ascii: "{"))
    level += 1
    if options.sortsKeys { try runtime.sort(&items, keys: items.map { $0.tuple?[0] ?? $0 }) }
    for item in items {
      guard let pair = item.tuple, pair.count == 2 else { throw runtime.valueError("items must return 2-tuples") }
      try writeEntry(pair[0], pair[1], &isFirst)
    }
    level -= 1
    if !isFirst { beginLine() }
    builder.append(byte: UInt8(ascii: "}"))
    leave(.object(dict))
  }

  private mutating func writeEntry(_ key: Value, _ value: Value, _ isFirst: inout Bool) throws(Raised) {
    let name = key.string
    if name == nil, !isNumberOrConstant(key) {
      if options.skipsKeys { return }
      throw runtime.typeError("keys must be str, int, float, bool or None, not \(runtime.type(of: key).name)")
    }
    if isFirst { beginLine() } else { separate() }
    isFirst = false
    if let name {
      write(name)
    } else {
      builder.append(byte: 0x22)
      try write(key)
      builder.append(byte: 0x22)
    }
    builder.append(options.keySeparator)
    try write(value)
  }

  private func isNumberOrConstant(_ key: Value) -> Bool {
    switch key {
    case .int, .float, .bool, .none: return true
    case .object(let object): return object.kind == .bigInt || object.kind == .intInstance || object.kind == .floatInstance
    default: return false
    }
  }

  // MARK: Strings

  private mutating func write(_ text: StringObject) { builder.append(jsonString: text, isASCII: options.isASCII) }
}

extension TextBuilder {
  /// A string in double quotes.
  mutating func append(jsonString text: StringObject, isASCII: Bool) {
    append(byte: 0x22)
    let bytes = text.bytes
    let end = text.byteCount
    var index = 0
    while index < end {
      let start = index
      if isASCII {
        while index < end, bytes[index] &- 0x20 < 0x5F, bytes[index] != 0x22, bytes[index] != 0x5C { index &+= 1 }
      } else {
        while index < end, bytes[index] >= 0x20, bytes[index] != 0x22, bytes[index] != 0x5C { index &+= 1 }
      }
      if index > start { append(bytes + start, index &- start, isASCII: isASCII || text.isASCII) }
      if index == end { break }
      let byte = bytes[index]
      if byte < 0x80 {
        append(jsonEscape: byte)
        index &+= 1
      } else {
        let (character, width) = decodeUTF8(bytes + index)
        if character >= 0x10000 {
          append(jsonUnit: 0xD800 | (character - 0x10000) >> 10)
          append(jsonUnit: 0xDC00 | (character - 0x10000) & 0x3FF)
        } else {
          append(jsonUnit: character)
        }
        index &+= width
      }
    }
    append(byte: 0x22)
  }

  private mutating func append(jsonEscape byte: UInt8) {
    switch byte {
    case 0x22: append("\\\"")
    case 0x5C: append("\\\\")
    case 8: append("\\b")
    case 12: append("\\f")
    case 10: append("\\n")
    case 13: append("\\r")
    case 9: append("\\t")
    default: append(jsonUnit: UInt32(byte))
    }
  }

  private mutating func append(jsonUnit value: UInt32) {
    append("\\u")
    append(hex: value, digits: 4)
  }
}
