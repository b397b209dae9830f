/// `traceback`
func makeTracebackModule(_ runtime: Runtime) -> ModuleObject {
  let module = ModuleObject(runtime, name: "traceback")
  module.define(runtime, "format_exc", "limit=None, chain=True") { (runtime, arguments) throws(Raised) in
    guard let exception = runtime.handled.last else { return .object(runtime.string("NoneType: None\n")) }
    return .object(runtime.string(try runtime.report(exception, chain: arguments[1])))
  }
  module.define(runtime, "print_exc", "limit=None, file=None, chain=True") { (runtime, arguments) throws(Raised) in
    let text = try runtime.handled.last.map { (exception) throws(Raised) in
      try runtime.report(exception, chain: arguments[2])
    }
    return try runtime.writeReport(text ?? "NoneType: None\n", to: arguments[1])
  }
  let formatted: NativeSignature = "exc, /, value=None, tb=None, limit=None, chain=True"
  module.define(runtime, "format_exception", formatted) { (runtime, arguments) throws(Raised) in
    let exception = try runtime.reportedException(arguments[0], arguments[1])
    let lines = exception.map { runtime.renderLines($0, chain: arguments[4].isUndefined ? true : !arguments[4].isNone) }
    return .object(ListObject(runtime, (lines ?? ["NoneType: None\n"]).map { .object(runtime.string($0)) }))
  }
  module.define(runtime, "print_exception", "exc, /, value=None, tb=None, limit=None, file=None, chain=True") {
    (runtime, arguments) throws(Raised) in
    let exception = try runtime.reportedException(arguments[0], arguments[1])
    let text = try exception.map { (exception) throws(Raised) in try runtime.report(exception, chain: arguments[5]) }
    return try runtime.writeReport(text ?? "NoneType: None\n", to: arguments[4])
  }
  module.define(runtime, "format_exception_only", "exc, /, value=None") { (runtime, arguments) throws(Raised) in
    let exception = try runtime.reportedException(arguments[0], arguments[1])
    let lines = exception.map { runtime.renderSummary($0) } ?? ["NoneType: None\n"]
    return .object(ListObject(runtime, lines.map { .object(runtime.string($0)) }))
  }
  module.define(runtime, "format_tb", "tb, limit=None") { (runtime, arguments) throws(Raised) in
    let lines = runtime.renderStack(runtime.stackEntries(arguments[0]))
    return .object(ListObject(runtime, lines.map { .object(runtime.string($0)) }))
  }
  module.define(runtime, "print_tb", "tb, limit=None, file=None") { (runtime, arguments) throws(Raised) in
    try runtime.writeReport(runtime.renderStack(runtime.stackEntries(arguments[0])).joined(), to: arguments[2])
  }
  runtime.defineExtraction(of: module)
  return module
}

extension Runtime {
  fileprivate func report(_ exception: ExceptionObject, chain: Value) throws(Raised) -> String {
    render(exception, chain: chain.isUndefined ? true : try isTrue(chain))
  }

  /// The exception of `f(exc)` or of the older `f(type, value, traceback)`.
  fileprivate func reportedException(_ first: Value, _ second: Value) throws(Raised) -> ExceptionObject? {
    if let exception = second.exception { return exception }
    if let exception = first.exception { return exception }
    if first.isNone { return nil }
    throw typeError("Exception expected for value, \(typeName(second.isUndefined ? first : second)) found")
  }

  fileprivate func writeReport(_ text: String, to file: Value) throws(Raised) -> Value {
    let target = file.isUndefined || file.isNone ? try standardStreams.current(.error, self) : file
    if !target.isNone { _ = try callMethod(target, "write", [.object(string(text))]) }
    return .none
  }

  /// Outermost first.
  fileprivate func stackEntries(_ traceback: Value) -> [TracebackEntry] {
    (traceback.object as? TracebackObject)?.entries.reversed() ?? []
  }

  fileprivate func defineExtraction(of module: ModuleObject) {
    let summary = StructSequenceType(
      self, module: "traceback", name: "FrameSummary", fields: ["filename", "lineno", "name", "line"])
    summary.type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let tuple = arguments[0].tuple, tuple.count == 4 else { return .none }
      let (file, line, name) = (try runtime.str(tuple[0]).text, try runtime.str(tuple[1]).text, try runtime.str(tuple[2]).text)
      return .object(runtime.string("<FrameSummary file \(file), line \(line) in \(name)>"))
    }
    summary.type.didChange()
    module.set(self, "FrameSummary", .object(summary.type))
    module.define(self, "extract_tb", "tb, limit=None") { (runtime, arguments) throws(Raised) in
      let summaries = runtime.stackEntries(arguments[0]).map { entry in
        let line = entry.file.location(of: entry.range.start).line
        let text = entry.file.lineText(line).drop { $0 == " " || $0 == "\t" }
        return summary.make([
          .object(runtime.string(entry.file.name)), .int(line), .object(runtime.string(entry.functionName)),
          .object(runtime.string(String(text))),
        ])
      }
      return .object(ListObject(runtime, summaries))
    }
  }
}
