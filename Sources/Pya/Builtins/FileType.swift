/// The types of file objects and their methods.
final class FileTypes {
  let text, reader, writer, random, raw, stringIO, bytesIO, ioBase: TypeObject

  init(_ runtime: Runtime) {
    let object = runtime.types.object
    func make(_ name: String, _ base: TypeObject) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [base], instanceKind: .iterator, isHeap: false)
      type.moduleName = "_io"
      return type
    }
    ioBase = make("_IOBase", object)
    let textBase = make("_TextIOBase", ioBase)
    let bufferedBase = make("_BufferedIOBase", ioBase)
    text = make("TextIOWrapper", textBase)
    stringIO = make("StringIO", textBase)
    reader = make("BufferedReader", bufferedBase)
    writer = make("BufferedWriter", bufferedBase)
    random = make("BufferedRandom", bufferedBase)
    bytesIO = make("BytesIO", bufferedBase)
    raw = make("FileIO", make("_RawIOBase", ioBase))
    runtime.installFileMethods(ioBase)
    runtime.installTextFileAttributes(textBase)
    runtime.installFileReprs(self)
  }
}

extension Runtime {
  var fileTypes: FileTypes { attachment(FileTypes.self) { FileTypes(self) } }

  /// `io.UnsupportedOperation`
  func unsupportedOperation(_ message: String) -> Raised {
    if exceptionTypes["UnsupportedOperation"] == nil {
      let (systemError, valueError) = (exceptionTypes["OSError"]!, exceptionTypes["ValueError"]!)
      let type = addExceptionType("UnsupportedOperation", base: systemError, module: "io")
      let order = [type, systemError, valueError] + systemError.mro.dropFirst()
      type.setBases([systemError, valueError], mro: order)
    }
    return error("UnsupportedOperation", message)
  }

  private func file(_ arguments: Arguments) throws(Raised) -> FileObject {
    guard let file = arguments[0].object as? FileObject else {
      throw typeError("expected a file object, got '\(typeName(arguments[0]))'")
    }
    return file
  }

  /// An optional size: None, omitted and negative numbers mean "all".
  private func sizeArgument(_ value: Value) throws(Raised) -> Int {
    if value.isUndefined || value.isNone { return -1 }
    return try index(value)
  }

  fileprivate func installFileMethods(_ type: TypeObject) {
    installReadingMethods(type)
    installWritingMethods(type)
    installPositionMethods(type)
    type.define(self, "close", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).close(runtime)
      return .none
    }
    type.define(self, "__enter__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).checkOpen(runtime)
      return arguments[0]
    }
    type.define(self, "__exit__", "self, /, *args") { (runtime, arguments) throws(Raised) in
      _ = try runtime.callMethod(arguments[0], "close")
      return .none
    }
    type.define(self, "fileno", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      try file.checkOpen(runtime)
      guard let descriptor = file.stream.descriptor else { throw runtime.unsupportedOperation("fileno") }
      return .int(Int(descriptor))
    }
    let questions: [(String, (FileObject) -> Bool)] = [
      ("isatty", { $0.stream.isTerminal }), ("readable", { $0.isReadable }), ("writable", { $0.isWritable }),
      ("seekable", { $0.stream.isSeekable }),
    ]
    for (name, answer) in questions {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        let file = try runtime.file(arguments)
        try file.checkOpen(runtime)
        return .bool(answer(file))
      }
    }
    type.defineProperty(self, "closed") { (_, value) throws(Raised) in
      .bool((value.object as? FileObject)?.isClosed ?? true)
    }
    for (name, get) in [("name", { $0.name }), ("mode", { .object($0.type.runtime.string($0.mode)) })]
      as [(String, (FileObject) -> Value)]
    {
      type.defineProperty(self, name) { (runtime, value) throws(Raised) in
        guard let file = value.object as? FileObject, !(file.stream is MemoryStream) else {
          throw runtime.missingAttribute(value, runtime.intern(name))
        }
        return get(file)
      }
    }
  }

  private func installReadingMethods(_ type: TypeObject) {
    for name in ["read", "read1"] {
      type.define(self, name, "self, size=-1, /") { (runtime, arguments) throws(Raised) in
        try runtime.file(arguments).read(runtime, count: try runtime.sizeArgument(arguments[1]))
      }
    }
    type.define(self, "readline", "self, size=-1, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).readLine(runtime, limit: try runtime.sizeArgument(arguments[1]))
    }
    type.define(self, "readlines", "self, hint=-1, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      let hint = try runtime.sizeArgument(arguments[1])
      let lines = ListObject(runtime)
      var total = 0
      while hint <= 0 || total < hint {
        let line = try file.readLine(runtime, limit: -1)
        if !(try runtime.isTrue(line)) { break }
        total += line.string?.length ?? line.bytes?.bytes.count ?? 0
        lines.append(line)
      }
      return .object(lines)
    }
    type.define(self, "readinto", "self, buffer, /") { (runtime, arguments) throws(Raised) in
      guard let target = arguments[1].cast(.byteArray, to: BytesObject.self) else {
        throw runtime.typeError(
          "readinto() argument must be read-write bytes-like object, not \(runtime.typeName(arguments[1]))")
      }
      let got = try runtime.file(arguments).read(runtime, count: target.bytes.count).bytes?.bytes ?? []
      let count = min(got.count, target.bytes.count)
      target.bytes.replaceSubrange(0..<count, with: got.prefix(count))
      return .int(count)
    }
    type.define(self, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).checkOpen(runtime)
      return arguments[0]
    }
    type.define(self, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      let line = try runtime.file(arguments).next(runtime)
      if line.isUndefined { throw runtime.stopIteration(.none) }
      return line
    }
  }

  private func installWritingMethods(_ type: TypeObject) {
    type.define(self, "write", "self, text, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).write(runtime, arguments[1])
    }
    type.define(self, "writelines", "self, lines, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      try runtime.forEach(arguments[1]) { (line) throws(Raised) in _ = try file.write(runtime, line) }
      return .none
    }
    type.define(self, "flush", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).flush(runtime)
      return .none
    }
  }

  private func installPositionMethods(_ type: TypeObject) {
    type.define(self, "seek", "self, offset, whence=0, /") { (runtime, arguments) throws(Raised) in
      let whence = arguments[2].isUndefined ? 0 : try runtime.index(arguments[2])
      guard let origin = ByteStream.Origin(rawValue: whence) else {
        throw runtime.valueError("invalid whence (\(whence), should be 0, 1 or 2)")
      }
      return .int(try runtime.file(arguments).seek(runtime, try runtime.index(arguments[1]), origin))
    }
    type.define(self, "tell", "self, /") { (runtime, arguments) throws(Raised) in
      .int(try runtime.file(arguments).tell(runtime))
    }
    type.define(self, "truncate", "self, size=None, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      try file.checkWritable(runtime)
      let size =
        arguments[1].isUndefined || arguments[1].isNone ? try file.tell(runtime) : try runtime.index(arguments[1])
      try runtime.checkingSystem { () throws(SystemFailure) in try file.stream.truncate(to: size) }
      return .int(size)
    }
  }

  fileprivate func installTextFileAttributes(_ type: TypeObject) {
    type.defineProperty(self, "encoding") { (runtime, value) throws(Raised) in
      guard let file = value.object as? TextFileObject, !(file.stream is MemoryStream) else { return .none }
      return .object(runtime.string(file.encoding))
    }
    type.defineProperty(self, "errors") { (runtime, value) throws(Raised) in
      guard let file = value.object as? TextFileObject, !(file.stream is MemoryStream) else { return .none }
      return .object(runtime.string(file.errorHandling))
    }
    type.defineProperty(self, "newlines") { (_, _) throws(Raised) in .none }
    type.defineProperty(self, "line_buffering") { (_, value) throws(Raised) in
      .bool((value.object as? TextFileObject)?.stream.isTerminal ?? false)
    }
    type.define(self, "reconfigure", "self, /, **kwargs") { (_, _) throws(Raised) in .none }
    type.defineProperty(self, "buffer") { (runtime, value) throws(Raised) in
      guard let file = value.object as? TextFileObject else { return .none }
      return .object(
        BinaryFileObject(
          type: file.isReadable ? runtime.fileTypes.reader : runtime.fileTypes.writer, stream: file.stream, name: file.name,
          mode: file.mode))
    }
  }

  fileprivate func installFileReprs(_ types: FileTypes) {
    types.text.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? TextFileObject else { return .none }
      let name = try runtime.repr(file.name).text
      return .object(
        runtime.string("<_io.TextIOWrapper name=\(name) mode='\(file.mode)' encoding='\(file.encoding)'>"))
    }
    for type in [types.reader, types.writer, types.random] {
      type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
        let file = try runtime.file(arguments)
        return .object(runtime.string("<_io.\(file.type.name) name=\(try runtime.repr(file.name).text)>"))
      }
    }
    types.raw.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      return .object(
        runtime.string("<_io.FileIO name=\(try runtime.repr(file.name).text) mode='\(file.mode)' closefd=True>"))
    }
  }
}
