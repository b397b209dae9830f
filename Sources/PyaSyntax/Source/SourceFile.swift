#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The text of one program, and the table that turns byte offsets into lines and columns.
///
/// `bytes` is what the lexer reads: without byte order mark, and with every line end (`\r\n` or `\r`) made `\n`, as
/// CPython does before it looks at a program. All offsets of ranges and tokens count in these bytes.
public final class SourceFile: Sendable {
  public let name: String
  public let bytes: [UInt8]
  /// Why the text cannot be read to its end: bytes that are not UTF-8, NUL bytes, or an unknown encoding. Everything
  /// before `readableEnd` is well-formed UTF-8 without NUL.
  public let decodingProblem: SyntaxDiagnostic?
  /// How far the lexer may read: the start of the line with the decoding problem, or the end.
  public let readableEnd: Int
  /// Offset of the first byte of each line; the last entry is the end of the file when it ends with a newline.
  private let lineStarts: [UInt32]

  /// Given to `exec`, `eval` or `compile`, not read from a file.
  public let isText: Bool

  /// Written for a tree whose nodes say where they stand: what `location(of:)` answers from, in the order of their offsets. Nil for a
  /// text that stands where it stands.
  private let statedPlaces: [StatedPlace]?

  /// From this offset on, a text is said to stand at this line (from 1) and column (from 0).
  public struct StatedPlace: Sendable {
    public let offset: Int
    public let line: Int
    public let column: Int

    public init(offset: Int, line: Int, column: Int) {
      self.offset = offset
      self.line = line
      self.column = column
    }
  }

  /// `compile` wrote it for a tree.
  public var isOfTree: Bool { statedPlaces != nil }

  /// In the text for a tree a name may be such as no text has: it is this, and the digits of its bytes.
  static let escapeOfNames: Unicode.Scalar = "\u{F8FF}"

  public init(name: String, bytes: [UInt8], isText: Bool = false, statedPlaces: [StatedPlace]? = nil) {
    self.isText = isText
    self.statedPlaces = statedPlaces
    let encoded = SourceEncoding.decode(bytes)
    let starts = SourceFile.lineStarts(of: encoded.bytes)
    let problem = encoded.problem ?? SourceEncoding.findProblem(in: encoded.bytes, lineStarts: starts, fileName: name)
    self.name = name
    self.bytes = encoded.bytes
    self.lineStarts = starts
    self.decodingProblem = problem?.diagnostic
    self.readableEnd = problem?.lineStart ?? encoded.bytes.count
  }

  /// A file of the given text.
  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// Whether the text occurs anywhere in the file.
  public func mentions(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard count > 0, bytes.count >= count else { return false }
    return bytes.withUnsafeBytes { file in
      var start = 0
      while start + count <= file.count {
        guard let found = memchr(file.baseAddress! + start, Int32(text.utf8Start[0]), file.count - count - start + 1) else {
          return false
        }
        if memcmp(found, text.utf8Start, count) == 0 { return true }
        start = UnsafeRawPointer(found) - file.baseAddress! + 1
      }
      return false
    }
  }

  /// The names that follow `async def`.
  public var coroutineNames: Set<String> {
    var names: Set<String> = []
    let words = Array("async def ".utf8)
    var start = 0
    while start + words.count < bytes.count {
      guard bytes[start] == words[0], bytes[start..<(start + words.count)].elementsEqual(words) else {
        start += 1
        continue
      }
      start += words.count
      let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "[") || $0 <= 0x20 } ?? bytes.count
      names.insert(String(decoding: bytes[start..<end], as: UTF8.self))
    }
    return names
  }

  /// Lines that hold text or end in a newline: an empty file has none.
  public var lineCount: Int {
    Int(lineStarts[lineStarts.count - 1]) == bytes.count ? lineStarts.count - 1 : lineStarts.count
  }

  /// The line (from 1) and the UTF-8 byte column (from 0) of an offset. Offsets past the end count as the end.
  public func location(of offset: UInt32) -> (line: Int, column: Int) {
    if let statedPlaces {
      var low = 0
      var high = statedPlaces.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if statedPlaces[middle].offset <= offset { low = middle } else { high = middle }
      }
      return statedPlaces.isEmpty ? (1, 0) : (statedPlaces[low].line, statedPlaces[low].column)
    }
    let offset = min(offset, UInt32(truncatingIfNeeded: bytes.count))
    let index = lineIndex(of: offset)
    return (index + 1, Int(offset - lineStarts[index]))
  }

  /// The offset of a place, or of the end of its line when that is shorter.
  public func offset(line: Int, column: Int) -> Int {
    let range = lineRange(line)
    return range.lowerBound + min(column, range.count)
  }

  /// The column (from 0) of an offset, counted in code points. Where places are stated, the text of the line is not known: it counts as ASCII.
  public func characterColumn(of offset: UInt32) -> Int {
    if statedPlaces != nil { return location(of: offset).column }
    let offset = min(offset, UInt32(truncatingIfNeeded: bytes.count))
    let start = lineStarts[lineIndex(of: offset)]
    return bytes[Int(start)..<Int(offset)].count { $0 & 0xC0 != 0x80 }
  }

  /// The bytes of a line (from 1) without its newline; empty when there is no such line.
  public func lineRange(_ line: Int) -> Range<Int> {
    guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
    let start = Int(lineStarts[line - 1])
    guard line < lineStarts.count else { return start..<bytes.count }
    return start..<Int(lineStarts[line]) - 1
  }

  /// A line (from 1) without its newline; bytes that are not UTF-8 become U+FFFD.
  public func lineText(_ line: Int) -> String {
    text(of: lineRange(line))
  }

  /// The text of a range; bytes that are not UTF-8 become U+FFFD.
  public func text(of range: SourceRange) -> String {
    let start = min(Int(range.start), bytes.count)
    return text(of: start..<max(start, min(Int(range.end), bytes.count)))
  }

  private func text(of range: Range<Int>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
  }

  private func lineIndex(of offset: UInt32) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  private static func lineStarts(of bytes: [UInt8]) -> [UInt32] {
    var starts: [UInt32] = [0]
    starts.reserveCapacity(bytes.count / 32 + 1)
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      var offset = 0
      while let newline = memchr(base + offset, 0x0A, buffer.count - offset) {
        offset = UnsafeRawPointer(newline) - base + 1
        starts.append(UInt32(truncatingIfNeeded: offset))
      }
    }
    return starts
  }
}

extension SourceRange {
  /// Of a diagnostic that concerns the file as a whole: rendered without file name, line and carets.
  public static let nowhere = SourceRange(UInt32.max, UInt32.max)

  /// Of a diagnostic that has a line but no column, so that no caret is drawn. `offset` is on that line and not 0.
  public static func lineOnly(at offset: Int) -> SourceRange { SourceRange(max(offset, 1), 0) }

  public var isLineOnly: Bool { start > end }
}
