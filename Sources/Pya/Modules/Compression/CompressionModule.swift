extension Runtime {
  /// `_zlib`: checksums, and deflated data as a whole; `zlib` is built on it.
  func makeCompressionModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_zlib")
    addChecksumFunctions(to: module)
    module.define(self, "deflate", "data, level, /") { (runtime, arguments) throws(Raised) in
      guard case .int(let level) = arguments[1], 0...9 ~= level else { throw runtime.valueError("Bad compression level") }
      let bytes = Deflater.deflate(try runtime.compressibleBytes(arguments[0]), level: level)
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    // What came of it, where it ended, and what was wrong: None, "" for data that ends too early, or a message.
    module.define(self, "inflate", "data, start, /") { (runtime, arguments) throws(Raised) in
      let data = try runtime.compressibleBytes(arguments[0])
      guard case .int(let start) = arguments[1], 0...data.count ~= start else { throw runtime.valueError("bad start") }
      var inflater = Inflater(data, from: start)
      var problem = Value.none
      do throws(Inflater.Failure) { try inflater.run() } catch {
        switch error {
        case .isIncomplete: problem = .object(runtime.string(""))
        case .isWrong(let message): problem = .object(runtime.string(message))
        }
      }
      return .object(
        TupleObject(
          runtime,
          [.object(BytesObject(type: runtime.types.bytes, inflater.output)), .int(inflater.position), problem]))
    }
    return module
  }

  private func compressibleBytes(_ value: Value) throws(Raised) -> [UInt8] {
    if let bytes = bytesLike(value) { return bytes }
    throw typeError("a bytes-like object is required, not '\(typeName(value))'")
  }
}
