import PyaSyntax

/// What `co_positions()` tells, and what `tb_lasti` and `f_lasti` count in it.
///
/// Executable trees have no instructions. The places that somebody asks about are numbered as they are asked for, two to a number as
/// CPython's instructions have two bytes, so that `islice(code.co_positions(), tb_lasti // 2, None)` begins where the frame stands.
final class PositionTable {
  private struct Places {
    let file: SourceFile
    var ranges: [SourceRange] = []
    var numbers: [SourceRange: Int] = [:]
  }

  private var files: [ObjectIdentifier: Places] = [:]

  /// The number of a place in a file.
  func instruction(at range: SourceRange, in file: SourceFile) -> Int {
    let key = ObjectIdentifier(file)
    let places = files[key]
    if let known = places?.numbers[range] { return 2 * known }
    let number = places?.ranges.count ?? 0
    files[key, default: Places(file: file)].ranges.append(range)
    files[key]?.numbers[range] = number
    return 2 * number
  }

  /// The place that a number stands for.
  func range(ofInstruction number: Int, in file: SourceFile) -> SourceRange? {
    guard let ranges = files[ObjectIdentifier(file)]?.ranges, number >= 0, number / 2 < ranges.count else { return nil }
    return ranges[number / 2]
  }

  /// All places of a file that were asked for.
  func ranges(in file: SourceFile) -> [SourceRange] { files[ObjectIdentifier(file)]?.ranges ?? [] }
}

extension Runtime {
  var positionTable: PositionTable { attachment(PositionTable.self) { PositionTable() } }

  /// `co_positions()` of the code of a file: first and last line, first column and the one behind.
  func positions(in file: SourceFile) throws(Raised) -> Value {
    let tuples = positionTable.ranges(in: file).map { range -> Value in
      let (start, end) = (file.location(of: range.start), file.location(of: range.end))
      return .object(TupleObject(self, [.int(start.line), .int(end.line), .int(start.column), .int(end.column)]))
    }
    return .object(try iterator(.object(ListObject(self, tuples))))
  }
}
