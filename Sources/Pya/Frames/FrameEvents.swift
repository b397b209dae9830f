import PyaSyntax

/// What happens in frames, for `sys.settrace` and `sys.setprofile`.
///
/// A file of the program that names one of them, or a module built on them, is lowered with nodes that tell (`Nodes/Telling.swift`), and so
/// are those that come after it; all others know nothing of this.
final class FrameEvents {
  /// Files are lowered with nodes that tell.
  var isWanted = false
  /// A file of the program was lowered before anybody wanted to know.
  var hasMissedFiles = false
  var areComplete: Bool { isWanted && !hasMissedFiles }
  /// Somebody listens.
  var isActive = false
  var observer: FrameObserver?
  /// Who is to be told.
  var listener: FrameObserver? { isActive ? observer : nil }

  /// A source file that mentions one of these may listen, and so may one that imports one of these modules.
  static let words: [StaticString] = ["settrace", "setprofile", "cProfile"]
  static let modules: Set<String> = ["trace", "profile"]
}

/// Listens to what happens in frames.
class FrameObserver {
  /// A call begins, or a generator or coroutine goes on, in code with these globals.
  func begins(_ frame: Frame, globals: DictObject, goesOn: Bool) throws(Raised) {}
  /// The statement at a place is about to run. `again`: also if the frame was there last.
  func reaches(_ range: SourceRange, _ frame: Frame, again: Bool) throws(Raised) {}
  /// An exception passes a statement.
  func passes(_ raised: Raised, _ frame: Frame) throws(Raised) {}
  /// The call ends or is suspended, with a value; nil: by an exception.
  func ends(_ frame: Frame, _ value: Value?, isSuspended: Bool) throws(Raised) {}
  /// A built-in function is about to be called, has returned or failed.
  func native(_ event: NativeEvent, _ function: Value, _ frame: Frame) throws(Raised) {}

  enum NativeEvent: String {
    case call = "c_call"
    case returned = "c_return"
    case raised = "c_exception"
  }
}

extension Runtime {
  var frameEvents: FrameEvents { attachment(FrameEvents.self) { FrameEvents() } }
}
