import CSystem

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `_lzma`: streams of liblzma; `lzma` is built on it. Functions that may fail give the library's result code.
extension Runtime {
  private final class LzmaState {
    var library: LzmaLibrary?
  }

  private func lzma() throws(Raised) -> LzmaLibrary {
    let state = attachment(LzmaState.self) { LzmaState() }
    if let library = state.library { return library }
    let library = try LzmaLibrary(self)
    state.library = library
    return library
  }

  func makeLzmaModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_lzma")
    module.define(self, "load", "") { (runtime, _) throws(Raised) in
      _ = try runtime.lzma()
      return .none
    }
    module.define(self, "supports_check", "check, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.lzma().supportsCheck(try runtime.cInt(arguments[0])) != 0)
    }
    module.define(self, "has_preset", "preset, /") { (runtime, arguments) throws(Raised) in
      var options = xz_lzma_options()
      return .bool(try runtime.lzma().fillFromPreset(&options, UInt32(clamping: try runtime.index(arguments[0]))) == 0)
    }
    let coder = makeModuleType("Coder", in: module)
    defineCoder(coder)
    // Filters are None or a list of pairs as `LzmaFilters` takes them.
    module.define(self, "encoder", "format, check, preset, filters, /") { (runtime, arguments) throws(Raised) in
      let library = try runtime.lzma()
      let (format, check) = (try runtime.index(arguments[0]), try runtime.cInt(arguments[1]))
      let preset = UInt32(clamping: try runtime.index(arguments[2]))
      let filters = try runtime.lzmaFilters(arguments[3], library)
      let made = LzmaCoder(library, filters, check: Int(check))
      let code = made.begin { stream in
        switch (format, filters) {
        case (1, nil): library.easyEncoder(stream, preset, check)
        case (1, let filters?): library.streamEncoder(stream, filters.pointer, check)
        case (2, let filters?): library.aloneEncoder(stream, filters.pointer.pointee.options)
        case (_, let filters?): library.rawEncoder(stream, filters.pointer)
        default: 8
        }
      }
      return code == LzmaLibrary.ok ? .object(HolderObject(type: coder, made)) : .int(Int(code))
    }
    module.define(self, "decoder", "format, limit, filters, /") { (runtime, arguments) throws(Raised) in
      let library = try runtime.lzma()
      let format = try runtime.index(arguments[0])
      let limit = arguments[1].isNone ? UInt64.max : UInt64(clamping: try runtime.index(arguments[1]))
      let filters = try runtime.lzmaFilters(arguments[2], library)
      let made = LzmaCoder(library, filters, check: format < 2 ? 16 : 0)
      // The decoder tells of the checksum that a stream has, or that it has none.
      let flags: UInt32 = 5
      let code = made.begin { stream in
        switch (format, filters) {
        case (0, _): library.autoDecoder(stream, limit, flags)
        case (1, _): library.streamDecoder(stream, limit, flags)
        case (2, _): library.aloneDecoder(stream, limit)
        case (_, let filters?): library.rawDecoder(stream, filters.pointer)
        default: 8
        }
      }
      return code == LzmaLibrary.ok ? .object(HolderObject(type: coder, made)) : .int(Int(code))
    }
    // A filter's options as bytes, as they stand in headers of archives.
    module.define(self, "encode_properties", "filters, /") { (runtime, arguments) throws(Raised) in
      let library = try runtime.lzma()
      guard let filters = try runtime.lzmaFilters(arguments[0], library) else { return .int(8) }
      var size: UInt32 = 0
      let code = library.propertiesSize(&size, filters.pointer)
      if code != LzmaLibrary.ok { return .int(Int(code)) }
      // At least one byte, so that there is an address.
      var bytes = [UInt8](repeating: 0, count: Int(size) + 1)
      let result = library.encodeProperties(filters.pointer, &bytes)
      if result != LzmaLibrary.ok { return .int(Int(result)) }
      return .object(BytesObject(type: runtime.types.bytes, Array(bytes.dropLast())))
    }
    // The numbers of a filter by those bytes.
    module.define(self, "decode_properties", "id, data, /") { (runtime, arguments) throws(Raised) in
      let library = try runtime.lzma()
      let data = try runtime.compressibleBytes(arguments[1])
      var filter = xz_filter(id: UInt64(clamping: try runtime.index(arguments[0])), options: nil)
      let code = (data + [0]).withUnsafeBufferPointer { bytes in
        bytes.baseAddress.map { library.decodeProperties(&filter, nil, $0, data.count) } ?? 8
      }
      if code != LzmaLibrary.ok { return .int(Int(code)) }
      guard let options = filter.options else { return .object(TupleObject(runtime, [])) }
      defer { free(options) }
      let numbers: [UInt32]
      switch filter.id {
      case LzmaLibrary.lzma1, LzmaLibrary.lzma2:
        let found = options.load(as: xz_lzma_options.self)
        numbers = [found.dict_size, found.lc, found.lp, found.pb]
      case LzmaLibrary.delta: numbers = [options.load(as: xz_delta_options.self).dist]
      default: numbers = [options.load(as: UInt32.self)]
      }
      return .object(TupleObject(runtime, numbers.map { .int(Int($0)) }))
    }
    return module
  }

  private func defineCoder(_ type: TypeObject) {
    func coder(_ value: Value) throws(Raised) -> LzmaCoder { try held(value, LzmaCoder.self) }
    // (what came of the data, a result code); at most `limit` bytes, negative: all.
    type.define(self, "run", "self, data, limit, is_last, /") { (runtime, arguments) throws(Raised) in
      let (bytes, code) = try coder(arguments[0]).run(
        try runtime.compressibleBytes(arguments[1]), limit: try runtime.index(arguments[2]), isLast: try runtime.isTrue(arguments[3]))
      return .object(TupleObject(runtime, [.object(BytesObject(type: runtime.types.bytes, bytes)), .int(Int(code))]))
    }
    type.defineProperty(self, "check") { (_, value) throws(Raised) in .int(try coder(value).check) }
    type.defineProperty(self, "has_ended") { (_, value) throws(Raised) in .bool(try coder(value).hasEnded) }
    type.defineProperty(self, "needs_input") { (_, value) throws(Raised) in
      let coder = try coder(value)
      return .bool(!coder.hasEnded && !coder.hasPending && !coder.isFull)
    }
    type.defineProperty(self, "pending") { (runtime, value) throws(Raised) in
      .object(BytesObject(type: runtime.types.bytes, try coder(value).pending))
    }
  }

  private func lzmaFilters(_ value: Value, _ library: LzmaLibrary) throws(Raised) -> LzmaFilters? {
    guard let list = value.list else { return nil }
    var chain: [(id: UInt64, numbers: [Int])] = []
    for entry in list.array {
      guard let pair = entry.tuple, pair.count == 2, let given = pair[1].list else { throw typeError("expected a filter") }
      var numbers: [Int] = []
      for number in given.array { numbers.append(try index(number)) }
      chain.append((UInt64(clamping: try index(pair[0])), numbers))
    }
    guard let filters = LzmaFilters(chain, library) else { throw valueError("no such preset") }
    return filters
  }
}
