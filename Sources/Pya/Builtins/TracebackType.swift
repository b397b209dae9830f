/// `traceback`, and the frames and code objects that tracebacks show.
extension Runtime {
  func installTracebackType() {
    let type = types.traceback
    type.defineProperty(self, "tb_lineno") { (_, value) throws(Raised) in
      (value.object as? TracebackObject).map { .int($0.line) } ?? .none
    }
    type.defineProperty(self, "tb_lasti") { (_, value) throws(Raised) in
      (value.object as? TracebackObject).map { .int(Int($0.entry.range.start)) } ?? .none
    }
    type.defineProperty(self, "tb_next") { (runtime, value) throws(Raised) in
      guard let traceback = value.object as? TracebackObject, traceback.entries.count > 1 else { return .none }
      return .object(TracebackObject(runtime, Array(traceback.entries.dropLast())))
    }
    type.defineProperty(self, "tb_frame") { (runtime, value) throws(Raised) in
      guard let entry = (value.object as? TracebackObject)?.entry else { return .none }
      let frame = FrameObject(runtime, entry)
      frame.locals = runtime.locals(of: entry)
      if let globals = runtime.globals(of: entry) { frame.globals = globals }
      return .object(frame)
    }
    type.define(self, "__dir__", "self, /") { (runtime, _) throws(Raised) in
      let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"]
      return .object(ListObject(runtime, names.map { .object(runtime.string($0)) }))
    }
    installFrameType()
  }

  /// The call that the frame waits for, while it is in progress.
  private func callInProgress(in frame: FrameObject) -> CallSite? {
    guard let slots = frame.slots else { return nil }
    return callSites.stack.last { $0.frame.slots == slots && $0.depth == frame.depth }
  }

  private func installFrameType() {
    let type = types.frame
    type.defineProperty(self, "f_lineno") { (runtime, value) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return .none }
      return .int(runtime.callInProgress(in: frame)?.line ?? frame.line)
    }
    type.defineProperty(self, "f_code") { (runtime, value) throws(Raised) in
      (value.object as? FrameObject).map { $0.code.defined ?? .object(CodeSummary(runtime, $0.entry)) } ?? .none
    }
    type.defineProperty(self, "f_back") { (_, value) throws(Raised) in
      (value.object as? FrameObject)?.back.map { .object($0) } ?? .none
    }
    type.defineProperty(self, "f_globals") { (runtime, value) throws(Raised) in
      (value.object as? FrameObject)?.globals.defined ?? .object(DictObject(runtime))
    }
    type.defineProperty(self, "f_locals") { (runtime, value) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return .none }
      if let site = runtime.callInProgress(in: frame) { return runtime.locals(of: site) }
      return frame.locals.defined ?? .object(DictObject(runtime))
    }
    type.defineProperty(self, "f_lasti") { (_, value) throws(Raised) in
      (value.object as? FrameObject).map { .int(Int($0.entry.range.start)) } ?? .none
    }
    type.defineProperty(self, "f_trace") { (_, _) throws(Raised) in .none }
    type.define(self, "clear", "self, /") { (_, _) throws(Raised) in .none }
    type.defineProperty(self, "f_builtins") { (runtime, _) throws(Raised) in .object(runtime.builtins) }
    type.define(self, "__repr__", "self, /") { (runtime, arguments) throws(Raised) in
      guard let frame = arguments[0].object as? FrameObject else { return .none }
      let file = try runtime.repr(.object(runtime.string(frame.entry.file.name))).text
      return .object(
        runtime.string(
          "<frame at \(runtime.addressText(arguments[0])), file \(file), line \(frame.line), code \(frame.entry.functionName)>"
        ))
    }
  }
}
