/// A link of `exception.__traceback__`: the frames from one down to where the exception was raised.
final class TracebackObject: Object {
  /// Innermost first. This link stands for the last entry.
  let entries: [TracebackEntry]

  init(_ runtime: Runtime, _ entries: [TracebackEntry]) {
    self.entries = entries
    super.init(type: runtime.types.traceback, kind: .other)
  }

  var entry: TracebackEntry { entries[entries.count - 1] }
  var line: Int { entry.file.location(of: entry.range.start).line }
}

/// What a traceback shows of a frame.
final class FrameObject: Object {
  let entry: TracebackEntry
  /// Of frames that are running (`sys._getframe`): their variables, and the frame that called.
  var locals: Value = .undefined
  var globals: DictObject?
  var back: FrameObject?
  /// False: which line of the frame runs is not known.
  var knowsLine = true

  init(_ runtime: Runtime, _ entry: TracebackEntry) {
    self.entry = entry
    super.init(type: runtime.types.frame, kind: .other)
  }

  var line: Int { entry.file.location(of: entry.range.start).line }
}

/// `frame.f_code` of a traceback's frame.
final class CodeSummary: Object {
  let entry: TracebackEntry

  init(_ runtime: Runtime, _ entry: TracebackEntry) {
    self.entry = entry
    super.init(type: runtime.attachment(CodeSummaryType.self) { CodeSummaryType(runtime) }.type, kind: .other)
  }

  override func nativeAttribute(_ name: StringObject, _ runtime: Runtime) throws(Raised) -> Value? {
    switch name.text {
    case "co_name": .object(runtime.string(entry.code.name))
    case "co_qualname": .object(runtime.string(entry.code.qualifiedName))
    case "co_filename": .object(runtime.string(entry.file.name))
    case "co_firstlineno": .int(entry.code.firstLine)
    default: nil
    }
  }
}

private final class CodeSummaryType {
  let type: TypeObject

  init(_ runtime: Runtime) {
    type = TypeObject(
      runtime, metatype: runtime.types.type, name: "code", bases: [runtime.types.object], instanceKind: .other,
      isHeap: false)
  }
}

extension Runtime {
  /// `exception.__traceback__`: the same object until the exception passes another frame.
  func tracebackObject(of exception: ExceptionObject) -> Value {
    if exception.traceback.isEmpty { return .none }
    if let known = exception.fields["__traceback__"]?.object as? TracebackObject,
      known.entries.count == exception.traceback.count
    {
      return .object(known)
    }
    let made = Value.object(TracebackObject(self, exception.traceback))
    exception.fields["__traceback__"] = made
    return made
  }

  /// `exception.__traceback__ = traceback`; None takes it away.
  func setTraceback(of exception: ExceptionObject, _ value: Value) throws(Raised) {
    if value.isUndefined { throw typeError("__traceback__ may not be deleted") }
    if value.isNone {
      exception.traceback = []
      exception.fields["__traceback__"] = nil
    } else if let traceback = value.object as? TracebackObject {
      exception.traceback = traceback.entries
      exception.fields["__traceback__"] = value
    } else {
      throw typeError("__traceback__ must be a traceback or None")
    }
  }
}
