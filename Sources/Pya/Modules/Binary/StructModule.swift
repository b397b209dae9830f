/// `struct`: values as bytes.
final class StructObject: Object {
  let format: StructFormat
  let text: StringObject

  init(type: TypeObject, _ text: StringObject, _ format: StructFormat) {
    self.text = text
    self.format = format
    super.init(type: type, kind: .other)
  }
}

private final class StructState {
  let error: TypeObject
  /// Formats seen before, by their text.
  var formats: [[UInt8]: StructFormat] = [:]
  /// The text used last, a literal of the program most often, and its format.
  var recentText: StringObject?
  var recentFormat: StructFormat?

  init(error: TypeObject) { self.error = error }
}

extension Runtime {
  /// An exception type of a module, derived from a built-in one.
  func makeModuleException(_ name: String, module: String, base: String = "Exception") -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: name, bases: [exceptionTypes[base] ?? types.baseException],
      instanceKind: .exception, isHeap: false)
    type.moduleName = module
    type.construct = { (runtime, cls, arguments) throws(Raised) in try runtime.constructException(cls, arguments) }
    return type
  }

  private var structState: StructState {
    attachment(StructState.self) { StructState(error: makeModuleException("error", module: "struct")) }
  }

  private func structError(_ message: String) -> Raised {
    Raised(makeException(structState.error, [.object(string(message))]))
  }

  func makeStructModule() -> ModuleObject {
    let module = ModuleObject(self, name: "struct")
    module.set(self, "error", .object(structState.error))
    module.define(self, "calcsize", "format, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.structFormat(arguments[0]).size)
    }
    module.define(self, "pack", "*values") { (runtime, arguments) throws(Raised) in
      if arguments.count == 0 { throw runtime.typeError("missing format argument") }
      let format = try runtime.structFormat(arguments[0])
      return try runtime.structPack(format, arguments.base + 1, arguments.count - 1)
    }
    module.define(self, "unpack", "format, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpack(try runtime.structFormat(arguments[0]), arguments[1])
    }
    module.define(self, "unpack_from", "format, /, buffer, offset=0") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpackFrom(try runtime.structFormat(arguments[0]), arguments[1], arguments[2])
    }
    module.define(self, "pack_into", "*values") { (runtime, arguments) throws(Raised) in
      if arguments.count == 0 { throw runtime.typeError("missing format argument") }
      try runtime.structPackInto(try runtime.structFormat(arguments[0]), Array(arguments.positional.dropFirst()))
      return .none
    }
    module.define(self, "iter_unpack", "format, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structIterate(try runtime.structFormat(arguments[0]), arguments[1])
    }
    module.set(self, "Struct", .object(makeStructType()))
    return module
  }

  private func makeStructType() -> TypeObject {
    let type = TypeObject(
      self, metatype: types.type, name: "Struct", bases: [types.object], instanceKind: .other, isHeap: false)
    type.moduleName = "_struct"
    type.messageName = "_struct.Struct"
    type.defineConstructor(self, "format") { (runtime, cls, arguments) throws(Raised) in
      let format = try runtime.structFormat(arguments[0])
      let text = arguments[0].string ?? runtime.string(runtime.bytesLike(arguments[0]) ?? [])
      return .object(StructObject(type: cls, text, format))
    }
    type.define(self, "pack", "self, *values") { (runtime, arguments) throws(Raised) in
      try runtime.structPack(arguments[0].structObject.format, arguments.base + 1, arguments.count - 1)
    }
    type.define(self, "unpack", "self, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpack(arguments[0].structObject.format, arguments[1])
    }
    type.define(self, "unpack_from", "self, /, buffer, offset=0") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpackFrom(arguments[0].structObject.format, arguments[1], arguments[2])
    }
    type.define(self, "pack_into", "self, *values") { (runtime, arguments) throws(Raised) in
      try runtime.structPackInto(arguments[0].structObject.format, Array(arguments.positional.dropFirst()))
      return .none
    }
    type.define(self, "iter_unpack", "self, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structIterate(arguments[0].structObject.format, arguments[1])
    }
    type.defineMember(self, "size") { .int($0.structObject.format.size) }
    type.defineMember(self, "format") { .object($0.structObject.text) }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let text = try runtime.repr(.object(arguments[0].structObject.text)).text
      return .object(runtime.string("Struct(\(text))"))
    }
    return type
  }

  private func structFormat(_ value: Value) throws(Raised) -> StructFormat {
    let state = structState
    if let text = value.string, let recent = state.recentText, text === recent, let format = state.recentFormat { return format }
    guard let text = value.string?.copyBytes() ?? bytesLike(value) else {
      throw typeError("Struct() argument 1 must be a str or bytes object, not \(givenName(value))")
    }
    defer {
      state.recentText = value.string
      state.recentFormat = state.formats[text]
    }
    if let known = state.formats[text] { return known }
    let format: StructFormat
    do { format = try StructFormat(text) } catch {
      switch error {
      case .badCharacter: throw structError("bad char in struct format")
      case .noCode: throw structError("repeat count given without format specifier")
      case .tooLong: throw structError("total struct size too long")
      }
    }
    if state.formats.count > 200 { state.formats = [:] }
    state.formats[text] = format
    return format
  }

  private func buffer(_ value: Value) throws(Raised) -> [UInt8] {
    if let bytes = bytesLike(value) { return bytes }
    throw typeError("a bytes-like object is required, not '\(typeName(value))'")
  }

  // MARK: Packing

  private func structPack(_ format: StructFormat, _ values: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) -> Value {
    if count != format.valueCount {
      throw structError("pack expected \(format.valueCount) items for packing (got \(count))")
    }
    try checkAllocation(format.size)
    var bytes = [UInt8](repeating: 0, count: format.size)
    var next = 0
    for item in format.items {
      if item.code == UInt8(ascii: "s") || item.code == UInt8(ascii: "p") {
        try pack(text: values[next], item, into: &bytes)
        next += 1
        continue
      }
      for index in 0..<item.count {
        try pack(values[next], item, at: item.offset + index * item.width, format.isBigEndian, into: &bytes)
        next += 1
      }
    }
    return .object(BytesObject(type: types.bytes, bytes))
  }

  private func pack(text: Value, _ item: StructFormat.Item, into bytes: inout [UInt8]) throws(Raised) {
    guard let source = bytesLike(text) else {
      throw structError("argument for '\(Unicode.Scalar(item.code))' must be a bytes object")
    }
    var place = item.offset
    var room = item.count
    if item.code == UInt8(ascii: "p") {
      if room == 0 { return }
      room -= 1
      bytes[place] = UInt8(min(source.count, room, 255))
      place += 1
    }
    for (index, byte) in source.prefix(room).enumerated() { bytes[place + index] = byte }
  }

  private func pack(
    _ value: Value, _ item: StructFormat.Item, at place: Int, _ isBigEndian: Bool, into bytes: inout [UInt8]
  ) throws(Raised) {
    let bits: UInt64
    switch Unicode.Scalar(item.code) {
    case "c":
      guard let source = bytesLike(value), source.count == 1 else {
        throw structError("char format requires a bytes object of length 1")
      }
      bits = UInt64(source[0])
    case "?": bits = try isTrue(value) ? 1 : 0
    case "e", "f", "d": bits = try floatBits(value, item.code)
    default: bits = try integerBits(value, item)
    }
    for index in 0..<item.width {
      let shift = UInt64(8 * (isBigEndian ? item.width - 1 - index : index))
      bytes[place + index] = UInt8(truncatingIfNeeded: bits >> shift)
    }
  }

  private func floatBits(_ value: Value, _ code: UInt8) throws(Raised) -> UInt64 {
    guard let number = try? doubleIfNumber(value) else { throw structError("required argument is not a float") }
    switch Unicode.Scalar(code) {
    case "d": return number.bitPattern
    case "f":
      let single = Float(number)
      if single.isInfinite, number.isFinite { throw overflowError("float too large to pack with f format") }
      return UInt64(single.bitPattern)
    default:
      guard let half = HalfFloat.bits(of: number) else { throw overflowError("float too large to pack with e format") }
      return UInt64(half)
    }
  }

  private func integerBits(_ value: Value, _ item: StructFormat.Item) throws(Raised) -> UInt64 {
    if case .int(let number) = value, item.code != UInt8(ascii: "P"), item.width < 8 {
      let bound = 1 << (item.width * 8 - 1)
      if item.code >= 0x61 ? number >= -bound && number < bound : number >= 0 && number < bound * 2 {
        return UInt64(bitPattern: Int64(number))
      }
    }
    guard try clampedIndex(value) != nil else { throw structError("required argument is not an integer") }
    let isSigned = item.code >= 0x61 && item.code != UInt8(ascii: "P")
    let width = UInt64(item.width * 8)
    let number = try integer(fromIndex: value)
    if case .int(let number) = number {
      if item.width == 8, isSigned || number >= 0 { return UInt64(bitPattern: Int64(number)) }
      if item.code == UInt8(ascii: "P") { return UInt64(bitPattern: Int64(number)) }
      if isSigned {
        let bound = 1 << (width - 1)
        if number >= -bound, number < bound { return UInt64(bitPattern: Int64(number)) }
      } else if item.width < 8, number >= 0, number < 1 << width {
        return UInt64(number)
      }
    } else if !isSigned, item.width == 8, let big = number.bigInt, let bits = UInt(exactly: big.value) {
      return UInt64(bits)
    }
    if item.code == UInt8(ascii: "P") { throw structError("int too large to convert") }
    let low = isSigned ? "-\(UInt64(1) << (width - 1))" : "0"
    let high = isSigned ? UInt64(1) << (width - 1) - 1 : width == 64 ? .max : UInt64(1) << width - 1
    throw structError("'\(Unicode.Scalar(item.code))' format requires \(low) <= number <= \(high)")
  }

  private func structPackInto(_ format: StructFormat, _ arguments: [Value]) throws(Raised) {
    if arguments.isEmpty { throw typeError("pack_into expected buffer argument") }
    guard let target = WritableBuffer(arguments[0], self) else {
      throw typeError("read-write bytes-like object expected, not \(typeName(arguments[0]))")
    }
    if arguments.count < 2 { throw typeError("pack_into expected offset argument") }
    var values = Array(arguments.dropFirst(2))
    if values.count != format.valueCount {
      throw structError("pack_into expected \(format.valueCount) items for packing (got \(values.count))")
    }
    var offset = try index(arguments[1])
    let length = target.count
    if offset < 0 {
      if offset + format.size > 0 { throw structError("no space to pack \(format.size) bytes at offset \(offset)") }
      if offset + length < 0 { throw structError("offset \(offset) out of range for \(length)-byte buffer") }
      offset += length
    }
    if length - offset < format.size {
      throw structError(
        "pack_into requires a buffer of at least \(UInt(format.size) + UInt(offset)) bytes for packing \(format.size) bytes at offset "
          + "\(offset) (actual buffer size is \(length))")
    }
    let made: Result<Value, Raised> = values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress ?? UnsafeMutablePointer(bitPattern: 16) else { return .success(.none) }
      do throws(Raised) { return .success(try structPack(format, base, values.count)) } catch { return .failure(error) }
    }
    let packed: [UInt8]
    switch made {
    case .success(let value): packed = value.bytes?.bytes ?? []
    case .failure(let raised): throw raised
    }
    guard target.count >= offset + packed.count else { return }
    try target.store(packed, at: offset)
  }

  // MARK: Unpacking

  private func structUnpack(_ format: StructFormat, _ source: Value) throws(Raised) -> Value {
    let bytes = try buffer(source)
    if bytes.count != format.size { throw structError("unpack requires a buffer of \(format.size) bytes") }
    return structUnpack(format, bytes, at: 0)
  }

  private func structUnpackFrom(_ format: StructFormat, _ source: Value, _ place: Value) throws(Raised) -> Value {
    let bytes = try buffer(source)
    var offset = place.isUndefined ? 0 : try index(place)
    if offset < 0 {
      if offset + format.size > 0 {
        throw structError("not enough data to unpack \(format.size) bytes at offset \(offset)")
      }
      if offset + bytes.count < 0 {
        throw structError("offset \(offset) out of range for \(bytes.count)-byte buffer")
      }
      offset += bytes.count
    }
    if bytes.count - offset < format.size {
      throw structError(
        "unpack_from requires a buffer of at least \(UInt(format.size) + UInt(offset)) bytes for unpacking \(format.size) bytes at offset "
          + "\(offset) (actual buffer size is \(bytes.count))")
    }
    return structUnpack(format, bytes, at: offset)
  }

  private func structIterate(_ format: StructFormat, _ source: Value) throws(Raised) -> Value {
    let bytes = try buffer(source)
    if format.size == 0 { throw structError("cannot iteratively unpack with a struct of length 0") }
    if bytes.count % format.size != 0 {
      throw structError("iterative unpacking requires a buffer of a multiple of \(format.size) bytes")
    }
    var offset = 0
    return .object(
      ClosureIterator(type: types.iterators["unpack_iterator"]) { (runtime) throws(Raised) in
        guard offset < bytes.count else { return .undefined }
        defer { offset += format.size }
        return runtime.structUnpack(format, bytes, at: offset)
      })
  }

  private func structUnpack(_ format: StructFormat, _ bytes: [UInt8], at start: Int) -> Value {
    var values: [Value] = []
    values.reserveCapacity(format.valueCount)
    for item in format.items {
      let place = start + item.offset
      switch Unicode.Scalar(item.code) {
      case "s":
        values.append(.object(BytesObject(type: types.bytes, Array(bytes[place..<(place + item.count)]))))
      case "p":
        let length = item.count == 0 ? 0 : min(Int(bytes[place]), item.count - 1)
        let text = item.count == 0 ? [] : Array(bytes[(place + 1)..<(place + 1 + length)])
        values.append(.object(BytesObject(type: types.bytes, text)))
      default:
        for index in 0..<item.count {
          values.append(unpack(item, bytes, at: place + index * item.width, format.isBigEndian))
        }
      }
    }
    return tuple(values)
  }

  private func unpack(_ item: StructFormat.Item, _ bytes: [UInt8], at place: Int, _ isBigEndian: Bool) -> Value {
    var bits: UInt64 = 0
    for index in 0..<item.width {
      bits = bits << 8 | UInt64(bytes[place + (isBigEndian ? index : item.width - 1 - index)])
    }
    switch Unicode.Scalar(item.code) {
    case "c": return .object(BytesObject(type: types.bytes, [bytes[place]]))
    case "?": return .bool(bits != 0)
    case "e": return .float(HalfFloat.number(of: UInt16(truncatingIfNeeded: bits)))
    case "f": return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case "d": return .float(Double(bitPattern: bits))
    case "B", "H", "I", "L", "Q", "N", "P": return Int(exactly: bits).map { .int($0) } ?? integer(BigInt(bits))
    default:
      let unused = UInt64(64 - 8 * item.width)
      return .int(Int(Int64(bitPattern: bits << unused) >> Int64(unused)))
    }
  }
}

extension Value {
  fileprivate var structObject: StructObject { unsafeDowncast(object.unsafelyUnwrapped, to: StructObject.self) }
}
