/// `io`: files in memory, and the names of the file types.
func makeIoModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "io")
  let types = runtime.fileTypes
  runtime.installBytesIO(types.bytesIO)
  let named: [(String, TypeObject)] = [
    ("StringIO", types.stringIO), ("BytesIO", types.bytesIO), ("TextIOWrapper", types.text),
    ("BufferedReader", types.reader), ("BufferedWriter", types.writer), ("BufferedRandom", types.random),
    ("FileIO", types.raw), ("IOBase", types.ioBase), ("TextIOBase", types.textBase),
    ("BufferedIOBase", types.bufferedBase), ("RawIOBase", types.rawBase),
  ]
  for (name, type) in named { module.set(runtime, name, .object(type)) }
  if let open = runtime.builtins.getString(runtime.intern("open")) {
    module.set(runtime, "open", open)
    module.define(runtime, "open_code", "path") { (runtime, arguments) throws(Raised) in
      guard arguments[0].string != nil else {
        throw runtime.typeError("open_code() argument 'path' must be str, not \(runtime.givenName(arguments[0]))")
      }
      return try runtime.call(open, arguments[0], .object(runtime.string("rb")))
    }
  }
  module.lazyAttribute = { (runtime, module, name) throws(Raised) in
    if name.hasText("__all__") {
      let names = [
        "BlockingIOError", "open", "open_code", "IOBase", "RawIOBase", "FileIO", "BytesIO", "StringIO", "BufferedIOBase",
        "BufferedReader", "BufferedWriter", "BufferedRWPair", "BufferedRandom", "TextIOBase", "TextIOWrapper",
        "UnsupportedOperation", "SEEK_SET", "SEEK_CUR", "SEEK_END", "text_encoding", "DEFAULT_BUFFER_SIZE",
        "IncrementalNewlineDecoder",
      ]
      return .object(ListObject(runtime, names.map { .object(runtime.string($0)) }))
    }
    guard ["BufferedRWPair", "IncrementalNewlineDecoder"].contains(name.text) else { return nil }
    let library = try runtime.importModule("_io_classes", level: 0, globals: runtime.builtins)
    let value = try runtime.getAttribute(library, name)
    module.set(runtime, name.text, value)
    return value
  }
  module.define(runtime, "text_encoding", "encoding, stacklevel=2, /") { (runtime, arguments) throws(Raised) in
    arguments[0].isNone ? .object(runtime.string("locale")) : arguments[0]
  }
  module.set(runtime, "UnsupportedOperation", .object(runtime.unsupportedOperation("").exception.type))
  if let error = runtime.exceptionTypes["BlockingIOError"] { module.set(runtime, "BlockingIOError", .object(error)) }
  module.set(runtime, "DEFAULT_BUFFER_SIZE", .int(8192))
  for (name, value) in [("SEEK_SET", 0), ("SEEK_CUR", 1), ("SEEK_END", 2)] { module.set(runtime, name, .int(value)) }
  return module
}

extension Runtime {
  fileprivate func installBytesIO(_ type: TypeObject) {
    func make(_ type: TypeObject) -> BinaryFileObject {
      BinaryFileObject(type: type, stream: MemoryStream(), name: .undefined, mode: "rb+", layer: .memory)
    }
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let file = make(cls)
      try runtime.initializeBytesIO(file, arguments)
      return .object(file)
    }
    type.defineStatic(self, "__new__", "cls, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      .object(make(arguments[0].type ?? type))
    }
    type.define(self, "__init__", "self, /, *args, **kwargs") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? BinaryFileObject else { return .none }
      try runtime.initializeBytesIO(file, arguments.dropFirst)
      return .none
    }
    type.define(self, "getvalue", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? BinaryFileObject, let memory = file.memory else { return .none }
      try file.checkOpen(runtime)
      return .object(BytesObject(type: runtime.types.bytes, memory.bytes))
    }
    type.define(self, "getbuffer", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? BinaryFileObject, let memory = file.memory else { return .none }
      try file.checkOpen(runtime)
      return .object(
        MemoryViewObject(
          runtime, BytesIOBuffer(runtime, memory), start: 0, count: memory.bytes.count, stride: 1, isReadOnly: false))
    }
    type.define(self, "__getstate__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? BinaryFileObject, let memory = file.memory else { return .none }
      try file.checkOpen(runtime)
      let content = Value.object(BytesObject(type: runtime.types.bytes, memory.bytes))
      return .object(TupleObject(runtime, [content, .int(try file.tell(runtime)), try file.stateOfAttributes(runtime)]))
    }
    type.define(self, "__setstate__", "self, state, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? BinaryFileObject else { return .none }
      let state = try file.checkedState(arguments[1], count: 3, runtime)
      try runtime.initializeBytesIO(file, state[0])
      _ = try file.seek(runtime, try file.position(inState: state, runtime), whence: 0)
      return .none
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      let type = runtime.type(of: arguments[0])
      return .object(runtime.string("<\(type.moduleName).\(type.name) object at \(runtime.addressText(arguments[0]))>"))
    }
  }

  private func initializeBytesIO(_ file: BinaryFileObject, _ arguments: Arguments) throws(Raised) {
    try initializeBytesIO(file, try optionValues(arguments, "BytesIO", ["initial_bytes"])[0])
  }

  private func initializeBytesIO(_ file: BinaryFileObject, _ content: Value) throws(Raised) {
    var initial: [UInt8] = []
    if !content.isUndefined, !content.isNone {
      guard let bytes = try bytesToWrite(content) else {
        throw typeError("a bytes-like object is required, not '\(typeName(content))'")
      }
      initial = bytes.copyBytes()
    }
    file.stream = MemoryStream(initial)
  }
}
