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
      return .object(HolderObject(type: cls, Deflater(level: level, windowBits: bits, memoryLevel: memory)))
    }
    // The bytes that come of the data; `mode` as the numbers of zlib have it.
    type.define(self, "deflate", "self, data, mode, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Deflater.self)
      let flush: Deflater.Flush
      switch try runtime.index(arguments[2]) {
      case 2: flush = .sync
      case 3: flush = .full
      default: flush = .finish
      }
      let bytes = object.held.deflate(try runtime.compressibleBytes(arguments[1]), flush)
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    type.define(self, "copy", "self, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Deflater.self)
      return .object(HolderObject(type: object.type, object.held))
    }
    module.set(self, "Deflater", .object(type))
  }

  /// What decompresses piece by piece.
  private func addInflater(to module: ModuleObject) {
    let type = makeModuleType("Inflater", in: module)
    type.defineConstructor(self, "") { (_, cls, _) throws(Raised) in .object(HolderObject(type: cls, Inflater())) }
    // (what came of the data, the data that were not used, whether all blocks were read, what is wrong or None). At most so many bytes; 0: any number.
    type.define(self, "inflate", "self, data, limit, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Inflater.self)
      let limit = try runtime.index(arguments[2])
      object.held.append(try runtime.compressibleBytes(arguments[1]))
      var problem = Value.none
      var isFull = false
      do throws(Inflater.Failure) { try object.held.run(atMost: limit <= 0 ? .max : limit) } catch {
        switch error {
        case .isIncomplete: break
        case .isFull: isFull = true
        case .isWrong(let message): problem = .object(runtime.string(message))
        }
      }
      let hasEnded = object.held.hasEnded
      let unused = isFull || hasEnded ? object.held.takeUnused() : []
      let bytes = runtime.types.bytes
      return .object(
        TupleObject(
          runtime,
          [
            .object(BytesObject(type: bytes, object.held.takeOutput())), .object(BytesObject(type: bytes, unused)), .bool(hasEnded), problem,
          ]))
    }
    type.define(self, "copy", "self, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Inflater.self)
      return .object(HolderObject(type: object.type, object.held))
    }
    module.set(self, "Inflater", .object(type))
  }

  /// `_bz2`: what compresses and decompresses piece by piece; `bz2` is built on it.
  func makeBzip2Module() -> ModuleObject {
    let module = ModuleObject(self, name: "_bz2")
    let encoder = makeModuleType("Encoder", in: module)
    encoder.defineConstructor(self, "level") { (runtime, cls, arguments) throws(Raised) in
      let level = try runtime.index(arguments[0])
      guard 1...9 ~= level else { throw runtime.valueError("compresslevel must be between 1 and 9") }
      return .object(HolderObject(type: cls, Bzip2Encoder(level: level)))
    }
    encoder.define(self, "append", "self, data, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Bzip2Encoder.self)
      let bytes = object.held.append(try runtime.compressibleBytes(arguments[1]))
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    encoder.define(self, "finish", "self, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Bzip2Encoder.self)
      return .object(BytesObject(type: runtime.types.bytes, object.held.finish()))
    }
    module.set(self, "Encoder", .object(encoder))
    let decoder = makeModuleType("Decoder", in: module)
    decoder.defineConstructor(self, "") { (_, cls, _) throws(Raised) in .object(HolderObject(type: cls, Bzip2Decoder())) }
    // The next blocks of the data, at least `limit` bytes unless it is 0; whether it is the end; what follows the end.
    decoder.define(self, "decode", "self, data, limit, /") { (runtime, arguments) throws(Raised) in
      let object = try runtime.holder(arguments[0], Bzip2Decoder.self)
      let limit = try runtime.index(arguments[2])
      object.held.append(try runtime.compressibleBytes(arguments[1]))
      var bytes: [UInt8] = []
      do throws(Bzip2Decoder.Failure) {
        while limit <= 0 || bytes.count < limit, let block = try object.held.nextBlock() { bytes += block }
      } catch {
        if case .isWrong = error { throw runtime.error("OSError", "Invalid data stream") }
      }
      let hasEnded = object.held.hasEnded
      let type = runtime.types.bytes
      return .object(
        TupleObject(
          runtime,
          [
            .object(BytesObject(type: type, bytes)), .bool(hasEnded),
            .object(BytesObject(type: type, hasEnded ? object.held.takeUnused() : [])),
          ]))
    }
    module.set(self, "Decoder", .object(decoder))
    return module
  }

  /// The object around what a method works on.
  private func holder<Held>(_ value: Value, _: Held.Type) throws(Raised) -> HolderObject<Held> {
    guard let holder = value.object as? HolderObject<Held> else { throw typeError("expected a compressor or decompressor") }
    return holder
  }

  /// What is held, where it is an object itself.
  func held<Held: AnyObject>(_ value: Value, _ type: Held.Type) throws(Raised) -> Held { try holder(value, type).held }

  func compressibleBytes(_ value: Value) throws(Raised) -> [UInt8] {
    if let bytes = bytesNow(value) { return bytes.copyBytes() }
    throw typeError("a bytes-like object is required, not '\(typeName(value))'")
  }
}

/// An object of the language around a compressor or decompressor.
final class HolderObject<Held>: Object {
  var held: Held

  init(type: TypeObject, _ held: Held) {
    self.held = held
    super.init(type: type, kind: .other)
  }
}
