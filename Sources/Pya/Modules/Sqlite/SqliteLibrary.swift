/// The functions of libsqlite3, found once for each interpreter.
final class SqliteLibrary {
  // Its handles are opaque pointers: `DB` a connection, `Statement`, `Context` of a call of a function, `Cell` a value, `Blob`, `Backup`.
  typealias DB = OpaquePointer
  typealias Statement = OpaquePointer
  typealias Context = OpaquePointer
  typealias Cell = OpaquePointer
  typealias Cells = UnsafeMutablePointer<OpaquePointer?>
  typealias Text = UnsafePointer<CChar>
  typealias Memory = UnsafeMutableRawPointer
  typealias Destructor = @convention(c) (Memory?) -> Void
  typealias Call = @convention(c) (Context?, Int32, Cells?) -> Void
  typealias Final = @convention(c) (Context?) -> Void
  typealias Compare = @convention(c) (Memory?, Int32, UnsafeRawPointer?, Int32, UnsafeRawPointer?) -> Int32
  typealias Authorize = @convention(c) (Memory?, Int32, Text?, Text?, Text?, Text?) -> Int32
  typealias Trace = @convention(c) (UInt32, Memory?, Memory?, Memory?) -> Int32

  let version: @convention(c) () -> Text?
  let isThreadSafe: @convention(c) () -> Int32
  let completes: @convention(c) (Text) -> Int32
  let open: @convention(c) (Text, UnsafeMutablePointer<DB?>, Int32, Text?) -> Int32
  let close: @convention(c) (DB?) -> Int32
  let setTimeout: @convention(c) (DB, Int32) -> Int32
  let errorCode: @convention(c) (DB) -> Int32
  let extendedErrorCode: @convention(c) (DB) -> Int32
  let errorMessage: @convention(c) (DB) -> Text?
  let errorText: @convention(c) (Int32) -> Text?
  let changes: @convention(c) (DB) -> Int32
  let totalChanges: @convention(c) (DB) -> Int32
  let lastRowID: @convention(c) (DB) -> Int64
  let isAutocommit: @convention(c) (DB) -> Int32
  let interrupt: @convention(c) (DB) -> Void
  let limit: @convention(c) (DB, Int32, Int32) -> Int32
  let configure: Memory
  let free: @convention(c) (Memory?) -> Void
  let allocate: @convention(c) (UInt64) -> Memory?

  let prepare: @convention(c) (DB, Text, Int32, UnsafeMutablePointer<Statement?>, UnsafeMutablePointer<Text?>) -> Int32
  let step: @convention(c) (Statement) -> Int32
  let reset: @convention(c) (Statement) -> Int32
  let finalize: @convention(c) (Statement?) -> Int32
  let isReadOnly: @convention(c) (Statement) -> Int32
  let isExplanation: @convention(c) (Statement) -> Int32
  let expandedText: @convention(c) (Statement) -> UnsafeMutablePointer<CChar>?
  let parameterCount: @convention(c) (Statement) -> Int32
  let parameterName: @convention(c) (Statement, Int32) -> Text?
  let bindNull: @convention(c) (Statement, Int32) -> Int32
  let bindInteger: @convention(c) (Statement, Int32, Int64) -> Int32
  let bindDouble: @convention(c) (Statement, Int32, Double) -> Int32
  let bindText: @convention(c) (Statement, Int32, UnsafeRawPointer?, Int32, Destructor?) -> Int32
  let bindBlob: @convention(c) (Statement, Int32, UnsafeRawPointer?, Int32, Destructor?) -> Int32
  let columnCount: @convention(c) (Statement) -> Int32
  let dataCount: @convention(c) (Statement) -> Int32
  let columnName: @convention(c) (Statement, Int32) -> Text?
  let columnDeclaration: @convention(c) (Statement, Int32) -> Text?
  let columnType: @convention(c) (Statement, Int32) -> Int32
  let columnInteger: @convention(c) (Statement, Int32) -> Int64
  let columnDouble: @convention(c) (Statement, Int32) -> Double
  let columnText: @convention(c) (Statement, Int32) -> UnsafePointer<UInt8>?
  let columnBlob: @convention(c) (Statement, Int32) -> UnsafeRawPointer?
  let columnBytes: @convention(c) (Statement, Int32) -> Int32

  let createFunction: @convention(c) (DB, Text, Int32, Int32, Memory?, Call?, Call?, Final?, Destructor?) -> Int32
  let createWindowFunction: @convention(c) (DB, Text, Int32, Int32, Memory?, Call?, Final?, Final?, Call?, Destructor?) -> Int32
  let createCollation: @convention(c) (DB, Text, Int32, Memory?, Compare?, Destructor?) -> Int32
  let setAuthorizer: @convention(c) (DB, Authorize?, Memory?) -> Int32
  let setProgressHandler: @convention(c) (DB, Int32, (@convention(c) (Memory?) -> Int32)?, Memory?) -> Void
  let setTrace: @convention(c) (DB, UInt32, Trace?, Memory?) -> Int32
  let aggregateContext: @convention(c) (Context, Int32) -> Memory?
  let valueType: @convention(c) (Cell) -> Int32
  let valueInteger: @convention(c) (Cell) -> Int64
  let valueDouble: @convention(c) (Cell) -> Double
  let valueText: @convention(c) (Cell) -> UnsafePointer<UInt8>?
  let valueBlob: @convention(c) (Cell) -> UnsafeRawPointer?
  let valueBytes: @convention(c) (Cell) -> Int32
  let resultNull: @convention(c) (Context) -> Void
  let resultInteger: @convention(c) (Context, Int64) -> Void
  let resultDouble: @convention(c) (Context, Double) -> Void
  let resultText: @convention(c) (Context, UnsafeRawPointer?, Int32, Destructor?) -> Void
  let resultBlob: @convention(c) (Context, UnsafeRawPointer?, Int32, Destructor?) -> Void
  let resultError: @convention(c) (Context, Text, Int32) -> Void
  let resultTooBig: @convention(c) (Context) -> Void
  let resultNoMemory: @convention(c) (Context) -> Void

  let openBlob: @convention(c) (DB, Text, Text, Text, Int64, Int32, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  let closeBlob: @convention(c) (OpaquePointer) -> Int32
  let blobBytes: @convention(c) (OpaquePointer) -> Int32
  let readBlob: @convention(c) (OpaquePointer, Memory?, Int32, Int32) -> Int32
  let writeBlob: @convention(c) (OpaquePointer, UnsafeRawPointer?, Int32, Int32) -> Int32

  let startBackup: @convention(c) (DB, Text, DB, Text) -> OpaquePointer?
  let stepBackup: @convention(c) (OpaquePointer, Int32) -> Int32
  let finishBackup: @convention(c) (OpaquePointer) -> Int32
  let backupRemaining: @convention(c) (OpaquePointer) -> Int32
  let backupPageCount: @convention(c) (OpaquePointer) -> Int32
  let serialize: @convention(c) (DB, Text, UnsafeMutablePointer<Int64>, UInt32) -> UnsafeMutablePointer<UInt8>?
  let deserialize: @convention(c) (DB, Text, UnsafeMutablePointer<UInt8>, Int64, Int64, UInt32) -> Int32

  /// Makes the exception for a result code, or for the name of its class, and a message.
  var makeFailure = Value.none
  /// What a parameter of no type of the database becomes.
  var adapt = Value.none
  /// Adapters are there for types of the database, too.
  var adaptsEverything = false
  /// Whether errors in functions of the program are reported.
  var showsCallbackErrors = false

  init(_ runtime: Runtime) throws(Raised) {
    let library = try SystemLibrary(runtime, SqliteLibrary.fileName)
    func find<Function>(_ name: String) throws(Raised) -> Function {
      try library.function("sqlite3_" + name, runtime)
    }
    version = try find("libversion")
    isThreadSafe = try find("threadsafe")
    completes = try find("complete")
    open = try find("open_v2")
    close = try find("close_v2")
    setTimeout = try find("busy_timeout")
    errorCode = try find("errcode")
    extendedErrorCode = try find("extended_errcode")
    errorMessage = try find("errmsg")
    errorText = try find("errstr")
    changes = try find("changes")
    totalChanges = try find("total_changes")
    lastRowID = try find("last_insert_rowid")
    isAutocommit = try find("get_autocommit")
    interrupt = try find("interrupt")
    limit = try find("limit")
    configure = try find("db_config")
    free = try find("free")
    allocate = try find("malloc64")
    prepare = try find("prepare_v2")
    step = try find("step")
    reset = try find("reset")
    finalize = try find("finalize")
    isReadOnly = try find("stmt_readonly")
    isExplanation = try find("stmt_isexplain")
    expandedText = try find("expanded_sql")
    parameterCount = try find("bind_parameter_count")
    parameterName = try find("bind_parameter_name")
    bindNull = try find("bind_null")
    bindInteger = try find("bind_int64")
    bindDouble = try find("bind_double")
    bindText = try find("bind_text")
    bindBlob = try find("bind_blob")
    columnCount = try find("column_count")
    dataCount = try find("data_count")
    columnName = try find("column_name")
    columnDeclaration = try find("column_decltype")
    columnType = try find("column_type")
    columnInteger = try find("column_int64")
    columnDouble = try find("column_double")
    columnText = try find("column_text")
    columnBlob = try find("column_blob")
    columnBytes = try find("column_bytes")
    createFunction = try find("create_function_v2")
    createWindowFunction = try find("create_window_function")
    createCollation = try find("create_collation_v2")
    setAuthorizer = try find("set_authorizer")
    setProgressHandler = try find("progress_handler")
    setTrace = try find("trace_v2")
    aggregateContext = try find("aggregate_context")
    valueType = try find("value_type")
    valueInteger = try find("value_int64")
    valueDouble = try find("value_double")
    valueText = try find("value_text")
    valueBlob = try find("value_blob")
    valueBytes = try find("value_bytes")
    resultNull = try find("result_null")
    resultInteger = try find("result_int64")
    resultDouble = try find("result_double")
    resultText = try find("result_text")
    resultBlob = try find("result_blob")
    resultError = try find("result_error")
    resultTooBig = try find("result_error_toobig")
    resultNoMemory = try find("result_error_nomem")
    openBlob = try find("blob_open")
    closeBlob = try find("blob_close")
    blobBytes = try find("blob_bytes")
    readBlob = try find("blob_read")
    writeBlob = try find("blob_write")
    startBackup = try find("backup_init")
    stepBackup = try find("backup_step")
    finishBackup = try find("backup_finish")
    backupRemaining = try find("backup_remaining")
    backupPageCount = try find("backup_pagecount")
    serialize = try find("serialize")
    deserialize = try find("deserialize")
  }

  #if canImport(Glibc)
    static let fileName = "libsqlite3.so.0"
  #else
    static let fileName = "libsqlite3.dylib"
  #endif

  /// Tells the library to copy what it is given. (The constant is -1 in the place of a function.)
  static var copies: Destructor { unsafeBitCast(-1, to: Destructor.self) }

  // Result codes.
  static let ok: Int32 = 0
  static let row: Int32 = 100
  static let done: Int32 = 101
  static let error: Int32 = 1
  static let busy: Int32 = 5
  static let locked: Int32 = 6
  static let noMemory: Int32 = 7
  static let tooBig: Int32 = 18
  static let misuse: Int32 = 21
  // Types of values.
  static let integer: Int32 = 1
  static let float: Int32 = 2
  static let text: Int32 = 3
  static let null: Int32 = 5

  /// The exception for the last error of a database, or for a result code alone.
  func failure(_ runtime: Runtime, _ database: DB?, _ code: Int32) -> Raised {
    if code == SqliteLibrary.noMemory { return runtime.memoryError() }
    let extended = database.map { extendedErrorCode($0) } ?? code
    let text = database.map { errorMessage($0) } ?? errorText(code)
    return failure(runtime, .int(Int(extended)), text.map { String(cString: $0) } ?? "unknown error")
  }

  /// An exception that the library knows nothing of.
  func complaint(_ runtime: Runtime, _ name: String, _ message: String) -> Raised {
    failure(runtime, .object(runtime.string(name)), message)
  }

  private func failure(_ runtime: Runtime, _ kind: Value, _ message: String) -> Raised {
    do throws(Raised) {
      let made = try runtime.call(makeFailure, kind, .object(runtime.string(message)))
      guard let exception = made.exception else { return runtime.runtimeError(message) }
      return Raised(exception)
    } catch { return error }
  }
}
