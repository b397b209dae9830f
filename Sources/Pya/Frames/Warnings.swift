import PyaSyntax

/// Where a warning comes from.
struct WarningPlace {
  var fileName: String
  var line: Int
  /// `__name__` of the module.
  var module: String
  /// Where the text of the line is to be found; nil: nowhere, as for what `exec` ran.
  var file: SourceFile?

  /// Of what happens after the program's last line.
  static let end = WarningPlace(fileName: "<sys>", line: 0, module: "sys")
  static let unknown = WarningPlace(fileName: "<sys>", line: 1, module: "sys")

  init(fileName: String, line: Int, module: String) {
    self.fileName = fileName
    self.line = line
    self.module = module
  }

  init(_ frame: Frame, _ range: SourceRange, globals: DictObject? = nil) {
    let file = frame.code.information.file
    fileName = file.name
    line = file.location(of: range.start).line
    let name = frame.runtime.names.name
    module = (globals ?? frame.function?.globals)?.getString(name)?.string?.text ?? "__main__"
    // Nobody can read the text of `exec` again.
    self.file = file.isText ? nil : file
  }

  /// The text of the line, without blanks around it. Most warnings are not shown, and never ask.
  var source: String { file?.strippedLine(line) ?? "" }

  init(_ site: CallSite) { self.init(site.frame, site.range, globals: site.globals) }
}

extension SourceFile {
  /// A line without the blanks around it.
  func strippedLine(_ line: Int) -> String {
    let text = lineText(line).drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
    return String(text.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}

/// What the interpreter remembers of warnings.
final class WarningState {
  /// A warning whose place shows only when a call has returned: `issue` gets it from the first statement that ends in a frame
  /// at most as deep as `depth`.
  fileprivate struct Deferred {
    let depth: Int
    let issue: (Runtime, WarningPlace) -> Void
  }

  fileprivate var shown: Set<String> = []
  fileprivate var deferred: [Deferred] = []
}

extension Runtime {
  private var warningState: WarningState { attachment(WarningState.self) { WarningState() } }

  /// Warns about the call in progress (of an object, or where it was made), by the filters of the module `warnings`. Raises where they say so.
  func issueWarning(
    _ message: String, category: String, at place: WarningPlace? = nil, source: Value = .none, isOfCompiler: Bool = false
  ) throws(Raised) {
    guard let place = place ?? callSite().map({ WarningPlace($0) }) else {
      // Nobody has changed the filters: nothing can be raised, and the statement in progress will tell where it stands.
      if modules["warnings"] == nil {
        return deferWarning { runtime, place in
          runtime.showWarning(message, category: category, at: place, source: source, isRepeated: isOfCompiler)
        }
      }
      return try issueWarning(message, category: category, at: .unknown, source: source, isOfCompiler: isOfCompiler)
    }
    guard let module = modules["warnings"], let type = exceptionTypes[category] else {
      return showWarning(message, category: category, at: place, source: source, isRepeated: isOfCompiler)
    }
    let function = try getAttribute(.object(module), "warn_explicit")
    var arguments: [Value] = [
      .object(string(message)), .object(type), .object(string(place.fileName)), .int(place.line),
    ]
    if !isOfCompiler { arguments.append(.object(string(place.module))) }
    _ = try call(function, arguments, keywords: source.isNone ? [] : [(intern("source"), source)])
  }

  /// The same where nothing can be raised.
  func warn(_ message: String, category: String, at place: WarningPlace? = nil, source: Value = .none) {
    do { try issueWarning(message, category: category, at: place, source: source) } catch {
      reportUnraisable(error, in: .none)
    }
  }

  /// The filters that hold before a program changes them: each place once, and deprecations only in the program itself.
  private func showWarning(_ message: String, category: String, at place: WarningPlace, source: Value, isRepeated: Bool) {
    switch category {
    case "DeprecationWarning" where place.module != "__main__": return
    case "PendingDeprecationWarning", "ImportWarning", "ResourceWarning": return
    default: break
    }
    let key = "\(place.module):\(place.line):\(category):\(message)"
    guard isRepeated || place.line == 0 || warningState.shown.insert(key).inserted else { return }
    output.flush()
    errorOutput.write("\(place.fileName):\(place.line): \(category): \(message)\n")
    let text = place.source
    if !text.isEmpty { errorOutput.write("  \(text)\n") }
    if let origin = source.string {
      errorOutput.write("Coroutine created at \(origin.text)\n")
    } else if !source.isNone, place.line > 0 {
      errorOutput.write("\(category): Enable tracemalloc to get the object allocation traceback\n")
    }
  }

  // MARK: Later

  /// Warns when `levels` calls have returned; with 0 at the end of the statement in progress, whichever that is.
  func deferWarning(levels: Int = 0, _ issue: @escaping (Runtime, WarningPlace) -> Void) {
    let depth = levels == 0 ? Int.max : machine.pointee.depth - levels
    warningState.deferred.append(WarningState.Deferred(depth: depth, issue: issue))
    machine.pointee.hasDeferredWarnings = true
  }

  /// Issues the deferred warnings that have waited for a place this far out.
  func issueDeferredWarnings(at place: WarningPlace, depth: Int = 0) {
    let state = warningState
    let due = state.deferred.filter { $0.depth >= depth }
    state.deferred.removeAll { $0.depth >= depth }
    machine.pointee.hasDeferredWarnings = !state.deferred.isEmpty
    for warning in due { warning.issue(self, place) }
  }
}

extension Value {
  /// A coroutine in the place of its result, as a condition: it is true, and nobody needs it any more.
  var isAwaitedByNobody: Bool {
    guard let object = uncounted else { return false }
    return object.kind == .coroutine || object.kind == .awaitable && object.isPlain
  }
}

extension Frame {
  /// Lets go of a condition that has been looked at: that it was never awaited is said before what depends on it.
  @inline(never)
  func drop(_ condition: inout Value, _ range: SourceRange) {
    condition = .none
    if machine.pointee.hasDeferredWarnings { issueDeferredWarnings(range) }
  }

  /// At the end of a statement, when `hasDeferredWarnings`.
  @inline(never)
  func issueDeferredWarnings(_ range: SourceRange) {
    runtime.issueDeferredWarnings(at: WarningPlace(self, range), depth: machine.pointee.depth)
  }
}
