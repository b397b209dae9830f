import CSystem

/// The functions of liblzma, found once for each interpreter.
final class LzmaLibrary {
  typealias Stream = UnsafeMutablePointer<xz_stream>
  typealias Filters = UnsafePointer<xz_filter>
  /// A result code of the library.
  typealias Code = Int32

  let easyEncoder: @convention(c) (Stream, UInt32, Int32) -> Code
  let streamEncoder: @convention(c) (Stream, Filters, Int32) -> Code
  let aloneEncoder: @convention(c) (Stream, UnsafeRawPointer?) -> Code
  let rawEncoder: @convention(c) (Stream, Filters) -> Code
  let autoDecoder: @convention(c) (Stream, UInt64, UInt32) -> Code
  let streamDecoder: @convention(c) (Stream, UInt64, UInt32) -> Code
  let aloneDecoder: @convention(c) (Stream, UInt64) -> Code
  let rawDecoder: @convention(c) (Stream, Filters) -> Code
  let code: @convention(c) (Stream, Int32) -> Code
  let end: @convention(c) (Stream) -> Void
  let check: @convention(c) (Stream) -> Int32
  let supportsCheck: @convention(c) (Int32) -> UInt8
  /// Fills options by a preset; true: there is no such one.
  let fillFromPreset: @convention(c) (UnsafeMutablePointer<xz_lzma_options>, UInt32) -> UInt8
  let propertiesSize: @convention(c) (UnsafeMutablePointer<UInt32>, Filters) -> Code
  let encodeProperties: @convention(c) (Filters, UnsafeMutablePointer<UInt8>) -> Code
  let decodeProperties: @convention(c) (UnsafeMutablePointer<xz_filter>, UnsafeRawPointer?, UnsafePointer<UInt8>, Int) -> Code

  init(_ runtime: Runtime) throws(Raised) {
    #if canImport(Glibc)
      let library = try SystemLibrary(runtime, "liblzma.so.5")
    #else
      let library = try SystemLibrary(runtime, "liblzma.5.dylib")
    #endif
    func find<Function>(_ name: String) throws(Raised) -> Function { try library.function("lzma_" + name, runtime) }
    easyEncoder = try find("easy_encoder")
    streamEncoder = try find("stream_encoder")
    aloneEncoder = try find("alone_encoder")
    rawEncoder = try find("raw_encoder")
    autoDecoder = try find("auto_decoder")
    streamDecoder = try find("stream_decoder")
    aloneDecoder = try find("alone_decoder")
    rawDecoder = try find("raw_decoder")
    code = try find("code")
    end = try find("end")
    check = try find("get_check")
    supportsCheck = try find("check_is_supported")
    fillFromPreset = try find("lzma_preset")
    propertiesSize = try find("properties_size")
    encodeProperties = try find("properties_encode")
    decodeProperties = try find("properties_decode")
  }

  static let ok: Code = 0
  static let ended: Code = 1
  static let noCheck: Code = 2
  static let getCheck: Code = 4
  static let full: Code = 10
  static let lzma1: UInt64 = 0x4000_0000_0000_0001
  static let lzma2: UInt64 = 0x21
  static let delta: UInt64 = 3
}

/// A chain of filters with their options, in memory of its own.
final class LzmaFilters {
  private let filters: UnsafeMutablePointer<xz_filter>
  private let count: Int

  var pointer: LzmaLibrary.Filters { LzmaLibrary.Filters(filters) }

  /// Each filter is its number and options: for LZMA a preset, then what differs from it in the order of the library's structure, negative where
  /// nothing does; a distance; or an offset. Nil: there is no such preset.
  init?(_ chain: [(id: UInt64, numbers: [Int])], _ library: LzmaLibrary) {
    count = chain.count
    filters = .allocate(capacity: chain.count + 1)
    filters.initialize(repeating: xz_filter(id: .max, options: nil), count: chain.count + 1)
    for (index, (id, numbers)) in chain.enumerated() {
      filters[index].id = id
      switch id {
      case LzmaLibrary.lzma1, LzmaLibrary.lzma2:
        let options = UnsafeMutablePointer<xz_lzma_options>.allocate(capacity: 1)
        options.initialize(to: xz_lzma_options())
        filters[index].options = UnsafeMutableRawPointer(options)
        guard numbers.count == 9, library.fillFromPreset(options, UInt32(clamping: numbers[0])) == 0 else { return nil }
        func replace(_ place: WritableKeyPath<xz_lzma_options, UInt32>, _ index: Int) {
          if numbers[index] >= 0 { options.pointee[keyPath: place] = UInt32(clamping: numbers[index]) }
        }
        replace(\.dict_size, 1)
        replace(\.lc, 2)
        replace(\.lp, 3)
        replace(\.pb, 4)
        if numbers[5] >= 0 { options.pointee.mode = Int32(clamping: numbers[5]) }
        replace(\.nice_len, 6)
        if numbers[7] >= 0 { options.pointee.mf = Int32(clamping: numbers[7]) }
        replace(\.depth, 8)
      case LzmaLibrary.delta:
        let options = UnsafeMutablePointer<xz_delta_options>.allocate(capacity: 1)
        options.initialize(to: xz_delta_options())
        options.pointee.dist = UInt32(clamping: numbers.first ?? 1)
        filters[index].options = UnsafeMutableRawPointer(options)
      default:
        let options = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
        options.initialize(to: UInt32(clamping: numbers.first ?? 0))
        filters[index].options = UnsafeMutableRawPointer(options)
      }
    }
  }

  deinit {
    for index in 0..<count { filters[index].options?.deallocate() }
    filters.deallocate()
  }
}

/// A stream that is being compressed or decompressed.
final class LzmaCoder {
  private let library: LzmaLibrary
  private let stream: LzmaLibrary.Stream
  /// Options that the stream may look at until its end.
  private let filters: LzmaFilters?
  /// What was given, and how much of it was taken.
  private var input: [UInt8] = []
  private var taken = 0
  private(set) var hasEnded = false
  private(set) var check: Int
  /// The last piece came to its limit: there may be more without further input.
  private(set) var isFull = false

  init(_ library: LzmaLibrary, _ filters: LzmaFilters?, check: Int) {
    self.library = library
    self.filters = filters
    self.check = check
    stream = .allocate(capacity: 1)
    stream.initialize(to: xz_stream())
  }

  deinit {
    library.end(stream)
    stream.deallocate()
  }

  /// What was given and not taken yet.
  var pending: [UInt8] { Array(input[taken...]) }
  var hasPending: Bool { taken < input.count }

  /// Begins: a result code.
  func begin(_ body: (LzmaLibrary.Stream) -> LzmaLibrary.Code) -> LzmaLibrary.Code { body(stream) }

  /// What comes of the data, at most `limit` bytes (negative: all), and a result code.
  func run(_ data: [UInt8], limit: Int, isLast: Bool) -> (bytes: [UInt8], code: LzmaLibrary.Code) {
    if taken > input.count / 2 {
      input.removeFirst(taken)
      taken = 0
    }
    input += data
    var output = [UInt8](repeating: 0, count: limit < 0 ? 8192 : min(limit, 8192))
    var filled = 0
    var code = LzmaLibrary.ok
    isFull = false
    while true {
      input.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          // An empty array may have no address, which the library takes for a mistake of its caller's.
          withUnsafeMutablePointer(to: &stream.pointee.reserved_enums.0) { spare in
            let place = UnsafeMutableRawPointer(spare).assumingMemoryBound(to: UInt8.self)
            stream.pointee.input = input.baseAddress.map { $0 + taken } ?? UnsafePointer(place)
            stream.pointee.output = output.baseAddress.map { $0 + filled } ?? place
          }
          stream.pointee.input_count = input.count - taken
          stream.pointee.output_count = output.count - filled
          code = library.code(stream, isLast ? 3 : 0)
          taken = input.count - stream.pointee.input_count
          filled = output.count - stream.pointee.output_count
        }
      }
      let (isTaken, isFilled) = (!hasPending, filled == output.count)
      if code == LzmaLibrary.full, isTaken, !isFilled { code = LzmaLibrary.ok }
      if code == LzmaLibrary.noCheck || code == LzmaLibrary.getCheck {
        check = Int(library.check(stream))
        code = LzmaLibrary.ok
      }
      if code != LzmaLibrary.ok { break }
      if isFilled {
        if output.count == limit {
          isFull = true
          break
        }
        let size = limit < 0 ? output.count * 2 : min(output.count * 2, limit)
        output.append(contentsOf: repeatElement(0, count: size - output.count))
      } else if isTaken, !isLast {
        break
      }
    }
    if code == LzmaLibrary.ended {
      hasEnded = true
      code = LzmaLibrary.ok
    }
    output.removeLast(output.count - filled)
    return (output, code)
  }
}
