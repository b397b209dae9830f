/// The bytes of an object of the program that has `read`, `write` and their kin: what `io.TextIOWrapper` and the buffered
/// files of `io` were given to work on.
final class ObjectStream: ByteStream {
  private let object: Value
  private unowned let runtime: Runtime

  init(_ runtime: Runtime, _ object: Value) {
    self.runtime = runtime
    self.object = object
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
    if has("read1") || has("read") {
      let got = try call(has("read1") ? "read1" : "read", [.int(count)])
      if let bytes = runtime.bytesLike(got) { return bytes.copyBytes() }
      if got.isNone { return [] }
      throw SystemFailure(
        runtime.typeError("underlying read1() should have returned a bytes-like object, not '\(runtime.typeName(got))'"))
    }
    let buffer = BytesObject(type: runtime.types.bytearray, kind: .byteArray, zeros: min(count, 65536))
    let got = try number(try call("readinto", [.object(buffer)]))
    return Array(buffer.copyBytes().prefix(max(0, got)))
  }

  override func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemFailure) {
    _ = try call("write", [.object(BytesObject(type: runtime.types.bytes, Array(bytes)))])
  }

  override func flush() throws(SystemFailure) {
    if has("flush") { _ = try call("flush") }
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
