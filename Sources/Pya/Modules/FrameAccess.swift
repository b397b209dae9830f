import PyaSyntax

/// `sys._getframe` and what else looks at the calls in progress, as far as they are recorded (`PlacedCallNode`).
extension Runtime {
  func defineFrameAccess(of module: ModuleObject) {
    module.define(self, "_getframe", "depth=0, /") { (runtime, arguments) throws(Raised) in
      let level = arguments[0].isUndefined ? 0 : max(0, try runtime.index(arguments[0]))
      guard let innermost = runtime.callSite() else {
        throw runtime.runtimeError("sys._getframe() only works when it is called by its own name")
      }
      // Frames of the library that are not recorded count, too.
      let depth = runtime.machine.pointee.depth - innermost.depth
      let frames = runtime.framesInProgress.drop { $0.distance < level + depth }
      if frames.isEmpty { throw runtime.valueError("call stack is not deep enough") }
      return runtime.frameObjects(frames.map(\.site)).map { .object($0) } ?? .none
    }
    module.define(self, "_getframemodulename", "depth=0") { (runtime, arguments) throws(Raised) in
      let level = arguments[0].isUndefined ? 0 : max(0, try runtime.index(arguments[0]))
      let sites = runtime.recordedFrames.filter { !$0.file.isLibrary || $0.file.name == "<library abc>" }
      guard level < sites.count else { return .none }
      return sites[level].globals.getString(runtime.names.name) ?? .none
    }
  }

  /// `_frames`: where the program called the library.
  func makeFramesModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_frames")
    // (file, line, function, module) of the innermost call in the program itself, `level` recorded frames further out.
    module.define(self, "caller", "level=0, /") { (runtime, arguments) throws(Raised) in
      let level = arguments[0].isUndefined ? 0 : max(0, try runtime.index(arguments[0]))
      guard let site = runtime.programSite(level: level) else { return .none }
      return .object(
        TupleObject(
          runtime,
          [
            .object(runtime.string(site.file.name)), .int(site.line),
            .object(runtime.string(site.frame.code.information.name)),
            site.globals.getString(runtime.names.name) ?? .none,
          ]))
    }
    // Classes of the library that stand for types written in C say their module in messages.
    module.define(self, "name_in_messages", "cls, name, /") { (_, arguments) throws(Raised) in
      if let type = arguments[0].type, let name = arguments[1].string { type.messageName = name.text }
      return .none
    }
    // What `|` makes of a `type` alias and another type.
    module.define(self, "union_of_types", "left, right, /") { (runtime, arguments) throws(Raised) in
      try runtime.makeUnion(arguments[0], arguments[1])
    }
    // What `types.coroutine` does to a generator function.
    module.define(self, "mark_iterable_coroutine", "function, /") { (_, arguments) throws(Raised) in
      arguments[0].cast(.function, to: FunctionObject.self)?.code.information.isIterableCoroutine = true
      return .none
    }
    module.define(self, "calling_module", "") { (runtime, _) throws(Raised) in
      .object(runtime.string(runtime.callingModule))
    }
    // The frame of that call, linked to the program's other recorded frames.
    module.define(self, "frame", "level=0, /") { (runtime, arguments) throws(Raised) in
      let level = arguments[0].isUndefined ? 0 : max(0, try runtime.index(arguments[0]))
      let sites = runtime.recordedFrames.filter { !$0.file.isLibrary }
      return runtime.frameObjects(Array(sites.dropFirst(level))).map { .object($0) } ?? .none
    }
    // Files that are read from now on tell what happens in their frames: `python -m cProfile` has no first file that says so.
    module.define(self, "want_events", "") { (runtime, _) throws(Raised) in
      runtime.frameEvents.isWanted = true
      return .none
    }
    // For `frame.f_locals`: what the variables hold now, and setting one that the frame has.
    module.define(self, "variables", "frame, /") { (runtime, arguments) throws(Raised) in
      guard let frame = arguments[0].object as? FrameObject else { return .object(DictObject(runtime)) }
      if let site = runtime.callInProgress(in: frame) { return runtime.locals(of: site) }
      return frame.locals.defined ?? .object(DictObject(runtime))
    }
    module.define(self, "set_variable", "frame, name, value, /") { (runtime, arguments) throws(Raised) in
      guard let frame = arguments[0].object as? FrameObject, let name = arguments[1].string else { return .bool(false) }
      if let site = runtime.callInProgress(in: frame) { return .bool(site.setVariable(name.text, arguments[2], runtime.callSites)) }
      guard let locals = frame.locals.dict, locals.getString(name) != nil else { return .bool(false) }
      locals.setString(name, arguments[2])
      return .bool(true)
    }
    // A module that has been imported, without importing it.
    module.define(self, "loaded", "name, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string, case .object(let module)? = runtime.moduleDictionary.getString(name),
        module.kind == .module
      else { return .none }
      return .object(module)
    }
    // (text, file name, mode, flags) of what `compile` made of a text, for `marshal`; None of other code.
    module.define(self, "compiled_text", "code, /") { (runtime, arguments) throws(Raised) in
      guard let text = arguments[0].object as? CompiledText, !text.file.isOfTree else { return .none }
      let bytes = BytesObject(type: runtime.types.bytes, text.file.bytes)
      return runtime.tuple([
        .object(bytes), .object(runtime.string(text.file.name)), .object(runtime.string(text.mode.rawValue)), .int(text.flags.rawValue),
      ])
    }
    // The text of a file that was read to be run; None when there is no such file.
    module.define(self, "source", "filename, /") { (runtime, arguments) throws(Raised) in
      guard let name = arguments[0].string else { return .none }
      if let file = runtime.sourceFiles.byName[name.text] { return .object(runtime.string(file.bytes)) }
      guard let bytes = fileContents(name.text) else { return .none }
      return .object(runtime.string(SourceFile(name: name.text, bytes: bytes).bytes))
    }
    return module
  }
}
