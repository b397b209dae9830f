/// `_traceback`: what the module `traceback` is built on.
func makeTracebackModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "_traceback")
  module.define(runtime, "format_exception", "exc, limit, chain, max_group_width=15, max_group_depth=10, /") { (runtime, arguments) throws(Raised) in
    guard let exception = arguments[0].exception else { return .none }
    let limit = arguments[1].isNone ? runtime.tracebackLimit : try runtime.index(arguments[1])
    let width = try arguments[3].defined.map { (width) throws(Raised) in try runtime.index(width) } ?? 15
    let depth = try arguments[4].defined.map { (depth) throws(Raised) in try runtime.index(depth) } ?? 10
    return runtime.lines(
      runtime.renderLines(exception, chain: try runtime.isTrue(arguments[2]), limit: limit, maximumWidth: width, maximumDepth: depth))
  }
  // With a traceback, names that were visible where the exception was raised are suggested, too.
  module.define(runtime, "format_exception_only", "exc, tb=None, /") { (runtime, arguments) throws(Raised) in
    guard let exception = arguments[0].exception else { return .none }
    let knowsFrames = arguments[1].defined.map { !$0.isNone } ?? false
    return runtime.lines(runtime.renderSummary(exception, knowsFrames: knowsFrames))
  }
  module.define(runtime, "format_tb", "tb, /") { (runtime, arguments) throws(Raised) in
    runtime.lines(runtime.renderStack(runtime.stackEntries(arguments[0])))
  }
  // (file, line, function, source, text of the entry, last line, first column, last column) of each frame, outermost first.
  module.define(runtime, "entries", "tb, /") { (runtime, arguments) throws(Raised) in
    // What is left of a traceback behind the program's own frames is shown as it is.
    let all = runtime.stackEntries(arguments[0])
    let ofProgram = all.filter { !$0.file.isLibrary }
    let entries = runtime.withKnownTexts(ofProgram.isEmpty ? all : ofProgram)
    return .object(ListObject(runtime, entries.map { runtime.describe($0) }))
  }
  module.define(runtime, "source_line", "filename, lineno, /") { (runtime, arguments) throws(Raised) in
    guard let name = arguments[0].string, case .int(let line) = arguments[1],
      let file = runtime.sourceFiles.byName[name.text], !file.isText
    else { return .object(runtime.string("")) }
    return .object(runtime.string(file.lineText(line)))
  }
  return module
}

extension Runtime {
  fileprivate func lines(_ lines: [String]) -> Value { .object(ListObject(self, lines.map { .object(string($0)) })) }

  /// Outermost first.
  fileprivate func stackEntries(_ traceback: Value) -> [TracebackEntry] {
    (traceback.object as? TracebackObject)?.entries.reversed() ?? []
  }

  fileprivate func describe(_ entry: TracebackEntry) -> Value {
    let start = entry.file.location(of: entry.range.start)
    let end = entry.file.location(of: entry.range.end)
    let parts: [Value] = [
      .object(string(entry.file.name)), .int(start.line), .object(string(entry.functionName)),
      .object(string(entry.file.isText ? "" : entry.file.lineText(start.line))), lines(renderStack([entry])), .int(end.line),
      .int(entry.file.characterColumn(of: entry.range.start)), .int(entry.file.characterColumn(of: entry.range.end)),
    ]
    return .object(TupleObject(self, parts))
  }
}
