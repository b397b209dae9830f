/// A link of `exception.__traceback__`: the frames from one down to where the exception was raised.
final class TracebackObject: Object {
  /// Innermost first: this link stands for the last of them, those before it follow unless the program put another link behind this one.
  private let frames: ArraySlice<TracebackEntry>
  private var link: Link = .unmade
  /// For how many entries of its exception the chain stands.
  var coverage: Int
  /// What `types.TracebackType` was given, if the text of the frame has no such line.
  private var statedLine: Int?

  private enum Link {
    case unmade
    case made(TracebackObject?, isOfProgram: Bool)
  }

  init(_ runtime: Runtime, _ entries: ArraySlice<TracebackEntry>) {
    frames = entries
    coverage = entries.count
    super.init(type: runtime.types.traceback, kind: .other)
  }

  convenience init(_ runtime: Runtime, _ entry: TracebackEntry, next: TracebackObject?, line: Int? = nil) {
    self.init(runtime, [entry])
    link = .made(next, isOfProgram: true)
    statedLine = line
  }

  var entry: TracebackEntry { frames[frames.endIndex - 1] }
  var line: Int { statedLine ?? entry.file.location(of: entry.range.start).line }

  /// `tb_next`.
  var next: TracebackObject? {
    get {
      if case .made(let next, _) = link { return next }
      let next = frames.count > 1 ? TracebackObject(type.runtime, frames.dropLast()) : nil
      link = .made(next, isOfProgram: false)
      return next
    }
    set { link = .made(newValue, isOfProgram: true) }
  }

  /// Makes a link that is already there the next one.
  func follow(_ known: TracebackObject) { link = .made(known, isOfProgram: false) }

  /// Innermost first; the last one is this link's.
  var entries: [TracebackEntry] {
    guard isChanged else { return Array(frames) }
    var result: [TracebackEntry] = []
    var current: TracebackObject? = self
    while let here = current {
      result.append(here.entry)
      current = here.next
    }
    return result.reversed()
  }

  /// Whether the program put a link somewhere in the chain.
  var isChanged: Bool {
    var current: TracebackObject? = self
    while let here = current {
      guard case .made(let next, let isOfProgram) = here.link else { return false }
      if isOfProgram { return true }
      current = next
    }
    return false
  }
}

/// A frame as a traceback or `sys._getframe` shows it: what was known of it when it was asked for.
final class FrameObject: Object {
  var entry: TracebackEntry
  /// The frame that called this one; `code`, `globals` and `locals` are known of frames in progress alone.
  var back: FrameObject?
  var code: Value = .undefined
  var globals: Value = .undefined
  var locals: Value = .undefined
  /// Where its variables lie while it is in progress, and at which depth.
  var slots: UnsafeMutablePointer<Value>?
  var depth = 0
  /// The function whose call this is.
  var function: Object?
  /// `f_trace`
  var localTrace: Value = .undefined

  init(_ runtime: Runtime, _ entry: TracebackEntry) {
    self.entry = entry
    super.init(type: runtime.types.frame, kind: .other)
  }

  var line: Int { entry.file.location(of: entry.range.start).line }
}

extension Runtime {
  /// `exception.__traceback__`: the same object until the exception passes another frame.
  func tracebackObject(of exception: ExceptionObject) -> Value {
    settleTraceback(of: exception)
    if exception.traceback.isEmpty { return .none }
    let known = exception.fields["__traceback__"]?.object as? TracebackObject
    if let known, known.coverage == exception.traceback.count { return .object(known) }
    let made = TracebackObject(self, exception.traceback[...])
    if let known, known.coverage == exception.traceback.count - 1 { made.follow(known) }
    exception.fields["__traceback__"] = .object(made)
    return .object(made)
  }

  /// Takes over what the program made of the chain of the exception's traceback.
  func settleTraceback(of exception: ExceptionObject) {
    guard let known = exception.fields["__traceback__"]?.object as? TracebackObject, known.isChanged,
      known.coverage <= exception.traceback.count
    else { return }
    let entries = known.entries
    exception.traceback = entries + exception.traceback[known.coverage...]
    known.coverage = entries.count
  }

  /// `exception.__traceback__ = traceback`; None takes it away.
  func setTraceback(of exception: ExceptionObject, _ value: Value) throws(Raised) {
    if value.isUndefined { throw typeError("__traceback__ may not be deleted") }
    if value.isNone {
      exception.traceback = []
      exception.fields["__traceback__"] = nil
    } else if let traceback = value.object as? TracebackObject {
      exception.traceback = traceback.entries
      traceback.coverage = exception.traceback.count
      exception.fields["__traceback__"] = value
    } else {
      throw typeError("__traceback__ must be a traceback or None")
    }
  }
}
