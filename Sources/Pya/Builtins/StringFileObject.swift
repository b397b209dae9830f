/// `io.StringIO`: characters in memory. The position counts characters, as the program sees them; for ASCII text that is the
/// position in the bytes.
final class StringFileObject: TextSinkObject {
  @exclusivity(unchecked) private var text: [UInt8] = []
  @exclusivity(unchecked) private var isASCII = true
  /// In characters; may lie behind the end.
  @exclusivity(unchecked) private var position = 0
  /// In characters.
  @exclusivity(unchecked) private var length = 0
  /// A character and where it begins: reading and writing go on there without counting from the start.
  @exclusivity(unchecked) private var known = (character: 0, offset: 0)
  private var newline = TextFileObject.Newline.exactly("\n")
  private(set) var lineEnds: TextFileObject.LineEnds = []

  override var isReadable: Bool { true }
  override var isWritable: Bool { true }
  override var isSeekable: Bool { true }

  func reset(_ initial: StringObject?, _ newline: TextFileObject.Newline, _ runtime: Runtime) throws(Raised) {
    stream = ByteStream()
    self.newline = newline
    text = []
    isASCII = true
    position = 0
    length = 0
    known = (0, 0)
    lineEnds = []
    guard let initial else { return }
    try write(initial.utf8, isASCII: initial.isASCII, runtime)
    position = 0
  }

  /// What `__setstate__` was given: the text as it lies here, and the position.
  func restore(_ content: StringObject, position: Int) {
    text = Array(content.utf8)
    isASCII = content.isASCII
    length = content.length
    known = (0, 0)
    self.position = position
  }

  /// `newline` as the program gave it.
  var newlineArgument: String? {
    switch newline {
    case .universal: nil
    case .untranslated: ""
    case .exactly(let mark): mark
    }
  }

  func contents(_ runtime: Runtime) throws(Raised) -> StringObject {
    try checkMemoryOpen(runtime)
    return runtime.string(text)
  }

  func checkMemoryOpen(_ runtime: Runtime) throws(Raised) {
    if isClosed { throw runtime.valueError("I/O operation on closed file") }
  }

  /// Where a character begins; the end when there are not as many.
  private func offset(of character: Int) -> Int {
    if isASCII { return min(character, text.count) }
    if character >= length { return text.count }
    let start = known.character <= character ? known : (character: 0, offset: 0)
    known = (character, offset(of: character - start.character, from: start.offset))
    return known.offset
  }

  private func offset(of character: Int, from start: Int) -> Int {
    if character >= text.count - start { return text.count }
    if isASCII { return start + character }
    var offset = start
    var left = character
    while left > 0, offset < text.count {
      offset += UTF8Width.of(leadByte: text[offset])
      left -= 1
    }
    return offset
  }

  private func take(from start: Int, to end: Int, _ runtime: Runtime) -> Value {
    if start >= end { return .object(runtime.names.empty) }
    let taken = text.withUnsafeBufferPointer { runtime.string(utf8: UnsafeBufferPointer(rebasing: $0[start..<end])) }
    position += taken.length
    known = (position, end)
    return .object(taken)
  }

  override func read(_ runtime: Runtime, count: Int) throws(Raised) -> Value {
    try checkMemoryOpen(runtime)
    let start = offset(of: position)
    return take(from: start, to: count < 0 ? text.count : offset(of: count, from: start), runtime)
  }

  override func readLine(_ runtime: Runtime, limit: Int) throws(Raised) -> Value {
    try checkMemoryOpen(runtime)
    let start = offset(of: position)
    var end = lineEnd(from: start)
    if limit >= 0 { end = min(end, offset(of: limit, from: start)) }
    return take(from: start, to: end, runtime)
  }

  private func lineEnd(from start: Int) -> Int {
    switch newline {
    case .universal, .exactly("\n"):
      return text.withUnsafeBufferPointer { $0[start...].firstIndex(of: 0x0A) }.map { $0 + 1 } ?? text.count
    case .untranslated:
      guard let index = text[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return text.count }
      return text[index] == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A ? index + 2 : index + 1
    case .exactly(let mark):
      let mark = Array(mark.utf8)
      var index = start
      while index + mark.count <= text.count {
        if text[index..<(index + mark.count)].elementsEqual(mark) { return index + mark.count }
        index += 1
      }
      return text.count
    }
  }

  override func write(_ runtime: Runtime, _ value: Value) throws(Raised) -> Value {
    guard let string = value.string else {
      throw runtime.typeError("string argument expected, got '\(runtime.typeName(value))'")
    }
    try checkMemoryOpen(runtime)
    try write(string.utf8, isASCII: string.isASCII, runtime)
    return .int(string.length)
  }

  override func write(_ utf8: UnsafeBufferPointer<UInt8>, isASCII newIsASCII: Bool, _ runtime: Runtime) throws(Raised) {
    switch newline {
    case .exactly("\n"): try add(utf8, isASCII: newIsASCII, runtime)
    case .untranslated:
      lineEnds.note(utf8)
      try add(utf8, isASCII: newIsASCII, runtime)
    case .universal:
      lineEnds.note(utf8)
      if !utf8.contains(0x0D) { return try add(utf8, isASCII: newIsASCII, runtime) }
      try TextFileObject.translatingLineEnds(utf8).withUnsafeBufferPointer { (bytes) throws(Raised) in
        try add(bytes, isASCII: newIsASCII, runtime)
      }
    case .exactly(let mark):
      let translated = utf8.flatMap { $0 == 0x0A ? Array(mark.utf8) : [$0] }
      try translated.withUnsafeBufferPointer { (bytes) throws(Raised) in try add(bytes, isASCII: newIsASCII, runtime) }
    }
  }

  private func add(_ utf8: UnsafeBufferPointer<UInt8>, isASCII newIsASCII: Bool, _ runtime: Runtime) throws(Raised) {
    if utf8.isEmpty { return }
    let added = newIsASCII ? utf8.count : utf8.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
    if position > Int.max - added { throw runtime.overflowError("new position too large") }
    if position >= length {
      let gap = position - length
      try runtime.checkAllocation(gap)
      if gap > 0 { text.append(contentsOf: repeatElement(0, count: gap)) }
      text.append(contentsOf: utf8)
      position += added
      length = position
      known = (position, text.count)
    } else {
      let start = offset(of: position)
      text.replaceSubrange(start..<offset(of: added, from: start), with: utf8)
      position += added
      length = max(length, position)
      known = (position, start + utf8.count)
    }
    isASCII = isASCII && newIsASCII
  }

  override func seek(_ runtime: Runtime, _ offset: Int, whence: Int) throws(Raised) -> Int {
    try checkMemoryOpen(runtime)
    guard (0...2).contains(whence) else {
      throw runtime.valueError("Invalid whence (\(whence), should be 0, 1 or 2)")
    }
    if whence == 0, offset < 0 { throw runtime.valueError("Negative seek position \(offset)") }
    if whence != 0, offset != 0 { throw runtime.error("OSError", "Can't do nonzero cur-relative seeks") }
    if whence != 1 { position = whence == 0 ? offset : length }
    return position
  }

  override func tell(_ runtime: Runtime) throws(Raised) -> Int {
    try checkMemoryOpen(runtime)
    return position
  }

  override func truncate(_ runtime: Runtime, _ size: Int?) throws(Raised) -> Int {
    try checkMemoryOpen(runtime)
    let target = size ?? position
    if target < 0 { throw runtime.valueError("Negative size value \(target)") }
    if target < length {
      text.removeSubrange(offset(of: target)...)
      length = target
      known = (0, 0)
    }
    return target
  }

  override func flush(_ runtime: Runtime) throws(Raised) {}
}
