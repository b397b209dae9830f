/// What `BytesIO.getbuffer()` shows: the bytes of the file themselves, not a copy.
final class BytesIOBuffer: Object, BufferExporter {
  private let stream: MemoryStream

  init(_ runtime: Runtime, _ stream: MemoryStream) {
    self.stream = stream
    super.init(type: runtime.types.object, kind: .other)
  }

  var exports: Int {
    get { stream.exports }
    set { stream.exports = newValue }
  }

  var bufferFormat: ElementFormat { .unsignedByte }
  var byteCount: Int { stream.bytes.count }
  func bytes(in range: Range<Int>) throws(Raised) -> [UInt8] { Array(stream.bytes[range]) }
  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised) { stream.replace(bytes, at: offset) }
}
