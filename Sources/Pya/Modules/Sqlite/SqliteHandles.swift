/// An open blob: bytes of one cell that are read and written in place.
final class SqliteBlob: Object {
  let database: SqliteDatabase
  private var handle: OpaquePointer?

  var library: SqliteLibrary { database.library }

  init(type: TypeObject, _ database: SqliteDatabase, _ handle: OpaquePointer) {
    self.database = database
    self.handle = handle
    super.init(type: type, kind: .other)
  }

  deinit { if let handle { database.discard { _ = $0.closeBlob(handle) } } }

  func open() throws(Raised) -> OpaquePointer {
    _ = try database.ready()
    guard let handle else { throw database.failure(SqliteLibrary.misuse) }
    return handle
  }

  func close() {
    if let handle { _ = library.closeBlob(handle) }
    handle = nil
  }
}

/// A copy of a database in progress.
final class SqliteBackup: Object {
  private let source: SqliteDatabase
  let target: SqliteDatabase
  private var handle: OpaquePointer?

  init(type: TypeObject, _ source: SqliteDatabase, _ target: SqliteDatabase, _ handle: OpaquePointer) {
    self.source = source
    self.target = target
    self.handle = handle
    super.init(type: type, kind: .other)
  }

  deinit { _ = finish() }

  /// A result code.
  func step(_ pages: Int32) throws(Raised) -> Int32 {
    _ = try target.ready()
    guard let handle else { return SqliteLibrary.misuse }
    return try source.inLibrary { [library = source.library] in library.stepBackup(handle, pages) }
  }

  var remaining: Int { handle.map { Int(source.library.backupRemaining($0)) } ?? 0 }
  var pageCount: Int { handle.map { Int(source.library.backupPageCount($0)) } ?? 0 }

  func finish() -> Int32 {
    guard let handle else { return SqliteLibrary.ok }
    self.handle = nil
    return source.library.finishBackup(handle)
  }
}
