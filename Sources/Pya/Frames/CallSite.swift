import PyaSyntax

/// Where the program called a built-in function that wants to know: its frame, its module and the place in the source.
///
/// Recorded by calls of certain names alone (`PlacedCallNode`), so that all others pay nothing.
struct CallSite {
  let frame: Frame
  let globals: DictObject
  let range: SourceRange
  /// How deep the calling frame is: what is recorded says nothing about calls from frames further in.
  let depth: Int

  var file: SourceFile { frame.code.information.file }
  var line: Int { file.location(of: range.start).line }

  /// It is a function's: variables of its own, not names in a dictionary.
  var hasVariables: Bool { frame.function != nil && frame.code.slotNames.first != "" }

  /// Sets a variable by its name; false: it has no such variable. Expressions of the frame that are being evaluated may look at what the
  /// variable held, which only the frame's own code sets as a rule (`Operand`): that lives on for a while.
  func setVariable(_ name: String, _ value: Value, _ sites: CallSites) -> Bool {
    if let slot = frame.code.slotNames.firstIndex(of: name) {
      if let cell = frame[slot].cast(.cell, to: Cell.self), frame.code.cellSlots.contains(slot) {
        cell.value = value
      } else {
        sites.keep(frame[slot], depth: depth)
        frame[slot] = value
      }
      return true
    }
    guard let index = frame.code.freeNames.firstIndex(of: name) else { return false }
    frame.closureCell(index).value = value
    return true
  }
}

/// A frame that runs an `except` clause.
struct HandlingFrame {
  let frame: Frame
  let depth: Int
}

/// The recorded calls in progress, innermost last.
final class CallSites {
  @exclusivity(unchecked) var stack: [CallSite] = []
  /// The frames that run an `except` clause, innermost last: their variables show in the traceback. Noted where tracebacks keep frames
  /// (`Machine.keepsFrames`).
  @exclusivity(unchecked) var handling: [HandlingFrame] = []
  var current: CallSite? { stack.last }

  /// A call from `frame` begins.
  func enter(_ frame: Frame, globals: DictObject, _ range: SourceRange) {
    stack.append(CallSite(frame: frame, globals: globals, range: range, depth: frame.machine.pointee.depth))
  }
  func leave() {
    let left = stack.removeLast()
    if !replaced.isEmpty { letGo(from: left.depth) }
  }

  /// Values of variables that others than their frame have replaced, and how deep that is.
  private var replaced: [(value: Value, depth: Int)] = []

  /// Keeps a value until the frame at that depth is left.
  fileprivate func keep(_ value: Value, depth: Int) {
    if value.uncounted != nil { replaced.append((value, depth)) }
  }

  /// A call from a frame at that depth is over: so are all further in.
  private func letGo(from depth: Int) {
    // Last: what dies here may run code of the program.
    let dead = replaced.filter { $0.depth > depth }
    replaced.removeAll { $0.depth > depth }
    withExtendedLifetime(dead) {}
  }

  private var globalsOfFiles: [ObjectIdentifier: DictObject] = [:]

  /// The namespace of the module that a file is the text of; the program's own, if there is none.
  fileprivate func globals(of file: SourceFile, _ runtime: Runtime) -> DictObject {
    if let known = globalsOfFiles[ObjectIdentifier(file)] { return known }
    let module = runtime.modules.sorted.map(\.module).first { $0.namespace.getString(runtime.names.file)?.string?.text == file.name }
    let globals = (module ?? runtime.modules["__main__"])?.namespace ?? runtime.builtins!
    globalsOfFiles[ObjectIdentifier(file)] = globals
    return globals
  }

  func startHandling(in frame: Frame) { handling.append(HandlingFrame(frame: frame, depth: frame.machine.pointee.depth)) }

  func stopHandling(in frame: Frame) {
    if handling.last?.frame.slots == frame.slots { handling.removeLast() }
  }

  /// A source file that mentions one of these has all its calls recorded: it looks at frames further out.
  static let wordsAboutFrames: [StaticString] = [
    "_getframe", "currentframe", "inspect.stack", "import stack", "print_stack", "extract_stack", "walk_stack", "stacklevel",
    "stack_info", "f_back", "DeprecationWarning", "deprecated(", "set_debug(", "debug=True", "source_traceback", "PYTHONASYNCIODEBUG",
    "coroutine_origin",
  ]
}

extension Frame {
  /// Does what may call a method of the program, `a + b` or `a[b]`: a recorded call as soon as a file of the program looks at frames.
  @inline(__always)
  func recorded(_ range: SourceRange, _ operation: () throws(Raised) -> Value) throws(Raised) -> Value {
    machine.pointee.looksAtFrames ? try placed(range, operation) : try operation()
  }

  /// Does what may ask where this frame stands.
  func placed<Result>(_ range: SourceRange, _ operation: () throws(Raised) -> Result) throws(Raised) -> Result {
    let sites = runtime.callSites
    sites.enter(self, globals: function?.globals ?? sites.globals(of: code.information.file, runtime), range)
    defer { sites.leave() }
    return try operation()
  }
}

extension Runtime {
  var callSites: CallSites { attachment(CallSites.self) { CallSites() } }

  /// The name of the module of the program whose recorded call is in progress: to it belongs what the call makes.
  var callingModule: String {
    let site = callSites.stack.last { !$0.file.isLibrary }
    return site?.globals.getString(names.name)?.string?.text ?? "__main__"
  }

  /// Where the built-in function now running was called from, if that was recorded. `level` -1: where the function that called it
  /// was called from.
  func callSite(level: Int = 0) -> CallSite? {
    guard let site = callSites.current, site.depth == machine.pointee.depth + level else { return nil }
    return site
  }
}
