import PyaSyntax

/// `_warnings`: what the module `warnings` needs to know of the running program.
extension Runtime {
  func makeWarningsSupportModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_warnings")
    module.define(self, "_call_site", "levels=0, /") { (runtime, arguments) throws(Raised) in
      // `warn` asks; what was recorded is who called `warn`, and in files that speak of it whoever called that. None: not known.
      let levels = arguments[0].isUndefined ? 0 : max(0, try runtime.index(arguments[0]))
      guard levels > 0 else { return runtime.describe(runtime.callSite(level: -1).map { WarningPlace($0) } ?? .unknown) }
      let frames = runtime.framesInProgress
      // Those that wait for one that runs are at no depth of their own.
      let outermost = frames.last.map { $0.distance + $0.site.depth } ?? runtime.machine.pointee.depth
      guard levels < outermost - 1 else {
        return .object(
          TupleObject(runtime, [.object(runtime.string("<sys>")), .int(0), .object(runtime.string("sys"))]))
      }
      // The innermost frame is that of `warn`.
      return frames.first { $0.distance == levels + 1 }.map { runtime.describe(WarningPlace($0.site)) } ?? .none
    }
    module.define(self, "_defer", "levels, function, /") { (runtime, arguments) throws(Raised) in
      let function = arguments[1]
      runtime.deferWarning(levels: min(max(try runtime.index(arguments[0]), 0), 1 << 32) + 1) { runtime, place in
        guard let parts = runtime.describe(place).tuple else { return }
        do throws(Raised) { _ = try runtime.call(function, parts.array) } catch { runtime.reportUnraisable(error, in: function) }
      }
      return .none
    }
    module.define(self, "_source_line", "filename, lineno, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string, case .int(let line) = arguments[1] else { return .none }
      var file = runtime.sourceFiles.byName[name.text]
      if file == nil, let bytes = fileContents(name.text) { file = SourceFile(name: name.text, bytes: bytes) }
      return .object(runtime.string(file.map { $0.isText ? "" : $0.lineText(line) } ?? ""))
    }
    return module
  }

  private func describe(_ place: WarningPlace) -> Value {
    .object(TupleObject(self, [.object(string(place.fileName)), .int(place.line), .object(string(place.module))]))
  }
}
