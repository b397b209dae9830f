/// The types of file objects: the bases of `_io`, and the types of real files. Their methods stand on the bases.
final class FileTypes {
  let text, reader, writer, random, raw, stringIO, bytesIO: TypeObject
  let ioBase, textBase, bufferedBase, rawBase: TypeObject

  init(_ runtime: Runtime) {
    let object = runtime.types.object
    func make(_ name: String, _ base: TypeObject) -> TypeObject {
      let type = TypeObject(
        runtime, metatype: runtime.types.type, name: name, bases: [base], instanceKind: .iterator, isHeap: false)
      type.moduleName = "_io"
      type.messageName = "_io.\(name)"
      return type
    }
    ioBase = make("_IOBase", object)
    textBase = make("_TextIOBase", ioBase)
    bufferedBase = make("_BufferedIOBase", ioBase)
    rawBase = make("_RawIOBase", ioBase)
    text = make("TextIOWrapper", textBase)
    stringIO = make("StringIO", textBase)
    reader = make("BufferedReader", bufferedBase)
    writer = make("BufferedWriter", bufferedBase)
    random = make("BufferedRandom", bufferedBase)
    bytesIO = make("BytesIO", bufferedBase)
    raw = make("FileIO", rawBase)
    for type in [ioBase, textBase, bufferedBase, rawBase] {
      type.construct = { (_, cls, _) throws(Raised) in .object(FileObject(type: cls)) }
      type.defineStatic(runtime, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
        guard let cls = arguments[0].type else { throw runtime.typeError("_IOBase.__new__(): not a type object") }
        return .object(FileObject(type: cls))
      }
    }
    ioBase.define(runtime, "__init__", "self, /, *args, **kwargs") { (_, _) throws(Raised) in .none }
    runtime.installFileMethods(ioBase)
    runtime.installBinaryFileMethods(self)
    runtime.installTextFileMethods(self)
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

  func file(_ arguments: Arguments) throws(Raised) -> FileObject {
    guard let file = arguments[0].object as? FileObject else {
      throw typeError("expected a file object, got '\(typeName(arguments[0]))'")
    }
    return file
  }

  /// An optional size: None, omitted and negative numbers mean "all".
  func sizeArgument(_ value: Value) throws(Raised) -> Int {
    if case .int(let count) = value { return count }
    if value.isUndefined || value.isNone { return -1 }
    guard let method = type(of: value).lookup(intern("__index__")) else {
      throw typeError("argument should be integer or None, not '\(typeName(value))'")
    }
    return try index(try callSpecial(method, value))
  }

  // MARK: _IOBase

  fileprivate func installFileMethods(_ type: TypeObject) {
    installLineMethods(type)
    type.define(self, "close", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).close(runtime)
      return .none
    }
    type.define(self, "flush", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).flush(runtime)
      return .none
    }
    type.define(self, "__enter__", "self, /") { (runtime, arguments) throws(Raised) in
      try runtime.file(arguments).checkOpen(runtime)
      return arguments[0]
    }
    type.define(self, "__exit__", "self, /, *args") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if file.type.isHeap { _ = try runtime.callMethod(arguments[0], "close") } else { try file.close(runtime) }
      return .none
    }
    type.define(self, "fileno", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if file.isClosed, !file.isInMemory {
        throw file.isExactlyBase ? runtime.closedFileError() : runtime.closedRawFileError()
      }
      guard let descriptor = file.stream.descriptor else { throw runtime.unsupportedOperation("fileno") }
      return .int(Int(descriptor))
    }
    let questions: [(String, (FileObject) -> Bool)] = [
      ("isatty", { $0.stream.isTerminal }), ("readable", { $0.isReadable }), ("writable", { $0.isWritable }),
      ("seekable", { $0.isSeekable }),
    ]
    for (name, answer) in questions {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        let file = try runtime.file(arguments)
        if file.isClosed { try runtime.checkClosedQuestion(file, name) }
        return .bool(!file.isClosed && answer(file))
      }
    }
    type.defineProperty(self, "closed") { (_, value) throws(Raised) in
      .bool((value.object as? FileObject)?.isClosed ?? true)
    }
    installPositionMethods(type)
  }

  /// `readable()` and its kin of a closed file: the layers of CPython disagree.
  private func checkClosedQuestion(_ file: FileObject, _ name: String) throws(Raised) {
    if file.isExactlyBase || file.isBytesInMemory || file is StringFileObject && name == "isatty" { throw closedFileError() }
    let isRaw = (file as? BinaryFileObject)?.layer == .raw
    if !isRaw, name == "readable" && !file.isReadable || name == "writable" && !file.isWritable { return }
    throw closedRawFileError()
  }

  private func installLineMethods(_ type: TypeObject) {
    type.define(self, "readline", "self, size=-1, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if file is TextFileObject, !arguments[1].isUndefined {
        return try file.readLine(runtime, limit: try runtime.index(arguments[1]))
      }
      return try file.readLine(runtime, limit: try runtime.sizeArgument(arguments[1]))
    }
    type.define(self, "readlines", "self, hint=-1, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      let hint = try runtime.sizeArgument(arguments[1])
      if !(file is TextFileObject) || file.type.isHeap { try file.checkOpen(runtime) }
      let lines = ListObject(runtime)
      var total = 0
      // Texts go on until there are more characters than the hint says, bytes until there are as many.
      let enough = file is TextSinkObject && hint > 0 ? hint.addingReportingOverflow(1).partialValue : hint
      while enough <= 0 || total < enough {
        let line = try file.next(runtime)
        if line.isUndefined { break }
        if hint > 0 { total += line.string?.length ?? line.bytes?.count ?? 0 }
        lines.append(line)
      }
      return .object(lines)
    }
    type.define(self, "writelines", "self, lines, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      try file.checkOpen(runtime)
      if file.type.isHeap {
        let write = try runtime.getAttribute(arguments[0], runtime.intern("write"))
        try runtime.forEach(arguments[1]) { (line) throws(Raised) in _ = try runtime.call(write, line) }
      } else {
        try runtime.forEach(arguments[1]) { (line) throws(Raised) in _ = try file.write(runtime, line) }
      }
      return .none
    }
    type.define(self, "__iter__", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if !file.isBytesInMemory { try file.checkOpen(runtime) }
      return arguments[0]
    }
    type.define(self, "__next__", "self, /") { (runtime, arguments) throws(Raised) in
      let line = try runtime.file(arguments).next(runtime)
      if line.isUndefined { throw runtime.stopIteration(.none) }
      return line
    }
  }

  private func installPositionMethods(_ type: TypeObject) {
    type.define(self, "seek", "self, offset, whence=0, /") { (runtime, arguments) throws(Raised) in
      let whence = arguments[2].isUndefined ? 0 : try runtime.index(arguments[2])
      let file = try runtime.file(arguments)
      return .int(try file.seek(runtime, try runtime.index(arguments[1]), whence: whence))
    }
    type.define(self, "tell", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      // A class of the program may have a `seek` of its own.
      if file.type.isHeap, file.isExactlyBase { return try runtime.callMethod(arguments[0], "seek", [.int(0), .int(1)]) }
      return .int(try file.tell(runtime))
    }
    type.define(self, "truncate", "self, size=None, /") { (runtime, arguments) throws(Raised) in
      let isAbsent = arguments[1].isUndefined || arguments[1].isNone
      let size: Int? = isAbsent ? nil : try runtime.index(arguments[1])
      return .int(try runtime.file(arguments).truncate(runtime, size))
    }
  }
}

extension FileObject {
  /// An instance of a class of the program that derives from one of the abstract bases.
  var isExactlyBase: Bool { !(self is BinaryFileObject) && !(self is TextSinkObject) }
  /// A BytesIO.
  var isBytesInMemory: Bool { (self as? BinaryFileObject)?.layer == .memory }
  var isInMemory: Bool { self is StringFileObject || isBytesInMemory }
}
