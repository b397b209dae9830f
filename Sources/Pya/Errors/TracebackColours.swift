/// Colours of a traceback on a terminal, the same as CPython's: places in magenta, what the carets underline in red.
enum TracebackColours {
  private static let place = "\u{1B}[35m"
  private static let error = "\u{1B}[1;35m"
  private static let mark = "\u{1B}[1;31m"
  private static let reset = "\u{1B}[0m"

  /// The text that `render` made, with colours.
  static func coloured(_ text: String) -> String {
    var result: [String] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
    while let line = lines.popFirst() {
      if let header = colouredHeader(line) {
        result.append(header)
        // The line of the source, and the carets below it.
        while let source = lines.first, source.hasPrefix("    "), !source.isEmpty {
          lines.removeFirst()
          if let carets = lines.first, isCarets(carets) {
            lines.removeFirst()
            result += underlined(source, carets)
          } else {
            result.append(source)
          }
        }
      } else if let summary = colouredSummary(line) {
        result.append(summary)
      } else {
        result.append(line)
      }
    }
    return result.joined(separator: "\n")
  }

  /// `  File "f", line 1, in g`
  private static func colouredHeader(_ line: String) -> String? {
    let start = "  File \""
    guard line.hasPrefix(start), let quote = line.lastIndex(of: "\""), line[quote...].hasPrefix("\", line ") else { return nil }
    let name = line[line.index(line.startIndex, offsetBy: start.count - 1)...quote]
    let rest = line[line.index(after: quote)...].dropFirst(", line ".count)
    let number = rest.prefix { $0 != "," }
    var result = "  File \(place)\(name)\(reset), line \(place)\(number)\(reset)"
    let function = rest.dropFirst(number.count)
    if function.hasPrefix(", in ") { result += ", in \(place)\(function.dropFirst(5))\(reset)" }
    return result
  }

  private static func isCarets(_ line: String) -> Bool {
    line.hasPrefix("    ") && line.contains { $0 == "^" || $0 == "~" } && line.allSatisfy { " ^~\t".contains($0) }
  }

  private static func underlined(_ source: String, _ carets: String) -> [String] {
    let code = Array(source)
    let marks = Array(carets)
    var first = "", second = ""
    var isMarked = false
    for index in 0..<max(code.count, marks.count) {
      let isMark = index < marks.count && marks[index] != " "
      if isMark != isMarked {
        first += isMark ? mark : reset
        second += isMark ? mark : reset
        isMarked = isMark
      }
      if index < code.count { first.append(code[index]) }
      if index < marks.count { second.append(marks[index]) }
    }
    if isMarked {
      first += reset
      second += reset
    }
    return [first, second]
  }

  /// `ValueError: text`, at the left margin.
  private static func colouredSummary(_ line: String) -> String? {
    guard let first = line.first, first.isLetter || first == "_" else { return nil }
    let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "<" || $0 == ">" }
    let rest = line[name.endIndex...]
    guard rest.isEmpty || rest.hasPrefix(": "), name.contains(where: \.isLetter) else { return nil }
    if rest.isEmpty { return "\(error)\(name)\(reset)" }
    return "\(error)\(name)\(reset): \(place)\(rest.dropFirst(2))\(reset)"
  }
}

/// Whether tracebacks are coloured.
private final class ErrorColours {
  var areUsed = false
}

extension Runtime {
  var coloursErrors: Bool {
    get { attachment(ErrorColours.self) { ErrorColours() }.areUsed }
    set { attachment(ErrorColours.self) { ErrorColours() }.areUsed = newValue }
  }
}
