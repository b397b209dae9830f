import PyaSyntax

/// Hands what happens in frames to the functions that `sys.settrace` and `sys.setprofile` were given, of each thread its own.
final class FrameTracer: FrameObserver {
  struct Functions {
    var trace: Value = .undefined
    var profile: Value = .undefined
    /// One of them runs: what it does itself is not told.
    var isTelling = false
  }

  private unowned let runtime: Runtime
  private var functions: [Int: Functions] = [:]
  /// The frames in progress that have begun since somebody listens, by where their variables lie.
  private var frames: [UnsafeMutablePointer<Value>: FrameObject] = [:]
  /// The line that a frame was told of last, and the exception.
  private var lastLines: [UnsafeMutablePointer<Value>: Int] = [:]
  private var lastExceptions: [UnsafeMutablePointer<Value>: Int] = [:]

  init(_ runtime: Runtime) {
    self.runtime = runtime
    super.init()
  }

  private var thread: Int { runtime.threads.current.identity }

  /// What the running thread has set.
  var current: Functions {
    get { functions[thread] ?? Functions() }
    set {
      let isEmpty = newValue.trace.isUndefined && newValue.profile.isUndefined && !newValue.isTelling
      functions[thread] = isEmpty ? nil : newValue
      let events = runtime.frameEvents
      events.observer = self
      events.isActive = !functions.isEmpty
      if functions.isEmpty { (frames, lastLines, lastExceptions) = ([:], [:], [:]) }
    }
  }

  /// `frame.f_trace` was set from outside.
  func watch(_ frame: FrameObject) {
    if let slots = frame.slots { frames[slots] = frame }
  }

  // MARK: Events

  override func begins(_ frame: Frame, globals: DictObject, goesOn: Bool) throws(Raised) {
    let now = current
    if now.isTelling { return }
    let known = goesOn ? frames[frame.slots] : nil
    let object = known ?? frameObject(frame, globals: globals)
    if known != nil { object.back = caller(of: frame) }
    frames[frame.slots] = object
    if !now.trace.isUndefined {
      let local = try tell(now.trace, object, "call", .none, frame)
      if !local.isNone { object.localTrace = local }
    }
    if !now.profile.isUndefined { _ = try tell(now.profile, object, "call", .none, frame) }
  }

  override func reaches(_ range: SourceRange, _ frame: Frame, again: Bool) throws(Raised) {
    guard let object = frames[frame.slots], let local = object.localTrace.defined else { return }
    let now = current
    if now.isTelling || now.trace.isUndefined { return }
    let line = frame.code.information.file.location(of: range.start).line
    if !again, lastLines[frame.slots] == line { return }
    lastLines[frame.slots] = line
    object.entry = TracebackEntry(code: frame.code.information, range: range)
    let result = try tell(local, object, "line", .none, frame)
    if !result.isNone { object.localTrace = result }
  }

  override func passes(_ raised: Raised, _ frame: Frame) throws(Raised) {
    guard let object = frames[frame.slots], let local = object.localTrace.defined else { return }
    let now = current
    let exception = raised.exception
    if now.isTelling || now.trace.isUndefined || lastExceptions[frame.slots] == exception.address { return }
    lastExceptions[frame.slots] = exception.address
    let traceback = runtime.tracebackObject(of: exception)
    let details = TupleObject(runtime, [.object(exception.type), .object(exception), traceback])
    _ = try tell(local, object, "exception", .object(details), frame)
  }

  override func ends(_ frame: Frame, _ value: Value?, isSuspended: Bool) throws(Raised) {
    let known = frames[frame.slots]
    let now = current
    if now.isTelling { return }
    defer {
      if !isSuspended { frames[frame.slots] = nil }
      lastLines[frame.slots] = nil
      lastExceptions[frame.slots] = nil
    }
    if !now.trace.isUndefined, let known, let local = known.localTrace.defined {
      _ = try tell(local, known, "return", value ?? .none, frame)
    }
    if !now.profile.isUndefined { _ = try tell(now.profile, known ?? frameObject(frame), "return", value ?? .none, frame) }
  }

  override func native(_ event: NativeEvent, _ function: Value, _ frame: Frame) throws(Raised) {
    let now = current
    if now.isTelling || now.profile.isUndefined { return }
    _ = try tell(now.profile, frames[frame.slots] ?? frameObject(frame), event.rawValue, function, frame)
  }

  private func tell(_ function: Value, _ object: FrameObject, _ event: String, _ argument: Value, _ frame: Frame) throws(Raised)
    -> Value
  {
    // The variables of a generator do not lie on the stack, where they are found while the frame runs.
    if frame.suspendablePointer != nil { object.locals = runtime.locals(of: site(of: frame, object)) }
    current.isTelling = true
    defer { current.isTelling = false }
    do throws(Raised) {
      return try runtime.call(function, [.object(object), .object(runtime.intern(event)), argument])
    } catch {
      if event.hasPrefix("c_") { current.profile = .undefined } else { (current.trace, current.profile) = (.undefined, .undefined) }
      throw error
    }
  }

  // MARK: Frames

  private func frameObject(_ frame: Frame, globals known: DictObject? = nil) -> FrameObject {
    let code = frame.code
    let information = code.information
    let object = FrameObject(runtime, TracebackEntry(code: information, range: SourceRange(information.start, information.start)))
    object.code = .object(code)
    object.function = frame.function
    object.slots = frame.slots
    object.depth = frame.machine.pointee.depth
    let globals = (known ?? frame.function?.globals).map { Value.object($0) } ?? runtime.globals(of: object.entry)
    object.globals = globals ?? runtime.modules["__main__"].map { .object($0.namespace) } ?? .object(runtime.builtins)
    if frame.function == nil { object.locals = runtime.locals(of: site(of: frame, object)) }
    object.back = caller(of: frame)
    return object
  }

  private func caller(of frame: Frame) -> FrameObject? {
    let callers = runtime.recordedFrames.filter { $0.frame.slots != frame.slots }
    return callers.first.flatMap { frames[$0.frame.slots] ?? runtime.frameObjects(callers) }
  }

  private func site(of frame: Frame, _ object: FrameObject) -> CallSite {
    CallSite(
      frame: frame, globals: object.globals.dict ?? runtime.builtins, range: object.entry.range, depth: frame.machine.pointee.depth)
  }
}

extension Runtime {
  var frameTracer: FrameTracer { attachment(FrameTracer.self) { FrameTracer(self) } }

  /// The frame of the program that a signal interrupts: the innermost one that is recorded, else that of the program's own file.
  var interruptedFrame: FrameObject? {
    if let frame = frameObjects(recordedFrames.filter { !$0.file.isLibrary }) { return frame }
    guard let code = sourceFiles.mainCode, let namespace = modules["__main__"]?.namespace else { return nil }
    let information = code.information
    let frame = FrameObject(self, TracebackEntry(code: information, range: SourceRange(information.start, information.start)))
    frame.code = .object(code)
    frame.globals = .object(namespace)
    frame.locals = .object(namespace)
    return frame
  }

  /// The frame of the first site, linked to those of the others.
  func frameObjects(_ sites: [CallSite]) -> FrameObject? {
    var outer: FrameObject?
    for site in sites.reversed() {
      let frame = FrameObject(self, TracebackEntry(code: site.frame.code.information, range: site.range))
      frame.code = .object(site.frame.code)
      frame.globals = .object(site.globals)
      frame.locals = locals(of: site)
      frame.back = outer
      frame.slots = site.frame.slots
      frame.depth = site.depth
      frame.function = site.frame.function
      outer = frame
    }
    return outer
  }
}
