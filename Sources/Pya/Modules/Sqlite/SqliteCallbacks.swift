#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A function or class of the program that the library calls: a function, an aggregate, a collation, an authorizer, ... The library holds it
/// by its address.
///
/// What it raises does not pass through the library, which is told of an error instead; the statement fails then.
final class SqliteCallback {
  unowned(unsafe) private let runtime: Runtime
  /// Not counted: the database is there whenever the library calls.
  unowned(unsafe) private let database: SqliteDatabase
  private let library: SqliteLibrary
  let callable: Value

  init(_ runtime: Runtime, _ database: SqliteDatabase, _ callable: Value) {
    self.runtime = runtime
    self.database = database
    library = database.library
    self.callable = callable
  }

  var address: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
  /// For the library, which calls `destroy` when it needs it no more.
  var heldAddress: UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

  static let destroy: SqliteLibrary.Destructor = { address in
    if let address { Unmanaged<SqliteCallback>.fromOpaque(address).release() }
  }

  private static func at(_ address: UnsafeMutableRawPointer) -> SqliteCallback {
    Unmanaged<SqliteCallback>.fromOpaque(address).takeUnretainedValue()
  }

  /// A call brings nothing but its context, and the address of a C function is one of the process, not of an interpreter.
  private static let userData: (@Sendable @convention(c) (SqliteLibrary.Context) -> UnsafeMutableRawPointer?)? = {
    guard let handle = dlopen(SqliteLibrary.fileName, RTLD_NOW | RTLD_LOCAL), let address = dlsym(handle, "sqlite3_user_data")
    else { return nil }
    return unsafeBitCast(address, to: (@Sendable @convention(c) (SqliteLibrary.Context) -> UnsafeMutableRawPointer?).self)
  }()

  private static func of(_ context: SqliteLibrary.Context?) -> (SqliteCallback, SqliteLibrary.Context)? {
    guard let context, let address = userData?(context) else { return nil }
    return (at(address), context)
  }

  /// With the turn: what the body gives, or the fallback where it raised.
  private func run<Outcome>(_ fallback: Outcome, _ body: () throws(Raised) -> Outcome) -> Outcome {
    database.inProgram {
      do throws(Raised) { return try body() } catch {
        report(error)
        return fallback
      }
    }
  }

  private func report(_ raised: Raised) {
    if library.showsCallbackErrors { runtime.reportUnraisable(raised, in: callable) }
  }

  // MARK: Functions

  static let call: SqliteLibrary.Call = { context, count, cells in
    guard let (callback, context) = of(context) else { return }
    callback.answer(context, { _ in "user-defined function raised exception" }) { () throws(Raised) in
      try callback.setResult(context, try callback.runtime.call(callback.callable, try callback.values(count, cells)))
    }
  }

  /// Runs the body with the turn; where it raises, the call ends with an error of the database.
  private func answer(_ context: SqliteLibrary.Context, _ complaint: (Raised) -> String, _ body: () throws(Raised) -> Void) {
    database.inProgram {
      do throws(Raised) { try body() } catch {
        if runtime.matches(error, "MemoryError") {
          library.resultNoMemory(context)
        } else if runtime.matches(error, "OverflowError") {
          library.resultTooBig(context)
        } else {
          library.resultError(context, complaint(error), -1)
        }
        report(error)
      }
    }
  }

  private func values(_ count: Int32, _ cells: SqliteLibrary.Cells?) throws(Raised) -> [Value] {
    var values: [Value] = []
    for index in 0..<Int(count) { values.append(try value(cells?[index])) }
    return values
  }

  private func value(_ cell: SqliteLibrary.Cell?) throws(Raised) -> Value {
    guard let cell else { return .none }
    switch library.valueType(cell) {
    case SqliteLibrary.null: return .none
    case SqliteLibrary.integer: return .int(Int(library.valueInteger(cell)))
    case SqliteLibrary.float: return .float(library.valueDouble(cell))
    case SqliteLibrary.text:
      guard let text = library.valueText(cell) else { throw runtime.memoryError() }
      return .object(try runtime.text(UnsafeBufferPointer(start: text, count: Int(library.valueBytes(cell)))))
    default:
      // The bytes are asked for first: that may decide how many there are.
      let start = library.valueBlob(cell)
      return runtime.sqliteBytes(start, library.valueBytes(cell))
    }
  }

  private func setResult(_ context: SqliteLibrary.Context, _ value: Value) throws(Raised) {
    switch try SqliteValue(value, tooLongText: "string is longer than INT_MAX bytes", runtime) {
    case .null: library.resultNull(context)
    case .integer(let number): library.resultInteger(context, number)
    case .float(let number): library.resultDouble(context, number)
    case .text(let string):
      library.resultText(context, string.bytes, Int32(string.byteCount), SqliteLibrary.copies)
      withExtendedLifetime(string) {}
    case .blob(let bytes):
      bytes.withUnsafeBytes { bytes in
        library.resultBlob(context, bytes.baseAddress ?? UnsafeRawPointer(context), Int32(bytes.count), SqliteLibrary.copies)
      }
    case nil: throw unsupported(value)
    }
  }

  private func unsupported(_ value: Value) -> Raised {
    library.complaint(
      runtime, "ProgrammingError", "User-defined functions cannot return '\(runtime.typeName(value))' values to SQLite")
  }

  // MARK: Aggregates

  /// The instance that collects the rows of a group.
  private final class Aggregate {
    let instance: Value
    init(_ instance: Value) { self.instance = instance }
  }

  /// Where the library keeps the address of a group's instance; nil: there was no row.
  private func place(_ context: SqliteLibrary.Context, isNew: Bool) -> UnsafeMutablePointer<UnsafeRawPointer?>? {
    library.aggregateContext(context, isNew ? Int32(MemoryLayout<UnsafeRawPointer?>.size) : 0)?
      .assumingMemoryBound(to: UnsafeRawPointer?.self)
  }

  private func instance(_ place: UnsafeMutablePointer<UnsafeRawPointer?>) -> Value? {
    place.pointee.map { Unmanaged<Aggregate>.fromOpaque($0).takeUnretainedValue().instance }
  }

  static let step: SqliteLibrary.Call = { context, count, cells in
    guard let (callback, context) = of(context), let place = callback.place(context, isNew: true) else { return }
    if place.pointee == nil {
      callback.answer(context, { _ in "user-defined aggregate's '__init__' method raised error" }) { () throws(Raised) in
        place.pointee = UnsafeRawPointer(Unmanaged.passRetained(Aggregate(try callback.runtime.call(callback.callable))).toOpaque())
      }
    }
    if let instance = callback.instance(place) { callback.take("step", instance, context, count, cells) }
  }

  static let inverse: SqliteLibrary.Call = { context, count, cells in
    guard let (callback, context) = of(context), let place = callback.place(context, isNew: false),
      let instance = callback.instance(place)
    else { return }
    callback.take("inverse", instance, context, count, cells)
  }

  /// A row comes into the group or leaves it.
  private func take(
    _ name: String, _ instance: Value, _ context: SqliteLibrary.Context, _ count: Int32, _ cells: SqliteLibrary.Cells?
  ) {
    var isThere = false
    answer(context, { _ in "user-defined aggregate's '\(name)' method \(isThere ? "raised error" : "not defined")" }) { () throws(Raised) in
      let method = try runtime.getAttribute(instance, runtime.intern(name))
      isThere = true
      _ = try runtime.call(method, try values(count, cells))
    }
  }

  static let value: SqliteLibrary.Final = { context in
    guard let (callback, context) = of(context), let place = callback.place(context, isNew: false),
      let instance = callback.instance(place)
    else { return }
    callback.give("value", instance, context)
  }

  static let finalize: SqliteLibrary.Final = { context in
    guard let (callback, context) = of(context), let place = callback.place(context, isNew: false), let address = place.pointee
    else { return }
    let aggregate = Unmanaged<Aggregate>.fromOpaque(address)
    callback.give("finalize", aggregate.takeUnretainedValue().instance, context)
    place.pointee = nil
    callback.database.inProgram { aggregate.release() }
  }

  private func give(_ name: String, _ instance: Value, _ context: SqliteLibrary.Context) {
    func complaint(_ raised: Raised) -> String {
      "user-defined aggregate's '\(name)' method \(runtime.matches(raised, .attributeError) ? "not defined" : "raised error")"
    }
    answer(context, complaint) { () throws(Raised) in
      try setResult(context, try runtime.callMethod(instance, name))
    }
  }

  // MARK: Others

  static let compare: SqliteLibrary.Compare = { address, firstCount, first, secondCount, second in
    guard let address else { return 0 }
    let callback = at(address)
    return callback.database.inProgram { callback.order(first, firstCount, second, secondCount) }
  }

  /// How two texts compare. What the function raises, the statement does: there is no other way to tell of it.
  private func order(_ first: UnsafeRawPointer?, _ firstCount: Int32, _ second: UnsafeRawPointer?, _ secondCount: Int32) -> Int32 {
    guard database.raised == nil else { return 0 }
    func text(_ start: UnsafeRawPointer?, _ count: Int32) throws(Raised) -> Value {
      let bytes = start?.assumingMemoryBound(to: UInt8.self)
      return .object(try runtime.text(UnsafeBufferPointer(start: bytes, count: Int(count))))
    }
    do throws(Raised) {
      switch try runtime.call(callable, try text(first, firstCount), try text(second, secondCount)).plainNumber {
      case .int(let number): return Int32(number.signum())
      case .bool(let flag): return flag ? 1 : 0
      case .object(let object) where object.kind == .bigInt:
        return Int32(unsafeDowncast(object, to: BigIntObject.self).value.signum())
      default: return 0
      }
    } catch {
      database.raised = error
      return 0
    }
  }

  private static let deny: Int32 = 1

  static let authorize: SqliteLibrary.Authorize = { address, action, first, second, database, origin in
    guard let address else { return deny }
    let callback = at(address)
    return callback.run(deny) { () throws(Raised) in
      let runtime = callback.runtime
      let texts = [first, second, database, origin].map { text in
        text.map { Value.object(runtime.string(String(cString: $0))) } ?? .none
      }
      return try runtime.cInt(try runtime.call(callback.callable, [.int(Int(action))] + texts))
    }
  }

  static let progress: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { address in
    guard let address else { return 0 }
    let callback = at(address)
    return callback.run(-1) { () throws(Raised) in
      try callback.runtime.isTrue(try callback.runtime.call(callback.callable)) ? 1 : 0
    }
  }

  static let trace: SqliteLibrary.Trace = { _, address, statement, text in
    guard let address, let statement else { return 0 }
    let callback = at(address)
    let library = callback.library
    let expanded = library.expandedText(OpaquePointer(statement))
    callback.run(()) { () throws(Raised) in
      if expanded == nil {
        callback.report(
          library.complaint(callback.runtime, "DataError", "Expanded SQL string exceeds the maximum string length"))
      }
      let shown = expanded.map { UnsafePointer($0) } ?? UnsafePointer(text?.assumingMemoryBound(to: CChar.self))
      guard let shown else { return }
      _ = try callback.runtime.call(callback.callable, .object(callback.runtime.string(String(cString: shown))))
    }
    library.free(expanded)
    return 0
  }
}

extension Runtime {
  /// Text from the database; raises where it is no UTF-8.
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(Raised) -> StringObject {
    bytes.isASCII ? string(utf8: bytes) : try decode(Array(bytes), encoding: "utf-8", errors: "strict")
  }
}
