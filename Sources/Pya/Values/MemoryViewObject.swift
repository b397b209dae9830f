/// A `memoryview`: elements of one format in the bytes of a `bytes` or `bytearray`, or of an exporter, in one dimension; `shape` shows
/// contiguous ones in several.
final class MemoryViewObject: Object {
  /// Nil once released.
  private(set) var source: Object?
  let format: ElementFormat
  /// Where the first element lies, how many there are, and how far apart they are, in bytes.
  let start: Int
  let count: Int
  let stride: Int
  let isReadOnly: Bool
  /// The lengths in all dimensions; nil for one.
  let shape: [Int]?

  init(
    _ runtime: Runtime, _ source: Object, format: ElementFormat = .unsignedByte, start: Int, count: Int, stride: Int,
    isReadOnly: Bool, shape: [Int]? = nil
  ) {
    self.source = source
    self.format = format
    self.start = start
    self.count = count
    self.stride = stride
    self.isReadOnly = isReadOnly
    self.shape = shape
    super.init(type: runtime.memoryViewType, kind: .other)
    countExport(1)
  }

  deinit { release() }

  /// The array and the place in it where the bytes lie side by side; nil: they do not, or lie elsewhere.
  var span: ByteSpan? {
    guard let source, isContiguous, source.kind == .bytes || source.kind == .byteArray else { return nil }
    let bytes = unsafeDowncast(source, to: BytesObject.self).bytes
    let length = count * format.size
    guard start >= 0, start + length <= bytes.count else { return nil }
    return ByteSpan(array: bytes, start: start, count: length)
  }

  func release() {
    countExport(-1)
    source = nil
  }

  private func countExport(_ change: Int) {
    guard let source else { return }
    if source.kind == .byteArray {
      unsafeDowncast(source, to: BytesObject.self).exports += change
    } else if source.kind == .other, let exporter = source as? any BufferExporter {
      exporter.exports += change
    }
  }

  var isContiguous: Bool { stride == format.size || count <= 1 }

  private var sourceCount: Int {
    guard let source else { return 0 }
    if source.kind == .other, let exporter = source as? any BufferExporter { return exporter.byteCount }
    return unsafeDowncast(source, to: BytesObject.self).bytes.count
  }

  /// Where an element lies; nil when the array behind it has shrunk.
  func offset(_ index: Int) -> Int? {
    let offset = start + index * stride
    guard source != nil, offset >= 0, offset + format.size <= sourceCount else { return nil }
    return offset
  }

  func element(_ index: Int) -> ArraySlice<UInt8>? {
    guard let source, let offset = offset(index) else { return nil }
    let range = offset..<(offset + format.size)
    if source.kind == .other, let exporter = source as? any BufferExporter {
      do throws(Raised) { return try exporter.bytes(in: range)[...] } catch { return nil }
    }
    return unsafeDowncast(source, to: BytesObject.self).bytes[range]
  }

  override func elementPlace(at position: Int) -> UnsafeMutablePointer<Value>? {
    guard let index = byteIndex(at: position), let array = byteSource else { return nil }
    return machineOfType.pointee.byteValues + Int(array[index])
  }

  override func storeElement(_ value: Value, at position: Int) -> Bool {
    guard !isReadOnly, let index = byteIndex(at: position), let array = byteSource else { return false }
    return array.storeElement(value, at: index)
  }

  /// The object whose bytes it shows.
  private var byteSource: BytesObject? {
    guard let source, source.kind == .bytes || source.kind == .byteArray else { return nil }
    return unsafeDowncast(source, to: BytesObject.self)
  }

  /// Where the byte lies that is the element at a position; nil: the elements are no numbers of one byte, or there is none.
  private func byteIndex(at position: Int) -> Int? {
    guard format == .unsignedByte, shape == nil, let array = byteSource else { return nil }
    let number = position < 0 ? position &+ count : position
    guard number >= 0, number < count else { return nil }
    let index = start &+ number &* stride
    return index >= 0 && index < array.count ? index : nil
  }

  /// Overwrites bytes behind the view.
  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised) {
    guard let source else { return }
    if source.kind == .other, let exporter = source as? any BufferExporter { return try exporter.store(bytes, at: offset) }
    unsafeDowncast(source, to: BytesObject.self).bytes.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
  }

  /// The elements' bytes side by side.
  var bytes: [UInt8] {
    guard let source else { return [] }
    if isContiguous, count > 0 {
      let end = start + count * format.size
      if end > sourceCount { return [] }
      if source.kind == .other, let exporter = source as? any BufferExporter {
        do throws(Raised) { return try exporter.bytes(in: start..<end) } catch { return [] }
      }
      return Array(unsafeDowncast(source, to: BytesObject.self).bytes[start..<end])
    }
    var result: [UInt8] = []
    result.reserveCapacity(count * format.size)
    for index in 0..<count { if let element = element(index) { result += element } }
    return result
  }
}

/// Bytes that lie in an array.
struct ByteSpan {
  let array: [UInt8]
  let start: Int
  let count: Int

  init(array: [UInt8], start: Int, count: Int) {
    self.array = array
    self.start = start
    self.count = count
  }

  init(_ array: [UInt8]) { self.init(array: array, start: 0, count: array.count) }

  /// Shows the bytes for the time of `body`.
  @inline(__always)
  func withBytes<Outcome>(_ body: (UnsafeBufferPointer<UInt8>) -> Outcome) -> Outcome {
    array.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<(start + count)])) }
  }
}

/// How `struct` calls an element of native size.
enum ElementFormat: String {
  case unsignedByte = "B"
  case signedByte = "b"
  case character = "c"
  case bool = "?"
  case short = "h"
  case unsignedShort = "H"
  case int = "i"
  case unsignedInt = "I"
  case long = "l"
  case unsignedLong = "L"
  case longLong = "q"
  case unsignedLongLong = "Q"
  case size = "n"
  case unsignedSize = "N"
  case float = "f"
  case double = "d"

  var size: Int {
    switch self {
    case .unsignedByte, .signedByte, .character, .bool: 1
    case .short, .unsignedShort: 2
    case .int, .unsignedInt, .float: 4
    case .long, .unsignedLong, .longLong, .unsignedLongLong, .size, .unsignedSize, .double: 8
    }
  }

  var isByte: Bool { size == 1 && self != .bool }

  var isSigned: Bool {
    switch self {
    case .signedByte, .short, .int, .long, .longLong, .size: true
    default: false
    }
  }

  func value(of bytes: ArraySlice<UInt8>, _ runtime: Runtime) -> Value {
    var bits: UInt64 = 0
    for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
    switch self {
    case .character: return .object(BytesObject(type: runtime.types.bytes, Array(bytes)))
    case .bool: return .bool(bits != 0)
    case .float: return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case .double: return .float(Double(bitPattern: bits))
    default:
      if isSigned {
        let unused = 64 - size * 8
        return .int(Int(truncatingIfNeeded: Int64(bitPattern: bits << UInt64(unused)) >> Int64(unused)))
      }
      return bits <= UInt64(Int.max) ? .int(Int(bits)) : runtime.integer(BigInt(bits))
    }
  }
}

private final class MemoryViewType {
  let type: TypeObject

  init(_ runtime: Runtime) {
    type = TypeObject(
      runtime, metatype: runtime.types.type, name: "memoryview", bases: [runtime.types.object], instanceKind: .other,
      isHeap: false)
    type.isFinal = true
  }
}

extension Runtime {
  var memoryViewType: TypeObject { attachment(MemoryViewType.self) { MemoryViewType(self) }.type }
}
