import CSystem

/// `_sqlite3`: databases, statements and what else libsqlite3 has a handle for, as `sqlite3` is built on. Rows and parameters are values;
/// transactions, cursors and conversions are the affair of the module in the language.
extension Runtime {
  /// The library, once it is loaded.
  private final class SqliteState {
    var library: SqliteLibrary?
  }

  private var sqliteState: SqliteState { attachment(SqliteState.self) { SqliteState() } }

  private func sqlite() throws(Raised) -> SqliteLibrary {
    if let library = sqliteState.library { return library }
    let library = try SqliteLibrary(self)
    sqliteState.library = library
    return library
  }

  func makeSqliteModule() -> ModuleObject {
    let module = ModuleObject(self, name: "_sqlite3")
    // Finds the library. make_failure(code or name of an exception, message) makes the exceptions, adapt(value) converts parameters.
    module.define(self, "load", "make_failure, adapt, /") { (runtime, arguments) throws(Raised) in
      let library = try runtime.sqlite()
      (library.makeFailure, library.adapt) = (arguments[0], arguments[1])
      return .none
    }
    module.define(self, "version", "") { (runtime, _) throws(Raised) in
      .object(runtime.string(try runtime.sqlite().version().map { String(cString: $0) } ?? ""))
    }
    module.define(self, "threading_mode", "") { (runtime, _) throws(Raised) in .int(Int(try runtime.sqlite().isThreadSafe())) }
    module.define(self, "is_complete", "statement, /") { (runtime, arguments) throws(Raised) in
      .bool(try runtime.sqlite().completes(try runtime.cText(arguments[0], "complete_statement() argument 'statement'")) != 0)
    }
    module.define(self, "adapt_everything", "") { (runtime, _) throws(Raised) in
      try runtime.sqlite().adaptsEverything = true
      return .none
    }
    module.define(self, "show_callback_errors", "enable, /") { (runtime, arguments) throws(Raised) in
      try runtime.sqlite().showsCallbackErrors = try runtime.isTrue(arguments[0])
      return .none
    }
    // The bytes of a bytes-like object; raises for what is none.
    module.define(self, "bytes_of", "value, /") { (runtime, arguments) throws(Raised) in
      if let bytes = try runtime.contiguousBytes(arguments[0]) { return .object(BytesObject(type: runtime.types.bytes, bytes)) }
      throw runtime.typeError("a bytes-like object is required, not '\(runtime.typeName(arguments[0]))'")
    }
    let statement = makeModuleType("Statement", in: module)
    statement.moduleName = "sqlite3"
    defineStatement(statement)
    let blob = makeModuleType("Blob", in: module)
    defineBlob(blob)
    let backup = makeModuleType("Backup", in: module)
    defineBackup(backup)
    let database = makeModuleType("Database", in: module)
    defineDatabase(database, statement: statement, blob: blob, backup: backup)
    module.set(self, "Database", .object(database))
    return module
  }

  // MARK: Databases

  private func database(_ value: Value) throws(Raised) -> SqliteDatabase {
    guard let database = value.object as? SqliteDatabase else { throw typeError("expected a database") }
    return database
  }

  private func defineDatabase(_ type: TypeObject, statement: TypeObject, blob: TypeObject, backup: TypeObject) {
    // The timeout is one of locks, in milliseconds.
    type.defineConstructor(self, "path, flags, timeout") { (runtime, cls, arguments) throws(Raised) in
      let library = try runtime.sqlite()
      guard let path = runtime.bytesLike(arguments[0]) else { throw runtime.typeError("expected bytes") }
      if path.contains(0) { throw runtime.valueError("embedded null byte") }
      let made = SqliteDatabase(type: cls, runtime, library)
      let timeout = try runtime.cInt(arguments[2])
      let code = made.open(path.copyBytes(), flags: try runtime.cInt(arguments[1]))
      guard code == SqliteLibrary.ok else { throw made.failure(code) }
      _ = library.setTimeout(try made.ready(), timeout)
      return .object(made)
    }
    type.define(self, "close", "self, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      _ = try database.ready()
      database.close()
      return .none
    }
    type.define(self, "prepare", "self, sql, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      guard let text = arguments[1].string else { throw runtime.typeError("expected a string") }
      return .object(try SqliteStatement.prepare(type: statement, database, text, runtime))
    }
    type.define(self, "run_script", "self, sql, /") { (runtime, arguments) throws(Raised) in
      let text = try runtime.cText(arguments[1], "executescript() argument")
      try SqliteStatement.runScript(try runtime.database(arguments[0]), text, runtime)
      return .none
    }
    let numbers: [(String, (SqliteLibrary, SqliteLibrary.DB) -> Value)] = [
      ("changes", { .int(Int($0.changes($1))) }),
      ("total_changes", { .int(Int($0.totalChanges($1))) }),
      ("last_row_id", { .int(Int($0.lastRowID($1))) }),
      ("in_transaction", { .bool($0.isAutocommit($1) == 0) }),
      ("interrupt", { (library, handle) in
        library.interrupt(handle)
        return .none
      }),
    ]
    for (name, get) in numbers {
      type.define(self, name, "self, /") { (runtime, arguments) throws(Raised) in
        let database = try runtime.database(arguments[0])
        // To interrupt is for other threads, too.
        return get(database.library, name == "interrupt" ? try database.openHandle() : try database.ready())
      }
    }
    type.define(self, "limit", "self, category, value, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let (category, value) = (try runtime.cInt(arguments[1]), try runtime.cInt(arguments[2]))
      return .int(Int(database.library.limit(try database.ready(), category, value)))
    }
    // A switch of the database: its value, after it was set (0, 1) or left (-1).
    type.define(self, "configure", "self, setting, value, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let (setting, value) = (try runtime.cInt(arguments[1]), try runtime.cInt(arguments[2]))
      var result: Int32 = 0
      let code = configure_switch(database.library.configure, UnsafeMutableRawPointer(try database.ready()), setting, value, &result)
      if code != SqliteLibrary.ok { throw database.failure(code) }
      return .int(Int(result))
    }
    defineCallbacks(type)
    type.define(self, "open_blob", "self, table, column, row, readonly, name, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let table = try runtime.cText(arguments[1], "blobopen() argument 1")
      let column = try runtime.cText(arguments[2], "blobopen() argument 2")
      let name = try runtime.cText(arguments[5], "blobopen() argument 'name'")
      let (row, mode) = (Int64(try runtime.index(arguments[3])), try runtime.isTrue(arguments[4]) ? Int32(0) : 1)
      let handle = try database.ready()
      var opened: OpaquePointer?
      let code = try database.inLibrary { database.library.openBlob(handle, name, table, column, row, mode, &opened) }
      guard code == SqliteLibrary.ok, let opened else { throw database.failure(code) }
      return .object(SqliteBlob(type: blob, database, opened))
    }
    type.define(self, "start_backup", "self, target, name, /") { (runtime, arguments) throws(Raised) in
      let (source, target) = (try runtime.database(arguments[0]), try runtime.database(arguments[1]))
      let name = try runtime.cText(arguments[2], "backup() argument 'name'")
      let (from, to) = (try source.ready(), try target.ready())
      guard let handle = source.library.startBackup(to, "main", from, name) else { throw target.failure(SqliteLibrary.error) }
      return .object(SqliteBackup(type: backup, source, target, handle))
    }
    // The database as bytes; None: there is nothing in it.
    type.define(self, "serialize", "self, name, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let name = try runtime.cText(arguments[1], "serialize() argument 'name'")
      var count: Int64 = 0
      let handle = try database.ready()
      let content = try database.inLibrary { database.library.serialize(handle, name, &count, 0) }
      guard let content else { return .none }
      defer { database.library.free(content) }
      return .object(BytesObject(type: runtime.types.bytes, UnsafeBufferPointer(start: content, count: Int(count))))
    }
    type.define(self, "deserialize", "self, data, name, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let data = try runtime.bytesArgument(arguments[1])
      let name = try runtime.cText(arguments[2], "deserialize() argument 'name'")
      let handle = try database.ready()
      // The library frees the memory, and may let it grow.
      guard let memory = database.library.allocate(UInt64(data.count)) else { throw runtime.memoryError() }
      memory.copyMemory(from: data.copyBytes(), byteCount: data.count)
      let bytes = memory.assumingMemoryBound(to: UInt8.self)
      let code = try database.inLibrary { database.library.deserialize(handle, name, bytes, Int64(data.count), Int64(data.count), 3) }
      if code != SqliteLibrary.ok { throw database.failure(code) }
      return .none
    }
  }

  /// What takes functions of the program. Each gives a result code.
  private func defineCallbacks(_ type: TypeObject) {
    func callback(_ runtime: Runtime, _ database: SqliteDatabase, _ callable: Value) -> SqliteCallback? {
      callable.isNone ? nil : SqliteCallback(runtime, database, callable)
    }
    // kind: 0 a function, 1 an aggregate, 2 a window function.
    type.define(self, "create_function", "self, kind, name, count, flags, callable, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let kind = try runtime.index(arguments[1])
      let method = ["create_function", "create_aggregate", "create_window_function"][min(max(kind, 0), 2)]
      let name = try runtime.cText(arguments[2], "\(method)() argument \(kind == 2 ? "1" : "'name'")")
      let (count, flags) = (try runtime.cInt(arguments[3]), try runtime.cInt(arguments[4]) | 1)
      let handle = try database.ready()
      let library = database.library
      // Only window functions are taken away by None.
      let made = kind == 2 ? callback(runtime, database, arguments[5]) : SqliteCallback(runtime, database, arguments[5])
      let held = made?.heldAddress
      let destroy = held == nil ? nil : SqliteCallback.destroy
      let code =
        switch (kind, held == nil) {
        case (0, _): library.createFunction(handle, name, count, flags, held, SqliteCallback.call, nil, nil, destroy)
        case (1, _): library.createFunction(handle, name, count, flags, held, nil, SqliteCallback.step, SqliteCallback.finalize, destroy)
        case (_, false):
          library.createWindowFunction(
            handle, name, count, flags, held, SqliteCallback.step, SqliteCallback.finalize, SqliteCallback.value, SqliteCallback.inverse, destroy)
        default: library.createWindowFunction(handle, name, count, flags, nil, nil, nil, nil, nil, nil)
        }
      return .int(Int(code))
    }
    type.define(self, "create_collation", "self, name, callable, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let name = try runtime.cText(arguments[1], "create_collation() argument 1")
      let handle = try database.ready()
      let held = callback(runtime, database, arguments[2])
      // Where it fails, this function alone does not free what it was given.
      let address = held?.heldAddress
      let code = database.library.createCollation(
        handle, name, 1, address, held == nil ? nil : SqliteCallback.compare, held == nil ? nil : SqliteCallback.destroy)
      if code != SqliteLibrary.ok { SqliteCallback.destroy(address) }
      if code != SqliteLibrary.ok { throw database.failure(code) }
      return .none
    }
    type.define(self, "set_authorizer", "self, callable, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let handle = try database.ready()
      let made = callback(runtime, database, arguments[1])
      let code = database.library.setAuthorizer(handle, made == nil ? nil : SqliteCallback.authorize, made?.address)
      database.authorizer = made
      return .int(Int(code))
    }
    type.define(self, "set_progress_handler", "self, callable, count, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let count = try runtime.cInt(arguments[2])
      let handle = try database.ready()
      let made = callback(runtime, database, arguments[1])
      database.library.setProgressHandler(handle, made == nil ? 0 : count, made == nil ? nil : SqliteCallback.progress, made?.address)
      database.progressHandler = made
      return .none
    }
    type.define(self, "set_trace", "self, callable, /") { (runtime, arguments) throws(Raised) in
      let database = try runtime.database(arguments[0])
      let handle = try database.ready()
      let made = callback(runtime, database, arguments[1])
      _ = database.library.setTrace(handle, made == nil ? 0 : 1, made == nil ? nil : SqliteCallback.trace, made?.address)
      database.tracer = made
      return .none
    }
  }

  // MARK: Statements

  private func defineStatement(_ type: TypeObject) {
    func statement(_ value: Value) throws(Raised) -> SqliteStatement {
      guard let statement = value.object as? SqliteStatement else { throw typeError("expected a statement") }
      return statement
    }
    func reading(_ text: Value, _ converters: Value) -> SqliteStatement.Reading {
      SqliteStatement.Reading(text: text, converters: converters.list)
    }
    type.define(self, "bind", "self, values, /") { (runtime, arguments) throws(Raised) in
      let statement = try statement(arguments[0])
      if let tuple = arguments[1].tuple {
        try statement.bind(tuple.count, runtime) { (index) throws(Raised) in tuple[index] }
      } else if let list = arguments[1].list {
        try statement.bind(list.count, runtime) { (index) throws(Raised) in
          guard index < list.count else { throw runtime.indexError("list index out of range") }
          return list.items[index]
        }
      } else {
        throw runtime.typeError("expected a tuple or a list")
      }
      return .none
    }
    type.define(self, "step", "self, /") { (runtime, arguments) throws(Raised) in .bool(try statement(arguments[0]).step(runtime)) }
    type.define(self, "reset", "self, /") { (_, arguments) throws(Raised) in
      try statement(arguments[0]).reset()
      return .none
    }
    // The row that was reached, going on to the next one; None: there is none.
    type.define(self, "next_row", "self, text_factory, converters, /") { (runtime, arguments) throws(Raised) in
      let statement = try statement(arguments[0])
      guard statement.hasRow else { return .none }
      let row = try statement.row(reading(arguments[1], arguments[2]), runtime)
      _ = try statement.step(runtime)
      return row
    }
    // Appends at most so many rows; negative: all.
    type.define(self, "fetch", "self, rows, count, text_factory, converters, /") { (runtime, arguments) throws(Raised) in
      let statement = try statement(arguments[0])
      guard let rows = arguments[1].list else { throw runtime.typeError("expected a list") }
      var left = try runtime.index(arguments[2])
      let reading = reading(arguments[3], arguments[4])
      while left != 0, statement.hasRow {
        rows.append(try statement.row(reading, runtime))
        if left > 0 { left -= 1 }
        _ = try statement.step(runtime)
        if runtime.machine.pointee.isInterrupted { try runtime.attend() }
      }
      return .none
    }
    type.define(self, "description", "self, cuts_types, /") { (runtime, arguments) throws(Raised) in
      try statement(arguments[0]).description(cutsTypes: try runtime.isTrue(arguments[1]), runtime)
    }
    type.define(self, "parameter_names", "self, /") { (runtime, arguments) throws(Raised) in
      try statement(arguments[0]).parameterNames(runtime)
    }
    for (name, get) in [
      ("column_name", { $0.columnName($1) } as (SqliteStatement, Int32) -> String?), ("column_declaration", { $0.columnDeclaration($1) }),
    ] {
      type.define(self, name, "self, index, /") { (runtime, arguments) throws(Raised) in
        get(try statement(arguments[0]), try runtime.cInt(arguments[1])).map { .object(runtime.string($0)) } ?? .none
      }
    }
    for (name, get) in [
      ("is_read_only", { .bool($0.isReadOnly) } as (SqliteStatement) -> Value),
      ("is_dml", { .bool($0.isDML) }), ("has_row", { .bool($0.hasRow) }), ("has_names", { .bool($0.hasNames) }),
      ("database", { .object($0.database) }),
    ] {
      type.defineProperty(self, name) { (_, value) throws(Raised) in get(try statement(value)) }
    }
  }

  // MARK: Blobs and backups

  private func defineBlob(_ type: TypeObject) {
    func blob(_ value: Value) throws(Raised) -> SqliteBlob {
      guard let blob = value.object as? SqliteBlob else { throw typeError("expected a blob") }
      return blob
    }
    type.define(self, "size", "self, /") { (runtime, arguments) throws(Raised) in
      let blob = try blob(arguments[0])
      return .int(Int(blob.library.blobBytes(try blob.open())))
    }
    type.define(self, "read", "self, count, offset, /") { (runtime, arguments) throws(Raised) in
      let blob = try blob(arguments[0])
      let (count, offset) = (try runtime.cInt(arguments[1]), try runtime.cInt(arguments[2]))
      if count < 0 { throw runtime.valueError("negative count") }
      let handle = try blob.open()
      var bytes = [UInt8](repeating: 0, count: Int(count))
      let code = bytes.withUnsafeMutableBytes { blob.library.readBlob(handle, $0.baseAddress, count, offset) }
      if code != SqliteLibrary.ok { throw blob.database.failure(code) }
      return .object(BytesObject(type: runtime.types.bytes, bytes))
    }
    type.define(self, "write", "self, data, offset, /") { (runtime, arguments) throws(Raised) in
      let blob = try blob(arguments[0])
      let bytes = try runtime.bytesArgument(arguments[1])
      let (offset, handle) = (try runtime.cInt(arguments[2]), try blob.open())
      let code = bytes.withContent { blob.library.writeBlob(handle, $0.baseAddress, Int32(clamping: $0.count), offset) }
      if code != SqliteLibrary.ok { throw blob.database.failure(code) }
      return .none
    }
    type.define(self, "close", "self, /") { (_, arguments) throws(Raised) in
      let blob = try blob(arguments[0])
      _ = try blob.database.ready()
      blob.close()
      return .none
    }
  }

  private func defineBackup(_ type: TypeObject) {
    func backup(_ value: Value) throws(Raised) -> SqliteBackup {
      guard let backup = value.object as? SqliteBackup else { throw typeError("expected a backup") }
      return backup
    }
    // A result code.
    type.define(self, "step", "self, pages, /") { (runtime, arguments) throws(Raised) in
      let backup = try backup(arguments[0])
      let pages = try runtime.cInt(arguments[1])
      return .int(Int(try backup.step(pages)))
    }
    type.define(self, "remaining", "self, /") { (_, arguments) throws(Raised) in .int(try backup(arguments[0]).remaining) }
    type.define(self, "page_count", "self, /") { (_, arguments) throws(Raised) in .int(try backup(arguments[0]).pageCount) }
    type.define(self, "finish", "self, /") { (_, arguments) throws(Raised) in
      let backup = try backup(arguments[0])
      let code = backup.finish()
      if code != SqliteLibrary.ok { throw backup.target.failure(code) }
      return .none
    }
  }
}
