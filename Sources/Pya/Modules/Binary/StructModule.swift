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
  @exclusivity(unchecked) var formats: [[UInt8]: StructFormat] = [:]
  /// The texts used last, literals of the program most often, and their formats.
  @exclusivity(unchecked) private var recent: [(text: StringObject, format: StructFormat)] = []
  private var nextPlace = 0

  /// The format of a text used lately.
  @inline(__always)
  func known(_ text: Unmanaged<Object>) -> StructFormat? {
    for index in recent.indices where Unmanaged.passUnretained(recent[index].text).toOpaque() == text.toOpaque() {
      return recent[index].format
    }
    return nil
  }

  func remember(_ text: StringObject, _ format: StructFormat) {
    if recent.count < 8 { return recent.append((text, format)) }
    recent[nextPlace] = (text, format)
    nextPlace = (nextPlace + 1) & 7
  }

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
      return .object(try runtime.structPack(format, arguments.base + 1, arguments.count - 1))
    }
    module.define(self, "unpack", "format, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpack(try runtime.structFormat(arguments[0]), arguments[1])
    }
    module.define(self, "unpack_from", "format, /, buffer, offset=0") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpackFrom(try runtime.structFormat(arguments[0]), arguments[1], arguments[2])
    }
    module.define(self, "pack_into", "*values") { (runtime, arguments) throws(Raised) in
      if arguments.count == 0 { throw runtime.typeError("missing format argument") }
      try runtime.structPackInto(try runtime.structFormat(arguments[0]), arguments.base + 1, arguments.count - 1)
      return .none
    }
    module.define(self, "iter_unpack", "format, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structIterate(try runtime.structFormat(arguments[0]), arguments[1])
    }
    module.set(self, "Struct", .object(makeStructType()))
    return module
  }

  private func makeStructType() -> TypeObject {
    let type = TypeObject(self, module: "_struct", "Struct")
    type.defineConstructor(self, "format") { (runtime, cls, arguments) throws(Raised) in
      let format = try runtime.structFormat(arguments[0])
      let text = arguments[0].string ?? runtime.repairedString(runtime.bytesLike(arguments[0])?.copyBytes() ?? [])
      return .object(StructObject(type: cls, text, format))
    }
    type.define(self, "pack", "self, *values") { (runtime, arguments) throws(Raised) in
      .object(try runtime.structPack(arguments[0].structObject.format, arguments.base + 1, arguments.count - 1))
    }
    type.define(self, "unpack", "self, buffer, /") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpack(arguments[0].structObject.format, arguments[1])
    }
    type.define(self, "unpack_from", "self, /, buffer, offset=0") { (runtime, arguments) throws(Raised) in
      try runtime.structUnpackFrom(arguments[0].structObject.format, arguments[1], arguments[2])
    }
    type.define(self, "pack_into", "self, *values") { (runtime, arguments) throws(Raised) in
      try runtime.structPackInto(arguments[0].structObject.format, arguments.base + 1, arguments.count - 1)
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
    if let held = value.uncounted, let format = state.known(held) { return format }
    guard let text = value.string?.copyBytes() ?? bytesLike(value)?.copyBytes() else {
      throw typeError("Struct() argument 1 must be a str or bytes object, not \(givenName(value))")
    }
    if let known = state.formats[text] {
      if let text = value.string { state.remember(text, known) }
      return known
    }
    if let text = value.string, !text.isASCII { _ = try encode(text, encoding: "ascii", errors: "strict") }
    if text.contains(0) { throw structError("embedded null character") }
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
    if let text = value.string { state.remember(text, format) }
    return format
  }

  private func buffer(_ value: Value) throws(Raised) -> ByteSpan {
    if let bytes = bytesNow(value) { return bytes }
    throw noBuffer(value)
  }

  private func noBuffer(_ value: Value) -> Raised { typeError("a bytes-like object is required, not '\(typeName(value))'") }

  // MARK: Packing

  private func structPack(
    _ format: StructFormat, _ values: UnsafeMutablePointer<Value>, _ count: Int
  ) throws(Raised) -> BytesObject {
    if count != format.valueCount {
      throw structError("pack expected \(format.valueCount) items for packing (got \(count))")
    }
    try checkAllocation(format.size)
    let made = BytesObject(type: types.bytes, zeros: format.size)
    var next = values
    for item in format.items {
      if item.form == .text || item.form == .counted {
        try pack(text: next.pointee, item, into: made)
        next += 1
        continue
      }
      var place = item.offset
      for _ in 0..<item.count {
        let word: UInt64
        if let plain = plainBits(next.number, item) {
          word = plain
        } else {
          word = try bits(of: next.pointee, item, isNative: format.isNative)
        }
        made.store(word, item.width, format.isBigEndian, at: place)
        place += item.width
        next += 1
      }
    }
    return made
  }

  private func pack(text: Value, _ item: StructFormat.Item, into made: BytesObject) throws(Raised) {
    guard let source = bytesLike(text) else {
      throw structError("argument for '\(Unicode.Scalar(item.code))' must be a bytes object")
    }
    var place = item.offset
    var room = item.count
    if item.code == UInt8(ascii: "p") {
      if room == 0 { return }
      room -= 1
      made[place] = UInt8(min(source.count, room, 255))
      place += 1
    }
    source.withContent { source in
      for index in 0..<min(room, source.count) { made[place + index] = source[index] }
    }
  }

  /// What stands for an int or float, as a rule; nil: the value must be looked at more closely, or is none.
  @inline(__always)
  private func plainBits(_ number: Value, _ item: StructFormat.Item) -> UInt64? {
    switch number {
    case .int(let number):
      switch item.form {
      case .signed, .unsigned: return item.range.contains(number) ? UInt64(bitPattern: Int64(number)) : nil
      case .double: return Double(number).bitPattern
      default: return nil
      }
    case .float(let number):
      if item.form == .double { return number.withoutIdentity.bitPattern }
      guard item.form == .float else { return nil }
      let single = Float(number.withoutIdentity)
      return single.isInfinite && number.isFinite ? nil : UInt64(single.bitPattern)
    default: return nil
    }
  }

  private func bits(of value: Value, _ item: StructFormat.Item, isNative: Bool) throws(Raised) -> UInt64 {
    switch item.form {
    case .character:
      guard let source = bytesLike(value), source.count == 1 else {
        throw structError("char format requires a bytes object of length 1")
      }
      return UInt64(source[0])
    case .bool: return try isTrue(value) ? 1 : 0
    case .half, .float, .double: return try floatBits(value, item.code, isNative: isNative)
    default: return try integerBits(value, item)
    }
  }

  private func floatBits(_ value: Value, _ code: UInt8, isNative: Bool) throws(Raised) -> UInt64 {
    guard let number = (try? doubleIfNumber(value))?.withoutIdentity else { throw structError("required argument is not a float") }
    switch Unicode.Scalar(code) {
    case "d": return number.bitPattern
    case "f":
      let single = Float(number)
      if !isNative, single.isInfinite, number.isFinite { throw overflowError("float too large to pack with f format") }
      return UInt64(single.bitPattern)
    default:
      guard let half = HalfFloat.bits(of: number) else { throw overflowError("float too large to pack with e format") }
      return UInt64(half)
    }
  }

  private func integerBits(_ value: Value, _ item: StructFormat.Item) throws(Raised) -> UInt64 {
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

  /// The buffer, the offset and the values are `count` arguments.
  private func structPackInto(_ format: StructFormat, _ arguments: UnsafeMutablePointer<Value>, _ count: Int) throws(Raised) {
    if count == 0 { throw structError("pack_into expected buffer argument") }
    guard let target = WritableBuffer(arguments[0], self) else {
      throw typeError("argument must be read-write bytes-like object, not \(typeName(arguments[0]))")
    }
    if count < 2 { throw structError("pack_into expected offset argument") }
    if count - 2 != format.valueCount {
      throw structError("pack_into expected \(format.valueCount) items for packing (got \(count - 2))")
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
    let packed = try structPack(format, arguments + 2, count - 2)
    guard target.count >= offset + packed.count else { return }
    try target.store(ByteSpan(packed), at: offset)
  }

  // MARK: Unpacking

  private func structUnpack(_ format: StructFormat, _ source: Value) throws(Raised) -> Value {
    let bytes = try buffer(source)
    if bytes.count != format.size { throw structError("unpack requires a buffer of \(format.size) bytes") }
    return structUnpack(format, bytes, at: 0)
  }

  private func structUnpackFrom(_ format: StructFormat, _ source: Value, _ place: Value) throws(Raised) -> Value {
    var bytes = try buffer(source)
    var offset = 0
    if !place.isUndefined {
      offset = try index(place)
      // The program's `__index__` may have made a bytearray shorter.
      if bytes.owner.kind == .byteArray { bytes = try buffer(source) }
    }
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
    guard let bytes = bytesLike(source) else { throw noBuffer(source) }
    if format.size == 0 { throw structError("cannot iteratively unpack with a struct of length 0") }
    if bytes.count % format.size != 0 {
      throw structError("iterative unpacking requires a buffer of a multiple of \(format.size) bytes")
    }
    return .object(UnpackIterator(self, format, bytes))
  }

  /// The values from a place on, from where on there are as many bytes as the format takes.
  fileprivate func structUnpack(_ format: StructFormat, _ bytes: ByteSpan, at start: Int) -> Value {
    if format.valueCount == 0 { return tuple([]) }
    return bytes.withContent { bytes in
      let memory = UnsafeBufferPointer(rebasing: bytes[start..<(start + format.size)])
      return .object(TupleObject(self, count: format.valueCount) { structUnpack(format, memory, into: $0) })
    }
  }

  /// Initialises as many places as the format has values.
  private func structUnpack(_ format: StructFormat, _ bytes: UnsafeBufferPointer<UInt8>, into places: UnsafeMutablePointer<Value>) {
    var next = places
    for item in format.items {
      if item.form == .text || item.form == .counted {
        var span = item.offset..<(item.offset + item.count)
        if item.form == .counted, item.count > 0 {
          span = (item.offset + 1)..<(item.offset + 1 + min(Int(bytes[item.offset]), item.count - 1))
        }
        next.initialize(to: .object(BytesObject(type: types.bytes, UnsafeBufferPointer(rebasing: bytes[span]))))
        next += 1
        continue
      }
      guard item.count > 0, let base = bytes.baseAddress else { continue }
      var place = UnsafeRawPointer(base + item.offset)
      for _ in 0..<item.count {
        next.initialize(to: unpacked(item, place.bits(item.width, format.isBigEndian)))
        place += item.width
        next += 1
      }
    }
  }

  @inline(__always)
  private func unpacked(_ item: StructFormat.Item, _ bits: UInt64) -> Value {
    switch item.form {
    case .signed:
      let unused = UInt64(64 - 8 * item.width)
      return .int(Int(Int64(bitPattern: bits << unused) >> Int64(unused)))
    case .unsigned, .pointer: return bits <= UInt64(Int.max) ? .int(Int(bits)) : integer(BigInt(bits))
    case .double: return .float(Double(bitPattern: bits))
    case .float: return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case .half: return .float(HalfFloat.number(of: UInt16(truncatingIfNeeded: bits)))
    case .bool: return .bool(bits != 0)
    case .character, .text, .counted:
      return .object(BytesObject(type: types.bytes, count: 1) { $0[0] = UInt8(truncatingIfNeeded: bits) })
    }
  }
}

/// `iter_unpack`.
private final class UnpackIterator: IteratorObject {
  private let format: StructFormat
  private let bytes: ByteSpan
  private var offset = 0

  init(_ runtime: Runtime, _ format: StructFormat, _ bytes: ByteSpan) {
    self.format = format
    self.bytes = bytes
    super.init(type: runtime.types.iterators["unpack_iterator"])
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    guard offset < bytes.count else { return .undefined }
    let place = offset
    offset += format.size
    return runtime.structUnpack(format, bytes, at: place)
  }
}

extension UnsafeRawPointer {
  /// The number of 1, 2, 4 or 8 bytes here.
  @inline(__always)
  fileprivate func bits(_ width: Int, _ isBigEndian: Bool) -> UInt64 {
    switch width {
    case 1: return UInt64(load(as: UInt8.self))
    case 2:
      let word = loadUnaligned(as: UInt16.self)
      return UInt64(isBigEndian ? word.bigEndian : word.littleEndian)
    case 4:
      let word = loadUnaligned(as: UInt32.self)
      return UInt64(isBigEndian ? word.bigEndian : word.littleEndian)
    default:
      let word = loadUnaligned(as: UInt64.self)
      return isBigEndian ? word.bigEndian : word.littleEndian
    }
  }
}

extension BytesObject {
  /// Stores the lowest 1, 2, 4 or 8 bytes of a number.
  @inline(__always)
  fileprivate func store(_ bits: UInt64, _ width: Int, _ isBigEndian: Bool, at place: Int) {
    let bytes = UnsafeMutableRawPointer(start)
    switch width {
    case 1: self[place] = UInt8(truncatingIfNeeded: bits)
    case 2:
      let word = UInt16(truncatingIfNeeded: bits)
      bytes.storeBytes(of: isBigEndian ? word.bigEndian : word.littleEndian, toByteOffset: place, as: UInt16.self)
    case 4:
      let word = UInt32(truncatingIfNeeded: bits)
      bytes.storeBytes(of: isBigEndian ? word.bigEndian : word.littleEndian, toByteOffset: place, as: UInt32.self)
    default: bytes.storeBytes(of: isBigEndian ? bits.bigEndian : bits.littleEndian, toByteOffset: place, as: UInt64.self)
    }
  }
}

extension Value {
  fileprivate var structObject: StructObject { unsafeDowncast(object.unsafelyUnwrapped, to: StructObject.self) }
}
