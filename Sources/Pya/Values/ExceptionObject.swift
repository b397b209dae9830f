import PyaSyntax

/// An instance of `BaseException` or a subclass.
final class ExceptionObject: Object {
  /// `args`.
  var arguments: [Value]
  /// The frames it passed through, innermost first.
  var traceback: [TracebackEntry] = []
  /// The frame it is passing through has its entry in `traceback` already.
  var isLocated = false
  var cause: ExceptionObject?
  var context: ExceptionObject?
  var suppressesContext = false
  /// Further attributes: `errno`, `__notes__`, and what the program sets.
  var dictionary: DictObject?
  /// What kinds of exception keep beside `args`: StopIteration's `value`, a group's `message` and `exceptions`, `name`...
  var fields: [String: Value] = [:]

  init(type: TypeObject, arguments: [Value]) {
    self.arguments = arguments
    super.init(type: type, kind: .exception)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }

  deinit {
    // A chain of contexts may be as long as a loop ran: free it link by link.
    let machine = machineOfType
    if !machine.pointee.beginRelease() {
      if let cause { machine.pointee.releaseLater(.object(cause)) }
      if let context { machine.pointee.releaseLater(.object(context)) }
    }
    cause = nil
    context = nil
    arguments = []
    fields = [:]
    machine.endRelease()
  }
}

/// One frame of a traceback.
struct TracebackEntry {
  /// What `in NAME` shows.
  let functionName: String
  let file: SourceFile
  let range: SourceRange
}

/// A Python exception on its way up: what every operation of the interpreter throws.
/// It never leaves the interpreter's thread, so that it is Sendable only in name.
struct Raised: Error, @unchecked Sendable {
  let exception: ExceptionObject

  @inline(__always)
  init(_ exception: ExceptionObject) { self.exception = exception }
}
