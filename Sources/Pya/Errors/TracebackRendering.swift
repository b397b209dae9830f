import PyaSyntax

/// What CPython prints of an uncaught exception, as its `traceback` module builds it: first a report of every exception in the chain
/// (`ExceptionReport`), then the lines.
extension Runtime {
  /// The whole report, ending in a newline.
  func render(_ exception: ExceptionObject, chain: Bool = true) -> String {
    renderLines(exception, chain: chain, limit: tracebackLimit.map { -$0 }).joined()
  }

  /// `sys.tracebacklimit`, if the program has set it.
  var tracebackLimit: Int? {
    guard let module = moduleDictionary.getString(intern("sys"))?.object as? ModuleObject,
      case .int(let limit)? = module.namespace.getString(intern("tracebacklimit"))
    else { return nil }
    return max(limit, 0)
  }

  /// The report in the pieces that `traceback.format_exception` returns.
  /// `limit`: how many frames of each exception; the innermost ones when it is negative.
  /// `maximumWidth`, `maximumDepth`: how much of groups is shown.
  func renderLines(
    _ exception: ExceptionObject, chain: Bool = true, limit: Int? = nil, maximumWidth: Int = 15, maximumDepth: Int = 10
  ) -> [String] {
    var printer = ReportPrinter(maximumWidth: maximumWidth, maximumDepth: maximumDepth)
    printer.print(report(of: exception, limit: limit), chain: chain)
    return printer.output
  }

  /// The last lines alone: type, message and notes.
  func renderSummary(_ exception: ExceptionObject, knowsFrames: Bool = false) -> [String] {
    ReportPrinter.summary(of: report(of: exception, isAlone: !knowsFrames))
  }

  /// `  File "f", line 1, in f` with its source, for each entry (outermost first); runs of the same line are cut short.
  func renderStack(_ entries: [TracebackEntry]) -> [String] { ReportPrinter.stack(withKnownTexts(entries)) }

  /// Texts of `exec` can be shown where the program put them into `linecache.cache`, or where there is a file of their name.
  func withKnownTexts(_ entries: [TracebackEntry]) -> [TracebackEntry] {
    guard entries.contains(where: { $0.file.isText }) else { return entries }
    let cache = modules["linecache"]?.namespace.getString(intern("cache"))?.dict
    var files: [String: SourceFile] = [:]
    return entries.map { entry in
      guard entry.file.isText else { return entry }
      let name = entry.file.name
      guard let file = files[name] ?? knownText(name, in: cache) else { return entry }
      files[name] = file
      func offset(of offset: UInt32) -> UInt32 {
        let (line, column) = entry.file.location(of: offset)
        return UInt32(truncatingIfNeeded: file.offset(line: line, column: column))
      }
      let code = CodeInformation(
        name: entry.code.name, qualifiedName: entry.code.qualifiedName, file: file, start: offset(of: entry.code.start))
      return TracebackEntry(code: code, range: SourceRange(offset(of: entry.range.start), offset(of: entry.range.end)))
    }
  }

  private func knownText(_ name: String, in cache: DictObject?) -> SourceFile? {
    if let known = cache?.getString(intern(name))?.tuple, known.array.count == 4, let lines = known.array[2].list {
      return SourceFile(name: name, bytes: Array(lines.array.map { $0.string?.text ?? "" }.joined().utf8))
    }
    guard !name.hasPrefix("<"), !name.isEmpty, let bytes = fileContents(name) else { return nil }
    return SourceFile(name: name, bytes: bytes)
  }

  // MARK: Reports

  /// Reports on the exception and everything it is chained to. An exception that was seen before is not followed again.
  private func report(of exception: ExceptionObject, isAlone: Bool = false, limit: Int? = nil) -> ExceptionReport {
    var seen: Set<ObjectIdentifier> = []
    func plainReport(_ exception: ExceptionObject) -> ExceptionReport {
      seen.insert(ObjectIdentifier(exception))
      settleTraceback(of: exception)
      return ExceptionReport(
        entries: withKnownTexts(ReportPrinter.limited(exception.traceback.reversed(), limit)), typeName: reportedTypeName(exception.type),
        text: reportedText(exception, isAlone: isAlone), notes: reportedNotes(exception),
        syntaxError: exception.type.exceptionLayout == .syntaxError ? syntaxErrorDetails(exception) : nil)
    }
    let top = plainReport(exception)
    if isAlone { return top }
    var queue = [(top, exception)]
    while let (report, exception) = queue.popLast() {
      report.suppressesContext = exception.suppressesContext
      if let cause = exception.cause, !seen.contains(ObjectIdentifier(cause)) {
        report.cause = plainReport(cause)
        queue.append((report.cause.unsafelyUnwrapped, cause))
      }
      if let context = exception.context, report.cause == nil, !exception.suppressesContext,
        !seen.contains(ObjectIdentifier(context))
      {
        report.context = plainReport(context)
        queue.append((report.context.unsafelyUnwrapped, context))
      }
      if exception.type.exceptionLayout == .group {
        let members = exception.fields["exceptions"]?.tuple?.array.compactMap(\.exception) ?? []
        let reports = members.map { (plainReport($0), $0) }
        report.members = reports.map(\.0)
        queue += reports
      }
    }
    return top
  }

  private func reportedTypeName(_ type: TypeObject) -> String {
    // A class may say anything of its module.
    if type.isHeap, type.lookup(names.module)?.string == nil { return "<unknown>.\(type.qualifiedName)" }
    let isPlain = type.moduleName == "__main__" || type.moduleName == "builtins"
    return isPlain ? type.qualifiedName : "\(type.moduleName).\(type.qualifiedName)"
  }

  private func reportedText(_ exception: ExceptionObject, isAlone: Bool) -> String {
    let text = (try? str(.object(exception)).text) ?? "<exception str() failed>"
    return text + suggestion(for: exception, knowsFrames: !isAlone)
  }

  private func reportedNotes(_ exception: ExceptionObject) -> [String] {
    guard let notes = try? getAttributeIfPresent(.object(exception), intern("__notes__")), !notes.isNone else { return [] }
    guard notes.list != nil || notes.tuple != nil else {
      return [(try? repr(notes).text) ?? "<__notes__ repr() failed>"]
    }
    let elements = (try? array(notes)) ?? []
    return elements.flatMap { note in
      let text = (try? str(note).text) ?? "<note str() failed>"
      return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func syntaxErrorDetails(_ exception: ExceptionObject) -> SyntaxErrorDetails {
    func text(_ name: String) -> String? {
      guard let value = exception.fields[name], !value.isNone else { return nil }
      return value.string?.text ?? (try? str(value).text)
    }
    func number(_ name: String) -> Int? {
      guard case .int(let number)? = exception.fields[name] else { return nil }
      return number
    }
    return SyntaxErrorDetails(
      fileName: text("filename"), line: text("lineno"), endLine: text("end_lineno"), offset: number("offset"),
      endOffset: number("end_offset"), source: text("text"), message: text("msg"))
  }
}

/// Everything that is printed of one exception.
private final class ExceptionReport {
  /// Outermost first.
  let entries: [TracebackEntry]
  let typeName: String
  let text: String
  let notes: [String]
  let syntaxError: SyntaxErrorDetails?
  var cause: ExceptionReport?
  var context: ExceptionReport?
  var suppressesContext = false
  /// Of a group.
  var members: [ExceptionReport]?

  init(
    entries: [TracebackEntry], typeName: String, text: String, notes: [String], syntaxError: SyntaxErrorDetails?
  ) {
    self.entries = entries
    self.typeName = typeName
    self.text = text
    self.notes = notes
    self.syntaxError = syntaxError
  }
}

/// The attributes of a SyntaxError.
private struct SyntaxErrorDetails {
  var fileName: String?
  var line: String?
  var endLine: String?
  var offset: Int?
  var endOffset: Int?
  var source: String?
  var message: String?
}

/// Builds the text. Groups are drawn as trees, whose margins every line in them gets.
private struct ReportPrinter {
  private(set) var output: [String] = []
  private var depth = 0
  private var needsClosingLine = false

  private let maximumDepth: Int
  private let maximumWidth: Int
  private static let repeatedLinesShown = 3

  init(maximumWidth: Int, maximumDepth: Int) {
    self.maximumWidth = min(max(maximumWidth, 0), .max - 1)
    self.maximumDepth = maximumDepth
  }

  private var margin: String { String(repeating: " ", count: 2 * depth) }

  private mutating func emit(_ text: String, mark: String = "|") {
    let prefix = depth > 0 ? "\(margin)\(mark) " : ""
    if prefix.isEmpty {
      output.append(text)
      return
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
    output.append(lines.map { "\(prefix)\($0)\n" }.joined())
  }

  mutating func print(_ report: ExceptionReport, chain: Bool) {
    var chained: [(message: String?, report: ExceptionReport)] = []
    var current: ExceptionReport? = report
    while let link = current {
      if chain, let cause = link.cause {
        chained.append(("\nThe above exception was the direct cause of the following exception:\n\n", link))
        current = cause
      } else if chain, let context = link.context, !link.suppressesContext {
        chained.append(("\nDuring handling of the above exception, another exception occurred:\n\n", link))
        current = context
      } else {
        chained.append((nil, link))
        current = nil
      }
    }
    for (message, link) in chained.reversed() {
      if let message { emit(message) }
      if let members = link.members {
        printGroup(link, members, chain: chain)
      } else {
        if !link.entries.isEmpty {
          emit("Traceback (most recent call last):\n")
          for text in ReportPrinter.stack(link.entries) { emit(text) }
        }
        for text in ReportPrinter.summary(of: link) { emit(text) }
      }
    }
  }

  private mutating func printGroup(_ report: ExceptionReport, _ members: [ExceptionReport], chain: Bool) {
    if depth > maximumDepth { return emit("... (max_group_depth is \(maximumDepth))\n") }
    let isOutermost = depth == 0
    if isOutermost { depth += 1 }
    if !report.entries.isEmpty {
      emit("Exception Group Traceback (most recent call last):\n", mark: isOutermost ? "+" : "|")
      for text in ReportPrinter.stack(report.entries) { emit(text) }
    }
    for text in ReportPrinter.summary(of: report) { emit(text) }
    let shown = min(members.count, maximumWidth + 1)
    needsClosingLine = false
    for index in 0..<shown {
      let isLast = index == shown - 1
      // A group inside may draw the closing line for all.
      if isLast { needsClosingLine = true }
      let isCut = index >= maximumWidth
      output.append("\(margin)\(index == 0 ? "+-" : "  ")+---------------- \(isCut ? "..." : "\(index + 1)") ----------------\n")
      depth += 1
      if isCut {
        let rest = members.count - maximumWidth
        emit("and \(rest) more exception\(rest > 1 ? "s" : "")\n")
      } else {
        print(members[index], chain: chain)
      }
      if isLast, needsClosingLine {
        output.append("\(margin)+------------------------------------\n")
        needsClosingLine = false
      }
      depth -= 1
    }
    if isOutermost { depth = 0 }
  }

  // MARK: Parts

  /// The outermost frames; the innermost ones when the limit is negative.
  static func limited(_ entries: [TracebackEntry], _ limit: Int?) -> [TracebackEntry] {
    guard let limit else { return entries }
    let own = entries.filter { !$0.file.isLibrary }
    return Array(limit < 0 ? own.suffix(limit == .min ? .max : -limit) : own.prefix(limit))
  }

  /// The frames, outermost first.
  static func stack(_ entries: [TracebackEntry]) -> [String] {
    var result: [String] = []
    var last: (file: String, line: Int, name: String)?
    var count = 0
    func finishRun() {
      guard count > repeatedLinesShown else { return }
      let rest = count - repeatedLinesShown
      result.append("  [Previous line repeated \(rest) more time\(rest > 1 ? "s" : "")]\n")
    }
    for entry in entries where !entry.file.isLibrary {
      let line = entry.file.location(of: entry.range.start).line
      if last == nil || last! != (entry.file.name, line, entry.functionName) {
        finishRun()
        last = (entry.file.name, line, entry.functionName)
        count = 0
      }
      count += 1
      if count > repeatedLinesShown { continue }
      result.append(
        "  File \"\(entry.file.name)\", line \(line), in \(entry.functionName)\n" + SourceExcerpt.text(of: entry))
    }
    finishRun()
    return result
  }

  /// Type, message and notes.
  static func summary(of report: ExceptionReport) -> [String] {
    var result: [String] = []
    if let details = report.syntaxError {
      result += syntaxErrorLines(details, typeName: report.typeName)
    } else {
      result.append(report.text.isEmpty ? "\(report.typeName)\n" : "\(report.typeName): \(report.text)\n")
    }
    return result + report.notes.map { "\($0)\n" }
  }

  private static func syntaxErrorLines(_ details: SyntaxErrorDetails, typeName: String) -> [String] {
    var result: [String] = []
    var suffix = ""
    if let line = details.line {
      result.append("  File \"\(details.fileName ?? "<string>")\", line \(line)\n")
    } else if let name = details.fileName {
      suffix = " (\(name))"
    }
    if let source = details.source {
      var text = Array(source.unicodeScalars)
      let length = text.count
      while text.last == "\n" { text.removeLast() }
      let shown = Array(text.drop { $0 == " " || $0 == "\n" || $0 == "\u{C}" })
      result.append("    \(String(String.UnicodeScalarView(shown)))\n")
      if var offset = details.offset {
        var end = text.count + 1
        if details.line == details.endLine {
          end = details.endOffset.map { $0 == 0 ? offset : $0 } ?? offset
        }
        if length > 0, offset > length { offset = text.count + 1 }
        if length > 0, end > length { end = text.count + 1 }
        if offset >= end || end < 0 { end = offset &+ 1 }
        let column = offset &- 1 &- (text.count - shown.count)
        if column >= 0 {
          let padding = shown.prefix(column).map { $0.properties.isWhitespace ? $0 : " " }
          result.append(
            "    \(String(String.UnicodeScalarView(padding)))\(String(repeating: "^", count: max(0, end &- offset)))\n")
        }
      }
    }
    result.append("\(typeName): \(details.message ?? "<no detail available>")\(suffix)\n")
    return result
  }
}

extension SourceFile {
  /// Part of pya itself: what it does inside is not part of what a program means, so tracebacks leave out its frames.
  var isLibrary: Bool { name.hasPrefix("<library ") }
}
