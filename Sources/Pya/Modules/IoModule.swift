/// `io`: files in memory, and the names of the file types.
func makeIoModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "io")
  let types = runtime.fileTypes
  runtime.installStringIO(types.stringIO)
  runtime.installBytesIO(types.bytesIO)
  let named: [(String, TypeObject)] = [
    ("StringIO", types.stringIO), ("BytesIO", types.bytesIO), ("TextIOWrapper", types.text),
    ("BufferedReader", types.reader), ("BufferedWriter", types.writer), ("BufferedRandom", types.random),
    ("FileIO", types.raw), ("IOBase", types.ioBase), ("TextIOBase", types.text.bases[0]),
    ("BufferedIOBase", types.reader.bases[0]), ("RawIOBase", types.raw.bases[0]),
  ]
  for (name, type) in named { module.set(runtime, name, .object(type)) }
  if let open = runtime.builtins.getString(runtime.intern("open")) { module.set(runtime, "open", open) }
  module.set(runtime, "UnsupportedOperation", .object(runtime.unsupportedOperation("").exception.type))
  module.set(runtime, "DEFAULT_BUFFER_SIZE", .int(8192))
  for (name, value) in [("SEEK_SET", 0), ("SEEK_CUR", 1), ("SEEK_END", 2)] { module.set(runtime, name, .int(value)) }
  return module
}

extension Runtime {
  fileprivate func installStringIO(_ type: TypeObject) {
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let options = try runtime.memoryOptions(arguments, "StringIO", ["initial_value", "newline"])
      let newline: TextFileObject.Newline
      if options[1].isNone {
        newline = .universal
      } else {
        let mark = options[1].string?.text ?? "\n"
        newline = mark.isEmpty ? .untranslated : .exactly(mark)
      }
      var initial: [UInt8] = []
      if !options[0].isUndefined, !options[0].isNone {
        guard let text = options[0].string else {
          throw runtime.typeError("initial_value must be str or None, not \(runtime.typeName(options[0]))")
        }
        initial = text.copyBytes()
      }
      return .object(
        TextFileObject(type: cls, stream: MemoryStream(initial), name: .none, mode: "r+", newline: newline))
    }
    type.define(self, "getvalue", "self, /") { (runtime, arguments) throws(Raised) in
      guard let file = arguments[0].object as? TextFileObject else { return .none }
      try file.checkOpen(runtime)
      return .object(runtime.string(file.memoryText))
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string("<_io.StringIO object at \(runtime.addressText(arguments[0]))>"))
    }
  }

  fileprivate func installBytesIO(_ type: TypeObject) {
    type.construct = { (runtime, cls, arguments) throws(Raised) in
      let options = try runtime.memoryOptions(arguments, "BytesIO", ["initial_bytes"])
      var initial: [UInt8] = []
      if !options[0].isUndefined, !options[0].isNone {
        guard case .object(let object) = options[0], object.kind == .bytes || object.kind == .byteArray else {
          throw runtime.typeError("a bytes-like object is required, not '\(runtime.typeName(options[0]))'")
        }
        initial = unsafeDowncast(object, to: BytesObject.self).bytes
      }
      return .object(BinaryFileObject(type: cls, stream: MemoryStream(initial), name: .none, mode: "rb+"))
    }
    for name in ["getvalue", "getbuffer"] {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        guard let file = arguments[0].object as? FileObject, let stream = file.stream as? MemoryStream else { return .none }
        try file.checkOpen(runtime)
        return .object(BytesObject(type: runtime.types.bytes, stream.bytes))
      }
    }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      .object(runtime.string("<_io.BytesIO object at \(runtime.addressText(arguments[0]))>"))
    }
  }

  private func memoryOptions(_ arguments: Arguments, _ function: String, _ names: [String]) throws(Raised) -> [Value] {
    guard arguments.count <= names.count else {
      throw typeError("\(function)() takes at most \(names.count) argument\(names.count == 1 ? "" : "s") (\(arguments.count) given)")
    }
    var options = try keywordValues(arguments, function, names)
    for index in 0..<arguments.count { options[index] = arguments[index] }
    return options
  }
}
