import PyaSyntax

/// An instance of `BaseException` or a subclass.
///
/// Exclusive access is not checked at run time: nobody holds a field while the program's code runs.
final class ExceptionObject: Object {
  /// `args`.
  @exclusivity(unchecked) var arguments: [Value]
  /// The frames it passed through, innermost first.
  @exclusivity(unchecked) var traceback: [TracebackEntry] = []
  /// The frame it is passing through has its entry in `traceback` already.
  @exclusivity(unchecked) var isLocated = false
  @exclusivity(unchecked) var cause: ExceptionObject?
  @exclusivity(unchecked) var context: ExceptionObject?
  @exclusivity(unchecked) var suppressesContext = false
  /// Further attributes: `errno`, `__notes__`, and what the program sets.
  @exclusivity(unchecked) var dictionary: DictObject?
  /// What kinds of exception keep beside `args`: StopIteration's `value`, a group's `message` and `exceptions`, `name`...
  @exclusivity(unchecked) var fields = ExceptionFields()

  init(type: TypeObject, arguments: [Value]) {
    self.arguments = arguments
    super.init(type: type, kind: .exception)
    register(type.machine)
  }

  override func instanceDictionary(_ runtime: Runtime) -> DictObject? {
    if dictionary == nil { dictionary = DictObject(runtime) }
    return dictionary
  }
  override var existingInstanceDictionary: DictObject? { dictionary }
  override func adoptInstanceDictionary(_ adopted: DictObject?) -> Bool {
    dictionary = adopted
    return true
  }

  override func visitContents(_ tracer: Tracer) {
    tracer.visit(&arguments)
    tracer.visit(cause)
    tracer.visit(context)
    tracer.visit(dictionary)
    tracer.visit(&fields)
    for entry in traceback { tracer.visit(entry.kept) }
  }

  override func clearContents() {
    cause = nil
    context = nil
    arguments = []
    fields = ExceptionFields()
    dictionary = nil
    traceback = []
  }

  override func movedOut() -> ExceptionObject {
    let twin = ExceptionObject(type: type, arguments: arguments)
    (twin.traceback, traceback) = (traceback, twin.traceback)
    (twin.fields, fields) = (fields, twin.fields)
    (twin.isLocated, twin.suppressesContext) = (isLocated, suppressesContext)
    (twin.cause, twin.context, twin.dictionary) = (cause, context, dictionary)
    (cause, context, dictionary) = (nil, nil, nil)
    return twin
  }

  deinit {
    // A chain of contexts may be as long as a loop ran: free it link by link.
    let machine = machineOfType
    unregister(machine)
    if takesLeave { takeLeave() }
    if !machine.pointee.beginRelease() {
      if let cause { machine.pointee.releaseLater(.object(cause)) }
      if let context { machine.pointee.releaseLater(.object(context)) }
    }
    cause = nil
    context = nil
    arguments = []
    if !fields.isEmpty { fields = ExceptionFields() }
    machine.endRelease()
  }
}

/// What a traceback says of a piece of code.
final class CodeInformation {
  /// `f`, `<module>`, `<lambda>`.
  let name: String
  let qualifiedName: String
  let file: SourceFile
  /// Where the definition begins, decorators included.
  let start: UInt32
  /// The name in the source, which that of a copy may not be.
  let definedName: String
  /// Where a suspended frame keeps the exceptions it is handling, those of inner handlers first.
  var handlerSlots: [Int] = []
  /// `types.coroutine` was called with a generator function: its generators can be awaited, and delegate to coroutines.
  var isIterableCoroutine = false
  /// The code object itself, while there is one: it owns this.
  unowned(unsafe) var code: Object?

  init(name: String, qualifiedName: String, file: SourceFile, start: UInt32 = 0, definedName: String? = nil) {
    self.name = name
    self.definedName = definedName ?? name
    self.qualifiedName = qualifiedName
    self.file = file
    self.start = start
  }

  var firstLine: Int { file.location(of: start).line }
}

/// What kinds of exception keep in `fields`; inherited by derived types.
enum ExceptionLayout: UInt8 {
  case plain, stopIteration, systemExit, osError, importError, nameError, attributeError, syntaxError
  case unicodeDecode, unicodeEncode, unicodeTranslate, group
}

/// One frame of a traceback.
struct TracebackEntry {
  let code: CodeInformation
  let range: SourceRange
  /// What the frame held, in programs that look at it (`KeptFrame`).
  var kept: Object?

  init(code: CodeInformation, range: SourceRange) {
    self.code = code
    self.range = range
  }

  /// What `in NAME` shows.
  var functionName: String { code.name }
  var file: SourceFile { code.file }
}

/// A Python exception on its way up: what every operation of the interpreter throws.
/// It never leaves the interpreter's thread, so that it is Sendable only in name.
struct Raised: Error, @unchecked Sendable {
  let exception: ExceptionObject

  @inline(__always)
  init(_ exception: ExceptionObject) { self.exception = exception }

  /// Throws it on. For hot code: a call that throws is smaller than a `throw`, which keeps the error in memory for debuggers.
  @inline(never)
  func again() throws(Raised) -> Never { throw self }
}

/// Values under names: so few that they are looked through one after the other, and nothing is hashed for each exception.
struct ExceptionFields {
  private var entries: [(name: String, value: Value)] = []

  var isEmpty: Bool { entries.isEmpty }
  var values: [Value] { entries.map(\.value) }

  subscript(name: String) -> Value? {
    get {
      for entry in entries where entry.name == name { return entry.value }
      return nil
    }
    set {
      let index = entries.firstIndex { $0.name == name }
      guard let newValue else {
        if let index { entries.remove(at: index) }
        return
      }
      if let index { entries[index].value = newValue } else { entries.append((name, newValue)) }
    }
  }
}
