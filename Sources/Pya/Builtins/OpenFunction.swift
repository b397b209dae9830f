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
    func text(_ index: Int, _ name: String) throws(Raised) -> String? {
      if arguments[index].isUndefined || arguments[index].isNone { return nil }
      guard let text = arguments[index].string else {
        let expected = name == "mode" ? "str" : "str or None"
        throw typeError("open() argument '\(name)' must be \(expected), not \(typeName(arguments[index]))")
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
    if let newline, !["", "\n", "\r", "\r\n"].contains(newline) {
      throw valueError("illegal newline value: \(newline)")
    }
    let closes = arguments[6].isUndefined ? true : try isTrue(arguments[6])
    let stream = DescriptorStream(try descriptor(arguments[0], mode), ownsDescriptor: closes)
    if mode.isBinary {
      let type =
        buffering == 0
        ? fileTypes.raw : mode.isUpdating ? fileTypes.random : mode.reads ? fileTypes.reader : fileTypes.writer
      return .object(BinaryFileObject(type: type, stream: stream, name: arguments[0], mode: mode.binaryText))
    }
    let kind: TextFileObject.Newline =
      newline == nil ? .universal : newline == "" ? .untranslated : .exactly(newline ?? "\n")
    return .object(
      TextFileObject(
        type: fileTypes.text, stream: stream, name: arguments[0], mode: mode.text, encoding: encoding ?? "UTF-8",
        errorHandling: errors ?? "strict", newline: kind, isLineBuffered: buffering == 1 || stream.isTerminal))
  }

  /// Opens a path, or takes the descriptor that was given instead.
  private func descriptor(_ file: Value, _ mode: FileMode) throws(Raised) -> Int32 {
    if case .int(let number) = file {
      guard let descriptor = Int32(exactly: number), descriptor >= 0 else { throw valueError("negative file descriptor") }
      return descriptor
    }
    let path = try pathText(file)
    let descriptor = systemOpen(path, mode.flags)
    if descriptor < 0 { throw systemError(errno, file: file) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      systemClose(descriptor)
      throw systemError(EISDIR, file: file)
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
      text = String(decoding: bytes.bytes, as: UTF8.self)
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
    let access = isUpdating ? O_RDWR : kind == "r" ? O_RDONLY : O_WRONLY
    switch kind {
    case "w": flags = access | O_CREAT | O_TRUNC
    case "x": flags = access | O_CREAT | O_EXCL
    case "a": flags = access | O_CREAT | O_APPEND
    default: flags = access
    }
    self.text = text
    binaryText = kind == "w" && isUpdating ? "rb+" : "\(kind)b\(isUpdating ? "+" : "")"
  }
}
