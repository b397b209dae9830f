#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `open`.
extension Runtime {
  func installOpenFunction() {
    defineBuiltin(
      "open", "file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None"
    ) { (runtime, arguments) throws(Raised) in try runtime.open(arguments) }
  }

  func open(_ arguments: Arguments) throws(Raised) -> Value {
    // What the file and errors call it: the path, not the object that stands for it.
    var file = arguments[0]
    if case .object(let object) = file, object.kind != .string, object.kind != .bytes,
      let method = object.type.lookup(names[.fspath])
    {
      file = try callSpecial(method, file)
    }
    func text(_ index: Int, _ name: String) throws(Raised) -> String? {
      if arguments[index].isUndefined || arguments[index].isNone { return nil }
      guard let text = arguments[index].string else {
        let expected = name == "mode" ? "str" : "str or None"
        throw typeError("open() argument '\(name)' must be \(expected), not \(givenName(arguments[index]))")
      }
      return text.text
    }
    if arguments[1].isNone { throw typeError("open() argument 'mode' must be str, not None") }
    let mode = try FileMode(try text(1, "mode") ?? "r", self)
    let buffering = arguments[2].isUndefined ? -1 : try index(arguments[2])
    let encoding = try text(3, "encoding")
    let errors = try text(4, "errors")
    let newline = try text(5, "newline")
    if mode.isBinary {
      if encoding != nil { throw valueError("binary mode doesn't take an encoding argument") }
      if errors != nil { throw valueError("binary mode doesn't take an errors argument") }
      if newline != nil { throw valueError("binary mode doesn't take a newline argument") }
    } else if buffering == 0 {
      throw valueError("can't have unbuffered text I/O")
    }
    let kind = try checkedNewline(newline)
    let closes = arguments[6].isUndefined ? true : try isTrue(arguments[6])
    if mode.isBinary, buffering == 1 {
      try issueWarning(
        "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
        category: "RuntimeWarning")
    }
    let type =
      !mode.isBinary || buffering != 0
      ? (mode.isUpdating ? fileTypes.random : mode.reads ? fileTypes.reader : fileTypes.writer) : fileTypes.raw
    let bufferSize = buffering > 1 ? buffering : BinaryFileObject.chunk
    let encodingName = encoding == nil || encoding == "locale" ? "UTF-8" : encoding ?? ""
    let binary = try openBinary(
      file, mode, type: type, layer: mode.isBinary && buffering == 0 ? .raw : .buffered, closes: closes,
      opener: arguments[7], bufferSize: bufferSize)
    if mode.isBinary {
      if buffering != 0 { (binary.stream as? DescriptorStream)?.holdBack(upTo: bufferSize) }
      return .object(binary)
    }
    try checkEncoding(encodingName)
    return .object(
      TextFileObject(
        type: fileTypes.text, binary: binary, name: file, mode: mode.text, encoding: encodingName,
        errorHandling: errors ?? "strict", newline: kind, isLineBuffered: buffering == 1 || binary.stream.isTerminal))
  }

  /// Opens a path, or takes the descriptor that was given instead.
  func openBinary(
    _ file: Value, _ mode: FileMode, type: TypeObject, layer: BinaryFileObject.Layer, closes: Bool, opener: Value,
    bufferSize: Int = BinaryFileObject.chunk
  ) throws(Raised) -> BinaryFileObject {
    let stream = DescriptorStream(
      self, try descriptor(file, mode, closes: closes, opener: opener), ownsDescriptor: closes, unfinished: unfinishedFiles)
    if mode.isAppending, stream.isSeekable {
      _ = try checkingSystem(file: file) { () throws(SystemFailure) in try stream.seek(0, .end) }
    }
    let binary = BinaryFileObject(type: type, stream: stream, name: file, mode: mode.binaryText, layer: layer, bufferSize: bufferSize)
    binary.closesDescriptor = closes
    return binary
  }

  private func descriptor(_ file: Value, _ mode: FileMode, closes: Bool, opener: Value) throws(Raised) -> Int32 {
    var descriptor: Int32
    var isGiven = false
    if let number = try descriptorNumber(file) {
      descriptor = number
      isGiven = true
    } else {
      let path = try pathText(file)
      if !closes { throw valueError("Cannot use closefd=False with file name") }
      if !opener.isUndefined, !opener.isNone {
        let made = try index(try call(opener, file, .int(Int(mode.flags | O_CLOEXEC))))
        guard let number = Int32(exactly: made), number >= 0 else {
          if made == -1 { throw systemError(errno, file: file) }
          throw valueError("opener returned \(made)")
        }
        descriptor = number
      } else {
        descriptor = systemOpen(path, mode.flags)
        while descriptor < 0, errno == EINTR { descriptor = systemOpen(path, mode.flags) }
      }
      if descriptor < 0 { throw systemError(errno, file: file) }
    }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw systemError(errno) }
    if status.st_mode & S_IFMT == S_IFDIR {
      if !isGiven { systemClose(descriptor) }
      throw systemError(EISDIR, file: file)
    }
    return descriptor
  }

  private func descriptorNumber(_ file: Value) throws(Raised) -> Int32? {
    let number: Int
    switch file {
    case .int(let value): number = value
    case .bool(let value): number = value ? 1 : 0
    default: return nil
    }
    if number < 0 { throw valueError("negative file descriptor") }
    guard let descriptor = Int32(exactly: number) else {
      throw overflowError("Python int too large to convert to C int")
    }
    return descriptor
  }

  /// A path as the system takes it: a string, bytes, or an object with `__fspath__`.
  func pathText(_ value: Value) throws(Raised) -> String {
    var path = value
    if case .object(let object) = value, object.kind != .string, object.kind != .bytes,
      let method = object.type.lookup(names[.fspath])
    {
      path = try callSpecial(method, value)
    }
    let text: String
    if let string = path.string {
      text = string.text
    } else if let bytes = path.bytes {
      text = String(decoding: bytes.copyBytes(), as: UTF8.self)
    } else {
      throw typeError("expected str, bytes or os.PathLike object, not \(typeName(value))")
    }
    if text.utf8.contains(0) { throw valueError("embedded null byte") }
    return text
  }
}

private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags | O_CLOEXEC, 0o666) }
private func systemClose(_ descriptor: Int32) { close(descriptor) }

/// The mode string of `open`, checked.
struct FileMode {
  let reads: Bool
  let isUpdating: Bool
  let isBinary: Bool
  let isAppending: Bool
  let flags: Int32
  /// As the `mode` attribute shows it.
  let text: String
  let binaryText: String

  init(_ text: String, _ runtime: Runtime) throws(Raised) {
    let letters = Array(text)
    let known = Set("rwxabt+")
    if letters.contains(where: { !known.contains($0) }) || Set(letters).count != letters.count {
      throw runtime.valueError("invalid mode: '\(text)'")
    }
    isBinary = letters.contains("b")
    isUpdating = letters.contains("+")
    if isBinary, letters.contains("t") { throw runtime.valueError("can't have text and binary mode at once") }
    let kinds = letters.filter { "rwxa".contains($0) }
    guard kinds.count == 1, let kind = kinds.first else {
      throw runtime.valueError(
        kinds.isEmpty
          ? "Must have exactly one of create/read/write/append mode and at most one plus"
          : "must have exactly one of create/read/write/append mode")
    }
    reads = kind == "r"
    isAppending = kind == "a"
    let access = isUpdating ? O_RDWR : kind == "r" ? O_RDONLY : O_WRONLY
    switch kind {
    case "w": flags = access | O_CREAT | O_TRUNC
    case "x": flags = access | O_CREAT | O_EXCL
    case "a": flags = access | O_CREAT | O_APPEND
    default: flags = access
    }
    self.text = text
    binaryText = kind == "w" && isUpdating ? "rb+" : isUpdating && kind == "x" ? "xb+" : "\(kind)b\(isUpdating ? "+" : "")"
  }
}
