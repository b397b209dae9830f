/// What all file objects have in common (`_io._IOBase`): they can be closed, and are their own iterators over lines.
///
/// An instance of this very class belongs to a class of the program that derives from one of the abstract bases.
class FileObject: IteratorObject {
  /// Two file objects over the same stream (a text file and its `buffer`) are closed together.
  var stream: ByteStream
  /// The path as the program gave it, or a descriptor's number; undefined: no such attribute.
  var name: Value
  var mode: String
  final var dictionary: DictObject?

  init(type: TypeObject, stream: ByteStream = ByteStream(), name: Value = .undefined, mode: String = "") {
    self.stream = stream
    self.name = name
    self.mode = mode
    super.init(type: type)
  }

  /// Its file object dies: closed are its stream, and, if that is a file of the system which nobody closed, the program may hear of it.
  final func closeDying(_ describe: (Runtime) throws(Raised) -> String) {
    guard !stream.isClosed, let file = stream as? DescriptorStream, file.ownsDescriptor else { return }
    type.runtime.wasNotClosed { (runtime) throws(Raised) in "file \(try describe(runtime))" }
    try? file.close()
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  final var isClosed: Bool { stream.isClosed }

  /// No class of the program overrides anything.
  final var isUnmodified: Bool { !type.isHeap && !stream.isClosed }

  var isReadable: Bool { false }
  var isWritable: Bool { false }
  var isSeekable: Bool { false }

  final func checkOpen(_ runtime: Runtime) throws(Raised) {
    if stream.isClosed { throw runtime.closedFileError() }
  }

  // What the kinds do differently. A negative count or limit means "to the end".

  func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value { throw runtime.unsupportedOperation("read") }
  func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value { throw runtime.unsupportedOperation("write") }
  func tell(_ runtime: Runtime) throws(Raised) -> Int { throw runtime.unsupportedOperation("seek") }
  func truncate(_ runtime: Runtime, _ size: Int?) throws(Raised) -> Int {
    throw runtime.unsupportedOperation("truncate")
  }
  func seek(_ runtime: Runtime, _ offset: Int, whence: Int) throws(Raised) -> Int {
    throw runtime.unsupportedOperation("seek")
  }

  /// A line through the `read` that a class of the program defines.
  func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value {
    var pieces: [Value] = []
    while limit < 0 || pieces.count < limit {
      let piece = try runtime.callMethod(.object(self), "read", [.int(1)])
      guard try runtime.isTrue(piece) else { break }
      pieces.append(piece)
      if let bytes = piece.bytes {
        if ByteSpan(bytes).last == 0x0A { break }
      } else if let text = piece.string {
        if text.byteCount > 0, text.bytes[text.byteCount - 1] == 0x0A { break }
      } else {
        throw runtime.error("OSError", "read() should have returned a bytes object, not '\(runtime.typeName(piece))'")
      }
    }
    let empty: Value =
      pieces.first?.string != nil ? .object(runtime.names.empty) : .object(BytesObject(type: runtime.types.bytes, []))
    return try runtime.callMethod(empty, "join", [.object(ListObject(runtime, pieces))])
  }

  func flush(_ runtime: Runtime) throws(Raised) {
    try checkOpen(runtime)
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.flush() }
  }

  func close(_ runtime: Runtime) throws(Raised) {
    if stream.isClosed { return }
    if type.isHeap { _ = try runtime.callMethod(.object(self), "flush") }
    try runtime.checkingSystem { () throws(SystemFailure) in try stream.close() }
  }

  override func next(_ runtime: Runtime) throws(Raised) -> Value {
    let line =
      type.isHeap ? try runtime.callMethod(.object(self), "readline") : try readLine(runtime, limit: -1)
    return try runtime.isTrue(line) ? line : .undefined
  }
}

// What `pickle` keeps of a file in memory: content, newline (of a text), position, attributes.
extension FileObject {
  func stateOfAttributes(_ runtime: Runtime) throws(Raised) -> Value {
    guard let dictionary, dictionary.count > 0 else { return .none }
    let copy = DictObject(runtime)
    try copy.merge(dictionary, runtime)
    return .object(copy)
  }

  func checkedState(_ value: Value, count: Int, _ runtime: Runtime) throws(Raised) -> [Value] {
    guard let tuple = value.tuple, tuple.count >= count else {
      throw runtime.typeError("\(type.messageName).__setstate__ argument should be \(count)-tuple, got \(runtime.typeName(value))")
    }
    return tuple.array
  }

  /// The position, which is the last but one of the state; the attributes behind it are taken over.
  func position(inState state: [Value], _ runtime: Runtime) throws(Raised) -> Int {
    let (index, ordinals) = (state.count - 2, ["first", "second", "third", "fourth"])
    guard runtime.type(of: state[index]).isSubtype(of: runtime.types.int) else {
      throw runtime.typeError("\(ordinals[index]) item of state must be an integer, got \(runtime.typeName(state[index]))")
    }
    let position = try runtime.index(state[index])
    if position < 0 { throw runtime.valueError("position value cannot be negative") }
    let attributes = state[index + 1]
    if !attributes.isNone {
      guard let attributes = attributes.dict else {
        throw runtime.typeError("\(ordinals[index + 1]) item of state should be a dict, got a \(runtime.typeName(attributes))")
      }
      if dictionary == nil { dictionary = DictObject(runtime) }
      try dictionary?.merge(attributes, runtime)
    }
    return position
  }
}

/// A file that takes text: `print` writes to it without calling a method.
class TextSinkObject: FileObject {
  /// Writes text to a file that is open.
  func write(_ utf8: UnsafeBufferPointer<UInt8>, isASCII: Bool, _ runtime: Runtime) throws(Raised) {}
}

extension Runtime {
  func closedFileError() -> Raised { valueError("I/O operation on closed file.") }

  /// As the innermost layer of a file words it, and StringIO.
  func closedRawFileError() -> Raised { valueError("I/O operation on closed file") }
}
