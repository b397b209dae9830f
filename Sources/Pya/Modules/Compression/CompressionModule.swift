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
        case .isIncomplete, .isFull: problem = .object(runtime.string(""))
        case .isWrong(let message): problem = .object(runtime.string(message))
        }
      }
      return .object(
        TupleObject(
          runtime,
          [.object(BytesObject(type: runtime.types.bytes, inflater.takeOutput())), .int(inflater.position), problem]))
    }
    addDeflater(to: module)
    addInflater(to: module)
    return module
  }

  /// What compresses piece by piece.
  private func addDeflater(to module: ModuleObject) {
    let type = makeModuleType("Deflater", in: module)
    type.defineConstructor(self, "level, window_bits, memory_level") { (runtime, cls, arguments) throws(Raised) in
      let (level, bits, memory) = try (runtime.index(arguments[0]), runtime.index(arguments[1]), runtime.index(arguments[2]))
      guard 0...9 ~= level, 9...15 ~= bits, 1...9 ~= memory else { throw runtime.valueError("Invalid initialization option") }
      return .object(DeflaterObject(type: cls, Deflater(level: level, windowBits: bits, memoryLevel: memory)))
    }
    // The bytes that come of the data; `mode` as the numbers of zlib have it.
    type.define(self, "deflate", "self, data, mode, /") { (runtime, arguments) throws(Raised) in
      guard let object = arguments[0].object as? DeflaterObject else { return .none }
      let flush: Deflater.Flush
      switch try runtime.index(arguments[2]) {
      case 2: flush = .sync
      case 3: flush = .full
      default: flush = .finish
      }
      let bytes = object.deflater.deflate(try runtime.compressibleBytes(arguments[1]), flush)
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    type.define(self, "copy", "self, /") { (_, arguments) throws(Raised) in
      guard let object = arguments[0].object as? DeflaterObject else { return .none }
      return .object(DeflaterObject(type: object.type, object.deflater))
    }
    module.set(self, "Deflater", .object(type))
  }

  /// What decompresses piece by piece.
  private func addInflater(to module: ModuleObject) {
    let type = makeModuleType("Inflater", in: module)
    type.defineConstructor(self, "") { (_, cls, _) throws(Raised) in .object(InflaterObject(type: cls)) }
    // (what came of the data, the data that were not used, whether all blocks were read, what is wrong or None). At most so many bytes; 0: any number.
    type.define(self, "inflate", "self, data, limit, /") { (runtime, arguments) throws(Raised) in
      guard let object = arguments[0].object as? InflaterObject else { return .none }
      let limit = try runtime.index(arguments[2])
      object.inflater.append(try runtime.compressibleBytes(arguments[1]))
      var problem = Value.none
      var isFull = false
      do throws(Inflater.Failure) { try object.inflater.run(atMost: limit <= 0 ? .max : limit) } catch {
        switch error {
        case .isIncomplete: break
        case .isFull: isFull = true
        case .isWrong(let message): problem = .object(runtime.string(message))
        }
      }
      let hasEnded = object.inflater.hasEnded
      let unused = isFull || hasEnded ? object.inflater.takeUnused() : []
      let bytes = runtime.types.bytes
      return .object(
        TupleObject(
          runtime,
          [
            .object(BytesObject(type: bytes, object.inflater.takeOutput())), .object(BytesObject(type: bytes, unused)), .bool(hasEnded), problem,
          ]))
    }
    type.define(self, "copy", "self, /") { (_, arguments) throws(Raised) in
      guard let object = arguments[0].object as? InflaterObject else { return .none }
      let made = InflaterObject(type: object.type)
      made.inflater = object.inflater
      return .object(made)
    }
    module.set(self, "Inflater", .object(type))
  }

  private func compressibleBytes(_ value: Value) throws(Raised) -> [UInt8] {
    if let bytes = bytesLike(value) { return bytes }
    throw typeError("a bytes-like object is required, not '\(typeName(value))'")
  }
}

private final class DeflaterObject: Object {
  var deflater: Deflater

  init(type: TypeObject, _ deflater: Deflater) {
    self.deflater = deflater
    super.init(type: type, kind: .other)
  }
}

private final class InflaterObject: Object {
  var inflater = Inflater()

  init(type: TypeObject) { super.init(type: type, kind: .other) }
}
