#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An address as the system's socket calls take and give it.
struct SocketAddress {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  /// Filled in by a call that returns an address; nil when it fails.
  init?(_ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) {
    let result = withUnsafeMutablePointer(to: &storage) { storage in
      withUnsafeMutablePointer(to: &length) { length in
        storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { fill($0, length) }
      }
    }
    if result < 0 { return nil }
  }

  init(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
    self.length = length
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: min(Int(length), $0.count)))
    }
  }

  /// The path of a unix socket; nil: too long.
  init?(path: [UInt8]) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.count < room || (path.first == 0 && path.count == room) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    length = socklen_t(offset + path.count + (path.first == 0 ? 0 : 1))
    withUnsafeMutableBytes(of: &storage) { target in
      withUnsafeBytes(of: &address) { target.copyMemory(from: $0) }
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  /// Hands the address to a call.
  func pass<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  /// The numeric host.
  var host: String {
    var buffer = [CChar](repeating: 0, count: 128)
    let result = pass { getnameinfo($0, $1, &buffer, socklen_t(buffer.count), nil, 0, Int32(NI_NUMERICHOST)) }
    guard result == 0 else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var port: Int {
    withUnsafePointer(to: storage) { storage in
      if family == AF_INET6 {
        return storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin6_port)) }
      }
      return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
    }
  }

  private var path: [UInt8] {
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
    guard Int(length) > offset else { return [] }
    return withUnsafeBytes(of: storage) { bytes in
      let path = bytes[offset..<min(Int(length), bytes.count)]
      return path.first == 0 ? Array(path) : Array(path.prefix { $0 != 0 })
    }
  }

  /// As programs see it: `('127.0.0.1', 80)`, `('::1', 80, 0, 0)`, a path.
  func value(_ runtime: Runtime) -> Value {
    switch family {
    case AF_INET: return .object(TupleObject(runtime, [.object(runtime.string(host)), .int(port)]))
    case AF_INET6:
      let (flow, scope) = withUnsafePointer(to: storage) {
        $0.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          (Int(UInt32(bigEndian: $0.pointee.sin6_flowinfo)), Int($0.pointee.sin6_scope_id))
        }
      }
      let name = String(host.prefix { $0 != "%" })
      return .object(TupleObject(runtime, [.object(runtime.string(name)), .int(port), .int(flow), .int(scope)]))
    case AF_UNIX:
      let path = path
      if path.first == 0 { return .object(BytesObject(type: runtime.types.bytes, path)) }
      return .object(runtime.string(path))
    default: return .none
    }
  }
}
