/// What `BytesIO.getbuffer()` shows: the bytes of the file themselves, not a copy.
final class BytesIOBuffer: Object, BufferExporter {
  private let stream: MemoryStream

  init(_ runtime: Runtime, _ stream: MemoryStream) {
    self.stream = stream
    super.init(type: runtime.types.object, kind: .other)
    stream.exports += 1
  }

  /// The views that show it have ended.
  deinit { stream.exports -= 1 }

  var bufferFormat: ElementFormat { .unsignedByte }
  var byteCount: Int { stream.bytes.count }
  func bytes(in range: Range<Int>) throws(Raised) -> [UInt8] { Array(stream.bytes[range]) }
  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised) { stream.replace(bytes, at: offset) }
}
