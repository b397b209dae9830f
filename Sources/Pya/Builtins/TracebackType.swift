import PyaSyntax

/// `traceback`, and the frames and code objects that tracebacks show.
extension Runtime {
  func installTracebackType() {
    let type = types.traceback
    type.defineProperty(self, "tb_lineno") { (_, value) throws(Raised) in
      (value.object as? TracebackObject).map { .int($0.line) } ?? .none
    }
    type.defineProperty(self, "tb_lasti") { (runtime, value) throws(Raised) in
      guard let entry = (value.object as? TracebackObject)?.entry else { return .none }
      return .int(runtime.positionTable.instruction(at: entry.range, in: entry.file))
    }
    type.defineProperty(
      self, "tb_next",
      get: { (_, value) throws(Raised) in (value.object as? TracebackObject)?.next.map { .object($0) } ?? .none },
      set: { (runtime, value, next) throws(Raised) in
        guard let traceback = value.object as? TracebackObject else { return }
        if next.isUndefined { throw runtime.typeError("can't delete tb_next attribute") }
        let given = try runtime.traceback(orNone: next)
        var current = given
        while let here = current {
          if here === traceback { throw runtime.valueError("traceback loop detected") }
          current = here.next
        }
        traceback.next = given
      })
    type.defineConstructor(self, "tb_next, tb_frame, tb_lasti, tb_lineno") { (runtime, _, arguments) throws(Raised) in
      let next = try runtime.traceback(orNone: arguments[0])
      guard let frame = arguments[1].object as? FrameObject else {
        throw runtime.typeError("TracebackType() argument 'tb_frame' must be frame, not \(runtime.typeName(arguments[1]))")
      }
      let instruction = try runtime.index(arguments[2])
      let line = try runtime.index(arguments[3])
      let file = frame.entry.file
      if let range = runtime.positionTable.range(ofInstruction: instruction, in: file), file.location(of: range.start).line == line {
        return .object(TracebackObject(runtime, TracebackEntry(code: frame.entry.code, range: range), next: next))
      }
      let isThere = line >= 1 && line <= file.lineCount
      let start = UInt32(truncatingIfNeeded: file.lineRange(line).lowerBound)
      let range = isThere ? SourceRange(start, start) : frame.entry.range
      return .object(
        TracebackObject(
          runtime, TracebackEntry(code: frame.entry.code, range: range), next: next, line: isThere ? nil : line))
    }
    type.defineProperty(self, "tb_frame") { (runtime, value) throws(Raised) in
      guard let entry = (value.object as? TracebackObject)?.entry else { return .none }
      if entry.kept == nil, let frame = runtime.frameInProgress(of: entry) { return .object(frame) }
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

  fileprivate func traceback(orNone value: Value) throws(Raised) -> TracebackObject? {
    if value.isNone { return nil }
    guard let traceback = value.object as? TracebackObject else {
      throw typeError("expected traceback object, got '\(typeName(value))'")
    }
    return traceback
  }

  /// The frame that an entry is about, if it still runs.
  private func frameInProgress(of entry: TracebackEntry) -> FrameObject? {
    let handling = handlingSite(of: entry)
    var sites = recordedFrames.drop { $0.frame.code.information !== entry.code }
    if let handling, sites.first?.frame.slots != handling.frame.slots {
      // It is in no recorded call: its callers are those further out.
      callSites.stack.append(handling)
      defer { callSites.stack.removeLast() }
      sites = recordedFrames[...]
    }
    return frameObjects(Array(sites))
  }

  /// The call that the frame waits for, while it is in progress; else where it was last seen.
  func callInProgress(in frame: FrameObject) -> CallSite? {
    guard let slots = frame.slots else { return nil }
    return callSites.stack.last { $0.frame.slots == slots && $0.depth == frame.depth } ?? siteOfRunning(frame, slots)
  }

  /// The same of a frame that waits for no recorded call, while it is the one that runs or calls in another way.
  private func siteOfRunning(_ frame: FrameObject, _ slots: UnsafeMutablePointer<Value>) -> CallSite? {
    let machine = machine
    guard let code = frame.code.cast(.code, to: Code.self), let function = frame.function, let globals = frame.globals.dict,
      machine.pointee.depth >= frame.depth, machine.pointee.stackBase + Frame.headerSize <= slots,
      slots + code.frameSize <= machine.pointee.stackTop
    else { return nil }
    let running = Frame(slots: slots)
    guard running.machine == machine, running.codePointer == Unmanaged.passUnretained(code).toOpaque(),
      running.functionPointer == Unmanaged.passUnretained(function).toOpaque()
    else { return nil }
    return CallSite(frame: running, globals: globals, range: frame.entry.range, depth: frame.depth)
  }

  private func installFrameType() {
    let type = types.frame
    type.defineProperty(self, "f_lineno") { (runtime, value) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return .none }
      return .int(runtime.callInProgress(in: frame)?.line ?? frame.line)
    }
    type.defineProperty(self, "f_code") { (runtime, value) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return .none }
      return frame.code.defined ?? .object(frame.entry.code.code ?? CodeSummary(runtime, frame.entry))
    }
    type.defineProperty(self, "f_back") { (_, value) throws(Raised) in
      (value.object as? FrameObject)?.back.map { .object($0) } ?? .none
    }
    type.defineProperty(self, "f_globals") { (runtime, value) throws(Raised) in
      (value.object as? FrameObject)?.globals.defined ?? .object(DictObject(runtime))
    }
    type.defineProperty(self, "f_locals") { (runtime, value) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return .none }
      let site = runtime.callInProgress(in: frame)
      if site?.hasVariables ?? frame.isOfFunction {
        let library = try runtime.importModule("_frame_locals", level: 0, globals: runtime.builtins)
        return try runtime.callMethod(library, "FrameLocalsProxy", [value])
      }
      return site.map { runtime.locals(of: $0) } ?? frame.locals.defined ?? .object(DictObject(runtime))
    }
    type.defineProperty(self, "f_lasti") { (runtime, value) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return .none }
      let range = runtime.callInProgress(in: frame)?.range ?? frame.entry.range
      return .int(runtime.positionTable.instruction(at: range, in: frame.entry.file))
    }
    type.defineProperty(self, "f_trace") { (_, value) throws(Raised) in
      (value.object as? FrameObject)?.localTrace.defined ?? .none
    } set: { (runtime, value, new) throws(Raised) in
      guard let frame = value.object as? FrameObject else { return }
      frame.localTrace = new.isNone ? .undefined : new
      if !frame.localTrace.isUndefined { runtime.frameTracer.watch(frame) }
    }
    for name in ["f_trace_lines", "f_trace_opcodes"] {
      type.defineProperty(self, name) { (_, _) throws(Raised) in .bool(name == "f_trace_lines") } set: { (runtime, _, new) throws(Raised) in
        if try runtime.isTrue(new) != (name == "f_trace_lines") {
          throw runtime.notImplementedError("pya: \(name) cannot be changed")
        }
      }
    }
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

extension FrameObject {
  /// It is a function's: it has variables of its own, not names in a dictionary.
  fileprivate var isOfFunction: Bool {
    guard entry.code.name != "<module>", let code = entry.code.code as? Code else { return false }
    return code.slotNames.first != ""
  }
}
