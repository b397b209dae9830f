#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of an object of the program that has `read`, `write` and their kin: what `io.TextIOWrapper` and the buffered
/// files of `io` were given to work on.
final class ObjectStream: ByteStream {
  private let object: Value
  private unowned let runtime: Runtime
  /// It lies below a buffered file, which uses it as a `RawIOBase`: what is written may be taken in parts.
  let isRaw: Bool

  init(_ runtime: Runtime, _ object: Value, isRaw: Bool) {
    self.runtime = runtime
    self.object = object
    self.isRaw = isRaw
  }

  private func call(_ name: String, _ arguments: [Value] = []) throws(SystemFailure) -> Value {
    do throws(Raised) { return try runtime.callMethod(object, name, arguments) } catch { throw SystemFailure(error) }
  }

  private func has(_ name: String) -> Bool {
    ((try? runtime.getAttributeIfPresent(object, runtime.intern(name))) ?? nil) != nil
  }

  private func number(_ value: Value) throws(SystemFailure) -> Int {
    do throws(Raised) { return try runtime.index(value) } catch { throw SystemFailure(error) }
  }

  override func read(_ count: Int) throws(SystemFailure) -> [UInt8] {
    if !isRaw || !has("readinto"), has("read1") || has("read") {
      let got = try call(has("read1") ? "read1" : "read", [.int(count)])
      if let bytes = runtime.bytesLike(got) { return bytes.copyBytes() }
      if got.isNone { return [] }
      throw SystemFailure(
        runtime.typeError("underlying read1() should have returned a bytes-like object, not '\(runtime.typeName(got))'"))
    }
    let buffer = BytesObject(type: runtime.types.bytearray, kind: .byteArray, zeros: min(count, 1 << 24))
    let view = MemoryViewObject(runtime, buffer, start: 0, count: buffer.count, stride: 1, isReadOnly: false)
    let answer = try call("readinto", [.object(view)])
    if answer.isNone { return [] }
    let got = try number(answer)
    guard (0...buffer.count).contains(got) else {
      throw SystemFailure(
        runtime.error("OSError", "raw readinto() returned invalid length \(got) (should have been between 0 and \(buffer.count))"))
    }
    return Array(buffer.copyBytes().prefix(got))
  }

  override func readAll() throws(SystemFailure) -> [UInt8]? {
    guard isRaw, has("readall") else { return nil }
    let all = try call("readall")
    if all.isNone { return [] }
    guard let bytes = runtime.bytesLike(all) else { throw SystemFailure(runtime.typeError("readall() should return bytes")) }
    return bytes.copyBytes()
  }

  override func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemFailure) {
    var rest = Array(bytes)
    while true {
      let answer = try call("write", [.object(BytesObject(type: runtime.types.bytes, rest))])
      if !isRaw { return }
      if answer.isNone {
        throw SystemFailure(runtime.error("BlockingIOError", [.int(Int(EAGAIN)), .object(runtime.string("write could not complete without blocking")), .int(0)]))
      }
      let count = try number(answer)
      guard (0...rest.count).contains(count) else {
        throw SystemFailure(
          runtime.error("OSError", "raw write() returned invalid length \(count) (should have been between 0 and \(rest.count))"))
      }
      if count == rest.count { return }
      rest.removeFirst(count)
    }
  }

  override func flush() throws(SystemFailure) {
    if !isRaw, has("flush") { _ = try call("flush") }
  }

  override func close() throws(SystemFailure) {
    if isClosed { return }
    isClosed = true
    if has("close") { _ = try call("close") }
  }

  override func seek(_ offset: Int, _ origin: Origin) throws(SystemFailure) -> Int {
    if origin == .current, offset == 0 { return try number(try call("tell")) }
    return try number(try call("seek", [.int(offset), .int(origin.rawValue)]))
  }

  override func truncate(to size: Int) throws(SystemFailure) { _ = try call("truncate", [.int(size)]) }

  private func answer(_ name: String, otherwise: Bool) -> Bool {
    guard has(name), let value = try? call(name) else { return otherwise }
    return (try? runtime.isTrue(value)) ?? otherwise
  }

  override var isSeekable: Bool { answer("seekable", otherwise: false) }
  override var isTerminal: Bool { answer("isatty", otherwise: false) }
  var isReadable: Bool { answer("readable", otherwise: has("read")) }
  var isWritable: Bool { answer("writable", otherwise: has("write")) }

  override var descriptor: Int32? {
    guard has("fileno"), let value = try? call("fileno"), case .int(let number) = value else { return nil }
    return Int32(exactly: number)
  }
}
