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

  /// Where a tree says that its statements stand, for each line of the text that `compile` wrote for it; empty: it is a text of its own.
  /// Names may be such as no text has: they are `escapeOfNames` and the digits of their bytes.
  public let places: [Place]
  public var isOfTree: Bool { !places.isEmpty }
  static let escapeOfNames: Unicode.Scalar = "\u{F8FF}"

  /// Lines from 1, columns from 0 in bytes; the end is behind the last character.
  public struct Place: Sendable {
    public let line, column, endLine, endColumn: Int

    public init(line: Int, column: Int, endLine: Int, endColumn: Int) {
      self.line = line
      self.column = column
      self.endLine = endLine
      self.endColumn = endColumn
    }
  }

  public init(name: String, bytes: [UInt8], isText: Bool = false, places: [Place] = []) {
    self.isText = isText
    self.places = places
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
    let offset = min(offset, UInt32(truncatingIfNeeded: bytes.count))
    let index = lineIndex(of: offset)
    if !places.isEmpty { return (places[min(index, places.count - 1)].line, places[min(index, places.count - 1)].column) }
    return (index + 1, Int(offset - lineStarts[index]))
  }

  /// Where the statement stands that a range of the text for a tree belongs to, in the file that the tree was made of.
  public func range(of range: SourceRange, in origin: SourceFile) -> SourceRange {
    guard !places.isEmpty else { return range }
    let place = places[min(lineIndex(of: range.start), places.count - 1)]
    func offset(_ line: Int, _ column: Int) -> Int {
      let bytes = origin.lineRange(line)
      return min(bytes.lowerBound + max(0, column), bytes.upperBound)
    }
    return SourceRange(offset(place.line, place.column), offset(place.endLine, place.endColumn))
  }

  /// The column (from 0) of an offset, counted in code points.
  public func characterColumn(of offset: UInt32) -> Int {
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
