/// An object whose memory a `memoryview` can show though it keeps its elements in another form: `array.array`.
protocol BufferExporter: Object {
  var bufferFormat: ElementFormat { get }
  /// How many bytes it shows now.
  var byteCount: Int { get }
  /// The bytes of a range that lies within.
  func bytes(in range: Range<Int>) throws(Raised) -> [UInt8]
  func store(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(Raised)
  /// How many memory views show it, for those that must know.
  var exports: Int { get set }
  /// No memory view shows it any more.
  func lastViewIsGone()
}

extension BufferExporter {
  func lastViewIsGone() {}
}

/// Memory that a function of the library fills: `readinto`, `pack_into`, `recv_into`.
struct WritableBuffer {
  private enum Target {
    case bytes(BytesObject)
    case view(MemoryViewObject)
    case exporter(any BufferExporter)
  }

  private let target: Target

  /// Nil: the value cannot be written to.
  init?(_ value: Value, _ runtime: Runtime) {
    guard case .object(let object) = value else { return nil }
    if let view = try? runtime.bufferOfProgram(value, .writable) {
      if view.isReadOnly { return nil }
      target = .view(view)
    } else if object.kind == .byteArray {
      target = .bytes(unsafeDowncast(object, to: BytesObject.self))
    } else if let view = object as? MemoryViewObject {
      guard view.source != nil, !view.isReadOnly, view.isContiguous else { return nil }
      target = .view(view)
    } else if let exporter = object as? any BufferExporter {
      target = .exporter(exporter)
    } else {
      return nil
    }
  }

  var count: Int {
    switch target {
    case .bytes(let object): object.count
    case .view(let view): view.count * view.format.size
    case .exporter(let exporter): exporter.byteCount
    }
  }

  /// Stores bytes, which must not be the buffer's own, as far as there is room.
  func store(_ bytes: ByteSpan, at offset: Int = 0) throws(Raised) {
    let fitting = bytes.part(0..<min(bytes.count, max(0, count - offset)))
    if fitting.isEmpty { return }
    switch target {
    case .bytes(let object): fitting.withContent { object.replace(offset..<(offset + $0.count), with: $0) }
    case .view(let view): try view.store(fitting.copyBytes()[...], at: view.start + offset)
    case .exporter(let exporter): try exporter.store(fitting.copyBytes()[...], at: offset)
    }
  }
}
