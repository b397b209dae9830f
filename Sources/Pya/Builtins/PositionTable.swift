import PyaSyntax

/// What `co_positions()` tells, and what `tb_lasti` and `f_lasti` count in it.
///
/// Executable trees have no instructions. The places that somebody asks about are numbered as they are asked for, two to a number as
/// CPython's instructions have two bytes, so that `islice(code.co_positions(), tb_lasti // 2, None)` begins where the frame stands.
final class PositionTable {
  private struct Places {
    let file: SourceFile
    /// What `co_positions()` walks over, also what is added meanwhile.
    let list: ListObject
    var ranges: [SourceRange] = []
    var numbers: [SourceRange: Int] = [:]
  }

  private var files: [ObjectIdentifier: Places] = [:]
  private unowned(unsafe) let runtime: Runtime

  init(_ runtime: Runtime) { self.runtime = runtime }

  private func places(in file: SourceFile) -> Places {
    files[ObjectIdentifier(file)] ?? Places(file: file, list: ListObject(runtime))
  }

  /// The number of a place in a file.
  func instruction(at range: SourceRange, in file: SourceFile) -> Int {
    var places = places(in: file)
    if let known = places.numbers[range] { return 2 * known }
    let number = places.ranges.count
    places.ranges.append(range)
    places.numbers[range] = number
    let (start, end) = (file.location(of: range.start), file.location(of: range.end))
    places.list.append(.object(TupleObject(runtime, [.int(start.line), .int(end.line), .int(start.column), .int(end.column)])))
    files[ObjectIdentifier(file)] = places
    return 2 * number
  }

  /// The place that a number stands for.
  func range(ofInstruction number: Int, in file: SourceFile) -> SourceRange? {
    guard let ranges = files[ObjectIdentifier(file)]?.ranges, number >= 0, number / 2 < ranges.count else { return nil }
    return ranges[number / 2]
  }

  /// First and last line, first column and the one behind of all places of a file that were asked for.
  func list(of file: SourceFile) -> ListObject {
    let places = places(in: file)
    files[ObjectIdentifier(file)] = places
    return places.list
  }
}

extension Runtime {
  var positionTable: PositionTable { attachment(PositionTable.self) { PositionTable(self) } }

  /// `co_positions()` of the code of a file.
  func positions(in file: SourceFile) throws(Raised) -> Value {
    .object(try iterator(.object(positionTable.list(of: file))))
  }
}
