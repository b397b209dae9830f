#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a pickle being written. From protocol 4 on they come in frames, whose length stands in front of them.
struct PickleOutput: ~Copyable {
  private var bytes: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int
  /// Where the open frame's header lies; -1: none is open.
  private var frameStart = -1
  var hasFrames = false

  private static let headerSize = 9
  /// A frame this long ends before the next value; bytes and text this long stand outside of frames.
  static let frameTarget = 64 * 1024
  private static let shortestFrame = 4

  init() {
    capacity = 256
    bytes = .obtain(capacity)
  }

  deinit { bytes.relinquish() }

  var contents: [UInt8] {
    Array(unsafeUninitializedCapacity: count) { memory, made in
      if count > 0, let base = memory.baseAddress { memcpy(base, bytes, count) }
      made = count
    }
  }

  /// Room for so many more bytes, in a frame where frames are wanted.
  @inline(__always)
  private mutating func room(_ added: Int) -> UnsafeMutablePointer<UInt8> {
    if hasFrames, frameStart < 0 { openFrame() }
    if count &+ added > capacity { grow(count + added) }
    let place = bytes + count
    count &+= added
    return place
  }

  @inline(never)
  private mutating func grow(_ needed: Int) {
    let larger = max(needed, capacity * 2)
    guard let memory = realloc(bytes, larger) else { fatalError("pya: out of memory") }
    bytes = memory.assumingMemoryBound(to: UInt8.self)
    capacity = larger
  }

  // MARK: Frames

  @inline(never)
  private mutating func openFrame() {
    frameStart = count
    count += PickleOutput.headerSize
    if count > capacity { grow(count) }
  }

  /// Before each value.
  @inline(__always)
  mutating func beginValue() {
    if frameStart >= 0, count &- frameStart >= PickleOutput.frameTarget + PickleOutput.headerSize { closeFrame() }
  }

  mutating func closeFrame() {
    guard frameStart >= 0 else { return }
    let length = count - frameStart - PickleOutput.headerSize
    if length >= PickleOutput.shortestFrame {
      bytes[frameStart] = PickleCode.frame
      store(UInt64(length), 8, at: bytes + frameStart + 1)
    } else {
      memmove(bytes + frameStart, bytes + frameStart + PickleOutput.headerSize, length)
      count -= PickleOutput.headerSize
    }
    frameStart = -1
  }

  // MARK: Bytes

  @inline(__always)
  private func store(_ number: UInt64, _ size: Int, at place: UnsafeMutablePointer<UInt8>) {
    for index in 0..<size { place[index] = UInt8(truncatingIfNeeded: number >> UInt64(index * 8)) }
  }

  @inline(__always)
  mutating func put(_ code: UInt8) { room(1)[0] = code }

  /// A code, and a number of `size` bytes, the lowest first.
  @inline(__always)
  mutating func put(_ code: UInt8, _ number: UInt64, _ size: Int) {
    let place = room(1 &+ size)
    place[0] = code
    store(number, size, at: place + 1)
  }

  mutating func put(_ source: UnsafeBufferPointer<UInt8>) {
    guard let base = source.baseAddress, source.count > 0 else { return }
    memcpy(room(source.count), base, source.count)
  }

  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { put($0) }
  }

  /// A code with the length, and the bytes themselves; long ones outside of the frames.
  mutating func put(_ code: UInt8, _ number: UInt64, _ size: Int, _ source: UnsafeBufferPointer<UInt8>) {
    let bypasses = source.count >= PickleOutput.frameTarget && hasFrames
    if bypasses {
      closeFrame()
      hasFrames = false
    }
    put(code, number, size)
    put(source)
    if bypasses { hasFrames = true }
  }
}
