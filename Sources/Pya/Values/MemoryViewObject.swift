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
    MemoryViewObject.count(source, 1)
  }

  deinit { release() }

  /// The object and the place in it where the bytes lie side by side; nil: they do not, or lie elsewhere.
  var span: ByteSpan? {
    guard isContiguous, let array = byteSource else { return nil }
    let length = count * format.size
    guard start >= 0, start + length <= array.count else { return nil }
    return ByteSpan(array, offset: start, count: length)
  }

  func release() {
    guard let released = source else { return }
    source = nil
    MemoryViewObject.count(released, -1)
  }

  private static func count(_ source: Object, _ change: Int) {
    if source.kind == .byteArray {
      unsafeDowncast(source, to: BytesObject.self).exports += change
    } else if source.kind == .other, let exporter = source as? any BufferExporter {
      exporter.exports += change
      if exporter.exports == 0 { exporter.lastViewIsGone() }
    }
  }

  var isContiguous: Bool { stride == format.size || count <= 1 }

  private var sourceCount: Int {
    guard let source else { return 0 }
    if source.kind == .other, let exporter = source as? any BufferExporter { return exporter.byteCount }
    return unsafeDowncast(source, to: BytesObject.self).count
  }

  /// Where an element lies; nil when the array behind it has shrunk.
  func offset(_ index: Int) -> Int? {
    let offset = start + index * stride
    guard source != nil, offset >= 0, offset + format.size <= sourceCount else { return nil }
    return offset
  }

  /// The bits of an element, its first byte lowest; nil: the array behind it has shrunk.
  func bits(_ index: Int) -> UInt64? {
    guard let source, let offset = offset(index) else { return nil }
    var bits: UInt64 = 0
    if let array = byteSource {
      for place in 0..<format.size { bits |= UInt64(array[offset + place]) << UInt64(8 * place) }
    } else if let exporter = source as? any BufferExporter {
      do throws(Raised) {
        for byte in try exporter.bytes(in: offset..<(offset + format.size)).reversed() { bits = bits << 8 | UInt64(byte) }
      } catch { return nil }
    }
    return bits
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
    guard let array = byteSource, offset + bytes.count <= array.count else { return }
    for (index, byte) in bytes.enumerated() { array[offset + index] = byte }
  }

  /// The elements' bytes side by side.
  var bytes: [UInt8] {
    guard let source else { return [] }
    if let span { return span.copyBytes() }
    if isContiguous, count > 0 {
      let end = start + count * format.size
      guard end <= sourceCount, let exporter = source as? any BufferExporter else { return [] }
      do throws(Raised) { return try exporter.bytes(in: start..<end) } catch { return [] }
    }
    var result: [UInt8] = []
    result.reserveCapacity(count * format.size)
    for index in 0..<count {
      guard let bits = bits(index) else { continue }
      for place in 0..<format.size { result.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * place))) }
    }
    return result
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

  /// The value that an element's bits stand for.
  func value(of bits: UInt64, _ runtime: Runtime) -> Value {
    switch self {
    case .character: return .object(BytesObject(type: runtime.types.bytes, count: 1) { $0[0] = UInt8(truncatingIfNeeded: bits) })
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
