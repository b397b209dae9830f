/// The methods of binary files, and how `io.BufferedReader(raw)` and its kin are made.
extension Runtime {
  func installBinaryFileMethods(_ types: FileTypes) {
    // On the types themselves too, whose names stand in messages.
    for type in [types.bufferedBase, types.rawBase, types.reader, types.writer, types.random, types.raw, types.bytesIO] {
      installBinaryMethods(type)
    }
    installReadInto(types.rawBase, "readinto", through: "read")
    installReadInto(types.bufferedBase, "readinto", through: "read")
    installReadInto(types.bufferedBase, "readinto1", through: "read1")
    types.bufferedBase.define(self, "read1", "self, size=-1, /") { (runtime, arguments) throws(Raised) in
      let size = try runtime.sizeArgument(arguments[1])
      guard let file = arguments[0].object as? BinaryFileObject else { throw runtime.unsupportedOperation("read1") }
      return try file.readOnce(runtime, count: size)
    }
    types.bufferedBase.define(self, "detach", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? BinaryFileObject, file.layer == .buffered else {
        throw runtime.unsupportedOperation("detach")
      }
      try file.flush(runtime)
      let raw = runtime.rawFile(of: file)
      file.stream = ByteStream()
      file.stream.isClosed = true
      return raw
    }
    types.rawBase.define(self, "readall", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if file is BinaryFileObject { return try file.read(runtime, count: -1) }
      var bytes: [UInt8] = []
      while let more = runtime.bytesLike(try runtime.callMethod(arguments[0], "read", [.int(8192)])), !more.isEmpty {
        bytes += more
      }
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    for type in [types.reader, types.random] {
      type.define(self, "peek", "self, size=0, /") { (runtime, arguments) throws(Raised) in
        guard let file = arguments[0].object as? BinaryFileObject else { return .none }
        return try file.peek(runtime)
      }
    }
    types.raw.defineProperty(self, "closefd") { (_, value) throws(Raised) in
      .bool((value.object as? BinaryFileObject)?.closesDescriptor ?? true)
    }
    for type in [types.reader, types.writer, types.random] {
      type.defineProperty(self, "raw") { (runtime, value) throws(Raised) in
        guard let file = value.object as? BinaryFileObject else { return .none }
        return runtime.rawFile(of: file)
      }
    }
    for type in [types.reader, types.writer, types.random, types.raw] { installNames(type) }
    installBinaryReprs(types)
    installBinaryConstructors(types)
  }

  private func installBinaryMethods(_ type: TypeObject) {
    type.define(self, "read", "self, size=-1, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if let binary = file as? BinaryFileObject, binary.layer == .buffered, !binary.isReadable {
        throw runtime.unsupportedOperation("read")
      }
      let count = try runtime.sizeArgument(arguments[1])
      if file.isExactlyBase, !file.type.isSubtype(of: runtime.fileTypes.rawBase) { throw runtime.unsupportedOperation("read") }
      if file.isExactlyBase { return try runtime.readThroughReadInto(arguments[0], count) }
      return try file.read(runtime, count: count)
    }
    type.define(self, "write", "self, b, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if file.isExactlyBase, file.type.isSubtype(of: runtime.fileTypes.rawBase) { throw runtime.error("NotImplementedError", []) }
      return try file.write(runtime, arguments[1])
    }
  }

  private func installReadInto(_ type: TypeObject, _ name: String, through read: String) {
    type.define(self, name, "self, buffer, /") { (runtime, arguments) throws(Raised) in
      guard let target = WritableBuffer(arguments[1], runtime) else {
        throw runtime.typeError(
          "\(name)() argument must be read-write bytes-like object, not \(runtime.givenName(arguments[1]))")
      }
      try (arguments[0].object as? BinaryFileObject)?.checkReadInto(runtime)
      let got = try runtime.callMethod(arguments[0], read, [.int(target.count)])
      guard let bytes = runtime.bytesLike(got) else { return .int(0) }
      try target.store(bytes)
      return .int(min(bytes.count, target.count))
    }
  }

  /// `RawIOBase.read` of a class of the program that has only a `readinto`.
  fileprivate func readThroughReadInto(_ file: Value, _ count: Int) throws(Raised) -> Value {
    if count < 0 { return try callMethod(file, "readall") }
    guard type(of: file).special(named: "readinto", self) != nil else { throw error("NotImplementedError", []) }
    let buffer = BytesObject(type: types.bytearray, kind: .byteArray, zeros: min(count, 1 << 26))
    let got = try callMethod(file, "readinto", [.object(buffer)])
    if got.isNone { return .none }
    return .object(BytesObject(type: types.bytes, Array(buffer.copyBytes().prefix(max(0, try index(got))))))
  }

  /// The unbuffered file below a buffered one.
  func rawFile(of file: BinaryFileObject) -> Value {
    if file.raw.isUndefined {
      let raw = BinaryFileObject(type: fileTypes.raw, stream: file.stream, name: file.name, mode: file.mode, layer: .raw)
      raw.closesDescriptor = file.closesDescriptor
      file.raw = .object(raw)
    }
    return file.raw
  }

  /// `name` and `mode`.
  func installNames(_ type: TypeObject) {
    type.defineProperty(
      self, "name",
      get: { (runtime, value) throws(Raised) in
        guard let file = value.object as? FileObject, let name = file.name.defined else {
          throw runtime.missingAttribute(value, runtime.intern("name"))
        }
        return name
      },
      set: { (_, value, new) throws(Raised) in (value.object as? FileObject)?.name = new })
    type.defineProperty(
      self, "mode",
      get: { (runtime, value) throws(Raised) in
        guard let file = value.object as? FileObject, !file.mode.isEmpty else {
          throw runtime.missingAttribute(value, runtime.intern("mode"))
        }
        return .object(runtime.string(file.mode))
      },
      set: { (_, value, new) throws(Raised) in
        if let mode = new.string { (value.object as? FileObject)?.mode = mode.text }
      })
  }

  private func installBinaryReprs(_ types: FileTypes) {
    for type in [types.reader, types.writer, types.random] {
      type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
        let file = try runtime.file(arguments)
        return .object(runtime.string(try file.bufferedRepresentation(runtime)))
      }
    }
    types.raw.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let file = try runtime.file(arguments)
      if file.isClosed { return .object(runtime.string("<_io.FileIO [closed]>")) }
      return .object(runtime.string(try file.rawRepresentation(runtime)))
    }
  }

  // MARK: Making them

  /// Takes over the file below, or wraps an object of the program.
  func binaryFile(
    over value: Value, type: TypeObject, mode: String, bufferSize: Int = BinaryFileObject.chunk, isRaw: Bool = false
  ) -> BinaryFileObject {
    if let below = value.object as? BinaryFileObject, !below.type.isHeap {
      let file = BinaryFileObject(
        type: type, stream: below.stream, name: below.name, mode: below.mode, layer: .buffered, bufferSize: bufferSize)
      (below.stream as? DescriptorStream)?.holdBack(upTo: bufferSize)
      file.setAccess(reads: below.isReadable && mode != "wb", writes: below.isWritable && mode != "rb")
      file.raw = value
      below.handOver(to: file)
      return file
    }
    let stream = ObjectStream(self, value, isRaw: isRaw)
    let name = ((try? getAttributeIfPresent(value, intern("name"))) ?? nil) ?? .undefined
    let file = BinaryFileObject(type: type, stream: stream, name: name, mode: mode, layer: .buffered, bufferSize: bufferSize)
    file.setAccess(reads: mode.contains("r") && stream.isReadable, writes: mode != "rb" && stream.isWritable)
    file.raw = value
    return file
  }

  private func installBinaryConstructors(_ types: FileTypes) {
    for (type, mode) in [(types.reader, "rb"), (types.writer, "wb"), (types.random, "rb+")] {
      type.construct = { (runtime, cls, arguments) throws(Raised) in
        let options = try runtime.optionValues(arguments, type.name, ["raw", "buffer_size"])
        guard let raw = options[0].defined else {
          throw runtime.typeError("\(type.name)() missing required argument 'raw' (pos 1)")
        }
        let size = try options[1].defined.map { (size) throws(Raised) in try runtime.index(size) } ?? BinaryFileObject.chunk
        guard size > 0 else { throw runtime.valueError("buffer size must be strictly positive") }
        let file = runtime.binaryFile(over: raw, type: cls, mode: mode, bufferSize: size, isRaw: true)
        if mode == "rb", !file.isReadable { throw runtime.error("OSError", "File or stream is not readable.") }
        if mode == "wb", !file.isWritable { throw runtime.error("OSError", "File or stream is not writable.") }
        return .object(file)
      }
    }
    types.raw.construct = { (runtime, cls, arguments) throws(Raised) in
      let options = try runtime.optionValues(arguments, "FileIO", ["file", "mode", "closefd", "opener"])
      guard !options[0].isUndefined else { throw runtime.typeError("FileIO() missing required argument 'file' (pos 1)") }
      let text = options[1].isUndefined ? "r" : try runtime.textArgument(options[1], "FileIO() argument 'mode' must be str, not ").text
      let mode = try FileMode(text.contains("b") ? text : text + "b", runtime)
      let closes = options[2].isUndefined ? true : try runtime.isTrue(options[2])
      return .object(
        try runtime.openBinary(options[0], mode, type: cls, layer: .raw, closes: closes, opener: options[3]))
    }
  }

  /// Positional arguments and keywords by the names of the parameters.
  func optionValues(_ arguments: Arguments, _ function: String, _ names: [String]) throws(Raised) -> [Value] {
    guard arguments.count <= names.count else {
      throw typeError("\(function)() takes at most \(names.count) argument\(names.count == 1 ? "" : "s") (\(arguments.count) given)")
    }
    var options = try keywordValues(arguments, function, names)
    for index in 0..<arguments.count { options[index] = arguments[index] }
    return options
  }
}
