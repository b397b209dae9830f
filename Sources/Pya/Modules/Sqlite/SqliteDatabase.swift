/// An open database. One thread of the program is in the library for it at a time, and gives up its turn meanwhile, so that a thread which
/// waits for a lock of another one's does not keep that one from running; what the library calls has the turn again.
final class SqliteDatabase: Object {
  let library: SqliteLibrary
  unowned(unsafe) private let runtime: Runtime
  unowned(unsafe) private let threads: Threads
  /// Nil once closed.
  private(set) var handle: SqliteLibrary.DB?
  /// The thread that is in the library, how deep, and whether it has given up its turn.
  private var owner: ThreadState?
  private var depth = 0
  private var hasReleased = false
  private var waiting: [ThreadState] = []
  /// What must be freed in the library, when it is nobody's any more but another thread was there.
  private var discarded: [(SqliteLibrary) -> Void] = []
  /// What was handed to the library together with a function of the program, and that it does not free itself.
  var authorizer: SqliteCallback?
  var progressHandler: SqliteCallback?
  var tracer: SqliteCallback?
  /// What an order of texts raised, until the statement does.
  var raised: Raised?

  init(type: TypeObject, _ runtime: Runtime, _ library: SqliteLibrary) {
    self.runtime = runtime
    self.library = library
    threads = runtime.threads
    super.init(type: type, kind: .other)
  }

  deinit { close() }

  /// Opens it: a result code. The database is there even when that failed, for its message.
  func open(_ path: [UInt8], flags: Int32) -> Int32 {
    var opened: SqliteLibrary.DB?
    let path = path.map { CChar(bitPattern: $0) } + [0]
    let code = library.open(path, &opened, flags, nil)
    handle = opened
    return code
  }

  /// Whether it was open. Statements that are left keep what they need of it.
  @discardableResult
  func close() -> Bool {
    guard let handle else { return false }
    freeDiscarded()
    self.handle = nil
    _ = library.setTrace(handle, 0, nil, nil)
    library.setProgressHandler(handle, 0, nil, nil)
    _ = library.setAuthorizer(handle, nil, nil)
    _ = library.close(handle)
    (authorizer, progressHandler, tracer) = (nil, nil, nil)
    return true
  }

  /// The open handle, when no other thread is in the library: for calls that neither wait nor call functions of the program, and keep the turn.
  /// Raises when it is closed.
  func ready() throws(Raised) -> SqliteLibrary.DB {
    try settle()
    guard let handle else { throw closedError }
    return handle
  }

  /// The same even while another thread is in the library.
  func openHandle() throws(Raised) -> SqliteLibrary.DB {
    guard let handle else { throw closedError }
    return handle
  }

  private var closedError: Raised { library.complaint(runtime, "ProgrammingError", "Cannot operate on a closed database.") }

  func failure(_ code: Int32) -> Raised { library.failure(runtime, handle, code) }

  /// Does something in the library that may wait or call functions of the program.
  func inLibrary<Outcome>(_ body: () -> Outcome) throws(Raised) -> Outcome {
    try settle()
    owner = threads.current
    depth += 1
    let (wasReleased, isAlone) = (hasReleased, threads.isAlone)
    hasReleased = !isAlone
    defer {
      hasReleased = wasReleased
      depth -= 1
      if depth == 0 { leave() }
    }
    return isAlone ? body() : threads.blocking(body)
  }

  /// Takes a statement one step on: a result code.
  func step(_ statement: SqliteLibrary.Statement) throws(Raised) -> Int32 {
    let code = try inLibrary { library.step(statement) }
    if let raised {
      self.raised = nil
      throw raised
    }
    return code
  }

  /// Waits until no other thread is in the library. Statements go on after the database was closed.
  @inline(__always)
  func settle() throws(Raised) {
    if owner != nil { try awaitOthers() }
  }

  private func awaitOthers() throws(Raised) {
    let me = threads.current
    while let owner, owner !== me {
      waiting.append(me)
      defer { waiting.removeAll { $0 === me } }
      try threads.check(threads.park())
    }
  }

  private func leave() {
    owner = nil
    freeDiscarded()
    if let first = waiting.first { threads.unpark(first) }
  }

  /// What the library calls: runs with the turn.
  func inProgram<Outcome>(_ body: () -> Outcome) -> Outcome {
    guard hasReleased, let owner else { return body() }
    return threads.resuming(owner) {
      // A call that this one makes decides for itself.
      hasReleased = false
      defer { hasReleased = true }
      return body()
    }
  }

  /// Frees something in the library, now or when the thread that is there leaves it.
  func discard(_ free: @escaping (SqliteLibrary) -> Void) {
    if owner != nil { discarded.append(free) } else { free(library) }
  }

  private func freeDiscarded() {
    while let free = discarded.popLast() { free(library) }
  }
}
