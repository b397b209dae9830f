#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A prepared statement: takes parameters, and gives rows as tuples.
final class SqliteStatement: Object {
  let database: SqliteDatabase
  private let handle: SqliteLibrary.Statement?
  private let parameterCount: Int32
  /// Some parameter has a name (`:name`, not `?1`).
  let hasNames: Bool
  /// Inserts, updates, deletes or replaces.
  let isDML: Bool

  private var library: SqliteLibrary { database.library }

  /// Nil in place of the handle: an empty text or a remark, which does nothing.
  init(type: TypeObject, _ database: SqliteDatabase, _ handle: SqliteLibrary.Statement?, isDML: Bool) {
    self.isDML = isDML
    self.database = database
    self.handle = handle
    let library = database.library
    let count = handle.map { library.parameterCount($0) } ?? 0
    parameterCount = count
    hasNames = handle.map { handle in
      count > 0 && (1...count).contains { library.parameterName(handle, $0).map { $0[0] != 63 } ?? false }
    } ?? false
    super.init(type: type, kind: .other)
  }

  /// The statement of a text, which must hold but one.
  static func prepare(type: TypeObject, _ database: SqliteDatabase, _ text: StringObject, _ runtime: Runtime) throws(Raised)
    -> SqliteStatement
  {
    let library = database.library
    let bytes = try runtime.encode(text, encoding: "utf-8", errors: "strict").copyBytes()
    let handle = try database.ready()
    if bytes.count > Int(library.limit(handle, 1, -1)) { throw library.complaint(runtime, "DataError", "query string is too large") }
    if bytes.contains(0) { throw library.complaint(runtime, "ProgrammingError", "the query contains a null character") }
    let (code, made, rest) = try compile(handle, bytes.map { CChar(bitPattern: $0) } + [0], from: 0, database)
    guard code == SqliteLibrary.ok else { throw database.failure(code) }
    let begin = SqliteStatement.start(of: bytes[...])
    let isExplained = made.map { library.isExplanation($0) != 0 } ?? false
    let word = String(decoding: begin.prefix(7), as: UTF8.self).lowercased()
    let isDML = !isExplained && (["insert", "update", "delete"].contains { word.hasPrefix($0) } || word == "replace")
    let statement = SqliteStatement(type: type, database, made, isDML: isDML)
    guard SqliteStatement.start(of: bytes[rest...]).isEmpty else {
      throw library.complaint(runtime, "ProgrammingError", "You can only execute one statement at a time.")
    }
    return statement
  }

  /// Runs all statements of a text, which ends with a zero.
  static func runScript(_ database: SqliteDatabase, _ text: [CChar], _ runtime: Runtime) throws(Raised) {
    let library = database.library
    if text.count - 1 > Int(library.limit(try database.ready(), 1, -1)) {
      throw library.complaint(runtime, "DataError", "query string is too large")
    }
    var position = 0
    while text[position] != 0 {
      let (code, made, rest) = try compile(try database.ready(), text, from: position, database)
      guard code == SqliteLibrary.ok else { throw database.failure(code) }
      position = rest
      guard let made else { continue }
      var result: Int32
      repeat {
        do throws(Raised) {
          result = try database.step(made)
          if runtime.machine.pointee.isInterrupted { try runtime.attend() }
        } catch {
          database.discard { _ = $0.finalize(made) }
          throw error
        }
      } while result == SqliteLibrary.row
      // What it reports is the error of the last step, whose message `finalize` keeps.
      let final = library.finalize(made)
      if final != SqliteLibrary.ok { throw database.failure(final) }
    }
  }

  /// The first statement of a text, and where the next one begins.
  private static func compile(_ handle: SqliteLibrary.DB, _ text: [CChar], from position: Int, _ database: SqliteDatabase) throws(Raised)
    -> (code: Int32, SqliteLibrary.Statement?, rest: Int)
  {
    let library = database.library
    return try database.inLibrary {
      text.withUnsafeBufferPointer { text in
        guard let start = text.baseAddress else { return (SqliteLibrary.misuse, nil, 0) }
        var (made, rest): (SqliteLibrary.Statement?, SqliteLibrary.Text?) = (nil, nil)
        let code = library.prepare(handle, start + position, Int32(clamping: text.count - position), &made, &rest)
        return (code, made, rest.map { $0 - start } ?? text.count - 1)
      }
    }
  }

  /// What comes after blanks and remarks.
  private static func start(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = text
    while let first = rest.first {
      let next = rest.dropFirst().first
      if [32, 9, 10, 12, 13].contains(first) {
        rest = rest.dropFirst()
      } else if first == UInt8(ascii: "-"), next == first {
        rest = rest.drop { $0 != 10 }
      } else if first == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
        rest = rest.dropFirst(2)
        while rest.count >= 2, !rest.starts(with: [UInt8(ascii: "*"), UInt8(ascii: "/")]) { rest = rest.dropFirst() }
        rest = rest.dropFirst(2)
      } else {
        return rest
      }
    }
    return rest
  }

  deinit { if let handle { database.discard { _ = $0.finalize(handle) } } }

  var isReadOnly: Bool { handle.map { library.isReadOnly($0) != 0 } ?? true }

  /// May change when the statement runs again.
  var columnCount: Int32 { handle.map { library.columnCount($0) } ?? 0 }
  /// Stands on a row.
  var hasRow: Bool { handle.map { library.dataCount($0) != 0 } ?? false }

  func columnName(_ index: Int32) -> String? { text(handle.flatMap { library.columnName($0, index) }) }
  /// (name, None, ...) for each column, None without columns; a type in brackets after a name may go.
  func description(cutsTypes: Bool, _ runtime: Runtime) throws(Raised) -> Value {
    let count = columnCount
    if count == 0 { return .none }
    var columns: [Value] = []
    for index in 0..<count {
      guard let handle, let start = library.columnName(handle, index) else { throw runtime.memoryError() }
      var name = UnsafeBufferPointer(start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: strlen(start))[...]
      if cutsTypes, let bracket = name.firstIndex(of: UInt8(ascii: "[")) {
        name = name[..<bracket]
        if name.last == UInt8(ascii: " ") { name = name.dropLast() }
      }
      let text = Value.object(try runtime.text(UnsafeBufferPointer(rebasing: name)))
      columns.append(.object(TupleObject(runtime, [text, .none, .none, .none, .none, .none, .none])))
    }
    return .object(TupleObject(runtime, columns))
  }

  func columnDeclaration(_ index: Int32) -> String? { text(handle.flatMap { library.columnDeclaration($0, index) }) }

  private func text(_ bytes: UnsafePointer<CChar>?) -> String? { bytes.map { String(cString: $0) } }

  func reset() throws(Raised) {
    try database.settle()
    if let handle { _ = library.reset(handle) }
  }

  /// The names of the parameters, None for those without.
  func parameterNames(_ runtime: Runtime) -> Value {
    let names = ListObject(runtime)
    for index in 0..<parameterCount {
      let name = handle.flatMap { text(library.parameterName($0, index + 1)) }
      names.append(name.map { .object(runtime.string($0)) } ?? .none)
    }
    return .object(names)
  }

  // MARK: Parameters

  /// Takes so many parameters; adapters may change the list they come from.
  func bind(_ count: Int, _ runtime: Runtime, _ value: (Int) throws(Raised) -> Value) throws(Raised) {
    guard count == Int(parameterCount) else {
      throw library.complaint(
        runtime, "ProgrammingError",
        "Incorrect number of bindings supplied. The current statement uses \(parameterCount), and there are \(count) supplied.")
    }
    try database.settle()
    for index in 0..<count { try bind(try value(index), at: Int32(index) + 1, runtime) }
  }

  private func bind(_ value: Value, at index: Int32, _ runtime: Runtime) throws(Raised) {
    guard let handle else { return }
    var value = value
    if library.adaptsEverything || !SqliteStatement.isPlain(value) {
      value = try runtime.call(library.adapt, value)
      try database.settle()
    }
    let code: Int32
    switch try SqliteValue(value, tooLongText: "string longer than INT_MAX bytes", runtime) {
    case .null: code = library.bindNull(handle, index)
    case .integer(let number): code = library.bindInteger(handle, index, number)
    case .float(let number): code = library.bindDouble(handle, index, number)
    case .text(let string):
      code = library.bindText(handle, index, string.bytes, Int32(string.byteCount), SqliteLibrary.copies)
      withExtendedLifetime(string) {}
    case .blob(let bytes):
      code = bytes.withUnsafeBytes { bytes in
        library.bindBlob(handle, index, bytes.baseAddress ?? UnsafeRawPointer(handle), Int32(bytes.count), SqliteLibrary.copies)
      }
    case nil: throw unsupported(value, at: index, runtime)
    }
    if code != SqliteLibrary.ok { throw database.failure(code) }
  }

  /// Needs no adapter.
  private static func isPlain(_ value: Value) -> Bool {
    switch value {
    case .none, .int, .float: true
    case .object(let object):
      switch object.kind {
      case .string, .bytes, .byteArray: !object.isOfHeapType
      case .bigInt: true
      default: false
      }
    default: false
    }
  }

  private func unsupported(_ value: Value, at index: Int32, _ runtime: Runtime) -> Raised {
    library.complaint(
      runtime, "ProgrammingError", "Error binding parameter \(index): type '\(runtime.typeName(value))' is not supported")
  }

  // MARK: Rows

  /// Goes on to the next row; false: there is none.
  func step(_ runtime: Runtime) throws(Raised) -> Bool {
    guard let handle else { return false }
    let code = try database.step(handle)
    if code == SqliteLibrary.row { return true }
    if code == SqliteLibrary.done { return false }
    throw database.failure(code)
  }

  /// How the columns of a row become values.
  struct Reading {
    /// `str`, `bytes`, `bytearray` or what is called with bytes.
    let text: Value
    /// A converter or None for each column; nil: there are none.
    let converters: ListObject?
  }

  /// The row that was reached.
  func row(_ reading: Reading, _ runtime: Runtime) throws(Raised) -> Value {
    guard let handle else { return .none }
    let count = Int(library.dataCount(handle))
    // Values are kept on the stack while functions of the program make others.
    let cells = try runtime.machine.reserve(count)
    for index in 0..<count { (cells + index).initialize(to: .none) }
    defer { runtime.machine.release(cells, count) }
    for index in 0..<count {
      (cells + index).store(try cell(handle, Int32(index), reading, runtime))
    }
    return .object(TupleObject(type: runtime.types.tuple, copying: cells, count: count))
  }

  private func cell(_ handle: SqliteLibrary.Statement, _ column: Int32, _ reading: Reading, _ runtime: Runtime) throws(Raised) -> Value {
    try database.settle()
    if let converters = reading.converters, Int(column) < converters.count {
      let converter = converters[Int(column)]
      if !converter.isNone {
        guard let bytes = library.columnBlob(handle, column) else { return .none }
        return try runtime.call(converter, runtime.sqliteBytes(bytes, library.columnBytes(handle, column)))
      }
    }
    switch library.columnType(handle, column) {
    case SqliteLibrary.null: return .none
    case SqliteLibrary.integer: return .int(Int(library.columnInteger(handle, column)))
    case SqliteLibrary.float: return .float(library.columnDouble(handle, column))
    case SqliteLibrary.text:
      guard let text = library.columnText(handle, column) else { throw runtime.memoryError() }
      let bytes = UnsafeBufferPointer(start: text, count: Int(library.columnBytes(handle, column)))
      if reading.text.object === runtime.types.str {
        do { return .object(try runtime.text(bytes)) } catch {}
        throw library.complaint(
          runtime, "OperationalError",
          "Could not decode to UTF-8 column '\(columnName(column) ?? "")' with text '\(String(cString: text))'")
      }
      let value = runtime.sqliteBytes(text, Int32(bytes.count))
      return reading.text.object === runtime.types.bytes ? value : try runtime.call(reading.text, value)
    default:
      let count = library.columnBytes(handle, column)
      return runtime.sqliteBytes(library.columnBlob(handle, column), count)
    }
  }
}

/// A value of the program as the library takes it.
enum SqliteValue {
  case null
  case integer(Int64)
  case float(Double)
  case text(StringObject)
  case blob([UInt8])

  /// Nil: the library takes no such values. Throws where it is too large.
  init?(_ value: Value, tooLongText: String, _ runtime: Runtime) throws(Raised) {
    switch value.plainNumber {
    case .none: self = .null
    case .int(let number): self = .integer(Int64(number))
    case .bool(let flag): self = .integer(flag ? 1 : 0)
    case .float(let number): self = .float(number)
    case .object(let object) where object.kind == .bigInt:
      throw runtime.overflowError("Python int too large to convert to SQLite INTEGER")
    case .object(let object) where object.kind == .string:
      let string = unsafeDowncast(object, to: StringObject.self)
      try runtime.checkEncodable(string)
      guard string.byteCount <= Int(Int32.max) else { throw runtime.overflowError(tooLongText) }
      self = .text(string)
    case .object:
      guard let bytes = try runtime.contiguousBytes(value) else { return nil }
      guard bytes.count <= Int(Int32.max) else { throw runtime.overflowError("BLOB longer than INT_MAX bytes") }
      self = .blob(bytes)
    default: return nil
    }
  }
}

extension Runtime {
  /// Bytes from the database.
  func sqliteBytes(_ start: UnsafeRawPointer?, _ count: Int32) -> Value {
    .object(BytesObject(type: types.bytes, Array(UnsafeRawBufferPointer(start: start, count: Int(count)))))
  }

  /// Raises where a text cannot be written as UTF-8: it holds lone surrogates.
  func checkEncodable(_ text: StringObject) throws(Raised) {
    if !text.isASCII { _ = try encode(text, encoding: "utf-8", errors: "strict") }
  }

  /// The bytes of a bytes-like object whose elements lie side by side; nil: it is none.
  func contiguousBytes(_ value: Value) throws(Raised) -> [UInt8]? {
    if let view = value.object as? MemoryViewObject, !view.isContiguous {
      throw error("BufferError", "memoryview: underlying buffer is not C-contiguous")
    }
    return bytesLike(value)?.copyBytes()
  }

  /// The text of a `str` as C functions take it. Raises for what has no UTF-8 and for zeros within.
  func cText(_ value: Value, _ what: String) throws(Raised) -> [CChar] {
    guard let string = value.string else { throw typeError("\(what) must be str, not \(givenName(value))") }
    let bytes = try encode(string, encoding: "utf-8", errors: "strict").copyBytes()
    if bytes.contains(0) { throw valueError("embedded null character") }
    return bytes.map { CChar(bitPattern: $0) } + [0]
  }
}
