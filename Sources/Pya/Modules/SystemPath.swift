#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A path on its way to the system: bytes that end with a zero.
struct SystemPath {
  /// With the zero.
  let bytes: [UInt8]
  /// Given as bytes: names found there are bytes too.
  let isBytes: Bool
  /// A descriptor that was given instead of a path.
  var descriptor: Int32?
  /// What errors call it: the path behind a path-like object.
  var subject = Value.undefined

  func call<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    bytes.withUnsafeBytes { body($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)) }
  }
}

extension Runtime {
  /// The path that an argument of a function of `os` means.
  func systemPath(_ value: Value, _ function: String, allowsDescriptor: Bool = false, allowsNone: Bool = false)
    throws(Raised) -> SystemPath
  {
    if allowsNone, value.isUndefined || value.isNone { 
      return SystemPath(bytes: [UInt8(ascii: "."), 0], isBytes: false, subject: .object(string(".")))
    }
    if allowsDescriptor {
      switch value {
      case .int(let number):
        guard let descriptor = Int32(exactly: number) else {
          throw overflowError("fd is \(number < 0 ? "less than minimum" : "greater than maximum")")
        }
        return SystemPath(bytes: [0], isBytes: false, descriptor: descriptor, subject: value)
      case .bool(let flag): return SystemPath(bytes: [0], isBytes: false, descriptor: flag ? 1 : 0, subject: value)
      default: break
      }
    }
    let path = try pathValue(value) { () throws(Raised) in
      var kinds = ["string", "bytes", "os.PathLike"]
      if allowsDescriptor { kinds.append("integer") }
      if allowsNone { kinds.append("None") }
      let list = kinds.dropLast().joined(separator: ", ") + " or " + kinds[kinds.count - 1]
      throw self.typeError("\(function): path should be \(list), not \(self.typeName(value))")
    }
    var bytes = try pathBytes(path)
    if bytes.contains(0) { throw valueError("\(function): embedded null character in path") }
    bytes.append(0)
    return SystemPath(bytes: bytes, isBytes: path.bytes != nil, subject: path)
  }

  /// The `str` or `bytes` behind a path-like value.
  func pathValue(_ value: Value, otherwise complain: () throws(Raised) -> Never) throws(Raised) -> Value {
    if value.string != nil || value.bytes != nil { return value }
    if case .object(let object) = value, let method = object.type.lookup(names[.fspath]), !method.isNone {
      let path = try callSpecial(method, value)
      if path.string != nil || path.bytes != nil { return path }
      throw typeError("expected \(typeName(value)).__fspath__() to return str or bytes, not \(typeName(path))")
    }
    try complain()
  }

  /// `os.fspath`
  func fileSystemPath(_ value: Value) throws(Raised) -> Value {
    try pathValue(value) { () throws(Raised) in
      throw self.typeError("expected str, bytes or os.PathLike object, not \(self.typeName(value))")
    }
  }

  /// `os.fsencode` of a `str` or `bytes`.
  func pathBytes(_ path: Value) throws(Raised) -> [UInt8] {
    if let text = path.string {
      return text.isASCII ? text.copyBytes() : try encode(text, encoding: "utf-8", errors: "surrogateescape").copyBytes()
    }
    return path.bytes?.copyBytes() ?? []
  }

  /// A name as the system gave it, in the kind of its path.
  func pathResult(_ bytes: [UInt8], isBytes: Bool) throws(Raised) -> Value {
    if isBytes { return .object(BytesObject(type: types.bytes, bytes)) }
    return .object(try decode(bytes, encoding: "utf-8", errors: "surrogateescape"))
  }

  func pathResult(_ name: UnsafePointer<CChar>, isBytes: Bool) throws(Raised) -> Value {
    try pathResult(UnsafeRawBufferPointer(start: name, count: strlen(name)).map { $0 }, isBytes: isBytes)
  }

  /// The exception for a failed call with one path, or two.
  func systemError(_ code: Int32, _ first: Value, _ second: Value? = nil) -> Raised {
    guard let second else { return systemError(code, file: first) }
    let reason = string(String(cString: strerror(code)))
    return error("OSError", [.int(Int(code)), .object(reason), first, .none, second])
  }

  /// An argument that is a flag: its default when it was not given.
  func flag(_ value: Value, default fallback: Bool) throws(Raised) -> Bool {
    value.isUndefined ? fallback : try isTrue(value)
  }

  func number(_ value: Value, default fallback: Int = 0) throws(Raised) -> Int {
    value.isUndefined ? fallback : try index(value)
  }

  func cInt(_ value: Value) throws(Raised) -> Int32 {
    let number = try index(value)
    guard let small = Int32(exactly: number) else {
      throw overflowError(
        number < 0 ? "signed integer is less than minimum" : "Python int too large to convert to C int")
    }
    return small
  }

  /// Descriptors of directories are not supported.
  func refuseDirectoryDescriptor(_ arguments: Value..., function: String) throws(Raised) {
    for value in arguments where !value.isUndefined && !value.isNone {
      throw error("NotImplementedError", "\(function): dir_fd is not supported by pya")
    }
  }
}
