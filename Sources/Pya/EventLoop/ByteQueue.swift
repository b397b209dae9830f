#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes that wait to be read: added at the end, taken from the front.
final class ByteQueue {
  private var memory: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var start = 0
  private(set) var count = 0

  init() {
    capacity = 1024
    memory = .allocate(capacity: capacity)
  }

  deinit { memory.deallocate() }

  var isEmpty: Bool { count == 0 }

  /// The bytes, until the next change.
  var front: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory + start, count: count) }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    makeRoom(bytes.count)
    (memory + start + count).update(from: source, count: bytes.count)
    count += bytes.count
  }

  private func makeRoom(_ more: Int) {
    if start + count + more <= capacity { return }
    if count + more <= capacity / 2 {
      memory.update(from: memory + start, count: count)
    } else {
      var larger = capacity * 2
      while larger < count + more { larger *= 2 }
      let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
      moved.update(from: memory + start, count: count)
      memory.deallocate()
      memory = moved
      capacity = larger
    }
    start = 0
  }

  /// Forgets bytes at the front.
  func drop(_ number: Int) {
    start += number
    count -= number
    if count == 0 {
      start = 0
      // What one large message needed is not kept for ever.
      if capacity > 1 << 18 {
        memory.deallocate()
        capacity = 1024
        memory = .allocate(capacity: capacity)
      }
    }
  }

  func removeAll() { drop(count) }

  /// Takes bytes from the front.
  func take(_ number: Int, _ runtime: Runtime) -> BytesObject {
    let taken = BytesObject(type: runtime.types.bytes, UnsafeBufferPointer(start: memory + start, count: number))
    drop(number)
    return taken
  }

  /// Where some bytes are found first at or after an offset.
  func firstIndex(of wanted: UnsafeBufferPointer<UInt8>, from offset: Int) -> Int? {
    guard let first = wanted.first, let start = wanted.baseAddress, offset + wanted.count <= count else { return nil }
    let base = memory + self.start
    var index = offset
    let last = count - wanted.count
    while index <= last {
      guard let found = memchr(base + index, Int32(first), last - index + 1) else { return nil }
      let position = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      if wanted.count == 1 || memcmp(found, start, wanted.count) == 0 { return position }
      index = position + 1
    }
    return nil
  }
}
