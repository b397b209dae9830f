/// Turns the bytes of a file into the UTF-8 that the lexer reads, and finds what prevents it.
///
/// Text is UTF-8 unless a comment in the first two lines declares another encoding (`# -*- coding: latin-1 -*-`).
/// Of the others, Latin-1 is decoded and encodings that extend ASCII are accepted for texts of ASCII alone.
enum SourceEncoding {
  /// Where reading stops, and why.
  struct Problem {
    var diagnostic: SyntaxDiagnostic
    /// The offset of the line that cannot be read.
    var lineStart: Int
  }

  static func decode(_ raw: [UInt8]) -> (bytes: [UInt8], problem: Problem?) {
    let hasByteOrderMark = raw.starts(with: [0xEF, 0xBB, 0xBF])
    let bytes = normalizingLineEnds(of: hasByteOrderMark ? Array(raw[3...]) : raw)
    guard let declared = declaredEncoding(of: bytes) else { return (bytes, nil) }
    let name = normalized(declared)
    if name == "utf-8" || name.hasPrefix("utf-8-") { return (bytes, nil) }
    if hasByteOrderMark { return (bytes, encodingProblem("\(isLatin1(name) ? "iso-8859-1" : name) with BOM")) }
    if isLatin1(name) { return (bytes.contains { $0 >= 0x80 } ? transcodingLatin1(bytes) : bytes, nil) }
    if extensionsOfASCII.contains(name), !bytes.contains(where: { $0 >= 0x80 }) { return (bytes, nil) }
    return (bytes, encodingProblem(declared))
  }

  /// The first line that holds a NUL byte or is not UTF-8.
  static func findProblem(in bytes: [UInt8], lineStarts: [UInt32], fileName: String) -> Problem? {
    guard let offset = bytes.withUnsafeBufferPointer({ firstUnreadable(in: $0) }) else { return nil }
    var line = lineStarts.count - 1
    while line > 0, Int(lineStarts[line]) > offset { line -= 1 }
    let lineStart = Int(lineStarts[line])
    if bytes[offset] == 0 {
      let diagnostic = SyntaxDiagnostic("source code cannot contain null bytes", at: .lineOnly(at: lineStart))
      return Problem(diagnostic: diagnostic, lineStart: lineStart)
    }
    let byte = "\\x" + hexadecimal(UInt32(bytes[offset]), width: 2, uppercase: false)
    let message =
      "Non-UTF-8 code starting with '\(byte)' in file \(fileName) on line \(line + 1), but no encoding declared; "
      + "see https://peps.python.org/pep-0263/ for details"
    return Problem(diagnostic: SyntaxDiagnostic(message, at: .nowhere), lineStart: lineStart)
  }

  private static func encodingProblem(_ name: String) -> Problem {
    Problem(diagnostic: SyntaxDiagnostic("encoding problem: \(name)", at: .nowhere), lineStart: 0)
  }

  private static func normalizingLineEnds(of bytes: [UInt8]) -> [UInt8] {
    guard let first = bytes.firstIndex(of: 0x0D) else { return bytes }
    var result = Array(bytes[..<first])
    result.reserveCapacity(bytes.count)
    var index = first
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      result.append(byte == 0x0D ? 0x0A : byte)
      if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
    }
    return result
  }

  private static func transcodingLatin1(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes { WTF8.append(UInt32(byte), to: &result) }
    return result
  }

  // MARK: The declaration

  /// What `coding[:=]\s*([-\w.]+)` matches in a comment of the first two lines, when the first is blank or a comment.
  private static func declaredEncoding(of bytes: [UInt8]) -> String? {
    var lines = bytes.prefix(1024).split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    if lines.count == 3 { lines.removeLast() }
    for line in lines {
      guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0C }) else { continue }
      guard first == "#" else { return nil }
      if let name = encodingName(inComment: line) { return name }
    }
    return nil
  }

  private static func encodingName(inComment line: ArraySlice<UInt8>) -> String? {
    let key = Array("coding".utf8)
    var index = line.startIndex
    while index + key.count < line.endIndex {
      defer { index += 1 }
      let mark = line[index + key.count]
      guard line[index...].starts(with: key), mark == ":" || mark == "=" else { continue }
      let rest = line[(index + key.count + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      let name = rest.prefix { ($0.isNameContinuation && $0 < 0x80) || $0 == "-" || $0 == "." }
      if !name.isEmpty { return String(decoding: name, as: UTF8.self) }
    }
    return nil
  }

  private static func normalized(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" ? "-" : $0 })
  }

  private static func isLatin1(_ name: String) -> Bool {
    ["latin-1", "iso-8859-1", "iso-latin-1", "latin1", "l1", "iso8859-1"].contains(name)
      || ["latin-1-", "iso-8859-1-", "iso-latin-1-"].contains { name.hasPrefix($0) }
  }

  private static let extensionsOfASCII: Set<String> = [
    "ascii", "us-ascii", "utf8", "cp1250", "cp1251", "cp1252", "windows-1252", "iso-8859-2", "iso-8859-5",
    "iso-8859-15", "latin-9", "koi8-r", "koi8-u", "cp437", "cp850", "big5", "gbk", "gb2312", "gb18030", "euc-jp",
    "euc-kr", "shift-jis",
  ]

  // MARK: Well-formedness

  private static func firstUnreadable(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0 { return index }
      if byte < 0x80 { index += 1; continue }
      guard let length = sequenceLength(in: bytes, at: index) else { return index }
      index += length
    }
    return nil
  }

  /// The length of the well-formed UTF-8 sequence of more than one byte at `index`.
  private static func sequenceLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[index] {
    case 0xC2...0xDF: length = 2
    case 0xE0: length = 3; second = 0xA0...0xBF
    case 0xED: length = 3; second = 0x80...0x9F
    case 0xE1...0xEF: length = 3
    case 0xF0: length = 4; second = 0x90...0xBF
    case 0xF1...0xF3: length = 4
    case 0xF4: length = 4; second = 0x80...0x8F
    default: return nil
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
    for next in bytes[(index + 2)..<max(index + 2, index + length)] where next & 0xC0 != 0x80 { return nil }
    return length
  }
}
